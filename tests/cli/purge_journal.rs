//! The journal of a purge: what it holds, what `resume` makes of it, what `history` tells.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::{Runner, stratos},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn list(count: usize) -> String {
    (1..=count).map(|number| format!("https://cloudcdn.pro/{number}\n")).collect()
}

fn good() -> Answer {
    Answer::json(200, &json!({ "success": true, "purged": [], "remaining_today": 90 }))
}

fn bad(status: u16) -> Answer {
    Answer::json(status, &json!({ "error": "no" }))
}

/// With a state folder that outlives the run, a key, and no retries.
fn stated(state: &Path, cdn: &Cdn, args: &[&str]) -> Runner {
    let run = stratos(["purge"]).with(cdn).env("XDG_STATE_HOME", state).env("CLOUDCDN_RETRIES", "0");
    args.iter().fold(run.env("CLOUDCDN_PURGE_KEY", "purge-k3y"), Runner::arg)
}

fn state() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn journals(state: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(state.join("stratos")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "journal")).collect()
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn urls(cdn: &Cdn) -> Vec<String> {
    let urls = |asked: &Asked| asked.json()["urls"].as_array().unwrap().clone();
    cdn.requests().iter().flat_map(urls).map(|url| url.as_str().unwrap().to_owned()).collect()
}

fn history(state: &Path) -> Vec<Value> {
    let run = stratos(["purge", "history", "--json"]).env("XDG_STATE_HOME", state).run().exits(0);
    run.json().as_array().unwrap().clone()
}

#[test]
fn a_run_of_several_batches_writes_each_line_before_the_request() {
    let (state, cdn) = (state(), Cdn::start([good()]));
    stated(state.path(), &cdn, &["-"]).stdin(list(61)).run().exits(0);
    let path = journals(state.path()).remove(0);
    let lines = lines(&path);
    let words: Vec<&str> = lines.iter().map(|line| line["line"].as_str().unwrap()).collect();
    assert_eq!(words, ["run", "sending", "accepted", "sending", "accepted", "sending", "accepted"]);
    let head = &lines[0];
    assert_eq!(
        (&head["version"], &head["provider"], &head["batches"]),
        (&json!(1), &json!("cloudcdn"), &json!(3))
    );
    assert_eq!(path.file_stem().unwrap().to_str(), head["run"].as_str());
    assert!(lines[1]["request"].as_str().unwrap().starts_with("sha256:") && lines[1]["attempt"] == 1);
    assert_eq!(lines[2]["left"], json!({ "day": 90 }));
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("k3y"), "{text}");
    let plan = fs::read_to_string(path.with_extension("journal.plan")).unwrap();
    assert!(plan.contains(head["plan"].as_str().unwrap()) && !plan.contains("k3y"));
}

#[cfg(unix)]
#[test]
fn a_journal_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (state, cdn) = (state(), Cdn::start([good()]));
    stated(state.path(), &cdn, &["-"]).stdin(list(31)).run().exits(0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let path = journals(state.path()).remove(0);
    assert_eq!(mode(&state.path().join("stratos")), 0o700);
    assert_eq!((mode(&path), mode(&path.with_extension("journal.plan"))), (0o600, 0o600));
}

#[test]
fn one_batch_keeps_no_journal_unless_it_is_asked_for() {
    let (state, cdn) = (state(), Cdn::start([good()]));
    stated(state.path(), &cdn, &["--tag", "a"]).run().exits(0);
    stated(state.path(), &cdn, &["-", "--journal", "none"]).stdin(list(31)).run().exits(0);
    stated(state.path(), &cdn, &["-", "--dry-run"]).stdin(list(31)).run().exits(0);
    assert!(journals(state.path()).is_empty());
    let run = stated(state.path(), &cdn, &["--tag", "a", "--journal", "one.jsonl"]).run().exits(0);
    assert_eq!(lines(&run.path("one.jsonl")).len(), 3);
}

#[test]
fn several_batches_without_a_place_for_the_journal_send_nothing() {
    let cdn = Cdn::start([good()]);
    let homeless =
        |run: Runner| run.with(&cdn).env("CLOUDCDN_PURGE_KEY", "k3y").unset("HOME").stdin(list(31));
    let run = homeless(stratos(["purge", "-", "--json"])).run().fails("cannot_create", 73);
    assert!(run.stderr.contains("--journal none"), "{}", run.stderr);
    let file = tempfile::NamedTempFile::new().unwrap();
    let run = stated(file.path(), &cdn, &["-", "--json"]).stdin(list(31)).run().fails("cannot_create", 73);
    assert!(run.stderr.contains("--journal PATH"), "{}", run.stderr);
    assert!(cdn.requests().is_empty());
    homeless(stratos(["purge", "-", "--journal", "none"])).run().exits(0);
}

