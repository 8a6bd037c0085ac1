//! `stratos init`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// First-run setup of a profile.
#[derive(Debug, clap::Args)]
pub struct Init {}

/// The report of `init`.
pub struct Done;

impl Command for Init {
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
