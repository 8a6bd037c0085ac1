//! `security posture`: the table of SECURITY.md as this binary carries it.

use crate::common::runner::stratos;
use serde_json::Value;
use stratos::commands::security::{DOCUMENT, rows};

fn posture(args: &[&str]) -> Vec<Value> {
    let run = stratos(["security", "posture", "--json"].iter().chain(args)).run().exits(0);
    assert_eq!(run.stderr, "");
    run.json().as_array().unwrap().clone()
}

#[test]
fn every_line_of_the_document_is_a_row() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/SECURITY.md")).unwrap();
    assert_eq!(DOCUMENT, document);
    let printed = posture(&[]);
    assert_eq!(printed.len(), rows(&document).len());
    for row in &printed {
        let members: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members[..3], ["capability", "state", "evidence"], "{row}");
        assert_eq!(members.get(3), (row["state"] == "enforced").then_some(&"fault"), "{row}");
        let capability = row["capability"].as_str().unwrap();
        assert!(
            !capability.is_empty()
                && !capability.contains('`')
                && !row["evidence"].as_str().unwrap().is_empty()
        );
    }
    let redirect = printed.iter().find(|row| row["capability"] == "no credential along a redirect").unwrap();
    assert_eq!(redirect["fault"], "redirect-keeps-credential");
    assert!(redirect["evidence"].as_str().unwrap().starts_with("src/http/tests.rs::"));
}

#[test]
fn a_state_is_picked_by_its_name() {
    let all = posture(&[]).len();
    let count = |state: &str| {
        let rows = posture(&["--state", state]);
        assert!(rows.iter().all(|row| row["state"] == state), "{state}");
        rows.len()
    };
    let picked = ["enforced", "shipped", "beta", "partial"].map(count);
    assert_eq!(picked.iter().sum::<usize>(), all);
    assert!(picked[0] > 40 && picked[1] > 0 && picked[3] > 0, "{picked:?}");
    assert_eq!(posture(&["--state", "shipped", "--state", "partial"]).len(), picked[1] + picked[3]);
    let run = stratos(["security", "posture", "--state", "enforce", "--json"]).run().fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("enforced"), "{}", run.stderr);
}

#[test]
fn people_get_paragraphs_that_fit() {
    let run =
        stratos(["security", "posture"]).env("STRATOS_FORCE_TTY", "1").env("NO_COLOR", "1").run().exits(0);
    let text = run.stdout();
    let wide: Vec<&str> = text
        .lines()
        .filter(|line| line.chars().count() > 80 && line.contains(' ') && !line.contains("::"))
        .collect();
    assert!(wide.is_empty(), "{wide:?}");
    assert!(text.starts_with("enforced  offline commands make no network-class system call\n"), "{text}");
    assert!(text.contains("\npartial   macOS and Windows\n"), "{text}");
}

#[test]
fn the_noun_wants_its_verb() {
    let run = stratos(["security", "--json"]).run().fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("posture"), "{}", run.stderr);
    stratos(["security", "audit", "--json"]).run().fails("usage_error", 64);
}
