//! Planning what changed between two manifests of a million files, all of them changed; each tenth is a page,
//! which has two URLs.

use super::{Bench, figure, memory::peak};
use std::{fs, io::BufWriter, path::Path, thread, time::Duration, time::Instant};
use stratos::purge::changed::{File, Writer};

const FILES: u64 = 1_000_000;
const ROUNDS: usize = 3;

/// Measures.
pub fn run(bench: &Bench) {
    for (name, content) in [("old", 1), ("new", 2)] {
        manifest(&bench.home.join(name), content);
    }
    let (mut least, mut most) = (f64::MAX, None::<f64>);
    for _ in 0..ROUNDS {
        let (seconds, mib) = plan(bench);
        least = least.min(seconds);
        most = mib.map(|mib| most.unwrap_or(0.0).max(mib));
    }
    let what = "purge plan of 1 M changed files, two manifests";
    figure(what, &format!("{least:.2} s"), "2 s at most", least <= 2.0);
    if let Some(most) = most {
        figure(&format!("{what}: memory"), &format!("{most:.0} MiB"), "300 MiB at most", most <= 300.0);
    }
}

fn manifest(path: &Path, content: u8) {
    let file = fs::File::create(path).expect("the home is there");
    let mut writer = Writer::new(BufWriter::new(file)).expect("the disk has room");
    for number in 0..FILES {
        let ending = if number % 10 == 0 { "html" } else { "jpg" };
        let name = format!("articles/{:03}/a-title-of-{number:07}.{ending}", number / 1000).into_bytes();
        let digest = std::array::from_fn(|at| content ^ (number >> (at % 8)) as u8);
        writer.push(&File { name, size: number, digest }).expect("the disk has room");
    }
    writer.finish().expect("the disk has room");
}

/// Seconds by the clock, and the most memory.
fn plan(bench: &Bench) -> (f64, Option<f64>) {
    let from = ["purge", "plan", "--from", "old", "--to", "new", "--site", "https://cloudcdn.pro"];
    let mut command = bench.stratos(&from);
    command.args(["--out", "plan.json"]).current_dir(&bench.home);
    let begin = Instant::now();
    let mut child = command.spawn().expect("the binary runs");
    let mut most = None;
    // The account goes with the process, so the last look before its end counts.
    loop {
        most = peak(child.id()).or(most);
        if let Some(status) = child.try_wait().expect("the binary ends") {
            assert!(status.success(), "planning failed");
            return (begin.elapsed().as_secs_f64(), most);
        }
        thread::sleep(Duration::from_millis(1));
    }
}
