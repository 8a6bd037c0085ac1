//! The real transport. This file and [`super::tls`] alone know ureq.
//!
//! Every attempt runs on a thread of its own, so that a signal ends the command while a socket
//! blocks, and the deadline holds even where the library below would miss it.

use super::{
    Failure, Policy, Proxies, Request, Response, Sink, Target, Transport, Value,
    proxy::Proxy,
    target::Scheme,
    tls::{self, Enter, Names, Phase, Secure, Tls},
};
use crate::error::Result;
use ::ureq::{
    Agent, Body, ProxyProtocol, SendBody, Timeout,
    http::{HeaderValue, Response as Answer},
    unversioned::transport::{ConnectProxyConnector, Connector, TcpConnector},
};
use percent_encoding::CONTROLS;
use std::{
    io::{self, Read},
    net::{SocketAddr, ToSocketAddrs},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

/// How the transport is set up, beyond what a policy says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// Authorities trusted beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// The client certificate of the profile, and its key, PEM.
    pub client: Option<(PathBuf, PathBuf)>,
    /// From the environment.
    pub proxies: Proxies,
}

/// The transport of this set-up, made when it is first asked for: one pool of connections serves
/// every client of the process. `stopped` says whether a signal has arrived.
pub fn open(setup: &Setup, stopped: fn() -> bool) -> Result<&'static dyn Transport> {
    static OPEN: Mutex<Vec<(Setup, &'static Ureq)>> = Mutex::new(Vec::new());
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, transport)) = open.iter().find(|(known, _)| known == setup) {
        return Ok(*transport);
    }
    // Kept for the life of the process: there are as many as profiles in use.
    let transport: &'static Ureq = Box::leak(Box::new(Ureq::new(setup, stopped)?));
    open.push((setup.clone(), transport));
    Ok(transport)
}

struct Ureq {
    agent: Agent,
    /// Keeps no connection: a pool knows them by name, not by address.
    pinned: Agent,
    proxies: Proxies,
    stopped: fn() -> bool,
}

/// How often a wait looks for a signal.
const TICK: Duration = Duration::from_millis(20);

/// How much later than the deadline a wait gives up by itself: the library's own word for what it
/// was doing is better than ours.
const GRACE: Duration = Duration::from_millis(100);

/// What the thread of an attempt has to say.
enum Event {
    Head(Response),
    Chunk(Vec<u8>),
    End(std::result::Result<Response, Failure>),
}

impl Ureq {
    fn new(setup: &Setup, stopped: fn() -> bool) -> Result<Self> {
        let tls = Tls::new(setup.ca_file.as_deref(), setup.client.as_ref())?;
        let tls = Arc::new(tls);
        let agent = |idle: Option<usize>| {
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .allow_non_standard_methods(true)
                .proxy(None)
                .user_agent(concat!("stratos/", env!("CARGO_PKG_VERSION")))
                .accept("application/json");
            let config = match idle {
                Some(count) => config.max_idle_connections(count).max_idle_connections_per_host(count),
                None => config,
            };
            let connector = Enter(Phase::Connecting)
                .chain(ConnectProxyConnector::default())
                .chain(TcpConnector::default())
                .chain(Enter(Phase::Handshake))
                .chain(Secure(Arc::clone(&tls)))
                .chain(Enter(Phase::Waiting));
            Agent::with_parts(config.build(), connector, Names::default())
        };
        Ok(Self { agent: agent(None), pinned: agent(Some(0)), proxies: setup.proxies.clone(), stopped })
    }

    /// Starts the attempt on its thread.
    fn start(&self, request: &Request, policy: &Policy, streamed: bool) -> Started {
        let target = Target::of(&request.url).map_err(|error| Failure::Final(error.to_string()))?;
        let (agent, proxy) = match request.at {
            Some(_) => (self.pinned.clone(), None),
            None => (self.agent.clone(), self.proxies.towards(&target).map(tunnel).transpose()?),
        };
        let (request, policy) = (request.clone(), policy.clone());
        // Two chunks in flight: a slow sink slows the server down instead of filling memory.
        let (sender, receiver) = sync_channel(2);
        let run = move || {
            let exchange = Exchange { agent, request, policy, proxy, streamed };
            let end = exchange.run(&sender);
            // Nobody listens any more after a signal or the deadline.
            let _ = sender.send(Event::End(end));
        };
        let thread = std::thread::Builder::new().name("http".into()).spawn(run);
        thread.map_err(|error| Failure::Final(format!("cannot start a thread: {error}")))?;
        Ok(receiver)
    }

    /// The next event, a signal, or the deadline.
    fn next<T>(&self, events: &Receiver<T>, limit: Duration, late: &str) -> std::result::Result<T, Failure> {
        let ticks = (limit + GRACE).as_millis() / TICK.as_millis();
        for _ in 0..=ticks {
            match events.recv_timeout(TICK) {
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Timeout) if (self.stopped)() => return Err(Failure::Interrupted),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::Final("the request's thread ended without an answer".into()));
                }
            }
        }
        Err(Failure::Passing(format!("{} {late}", passed(limit))))
    }
}

