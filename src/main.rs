//! Parse, build the Context, run one entry, render, exit.

use std::process::ExitCode;
use stratos::{
    cli::{self, World},
    context::{self, Env, Own, SystemClock, Terminals},
    release::Trust,
};

fn main() -> ExitCode {
    cli::catch_panics();
    context::ready_process();
    let env = Env::of_process();
    let terminals = Terminals::of_process(&env);
    let world = World {
        env: &env,
        clock: &SystemClock,
        terminals,
        input: &mut context::input(),
        output: context::output(terminals.stdout),
        trust: &Trust::compiled_in(),
        own: &Own::of_process(),
    };
    ExitCode::from(cli::run(std::env::args_os().skip(1).collect(), world))
}
