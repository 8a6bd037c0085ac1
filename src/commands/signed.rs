//! `stratos signed`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Mint, verify and inspect signed URLs, offline.
#[derive(Debug, clap::Args)]
pub struct Signed {}

/// The report of `signed`.
pub struct Done;

impl Command for Signed {
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