type Started = std::result::Result<Receiver<Event>, Failure>;

impl Transport for Ureq {
    fn send(&self, request: &Request, policy: &Policy) -> std::result::Result<Response, Failure> {
        let events = self.start(request, policy, false)?;
        match self.next(&events, policy.timeout, "before the answer was whole")? {
            Event::End(end) => end,
            Event::Head(_) | Event::Chunk(_) => {
                unreachable!("only a streamed exchange speaks before its end")
            }
        }
    }

    fn stream(
        &self,
        request: &Request,
        policy: &Policy,
        sink: &mut dyn Sink,
    ) -> std::result::Result<Response, Failure> {
        let events = self.start(request, policy, true)?;
        let mut limit_is_for = "before an answer began";
        let mut response = None;
        loop {
            match self.next(&events, policy.timeout, limit_is_for)? {
                Event::Head(head) => {
                    sink.begin(&head).map_err(|error| Failure::Sink(error.to_string()))?;
                    response = Some(head);
                }
                Event::Chunk(bytes) => {
                    sink.take(&bytes).map_err(|error| Failure::Sink(error.to_string()))?;
                }
                Event::End(Err(failure)) => return Err(failure),
                Event::End(Ok(whole)) => return Ok(response.unwrap_or(whole)),
            }
            limit_is_for = "without a byte of the body";
        }
    }

    fn addresses(
        &self,
        target: &Target<'_>,
        policy: &Policy,
    ) -> std::result::Result<Vec<SocketAddr>, Failure> {
        if self.proxies.towards(target).is_some() {
            return Ok(Vec::new());
        }
        let host = target.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let unknown = Failure::Passing(format!("the name of {target} cannot be looked up"));
        let (sender, receiver) = sync_channel(1);
        let port = target.port;
        let look = move || drop(sender.send((host.as_str(), port).to_socket_addrs()));
        let thread = std::thread::Builder::new().name("lookup".into()).spawn(look);
        thread.map_err(|error| Failure::Final(format!("cannot start a thread: {error}")))?;
        let found = self.next(&receiver, policy.timeout, "while looking up the name")?;
        Ok(found.map_err(|_| unknown)?.collect())
    }
}

/// One attempt, on its own thread.
struct Exchange {
    agent: Agent,
    request: Request,
    policy: Policy,
    proxy: Option<::ureq::Proxy>,
    streamed: bool,
}

impl Exchange {
    fn run(&self, events: &SyncSender<Event>) -> std::result::Result<Response, Failure> {
        tls::enter(Phase::Waiting);
        tls::pin(self.request.at);
        let answer = self.call()?;
        tls::enter(Phase::Body);
        let mut response = head(&answer);
        let cap = if planted!("no-cap") { u64::MAX } else { self.policy.cap };
        let body = answer.into_body();
        if self.streamed && response.accepted() {
            let _ = events.send(Event::Head(response.clone()));
            self.pass(body, events)?;
            return Ok(response);
        }
        if body.content_length().is_some_and(|length| length > cap) {
            return Err(Failure::TooLarge);
        }
        let mut reader = body.into_with_config().limit(u64::MAX).reader();
        let read = (&mut reader).take(cap).read_to_end(&mut response.body);
        read.map_err(|error| self.failure(::ureq::Error::from(error)))?;
        // One more read tells a body of exactly the cap from a longer one, and gives the connection back.
        match reader.read(&mut [0]) {
            Ok(0) => Ok(response),
            Ok(_) => Err(Failure::TooLarge),
            Err(error) => Err(self.failure(::ureq::Error::from(error))),
        }
    }

