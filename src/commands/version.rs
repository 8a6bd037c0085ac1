//! `stratos version`

use crate::{
    command::Command,
    context::Context,
    error::Result,
    report::{Page, Report, Style},
};
use serde_json::{Value, json};
use std::io;

/// Print the version of this binary
#[derive(Debug, clap::Args)]
pub struct Version {}

/// `stratos v0.1.0`
pub struct Versioned;

impl Command for Version {
    type Report = Versioned;

    fn run(self, _: &mut Context<'_>) -> Result<Versioned> {
        Ok(Versioned)
    }
}

impl Report for Versioned {
    fn value(&self) -> Value {
        json!(env!("CARGO_PKG_VERSION"))
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        writeln!(page.out, "stratos v{}", env!("CARGO_PKG_VERSION"))
    }

    fn style(&self) -> Style {
        Style::Text
    }
}
