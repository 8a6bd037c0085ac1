//! `purge manifest`, and `purge plan --from OLD --to NEW --site URL`.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Value, json};
use std::{fs, io::Write, path::Path};

const SITE: &str = "https://cloudcdn.pro";

/// A release below the run's home: names and contents.
fn release(run: Runner, folder: &str, files: &[(&str, &str)]) -> Runner {
    files.iter().fold(run, |run, (name, text)| run.file(&format!("{folder}/{name}"), text))
}

const OLD: &[(&str, &str)] = &[
    ("index.html", "home 1"),
    ("about.html", "about"),
    ("a b.css", "css 1"),
    ("app.3f9a1c2b.js", "js 1"),
    ("gone/index.html", "gone"),
    (".well-known/x", "x"),
];
const NEW: &[(&str, &str)] = &[
    ("index.html", "home 2"),
    ("about.html", "about"),
    ("a b.css", "css 2"),
    ("app.4f9a1c2b.js", "js 2"),
    ("news.html", "news"),
    (".well-known/x", "x"),
];
const STALE: &[&str] = &[
    "https://cloudcdn.pro/a%20b.css",
    "https://cloudcdn.pro/gone/index.html",
    "https://cloudcdn.pro/gone/",
    "https://cloudcdn.pro/gone",
    "https://cloudcdn.pro/index.html",
    "https://cloudcdn.pro/",
];

fn both(args: &[&str]) -> Runner {
    release(release(stratos(args), "old", OLD), "new", NEW)
}

fn plan(from: &str, to: &str) -> Runner {
    both(&["purge", "plan", "--from", from, "--to", to, "--site", SITE])
}

/// What a plan purges.
fn items(plan: &Value) -> Vec<&str> {
    let batches = plan["batches"].as_array().unwrap().iter();
    batches.flat_map(|batch| batch["items"].as_array().unwrap()).map(|item| item.as_str().unwrap()).collect()
}

/// A manifest of a folder with these files.
fn manifest(files: &[(&str, &str)]) -> String {
    release(stratos(["purge", "manifest", "r"]), "r", files).run().exits(0).stdout()
}

