//! Each fault of `dev --fault`, and what a purge and a health check make of it.

use super::dev::Edge;
use crate::common::runner::Run;
use std::collections::BTreeSet;

/// What a command without retries and with a short deadline ends with: type, exit code, words.
type Case = (&'static str, &'static str, i32, &'static str);

#[rustfmt::skip]
const PURGE: &[Case] = &[
    ("429", "rate_limited", 75, "Too many requests"),
    ("503", "server_error", 75, "Service unavailable"),
    ("stall", "request_failed", 75, "after 1 attempt"),
    ("stall-body", "request_failed", 75, "after 1 attempt"),
    ("drip", "request_failed", 75, "after 1 attempt"),
    ("reset", "request_failed", 75, "after 1 attempt"),
    ("oversize", "too_large", 65, "larger than 8388608 bytes"),
    ("redirect", "redirect_refused", 69, "elsewhere.invalid"),
    ("non-json", "data_error", 65, ""),
];

/// A health check carries the access key of the edge's export lines.
#[rustfmt::skip]
const HEALTH: &[Case] = &[
    ("429", "rate_limited", 75, "Too many requests"),
    ("503", "server_error", 75, "Service unavailable"),
    ("stall", "request_failed", 75, "after 1 attempt"),
    ("stall-body", "request_failed", 75, "after 1 attempt"),
    ("drip", "request_failed", 75, "after 1 attempt"),
    ("reset", "request_failed", 75, "after 1 attempt"),
    ("oversize", "too_large", 65, "larger than 8388608 bytes"),
    ("redirect", "redirect_refused", 69, "elsewhere.invalid"),
    ("non-json", "data_error", 65, "instead of JSON"),
];

fn meets(command: &[&str], fault: &str) -> Run {
    let edge = Edge::start(&["--fault", fault]);
    let bounds = ["--json", "--retries", "0", "--timeout", "500ms"];
    edge.stratos(&[command, &bounds].concat()).run()
}

fn holds(command: &[&str], cases: &[Case]) {
    for (fault, kind, exit, words) in cases {
        let run = meets(command, fault);
        assert_eq!(run.stdout(), "", "{fault}: a failure has no result");
        let run = run.fails(kind, *exit);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{fault}: {message}");
    }
}

#[test]
fn a_purge_names_each_fault() {
    holds(&["purge", "--tag", "home"], PURGE);
}

#[test]
fn a_health_check_names_each_fault() {
    holds(&["health"], HEALTH);
}

#[test]
fn every_fault_has_its_case() {
    let known: BTreeSet<_> = stratos::edge::Fault::all().map(|(name, _)| name).collect();
    for cases in [PURGE, HEALTH] {
        let tested: BTreeSet<_> = cases.iter().map(|case| case.0).collect();
        assert_eq!(known, tested);
    }
}

#[test]
fn every_fault_stands_in_the_help() {
    let help = crate::common::runner::stratos(["dev", "--help"]).run().exits(0).stdout();
    let help: String = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let list: Vec<_> = stratos::edge::Fault::all().map(|(name, _)| name).collect();
    let (last, first) = list.split_last().unwrap();
    let words = format!("{} or {last}", first.join(", "));
    assert!(help.contains(&words), "no {words:?} in {help}");
}

#[test]
fn what_passes_is_outlasted_by_retries() {
    for fault in ["503:2", "reset:1", "429:1", "stall:1", "drip:1", "stall-body:1"] {
        let edge = Edge::start(&["--fault", fault]);
        let run = edge.stratos(&["purge", "--tag", "home", "--json", "--timeout", "1s"]).run().exits(0);
        assert_eq!(run.json()["success"], true, "{fault}");
    }
}

#[test]
fn one_fault_more_than_retries_is_the_answer() {
    let edge = Edge::start(&["--fault", "503:3"]);
    let purge = ["purge", "--tag", "home", "--json"];
    edge.stratos(&purge).run().fails("server_error", 75);
    edge.stratos(&purge).run().exits(0);
}

#[test]
fn faults_follow_one_another() {
    let edge = Edge::start(&["--fault", "503:1", "--fault", "redirect:1"]);
    let purge = ["purge", "--tag", "home", "--json", "--retries", "0"];
    edge.stratos(&purge).run().fails("server_error", 75);
    edge.stratos(&purge).run().fails("redirect_refused", 69);
    edge.stratos(&purge).run().exits(0);
}

#[test]
fn a_wait_beyond_patience_is_named_and_not_waited_for() {
    let edge = Edge::start(&["--fault", "429", "--retry-after", "3600"]);
    let run = edge.stratos(&["purge", "--tag", "home", "--json"]).run();
    run.fails("rate_limited", 75);
}
