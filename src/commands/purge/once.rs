//! `purge …`: plan, confirm, send, in one step.

use super::{
    account::{Keys, Sets},
    ask,
    changed::Changed,
    choice::Choice,
    fan::{Manner, Targets},
    job::Job,
    preview::Preview,
    prove::Proving,
    record::Record,
    send::{Kept, send},
};
use crate::{context::Context, error::Result, purge::execute::Order, report::Report};

/// The flags of the one step.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Once {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    changed: Changed,
    #[command(flatten)]
    targets: Targets,
    /// Confirm --everything
    #[arg(long)]
    yes: bool,
    /// Print the requests, send none
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    record: Record,
    #[command(flatten)]
    proving: Proving,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    keys: Keys,
}

impl Once {
    /// Plans and sends.
    pub fn run(mut self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
        let release = if self.changed.given() { self.targets.release() } else { None };
        let chosen = self.changed.or(&self.choice, release.as_deref(), cx)?;
        if chosen.is_nothing() {
            cx.console.info("nothing to purge");
            return Ok(Box::new(chosen.nothing()));
        }
        if self.targets.given() {
            let how = Manner {
                sets: &self.sets,
                keys: &self.keys,
                record: &self.record,
                yes: self.yes,
                dry_run: self.dry_run,
                partial_ok: self.targets.partial_ok(),
                proving: &self.proving,
            };
            return self.targets.run(&chosen, &how, cx);
        }
        let profile = cx.profile()?;
        let job = Job::cut(&chosen, &profile, &self.sets.sets, cx)?;
        let proof = self.proving.settle((chosen.selector, &chosen.items), &[job.provider], cx)?;
        chosen.advise(&job, cx);
        drop(chosen);
        job.announce(cx, self.dry_run);
        if self.dry_run && !planted!("dry-run-sends") {
            proof.announce(cx);
            return Ok(Box::new(Preview::of(&job, None, &self.keys, cx)?));
        }
        if job.is_everything() && !self.yes && !planted!("everything-without-yes") {
            ask::confirm(cx, &job.settings.targets().join(", "))?;
        }
        proof.await_origin(cx)?;
        let order = Order { wait: proof.wait(), ..Order::new(rate, cx.clock) };
        let purged = send(job, &self.keys, &order, Kept::New(self.record), cx)?;
        proof.of_one(purged, cx)
    }
}
