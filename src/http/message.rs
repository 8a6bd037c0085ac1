//! Requests and answers as values: they can be planned, printed and compared before anything is sent.

use crate::{
    error::{Answer, Error, Kind, Result},
    secret::Secret,
};
use std::{
    net::SocketAddr,
    time::{Duration, UNIX_EPOCH},
};

/// Headers by which servers name an answer to their support, the usual one first.
pub(super) const REQUEST_IDS: &[&str] = &[
    "x-request-id",
    "request-id",
    "cf-ray",
    "x-amz-cf-id",
    "x-amz-request-id",
    "x-amzn-requestid",
    "x-served-by",
    "x-azure-ref",
    "x-ms-request-id",
    "x-goog-request-id",
    "x-akamai-request-id",
    "cdn-requestid",
    "x-bunny-request-id",
    "x-tc-requestid",
    "eagleid",
    "x-vercel-id",
    "x-nf-request-id",
    "traceparent",
];

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
    /// Answers that mean "not now", though their status says otherwise: a throttle in a 400.
    pub again: Option<fn(&Response) -> bool>,
    /// Where to connect instead of looking the name up; `Host` and TLS keep the URL's name. No proxy then.
    pub at: Option<SocketAddr>,
    /// Whether neither it nor a redirect of it may go in clear, this machine included.
    pub https: bool,
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
            again: None,
            at: None,
            https: false,
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

    /// Names the answers after which it is sent again, whatever their status.
    #[must_use]
    pub fn again(mut self, when: fn(&Response) -> bool) -> Self {
        self.again = Some(when);
        self
    }

    /// Connects to this address, whatever the name's own are.
    #[must_use]
    pub const fn at(mut self, address: SocketAddr) -> Self {
        self.at = Some(address);
        self
    }

    /// Goes over https alone, its redirects too, on this machine as well.
    #[must_use]
    pub const fn over_https(mut self) -> Self {
        self.https = true;
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
        REQUEST_IDS.iter().find_map(|name| self.header(name))
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
            kind: None,
            at: self.at(),
            refused: false,
        }
    }

    /// As [`Response::means`], where the vendor says itself that nothing was done.
    #[must_use]
    pub fn refuses(&self, kind: Kind, hint: Option<String>) -> Error {
        Error::Answered(Box::new(Answer { kind: Some(kind), refused: true, ..self.answer(hint) }))
    }

    /// When it was answered by the server's clock, since 1970: the `Date` header.
    fn at(&self) -> Option<Duration> {
        httpdate::parse_http_date(self.header("date")?.trim()).ok()?.duration_since(UNIX_EPOCH).ok()
    }

    /// The failure that the vendor's own words mean where the status says something else.
    #[must_use]
    pub fn means(&self, kind: Kind, hint: Option<String>) -> Error {
        Error::Answered(Box::new(Answer { kind: Some(kind), ..self.answer(hint) }))
    }
}
