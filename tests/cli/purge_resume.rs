//! What a journal keeps beside the batches: settings for `resume`, a dry run of it, giving a run up, and the
//! purges of one batch that `history` shows.

use super::purge_fan::{again, config, fan, late, states, yes};
use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn good() -> Answer {
    Answer::json(200, &json!({ "success": true, "errors": [], "result": { "id": "cf-1" } }))
}

/// A Cloudflare zone, an upset server behind it, and a state folder that outlives the run.
struct Case {
    state: TempDir,
    cdn: Cdn,
}

impl Case {
    /// The second request is answered so, the others well.
    fn second(answer: Answer) -> Self {
        let cdn = Cdn::with(move |_, count| if count == 1 { answer.clone() } else { good() });
        Self { state: tempfile::tempdir().unwrap(), cdn }
    }

    fn config() -> String {
        "[profiles.default]\nprovider = \"cloudflare\"\ntoken = \"env:TOKEN\"\n".into()
    }

    fn run(&self, args: &[&str]) -> Runner {
        let run = stratos(["purge"]).args(args).config(&Self::config()).env("TOKEN", "t0k3n-t0k3n");
        run.args(["--retries", "0"]).env("XDG_STATE_HOME", self.state.path())
    }

    /// 250 tags in three requests, of which the second one fails; the zone and the address are typed.
    fn begin(&self) -> Run {
        let tags: Vec<String> = (0..250).flat_map(|n| ["--tag".to_owned(), n.to_string()]).collect();
        let run = self.run(&[
            "--set",
            "zone_id=11111111111111111111111111111111",
            "--cdn-url",
            &self.cdn.url(),
            "--json",
        ]);
        // The token comes from the environment, so it may go to an address that was typed.
        run.args(tags).env("CLOUDFLARE_API_TOKEN", "t0k3n-t0k3n").run()
    }

    fn journal(&self) -> PathBuf {
        let entries = fs::read_dir(self.state.path().join("stratos")).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        paths.find(|path| path.extension().is_some_and(|ending| ending == "journal")).unwrap()
    }
}

fn down() -> Answer {
    Answer::text(502, "down")
}

fn history(state: &Path) -> Vec<Value> {
    let run = stratos(["purge", "history", "--json"]).env("XDG_STATE_HOME", state).run().exits(0);
    run.json().as_array().unwrap().clone()
}

#[test]
fn resume_needs_no_setting_again_and_the_journal_holds_no_secret() {
    let case = Case::second(down());
    case.begin().fails("partial", 75);
    let text = fs::read_to_string(case.journal()).unwrap();
    let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(head["said"]["settings"]["zone_id"], "11111111111111111111111111111111");
    assert_eq!(head["said"]["url"], case.cdn.url());
    assert!(!text.contains("t0k3n"), "{text}");
    case.run(&["resume"]).env("CLOUDFLARE_API_TOKEN", "t0k3n-t0k3n").run().exits(0);
    assert!(
        case.cdn
            .requests()
            .iter()
            .all(|asked| asked.path.contains("/zones/11111111111111111111111111111111/"))
    );
    assert_eq!(case.cdn.requests().len(), 4);
}

#[test]
fn what_is_said_now_must_not_contradict_the_run() {
    let case = Case::second(down());
    case.begin().fails("partial", 75);
    let sent = case.cdn.requests().len();
    let resume =
        |args: &[&str]| case.run(&["resume", "--json"]).args(args).env("CLOUDFLARE_API_TOKEN", "t0k3n");
    for (run, why) in [
        (
            resume(&["--set", "zone_id=22222222222222222222222222222222"]),
            "zone_id is \"22222222222222222222222222222222\", and was \"11111111111111111111111111111111",
        ),
        (
            resume(&[]).config(&(Case::config() + "zone_id = \"33333333333333333333333333333333\"\n")),
            "zone_id is \"333",
        ),
        (resume(&["--cdn-url", "http://127.0.0.1:9"]), "it goes to http://127.0.0.1:9, and went to"),
    ] {
        let error = run.run().fails("data_error", 65).error();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(why) && message.contains("history --forget"), "{message}");
    }
    assert_eq!(case.cdn.requests().len(), sent);
    resume(&["--set", "zone_id=11111111111111111111111111111111", "--cdn-url", &case.cdn.url()])
        .run()
        .exits(0);
}

