//! One budget, and how much of it is left for certain.
//!
//! A provider counts a request when it arrives, which is between its leaving and its answer. So what is out
//! is held as spent and leaves no room to refill into, and what was answered counts from its answer on: never
//! is more held to be left than the provider itself holds, however long requests travel.
//!
//! Whole numbers only: a level is held in shares, as many to the unit as the refill's period has
//! nanoseconds, so that nothing is lost to rounding however often a bucket is asked.

use super::{DAY, Wait, midnight};
use crate::purge::{Budget, Counts, Refill};
use std::{collections::VecDeque, time::Duration};

#[derive(Debug, Clone)]
pub(super) struct Bucket {
    pub budget: Budget,
    /// In shares; see the top of this file. A window has none.
    level: u128,
    /// When `level` was true.
    at: Duration,
    /// What requests without an answer took, in units.
    out: u32,
    window: Window,
    /// What the refill's period is taken for.
    period: Duration,
    /// The caller's own pace: nobody else counts, so a request counts when it leaves.
    ours: bool,
}

/// What was taken of the room that a stretch of time has.
#[derive(Debug, Clone, Default)]
struct Window {
    /// How much, and when at the latest; the oldest first.
    taken: VecDeque<(Duration, u32)>,
    sum: u64,
}

impl Window {
    fn add(&mut self, at: Duration, count: u32) {
        if count > 0 {
            self.taken.push_back((at, count));
            self.sum += u64::from(count);
        }
    }

    fn forget(&mut self, until: impl Fn(Duration) -> bool) {
        while let Some((at, count)) = self.taken.front().copied()
            && until(at)
        {
            self.taken.pop_front();
            self.sum -= u64::from(count);
        }
    }

    /// When so much of it was taken, counted from the oldest.
    fn reached(&self, count: u64) -> Option<Duration> {
        let mut sum = 0;
        let mut last = self.taken.iter().skip_while(|(_, taken)| {
            sum += u64::from(*taken);
            sum < count
        });
        last.next().or(self.taken.back()).map(|(at, _)| *at)
    }
}

impl Bucket {
    /// A full one. Two clocks never run alike, so the provider's period is taken for a hundredth longer than it is.
    pub fn full(budget: Budget, now: Duration) -> Self {
        let period = match budget.refill {
            Refill::Steady(_, period) | Refill::Within(period) => period + period / 100,
            Refill::Daily | Refill::UntilDone => Duration::ZERO,
        };
        let window = Window::default();
        let mut bucket = Self { budget, level: 0, at: now, out: 0, window, period, ours: false };
        bucket.level = bucket.cap();
        bucket
    }

    /// The caller's own pace, one at a time, so many in so long.
    pub fn own(name: &'static str, count: u32, period: Duration, now: Duration) -> Self {
        let budget = Budget { refill: Refill::Steady(count, period), ..Budget::requests(name, 1) };
        let window = Window::default();
        Self { budget, level: period.as_nanos(), at: now, out: 0, window, period, ours: true }
    }

    /// Shares to the unit.
    const fn unit(&self) -> u128 {
        match self.budget.refill {
            Refill::Steady(..) => self.period.as_nanos(),
            Refill::Within(_) | Refill::Daily | Refill::UntilDone => 1,
        }
    }

    /// The most that it can hold while so much is out.
    fn cap(&self) -> u128 {
        let room = match self.budget.refill {
            Refill::Steady(..) => self.budget.room.saturating_sub(self.out),
            Refill::Within(_) | Refill::Daily | Refill::UntilDone => self.budget.room,
        };
        u128::from(room) * self.unit()
    }

    fn refill(&mut self, now: Duration) {
        match self.budget.refill {
            Refill::UntilDone => {}
            Refill::Steady(count, _) => {
                let gained = now.saturating_sub(self.at).as_nanos() * u128::from(count);
                self.level = self.cap().min(self.level + gained);
            }
            Refill::Within(_) => {
                let period = self.period;
                self.window.forget(|at| at.saturating_add(period) <= now);
            }
            Refill::Daily if now.as_secs() / DAY > self.at.as_secs() / DAY => self.level = self.cap(),
            Refill::Daily => {}
        }
        self.at = self.at.max(now);
    }

    /// How long until so many items may leave.
    pub fn wait(&mut self, items: usize, now: Duration) -> Wait {
        self.refill(now);
        let cost = self.budget.cost(items);
        let short = (u128::from(cost) * self.unit()).saturating_sub(self.level);
        match self.budget.refill {
            Refill::Within(_) => self.wait_for_window(cost, now),
            _ if short == 0 => Wait::None,
            Refill::UntilDone => Wait::UntilDone(self.budget),
            Refill::Steady(count, _) => {
                let nanos = short.div_ceil(u128::from(count.max(1)));
                Wait::For(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)), self.budget)
            }
            Refill::Daily => Wait::For(midnight(now).saturating_sub(now), self.budget),
        }
    }

    fn wait_for_window(&self, cost: u32, now: Duration) -> Wait {
        let used = self.window.sum + u64::from(self.out);
        let over = (used + u64::from(cost)).saturating_sub(u64::from(self.budget.room));
        match self.window.reached(over) {
            Some(at) if over > 0 => {
                Wait::For(at.saturating_add(self.period).saturating_sub(now), self.budget)
            }
            _ => Wait::None,
        }
    }

    /// A request with so many items leaves.
    pub fn take(&mut self, items: usize, now: Duration) {
        self.refill(now);
        let cost = self.budget.cost(items);
        self.drain(cost);
        if !self.ours {
            self.out = self.out.saturating_add(cost);
        }
    }

    /// What was out has arrived, now at the latest. Attempts after the first were requests, too.
    pub fn settle(&mut self, attempts: u32, now: Duration) {
        self.refill(now);
        let more = if self.budget.counts == Counts::Requests { attempts.saturating_sub(1) } else { 0 };
        match self.budget.refill {
            Refill::Steady(..) => self.drain(more),
            Refill::Within(_) => self.window.add(self.at, self.out.saturating_add(more)),
            Refill::Daily | Refill::UntilDone => {}
        }
        self.out = 0;
    }

    fn drain(&mut self, count: u32) {
        self.level = self.level.saturating_sub(u128::from(count) * self.unit());
    }

    /// No more than so many are left, now at the earliest.
    pub fn lower(&mut self, left: u32, now: Duration) {
        self.refill(now);
        self.level = self.level.min(u128::from(left) * self.unit());
        if matches!(self.budget.refill, Refill::Within(_)) {
            let free = u64::from(self.budget.room).saturating_sub(self.window.sum + u64::from(self.out));
            let gone = free.saturating_sub(u64::from(left));
            self.window.add(self.at, u32::try_from(gone).unwrap_or(u32::MAX));
        }
    }

    /// What a purge in progress held comes back.
    pub fn give_back(&mut self, items: usize) {
        if self.budget.refill == Refill::UntilDone {
            self.level = self.cap().min(self.level + u128::from(self.budget.cost(items)));
        }
    }
}
