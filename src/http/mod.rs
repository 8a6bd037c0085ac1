//! Every request of every command goes through [`Client::send`] or [`Client::stream`]: one deadline,
//! counted retries, no credential along a redirect or in clear, secrets masked in what comes back.

pub mod otlp;
mod proxy;
pub mod redact;
mod retry;
mod settings;
mod target;
mod tls;
mod trace;
mod ureq;

pub use self::ureq::{Setup, open};
pub use proxy::{Proxies, Proxy};
pub use settings::{duration, policy};
pub use target::{Scheme, Target};

use crate::{
    clock::Clock,
    error::{Answer, Error, Result},
    progress::Console,
    secret::Secret,
};
use redact::Redactor;
use std::{io::Write, time::Duration};

/// A header's value: shown as it is, or masked wherever it would be printed.
#[derive(Debug, Clone)]
pub enum Value {
    /// Public.
    Plain(String),
    /// A credential: its presence forbids redirects and http to other than loopback.
    Secret(Secret),
}

/// One request, as a value: it can be planned, printed and compared before it is sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST`, `PURGE`, …
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// In the order they are sent.
    pub headers: Vec<(String, Value)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// Whether sending it twice does no harm; only then is it retried.
    pub repeatable: bool,
    /// Secrets inside the URL or the body: masked like those among the headers, and as binding.
    pub hidden: Vec<Secret>,
    /// Answers that no repetition can mend, though their status says so: a quota of the day.
    pub give_up: Option<fn(&Response) -> bool>,
}

/// One answer, whole.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// At most the cap (8 MiB by default).
    pub body: Vec<u8>,
    /// How many requests were sent to get it.
    pub attempts: u32,
    /// From the first byte sent to the last one read, of the last attempt.
    pub elapsed: Duration,
}

impl Request {
    /// A request of this method; `GET` and `HEAD` are repeatable.
    #[must_use]
    pub fn new(method: &'static str, url: impl Into<String>) -> Self {
        let repeatable = matches!(method, "GET" | "HEAD");
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            repeatable,
            hidden: Vec::new(),
            give_up: None,
        }
    }

    /// `GET`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// `POST`.
    #[must_use]
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// Adds a public header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), Value::Plain(value.into())));
        self
    }

    /// Adds a credential.
    #[must_use]
    pub fn credential(mut self, name: &str, secret: Secret) -> Self {
        self.headers.push((name.to_owned(), Value::Secret(secret)));
        self
    }

    /// Adds `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        self.credential("Authorization", Secret::new([b"Bearer ", token.expose()].concat()))
    }

    /// Sets a JSON body and its type.
    #[must_use]
    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("Content-Type", "application/json")
    }

    /// Says that sending it again does no harm.
    #[must_use]
    pub fn repeatable(mut self, yes: bool) -> Self {
        self.repeatable = yes;
        self
    }

    /// Names a secret that stands inside the URL or the body.
    #[must_use]
    pub fn hiding(mut self, secret: Secret) -> Self {
        self.hidden.push(secret);
        self
    }

    /// Names the answers after which it is not sent again, whatever their status.
    #[must_use]
    pub fn give_up(mut self, when: fn(&Response) -> bool) -> Self {
        self.give_up = Some(when);
        self
    }

    /// Whether a credential travels with it.
    #[must_use]
    pub fn carries_credential(&self) -> bool {
        !self.hidden.is_empty() || self.headers.iter().any(|(_, value)| matches!(value, Value::Secret(_)))
    }
}

impl Response {
    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, or as a JSON string where it is none.
    #[must_use]
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&self.body).into_owned().into())
    }

    /// Whether the status is one of success.
    #[must_use]
    pub const fn accepted(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The id to give to the server's support, from the header that carries it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        trace::REQUEST_IDS.iter().find_map(|name| self.header(name))
    }

    /// Itself when accepted; else the failure it means, with the caller's next step.
    pub fn into_result(self, hint: Option<String>) -> Result<Self> {
        if self.accepted() { Ok(self) } else { Err(Error::Answered(Box::new(self.answer(hint)))) }
    }

    /// The failure it means, as data.
    #[must_use]
    pub fn answer(&self, hint: Option<String>) -> Answer {
        Answer {
            status: self.status,
            body: self.value(),
            request_id: self.request_id().map(str::to_owned),
            attempts: self.attempts,
            hint,
        }
    }
}

/// How requests are sent: the deadline, the retries, the bounds.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Deadline of one attempt.
    pub timeout: Duration,
    /// Attempts after the first.
    pub retries: u32,
    /// Longest wait that a server may impose.
    pub max_wait: Duration,
    /// Largest body.
    pub cap: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            retries: 2,
            max_wait: Duration::from_secs(120),
            cap: 8 << 20,
        }
    }
}

