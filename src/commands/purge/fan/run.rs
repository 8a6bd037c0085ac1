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
    progress::{Console, Progress},
    purge::{
        Account, Batch, Receipt,
        execute::{Ledger, Order, execute},
        fan::{failure, layers},
        in_words,
    },
};
use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// What a target needs to send.
pub(super) struct Open<'a> {
    account: Account,
    client: Client<'a>,
}

/// Opens every account; the job of one that cannot be opened becomes the reason.
pub(super) fn accounts<'a>(fan: &mut Fan, keys: &Keys, cx: &mut Context<'a>) -> Vec<Option<Open<'a>>> {
    let mut opened = Vec::new();
    for (profile, job) in fan.profiles.iter().zip(&mut fan.jobs) {
        let Ok(planned) = job else {
            opened.push(None);
            continue;
        };
        let found = cx.under(profile, |cx| {
            let account = keys.account(planned.provider, planned.settings.clone(), cx)?;
            Ok(Open { account, client: cx.client()? })
        });
        match found {
            Ok(open) => opened.push(Some(open)),
            Err(error) => {
                *job = Err(error);
                opened.push(None);
            }
        }
    }
    opened
}

/// Sends, layer by layer. A target whose forerunner failed, and all that follow a signal, are not sent.
pub(super) fn run(
    fan: Fan,
    accounts: Vec<Option<Open<'_>>>,
    rate: Option<u32>,
    cx: &mut Context<'_>,
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
            let able = fan.jobs[*index].as_ref().ok().zip(accounts[*index].as_ref());
            match (able, before) {
                (Some((job, open)), None) if !signalled => {
                    parts.push((*index, job, open, Order::new(rate, cx.clock)));
                }
                (_, Some(before)) => {
                    let why = format!("{} comes first, and did not get through", fan.stages[*before].name);
                    ends[*index] = Some(End::unsent(why));
                }
                (Some(_), None) => ends[*index] = Some(End::unsent("interrupted before its turn".into())),
                (None, None) => {}
            }
        }
        for (index, end) in together(parts, &progress) {
            signalled |= matches!(end.failure, Some(Error::Interrupted { .. }));
            ends[index] = Some(end);
        }
    }
    drop(progress);
    Ok(fanned(fan, ends, &layers, cx.console))
}

type Part<'p, 'a> = (usize, &'p Job, &'p Open<'a>, Order);

/// The targets of a layer, at once.
fn together(parts: Vec<Part<'_, '_>>, progress: &Mutex<Progress<'_>>) -> Vec<(usize, End)> {
    thread::scope(|scope| {
        let running: Vec<_> = parts
            .into_iter()
            .map(|(index, job, open, order)| (index, scope.spawn(move || one(job, open, &order, progress))))
            .collect();
        let ended = running.into_iter().map(|(index, thread)| {
            // A panic has ended the process already.
            (index, thread.join().unwrap_or_else(|_| End::unsent("its thread broke".into())))
        });
        ended.collect()
    })
}

fn one(job: &Job, open: &Open<'_>, order: &Order, progress: &Mutex<Progress<'_>>) -> End {
    let begun = open.client.clock.elapsed();
    let mut notes = Notes { ids: Vec::new(), progress };
    let outcome = execute(job.provider, &open.account, &job.plan, &open.client, order, &mut notes);
    let time = open.client.clock.elapsed().saturating_sub(begun);
    match outcome {
        Ok(outcome) => End::of(job, outcome, notes.ids, time),
        Err(error) => End::failed(error),
    }
}

/// Keeps the vendors' names for what was accepted, and moves the bar that all targets share.
struct Notes<'n, 'p> {
    ids: Vec<String>,
    progress: &'n Mutex<Progress<'p>>,
}

impl Notes<'_, '_> {
    fn step(&self) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).add(1);
    }
}

impl Ledger for Notes<'_, '_> {
    fn sending(&mut self, _: &Batch<'_>, _: &Request) -> Result<()> {
        Ok(())
    }

    fn accepted(&mut self, _: &Batch<'_>, _: &Response, receipt: &Receipt) -> Result<()> {
        self.ids.extend(receipt.id.clone());
        self.step();
        Ok(())
    }

    fn failed(&mut self, _: &Batch<'_>, _: &Error) -> Result<()> {
        self.step();
        Ok(())
    }

    fn done(&mut self, _: &Batch<'_>) -> Result<()> {
        Ok(())
    }
}

/// The report, and the failure that the whole ends with.
fn fanned(fan: Fan, ends: Vec<Option<End>>, layers: &[Vec<usize>], console: Console) -> Fanned {
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for (index, (job, end)) in fan.jobs.into_iter().zip(ends).enumerate() {
        let name = fan.stages[index].name.clone();
        let (job, mut end) = match (job, end) {
            (Ok(job), Some(end)) => (Some(job), end),
            (Ok(job), None) => (Some(job), End::unsent("it was not reached".into())),
            (Err(error), _) => (None, End::failed(error)),
        };
        let layer = layers.iter().position(|layer| layer.contains(&index)).unwrap_or_default() + 1;
        let failure = end.failure.take();
        let provider = fan.profiles[index].provider.value.clone();
        rows.push(Row::new(name.clone(), provider, layer, job.as_ref(), end, failure.as_ref()));
        failures.extend(failure.map(|failure| (name, failure)));
    }
    for (name, failure) in &failures {
        console.warn(format!("{name}: {}", in_words(failure)));
    }
    let summary = rows.iter().map(Row::summary).collect::<Vec<_>>().join("; ");
    Fanned::new(rows, failure(failures, &summary))
}
