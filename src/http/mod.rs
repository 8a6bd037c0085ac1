//! Every request of every command goes through [`Client::send`] or [`Client::stream`]: one deadline,
//! counted retries, no credential along a redirect or in clear, secrets masked in what comes back.

#[cfg(feature = "planted")]
mod credulous;
mod message;
pub mod otlp;
mod proxy;
pub mod redact;
mod retry;
mod settings;
mod target;
mod tls;
mod trace;
mod ureq;
mod xml;

pub use self::ureq::{Setup, open};
pub use message::{Request, Response, Value};
pub use proxy::{Proxies, Proxy};
pub use retry::ceilings;
pub use settings::{duration, policy};
pub use target::{Scheme, Target, shown};

use crate::{
    clock::Clock,
    error::{Error, Result},
    progress::Console,
};
use redact::Redactor;
use std::{
    io::{self, Write},
    net::SocketAddr,
    time::Duration,
};

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
        sink: &mut dyn Sink,
    ) -> std::result::Result<Response, Failure> {
        let mut response = self.send(request, policy)?;
        if response.accepted() {
            let body = std::mem::take(&mut response.body);
            let taken = sink.begin(&response).and_then(|()| sink.take(&body));
            taken.map_err(|error| Failure::Sink(error.to_string()))?;
        }
        Ok(response)
    }

    /// The addresses of the origin's name, in the order of the look-up; none where a proxy looks it up.
    fn addresses(
        &self,
        _target: &Target<'_>,
        _policy: &Policy,
    ) -> std::result::Result<Vec<SocketAddr>, Failure> {
        Ok(Vec::new())
    }
}

/// Takes the body of a success as it arrives.
pub trait Sink {
    /// Sees status and headers before the first byte; an error ends the exchange.
    fn begin(&mut self, _head: &Response) -> io::Result<()> {
        Ok(())
    }

    /// Takes the next bytes; an error ends the exchange.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// Whatever can be written to takes a body without a look at its headers.
impl<W: Write> Sink for W {
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
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

/// Adds what belongs to one attempt alone: a signature over the time, a nonce.
type Sign<'t> = &'t dyn Fn(Request) -> Result<Request>;

/// How many redirects a request without credential follows.
const REDIRECTS: u32 = 5;

impl Client<'_> {
    /// Sends, retries, and answers with whatever status the server gave last.
    pub fn send(&self, request: &Request) -> Result<Response> {
        self.follow(request, None, &mut |request| self.transport.send(request, &self.policy))
    }

    /// As [`Client::send`], signing anew for each attempt: a signature ages while a retry waits, and a nonce
    /// serves once.
    pub fn send_signed(&self, request: &Request, sign: Sign<'_>) -> Result<Response> {
        self.follow(request, Some(sign), &mut |request| self.transport.send(request, &self.policy))
    }

    /// As [`Client::send`], writing the body of a success to the sink as it arrives. Once a byte is
    /// written nothing is sent again.
    pub fn stream(&self, request: &Request, sink: &mut dyn Sink) -> Result<Response> {
        let mut counted = Counted { sink, written: 0 };
        self.follow(request, None, &mut |request| {
            let answer = self.transport.stream(request, &self.policy, &mut counted);
            match answer {
                Err(Failure::Passing(detail)) if counted.written > 0 => {
                    Err(Failure::Final(format!("{detail}, after {} bytes of the body", counted.written)))
                }
                other => other,
            }
        })
    }

    /// The addresses behind the name of a URL; none where a proxy looks it up.
    pub fn addresses(&self, url: &str) -> Result<Vec<SocketAddr>> {
        let target = Target::of(url)?;
        let found = self.transport.addresses(&target, &self.policy);
        found.map_err(|failure| self.failed(failure, &target.to_string(), 1))
    }

    /// Follows redirects where that is safe: without a credential, to https or loopback; to https alone
    /// where the request says so.
    fn follow(&self, request: &Request, sign: Option<Sign<'_>>, attempt: Attempt<'_>) -> Result<Response> {
        let mut sent = 0;
        let mut request = request.clone();
        for _ in 0..=REDIRECTS {
            let target = Target::of(&request.url)?;
            if request.https && target.scheme != Scheme::Https {
                return Err(Error::Redirect(format!(
                    "{target} is not https, and nothing is fetched from there in clear"
                )));
            }
            let (credential, response) = self.settle(&request, sign, attempt, &mut sent)?;
            let Some(next) = onward(&request, credential, &target, &response)? else { return Ok(response) };
            // The address was one of that name's.
            let stays = Target::of(&next)?.to_string() == target.to_string();
            request.at = request.at.filter(|_| stays);
            request.url = next;
        }
        Err(Error::Redirect(format!("more than {REDIRECTS} redirects; the last one led to {}", request.url)))
    }

