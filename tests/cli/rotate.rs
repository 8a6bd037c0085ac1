//! `stratos signed rotate`, and what the ring of a profile means to minting, verifying and the doctor.

use super::common::runner::{Runner, stratos};

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
