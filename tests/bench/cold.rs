//! Cold starts, beside the one of Node.

use super::{Bench, EXPIRES, figure, note};
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Measures.
pub fn run(bench: &Bench) {
    let expires = EXPIRES.to_string();
    let version = median(60, || bench.stratos(&["version"]));
    let signed = median(60, || bench.stratos(&["signed", "/videos/intro.mp4", "--expires", &expires]));
    let node = median(10, || quiet("node", &["-e", "0"]));
    if let Some(nothing) = median(60, || quiet("true", &[])) {
        note("start of a program that does nothing", &millis(nothing));
    }
    for (what, took) in [("cold start of version", version), ("cold start of one signed", signed)] {
        let took = took.expect("the binary runs and ends well");
        figure(what, &millis(took), "2 ms at most", took <= Duration::from_millis(2));
        match node {
            Some(node) => {
                let ratio = node.as_secs_f64() / took.as_secs_f64();
                let measured = format!("{ratio:.1} times as fast as node -e 0 ({})", millis(node));
                figure(what, &measured, "20 times", ratio >= 20.0);
            }
            None => note(what, "not compared: node is not installed"),
        }
    }
}

fn quiet(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The middle of some runs; nothing when the program is not there or fails.
fn median(runs: usize, command: impl Fn() -> Command) -> Option<Duration> {
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        let status = command().status().ok()?;
        times.push(start.elapsed());
        status.success().then_some(())?;
    }
    times.sort();
    Some(times[runs / 2])
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