#[test]
fn a_key_that_expires_in_mid_run_is_replaced_and_the_rest_goes_out() {
    let state = state();
    let cdn = Cdn::start([good(), bad(401), good()]);
    let run = stated(state.path(), &cdn, &["-"]).stdin(list(91)).run().exits(77);
    let again = "`stratos purge resume ";
    assert!(run.stderr.contains(again) && run.stderr.contains("sends the rest"), "{}", run.stderr);
    let receipt = history(state.path()).remove(0);
    assert_eq!(
        (&receipt["state"], &receipt["accepted"], &receipt["not_sent"]),
        (&json!("unfinished"), &json!(1), &json!(3))
    );
    let resumed = stated(state.path(), &cdn, &["resume", "--output", "json"]).run().exits(0);
    let batches = resumed.json()["batches"].as_array().unwrap().clone();
    assert_eq!(batches[0]["state"], "accepted_before");
    assert!(
        batches[1..].iter().all(|batch| batch["response"]["success"] == true && batch["resent"].is_null())
    );
    let mut sent = urls(&cdn);
    sent.drain(30..60);
    assert_eq!(
        sent,
        list(91).lines().collect::<Vec<_>>(),
        "the refused batch went out again, nothing else did"
    );
    assert_eq!(history(state.path())[0]["state"], "finished");
    stated(state.path(), &cdn, &["resume", "--json"]).run().fails("input_missing", 66);
}

#[test]
fn what_is_in_doubt_is_sent_again_and_said_to_be() {
    let state = state();
    let cdn = Cdn::start([good(), Answer::closed(), good()]);
    stated(state.path(), &cdn, &["-"]).stdin(list(61)).run().exits(75);
    let receipt = history(state.path()).remove(0);
    assert_eq!(
        (&receipt["accepted"], &receipt["in_doubt"], &receipt["not_sent"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let run: &str = receipt["run"].as_str().unwrap();
    let resumed = stated(state.path(), &cdn, &["resume", &run[..6]]).run().exits(0);
    let told: Vec<Value> = resumed.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&told[0]["batch"], &told[0]["resent"], &told[1]["resent"]),
        (&json!(2), &json!(true), &Value::Null)
    );
    assert_eq!(cdn.requests().len(), 4);
}

#[test]
fn several_unfinished_runs_are_listed_and_one_is_chosen_by_name() {
    let state = state();
    let cdn = Cdn::start([bad(401)]);
    for _ in 0..2 {
        stated(state.path(), &cdn, &["-"]).stdin(list(31)).run().exits(77);
    }
    let runs = history(state.path());
    let run = stated(state.path(), &cdn, &["resume", "--json"]).run().fails("usage_error", 64);
    for receipt in &runs {
        assert!(run.stderr.contains(receipt["run"].as_str().unwrap()), "{}", run.stderr);
    }
    stated(state.path(), &cdn, &["resume", "nothing-like-it", "--json"]).run().fails("input_missing", 66);
    let again = Cdn::start([good()]);
    let name = runs[1]["run"].as_str().unwrap();
    let error =
        stated(state.path(), &again, &["resume", name, "--json"]).run().fails("data_error", 65).error();
    assert!(error["message"].as_str().unwrap().contains("another account"), "{error}");
    assert!(again.requests().is_empty());
}

#[test]
fn a_journal_elsewhere_is_named_by_its_path() {
    let state = state();
    for (flag, elsewhere) in [("kept", true), ("kept/run.jsonl", false)] {
        let cdn = Cdn::start([good(), bad(401), good()]);
        let folder = state.path().join("kept");
        fs::create_dir_all(&folder).unwrap();
        let place = state.path().join(flag);
        let place = place.to_str().unwrap();
        let run = stated(state.path(), &cdn, &["-", "--journal", place]).stdin(list(61)).run().exits(77);
        let named =
            run.stderr.split("`stratos purge resume ").nth(1).unwrap().split('`').next().unwrap().to_owned();
        assert!(named.starts_with(place), "{named}");
        assert!(journals(state.path()).is_empty());
        stated(state.path(), &cdn, &["resume", &named]).run().exits(0);
        let again = stated(state.path(), &cdn, &["-", "--journal", place, "--json"]).stdin(list(61)).run();
        if elsewhere {
            again.exits(0);
        } else {
            let again = again.fails("cannot_create", 73);
            assert!(again.stderr.contains("exists already"), "{}", again.stderr);
        }
    }
}
