//! `purge --wait`, `--after-origin` and `--prove`, against a scripted CDN.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    runner::{Run, Runner, stratos},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The API, the edge and the origin in one: `edge` answers GETs below `/edge`, counted from 0, `origin` those below
/// `/origin`; purges are accepted.
fn cdn(
    edge: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static,
    origin: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static,
) -> Cdn {
    let (edges, origins) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Cdn::with(move |asked, _| match asked.path.as_str() {
        path if path.starts_with("/origin/") => origin(asked, origins.fetch_add(1, Ordering::Relaxed)),
        "/api/purge" => Answer::json(200, &json!({ "success": true, "remaining_today": 90 })),
        _ => edge(asked, edges.fetch_add(1, Ordering::Relaxed)),
    })
}

fn none(_: &Asked, _: usize) -> Answer {
    Answer::text(500, "nobody asks the origin here")
}

fn cached(word: &str, body: &str) -> Answer {
    Answer::text(200, body).header("X-Cache", word)
}

/// Purges by tag at this CDN and proves the URL of this path there.
fn prove<const N: usize>(cdn: &Cdn, path: &str, args: [&str; N]) -> Runner {
    let run = stratos(["purge", "--tag", "release", "--prove", "all", "--output", "json", "--prove-url"]);
    let run = run.arg(format!("{}{path}", cdn.url())).with(cdn).env("CLOUDCDN_PURGE_KEY", "purge-k3y");
    args.into_iter().fold(run, Runner::arg)
}

fn looks(cdn: &Cdn) -> Vec<Asked> {
    cdn.requests().into_iter().filter(|asked| asked.method == "GET").collect()
}

fn purges(cdn: &Cdn) -> usize {
    cdn.requests().iter().filter(|asked| asked.method == "POST").count()
}

/// The states of all findings, by encoding.
fn states(run: &Run) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| (text(&finding["encoding"]), text(&finding["state"]))).collect()
}

#[test]
fn an_edge_that_misses_is_fresh_at_once_and_the_three_states_stand_apart() {
    let cdn = cdn(|_, _| cached("MISS", "new"), none);
    let run = prove(&cdn, "/a.css?v=1", []).run().exits(0);
    let report = run.json();
    assert_eq!((&report["accepted"], &report["completed"]), (&json!("yes"), &Value::Null));
    assert_eq!((&report["fresh"], &report["purge"]["success"]), (&json!("yes"), &json!(true)));
    let finding = &report["findings"][0];
    assert_eq!((&finding["by"], &finding["header"]), (&json!("cache"), &json!("x-cache: MISS")));
    assert_eq!((&finding["looks"], &finding["status"]), (&json!(1), &json!(200)));
    assert!(finding["digest"].as_str().unwrap().starts_with("sha256:"), "{finding}");
    assert_eq!(looks(&cdn).len(), 3);
}

#[test]
fn a_look_carries_no_credential_and_asks_for_each_encoding() {
    let cdn = cdn(|_, _| cached("MISS", "new"), none);
    prove(&cdn, "/a.css", []).run().exits(0);
    let mut encodings = Vec::new();
    for look in looks(&cdn) {
        for (name, value) in &look.headers {
            assert!(
                !value.contains("purge-k3y") && name != "authorization" && name != "cookie",
                "{name}: {value}"
            );
        }
        assert_eq!(look.header("accept"), Some("*/*"));
        encodings.push(look.header("accept-encoding").unwrap().to_owned());
    }
    encodings.sort();
    assert_eq!(encodings, ["br", "gzip", "identity"]);
}

#[test]
fn the_third_look_may_be_the_fresh_one() {
    let edge = |_: &Asked, count| match count {
        0 | 1 => cached("HIT", "old").header("Age", "3600"),
        _ => cached("MISS", "new"),
    };
    let cdn = cdn(edge, none);
    let run = prove(&cdn, "/a.css", ["--encodings", "identity"]).run().exits(0);
    let report = run.json();
    assert_eq!((&report["fresh"], &report["findings"][0]["looks"]), (&json!("yes"), &json!(3)));
}

