//! The proof that the edge serves the new bytes: looks at URLs in each encoding and at each address, until all are
//! fresh or the time is up. No look carries a credential, and doubt is never called fresh.

mod look;
mod origin;
mod reason;
mod variants;

pub use look::{By, State, Times};
pub use origin::{After, Origins, same_path, short};
pub use reason::{Reason, likeliest};
pub use variants::{Encoding, Pinned, spread};

use crate::{
    error::{Error, Result},
    explain::said,
    http::{Client, Policy, Target, ceilings},
};
use look::{Bytes, Seen, Verdict, failed, fetch, judge};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How many looks are out at a time.
const TOGETHER: usize = 4;

/// Looks in a thousand seconds, where the caller names no pace: a proof is no load test.
pub const PACE: u32 = 10_000;

/// What is to be proven, and how.
#[derive(Debug, Clone)]
pub struct Order {
    /// The URLs, as visitors write them.
    pub urls: Vec<String>,
    /// In which encodings.
    pub encodings: Vec<Encoding>,
    /// At which addresses, instead of those of the name.
    pub pinned: Vec<Pinned>,
    /// Where the right bytes are known from.
    pub origins: Origins,
    /// How long to look.
    pub within: Duration,
    /// Looks in a thousand seconds.
    pub pace: u32,
    /// Headers that make the providers' edges show their cache.
    pub asks: Vec<(&'static str, &'static str)>,
}

/// What the last look at a URL, in an encoding, at an address, showed.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The URL.
    pub url: String,
    /// The encoding that was asked for.
    pub encoding: Encoding,
    /// The address, where there is one to tell.
    pub address: Option<SocketAddr>,
    /// What it shows.
    pub state: State,
    /// What that rests on.
    pub by: By,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// `Age`.
    pub age: Option<u64>,
    /// The cache header that tells most.
    pub header: Option<String>,
    /// The beginning of the body's digest.
    pub digest: Option<String>,
    /// Whether the edge itself had nothing stored.
    pub missed: bool,
    /// In words.
    pub note: String,
    /// How many looks there were.
    pub looks: u32,
}

impl Finding {
    fn new(url: &str, encoding: Encoding, address: Option<SocketAddr>) -> Self {
        Self {
            url: url.to_owned(),
            encoding,
            address,
            state: State::Unknown,
            by: By::Nothing,
            status: None,
            age: None,
            header: None,
            digest: None,
            missed: false,
            note: "no time was left to look".into(),
            looks: 0,
        }
    }

    /// Whether the edge answered with something to judge.
    #[must_use]
    pub const fn answered(&self) -> bool {
        matches!(self.status, Some(200..=299 | 404 | 410))
    }

    fn take(&mut self, verdict: Verdict, seen: Option<Seen>) {
        let Verdict { state, by, note, missed } = verdict;
        (self.state, self.by, self.note, self.missed) = (state, by, note, missed);
        self.status = seen.as_ref().map(|seen| seen.bytes.status);
        self.age = seen.as_ref().and_then(|seen| look::age(&seen.response));
        self.digest = seen.as_ref().map(|seen| short(&seen.bytes.digest));
        let caches = seen.map(|seen| said(&seen.response.headers)).unwrap_or_default();
        self.header = caches.first().map(|said| format!("{}: {}", said.header, said.value));
    }
}

/// How many looks the first round takes, before addresses are known.
#[must_use]
pub fn looks(order: &Order) -> usize {
    let compared =
        order.origins.base.is_some() || order.origins.one.is_some() && order.origins.digest.is_none();
    order.urls.len() * order.encodings.len() * if compared { 2 } else { 1 }
}

