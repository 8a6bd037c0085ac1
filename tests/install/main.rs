//! install/install.sh under dash, bash and busybox ash, with GNU's programs and with busybox's alone, from
//! folders and from a local https server; and install/install.ps1, read by a grammar of PowerShell.
//! A trial is ignored, with the missing package's name, where its program is not installed;
//! `STRATOS_REQUIRE_EDGE=1` makes that a failure.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
#[cfg(unix)]
mod common;

#[cfg(unix)]
mod copy;
#[cfg(unix)]
mod destination;
#[cfg(unix)]
mod download;
#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod fresh;
mod powershell;
#[cfg(unix)]
mod script;
#[cfg(unix)]
mod signature;
#[cfg(unix)]
mod uninstall;
#[cfg(unix)]
mod world;

use libtest_mimic::{Arguments, Failed, Trial};

/// What a trial needs: a program, and the package that brings it.
type Needs = &'static [(&'static str, &'static str)];

/// One row a trial: its name, what it needs, and its body.
type Row = (&'static str, Needs, fn());

#[cfg(unix)]
const ROOMS: &[&[Row]] = &[
    fresh::TRIALS,
    faults::TRIALS,
    signature::TRIALS,
    download::TRIALS,
    destination::TRIALS,
    uninstall::TRIALS,
    powershell::TRIALS,
    script::TRIALS,
];
#[cfg(not(unix))]
const ROOMS: &[&[Row]] = &[powershell::TRIALS];

/// The trial that builds a release: minutes, which the hosted checks take and a developer's run does not.
const SOURCE: &str = "a_build_from_source_runs_the_demo";

fn main() {
    let arguments = Arguments::from_args();
    let required = std::env::var_os("STRATOS_REQUIRE_EDGE").is_some_and(|value| value == "1");
    let rows = ROOMS.iter().flat_map(|room| room.iter());
    let skipped =
        if std::env::var_os("STRATOS_TEST_SOURCE").is_some_and(|value| value == "1") { "" } else { SOURCE };
    let trials = rows.map(|&(name, needs, body)| match needs.iter().find(|(program, _)| !present(program)) {
        // No package gives that right.
        Some(&(program, _)) if program == MOUNTS => {
            Trial::test(format!("{name} (needs the right to mount)"), move || done(body))
                .with_ignored_flag(true)
        }
        None if name == skipped => {
            Trial::test(format!("{name} (needs STRATOS_TEST_SOURCE=1)"), move || done(body))
                .with_ignored_flag(true)
        }
        None => Trial::test(name, move || done(body)),
        Some((_, package)) if required => {
            Trial::test(name, move || Err(format!("{package} is not installed").into()))
        }
        Some((_, package)) => {
            Trial::test(format!("{name} (needs {package})"), move || done(body)).with_ignored_flag(true)
        }
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn done(body: fn()) -> Result<(), Failed> {
    body();
    Ok(())
}

/// A mount table of one's own, which containers may be forbidden to have.
const MOUNTS: &str = "unshare -rm true";

#[cfg(unix)]
fn present(program: &str) -> bool {
    if program == MOUNTS {
        return std::process::Command::new("unshare")
            .args(["-rm", "true"])
            .output()
            .is_ok_and(|run| run.status.success());
    }
    world::found(program).is_some()
}

#[cfg(not(unix))]
fn present(_: &str) -> bool {
    false
}
