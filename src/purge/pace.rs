//! Budgets: how long a batch must wait so that no provider has to refuse it, and a plan's forecast.

mod bucket;

use super::{Budget, Counts, Limit, Provider, Settings, plan::Plan};
use bucket::Bucket;
use std::{fmt, time::Duration};

const DAY: u64 = 86_400;

/// The name of the budget that `--rate` makes.
pub const RATE: &str = "--rate";

/// How a reply names the budget of its own row that counts items.
pub const OBJECTS: &str = "objects";

/// What a batch must do before it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Go.
    None,
    /// So long, for the budget of this name.
    For(Duration, Budget),
    /// Until a purge in progress is done and gives room back.
    UntilDone(Budget),
}

/// The buckets of an account, shared by all of its rows.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    buckets: Vec<Bucket>,
}

impl Pace {
    /// Full buckets for all budgets that the account's settings select.
    #[must_use]
    pub fn new(limits: &[Limit], settings: &Settings, now: Duration) -> Self {
        let mut pace = Self::default();
        let rows = limits.iter().filter(|limit| settings.holds(limit.when));
        for budget in rows.flat_map(|limit| limit.spends).filter(|budget| settings.holds(budget.when)) {
            if pace.bucket(budget.name).is_none() {
                pace.buckets.push(Bucket::full(*budget, now));
            }
        }
        pace
    }

    /// Adds the caller's own pace: so many thousandths of a request a second, none at once.
    pub fn at_most(&mut self, per_thousand_seconds: u32, now: Duration) {
        self.buckets.push(Bucket::own(RATE, per_thousand_seconds, Duration::from_secs(1000), now));
    }

    /// What a batch of this row and size must wait for: the slowest of its budgets.
    pub fn wait(&mut self, limit: &Limit, items: usize, now: Duration) -> Wait {
        let mut longest = Wait::None;
        for bucket in self.spent_by(limit) {
            match (bucket.wait(items, now), longest) {
                (Wait::None, _) | (_, Wait::UntilDone(_)) => {}
                (Wait::For(new, _), Wait::For(old, _)) if new <= old => {}
                (slower, _) => longest = slower,
            }
        }
        longest
    }

    /// Takes what a request with so many items costs; it is out until [`Pace::settle`].
    pub fn spend(&mut self, limit: &Limit, items: usize, now: Duration) {
        self.spent_by(limit).for_each(|bucket| bucket.take(items, now));
    }

    /// The request of this row that was out has its answer, or never will: it arrived by now, after so many attempts.
    pub fn settle(&mut self, limit: &Limit, attempts: u32, now: Duration) {
        self.spent_by(limit).for_each(|bucket| bucket.settle(attempts, now));
    }

    /// Lowers a budget to what the provider says remains in its answer to a request of this row; never raises it.
    pub fn lower(&mut self, limit: &Limit, name: &str, left: u32, now: Duration) {
        let own = limit.spends.iter().find(|budget| name == OBJECTS && budget.counts == Counts::Items);
        if let Some(bucket) = self.bucket(own.map_or(name, |budget| budget.name)) {
            bucket.lower(left, now);
        }
    }

    /// Gives back what a finished purge held.
    pub fn give_back(&mut self, limit: &Limit, items: usize) {
        self.spent_by(limit).for_each(|bucket| bucket.give_back(items));
    }

    fn bucket(&mut self, name: &str) -> Option<&mut Bucket> {
        self.buckets.iter_mut().find(|bucket| bucket.budget.name == name)
    }

    fn spent_by(&mut self, limit: &Limit) -> impl Iterator<Item = &mut Bucket> {
        let spends = limit.spends;
        self.buckets.iter_mut().filter(move |bucket| {
            bucket.budget.name == RATE || spends.iter().any(|budget| budget.name == bucket.budget.name)
        })
    }
}

/// How long a plan takes, as far as its budgets say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// It takes that long at least: the answers' own time is not known.
    pub least: Duration,
    /// Batches that also wait until purges in progress are done, which the provider alone knows.
    pub open: usize,
}

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.least.as_nanos().div_ceil(1_000_000_000) {
            0 => f.write_str("without waiting")?,
            seconds => {
                let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX));
                write!(f, "at least {} of waiting", humantime::format_duration(seconds))?;
            }
        }
        match self.open {
            0 => Ok(()),
            1 => f.write_str(", and 1 request waits for purges in progress"),
            open => write!(f, ", and {open} requests wait for purges in progress"),
        }
    }
}

/// Runs the plan against its budgets alone, from full buckets at `now`.
#[must_use]
pub fn forecast(
    provider: &Provider,
    settings: &Settings,
    plan: &Plan,
    rate: Option<u32>,
    now: Duration,
) -> Forecast {
    let mut pace = Pace::new(provider.limits, settings, now);
    if let Some(rate) = rate {
        pace.at_most(rate, now);
    }
    let (mut at, mut open) = (now, 0);
    for batch in plan.batches() {
        let Some(limit) = provider.limit(settings, batch.selector) else { continue };
        let items = batch.items.count();
        // Each wait satisfies the slowest budget; a second look finds what is left of the others.
        loop {
            match pace.wait(limit, items, at) {
                Wait::None => break,
                Wait::For(wait, _) => at += wait,
                Wait::UntilDone(_) => {
                    open += 1;
                    pace.give_back(limit, usize::MAX);
                }
            }
        }
        pace.spend(limit, items, at);
        pace.settle(limit, 1, at);
    }
    Forecast { least: at - now, open }
}

/// The next midnight UTC, since 1970.
#[must_use]
pub fn midnight(now: Duration) -> Duration {
    Duration::from_secs((now.as_secs() / DAY + 1) * DAY)
}

/// A point in time as RFC 3339, in UTC.
#[must_use]
pub fn rfc3339(at: Duration) -> String {
    // The year 9999 is the last that has four digits.
    let at = at.min(Duration::from_secs(253_402_300_799));
    humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + at).to_string()
}

#[cfg(test)]
mod tests;
