//! `--to a,b,c`: one purge at several accounts. All of them are planned before anything is sent; then
//! they go in parallel, each with its own pace and client, in the order that `then` and groups demand.

mod preview;
mod report;
mod run;
mod settle;

use super::{
    account::{Keys, Sets},
    ask,
    job::Job,
};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::Profile,
    purge::{
        fan::{Stage, whose},
        plan::Selection,
    },
    report::Report,
};
use std::{path::PathBuf, rc::Rc};

/// Which accounts a purge goes to.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Targets {
    /// Purge at all of these: profiles, groups or providers, with commas between; repeatable. Behind --from, the
    /// first --to is the new release
    #[arg(long, value_name = "NAMES")]
    to: Vec<String>,
    /// Go on with the targets that can, where one cannot
    #[arg(long, requires = "to")]
    partial_ok: bool,
}

/// How a fan-out goes.
pub(super) struct Manner<'m> {
    /// Typed settings.
    pub sets: &'m Sets,
    /// Typed credentials.
    pub keys: &'m Keys,
    /// `--everything` is confirmed.
    pub yes: bool,
    /// Show the requests, send none.
    pub dry_run: bool,
}

/// The targets with their plans, and why some have none.
struct Fan {
    stages: Vec<Stage>,
    profiles: Vec<Rc<Profile>>,
    jobs: Vec<Result<Job>>,
}

impl Targets {
    /// Whether there is more than the profile in force.
    pub fn given(&self) -> bool {
        !self.to.is_empty()
    }

    /// Takes the first `--to` out: where releases are compared, it is the new one.
    pub fn release(&mut self) -> Option<PathBuf> {
        (!self.to.is_empty()).then(|| PathBuf::from(self.to.remove(0)))
    }

    /// Plans for all, then shows or sends.
    pub fn run(
        &self,
        selection: &Selection,
        how: &Manner<'_>,
        cx: &mut Context<'_>,
    ) -> Result<Box<dyn Report>> {
        let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
        let mut fan = settle::settle(&self.names()?, selection, how, cx)?;
        self.forgive(&mut fan, cx)?;
        for job in fan.jobs.iter().flatten() {
            job.announce(cx, how.dry_run);
        }
        if how.dry_run {
            return Ok(Box::new(preview::Preview::of(fan, cx)?));
        }
        let everything = fan.jobs.iter().flatten().any(Job::is_everything);
        if everything && !how.yes {
            let addresses: Vec<&str> = fan
                .jobs
                .iter()
                .flatten()
                .flat_map(|job| job.settings.targets())
                .map(String::as_str)
                .collect();
            ask::confirm(cx, &addresses.join(", "))?;
        }
        let accounts = run::accounts(&mut fan, how.keys, cx);
        self.forgive(&mut fan, cx)?;
        Ok(Box::new(run::run(fan, accounts, rate, cx)?))
    }

    /// The names, split at commas.
    fn names(&self) -> Result<Vec<String>> {
        let names = self.to.iter().flat_map(|list| list.split(',')).map(|name| name.trim().to_owned());
        let names: Vec<String> = names.collect();
        if names.iter().any(String::is_empty) {
            return Err(Error::Usage(format!(
                "--to {:?} has an empty name; write --to shield,cdn",
                self.to.join(",")
            )));
        }
        Ok(names)
    }

    /// A target that cannot take part fails all, unless that was allowed; at least one must be left.
    fn forgive(&self, fan: &mut Fan, cx: &Context<'_>) -> Result<()> {
        let failed = fan.jobs.iter().filter(|job| job.is_err()).count();
        if failed == 0 {
            return Ok(());
        }
        let able = fan.jobs.len() - failed;
        let first = fan.jobs.iter().position(Result::is_err).unwrap_or_default();
        for (stage, job) in fan.stages.iter().zip(&fan.jobs).skip(usize::from(!self.partial_ok) * (first + 1))
        {
            if let Err(error) = job {
                let what = if self.partial_ok { "is left out" } else { "cannot take part either" };
                cx.console.warn(format!("{} {what}: {error}", stage.name));
            }
        }
        if self.partial_ok && able > 0 {
            return Ok(());
        }
        let error = std::mem::replace(&mut fan.jobs[first], Err(Error::Partial(String::new())));
        let Err(error) = error else { return Ok(()) };
        if able > 0 {
            cx.console.info("nothing was purged; --partial-ok goes on with the targets that can");
        }
        Err(whose(&fan.stages[first].name, error))
    }
}
