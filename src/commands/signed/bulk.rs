//! What minting and verifying lists share: jobs, and the account of bad lines.

use crate::{
    context::Context,
    error::{Error, Result},
    progress::Progress,
    sign::lines::{Bulk, Tally},
};
use std::sync::Mutex;

/// How many threads.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Jobs {
    /// Threads for a list on stdin (default 1); order is kept
    #[arg(long, value_name = "N", help_heading = "Lists", allow_hyphen_values = true)]
    pub jobs: Option<String>,
}

impl Jobs {
    /// The bulk room's settings.
    pub fn bulk(&self, keep_blank: bool, fail_fast: bool) -> Result<Bulk> {
        let jobs = match self.jobs.as_deref() {
            None => 1,
            Some(text) => text.parse().ok().filter(|jobs| (1..=256).contains(jobs)).ok_or_else(|| {
                Error::Usage(format!("--jobs {text:?} is not a number of threads; give 1 to 256"))
            })?,
        };
        Ok(Bulk { jobs, keep_blank, fail_fast, ..Bulk::default() })
    }
}

/// Takes stdin for the list, and says so to somebody who may be waiting for an answer.
pub fn claim(cx: &mut Context<'_>) -> Result<()> {
    cx.claim_stdin("the list")?;
    if cx.interactive {
        cx.console.info("reading the list from the terminal, one a line; Ctrl-D ends it");
    }
    Ok(())
}

/// Appends one CSV record without its line end.
pub fn csv_line(cells: &[&str], out: &mut Vec<u8>) {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let written = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok());
    let line = written.expect("memory takes every record");
    out.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(&line));
}

/// Progress on stderr, moved from whichever thread writes. On a terminal the lines themselves show it.
pub struct Watch<'a>(Option<Mutex<(Progress<'a>, u64)>>);

impl<'a> Watch<'a> {
    /// Of a list whose length is not known.
    pub fn start(cx: &Context<'a>, what: &'static str) -> Self {
        Self((!cx.terminal).then(|| Mutex::new((cx.progress(what, None), 0))))
    }

    /// So many lines are done.
    pub fn at(&self, lines: u64) {
        if let Some(mut kept) = self.0.as_ref().and_then(|kept| kept.lock().ok()) {
            let steps = lines.saturating_sub(kept.1);
            kept.1 = lines;
            kept.0.add(steps);
        }
    }
}

/// Reports the bad lines (or records, as `unit` says) by number, 20 at most, and fails when there were any.
pub fn failed(tally: &Tally, unit: &str, done: &str, cx: &Context<'_>) -> Result<()> {
    if tally.lines == 0 {
        cx.console.info(format!("stdin was empty; nothing was {done}"));
        return Ok(());
    }
    for (line, problem) in &tally.failures {
        cx.console.warn(format!("{unit} {line}: {problem}"));
    }
    let told = u64::try_from(tally.failures.len()).unwrap_or(u64::MAX);
    let untold = tally.failed.saturating_sub(told);
    if untold > 0 {
        cx.console.warn(format!("and {untold} more bad {unit}s"));
    }
    match (tally.failed, tally.stopped) {
        (0, _) => Ok(()),
        (_, true) => Err(Error::Data(format!(
            "stopped at {unit} {}, which is bad; mend it, or leave out --fail-fast",
            tally.lines
        ))),
        (bad, false) => Err(Error::Data(format!(
            "{bad} of {} {unit}s {} bad and {} not {done}; mend {} and run again",
            tally.lines,
            if bad == 1 { "was" } else { "were" },
            if bad == 1 { "was" } else { "were" },
            if bad == 1 { "it" } else { "them" },
        ))),
    }
}