#[test]
fn an_edge_that_stays_old_is_not_fresh_and_the_evidence_is_told() {
    let cdn = cdn(|_, _| cached("HIT", "old").header("Age", "3600"), none);
    let run = prove(&cdn, "/a.css", ["--encodings=identity", "--prove-timeout=1500ms"]).run();
    let run = run.fails("not_fresh", 69);
    assert_eq!(run.error()["retryable"], true);
    let report = run.json();
    assert_eq!((&report["accepted"], &report["fresh"]), (&json!("yes"), &json!("no")));
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["state"], &finding["by"], &finding["age"]),
        (&json!("stale"), &json!("age"), &json!(3600))
    );
    assert_eq!(report["reason"]["topic"], "proof.layers");
    stratos(["explain", "proof.layers"]).run().exits(0);
}

#[test]
fn a_copy_that_a_fresh_look_stored_is_fresh_in_the_next_one() {
    let edge = |asked: &Asked, _| match asked.header("accept-encoding") {
        Some("identity") => cached("MISS", "new"),
        _ => cached("HIT", "new"),
    };
    let cdn = cdn(edge, none);
    let run = prove(&cdn, "/a.css", []).run().exits(0);
    assert_eq!(run.json()["fresh"], "yes");
}

#[test]
fn doubt_is_unknown_and_never_fresh() {
    for answer in
        [Answer::text(200, "x"), cached("HIT", "x"), Answer::text(403, "no"), Answer::text(503, "no")]
    {
        let cdn = cdn(move |_, _| answer.clone(), none);
        let run = prove(&cdn, "/a.css", ["--encodings=identity", "--prove-timeout=300ms"]).run();
        let run = run.fails("not_fresh", 69);
        assert_eq!(run.json()["fresh"], "unknown");
    }
}

#[test]
fn a_variant_that_alone_stays_old_is_found() {
    let edge = |asked: &Asked, _| match asked.header("accept-encoding") {
        Some("gzip") => cached("HIT", "old").header("Age", "3600").header("Content-Encoding", "gzip"),
        _ => cached("MISS", "new"),
    };
    let cdn = cdn(edge, none);
    let run = prove(&cdn, "/a.css", ["--prove-timeout=1500ms"]).run().fails("not_fresh", 69);
    let of = |encoding: &str, state: &str| (encoding.to_owned(), state.to_owned());
    assert_eq!(states(&run), [of("identity", "fresh"), of("gzip", "stale"), of("br", "fresh")]);
    assert_eq!(run.json()["reason"]["topic"], "proof.variant");
}

#[test]
fn one_of_two_addresses_that_stays_old_is_found_under_the_right_host() {
    let near = cdn(|_, _| cached("MISS", "new"), none);
    let far = cdn(|_, _| cached("HIT", "old").header("Age", "3600"), none);
    let pin = |cdn: &Cdn| format!("--resolve=edge.test:127.0.0.1:{}", cdn.port());
    let run = stratos(["purge", "--tag", "a", "--prove", "1", "--prove-url", "http://edge.test/a.css"]);
    let run = run.args(["--encodings=identity", "--prove-timeout=1500ms", "--output=json"]);
    let run = run.arg(pin(&near)).arg(pin(&far)).with(&near).env("CLOUDCDN_PURGE_KEY", "purge-k3y");
    let run = run.run().fails("not_fresh", 69);
    assert_eq!(run.json()["reason"]["topic"], "proof.address");
    let mut found: Vec<(String, String)> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["address"].to_string(), finding["state"].to_string()))
        .collect();
    let mut want = vec![
        (format!("\"127.0.0.1:{}\"", near.port()), "\"fresh\"".to_owned()),
        (format!("\"127.0.0.1:{}\"", far.port()), "\"stale\"".to_owned()),
    ];
    found.sort();
    want.sort();
    assert_eq!(found, want);
    for look in looks(&near).iter().chain(&looks(&far)) {
        assert_eq!((look.header("host"), look.path.as_str()), (Some("edge.test"), "/a.css"));
    }
    assert_eq!(looks(&near).len(), 1, "what is fresh is not looked at again");
}

