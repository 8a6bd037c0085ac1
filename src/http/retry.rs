//! When a request is sent again, and after how long.
//!
//! Full jitter: each wait is drawn evenly between zero and the ceiling, so that clients cut off
//! together do not come back together. The server's word wins when it is longer.

use super::Response;
use crate::clock::Clock;
use backon::{BackoffBuilder, ExponentialBuilder};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const BASE: Duration = Duration::from_millis(250);
const CAP: Duration = Duration::from_secs(20);

/// The most that the wait before each retry may be: 250 ms, 500 ms, … 20 s. Their number is the
/// number of retries.
pub fn ceilings(retries: u32) -> impl Iterator<Item = Duration> {
    let times = usize::try_from(retries).unwrap_or(usize::MAX);
    ExponentialBuilder::new().with_min_delay(BASE).with_max_delay(CAP).with_max_times(times).build()
}

/// Statuses that say "not now".
pub(super) const fn passes(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// How long the server asks to wait: seconds or an HTTP date; one in the past is no wait.
pub(super) fn retry_after(response: &Response, clock: &dyn Clock) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(date.saturating_sub(clock.now().ok()?))
}

/// `come back at 2026-11-21T12:00:00Z`, or after how long where no date can hold it.
pub(super) fn come_back(wait: Duration, clock: &dyn Clock) -> String {
    let at = clock.now().ok().and_then(|now| now.checked_add(wait));
    let at: Option<SystemTime> = at.and_then(|at| UNIX_EPOCH.checked_add(at));
    // The year 9999 is the last that RFC 3339 writes.
    match at.filter(|_| wait < Duration::from_secs(1000 * 365 * 86_400)) {
        Some(at) => format!("come back at {}", humantime::format_rfc3339_seconds(round_up(at))),
        None => format!("come back in {} seconds", wait.as_secs()),
    }
}

/// Coming back a fraction early would be refused again.
fn round_up(at: SystemTime) -> SystemTime {
    let fraction = at.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    if fraction == 0 { at } else { at + Duration::from_nanos(u64::from(1_000_000_000 - fraction)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let waits: Vec<u128> = ceilings(9).map(|wait| wait.as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
        assert_eq!(ceilings(0).count(), 0);
    }

    #[test]
    fn only_these_statuses_are_worth_another_attempt() {
        let retried: Vec<u16> = (100..600).filter(|status| passes(*status)).collect();
        assert_eq!(retried, [408, 425, 429, 500, 502, 503, 504]);
    }
}
