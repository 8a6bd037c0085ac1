//! `purge resume [RUN]`: sends what an earlier run left unsent or in doubt.

use super::{
    account::{Keys, Sets},
    ask,
    fan::{Again, parts, resume},
    history::{batches, when},
    job::Job,
    prove::Proving,
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
    proving: Proving,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    keys: Keys,
}

impl Resume {
    /// Finishes the run.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
        let (path, found) = self.path(cx)?;
        let own = found.iter().find(|found| found.path.file_name() == path.file_name());
        let parts = own.map_or_else(|| Ok(Vec::new()), |own| parts(own, &found))?;
        if let (Some(own), false) = (own, parts.is_empty()) {
            let name = self.run.clone().unwrap_or_else(|| called(own).to_owned());
            let how = Again {
                sets: &self.sets,
                keys: &self.keys,
                rate,
                resend: self.resend,
                name: &name,
                proving: &self.proving,
            };
            return resume(&parts, &how, cx);
        }
        let resumed = Journal::resume(&path, cx.clock)?;
        let ours = cx.state_folder().is_ok_and(|folder| path.parent() == Some(folder.as_path()));
        let journal = if ours { resumed.journal.named(&resumed.head.run) } else { resumed.journal };
        cx.assume_profile(&resumed.head.profile);
        let profile = cx.profile()?;
        let job = Job::of(resumed.plan, &profile, &self.sets.sets, cx)?;
        if resumed.past.entries().iter().all(|entry| entry.fate == journal::Fate::Accepted) {
            cx.console.info("every batch of this run was accepted; there is nothing to send");
        }
        let proof = self.proving.of_plans(&[&job], cx)?;
        proof.await_origin(cx)?;
        let (run, past, wait) = (resumed.run, resumed.past, proof.wait());
        let order = Order { rate, run, past, resend: self.resend, wait };
        let purged = send(job, &self.keys, &order, Kept::Old(journal), cx)?;
        proof.of_one(purged, cx)
    }

    /// The journal, and those that lie beside it.
    fn path(&self, cx: &Context<'_>) -> Result<(PathBuf, Vec<Found>)> {
        let given = self.run.as_deref().map(Path::new);
        let file = given.filter(|path| path.is_file());
        let folder = match (file, given.filter(|path| path.is_dir())) {
            (Some(file), _) => file.parent().map(Path::to_owned),
            (None, Some(folder)) => Some(folder.to_owned()),
            (None, None) => cx.state_folder().ok(),
        };
        let (found, broken) = match folder {
            Some(folder) if folder.as_os_str().is_empty() => journal::list(Path::new("."))?,
            Some(folder) => journal::list(&folder)?,
            None => (Vec::new(), Vec::new()),
        };
        if let Some(file) = file {
            return Ok((file.to_owned(), found));
        }
        for error in broken {
            cx.console.warn(error.to_string());
        }
        let path = match &self.run {
            Some(run) if !Path::new(run).is_dir() => named(run, &found),
            _ => only(&found),
        };
        Ok((path?, found))
    }
}

/// What a run is called: a command that purges at several accounts has one name for all its runs.
fn called(found: &Found) -> &str {
    found.head.part.as_ref().map_or(&found.head.run, |part| &part.of)
}

/// One of each name.
fn distinct<'f>(found: impl Iterator<Item = &'f Found>) -> Vec<&'f Found> {
    let mut distinct: Vec<&Found> = Vec::new();
    for one in found {
        if distinct.iter().all(|known| called(known) != called(one)) {
            distinct.push(one);
        }
    }
    distinct
}

/// The run whose id begins so.
fn named(run: &str, found: &[Found]) -> Result<PathBuf> {
    let own = |found: &&Found| found.head.run.starts_with(run) || called(found).starts_with(run);
    let near = distinct(found.iter().filter(own));
    match near[..] {
        [one] => Ok(one.path.clone()),
        [] => Err(Error::InputMissing(format!("there is no run {run:?}; see `stratos purge history`"))),
        _ => Err(Error::Usage(format!("{run:?} begins the id of {} runs; write more of it", near.len()))),
    }
}

/// The only unfinished run.
fn only(found: &[Found]) -> Result<PathBuf> {
    let open = distinct(found.iter().filter(|found| !found.past.finished()));
    match open[..] {
        [one] => Ok(one.path.clone()),
        [] => Err(Error::InputMissing(
            "there is no unfinished run; `stratos purge history` lists them all".into(),
        )),
        _ => {
            let line = |found: &&Found| {
                let Found { head, past, .. } = found;
                format!("{} ({}, {}, {})", called(found), when(head), head.provider, batches(past))
            };
            let list: Vec<String> = open.iter().map(line).collect();
            Err(Error::Usage(format!("several runs are unfinished; name one of {}", list.join(", "))))
        }
    }
}
