use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, stratos},
};

fn check(run: &Run, name: &str) -> (String, String) {
    let checks = run.json();
    let found =
        checks.as_array().and_then(|checks| checks.iter().find(|check| check["check"] == name).cloned());
    let found = found.unwrap_or_else(|| panic!("no check {name}: {checks}"));
    let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
    (text("status"), text("detail"))
}

#[test]
fn a_healthy_setup_passes_and_says_who_set_what() {
    let cdn = Cdn::start([Answer::json(200, &serde_json::json!({"status": "ok"}))]);
    let run = stratos(["doctor", "--json"])
        .with(&cdn)
        .env("CLOUDCDN_PURGE_KEY", "purge-key-0123456789")
        .run()
        .exits(0);
    assert_eq!(check(&run, "reach").0, "ok");
    let (status, detail) = check(&run, "purge_key");
    assert_eq!((status.as_str(), detail.contains("CLOUDCDN_PURGE_KEY")), ("ok", true), "{detail}");
    assert_eq!(check(&run, "account_key").0, "unset", "an optional key that is not set is no failure");
    assert!(check(&run, "config").1.contains("CLOUDCDN_URL"));
    assert!(!run.everything().contains("purge-key-0123456789"));
    assert_eq!(cdn.requests().len(), 1);
    assert!(check(&run, "signing").1.contains("cloudcdn-colon"), "the other form is named");
}

#[test]
fn what_fails_is_69_in_both_forms() {
    let closed = "http://127.0.0.1:1";
    let run = stratos(["doctor", "--json"]).env("CLOUDCDN_URL", closed).run().exits(69);
    assert_eq!(check(&run, "reach").0, "fail");
    let run = stratos(["doctor", "--output", "table"]).env("CLOUDCDN_URL", closed).run().exits(69);
    assert!(run.stdout().contains("FAIL"), "{}", run.stdout());
}

#[test]
fn a_broken_file_is_a_failed_check_and_the_others_still_run() {
    let run = stratos(["doctor", "--offline", "--json"]).config("default = \n").run().exits(69);
    let (status, detail) = check(&run, "config");
    assert_eq!((status.as_str(), detail.contains("line 1")), ("fail", true), "{detail}");
    assert_eq!(check(&run, "runtime").0, "ok");
}

#[test]
fn offline_sends_nothing() {
    let cdn = Cdn::start([Answer::json(200, &serde_json::json!({"status": "ok"}))]);
    stratos(["doctor", "--offline"]).with(&cdn).run().exits(0);
    assert!(cdn.requests().is_empty());
}
