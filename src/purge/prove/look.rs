//! One look at one URL, and what its answer shows. Doubt is a state of its own.

use super::variants::Encoding;
use crate::{
    error::{Error, Result},
    explain::{Cache, said},
    http::{Client, Request, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    io::{self, Write},
    net::SocketAddr,
    time::Duration,
};

/// What a look shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// New beyond doubt.
    Fresh,
    /// Old beyond doubt.
    Stale,
    /// Neither.
    Unknown,
}

impl State {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }
}

/// What a state rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The bytes, compared.
    Bytes,
    /// `Age`, against the time of the purge.
    Age,
    /// The word of a cache.
    Cache,
    /// The HTTP status.
    Status,
    /// Nothing in the answer, or no answer.
    Nothing,
}

/// A state and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it is.
    pub state: State,
    /// What shows it.
    pub by: By,
    /// In words.
    pub note: String,
    /// Whether the edge itself had nothing stored: then what is old came from behind it.
    pub missed: bool,
}

/// Bytes as they arrived: status, encoding, digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes {
    /// The HTTP status.
    pub status: u16,
    /// The encoding that was sent, empty for identity.
    pub encoding: String,
    /// SHA-256 of the body.
    pub digest: [u8; 32],
}

impl Bytes {
    /// Whether there is something to compare: content, or its absence.
    #[must_use]
    pub const fn tells(&self) -> bool {
        matches!(self.status, 200..=299) || self.gone()
    }

    const fn gone(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// Whether it is the same content as `other`; `None` where that cannot be told.
    #[must_use]
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (self.gone(), other.gone()) {
            _ if !self.tells() || !other.tells() => None,
            (true, true) => Some(true),
            (false, false) if self.encoding != other.encoding => None,
            (false, false) => Some(self.digest == other.digest),
            _ => Some(false),
        }
    }
}

/// An answer, its bytes, and when it was asked for and whole by the monotonic clock.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Status and headers.
    pub response: Response,
    /// The body's digest.
    pub bytes: Bytes,
    /// Before the request left.
    pub asked: Duration,
    /// When the answer was whole.
    pub whole: Duration,
}

/// When the purge began and when it was accepted, by the monotonic clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// When its first request left; `None` where part of it was sent by an earlier run.
    pub begun: Option<Duration>,
    /// When its last one was accepted.
    pub accepted: Duration,
}

/// Fetches a URL in an encoding, at an address; no credential goes along.
pub fn fetch(
    client: &Client<'_>,
    url: &str,
    encoding: Encoding,
    at: Option<SocketAddr>,
    asks: &[(&str, &str)],
    until: Duration,
) -> Result<Seen> {
    let mut request = Request::get(url)
        .header("Accept", "*/*")
        .header("Accept-Encoding", encoding.name())
        .repeatable(false);
    for (name, value) in asks {
        request = request.header(name, *value);
    }
    if planted!("look-with-a-credential") {
        request = request.header("Authorization", "Bearer planted");
    }
    request.at = at;
    let asked = client.clock.elapsed();
    let mut sink = Sink { hash: Sha256::new(), client, until };
    let mut response = client.stream(&request, &mut sink)?;
    // What is no success is not streamed.
    sink.hash.update(std::mem::take(&mut response.body));
    let encoding = response.header("content-encoding").unwrap_or_default().trim().to_ascii_lowercase();
    let bytes = Bytes {
        status: response.status,
        encoding: if encoding == "identity" { String::new() } else { encoding },
        digest: sink.hash.finalize().into(),
    };
    Ok(Seen { response, bytes, asked, whole: client.clock.elapsed() })
}

/// Hashes what arrives, and keeps nothing. A body that outlasts the time is not read on.
struct Sink<'a> {
    hash: Sha256,
    client: &'a Client<'a>,
    until: Duration,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.client.clock.elapsed() > self.until {
            return Err(io::Error::other("the time for the proof is up"));
        }
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a look shows: by bytes where the right ones are known, else by Age, else by the caches' words.
#[must_use]
pub fn judge(seen: &Seen, wanted: Option<&Bytes>, times: Times) -> Verdict {
    let caches = said(&seen.response.headers);
    let missed = caches.first().is_some_and(|said| said.cache == Cache::Miss);
    let verdict = |state, by, note: String| Verdict { state, by, note, missed };
    let status = seen.bytes.status;
    if !seen.bytes.tells() {
        return verdict(State::Unknown, By::Status, format!("HTTP {status} shows nothing"));
    }
    if let Some(wanted) = wanted
        && let Some(same) = seen.bytes.same(wanted)
    {
        return match same {
            true => verdict(State::Fresh, By::Bytes, "the bytes are the wanted ones".into()),
            false if status != wanted.status => {
                let note = format!("HTTP {status}, where the origin answers {}", wanted.status);
                verdict(State::Stale, By::Bytes, note)
            }
            false => verdict(State::Stale, By::Bytes, "the bytes are not the wanted ones".into()),
        };
    }
    let (state, by, note) = by_headers(seen, &caches, times);
    verdict(state, by, note)
}

