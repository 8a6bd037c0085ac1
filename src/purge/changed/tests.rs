use super::{rules::Trail, *};
use crate::purge::changed::manifest::Sum;

fn file(name: &str, content: u8) -> File {
    File { name: name.as_bytes().to_vec(), size: 1, digest: [content; 32] }
}

/// `a/b.html=1` is a file and its content.
fn release(files: &[&str]) -> Listed {
    let split =
        |text: &&str| text.split_once('=').map(|(name, content)| file(name, content.as_bytes()[0])).unwrap();
    Listed::new(files.iter().map(split).collect())
}

fn rules() -> Rules {
    Rules::of(["https://h"]).unwrap()
}

fn with(change: impl FnOnce(&mut Rules)) -> Rules {
    let mut rules = rules();
    change(&mut rules);
    rules
}

fn found(from: &[&str], to: &[&str], rules: &Rules) -> Found {
    compare(&mut release(from), &mut release(to), rules).unwrap()
}

fn urls(from: &[&str], to: &[&str]) -> Vec<String> {
    found(from, to, &rules()).urls
}

#[test]
fn each_name_has_the_urls_it_is_served_at() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("a.css", &[], &["https://h/a.css"]),
        ("index.html", &[], &["https://h/index.html", "https://h/"]),
        ("a/index.html", &[], &["https://h/a/index.html", "https://h/a/", "https://h/a"]),
        ("a/index.html", &["a"], &["https://h/a/index.html", "https://h/a/"]),
        ("about.html", &[], &["https://h/about.html", "https://h/about"]),
        ("a/about.htm", &[], &["https://h/a/about.htm", "https://h/a/about"]),
        ("about.html", &["about"], &["https://h/about.html"]),
        ("about.html", &["about-us.html", "about/index.html"], &["https://h/about.html", "https://h/about"]),
        (".html", &[], &["https://h/.html"]),
        ("app.js.gz", &["app.js"], &["https://h/app.js.gz", "https://h/app.js"]),
        ("app.js.br", &["app.js", "app.js-1"], &["https://h/app.js.br", "https://h/app.js"]),
        ("site.tar.gz", &[], &["https://h/site.tar.gz"]),
        (
            "a/index.html.zst",
            &["a/index.html"],
            &["https://h/a/index.html.zst", "https://h/a/index.html", "https://h/a/", "https://h/a"],
        ),
        ("b.html.gz", &["b.html"], &["https://h/b.html.gz", "https://h/b.html", "https://h/b"]),
        ("a b%?#*[1]~+&=.txt", &[], &["https://h/a%20b%25%3F%23%2A%5B1%5D~+&=.txt"]),
        ("\u{e9}\n\\", &[], &["https://h/%C3%A9%0A%5C"]),
    ];
    for (name, beside, want) in table {
        let mut names: Vec<&[u8]> =
            beside.iter().map(|name| name.as_bytes()).chain([name.as_bytes()]).collect();
        names.sort_unstable();
        let (mut trail, mut got) = (Trail::default(), Vec::new());
        for one in names {
            trail.enter(one);
            if one == name.as_bytes() {
                rules().urls(one, &trail, &mut got);
            }
        }
        assert_eq!(got, *want, "{name:?} beside {beside:?}");
    }
}

#[test]
fn a_name_that_is_not_utf_8_is_escaped_byte_by_byte() {
    let mut got = Vec::new();
    rules().urls(b"caf\xe9.txt", &Trail::default(), &mut got);
    assert_eq!(got, ["https://h/caf%E9.txt"]);
}

#[test]
fn the_flags_decide_where_sites_differ() {
    let after = |change: fn(&mut Rules)| {
        let (old, new) =
            (["about=1", "about.html=1", "home.php=1"], ["about=1", "about.html=2", "home.php=2"]);
        found(&old, &new, &with(change)).urls
    };
    assert_eq!(after(|_| {}), ["https://h/about.html", "https://h/home.php"]);
    assert_eq!(
        after(|rules| rules.clean = Clean::On),
        ["https://h/about.html", "https://h/about", "https://h/home.php"]
    );
    assert_eq!(after(|rules| rules.clean = Clean::Off).len(), 2);
    let index = after(|rules| rules.index = vec!["home.php".into(), "about.html".into()]);
    assert_eq!(index, ["https://h/about.html", "https://h/", "https://h/home.php", "https://h/"]);
}

#[test]
fn a_site_may_lie_in_a_folder_and_have_several_hosts() {
    let rules = Rules::of(["HTTPS://H.example/docs/", "http://b"]).unwrap();
    assert_eq!(
        found(&["index.html=1"], &["index.html=2"], &rules).urls,
        [
            "https://h.example/docs/index.html",
            "http://b/index.html",
            "https://h.example/docs/",
            "http://b/",
            "https://h.example/docs",
        ]
    );
    for bad in [
        "h.example",
        "ftp://h",
        "https://h/?a",
        "https://h/#a",
        "https://h/*",
        "https://h/../a",
        "https://h//a",
        "",
    ] {
        let error = Rules::of([bad]).unwrap_err();
        assert_eq!(error.facts().exit, 64, "{bad:?}");
        assert!(error.to_string().starts_with("--site"), "{error}");
    }
}

