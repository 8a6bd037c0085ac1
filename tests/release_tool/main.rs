//! install/release in copies of the repository: what it refuses, what it writes, and (under
//! `STRATOS_TEST_RELEASE=1`, which `.ci/run` sets) that two builds in two places give the same bytes.
//! A trial is ignored, with the missing package's name, where its program is not installed;
//! `STRATOS_REQUIRE_EDGE=1` makes that a failure.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
mod common;

mod built;
mod checked;
mod copy;
mod made;
mod tampered;
mod workflows;

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::{Command, ExitCode, Stdio};

/// One row a trial: its name, and its body.
pub type Row = (&'static str, fn() -> Result<(), Failed>);

/// The programs that the tool wants, and their packages.
const NEEDS: &[(&str, &str)] = &[("python3", "python3"), ("git", "git"), ("minisign", "minisign")];

/// The tables of the files beside this one.
const ROOMS: &[&[Row]] = &[checked::TRIALS, made::TRIALS, tampered::TRIALS, workflows::TRIALS];

fn main() -> ExitCode {
    if let Some(code) = common::own_cli::answer() {
        return code;
    }
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| value == "1");
    let missing = NEEDS.iter().find(|(program, _)| !there(program)).map(|(_, package)| *package);
    let trial = |&(name, body): &Row| match missing {
        None => Trial::test(name, body),
        Some(package) if set("STRATOS_REQUIRE_EDGE") => {
            Trial::test(name, move || Err(format!("{package} is not installed").into()))
        }
        Some(package) => Trial::test(format!("{name} (needs {package})"), body).with_ignored_flag(true),
    };
    let mut trials: Vec<Trial> = ROOMS.iter().flat_map(|room| room.iter()).map(trial).collect();
    let quick = !set("STRATOS_TEST_RELEASE");
    trials.extend(built::TRIALS.iter().map(|row| trial(row).with_ignored_flag(quick)));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    copy::clear();
    built::clear();
    conclusion.exit_code()
}

fn there(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(if program == "minisign" { "-v" } else { "--version" });
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}
