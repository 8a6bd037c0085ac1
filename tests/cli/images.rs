//! `stratos signed` for image servers and services: imgproxy, imgix, Thumbor and Cloudinary.

use super::common::runner::{Run, stratos};

const SALT: &str = "520f986b998545b4785e0defbc4f3c1203f22de2374a3d53cb7a7fe9fea309c5";

fn signed(args: &[&str]) -> Run {
    let runner = stratos(["signed"]).env("K", "52a1bc3f00d94e7781aa93c6e2f0b4d8").env("SALT", SALT);
    args.iter().fold(runner.env("ODD", "no hex"), |run, arg| run.arg(arg)).run()
}

/// Scheme, settings beside the key, and a URL.
const LINKS: [(&str, &[&str], &str); 5] = [
    ("imgproxy", &["--param", "salt=env:SALT"], "https://img.example.com/rs:fit:300:300/plain/a.png"),
    ("imgix", &[], "https://img.example.com/a%20b.jpg?w=300&auto=format"),
    ("thumbor", &[], "https://img.example.com/300x200/smart/img.example.org/a.jpg"),
    ("cloudinary", &[], "https://res.example.com/demo/image/upload/c_fill,w_300/v1/folder/a.jpg"),
    ("cloudinary-token", &["--ttl", "1h"], "https://res.example.com/demo/image/authenticated/v1/a.jpg"),
];

fn minted(scheme: &str, more: &[&str], url: &str) -> String {
    let args = [&["--scheme", scheme, "--key", "env:K"], more, &[url]].concat();
    signed(&args).exits(0).stdout().trim_end().to_owned()
}

