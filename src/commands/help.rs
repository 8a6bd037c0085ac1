//! `stratos help`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Print root or per-command help.
#[derive(Debug, clap::Args)]
pub struct Help {}

/// The report of `help`.
pub struct Done;

impl Command for Help {
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
