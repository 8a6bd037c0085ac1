//! `signed - --input ndjson|csv`: records keep what they hold and get their results behind it.

use super::{
    common::runner::{Run, Runner, stratos},
    help::{example, parted},
    signed::{A, B, KEY},
};
use serde_json::Value;
use stratos::sign::SCHEMES;

const END: &str = "4102444800";

pub fn given(runner: Runner, args: &[impl AsRef<str>]) -> Runner {
    args.iter().fold(runner, |runner, arg| runner.arg(arg.as_ref()))
}

/// Mints CloudCDN's links for a list.
fn mint(args: &[&str], list: &str) -> Run {
    let runner = stratos(["signed", "-", "--expires", END]).env("SIGNED_URL_SECRET", KEY);
    given(runner, args).stdin(list).run()
}

/// Mints with what the list brings.
fn take(args: &[&str], list: &str) -> Run {
    let runner = stratos(["signed", "-", "--scheme", "bunny", "--key", "env:K"]).env("K", KEY);
    given(runner, args).stdin(list).run()
}

#[test]
fn every_scheme_mints_records_and_keeps_what_they_hold() {
    for scheme in SCHEMES {
        let (argv, key) = example(&stratos(["help", "scheme", scheme.id]).run().stdout());
        let (url, settings, claims) = parted(&argv);
        let run = |verb: &[&str], flags: &[String], more: &[&str], list: String| {
            let runner = given(stratos(["signed"].iter().chain(verb)).env("KEY", &key), flags);
            given(runner, more).stdin(list).run()
        };
        let flags = [settings.clone(), claims].concat();
        let record = format!(r#"{{"id":10000000000000000000001,"url":"{url}"}}"#);
        let more = ["-", "--input", "ndjson", "--output", "ndjson", "--take", "none"];
        let minted = run(&[], &flags, &more, format!("{record}\n{record}\n")).exits(0).stdout();
        assert_eq!(minted.lines().count(), 2, "{}: {minted}", scheme.id);
        let line = minted.lines().next().unwrap();
        assert!(line.starts_with(record.trim_end_matches('}')), "{}: {line}", scheme.id);
        let signed = serde_json::from_str::<Value>(line).unwrap()["signed"].as_str().unwrap().to_owned();
        let verdict = run(&["verify"], &settings, &["--method", "GET", &signed], String::new());
        assert!(verdict.code == Some(0), "{}: {}{}", scheme.id, verdict.stdout(), verdict.stderr);

        let more = ["-", "--input", "csv", "--output", "csv"];
        let csv = run(&[], &flags, &more, format!("id,url\n1,\"{url}\"\n")).exits(0).stdout();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert_eq!(reader.headers().unwrap(), vec!["id", "url", "expires", "signed"], "{}", scheme.id);
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!((&row[0], &row[1]), ("1", &*url), "{}", scheme.id);
        let verdict = run(&["verify"], &settings, &["--method", "GET", &row[3]], String::new());
        assert!(verdict.code == Some(0), "{}: {csv}{}", scheme.id, verdict.stdout());
    }
}

#[test]
fn the_field_is_url_or_path_or_the_one_that_was_named() {
    let lines = format!("{A}\n{B}\n");
    for (args, list) in [
        (&["--input", "ndjson"][..], "{\"path\":\"/a\"}\n{\"x\":[{}],\"path\":\"/b\"}\n"),
        (&["--input", "ndjson", "--field", "src"], "{\"src\":\"/a\",\"url\":1}\n{\"src\":\"\\u002fb\"}\n"),
        (&["--input", "csv"], "n,path\r\n1,/a\r\n2,\"/b\"\r\n"),
        (&["--input", "csv", "--field", "the file"], "\"the file\",path\n/a,x\n/b,y"),
        (&["--input", "csv", "--no-header"], "/a\n/b\n"),
        (&["--input", "csv", "--no-header", "--field", "2"], "\"two\nlines, \"\"quoted\"\"\",/a\n,/b\n"),
    ] {
        let run = mint(args, list).exits(0);
        assert_eq!((run.stdout(), run.stderr.as_str()), (lines.clone(), ""), "{args:?}");
    }
}

#[test]
fn results_stand_behind_what_the_record_holds() {
    let ndjson = mint(
        &["--input", "ndjson", "--output", "ndjson"],
        "{\"signed\": 1.50, \"url\":\"https://cloudcdn.pro/a\" }\n",
    );
    let wanted = format!(
        "{{\"signed\": 1.50, \"url\":\"https://cloudcdn.pro/a\" ,\"expires\":{END},\"signed_\":\"{A}\"}}\n"
    );
    assert_eq!(ndjson.exits(0).stdout(), wanted);
    let note = "\"a\nb, \"\"c\"\"\"";
    let csv = mint(&["--input", "csv", "--output", "csv"], &format!("note,path,signed\n{note},/a,\n"));
    assert_eq!(csv.exits(0).stdout(), format!("note,path,signed,expires,signed_\n{note},/a,,{END},{A}\n"));
    let bare = mint(&["--input", "csv", "--output", "csv", "--no-header"], "/a,x\n");
    assert_eq!(bare.exits(0).stdout(), format!("/a,x,{END},{A}\n"));
    let across = mint(&["--input", "csv", "--output", "ndjson"], "path,é\n/a,\"x\ny\"\n").exits(0).stdout();
    assert_eq!(across, format!("{{\"path\":\"/a\",\"é\":\"x\\ny\",\"expires\":{END},\"signed\":\"{A}\"}}\n"));
}

#[test]
fn bad_records_are_told_by_number_and_the_rest_is_signed() {
    let list =
        "{\"path\":\"/a\"}\nnot json\n[1]\n{\"x\":1}\n{\"path\":7}\n{\"path\":\"/b\"}\n{\"path\":\"b\"}\n";
    let run = mint(&["--input", "ndjson"], list).exits(65);
    assert_eq!(run.stdout(), format!("{A}\n{B}\n"));
    for words in [
        "record 2: ",
        "no JSON (column",
        "record 3: ",
        "record 4: ",
        "member url or path",
        "record 5: ",
        "is no text",
        "record 7: \"b\"",
        "5 of 7 records",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let list = "path,x\n/a,1\n/a\n/b,1,2\n/b,\"1\n2\"\n\"/b,1\n";
    let run = mint(&["--input", "csv"], list).exits(65);
    assert_eq!(run.stdout(), format!("{A}\n{B}\n"));
    for words in [
        "record 2: the record has 1 field where the first has 2",
        "record 3: ",
        "record 5: a quote of the record is never closed",
        "3 of 5 records",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let run = mint(&["--input", "csv", "--keep-blank"], "path\nx\n/b\n").exits(65);
    assert_eq!(run.stdout(), format!("\n{B}\n"));
    let run = mint(&["--input", "csv", "--fail-fast"], "path\n/a\nx\n/b\n").exits(65);
    assert_eq!(run.stdout(), format!("{A}\n"));
    assert!(run.stderr.contains("stopped at record 2"), "{}", run.stderr);
}

#[test]
fn threads_change_nothing() {
    let list: String = (0..30_000).map(|n| format!("\"{n}\n\",/v/{}.ts\n", n % 97)).collect();
    let list = format!("id,path\n{list}");
    let alone = mint(&["--input", "csv", "--output", "csv"], &list).exits(0);
    assert_eq!(csv::Reader::from_reader(&alone.bytes[..]).records().filter(Result::is_ok).count(), 30_000);
    let shared = mint(&["--input", "csv", "--output", "csv", "--jobs", "3"], &list).exits(0);
    assert!(alone.bytes == shared.bytes, "jobs changed the output");
}

#[test]
fn an_empty_list_is_no_failure() {
    for input in ["ndjson", "csv"] {
        let run = mint(&["--input", input], "").exits(0);
        assert!(run.stdout().is_empty() && run.stderr.contains("stdin was empty"), "{}", run.stderr);
    }
    assert_eq!(
        mint(&["--input", "csv", "--output", "csv"], "path\n").exits(0).stdout(),
        "path,expires,signed\n"
    );
}

#[test]
fn members_become_claims_when_they_are_taken() {
    let list = format!("{{\"url\":\"https://z.example/a\",\"expires\":{END},\"ip\":\"203.0.113.7\"}}\n");
    let args = ["--input", "ndjson", "--output", "ndjson", "--take", "expires,ip"];
    let run = take(&args, &list).exits(0);
    let record: Value = serde_json::from_str(&run.stdout()).unwrap();
    let alone = take(&["--expires", END, "--ip", "203.0.113.7"], "https://z.example/a\n").exits(0);
    assert_eq!(
        (record["signed"].as_str().unwrap(), &record["expires_"]),
        (alone.stdout().trim_end(), &record["expires"])
    );
    let csv = format!(
        "path,ttl,ip\n/a,1h,203.0.113.7\n/a,,203.0.113.7\n/a,1h,nonsense\n/a,-1,203.0.113.7\n{END},1h\n"
    );
    let run = take(&["--input", "csv", "--take", "ttl,ip"], &csv).exits(65);
    assert_eq!(run.stdout().lines().count(), 1, "{}{}", run.stdout(), run.stderr);
    for words in ["record 2: the record has no ttl", "record 3: ", "record 4: ", "record 5: ", "4 of 5"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
}

#[test]
fn claims_are_never_passed_over_in_silence() {
    let csv = "path,ip\n/a,203.0.113.7\n";
    let run = mint(&["--input", "csv", "--json"], csv).fails("usage_error", 64);
    assert!(run.stderr.contains("--take ip") && run.stdout().is_empty(), "{}", run.stderr);
    let run = mint(&["--input", "ndjson"], "{\"path\":\"/a\",\"expires\":1}\n{\"path\":\"/b\"}\n").exits(65);
    assert!(run.stderr.contains("record 1: ") && run.stdout() == format!("{B}\n"), "{}", run.stderr);
    assert_eq!(mint(&["--input", "csv", "--take", "none"], csv).exits(0).stdout(), format!("{A}\n"));
    let prefix = mint(&["--input", "csv", "--field", "prefix"], "prefix\n/a\n").exits(0);
    assert_eq!(prefix.stdout(), format!("{A}\n"), "the field is no claim");
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_read() {
    for (args, word) in [
        (&["--field", "x"][..], "--input"),
        (&["--no-header"], "--input"),
        (&["--take", "ip"], "--input"),
        (&["--input", "xml"], "ndjson"),
        (&["--input", "ndjson", "--no-header"], "--input csv"),
        (&["--input", "ndjson", "--output", "csv"], "--output ndjson"),
        (&["--input", "csv", "--no-header", "--take", "ip"], "header"),
        (&["--input", "csv", "/a"], "nothing else"),
        (&["--input", "csv", "--take", "pi"], "ip"),
        (&["--input", "csv", "--take", "expires"], "the same thing"),
        (&["--input", "csv", "--take", "ip"], "cannot carry --ip"),
        (&["--input", "csv", "--field", "pth"], "did you mean path?"),
        (&["--input", "csv", "--no-header", "--field", "3"], "(it has 1, 2)"),
    ] {
        let run = mint(&[args, &["--json"]].concat(), "path,ip\n/a,1\n");
        let run = if args.contains(&"--output") { run.exits(64) } else { run.fails("usage_error", 64) };
        assert!(run.stderr.contains(word) && run.stdout().is_empty(), "{args:?}: {}", run.stderr);
    }
    let run = mint(&["--input", "csv", "--json"], "src,x\n/a,1\n").fails("usage_error", 64);
    assert!(run.stderr.contains("--field (it has src, x)"), "{}", run.stderr);
    let run = mint(&["--input", "csv", "--json"], "path,x,x\n/a,1,2\n").fails("data_error", 65);
    assert!(run.stderr.contains("two columns"), "{}", run.stderr);
    let run =
        stratos(["signed", "/a", "--input", "csv", "--ttl", "1h", "--json"]).run().fails("usage_error", 64);
    assert!(run.stderr.contains("--input is for a list"), "{}", run.stderr);
}
