//! `stratos schema`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Emit a machine-readable command catalogue.
#[derive(Debug, clap::Args)]
pub struct Schema {}

/// The report of `schema`.
pub struct Done;

impl Command for Schema {
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
