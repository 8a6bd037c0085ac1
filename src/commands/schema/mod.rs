//! `stratos schema`: the Node CLI's catalogue as its scripts know it, and with `--v2` this binary's.

pub mod node;
mod own;

use crate::{command::Command, commands::COMMANDS, context::Context, error::Result, report::Report};
use serde_json::Value;

/// Emit a machine-readable command catalogue
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// Describe this binary: commands, options, exits, error types, verdicts, variables
    #[arg(long)]
    v2: bool,
    /// Ignored, as the Node CLI does
    #[arg(hide = true)]
    rest: Vec<String>,
}

/// A catalogue.
pub struct Catalogue {
    document: Value,
}

impl Command for Schema {
    type Report = Catalogue;

    fn run(self, cx: &mut Context<'_>) -> Result<Catalogue> {
        if self.v2 {
            return Ok(Catalogue { document: own::document() });
        }
        let absent: Vec<_> = node::ROWS.iter().map(|row| row.name).filter(|name| !built(name)).collect();
        cx.console.info(format!(
            "this is the Node CLI's catalogue; not in this version: {}; `stratos schema --v2` describes this binary",
            absent.join(" ")
        ));
        Ok(Catalogue { document: node::document() })
    }
}

fn built(name: &str) -> bool {
    COMMANDS.iter().any(|entry| entry.name == name)
}

impl Report for Catalogue {
    fn value(&self) -> Value {
        self.document.clone()
    }

    fn lines(&self) -> Value {
        self.document["commands"].clone()
    }
}
