//! Reads a pasted response (`curl -si`, `curl -v`, browser tools): status, cache, signature, vendor error.

use super::{Topic, headers, headers::Cache, status, vendors};
use serde::Serialize;

/// What a pasted response says.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The final status, where there is a status line.
    pub status: Option<u16>,
    /// What that status means.
    pub topic: Option<Topic>,
    /// Hit, miss, stale or bypass, where the headers tell.
    pub cache: Option<Cache>,
    /// The headers that say something.
    pub findings: Vec<Finding>,
    /// The vendor errors that the body shows.
    pub errors: Vec<Topic>,
}

/// One header, and what it says.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// As written.
    pub header: String,
    /// As written.
    pub value: String,
    /// In words.
    pub meaning: String,
}

/// Reads the last response in a text. Interim answers, proxies' and redirects' blocks before it are
/// passed over. `None` when there is neither a status line, nor a telling header, nor a known error.
#[must_use]
pub fn read(pasted: &[u8]) -> Option<Reading> {
    let text = String::from_utf8_lossy(pasted);
    let lines: Vec<&str> = text.lines().filter_map(unprefixed).collect();
    let start = lines.iter().rposition(|line| status_line(line).is_some());
    let code = start.and_then(|at| status_line(lines[at]));
    let rest = &lines[start.map_or(0, |at| at + 1)..];
    let end = rest.iter().position(|line| line.trim().is_empty()).unwrap_or(rest.len());
    let head = rest[..end].iter().filter_map(|line| line.split_once(':'));
    let mut reading = Reading {
        status: code,
        topic: code.and_then(status),
        cache: None,
        findings: Vec::new(),
        errors: Vec::new(),
    };
    for (name, value) in head.filter(|(name, _)| is_token(name.trim())) {
        let Some(meaning) = headers::meaning(name.trim(), value) else { continue };
        reading.cache = stronger(reading.cache, meaning.cache, name.trim());
        let (header, value) = (name.trim().to_owned(), value.trim().to_owned());
        reading.findings.push(Finding { header, value, meaning: meaning.text });
    }
    reading.errors = vendors::in_body(&text).collect();
    (code.is_some() || !reading.findings.is_empty() || !reading.errors.is_empty()).then_some(reading)
}

/// A cache's own word beats what `Cache-Control` and `Vary` merely allow.
fn stronger(known: Option<Cache>, found: Option<Cache>, header: &str) -> Option<Cache> {
    let merely_allows = ["cache-control", "vary"].iter().any(|name| header.eq_ignore_ascii_case(name));
    if merely_allows { known.or(found) } else { found.or(known) }
}

/// `curl -v` writes `< ` before what came in, `> ` and `* ` before the rest.
fn unprefixed(line: &str) -> Option<&str> {
    match line.as_bytes() {
        [b'<', b' ', ..] => Some(&line[2..]),
        [b'<'] => Some(""),
        [b'>' | b'*' | b'{' | b'}', b' ', ..] => None,
        _ => Some(line),
    }
}

/// `HTTP/1.1 403 Forbidden`, `HTTP/2 200`.
fn status_line(line: &str) -> Option<u16> {
    let (_, rest) = line.trim_start().strip_prefix("HTTP/")?.split_once(' ')?;
    let code = rest.trim_start().get(..3)?.parse().ok()?;
    (100..600).contains(&code).then_some(code)
}

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_block_counts() {
        let pasted =
            b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 301\r\nlocation: https://a.example/\r\n\r\n\
            HTTP/2 403 \r\nx-cache: Error from cloudfront\r\n\r\n<Error><Code>InvalidKey</Code></Error>\n";
        let reading = read(pasted).expect("a response");
        assert_eq!((reading.status, reading.cache), (Some(403), Some(Cache::Bypass)));
        assert_eq!(reading.errors.iter().map(|topic| topic.code).collect::<Vec<_>>(), ["InvalidKey"]);
        assert!(reading.findings.iter().all(|finding| finding.header != "location"));
    }

    #[test]
    fn the_marks_of_curl_v_are_passed_over() {
        let reading =
            read(b"* Trying 1.2.3.4\n> GET / HTTP/1.1\n> Age: 5\n< HTTP/1.1 200 OK\n< Age: 7\n< \nbody")
                .unwrap();
        assert_eq!(reading.status, Some(200));
        assert_eq!(reading.findings.len(), 1);
        assert_eq!(reading.findings[0].value, "7");
    }

    #[test]
    fn a_cache_word_beats_what_cache_control_allows() {
        let reading = read(b"HTTP/1.1 200 OK\nX-Cache: HIT\nCache-Control: private\n\n").unwrap();
        assert_eq!(reading.cache, Some(Cache::Hit));
        let reading = read(b"HTTP/1.1 200 OK\nCache-Control: no-store\n\n").unwrap();
        assert_eq!(reading.cache, Some(Cache::Bypass));
    }

    #[test]
    fn text_that_is_no_response_is_refused() {
        for pasted in [&b""[..], b"hello\n", b"\xff\xfe\x00", b"HTTP/1.1 9", b"key: value\n"] {
            assert!(read(pasted).is_none(), "{pasted:?}");
        }
    }

    #[test]
    fn a_body_alone_is_enough_where_it_is_known() {
        let reading = read(br#"{"error":"Rate limit exceeded: max 100 purges per day"}"#).unwrap();
        assert_eq!((reading.status, reading.errors[0].code), (None, "daily-purges"));
    }
}
