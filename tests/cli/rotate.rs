//! `stratos signed rotate`, and what the ring of a profile means to minting, verifying and the doctor.

use super::common::runner::{Run, Runner, stratos};
use serde_json::{Value, json};

const A: &str = "0123456789abcdef0123456789abcdef";
const B: &str = "fedcba9876543210fedcba9876543210";
const C: &str = "00112233445566778899aabbccddeeff";

/// A ring of three, one in each state.
const RING: &str = r#"default = "prod"
[profiles.prod]
url = "https://cdn.example"
[profiles.prod.signing]
scheme = "cloudcdn"
[[profiles.prod.signing.keys]]
id = "old"
key = "env:OLD"
state = "retired"
[[profiles.prod.signing.keys]]
id = "now"
key = "env:NOW"
state = "current"
since = "2026-01-01T00:00:00Z"
[[profiles.prod.signing.keys]]
id = "next"
key = "env:NEXT"
state = "accepted"
"#;

/// A run with three keys in its environment.
fn ring(config: &str, args: &[&str]) -> Runner {
    stratos(args).config(config).env("OLD", A).env("NOW", B).env("NEXT", C)
}

/// A link that a key made, that of `RING`'s profile.
fn link(key: &str, path: &str, expires: &str) -> String {
    let run = stratos(["signed", path, "--key", "env:K", "--expires", expires, "--allow-expired"])
        .env("K", key)
        .env("CLOUDCDN_URL", "https://cdn.example");
    run.run().exits(0).stdout().trim_end().to_owned()
}

const END: &str = "4102444800";

#[test]
fn the_current_key_signs_and_needs_no_other() {
    let run = ring(RING, &["signed", "/a", "--expires", END]).unset("OLD").unset("NEXT").run().exits(0);
    assert_eq!(run.stdout().trim_end(), link(B, "/a", END));
}

#[test]
fn current_and_accepted_keys_verify_and_a_retired_one_does_not() {
    for (key, verdict, code) in [(A, "signature mismatch", 65), (B, "valid", 0), (C, "valid", 0)] {
        let url = link(key, "/a", END);
        let run = ring(RING, &["signed", "verify", &url]).run().exits(code);
        assert_eq!(run.json()["verdict"], verdict);
        let run = ring(RING, &["signed", "doctor", &url, "--json"]).run().exits(code);
        assert_eq!(run.json()["verdict"], verdict);
        let cause = &run.json()["cause"]["id"];
        assert_eq!(*cause, if key == A { "key.other-of-ring".into() } else { serde_json::Value::Null });
    }
    let missing = ring(RING, &["signed", "verify", &link(B, "/a", END)]).unset("NEXT").run();
    assert!(missing.stderr.contains("NEXT"), "{}", missing.stderr);
    assert_ne!(missing.code, Some(0));
}

#[test]
fn flag_and_environment_beat_the_ring() {
    let url = link(C, "/a", END);
    let run = ring(RING, &["signed", "/a", "--expires", END]).env("SIGNED_URL_SECRET", C).run().exits(0);
    assert_eq!(run.stdout().trim_end(), url);
    ring(RING, &["signed", "verify", &url, "--key", "env:NOW"]).run().exits(65);
}

#[test]
fn a_key_id_of_the_ring_goes_with_its_key() {
    let config = RING.replace("\"cloudcdn\"", "\"gcp-cloud-cdn\"");
    let keys = |runner: Runner| {
        let key = |text: &str| format!("{text}==");
        runner.env("NOW", key("AAAAAAAAAAAAAAAAAAAAAA")).env("NEXT", key("BBBBBBBBBBBBBBBBBBBBBA"))
    };
    let mint = |more: &[&str]| {
        let run = ring(&config, &["signed", "https://cdn.example/a", "--expires", END]);
        keys(more.iter().fold(run, |run, arg| run.arg(arg))).run()
    };
    let (now, next) = (mint(&[]).exits(0).stdout(), mint(&["--key-id", "next"]).exits(0).stdout());
    assert!(now.contains("KeyName=now&") && next.contains("KeyName=next&"), "{now}{next}");
    for url in [now.trim_end(), next.trim_end()] {
        assert_eq!(keys(ring(&config, &["signed", "verify", url])).run().exits(0).json()["verdict"], "valid");
    }
    let retired = now.replace("KeyName=now", "KeyName=old");
    let run = keys(ring(&config, &["signed", "verify", retired.trim_end()])).run().exits(65);
    assert_eq!(run.json()["verdict"], "unknown key");
    for (id, why) in [("old", "retired"), ("nxt", "not in the ring")] {
        assert!(mint(&["--key-id", id]).exits(64).stderr.contains(why));
    }
}

