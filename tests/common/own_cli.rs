//! A test binary that is the CLI itself, with keys of the test's own. Started again with [`KEYS`] set, it
//! runs its arguments as `stratos` would, and trusts those keys and no other.

use super::runner::{Runner, program};
use std::{ffi::OsStr, process::ExitCode};
use stratos::{
    cli::{self, World},
    context::{self, Env, Own, SystemClock, Terminals},
    release::Trust,
};

/// The lines of a keys.txt; empty for a build without any.
pub const KEYS: &str = "STRATOS_TEST_AS_CLI";

/// `VERSION FILE`: what the CLI takes for its own version and binary, where a script stands for it.
pub const OWN: &str = "STRATOS_TEST_OWN";

fn posing() -> Option<Own> {
    let own = std::env::var(OWN).ok()?;
    let (version, binary) = own.split_once(' ').expect("a version and a file");
    Some(Own { binary: Some(binary.into()), version: version.parse().expect("a version") })
}

/// Call it first in `main`: where this process was started as the CLI, its exit code.
pub fn answer() -> Option<ExitCode> {
    let keys = std::env::var(KEYS).ok()?;
    let trust = Trust::parse(&keys).expect("the test's keys can be read");
    cli::catch_panics();
    context::ready_process();
    let env = Env::of_process();
    let own = posing().unwrap_or_else(Own::of_process);
    let terminals = Terminals::of_process(&env);
    let world = World {
        env: &env,
        clock: &SystemClock,
        terminals,
        input: &mut context::input(),
        output: context::output(terminals.stdout),
        trust: &trust,
        own: &own,
    };
    Some(ExitCode::from(cli::run(std::env::args_os().skip(1).collect(), world)))
}

/// The CLI with these keys and arguments, its environment cleared.
pub fn trusting<I, S>(keys: &str, args: I) -> Runner
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    program(std::env::current_exe().unwrap(), args).env(KEYS, keys)
}