/// Looks until all is fresh or the time is up. What the purge's times are is what Age is held against.
pub fn prove(order: &Order, times: Times, client: &Client<'_>) -> Result<Vec<Finding>> {
    let until = client.clock.elapsed() + order.within;
    let client = bounded(client, order.within);
    let mut run = Run {
        order,
        times,
        client: &client,
        until,
        next: Mutex::new(client.clock.elapsed()),
        proven: Mutex::default(),
    };
    let mut findings = run.findings()?;
    for ceiling in ceilings(u32::MAX) {
        run.round(&mut findings)?;
        let left = until.saturating_sub(client.clock.elapsed());
        if left.is_zero() || findings.iter().all(|finding| finding.state == State::Fresh) {
            break;
        }
        client.clock.sleep(client.clock.draw(ceiling).min(left))?;
    }
    Ok(findings)
}

/// Another look is the retry; one that hangs must not outlast all of them.
fn bounded<'a>(client: &Client<'a>, within: Duration) -> Client<'a> {
    let policy = Policy { retries: 0, timeout: client.policy.timeout.min(within), ..client.policy.clone() };
    Client { policy, transport: client.transport, clock: client.clock, console: client.console }
}

struct Run<'a> {
    order: &'a Order,
    times: Times,
    client: &'a Client<'a>,
    until: Duration,
    /// When the next look may go out.
    next: Mutex<Duration>,
    /// Bytes that were fresh, by URL: our own look may have stored what the next one hits.
    proven: Mutex<HashMap<String, Vec<Bytes>>>,
}

/// The right bytes, or why they cannot be had.
type Wanted = std::result::Result<Option<Bytes>, String>;

