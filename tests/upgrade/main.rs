//! `stratos upgrade` against releases that are signed with keys of the tests' own, over real TLS and from
//! folders and bundles. This binary is the CLI (see `own_cli`); the versions to upgrade from and to are
//! scripts that answer the self-test themselves and hand everything else to it.
//! A trial is ignored, with the reason, where its program or its rights are missing;
//! `STRATOS_REQUIRE_EDGE=1` makes a missing program a failure.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
mod good;
#[cfg(unix)]
mod kill;
#[cfg(unix)]
mod network;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod refused;
#[cfg(unix)]
mod site;
#[cfg(unix)]
mod trace;

use common::own_cli;
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

/// What a trial needs beside a Unix system.
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    /// strace, and leave to use it.
    Strace,
    /// root, to mount a small file system or to be somebody else.
    Root,
}

/// One row a trial: its name, what it needs, and its body.
type Row = (&'static str, Needs, fn());

#[cfg(unix)]
const ROOMS: &[&[Row]] =
    &[good::TRIALS, refused::TRIALS, network::TRIALS, place::TRIALS, kill::TRIALS, trace::TRIALS];
#[cfg(not(unix))]
const ROOMS: &[&[Row]] = &[];

fn main() -> ExitCode {
    if let Some(code) = own_cli::answer() {
        return code;
    }
    let required = std::env::var_os("STRATOS_REQUIRE_EDGE").is_some_and(|value| value == "1");
    let rows = ROOMS.iter().flat_map(|room| room.iter());
    let trials = rows.map(|&(name, needs, body)| match missing(needs) {
        None => Trial::test(name, move || done(body)),
        Some("strace") if required => Trial::test(name, || Err("strace is not installed".into())),
        Some(what) => {
            Trial::test(format!("{name} (needs {what})"), move || done(body)).with_ignored_flag(true)
        }
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Its assertions panic; coming back is passing.
fn done(body: fn()) -> Result<(), Failed> {
    body();
    Ok(())
}

fn missing(needs: Needs) -> Option<&'static str> {
    match needs {
        Needs::Nothing => None,
        #[cfg(unix)]
        Needs::Strace => (!trace::works()).then_some("strace"),
        #[cfg(unix)]
        Needs::Root => (!place::may_mount()).then_some("root"),
        #[cfg(not(unix))]
        _ => Some("unix"),
    }
}
