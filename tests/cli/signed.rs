//! `stratos signed`: minting, inspecting, the table of schemes. Signatures were computed elsewhere
//! (Python's hmac over the text of contracts section 1).

use super::common::runner::{Run, Runner, bare, stratos};
use std::collections::BTreeSet;

pub const KEY: &str = "0123456789abcdef0123456789abcdef";
/// `2:/a|10:4102444800`.
pub const A: &str = "https://cloudcdn.pro/api/signed?path=%2Fa&expires=4102444800&sig=d65c438233e49befab596ab2e0d553d40c7ef3e37d3fe08c73b014e2ec52e997";
/// `2:/b|10:4102444800`.
pub const B: &str = "https://cloudcdn.pro/api/signed?path=%2Fb&expires=4102444800&sig=ad11cd8f7e19923021d30aa9796674fea5a7a0e9a68bc1d64a1dd79ea26cf85f";
/// `/a:4102444800`.
pub const A_COLON: &str = "https://cloudcdn.pro/api/signed?path=%2Fa&expires=4102444800&sig=d08ca54b3ede16853675857d7ad0b564f31ef3f9bccb82607121aded420b286d";

/// `stratos signed …` with the key in the environment.
pub fn signed(args: &[&str]) -> Runner {
    stratos(["signed"]).env("SIGNED_URL_SECRET", KEY).args(args)
}

/// `stratos signed …` with the key named, as other schemes than CloudCDN's want it.
fn keyed(args: &[&str]) -> Runner {
    stratos(["signed"]).env("K", KEY).args(args).args(["--key", "env:K"])
}

const END: [&str; 2] = ["--expires", "4102444800"];

fn one(args: &[&str]) -> Run {
    signed(args).args(END).run()
}

#[test]
fn a_path_is_signed_below_the_base_and_a_url_below_its_own() {
    let run = one(&["/a"]).exits(0);
    assert_eq!((run.stdout(), run.stderr.as_str()), (format!("{A}\n"), ""));
    let base = signed(&["/a"]).args(END).env("CLOUDCDN_URL", "https://x.example/sub/").run().exits(0);
    assert_eq!(base.stdout(), format!("{}\n", A.replace("cloudcdn.pro", "x.example/sub")));
    let flag = one(&["/a", "--cdn-url", "http://127.0.0.1:8787"]).exits(0);
    assert_eq!(flag.stdout(), format!("{}\n", A.replace("https://cloudcdn.pro", "http://127.0.0.1:8787")));
    let both = one(&["https://y.example:8443/a", "/b"]).exits(0);
    assert_eq!(both.stdout(), format!("{}\n{B}\n", A.replace("cloudcdn.pro", "y.example:8443")));
}

#[test]
fn lengths_count_utf_16_units_and_the_path_is_taken_as_it_is() {
    let run = one(&["/média/🎬.mp4"]).exits(0);
    let signature = "4b81d499d3e88ec882b725dafba9af636241257452de12dadd54fcd7dcd18044";
    assert_eq!(
        run.stdout().trim_end(),
        format!(
            "https://cloudcdn.pro/api/signed?path=%2Fm%C3%A9dia%2F%F0%9F%8E%AC.mp4&expires=4102444800&sig={signature}"
        )
    );
    for (path, written) in [
        ("/a?b=c&path=d", "%2Fa%3Fb%3Dc%26path%3Dd"),
        ("/a#b", "%2Fa%23b"),
        ("/a/../b//c", "%2Fa%2F..%2Fb%2F%2Fc"),
        ("/a b|c%20", "%2Fa%20b%7Cc%2520"),
    ] {
        let run = one(&[path]).exits(0);
        assert!(run.stdout().contains(&format!("?path={written}&expires=")), "{}", run.stdout());
    }
}

#[test]
fn a_path_that_the_api_refuses_is_signed_with_one_warning_a_run() {
    for scheme in ["cloudcdn", "cloudcdn-colon"] {
        for args in [&["/a/../b", "/c//d", "/e"][..], &["-", "--jobs", "2"]] {
            let run = signed(args)
                .args(END)
                .args(["--scheme", scheme])
                .stdin("/a/../b\n/c//d\n/e\n")
                .run()
                .exits(0);
            assert_eq!(run.stdout().lines().count(), 3, "{scheme} {args:?}");
            assert_eq!(run.stderr.matches("warning: ").count(), 1, "{}", run.stderr);
            assert!(run.stderr.contains("CloudCDN's API refuses"), "{}", run.stderr);
        }
    }
    assert_eq!(one(&["/a/b"]).exits(0).stderr, "");
}