#[cfg(target_os = "linux")]
#[test]
fn two_addresses_of_one_port_are_two_connections() {
    let cdn = cdn(|_, _| cached("MISS", "new"), none);
    let url = format!("http://edge.test:{}/a.css", cdn.port());
    let run = stratos(["purge", "--tag", "a", "--prove", "1", "--prove-url", &url, "--encodings=identity"]);
    let run = run.args(["--resolve=edge.test:127.0.0.1", "--resolve=edge.test:127.0.0.2"]);
    let run =
        run.args(["--prove-timeout=1500ms", "--output=json"]).with(&cdn).env("CLOUDCDN_PURGE_KEY", "k3y-k3y");
    let run = run.run().fails("not_fresh", 69);
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!((&findings[0]["state"], &findings[1]["state"]), (&json!("fresh"), &json!("unknown")));
    let note = findings[1]["note"].as_str().unwrap();
    assert!(note.contains("refuses connections"), "nobody listens at the second: {note}");
}

#[test]
fn a_pinned_address_keeps_the_name_of_the_certificate() {
    let edge = Cdn::tls_named("edge.test", [cached("MISS", "new")]);
    let api = cdn(none, none);
    let pin = format!("--resolve=edge.test:127.0.0.1:{}", edge.port());
    let run = stratos(["purge", "--tag", "a", "--prove", "1", "--prove-url", "https://edge.test/a", &pin]);
    let run = run.args(["--ca-file", "ca.pem"]).file("ca.pem", edge.ca_pem()).with(&api);
    run.env("CLOUDCDN_PURGE_KEY", "purge-k3y").run().exits(0);
    assert_eq!(edge.requests()[0].header("host"), Some("edge.test"));
}

#[test]
fn the_profiles_client_certificate_stays_at_home() {
    let edge = Cdn::mutual_tls([cached("MISS", "new")]);
    let (certificate, key) = edge.client_pem();
    let api = cdn(none, none);
    let config = format!(
        "[profiles.default]\nprovider = \"cloudcdn\"\nurl = \"{}\"\nclient_cert = \"CERT\"\nclient_key = \"KEY\"\n",
        api.url()
    );
    let url = format!("{}/a", edge.url());
    let run = stratos(["purge", "--tag", "a", "--prove", "1", "--prove-url", &url, "--encodings=identity"]);
    let run =
        run.args(["--prove-timeout=300ms", "--json", "--ca-file", "ca.pem"]).file("ca.pem", edge.ca_pem());
    let run = run.file("c.pem", certificate).file("k.pem", key);
    let place = |name: &str| run.home().join(name).display().to_string();
    let config = config.replace("CERT", &place("c.pem")).replace("KEY", &place("k.pem"));
    let run = run.config(&config).env("CLOUDCDN_PURGE_KEY", "purge-k3y").run().fails("not_fresh", 69);
    assert!(edge.requests().is_empty(), "{}", run.stdout());
}

#[test]
fn bytes_are_compared_with_the_origin_within_an_encoding() {
    let edge = |asked: &Asked, _| match asked.header("accept-encoding") {
        Some("br") => cached("MISS", "old"),
        _ => cached("HIT", "new").header("Age", "3600"),
    };
    let cdn = cdn(edge, |_, _| Answer::text(200, "new"));
    let origin = format!("--origin={}/origin", cdn.url());
    let run =
        prove(&cdn, "/a.css", [&origin, "--prove-timeout=1500ms", "--rate=100"]).run().fails("not_fresh", 69);
    let of = |encoding: &str, state: &str| (encoding.to_owned(), state.to_owned());
    assert_eq!(
        states(&run),
        [of("identity", "fresh"), of("gzip", "fresh"), of("br", "stale")],
        "{}",
        run.json()
    );
    assert!(looks(&cdn).iter().any(|look| look.path == "/origin/a.css"));
}

#[test]
fn an_origin_that_fails_is_no_proof() {
    let cdn = cdn(|_, _| cached("MISS", "new"), |_, _| Answer::text(502, "bad gateway"));
    let origin = format!("--origin={}/origin", cdn.url());
    let run = prove(&cdn, "/a.css", [&origin, "--prove-timeout=300ms", "--encodings=identity"]).run();
    let run = run.fails("not_fresh", 69);
    let note = run.json()["findings"][0]["note"].as_str().unwrap().to_owned();
    assert!(note.contains("the origin answers HTTP 502"), "{note}");
}

