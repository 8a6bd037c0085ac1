//! Times as people write them: `--expires`, `--not-before`, `--at`, and the lifetimes of `--ttl`.

use std::time::{Duration, UNIX_EPOCH};

/// From here on a number of seconds (the year 5138) is taken for milliseconds.
const MILLISECONDS: u64 = 100_000_000_000;

/// Why a text is no time; each has its row in the table of refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing at all.
    Empty,
    /// None of the forms.
    Form,
    /// `01893456000`.
    LeadingZero,
    /// Second 0.
    Zero,
    /// Too large for seconds; the seconds it means.
    Milliseconds(u64),
    /// RFC 3339 without `Z` or `+02:00`.
    NoOffset,
    /// Past the year 5138.
    TooLate,
    /// No whole number of seconds with a known unit.
    Lifetime,
}

/// A moment: decimal seconds, RFC 3339 with any offset, or `+15m` from now.
pub fn moment(text: &str, now: u64) -> Result<u64, Flaw> {
    let seconds = match text.as_bytes() {
        [] => return Err(Flaw::Empty),
        [b'+', ..] => now.saturating_add(lifetime(&text[1..]).map_err(|_| Flaw::Form)?),
        digits if digits.iter().all(u8::is_ascii_digit) => decimal(text)?,
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] => rfc3339(text)?,
        _ => return Err(Flaw::Form),
    };
    match seconds {
        0 => Err(Flaw::Zero),
        MILLISECONDS.. => Err(Flaw::TooLate),
        _ => Ok(seconds),
    }
}

/// A length of time in whole seconds: `15m`, `1h30m`, `7d`; a bare number is seconds.
pub fn lifetime(text: &str) -> Result<u64, Flaw> {
    let mut total = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().map_err(|_| Flaw::Lifetime)?;
        rest = &rest[digits..];
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match &rest[..letters] {
            "s" => 1,
            "" if digits == text.len() => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return Err(Flaw::Lifetime),
        };
        rest = &rest[letters..];
        let part = number.checked_mul(unit).ok_or(Flaw::Lifetime)?;
        total = total.checked_add(part).ok_or(Flaw::Lifetime)?;
    }
    if total == 0 { Err(Flaw::Lifetime) } else { Ok(total) }
}

/// Seconds as UTC, for people.
pub fn utc(seconds: u64) -> String {
    match UNIX_EPOCH.checked_add(Duration::from_secs(seconds)) {
        // humantime writes years up to 9999.
        Some(time) if seconds < 253_402_300_800 => humantime::format_rfc3339_seconds(time).to_string(),
        _ => format!("{seconds} s after 1970"),
    }
}

