//! `--timeout`, `--retries` and `--max-wait`: flag, then environment, then profile, then default.
//! Each value is checked where it was found, and refused by that name.

use super::Policy;
use crate::error::{Error, Result};
use std::time::Duration;

/// One setting where it was found: the name to blame, and the text.
type Named = Option<(String, String)>;

const DAY: Duration = Duration::from_secs(86_400);

/// The policy, from whatever was given; what was not keeps its default.
pub fn policy(timeout: Named, retries: Named, max_wait: Named) -> Result<Policy> {
    let mut policy = Policy::default();
    if let Some((source, text)) = timeout {
        policy.timeout = duration(&source, &text)?;
        if policy.timeout.is_zero() {
            return Err(Error::Usage(format!(
                "{source} is zero: nothing answers in no time; write {source} 15s"
            )));
        }
        if policy.timeout > DAY {
            return Err(Error::Usage(format!("{source} is longer than a day; write at most 24h")));
        }
    }
    if let Some((source, text)) = retries {
        policy.retries = count(&source, &text)?;
    }
    if let Some((source, text)) = max_wait {
        policy.max_wait = duration(&source, &text)?;
    }
    Ok(policy)
}

/// `15s`, `500ms`, `1m 30s`, or a bare number of milliseconds from 100 on: below that, seconds
/// may be meant, and nobody has to guess.
pub fn duration(source: &str, text: &str) -> Result<Duration> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.parse::<u64>() {
            Ok(0) => Ok(Duration::ZERO),
            Ok(number @ 1..100) => Err(Error::Usage(format!(
                "{source} {text} is ambiguous: write {number}s for seconds or {number}ms for milliseconds"
            ))),
            Ok(number) => Ok(Duration::from_millis(number)),
            Err(_) => Err(no_duration(source, text)),
        };
    }
    humantime::parse_duration(text).map_err(|_| no_duration(source, text))
}

fn no_duration(source: &str, text: &str) -> Error {
    let text: String = text.chars().take(40).collect();
    Error::Usage(format!("{source} `{text}` is no duration; write 15s, 500ms, 2m, or milliseconds as digits"))
}

fn count(source: &str, text: &str) -> Result<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        Error::Usage(format!(
            "{source} `{text}` is no count; write how many attempts may follow the first, as digits"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeout(text: &str) -> Result<Duration> {
        policy(Some(("--timeout".into(), text.into())), None, None).map(|policy| policy.timeout)
    }

    #[test]
    fn durations_take_suffixes_or_milliseconds() {
        assert_eq!(timeout("500").unwrap(), Duration::from_millis(500));
        assert_eq!(timeout("100").unwrap(), Duration::from_millis(100));
        assert_eq!(timeout("50ms").unwrap(), Duration::from_millis(50));
        assert_eq!(timeout("15s").unwrap(), Duration::from_secs(15));
        assert_eq!(timeout("1m 30s").unwrap(), Duration::from_secs(90));
        assert_eq!(policy(None, None, None).unwrap().timeout, Duration::from_secs(15));
    }

    #[test]
    fn bad_values_are_usage_errors_that_name_their_source() {
        for text in [
            "abc",
            "0",
            "-5",
            "-1s",
            "1e3",
            "0s",
            "99",
            "1.5",
            "",
            " ",
            "25h",
            "99999999999999999999999",
            "5 parsecs",
        ] {
            let error = timeout(text).expect_err(text);
            assert_eq!(error.facts().exit, 64, "{text}");
            assert!(error.to_string().starts_with("--timeout"), "{error}");
        }
        let both = timeout("30").unwrap_err().to_string();
        assert!(both.contains("30s") && both.contains("30ms"), "{both}");
        for text in ["abc", "-1", "+1", "1.5", "", "4294967296"] {
            let named = Some(("CLOUDCDN_RETRIES".into(), text.into()));
            let error = policy(None, named, None).expect_err(text);
            assert_eq!(error.facts().exit, 64, "{text}");
            assert!(error.to_string().starts_with("CLOUDCDN_RETRIES"), "{error}");
        }
        assert_eq!(policy(None, Some(("--retries".into(), "0".into())), None).unwrap().retries, 0);
    }
}
