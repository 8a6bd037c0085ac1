//! What one visit to the site is answered: cache, conditional requests, signatures.

use super::{
    Config,
    cache::{Cache, Found},
    daily::Daily,
    faults::Fault,
    gate::Pass,
    reply::{refuse, text},
    site::{Absent, Page, key},
    wire::Line,
};
use crate::sign::Visit;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What all requests share.
pub(super) struct Edge {
    pub(super) config: Config,
    pub(super) url: String,
    cache: Mutex<Cache>,
    daily: Mutex<Daily>,
    faults: Mutex<Vec<Fault>>,
}

/// What the log should say about a request.
#[derive(Clone, Default)]
pub(super) struct Note {
    pub(super) path: Option<String>,
    pub(super) verdict: Option<&'static str>,
}

impl Edge {
    pub(super) fn new(mut config: Config, url: &str) -> Arc<Self> {
        let faults = Mutex::new(std::mem::take(&mut config.faults));
        let (cache, daily) = (Mutex::new(Cache::new()), Mutex::default());
        Arc::new(Self { config, url: url.to_owned(), cache, daily, faults })
    }

    pub(super) fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn daily(&self) -> MutexGuard<'_, Daily> {
        self.daily.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with the next request.
    pub(super) fn fault(&self) -> Option<Fault> {
        Fault::next(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Seconds since 1970; a clock before that refuses every signature, which is the safe side.
    pub(super) fn now(&self) -> u64 {
        self.config.clock.now().map_or(u64::MAX, |now| now.as_secs())
    }

    /// The verdict on a signed URL, and the answer that follows from it.
    pub(super) fn signed(&self, request: &Asked<'_>) -> Response {
        let url = format!("http://{}{}", request.host(), request.target);
        let headers: Vec<(&str, &str)> = request
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let ip = request.visitor.map(|ip| ip.to_string());
        let visit = Visit {
            now: self.now(),
            ip: ip.as_deref(),
            method: Some(request.method.as_str()),
            headers: &headers,
            ..Visit::default()
        };
        let mut response = match self.config.gate.judge(&url, visit) {
            Pass::Open(target) => {
                let mut response = self.page(&Asked { target: &target, ..*request });
                let note = Note { path: Some(path_of(&target).to_owned()), verdict: Some("valid") };
                response.extensions_mut().insert(note);
                response.headers_mut().insert(SIGNED, HeaderValue::from_static("verified"));
                response
            }
            Pass::Closed(word, text) => {
                let mut response = refuse(StatusCode::FORBIDDEN, &text);
                response.extensions_mut().insert(Note { path: None, verdict: Some(word) });
                response
            }
        };
        // Signed answers are for whoever holds the URL, not for other caches.
        response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }

    /// A page, from the cache or from the site behind it.
    pub(super) fn page(&self, request: &Asked<'_>) -> Response {
        if !matches!(*request.method, Method::GET | Method::HEAD) {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are served\n");
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let key = key(request.target);
        let now = self.config.clock.elapsed();
        let forward = match self.cache().find(&key, now) {
            Found::Hit(page, age) => {
                let ttl = page.lifetime.unwrap_or_default().saturating_sub(age);
                let mut response = whole(&page, request);
                mark(&mut response, "HIT", &format!("stratos; hit; ttl={ttl}"));
                response.headers_mut().insert(header::AGE, age.into());
                return response;
            }
            Found::Stale => "stale",
            Found::Absent => "uri-miss",
        };
        let page = match self.config.site.page(path_of(request.target)) {
            Ok(page) => Arc::new(page),
            Err(absent) => return missing(absent, forward),
        };
        // A HEAD does not warm a cache: nobody saw the body.
        let stored = *request.method == Method::GET && self.cache().store(&key, &page, now);
        let mut response = whole(&page, request);
        mark(
            &mut response,
            "MISS",
            &format!("stratos; fwd={forward}{}", if stored { "; stored" } else { "" }),
        );
        response
    }
}

/// The parts of a request that an answer depends on.
#[derive(Clone, Copy)]
pub(super) struct Asked<'r> {
    pub(super) method: &'r Method,
    /// Path and query as sent.
    pub(super) target: &'r str,
    pub(super) headers: &'r HeaderMap,
    visitor: Option<IpAddr>,
}

impl<'r> Asked<'r> {
    pub(super) fn of(request: &'r Request) -> Self {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let line = request.extensions().get::<ConnectInfo<Line>>();
        let visitor = line.map(|ConnectInfo(line)| line.visitor);
        Self { method: request.method(), target, headers: request.headers(), visitor }
    }

    fn header(&self, name: HeaderName) -> &'r str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn host(&self) -> &'r str {
        self.header(header::HOST)
    }
}

const SIGNED: HeaderName = HeaderName::from_static("x-signed-url");
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
pub(super) const X_CACHE: HeaderName = HeaderName::from_static("x-cache");

pub(super) fn path_of(target: &str) -> &str {
    if planted!("edge-logs-signatures") {
        return target;
    }
    target.split('?').next().unwrap_or_default()
}

fn mark(response: &mut Response, cache: &'static str, status: &str) {
    let headers = response.headers_mut();
    headers.insert(X_CACHE, HeaderValue::from_static(cache));
    headers.insert(CACHE_STATUS, HeaderValue::from_str(status).expect("ASCII of our own"));
}

/// The page, or 304 when the visitor has it.
fn whole(page: &Page, request: &Asked<'_>) -> Response {
    let known = fresh(page, request);
    let mut response = Response::new(if known { Body::empty() } else { Body::from(page.body.clone()) });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, page.kind);
    set(header::CACHE_CONTROL, page.cache_control);
    set(header::ETAG, &page.etag);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("x-serial"), &page.serial.to_string());
    if let Some(modified) = &page.modified {
        set(header::LAST_MODIFIED, modified);
    }
    if !page.tags.is_empty() {
        set(HeaderName::from_static("cache-tag"), &page.tags.join(","));
    }
    response
}

/// RFC 9110 section 13.1: `If-None-Match` where it is given, else `If-Modified-Since`.
fn fresh(page: &Page, request: &Asked<'_>) -> bool {
    if request.headers.contains_key(header::IF_NONE_MATCH) {
        let list = request.header(header::IF_NONE_MATCH);
        return list
            .split(',')
            .map(str::trim)
            .any(|tag| tag == "*" || tag.trim_start_matches("W/") == page.etag);
    }
    let since = httpdate::parse_http_date(request.header(header::IF_MODIFIED_SINCE)).ok();
    let modified = page.modified.as_deref().and_then(|date| httpdate::parse_http_date(date).ok());
    matches!((since, modified), (Some(since), Some(modified)) if modified <= since)
}

fn missing(absent: Absent, forward: &str) -> Response {
    let (status, words) = match absent {
        Absent::Refused(why) => (StatusCode::FORBIDDEN, why),
        Absent::NotFound => (StatusCode::NOT_FOUND, "no such page"),
        Absent::TooLarge => (StatusCode::NOT_IMPLEMENTED, "this edge serves files of at most 64 MiB"),
    };
    let mut response = text(status, &format!("{words}\n"));
    mark(&mut response, "MISS", &format!("stratos; fwd={forward}; fwd-status={}", status.as_u16()));
    response
}
