//! `stratos signed doctor`: one cause, proven, or none. The data of tests/doctor try the engine; these try the
//! command.

use super::{
    common::runner::{Run, stratos},
    signed::{A, A_COLON, B, KEY},
};
use serde_json::Value;

fn doctor(url: &str, args: &[&str]) -> Run {
    let run = stratos(["signed", "doctor", url]).env("SIGNED_URL_SECRET", KEY);
    args.iter().fold(run, |run, arg| run.arg(arg)).run()
}

fn diagnosis(url: &str, args: &[&str]) -> Value {
    let run = doctor(url, &[args, &["--json"]].concat());
    assert_eq!(run.stderr, "", "{url}");
    run.json()
}

fn cause(url: &str, args: &[&str]) -> String {
    diagnosis(url, args)["cause"]["id"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn a_good_link_has_no_cause_and_exits_0() {
    let value = doctor(A, &["--json"]).exits(0).json();
    let members: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["scheme", "verdict", "cause", "checks", "searched"]);
    assert_eq!((&value["scheme"], &value["verdict"]), (&"cloudcdn".into(), &"valid".into()));
    assert!(value["cause"].is_null());
    assert!(value["checks"].as_array().unwrap().iter().all(|check| check["ok"] == true), "{value}");
    doctor(&format!("{A}#t=10"), &[]).exits(0);
    doctor(&A.replace("path=%2Fa", "path=/a"), &[]).exits(0);
}

#[test]
fn each_cause_has_text_fix_and_evidence_and_exits_65() {
    let run = doctor(&A.replace('&', "&amp;"), &["--json"]).exits(65);
    let cause = &run.json()["cause"];
    let members: Vec<&str> = cause.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["id", "text", "fix", "evidence"]);
    assert_eq!(cause["id"], "url.html-escaped");
    assert!(cause["evidence"].as_str().unwrap().contains("the signature matches"));
    stratos(["explain", "url.html-escaped"]).run().exits(0);
}

#[test]
fn damage_to_the_link_is_named() {
    for (url, wanted) in [
        (A.split('&').next().unwrap().to_owned(), "url.shell-mangled"),
        (A.replacen("expires", "exp\nires", 1), "url.line-wrapped"),
        (format!("{A})."), "url.trailing-text"),
        (A.replace('&', "%26"), "url.separators-encoded"),
        (A.replace("%2F", "%252F"), "path.double-encoded"),
        (format!("{}{}", &A[..A.len() - 64], A[A.len() - 64..].to_uppercase()), "encoding.hex-case"),
        (A[..A.len() - 5].to_owned(), "signature.truncated"),
        (A_COLON.to_owned(), "scheme.variant"),
    ] {
        assert_eq!(cause(&url, &[]), wanted, "{url}");
    }
}

#[test]
fn what_nothing_explains_has_no_cause() {
    for url in [
        A.replace("%2Fa", "%2Fc"),
        A.replace("sig=d", "sig=e"),
        A.replace("4102444800", "4102444801"),
        format!("{}{}", A.split("sig=").next().unwrap(), B.split('&').next_back().unwrap()),
        "https://cloudcdn.pro/a.mp4".into(),
        "https://cloudcdn.pro/a.mp4?v=1".into(),
        A.replace("&sig=", "&sig=&x="),
    ] {
        let value = diagnosis(&url, &[]);
        assert!(value["cause"].is_null(), "{url}: {value}");
        assert_ne!(value["verdict"], "valid", "{url}");
    }
}

#[test]
fn a_ring_is_tried_in_its_order() {
    let with = |args: &[&str], url: &str| {
        let run = stratos(["signed", "doctor", url, "--json"]).env("NEW", "another key").env("OLD", KEY);
        args.iter().fold(run, |run, arg| run.arg(arg)).run()
    };
    let ring = ["--key", "env:NEW", "--key", "env:OLD"];
    let value = with(&ring, A).exits(65).json();
    assert_eq!(value["cause"]["id"], "key.other-of-ring");
    with(&["--key", "env:OLD", "--key", "env:NEW"], A).exits(0);
}

#[test]
fn keys_and_due_signatures_are_never_shown() {
    let due = &A[A.len() - 64..];
    for (key, url) in [
        (format!("{KEY}\n"), A.to_owned()),
        (format!("\"{KEY}\""), A.to_owned()),
        (KEY.to_owned(), A[..A.len() - 5].to_owned()),
        (KEY.to_owned(), A.replace(due, &"0".repeat(64))),
    ] {
        for output in ["json", "table"] {
            let run = stratos(["signed", "doctor", &url, "--key", "env:K", "--output", output])
                .env("K", &key)
                .run();
            let shown = format!("{}{}", run.stdout(), run.stderr);
            assert!(!shown.contains(KEY), "{shown}");
            assert!(url.contains(due) || !shown.contains(due), "{shown}");
        }
    }
}

#[test]
fn the_page_fits_80_columns_and_names_the_topic() {
    for url in [A.replace('&', "&amp;"), A.replace("sig=d", "sig=e"), A.to_owned()] {
        let text = doctor(&url, &["--output", "table"]).stdout();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
    let text = doctor(&A.replace('&', "&amp;"), &["--output", "table"]).stdout();
    for part in ["Why  ", "Fix  ", "Evidence  ", "stratos explain url.html-escaped"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn bad_arguments_are_no_diagnosis() {
    stratos(["signed", "doctor"]).run().exits(64);
    doctor("", &["--json"]).fails("usage_error", 64);
    doctor(A, &["--json", "--scheme", "cloudcnd"]).fails("usage_error", 64);
    doctor(A, &["--json", "--at", "noon"]).fails("usage_error", 64);
    doctor(A, &["--json", "--param", "colour=red"]).fails("usage_error", 64);
    doctor(A, &["--json", "--key", "env:K", "--secret", "x"]).fails("usage_error", 64);
    stratos(["signed", "doctor", A, "--json"]).run().fails("auth_missing_key", 78);
}
