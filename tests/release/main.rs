//! Releases that the tests sign with keys of their own. This binary is the CLI too (see `own_cli`), since
//! the real one trusts only the keys that were compiled in.

#[path = "../common/mod.rs"]
mod common;

use common::own_cli;
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

/// One row a trial: its name, and its body.
type Row = (&'static str, fn() -> Result<(), Failed>);

#[rustfmt::skip]
const TRIALS: &[Row] = &[
    ("the_test_is_the_cli", the_test_is_the_cli),
];

fn main() -> ExitCode {
    if let Some(code) = own_cli::answer() {
        return code;
    }
    let trials = TRIALS.iter().map(|&(name, body)| Trial::test(name, body));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn the_test_is_the_cli() -> Result<(), Failed> {
    let run = own_cli::trusting("", ["version"]).run().exits(0);
    assert_eq!(run.stdout(), format!("stratos v{}\n", env!("CARGO_PKG_VERSION")));
    Ok(())
}
