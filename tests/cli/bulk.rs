//! `stratos signed -`: lists of any length, order kept, nothing lost.

use super::{
    common::runner::{Run, stratos},
    signed::{A, B, KEY, signed},
};
use stratos::sign::SCHEMES;

fn bulk(args: &[&str], input: impl Into<Vec<u8>>) -> Run {
    let words: Vec<&str> = ["-", "--expires", "4102444800"].iter().chain(args).copied().collect();
    signed(&words).stdin(input).run()
}

#[test]
fn one_url_a_line_in_the_order_of_the_list() {
    let run = bulk(&[], "/a\n/b\r\n/a").exits(0);
    assert_eq!((run.stdout(), run.stderr.as_str()), (format!("{A}\n{B}\n{A}\n"), ""));
    let mixed = signed(&["/b", "-", "/a", "--expires", "4102444800"]).stdin("/a\n").run().exits(0);
    assert_eq!(mixed.stdout(), format!("{B}\n{A}\n{A}\n"));
    let url = bulk(&[], "https://x.example/a\n").exits(0);
    assert_eq!(url.stdout(), format!("{}\n", A.replace("cloudcdn.pro", "x.example")));
}

#[test]
fn records_are_lines_too() {
    let run = bulk(&["--output", "ndjson"], "/a\n").exits(0);
    assert_eq!(run.stdout(), format!("{{\"path\":\"/a\",\"expires\":4102444800,\"signed\":\"{A}\"}}\n"));
    let csv = bulk(&["--output", "csv"], "/a\n/b\n").exits(0);
    assert_eq!(csv.stdout(), format!("path,expires,signed\n/a,4102444800,{A}\n/b,4102444800,{B}\n"));
    assert_eq!(bulk(&["--json"], "/a\n").exits(0).stdout(), format!("{A}\n"));
}

#[test]
fn threads_change_nothing() {
    let input: String = (0..50_000).map(|n| format!("/video/{n}/segment-{}.ts\n", n % 97)).collect();
    let alone = bulk(&[], input.clone()).exits(0);
    assert_eq!(alone.stdout().lines().count(), 50_000);
    let shared = bulk(&["--jobs", "4"], input).exits(0);
    assert!(alone.bytes == shared.bytes, "jobs changed the output");
    for jobs in ["0", "-1", "x", "257"] {
        bulk(&["--jobs", jobs, "--json"], "/a\n").fails("usage_error", 64);
    }
}

#[test]
fn a_list_gives_what_its_lines_give_as_arguments() {
    const LINES: [&str; 12] = [
        "/a/b-1.mp4",
        "/a/b-1.mp4",
        "/a?b",
        "/a//b",
        "/",
        "/a%20b",
        "/../a",
        "/a/..b",
        "no path",
        "https://x.example/a/b",
        "/a*",
        "/a/b",
    ];
    for scheme in SCHEMES.iter().filter(|scheme| scheme.pattern.is_some()) {
        let words = |target| ["signed", target, "--scheme", scheme.id, "--expires", "4102444800"];
        let run = |target| stratos(words(target)).env("K", KEY).args(["--key", "env:K"]);
        let list = run("-").arg("--keep-blank").stdin(LINES.join("\n")).run();
        let alone = LINES.map(|line| run(line).run().stdout());
        let alone = alone.map(|line| if line.is_empty() { "\n".into() } else { line });
        assert_eq!(list.stdout(), alone.concat(), "{}", scheme.id);
    }
}

#[test]
fn an_empty_stdin_prints_nothing_and_is_no_failure() {
    let run = bulk(&[], "").exits(0);
    assert_eq!(run.stdout(), "");
    assert!(run.stderr.starts_with("info:    stdin was empty"), "{}", run.stderr);
    assert_eq!(bulk(&["--quiet"], "").exits(0).stderr, "");
}