/// The settings that verifying takes too.
fn settings<'a>(more: &'a [&'a str]) -> &'a [&'a str] {
    if more.first() == Some(&"--param") { more } else { &[] }
}

#[test]
fn what_is_minted_verifies_and_what_was_changed_does_not() {
    for (scheme, more, url) in LINKS {
        let link = minted(scheme, more, url);
        let verify = |link: &str, named: &[&str]| {
            signed(&[&["verify", "--key", "env:K"], named, settings(more), &[link]].concat())
        };
        let named = ["--scheme", scheme];
        assert!(verify(&link, &named).exits(0).stdout().contains("valid"), "{link}");
        assert!(verify(&link, &[]).exits(0).stdout().contains("valid"), "found again: {link}");
        let changed = link.replace("/a", "/b");
        assert!(verify(&changed, &named).exits(65).stdout().contains("mismatch"), "{changed}");
    }
}

#[test]
fn inspect_finds_the_scheme_and_shows_the_url_before_it_was_signed() {
    for (scheme, more, url) in LINKS {
        let link = minted(scheme, more, url);
        let found = signed(&["inspect", &link, "--json"]).exits(0).json();
        assert_eq!(found["scheme"], scheme, "{found}");
        assert_eq!(found["url"], url, "{found}");
    }
}

#[test]
fn an_end_is_optional_with_imgproxy_and_imgix_unless_the_policy_wants_one() {
    for ((scheme, more, url), option) in [(LINKS[0], "/exp:"), (LINKS[1], "&expires=")] {
        assert!(!minted(scheme, more, url).contains(option), "{scheme}");
        let link = minted(scheme, &[more, &["--ttl", "1h"]].concat(), url);
        assert!(link.contains(option), "{link}");
        let late =
            [&["verify", "--scheme", scheme, "--key", "env:K", "--at", "+2h"], more, &[&link]].concat();
        assert!(signed(&late).exits(65).stdout().contains("expired"), "{link}");
    }
}

#[test]
fn a_policy_of_lifetimes_refuses_links_without_an_end() {
    for (scheme, more, url) in &LINKS[..4] {
        let run = [&["--scheme", scheme, "--key", "env:K"], *more, &[*url]].concat();
        let runner =
            stratos(["signed"]).env("K", "00ff").env("SALT", SALT).config("[policy]\nmax_ttl = \"1h\"\n");
        let run = run.iter().fold(runner, |runner, arg| runner.arg(arg)).run().exits(77);
        assert!(run.stderr.contains("has no expiry") && run.stdout().is_empty(), "{}", run.stderr);
    }
}

#[test]
fn what_the_server_would_read_otherwise_is_refused_before_it_is_signed() {
    let salted = ["--param", "salt=env:SALT"];
    for (scheme, more, url, exit, word) in [
        ("imgproxy", &[][..], "https://h/rs:fit/plain/a", 78, "salt=env:"),
        ("imgproxy", &["--param", "salt=env:ODD"], "https://h/rs:fit/plain/a", 65, "hex"),
        ("imgproxy", &salted, "https://h/rs:fit/plain/a?x=1", 64, "%3F"),
        (
            "imgproxy",
            &["--param", "salt=env:SALT", "--param", "signature_size=33"],
            "https://h/a",
            64,
            "1 to 32",
        ),
        ("imgix", &[], "https://h/a.jpg?s=1", 64, "plain URL"),
        ("imgix", &[], "https://h/é.jpg", 64, "percent-encoded"),
        ("imgix", &[], "https://h/https://e.example/a.jpg", 64, "source=URL"),
        ("imgix", &["--param", "source=a.jpg"], "https://h/", 64, "http"),
        ("thumbor", &["--ttl", "1h"], "https://h/300x200/a.jpg", 64, "--ttl"),
        ("thumbor", &[], "https://h/unsafe/300x200/a.jpg", 64, "unsafe"),
        ("cloudinary", &[], "https://h/a.jpg", 64, "delivery type"),
        ("cloudinary", &[], "https://h/demo/image/upload/100%.jpg", 64, "%25"),
        ("cloudinary", &["--param", "length=8"], "https://h/demo/image/upload/a.jpg", 64, "short, long"),
        ("cloudinary-token", &[], "https://h/demo/image/a.jpg", 64, "--ttl"),
        ("cloudinary-token", &["--ttl", "1h", "--prefix", "/other/"], "https://h/demo/a.jpg", 64, "cover"),
    ] {
        let run = signed(&[&["--scheme", scheme, "--key", "env:K"], more, &[url]].concat()).exits(exit);
        assert!(run.stderr.contains(word), "{scheme} {url}: {}", run.stderr);
        assert!(run.stdout().is_empty() && !run.stderr.contains(SALT), "{scheme} {url}: {}", run.stderr);
    }
    let run =
        signed(&["--scheme", "imgproxy", "--key", "env:ODD", "--param", "salt=env:SALT", "https://h/a/b"])
            .exits(65);
    assert!(run.stderr.contains("hex") && !run.stderr.contains("no hex"), "{}", run.stderr);
}

#[test]
fn an_image_elsewhere_and_a_token_in_a_cookie() {
    let source = ["--param", "source=https://e.example/a b.jpg?x=1"];
    let link = minted("imgix", &source, "https://img.example.com/?w=1");
    assert!(link.contains("/https%3A%2F%2Fe.example%2Fa%20b.jpg%3Fx%3D1?w=1&s="), "{link}");
    let found = signed(&["inspect", &link]).exits(0).stdout();
    assert!(found.contains("https://e.example/a b.jpg?x=1"), "{found}");

    let (_, _, url) = LINKS[4];
    let cookie = minted("cloudinary-token", &["--ttl", "1h", "--cookie", "--prefix", "/demo/image/"], url);
    assert!(
        cookie.starts_with("__cld_token__=exp=") && cookie.contains("~acl=%2fdemo%2fimage%2f*~hmac="),
        "{cookie}"
    );
    let verify = ["verify", "--scheme", "cloudinary-token", "--key", "env:K", "--cookie", &cookie];
    let asked = |url: &str| signed(&[&verify[..], &[url]].concat());
    assert!(asked(url).exits(0).stdout().contains("valid"));
    assert!(asked("https://res.example.com/demo/video/a.mp4").exits(65).stdout().contains("refused"));
}

#[test]
fn a_list_of_links_is_signed_line_by_line() {
    let args = ["signed", "--scheme", "imgproxy", "--key", "env:K", "--param", "salt=env:SALT", "-"];
    let runner = stratos(args).env("K", "00ff").env("SALT", SALT);
    let run = runner.stdin("https://h/w:1/plain/a\nhttps://h/w:2/plain/b?x\nhttps://h/w:3/plain/c\n").run();
    let lines = run.stdout();
    assert_eq!(lines.lines().count(), 2, "the second is refused: {lines}{}", run.stderr);
    assert!(run.code == Some(65) && lines.contains("/w:3/plain/c"), "{:?} {}", run.code, run.stderr);
}
