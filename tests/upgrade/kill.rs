//! SIGKILL at random points and at each system call that matters: the path always runs, and a further
//! upgrade succeeds.

use crate::{
    Needs, Row,
    common::published::{Published, Written},
    site::{Install, NEW, OLD, Web, acting, label, script},
    trace,
};
use std::{
    fs,
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("thirty_random_kills_leave_a_working_binary", Needs::Nothing, random),
    ("a_kill_at_each_step_leaves_a_working_binary", Needs::Strace, each_step),
    ("a_kill_at_each_step_of_the_way_back_leaves_a_working_binary", Needs::Strace, each_step_back),
    ("a_signal_during_the_self_tests_leaves_the_old_binary", Needs::Nothing, signals),
];

const ROUNDS: usize = 30;

/// A stream of numbers that a seed repeats (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// The new version, with a self-test that takes a moment, so that kills meet it, too.
fn slow(install: &Install) -> Written {
    let act = format!("sleep 0.03; echo 'stratos v{NEW}: self-test passed'");
    Published::new(NEW).binary(&label(), acting(NEW, &install.line(), &act)).write(&install.keys)
}

/// After a kill: one of the two works, and one more upgrade brings the newest, and cleans up.
fn mends(install: &Install, upgrade: impl Fn() -> crate::common::runner::Runner, context: &str) {
    let there = install.reports();
    assert!([OLD, NEW].contains(&there.as_str()), "{context}: {there}");
    if there == NEW {
        // Wherever it was hit, the way back is not lost.
        install.upgrade(["--rollback"]).run().exits(0);
        assert_eq!(install.reports(), OLD, "{context}");
        install.upgrade(["--rollback"]).run().exits(0);
    }
    upgrade().run().exits(0);
    assert_eq!(install.reports(), NEW, "{context}");
    // From there a further release, which settles whatever was left.
    let further = install.release("0.4.0").write(&install.keys);
    install.from(&further).run().exits(0);
    assert_eq!(install.reports(), "0.4.0", "{context}");
    assert_eq!(install.files(), [".stratos-lock", ".stratos-previous", "stratos"], "{context}");
    let previous = fs::read_to_string(install.beside(".stratos-previous")).unwrap();
    assert!(previous.contains(&format!("v{NEW}: self-test passed")), "{context}: the wrong one was kept");
}

/// `STRATOS_KILL_SEED=N` repeats the choices of a run; the kernel still decides to the microsecond.
#[allow(clippy::print_stderr, reason = "a red run is repeated by its seed")]
fn random() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("STRATOS_KILL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(now) | 1;
    eprintln!("STRATOS_KILL_SEED={seed}");
    let mut dice = Dice(seed);
    // How long a whole run takes here and now.
    let whole = {
        let install = Install::new();
        let web = Web::of(&[&slow(&install)]);
        let begun = std::time::Instant::now();
        web.upgrade(&install).run().exits(0);
        begun.elapsed().as_micros() as u64
    };
    let mut hits = 0;
    for round in 0..ROUNDS {
        let install = Install::new();
        let web = Web::of(&[&slow(&install)]);
        let running = web.upgrade(&install).spawn();
        std::thread::sleep(Duration::from_micros(dice.below(whole)));
        let _ = Command::new("kill").args(["-KILL", &running.id().to_string()]).output().unwrap();
        hits += usize::from(running.finish().code.is_none());
        mends(&install, || web.upgrade(&install), &format!("round {round} of seed {seed}"));
    }
    assert!(hits > 0, "no kill met a living process");
}

/// The calls that change something, or that something depends on.
const STEPS: &[&str] = &[
    "link,linkat",
    "rename,renameat,renameat2",
    "fsync",
    "unlink,unlinkat",
    "write",
    "execve",
    "fchmod",
    "flock",
];

fn each_step() {
    let mut killed = 0;
    for call in STEPS {
        for number in 1.. {
            let install = Install::new();
            let release = slow(&install);
            let mut run = install.from(&release);
            let ended = trace::killing(&mut run, call, number);
            mends(&install, || install.from(&release), &format!("{call} number {number}"));
            if ended {
                break;
            }
            killed += 1;
            assert!(number < 200, "{call} does not end");
        }
    }
    assert!(killed >= 12, "only {killed} points were met");
}

fn each_step_back() {
    let mut killed = 0;
    for call in ["link,linkat", "rename,renameat,renameat2", "fsync", "unlink,unlinkat"] {
        for number in 1.. {
            let install = Install::new();
            install.from(&install.newer()).run().exits(0);
            let ended = trace::killing(&mut install.upgrade(["--rollback"]), call, number);
            let there = install.reports();
            // One more way back: from either of the two to the other.
            install.upgrade(["--rollback"]).run().exits(0);
            let other = if there == OLD { NEW } else { OLD };
            assert_eq!(install.reports(), other, "{call} number {number}");
            if ended {
                break;
            }
            killed += 1;
        }
    }
    assert!(killed >= 5, "only {killed} points were met");
}

/// ^C while the new binary is tried out, beside the old one and in its place.
fn signals() {
    for at in ["*.new", "*/stratos"] {
        let install = Install::new();
        let seen = install.prefix().join("seen");
        let act = format!(
            "case $0 in {at}) touch {}; sleep 600;; esac; echo 'stratos v{NEW}: self-test passed'",
            seen.display()
        );
        let bad = acting(NEW, &install.line(), &act);
        let release = Published::new(NEW).binary(&label(), bad).write(&install.keys);
        let mut running = install.from(&release).args(["--timeout", "100s"]).spawn();
        while !seen.exists() && !running.ended() {
            std::thread::sleep(Duration::from_millis(2));
        }
        Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
        let run = running.finish().fails("interrupted", 130);
        let said = if at == "*.new" {
            ".new, and the next `stratos upgrade` goes on"
        } else {
            "the old one is back"
        };
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert_eq!(install.reports(), OLD);
        let good = Published::new(NEW).binary(&label(), script(NEW, &install.line())).write(&install.keys);
        install.from(&good).run().exits(0);
        install.is_upgraded();
    }
}
