//! `purge resume [RUN]`: sends what an earlier run left unsent or in doubt.

use super::{
    account::{self, Keys, Sets},
    ask,
    fan::{Again, parts, resume},
    find::{Sought, called},
    job::Job,
    preview::{Missing, Preview},
    prove::Proving,
    send::{Kept, send},
};
use crate::{
    context::Context,
    error::Result,
    profile::{Origin, Profile},
    purge::{
        self,
        execute::Order,
        journal::{self, Head, Journal, Left, Resumed},
    },
    report::Report,
};
use std::{path::Path, rc::Rc};

/// The flags of resuming.
#[derive(Debug, clap::Args)]
pub(super) struct Resume {
    /// The run, by its id or the beginning of it, or the path of its journal (default: the only unfinished one)
    #[arg(value_name = "RUN")]
    run: Option<String>,
    /// Send a batch in doubt again also where that is not harmless
    #[arg(long)]
    resend: bool,
    /// Print the requests that are left, send none
    #[arg(long)]
    dry_run: bool,
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
        let sought = Sought::of(self.run.as_deref(), cx)?;
        if let Some(own) = sought.own().filter(|own| own.head.part.is_some()) {
            let name = self.run.clone().unwrap_or_else(|| called(own).to_owned());
            let how = Again {
                sets: &self.sets,
                keys: &self.keys,
                rate,
                resend: self.resend,
                dry_run: self.dry_run,
                name: &name,
                proving: &self.proving,
            };
            return resume(&parts(own, &sought.found)?, &how, cx);
        }
        let (journal, left) = taken_up(&sought.path, self.dry_run, cx)?;
        let ours = cx.state_folder().is_ok_and(|folder| sought.path.parent() == Some(folder.as_path()));
        let journal = journal.map(|journal| if ours { journal.named(&left.head.run) } else { journal });
        cx.assume_profile(&left.head.profile);
        let profile = under(&left.head, &cx.profile()?, cx)?;
        cx.under(&profile, |cx| {
            let job = Job::again(&left.head, left.plan, &profile, &self.sets.sets, cx)?;
            if left.past.entries().iter().all(|entry| entry.fate == journal::Fate::Accepted) {
                cx.console.info("every batch of this run was accepted; there is nothing to send");
            }
            let proof = self.proving.of_plans(&[&job], cx)?;
            let Some(journal) = journal else {
                proof.announce(cx);
                let again = Missing { run: left.run, past: &left.past, resend: self.resend };
                again.announce(&job, cx)?;
                return Ok(Box::new(Preview::of(&job, Some(&again), &self.keys, cx)?) as Box<dyn Report>);
            };
            proof.await_origin(cx)?;
            let (run, past, wait) = (left.run, left.past, proof.wait());
            let order = Order { rate, run, past, resend: self.resend, wait };
            let purged = send(job, &self.keys, &order, Kept::Old(journal), cx)?;
            proof.of_one(purged, cx)
        })
    }
}

/// A journal to go on with; for a dry run it is read as it is, and nobody's lock.
pub(super) fn taken_up<'a>(
    path: &Path,
    dry_run: bool,
    cx: &Context<'a>,
) -> Result<(Option<Journal<'a>>, Left)> {
    if dry_run {
        return Ok((None, Left::read(path)?));
    }
    let Resumed { journal, left } = Journal::resume(path, cx.clock)?;
    Ok((Some(journal), left))
}

/// The profile with the address that a flag or a variable gave the run, where none gives one now.
pub(super) fn under(head: &Head, profile: &Rc<Profile>, cx: &Context<'_>) -> Result<Rc<Profile>> {
    let said = head.said.as_ref().and_then(|said| said.url.as_ref());
    let Some(url) = said else { return Ok(Rc::clone(profile)) };
    if account::typed(purge::provider(&profile.provider.value)?, profile, cx)?.is_some() {
        return Ok(Rc::clone(profile));
    }
    let mut own = Profile::clone(profile);
    own.url.value.clone_from(url);
    own.url.origin = Origin::Flag("the run's journal");
    Ok(Rc::new(own))
}