/// One attempt over the wire. `ureq.rs` is the real one; tests script theirs.
pub trait Transport: Send + Sync {
    /// Sends the request once and reads the whole answer within the deadline.
    fn send(&self, request: &Request, policy: &Policy) -> std::result::Result<Response, Failure>;

    /// As [`Transport::send`], but writes the body of a success to the sink and leaves it empty.
    /// The deadline ends with the headers; from there it is the longest silence.
    fn stream(
        &self,
        request: &Request,
        policy: &Policy,
        sink: &mut dyn Write,
    ) -> std::result::Result<Response, Failure> {
        let mut response = self.send(request, policy)?;
        if response.accepted() {
            let body = std::mem::take(&mut response.body);
            sink.write_all(&body).map_err(|error| Failure::Sink(error.to_string()))?;
        }
        Ok(response)
    }
}

/// Why an attempt brought no answer.
#[derive(Debug, Clone)]
pub enum Failure {
    /// Worth another attempt: name look-up, connect, reset, deadline. The text says which.
    Passing(String),
    /// Not worth one: a bad URL, a certificate that is not trusted, a broken proxy setting.
    Final(String),
    /// The body exceeds the cap.
    TooLarge,
    /// What was read could not be written.
    Sink(String),
    /// A signal arrived.
    Interrupted,
}

/// The shared HTTP layer: policy, transport, clock, and where `--verbose` goes.
pub struct Client<'a> {
    /// How.
    pub policy: Policy,
    /// Over what.
    pub transport: &'a dyn Transport,
    /// Waits and jitter.
    pub clock: &'a dyn Clock,
    /// `--verbose`, retry warnings.
    pub console: Console,
}

/// How one attempt is made.
type Attempt<'t> = &'t mut dyn FnMut(&Request) -> std::result::Result<Response, Failure>;

/// How many redirects a request without credential follows.
const REDIRECTS: u32 = 5;

impl Client<'_> {
    /// Sends, retries, and answers with whatever status the server gave last.
    pub fn send(&self, request: &Request) -> Result<Response> {
        self.follow(request, &mut |request| self.transport.send(request, &self.policy))
    }

    /// As [`Client::send`], writing the body of a success to the sink as it arrives. Once a byte is
    /// written nothing is sent again.
    pub fn stream(&self, request: &Request, sink: &mut dyn Write) -> Result<Response> {
        let mut counted = Counted { sink, written: 0 };
        self.follow(request, &mut |request| {
            let answer = self.transport.stream(request, &self.policy, &mut counted);
            match answer {
                Err(Failure::Passing(detail)) if counted.written > 0 => {
                    Err(Failure::Final(format!("{detail}, after {} bytes of the body", counted.written)))
                }
                other => other,
            }
        })
    }

    /// Follows redirects where that is safe: without a credential, to https or loopback.
    fn follow(&self, request: &Request, attempt: Attempt<'_>) -> Result<Response> {
        let mut sent = 0;
        let mut request = request.clone();
        for _ in 0..=REDIRECTS {
            let target = Target::of(&request.url)?;
            let credential = request.carries_credential();
            check(&target, credential)?;
            let response = self.settle(&request, attempt, &mut sent)?;
            let Some(next) = onward(&request, &target, &response)? else { return Ok(response) };
            request.url = next;
        }
        Err(Error::Redirect(format!("more than {REDIRECTS} redirects; the last one led to {}", request.url)))
    }

    /// Repeats until an answer stands.
    fn settle(&self, request: &Request, attempt: Attempt<'_>, sent: &mut u32) -> Result<Response> {
        let redactor = Redactor::of(request);
        let mut ceilings = retry::ceilings(if request.repeatable { self.policy.retries } else { 0 });
        let mut this = 0;
        loop {
            *sent += 1;
            this += 1;
            let outcome = self.once(request, attempt, &redactor, this);
            let (reason, asked) = match &outcome {
                Ok(response) if retry::passes(response.status) && !gives_up(request, response) => {
                    (format!("HTTP {}", response.status), retry::retry_after(response, self.clock))
                }
                Err(Failure::Passing(detail)) => (format!("network: {detail}"), None),
                _ => return self.end(request, outcome, *sent),
            };
            let Some(ceiling) = ceilings.next() else { return self.end(request, outcome, *sent) };
            if let (Ok(response), Some(wait)) = (&outcome, asked.filter(|wait| *wait > self.policy.max_wait))
            {
                return Err(self.too_long(response, wait, *sent));
            }
            let wait = self.clock.draw(ceiling).max(asked.unwrap_or_default());
            self.console.warn(format!("{reason}; retrying in {}ms", wait.as_millis()));
            self.clock.sleep(wait)?;
        }
    }

    /// One attempt, traced, with the request's secrets taken out of what came back.
    fn once(
        &self,
        request: &Request,
        attempt: Attempt<'_>,
        redactor: &Redactor,
        number: u32,
    ) -> std::result::Result<Response, Failure> {
        let tracer = trace::Tracer { console: self.console, redactor };
        tracer.sends(request, number, self.attempts(request));
        let before = self.clock.elapsed();
        let mut outcome = attempt(request);
        let elapsed = self.clock.elapsed().saturating_sub(before);
        match &mut outcome {
            Ok(response) => {
                response.elapsed = elapsed;
                redactor.clean(response);
                tracer.answered(response);
            }
            Err(failure) => {
                redactor.clean_failure(failure);
                tracer.failed(failure, elapsed);
            }
        }
        outcome
    }

    fn attempts(&self, request: &Request) -> u32 {
        if request.repeatable { self.policy.retries.saturating_add(1) } else { 1 }
    }

    fn end(
        &self,
        request: &Request,
        outcome: std::result::Result<Response, Failure>,
        attempts: u32,
    ) -> Result<Response> {
        let failure = match outcome {
            Ok(response) => return Ok(Response { attempts, ..response }),
            Err(failure) => failure,
        };
        let origin = Target::of(&request.url)?.to_string();
        Err(match failure {
            Failure::Passing(detail) | Failure::Final(detail) => Error::RequestFailed { attempts, detail },
            Failure::TooLarge => Error::TooLarge(format!(
                "the reply of {origin} is larger than {} bytes, the most that is read; ask it for less",
                self.policy.cap
            )),
            Failure::Sink(detail) => Error::Io(format!("cannot write what {origin} sent: {detail}")),
            Failure::Interrupted => self.interrupted(&origin),
        })
    }

    /// The clock knows which signal it was.
    fn interrupted(&self, origin: &str) -> Error {
        let signal = match self.clock.sleep(Duration::ZERO) {
            Err(Error::Interrupted { signal, .. }) => signal,
            _ => 2,
        };
        let detail = format!("interrupted while {origin} was answering; whether it acted is not known");
        Error::Interrupted { signal, detail }
    }

    /// A wait that the server imposes is bounded: its length and its end are named instead.
    fn too_long(&self, response: &Response, wait: Duration, attempts: u32) -> Error {
        let told = format!(
            "the server asks to wait {} s, longer than --max-wait ({}); {}",
            wait.as_secs(),
            humantime::format_duration(self.policy.max_wait),
            retry::come_back(wait, self.clock)
        );
        if !matches!(response.status, 429 | 500..) {
            return Error::Quota(format!("HTTP {}: {told}", response.status));
        }
        self.console.warn(&told);
        Error::Answered(Box::new(Response { attempts, ..response.clone() }.answer(None)))
    }
}

