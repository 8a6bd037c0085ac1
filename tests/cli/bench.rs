//! `stratos bench` against a scripted CDN.

use super::common::{
    cdn::{Answer, Cdn},
    runner::stratos,
};
use serde_json::json;

fn well() -> Answer {
    Answer::json(200, &json!({"status": "ok"}))
}

#[test]
fn five_samples_and_their_summary() {
    let cdn = Cdn::start([well()]);
    let run = stratos(["bench"]).with(&cdn).env("CLOUDCDN_ACCOUNT_KEY", "key-0123456789").run().exits(0);
    let value = run.json();
    assert_eq!(value["target"], format!("{}/api/health", cdn.url()));
    let samples = value["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 5);
    assert_eq!((&samples[0]["i"], &samples[0]["status"]), (&json!(1), &json!(200)));
    let summary = &value["summary"];
    assert_eq!((&summary["n_ok"], &summary["n_fail"]), (&json!(5), &json!(0)));
    let of = |name: &str| summary[name].as_f64().unwrap();
    assert!(of("min_ms") > 0.0 && of("min_ms") <= of("p50_ms"));
    assert!(of("p50_ms") <= of("p95_ms") && of("p95_ms") <= of("max_ms"));
    assert_eq!(summary["cold_start_ms"], samples[0]["ms"]);
    let asked = cdn.requests();
    assert_eq!((asked.len(), cdn.connections()), (5, 1));
    assert!(asked.iter().all(|one| one.header("AccountKey").is_none()));
}

#[test]
fn failures_are_counted_and_exit_69() {
    let cdn = Cdn::start([well(), Answer::text(500, "no"), Answer::closed(), well()]);
    let run = stratos(["bench", "-n", "4"]).with(&cdn).run().exits(69);
    let value = run.json();
    assert_eq!((&value["summary"]["n_ok"], &value["summary"]["n_fail"]), (&json!(2), &json!(2)));
    assert_eq!(value["samples"][1]["error"], "HTTP 500");
    assert_eq!(value["samples"][2]["status"], json!(null));
    assert_eq!(cdn.requests().len(), 4, "nothing is retried");

    let none = Cdn::start([Answer::text(500, "no")]);
    let value = stratos(["bench", "--iterations", "2"]).with(&none).run().exits(69).json();
    assert_eq!((&value["summary"]["n_ok"], &value["summary"]["min_ms"]), (&json!(0), &json!(null)));
}

#[test]
fn a_bad_count_is_refused_before_any_request() {
    let cdn = Cdn::start([well()]);
    for count in ["abc", "0", "-1", "1.5", "1001", "", "99999999999"] {
        let run = stratos(["bench", "--json", "-n", count]).with(&cdn).run().fails("usage_error", 64);
        assert!(run.stderr.contains("-n"), "{}", run.stderr);
    }
    assert!(cdn.requests().is_empty());
}

#[test]
fn a_table_for_people_and_rows_for_reports() {
    let cdn = Cdn::start([well()]);
    let table = stratos(["bench", "-n", "2", "--output", "table"]).with(&cdn).run().exits(0).stdout();
    assert!(table.contains("p95_ms") && table.contains(" ms"), "{table}");
    let rows = stratos(["bench", "-n", "2", "--output", "markdown"]).with(&cdn).run().exits(0).stdout();
    assert_eq!(rows.lines().count(), 4, "{rows}");
}
