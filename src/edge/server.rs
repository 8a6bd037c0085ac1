//! Starts and stops the edge, and answers for the site: cache, conditional requests, log.

use super::{
    Config,
    api::{self, Daily},
    cache::{Cache, Found},
    faults::Fault,
    gate::Pass,
    site::{Absent, Page, key},
    wire::{Door, Line},
};
use crate::{
    error::{Error, Result},
    sign::Visit,
};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::Response,
    routing,
};
use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};
use tokio::{runtime, sync::oneshot};

/// The headers that every answer of the CloudCDN API carries.
pub(super) const API_VERSION: &str = "2026-04-01";

/// An edge that runs until this value goes.
pub struct Running {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts an edge on a thread of its own.
pub fn start(config: Config) -> Result<Running> {
    let listener = bind(config.address)?;
    let failed = |error: std::io::Error| Error::Unavailable(format!("the edge cannot start: {error}"));
    let address = listener.local_addr().map_err(failed)?;
    let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build().map_err(failed)?;
    let door = {
        let _inside = runtime.enter();
        listener.set_nonblocking(true).map_err(failed)?;
        Door(tokio::net::TcpListener::from_std(listener).map_err(failed)?)
    };
    let url = format!("http://{address}");
    let app = app(Edge::new(config, &url)).into_make_service_with_connect_info::<Line>();
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = move || {
        runtime.block_on(async move {
            tokio::spawn(axum::serve(door, app).into_future());
            // An answer that stalls on purpose never ends, so nothing waits for the last one: the
            // runtime goes with this thread and takes every connection with it.
            let _ = stopped.await;
        });
    };
    let thread = std::thread::Builder::new().name("edge".into()).spawn(serve).map_err(failed)?;
    Ok(Running { url, address, stop: Some(stop), thread: Some(thread) })
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(Error::Usage(format!(
            "the edge listens on loopback only, and {} is not loopback; use 127.0.0.1",
            address.ip()
        )));
    }
    TcpListener::bind(address).map_err(|error| {
        let port = address.port();
        Error::Unavailable(match error.kind() {
            ErrorKind::AddrInUse => {
                format!("port {port} is taken; choose another one, or --port 0 for a free one")
            }
            ErrorKind::PermissionDenied => {
                format!("port {port} is not allowed for this user; choose one above 1023")
            }
            _ => format!("cannot listen on {address}: {error}"),
        })
    })
}

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
struct Note {
    path: Option<String>,
    verdict: Option<&'static str>,
}

impl Edge {
    fn new(mut config: Config, url: &str) -> Arc<Self> {
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
                let mut response = api::refuse(StatusCode::FORBIDDEN, &text);
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

    fn host(&self) -> &'r str {
        self.header(header::HOST)
    }
}

const SIGNED: HeaderName = HeaderName::from_static("x-signed-url");
const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const X_CACHE: HeaderName = HeaderName::from_static("x-cache");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

fn app(edge: Arc<Edge>) -> Router {
    Router::new()
        .route("/api/health", routing::get(api::health))
        .route("/api/signed", routing::get(api::signed))
        .route("/api/purge", routing::post(api::purge))
        .route("/api/assets", routing::get(api::assets))
        .fallback(site)
        .layer(middleware::from_fn_with_state(Arc::clone(&edge), attend))
        .with_state(edge)
}

async fn site(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let asked = Asked::of(&request);
    if asked.target.starts_with("/api/") {
        return api::refuse(StatusCode::NOT_FOUND, "Not found");
    }
    if edge.config.gate.has_endpoint() { edge.page(&asked) } else { edge.signed(&asked) }
}

/// Around every request: who may ask, faults, the headers all answers have, the log.
async fn attend(
    State(edge): State<Arc<Edge>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
    next: Next,
) -> Response {
    let (method, target) = (request.method().clone(), Asked::of(&request).target.to_owned());
    let mut verdict = "";
    let mut response = if foreign(Asked::of(&request).host()) {
        text(StatusCode::MISDIRECTED_REQUEST, "this edge answers to loopback names only\n")
    } else {
        let fault = {
            let mut faults = edge.faults.lock().unwrap_or_else(PoisonError::into_inner);
            Fault::next(&mut faults)
        };
        verdict = fault.as_ref().map_or("", Fault::name);
        match fault.and_then(|fault| fault.strike(&line, &target, edge.config.retry_after)) {
            Some(struck) => struck,
            None => next.run(request).await,
        }
    };
    if target.starts_with("/api/") {
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("x-api-version"), HeaderValue::from_static(API_VERSION));
        headers.insert(REQUEST_ID, api::request_id(&*edge.config.clock));
    }
    if let Some(console) = edge.config.log {
        let note = response.extensions().get::<Note>().cloned().unwrap_or_default();
        let cache = response.headers().get(X_CACHE).and_then(|value| value.to_str().ok()).unwrap_or("-");
        let place = match &note.path {
            Some(path) => format!("{} -> {path}", path_of(&target)),
            None => path_of(&target).to_owned(),
        };
        let said = match (verdict, note.verdict) {
            ("", Some(word)) => format!(" {word}"),
            ("", None) => String::new(),
            (fault, _) => format!(" fault {fault}"),
        };
        console.plain(format!("{method} {place} {} {cache}{said}", response.status().as_u16()));
    }
    response
}

/// Whether the visitor thinks that it speaks to somebody else: a web page whose name was pointed at
/// loopback must not read the files served here.
fn foreign(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let literal = name.trim_start_matches('[').trim_end_matches(']');
    let loopback = literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    !(loopback || name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost"))
}

fn path_of(target: &str) -> &str {
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

fn text(status: StatusCode, words: &str) -> Response {
    let mut response = Response::new(Body::from(words.to_owned()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_answered() {
        for host in ["127.0.0.1:8787", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:80", "a.localhost:5"] {
            assert!(!foreign(host), "{host}");
        }
        for host in
            ["", "evil.example:8787", "127.0.0.1.evil.example", "10.0.0.1:80", "localhost.evil", "[::2]"]
        {
            assert!(foreign(host), "{host}");
        }
    }

    #[test]
    fn what_is_not_loopback_is_not_bound() {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            assert_eq!(bind(address.parse().unwrap()).unwrap_err().facts().exit, 64, "{address}");
        }
    }

    #[test]
    fn a_taken_port_is_named() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = bind(held.local_addr().unwrap()).unwrap_err();
        assert_eq!(error.facts().exit, 69);
        assert!(error.to_string().contains(&held.local_addr().unwrap().port().to_string()), "{error}");
    }
}