#[test]
fn a_digest_of_a_local_file_is_the_strongest_evidence() {
    let cdn = cdn(|_, _| cached("HIT", "new").header("Age", "3600"), none);
    let args = ["--expect=@a.css", "--encodings=identity", "--prove-timeout=1500ms"];
    let run = prove(&cdn, "/a.css", args).file("a.css", "new").run().exits(0);
    assert_eq!(run.json()["findings"][0]["by"], "bytes");
    prove(&cdn, "/a.css", args).file("a.css", "newer").run().fails("not_fresh", 69);
    prove(&cdn, "/a.css", args).run().fails("input_missing", 66);
}

#[test]
fn nothing_is_purged_before_the_origin_serves_the_new_content() {
    let origin = |_: &Asked, count| Answer::text(200, if count < 1 { "old" } else { "new" });
    let cdn = Arc::new(cdn(|_, _| cached("HIT", "old"), origin));
    let after = format!("{}/origin/a.css", cdn.url());
    let digest = "sha256:11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437";
    let run = stratos(["purge", "--tag", "a", "--after-origin", &after, "--expect", digest]).with(&cdn);
    let run = run.env("CLOUDCDN_PURGE_KEY", "purge-k3y").run().exits(0);
    assert!(run.stderr.contains("waiting for the origin: it serves sha256:"), "{}", run.stderr);
    let order: Vec<String> = cdn.requests().iter().map(|asked| asked.method.clone()).collect();
    assert_eq!(order, ["GET", "GET", "POST"]);
}

#[test]
fn without_a_digest_the_origin_must_differ_from_the_edge() {
    let origin = |_: &Asked, count| Answer::text(200, if count < 1 { "old" } else { "new" });
    let cdn = cdn(|_, _| cached("HIT", "old"), origin);
    let after = format!("{}/x", cdn.url());
    let args = ["purge", "--tag", "a", "--after-origin", &after];
    let run = stratos(args).with(&cdn).env("CLOUDCDN_PURGE_KEY", "purge-k3y").run();
    let run = run.exits(64);
    assert!(run.stderr.contains("--expect"), "{}", run.stderr);
    assert!(cdn.requests().is_empty());
}

#[test]
fn an_origin_that_stays_old_ends_the_purge_before_it_begins() {
    let cdn = cdn(none, |_, _| Answer::text(200, "old"));
    let after = format!("{}/origin/a.css", cdn.url());
    let run = stratos(["purge", "--tag", "a", "--after-origin", &after, "--expect=@new", "--json"]);
    let run = run.arg("--after-timeout=300ms").file("new", "new").with(&cdn);
    let run = run.env("CLOUDCDN_PURGE_KEY", "purge-k3y").run().fails("not_fresh", 69);
    assert!(run.error()["message"].as_str().unwrap().contains("nothing was purged"), "{}", run.stderr);
    assert_eq!(purges(&cdn), 0);
}

#[test]
fn a_provider_that_cannot_be_asked_is_said_to_be_unknown() {
    let cdn = cdn(none, none);
    let run = stratos(["purge", "--tag", "a", "--wait", "--output=json"]).with(&cdn);
    let run = run.env("CLOUDCDN_PURGE_KEY", "purge-k3y").run().exits(0);
    let report = run.json();
    assert_eq!((&report["accepted"], &report["completed"]), (&json!("yes"), &json!("unknown")));
    assert_eq!(report["fresh"], Value::Null);
}

/// Google at a scripted API: the purge is in progress for so many questions.
fn polled(running: usize, args: &[&str]) -> (Run, usize) {
    let questions = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&questions);
    let cdn = Cdn::with(move |asked, _| match asked.method.as_str() {
        "GET" => {
            let state = if counted.fetch_add(1, Ordering::Relaxed) < running { "RUNNING" } else { "DONE" };
            Answer::json(200, &json!({ "name": "operation-1", "status": state }))
        }
        _ => Answer::json(200, &json!({ "name": "operation-1", "status": "RUNNING" })),
    });
    let config = format!(
        "[profiles.default]\nprovider = \"google\"\nurl = \"{}\"\nproject = \"p\"\nurl_map = \"m\"\n",
        cdn.url()
    );
    let run = stratos(["purge", "--everything", "--yes", "--output=json"]).args(args);
    let run = run.config(&config).env("CLOUDSDK_AUTH_ACCESS_TOKEN", "t0k3n-t0k3n").run();
    (run, questions.load(Ordering::Relaxed))
}

