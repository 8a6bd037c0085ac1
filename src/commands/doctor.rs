//! `stratos doctor`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Environment and reachability diagnostics.
#[derive(Debug, clap::Args)]
pub struct Doctor {}

/// The report of `doctor`.
pub struct Done;

impl Command for Doctor {
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
