//! Budgets as buckets: how long a batch must wait so that no provider has to refuse it.
//!
//! Whole numbers only: a level is held in shares, as many to the unit as the refill's period has
//! nanoseconds, so that nothing is lost to rounding however often a bucket is asked.

use super::{Budget, Limit, Provider, Refill, Settings, plan::Plan};
use std::{fmt, time::Duration};

const DAY: u64 = 86_400;

/// The name of the budget that `--rate` makes.
pub const RATE: &str = "--rate";

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
        let budget = Budget::requests(RATE, 1).refill(per_thousand_seconds, 1000);
        self.buckets.push(Bucket::full(budget, now));
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

    /// Takes what `requests` requests with these items cost; a level never falls below nothing.
    pub fn spend(&mut self, limit: &Limit, items: usize, requests: u32, now: Duration) {
        for bucket in self.spent_by(limit) {
            bucket.take(bucket.budget.cost(items).saturating_mul(requests), now);
        }
    }

    /// Lowers a budget to what the provider says remains; never raises it.
    pub fn lower(&mut self, name: &str, left: u32, now: Duration) {
        if let Some(bucket) = self.bucket(name) {
            bucket.lower(left, now);
        }
    }

    /// Gives back what a finished purge held.
    pub fn give_back(&mut self, limit: &Limit, items: usize) {
        for bucket in self.spent_by(limit).filter(|bucket| bucket.budget.refill == Refill::UntilDone) {
            bucket.level = bucket.cap().min(bucket.level + u128::from(bucket.budget.cost(items)));
        }
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

#[derive(Debug, Clone)]
struct Bucket {
    budget: Budget,
    /// In shares; see the top of this file.
    level: u128,
    /// When `level` was true.
    at: Duration,
}

impl Bucket {
    fn full(budget: Budget, now: Duration) -> Self {
        let mut bucket = Self { budget, level: 0, at: now };
        bucket.level = bucket.cap();
        bucket
    }

    /// Shares to the unit.
    const fn unit(&self) -> u128 {
        match self.budget.refill {
            Refill::Steady(_, period) => period.as_nanos(),
            Refill::Daily | Refill::UntilDone => 1,
        }
    }

    fn cap(&self) -> u128 {
        u128::from(self.budget.room) * self.unit()
    }

    fn refill(&mut self, now: Duration) {
        match self.budget.refill {
            Refill::UntilDone => {}
            Refill::Steady(count, _) => {
                let gained = now.saturating_sub(self.at).as_nanos() * u128::from(count);
                self.level = self.cap().min(self.level + gained);
            }
            Refill::Daily if now.as_secs() / DAY > self.at.as_secs() / DAY => self.level = self.cap(),
            Refill::Daily => {}
        }
        self.at = self.at.max(now);
    }

    fn wait(&mut self, items: usize, now: Duration) -> Wait {
        self.refill(now);
        let need = u128::from(self.budget.cost(items)) * self.unit();
        let Some(short) = need.checked_sub(self.level).filter(|short| *short > 0) else { return Wait::None };
        match self.budget.refill {
            Refill::UntilDone => Wait::UntilDone(self.budget),
            Refill::Steady(count, _) => {
                let nanos = short.div_ceil(u128::from(count.max(1)));
                Wait::For(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)), self.budget)
            }
            Refill::Daily => Wait::For(midnight(now).saturating_sub(now), self.budget),
        }
    }

    fn take(&mut self, count: u32, now: Duration) {
        self.refill(now);
        self.level = self.level.saturating_sub(u128::from(count) * self.unit());
    }

    fn lower(&mut self, left: u32, now: Duration) {
        self.refill(now);
        self.level = self.level.min(u128::from(left) * self.unit());
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
        pace.spend(limit, items, 1, at);
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
mod tests {
    use super::*;
    use crate::purge::{
        Selector,
        plan::{Selection, plan},
    };

    const ZERO: Duration = Duration::ZERO;

    fn pace(limits: &[Limit]) -> Pace {
        let settings = Provider::BASE.resolve(&["https://cdn.test".into()], &[]).unwrap();
        Pace::new(limits, &settings, ZERO)
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_steady_bucket_refills_to_the_share() {
        const LIMIT: Limit =
            Limit::of(Selector::Url, 10).spends(&[Budget::requests("calls", 2).refill(3, 60)]);
        let mut pace = pace(&[LIMIT]);
        for _ in 0..2 {
            assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::None);
            pace.spend(&LIMIT, 1, 1, ZERO);
        }
        assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::For(seconds(20), LIMIT.spends[0]));
        assert_eq!(pace.wait(&LIMIT, 1, seconds(19)), Wait::For(seconds(1), LIMIT.spends[0]));
        assert_eq!(pace.wait(&LIMIT, 1, seconds(20)), Wait::None);
    }

    #[test]
    fn asking_often_loses_nothing_and_a_clock_set_back_gives_nothing() {
        const LIMIT: Limit = Limit::of(Selector::Url, 9).spends(&[Budget::items("urls", 7).refill(7, 1)]);
        let mut pace = pace(&[LIMIT]);
        pace.spend(&LIMIT, 7, 1, ZERO);
        for nanos in 0..1000 {
            assert_ne!(pace.wait(&LIMIT, 7, Duration::from_nanos(nanos * 999_999)), Wait::None);
        }
        assert_eq!(pace.wait(&LIMIT, 7, seconds(1)), Wait::None);
        pace.spend(&LIMIT, 7, 1, seconds(1));
        assert_eq!(pace.wait(&LIMIT, 7, ZERO), Wait::For(seconds(1), LIMIT.spends[0]));
    }

    #[test]
    fn a_daily_budget_comes_back_whole_at_midnight() {
        const LIMIT: Limit = Limit::of(Selector::Url, 30).spends(&[Budget::requests("day", 1).daily()]);
        let mut pace = pace(&[LIMIT]);
        let evening = seconds(DAY - 60);
        pace.spend(&LIMIT, 30, 1, evening);
        assert_eq!(pace.wait(&LIMIT, 1, evening), Wait::For(seconds(60), LIMIT.spends[0]));
        assert_eq!(pace.wait(&LIMIT, 1, seconds(DAY)), Wait::None);
    }

    #[test]
    fn rows_share_a_budget_by_name_and_the_slowest_decides() {
        const CALLS: Budget = Budget::requests("calls", 1).refill(1, 10);
        const BOTH: &[Budget] = &[CALLS, Budget::items("urls", 5).refill(1, 100)];
        const URLS: Limit = Limit::of(Selector::Url, 5).spends(BOTH);
        const TAGS: Limit = Limit::of(Selector::Tag, 5).spends(&[CALLS]);
        let mut pace = pace(&[URLS, TAGS]);
        pace.spend(&URLS, 5, 1, ZERO);
        assert_eq!(pace.wait(&TAGS, 5, ZERO), Wait::For(seconds(10), CALLS));
        assert_eq!(pace.wait(&URLS, 1, ZERO), Wait::For(seconds(100), BOTH[1]));
    }

    #[test]
    fn the_provider_lowers_but_never_raises() {
        const LIMIT: Limit = Limit::of(Selector::Url, 30).spends(&[Budget::requests("day", 100).daily()]);
        let mut pace = pace(&[LIMIT]);
        pace.lower("day", 1, ZERO);
        pace.lower("day", 95, ZERO);
        pace.lower("unheard", 0, ZERO);
        assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::None);
        pace.spend(&LIMIT, 1, 1, ZERO);
        assert!(matches!(pace.wait(&LIMIT, 1, ZERO), Wait::For(..)));
    }

    #[test]
    fn room_in_progress_comes_back_when_done() {
        const LIMIT: Limit = Limit::of(Selector::Url, 3).spends(&[Budget::items("progress", 3)]);
        let mut pace = pace(&[LIMIT]);
        pace.spend(&LIMIT, 2, 1, ZERO);
        assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::None);
        assert_eq!(pace.wait(&LIMIT, 2, seconds(DAY)), Wait::UntilDone(LIMIT.spends[0]));
        pace.give_back(&LIMIT, 2);
        pace.give_back(&LIMIT, 2);
        assert_eq!(pace.wait(&LIMIT, 3, ZERO), Wait::None);
        assert!(matches!(pace.wait(&LIMIT, 4, ZERO), Wait::UntilDone(_)));
    }

    #[test]
    fn a_budget_of_another_plan_is_not_kept() {
        const SETTINGS: &[super::super::Setting] = &[super::super::Setting::one_of("plan", &["free", "pro"])];
        const SPENDS: &[Budget] = &[
            Budget::requests("calls", 1).refill(1, 60).when("plan", "free"),
            Budget::requests("calls", 9).refill(9, 1).when("plan", "pro"),
        ];
        const LIMIT: Limit = Limit::of(Selector::Tag, 1).spends(SPENDS);
        let provider = Provider { settings: SETTINGS, ..Provider::BASE };
        let room = |given: &[(String, String)]| {
            let settings = provider.resolve(&["https://cdn.test".into()], given).unwrap();
            let mut pace = Pace::new(&[LIMIT], &settings, ZERO);
            pace.spend(&LIMIT, 1, 1, ZERO);
            pace.wait(&LIMIT, 1, ZERO)
        };
        assert_eq!(room(&[]), Wait::For(seconds(60), SPENDS[0]));
        assert_eq!(room(&[("plan".into(), "pro".into())]), Wait::None);
    }

    #[test]
    fn the_caller_may_slow_it_down() {
        const LIMIT: Limit = Limit::of(Selector::Url, 1);
        let mut pace = pace(&[LIMIT]);
        pace.at_most(500, ZERO);
        assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::None);
        pace.spend(&LIMIT, 1, 1, ZERO);
        assert!(matches!(pace.wait(&LIMIT, 1, ZERO), Wait::For(wait, _) if wait == seconds(2)));
    }

    #[test]
    fn a_forecast_runs_the_budgets_and_sends_nothing() {
        const CALLS: Budget = Budget::requests("calls", 2).refill(1, 10);
        const LIMIT: Limit = Limit::of(Selector::Tag, 1).spends(&[CALLS, Budget::items("progress", 3)]);
        let provider = Provider { limits: &[LIMIT], ..Provider::BASE };
        let settings = provider.resolve(&["https://cdn.test".into()], &[]).unwrap();
        let ahead = |count: usize, rate| {
            let items = (0..count).map(|n| n.to_string()).collect();
            let asked = Selection { selector: Selector::Tag, items, soft: false };
            forecast(&provider, &settings, &plan(&provider, &settings, &asked).unwrap(), rate, seconds(5))
        };
        assert_eq!(ahead(2, None), Forecast { least: ZERO, open: 0 });
        assert_eq!(ahead(3, None), Forecast { least: seconds(10), open: 0 });
        assert_eq!(ahead(3, Some(50)), Forecast { least: seconds(40), open: 0 });
        assert_eq!(ahead(7, None), Forecast { least: seconds(50), open: 2 });
        assert_eq!(ahead(2, None).to_string(), "without waiting");
        let text = "at least 50s of waiting, and 2 requests wait for purges in progress";
        assert_eq!(ahead(7, None).to_string(), text);
    }

    #[test]
    fn midnight_is_written_as_rfc_3339() {
        assert_eq!(rfc3339(midnight(seconds(1_767_225_600))), "2026-01-02T00:00:00Z");
        assert_eq!(rfc3339(Duration::MAX), "9999-12-31T23:59:59Z");
    }
}
