//! The pace against servers that refuse whatever comes too early by their own clock, with nothing to spare:
//! none of them ever refuses, and each is used at 95 % of what it gives.

use proptest::{collection::vec, prelude::*};
use std::{iter, time::Duration};
use stratos::purge::{
    Budget, Limit, Provider, Selector,
    pace::{Pace, Wait},
};

/// How a server counts.
#[derive(Debug, Clone, Copy)]
enum Strict {
    /// So much at once, and so many a period after.
    Bucket { count: u32, period: Duration },
    /// Any stretch of this length.
    Sliding(Duration),
    /// Stretches of this length one after the other; the first one is cut short by so much.
    Fixed(Duration, Duration),
}

struct Server {
    kind: Strict,
    room: u32,
    /// Of a bucket, in shares: as many to the unit as the period has nanoseconds.
    level: Option<u128>,
    arrivals: Vec<Duration>,
    refused: usize,
}

impl Server {
    fn arrives(&mut self, at: Duration) {
        if self.takes(at) {
            self.arrivals.push(at);
        } else {
            self.refused += 1;
        }
    }

    fn takes(&mut self, at: Duration) -> bool {
        let most = self.room as usize;
        let held = |from: Duration| self.arrivals.iter().rev().take_while(|one| **one >= from).count();
        match self.kind {
            Strict::Bucket { count, period } => {
                let (unit, cap) = (period.as_nanos(), period.as_nanos() * u128::from(self.room));
                let since = at - self.arrivals.last().copied().unwrap_or(at);
                let level =
                    self.level.map_or(cap, |level| cap.min(level + since.as_nanos() * u128::from(count)));
                self.level = Some(level.checked_sub(unit).unwrap_or(level));
                level >= unit
            }
            Strict::Sliding(window) => held((at + Duration::from_nanos(1)).saturating_sub(window)) < most,
            Strict::Fixed(window, cut) => {
                let ahead = at + cut;
                let begun = ahead.as_nanos() / window.as_nanos() * window.as_nanos();
                held(Duration::from_nanos(begun as u64).saturating_sub(cut)) < most
            }
        }
    }
}

/// One request: how late it leaves, how long it travels, how long its answer does; in microseconds.
type Trip = (u64, u64, u64);

/// Sends as the executor does: one after the other, each when the pace lets it go.
fn run(budget: Budget, kind: Strict, trips: impl Iterator<Item = Trip>) -> Server {
    let spends: &'static [Budget] = Box::leak(Box::new([budget]));
    let limits: &'static [Limit] = Box::leak(Box::new([Limit::of(Selector::Url, 1).spends(spends)]));
    let settings = Provider::BASE.resolve(&["https://cdn.test".to_owned()], &[]).unwrap();
    let mut now = Duration::from_secs(1_767_225_600);
    let mut pace = Pace::new(limits, &settings, now);
    let mut server = Server { kind, room: budget.room, level: None, arrivals: Vec::new(), refused: 0 };
    for (oversleep, there, back) in trips {
        while let Wait::For(wait, _) = pace.wait(&limits[0], 1, now) {
            now += wait + Duration::from_micros(oversleep);
        }
        pace.spend(&limits[0], 1, now);
        now += Duration::from_micros(there);
        server.arrives(now);
        now += Duration::from_micros(back);
        pace.settle(&limits[0], 1, now);
    }
    server
}

/// So many requests, these trips over and over.
fn long(trips: &[Trip], count: usize) -> impl Iterator<Item = Trip> {
    trips.iter().copied().cycle().take(count)
}

