//! Taking up a command that purged at several accounts: every target's journal, in the order that was settled then.

use super::{Fan, again, preview::Preview, run, run::Ready, settle};
use crate::{
    commands::purge::{
        account::{Keys, Sets},
        job::Job,
        preview::Missing,
        prove::Proving,
        resume::{taken_up, under},
    },
    context::Context,
    error::{Error, Result},
    profile::File,
    purge::{
        execute::Order,
        fan::{Stage, whose},
        journal::{Fate, Found, Left},
    },
    report::Report,
};

/// How it goes on.
pub(in crate::commands::purge) struct Again<'m> {
    /// Typed settings.
    pub sets: &'m Sets,
    /// Typed credentials.
    pub keys: &'m Keys,
    /// The caller's own pace.
    pub rate: Option<u32>,
    /// Sends what is in doubt also where that is not harmless.
    pub resend: bool,
    /// Shows the requests, sends none.
    pub dry_run: bool,
    /// What finds the journals again.
    pub name: &'m str,
    /// What it waits for, and what is looked at.
    pub proving: &'m Proving,
}

/// The journals of the same command, in the order in which its targets were named; its own alone, where it had one account.
pub(in crate::commands::purge) fn parts(of: &Found, all: &[Found]) -> Result<Vec<std::path::PathBuf>> {
    let Some(part) = &of.head.part else { return Ok(vec![of.path.clone()]) };
    let mut parts: Vec<_> = all
        .iter()
        .filter_map(|found| {
            let own = found.head.part.as_ref().filter(|own| own.of == part.of)?;
            Some((own.place, found.path.clone()))
        })
        .collect();
    parts.sort();
    if parts.len() != part.count {
        return Err(Error::Data(format!(
            "{} of the {} journals of this command are there, so nothing says what the others' targets lack; \
             nothing was sent: purge again at all of them, and give the rest up with \
             `stratos purge history --forget {}`",
            parts.len(),
            part.count,
            part.of
        )));
    }
    Ok(parts.into_iter().map(|(_, path)| path).collect())
}

/// Sends what the command left, every target under its own profile.
pub(in crate::commands::purge) fn resume(
    paths: &[std::path::PathBuf],
    how: &Again<'_>,
    cx: &mut Context<'_>,
) -> Result<Box<dyn Report>> {
    let resumed = paths.iter().map(|path| taken_up(path, how.dry_run, cx)).collect::<Result<Vec<_>>>()?;
    let names: Vec<String> = resumed.iter().map(|(_, left)| left.head.profile.clone()).collect();
    let place = |name: &String| {
        names.iter().position(|own| own == name).ok_or_else(|| {
            Error::Data(format!("the journal of {name}, which comes first, is not there; nothing was sent"))
        })
    };
    let mut stages = Vec::new();
    for ((_, left), name) in resumed.iter().zip(&names) {
        let before = left.head.part.iter().flat_map(|part| &part.after);
        stages.push(Stage { name: name.clone(), after: before.map(place).collect::<Result<_>>()? });
    }
    settle::refuse_shared(how.keys, cx)?;
    let file = File::load(&cx.place())?;
    let sets = settle::sets(&how.sets.sets, &stages)?;
    let profile =
        |(name, (_, left)): (&String, &(_, Left))| under(&left.head, &settle::profile(name, &file, cx)?, cx);
    let profiles = names.iter().zip(&resumed).map(profile).collect::<Result<Vec<_>>>()?;
    let (mut jobs, mut rests) = (Vec::new(), Vec::new());
    for (((journal, left), profile), sets) in resumed.into_iter().zip(&profiles).zip(&sets) {
        let Left { head, run, plan, past } = left;
        let job = cx.under(profile, |cx| Job::again(&head, plan, profile, sets, cx));
        jobs.push(job.map_err(|error| whose(&head.profile, error))?);
        rests.push((journal, run, past));
    }
    let proof = how.proving.of_plans(&jobs.iter().collect::<Vec<_>>(), cx)?;
    if how.dry_run {
        proof.announce(cx);
        let missing = rests.iter().map(|(_, run, past)| Missing { run: *run, past, resend: how.resend });
        let missing: Vec<Missing<'_>> = missing.collect();
        for (job, missing) in jobs.iter().zip(&missing) {
            missing.announce(job, cx)?;
        }
        let fan = Fan { stages, profiles, jobs: jobs.into_iter().map(Ok).collect() };
        return Ok(Box::new(Preview::of(fan, Some(&missing))?));
    }
    let mut ready = Vec::new();
    for (((journal, run, past), job), profile) in rests.into_iter().zip(&jobs).zip(&profiles) {
        let order = Order { rate: how.rate, run, past, resend: how.resend, wait: proof.wait() };
        if is_through(job, &order) {
            ready.push(Ready::Through(order));
            continue;
        }
        let open = run::open(profile, job, how.keys, order, cx);
        let open = open.map_err(|error| whose(&profile.name, error))?;
        ready.push(Ready::Open(Box::new(run::Open {
            journal: journal.map(|journal| journal.named(how.name)),
            ..open
        })));
    }
    if ready.iter().all(|ready| matches!(ready, Ready::Through(_))) {
        cx.console.info("every target of this run accepted all; there is nothing to send");
    }
    proof.await_origin(cx)?;
    let fan = Fan { stages, profiles, jobs: jobs.into_iter().map(Ok).collect() };
    let again = again(how.name, proof.wait().is_some());
    let fanned = run::run(fan, ready, &again, cx)?;
    proof.of_all(fanned, cx)
}

/// Whether an earlier part of the run left nothing to send, nor to ask about.
fn is_through(job: &Job, order: &Order) -> bool {
    let asks = order.wait.is_some() && job.provider.poll.is_some();
    order.past.entries().iter().all(|entry| entry.fate == Fate::Accepted && (entry.done || !asks))
}
