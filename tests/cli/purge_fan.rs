//! `stratos purge --to`, against several scripted CDNs at once.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Value, json};

pub fn yes() -> Answer {
    Answer::json(200, &json!({ "success": true, "errors": [], "result": { "id": "cf-1" } }))
}

/// What a Varnish with xkey says.
pub fn gone() -> Answer {
    Answer::text(200, "OK").header("n-gone", "1")
}

/// A shield before two edges; `bare` has no token.
pub fn config(shield: &Cdn, a: &Cdn, b: &Cdn) -> String {
    format!(
        "[groups]\n\
         edges = [\"a\", \"b\"]\n\
         site = [\"shield\", [\"edges\"]]\n\
         self = [\"a\", \"self\"]\n\
         astray = [\"shiled\"]\n\
         [profiles.shield]\nprovider = \"varnish\"\nurl = \"{}\"\nthen = \"edges\"\n\
         [profiles.a]\nprovider = \"cloudflare\"\nurl = \"{}\"\nzone_id = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\ntoken = \"env:A_TOKEN\"\n\
         [profiles.b]\nprovider = \"cloudflare\"\nurl = \"{}\"\nzone_id = \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"\ntoken = \"env:B_TOKEN\"\n\
         [profiles.alias]\nprovider = \"cloudflare\"\nurl = \"{}\"\nzone_id = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\ntoken = \"env:A_TOKEN\"\n\
         [profiles.other]\nprovider = \"cloudflare\"\nurl = \"{}\"\nzone_id = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\ntoken = \"env:C_TOKEN\"\n\
         [profiles.bare]\nprovider = \"cloudflare\"\nurl = \"{}\"\nzone_id = \"cccccccccccccccccccccccccccccccc\"\n\
         [profiles.paths]\nprovider = \"nginx\"\nurl = \"{}\"\n",
        shield.url(),
        a.url(),
        b.url(),
        a.url(),
        a.url(),
        b.url(),
        b.url(),
    )
}

/// Three CDNs that take everything.
pub fn three() -> (Cdn, Cdn, Cdn) {
    (Cdn::start([gone()]), Cdn::start([yes()]), Cdn::start([yes()]))
}

pub fn fan(config: &str, to: &str) -> Runner {
    stratos(["purge", "--tag", "x", "--retries", "0", "--to", to])
        .config(config)
        .env("A_TOKEN", "token-of-a")
        .env("B_TOKEN", "token-of-b")
        .env("C_TOKEN", "token-of-c")
}

/// `shield accepted, a failed`
pub fn states(run: &Run) -> String {
    let report = run.json();
    let state =
        |row: &Value| format!("{} {}", row["target"].as_str().unwrap(), row["state"].as_str().unwrap());
    report["targets"].as_array().unwrap().iter().map(state).collect::<Vec<_>>().join(", ")
}

#[test]
fn every_target_gets_its_own_request_with_its_own_credential() {
    let (shield, a, b) = three();
    let run = fan(&config(&shield, &a, &b), "shield,a").arg("--to").arg("b").run().exits(0);
    assert_eq!(states(&run), "shield accepted, a accepted, b accepted");
    for (cdn, zone, token) in [
        (&a, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "token-of-a"),
        (&b, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "token-of-b"),
    ] {
        let asked = cdn.requests();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].path.contains(zone), "{}", asked[0].path);
        assert_eq!(asked[0].header("authorization"), Some(format!("Bearer {token}").as_str()));
        assert_eq!(asked[0].json(), json!({ "tags": ["x"] }));
    }
    assert_eq!(shield.requests().len(), 1);
    assert_eq!(shield.requests()[0].header("authorization"), None);
    let row = &run.json()["targets"][1];
    assert_eq!(row["ids"], json!(["cf-1"]));
    assert_eq!(row["requests"]["accepted"], 1);
    assert_eq!(row["items"], json!({ "planned": 1, "accepted": 1 }));
    assert!(row["duration_ms"].is_u64() && row.get("error").is_none());
}

