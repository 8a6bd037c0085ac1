//! Sends to all targets: those of a layer at once, each in a thread of its own, then the next layer.

use super::{
    Fan,
    report::{End, Fanned, Row},
};
use crate::{
    commands::purge::{account::Keys, job::Job},
    context::Context,
    error::{Error, Result},
    http::{Client, Request, Response},
    profile::Profile,
    progress::{Console, Progress},
    purge::{
        Account, Batch, Outcome, Receipt,
        execute::{Ledger, Order, execute},
        fan::{failure, layers},
        in_words,
        journal::{Fate, Journal},
    },
};
use std::{
    rc::Rc,
    sync::{Mutex, PoisonError},
    thread,
};

/// How a target goes.
pub(super) enum Ready<'a> {
    /// Its turn may come.
    Open(Box<Open<'a>>),
    /// An earlier part of the run sent all of it, and nothing is left to be asked.
    Through(Order),
    /// It cannot take part.
    Shut,
}

/// What a target needs to send.
pub(super) struct Open<'a> {
    pub account: Account,
    pub client: Client<'a>,
    pub order: Order,
    pub journal: Option<Journal<'a>>,
}

/// Opens the account of a job under its profile.
pub(super) fn open<'a>(
    profile: &Rc<Profile>,
    job: &Job,
    keys: &Keys,
    order: Order,
    cx: &mut Context<'a>,
) -> Result<Open<'a>> {
    cx.under(profile, |cx| {
        let account = keys.account(job.provider, job.settings.clone(), cx)?;
        Ok(Open { account, client: cx.client()?, order, journal: None })
    })
}

/// Sends, layer by layer. A target whose forerunner failed, and all that follow a signal, are not sent.
/// `again` is what sends the rest.
pub(super) fn run<'a>(
    fan: Fan,
    mut ready: Vec<Ready<'a>>,
    again: &str,
    cx: &mut Context<'a>,
) -> Result<Fanned> {
    let layers = layers(&fan.stages)?;
    let total = fan.jobs.iter().flatten().map(|job| job.plan.count() as u64).sum();
    let progress = Mutex::new(cx.progress("purging", Some(total)));
    let mut ends: Vec<Option<End>> = fan.jobs.iter().map(|_| None).collect();
    let mut signalled = false;
    for layer in &layers {
        let mut parts = Vec::new();
        for index in layer {
            let stage = &fan.stages[*index];
            let before = stage.after.iter().find(|at| !ends[**at].as_ref().is_some_and(End::is_through));
            let Ok(job) = &fan.jobs[*index] else { continue };
            match std::mem::replace(&mut ready[*index], Ready::Shut) {
                Ready::Through(order) => {
                    step(&progress, job.plan.count());
                    ends[*index] = Some(End::before(job, &order));
                }
                _ if signalled => ends[*index] = Some(End::unsent("interrupted before its turn".into())),
                Ready::Open(open) if before.is_none() => parts.push((*index, job, open)),
                _ => {
                    let first = before.map_or("another target", |at| fan.stages[*at].name.as_str());
                    ends[*index] = Some(End::unsent(format!("{first} comes first, and did not get through")));
                }
            }
        }
        for (index, end) in together(parts, &progress) {
            signalled |= matches!(end.failure, Some(Error::Interrupted { .. }));
            ends[index] = Some(end);
        }
    }
    drop(progress);
    Ok(fanned(fan, ends, &layers, again, cx.console))
}

type Turn<'p, 'a> = (usize, &'p Job, Box<Open<'a>>);

/// The targets of a layer, at once.
fn together(turns: Vec<Turn<'_, '_>>, progress: &Mutex<Progress<'_>>) -> Vec<(usize, End)> {
    thread::scope(|scope| {
        let running: Vec<_> = turns
            .into_iter()
            .map(|(index, job, open)| (index, scope.spawn(move || one(job, *open, progress))))
            .collect();
        let ended = running.into_iter().map(|(index, thread)| {
            // A panic has ended the process already.
            (index, thread.join().unwrap_or_else(|_| End::unsent("its thread broke".into())))
        });
        ended.collect()
    })
}

fn one(job: &Job, open: Open<'_>, progress: &Mutex<Progress<'_>>) -> End {
    let Open { account, client, order, journal } = open;
    let earlier = order.past.entries().iter().filter(|entry| entry.fate == Fate::Accepted);
    step(progress, earlier.count());
    let begun = client.clock.elapsed();
    let name = journal.as_ref().map(|journal| journal.name().to_owned());
    let mut ledger = (journal, Notes { ids: Vec::new(), progress });
    let outcome = execute(job.provider, &account, &job.plan, &client, &order, &mut ledger);
    let time = client.clock.elapsed().saturating_sub(begun);
    let earlier = order.past.entries().iter().filter_map(|entry| entry.id.clone());
    match outcome {
        Ok(outcome) => {
            let ids = earlier.chain(ledger.1.ids).collect();
            End::of(job, Outcome { journal: name, ..outcome }, ids, time)
        }
        Err(error) => End::failed(error),
    }
}

/// Keeps the vendors' names for what was accepted, and moves the bar that all targets share.
struct Notes<'n, 'p> {
    ids: Vec<String>,
    progress: &'n Mutex<Progress<'p>>,
}

fn step(progress: &Mutex<Progress<'_>>, count: usize) {
    progress.lock().unwrap_or_else(PoisonError::into_inner).add(count as u64);
}

impl Ledger for Notes<'_, '_> {
    fn sending(&mut self, _: &Batch<'_>, _: &Request) -> Result<()> {
        Ok(())
    }

    fn accepted(&mut self, _: &Batch<'_>, _: &Response, receipt: &Receipt) -> Result<()> {
        self.ids.extend(receipt.id.clone());
        step(self.progress, 1);
        Ok(())
    }

    fn failed(&mut self, _: &Batch<'_>, _: &Error) -> Result<()> {
        step(self.progress, 1);
        Ok(())
    }

    fn done(&mut self, _: &Batch<'_>) -> Result<()> {
        Ok(())
    }
}

/// The report, and the failure that the whole ends with.
fn fanned(fan: Fan, ends: Vec<Option<End>>, layers: &[Vec<usize>], again: &str, console: Console) -> Fanned {
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for (index, (job, end)) in fan.jobs.into_iter().zip(ends).enumerate() {
        let name = fan.stages[index].name.clone();
        let (job, end) = match (job, end) {
            (Ok(job), Some(end)) => (Some(job), end),
            (Ok(job), None) => (Some(job), End::unsent("it was not reached".into())),
            (Err(error), _) => (None, End::failed(error)),
        };
        let layer = layers.iter().position(|layer| layer.contains(&index)).unwrap_or_default() + 1;
        let provider = fan.profiles[index].provider.value.clone();
        let (row, failure) = Row::new(name.clone(), provider, layer, job.as_ref(), end);
        rows.push(row);
        failures.extend(failure.map(|failure| (name, failure)));
    }
    for (name, failure) in &failures {
        console.warn(format!("{name}: {}", in_words(failure)));
    }
    let summary = rows.iter().map(Row::summary).collect::<Vec<_>>().join("; ");
    let left = rows.iter().any(|row| !row.is_accepted());
    let ending = if left { format!("{summary}; {again}") } else { summary };
    let failure = failure(failures, &ending);
    if let Some(error) = &failure
        && !error.to_string().contains(&ending)
    {
        console.warn(ending);
    }
    Fanned::new(rows, failure)
}
