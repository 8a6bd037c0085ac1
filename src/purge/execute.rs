//! Runs a plan: waits for its budgets, sends, and says what became of each batch.
//!
//! What stops: a batch that is refused for itself stops alone. Anything else that outlasts its
//! retries stops its target, for the next batch would meet it too. A wait beyond the run's patience,
//! a signal, or a ledger that cannot be written stops everything, before the request.

mod finish;

pub use super::ledger::Ledger;

use super::{
    Account, Batch, Budget, Limit, Outcome, Poll, Progress, Provider, Receipt, Refill, Sent,
    journal::{Fate, Past, digest},
    pace::{Pace, RATE, Wait, midnight, rfc3339},
    plan::Plan,
    session::Session,
};
use crate::{
    clock::Clock,
    error::{Error, Kind, Result},
    http::{Client, Response},
};
use std::time::Duration;

/// How a plan is run.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The caller's own pace, in requests per thousand seconds.
    pub rate: Option<u32>,
    /// Names the run: the batches' keys come of it.
    pub run: [u8; 16],
    /// What an earlier part of the run did.
    pub past: Past,
    /// Sends a batch in doubt again also where that is not harmless.
    pub resend: bool,
    /// `--wait`: how long to ask whether all is done.
    pub wait: Option<Duration>,
}

impl Order {
    /// A new run.
    #[must_use]
    pub fn new(rate: Option<u32>, clock: &dyn Clock) -> Self {
        let mut run = [0; 16];
        clock.fill(&mut run);
        Self { rate, run, ..Self::default() }
    }
}

/// Sends what the plan holds, in its order.
pub fn execute(
    provider: &Provider,
    account: &Account,
    plan: &Plan,
    client: &Client<'_>,
    order: &Order,
    ledger: &mut dyn Ledger,
) -> Result<Outcome> {
    if plan.provider != provider.id || plan.account != account.settings.digest() {
        return Err(Error::Data("the plan was made for another account; plan again for this one".into()));
    }
    let now = client.clock.now()?;
    same_requests(provider, account, plan, order)?;
    let mut pace = order.past.pace(provider, &account.settings, plan, now);
    if let Some(rate) = order.rate {
        pace.at_most(rate, now);
    }
    let session = Session::new(provider, account, client);
    let mut run = Run {
        provider,
        account,
        plan,
        client,
        ledger,
        pace,
        session,
        order,
        running: running(provider, &order.past),
        resent: Vec::new(),
        late: Vec::new(),
        announced: Vec::new(),
        times: None,
        settled: Duration::ZERO,
        begun: (now, client.clock.elapsed()),
    };
    let mut outcome = run.all();
    if let Some(patience) = order.wait {
        run.finish(patience, &mut outcome);
    }
    run.close(&mut outcome);
    Ok(outcome)
}

struct Run<'a> {
    provider: &'a Provider,
    account: &'a Account,
    plan: &'a Plan,
    client: &'a Client<'a>,
    ledger: &'a mut dyn Ledger,
    pace: Pace,
    session: Session<'a>,
    order: &'a Order,
    running: Vec<Running>,
    resent: Vec<usize>,
    /// Accepted, and given up by the provider later.
    late: Vec<(usize, Error)>,
    announced: Vec<&'static str>,
    /// When the first request left and when the last batch was accepted, by the monotonic clock.
    times: Option<(Duration, Duration)>,
    /// When the provider's own word says that all is done, since 1970.
    settled: Duration,
    /// When the run began, since 1970 and by the monotonic clock.
    begun: (Duration, Duration),
}

