//! Every request of every command goes through [`Client::send`] (DESIGN section 5).

use crate::{clock::Clock, error::Result, progress::Console, secret::Secret};
use std::time::Duration;

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
        Self { method, url: url.into(), headers: Vec::new(), body: Vec::new(), repeatable }
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

    /// Whether a credential travels with it.
    #[must_use]
    pub fn carries_credential(&self) -> bool {
        self.headers.iter().any(|(_, value)| matches!(value, Value::Secret(_)))
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

impl Client<'_> {
    /// Sends, retries, and answers with whatever status the server gave last.
    pub fn send(&self, request: &Request) -> Result<Response> {
        let _ = request;
        Err(crate::error::Error::Software("http::Client::send is being written".into()))
    }
}