#[test]
fn a_dry_run_shows_the_plan_of_every_target_and_opens_nothing() {
    let (shield, a, b) = three();
    let run = fan(&config(&shield, &a, &b), "site").arg("--dry-run").run().exits(0);
    let report = run.json();
    let rows = report["targets"].as_array().unwrap();
    let layers: Vec<&Value> = rows.iter().map(|row| &row["layer"]).collect();
    assert_eq!(layers, [1, 2, 2]);
    assert_eq!(rows[1]["would_send"][0]["method"], "POST");
    assert_eq!(rows[1]["would_send"][0]["body"], json!({ "tags": ["x"] }));
    assert!(rows[0]["would_send"][0]["headers"].to_string().contains('x'), "{report}");
    assert!(!run.everything().contains("token-of"));
    // On a terminal, and without any credential.
    let run = stratos(["purge", "--to", "site", "--tag", "x", "--dry-run"]).config(&config(&shield, &a, &b));
    let run = run.env("STRATOS_FORCE_TTY", "1").env("NO_COLOR", "1").run().exits(0);
    for part in
        ["shield (varnish, layer 1)", "a (cloudflare, layer 2)", "3 requests would be sent to 3 targets"]
    {
        assert!(run.stdout().contains(part), "{part}: {}", run.stdout());
    }
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
}

#[test]
fn providers_stand_for_themselves_with_the_vendors_own_variables() {
    let run = stratos(["purge", "--to", "fastly,bunny", "--tag", "x", "--dry-run"]);
    let run = run.env("FASTLY_SERVICE_ID", "svc1").args(["--set", "bunny.pull_zone=7"]).run().exits(0);
    let urls: Vec<Value> = run.json()["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["would_send"][0]["url"].clone())
        .collect();
    assert_eq!(
        urls,
        ["https://api.fastly.com/service/svc1/purge", "https://api.bunny.net/pullzone/7/purgeCache"]
    );
}

#[test]
fn one_without_a_credential_fails_all_unless_that_is_allowed() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    let run = fan(&config, "shield,bare,a").arg("--json").run().fails("auth_missing_key", 78);
    assert!(run.error()["message"].as_str().unwrap().starts_with("bare: "), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was purged; --partial-ok"), "{}", run.stderr);
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
    let run = fan(&config, "a,bare").arg("--partial-ok").arg("--json").run().fails("auth_missing_key", 78);
    assert_eq!(states(&run), "a accepted, bare not_sent");
    assert_eq!((a.requests().len(), b.requests().len()), (1, 0));
    // All of them: nothing is left to go on with.
    fan(&config, "bare").arg("--partial-ok").arg("--json").run().fails("auth_missing_key", 78);
}

#[test]
fn one_that_cannot_select_so_fails_all_while_planning() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    let run = fan(&config, "a,paths").arg("--json").run().fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().starts_with("paths: "), "{}", run.stderr);
    fan(&config, "a,paths").arg("--dry-run").run().exits(64);
    let run = fan(&config, "a,paths").args(["--dry-run", "--partial-ok"]).run().exits(0);
    assert_eq!(run.json()["targets"][1]["error"]["type"], "usage_error");
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
}

