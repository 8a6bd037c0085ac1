//! What the edge does wrong on request (`--fault`), to every request or to the first few.

use super::wire::{Line, Manner};
use crate::error::{Error, Result};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::json;

/// One fault and how many requests it still meets; `None` is all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    row: &'static Row,
    left: Option<u32>,
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: &'static str,
    what: &'static str,
    effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Throttle,
    Down,
    /// The real answer, delivered badly.
    Deliver(Manner),
    Oversize,
    Redirect,
    Html,
}

#[rustfmt::skip]
const FAULTS: &[Row] = &[
    Row { name: "429", what: "too many requests, with Retry-After", effect: Effect::Throttle },
    Row { name: "503", what: "service unavailable", effect: Effect::Down },
    Row { name: "stall", what: "takes the request and never answers", effect: Effect::Deliver(Manner::Stall) },
    Row { name: "stall-body", what: "stops after the first bytes of the body", effect: Effect::Deliver(Manner::StallBody) },
    Row { name: "drip", what: "sends the body byte by byte, ten a second", effect: Effect::Deliver(Manner::Drip) },
    Row { name: "reset", what: "resets the connection", effect: Effect::Deliver(Manner::Reset) },
    Row { name: "oversize", what: "answers with 9 MiB", effect: Effect::Oversize },
    Row { name: "redirect", what: "307 to another origin", effect: Effect::Redirect },
    Row { name: "non-json", what: "an HTML page with status 200, as captive portals do", effect: Effect::Html },
];

/// More than the 8 MiB that a reply may hold.
const OVERSIZE: usize = 9 << 20;
/// An origin that exists nowhere (RFC 2606).
const ELSEWHERE: &str = "https://elsewhere.invalid";

impl Fault {
    /// Reads `NAME` or `NAME:COUNT`.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, count) = text.split_once(':').map_or((text, None), |(name, count)| (name, Some(count)));
        let Some(row) = FAULTS.iter().find(|row| row.name == name) else {
            let known: Vec<&str> = FAULTS.iter().map(|row| row.name).collect();
            return Err(Error::Usage(format!(
                "--fault {text}: no such fault; there are {}",
                known.join(", ")
            )));
        };
        let left = count.map(|count| match count.parse::<u32>() {
            Ok(count) if count > 0 && !text.contains('+') => Ok(count),
            _ => Err(Error::Usage(format!(
                "--fault {text}: the count of requests is a whole number from 1, as in {name}:2"
            ))),
        });
        Ok(Self { row, left: left.transpose()? })
    }

    /// Name and meaning of each, for help.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        FAULTS.iter().map(|row| (row.name, row.what))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.row.name
    }

    /// The first fault that still has a request to meet, used up by one.
    pub(super) fn next(faults: &mut [Self]) -> Option<Self> {
        let fault = faults.iter_mut().find(|fault| fault.left != Some(0))?;
        fault.left = fault.left.map(|left| left - 1);
        Some(fault.clone())
    }

    /// Answers in place of the edge, or tells the line how to deliver the real answer.
    pub(super) fn strike(&self, line: &Line, target: &str, retry_after: u64) -> Option<Response> {
        let (status, kind, body) = match self.row.effect {
            Effect::Deliver(manner) => {
                line.behave(manner);
                return None;
            }
            Effect::Throttle => (429, JSON, refusal(429, "Too many requests")),
            Effect::Down => (503, JSON, refusal(503, "Service unavailable")),
            Effect::Oversize => (200, JSON, vec![b' '; OVERSIZE]),
            Effect::Redirect => (307, TEXT, b"moved\n".to_vec()),
            Effect::Html => (200, HTML, PORTAL.as_bytes().to_vec()),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).expect("one of the five above");
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if status == 429 {
            headers.insert(header::RETRY_AFTER, retry_after.into());
        }
        if status == 307 {
            let place = HeaderValue::from_str(&format!("{ELSEWHERE}{target}"));
            headers.insert(header::LOCATION, place.unwrap_or(HeaderValue::from_static(ELSEWHERE)));
        }
        Some(response)
    }
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const PORTAL: &str = "<!doctype html><title>Sign in</title><p>Please sign in to use this network.</p>\n";

fn refusal(status: u16, message: &str) -> Vec<u8> {
    json!({ "HttpCode": status, "Message": message }).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_used_up_and_the_next_fault_follows() {
        let mut faults = [Fault::parse("503:2").unwrap(), Fault::parse("429:1").unwrap()];
        let met: Vec<_> = std::iter::from_fn(|| Fault::next(&mut faults)).map(|fault| fault.name()).collect();
        assert_eq!(met, ["503", "503", "429"]);
    }

    #[test]
    fn a_fault_without_count_meets_every_request() {
        let mut faults = [Fault::parse("reset").unwrap()];
        assert!((0..100).all(|_| Fault::next(&mut faults).is_some()));
    }

    #[test]
    fn unknown_names_and_counts_are_refused() {
        for text in ["", "500", "503:", "503:0", "503:-1", "503:+2", "503:x", "429:1:2", "Stall"] {
            let refused = Fault::parse(text).unwrap_err();
            assert_eq!(refused.facts().exit, 64, "{text}: {refused}");
        }
    }
}
