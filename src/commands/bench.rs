//! `stratos bench`

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::Report,
};
use serde_json::Value;

/// Sampled-request latency benchmark.
#[derive(Debug, clap::Args)]
pub struct Bench {}

/// The report of `bench`.
pub struct Done;

impl Command for Bench {
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
