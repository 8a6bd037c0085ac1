//! Buckets and windows by hand, and a forecast.

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

/// Answered as it leaves.
fn send(pace: &mut Pace, limit: &Limit, items: usize, now: Duration) {
    pace.spend(limit, items, now);
    pace.settle(limit, 1, now);
}

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn a_steady_bucket_refills_to_the_share() {
    const LIMIT: Limit = Limit::of(Selector::Url, 10).spends(&[Budget::requests("calls", 2).refill(3, 60)]);
    let mut pace = pace(&[LIMIT]);
    for _ in 0..2 {
        assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::None);
        send(&mut pace, &LIMIT, 1, ZERO);
    }
    // A hundredth is left to the difference between two clocks.
    assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::For(millis(20_200), LIMIT.spends[0]));
    assert_eq!(pace.wait(&LIMIT, 1, seconds(19)), Wait::For(millis(1200), LIMIT.spends[0]));
    assert_eq!(pace.wait(&LIMIT, 1, millis(20_200)), Wait::None);
}

#[test]
fn what_is_out_leaves_no_room_to_refill_into() {
    const LIMIT: Limit = Limit::of(Selector::Url, 10).spends(&[Budget::requests("calls", 2).refill(1, 10)]);
    let mut pace = pace(&[LIMIT]);
    pace.spend(&LIMIT, 1, ZERO);
    // The provider may count it only now, and refills from now on.
    pace.settle(&LIMIT, 1, seconds(9));
    assert_eq!(pace.wait(&LIMIT, 1, seconds(9)), Wait::None);
    pace.spend(&LIMIT, 1, seconds(9));
    assert_eq!(pace.wait(&LIMIT, 1, seconds(9)), Wait::For(millis(10_100), LIMIT.spends[0]));
}

#[test]
fn attempts_after_the_first_were_requests_too() {
    const BOTH: &[Budget] =
        &[Budget::requests("calls", 4).refill(1, 100), Budget::items("urls", 9).refill(9, 1)];
    const LIMIT: Limit = Limit::of(Selector::Url, 9).spends(BOTH);
    const WINDOW: Limit = Limit::of(Selector::Tag, 9).spends(&[Budget::requests("window", 3).within(100)]);
    let mut pace = pace(&[LIMIT, WINDOW]);
    for limit in [LIMIT, WINDOW] {
        pace.spend(&limit, 2, ZERO);
        pace.settle(&limit, 3, ZERO);
    }
    assert_eq!(pace.wait(&LIMIT, 7, ZERO), Wait::None);
    send(&mut pace, &LIMIT, 7, ZERO);
    assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::For(seconds(101), BOTH[0]));
    assert_eq!(pace.wait(&WINDOW, 1, ZERO), Wait::For(seconds(101), WINDOW.spends[0]));
}

#[test]
fn a_window_counts_from_the_answer_and_comes_back_piece_by_piece() {
    const LIMIT: Limit = Limit::of(Selector::Url, 9).spends(&[Budget::items("urls", 10).within(60)]);
    let mut pace = pace(&[LIMIT]);
    for (items, leaves, answered) in [(6, 0, 3), (4, 10, 11)] {
        assert_eq!(pace.wait(&LIMIT, items, seconds(leaves)), Wait::None);
        pace.spend(&LIMIT, items, seconds(leaves));
        pace.settle(&LIMIT, 1, seconds(answered));
    }
    let wait = |pace: &mut Pace, items| pace.wait(&LIMIT, items, seconds(11));
    assert_eq!(wait(&mut pace, 6), Wait::For(millis(52_600), LIMIT.spends[0]));
    assert_eq!(wait(&mut pace, 7), Wait::For(millis(60_600), LIMIT.spends[0]));
    // More than its room goes when nothing else is in the window.
    assert_eq!(wait(&mut pace, 99), Wait::For(millis(60_600), LIMIT.spends[0]));
    assert_eq!(pace.wait(&LIMIT, 99, millis(71_600)), Wait::None);
}

#[test]
fn a_window_is_lowered_by_what_others_took() {
    const LIMIT: Limit = Limit::of(Selector::Url, 9).spends(&[Budget::requests("calls", 5).within(60)]);
    let mut pace = pace(&[LIMIT]);
    send(&mut pace, &LIMIT, 1, ZERO);
    pace.lower(&LIMIT, "calls", 1, seconds(10));
    pace.lower(&LIMIT, "calls", 4, seconds(10));
    assert_eq!(pace.wait(&LIMIT, 1, seconds(10)), Wait::None);
    send(&mut pace, &LIMIT, 1, seconds(10));
    assert_eq!(pace.wait(&LIMIT, 1, seconds(10)), Wait::For(millis(50_600), LIMIT.spends[0]));
}

