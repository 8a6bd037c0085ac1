//! `stratos config`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Profile management.
#[derive(Debug, clap::Args)]
pub struct Config {}

/// The report of `config`.
pub struct Done;

impl Command for Config {
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
