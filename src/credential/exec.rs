//! `exec:CMD`: what a command prints, run without a shell, with no input and little time.

use super::{BOUND, too_long};
use crate::{
    child::{self, Bounds, Ended},
    clock::Clock,
    error::{Error, Result},
};
use std::{io::ErrorKind, process::Command, time::Duration};

const LIMIT: Duration = Duration::from_secs(10);

pub(super) fn run(words: &[String], source: &str, clock: &dyn Clock) -> Result<Vec<u8>> {
    let (program, arguments) = words.split_first().expect("the parser wants a word");
    let bounds = Bounds { time: LIMIT, output: BOUND, group: false };
    let ended = child::run(Command::new(program).args(arguments), bounds, clock);
    let ended = ended.map_err(|error| {
        let text = format!("{source} runs {program}, which cannot be started: {error}");
        match error.kind() {
            ErrorKind::NotFound => Error::InputMissing(text + "; install it, or give its path"),
            _ => Error::Unavailable(text),
        }
    })?;
    match ended? {
        Ended::Done { status, out, .. } if status.success() => Ok(out),
        Ended::Done { status, out, err } => Err(Error::Unavailable(format!(
            "{source} runs {program}, which failed ({status}){}; try it by hand",
            said(&err, &out)
        ))),
        Ended::Late => Err(Error::Unavailable(format!(
            "{source} runs {program}, which did not end within {} s; try it by hand",
            LIMIT.as_secs()
        ))),
        Ended::TooMuch => Err(too_long(source)),
    }
}

/// The first line of what it complained about, without what it printed as the secret.
fn said(stderr: &[u8], stdout: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let printed = String::from_utf8_lossy(stdout);
    let line = text.trim().lines().next().unwrap_or_default().to_owned();
    let seen = |secret: &&str| !secret.is_empty() && !planted!("complaint-tells-the-secret");
    let secrets = printed.lines().map(str::trim).filter(seen);
    let line = secrets.fold(line, |line, secret| line.replace(secret, "(redacted)"));
    let line: String = line.chars().take(200).collect();
    if line.is_empty() { line } else { format!(": {line}") }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::run;
    use crate::{clock::Clock, error::Result};
    use std::{
        sync::atomic::{AtomicU64, Ordering},
        time::Duration,
    };

    /// Each wait lasts a moment, and is taken for as long as the clock says.
    struct Hasty(u64, AtomicU64);

    impl Clock for Hasty {
        fn now(&self) -> Result<Duration> {
            Ok(Duration::ZERO)
        }

        fn elapsed(&self) -> Duration {
            Duration::from_millis(self.1.load(Ordering::Relaxed))
        }

        fn sleep(&self, _: Duration) -> Result<()> {
            self.1.fetch_add(self.0, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(5));
            Ok(())
        }

        fn draw(&self, ceiling: Duration) -> Duration {
            ceiling
        }

        fn fill(&self, _: &mut [u8]) {}
    }

    fn shell(script: &str, step: u64) -> Result<Vec<u8>> {
        let words = ["sh", "-c", script].map(str::to_owned);
        run(&words, "--key", &Hasty(step, AtomicU64::new(0)))
    }

    #[test]
    fn it_gives_what_the_command_printed() {
        assert_eq!(shell("printf 'k\\n'", 0).unwrap(), b"k\n");
        assert_eq!(shell("cat", 0).unwrap(), b"", "stdin is empty");
        assert_eq!(shell("echo noise >&2; echo k", 0).unwrap(), b"k\n");
    }

    #[test]
    fn a_failure_shows_the_complaint_without_the_secret() {
        let error = shell("echo hunter2; echo locked: hunter2 >&2; exit 3", 0).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.facts().exit, 69);
        assert!(text.contains("locked: (redacted)") && !text.contains("hunter2"), "{text}");
        let missing = run(&["/nosuch/program".to_owned()], "--key", &Hasty(0, AtomicU64::new(0)));
        assert_eq!(missing.unwrap_err().facts().exit, 66);
    }

    #[test]
    fn a_command_that_does_not_end_is_given_up() {
        let clock = Hasty(1000, AtomicU64::new(0));
        let words = ["sleep", "600"].map(str::to_owned);
        let error = run(&words, "--key", &clock).unwrap_err();
        assert!(error.to_string().contains("10 s"), "{error}");
        assert_eq!(clock.elapsed(), Duration::from_secs(10));
        // A grandchild that keeps the pipe open does not hold us either.
        assert!(shell("sleep 1 & echo k", 1000).is_err());
    }

    #[test]
    fn endless_output_is_cut() {
        assert_eq!(shell("exec yes", 0).unwrap_err().facts().name, "too_large");
    }
}
