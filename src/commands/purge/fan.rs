//! `--to a,b,c`: one purge at several accounts. All of them are planned before anything is sent; then
//! they go in parallel, each with its own pace and client, in the order that `then` and groups demand.

mod plan;
mod preview;
mod report;
mod resume;
mod run;
mod settle;

use super::{
    account::{Keys, Sets},
    ask,
    changed::{Chosen, Nothing},
    job::Job,
    prove::Proving,
    record::{Record, single},
};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::Profile,
    purge::{
        Provider, Selector,
        execute::Order,
        fan::{Stage, layers, whose},
        journal::{Journal, Owner, Part, Single},
        plan::Several,
    },
    report::Report,
};
pub(super) use plan::plan;
pub(super) use report::Fanned;
pub(super) use resume::{Again, parts, resume};
use run::Ready;
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
    /// Where the journals go.
    pub record: &'m Record,
    /// `--everything` is confirmed.
    pub yes: bool,
    /// Show the requests, send none.
    pub dry_run: bool,
    /// Goes on with the targets that can.
    pub partial_ok: bool,
    /// What it waits for, and what is looked at.
    pub proving: &'m Proving,
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

    /// Whether one that cannot take part is left out.
    pub const fn partial_ok(&self) -> bool {
        self.partial_ok
    }

    /// Takes the first `--to` out: where releases are compared, it is the new one.
    pub fn release(&mut self) -> Option<PathBuf> {
        (!self.to.is_empty()).then(|| PathBuf::from(self.to.remove(0)))
    }

    /// Plans for all, then shows or sends.
    pub fn run(&self, chosen: &Chosen, how: &Manner<'_>, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let fan = settle::settle(&self.names()?, chosen, how.sets, how.keys, cx)?;
        send(fan, Some((chosen.selector, &chosen.items)), how, cx)
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
}

/// Sends a plan of several that was made before, each under the profile that it names.
pub(super) fn apply(several: Several, how: &Manner<'_>, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
    send(settle::taken(several, how, cx)?, None, how, cx)
}

/// Checks every target, then shows or sends. What was chosen is in the plans too, as the providers write it.
fn send(
    mut fan: Fan,
    chosen: Option<(Selector, &[String])>,
    how: &Manner<'_>,
    cx: &mut Context<'_>,
) -> Result<Box<dyn Report>> {
    let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
    forgive(&mut fan, how.partial_ok, cx)?;
    let jobs: Vec<&Job> = fan.jobs.iter().flatten().collect();
    if jobs.iter().all(|job| job.plan.count() == 0) {
        return Ok(Nothing::of_plan(cx));
    }
    let providers: Vec<&Provider> = jobs.iter().map(|job| job.provider).collect();
    let proof = match chosen {
        Some(chosen) => how.proving.settle(chosen, &providers, cx)?,
        None => how.proving.of_plans(&jobs, cx)?,
    };
    jobs.iter().for_each(|job| job.announce(cx, how.dry_run));
    if how.dry_run && !planted!("dry-run-sends") {
        proof.announce(cx);
        return Ok(Box::new(preview::Preview::of(fan, None)?));
    }
    if jobs.iter().any(|job| job.is_everything()) && !how.yes {
        let addresses = jobs.iter().flat_map(|job| job.settings.targets()).map(String::as_str);
        ask::confirm(cx, &addresses.collect::<Vec<_>>().join(", "))?;
    }
    let mut ready = Vec::new();
    for (profile, job) in fan.profiles.iter().zip(&mut fan.jobs) {
        let order = Order { wait: proof.wait(), ..Order::new(rate, cx.clock) };
        let opened = job.as_ref().ok().map(|job| run::open(profile, job, how.keys, order, cx));
        ready.push(match opened {
            None => Ready::Shut,
            Some(Ok(open)) => Ready::Open(Box::new(open)),
            Some(Err(error)) => {
                *job = Err(error);
                Ready::Shut
            }
        });
    }
    forgive(&mut fan, how.partial_ok, cx)?;
    proof.await_origin(cx)?;
    let again = journals(&fan, &mut ready, how.record, proof.wait().is_some(), cx)?;
    let single = only_one(&fan, &ready, cx);
    let fanned = run::run(fan, ready, &again, cx)?;
    if let Some(single) = single.filter(|_| fanned.is_accepted()) {
        how.record.note(&Single { ids: fanned.ids(), ..single }, cx);
    }
    proof.of_all(fanned, cx)
}

