//! `stratos signed verify`: a verdict is a result, printed on stdout, with 65 for all but `valid`.

use super::{
    common::runner::{Run, stratos},
    signed::{A, A_COLON, B, KEY, signed},
};
use serde_json::json;
use stratos::sign::SCHEMES;

fn verify(args: &[&str]) -> Run {
    let words: Vec<&str> = ["verify"].iter().chain(args).copied().collect();
    signed(&words).run()
}

/// The verdict on a good link of which one thing was changed.
fn changed(from: &str, to: &str) -> String {
    let url = A.replacen(from, to, 1);
    assert_ne!(url, A, "nothing was changed");
    let run = verify(&[&url]).exits(65);
    assert!(!run.stderr.contains("\"error\""), "a verdict is no failure: {}", run.stderr);
    run.json()["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_minted_is_valid() {
    let run = verify(&[A]).exits(0);
    assert_eq!(
        run.json(),
        json!({"verdict": "valid", "url": A, "scheme": "cloudcdn", "expires": 4_102_444_800_u64, "unchecked": []})
    );
    let text = verify(&[A, "--output", "table"]).exits(0).stdout();
    assert!(text.starts_with("valid\n") && text.contains("2100-01-01T00:00:00Z"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    verify(&[&format!("{A}#t=10")]).exits(0);
    verify(&[A.strip_prefix("https://cloudcdn.pro").unwrap()]).exits(0);
}

#[test]
fn the_verdict_says_what_is_wrong() {
    assert_eq!(changed("%2Fa", "%2Fc"), "signature mismatch");
    assert_eq!(changed("4102444800", "4102444801"), "signature mismatch");
    assert_eq!(changed("=d65c", "=d65d"), "signature mismatch");
    assert_eq!(changed("&sig=d", "&sig=D"), "signature mismatch");
    assert_eq!(changed("expires=4102444800&", ""), "malformed");
    assert_eq!(changed("&sig=", "&sig=0&sig="), "malformed");
    assert_eq!(changed("/api/signed", "/api/other"), "malformed");
    assert_eq!(changed("https://", "https:"), "malformed");
    assert_eq!(changed("expires=4102444800", "expires=+4102444800"), "signature mismatch");
}

#[test]
fn every_changed_byte_of_the_signature_is_refused() {
    let start = A.len() - 64;
    let mut input = String::new();
    for at in start..A.len() {
        let digit = if &A[at..=at] == "0" { "1" } else { "0" };
        input.push_str(&format!("{}{digit}{}\n", &A[..at], &A[at + 1..]));
    }
    let run = signed(&["verify", "-"]).stdin(input).run().exits(65);
    assert_eq!(run.stdout().lines().count(), 64);
    assert!(run.stdout().lines().all(|line| line.contains("\"verdict\":\"signature mismatch\"")));
    let real = &A[start..];
    assert!(!run.everything().contains(real), "a computed signature was shown");
}

#[test]
fn time_decides_after_the_signature() {
    let expired = verify(&[A, "--at", "4102444800"]).exits(65).json();
    assert_eq!((&expired["verdict"], &expired["seconds"]), (&"expired".into(), &0.into()));
    let later = verify(&[A, "--at", "2100-01-01T01:00:00+00:30"]).exits(65).json();
    assert_eq!((&later["seconds"], &later["expires"]), (&1_800.into(), &4_102_444_800_u64.into()));
    verify(&[A, "--at", "4102444799"]).exits(0);
    let tampered = A.replace("%2Fa", "%2Fc");
    let both = verify(&[&tampered, "--at", "4102444800"]).exits(65).json();
    assert_eq!(both["verdict"], "signature mismatch", "an altered link must not be called expired");
    assert!(both.get("expires").is_none(), "nothing vouches for that time");
    verify(&[A, "--at", "soon", "--json"]).fails("usage_error", 64);
}

#[test]
fn another_key_and_several_keys() {
    let wrong = stratos(["signed", "verify", A]).env("SIGNED_URL_SECRET", "f".repeat(32)).run().exits(65);
    assert_eq!(wrong.json()["verdict"], "signature mismatch");
    let ring = ["signed", "verify", A, "--key", "env:NEW", "--key", "env:OLD"];
    let run = stratos(ring).env("NEW", "f".repeat(32)).env("OLD", KEY).run().exits(0);
    assert_eq!(run.json()["verdict"], "valid");
    stratos(["signed", "verify", A, "--json"]).run().fails("auth_missing_key", 78);
    let ids = ["signed", "verify", A, "--json", "--key", "env:K", "--key-id", "a", "--key-id", "b"];
    stratos(ids).env("K", KEY).run().fails("usage_error", 64);
}

#[test]
fn the_other_form_is_hinted_at_and_never_accepted() {
    let run = verify(&[A_COLON]).exits(65);
    assert_eq!(run.json()["verdict"], "signature mismatch");
    assert_eq!(run.json()["scheme"], "cloudcdn");
    assert!(run.stderr.contains("--scheme cloudcdn-colon"), "{}", run.stderr);
    assert_eq!(verify(&[A_COLON, "--scheme", "cloudcdn-colon"]).exits(0).json()["scheme"], "cloudcdn-colon");
    let neither = verify(&[&A.replace("%2Fa", "%2Fc")]).exits(65);
    assert!(neither.stderr.contains("not of that scheme either"), "{}", neither.stderr);
    let colon = "[profiles.default.signing]\nscheme = \"cloudcdn-colon\"\n";
    let profile = signed(&["verify", A_COLON]).config(colon).run().exits(0);
    assert_eq!(profile.json()["scheme"], "cloudcdn-colon");
    let back = signed(&["verify", A]).config(colon).run().exits(65);
    assert!(
        back.stderr.contains("--scheme cloudcdn;") || back.stderr.contains("--scheme cloudcdn\n"),
        "{}",
        back.stderr
    );
}

#[test]
fn several_urls_give_several_verdicts() {
    let run = verify(&[A, "nonsense", B]).exits(65);
    let verdicts: Vec<_> = run.json().as_array().unwrap().iter().map(|one| one["verdict"].clone()).collect();
    assert_eq!(verdicts, ["valid", "malformed", "valid"]);
    let text = verify(&[A, "nonsense", "--output", "table"]).exits(65).stdout();
    assert_eq!(text, format!("valid               {A}\nmalformed           nonsense\n"));
    verify(&[A, B]).exits(0);
    verify(&["--json"]).fails("usage_error", 64);
}

#[test]
fn a_list_is_verified_as_it_comes() {
    let input = format!("{A}\n{B}\r\njunk\n\n{A_COLON}");
    let run = signed(&["verify", "-"]).stdin(input.clone()).run().exits(65);
    let verdicts: Vec<String> = run
        .stdout()
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["verdict"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(verdicts, ["valid", "valid", "malformed", "malformed", "signature mismatch"]);
    assert!(run.stderr.contains("--scheme cloudcdn-colon"), "{}", run.stderr);

    let array = signed(&["verify", "-", "--json", "--jobs", "3"]).stdin(input.clone()).run().exits(65).json();
    assert_eq!(array.as_array().unwrap().len(), 5);
    let csv = signed(&["verify", "-", "--output", "csv"]).stdin(format!("{A}\n")).run().exits(0).stdout();
    assert_eq!(csv, format!("verdict,url,scheme,expires,seconds\nvalid,{A},cloudcdn,4102444800,\n"));
    let text = signed(&["verify", "-", "--output", "table"]).stdin(format!("{A}\n")).run().exits(0).stdout();
    assert_eq!(text, format!("valid               {A}\n"));
    signed(&["verify", "-", "--output", "yaml"]).stdin(input.clone()).run().exits(64);
    signed(&["verify", "-", "--filter", ".[0]"]).stdin(input).run().exits(64);
}

#[test]
fn a_list_without_lines_or_with_unreadable_ones() {
    let empty = signed(&["verify", "-"]).run().exits(0);
    assert_eq!(empty.stdout(), "");
    assert_eq!(signed(&["verify", "-", "--json"]).run().exits(0).json(), json!([]));
    let bytes = [A.as_bytes(), b"\n/\xff\n", B.as_bytes()].concat();
    let run = signed(&["verify", "-", "--output", "ndjson"]).stdin(bytes).run().fails("data_error", 65);
    assert_eq!(run.stdout().lines().count(), 2);
    assert!(run.stderr.contains("line 2: "), "{}", run.stderr);
    stratos(["signed", "verify", "-", "--key", "-", "--json"]).stdin(KEY).run().fails("usage_error", 64);
    verify(&["-", A, "--json"]).fails("usage_error", 64);
}

const RSA: &[u8] = include_bytes!("../vectors/keys/rsa-2048.pem");
const RSA_PUBLIC: &[u8] = include_bytes!("../vectors/keys/rsa-2048-public.pem");

/// `stratos signed …` with keys of each kind in reach.
fn any(args: &[&str]) -> Run {
    let runner = stratos(["signed"]).env("K", KEY).file("key", RSA).file("public", RSA_PUBLIC);
    args.iter().fold(runner, |runner, arg| runner.arg(arg)).run()
}

fn minted(args: &[&str]) -> String {
    any(args).exits(0).stdout().trim_end().to_owned()
}

fn verdict(args: &[&str], code: i32) -> serde_json::Value {
    any(args).exits(code).json()
}

#[test]
fn the_scheme_is_read_off_the_url() {
    let url = minted(&["https://x.example/a?w=1", "--scheme", "bunny", "--ttl", "1h", "--key", "env:K"]);
    assert_eq!(verdict(&["verify", &url, "--key", "env:K"], 0)["scheme"], "bunny");
    let url = minted(&[
        "https://b.s3.eu-west-1.amazonaws.com/a",
        "--scheme",
        "s3",
        "--key-id",
        "AKIA",
        "--ttl",
        "1h",
        "--key",
        "env:K",
    ]);
    assert_eq!(verdict(&["verify", &url, "--key", "env:K"], 0)["scheme"], "s3");
    assert_eq!(
        verdict(&["verify", &url, "--key", "env:K", "--method", "PUT"], 65)["verdict"],
        "signature mismatch"
    );
    any(&["verify", &url, "--json"]).fails("auth_missing_key", 78);
    assert_eq!(verdict(&["inspect", &url], 0)["key_id"], "AKIA");
}

#[test]
fn what_the_visit_does_not_say_is_asked_for_or_named() {
    let bunny = ["https://x.example/a", "--scheme", "bunny", "--ttl", "1h", "--key", "env:K"];
    let url = minted(&[&bunny[..], &["--ip", "198.51.100.7", "--country", "DE,FR"]].concat());
    let asked = any(&["verify", &url, "--key", "env:K", "--json"]).fails("usage_error", 64);
    assert!(asked.stderr.contains("--ip"), "{}", asked.stderr);
    let verify = ["verify", &url, "--key", "env:K", "--ip", "198.51.100.7"];
    let silent = verdict(&verify, 0);
    assert_eq!((&silent["verdict"], &silent["unchecked"]), (&"valid".into(), &json!(["country"])));
    let text = any(&[&verify[..], &["--output", "table"]].concat()).exits(0).stdout();
    assert!(text.contains("country is signed and was not checked; pass --country"), "{text}");
    assert_eq!(verdict(&[&verify[..], &["--country", "FR"]].concat(), 0)["unchecked"], json!([]));
    let refused = verdict(&[&verify[..], &["--country", "US"]].concat(), 65);
    assert_eq!((&refused["verdict"], &refused["claim"]), (&"refused".into(), &"country".into()));
}

#[test]
fn a_public_key_verifies_urls_and_cookies_and_never_signs() {
    let mint = [
        "https://d1.example/v/a",
        "--scheme",
        "cloudfront",
        "--key-id",
        "K1",
        "--ttl",
        "1h",
        "--key",
        "file:key",
    ];
    let url = minted(&[&mint[..], &["--not-before", "+30m"]].concat());
    let early = verdict(&["verify", &url, "--key", "file:public"], 65);
    assert_eq!(early["verdict"], "not yet valid");
    assert!((1..=1_800).contains(&early["seconds"].as_u64().unwrap()));
    assert_eq!(verdict(&["verify", &url, "--key", "file:public", "--at", "+45m"], 0)["verdict"], "valid");
    let other = ["verify", &url, "--key", "file:public", "--key-id", "K2"];
    assert_eq!(verdict(&other, 65)["verdict"], "unknown key");
    assert_eq!(
        verdict(&["verify", &url, "--key", "file:public", "--key-id", "K1", "--at", "+45m"], 0)["verdict"],
        "valid"
    );

    let cookies = minted(&[&mint[..], &["--cookie", "--prefix", "/v/*"]].concat());
    let mut args = vec!["verify", "--key", "file:public"];
    cookies.lines().for_each(|cookie| args.extend(["--cookie", cookie]));
    assert_eq!(verdict(&[&args[..], &["https://d1.example/v/other"]].concat(), 0)["verdict"], "valid");
    let outside = verdict(&[&args[..], &["https://d1.example/w/a"]].concat(), 65);
    assert_eq!((&outside["verdict"], &outside["claim"]), (&"refused".into(), &"globs".into()));

    let header = format!("Cookie: {}", cookies.lines().collect::<Vec<_>>().join("; "));
    let by_header = ["verify", "--key", "file:public", "--header", &header, "https://d1.example/v/b"];
    assert_eq!(verdict(&by_header, 0)["verdict"], "valid");

    let public = [&mint[..7], &["--key", "file:public", "--json"]].concat();
    assert_eq!(any(&public).fails("data_error", 65).stdout(), "");
    any(&["verify", "--json", "--cookie", "novalue", A]).fails("usage_error", 64);
    any(&["verify", "--json", "--header", "novalue", A]).fails("usage_error", 64);
}

/// Links of a list, one of them many times so that it is known, and what is nearly like it.
fn nearly_alike(scheme: &str) -> Vec<String> {
    let mint = |path: &str, expires: &str| {
        let argv = ["signed", path, "--scheme", scheme, "--expires", expires, "--key", "env:K"];
        stratos(argv).env("K", KEY).run().exits(0).stdout().trim_end().to_owned()
    };
    let [good, other, later, odd] =
        [("/v/a-1.mp4", END), ("/v/b_2.mp4", END), ("/v/a-1.mp4", "4102444801"), ("/v/a%20b", END)]
            .map(|(path, expires)| mint(path, expires));
    let mut links = vec![good.clone(); 40];
    links.extend([&other, &later, &odd, &other].map(String::clone));
    for (from, to) in
        [("a-1", "a-2"), ("a-1", "a//1"), ("a-1", "a"), ("v", "V"), (END, "4102444802"), ("://", "://x")]
    {
        links.extend([&good, &other].map(|link| link.replacen(from, to, 1)));
    }
    for (from, to) in
        [("%2F", "%2f"), ("%2F", "/"), ("a-1", "a%2D1"), ("&", "&&"), ("?", "?x=1&"), ("=", "%3D")]
    {
        links.push(good.replacen(from, to, 1));
    }
    for (at, letter) in good.char_indices().skip(8) {
        let letter = if letter == 'a' { 'b' } else { 'a' };
        links.push(format!("{}{letter}{}", &good[..at], &good[at + 1..]));
    }
    links.extend(["#", "#/", "&a", "0"].map(|end| format!("{good}{end}")));
    links.extend([&good[..good.len() - 1], "", "no link", &good].map(String::from));
    links
}

const END: &str = "4102444800";

#[test]
fn a_link_of_a_list_gets_the_verdict_that_it_gets_alone() {
    for scheme in SCHEMES.iter().filter(|scheme| scheme.pattern.is_some()) {
        for (named, output) in [(true, "ndjson"), (false, "csv"), (true, "table")] {
            let links = nearly_alike(scheme.id);
            let run = |list: &str| {
                let argv = ["signed", "verify", "-", "--key", "env:K", "--output", output];
                let runner = stratos(argv).env("K", KEY).stdin(list);
                if named { runner.args(["--scheme", scheme.id]).run() } else { runner.run() }
            };
            let head = if output == "csv" { 1 } else { 0 };
            let alone = |list: &[String]| -> Vec<String> {
                let answers = list.chunks(30).map(|few| run(&few.join("\n")).stdout());
                let lines = |answer: String| answer.lines().skip(head).map(str::to_owned).collect::<Vec<_>>();
                answers.flat_map(lines).collect()
            };
            let together: Vec<String> =
                run(&links.join("\n")).stdout().lines().skip(head).map(str::to_owned).collect();
            assert_eq!(together, alone(&links), "{} {output}", scheme.id);
        }
    }
}