/// Whole seconds of Age are rounded: within one second of the purge it proves neither.
fn by_headers(seen: &Seen, caches: &[crate::explain::Said], times: Times) -> (State, By, String) {
    let second = Duration::from_secs(1);
    let age = age(&seen.response).map(Duration::from_secs);
    if let (Some(age), Some(begun)) = (age, times.begun)
        && age > seen.whole.saturating_sub(begun) + second
    {
        return (State::Stale, By::Age, format!("stored {} s ago, before the purge", age.as_secs()));
    }
    let named = |word: Cache| caches.iter().find(|said| said.cache == word);
    if let Some(stale) = named(Cache::Stale) {
        return (State::Stale, By::Cache, format!("{}: {}", stale.header, stale.value));
    }
    if let Some(age) = age
        && age + second <= seen.asked.saturating_sub(times.accepted)
    {
        return (State::Fresh, By::Age, format!("stored {} s ago, after the purge", age.as_secs()));
    }
    let doubt = if planted!("doubt-is-fresh") { State::Fresh } else { State::Unknown };
    let stored = named(Cache::Hit).or_else(|| caches.iter().find(|said| said.behind));
    match (stored, named(Cache::Miss), caches.first()) {
        (Some(said), ..) => {
            (doubt, By::Cache, format!("{}: {}, and no Age tells since when", said.header, said.value))
        }
        (None, Some(said), _) => (State::Fresh, By::Cache, format!("{}: {}", said.header, said.value)),
        (None, None, Some(said)) => {
            (doubt, By::Cache, format!("{}: {}, not cached here", said.header, said.value))
        }
        (None, None, None) => (doubt, By::Nothing, "neither Age nor a cache status is in the answer".into()),
    }
}

/// `Age`, where it is a number.
#[must_use]
pub fn age(response: &Response) -> Option<u64> {
    response.header("age")?.trim().parse().ok()
}