#[test]
fn a_manifest_lists_every_file_sorted_and_the_same_each_time() {
    let run = both(&["purge", "manifest", "old"]).file("old/.git/HEAD", "x").run().exits(0);
    let text = run.stdout();
    let paths: Vec<Value> =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["path"].clone()).collect();
    let want = json!([
        null,
        ".well-known/x",
        "a b.css",
        "about.html",
        "app.3f9a1c2b.js",
        "gone/index.html",
        "index.html",
        null
    ]);
    assert_eq!(Value::from(paths), want);
    assert!(text.contains(r#"{"path":".well-known/x","size":1,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}"#));
    assert_eq!(manifest(OLD), text);
    let kept = both(&["purge", "manifest", "old", "--out", "old/files.jsonl"])
        .file("old/files.jsonl", "before")
        .run();
    let kept = kept.exits(0);
    assert_eq!(fs::read_to_string(kept.path("old/files.jsonl")).unwrap(), text, "it does not list itself");
    assert_eq!((&kept.json()["files"], &kept.json()["bytes"]), (&json!(6), &json!(25)));
    assert_eq!(fs::read_dir(kept.path("old")).unwrap().count(), 7, "nothing is left beside it");
}

#[test]
fn a_manifest_that_cannot_be_made_or_written_says_why() {
    stratos(["purge", "manifest", "nowhere", "--json"]).run().fails("input_missing", 66);
    let run = both(&["purge", "manifest", "old", "--out", "no/such/folder/m", "--json"]).run();
    run.fails("cannot_create", 73);
    both(&["purge", "manifest", "old", "--filter", ".", "--json"]).run().fails("usage_error", 64);
    stratos(["purge", "manifest", "--json"]).run().fails("usage_error", 64);
}

#[test]
fn what_changed_or_went_is_planned_and_nothing_else() {
    let cdn = Cdn::start([Answer::new(500, "text/plain", "not to be asked")]);
    let run = plan("old", "new").with(&cdn).run().exits(0);
    assert_eq!(items(&run.json()), STALE);
    for word in [
        "files changed: 2, removed: 2, added: 2; left out for the digest in their name: 1",
        "URLs cached with a query cannot be known",
        "6 URLs in 1 request",
    ] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    assert!(cdn.requests().is_empty() && cdn.connections() == 0);
}

fn tarred(folder: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        builder.append_data(&mut header, format!("{folder}{name}"), text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_release_is_a_folder_a_manifest_or_an_archive_whatever_it_is_called() {
    let tar = tarred("", OLD);
    let kinds: [(&str, Vec<u8>); 4] =
        [("m", manifest(OLD).into_bytes()), ("t", tar.clone()), ("z", gzipped(&tar)), ("g", zipped(OLD))];
    for (name, bytes) in kinds {
        let run = plan(name, "new").file(name, &bytes).run().exits(0);
        assert_eq!(items(&run.json()), STALE, "{name}");
        let back = plan("new", name).file(name, &bytes).run().exits(0);
        assert!(items(&back.json()).contains(&"https://cloudcdn.pro/news"), "{name}");
    }
    let wrapped = gzipped(&tarred("./public/", OLD));
    let run = plan("p", "new").file("p", &wrapped).arg("--strip").arg("1").run().exits(0);
    assert_eq!(items(&run.json()), STALE);
    let run = plan("p", "new").file("p", &wrapped).run().exits(65);
    assert!(run.stderr.contains("--all-removed") && run.stderr.contains("--strip 1"), "{}", run.stderr);
}

#[test]
fn the_flags_decide_what_a_site_serves() {
    let with = |args: &[&str]| {
        let run = args.iter().fold(plan("old", "new"), |run, arg| run.arg(arg)).run().exits(0);
        items(&run.json()).iter().map(|url| url.replace(SITE, "")).collect::<Vec<_>>()
    };
    assert!(with(&["--with-added"]).contains(&"/news".to_owned()));
    assert!(!with(&["--with-added", "--clean-urls", "off"]).contains(&"/news".to_owned()));
    assert!(with(&["--hashed", "none"]).contains(&"/app.3f9a1c2b.js".to_owned()));
    assert!(!with(&["--hashed", "^gone/"]).contains(&"/gone/".to_owned()));
    assert_eq!(
        with(&["--index", "none", "--clean-urls", "off"]),
        ["/a%20b.css", "/gone/index.html", "/index.html"]
    );
    assert!(with(&["--site", "https://cloudcdn.pro/docs/"]).contains(&"/docs/a%20b.css".to_owned()));
    assert_eq!(plan("old", "new").arg("--soft").arg("--json").run().exits(64).error()["type"], "usage_error");
}

#[test]
fn nothing_changed_is_a_plan_that_sends_nothing() {
    let cdn = Cdn::start([Answer::new(500, "text/plain", "not to be asked")]);
    for (from, to) in [("old", "old"), ("empty", "empty"), ("empty", "new")] {
        let run = plan(from, to).with(&cdn).file("empty/.git/x", "").run().exits(0);
        assert_eq!(items(&run.json()), [""; 0], "{from} {to}");
        assert!(run.stderr.contains("nothing to purge"), "{}", run.stderr);
        let applied = stratos(["purge", "apply", "-"]).with(&cdn).stdin(run.bytes.clone()).run().exits(0);
        assert!(applied.stderr.contains("nothing to purge"), "{}", applied.stderr);
        let page = plan(from, to).env("STRATOS_FORCE_TTY", "1").file("empty/.git/x", "").run().exits(0);
        assert!(page.stdout().contains("nothing to purge"));
    }
    assert!(cdn.connections() == 0);
}

#[test]
fn a_site_that_went_as_a_whole_is_not_purged_by_accident() {
    for to in ["empty", "other"] {
        let run = || plan("old", to).file("empty/.git/x", "").file("other/y", "");
        let refused = run().run().exits(65);
        assert!(refused.stderr.contains("no file of old is in"), "{}", refused.stderr);
        assert_eq!(refused.stdout(), "");
        let planned = run().arg("--all-removed").run().exits(0);
        assert!(items(&planned.json()).len() > 6);
    }
}

#[test]
fn a_damaged_manifest_plans_nothing() {
    let whole = manifest(OLD);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let damaged = [
        (whole[..whole.len() - 20].to_owned(), "cut off"),
        (lines[..4].concat(), "cut off"),
        (whole.replace("about.html", "abouT.html"), "digest does not match"),
        (whole.replace("about.html", "zbout.html"), "not sorted"),
        (whole.replace("\"size\":5", "\"size\":6"), "digest does not match"),
        ([lines[0], lines[2], lines[1]].concat(), "not sorted"),
        (lines.iter().filter(|line| !line.contains("about")).copied().collect(), "digest does not match"),
        (whole.replace("\"version\":1", "\"version\":2"), "another version"),
        (whole.replace("about.html", "../about.html"), "leaves its folder"),
        (whole.clone() + &whole, "goes on"),
        ("about.html\n".into(), "neither a manifest nor an archive"),
        (String::new(), "neither a manifest nor an archive"),
        ("\u{28}\u{b5}/".into(), "neither"),
    ];
    for (text, why) in damaged {
        for (from, to) in [("m", "new"), ("new", "m")] {
            let run = plan(from, to).file("m", &text).run().exits(65);
            assert!(run.stderr.contains(why), "{why}: {}", run.stderr);
            assert_eq!(run.stdout(), "");
        }
    }
}

#[test]
fn a_damaged_archive_plans_nothing() {
    let tar = tarred("", OLD);
    let zip = zipped(OLD);
    let gzip = gzipped(&tar);
    let bad = [
        tar[..1024].to_vec(),
        gzip[..gzip.len() - 9].to_vec(),
        zip[..zip.len() - 30].to_vec(),
        b"\x28\xb5\x2f\xfd____".to_vec(),
        b"PK\x03\x04".to_vec(),
        b"\x1f\x8b".to_vec(),
    ];
    for bytes in bad {
        let run = plan("x", "new").file("x", &bytes).arg("--json").run();
        run.fails("data_error", 65);
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 80 << 20]).unwrap();
    let packed = plan("x", "new").file("x", gzip.finish().unwrap()).arg("--json").run();
    packed.fails("too_large", 65);
}

#[test]
fn what_is_missing_or_contradicts_is_named() {
    plan("nowhere", "new").arg("--json").run().fails("input_missing", 66);
    plan("old", "nowhere").arg("--json").run().fails("input_missing", 66);
    let usage = |args: &[&str], word: &str| {
        let run = both(&["purge", "plan"]);
        let run = args.iter().fold(run, |run, arg| run.arg(arg)).run().exits(64);
        assert!(run.stderr.contains(word), "{args:?}: {}", run.stderr);
    };
    usage(&["--from", "old", "--to", "new"], "--site");
    usage(&["--from", "old", "--site", SITE], "--to NEW");
    usage(&["--to", "new"], "--from");
    usage(&["--site", SITE, "x"], "--from");
    let given = |more: &'static [&'static str]| {
        [&["--from", "old", "--to", "new", "--site", SITE][..], more].concat()
    };
    usage(&given(&["https://cloudcdn.pro/a"]), "leave out the URLs");
    usage(&given(&["--everything"]), "--everything");
    usage(&given(&["--hashed", "("]), "--hashed");
    usage(&given(&["--index", "a/b"]), "--index");
    usage(&given(&["--site", "cloudcdn.pro"]), "--site");
    usage(&given(&["--clean-urls", "maybe"]), "clean-urls");
    usage(&given(&["--strip", "x"]), "strip");
}

#[test]
fn a_prefix_is_named_where_a_whole_folder_changed() {
    let many = |text: &str| {
        let files = (10..30).map(|number| (format!("d c/{number}.css"), text.to_owned()));
        files.chain([("stays".to_owned(), "x".to_owned())]).collect::<Vec<_>>()
    };
    let run = stratos(["purge", "plan", "--from", "o", "--to", "n", "--site", "https://www.example.com"]);
    let run = run.config(
        "[profiles.default]\nprovider = \"cloudflare\"\nzone_id = \"0123456789abcdef0123456789abcdef\"\n",
    );
    let write = |run: Runner, folder: &str, text: &str| {
        many(text).iter().fold(run, |run, (name, text)| run.file(&format!("{folder}/{name}"), text))
    };
    let run = write(write(run, "o", "1"), "n", "2").run().exits(0);
    assert_eq!(items(&run.json()).len(), 20);
    assert!(
        run.stderr.contains("--prefix https://www.example.com/d%20c/ would be one item"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_plan_on_a_file_is_applied_later() {
    let cdn =
        Cdn::start([Answer::json(200, &json!({ "success": true, "purged": [], "remaining_today": 9 }))]);
    let run = plan("old", "new").with(&cdn).arg("--out").arg("plan.json").run().exits(0);
    let kept = fs::read(run.path("plan.json")).unwrap();
    let applied =
        stratos(["purge", "apply", "-"]).with(&cdn).env("CLOUDCDN_PURGE_KEY", "purge-k3y").stdin(kept);
    applied.run().exits(0);
    assert_eq!(cdn.requests()[0].json()["urls"], json!(STALE));
}

#[test]
fn one_step_purges_what_changed_at_one_cdn_or_several() {
    let cdn =
        Cdn::start([Answer::json(200, &json!({ "success": true, "purged": [], "remaining_today": 9 }))]);
    let purge = |to: &[&str]| {
        let run = both(&["purge", "--from", "old", "--site", SITE]).with(&cdn);
        to.iter().fold(run, |run, to| run.arg("--to").arg(to)).env("CLOUDCDN_PURGE_KEY", "purge-k3y")
    };
    purge(&["new"]).run().exits(0);
    purge(&["new", "cloudcdn"]).run().exits(0);
    let sent: Vec<Value> = cdn.requests().iter().map(|asked| asked.json()["urls"].clone()).collect();
    assert_eq!(sent, [json!(STALE), json!(STALE)]);
    let run = purge(&["old"]).run().exits(0);
    assert_eq!(run.stdout(), "{\"nothing_to_purge\":true,\"changed\":0,\"removed\":0,\"added\":0}\n");
    assert!(run.stderr.contains("nothing to purge"));
    assert!(purge(&[]).run().exits(64).stderr.contains("--to NEW"));
    assert!(purge(&["new"]).arg("--dry-run").run().exits(0).stdout().contains("a%20b.css"));
    assert_eq!(cdn.requests().len(), 2);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::{
        ffi::OsStr,
        os::unix::{ffi::OsStrExt, fs::symlink},
    };

    /// The binary on a folder `r` that `make` fills.
    fn listed(make: impl Fn(&Path)) -> Run {
        let run = stratos(["purge", "manifest", "r"]).file("r/a.html", "A").file("outside", "O");
        make(&run.home().join("r"));
        run.run()
    }

    #[test]
    fn links_are_followed_inside_and_named_when_they_lead_elsewhere() {
        let run = listed(|root| {
            fs::create_dir(root.join("sub")).unwrap();
            symlink("a.html", root.join("latest.html")).unwrap();
            symlink("..", root.join("sub/up")).unwrap();
            symlink("self", root.join("self")).unwrap();
            symlink("nowhere", root.join("dangling")).unwrap();
            symlink("../outside", root.join("out")).unwrap();
            symlink("sub", root.join("again")).unwrap();
            fs::write(root.join("sub/x"), "X").unwrap();
        });
        let text = run.exits(0);
        let paths: Vec<Value> = text
            .stdout()
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).unwrap().get("path").cloned())
            .collect();
        assert_eq!(Value::from(paths), json!(["a.html", "again/x", "latest.html", "sub/x"]));
        for word in [
            "\"sub/up\" is a link to a folder that it lies in",
            "\"self\" is a link that leads nowhere",
            "\"dangling\" is a link that leads nowhere",
            "\"out\" is a link that leads out of the folder",
        ] {
            assert!(text.stderr.contains(word), "{word}: {}", text.stderr);
        }
    }

    #[test]
    fn folders_that_link_to_each_other_come_to_an_end() {
        let run = listed(|root| {
            fs::create_dir(root.join("b")).unwrap();
            fs::create_dir(root.join("c")).unwrap();
            symlink("../c", root.join("b/c")).unwrap();
            symlink("../b", root.join("c/b")).unwrap();
            fs::write(root.join("b/x"), "X").unwrap();
        });
        let text = run.exits(0).stdout();
        assert!(text.contains("\"c/b/x\"") && text.contains("\"b/x\""), "{text}");
    }

    #[test]
    fn names_that_are_not_utf_8_are_kept_and_escaped_byte_by_byte() {
        let name = OsStr::from_bytes(b"caf\xe9.txt");
        let run = listed(|root| fs::write(root.join(name), "1").unwrap()).exits(0);
        assert!(run.stdout().contains("{\"hex\":\"636166e92e747874\",\"size\":1,"), "{}", run.stdout());
        let run = plan("m", "new").file("m", run.stdout()).arg("--all-removed").run().exits(0);
        assert!(items(&run.json()).contains(&"https://cloudcdn.pro/caf%E9.txt"));
    }

    #[test]
    fn a_file_that_cannot_be_read_fails_the_whole() {
        use std::os::unix::fs::PermissionsExt;
        let run = listed(|root| {
            let path = root.join("secret");
            fs::write(&path, "x").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        });
        // Who may read everything meets no such file.
        if fs::File::open(run.path("r/secret")).is_err() {
            let run = run.exits(74);
            assert!(run.stderr.contains("secret") && !run.stdout().contains("\"files\""), "{}", run.stderr);
        }
    }
}
