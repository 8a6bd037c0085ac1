//! `purge resume [RUN]`: sends what an earlier run left unsent or in doubt.

use super::{
    account::{Keys, Sets},
    ask,
    history::{batches, when},
    job::Job,
    send::{Kept, send},
};
use crate::{
    context::Context,
    error::{Error, Result},
    purge::{
        execute::Order,
        journal::{self, Found, Journal},
    },
    report::Report,
};
use std::path::{Path, PathBuf};

/// The flags of resuming.
#[derive(Debug, clap::Args)]
pub(super) struct Resume {
    /// The run, by its id or the beginning of it, or the path of its journal (default: the only unfinished one)
    #[arg(value_name = "RUN")]
    run: Option<String>,
    /// Send a batch in doubt again also where that is not harmless
    #[arg(long)]
    resend: bool,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    keys: Keys,
}

impl Resume {
    /// Finishes the run.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
        let path = self.path(cx)?;
        let resumed = Journal::resume(&path, cx.clock)?;
        let ours = cx.state_folder().is_ok_and(|folder| path.parent() == Some(folder.as_path()));
        let journal = if ours { resumed.journal.named(&resumed.head.run) } else { resumed.journal };
        cx.assume_profile(&resumed.head.profile);
        let profile = cx.profile()?;
        let job = Job::of(resumed.plan, &profile, &self.sets.sets, cx)?;
        if resumed.past.entries().iter().all(|entry| entry.fate == journal::Fate::Accepted) {
            cx.console.info("every batch of this run was accepted; there is nothing to send");
        }
        let order = Order { rate, run: resumed.run, past: resumed.past, resend: self.resend };
        Ok(Box::new(send(job, &self.keys, &order, Kept::Old(journal), cx)?))
    }

    fn path(&self, cx: &Context<'_>) -> Result<PathBuf> {
        if let Some(path) = self.run.as_deref().map(Path::new).filter(|path| path.is_file()) {
            return Ok(path.to_owned());
        }
        let (found, broken) = match cx.state_folder().ok() {
            Some(folder) => journal::list(&folder)?,
            None => (Vec::new(), Vec::new()),
        };
        for error in broken {
            cx.console.warn(error.to_string());
        }
        match &self.run {
            Some(run) => named(run, &found),
            None => only(&found),
        }
    }
}

/// The run whose id begins so.
fn named(run: &str, found: &[Found]) -> Result<PathBuf> {
    let near: Vec<&Found> = found.iter().filter(|found| found.head.run.starts_with(run)).collect();
    match near[..] {
        [one] => Ok(one.path.clone()),
        [] => Err(Error::InputMissing(format!("there is no run {run:?}; see `stratos purge history`"))),
        _ => Err(Error::Usage(format!("{run:?} begins the id of {} runs; write more of it", near.len()))),
    }
}

/// The only unfinished run.
fn only(found: &[Found]) -> Result<PathBuf> {
    let open: Vec<&Found> = found.iter().filter(|found| !found.past.finished()).collect();
    match open[..] {
        [one] => Ok(one.path.clone()),
        [] => Err(Error::InputMissing(
            "there is no unfinished run; `stratos purge history` lists them all".into(),
        )),
        _ => {
            let line = |found: &&Found| {
                let Found { head, past, .. } = found;
                format!("{} ({}, {}, {})", head.run, when(head), head.provider, batches(past))
            };
            let list: Vec<String> = open.iter().map(line).collect();
            Err(Error::Usage(format!("several runs are unfinished; name one of {}", list.join(", "))))
        }
    }
}