/// What one batch at one target leaves, where no journal is kept.
fn only_one(fan: &Fan, ready: &[Ready<'_>], cx: &Context<'_>) -> Option<Single> {
    let ([Ok(job)], [Ready::Open(open)]) = (&fan.jobs[..], ready) else { return None };
    single(job, open.order.run, cx)
}

/// A target that cannot take part fails all, unless that was allowed; at least one must be left.
fn forgive(fan: &mut Fan, partial_ok: bool, cx: &Context<'_>) -> Result<()> {
    let failed = fan.jobs.iter().filter(|job| job.is_err()).count();
    if failed == 0 {
        return Ok(());
    }
    let able = fan.jobs.len() - failed;
    let first = fan.jobs.iter().position(Result::is_err).unwrap_or_default();
    for (stage, job) in fan.stages.iter().zip(&fan.jobs).skip(usize::from(!partial_ok) * (first + 1)) {
        if let Err(error) = job {
            let what = if partial_ok { "is left out" } else { "cannot take part either" };
            cx.console.warn(format!("{} {what}: {error}", stage.name));
        }
    }
    if (partial_ok || planted!("some-targets-are-enough")) && able > 0 {
        return Ok(());
    }
    let error = std::mem::replace(&mut fan.jobs[first], Err(Error::Partial(String::new())));
    let Err(error) = error else { return Ok(()) };
    if able > 0 {
        cx.console.info("nothing was purged; --partial-ok goes on with the targets that can");
    }
    Err(whose(&fan.stages[first].name, error))
}

/// What sends the rest of a run of this name.
fn again(name: &str, waits: bool) -> String {
    let wait = if waits { " --wait" } else { "" };
    format!("`stratos purge resume {name}{wait}` sends the rest")
}

/// A journal for each target that may be sent, all of them begun before the first request. Says what
/// sends the rest. Whoever waits for a target that was left out has none: it could never go on.
fn journals<'a>(
    fan: &Fan,
    ready: &mut [Ready<'a>],
    record: &Record,
    waits: bool,
    cx: &Context<'a>,
) -> Result<String> {
    let of = hex::encode(Order::new(None, cx.clock).run);
    let batches = fan.jobs.iter().flatten().map(|job| job.plan.count()).sum();
    let Some((place, name)) = record.folder(batches, &of, cx)? else {
        return Ok("purge again what was not accepted".into());
    };
    let order: Vec<usize> = layers(&fan.stages)?.into_iter().flatten().collect();
    let mut stuck = vec![false; ready.len()];
    for &index in &order {
        let waits = fan.stages[index].after.iter().any(|at| stuck[*at]);
        stuck[index] = waits || fan.jobs[index].is_err() || !matches!(ready[index], Ready::Open(_));
    }
    let count = stuck.iter().filter(|stuck| !**stuck).count();
    for index in order {
        let stage = &fan.stages[index];
        let (Ready::Open(open), Ok(job), false) = (&mut ready[index], &fan.jobs[index], stuck[index]) else {
            continue;
        };
        let after = stage.after.iter().map(|at| fan.stages[*at].name.clone()).collect();
        let part = Part { of: of.clone(), place: index, count, after };
        let run = open.order.run;
        let (profile, said) = (stage.name.clone(), Some(job.said.clone()));
        let owner = Owner { profile, part: Some(part), said };
        let journal = Journal::begin(&place, &job.plan, owner, run, cx.clock)?;
        open.journal = Some(journal.named(&name));
    }
    Ok(again(&name, waits))
}