/// What was sent once is sent again as it was: under the same key, other content may be refused or, worse, taken.
fn same_requests(provider: &Provider, account: &Account, plan: &Plan, order: &Order) -> Result<()> {
    for (index, entry) in order.past.entries().iter().enumerate() {
        if entry.attempts == 0 || entry.fate == Fate::Accepted {
            continue;
        }
        let request = (provider.encode)(&account.settings, &plan.batch(index, Some(&order.run)))?;
        if digest(&request) != entry.request {
            return Err(Error::Data(format!(
                "batch {} was sent by another release of stratos, and this one writes its request otherwise; \
                 resume with that release, or purge again what is missing",
                index + 1
            )));
        }
    }
    Ok(())
}

/// What an earlier part of the run left in progress.
fn running(provider: &Provider, past: &Past) -> Vec<Running> {
    if provider.poll.is_none() {
        return Vec::new();
    }
    let entries = past.entries().iter().enumerate();
    let open = entries.filter(|(_, entry)| entry.fate == Fate::Accepted && !entry.done);
    open.map(|(index, entry)| Running { index, id: entry.id.clone(), at: entry.at, after: Duration::ZERO })
        .collect()
}

/// Whether the provider refused the batch for what it is, so that the others may go on.
#[must_use]
pub fn alone(error: &Error) -> bool {
    let Error::Answered(answer) = error else { return false };
    // A 400 may be about the credential or the clock, which the next batch would meet too.
    matches!(answer.kind(), Kind::DataError | Kind::TargetNotFound)
        && (answer.refused || matches!(answer.status, 400 | 404 | 409 | 413 | 414 | 422))
}

/// Whether the provider surely did nothing: an earlier attempt whose answer was lost may have purged.
#[must_use]
pub fn idle(error: &Error) -> bool {
    match error {
        Error::Answered(answer) => {
            let refused = answer.refused || matches!(answer.status, 400..=499) && answer.status != 408;
            answer.attempts <= 1 && refused
        }
        Error::Redirect(_) | Error::Config(_) => true,
        _ => false,
    }
}

/// How often the request was sent.
fn attempts(answered: &Result<(Receipt, Response)>) -> u32 {
    match answered {
        Ok((_, reply)) => reply.attempts,
        Err(Error::Answered(answer)) => answer.attempts,
        Err(Error::RequestFailed { attempts, .. }) => *attempts,
        Err(_) => 1,
    }
}

/// A purge in progress that holds room.
struct Running {
    index: usize,
    id: Option<String>,
    at: Duration,
    after: Duration,
}

/// How far a failure reaches.
enum Halt {
    /// This batch only.
    Batch(Error),
    /// All that goes to this target.
    Target(Error),
    /// This batch only: it may have been purged, and sending it again is not harmless.
    Doubt,
    /// Everything; the request had not left.
    Before(Error),
    /// Everything; the request was out.
    During(Error),
    /// Everything that follows; this one was accepted.
    After(Error),
}

impl<'a> Run<'a> {
    fn all(&mut self) -> Outcome {
        let mut outcome = Outcome::default();
        let mut stopped: Vec<&str> = Vec::new();
        let plan = self.plan;
        for index in 0..plan.count() {
            let batch = plan.batch(index, Some(&self.order.run));
            if self.order.past.fate(index) == Fate::Accepted {
                outcome.before.push(index);
                continue;
            }
            if outcome.stop.is_some() || stopped.contains(&batch.target) {
                outcome.unsent.push(index);
                continue;
            }
            match self.one(index, &batch) {
                Ok(()) => outcome.accepted.push(index),
                Err(Halt::Batch(error)) => outcome.failed.push((index, error)),
                Err(Halt::Target(error)) => {
                    stopped.push(batch.target);
                    outcome.failed.push((index, error));
                }
                Err(Halt::Before(error)) => {
                    outcome.unsent.push(index);
                    outcome.stop = Some(error);
                }
                Err(Halt::During(error)) => {
                    outcome.doubtful.push(index);
                    outcome.stop = Some(error);
                }
                Err(Halt::After(error)) => {
                    outcome.accepted.push(index);
                    outcome.stop = Some(error);
                }
                Err(Halt::Doubt) => outcome.doubtful.push(index),
            }
            let failed = outcome.failed.last().filter(|(failed, _)| *failed == index);
            if let Some(Err(error)) = failed.map(|(_, error)| self.ledger.failed(&batch, error)) {
                outcome.stop = Some(error);
            }
        }
        outcome.resent = std::mem::take(&mut self.resent);
        outcome
    }

