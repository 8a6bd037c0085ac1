//! `purge apply PLAN|-`: sends a plan that was made, and perhaps approved, before.

use super::{
    account::{Keys, Sets},
    ask,
    changed::Nothing,
    fan::{self, Manner},
    job::Job,
    preview::Preview,
    prove::Proving,
    record::Record,
    send::{Kept, send},
};
use crate::{
    context::Context,
    error::{Error, Result},
    purge::{
        execute::Order,
        plan::{Loaded, Several},
    },
    report::Report,
};
use std::{fs, io};

/// The flags of applying.
#[derive(Debug, clap::Args)]
pub(super) struct Apply {
    /// The plan that `purge plan` made; - reads it from stdin
    #[arg(value_name = "PLAN")]
    file: String,
    /// Confirm a plan that removes everything
    #[arg(long)]
    yes: bool,
    /// Print the requests, send none
    #[arg(long)]
    dry_run: bool,
    /// Where the plan is for several: go on with the targets that can, where one cannot
    #[arg(long)]
    partial_ok: bool,
    #[command(flatten)]
    record: Record,
    #[command(flatten)]
    proving: Proving,
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    keys: Keys,
}

impl Apply {
    /// Checks the plan against the account, and sends it.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
        let plan = match Loaded::read(&text(&self.file, cx)?)? {
            Loaded::One(plan) => plan,
            Loaded::Several(several) => return self.several(several, cx),
        };
        if self.partial_ok {
            return Err(Error::Usage(
                "--partial-ok leaves out targets, and this plan is for one account; leave the flag out"
                    .into(),
            ));
        }
        let profile = cx.profile()?;
        let job = Job::of(plan, &profile, &self.sets.sets, cx)?;
        if job.plan.count() == 0 {
            return Ok(Nothing::of_plan(cx));
        }
        let proof = self.proving.of_plans(&[&job], cx)?;
        job.announce(cx, self.dry_run);
        if self.dry_run {
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

    fn several(&self, several: Several, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let how = Manner {
            sets: &self.sets,
            keys: &self.keys,
            record: &self.record,
            yes: self.yes,
            dry_run: self.dry_run,
            partial_ok: self.partial_ok,
            proving: &self.proving,
        };
        fan::apply(several, &how, cx)
    }
}

/// The whole of the file, or of stdin.
fn text(file: &str, cx: &mut Context<'_>) -> Result<String> {
    let mut text = String::new();
    let read = if file == "-" {
        cx.claim_stdin("the plan")?;
        cx.input.read_to_string(&mut text).map(drop)
    } else {
        fs::read_to_string(file).map(|whole| text = whole)
    };
    let shown = if file == "-" { "stdin" } else { file };
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Error::InputMissing(format!("{shown} does not exist; make a plan with `stratos purge plan`"))
        }
        io::ErrorKind::InvalidData => {
            Error::Data(format!("{shown} is no plan: it is not UTF-8; make it again"))
        }
        _ => Error::Io(format!("cannot read {shown}: {error}; check who may read it")),
    })?;
    Ok(text)
}
