//! `stratos purge`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Invalidate cache by URL, tag, or wholesale.
#[derive(Debug, clap::Args)]
pub struct Purge {}

/// The report of `purge`.
pub struct Done;

impl Command for Purge {
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