    /// What was accepted and given up later has failed.
    fn close(&mut self, outcome: &mut Outcome) {
        let late = |index: &usize| self.late.iter().all(|(late, _)| late != index);
        outcome.before.retain(late);
        outcome.accepted.retain(late);
        outcome.failed.append(&mut self.late);
        outcome.times = self.times;
    }

    fn one(&mut self, index: usize, batch: &Batch<'a>) -> std::result::Result<(), Halt> {
        let settings = &self.account.settings;
        let Some(limit) = self.provider.limit(settings, batch.selector) else {
            let detail = format!("{} cannot purge by {}", self.provider.title, batch.selector.name());
            return Err(Halt::Before(Error::Data(detail)));
        };
        let request = (self.provider.encode)(settings, batch).map_err(Halt::Before)?;
        let again = self.order.past.fate(index) == Fate::Doubtful;
        if again && !request.repeatable && !self.order.resend && !planted!("harm-done-twice") {
            return Err(Halt::Doubt);
        }
        if again {
            // It holds its room in progress already, and once.
            self.pace.give_back(limit, batch.items.count());
        }
        self.await_room(limit, batch.items.count()).map_err(Halt::Before)?;
        self.session.prepare().map_err(|error| Halt::Before(self.hinted(error)))?;
        if again {
            self.resent.push(index);
        }
        self.ledger.sending(batch, &request).map_err(Halt::Before)?;
        let now = self.now().map_err(Halt::Before)?;
        self.pace.spend(limit, batch.items.count(), now);
        let left = self.client.clock.elapsed();
        let answered = self.session.send(&request);
        let answered = answered.and_then(|reply| Ok(((self.provider.decode)(&reply)?, reply)));
        // What remains was counted when the answer was written: retries may have taken minutes.
        let now = self.now().unwrap_or(now);
        self.pace.settle(limit, attempts(&answered), now);
        let (receipt, reply) = match answered {
            Ok(answered) => answered,
            Err(error) => {
                if idle(&error) {
                    self.pace.give_back(limit, batch.items.count());
                }
                return Err(self.halt(error));
            }
        };
        self.times = Some((self.times.map_or(left, |(first, _)| first), self.client.clock.elapsed()));
        for (name, left) in &receipt.left {
            self.pace.lower(limit, name, *left, now);
        }
        self.settled = self.settled.max(now.saturating_add(receipt.after));
        if self.provider.poll.is_some() {
            self.running.push(Running { index, id: receipt.id.clone(), at: now, after: receipt.after });
        }
        // The purge is done; a ledger that fails now may only keep the next one from being sent.
        self.ledger.accepted(batch, &reply, &receipt).map_err(Halt::After)
    }

    /// How far a failure reaches.
    fn halt(&self, error: Error) -> Halt {
        match self.hinted(error) {
            error @ Error::Interrupted { .. } => Halt::During(error),
            error if alone(&error) => Halt::Batch(error),
            error => Halt::Target(error),
        }
    }

    /// With the provider's next step in it.
    fn hinted(&self, error: Error) -> Error {
        let Error::Answered(mut answer) = error else { return error };
        let now = self.client.clock.now().unwrap_or_default();
        if let Some(hint) = (self.provider.hint)(self.account, &answer, now) {
            answer.hint = Some(hint);
        }
        Error::Answered(answer)
    }

    /// A clock that is set back while the run lasts stops no budget from coming back.
    fn now(&self) -> Result<Duration> {
        let (begun, mark) = self.begun;
        let clock = self.client.clock;
        Ok(clock.now()?.max(begun.saturating_add(clock.elapsed().saturating_sub(mark))))
    }

