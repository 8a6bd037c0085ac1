//! What a good signature does not settle: times, scope, address, country, method.

use super::{Question, guess::Times};
use crate::sign::{Claim, Scheme, Until, Verdict, stamp};

/// As milliseconds these are years from 2001 to 5138, as seconds none that anybody means. Twelve digits are
/// left alone: 253402300799 is the last second of the year 9999, which stands for ever.
const MILLISECONDS: std::ops::Range<u64> = 1_000_000_000_000..100_000_000_000_000;
const QUARTER: i64 = 900;
const WIDEST: i64 = 14 * 3600;
const SLACK: i64 = 120;

/// The cause that claims show, and the fact behind it.
pub fn cause(
    question: &Question<'_>,
    scheme: &Scheme,
    verdict: &Verdict,
    times: Times,
) -> Option<(&'static str, String)> {
    if let Some((name, time)) = milliseconds(times) {
        let text = format!("{name} is {time}, which is {} if it is milliseconds", written(time / 1000));
        return Some(("time.milliseconds", text));
    }
    match verdict {
        Verdict::Expired { seconds } => zone(question, scheme, times).or_else(|| {
            let ended = question.now.saturating_sub(*seconds);
            Some(("time.expired", format!("the link ended at {}, {} ago", written(ended), spoken(*seconds))))
        }),
        Verdict::NotYetValid { seconds } => zone(question, scheme, times).or_else(|| {
            let begins = question.now.saturating_add(*seconds);
            Some(("time.not-yet-valid", format!("it begins at {}, in {}", written(begins), spoken(*seconds))))
        }),
        Verdict::Refused(claim) => refused(question, *claim),
        _ => None,
    }
}

/// A time that is written in milliseconds.
pub fn milliseconds(times: Times) -> Option<(&'static str, u64)> {
    [("the expiry", times.expires), ("the start", times.not_before), ("the time of minting", times.issued)]
        .into_iter()
        .find_map(|(name, time)| Some((name, time.filter(|time| MILLISECONDS.contains(time))?)))
}

/// A clock that is off by a whole zone would make it good.
fn zone(question: &Question<'_>, scheme: &Scheme, times: Times) -> Option<(&'static str, String)> {
    let now = i64::try_from(question.now).ok()?;
    let reference = i64::try_from(times.issued.or(times.not_before)?).ok()?;
    let away = reference - now;
    let offset = (away + away.signum() * QUARTER / 2) / QUARTER * QUARTER;
    let near = offset != 0 && offset.abs() <= WIDEST && (away - offset).abs() <= SLACK;
    let ignored = scheme.zone.map(|zone| -i64::from(zone));
    let offset =
        near.then_some(offset).into_iter().chain(ignored).find(|offset| {
            u64::try_from(now + offset).is_ok_and(|shifted| good(scheme.until, times, shifted))
        })?;
    let name = if times.issued.is_some() { "the time of minting" } else { "the start" };
    let side = if offset > 0 { "ahead of" } else { "behind" };
    let text = format!(
        "{name} is {}, {} {side} the clock; without this offset the link would be good",
        written(reference.unsigned_abs()),
        spoken(away.unsigned_abs())
    );
    Some(("time.zone", text))
}

fn good(until: Until, times: Times, now: u64) -> bool {
    let ended = times.expires.is_some_and(|expires| match until {
        Until::Before => now >= expires,
        Until::Through => now > expires,
    });
    !ended && times.not_before.is_none_or(|begins| now >= begins)
}

fn refused(question: &Question<'_>, claim: Claim) -> Option<(&'static str, String)> {
    let asked = |name: &str, value: Option<&str>| {
        format!(
            "the signature is good, and {name} {} is not what it allows",
            value.unwrap_or("of the request")
        )
    };
    match claim {
        Claim::Prefix | Claim::Globs | Claim::Regex => Some((
            "resource.too-narrow",
            "the signature is good, and its scope covers other URLs than this".into(),
        )),
        Claim::Ip => Some(("ip.mismatch", asked("the address", question.ip))),
        Claim::Countries => Some(("country.mismatch", asked("the country", question.country))),
        Claim::Method => Some(("method.other", asked("the method", question.method))),
        _ => None,
    }
}

/// A moment as people write it, in UTC.
pub fn written(seconds: u64) -> String {
    match stamp::write(seconds) {
        Some(text) => format!(
            "{}-{}-{} {}:{}:{} UTC ({seconds})",
            &text[..4],
            &text[4..6],
            &text[6..8],
            &text[9..11],
            &text[11..13],
            &text[13..15]
        ),
        None => seconds.to_string(),
    }
}

/// A span in its two largest units.
pub fn spoken(seconds: u64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (size, unit) in units {
        if rest >= size {
            parts.push(format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if parts.is_empty() { "0s".into() } else { parts[..parts.len().min(2)].join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::SCHEMES;

    fn asked(now: u64, times: Times, verdict: &Verdict) -> &'static str {
        let question = Question {
            link: "",
            schemes: Vec::new(),
            named: false,
            ring: Vec::new(),
            accepted: None,
            now,
            ip: None,
            country: None,
            method: None,
            headers: &[],
            hosts: &[],
            addresses: &[],
        };
        cause(&question, &SCHEMES[0], verdict, times).map_or("none", |(id, _)| id)
    }

    #[test]
    fn a_zone_is_a_multiple_of_a_quarter_of_an_hour_up_to_fourteen() {
        let now: u64 = 1_893_456_000;
        let early = Verdict::NotYetValid { seconds: 1 };
        // Valid from 200 seconds before it was minted, so that the slack of the offset does not matter.
        let minted = |away: i64| {
            let issued = now.checked_add_signed(away);
            Times { issued, not_before: issued.map(|at| at - 200), expires: issued.map(|at| at + 7200) }
        };
        for (away, wanted) in [
            (3600, "time.zone"),
            (3600 + 120, "time.zone"),
            (3600 - 120, "time.zone"),
            (3600 + 121, "time.not-yet-valid"),
            (5 * 3600 + 45 * 60, "time.zone"),
            (14 * 3600, "time.zone"),
            (14 * 3600 + 900, "time.not-yet-valid"),
            (100, "time.not-yet-valid"),
            (400, "time.not-yet-valid"),
        ] {
            assert_eq!(asked(now, minted(away), &early), wanted, "{away}");
        }
    }

    #[test]
    fn an_expiry_alone_says_nothing_of_zones() {
        let times = Times { expires: Some(1_893_456_000 - 3600), ..Times::default() };
        assert_eq!(asked(1_893_456_000, times, &Verdict::Expired { seconds: 3600 }), "time.expired");
    }

    #[test]
    fn thirteen_digits_are_milliseconds() {
        let times = Times { expires: Some(1_893_456_000_000), ..Times::default() };
        let valid = Verdict::Valid { expires: times.expires, unchecked: Vec::new() };
        assert_eq!(asked(1_893_456_000, times, &valid), "time.milliseconds");
    }

    #[test]
    fn spans_have_two_units() {
        for (seconds, text) in [(0, "0s"), (59, "59s"), (3600, "1h"), (93_784, "1d 2h")] {
            assert_eq!(spoken(seconds), text);
        }
    }
}
