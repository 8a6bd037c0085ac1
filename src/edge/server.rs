//! Starts and stops the edge: who may ask, which faults strike, what is logged.

use super::{
    Config, api,
    faults::Fault,
    reply::{refuse, text},
    visit::{Asked, Edge, Note, X_CACHE, path_of},
    wire::{Door, Line},
};
use crate::error::{Error, Result};
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::Response,
    routing,
};
use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpListener},
    sync::Arc,
    thread::JoinHandle,
};
use tokio::{runtime, sync::oneshot};

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
    if !address.ip().is_loopback() && !planted!("edge-for-everybody") {
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
        return refuse(StatusCode::NOT_FOUND, "Not found");
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
        let fault = { edge.fault() };
        verdict = fault.as_ref().map_or("", Fault::name);
        match fault.and_then(|fault| fault.strike(&line, &target, edge.config.retry_after)) {
            Some(struck) => struck,
            None => next.run(request).await,
        }
    };
    if !verdict.is_empty() {
        // How a line delivers outlasts the answer; the next one comes over another.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if target.starts_with("/api/") {
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static("x-api-version"), HeaderValue::from_static(api::VERSION));
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
    !(loopback
        || planted!("any-host-name")
        || name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost"))
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
