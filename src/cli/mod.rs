//! From argv to an exit code: parse, decide the manner of output, run one entry, render, fail.

mod failure;
mod manner;
mod parse;
mod span;

use crate::{
    clock::Clock,
    command::Entry,
    context::{Context, Env, Output, Own, SIGNAL, State, Terminals},
    error::{Error, Result},
    release::Trust,
    report,
};
use clap::ArgMatches;
pub use failure::catch_panics;
use manner::Manner;
use parse::{Asked, Job};
use std::{
    ffi::OsString,
    io::{self, BufRead, Write},
    sync::atomic::Ordering,
};

/// What `main` hands in.
pub struct World<'a> {
    /// The environment.
    pub env: &'a Env,
    /// Time and chance.
    pub clock: &'a dyn Clock,
    /// Who is a terminal.
    pub terminals: Terminals,
    /// stdin.
    pub input: &'a mut (dyn BufRead + Send),
    /// stdout.
    pub output: Output<Box<dyn Write + Send>>,
    /// Whose signatures on releases are believed.
    pub trust: &'a Trust,
    /// What runs.
    pub own: &'a Own,
}

/// Runs the command line (without the program's name) to its exit code.
pub fn run(arguments: Vec<OsString>, mut world: World<'_>) -> u8 {
    let guess = Manner::of_arguments(&arguments, world.env, &world.terminals);
    failure::remember(guess.structured);
    let (manner, result) = match parse::parse(arguments, world.terminals.width) {
        Err(refusal) => return failure::refuse(&refusal, &guess),
        Ok(Asked::Page(page)) => {
            let shown =
                report::render(page.as_ref(), &guess.rendering(), &mut world.output, &guess.console());
            (guess, shown)
        }
        Ok(Asked::Job(job)) => {
            let manner = Manner::of(&job.options, world.env, &world.terminals);
            failure::remember(manner.structured);
            let result = execute(*job, &manner, &mut world);
            (manner, result)
        }
    };
    match settle(result, world.output.finish()) {
        Ok(code) => code,
        Err(error) => failure::fail(&error, &manner),
    }
}

fn execute(job: Job, manner: &Manner, world: &mut World<'_>) -> Result<u8> {
    let mut cx = Context {
        options: job.options,
        env: world.env,
        clock: world.clock,
        console: manner.console(),
        input: &mut *world.input,
        interactive: world.terminals.stdin,
        output: &mut world.output,
        format: manner.format,
        structured: manner.structured,
        asked: manner.asked,
        terminal: manner.terminal,
        bars: manner.bars,
        width: world.terminals.width,
        trust: world.trust,
        own: world.own,
        state: State::default(),
    };
    let traced = span::asked(&job.matches, job.entry.name, &cx)?;
    let result = perform(job.entry, &job.matches, manner, &mut cx);
    if let Some(traced) = traced {
        traced.end(&result, &mut cx);
    }
    result
}

fn perform(entry: &Entry, matches: &ArgMatches, manner: &Manner, cx: &mut Context<'_>) -> Result<u8> {
    if planted!("a-socket-offline") {
        drop(std::net::UdpSocket::bind("127.0.0.1:0"));
    }
    let report = (entry.run)(matches, cx)?;
    let shown = report::render(report.as_ref(), &manner.rendering(), cx.output, &cx.console);
    // A reader that left early must not turn what failed into a success.
    report.failure().map_or(shown, Err)
}

/// What became of stdout and of signals may outrank the command's own word.
fn settle(result: Result<u8>, fault: Option<io::Error>) -> Result<u8> {
    let signal = SIGNAL.load(Ordering::Relaxed);
    match (result, fault) {
        // First: Ctrl-C ends the readers of a pipe too, and that is no quiet end of ours.
        (Err(error), _) if signal != 0 && !matches!(error, Error::Interrupted { .. }) => {
            Err(Error::Interrupted { signal, detail: error.to_string() })
        }
        (Ok(_) | Err(Error::Io(_)), Some(fault)) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        (Ok(_) | Err(Error::Io(_)), Some(fault)) => Err(Error::Io(format!(
            "cannot write the result to stdout: {fault}; mend where it goes and run again"
        ))),
        (result, _) => result,
    }
}
