//! `version --self-test` of a binary: whether it is whole, and runs on this machine, and as which version.

use crate::{
    child::{self, Bounds, Ended},
    clock::Clock,
    error::{Error, Result},
    progress::clean,
};
use semver::Version;
use std::{path::Path, process::Command, time::Duration};

/// A line is all that is expected.
const OUTPUT: u64 = 4096;

/// How a binary is tried out.
#[derive(Clone, Copy)]
pub struct Trial<'a> {
    /// How long the self-test may take.
    pub time: Duration,
    /// Measures that.
    pub clock: &'a dyn Clock,
}

impl Trial<'_> {
    /// The version that the binary reports once its self-test passed.
    pub fn version(&self, binary: &Path) -> Result<Version> {
        let fails = |why: String| Error::Untrusted(format!("the self-test of {} {why}", binary.display()));
        let bounds = Bounds { time: self.time, output: OUTPUT, group: true };
        let mut command = Command::new(binary);
        let ended = child::run(command.args(["version", "--self-test"]), bounds, self.clock);
        match ended.map_err(|error| fails(format!("cannot be started: {error}")))?? {
            Ended::Done { status, out, .. } if status.success() => read(&out)
                .ok_or_else(|| fails(format!("printed \"{}\" instead of its version", first_line(&out)))),
            Ended::Done { status, err, .. } => Err(fails(match first_line(&err).as_str() {
                "" => format!("failed ({status})"),
                line => format!("failed ({status}): {line}"),
            })),
            Ended::Late => {
                let limit = humantime::format_duration(self.time);
                Err(fails(format!("did not end within {limit} (--timeout sets how long it may take)")))
            }
            Ended::TooMuch => Err(fails("printed without end".to_owned())),
        }
    }

    /// Refuses a binary that does not pass, or passes as another version.
    pub fn passes(&self, binary: &Path, wanted: &Version) -> Result<()> {
        if planted!("untried-binary-stays") {
            return Ok(());
        }
        let found = self.version(binary)?;
        if found == *wanted || planted!("any-version-passes") {
            return Ok(());
        }
        let binary = binary.display();
        Err(Error::Untrusted(format!(
            "the self-test of {binary} reports version {found} instead of {wanted}"
        )))
    }
}

/// `stratos v0.1.0: self-test passed`, that line and nothing else.
fn read(out: &[u8]) -> Option<Version> {
    let line = std::str::from_utf8(out).ok()?.strip_suffix('\n')?;
    line.strip_prefix("stratos v")?.strip_suffix(": self-test passed")?.parse().ok()
}

fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line: String = text.trim().lines().next().unwrap_or_default().chars().take(200).collect();
    clean(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_a_pass_and_nothing_else_is() {
        assert_eq!(read(b"stratos v1.2.3: self-test passed\n"), Some(Version::new(1, 2, 3)));
        for other in [
            "",
            "stratos v1.2.3\n",
            "stratos v1.2.3: self-test passed",
            "stratos v1.2.3: self-test passed\n\n",
            " stratos v1.2.3: self-test passed\n",
            "stratos v1.2: self-test passed\n",
            "stratos v: self-test passed\n",
            "ok\nstratos v1.2.3: self-test passed\n",
        ] {
            assert_eq!(read(other.as_bytes()), None, "{other:?}");
        }
    }
}

#[cfg(all(test, unix))]
mod scripts {
    use super::*;
    use crate::context::SystemClock;
    use std::{fs, os::unix::fs::PermissionsExt};

    fn tried(script: &str, time: Duration) -> Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stratos");
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        // Another test's fork may hold the new file open for a moment.
        let trial = Trial { time, clock: &SystemClock };
        loop {
            match trial.passes(&path, &Version::new(1, 2, 3)) {
                Err(error) if error.to_string().contains("Text file busy") => {}
                other => return other,
            }
        }
    }

    #[test]
    fn a_binary_that_crashes_hangs_or_is_another_is_refused() {
        let long = Duration::from_secs(60);
        tried(
            "#!/bin/sh\n[ \"$*\" = 'version --self-test' ] && echo 'stratos v1.2.3: self-test passed'\n",
            long,
        )
        .unwrap();
        for (script, time, why) in [
            (
                "#!/bin/sh\necho 'stratos v1.2.4: self-test passed'\n",
                long,
                "reports version 1.2.4 instead of 1.2.3",
            ),
            ("#!/bin/sh\necho hello\n", long, "printed \"hello\" instead"),
            ("#!/bin/sh\necho 'no\x1b[31m such library' >&2\nexit 127\n", long, "such library"),
            ("#!/bin/sh\nkill -SEGV $$\n", long, "signal: 11"),
            ("#!/bin/sh\nexec yes\n", long, "printed without end"),
            ("#!/bin/sh\nsleep 600 & sleep 600\n", Duration::from_millis(50), "did not end within 50ms"),
            ("\x7fELF", long, "cannot be started"),
        ] {
            let error = tried(script, time).unwrap_err();
            assert_eq!(error.facts().name, "untrusted_release", "{error}");
            assert!(error.to_string().contains(why) && !error.to_string().contains('\x1b'), "{error}");
        }
    }
}