#[test]
fn config_list_shows_the_ring_as_references() {
    let config = RING.replace("env:OLD", "plain:a-secret-that-is-not-shown");
    for args in [&["config", "list"][..], &["config", "list", "--origin"]] {
        let text = ring(&config, args).run().exits(0).stdout();
        assert!(text.contains("env:NOW") && text.contains("env:NEXT"), "{text}");
        assert!(!text.contains("that-is-not"), "{text}");
    }
}

#[test]
fn a_ring_that_contradicts_itself_is_a_configuration_error() {
    for (from, to, why) in [
        ("\"accepted\"", "\"current\"", "2 current keys (now, next)"),
        ("id = \"next\"", "id = \"now\"", "twice"),
        ("\"current\"", "\"accepted\"", "no key that is current"),
        ("2026-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "since must be a date"),
        ("scheme = \"cloudcdn\"", "scheme = \"cloudcdn\"\nkey = \"env:K\"", "both key and keys"),
    ] {
        let config = RING.replace(from, to);
        for args in
            [&["signed", "/a", "--ttl", "1h", "--json"][..], &["config", "list", "--origin", "--json"]]
        {
            let run = ring(&config, args).run().fails("config_error", 78);
            assert!(run.error()["message"].as_str().unwrap().contains(why), "{}", run.stderr);
        }
    }
}

/// A rotation at home: the runs share one folder, as the steps of a real one do.
struct Story(tempfile::TempDir);

impl Story {
    fn begin(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), config).unwrap();
        Self(home)
    }

    fn runner(&self, args: &[&str]) -> Runner {
        let file = self.0.path().join("config.toml");
        let run = stratos(args).env("HOME", self.0.path()).env("OLD", A).env("NOW", B).env("NEXT", C);
        run.env("STRATOS_CONFIG", file)
    }

    fn run(&self, args: &[&str]) -> Run {
        self.runner(&[&["signed", "rotate"], args].concat()).run()
    }

    fn config(&self) -> String {
        std::fs::read_to_string(self.0.path().join("config.toml")).unwrap()
    }

    /// The ring: ids and states.
    fn ring(&self) -> Vec<(String, String)> {
        let keys = self.run(&["status"]).exits(0).json()["keys"].clone();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        keys.as_array().unwrap().iter().map(|key| (text(&key["id"]), text(&key["state"]))).collect()
    }

    /// Sets the dates of the ring back, as if time had passed.
    fn later(&self, member: &str) {
        let date = |line: &str| match line.starts_with(&format!("{member} = ")) {
            true => format!("{member} = \"2020-01-01T00:00:00Z\"\n"),
            false => format!("{line}\n"),
        };
        let config: String = self.config().lines().map(date).collect();
        std::fs::write(self.0.path().join("config.toml"), config).unwrap();
    }
}

fn states(ring: &[(&str, &str)]) -> Vec<(String, String)> {
    ring.iter().map(|(id, state)| ((*id).to_owned(), (*state).to_owned())).collect()
}

const ONE: &str = "# ours\ndefault = \"prod\"\n[profiles.prod]\nurl = \"https://cdn.example\" # the edge\n\
                   [profiles.prod.signing]\nscheme = \"cloudcdn\"\nkey = \"env:OLD\"\n";

#[test]
fn one_key_is_a_ring_of_one_until_a_second_comes() {
    let story = Story::begin(ONE);
    assert_eq!(story.ring(), states(&[("-", "current")]));
    let nameless = story.run(&["add", "b", "--key", "env:NOW", "--json"]).fails("usage_error", 64);
    assert!(nameless.stderr.contains("--current-id"), "{}", nameless.stderr);
    assert_eq!(story.config(), ONE);
    story.run(&["add", "b", "--key", "env:NOW", "--current-id", "a"]).exits(0);
    assert_eq!(story.ring(), states(&[("a", "current"), ("b", "accepted")]));
    let config = story.config();
    assert!(config.starts_with("# ours") && config.contains("# the edge"), "{config}");
    let minted = story.runner(&["signed", "/a", "--expires", END]).run().exits(0);
    assert_eq!(minted.stdout().trim_end(), link(A, "/a", END));
}

