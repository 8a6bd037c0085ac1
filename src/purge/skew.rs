//! What to say where a signature is refused for its time: how far the two clocks are apart.

use super::pace::rfc3339;
use crate::error::Answer;
use std::time::Duration;

/// A `Date` has whole seconds, and an answer takes its time.
const CLOSE: Duration = Duration::from_secs(3);

/// How far this machine's clock is off, by the answer's `Date`, and what to do about it.
pub fn skew(answer: &Answer, now: Duration) -> String {
    let Some(at) = answer.at else {
        return format!("this machine's clock says {}; set its time", rfc3339(now));
    };
    let (apart, way) = if now > at { (now - at, "ahead of") } else { (at - now, "behind") };
    if apart <= CLOSE {
        return format!(
            "this machine's clock agrees with the server's ({}), so the time is not what is wrong",
            rfc3339(now)
        );
    }
    let apart = humantime::format_duration(Duration::from_secs(apart.as_secs()));
    format!("this machine's clock is {apart} {way} the server's; set its time")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Response;

    #[test]
    fn clocks_are_compared_by_the_date_of_the_answer() {
        let said = |headers: &[(&str, &str)], now| {
            let headers =
                headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let reply =
                Response { status: 403, headers, body: Vec::new(), attempts: 1, elapsed: Duration::ZERO };
            skew(&reply.answer(None), Duration::from_secs(now))
        };
        let date = [("date", "Thu, 01 Jan 2026 00:00:00 GMT")];
        let words = |text: &str| format!("this machine's clock is {text} the server's; set its time");
        assert_eq!(said(&date, 1_767_225_600 + 200), words("3m 20s ahead of"));
        assert_eq!(said(&date, 1_767_225_600 - 86_400), words("1day behind"));
        assert!(said(&date, 1_767_225_602).contains("agrees with the server's (2026-01-01T00:00:02Z)"));
        for none in [&[][..], &[("date", "yesterday")]] {
            assert_eq!(
                said(none, 1_767_225_600),
                "this machine's clock says 2026-01-01T00:00:00Z; set its time"
            );
        }
    }
}