/// What a failed look shows; a signal ends all.
pub fn failed(error: &Error) -> Result<Verdict> {
    match error {
        Error::Interrupted { signal, detail } => {
            Err(Error::Interrupted { signal: *signal, detail: detail.clone() })
        }
        other => {
            Ok(Verdict { state: State::Unknown, by: By::Nothing, note: other.to_string(), missed: false })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn seen(status: u16, headers: &[(&str, &str)], body: &str) -> Seen {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let response = Response { status, headers, body: Vec::new(), attempts: 1, elapsed: Duration::ZERO };
        let encoding = response.header("content-encoding").unwrap_or_default().to_owned();
        let bytes = Bytes { status, encoding, digest: Sha256::digest(body).into() };
        // Begun at 100 s, accepted at 102 s, asked at 110 s.
        Seen { response, bytes, asked: seconds(110), whole: seconds(111) }
    }

    const TIMES: Times = Times { begun: Some(seconds(100)), accepted: seconds(102) };

    #[test]
    fn headers_are_read_as_the_table_says_and_doubt_stays_doubt() {
        use {By as B, State as S};
        for (headers, state, by) in [
            // Age alone: 110 - 102 = 8 s since the acceptance, 111 - 100 = 11 s since the beginning.
            (&[("age", "0")][..], S::Fresh, B::Age),
            (&[("age", "7")], S::Fresh, B::Age),
            (&[("age", "8")], S::Unknown, B::Nothing),
            (&[("age", "12")], S::Unknown, B::Nothing),
            (&[("age", "13")], S::Stale, B::Age),
            (&[("age", "soon")], S::Unknown, B::Nothing),
            // A hit says nothing without an Age.
            (&[("x-cache", "HIT")], S::Unknown, B::Cache),
            (&[("x-cache", "HIT"), ("age", "3")], S::Fresh, B::Age),
            (&[("x-cache", "HIT"), ("age", "300")], S::Stale, B::Age),
            (&[("cf-cache-status", "REVALIDATED")], S::Unknown, B::Cache),
            // A miss is fresh, unless something behind it had the object.
            (&[("x-cache", "Miss from cloudfront")], S::Fresh, B::Cache),
            (&[("cache-status", "edge; fwd=uri-miss; stored")], S::Fresh, B::Cache),
            (&[("cache-status", "shield; hit, edge; fwd=uri-miss")], S::Unknown, B::Cache),
            (&[("cf-cache-status", "MISS")], S::Fresh, B::Cache),
            (&[("cf-cache-status", "MISS"), ("age", "90")], S::Stale, B::Age),
            (&[("cf-cache-status", "MISS"), ("x-cache", "HIT")], S::Unknown, B::Cache),
            (&[("cf-cache-status", "EXPIRED")], S::Fresh, B::Cache),
            (&[("x-cache", "HIT, MISS")], S::Unknown, B::Cache),
            (&[("x-cache", "TCP_MISS from a1"), ("x-cache-remote", "TCP_HIT from a2")], S::Unknown, B::Cache),
            (&[("akamai-cache-status", "Miss from child, Miss from parent")], S::Fresh, B::Cache),
            (&[("cdn-cache", "MISS")], S::Fresh, B::Cache),
            (&[("x-varnish", "32770")], S::Fresh, B::Cache),
            (&[("x-varnish", "32770 5")], S::Unknown, B::Cache),
            // Stale by its own word, not cached, and nothing at all.
            (&[("cf-cache-status", "UPDATING"), ("age", "0")], S::Stale, B::Cache),
            (&[("x-vercel-cache", "STALE")], S::Stale, B::Cache),
            (&[("cf-cache-status", "DYNAMIC")], S::Unknown, B::Cache),
            (&[("x-cache", "Error from cloudfront")], S::Unknown, B::Cache),
            (&[("cache-control", "no-store")], S::Unknown, B::Nothing),
            (&[], S::Unknown, B::Nothing),
        ] {
            let verdict = judge(&seen(200, headers, "new"), None, TIMES);
            assert_eq!((verdict.state, verdict.by), (state, by), "{headers:?}: {}", verdict.note);
        }
    }

    #[test]
    fn a_refusal_shows_nothing_and_an_absence_is_content() {
        for status in [301, 304, 401, 403, 429, 500, 503] {
            let verdict = judge(&seen(status, &[("x-cache", "MISS")], ""), None, TIMES);
            assert_eq!((verdict.state, verdict.by), (State::Unknown, By::Status), "{status}");
        }
        assert_eq!(judge(&seen(404, &[("x-cache", "MISS")], ""), None, TIMES).state, State::Fresh);
    }

    #[test]
    fn bytes_beat_headers_within_one_encoding() {
        let of = |status, encoding: &str, body: &str| Bytes {
            status,
            encoding: encoding.into(),
            digest: Sha256::digest(body).into(),
        };
        let old = [("x-cache", "HIT"), ("age", "999")];
        let verdict = |seen: &Seen, wanted: &Bytes| {
            let verdict = judge(seen, Some(wanted), TIMES);
            (verdict.state, verdict.by)
        };
        assert_eq!(verdict(&seen(200, &old, "new"), &of(200, "", "new")), (State::Fresh, By::Bytes));
        let miss = [("x-cache", "MISS")];
        assert_eq!(verdict(&seen(200, &miss, "old"), &of(200, "", "new")), (State::Stale, By::Bytes));
        assert_eq!(verdict(&seen(404, &miss, "a"), &of(404, "", "b")), (State::Fresh, By::Bytes));
        assert_eq!(verdict(&seen(200, &miss, "a"), &of(404, "", "a")), (State::Stale, By::Bytes));
        assert_eq!(verdict(&seen(404, &miss, "a"), &of(200, "", "a")), (State::Stale, By::Bytes));
        let gzip = [("content-encoding", "gzip"), ("x-cache", "HIT"), ("age", "999")];
        assert_eq!(verdict(&seen(200, &gzip, "x"), &of(200, "gzip", "x")), (State::Fresh, By::Bytes));
        // Other encodings cannot be compared, and an origin that fails is no measure.
        assert_eq!(verdict(&seen(200, &gzip, "x"), &of(200, "", "x")), (State::Stale, By::Age));
        assert_eq!(verdict(&seen(200, &miss, "x"), &of(503, "", "x")), (State::Fresh, By::Cache));
    }
}
