//! `stratos security posture`: what is promised, how far, and what proves it, as SECURITY.md has it.

mod table;

pub use table::{Row, State, rows};

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, wrapped},
};
use serde_json::{Value, json};
use std::io;

/// The document that this binary was built with.
pub const DOCUMENT: &str = include_str!("../../../SECURITY.md");

/// Examples for its help.
pub const EXAMPLES: &str = "  stratos security posture\n  stratos security posture --state shipped --state partial\n  \
                            stratos security posture --json --filter '.[].capability'";

/// What is promised, how far, and what proves it.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true)]
pub struct Security {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print the posture table of SECURITY.md: capability, state, evidence
    Posture {
        /// Only the lines of this state; repeatable
        #[arg(long, value_name = "STATE", value_enum)]
        state: Vec<State>,
    },
}

/// The lines that were asked for.
pub struct Posture(Vec<Row<'static>>);

impl Command for Security {
    type Report = Posture;

    fn run(self, _: &mut Context<'_>) -> Result<Posture> {
        let Some(Verb::Posture { state }) = self.verb else {
            return Err(Error::Usage("security wants a verb: posture".into()));
        };
        let rows = rows(DOCUMENT).into_iter();
        Ok(Posture(rows.filter(|row| state.is_empty() || state.contains(&row.state)).collect()))
    }
}

impl Report for Posture {
    fn value(&self) -> Value {
        self.0.iter().map(row).collect()
    }

    /// Names of tests are longer than a column: a line of the table is a paragraph here.
    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for row in &self.0 {
            let state = page.painted(shade(row.state), row.state.name());
            let gap = " ".repeat(10 - row.state.name().len());
            wrapped(page, &format!("{state}{gap}"), "          ", &row.capability)?;
            match row.tests().as_slice() {
                [] => wrapped(page, "            ", "            ", &row.evidence)?,
                tests => tests.iter().try_for_each(|(test, _)| writeln!(page.out, "            {test}"))?,
            }
        }
        Ok(())
    }
}

fn row(row: &Row<'_>) -> Value {
    let mut value = json!({
        "capability": row.capability,
        "state": row.state.name(),
        "evidence": row.evidence,
    });
    if !row.faults.is_empty() {
        value["fault"] = row.faults.join(", ").into();
    }
    value
}

/// Green is proved, yellow is missing something.
const fn shade(state: State) -> &'static str {
    match state {
        State::Enforced => "32",
        State::Shipped => "36",
        State::Beta | State::Partial => "33",
    }
}