#[test]
fn what_the_provider_calls_done_is_completed() {
    let (run, questions) = polled(0, &["--wait=300ms"]);
    let run = run.exits(0);
    assert_eq!((run.json()["completed"].clone(), questions), (json!("yes"), 1));
    let (run, questions) = polled(0, &[]);
    run.exits(0);
    assert_eq!(questions, 0, "nobody asks without --wait");
}

#[test]
fn what_is_not_done_in_time_is_accepted_and_unavailable() {
    let (run, questions) = polled(9, &["--wait=300ms"]);
    let run = run.fails("unavailable", 69);
    let report = run.json();
    assert_eq!((&report["accepted"], &report["completed"]), (&json!("yes"), &json!("no")));
    assert!(run.stderr.contains("not done after 300ms"), "{}", run.stderr);
    assert_eq!(questions, 1);
}

#[test]
fn flags_that_cannot_be_kept_are_refused_before_anything_is_sent() {
    let cdn = cdn(none, none);
    for (args, word) in [
        (&["--tag", "a", "--prove", "all"][..], "--prove-url"),
        (&["--everything", "--yes", "--prove", "1"], "--prove-url"),
        (&["--tag", "a", "--prove", "0", "--prove-url", "https://h/a"], "1 and more"),
        (&["--tag", "a", "--prove", "some", "--prove-url", "https://h/a"], "1 and more"),
        (&["--tag", "a", "--prove", "1", "--prove-url", "/a"], "no URL to fetch"),
        (&["--tag", "a", "--prove", "1", "--prove-url", "https://h/*"], "pattern"),
        (&["--tag", "a", "--prove", "1", "--prove-url", "https://h/a", "--prove-timeout", "0"], "zero"),
        (&["--tag", "a", "--prove", "1", "--prove-url", "https://h/a", "--rate", "0.01"], "3 looks, 5m"),
        (&["--tag", "a", "--prove", "all", "--prove-url", "https://h/a", "--encodings", "zstd"], "zstd"),
        (&["--tag", "a", "--prove", "all", "--prove-url", "https://h/a", "--resolve", "h"], "HOST:ADDRESS"),
        (&["--tag", "a", "--prove", "all", "--prove-url", "https://h/a", "--origin", "ftp://h"], "--origin"),
        (&["--tag", "a", "--prove-url", "https://h/a"], "--prove"),
        (&["--tag", "a", "--expect", "sha256:00"], "64 digits"),
        (&["--tag", "a", "--after-origin", "x"], "--after-origin"),
        (&["--tag", "a", "--wait=5"], "5s"),
        (&["--tag", "a", "--wait=0"], "zero"),
    ] {
        let run =
            stratos(["purge"]).args(args).with(&cdn).env("CLOUDCDN_PURGE_KEY", "purge-k3y").run().exits(64);
        assert!(run.stderr.contains(word), "{args:?}: {}", run.stderr);
    }
    assert!(cdn.requests().is_empty());
}

#[test]
fn a_dry_run_says_what_it_would_look_at_and_opens_no_socket() {
    let cdn = cdn(none, none);
    let after = format!("{}/origin/a.css", cdn.url());
    let run = prove(&cdn, "/a.css", ["--dry-run", "--after-origin", &after, "--expect=@a"])
        .file("a", "new")
        .run()
        .exits(0);
    assert!(run.stderr.contains("would look at 1 URL as identity, gzip, br"), "{}", run.stderr);
    assert!(run.stderr.contains("would wait for"), "{}", run.stderr);
    assert_eq!(cdn.connections(), 0);
}

#[test]
fn a_purge_that_is_refused_is_not_proven() {
    let cdn = Cdn::start([Answer::json(403, &json!({ "error": "no" }))]);
    prove(&cdn, "/a.css", []).run().fails("auth_invalid", 77);
    assert!(looks(&cdn).is_empty());
}