#[test]
fn the_other_form_is_signed_only_when_it_is_named() {
    assert_eq!(one(&["/a", "--scheme", "cloudcdn-colon"]).exits(0).stdout(), format!("{A_COLON}\n"));
    let profile = "[profiles.default.signing]\nscheme = \"cloudcdn-colon\"\n";
    assert_eq!(signed(&["/a"]).args(END).config(profile).run().exits(0).stdout(), format!("{A_COLON}\n"));
    let flag = signed(&["/a", "--scheme", "cloudcdn"]).args(END).config(profile).run().exits(0);
    assert_eq!(flag.stdout(), format!("{A}\n"));
}

#[test]
fn the_result_is_text_everywhere_but_where_records_are_asked_for() {
    for args in [&["--json"][..], &["--output", "json"], &["--output", "table"], &["--output", "yaml"]] {
        assert_eq!(
            one(&["/a"].iter().chain(args).copied().collect::<Vec<_>>()).exits(0).stdout(),
            format!("{A}\n")
        );
    }
    assert_eq!(signed(&["/a"]).args(END).env("CI", "true").run().exits(0).stdout(), format!("{A}\n"));
    let url = A.replace("cloudcdn.pro", "x.example");
    let records = one(&["/a", "https://x.example/a", "--output", "ndjson"]).exits(0);
    assert_eq!(
        records.stdout(),
        format!(
            "{{\"path\":\"/a\",\"expires\":4102444800,\"signed\":\"{A}\"}}\n\
             {{\"url\":\"https://x.example/a\",\"expires\":4102444800,\"signed\":\"{url}\"}}\n"
        )
    );
    let csv = one(&["/a", "/b", "--output", "csv"]).exits(0);
    assert_eq!(csv.stdout(), format!("path,expires,signed\n/a,4102444800,{A}\n/b,4102444800,{B}\n"));
}

