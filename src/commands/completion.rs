//! `stratos completion`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Emit a shell completion script.
#[derive(Debug, clap::Args)]
pub struct Completion {}

/// The report of `completion`.
pub struct Done;

impl Command for Completion {
    type Report = Done;

    fn run(self, _: &mut Context<'_>) -> Result<Done> {
        Err(Error::Software("being written".into()))
    }
}

impl Report for Done {
    fn value(&self) -> Value {
        Value::Null
    }
}
