//! `stratos completion`: scripts made from the command line itself; `--json` keeps the Node CLI's.

mod first_level;

use super::cli;
use crate::{
    command::Command,
    context::Context,
    error::Result,
    report::{Page, Report, Style},
};
use clap_complete::Shell;
use serde_json::Value;
use std::io;

/// Emit a shell completion script
///
/// The script completes commands, subcommands, options and their values. With --json it is the
/// Node CLI's: the first word only, and the names of all its commands.
#[derive(Debug, clap::Args)]
pub struct Completion {
    /// Which shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// A script.
pub struct Script(String);

impl Command for Completion {
    type Report = Script;

    fn run(self, cx: &mut Context<'_>) -> Result<Script> {
        if cx.options.json {
            return first_level::script(self.shell).map(Script);
        }
        Ok(Script(script(self.shell)))
    }
}

/// The script of a shell. It is also what `completions/` holds.
#[must_use]
pub fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli(), "stratos", &mut script);
    String::from_utf8(script).expect("clap writes text")
}

impl Report for Script {
    fn value(&self) -> Value {
        self.0.as_str().into()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.out.write_all(self.0.as_bytes())
    }

    fn style(&self) -> Style {
        Style::Text
    }
}
