//! `stratos man`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Print the manual page.
#[derive(Debug, clap::Args)]
pub struct Man {}

/// The report of `man`.
pub struct Done;

impl Command for Man {
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
