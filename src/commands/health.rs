//! `stratos health`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Liveness probe and edge diagnostics.
#[derive(Debug, clap::Args)]
pub struct Health {}

/// The report of `health`.
pub struct Done;

impl Command for Health {
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