#[test]
fn the_first_key_of_a_ring_signs() {
    let story = Story::begin("");
    assert!(story.run(&[]).exits(0).stderr.contains("rotate add ID"));
    story.run(&["add", "a", "--key", "env:OLD"]).exits(0);
    assert_eq!(story.ring(), states(&[("a", "current")]));
    assert!(story.config().contains("[[profiles.default.signing.keys]]"), "{}", story.config());
}

#[test]
fn a_key_that_would_break_the_ring_does_not_come_in() {
    let story = Story::begin(RING);
    for (args, why) in [
        (&["now", "--key", "env:OLD"][..], "already, current"),
        (&["old", "--key", "env:K"], "already, retired"),
        (&["x", "--key", "env:NOW"], "the same secret as now"),
        (&["x", "--key", "-"], "gone after this run"),
        (&["x", "--key", "fd:3"], "gone after this run"),
        (&["x", "--key", "sixteen-bytes-ok"], "--key"),
        (&["a b", "--key", "env:K"], "no key id"),
        (&["x", "--key", "env:K", "--longest", "soon"], "not a lifetime"),
    ] {
        let run = story.run(&[&["add", "--json"], args].concat()).fails("usage_error", 64);
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
        assert!(!run.stderr.contains("sixteen-bytes"), "{}", run.stderr);
    }
    assert_eq!(story.config(), RING);
    let unusable = Story::begin(&RING.replace("\"cloudcdn\"", "\"cloudfront\""));
    unusable.run(&["add", "x", "--key", "env:OLD", "--json"]).fails("data_error", 65);
    let absent = story.run(&["add", "x", "--key", "env:NOT_HERE"]).exits(0);
    assert!(absent.stderr.contains("was not tried"), "{}", absent.stderr);
}

#[test]
fn promoting_waits_for_the_edge_and_dates_the_former_key() {
    let story = Story::begin(ONE);
    story.run(&["add", "b", "--key", "env:NOW", "--current-id", "a"]).exits(0);
    let early = story.run(&["promote", "b", "--ttl", "1h", "--json"]).fails("unavailable", 69);
    assert!(early.stderr.contains("--force"), "{}", early.stderr);
    story.later("promote_after");
    let unknown = story.run(&["promote", "c", "--json"]).fails("usage_error", 64);
    assert!(unknown.stderr.contains("not in the ring"), "{}", unknown.stderr);
    let run = story.run(&["promote", "b", "--ttl", "1h", "--skew", "0s", "--cache-ttl", "0"]).exits(0);
    let keys = run.json()["keys"].clone();
    assert_eq!((&keys[0]["state"], &keys[1]["state"]), (&json!("accepted"), &json!("current")));
    let second = |key: &Value, member: &str| key[member].as_u64().unwrap();
    assert_eq!(second(&keys[0], "retire_after"), second(&keys[1], "since") + 3600);
    let config = story.config();
    assert!(story.run(&["promote", "b"]).exits(0).stderr.contains("signs already"));
    assert_eq!(story.config(), config);
}

#[test]
fn promoting_without_a_lifetime_says_what_is_missing() {
    let story = Story::begin(RING);
    let run = story.run(&["promote", "next"]).exits(0);
    assert!(run.stderr.contains("pass --ttl"), "{}", run.stderr);
    assert!(run.json()["keys"][1]["retire_after"].is_null());
    let story = Story::begin(RING);
    assert!(story.run(&["promote", "old", "--json"]).fails("usage_error", 64).stderr.contains("is retired"));
    let bound =
        Story::begin(&format!("[policy]\nmax_ttl = \"1d\"\n{}", RING.replace("default = \"prod\"\n", "")));
    let run = bound.run(&["--profile", "prod", "promote", "next", "--ttl", "1h"]).exits(0);
    let keys = run.json()["keys"].clone();
    assert_eq!(keys[1]["longest_seconds"], 86_400, "the larger of policy and flag counts");
}