#[test]
fn what_changed_or_went_is_purged_and_what_came_only_when_asked() {
    let (old, new) = (["a=1", "b=1", "c=1"], ["b=1", "c=2", "d=1"]);
    assert_eq!(urls(&old, &new), ["https://h/a", "https://h/c"]);
    let all = found(&old, &new, &with(|rules| rules.added = true));
    assert_eq!(all.urls, ["https://h/a", "https://h/c", "https://h/d"]);
    let counts = Counts { from: 3, to: 3, changed: 1, removed: 1, added: 1, hashed: 0 };
    assert_eq!(all.counts, counts);
    assert_eq!(urls(&[], &[]), [""; 0]);
    assert_eq!(urls(&old, &old), [""; 0]);
    assert!(
        found(&old, &[], &rules()).counts.all_removed()
            && found(&old, &["z=1"], &rules()).counts.all_removed()
    );
    assert!(
        !found(&old, &new, &rules()).counts.all_removed() && !found(&[], &[], &rules()).counts.all_removed()
    );
}

#[test]
fn a_name_with_a_digest_is_skipped_unless_its_content_changed_all_the_same() {
    let (old, new) = (["app.3f9a1c2b.js=1", "b.4f9a1c2b.js=1"], ["b.4f9a1c2b.js=2", "c.5f9a1c2b.js=1"]);
    let usual = found(&old, &new, &with(|rules| rules.added = true));
    assert_eq!(usual.urls, ["https://h/b.4f9a1c2b.js"]);
    assert_eq!((usual.counts.hashed, usual.rewritten.as_deref()), (2, Some("\"b.4f9a1c2b.js\"")));
    let none = found(&old, &new, &with(|rules| rules.hashed = Hashed::Never));
    assert_eq!(none.urls, ["https://h/app.3f9a1c2b.js", "https://h/b.4f9a1c2b.js"]);
    assert_eq!((none.counts.hashed, none.rewritten), (0, None));
}

#[test]
fn a_whole_folder_is_noticed_and_one_with_an_unchanged_file_is_not() {
    let names = |content: &str| -> Vec<String> {
        (10..30).map(|n| format!("a/{n}={content}")).chain(["b=1".to_owned()]).collect()
    };
    let (old, new) = (names("1"), names("2"));
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let mut new: Vec<&str> = new.iter().map(String::as_str).collect();
    assert_eq!(found(&old, &new, &rules()).whole, [Whole { name: b"a/".to_vec(), files: 20 }]);
    new[3] = old[3];
    assert_eq!(found(&old, &new, &rules()).whole, []);
}

fn written(files: &[File]) -> (String, Sum) {
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text).unwrap();
    files.iter().for_each(|file| writer.push(file).unwrap());
    let sum = writer.finish().unwrap();
    (String::from_utf8(text).unwrap(), sum)
}

fn all(mut files: impl Files) -> Result<Vec<File>> {
    let mut got = Vec::new();
    while let Some(file) = files.file() {
        got.push(file.clone());
        files.advance()?;
    }
    Ok(got)
}

fn read(text: &[u8]) -> Result<Vec<File>> {
    Reader::new(text, "m".into()).and_then(all)
}

fn odd() -> Vec<File> {
    let mut files: Vec<File> = ["a\"b\\c", "a/\u{1}\n", "b", "\u{e9}"].map(|name| file(name, 7)).into();
    files.push(File { name: b"\xff\xfe".to_vec(), size: u64::MAX >> 1, digest: [9; 32] });
    Listed::new(files).files
}

#[test]
fn a_manifest_comes_back_as_it_was_written() {
    let (text, sum) = written(&odd());
    assert_eq!(read(text.as_bytes()).unwrap(), odd());
    assert_eq!(sum.files, 5);
    assert!(
        text.starts_with("{\"stratos\":\"manifest\",\"version\":1}\n") && text.contains("{\"hex\":\"fffe\",")
    );
    assert_eq!(read(written(&[]).0.as_bytes()).unwrap(), []);
}

#[test]
fn a_manifest_that_was_cut_off_or_changed_is_refused() {
    let text = written(&odd()).0;
    for end in 0..text.len() {
        assert!(read(&text.as_bytes()[..end]).is_err(), "{end}");
    }
    let flip = |at: usize| {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        bytes
    };
    for at in 0..text.len() {
        assert!(read(&flip(at)).is_err(), "{at}: {}", String::from_utf8_lossy(&flip(at)));
    }
    let line = |from: &str, to: &str| read(text.replace(from, to).as_bytes()).unwrap_err().to_string();
    assert!(line("\"version\":1", "\"version\":2").contains("another version"));
    assert!(line("{\"path\":\"b\"", "{\"path\":\"a/../b\"").contains("which leaves its folder"));
    assert!(line("{\"path\":\"b\"", "{\"path\":\"a\"").contains("not sorted"));
    assert!(line("\"size\":1,", "\"size\":2,").contains("digest does not match"));
    assert!(line("\"size\":1,", "\"size\":-1,").contains("line 2 that is no file's"));
    assert!(read(format!("{text}x").as_bytes()).unwrap_err().to_string().contains("goes on"));
    let long = format!("{{\"stratos\":\"manifest\",\"version\":1}}\n{}", "x".repeat(70 << 10));
    assert!(read(long.as_bytes()).unwrap_err().to_string().contains("longer than any"));
}
