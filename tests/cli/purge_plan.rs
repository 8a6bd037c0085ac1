//! `purge plan` and `purge apply`, against a scripted CDN.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::{Runner, stratos},
};
use serde_json::{Value, json};

fn list(count: usize) -> String {
    (1..=count).map(|number| format!("https://cloudcdn.pro/{number}\n")).collect()
}

fn accepting() -> Cdn {
    Cdn::start([Answer::json(200, &json!({ "success": true, "purged": [], "remaining_today": 90 }))])
}

/// A plan of 31 URLs for this CDN, as text.
fn planned(cdn: &Cdn) -> String {
    stratos(["purge", "plan", "-"]).with(cdn).stdin(list(31)).run().exits(0).stdout()
}

fn apply(cdn: &Cdn, plan: impl Into<Vec<u8>>) -> Runner {
    stratos(["purge", "apply", "-"]).with(cdn).env("CLOUDCDN_PURGE_KEY", "purge-k3y").stdin(plan)
}

#[test]
fn a_plan_needs_no_key_sends_nothing_and_says_what_it_costs() {
    let cdn = accepting();
    let run = stratos(["purge", "plan", "-"]).with(&cdn).stdin(list(31) + &list(1)).run().exits(0);
    let plan = run.json();
    assert_eq!((&plan["version"], &plan["provider"]), (&json!(1), &json!("cloudcdn")));
    assert_eq!(plan["batches"].as_array().unwrap().len(), 2);
    assert!(plan["digest"].as_str().unwrap().starts_with("sha256:"));
    for line in ["1 duplicate left out", "requests: 2 of 100 a day", "31 URLs in 2 requests, without waiting"]
    {
        assert!(run.stderr.contains(line), "{line}: {}", run.stderr);
    }
    assert_eq!(planned(&cdn), run.stdout(), "the same input is the same plan, byte for byte");
    assert!(cdn.requests().is_empty() && cdn.connections() == 0);
}

#[test]
fn a_plan_goes_to_a_file_and_from_there_to_the_cdn() {
    let cdn = accepting();
    let whole = planned(&cdn);
    let run = stratos(["purge", "plan", "-", "--out", "plan.json"]).with(&cdn).stdin(list(31)).run().exits(0);
    assert_eq!(std::fs::read_to_string(run.path("plan.json")).unwrap(), whole);
    let told = run.json();
    assert_eq!((&told["batches"], &told["items"], &told["seconds"]), (&json!(2), &json!(31), &json!(0)));
    let applied = stratos(["purge", "apply", "plan.json", "--output", "json"]).with(&cdn);
    let applied = applied.env("CLOUDCDN_PURGE_KEY", "purge-k3y").file("plan.json", &whole).run().exits(0);
    assert_eq!(applied.json()["batches"].as_array().unwrap().len(), 2);
    let urls: Vec<Value> =
        cdn.requests().iter().flat_map(|a| a.json()["urls"].as_array().unwrap().clone()).collect();
    let want: Vec<String> = list(31).lines().map(str::to_owned).collect();
    assert_eq!(Value::from(urls), json!(want));
}

#[test]
fn a_piped_plan_prints_what_the_one_step_prints() {
    let (cdn, once) = (accepting(), accepting());
    let piped = apply(&cdn, planned(&cdn)).run().exits(0);
    let direct = stratos(["purge", "-"]).with(&once).env("CLOUDCDN_PURGE_KEY", "purge-k3y");
    let direct = direct.stdin(list(31)).run().exits(0);
    assert_eq!(piped.stdout(), direct.stdout());
    let bodies = |cdn: &Cdn| cdn.requests().iter().map(Asked::text).collect::<Vec<_>>();
    assert_eq!(bodies(&cdn), bodies(&once));
}

#[test]
fn a_plan_on_a_terminal_is_for_people() {
    let run = stratos(["purge", "plan", "--tag", "home", "--tag", "news"]).env("STRATOS_FORCE_TTY", "1");
    let run = run.env("NO_COLOR", "1").run().exits(0);
    let text = run.stdout();
    assert!(text.starts_with("cloudcdn sha256:"), "{text}");
    assert!(text.contains("1 https://cloudcdn.pro: 2 tags: \"home\" to \"news\""), "{text}");
    assert!(text.contains("2 tags in 1 request, without waiting"), "{text}");
}

#[test]
fn a_plan_edited_by_hand_or_of_another_account_is_refused() {
    let cdn = accepting();
    let whole = planned(&cdn);
    let edited = whole.replacen("cloudcdn.pro/1\"", "cloudcdn.pro/0\"", 1);
    let error = apply(&cdn, edited).arg("--json").run().fails("data_error", 65).error();
    assert!(error["message"].as_str().unwrap().contains("its digest does not match"), "{error}");
    let empty = whole.replacen("\"items\":[\"https://cloudcdn.pro/31\"]", "\"items\":[]", 1);
    assert_ne!(empty, whole);
    let error = apply(&cdn, empty).arg("--json").run().fails("data_error", 65).error();
    assert!(error["message"].as_str().unwrap().contains("has nothing in its batch 2"), "{error}");
    let other = accepting();
    let error = apply(&other, whole.clone()).arg("--json").run().fails("data_error", 65).error();
    assert!(error["message"].as_str().unwrap().contains("made for another account"), "{error}");
    let varnish = "[profiles.default]\nprovider = \"varnish\"\nurl = \"http://127.0.0.1:1\"\n";
    let error = apply(&cdn, whole).config(varnish).arg("--json").run().fails("data_error", 65).error();
    assert!(error["message"].as_str().unwrap().contains("the plan is for cloudcdn"), "{error}");
    for text in ["", "{}", "[1]", "\u{feff}{}"] {
        apply(&cdn, text).arg("--json").run().fails("data_error", 65);
    }
    apply(&cdn, b"\xff".to_vec()).arg("--json").run().fails("data_error", 65);
    stratos(["purge", "apply", "nowhere.json", "--json"]).run().fails("input_missing", 66);
    assert!(cdn.requests().is_empty() && other.requests().is_empty());
}

#[test]
fn a_plan_of_everything_wants_a_yes_when_it_is_sent() {
    let cdn = accepting();
    let whole = stratos(["purge", "plan", "--everything"]).with(&cdn).run().exits(0).stdout();
    apply(&cdn, whole.clone()).arg("--json").run().fails("usage_error", 64);
    assert!(cdn.requests().is_empty());
    let run = apply(&cdn, whole.clone()).arg("--dry-run").run().exits(0);
    assert_eq!(run.stdout(), "{\"dry_run\":true,\"would_send\":{\"purge_everything\":true}}\n");
    apply(&cdn, whole).arg("--yes").run().exits(0);
    assert_eq!(cdn.requests().len(), 1);
}

#[test]
fn what_stands_before_the_verb_is_refused() {
    let run = stratos(["purge", "--tag", "a", "plan", "--json"]).run().fails("usage_error", 64);
    assert!(run.stderr.contains("write it after that word"), "{}", run.stderr);
}

#[test]
fn a_plan_that_cannot_be_written_is_73() {
    let run = stratos(["purge", "plan", "--tag", "a", "--out", "no/such/plan.json", "--json"]);
    run.run().fails("cannot_create", 73);
}
