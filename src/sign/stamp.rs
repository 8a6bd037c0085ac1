//! Times as SigV4 writes them, `YYYYMMDDThhmmssZ` in UTC, and as the CDNs of China do, `YYYYMMDDhhmm` in their zone.

/// Unix seconds as text; `None` past the year 9999.
#[must_use]
pub fn write(seconds: u64) -> Option<String> {
    if seconds >= days_before(10_000) * 86_400 {
        return None;
    }
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hours, minutes) = (clock / 3600, clock / 60 % 60);
    Some(format!("{year:04}{month:02}{day:02}T{hours:02}{minutes:02}{:02}Z", clock % 60))
}

/// The Unix seconds of a text from 1970 on; `None` where it is not exactly of that form.
#[must_use]
pub fn read(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let fixed = bytes.len() == 16 && bytes[8] == b'T' && bytes[15] == b'Z';
    let digits = |from: usize, to: usize| {
        let digits = bytes.get(from..to).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
        Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    };
    let seconds = |days: u64| {
        let (hours, minutes, seconds) = (digits(9, 11)?, digits(11, 13)?, digits(13, 15)?);
        Some(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
    };
    let days = days(digits(0, 4).filter(|_| fixed)?, digits(4, 6)?, digits(6, 8)?)?;
    // Writing it again refuses the 30th of February, hour 24 and second 60.
    seconds(days).filter(|seconds| write(*seconds).as_deref() == Some(text))
}

/// Seconds that the clocks of China are ahead of UTC, in every season.
pub const CHINA: u64 = 8 * 3600;

/// `YYYYMMDDhhmm` in China, the seconds cut off; `None` past the year 9999.
#[must_use]
pub fn write_minute(seconds: u64) -> Option<[u8; 12]> {
    let local = seconds.checked_add(CHINA).filter(|local| *local < days_before(10_000) * 86_400)?;
    let (year, month, day) = date(local / 86_400);
    let pairs = [year / 100, year % 100, month as u64, day, local / 3600 % 24, local / 60 % 60];
    let mut text = [0; 12];
    for (place, pair) in text.as_chunks_mut::<2>().0.iter_mut().zip(pairs) {
        *place = [b'0' + (pair / 10) as u8, b'0' + (pair % 10) as u8];
    }
    Some(text)
}

/// The Unix seconds at which such a minute begins.
#[must_use]
pub fn read_minute(text: &str) -> Option<u64> {
    let (date, clock) = text.split_at_checked(8).filter(|(_, clock)| clock.len() == 4)?;
    read(&format!("{date}T{clock}00Z"))?.checked_sub(CHINA)
}

const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Leap days from the year 1 to the end of `year`.
const fn leap_days(year: u64) -> u64 {
    year / 4 - year / 100 + year / 400
}

/// Days from 1970 to the first of January.
const fn days_before(year: u64) -> u64 {
    (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969)
}

fn month_length(year: u64, month: usize) -> u64 {
    MONTHS[month] + u64::from(month == 1 && is_leap(year))
}

fn date(days: u64) -> (u64, usize, u64) {
    // A few years too many at most: up to the year 9999 leap days add up to less than six years.
    let mut year = 1970 + days / 365;
    while days_before(year) > days {
        year -= 1;
    }
    let mut left = days - days_before(year);
    let mut month = 0;
    while left >= month_length(year, month) {
        left -= month_length(year, month);
        month += 1;
    }
    (year, month + 1, left + 1)
}

fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let month = usize::try_from(month).ok()?;
    if year < 1970 || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let before: u64 = (0..month - 1).map(|month| month_length(year, month)).sum();
    Some(days_before(year) + before + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn known_times_go_both_ways() {
        for (seconds, text) in [
            (0, "19700101T000000Z"),
            (951_782_400, "20000229T000000Z"),
            (1_893_452_400, "20291231T230000Z"),
            (4_107_542_400, "21000301T000000Z"),
            (253_402_300_799, "99991231T235959Z"),
        ] {
            assert_eq!(write(seconds).as_deref(), Some(text));
            assert_eq!(read(text), Some(seconds));
        }
        assert_eq!(write(253_402_300_800), None);
        assert_eq!(write(u64::MAX), None);
    }

    #[test]
    fn every_week_of_two_centuries_agrees_with_humantime() {
        for seconds in (0..6_311_433_600).step_by(604_800 + 3_661) {
            let wanted = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(write(seconds).unwrap(), wanted.to_string().replace(['-', ':'], ""));
            assert_eq!(read(&write(seconds).unwrap()), Some(seconds));
        }
    }

    #[test]
    fn minutes_of_china_are_eight_hours_ahead() {
        for seconds in (0..6_311_433_600).step_by(604_800 + 3_661) {
            let utc = write(seconds + CHINA).unwrap();
            let minute = write_minute(seconds).unwrap();
            let text = std::str::from_utf8(&minute).unwrap();
            assert_eq!(text, format!("{}{}", &utc[..8], &utc[9..13]));
            assert_eq!(read_minute(text), Some(seconds - seconds % 60));
        }
        assert_eq!(write_minute(253_402_300_800 - CHINA), None);
        assert_eq!(write_minute(u64::MAX), None);
        for text in
            ["", "20291231230", "2029123123000", "202912312460", "202902300000", "197001010759", "２０２9"]
        {
            assert_eq!(read_minute(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "20291231T230000",
            "20291231 230000Z",
            "20290230T000000Z",
            "20291301T000000Z",
            "20291200T000000Z",
            "20291231T240000Z",
            "20291231T006000Z",
            "20291231T000060Z",
            "2029123aT000000Z",
            "+0291231T000000Z",
            "19691231T235959Z",
            "2029-12-31T23:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
