//! `--journal`: where a run writes down what it sends, before it sends it.

use super::job::Job;
use crate::{
    context::Context,
    error::{Error, Result},
    purge::{
        execute::Order,
        journal::{Journal, Owner, Place, Single},
    },
};
use std::path::Path;

/// The flag.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Record {
    /// Keep the journal in this file; `none` keeps none (default: below the state folder)
    #[arg(long, value_name = "PATH|none")]
    journal: Option<String>,
}

impl Record {
    /// The journal of a run; one batch alone needs none.
    pub fn begin<'a>(&self, job: &Job, order: &Order, cx: &Context<'a>) -> Result<Option<Journal<'a>>> {
        let Some(place) = self.place(job.plan.count(), cx)? else { return Ok(None) };
        let told = cx.env.get("CLOUDCDN_PURGE_KEY").filter(|_| planted!("secret-in-journal"));
        let profile = told.unwrap_or(&job.profile).to_owned();
        let owner = Owner { profile, part: None, said: Some(job.said.clone()) };
        let journal = Journal::begin(&place, &job.plan, owner, order.run, cx.clock)?;
        // Below the state folder `purge resume` knows it by its run.
        Ok(Some(if self.journal.is_some() { journal } else { journal.named(hex::encode(order.run)) }))
    }

    /// The folder for the journals of a command that purges at several accounts, and how
    /// `purge resume` finds them.
    pub fn folder(&self, batches: usize, of: &str, cx: &Context<'_>) -> Result<Option<(Place, String)>> {
        match self.place(batches, cx)? {
            None => Ok(None),
            Some(Place::File(path)) => Err(Error::Usage(format!(
                "--journal {} is no folder, and each target keeps a journal of its own; name a folder that exists",
                path.display()
            ))),
            Some(Place::Folder(folder)) => {
                let name = if self.journal.is_some() { folder.display().to_string() } else { of.to_owned() };
                Ok(Some((Place::Folder(folder), name)))
            }
        }
    }

    /// A line for `purge history`, of a purge that was accepted and kept no journal. Nothing fails for want of it.
    pub fn note(&self, single: &Single, cx: &Context<'_>) {
        if self.journal.is_some() {
            return;
        }
        if let Ok(folder) = cx.state_folder() {
            let _ = single.keep(&folder);
        }
    }

    fn place(&self, batches: usize, cx: &Context<'_>) -> Result<Option<Place>> {
        Ok(Some(match self.journal.as_deref() {
            Some("none") => return Ok(None),
            Some("") => return Err(Error::Usage("--journal names no file; name one, or say none".into())),
            Some(path) if Path::new(path).is_dir() => Place::Folder(path.into()),
            Some(path) => Place::File(path.into()),
            None if batches == 1 || planted!("no-place-no-journal") => return Ok(None),
            None => Place::Folder(cx.state_folder().map_err(|_| {
                Error::CannotCreate(
                    "there is no place for the journal, because HOME is not set or empty; name one with \
                     --journal PATH, or go without one with --journal none"
                        .into(),
                )
            })?),
        }))
    }
}

/// What a job of one batch leaves to look back at, once it was accepted.
pub(super) fn single(job: &Job, run: [u8; 16], cx: &Context<'_>) -> Option<Single> {
    let mut batches = job.plan.batches();
    let (batch, None) = (batches.next()?, batches.next()) else { return None };
    Some(Single {
        run: hex::encode(run),
        at: u64::try_from(cx.clock.now().ok()?.as_millis()).ok()?,
        provider: job.provider.id.to_owned(),
        profile: job.profile.clone(),
        selector: batch.selector,
        items: batch.items.count(),
        ids: Vec::new(),
    })
}
