//! Releases that the tests sign with keys of their own. This binary is the CLI too (see `own_cli`), since
//! the real one trusts only the keys that were compiled in.
//! A trial is ignored, with the missing package's name, where its program is not installed;
//! `STRATOS_REQUIRE_EDGE=1` makes that a failure.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
mod common;

mod files;
mod minisign;
mod own;

use common::{
    own_cli,
    published::{Keys, Published},
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::{Command, ExitCode, Stdio};

/// What a trial needs: a program of the same name as its package.
type Needs = Option<&'static str>;

/// One row a trial: its name, what it needs, and its body.
type Row = (&'static str, Needs, fn());

const ROOMS: &[&[Row]] = &[files::TRIALS, own::TRIALS, minisign::TRIALS];

fn main() -> ExitCode {
    if let Some(code) = own_cli::answer() {
        return code;
    }
    let required = std::env::var_os("STRATOS_REQUIRE_EDGE").is_some_and(|value| value == "1");
    let rows = ROOMS.iter().flat_map(|room| room.iter());
    let trials = rows.map(|&(name, needs, body)| match needs.filter(|program| !present(program)) {
        None => Trial::test(name, move || passed(body)),
        Some(package) if required => {
            Trial::test(name, move || Err(format!("{package} is not installed").into()))
        }
        Some(package) => {
            Trial::test(format!("{name} (needs {package})"), move || passed(body)).with_ignored_flag(true)
        }
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// A body fails by a panic.
fn passed(body: fn()) -> Result<(), Failed> {
    body();
    Ok(())
}

fn present(program: &str) -> bool {
    Command::new(program).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Four small files, one of each sort that is checked in its own way.
fn sample() -> Published {
    Published::new("0.1.0")
        .binary("x86_64-unknown-linux-musl", "#!/bin/sh\necho stratos v0.1.0\n")
        .file(
            "stratos-0.1.0-x86_64-unknown-linux-musl.cdx.json",
            "sbom",
            Some("x86_64-unknown-linux-musl"),
            "{}\n",
        )
        .file("stratos.1", "man", None, ".TH STRATOS 1\n")
        .file("install.sh", "installer", None, "exit 1\n")
}

/// A line of keys.txt with this key alone.
fn current(keys: &Keys) -> String {
    keys.line("current")
}