/// A length of time for people, its two largest units.
pub fn spoken(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (size, name) in UNITS {
        if left >= size {
            parts.push(format!("{} {name}", left / size));
            left %= size;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 s".into() } else { parts.join(" ") }
}

/// Plain digits only: signs and leading zeros are read differently by different edges.
fn decimal(text: &str) -> Result<u64, Flaw> {
    if text.len() > 1 && text.starts_with('0') {
        return Err(if text.bytes().all(|byte| byte == b'0') { Flaw::Zero } else { Flaw::LeadingZero });
    }
    match text.parse::<u64>() {
        Ok(number) if number < MILLISECONDS => Ok(number),
        Ok(number) => Err(Flaw::Milliseconds(number / 1000)),
        Err(_) => Err(Flaw::TooLate),
    }
}

/// humantime reads UTC; the offset is ours.
fn rfc3339(text: &str) -> Result<u64, Flaw> {
    let (local, offset) = zone(text).ok_or(Flaw::NoOffset)?;
    let utc = format!("{}Z", local.replacen(['t', ' '], "T", 1));
    let time = humantime::parse_rfc3339(&utc).map_err(|_| Flaw::Form)?;
    let seconds = time.duration_since(UNIX_EPOCH).map_err(|_| Flaw::Form)?.as_secs();
    seconds.checked_add_signed(-offset).ok_or(Flaw::Zero)
}

/// The time without its zone, and the zone in seconds east of UTC.
fn zone(text: &str) -> Option<(&str, i64)> {
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return Some((local, 0));
    }
    let (local, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let sign = match zone.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone[1..].split_once(':')?;
    let part = |text: &str, limit: i64| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &i64| plain && *number < limit)
    };
    Some((local, sign * (part(hours, 24)? * 3_600 + part(minutes, 60)? * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn seconds_offsets_and_lifetimes_name_a_moment() {
        for (text, seconds) in [
            ("1893456000", 1_893_456_000),
            ("1", 1),
            ("99999999999", 99_999_999_999),
            ("2030-01-01T00:00:00Z", 1_893_456_000),
            ("2030-01-01t00:00:00z", 1_893_456_000),
            ("2030-01-01 00:00:00.25Z", 1_893_456_000),
            ("2030-01-01T02:00:00+02:00", 1_893_456_000),
            ("2029-12-31T18:30:00-05:30", 1_893_456_000),
            ("2030-01-01T00:00:00-00:00", 1_893_456_000),
            ("2028-02-29T00:00:00Z", 1_835_395_200),
            ("1970-01-01T00:00:01Z", 1),
            ("+15m", NOW + 900),
            ("+900", NOW + 900),
            ("+1h30m", NOW + 5_400),
            ("+7d", NOW + 604_800),
        ] {
            assert_eq!(moment(text, NOW), Ok(seconds), "{text}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn what_is_no_moment_says_which_flaw_it_has() {
        use Flaw::*;
        for (text, flaw) in [
            ("", Empty), ("0", Zero), ("00", Zero), ("01", LeadingZero), ("-1", Form), ("+", Form), ("++1", Form),
            ("+-1", Form), ("+0", Form), ("1e9", Form), ("1.5", Form), ("0x10", Form), (" 1", Form), ("1 ", Form),
            ("١", Form), ("tomorrow", Form), ("true", Form), ("1,2", Form), ("2030-01-01", NoOffset),
            ("2030-01-01T00:00:00", NoOffset), ("2030-01-01T00:00:00+2:00", NoOffset),
            ("2030-01-01T00:00:00+24:00", NoOffset), ("2030-01-01T00:00:00+02:60", NoOffset),
            ("2030-02-29T00:00:00Z", Form), ("2030-13-01T00:00:00Z", Form), ("2030-01-01T24:00:00Z", Form),
            ("2030-01-01T00:00:00+02:00Z", Form), ("1970-01-01T00:00:00Z", Zero), ("2030-é", NoOffset),
            ("1970-01-01T00:00:00+01:00", Zero), ("9999-12-31T23:59:59Z", TooLate), ("+5000000000000", TooLate),
            ("18446744073709551616", TooLate), ("1893456000123", Milliseconds(1_893_456_000)),
            ("100000000000", Milliseconds(100_000_000)), ("99999999999999", Milliseconds(99_999_999_999)),
        ] {
            assert_eq!(moment(text, NOW), Err(flaw), "{text}");
        }
    }

    #[test]
    fn lifetimes_are_whole_seconds() {
        for (text, seconds) in
            [("900", 900), ("900s", 900), ("15m", 900), ("15min", 900), ("1h", 3_600), ("1w1d", 691_200)]
        {
            assert_eq!(lifetime(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "0",
            "0s",
            "-5",
            "+5",
            "1.5h",
            "500ms",
            "15M",
            "1y",
            "m",
            "1h30",
            "5 m",
            "99999999999999999w",
        ] {
            assert_eq!(lifetime(text), Err(Flaw::Lifetime), "{text}");
        }
    }

    #[test]
    fn times_are_spoken_in_two_units() {
        assert_eq!(spoken(0), "0 s");
        assert_eq!(spoken(61), "1 min 1 s");
        assert_eq!(spoken(90_061), "1 d 1 h");
        assert_eq!(utc(1_893_456_000), "2030-01-01T00:00:00Z");
        assert_eq!(utc(u64::MAX), "18446744073709551615 s after 1970");
    }
}