#[test]
fn what_may_be_repeated_is_partial_and_what_may_not_decides_the_code() {
    let slow =
        || Answer::json(429, &json!({ "success": false, "errors": [{ "code": 971, "message": "slow" }] }));
    let denied =
        || Answer::json(403, &json!({ "success": false, "errors": [{ "code": 9109, "message": "no" }] }));
    let (shield, a, b) = (Cdn::start([gone()]), Cdn::start([slow()]), Cdn::start([yes()]));
    let run = fan(&config(&shield, &a, &b), "a,b").arg("--json").run().fails("partial", 75);
    assert_eq!(states(&run), "a failed, b accepted");
    assert_eq!(run.json()["targets"][0]["error"]["type"], "rate_limited");
    assert!(run.error()["message"].as_str().unwrap().contains("a: failed; b: accepted"), "{}", run.stderr);
    let (a, b) = (Cdn::start([slow()]), Cdn::start([denied()]));
    let run = fan(&config(&shield, &a, &b), "a,b").arg("--json").run().fails("auth_invalid", 77);
    assert_eq!(states(&run), "a failed, b failed");
    assert_eq!(run.error()["http_status"], 403);
    assert!(
        run.stderr.contains("warning: a: slow") && run.stderr.contains("warning: b: no"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_edge_is_purged_after_the_shield_and_not_at_all_when_that_failed() {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    for to in ["a,b,shield", "site"] {
        let through = Arc::new(AtomicUsize::new(0));
        let (first, second) = (Arc::clone(&through), Arc::clone(&through));
        let shield = Cdn::with(move |_, _| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            first.store(1, Ordering::SeqCst);
            gone()
        });
        let a = Cdn::with(move |_, _| {
            assert_eq!(second.load(Ordering::SeqCst), 1, "the shield comes first");
            yes()
        });
        let b = Cdn::start([yes()]);
        fan(&config(&shield, &a, &b), to).run().exits(0);
        assert_eq!(a.requests().len(), 1);
    }
    let (shield, a, b) = (Cdn::start([Answer::text(503, "no")]), Cdn::start([yes()]), Cdn::start([yes()]));
    let run = fan(&config(&shield, &a, &b), "a,shield,b").arg("--json").run().fails("partial", 75);
    assert_eq!(states(&run), "a not_sent, shield failed, b not_sent");
    assert!(run.json()["targets"][0]["reason"].as_str().unwrap().contains("shield comes first"));
    assert_eq!((a.connections(), b.connections()), (0, 0));
}

#[test]
fn names_are_checked_before_anything_else() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    for (to, code, part) in [
        (
            "shiled",
            64,
            "--to names \"shiled\", which is no profile, group or provider; did you mean \"shield\"?",
        ),
        ("cloudflair", 64, "did you mean \"cloudflare\"?"),
        ("nothing-like-it", 64, "known: shield, a, b"),
        ("astray", 78, "groups.astray names \"shiled\""),
        ("self", 78, "groups.self holds itself (self > self)"),
        ("a,,b", 64, "empty name"),
    ] {
        let run = fan(&config, to).run().exits(code);
        assert!(run.stderr.contains(part), "{to}: {}", run.stderr);
    }
    for flags in [
        ["--profile", "a"],
        ["--cdn-url", "https://x.example"],
        ["--token", "t0ken-t0ken"],
        ["--account-key", "k3y"],
        ["--set", "zone_id=z"],
        ["--set", "nobody.zone_id=z"],
    ] {
        fan(&config, "a,b").args(flags).run().exits(64);
    }
    stratos(["purge", "--tag", "x", "--partial-ok"]).run().exits(64);
    assert!([&shield, &a, &b].iter().all(|cdn| cdn.connections() == 0));
}

#[test]
fn a_setting_is_for_the_target_it_names() {
    let (shield, a, b) = three();
    let run =
        fan(&config(&shield, &a, &b), "a,b").args(["--set", "b.zone_id=eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"]);
    run.run().exits(0);
    assert!(
        a.requests()[0].path.contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
            && b.requests()[0].path.contains("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee")
    );
}

#[test]
fn an_account_is_purged_once_whatever_it_is_called() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    let run = fan(&config, "a,edges,alias,a").run().exits(0);
    assert_eq!(states(&run), "a accepted, b accepted");
    assert!(run.stderr.contains("alias is the same account as a, and is purged once"), "{}", run.stderr);
    assert_eq!(a.requests().len(), 1);
    // Another token may be another account.
    let run = fan(&config, "a,other").run().exits(0);
    assert_eq!(states(&run), "a accepted, other accepted");
    // One service for both, and only because a variable says so: the other would never be purged.
    let both = "[profiles.p]\nprovider = \"fastly\"\nservice_id = \"s1\"\n[profiles.q]\nprovider = \"fastly\"\nservice_id = \"s2\"\n";
    let run = |to: &str| stratos(["purge", "--tag", "x", "--dry-run", "--to", to]).config(both);
    assert_eq!(run("p,q").run().exits(0).json()["targets"].as_array().unwrap().len(), 2);
    let run = run("p,q").env("FASTLY_SERVICE_ID", "s3").run().exits(78);
    assert!(run.stderr.contains("only because FASTLY_SERVICE_ID overrides"), "{}", run.stderr);
}

#[test]
fn the_report_is_a_table_lines_or_the_summary_of_a_job() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    let run = fan(&config, "a,b").args(["--output", "ndjson"]).run().exits(0);
    assert_eq!(run.stdout().lines().count(), 2);
    let run = fan(&config, "a,b").args(["--output", "csv"]).run().exits(0);
    assert_eq!(run.stdout().lines().count(), 3, "{}", run.stdout());
    let run = fan(&config, "a,b").args(["--output", "table"]).run().exits(0);
    assert!(run.stdout().contains("accepted by 2 of 2 targets"), "{}", run.stdout());
    let evil = json!({ "success": false, "errors": [{ "code": 1, "message": "a|b <img src=x> [c](https://d.test)" }] });
    let b = Cdn::start([Answer::json(403, &evil)]);
    let run = fan(&self::config(&shield, &a, &b), "a,b").args(["--output", "markdown"]).run().exits(77);
    let text = run.stdout();
    assert!(text.starts_with("### Purge: accepted by 1 of 2 targets\n\n| TARGET |"), "{text}");
    assert_eq!(text.lines().count(), 6, "{text}");
    assert!(text.contains(r"a\|b &lt;img src=x> \[c\](https://d.test)"), "{text}");
}