#[test]
fn bad_lines_are_told_by_number_and_the_rest_is_signed() {
    let run = bulk(&["--json"], "/a\nvideos/x\n/b\n\nhttps://u:p@x.example/a\n").fails("data_error", 65);
    assert_eq!(run.stdout(), format!("{A}\n{B}\n"));
    for words in ["line 2: \"videos/x\"", "line 4: \"\"", "line 5: ", "3 of 5 lines"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
}

#[test]
fn blanks_keep_line_numbers_in_step() {
    let run = bulk(&["--keep-blank"], "/a\nx\n/b\n").exits(65);
    assert_eq!(run.stdout(), format!("{A}\n\n{B}\n"));
}

#[test]
fn the_first_bad_line_can_end_it() {
    let words = ["-", "/b", "--expires", "4102444800", "--fail-fast", "--json"];
    let run = signed(&words).stdin("/a\nx\n/b\ny\n").run().fails("data_error", 65);
    assert_eq!(run.stdout(), format!("{A}\n"), "nothing after the bad line");
    assert!(run.stderr.contains("line 2") && !run.stderr.contains("line 4"), "{}", run.stderr);
}

#[test]
fn twenty_bad_lines_are_told_and_the_others_counted() {
    let run = bulk(&[], "x\n".repeat(75)).exits(65);
    assert_eq!(run.stderr.matches("warning: line ").count(), 20);
    assert!(
        run.stderr.contains("and 55 more bad lines") && run.stderr.contains("75 of 75 lines"),
        "{}",
        run.stderr
    );
}

#[test]
fn bytes_that_are_no_text_are_bad_lines() {
    let run = bulk(&["--json"], b"/a\n/\xff\xfe\n/x\0y\n/b\n".to_vec()).fails("data_error", 65);
    assert_eq!(run.stdout(), format!("{A}\n{B}\n"));
    assert!(run.stderr.contains("line 2: ") && run.stderr.contains("UTF-8"), "{}", run.stderr);
    assert!(run.stderr.contains("line 3: ") && run.stderr.contains("NUL"), "{}", run.stderr);
}

#[test]
fn a_line_of_ten_megabytes_is_skipped() {
    let mut input = b"/a\n/".to_vec();
    input.resize(10 << 20, b'x');
    input.extend_from_slice(b"\n/b\n");
    let run = bulk(&["--json"], input).fails("data_error", 65);
    assert_eq!(run.stdout(), format!("{A}\n{B}\n"));
    assert!(run.stderr.contains("line 2: ") && run.stderr.len() < 2_000, "{}", run.stderr.len());
}

#[test]
fn the_key_is_read_before_the_list_and_must_be_there() {
    let run = stratos(["signed", "-", "--ttl", "1h", "--json"]).stdin("/a\n").run();
    assert_eq!(run.fails("auth_missing_key", 78).stdout(), "");
    let file = stratos(["signed", "-", "--expires", "4102444800", "--key", "file:key"]).file("key", KEY);
    assert_eq!(file.stdin("/a\n").run().exits(0).stdout(), format!("{A}\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_74_and_a_closed_pipe_ends_quietly() {
    use std::process::Stdio;
    for jobs in ["1", "2"] {
        let words = ["-", "--ttl", "1h", "--json", "--jobs", jobs];
        let mut full = signed(&words).stdin("").file("list", "/a\n".repeat(100_000));
        let list = std::fs::File::open(full.home().join("list")).unwrap();
        full.command().stdin(list).stderr(Stdio::piped());
        full.command().stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let output = full.command().output().unwrap();
        assert_eq!(output.status.code(), Some(74));
        assert!(String::from_utf8_lossy(&output.stderr).contains("\"type\":\"io_error\""));

        let mut closed = signed(&words).file("list", "/a\nbad\n".repeat(100_000));
        let list = std::fs::File::open(closed.home().join("list")).unwrap();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        closed.command().stdin(list).stdout(writer).stderr(Stdio::piped());
        let output = closed.command().output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "--jobs {jobs}");
    }
}

#[test]
fn an_answer_is_written_while_stdin_is_still_open() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let mut runner = signed(&["-", "--expires", "4102444800"]);
    let command = runner.command().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for (line, wanted) in [("/a\n", A), ("/b\n", B)] {
        input.write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim_end(), wanted);
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