    /// Waits until every budget of the row has room. A signal ends it, between requests too.
    fn await_room(&mut self, limit: &Limit, items: usize) -> Result<()> {
        let clock = self.client.clock;
        clock.sleep(Duration::ZERO)?;
        let begun = self.now()?;
        loop {
            let now = self.now()?;
            match self.pace.wait(limit, items, now) {
                Wait::None => return Ok(()),
                Wait::For(wait, budget) => {
                    if budget.name != RATE && wait > self.client.policy.max_wait {
                        return Err(self.out_of(&budget.measure(), now + wait, budget.refill));
                    }
                    self.announce(wait, &budget);
                    clock.sleep(wait)?;
                }
                Wait::UntilDone(budget) => {
                    let patience = self.client.policy.max_wait;
                    if self.running.is_empty() || now.saturating_sub(begun) > patience {
                        return Err(self.out_of(&budget.measure(), now, budget.refill));
                    }
                    self.watch(now, Duration::MAX)?;
                }
            }
        }
    }

    /// A pace is named once; a wait that lasts is named each time.
    fn announce(&mut self, wait: Duration, budget: &Budget) {
        let known = self.announced.contains(&budget.name);
        if wait < Duration::from_secs(if known { 10 } else { 1 }) {
            return;
        }
        self.announced.push(budget.name);
        let wait = humantime::format_duration(Duration::from_secs(wait.as_secs()));
        self.client.console.info(format!("waiting {wait} for room in {}", budget.measure()));
    }

    fn out_of(&self, share: &str, back: Duration, refill: Refill) -> Error {
        let title = self.provider.title;
        let when = match refill {
            Refill::Daily => {
                let next = rfc3339(midnight(back.saturating_sub(Duration::from_secs(1))));
                format!("the next UTC day begins at {next}")
            }
            Refill::Steady(..) | Refill::Within(_) => {
                let back = back + Duration::from_nanos(999_999_999);
                format!("come back at {}, or allow a longer wait with --max-wait", rfc3339(back))
            }
            Refill::UntilDone => "come back when the purges in progress are done".into(),
        };
        Error::Quota(format!("{title} leaves no room for the next batch ({share}); {when}"))
    }

    /// Asks once about each purge in progress, after a while; what is done gives its room back.
    fn watch(&mut self, now: Duration, most: Duration) -> Result<()> {
        let Some(poll) = self.provider.poll else { return Ok(()) };
        let earliest =
            self.running.iter().map(|running| running.at.saturating_add(running.after)).min().unwrap_or(now);
        self.client.clock.sleep(poll.every.max(earliest.saturating_sub(now)).min(most))?;
        let mut running = std::mem::take(&mut self.running).into_iter();
        while let Some(one) = running.next() {
            match self.ask(poll, &one) {
                Ok(true) => {}
                Ok(false) => self.running.push(one),
                Err(error) => {
                    self.running.push(one);
                    self.running.extend(running);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Whether a purge in progress has come to its end.
    fn ask(&mut self, poll: Poll, running: &Running) -> Result<bool> {
        let batch = self.plan.batch(running.index, Some(&self.order.run));
        let settings = &self.account.settings;
        let sent = Sent { settings, batch, id: running.id.as_deref(), at: running.at };
        let question = (poll.encode)(settings, &sent)?;
        let reply = self.session.send(&question)?;
        match (poll.decode)(&sent, &reply)? {
            Progress::Running => return Ok(false),
            Progress::Done => self.ledger.done(&batch)?,
            Progress::Failed(why) => {
                let error = Error::Unavailable(format!("{} gave the purge up: {why}", self.provider.title));
                self.ledger.failed(&batch, &error)?;
                self.late.push((running.index, error));
            }
        }
        if let Some(limit) = self.provider.limit(&self.account.settings, batch.selector) {
            self.pace.give_back(limit, batch.items.count());
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
