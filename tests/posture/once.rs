//! One test, alone, in a process of its own.

use crate::{find::Test, root};
use std::{
    io::Read,
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

/// No test comes near it; a fault that makes one hang is no proof, and must not hold the check.
const BOUND: Duration = Duration::from_secs(120);

/// How a run ended.
pub enum Ended {
    Passed,
    Failed,
    NotRun,
}

/// Runs the test under this fault. Without one the variable names a fault that nobody planted: it alone breaks nothing.
pub fn run(test: &Test<'_>, fault: Option<&str>) -> Result<Ended, String> {
    let mut command = Command::new(test.program);
    command.args([test.name.as_str(), "--exact"]).current_dir(root());
    command.env("STRATOS_PLANT", fault.unwrap_or("none"));
    // What fails on purpose leaves no notes behind, and need not be made small.
    command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1").env("PROPTEST_MAX_SHRINK_ITERS", "1");
    command.env("INSTA_UPDATE", "no").env_remove("RUST_BACKTRACE");
    let (passed, failed) = counts(&output(command)?);
    Ok(match (passed, failed) {
        (1, 0) => Ended::Passed,
        (0, 1) => Ended::Failed,
        _ => Ended::NotRun,
    })
}

/// The numbers of `test result: ok. 1 passed; 0 failed; …`; none where the process died, which is no verdict.
fn counts(output: &str) -> (u32, u32) {
    let Some(line) = output.lines().rev().find(|line| line.starts_with("test result: ")) else {
        return (0, 0);
    };
    let before = |word: &str| {
        let number = line.split(word).next()?.trim_end().rsplit(' ').next()?;
        number.parse().ok()
    };
    (before("passed").unwrap_or(0), before("failed").unwrap_or(0))
}

fn output(mut command: Command) -> Result<String, String> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stdout.read_to_string(&mut text);
        let _ = sender.send(text);
    });
    let text = receiver.recv_timeout(BOUND);
    if text.is_err() {
        end(&mut child);
    }
    child.wait().unwrap();
    text.map_err(|_| format!("did not end within {} s", BOUND.as_secs()))
}

/// The test, and whatever it started.
fn end(child: &mut std::process::Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
}