/// With a credential only https or this machine; without one http too, for caches inside.
fn check(target: &Target<'_>, credential: bool) -> Result<()> {
    if !credential || target.scheme == Scheme::Https || target.is_loopback() {
        return Ok(());
    }
    Err(Error::Config(format!(
        "a credential is not sent in clear: {target} is neither https nor this machine; use https://{}",
        target.host
    )))
}

fn gives_up(request: &Request, response: &Response) -> bool {
    request.give_up.is_some_and(|gives_up| gives_up(response))
}

/// Where the answer sends us, if it does and we may go there.
fn onward(request: &Request, from: &Target<'_>, response: &Response) -> Result<Option<String>> {
    let location = response.header("location");
    if !matches!(response.status, 300..=399) {
        return Ok(None);
    }
    let url = location.map(|location| from.join(location));
    let origin = url.as_deref().and_then(|url| Target::of(url).ok()).map(|target| target.to_string());
    let named = origin.unwrap_or_else(|| "a place it does not name".into());
    if request.carries_credential() {
        return Err(Error::Redirect(format!(
            "{from} redirects (HTTP {}) to {named}; a request with a credential follows no redirect: \
             set the URL to the right origin if you trust it",
            response.status
        )));
    }
    let Some(url) = url.filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308)) else {
        return Ok(None);
    };
    if !matches!(request.method, "GET" | "HEAD") {
        return Err(Error::Redirect(format!(
            "{from} redirects (HTTP {}) to {named}; only GET and HEAD follow: send it there yourself",
            response.status
        )));
    }
    let safe = Target::of(&url).is_ok_and(|next| next.scheme == Scheme::Https || next.is_loopback());
    if safe {
        return Ok(Some(url));
    }
    Err(Error::Redirect(format!(
        "{from} redirects (HTTP {}) to {named}, which is not https: ask for that URL itself if you mean it",
        response.status
    )))
}

/// A sink that knows whether it was used.
struct Counted<'s> {
    sink: &'s mut dyn Write,
    written: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests;
