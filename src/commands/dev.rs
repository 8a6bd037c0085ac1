//! `stratos dev`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Run the embedded edge in the foreground.
#[derive(Debug, clap::Args)]
pub struct Dev {}

/// The report of `dev`.
pub struct Done;

impl Command for Dev {
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
