//! Time: of a child, and of work in memory. On a shared machine the CPU time of a child says more than the clock,
//! and the quickest of many short stretches more than their sum.

use std::{fs, process::Command, time::Instant};

/// What a run took, in seconds.
#[derive(Clone, Copy)]
pub struct Spent {
    /// By the clock.
    pub wall: f64,
    /// On processors, its own work and the system's for it; the clock's time where the system does not say.
    pub cpu: f64,
}

impl Spent {
    /// More than any run takes.
    pub const MOST: Self = Self { wall: f64::MAX, cpu: f64::MAX };

    /// The less of each.
    pub fn least(self, other: Self) -> Self {
        Self { wall: self.wall.min(other.wall), cpu: self.cpu.min(other.cpu) }
    }

    /// For each of so many.
    pub fn each(self, count: usize) -> Self {
        Self { wall: self.wall / count as f64, cpu: self.cpu / count as f64 }
    }
}

/// Runs a command to its end, which must be a good one.
pub fn run(mut command: Command) -> Spent {
    let begin = Instant::now();
    let mut child = command.spawn().expect("the program starts");
    let ended = ended(child.id());
    let wall = begin.elapsed().as_secs_f64();
    let cpu = ended.then(|| cpu(child.id())).flatten();
    let status = child.wait().expect("the program ends");
    assert!(status.success(), "{command:?} failed");
    Spent { wall: if ended { wall } else { begin.elapsed().as_secs_f64() }, cpu: cpu.unwrap_or(wall) }
}

/// Waits until the child has ended and leaves its account in place.
#[cfg(unix)]
fn ended(id: u32) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let child = i32::try_from(id).ok().and_then(Pid::from_raw);
    child.is_some_and(|id| waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).is_ok())
}

#[cfg(not(unix))]
fn ended(_: u32) -> bool {
    false
}

/// The processor time of all threads, in hundredths of a second as Linux tells it.
fn cpu(id: u32) -> Option<f64> {
    let account = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<&str> = account.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// Nanoseconds for each step of the quickest stretch.
pub fn quickest(stretches: usize, steps: usize, mut stretch: impl FnMut(usize)) -> f64 {
    let mut least = f64::MAX;
    for at in 0..stretches {
        let begin = Instant::now();
        stretch(at);
        least = least.min(begin.elapsed().as_secs_f64() * 1e9 / steps as f64);
    }
    least
}
