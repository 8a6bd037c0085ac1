//! Memory over a long list: flat, and small.

use super::{Bench, EXPIRES, figure, note};
use std::{env, fs, io::Write, process::Stdio, time::Instant};

const USUAL: u64 = 20_000_000;
const BLOCK: u64 = 20_000;

/// Measures.
pub fn run(bench: &Bench) {
    let told = env::var("STRATOS_BENCH_LINES").ok().and_then(|lines| lines.parse().ok());
    let lines: u64 = told.unwrap_or(USUAL);
    for jobs in ["1", "2"] {
        // The long run once; two jobs show their level within a tenth of it.
        let lines = if jobs == "1" { lines } else { lines / 10 };
        feed(bench, lines, jobs);
    }
}

fn feed(bench: &Bench, lines: u64, jobs: &str) {
    let expires = EXPIRES.to_string();
    let mut command = bench.stratos(&["signed", "-", "--expires", &expires, "--jobs", jobs, "--quiet"]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let block: String = (0..BLOCK).map(|n| format!("/videos/title-{n:06}/segment-{n:05}.m4s\n")).collect();
    let (begin, blocks) = (Instant::now(), lines.div_ceil(BLOCK).max(100));
    let mut early = None;
    for done in 0..blocks {
        stdin.write_all(block.as_bytes()).expect("the binary reads");
        if done == blocks / 100 {
            early = peak(child.id());
        }
    }
    let late = peak(child.id());
    drop(stdin);
    assert!(child.wait().expect("the binary ends").success(), "minting failed");
    let millions = (blocks * BLOCK) as f64 / 1e6;
    let what = format!("memory of {millions:.0} M lines, jobs {jobs}");
    let (Some(early), Some(late)) = (early, late) else {
        return note(&what, "not measured: this system has no /proc");
    };
    let took = begin.elapsed().as_secs_f64();
    let measured = format!("{late:.1} MiB at most, {early:.1} after a hundredth, in {took:.0} s");
    figure(&what, &measured, "flat, 32 MiB at most", late <= 32.0 && late - early <= 1.0);
}

/// The most memory the process ever held, in MiB.
pub fn peak(id: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
