//! `stratos demo`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// See it all work against the embedded edge.
#[derive(Debug, clap::Args)]
pub struct Demo {}

/// The report of `demo`.
pub struct Done;

impl Command for Demo {
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