#[test]
fn everything_everywhere_is_confirmed_for_all_addresses() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    let base = |extra: &[&str]| {
        let run = stratos(["purge", "--everything", "--to", "a,b"]).config(&config);
        let run = run.env("A_TOKEN", "t").env("B_TOKEN", "t");
        extra.iter().fold(run, |run, arg| run.arg(arg))
    };
    let run = base(&[]).run().exits(64);
    assert!(run.stderr.contains(&a.url()) && run.stderr.contains(&b.url()), "{}", run.stderr);
    assert_eq!(a.connections() + b.connections(), 0);
    base(&["--yes"]).run().exits(0);
    assert_eq!(a.requests().len() + b.requests().len(), 2);
}

#[cfg(unix)]
#[test]
fn a_signal_stops_all_and_each_is_told() {
    use rustix::process::{Pid, Signal, kill_process};
    let (asked, waits) = std::sync::mpsc::channel();
    let asked = std::sync::Mutex::new(asked);
    let shield = Cdn::start([gone()]);
    let a = Cdn::with(move |_, _| {
        asked.lock().unwrap().send(()).unwrap();
        Answer::silent()
    });
    let b = Cdn::start([yes()]);
    let config = config(&shield, &a, &b).replace(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\ntoken = \"env:A_TOKEN\"\n[profiles.b]",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\ntoken = \"env:A_TOKEN\"\nthen = \"b\"\n[profiles.b]",
    );
    let running = fan(&config, "shield,a,b").spawn();
    if waits.recv_timeout(std::time::Duration::from_secs(60)).is_err() {
        panic!("no request to a:\n{}", running.finish().everything());
    }
    kill_process(Pid::from_raw(running.id() as i32).unwrap(), Signal::INT).unwrap();
    let run = running.finish().exits(130);
    assert_eq!(states(&run), "shield accepted, a in_doubt, b not_sent");
    assert!(run.stderr.contains("shield: accepted; a: in doubt; b: not sent"), "{}", run.stderr);
    assert_eq!(b.connections(), 0);
}

/// A CDN that says no to its first request.
pub fn late(no: Answer, then: fn() -> Answer) -> Cdn {
    Cdn::with(move |_, count| if count == 0 { no.clone() } else { then() })
}

/// Runs again in the home of an earlier run.
pub fn again(run: &Run, args: &[&str]) -> Runner {
    let args = args.iter().fold(stratos(["purge", "--retries", "0"]), |run, arg| run.arg(arg));
    args.env("HOME", run.path("")).env("A_TOKEN", "token-of-a").env("B_TOKEN", "token-of-b")
}

#[test]
fn resume_sends_what_every_target_left_and_keeps_the_order() {
    let shield = late(Answer::text(503, "down"), gone);
    let (a, b) = (Cdn::start([yes()]), late(Answer::text(502, "down"), yes));
    let run = fan(&config(&shield, &a, &b), "shield,a").arg("--json").run().fails("partial", 75);
    assert_eq!(states(&run), "shield failed, a not_sent");
    let history = again(&run, &["history", "--json"]).run().exits(0).json();
    let of = history[0]["part_of"].as_str().unwrap().to_owned();
    assert_eq!((history.as_array().unwrap().len(), &history[1]["part_of"]), (2, &json!(of)));
    assert!(
        run.error()["message"].as_str().unwrap().contains(&format!("purge resume {of}")),
        "{}",
        run.stderr
    );
    let resumed = again(&run, &["resume", "--json"]).run().exits(0);
    assert_eq!(states(&resumed), "shield accepted, a accepted");
    assert_eq!((shield.requests().len(), a.requests().len()), (2, 1));
    // Nothing is left, and nothing is sent twice.
    again(&run, &["resume", "--json"]).run().fails("input_missing", 66);
    let resumed = again(&run, &["resume", &of[..9], "--json"]).run().exits(0);
    assert_eq!(states(&resumed), "shield accepted, a accepted");
    assert_eq!((shield.requests().len(), a.requests().len()), (2, 1));
    // One of two in parallel: the other one is through, and stays so.
    let run = fan(&config(&shield, &a, &b), "a,b").arg("--json").run().fails("partial", 75);
    assert_eq!(states(&run), "a accepted, b failed");
    let resumed = again(&run, &["resume", "--json"]).run().exits(0);
    assert_eq!(states(&resumed), "a accepted, b accepted");
    assert_eq!((a.requests().len(), b.requests().len()), (2, 2));
    assert_eq!(resumed.json()["targets"][0]["ids"], json!(["cf-1"]));
}

