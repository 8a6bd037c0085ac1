//! `stratos purge`, against a scripted CDN.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Value, json};
use std::time::Duration;

fn purged(left: u32) -> Answer {
    Answer::json(200, &json!({ "success": true, "purged": [], "remaining_today": left }))
}

fn refused(status: u16, error: &str) -> Answer {
    Answer::json(status, &json!({ "error": error }))
}

/// So many URLs, a line each.
fn list(count: usize) -> String {
    (1..=count).map(|number| format!("https://cloudcdn.pro/{number}\n")).collect()
}

/// With a purge key, and no retries that would make a test wait.
fn purge<const N: usize>(cdn: &Cdn, args: [&str; N]) -> Runner {
    let run =
        stratos(["purge"]).with(cdn).env("CLOUDCDN_PURGE_KEY", "purge-k3y").env("CLOUDCDN_RETRIES", "0");
    args.into_iter().fold(run, Runner::arg)
}

fn bodies(cdn: &Cdn) -> Vec<String> {
    cdn.requests().iter().map(Asked::text).collect()
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_dry_run_prints_the_requests_needs_no_key_and_sends_none() {
    let cdn = Cdn::start([purged(99)]);
    let run = stratos(["purge", "-", "--dry-run"]).with(&cdn).stdin(list(31)).run().exits(0);
    assert_eq!(run.stdout(), include_str!("../golden/purge/dry-run.ndjson"));
    assert!(run.stderr.contains("requests: 2 of 100 a day (left today: unknown until the first answer)"));
    let run = stratos(["purge", "-", "--dry-run", "--output", "json"]).stdin(list(31)).run().exits(0);
    assert_eq!(run.json().as_array().unwrap().len(), 2);
    let run = stratos(["purge", "--everything", "--dry-run"]).run().exits(0);
    assert_eq!(run.stdout(), "{\"dry_run\":true,\"would_send\":{\"purge_everything\":true}}\n");
    assert!(cdn.requests().is_empty() && cdn.connections() == 0);
}

#[test]
fn a_verbose_dry_run_shows_the_headers_and_masks_the_key() {
    let run = stratos(["purge", "--tag", "home", "--dry-run", "--verbose"]);
    let run = run.env("CLOUDCDN_PURGE_KEY", "purge-k3y").run().exits(0);
    assert_eq!(run.stdout(), "{\"dry_run\":true,\"would_send\":{\"tags\":[\"home\"]}}\n");
    assert_eq!(run.stderr, include_str!("../golden/purge/dry-run-verbose.txt"));
}

#[test]
fn a_typed_key_that_does_not_go_out_is_named() {
    let cdn = Cdn::start([purged(99), purged(98)]);
    let run = purge(&cdn, ["--tag", "a", "--token", "t0k3n-t0k3n"]).run().exits(0);
    assert!(run.stderr.contains("--token is not sent: env:CLOUDCDN_PURGE_KEY comes first"), "{}", run.stderr);
    assert_eq!(cdn.requests()[0].header("x-api-key"), Some("purge-k3y"));
    let run = purge(&cdn, ["--tag", "a", "--purge-key", "typed-k3y"]).run().exits(0);
    assert!(!run.stderr.contains("is not sent"), "{}", run.stderr);
}

#[test]
fn a_dry_run_on_a_terminal_is_for_people() {
    let run = stratos(["purge", "--tag", "home", "--dry-run"]).env("STRATOS_FORCE_TTY", "1");
    let run = run.env("NO_COLOR", "1").run().exits(0);
    assert_eq!(run.stdout(), include_str!("../golden/purge/dry-run.txt"));
}

#[test]
fn each_selector_has_its_body_and_one_reply_comes_back_as_it_is() {
    let reply = r#"{"z":1,"success":true,"purged":"everything","remaining_today":7}"#;
    let cdn = Cdn::start([Answer::new(200, "application/json", reply)]);
    for args in [&["https://cloudcdn.pro/a"][..], &["--tag", "a", "--tag=b-1"], &["--everything", "--yes"]] {
        let run = args.iter().fold(purge(&cdn, []), |run, arg| run.arg(arg)).run().exits(0);
        assert_eq!(run.stdout(), format!("{reply}\n"));
    }
    assert_eq!(
        bodies(&cdn),
        [r#"{"urls":["https://cloudcdn.pro/a"]}"#, r#"{"tags":["a","b-1"]}"#, r#"{"purge_everything":true}"#]
    );
    let asked = &cdn.requests()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/api/purge"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
}

#[test]
fn the_first_credential_that_is_set_goes_out_and_no_other() {
    let names = ["x-api-key", "accountkey", "authorization"];
    type Case = (&'static [(&'static str, &'static str)], [Option<&'static str>; 3]);
    let cases: [Case; 5] = [
        (
            &[
                ("CLOUDCDN_ACCOUNT_KEY", "acc"),
                ("CLOUDCDN_PURGE_KEY", "pur"),
                ("CLOUDCDN_BEARER_TOKEN", "tok"),
            ],
            [Some("pur"), None, None],
        ),
        (
            &[("CLOUDCDN_ACCOUNT_KEY", "acc"), ("CLOUDCDN_BEARER_TOKEN", "tok")],
            [None, None, Some("Bearer tok")],
        ),
        (&[("CLOUDCDN_ACCOUNT_KEY", "cdnsk_x")], [None, None, Some("Bearer cdnsk_x")]),
        (&[("CLOUDCDN_ACCOUNT_KEY", "cdn_live_x")], [None, None, Some("Bearer cdn_live_x")]),
        (&[("CLOUDCDN_ACCOUNT_KEY", "acc")], [Some("acc"), Some("acc"), None]),
    ];
    for (set, want) in cases {
        let cdn = Cdn::start([purged(99)]);
        let run = stratos(["purge", "--tag", "a"]).with(&cdn);
        set.iter().fold(run, |run, (name, value)| run.env(name, value)).run().exits(0);
        assert_eq!(
            names.map(|name| cdn.requests()[0].header(name).map(str::to_owned)),
            want.map(|v| v.map(str::to_owned))
        );
    }
    let cdn = Cdn::start([purged(99)]);
    purge(&cdn, ["--tag", "a", "--token", "flagged", "--purge-key", "typed"]).run().exits(0);
    assert_eq!(cdn.requests()[0].header("x-api-key"), Some("typed"));
}

#[test]
fn without_a_credential_nothing_is_sent_and_every_way_is_named() {
    let cdn = Cdn::start([purged(99)]);
    let run = stratos(["purge", "--tag", "a", "--json"]).with(&cdn).run().fails("auth_missing_key", 78);
    for way in
        ["--purge-key", "CLOUDCDN_PURGE_KEY", "--token", "CLOUDCDN_BEARER_TOKEN", "CLOUDCDN_ACCOUNT_KEY"]
    {
        assert!(run.stderr.contains(way), "{way}: {}", run.stderr);
    }
    assert!(cdn.requests().is_empty());
}

#[test]
fn a_refused_key_is_told_apart_from_the_wanted_one() {
    let cdn = Cdn::start([refused(401, "Unauthorized")]);
    let run = stratos(["purge", "--tag", "a"]).with(&cdn).env("CLOUDCDN_ACCOUNT_KEY", "acc-s3cret");
    let run = run.run().exits(77);
    for part in ["the account key", "env:CLOUDCDN_ACCOUNT_KEY", "AccountKey and x-api-key", "purge:write"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert!(!run.everything().contains("acc-s3cret"));
    assert_eq!(cdn.requests().len(), 1);
}

#[test]
fn what_the_api_would_refuse_is_refused_before_any_request() {
    let cdn = Cdn::start([purged(99)]);
    let (long, many) =
        ("https://cloudcdn.pro/".to_owned() + &"a".repeat(10 << 20), list(30) + "https://evil.test/\n");
    let cases: [(&[&str], &[u8], &str, i32); 16] = [
        (&["https://evil.test/a"], b"", "data_error", 65),
        (&["https://cloudcdn.pro.evil.test/"], b"", "data_error", 65),
        (&["/a"], b"", "data_error", 65),
        (&["https://cloudcdn.pro/a#b"], b"", "data_error", 65),
        (&["--tag", "two words"], b"", "data_error", 65),
        (&["--tag", "a,b"], b"", "data_error", 65),
        (&["-"], many.as_bytes(), "data_error", 65),
        (&["-"], b"https://cloudcdn.pro/a\nhttps://cloudcdn.pro/\xff\n", "data_error", 65),
        (&["--stdin"], long.as_bytes(), "data_error", 65),
        (&["-"], b"\n# nothing\n\r\n", "usage_error", 64),
        (&["https://cloudcdn.pro/a", "--tag", "t"], b"", "usage_error", 64),
        (&["--everything", "--yes", "--tag", "t"], b"", "usage_error", 64),
        (&["--prefix", "https://cloudcdn.pro/a/"], b"", "usage_error", 64),
        (&["--host", "cloudcdn.pro"], b"", "usage_error", 64),
        (&["--tag", "t", "--soft"], b"", "usage_error", 64),
        (&["--file", "absent.txt"], b"", "input_missing", 66),
    ];
    for (args, stdin, kind, code) in cases {
        let run = args.iter().fold(purge(&cdn, ["--json"]), |run, arg| run.arg(arg));
        let run = run.stdin(stdin).run().fails(kind, code);
        assert!(run.bytes.is_empty(), "{args:?}: {}", run.stdout());
    }
    assert!(cdn.requests().is_empty());
}

#[test]
fn everything_needs_a_yes_and_switches_take_no_value() {
    let cdn = Cdn::start([purged(99)]);
    let run = purge(&cdn, ["--everything", "--json"]).run().fails("usage_error", 64);
    assert!(run.stderr.contains("--yes"));
    for args in [["--everything=false", "--yes"], ["--everything", "--yess"], ["--tag=a", "--dryrun"]] {
        purge(&cdn, args).run().exits(64);
    }
    // The first URL is no value of the switch before it.
    let run = purge(&cdn, ["--dry-run", "https://cloudcdn.pro/a", "https://cloudcdn.pro/b"]).run().exits(0);
    assert_eq!(run.json()["would_send"]["urls"], json!(["https://cloudcdn.pro/a", "https://cloudcdn.pro/b"]));
    assert!(cdn.requests().is_empty());
}

#[test]
fn lists_are_trimmed_joined_in_order_and_rid_of_duplicates() {
    let stdin =
        "# deploy 7\r\n  https://cloudcdn.pro/b  \r\n\n\thttps://cloudcdn.pro/a\nHTTPS://CloudCDN.pro/c";
    let run = stratos(["purge", "-", "https://cloudcdn.pro/a", "-", "--file", "more.txt", "--dry-run"]);
    let run = run.file("more.txt", "https://cloudcdn.pro/f\n").stdin(stdin).run().exits(0);
    let urls = ["a", "f", "b", "c"].map(|name| format!("https://cloudcdn.pro/{name}"));
    assert_eq!(run.json()["would_send"]["urls"], json!(urls));
    assert!(run.stderr.contains("1 duplicate left out"), "{}", run.stderr);
}

#[test]
fn several_batches_are_told_one_by_one_or_as_a_whole() {
    let cdn = Cdn::with(|_, count| purged(99 - count as u32));
    let run = purge(&cdn, ["-"]).stdin(list(61)).run().exits(0);
    let told = lines(&run);
    assert_eq!(told.iter().map(|line| line["batch"].clone()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(told[2]["items"], json!(["https://cloudcdn.pro/61"]));
    assert_eq!(told[2]["response"]["remaining_today"], 97);
    assert!(run.stderr.contains("purged 61 URLs in 3 requests; 97 requests left today"), "{}", run.stderr);
    assert_eq!(cdn.requests().len(), 3);
    assert_eq!(cdn.connections(), 1);
    let run = purge(&cdn, ["-", "--output", "json"]).stdin(list(61)).run().exits(0);
    assert_eq!(run.json()["batches"].as_array().unwrap().len(), 3);
    let run = purge(&cdn, ["-", "--output", "ndjson"]).stdin(list(61)).run().exits(0);
    assert_eq!(lines(&run).len(), 3);
    let run = purge(&cdn, ["-", "--output", "csv"]).stdin(list(31)).run().exits(0);
    assert_eq!(run.stdout().lines().count(), 3, "{}", run.stdout());
    let run = purge(&cdn, ["-", "--output", "table"]).stdin(list(61)).run().exits(0);
    assert_eq!(run.stdout(), "purged 61 URLs in 3 requests; 86 requests left today\n");
}

#[test]
fn it_stops_before_the_batch_that_the_day_has_no_room_for() {
    let cdn = Cdn::start([purged(1), purged(0)]);
    let run = purge(&cdn, ["-"]).stdin(list(100)).run().exits(75);
    assert_eq!(cdn.requests().len(), 2);
    let told = lines(&run);
    let states: Vec<&Value> = told.iter().map(|line| &line["state"]).collect();
    assert_eq!(states, [&Value::Null, &Value::Null, &json!("not_sent"), &json!("not_sent")]);
    for part in [
        "[rate_limited]",
        "sent: batches 1-2 (60 URLs: \"https://cloudcdn.pro/1\" to \"https://cloudcdn.pro/60\")",
        "not sent: batches 3-4 (40 URLs: \"https://cloudcdn.pro/61\" to \"https://cloudcdn.pro/100\")",
        "the next UTC day begins at 20",
        "T00:00:00Z",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn a_day_that_is_used_up_is_not_asked_again() {
    let day = json!({ "error": "Rate limit exceeded: max 100 purges per day", "retryAfter": 86400 });
    let cdn = Cdn::start([Answer::json(429, &day)]);
    let run = purge(&cdn, ["--tag", "a"]).env("CLOUDCDN_RETRIES", "3").run().exits(75);
    assert!(run.stderr.contains("the next day begins at 20"), "{}", run.stderr);
    assert_eq!(cdn.requests().len(), 1);
    let cdn = Cdn::start([purged(9), Answer::json(429, &day)]);
    let run = purge(&cdn, ["-", "--json"]).env("CLOUDCDN_RETRIES", "3").stdin(list(90)).run();
    let run = run.fails("partial", 75);
    assert_eq!(cdn.requests().len(), 2);
    assert!(run.error()["message"].as_str().unwrap().contains("next day begins"), "{}", run.stderr);
    assert_eq!(run.json()["batches"][2]["state"], "not_sent");
    // Another 429 passes.
    let cdn = Cdn::start([refused(429, "slow down"), purged(9)]);
    purge(&cdn, ["--tag", "a"]).env("CLOUDCDN_RETRIES", "1").run().exits(0);
    assert_eq!(cdn.requests().len(), 2);
}

#[test]
fn a_refused_batch_stops_alone_and_decides_the_exit_code() {
    let invalid = json!({ "error": "bad prefix", "invalid": ["https://cloudcdn.pro/31"] });
    let cdn = Cdn::start([purged(99), Answer::json(400, &invalid), purged(98)]);
    let run = purge(&cdn, ["-"]).stdin(list(90)).run().exits(65);
    assert_eq!(cdn.requests().len(), 3);
    assert_eq!(lines(&run)[1]["error"]["type"], "data_error");
    for part in ["not taken: https://cloudcdn.pro/31", "failed: batch 2 (30 URLs"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn what_may_be_repeated_is_partial_and_stops_the_rest() {
    let cdn = Cdn::start([purged(99), refused(502, "upstream")]);
    let run = purge(&cdn, ["-", "--json"]).stdin(list(90)).run().fails("partial", 75);
    assert_eq!(cdn.requests().len(), 2);
    let report = run.json();
    assert_eq!(report["batches"][1]["error"]["type"], "server_error");
    assert_eq!(report["batches"][2]["state"], "not_sent");
    purge(&cdn, ["--tag", "a", "--json"]).run().fails("server_error", 75);
}

#[test]
fn a_page_in_place_of_an_answer_is_no_success() {
    for (body, kind) in
        [("<html>welcome</html>", "text/html"), ("", "text/plain"), ("[]", "application/json")]
    {
        let cdn = Cdn::start([Answer::new(200, kind, body)]);
        let run = purge(&cdn, ["--tag", "a", "--json"]).run().fails("data_error", 65);
        assert!(run.bytes.is_empty());
    }
}

#[test]
fn a_rate_is_kept_and_a_wrong_one_is_refused() {
    let cdn = Cdn::start([purged(99)]);
    purge(&cdn, ["-", "--rate", "1000/s"]).stdin(list(61)).run().exits(0);
    assert_eq!(cdn.requests().len(), 3);
    for rate in ["0", "abc", "-1"] {
        purge(&cdn, ["--tag=a", &format!("--rate={rate}"), "--json"]).run().fails("usage_error", 64);
    }
}

#[test]
fn a_key_on_stdin_and_a_list_on_stdin_do_not_meet() {
    let cdn = Cdn::start([purged(99)]);
    let config = format!("[profiles.default]\nurl = \"{}\"\npurge_key = \"-\"\n", cdn.url());
    let run = stratos(["purge", "-", "--json"]).config(&config).stdin(list(1)).run();
    run.fails("usage_error", 64);
    assert!(cdn.requests().is_empty());
    stratos(["purge", "--tag", "a"]).config(&config).stdin("from-stdin\n").run().exits(0);
    assert_eq!(cdn.requests()[0].header("x-api-key"), Some("from-stdin"));
}

#[test]
fn an_unknown_provider_is_named() {
    let run =
        stratos(["purge", "--tag", "a", "--json"]).config("[profiles.default]\nprovider = \"cloudcnd\"\n");
    let run = run.run().fails("usage_error", 64);
    assert!(run.stderr.contains("cloudcdn"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn an_interrupted_purge_names_what_was_sent_and_what_was_not() {
    use rustix::process::{Pid, Signal, kill_process};
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let (asked, waits) = std::sync::mpsc::channel();
        let asked = std::sync::Mutex::new(asked);
        let cdn = Cdn::with(move |_, count| {
            if count < 2 {
                return purged(99);
            }
            asked.lock().unwrap().send(()).unwrap();
            Answer::silent()
        });
        let running = purge(&cdn, ["-"]).stdin(list(110)).spawn();
        if waits.recv_timeout(Duration::from_secs(60)).is_err() {
            panic!("no third request:\n{}", running.finish().everything());
        }
        kill_process(Pid::from_raw(running.id() as i32).unwrap(), signal).unwrap();
        let run = running.finish().exits(code);
        for part in ["sent: batches 1-2 (60 URLs", "in doubt: batch 3 (30 URLs", "not sent: batch 4 (20 URLs"]
        {
            assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
        }
        let states: Vec<Value> = lines(&run).iter().map(|line| line["state"].clone()).collect();
        assert_eq!(states, [Value::Null, Value::Null, json!("in_doubt"), json!("not_sent")]);
    }
}

#[test]
fn the_providers_are_listed_and_one_is_told_in_full() {
    let listed = stratos(["purge", "providers", "--json"]).run().exits(0).json();
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    for id in ["cloudcdn", "cloudflare", "cloudfront", "varnish"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    let page = stratos(["purge", "providers", "fastly", "--output", "table"]).run().exits(0).stdout();
    for word in
        ["256 tags a request", "FASTLY_API_TOKEN", "service_id", "spends purges", "purges: 100000 items"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let refused = stratos(["purge", "providers", "cloudflair"]).run().exits(64);
    assert!(refused.stderr.contains("did you mean \"cloudflare\""), "{}", refused.stderr);
}