impl Run<'_> {
    /// What there is to look at: each URL in each encoding at each address of its name.
    fn findings(&self) -> Result<Vec<Finding>> {
        let mut known: HashMap<String, Vec<Option<SocketAddr>>> = HashMap::new();
        let mut findings = Vec::new();
        for url in &self.order.urls {
            let origin = Target::of(url)?.to_string();
            if !known.contains_key(&origin) {
                known.insert(origin.clone(), self.addresses(url)?);
            }
            let count = if planted!("one-encoding-is-enough") { 1 } else { self.order.encodings.len() };
            for encoding in &self.order.encodings[..count] {
                findings.extend(known[&origin].iter().map(|at| Finding::new(url, *encoding, *at)));
            }
        }
        Ok(findings)
    }

    /// A name that cannot be looked up now is looked up with each look.
    fn addresses(&self, url: &str) -> Result<Vec<Option<SocketAddr>>> {
        let target = Target::of(url)?;
        let mut found: Vec<SocketAddr> = self.order.pinned.iter().filter_map(|pin| pin.of(&target)).collect();
        if found.is_empty() {
            found = match self.client.addresses(url) {
                Ok(found) => found,
                Err(error @ Error::Interrupted { .. }) => return Err(error),
                Err(_) => Vec::new(),
            };
            // A machine without IPv6 cannot look there, and one address more proves nothing then.
            let older: Vec<SocketAddr> = found.iter().copied().filter(SocketAddr::is_ipv4).collect();
            if !older.is_empty() {
                found = older;
            }
        }
        found.sort_unstable();
        found.dedup();
        if planted!("one-address-is-enough") {
            found.truncate(1);
        }
        Ok(if found.is_empty() { vec![None] } else { found.into_iter().map(Some).collect() })
    }

    /// One look at everything that is not fresh yet; the origin first, once for each encoding of a URL.
    fn round(&mut self, findings: &mut [Finding]) -> Result<()> {
        let open: Vec<&mut Finding> =
            findings.iter_mut().filter(|finding| finding.state != State::Fresh).collect();
        let mut asked: Vec<(String, Encoding)> =
            open.iter().map(|finding| (finding.url.clone(), finding.encoding)).collect();
        asked.dedup();
        let wanted: Vec<((String, Encoding), Wanted)> =
            self.all(asked, |(url, encoding)| Ok(((url.clone(), encoding), self.wanted(&url, encoding)?)))?;
        let wanted: HashMap<(String, Encoding), Wanted> = wanted.into_iter().collect();
        self.all(open, |finding| {
            let key = (finding.url.clone(), finding.encoding);
            self.look(finding, wanted.get(&key).unwrap_or(&Ok(None)))
        })?;
        Ok(())
    }

    /// The bytes to compare with.
    fn wanted(&self, url: &str, encoding: Encoding) -> Result<Wanted> {
        if let Some(bytes) = self.order.origins.known(url, encoding) {
            return Ok(Ok(Some(bytes)));
        }
        let Some(place) = self.order.origins.place(url) else { return Ok(Ok(None)) };
        if !self.turn()? {
            return Ok(Err("no time was left to ask the origin".into()));
        }
        match fetch(self.client, &place, encoding, None, &[], self.until) {
            Ok(seen) if seen.bytes.tells() => Ok(Ok(Some(seen.bytes))),
            Ok(seen) => Ok(Err(format!("the origin answers HTTP {}", seen.bytes.status))),
            Err(error) => Ok(Err(format!("the origin: {}", failed(&error)?.note))),
        }
    }

    fn look(&self, finding: &mut Finding, wanted: &Wanted) -> Result<()> {
        if !self.turn()? {
            return Ok(());
        }
        finding.looks += 1;
        let (url, at) = (&finding.url, finding.address);
        let seen = fetch(self.client, url, finding.encoding, at, &self.order.asks, self.until);
        // A last look that the deadline cut off takes nothing back of what an earlier one showed.
        let cut_off = finding.looks > 1 && self.client.clock.elapsed() >= self.until;
        let verdict = match (&seen, wanted) {
            (Ok(seen), Ok(wanted)) => judge(seen, wanted.as_ref(), self.times),
            // Who asked for a comparison is not told fresh without one.
            (Ok(_), Err(why)) => {
                Verdict { state: State::Unknown, by: By::Nothing, note: why.clone(), missed: false }
            }
            (Err(error), _) => failed(error)?,
        };
        let verdict = self.compared(&finding.url, verdict, seen.as_ref().ok());
        if cut_off && verdict.state == State::Unknown {
            return Ok(());
        }
        finding.take(verdict, seen.ok());
        Ok(())
    }

    /// The same bytes as those of a fresh look are fresh, whatever their headers leave open.
    fn compared(&self, url: &str, verdict: Verdict, seen: Option<&Seen>) -> Verdict {
        let Some(seen) = seen else { return verdict };
        let mut proven = self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        let known = proven.entry(url.to_owned()).or_default();
        if verdict.state == State::Fresh {
            known.push(seen.bytes.clone());
        } else if known.iter().any(|bytes| seen.bytes.same(bytes) == Some(true)) {
            let note = "the bytes are those of a look that was fresh".into();
            return Verdict { state: State::Fresh, by: By::Bytes, note, ..verdict };
        }
        verdict
    }

    /// Waits for this look's turn; false when that would be too late.
    fn turn(&self) -> Result<bool> {
        let clock = self.client.clock;
        let apart = Duration::from_secs(1000) / self.order.pace.max(1);
        let now = clock.elapsed();
        let mine = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let mine = (*next).max(now);
            if mine > self.until {
                return Ok(false);
            }
            *next = mine + apart;
            mine
        };
        clock.sleep(mine.saturating_sub(now))?;
        Ok(true)
    }

    /// Does the same for each item, a few at a time; the first failure ends it.
    fn all<T: Send, R: Send>(&self, items: Vec<T>, work: impl Fn(T) -> Result<R> + Sync) -> Result<Vec<R>> {
        let count = items.len();
        let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
        let worker = || {
            while let Some(slot) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                let item = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(result) = item.map(&work) else { continue };
                if result.is_err() {
                    next.store(count, Ordering::Relaxed);
                }
                done.lock().unwrap_or_else(PoisonError::into_inner).push(result);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..TOGETHER.min(count) {
                scope.spawn(worker);
            }
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }
}
