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
