//! Parse, build the Context, run one entry, render, exit.

use std::process::ExitCode;
use stratos::{
    cli::{self, World},
    context::{self, Env, SystemClock, Terminals},
};

fn main() -> ExitCode {
    cli::catch_panics();
    context::ready_process();
    let world = World {
        env: &Env::of_process(),
        clock: &SystemClock,
        terminals: Terminals::of_process(),
        input: &mut context::input(),
        output: context::output(),
    };
    ExitCode::from(cli::run(std::env::args_os().skip(1).collect(), world))
}
