//! `stratos signed redact`: signatures go, every other byte stays.

use super::{
    common::runner::{Runner, stratos},
    signed::{A, B, signed},
};

fn redact(args: &[&str]) -> Runner {
    stratos(["signed", "redact"].iter().chain(args))
}

/// The links of the tests with their signatures blanked.
fn blanked(url: &str) -> String {
    format!("{}REDACTED", &url[..url.len() - 64])
}

#[test]
fn a_stream_is_copied_without_its_signatures() {
    let log =
        format!("10:00 GET {A} 200\r\n\u{0}binary \u{fffd} stays\r\n{{\"to\":\"{B}\"}}\nno line end {A}");
    let wanted = log.replace(A, &blanked(A)).replace(B, &blanked(B));
    for args in [&[][..], &["-"]] {
        let run = redact(args).stdin(log.clone()).run().exits(0);
        assert_eq!(run.stdout(), wanted);
        assert!(run.stderr.is_empty(), "{}", run.stderr);
    }
    assert_eq!(redact(&["--json"]).stdin(log).run().exits(0).stdout(), wanted, "text stays text");
}

#[test]
fn bytes_that_are_no_text_pass_as_they_are() {
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let run = redact(&[]).stdin(bytes.clone()).run().exits(0);
    assert!(run.bytes == bytes);
    assert!(redact(&[]).run().exits(0).bytes.is_empty());
}

#[test]
fn what_was_just_minted_is_blanked() {
    for scheme in ["cloudcdn", "bunny", "fastly", "tencent-b", "cdn77"] {
        let key =
            if scheme == "fastly" { "c2VjcmV0c2VjcmV0c2VjcmV0" } else { "0123456789abcdef0123456789abcdef" };
        let args =
            ["signed", "https://h.example/v/a.mp4", "--ttl", "1h", "--scheme", scheme, "--key", "env:K"];
        let param = if scheme == "tencent-b" { &["--param", "validity=3600"][..] } else { &[] };
        let minted = stratos(args.iter().chain(param)).env("K", key).run().exits(0).stdout();
        let out = redact(&[]).stdin(minted.clone()).run().exits(0).stdout();
        assert!(out != minted && out.contains("REDACTED") && out.contains("a.mp4"), "{scheme}: {out}");
        let verify = ["signed", "verify", out.trim(), "--scheme", scheme, "--key", "env:K"];
        stratos(verify.iter().chain(param)).env("K", key).run().exits(65);
    }
}

#[test]
fn several_files_and_stdin_in_their_order() {
    let run = redact(&["one.log", "-", "two.har"])
        .file("one.log", format!("1 {A}\n"))
        .file("two.har", format!("3 {{\"name\":\"sig\",\"value\":\"{}\"}}", &A[A.len() - 64..]))
        .stdin(format!("2 {B}\n"))
        .run()
        .exits(0);
    let wanted = format!("1 {}\n2 {}\n3 {{\"name\":\"sig\",\"value\":\"REDACTED\"}}", blanked(A), blanked(B));
    assert_eq!(run.stdout(), wanted);
}

#[test]
fn equal_signatures_keep_an_equal_mark() {
    let out = redact(&["--mark", "hash"]).stdin(format!("{A}\n{B}\n{A}\n")).run().exits(0).stdout();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], lines[2]);
    assert_ne!(lines[0].rsplit('-').next(), lines[1].rsplit('-').next());
    let digest = lines[0].rsplit("REDACTED-").next().unwrap();
    assert!(digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{out}");
}

#[test]
fn a_name_of_your_own_is_blanked_too() {
    let text = "https://h.example/a?mac=abc123&x=1";
    assert_eq!(redact(&[]).stdin(text).run().exits(0).stdout(), text);
    let run =
        redact(&["--name", "mac"]).stdin("https://h.example/a?mac=0123456789abcdef0&x=1").run().exits(0);
    assert_eq!(run.stdout(), "https://h.example/a?mac=REDACTED&x=1");
}

#[test]
fn nothing_is_copied_when_a_file_is_not_there() {
    let run = redact(&["one.log", "gone.log", "--json"]).file("one.log", A).run();
    run.fails("input_missing", 66);
    let run = redact(&["one.log", "gone.log"]).file("one.log", A).run().exits(66);
    assert!(run.bytes.is_empty() && run.stderr.contains("gone.log"), "{}", run.stderr);
    redact(&[".", "--json"]).run().fails("io_error", 74);
}

#[test]
fn what_makes_no_sense_is_refused() {
    redact(&["-", "-", "--json"]).run().fails("usage_error", 64);
    redact(&["--mark", "blake", "--json"]).run().fails("usage_error", 64);
    redact(&["--name", "a=b", "--json"]).run().fails("usage_error", 64);
    redact(&["--json", "--filter", ".x"]).run().fails("usage_error", 64);
    signed(&["--ttl", "1h", "redact"]).run().exits(64);
}
