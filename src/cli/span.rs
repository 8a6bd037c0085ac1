//! The span of a command, for those who asked for one.

use crate::{context::Context, error::Result, http::otlp::Span, secret::Secret};
use clap::ArgMatches;
use std::time::Duration;

/// The commands that talk to a CDN. All others work offline, and stay so with an endpoint set.
const TRACED: &[&str] = &["health", "purge", "doctor", "bench"];

/// A command that is being timed.
pub struct Traced {
    command: &'static str,
    began: Duration,
    headers: Vec<(String, Secret)>,
}

/// Starts the time of a command that may be told about.
pub fn asked(matches: &ArgMatches, command: &'static str, cx: &Context<'_>) -> Result<Option<Traced>> {
    let set = |name: &str| matches.try_get_one::<bool>(name).ok().flatten().is_some_and(|set| *set);
    if !TRACED.contains(&command) || set("dry_run") {
        return Ok(None);
    }
    let headers = cx.span_headers()?;
    // A clock before 1970 ends commands that need it; a span is no reason.
    Ok(cx.clock.now().ok().map(|began| Traced { command, began, headers }))
}

impl Traced {
    /// Tells how it ended. The result is out by then: nobody waits for the span to read it.
    pub fn end(self, result: &Result<u8>, cx: &mut Context<'_>) {
        let _ = cx.output.flush();
        let exit = match result {
            Ok(code) => *code,
            Err(error) => error.facts().exit,
        };
        let ended = cx.clock.now().unwrap_or(self.began);
        cx.export(&Span { command: self.command, exit, times: (self.began, ended) }, &self.headers);
    }
}