#[test]
fn a_profiles_credential_stays_at_home_on_resume_too() {
    let case = Case::second(down());
    case.begin().fails("partial", 75);
    let sent = case.cdn.requests().len();
    // Only the profile names a token now, and the run went elsewhere than the profile.
    case.run(&["resume", "--json"]).run().fails("config_error", 78);
    assert_eq!(case.cdn.requests().len(), sent);
}

#[cfg(unix)]
#[test]
fn a_journal_that_others_may_write_says_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::second(down());
    case.begin().fails("partial", 75);
    let sent = case.cdn.requests().len();
    fs::set_permissions(case.journal(), fs::Permissions::from_mode(0o620)).unwrap();
    let run = case.run(&["resume", "--json"]).env("CLOUDFLARE_API_TOKEN", "t0k3n").run();
    let run = run.fails("refused_by_policy", 77);
    assert!(run.stderr.contains("chmod 600"), "{}", run.stderr);
    assert_eq!(case.cdn.requests().len(), sent);
}

#[test]
fn a_dry_run_of_resume_shows_what_is_left_and_changes_nothing() {
    let case = Case::second(Answer::closed());
    case.begin().fails("partial", 75);
    let (journal, sent) = (fs::read(case.journal()).unwrap(), case.cdn.requests().len());
    let run = case.run(&["resume", "--dry-run"]).env("TOKEN", "").run().exits(0);
    let lines: Vec<Value> = run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let tags = |line: &Value| line["would_send"]["body"]["tags"].as_array().unwrap().len();
    assert_eq!(lines.iter().map(tags).collect::<Vec<_>>(), [100, 50]);
    assert!(run.stderr.contains("batch 2 is in doubt: it would be sent again"), "{}", run.stderr);
    assert_eq!((fs::read(case.journal()).unwrap(), case.cdn.requests().len()), (journal, sent));
    case.run(&["resume"]).env("CLOUDFLARE_API_TOKEN", "t0k3n").run().exits(0);
    let run = case.run(&[
        "resume",
        "--dry-run",
        "--json",
        &history(case.state.path())[0]["run"].as_str().unwrap()[..9],
    ]);
    assert_eq!(run.run().exits(0).json(), json!([]));
}

#[test]
fn a_dry_run_of_several_shows_the_rest_of_each() {
    let (shield, a) = (Cdn::start([Answer::text(200, "OK").header("n-gone", "1")]), Cdn::start([yes()]));
    let b = late(down(), yes);
    let run = fan(&config(&shield, &a, &b), "a,b").arg("--json").run().fails("partial", 75);
    let shown = again(&run, &["resume", "--dry-run", "--json"]).run().exits(0).json();
    let count = |index: usize| shown["targets"][index]["would_send"].as_array().unwrap().len();
    assert_eq!((count(0), count(1)), (0, 1));
    assert_eq!((a.requests().len(), b.requests().len()), (1, 1));
}

#[test]
fn a_run_is_given_up_only_by_name_and_what_stays_is_told() {
    let case = Case::second(down());
    case.begin().fails("partial", 75);
    let run = history(case.state.path())[0]["run"].as_str().unwrap().to_owned();
    let forget = |name: &str| case.run(&["history", "--json", "--forget", name]).run();
    forget("nothing-like-it").fails("input_missing", 66);
    let told = forget(&run[..8]).exits(0).json();
    assert_eq!((&told["forgotten"], &told["runs"][0]["accepted"]), (&json!(run), &json!(1)));
    let open = told["runs"][0]["unpurged"].as_array().unwrap();
    let states: Vec<&Value> = open.iter().map(|batch| &batch["state"]).collect();
    assert_eq!(states, ["in_doubt", "not_sent"]);
    assert_eq!(open[1]["items"].as_array().unwrap().len(), 50);
    assert!(history(case.state.path()).is_empty());
    assert_eq!(fs::read_dir(case.state.path().join("stratos")).unwrap().count(), 0);
    case.run(&["resume", "--json"]).run().fails("input_missing", 66);
}

