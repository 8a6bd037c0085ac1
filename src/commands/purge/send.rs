//! Sends what a job holds, and reports what became of each batch.

use super::{
    account::Keys,
    book::{Book, Purged},
    job::Job,
    record::{Record, single},
};
use crate::{
    context::Context,
    error::Result,
    options::Format,
    purge::{
        Outcome,
        execute::{Order, execute},
        journal::{Journal, Single},
    },
};

/// What the run is written down in.
pub(super) enum Kept<'a> {
    /// As the flag says; begun once nothing else is missing.
    New(Record),
    /// The journal of the run that goes on.
    Old(Journal<'a>),
}

/// Opens the account, runs the plan, tells each batch as it ends.
pub(super) fn send<'a>(
    job: Job,
    keys: &Keys,
    order: &Order,
    kept: Kept<'a>,
    cx: &mut Context<'a>,
) -> Result<Purged> {
    let account = keys.account(job.provider, job.settings.clone(), cx)?;
    keys.tell_unused(&account, cx);
    let client = cx.client()?;
    let console = cx.console;
    let (journal, record) = match kept {
        Kept::New(record) => (record.begin(&job, order, cx)?, Some(record)),
        Kept::Old(journal) => (Some(journal), None),
    };
    let single = record.and_then(|record| Some((record, single(&job, order.run, cx)?)));
    let name = journal.as_ref().map(|journal| journal.name().to_owned());
    let Job { provider, plan, .. } = job;
    // Each batch is told as it ends, unless the whole is asked for or has to pass through a filter.
    let lines = match cx.format {
        Format::Ndjson => true,
        Format::Json => !cx.asked,
        _ => false,
    };
    let stream = lines && plan.count() > 1 && cx.options.filter.is_none();
    let progress = cx.progress("purging", Some(plan.count() as u64));
    let book = Book::new(&plan, &order.past, stream.then_some(&mut *cx.output), progress);
    let journaled = name.is_some();
    let (outcome, entries) = {
        let mut ledger = (journal, book);
        let outcome = execute(provider, &account, &plan, &client, order, &mut ledger)?;
        (Outcome { journal: name, ..outcome }, ledger.1)
    };
    let entries = entries.close(&outcome);
    let (summary, ending) = (outcome.summary(&plan), outcome.ending(&plan));
    let complete = outcome.complete();
    if let Some((record, single)) = single.filter(|_| complete) {
        record.note(&Single { ids: entries.ids().collect(), ..single }, cx);
    }
    let (completion, times) = (outcome.completion.clone(), outcome.times);
    let failure = Outcome::failure(outcome, &plan);
    if let Some(error) = &failure
        && (plan.count() > 1 || journaled)
        && !error.to_string().contains(&summary)
    {
        console.warn(&ending);
    }
    match failure {
        // The summary of a job wants the failure in its table, too.
        Some(error) if stream || plan.count() == 1 && cx.format != Format::Markdown => Err(error),
        failure => {
            let purged = Purged::new(plan, entries, stream, cx.format).ended(completion, times).with(failure);
            if stream && complete {
                console.info(purged.left());
            }
            Ok(purged)
        }
    }
}
