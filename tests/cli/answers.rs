//! `signed verify -` and `signed inspect -` over records: what was minted is read back, each record with what it
//! says of its request.

use super::{
    common::runner::{Run, Runner, stratos},
    help::{example, parted},
    records::given,
    signed::{A, B, KEY},
};
use serde_json::{Value, json};
use stratos::sign::SCHEMES;

const BUNNY: [&str; 4] = ["--scheme", "bunny", "--key", "env:K"];
const RSA: &str = include_str!("../vectors/keys/rsa-2048.pem");

fn asked(verb: &str, args: &[&str], list: impl Into<Vec<u8>>) -> Run {
    let runner = stratos(["signed", verb, "-"]).env("SIGNED_URL_SECRET", KEY).env("K", KEY);
    given(runner.file("key", RSA), args).stdin(list).run()
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_scheme_is_verified_and_inspected_in_the_records_it_was_minted_into() {
    for scheme in SCHEMES {
        let (argv, key) = example(&stratos(["help", "scheme", scheme.id]).run().stdout());
        let (url, settings, claims) = parted(&argv);
        let run = |verb: &[&str], flags: &[String], more: &[&str], list: String| {
            let runner = given(stratos(["signed"].iter().chain(verb)).env("KEY", &key), flags);
            given(runner, more).stdin(list).run()
        };
        // Inspecting takes no key.
        let keyless: Vec<String> =
            settings.chunks(2).filter(|pair| pair[0] != "--key").flatten().cloned().collect();
        for (input, list) in [
            ("ndjson", format!("{{\"id\":1,\"url\":\"{url}\"}}\n")),
            ("csv", format!("id,url\n1,\"{url}\"\n")),
        ] {
            let more = ["-", "--input", input, "--output", input, "--take", "none"];
            let minted =
                run(&[], &[settings.clone(), claims.clone()].concat(), &more, list).exits(0).stdout();
            let minted = format!("{minted}{}\n", minted.lines().last().unwrap());
            let more = ["-", "--input", input, "--output", "ndjson", "--method", "GET"];
            for (verb, flags) in [("verify", &settings), ("inspect", &keyless)] {
                let answers = run(&[verb], flags, &more, minted.clone()).exits(0);
                let answers = lines(&answers);
                assert_eq!(answers.len(), 2, "{}: {verb} {input}", scheme.id);
                for answer in answers {
                    let (id, said) =
                        (answer["id"].as_str() == Some("1") || answer["id"] == 1, &answer["scheme"]);
                    assert!(id && said == scheme.id, "{}: {verb} {input}: {answer}", scheme.id);
                    let judged = if verb == "verify" { "verdict" } else { "checked" };
                    assert!(answer[judged] == "valid" || answer[judged] == false, "{}: {answer}", scheme.id);
                }
            }
        }
    }
}

#[test]
fn the_members_of_a_record_stand_and_the_answer_is_behind_them() {
    let record = format!("{{\"n\": 1.50, \"signed\":\"{A}\",\"url\":\"https://x.example/other\" }}\n");
    let run = asked("verify", &["--input", "ndjson"], record.clone()).exits(0);
    let head = record.trim_end().trim_end_matches('}');
    let tail = r#""verdict":"valid","scheme":"cloudcdn","expires":4102444800,"unchecked":[]}"#;
    assert_eq!(run.stdout(), format!("{head},{tail}\n"));
    let run = asked("inspect", &["--input", "ndjson"], record).exits(0);
    let answer = run.json();
    assert_eq!(
        (&answer["url"], &answer["url_"], &answer["expires"]),
        (&"https://x.example/other".into(), &"https://cloudcdn.pro/a".into(), &4_102_444_800_u64.into())
    );
    let csv = asked(
        "verify",
        &["--input", "csv", "--output", "csv", "--field", "link"],
        format!("link,x\n{A},\"a\nb\"\n"),
    );
    assert_eq!(
        csv.exits(0).stdout(),
        format!("link,x,verdict,scheme,expires,seconds\n{A},\"a\nb\",valid,cloudcdn,4102444800,\n")
    );
    let bare =
        asked("inspect", &["--input", "csv", "--output", "csv", "--no-header"], format!("{A}\n")).exits(0);
    assert!(
        bare.stdout().starts_with(&format!("{A},cloudcdn,https://cloudcdn.pro/a,4102444800,,")),
        "{}",
        bare.stdout()
    );
    let array = asked("verify", &["--input", "csv", "--json"], format!("signed\n{A}\n{B}\n")).exits(0).json();
    assert_eq!(array[1]["verdict"], "valid");
}

#[test]
fn bad_records_are_told_by_number_beside_the_verdicts() {
    let changed = A.replace("%2Fa", "%2Fc");
    let list = format!("signed\n{A}\n{changed}\n{A},x\n\"{A}\n");
    let run = asked("verify", &["--input", "csv", "--output", "ndjson"], list).fails("data_error", 65);
    let verdicts: Vec<Value> = lines(&run).iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["valid", "signature mismatch"]);
    for words in ["record 3: the record has 2 fields", "record 4: ", "2 of 4 records"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let alone = asked("verify", &["--input", "csv"], format!("signed\n{changed}\n")).exits(65);
    assert!(!alone.stderr.contains("\"error\""), "a verdict is no failure: {}", alone.stderr);
    let list = format!(
        "{{\"signed\":\"{A}\"}}\nno\n{{\"x\":1}}\n{{\"signed\":[\"a=b\"]}}\n{{\"url\":\"https://x.example/a\"}}\n"
    );
    let run = asked("inspect", &["--input", "ndjson", "--json"], list).exits(65);
    assert_eq!(run.json().as_array().unwrap().len(), 1);
    for words in [
        "record 2: the record is no JSON",
        "record 3: the record has no member signed or url or path",
        "record 4: the member signed is a list",
        "--take cookie=signed",
        "record 5: no scheme of this version",
        "4 of 5 records",
    ] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
}

#[test]
fn lines_are_inspected_as_they_come() {
    let run = asked("inspect", &[], format!("{A}\r\njunk\n{B}\n\nhttps://x.example/a")).exits(65);
    let answers = lines(&run);
    assert_eq!(answers.len(), 2, "{}", run.stdout());
    assert_eq!((&answers[0]["signed"], &answers[1]["url"]), (&A.into(), &"https://cloudcdn.pro/b".into()));
    for words in ["line 2: ", "line 4: ", "line 5: ", "3 of 5 lines"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let csv = asked("inspect", &["--output", "csv"], format!("{A}\n")).exits(0).stdout();
    let (head, row) = csv.split_once('\n').unwrap();
    assert_eq!(
        head,
        "signed,scheme,url,expires,not_before,issued,ip,country,method,key_id,signature,signature_fits"
    );
    assert!(row.starts_with(&format!("{A},cloudcdn,https://cloudcdn.pro/a,4102444800,,")), "{row}");
    let text = asked("inspect", &["--output", "table"], format!("{A}\n")).exits(0).stdout();
    assert_eq!(text, "cloudcdn              2100-01-01T00:00:00Z  https://cloudcdn.pro/a\n");
    assert_eq!(asked("inspect", &["--json"], "").exits(0).json(), json!([]));
    let list = format!("{A}\n").repeat(3_000);
    let alone = asked("inspect", &[], list.clone()).exits(0);
    assert_eq!(alone.stdout().lines().count(), 3_000);
    assert!(
        alone.bytes == asked("inspect", &["--jobs", "3"], list).exits(0).bytes,
        "jobs changed the output"
    );
}

/// A link of bunny's for one visitor, until 2100.
fn bound(ip: &str) -> String {
    let mint = ["signed", "https://z.example/a", "--expires", "4102444800", "--ip", ip];
    let run = given(stratos(mint).env("K", KEY), &BUNNY).run().exits(0);
    run.stdout().trim_end().to_owned()
}

#[test]
fn a_record_says_what_its_request_was() {
    let [one, two] = ["203.0.113.7", "203.0.113.8"].map(bound);
    let list =
        format!("client,at,url\n203.0.113.7,1,{one}\n203.0.113.7,2,{two}\n203.0.113.8,4102444800,{two}\n");
    let args = ["--input", "csv", "--take", "ip=client,at"];
    let run = asked("verify", &[&BUNNY[..], &args].concat(), list.clone()).exits(65);
    let verdicts: Vec<Value> = lines(&run).iter().map(|line| line["verdict"].clone()).collect();
    assert_eq!(verdicts, ["valid", "signature mismatch", "expired"]);
    let silent = asked("verify", &[&BUNNY[..], &["--input", "csv"]].concat(), list).exits(65);
    assert!(
        silent.stdout().is_empty() && silent.stderr.contains("record 1: ") && silent.stderr.contains("--ip")
    );
    let list = format!("url,ip\n{one},\n{one},203.0.113.7\n");
    let run = asked("verify", &[&BUNNY[..], &["--input", "csv", "--take", "ip"]].concat(), list).exits(65);
    assert!(
        run.stderr.contains("record 1: the record has no ip") && lines(&run).len() == 1,
        "{}",
        run.stderr
    );
}

#[test]
fn cookies_are_read_back_from_the_record() {
    let mint: Vec<&str> =
        "- --scheme cloudfront --key file:key --key-id K1 --expires 4102444800 --cookie --prefix /v/* --input ndjson"
            .split(' ')
            .collect();
    let runner = given(stratos(["signed"]).file("key", RSA), &mint).arg("--output").arg("ndjson");
    let minted = runner.stdin("{\"url\":\"https://d1.example/v/a\"}\n").run().exits(0).stdout();
    let args = ["--scheme", "cloudfront", "--input", "ndjson", "--field", "url", "--take", "cookie=signed"];
    let run = asked("verify", &[&args[..], &["--key", "file:key"]].concat(), minted.clone()).exits(0);
    assert_eq!(run.json()["verdict"], "valid");
    let outside = minted.replace("/v/a", "/w/a");
    let run = asked("verify", &[&args[..], &["--key", "file:key"]].concat(), outside).exits(65);
    assert_eq!(run.json()["verdict"], "refused");
    assert_eq!(asked("inspect", &args, minted).exits(0).json()["globs"], "https://d1.example/v/*");
}

fn refused(verb: &str, args: &[&str], words: &str) {
    let runner: Runner = stratos(["signed", verb]).env("SIGNED_URL_SECRET", KEY);
    let run = given(runner, args).stdin("signed,ip\nx,y\n").run().exits(64);
    assert!(run.stderr.contains(words) && run.stdout().is_empty(), "{verb} {args:?}: {}", run.stderr);
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_read() {
    for verb in ["verify", "inspect"] {
        for (args, words) in [
            (&["-", "--field", "x"][..], "--input"),
            (&["-", "--input", "ndjson", "--no-header"], "--input csv"),
            (&["-", "--input", "ndjson", "--output", "csv"], "--output ndjson"),
            (&["-", "--input", "csv", "--output", "yaml"], "as it comes"),
            (&["-", "--input", "csv", "--filter", ".x"], "pipe it into jq"),
            (&[A, "--input", "csv"], "list on stdin"),
            (&["-", "--input", "csv", "--take", "contry"], "flag of the request; did you mean country?"),
            (
                &["-", "--input", "csv", "--take", "expires"],
                "at, ip, country, method, header, cookie, or none",
            ),
            (&["-", "--input", "csv", "--take", "ip", "--ip", "203.0.113.7"], "the same thing"),
            (&["-", "--input", "csv", "--take", "ip=a,ip=b"], "twice"),
            (&["-", "--input", "csv", "--take", "ip=client"], "(it has signed, ip)"),
            (&["-", "--input", "csv", "--field", "singed"], "did you mean signed?"),
        ] {
            refused(verb, args, words);
        }
    }
}