    fn call(&self) -> std::result::Result<Answer<Body>, Failure> {
        // A request line is ASCII; what is not goes as UTF-8 in percent escapes, as browsers send it.
        let url = percent_encoding::utf8_percent_encode(&self.request.url, CONTROLS).to_string();
        let mut builder = ::ureq::http::Request::builder().method(self.request.method).uri(url);
        for (name, value) in &self.request.headers {
            builder = builder.header(name, header_value(name, value)?);
        }
        let whole = |builder: ::ureq::http::request::Builder, body: SendBody<'_>| {
            let request = builder
                .body(body)
                .map_err(|error| Failure::Final(format!("this request cannot be written: {error}")))?;
            let request = self.limited(request);
            self.agent.run(request).map_err(|error| self.failure(error))
        };
        if self.request.body.is_empty()
            && matches!(self.request.method, "GET" | "HEAD" | "DELETE" | "OPTIONS")
        {
            return whole(builder, SendBody::none());
        }
        let mut body: &[u8] = &self.request.body;
        let length = body.len();
        builder = builder.header("Content-Length", length);
        whole(builder, SendBody::from_reader(&mut body))
    }

    /// The deadline over all, and over each phase; for a stream over what comes before its body,
    /// and then over each silence.
    fn limited<'b>(
        &self,
        request: ::ureq::http::Request<SendBody<'b>>,
    ) -> ::ureq::http::Request<SendBody<'b>> {
        let limit = Some(self.policy.timeout);
        let config = self.agent.configure_request(request).proxy(self.proxy.clone());
        let config = config.timeout_resolve(limit).timeout_connect(limit).timeout_send_request(limit);
        let config = config.timeout_send_body(limit).timeout_recv_response(limit);
        if self.streamed {
            config.timeout_per_read(limit).build()
        } else {
            config.timeout_global(limit).timeout_recv_body(limit).build()
        }
    }

    /// Hands the body on in pieces.
    fn pass(&self, body: Body, events: &SyncSender<Event>) -> std::result::Result<(), Failure> {
        let mut reader = body.into_with_config().limit(u64::MAX).reader();
        loop {
            let mut chunk = vec![0; 64 << 10];
            let read = reader.read(&mut chunk).map_err(|error| self.failure(::ureq::Error::from(error)))?;
            chunk.truncate(read);
            if read == 0 || events.send(Event::Chunk(chunk)).is_err() {
                return Ok(());
            }
        }
    }

    fn failure(&self, error: ::ureq::Error) -> Failure {
        use ::ureq::Error;
        let (phase, limit) = (tls::phase(), self.policy.timeout);
        match error {
            Error::Timeout(Timeout::PerRead) => Failure::Passing(format!(
                "nothing came for {} {}",
                humantime::format_duration(limit),
                phase.doing()
            )),
            Error::Timeout(_) => Failure::Passing(format!("{} {}", passed(limit), phase.doing())),
            Error::HostNotFound => Failure::Passing(self.unknown_name()),
            Error::Io(error) => self.io_failure(&error),
            Error::Rustls(error) => tls::failure(&error),
            Error::ConnectProxyFailed(why) => Failure::Passing(format!("the proxy opened no tunnel: {why}")),
            Error::ConnectionFailed => Failure::Passing("the connection failed".into()),
            Error::Protocol(why) => Failure::Final(format!("the answer is not HTTP: {why}")),
            Error::LargeResponseHeader(..) => Failure::TooLarge,
            other => Failure::Final(other.to_string()),
        }
    }

    fn io_failure(&self, error: &io::Error) -> Failure {
        use io::ErrorKind;
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return tls::failure(error);
        }
        let phase = tls::phase();
        Failure::Passing(match error.kind() {
            _ if phase == Phase::Lookup => self.unknown_name(),
            ErrorKind::ConnectionRefused => format!("{} refuses connections on this port", self.origin()),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                format!("the connection was reset {}", phase.doing())
            }
            ErrorKind::UnexpectedEof => format!("the connection was closed {}", phase.doing()),
            _ => format!("{error} {}", phase.doing()),
        })
    }

    fn unknown_name(&self) -> String {
        format!("the name of {} cannot be looked up", self.origin())
    }

    fn origin(&self) -> String {
        Target::of(&self.request.url).map(|target| target.to_string()).unwrap_or_default()
    }
}

fn passed(limit: Duration) -> String {
    format!("the deadline of {} passed", humantime::format_duration(limit))
}

fn tunnel(proxy: &Proxy) -> std::result::Result<::ureq::Proxy, Failure> {
    let protocol = match proxy.scheme {
        Scheme::Http => ProxyProtocol::Http,
        Scheme::Https => ProxyProtocol::Https,
    };
    let mut builder = ::ureq::Proxy::builder(protocol).host(&proxy.host).port(proxy.port);
    if let Some((user, password)) = &proxy.login {
        builder = builder.username(user).password(password.text().unwrap_or_default());
    }
    builder.build().map_err(|error| Failure::Final(format!("the proxy setting cannot be used: {error}")))
}

fn header_value(name: &str, value: &Value) -> std::result::Result<HeaderValue, Failure> {
    let (bytes, secret) = match value {
        Value::Plain(text) => (text.as_bytes(), false),
        Value::Secret(secret) => (secret.expose(), true),
    };
    let mut value = HeaderValue::from_bytes(bytes).map_err(|_| {
        Failure::Final(format!("the value of {name} holds a byte that no header can carry (a line end?)"))
    })?;
    value.set_sensitive(secret);
    Ok(value)
}

fn head(answer: &Answer<Body>) -> Response {
    let headers = answer.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Response {
        status: answer.status().as_u16(),
        headers: headers.collect(),
        body: Vec::new(),
        attempts: 1,
        elapsed: Duration::ZERO,
    }
}
