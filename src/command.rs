//! The shape of a subcommand: arguments that clap parses, a `run` that returns a report, and a
//! row in the table from which help, schema, completions and (later) MCP tools are made.

use crate::{
    context::Context,
    error::{Error, Result},
    report::Report,
};
use clap::{ArgMatches, Args};

/// A subcommand. Its arguments are its fields; their docs are the help.
pub trait Command: Args + Sized {
    /// What it answers with.
    type Report: Report + 'static;

    /// Resolves, calls a room, returns the report. Prints nothing but streams.
    fn run(self, cx: &mut Context<'_>) -> Result<Self::Report>;
}

/// One row of the command table.
pub struct Entry {
    /// The word after `stratos`.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Exit codes it declares, ascending.
    pub exits: &'static [u8],
    /// The version that brought it.
    pub since: &'static str,
    /// Worked examples for the end of its help.
    pub examples: &'static str,
    /// Adds its arguments.
    pub augment: fn(clap::Command) -> clap::Command,
    /// Parses them and runs it.
    pub run: fn(&ArgMatches, &mut Context<'_>) -> Result<Box<dyn Report>>,
}

impl Entry {
    /// A command of the shell only.
    #[must_use]
    pub const fn cli<C: Command>(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            exits: &[0, 64],
            since: "0.1.0",
            examples: "",
            augment: C::augment_args,
            run: run::<C>,
        }
    }

    /// Declares its exit codes.
    #[must_use]
    pub const fn exits(self, exits: &'static [u8]) -> Self {
        Self { exits, ..self }
    }

    /// Names the version that brought it.
    #[must_use]
    pub const fn since(self, since: &'static str) -> Self {
        Self { since, ..self }
    }

    /// Adds worked examples to its help.
    #[must_use]
    pub const fn examples(self, examples: &'static str) -> Self {
        Self { examples, ..self }
    }

    /// The clap command of this row; its arguments are added when somebody asks for it.
    #[must_use]
    pub fn clap(&self) -> clap::Command {
        let exits: Vec<String> = self.exits.iter().map(u8::to_string).collect();
        let mut foot = format!("Exit codes: {}\nGlobal options: see \"stratos help\"", exits.join(", "));
        if !self.examples.is_empty() {
            foot = format!("Examples:\n{}\n\n{foot}", self.examples);
        }
        clap::Command::new(self.name).about(self.summary).after_help(foot).defer(self.augment)
    }
}

fn run<C: Command>(matches: &ArgMatches, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
    let command = C::from_arg_matches(matches).map_err(|error| Error::Usage(error.to_string()))?;
    Ok(Box::new(command.run(cx)?))
}