#[test]
fn a_journal_that_cannot_be_read_can_be_given_up_and_one_in_use_cannot() {
    let case = Case::second(down());
    case.begin().fails("partial", 75);
    let journal = case.journal();
    let run = journal.file_stem().unwrap().to_str().unwrap().to_owned();
    let held = fs::File::open(&journal).unwrap();
    held.lock().unwrap();
    case.run(&["history", "--json", "--forget", &run]).run().fails("unavailable", 69);
    drop(held);
    let whole = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, whole.replacen("\"line\":\"sending\"", "\"line\":\"", 1)).unwrap();
    case.run(&["resume", &run, "--json"]).run().fails("data_error", 65);
    let told = case.run(&["history", "--forget", &run, "--output", "table"]).run().exits(0).stdout();
    assert!(told.contains("what was sent is not known"), "{told}");
    assert!(!journal.exists());
}

#[test]
fn all_accounts_of_a_command_are_given_up_together() {
    let shield = Cdn::start([Answer::text(503, "down")]);
    let (a, b) = (Cdn::start([yes()]), Cdn::start([yes()]));
    let run = fan(&config(&shield, &a, &b), "shield,a").arg("--json").run().fails("partial", 75);
    let listed = again(&run, &["history", "--json"]).run().exits(0).json();
    let of = listed[0]["part_of"].as_str().unwrap();
    let told = again(&run, &["history", "--json", "--forget", of]).run().exits(0).json();
    assert_eq!(told["runs"].as_array().unwrap().len(), 2);
    assert_eq!(told["runs"][1]["unpurged"][0]["state"], "not_sent");
    assert_eq!(again(&run, &["history", "--json"]).run().exits(0).json(), json!([]));
}

#[test]
fn a_purge_of_one_batch_is_in_the_history_unless_that_is_not_wanted() {
    let case = Case {
        state: tempfile::tempdir().unwrap(),
        cdn: Cdn::start([good(), good(), Answer::text(400, "no")]),
    };
    let url = case.cdn.url();
    let purge = |args: &[&str]| {
        let run = case.run(&[
            "--tag",
            "a",
            "--tag",
            "b",
            "--set",
            "zone_id=11111111111111111111111111111111",
            "--cdn-url",
            &url,
        ]);
        run.args(args).env("CLOUDFLARE_API_TOKEN", "t0k3n-t0k3n").run()
    };
    purge(&["--dry-run"]).exits(0);
    purge(&["--journal", "none"]).exits(0);
    assert!(history(case.state.path()).is_empty());
    assert!(!case.state.path().join("stratos").exists());
    purge(&[]).exits(0);
    let told = history(case.state.path());
    assert_eq!((told.len(), &told[0]["state"], &told[0]["accepted"]), (1, &json!("finished"), &json!(1)));
    assert_eq!(
        (&told[0]["selector"], &told[0]["items"], &told[0]["ids"]),
        (&json!("tag"), &json!(2), &json!(["cf-1"]))
    );
    let receipts = case.state.path().join("stratos/receipts.jsonl");
    assert!(!fs::read_to_string(&receipts).unwrap().contains("t0k3n"));
    // What was refused is told at once, and is no purge to look back at.
    purge(&[]).exits(65);
    assert_eq!(history(case.state.path()).len(), 1);
    let open = case.run(&["history", "--open", "--json"]).run().exits(0);
    assert_eq!(open.json(), json!([]));
    // The same where the one target is named, and never a failure for want of a place.
    let cdn = Cdn::start([good()]);
    let config = format!(
        "[profiles.a]\nprovider = \"cloudflare\"\nurl = \"{}\"\nzone_id = \"11111111111111111111111111111111\"\n",
        cdn.url()
    );
    let fanned = |state: &Path| {
        let run = stratos(["purge", "--tag", "a", "--to", "a"]).config(&config).env("XDG_STATE_HOME", state);
        run.env("CLOUDFLARE_API_TOKEN", "t0k3n-t0k3n").run().exits(0)
    };
    assert_eq!(states(&fanned(case.state.path())), "a accepted");
    assert_eq!(history(case.state.path())[1]["ids"], json!(["cf-1"]));
    fanned(tempfile::NamedTempFile::new().unwrap().path());
}