    /// Repeats until an answer stands; with it, whether a credential travelled.
    fn settle(
        &self,
        request: &Request,
        sign: Option<Sign<'_>>,
        attempt: Attempt<'_>,
        sent: &mut u32,
    ) -> Result<(bool, Response)> {
        let mut ceilings = retry::ceilings(if request.repeatable || planted!("all-is-repeatable") {
            self.policy.retries
        } else {
            0
        });
        let mut this = 0;
        loop {
            let signed = sign.map(|sign| sign(request.clone())).transpose()?;
            let ready = signed.as_ref().unwrap_or(request);
            let credential = ready.carries_credential();
            check(&Target::of(&ready.url)?, credential)?;
            *sent += 1;
            this += 1;
            let outcome = self.once(ready, attempt, &Redactor::of(ready), this);
            let (reason, asked) = match &outcome {
                Ok(response) if passes(request, response) => {
                    (format!("HTTP {}", response.status), retry::retry_after(response, self.clock))
                }
                Err(Failure::Passing(detail)) => (format!("network: {detail}"), None),
                _ => return Ok((credential, self.end(request, outcome, *sent)?)),
            };
            let Some(ceiling) = ceilings.next() else {
                return Ok((credential, self.end(request, outcome, *sent)?));
            };
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
        match outcome {
            Ok(response) => Ok(Response { attempts, ..response }),
            Err(failure) => {
                let origin = Target::of(&request.url)?.to_string();
                Err(self.failed(failure, &origin, attempts))
            }
        }
    }

    fn failed(&self, failure: Failure, origin: &str, attempts: u32) -> Error {
        match failure {
            Failure::Passing(detail) | Failure::Final(detail) => Error::RequestFailed { attempts, detail },
            Failure::TooLarge => Error::TooLarge(format!(
                "the reply of {origin} is larger than {} bytes, the most that is read; ask it for less",
                self.policy.cap
            )),
            Failure::Sink(detail) => Error::Io(format!("cannot write what {origin} sent: {detail}")),
            Failure::Interrupted => self.interrupted(origin),
        }
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
    if !credential
        || target.scheme == Scheme::Https
        || target.is_loopback()
        || planted!("credential-in-clear")
    {
        return Ok(());
    }
    Err(Error::Config(format!(
        "a credential is not sent in clear: {target} is neither https nor this machine; use https://{}",
        target.host
    )))
}

/// Whether another attempt may be answered otherwise: by its status, unless the vendor says more.
fn passes(request: &Request, response: &Response) -> bool {
    let says = |judge: Option<fn(&Response) -> bool>| judge.is_some_and(|judge| judge(response));
    says(request.again) || retry::passes(response.status) && !says(request.give_up)
}

/// Where the answer sends us, if it does and we may go there.
fn onward(
    request: &Request,
    credential: bool,
    from: &Target<'_>,
    response: &Response,
) -> Result<Option<String>> {
    let location = response.header("location");
    if !matches!(response.status, 300..=399) {
        return Ok(None);
    }
    let url = location.map(|location| from.join(location));
    let origin = url.as_deref().and_then(|url| Target::of(url).ok()).map(|target| target.to_string());
    let named = origin.unwrap_or_else(|| "a place it does not name".into());
    if credential && !planted!("redirect-keeps-credential") {
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
    let here = |next: &Target<'_>| next.is_loopback() && !request.https || planted!("redirect-to-http");
    let safe = Target::of(&url).is_ok_and(|next| next.scheme == Scheme::Https || here(&next));
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
    sink: &'s mut dyn Sink,
    written: u64,
}

impl Sink for Counted<'_> {
    fn begin(&mut self, head: &Response) -> io::Result<()> {
        self.sink.begin(head)
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.sink.take(bytes)
    }
}

#[cfg(test)]
mod tests;
