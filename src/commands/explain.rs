//! `stratos explain`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Look up what a code, status, type, verdict or pasted response means.
#[derive(Debug, clap::Args)]
pub struct Explain {}

/// The report of `explain`.
pub struct Done;

impl Command for Explain {
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