#[test]
fn an_expiry_may_be_written_in_three_ways_and_a_lifetime_beside_them() {
    let wanted = signed(&["/a", "--expires", "4102444800"]).run().exits(0).stdout();
    for time in ["2100-01-01T00:00:00Z", "2100-01-01T05:30:00+05:30", "2099-12-31t19:00:00.9-05:00"] {
        assert_eq!(signed(&["/a", "--expires", time]).run().exits(0).stdout(), wanted, "{time}");
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for (args, seconds) in [
        (["--ttl", "15m"], 900),
        (["--ttl", "900s"], 900),
        (["--ttl", "3600"], 3_600),
        (["--ttl", "1h30m"], 5_400),
        (["--expires", "+7d"], 604_800),
    ] {
        let run = signed(&["/a", "--output", "ndjson"]).args(args).run().exits(0);
        let expires = run.json()["expires"].as_u64().unwrap();
        // Only the machine's own delay may stand between the two clock readings.
        assert!((now + seconds..now + seconds + 120).contains(&expires), "{args:?}: {expires}");
    }
}

#[test]
fn exactly_one_of_expires_and_ttl() {
    let neither = signed(&["/a", "--json"]).run().fails("usage_error", 64);
    assert!(neither.stderr.contains("--expires") && neither.stderr.contains("--ttl"));
    signed(&["/a", "--json", "--expires", "4102444800", "--ttl", "1h"]).run().fails("usage_error", 64);
    signed(&["/a", "--json", "--expires", "1", "--expires", "2"]).run().fails("usage_error", 64);
    signed(&["/a", "--json", "--expires"]).run().fails("usage_error", 64);
    signed(&["/a", "--json", "--ttl", "-5"]).run().fails("usage_error", 64);
}

/// A row of the table of refusals: its id, the arguments that break it, type, code, words of the message.
type Refusal = (&'static str, &'static [&'static str], &'static str, i32, &'static str);

const POLICY: &str = "[policy]\nmax_ttl = \"1h\"\n";

#[rustfmt::skip]
const REFUSALS: &[Refusal] = &[
    ("time.empty", &["/a", "--expires="], "usage_error", 64, "is empty"),
    ("time.form", &["/a", "--expires", "tomorrow"], "usage_error", 64, "is not a time"),
    ("time.form", &["/a", "--expires", "-1"], "usage_error", 64, "is not a time"),
    ("time.form", &["/a", "--expires", "1e9"], "usage_error", 64, "is not a time"),
    ("time.form", &["/a", "--expires", "1893456000.5"], "usage_error", 64, "is not a time"),
    ("time.form", &["/a", "--expires", "0x70dbd880"], "usage_error", 64, "is not a time"),
    ("time.leading-zero", &["/a", "--expires", "04102444800"], "usage_error", 64, "leading zero"),
    ("time.zero", &["/a", "--expires", "0"], "usage_error", 64, "start of 1970"),
    ("time.zero", &["/a", "--expires", "0", "--allow-expired"], "usage_error", 64, "start of 1970"),
    ("time.milliseconds", &["/a", "--expires", "99999999999999"], "usage_error", 64, "in seconds it is 99999999999"),
    ("time.milliseconds", &["/a", "--expires", "4102444800000"], "usage_error", 64, "in seconds it is 4102444800"),
    ("time.no-offset", &["/a", "--expires", "2100-01-01T00:00:00"], "usage_error", 64, "does not say its offset"),
    ("time.too-late", &["/a", "--expires", "9999-12-31T23:59:59Z"], "usage_error", 64, "after the year 5138"),
    ("time.lifetime", &["/a", "--ttl", "1.5h"], "usage_error", 64, "is not a lifetime"),
    ("time.lifetime", &["/a", "--ttl", "0"], "usage_error", 64, "is not a lifetime"),
    ("time.past", &["/a", "--expires", "1893455"], "usage_error", 64, "in the past"),
    ("policy.max-ttl", &["/a", "--ttl", "2h"], "refused_by_policy", 77, "max_ttl"),
    ("target.neither", &["videos/intro.mp4", "--ttl", "1h"], "usage_error", 64, "neither a path nor a URL"),
    ("target.neither", &["ftp://x.example/a", "--ttl", "1h"], "usage_error", 64, "neither a path nor a URL"),
    ("target.neither", &["", "--ttl", "1h"], "usage_error", 64, "neither a path nor a URL"),
    ("target.line-feed", &["/a\nb", "--ttl", "1h"], "usage_error", 64, "line feed"),
    ("url.host", &["https:///a", "--ttl", "1h"], "usage_error", 64, "names no host"),
    ("url.userinfo", &["https://user:pass@x.example/a", "--ttl", "1h"], "usage_error", 64, "user name"),
    ("url.no-path", &["https://x.example", "--ttl", "1h"], "usage_error", 64, "has no path"),
    ("url.no-path", &["https://x.example?a", "--ttl", "1h"], "usage_error", 64, "has no path"),
    ("url.fragment", &["https://x.example/a#b", "--ttl", "1h"], "usage_error", 64, "fragment"),
    ("url.signed", &[A, "--ttl", "1h"], "usage_error", 64, "already carries"),
];

/// The same for a scheme whose path is a path to the edge.
#[rustfmt::skip]
const OPEN: &[Refusal] = &[
    ("time.order", &["https://x.example/a", "--scheme", "cloudfront", "--key-id", "K1", "--ttl", "1m", "--not-before", "+2m"], "usage_error", 64, "is not before the expiry"),
    ("time.longest", &["https://x.example/a", "--scheme", "s3", "--key-id", "AKIA", "--ttl", "604801"], "usage_error", 64, "verifier accepts"),
    ("url.control", &["/a\u{1b}[31m", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "control byte"),
    ("url.dot-segment", &["/a/../b", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "segment"),
    ("url.dot-segment", &["/a/%2e%2E/b", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "segment"),
    ("url.fragment", &["/a#b", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "fragment"),
    ("url.signed", &["/a?expires=1", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "already carries"),
    ("url.blank", &["/a b", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "holds a blank"),
    ("url.backslash", &["/a\\b", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "holds a backslash"),
    ("url.host-ascii", &["https://é.example/a", "--scheme", "bunny", "--ttl", "1h"], "usage_error", 64, "write its xn-- form"),
    ("url.wildcard", &["/v/*", "--scheme", "akamai-edgeauth", "--ttl", "1h"], "usage_error", 64, "give the pattern with --prefix"),
    ("prefix.wildcard", &["/v/a", "--scheme", "bunny", "--prefix", "/v/*", "--ttl", "1h"], "usage_error", 64, "takes as it stands"),
];

/// A list breaks the first, an argument cannot; no scheme of this version signs without an end, so that the
/// second has its test beside the code.
const ELSEWHERE: &[&str] = &["target.nul", "policy.no-end"];

#[test]
fn what_minting_refuses_is_refused_with_its_type_and_code() {
    let carried = REFUSALS.iter().map(|case| (case, signed(case.1).config(POLICY)));
    let open = OPEN.iter().map(|case| (case, keyed(case.1)));
    for ((id, _, kind, code, words), runner) in carried.chain(open) {
        let run = runner.arg("--json").run().fails(kind, *code);
        assert_eq!(run.stdout(), "", "{id}: something was printed");
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{id}: {message}");
        assert!(!message.contains(KEY), "{id}");
    }
}

#[test]
fn every_rule_of_the_table_has_its_case() {
    let cases = REFUSALS.iter().chain(OPEN).map(|case| case.0).chain(ELSEWHERE.iter().copied());
    let cases: BTreeSet<&str> = cases.collect();
    let rules: BTreeSet<&str> = stratos::commands::signed::RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(rules, cases);
}

#[test]
fn a_nul_byte_is_refused_and_names_its_line() {
    let run = signed(&["-", "--json"]).args(END).stdin("/a\0b\n").run().fails("data_error", 65);
    assert!(run.stderr.contains("line 1: ") && run.stderr.contains("NUL"), "{}", run.stderr);
    assert_eq!(run.stdout(), "");
}

#[test]
fn the_past_is_minted_when_it_is_asked_for() {
    let run = signed(&["/a", "--expires", "1", "--allow-expired"]).run().exits(0);
    let signature = "443577a377e5aa0fe36a88e380ec576f04bef87db93115761c950885aca1e274";
    assert_eq!(
        run.stdout(),
        format!("https://cloudcdn.pro/api/signed?path=%2Fa&expires=1&sig={signature}\n")
    );
}

#[test]
fn one_bad_target_keeps_all_from_being_minted() {
    let run = one(&["/a", "b", "/c"]).exits(64);
    assert_eq!(run.stdout(), "");
}

#[test]
fn what_a_scheme_cannot_carry_is_an_error() {
    for args in [
        &["--ip", "198.51.100.7"][..],
        &["--country", "DE"],
        &["--prefix", "/a/"],
        &["--method", "GET"],
        &["--key-id", "k1"],
        &["--not-before", "1893456000"],
        &["--cookie"],
        &["--header"],
        &["--form", "path"],
        &["--form", "fax"],
        &["--param", "x=y"],
        &["--param", "x"],
    ] {
        let run = signed(&["/a", "--json"]).args(END).args(args).run().fails("usage_error", 64);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(args[0]) || message.contains("--form"), "{message}");
    }
}

#[test]
fn an_unknown_scheme_is_named_with_the_nearest() {
    let run = one(&["/a", "--json", "--scheme", "cloudcnd"]).fails("usage_error", 64);
    assert!(run.stderr.contains("did you mean `cloudcdn`?"));
}

#[test]
fn words_that_are_no_verbs_are_told() {
    let near = signed(&["verfy", "https://x.example/a"]).run().exits(64);
    assert!(near.stderr.contains("did you mean signed verify?"));
    let before = signed(&["--ttl", "1h", "verify", A]).run().exits(64);
    assert!(before.stderr.contains("write them after that word"));
    assert_eq!(signed(&[]).run().exits(64).stdout(), "");
}

#[test]
fn a_key_is_taken_from_flag_environment_file_stdin_or_profile() {
    let wanted = format!("{A}\n");
    let plain = |args: &[&str]| stratos(["signed", "/a"]).args(END).args(args);
    assert_eq!(plain(&["--key", "env:K"]).env("K", KEY).run().exits(0).stdout(), wanted);
    let file = plain(&["--key", "file:key"]).file("key", format!("{KEY}\n")).run().exits(0);
    assert_eq!((file.stdout(), file.stderr.as_str()), (wanted.clone(), ""));
    assert_eq!(plain(&["--key", "-"]).stdin(KEY).run().exits(0).stdout(), wanted);
    let profile = "[profiles.default.signing]\nkey = \"env:K\"\n";
    assert_eq!(plain(&[]).env("K", KEY).config(profile).run().exits(0).stdout(), wanted);
    let first = plain(&["--key", "env:K"]).env("K", KEY).env("SIGNED_URL_SECRET", "another").run().exits(0);
    assert_eq!(first.stdout(), wanted);
}

#[test]
fn a_literal_in_argv_signs_and_is_warned_of_or_denied() {
    let run = stratos(["signed", "/a", "--secret", KEY]).args(END).run().exits(0);
    assert_eq!(run.stdout(), format!("{A}\n"));
    assert!(run.stderr.starts_with("warning: ") && !run.stderr.contains(KEY), "{}", run.stderr);
    let deny = "[policy]\nargv_secrets = \"deny\"\n";
    let denied = stratos(["signed", "/a", "--json", "--secret", KEY]).args(END).config(deny).run();
    assert_eq!(denied.fails("refused_by_policy", 77).stdout(), "");
}

#[test]
fn a_short_key_is_warned_of_once_and_refused_when_strict() {
    let run = signed(&["/a", "/b"]).args(END).env("SIGNED_URL_SECRET", "short").run().exits(0);
    assert_eq!(run.stderr.matches("warning: ").count(), 1, "{}", run.stderr);
    let strict = "[policy]\nstrict = true\n";
    let refused = signed(&["/a", "--json"]).args(END).env("SIGNED_URL_SECRET", "short").config(strict).run();
    refused.fails("refused_by_policy", 77);
}

#[test]
fn a_key_that_is_missing_empty_or_unreadable_ends_it() {
    let plain = |args: &[&str]| stratos(["signed", "/a", "--json"]).args(END).args(args);
    plain(&[]).run().fails("auth_missing_key", 78);
    plain(&[]).env("SIGNED_URL_SECRET", "").run().fails("auth_missing_key", 78);
    let empty = plain(&["--secret", ""]).env("SIGNED_URL_SECRET", KEY).run().fails("auth_missing_key", 78);
    assert!(empty.stderr.contains("--secret is empty") && empty.stdout().is_empty(), "{}", empty.stderr);
    plain(&["--key", "env:K"]).run().fails("auth_missing_key", 78);
    plain(&["--key", "env:K"]).env("K", "").run().fails("auth_missing_key", 78);
    plain(&["--key", "file:key"]).file("key", "\n").run().fails("auth_missing_key", 78);
    plain(&["--key", "file:absent"]).run().fails("input_missing", 66);
    plain(&["--key", "-"]).run().fails("auth_missing_key", 78);
    plain(&["--key", KEY]).run().fails("usage_error", 64);
    plain(&["--key", "env:K", "--secret", "s"]).env("K", KEY).run().fails("usage_error", 64);
}

#[test]
fn stdin_serves_one_purpose() {
    let both = stratos(["signed", "-", "--key", "-", "--json"]).args(END).stdin(KEY).run();
    assert_eq!(both.fails("usage_error", 64).stdout(), "");
    signed(&["-", "-", "--json"]).args(END).stdin("/a\n").run().fails("usage_error", 64);
    let profile = "[profiles.default.signing]\nkey = \"-\"\n";
    let claimed = stratos(["signed", "-", "--json"]).args(END).config(profile).stdin("/a\n").run();
    assert_eq!(claimed.fails("usage_error", 64).stdout(), "");
}

const RSA: &[u8] = include_bytes!("../vectors/keys/rsa-2048.pem");

/// A URL that the vendor's library signed, and what it gave. The expiry may lie behind us one day.
fn vendors(file: &str, name: &str) -> serde_json::Value {
    let path = format!("{}/tests/vectors/signing/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let all: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    all.as_array().unwrap().iter().find(|case| case["name"] == name).unwrap().clone()
}

#[test]
fn other_schemes_sign_as_their_vendors_do() {
    let case = vendors("bunny-hs256", "plain");
    let text = |name: &str| case[name].as_str().unwrap().to_owned();
    let args =
        [&text("url"), "--expires", "1893456000", "--allow-expired", "--scheme", "bunny", "--key", "env:K"];
    let run = stratos(["signed"]).args(args).env("K", text("key")).run().exits(0);
    assert_eq!(run.stdout().trim_end(), text("expected_url"));

    let case = vendors("cloudfront", "canned-plain@botocore");
    let text = |name: &str| case[name].as_str().unwrap().to_owned();
    let args = [&text("url"), "--expires", "1893456000", "--allow-expired", "--scheme", "cloudfront"];
    let run = stratos(["signed", "--key", "file:key", "--key-id", &text("key_id")]);
    let run = run.args(args).file("key", text("key")).run().exits(0);
    assert_eq!(run.stdout().trim_end(), text("expected_url"));
}

#[test]
fn a_profile_brings_scheme_key_id_and_params() {
    let profile = "[profiles.default]\nurl = \"https://d1.example\"\n[profiles.default.signing]\n\
        scheme = \"cloudfront\"\nkey = \"file:key\"\nkey_id = \"K123\"\nalgorithm = \"rsa-sha256\"\n";
    let run = |args: &[&str]| stratos(["signed"]).args(args).config(profile).file("key", RSA);
    let url = run(&["/v/a.mp4", "--ttl", "1h"]).run().exits(0).stdout();
    assert!(url.starts_with("https://d1.example/v/a.mp4?Expires="), "{url}");
    assert!(url.contains("Key-Pair-Id=K123") && url.contains("Hash-Algorithm=SHA256"), "{url}");
    let sha1 = run(&["/v/a.mp4", "--ttl", "1h", "--param", "algorithm=rsa-sha1"]).run().exits(0).stdout();
    assert!(!sha1.contains("Hash-Algorithm"), "{sha1}");
    // The settings of one scheme are not another's.
    let other =
        run(&["/a", "--ttl", "1h", "--scheme", "bunny", "--key", "env:K"]).env("K", KEY).run().exits(0);
    assert!(other.stdout().starts_with("https://d1.example/a?token="), "{}", other.stdout());
    let broken = profile.replace("algorithm", "algorythm");
    let run = stratos(["signed", "/a", "--ttl", "1h", "--json"]).config(&broken).file("key", RSA).run();
    assert!(run.fails("config_error", 78).stderr.contains("did you mean algorithm"));
}

#[test]
fn cookies_are_printed_one_to_a_line() {
    let args = [
        "https://d1.example/v/a",
        "--scheme",
        "cloudfront",
        "--key",
        "file:key",
        "--key-id",
        "K1",
        "--ttl",
        "1h",
    ];
    let run = |more: &[&str]| stratos(["signed"]).args(args).args(more).file("key", RSA).run();
    let lines = run(&["--cookie", "--prefix", "/v/*"]).exits(0).stdout();
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.lines().all(|line| line.starts_with("CloudFront-")), "{lines}");
    assert_eq!(run(&["--form", "cookie", "--prefix", "/v/*"]).exits(0).stdout().lines().count(), 3);
    let record = run(&["--cookie", "--output", "ndjson"]).exits(0).json();
    assert_eq!(record["signed"].as_array().unwrap().len(), 3);
    let csv = run(&["--cookie", "--output", "csv"]).exits(0).stdout();
    assert_eq!((csv.lines().count(), csv.matches("; CloudFront-").count()), (2, 2), "{csv}");
    run(&["--json", "--cookie", "--form", "query"]).fails("usage_error", 64);
}

#[test]
fn what_cannot_be_carried_names_the_schemes_that_can() {
    let run = one(&["/a", "--json", "--ip", "198.51.100.7"]).fails("usage_error", 64);
    assert!(run.stderr.contains("cannot carry --ip; these can: cloudfront, bunny"), "{}", run.stderr);
    let cookie = keyed(&["/a", "--ttl", "1h", "--json", "--scheme", "bunny", "--cookie"]).run();
    assert!(cookie.fails("usage_error", 64).stderr.contains("these can: cloudfront"));
    let param = keyed(&["/a", "--ttl", "1h", "--json", "--scheme", "bunny", "--param", "pth=decoded"]).run();
    assert!(param.fails("usage_error", 64).stderr.contains("did you mean path?"));
    let value = keyed(&["/a", "--ttl", "1h", "--json", "--scheme", "bunny", "--param", "path=no"]).run();
    assert!(value.fails("usage_error", 64).stderr.contains("verbatim, encoded, decoded"));
}

#[test]
fn cloudcdns_secret_is_nobody_elses() {
    for args in [&["--scheme", "bunny"][..], &["--scheme", "cloudfront", "--key-id", "K1"]] {
        let run = signed(&["https://x.example/a", "--ttl", "1h", "--json"]).args(args).run();
        assert_eq!(run.fails("auth_missing_key", 78).stdout(), "");
    }
}

#[test]
fn a_secret_setting_is_named_like_a_key() {
    let args =
        ["https://b.s3.eu-west-1.amazonaws.com/my file", "--scheme", "s3", "--key-id", "AKIA", "--ttl", "1h"];
    let token = "session-token-0123456789";
    let run = keyed(&args).args(["--param", "session_token=env:TOKEN"]).env("TOKEN", token).run().exits(0);
    assert!(run.stdout().contains(&format!("X-Amz-Security-Token={token}")), "{}", run.stdout());
    assert!(run.stdout().starts_with("https://b.s3.eu-west-1.amazonaws.com/my%20file?"), "{}", run.stdout());
    let literal = keyed(&args).args(["--json", "--param", "session_token=secret-1"]).run();
    assert!(!literal.fails("usage_error", 64).stderr.contains("secret-1"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_74_and_a_closed_pipe_ends_quietly() {
    use std::process::Stdio;
    let mut full = signed(&["/a", "--json"]).args(END);
    full.command().stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let output = full.command().stdin(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(74));
    assert!(String::from_utf8_lossy(&output.stderr).contains("\"type\":\"io_error\""));

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut closed = signed(&["/a"]).args(END);
    closed.command().stdout(writer);
    let output = closed.command().stdin(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn a_stdout_that_was_closed_before_is_74() {
    for args in ["/a", "- --input ndjson", "/a --output ndjson", "verify /a", "schemes"] {
        let end = if args.starts_with(['/', '-']) { "--expires 4102444800" } else { "" };
        let line =
            format!("echo '{{\"url\":\"/a\"}}' | {} signed {args} {end} >&-", env!("CARGO_BIN_EXE_stratos"));
        let mut shell = bare("/bin/sh");
        shell.args(["-c", &line]);
        let output = shell.env("SIGNED_URL_SECRET", KEY).env("HOME", "/nonexistent").output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.code() == Some(74) && stderr.contains("Bad file descriptor"),
            "{args}: {stderr}"
        );
    }
}

#[test]
fn inspect_takes_a_url_apart_without_a_key() {
    let run = stratos(["signed", "inspect", A]).run().exits(0);
    let value = run.json();
    assert_eq!(value["checked"], false);
    assert_eq!(value["scheme"], "cloudcdn");
    assert_eq!(value["fits_also"], serde_json::json!(["cloudcdn-colon"]));
    assert_eq!(
        (&value["url"], &value["expires"]),
        (&"https://cloudcdn.pro/a".into(), &4_102_444_800_u64.into())
    );
    assert_eq!(value["signature"], &A[A.len() - 64..]);
    let text = stratos(["signed", "inspect", A, "--output", "table"]).run().exits(0).stdout();
    assert!(
        text.contains("Nothing was checked") && text.contains("2100-01-01T00:00:00Z (4102444800)"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn inspect_reads_what_is_misspelled_when_the_scheme_is_named() {
    let cut = &A[..A.len() - 1];
    stratos(["signed", "inspect", "--json", cut]).run().fails("data_error", 65);
    let value = stratos(["signed", "inspect", "--scheme", "cloudcdn", cut]).run().exits(0).json();
    assert_eq!(value["signature_fits"], false);
    stratos(["signed", "inspect", "--json", "https://x.example/a"]).run().fails("data_error", 65);
    stratos(["signed", "inspect", "--json", "nonsense"]).run().fails("data_error", 65);
}

#[test]
fn inspect_lets_no_control_byte_through() {
    let url = A.replace("%2Fa", "%2F%1B%5B31m%0Ab");
    let text = stratos(["signed", "inspect", &url, "--output", "table"]).run().exits(0).stdout();
    assert!(!text.contains('\u{1b}') && text.contains("31m"), "{text}");
    assert!(!text.lines().any(|line| line.starts_with('b')), "{text}");
}

#[test]
fn the_table_of_schemes_is_the_codes() {
    let value = stratos(["signed", "schemes"]).run().exits(0).json();
    let ids: Vec<&str> = value.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, stratos::sign::SCHEMES.iter().map(|scheme| scheme.id).collect::<Vec<_>>());
    let text = stratos(["signed", "schemes", "--output", "table"]).run().exits(0).stdout();
    assert!(ids.iter().all(|id| text.contains(id)));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for id in ids {
        let sheet = stratos(["signed", "schemes", id]).run().exits(0).json();
        assert_eq!(sheet["id"], id);
        let text = stratos(["signed", "schemes", id, "--output", "table"]).run().exits(0).stdout();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
    stratos(["signed", "schemes", "nosuch", "--json"]).run().fails("usage_error", 64);
}
