//! `demo`: the story holds, and leaves nothing behind.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, Runner, stratos},
};
use std::path::Path;

const TITLES: [&str; 9] = [
    "1. Mint a signed URL",
    "2. Fetch it",
    "3. Fetch it again",
    "4. Change one letter of it",
    "5. Sign it the other way that CloudCDN knows",
    "6. Let a URL expire",
    "7. Purge a tag",
    "8. Prove that the cache let go",
    "9. Have an answer explained",
];

fn told(runner: Runner) -> Run {
    let run = runner.run().exits(0);
    let out = run.stdout();
    let mut rest = &*out;
    for title in TITLES {
        let at = rest.find(title).unwrap_or_else(|| panic!("no {title:?}, or out of order, in\n{out}"));
        rest = &rest[at..];
    }
    assert!(rest.contains("9 steps in "), "{out}");
    run
}

fn is_empty(home: &Path) -> bool {
    std::fs::read_dir(home).unwrap().next().is_none()
}

#[test]
fn every_step_is_told_and_nothing_is_left() {
    let run = told(stratos(["demo"]));
    assert!(is_empty(run.home.path()));
    assert_eq!(run.stderr, "");
    let out = run.stdout();
    for line in [
        "   200 X-Cache: MISS, X-Serial: 1\n",
        "   200 X-Cache: HIT, X-Serial: 1, Age: ",
        "   403 Invalid signature (verify: signature mismatch)\n",
        "   403 Signed URL has expired (verify: expired)\n",
        "   $ stratos purge --tag reports\n",
        "   200 X-Cache: MISS, X-Serial: 2\n",
        "   cache-status: stratos; fwd=uri-miss; stored\n",
    ] {
        assert!(out.contains(line), "no {line:?} in\n{out}");
    }
}

#[test]
fn it_fits_80_columns_and_has_colour_only_when_asked() {
    let plain = told(stratos(["demo"])).stdout();
    assert!(!plain.contains('\x1b'));
    for line in plain.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let coloured = stratos(["demo", "--color", "always"]).run().exits(0).stdout();
    assert!(coloured.contains("\x1b[1m1. Mint a signed URL\x1b[0m"), "{coloured}");
    assert!(coloured.contains("\x1b[31m403\x1b[0m Invalid signature"), "{coloured}");
}

#[test]
fn it_needs_no_home() {
    told(stratos(["demo"]).unset("HOME"));
    told(stratos(["demo"]).env("HOME", ""));
}

#[test]
fn ci_changes_nothing() {
    told(stratos(["demo"]).env("CI", "true").env("GITHUB_ACTIONS", "true"));
}

#[test]
fn profile_and_credentials_of_the_user_are_not_looked_at() {
    let other = Cdn::start([Answer::text(500, "not for you")]);
    let run = stratos(["demo"])
        .with(&other)
        .env("CLOUDCDN_PURGE_KEY", "the-users-purge-key-000000")
        .env("CLOUDCDN_ACCOUNT_KEY", "the-users-account-key-0000")
        .env("SIGNED_URL_SECRET", "the-users-signing-key-0000")
        .env("HTTP_PROXY", "not a proxy at all")
        .env("http_proxy", other.url())
        .env("CLOUDCDN_TIMEOUT", "abc")
        .env("STRATOS_PROFILE", "nowhere")
        .config("this is no TOML = = =");
    let run = told(run);
    assert!(other.requests().is_empty());
    assert!(!run.everything().contains("the-users-"));
}

#[test]
fn the_steps_are_data_too() {
    let run = stratos(["demo", "--json"]).run().exits(0);
    let told = run.json();
    assert_eq!((&told["ok"], &told["failed"]), (&true.into(), &serde_json::Value::Null));
    let steps = told["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    let wanted = ["mint", "fetch", "again", "tamper", "other-form", "expire", "purge", "fresh", "explain"];
    assert_eq!(names, wanted);
    for (index, step) in steps.iter().enumerate() {
        assert_eq!(step["step"], index + 1);
        assert!(step["command"].as_str().is_some_and(|command| !command.is_empty()), "{step}");
    }
    assert_eq!((&steps[3]["status"], &steps[3]["verdict"]), (&403.into(), &"signature mismatch".into()));
    assert_eq!(steps[6]["response"]["remaining_today"], 99);
    assert_eq!((&steps[7]["cache"], &steps[7]["serial"]), (&"MISS".into(), &"2".into()));
    let lines = stratos(["demo", "--output", "ndjson"]).run().exits(0).stdout();
    assert_eq!(lines.lines().count(), TITLES.len());
}

#[test]
fn two_at_once_do_not_meet() {
    let (one, two) = (stratos(["demo"]).spawn(), stratos(["demo"]).spawn());
    one.finish().exits(0);
    two.finish().exits(0);
}
