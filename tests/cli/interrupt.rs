//! SIGINT and SIGTERM: 130 and 143, at once where nothing is to be finished.
#![cfg(unix)]

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Running, bare, stratos},
};
use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    time::Duration,
};

fn waiting(argv: &[&str]) -> Child {
    bare(env!("CARGO_BIN_EXE_stratos"))
        .args(argv)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn kill(child: &Child, signal: &str) {
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
}

/// Feeds a line and waits for its answer, so that the signal finds the program reading.
fn reading(argv: &[&str]) -> (Child, std::process::ChildStdin) {
    let mut child = waiting(argv);
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"/a\n").unwrap();
    let mut byte = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
    (child, input)
}

/// Until the CDN was asked something, or never will be.
fn asked(cdn: &Cdn, running: &mut Running) {
    while cdn.requests().is_empty() && !running.ended() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

const MINT: [&str; 6] = ["signed", "-", "--ttl", "15m", "--secret", "0123456789abcdef"];

#[test]
fn a_signal_ends_the_wait_for_input() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let (child, input) = reading(&MINT);
        kill(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        drop(input);
    }
}

/// A dump would hold the key.
#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_core_dump() {
    let (child, input) = reading(&MINT);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = line.split_whitespace().skip(4).take(2).collect();
    assert_eq!(words, ["0", "0"], "soft and hard: {line}");
    drop(input);
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn the_envelope_and_the_process_agree() {
    let argv: Vec<&str> = MINT.iter().copied().chain(["--json"]).collect();
    let (child, _input) = reading(&argv);
    kill(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{stderr}");
    let line = stderr.lines().find(|line| line.starts_with("{\"error\"")).unwrap();
    let error: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(error["error"]["type"], "interrupted");
    assert_eq!(error["error"]["exit_code"], 143);
}

/// The first signal waits for the answer that is under way; the second does not.
#[test]
fn a_second_signal_ends_at_once() {
    let cdn = Cdn::start([Answer::silent()]);
    let mut running = stratos(["health", "--timeout", "100s"]).with(&cdn).spawn();
    asked(&cdn, &mut running);
    // Signals that come together are one: they are sent until the second has arrived.
    while !running.ended() {
        Command::new("kill")
            .args(["-INT", &running.id().to_string()])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    running.finish().exits(130);
}

/// Waiting to try again is no work: the signal ends it.
#[test]
fn a_signal_ends_the_wait_before_another_attempt() {
    let cdn = Cdn::start([Answer::json(503, &serde_json::json!({})).header("Retry-After", "60")]);
    let mut running = stratos(["purge", "--tag", "a", "--token", "t", "--json"]).with(&cdn).spawn();
    asked(&cdn, &mut running);
    // Long enough for the answer to have been read; earlier it would end all the same.
    std::thread::sleep(Duration::from_millis(200));
    Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    running.finish().fails("interrupted", 130);
    assert_eq!(cdn.requests().len(), 1);
}