#[test]
fn asking_often_loses_nothing_and_a_clock_set_back_gives_nothing() {
    const LIMIT: Limit = Limit::of(Selector::Url, 9).spends(&[Budget::items("urls", 7).refill(7, 1)]);
    let mut pace = pace(&[LIMIT]);
    send(&mut pace, &LIMIT, 7, ZERO);
    for nanos in 0..1000 {
        assert_ne!(pace.wait(&LIMIT, 7, Duration::from_nanos(nanos * 999_999)), Wait::None);
    }
    assert_eq!(pace.wait(&LIMIT, 7, millis(1010)), Wait::None);
    send(&mut pace, &LIMIT, 7, millis(1010));
    assert_eq!(pace.wait(&LIMIT, 7, ZERO), Wait::For(millis(1010), LIMIT.spends[0]));
}

#[test]
fn a_daily_budget_comes_back_whole_at_midnight() {
    const LIMIT: Limit = Limit::of(Selector::Url, 30).spends(&[Budget::requests("day", 1).daily()]);
    let mut pace = pace(&[LIMIT]);
    let evening = seconds(DAY - 60);
    send(&mut pace, &LIMIT, 30, evening);
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
    send(&mut pace, &URLS, 5, ZERO);
    assert_eq!(pace.wait(&TAGS, 5, ZERO), Wait::For(millis(10_100), CALLS));
    assert_eq!(pace.wait(&URLS, 1, ZERO), Wait::For(seconds(101), BOTH[1]));
}

#[test]
fn the_provider_lowers_but_never_raises() {
    const LIMIT: Limit = Limit::of(Selector::Url, 30).spends(&[Budget::requests("day", 100).daily()]);
    let mut pace = pace(&[LIMIT]);
    pace.lower(&LIMIT, "day", 1, ZERO);
    pace.lower(&LIMIT, "day", 95, ZERO);
    pace.lower(&LIMIT, "unheard", 0, ZERO);
    assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::None);
    send(&mut pace, &LIMIT, 1, ZERO);
    assert!(matches!(pace.wait(&LIMIT, 1, ZERO), Wait::For(..)));
}

#[test]
fn an_answer_lowers_the_items_of_its_own_row() {
    const URLS: Limit = Limit::of(Selector::Url, 9).spends(&[Budget::items("urls", 9).refill(1, 1)]);
    const TAGS: Limit = Limit::of(Selector::Tag, 9).spends(&[Budget::items("tags", 9).refill(1, 1)]);
    let mut pace = pace(&[URLS, TAGS]);
    pace.lower(&TAGS, OBJECTS, 2, ZERO);
    assert_eq!(pace.wait(&URLS, 9, ZERO), Wait::None);
    assert_eq!(pace.wait(&TAGS, 3, ZERO), Wait::For(millis(1010), TAGS.spends[0]));
}

#[test]
fn room_in_progress_comes_back_when_done() {
    const LIMIT: Limit = Limit::of(Selector::Url, 3).spends(&[Budget::items("progress", 3)]);
    let mut pace = pace(&[LIMIT]);
    send(&mut pace, &LIMIT, 2, ZERO);
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
        send(&mut pace, &LIMIT, 1, ZERO);
        pace.wait(&LIMIT, 1, ZERO)
    };
    assert_eq!(room(&[]), Wait::For(millis(60_600), SPENDS[0]));
    assert_eq!(room(&[("plan".into(), "pro".into())]), Wait::None);
}

#[test]
fn the_caller_may_slow_it_down() {
    const LIMIT: Limit = Limit::of(Selector::Url, 1);
    let mut pace = pace(&[LIMIT]);
    pace.at_most(500, ZERO);
    assert_eq!(pace.wait(&LIMIT, 1, ZERO), Wait::None);
    send(&mut pace, &LIMIT, 1, ZERO);
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
    assert_eq!(ahead(3, None), Forecast { least: millis(10_100), open: 0 });
    assert_eq!(ahead(3, Some(50)), Forecast { least: seconds(40), open: 0 });
    assert_eq!(ahead(7, None), Forecast { least: millis(50_500), open: 2 });
    assert_eq!(ahead(2, None).to_string(), "without waiting");
    let text = "at least 51s of waiting, and 2 requests wait for purges in progress";
    assert_eq!(ahead(7, None).to_string(), text);
}

#[test]
fn midnight_is_written_as_rfc_3339() {
    assert_eq!(rfc3339(midnight(seconds(1_767_225_600))), "2026-01-02T00:00:00Z");
    assert_eq!(rfc3339(Duration::MAX), "9999-12-31T23:59:59Z");
}