#[test]
fn a_plan_is_dates_and_changes_nothing() {
    let story = Story::begin(ONE);
    let args = [
        "plan",
        "--ttl",
        "7d",
        "--at",
        "1893456000",
        "--propagation",
        "10m",
        "--cache-ttl",
        "1m",
        "--skew",
        "30s",
    ];
    let plan = story.run(&[&args[..], &["--new-id", "b", "--new-key", "env:NOW"]].concat()).exits(0).json();
    let steps: Vec<(&str, u64)> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["step"].as_str().unwrap(), step["at"].as_u64().unwrap() - 1_893_456_000))
        .collect();
    assert_eq!(steps, [("add", 0), ("promote", 600), ("quiet", 660), ("retire", 660 + 604_800 + 30)]);
    assert_eq!(plan["steps"][0]["command"], "stratos signed rotate add b --key env:NOW");
    assert_eq!((&plan["overlap"], &plan["longest_from"]), (&json!("tried in turn"), &json!("--ttl")));
    assert!(plan["notes"][1].as_str().unwrap().contains("unconfirmed"));
    assert_eq!(story.config(), ONE);
    let single = story.run(&[&args[..], &["--single-key"]].concat()).exits(0).json();
    assert_eq!(single["overlap"], "none");
    assert_eq!(single["steps"][1]["at"], 1_893_456_000 + 60 + 604_800 + 30);
    let page = story.run(&[&args[..], &["--output", "table"]].concat()).exits(0).stdout();
    assert!(page.contains("2030-01-01 00:10:00 UTC"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    let named = Story::begin(&RING.replace("\"cloudcdn\"", "\"cloudfront\""));
    let plan = named.run(&args).exits(0).json();
    assert_eq!((&plan["overlap"], &plan["new"]), (&json!("by key id"), &json!("next")));
    assert!(plan["steps"][0]["command"].is_null(), "it is in the ring already");
}

#[test]
fn a_plan_wants_a_lifetime_and_a_key_that_can_sign() {
    let story = Story::begin(RING);
    assert!(story.run(&["plan", "--json"]).fails("usage_error", 64).stderr.contains("--ttl 7d"));
    for (args, why) in [
        (&["--new-id", "old"][..], "is retired"),
        (&["--new-id", "now"], "is current"),
        (&["--new-id", "next", "--new-key", "env:K"], "in the ring already"),
        (&["--new-key", "-"], "gone after this run"),
        (&["--new-id", "a b"], "no key id"),
        (&["--at", "yesterday"], "--at"),
        (&["--skew", "soon"], "--skew"),
    ] {
        let run = story.run(&[&["plan", "--ttl", "1h", "--json"], args].concat()).fails("usage_error", 64);
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
    }
    let bounded = Story::begin(&RING.replace("\"cloudcdn\"", "\"s3\""));
    let plan = bounded.run(&["plan"]).exits(0).json();
    assert_eq!((&plan["longest_seconds"], &plan["longest_from"]), (&json!(604_800), &json!("the scheme")));
}

/// A combined log line.
fn logged(url: &str) -> String {
    let path = url.trim_start_matches("https://cdn.example");
    format!("192.0.2.7 - - [21/Nov/2026:14:00:00 +0000] \"GET {path} HTTP/2.0\" 200 5 \"-\" \"curl/8\"\n")
}

impl Story {
    fn fed(&self, args: &[&str], log: &str) -> Run {
        self.runner(&[&["signed", "rotate"], args].concat()).stdin(log).run()
    }

    /// `a` signed, `b` signs, and nothing is known of how long links of `a` live.
    fn rotated() -> Self {
        let story = Self::begin(ONE);
        story.run(&["add", "b", "--key", "env:NOW", "--current-id", "a", "--propagation", "0"]).exits(0);
        story.run(&["promote", "b"]).exits(0);
        story
    }

    fn verdict(&self, url: &str) -> String {
        let run = self.runner(&["signed", "verify", url]).run();
        run.json()["verdict"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_rotation_from_one_key_to_the_next_breaks_no_live_link() {
    let story = Story::begin(ONE);
    let old = link(A, "/film.mp4", END);
    let plan = story.run(&["plan", "--ttl", "1h", "--new-id", "b", "--new-key", "env:NOW"]).exits(0).json();
    assert_eq!(plan["steps"].as_array().unwrap().len(), 4);
    story.run(&["add", "b", "--key", "env:NOW", "--current-id", "a", "--propagation", "0"]).exits(0);
    assert_eq!(story.verdict(&old), "valid");
    assert_eq!(story.verdict(&link(B, "/film.mp4", END)), "valid");
    story.run(&["promote", "b", "--ttl", "1h"]).exits(0);
    let minted = story.runner(&["signed", "/film.mp4", "--expires", END]).run().exits(0).stdout();
    assert_eq!(minted.trim_end(), link(B, "/film.mp4", END));
    assert_eq!(story.verdict(&old), "valid");
    // By the calendar it is too early, whatever a census saw.
    let quiet = format!("{}{}", logged(&link(A, "/x", "1700000000")), logged(minted.trim_end()));
    story.fed(&["census", "--save"], &quiet).exits(0);
    let early = story.run(&["retire", "a", "--json"]).fails("links_live", 69);
    assert!(early.stderr.contains("may live until"), "{}", early.stderr);
    // The calendar is through, but somebody minted longer than was said.
    story.later("retire_after");
    let census =
        story.fed(&["census", "--save"], &(quiet.clone() + &logged(&old) + &logged(&old))).exits(0).json();
    let a = json!({"id": "a", "state": "accepted", "live": 1, "exact": true, "latest": 4_102_444_800_u64,
        "requests": 3, "expired": 1, "endless": 0});
    assert_eq!((&census["keys"][0], &census["counted_by"]), (&a, &json!("signature")));
    let live = story.run(&["retire", "a", "--json"]).fails("links_live", 69);
    assert!(live.stderr.contains("1 live link of a, the last until 2100-01-01"), "{}", live.stderr);
    assert_eq!(story.verdict(&old), "valid");
    // Nobody asks for it any more.
    story.fed(&["census", "--save"], &quiet).exits(0);
    let done = story.run(&["retire", "a"]).exits(0);
    assert!(done.stderr.contains("retired a"), "{}", done.stderr);
    assert_eq!(story.ring(), states(&[("a", "retired"), ("b", "current")]));
    assert_eq!(story.verdict(&old), "signature mismatch");
    assert_eq!(story.verdict(minted.trim_end()), "valid");
    let why = story.runner(&["signed", "doctor", &old]).run().exits(65).json();
    assert_eq!(why["cause"]["id"], "key.other-of-ring");
    let config = story.config();
    assert!(story.run(&["retire", "a"]).exits(0).stderr.contains("already"));
    assert_eq!(story.config(), config);
    assert!(config.starts_with("# ours") && config.contains("# the edge"), "{config}");
}

#[test]
fn a_census_reads_what_logs_are_made_of() {
    let story = Story::begin(RING);
    let url = |key, path| link(key, path, END);
    let columns =
        "#Version: 1.0\n#Fields: date time c-ip cs-method cs(Host) cs-uri-stem cs-uri-query sc-status\n";
    let query = url(B, "/c").split_once('?').unwrap().1.to_owned();
    let log = [
        logged(&url(B, "/a")),
        format!("{{\"n\":1,\"url\":{:?}}}\r\n", url(B, "/b").replace('/', "\\/")).replace("\\\\", "\\"),
        format!("<a href=\"{}\">\n", url(C, "/a").replace('&', "&amp;")),
        format!(
            "to=https%3A%2F%2F{}\n",
            url(C, "/b")
                .trim_start_matches("https://")
                .replace('%', "%25")
                .replace('/', "%2F")
                .replace('?', "%3F")
                .replace('=', "%3D")
                .replace('&', "%26")
        ),
        logged("https://cdn.example/plain?x=y"),
        logged(&url("another-key-of-16-bytes", "/a")),
        logged(&url(A, "/a")),
    ];
    let census = story.fed(&["census"], &log.concat()).exits(0).json();
    let counts: Vec<(&str, u64)> = census["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (key["id"].as_str().unwrap(), key["live"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [("old", 1), ("now", 2), ("next", 2)], "{census}");
    assert_eq!(
        (&census["links"], &census["invalid"], &census["unsigned"]),
        (&json!(6), &json!(1), &json!(1))
    );
    let jobs = story.fed(&["census", "--jobs", "3"], &log.concat()).exits(0).json();
    assert_eq!(jobs["keys"], census["keys"]);
    let w3c =
        format!("{columns}2026-11-21\t14:00:00\t192.0.2.7\tGET\td1.example\t/api/signed\t{query}\t200\n");
    let census = story.fed(&["census"], &w3c).exits(0).json();
    assert_eq!((&census["keys"][1]["live"], &census["lines"]), (&json!(1), &json!(3)), "{census}");
    let csv = story.fed(&["census", "--output", "csv"], &log.concat()).exits(0).stdout();
    assert!(csv.starts_with("id,state,live,") && csv.lines().count() == 4, "{csv}");
    let lines = story.fed(&["census", "--output", "ndjson"], &log.concat()).exits(0).stdout();
    assert_eq!(lines.lines().count(), 3);
    let page = story.fed(&["census", "--output", "table"], &log.concat()).exits(0).stdout();
    assert!(page.contains("2100-01-01") && page.lines().all(|line| line.chars().count() <= 80), "{page}");
}

#[test]
fn a_scheme_that_signs_the_host_takes_it_from_the_log_or_the_base() {
    let config = RING.replace("\"cloudcdn\"", "\"gcp-cloud-cdn\"");
    let key = "AAAAAAAAAAAAAAAAAAAAAA==";
    let story = Story::begin(&config);
    let run = |args: &[&str]| {
        story.runner(args).env("OLD", key).env("NOW", key).env("NEXT", "BBBBBBBBBBBBBBBBBBBBBA==")
    };
    let minted = run(&["signed", "https://cdn.example/a", "--expires", END]).run().exits(0).stdout();
    let log = logged(minted.trim_end());
    let rotate = ["signed", "rotate", "census"];
    // By key id no key is looked up at all.
    let by_id = story
        .runner(&rotate)
        .unset("OLD")
        .unset("NOW")
        .unset("NEXT")
        .stdin(log.clone())
        .run()
        .exits(0)
        .json();
    assert_eq!((&by_id["counted_by"], &by_id["keys"][1]["live"]), (&json!("key id"), &json!(1)));
    for (base, invalid) in [("https://cdn.example/sub", 0), ("https://other.example", 1)] {
        let checked = run(&[&rotate[..], &["--check", "--base", base]].concat())
            .stdin(log.clone())
            .run()
            .exits(0)
            .json();
        assert_eq!(
            (&checked["counted_by"], &checked["invalid"]),
            (&json!("signature"), &json!(invalid)),
            "{base}"
        );
    }
    let strange = story.fed(&["census"], &log.replace("KeyName=now", "KeyName=nobody")).exits(0).json();
    assert_eq!((&strange["unknown"], &strange["unknown_ids"]), (&json!(1), &json!(["nobody"])));
}

#[test]
fn a_log_that_shows_nothing_is_said_to() {
    let story = Story::begin(RING);
    let empty = story.fed(&["census", "--save", "--json"], "").fails("data_error", 65);
    assert!(empty.stderr.contains("the log is empty"), "{}", empty.stderr);
    let none = story.fed(&["census"], &logged("https://cdn.example/a")).exits(0);
    assert!(none.stderr.contains("no link of scheme cloudcdn"), "{}", none.stderr);
    let wrong = story.fed(&["census"], &logged(&link("another-key-of-16-bytes", "/a", END))).exits(0);
    assert!(wrong.stderr.contains("no signature matches"), "{}", wrong.stderr);
    let bytes = story.runner(&["signed", "rotate", "census"]).stdin(&b"\xff\n\0\n/a?b\n"[..]).run().exits(0);
    assert_eq!(bytes.json()["unreadable"], 2);
    assert!(bytes.stderr.contains("2 lines could not be read"), "{}", bytes.stderr);
    for (args, why) in [
        (&["--scheme", "nosuch"][..], "unknown scheme"),
        (&["--base", "nowhere"], "--base"),
        (&["--key", "-"], "stdin cannot hold both"),
        (&["--jobs", "0"], "--jobs"),
    ] {
        let run = story.fed(&[&["census", "--json"], args].concat(), "x\n").fails("usage_error", 64);
        assert!(run.stderr.contains(why), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn a_key_goes_on_good_evidence_alone() {
    let story = Story::rotated();
    for (id, code, why) in [
        ("c", 64, "not in the ring"),
        ("b", 64, "signs; let another one sign first"),
        ("a", 69, "stratos signed rotate census --save"),
    ] {
        let run = story.run(&["retire", id, "--json"]).exits(code);
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
    // The current key stays even by force.
    story.run(&["retire", "b", "--force"]).exits(64);
    let log = logged(&link(B, "/a", END));
    let census = story.fed(&["census"], &log).exits(0).json();
    let judged = |change: &dyn Fn(&mut Value), args: &[&str]| {
        let mut census = census.clone();
        change(&mut census);
        story.fed(&[&["retire", "a", "--json", "--census", "-"], args].concat(), &census.to_string())
    };
    let now = census["taken"].as_u64().unwrap();
    let data = [
        (json!({"profile": "test"}), "is of profile"),
        (json!({"scheme": "bunny"}), "is of scheme"),
        (json!({"census": 2}), "no census of this version"),
        (json!({"taken": now + 100_000}), "in the future"),
        (json!({"taken": "now"}), "no number taken"),
        (json!({"keys": []}), "does not know key a"),
        (json!({"keys": null}), "has no keys"),
    ];
    for (members, why) in data {
        let merge = |census: &mut Value| {
            members.as_object().unwrap().iter().for_each(|(name, value)| census[name] = value.clone());
        };
        let run = judged(&merge, &[]).fails("data_error", 65);
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
    let old = judged(&|census| census["taken"] = (now - 3_000_000).into(), &[]).fails("links_live", 69);
    assert!(old.stderr.contains("still signed"), "{}", old.stderr);
    let blind = judged(&|census| census["links"] = 0.into(), &[]).fails("links_live", 69);
    assert!(blind.stderr.contains("not the log of this edge"), "{}", blind.stderr);
    let text = story.fed(&["retire", "a", "--census", "-", "--json"], "not a census").fails("data_error", 65);
    assert!(text.stderr.contains("no census in JSON"), "{}", text.stderr);
    story.run(&["retire", "a", "--census", "/nowhere/census.json", "--json"]).fails("input_missing", 66);
    assert_eq!(story.ring(), states(&[("a", "accepted"), ("b", "current")]));
    judged(&|_| {}, &[]).exits(0);
    assert_eq!(story.ring(), states(&[("a", "retired"), ("b", "current")]));
}

#[test]
fn an_old_census_is_none_and_force_says_what_it_overrides() {
    let story = Story::rotated();
    story.later("since");
    let log = logged(&link(B, "/a", END));
    let mut census = story.fed(&["census"], &log).exits(0).json();
    census["taken"] = (census["taken"].as_u64().unwrap() - 90_000).into();
    let retire =
        |args: &[&str]| story.fed(&[&["retire", "a", "--census", "-"], args].concat(), &census.to_string());
    let old = retire(&["--json"]).fails("links_live", 69);
    assert!(old.stderr.contains("1 d 1 h old") && old.stderr.contains("--max-age"), "{}", old.stderr);
    let story_b = Story::rotated();
    let forced = story_b.run(&["retire", "a", "--force"]).exits(0);
    assert!(
        forced.stderr.contains("all the same") && forced.stderr.contains("no census"),
        "{}",
        forced.stderr
    );
    assert_eq!(story_b.ring()[0].1, "retired");
    retire(&["--max-age", "2d"]).exits(0);
}

#[test]
fn a_saved_census_is_for_its_owner_and_wants_a_home() {
    let story = Story::begin(RING);
    story.fed(&["census", "--save"], &logged(&link(B, "/a", END))).exits(0);
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = story.0.path().join(".local/state/stratos/census-prod.json");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let homeless = story.runner(&["signed", "rotate", "census", "--save", "--json"]).unset("HOME");
    homeless.stdin("x\n").run().fails("config_error", 78);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_a_whole_ring() {
    let story = Story::begin(RING);
    for number in 0..12 {
        let running = story
            .runner(&["signed", "rotate", "add", &format!("k{number}"), "--key", "env:NOT_HERE"])
            .spawn();
        std::thread::sleep(std::time::Duration::from_millis(number));
        let id = running.id().to_string();
        let _ =
            std::process::Command::new("kill").args(["-9", &id]).stderr(std::process::Stdio::null()).status();
        running.finish();
        let ring = story.ring();
        assert_eq!(ring[..3], states(&[("old", "retired"), ("now", "current"), ("next", "accepted")]));
    }
}

#[test]
fn writers_wait_for_each_other() {
    let story = Story::begin(RING);
    let adding = |number: usize| {
        story.runner(&["signed", "rotate", "add", &format!("k{number}"), "--key", "env:NOT_HERE"]).spawn()
    };
    let running: Vec<_> = (0..6).map(adding).collect();
    for run in running {
        run.finish().exits(0);
    }
    assert_eq!(story.ring().len(), 9);
}