proptest! {
    #[test]
    fn a_bucket_never_gives_more_than_its_room_and_refill(
        room in 1..20_u32,
        count in 1..20_u32,
        seconds in 1..100_u64,
        steps in vec((0..30_000_u64, 1..20_usize), 1..60),
    ) {
        let spends: &'static [Budget] = Box::leak(Box::new([Budget::items("b", room).refill(count, seconds)]));
        let limits: &'static [Limit] = Box::leak(Box::new([Limit::of(Selector::Url, 99).spends(spends)]));
        let settings = Provider::BASE.resolve(&["https://cdn.test".to_owned()], &[]).unwrap();
        let mut pace = Pace::new(limits, &settings, Duration::ZERO);
        let (mut now, mut spent) = (Duration::ZERO, 0_u128);
        for (pause, items) in steps {
            let items = items.min(room as usize);
            now += Duration::from_millis(pause);
            if let Wait::For(wait, _) = pace.wait(&limits[0], items, now) {
                now += wait;
            }
            prop_assert_eq!(pace.wait(&limits[0], items, now), Wait::None);
            pace.spend(&limits[0], items, now);
            pace.settle(&limits[0], 1, now);
            spent += items as u128;
            let earned = now.as_nanos() * u128::from(count) / Duration::from_secs(seconds).as_nanos();
            prop_assert!(spent <= u128::from(room) + earned);
        }
    }

    /// Ten requests a second, each up to 95 ms on its way, after a burst of any size.
    #[test]
    fn a_strict_bucket_refuses_nothing_and_gives_all_it_has(
        room in 2..60_u32,
        trips in vec((0..3000_u64, 1..60_000_u64, 1..35_000_u64), 1..40),
    ) {
        let kind = Strict::Bucket { count: 10, period: Duration::from_secs(1) };
        let burst = room as usize;
        let server = run(Budget::requests("b", room).refill(10, 1), kind, long(&trips, burst + 200));
        prop_assert_eq!(server.refused, 0);
        let took = server.arrivals[burst + 199] - server.arrivals[burst];
        let used = 199.0 / took.as_secs_f64() / 10.0;
        prop_assert!(used >= 0.95, "{} %", used * 100.0);
    }

    /// One at a time: the next one leaves when the last one has surely come back into the bucket.
    #[test]
    fn a_strict_bucket_without_a_burst_refuses_nothing(
        trips in vec((0..1000_u64, 1..50_000_u64, 1..50_000_u64), 1..40),
        quick: bool,
    ) {
        let kind = Strict::Bucket { count: 1, period: Duration::from_secs(2) };
        let short = |(sleep, there, back): &Trip| (*sleep, there % 20_000, back % 20_000);
        let trips = if quick { trips.iter().map(short).collect() } else { trips };
        let server = run(Budget::requests("b", 1).refill(1, 2), kind, long(&trips, 101));
        prop_assert_eq!(server.refused, 0);
        let used = 200.0 / (server.arrivals[100] - server.arrivals[0]).as_secs_f64();
        prop_assert!(used >= 0.93 && (!quick || used >= 0.95), "{} %", used * 100.0);
    }

    /// A window's room is used up at once; what was longest on its way comes back last.
    #[test]
    fn strict_windows_refuse_nothing_and_are_used(
        room in 1..20_u32,
        seconds in 1..20_u64,
        cut in 0..20_000_u64,
        kind in 0..3_u8,
        trips in vec((0..1000_u64, 1..18_000_u64, 1..18_000_u64), 1..40),
    ) {
        let window = Duration::from_secs(seconds);
        let kind = match kind {
            0 => Strict::Fixed(window, Duration::from_millis(cut % (seconds * 1000))),
            1 => Strict::Sliding(window),
            _ => Strict::Bucket { count: room, period: window },
        };
        let server = run(Budget::requests("b", room).within(seconds), kind, long(&trips, room as usize * 30 + 1));
        prop_assert_eq!(server.refused, 0);
        let took = server.arrivals[room as usize * 30] - server.arrivals[0];
        let used = 30.0 * window.as_secs_f64() / took.as_secs_f64();
        prop_assert!(used >= 0.95, "{} %", used * 100.0);
    }
}

/// The servers above do refuse: what leaves by a full bucket's clock alone is too early for a window.
#[test]
fn the_servers_of_these_tests_refuse() {
    let trips = || iter::repeat_n((0, 5000, 5000), 40);
    let bucket = Budget::requests("b", 10).refill(10, 1);
    assert!(run(bucket, Strict::Sliding(Duration::from_secs(1)), trips()).refused > 0);
    assert!(run(bucket, Strict::Fixed(Duration::from_secs(1), Duration::ZERO), trips()).refused > 0);
    let faster = Budget::requests("b", 10).refill(11, 1);
    assert!(run(faster, Strict::Bucket { count: 10, period: Duration::from_secs(1) }, trips()).refused > 0);
}
