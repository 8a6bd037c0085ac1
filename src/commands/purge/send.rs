//! Sends what a job holds, and reports what became of each batch.

use super::{
    account::Keys,
    book::{Book, Purged},
    job::Job,
};
use crate::{
    context::Context,
    error::Result,
    options::Format,
    purge::{
        Outcome,
        execute::{Order, execute},
    },
};

/// Opens the account, runs the plan, tells each batch as it ends.
pub(super) fn send(job: Job, keys: &Keys, rate: Option<u32>, cx: &mut Context<'_>) -> Result<Purged> {
    let Job { provider, settings, plan, .. } = job;
    let account = keys.account(provider, settings, cx)?;
    keys.tell_unused(&account, cx);
    let client = cx.client()?;
    let console = cx.console;
    let order = Order::new(rate, cx.clock);
    // Each batch is told as it ends, unless the whole is asked for or has to pass through a filter.
    let lines = match cx.format {
        Format::Ndjson => true,
        Format::Json => !cx.asked,
        _ => false,
    };
    let stream = lines && plan.count() > 1 && cx.options.filter.is_none();
    let progress = cx.progress("purging", Some(plan.count() as u64));
    let mut book = Book::new(&plan, stream.then_some(&mut *cx.output), progress);
    let outcome = execute(provider, &account, &plan, &client, &order, &mut book)?;
    let entries = book.close(&outcome);
    let summary = outcome.summary(&plan);
    let complete = outcome.complete();
    let failure = Outcome::failure(outcome, &plan);
    if let Some(error) = &failure
        && plan.count() > 1
        && !error.to_string().contains(&summary)
    {
        console.warn(&summary);
    }
    match failure {
        Some(error) if stream || plan.count() == 1 => Err(error),
        failure => {
            let purged = Purged::new(plan, entries, stream, cx.format).with(failure);
            if stream && complete {
                console.info(purged.left());
            }
            Ok(purged)
        }
    }
}
