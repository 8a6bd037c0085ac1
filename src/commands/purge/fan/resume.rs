//! Taking up a command that purged at several accounts: every target's journal, in the order that was settled then.

use super::{Fan, run, run::Ready, settle};
use crate::{
    commands::purge::{
        account::{Keys, Sets},
        job::Job,
    },
    context::Context,
    error::{Error, Result},
    profile::File,
    purge::{
        execute::Order,
        fan::{Stage, whose},
        journal::{Fate, Found, Journal},
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
    let mut fan = Fan { stages, profiles: Vec::new(), jobs: Vec::new() };
    let mut ready = Vec::new();
    for ((resumed, name), sets) in resumed.into_iter().zip(&names).zip(&sets) {
        let profile = settle::profile(name, &file, cx)?;
        let job = cx.under(&profile, |cx| Job::of(resumed.plan, &profile, sets, cx));
        let job = job.map_err(|error| whose(name, error))?;
        ready.push(if resumed.past.entries().iter().all(|entry| entry.fate == Fate::Accepted) {
            Ready::Through(resumed.past)
        } else {
            let (run, past) = (resumed.run, resumed.past);
            let order = Order { rate: how.rate, run, past, resend: how.resend, wait: None };
            let open = run::open(&profile, &job, how.keys, order, cx).map_err(|error| whose(name, error))?;
            Ready::Open(Box::new(run::Open { journal: Some(resumed.journal.named(how.name)), ..open }))
        });
        fan.profiles.push(profile);
        fan.jobs.push(Ok(job));
    }
    if ready.iter().all(|ready| matches!(ready, Ready::Through(_))) {
        cx.console.info("every target of this run accepted all; there is nothing to send");
    }
    let again = format!("`stratos purge resume {}` sends the rest", how.name);
    Ok(Box::new(run::run(fan, ready, &again, cx)?))
}