#[test]
fn a_fleet_with_a_node_down_is_partial_and_resume_finishes_it() {
    let nodes = [Cdn::start([gone()]), late(Answer::text(503, "down"), gone), Cdn::start([gone()])];
    let urls: Vec<String> = nodes.iter().map(|node| format!("{:?}", node.url())).collect();
    let fleet = format!("[profiles.fleet]\nprovider = \"varnish\"\nnodes = [{}]\n", urls.join(", "));
    for to in [&["--to", "fleet"][..], &["--profile", "fleet"]] {
        let before: Vec<usize> = nodes.iter().map(|node| node.requests().len()).collect();
        let run = stratos(["purge", "--tag", "x", "--retries", "0", "--json"]).config(&fleet);
        let run = to.iter().fold(run, |run, arg| run.arg(arg));
        if before[1] > 0 {
            // The node is up by now.
            run.run().exits(0);
            continue;
        }
        let run = run.run().fails("partial", 75);
        assert_eq!(run.json()["targets"][0]["requests"]["accepted"], 2, "{}", run.stdout());
        let resumed = again(&run, &["resume", "--json"]).run().exits(0);
        assert_eq!(resumed.json()["targets"][0]["requests"]["accepted"], 3);
        assert_eq!(nodes.iter().map(|node| node.requests().len()).collect::<Vec<_>>(), [1, 2, 1]);
    }
}

#[test]
fn journals_of_several_lie_in_a_folder_or_nowhere() {
    let (shield, a, b) = three();
    let config = config(&shield, &a, &b);
    fan(&config, "a,b").args(["--journal", "some.file"]).run().exits(64);
    assert_eq!(a.connections() + b.connections(), 0);
    let run = fan(&config, "a,b").args(["--journal", "none"]).run().exits(0);
    assert!(!run.path(".local/state/stratos").exists());
    let down = Cdn::start([Answer::text(502, "down"), yes()]);
    let run = fan(&self::config(&shield, &a, &down), "a,b").file("kept/note", "").args(["--journal", "kept"]);
    let run = run.run().exits(75);
    assert!(run.stderr.contains("`stratos purge resume kept` sends the rest"), "{}", run.stderr);
    let resumed = again(&run, &["resume", "kept"]);
    let home = run.path("");
    let mut resumed = resumed;
    resumed.command().current_dir(home);
    assert_eq!(states(&resumed.run().exits(0)), "a accepted, b accepted");
    // Without a place for them nothing is sent.
    let asked = a.requests().len();
    fan(&config, "a,b")
        .unset("HOME")
        .arg("--config")
        .arg(run.path(".config/stratos/config.toml"))
        .run()
        .exits(73);
    assert_eq!(a.requests().len(), asked);
}

#[test]
fn who_waits_for_a_target_that_was_left_out_is_not_resumed_without_it() {
    let (shield, a, b) = three();
    let text = config(&shield, &a, &b).replace("\n[profiles.paths]", "\nthen = \"a\"\n[profiles.paths]");
    let run = fan(&text, "bare,a,b").args(["--partial-ok", "--json"]).run().fails("auth_missing_key", 78);
    assert_eq!(states(&run), "bare not_sent, a not_sent, b accepted");
    again(&run, &["resume", "--json"]).run().fails("input_missing", 66);
    assert_eq!(a.connections(), 0);
}

#[test]
fn a_target_whose_journal_is_gone_is_not_forgotten() {
    let shield = late(Answer::text(503, "down"), gone);
    let (a, b) = (Cdn::start([yes()]), Cdn::start([yes()]));
    let run = fan(&config(&shield, &a, &b), "shield,a").arg("--json").run().fails("partial", 75);
    let history = again(&run, &["history", "--json"]).run().exits(0).json();
    let folder = run.path(".local/state/stratos");
    let of = |target: &str| {
        let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let mut journals = entries.filter(|path| path.extension().is_some_and(|ending| ending == "journal"));
        journals
            .find(|path| {
                std::fs::read_to_string(path).unwrap().contains(&format!("\"profile\":\"{target}\""))
            })
            .unwrap()
    };
    assert_eq!(history.as_array().unwrap().len(), 2);
    let (journal, sent) = (of("a"), (shield.requests().len(), a.requests().len()));
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, "").unwrap();
    let refused = again(&run, &["resume", "--json"]).run().fails("data_error", 65);
    assert!(refused.stderr.contains("1 of the 2 journals"), "{}", refused.stderr);
    assert_eq!((shield.requests().len(), a.requests().len()), sent, "nothing was sent");
    std::fs::write(&journal, whole).unwrap();
    again(&run, &["resume", "--json"]).run().exits(0);
}
