//! `stratos signed audit`: findings on stdout, 65 from a severity on, no key and no signature shown.

use super::{
    common::runner::{Run, Runner, stratos},
    signed::{A, B},
};
use serde_json::Value;

/// A day before A and B end.
const AT: [&str; 2] = ["--at", "4102358400"];

fn audit(args: &[&str]) -> Runner {
    stratos(["signed", "audit"].iter().chain(args).chain(&AT))
}

fn ids(run: &Run) -> Vec<String> {
    let findings = run.json()["findings"].as_array().unwrap().clone();
    findings.iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_good_link_has_no_finding() {
    let run = audit(&[A, B]).run().exits(0);
    assert_eq!(run.json()["findings"], Value::Array(Vec::new()));
    assert_eq!(run.json()["summary"]["links"], 2);
    assert_eq!(run.json()["summary"]["clean"], 2);
    let text = audit(&[A, "--output", "table"]).run().exits(0).stdout();
    assert_eq!(text, "1 link, 1 clean: 0 errors, 0 warnings, 0 notes\n");
}

#[test]
fn a_finding_names_link_evidence_and_fix_and_shows_no_signature() {
    let run = stratos(["signed", "audit", A]).run().exits(65);
    let finding = &run.json()["findings"][0];
    assert_eq!(finding["id"], "life.too-long");
    assert_eq!((&finding["line"], &finding["severity"]), (&1.into(), &"error".into()));
    assert_eq!(finding["scheme"], "cloudcdn");
    assert!(finding["url"].as_str().unwrap().ends_with("&sig=REDACTED"), "{finding}");
    assert!(finding["evidence"].as_str().unwrap().contains("604800 s are allowed"), "{finding}");
    assert!(!run.everything().contains("d65c4382"), "a signature was shown");
    stratos(["explain", finding["id"].as_str().unwrap()]).run().exits(0);
    let table = stratos(["signed", "audit", A, "--output", "table"]).run().exits(65).stdout();
    assert!(table.starts_with("error    life.too-long  line 1  cloudcdn\n"), "{table}");
    assert!(table.ends_with("1 link, 0 clean: 1 error, 0 warnings, 0 notes\n"), "{table}");
    assert!(!table.contains('\x1b'), "{table}");
}

#[test]
fn the_exit_follows_the_severity_asked_for() {
    let http = A.replace("https://", "http://");
    audit(&[&http]).run().exits(0);
    audit(&[&http, "--fail-on", "warning"]).run().exits(65);
    audit(&[&http, "--fail-on", "note"]).run().exits(65);
    audit(&["nonsense", "--fail-on", "never"]).run().exits(0);
    audit(&["nonsense"]).run().exits(65);
    audit(&[A, "--fail-on", "note"]).run().exits(0);
    audit(&[A, "--fail-on", "fatal", "--json"]).run().fails("usage_error", 64);
}

#[test]
fn bounds_come_from_the_flag_else_the_policy() {
    assert_eq!(ids(&audit(&[A, "--max-ttl", "1h"]).run().exits(65)), ["life.too-long"]);
    audit(&[A, "--max-ttl", "1d"]).run().exits(0);
    let policy = "[policy]\nmax_ttl = \"1h\"\n";
    assert_eq!(ids(&audit(&[A]).config(policy).run().exits(65)), ["life.too-long"]);
    audit(&[A, "--max-ttl", "2d"]).config(policy).run().exits(0);
    assert_eq!(
        ids(&audit(&[A, "--credentials-until", "+1h"]).run().exits(65)),
        ["life.outlives-credentials"]
    );
    audit(&[A, "--credentials-until", "OLD=+1h"]).run().exits(0);
    audit(&[A, "--credentials-until", "soon", "--json"]).run().fails("usage_error", 64);
    audit(&[A, "--max-ttl", "soon", "--json"]).run().fails("usage_error", 64);
}

#[test]
fn a_list_is_audited_as_it_comes_with_its_line_numbers() {
    let long = "x".repeat(2 << 20);
    let mut list = format!(
        "{A}\n\n{}\r\n{B}\nnonsense\n{long}\n{}",
        A.replace("https", "http"),
        A.replace("%2Fa", "%2Fc")
    )
    .into_bytes();
    list.extend_from_slice(b"\n\xff\xfe\n");
    let run = audit(&["-"]).stdin(list.clone()).run().exits(65);
    let found: Vec<(u64, String)> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["line"].as_u64().unwrap(), finding["id"].as_str().unwrap().to_owned()))
        .collect();
    let wanted = [
        (3, "url.http"),
        (5, "link.malformed"),
        (6, "link.malformed"),
        (7, "signature.shared"),
        (8, "link.malformed"),
    ];
    assert_eq!(found, wanted.map(|(line, id)| (line, id.to_owned())));
    assert_eq!(run.json()["summary"]["links"], 7);
    let lines = audit(&["-", "--output", "ndjson"]).stdin(list.clone()).run().exits(65);
    assert_eq!(lines.stdout().lines().count(), 5);
    assert!(lines.stderr.contains("7 links, 2 clean: 3 errors, 2 warnings, 0 notes"), "{}", lines.stderr);
    let csv = audit(&["-", "--output", "csv"]).stdin(list.clone()).run().exits(65).stdout();
    assert!(
        csv.starts_with("line,severity,id,scheme,url,evidence,fix\n3,warning,url.http,cloudcdn,"),
        "{csv}"
    );
    let markdown = audit(&["-", "--output", "markdown"]).stdin(list.clone()).run().exits(65).stdout();
    assert_eq!(markdown.lines().count(), 7, "{markdown}");
    let table = audit(&["-", "--output", "table"]).stdin(list).run().exits(65).stdout();
    assert!(table.contains("warning  signature.shared  line 7  cloudcdn\n"), "{table}");
    let empty = audit(&["-", "--json"]).run().exits(0);
    assert_eq!(empty.json()["summary"]["links"], 0);
}

#[test]
fn arguments_give_the_same_rows_as_a_list() {
    let http = A.replace("https", "http");
    for format in ["csv", "markdown", "ndjson", "json", "table"] {
        let given = audit(&[&http, "nonsense", "--output", format]).run().exits(65);
        let listed = audit(&["-", "--output", format]).stdin(format!("{http}\nnonsense\n")).run().exits(65);
        if format == "json" {
            assert_eq!(given.json(), listed.json());
        } else {
            assert_eq!(given.stdout(), listed.stdout(), "{format}");
        }
    }
    let filtered = audit(&[&http, "--filter", ".findings[0].id", "--json"]).run().exits(0);
    assert_eq!(filtered.json(), "url.http");
}

#[test]
fn a_named_scheme_is_the_only_one() {
    assert_eq!(ids(&audit(&[A, "--scheme", "bunny"]).run().exits(65)), ["link.malformed"]);
    audit(&[A, "--scheme", "cloudcdn"]).run().exits(0);
    audit(&[A, "--scheme", "cloudcnd", "--json"]).run().fails("usage_error", 64);
}

#[test]
fn what_makes_no_sense_is_refused() {
    audit(&["--json"]).run().fails("usage_error", 64);
    audit(&["-", A, "--json"]).run().fails("usage_error", 64);
    audit(&["-", "--output", "yaml"]).run().fails("usage_error", 64);
    audit(&["-", "--json", "--filter", ".findings"]).run().fails("usage_error", 64);
}
