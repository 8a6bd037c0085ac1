//! Taking up a command that purged at several accounts: every target's journal, in the order that was settled then.

use super::{Fan, again, run, run::Ready, settle};
use crate::{
    commands::purge::{
        account::{Keys, Sets},
        job::Job,
        prove::Proving,
    },
    context::Context,
    error::{Error, Result},
    profile::File,
    purge::{
        execute::Order,
        fan::{Stage, whose},
        journal::{Fate, Found, Journal, Resumed},
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
    /// What finds the journals again.
    pub name: &'m str,
    /// What it waits for, and what is looked at.
    pub proving: &'m Proving,
}

/// The journals of the same command, in the order in which its targets were named; none where it had one account.
pub(in crate::commands::purge) fn parts(of: &Found, all: &[Found]) -> Result<Vec<std::path::PathBuf>> {
    let Some(part) = &of.head.part else { return Ok(Vec::new()) };
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
             nothing was sent: purge again at all of them",
            parts.len(),
            part.count
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
    let resumed = paths.iter().map(|path| Journal::resume(path, cx.clock)).collect::<Result<Vec<_>>>()?;
    let names: Vec<String> = resumed.iter().map(|resumed| resumed.head.profile.clone()).collect();
    let place = |name: &String| {
        names.iter().position(|own| own == name).ok_or_else(|| {
            Error::Data(format!("the journal of {name}, which comes first, is not there; nothing was sent"))
        })
    };
    let mut stages = Vec::new();
    for (resumed, name) in resumed.iter().zip(&names) {
        let before = resumed.head.part.iter().flat_map(|part| &part.after);
        stages.push(Stage { name: name.clone(), after: before.map(place).collect::<Result<_>>()? });
    }
    settle::refuse_shared(how.keys, cx)?;
    let file = File::load(&cx.place())?;
    let sets = settle::sets(&how.sets.sets, &stages)?;
    let profiles = names.iter().map(|name| settle::profile(name, &file, cx)).collect::<Result<Vec<_>>>()?;
    let (mut jobs, mut left) = (Vec::new(), Vec::new());
    for (((resumed, name), profile), sets) in resumed.into_iter().zip(&names).zip(&profiles).zip(&sets) {
        let Resumed { journal, run, plan, past, .. } = resumed;
        let job = cx.under(profile, |cx| Job::of(plan, profile, sets, cx));
        jobs.push(job.map_err(|error| whose(name, error))?);
        left.push((journal, run, past));
    }
    let proof = how.proving.of_plans(&jobs.iter().collect::<Vec<_>>(), cx)?;
    let mut ready = Vec::new();
    for (((journal, run, past), job), profile) in left.into_iter().zip(&jobs).zip(&profiles) {
        let order = Order { rate: how.rate, run, past, resend: how.resend, wait: proof.wait() };
        if is_through(job, &order) {
            ready.push(Ready::Through(order));
            continue;
        }
        let open = run::open(profile, job, how.keys, order, cx);
        let open = open.map_err(|error| whose(&profile.name, error))?;
        ready.push(Ready::Open(Box::new(run::Open { journal: Some(journal.named(how.name)), ..open })));
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
