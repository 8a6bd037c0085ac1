//! `--wait`, `--after-origin`, `--prove`: what a purge waits for, and what shows that it worked.

mod report;

use super::{book::Purged, fan::Fanned, job::Job, list};
use crate::{
    context::Context,
    error::{Error, Result},
    http::{Target, duration},
    profile,
    purge::{
        Provider, Selector,
        prove::{self, After, Encoding, Order, Origins, PACE, Pinned, Times, same_path, spread},
    },
    report::Report,
};
use report::{Completed, Proven};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::PathBuf,
    time::Duration,
};

/// The flags, for `purge`, `apply` and `resume` alike.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Proving {
    /// Wait until the provider says that the purge is done (default 10m)
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, help_heading = "Waiting and proof")]
    wait: Option<Option<String>>,
    /// Purge only when this URL of the origin serves the new content
    #[arg(long, value_name = "URL", help_heading = "Waiting and proof")]
    after_origin: Option<String>,
    /// The new content: its digest, or a file that holds it [default: other than what the edge has]
    #[arg(long, value_name = "sha256:HEX|@FILE", help_heading = "Waiting and proof")]
    expect: Option<String>,
    /// How long to wait for the origin (default 10m)
    #[arg(long, value_name = "TIME", requires = "after_origin", help_heading = "Waiting and proof")]
    after_timeout: Option<String>,
    /// Afterwards fetch the URLs through the edge, all or N of them, until they are fresh
    #[arg(long, value_name = "all|N", help_heading = "Waiting and proof")]
    prove: Option<String>,
    /// A URL to prove, instead of the purged ones; repeatable
    #[arg(long = "prove-url", value_name = "URL", requires = "prove", help_heading = "Waiting and proof")]
    prove_urls: Vec<String>,
    /// A file of URLs to prove, one a line
    #[arg(long, value_name = "FILE", requires = "prove", help_heading = "Waiting and proof")]
    prove_file: Option<PathBuf>,
    /// How long to look (default 60s)
    #[arg(long, value_name = "TIME", requires = "prove", help_heading = "Waiting and proof")]
    prove_timeout: Option<String>,
    /// Compare bytes with those at this base, which serves the same paths
    #[arg(long, value_name = "BASE", requires = "prove", help_heading = "Waiting and proof")]
    origin: Option<String>,
    /// Which encodings to look at (default identity,gzip,br)
    #[arg(long, value_name = "LIST", requires = "prove", help_heading = "Waiting and proof")]
    encodings: Option<String>,
    /// Look at this address instead of the host's own, HOST:ADDRESS[:PORT]; repeatable
    #[arg(long, value_name = "HOST:ADDRESS", requires = "prove", help_heading = "Waiting and proof")]
    resolve: Vec<String>,
}

/// What was asked for, settled before anything is sent.
#[derive(Debug)]
pub(super) struct Proof {
    wait: Option<Duration>,
    after: Option<After>,
    order: Option<Order>,
    own: bool,
}

impl Proving {
    /// Settles the flags for what is purged, or says what is missing; pure but for files that are named.
    pub fn settle(
        &self,
        (selector, items): (Selector, &[String]),
        providers: &[&Provider],
        cx: &mut Context<'_>,
    ) -> Result<Proof> {
        let digest = self.expect.as_deref().map(digest).transpose()?;
        let urls = if self.prove.is_some() { self.urls(selector, items, cx)? } else { Vec::new() };
        let known: &[String] = if urls.is_empty() && selector == Selector::Url { items } else { &urls };
        let after = self.after(digest, known)?;
        let order = self.prove.as_deref().map(|count| self.order(count, urls, digest, providers, cx));
        let order = order.transpose()?;
        if digest.is_some() && after.is_none() && order.is_none() {
            return Err(Error::Usage(
                "--expect belongs to --after-origin or --prove; add one of them".into(),
            ));
        }
        let wait =
            self.wait.as_ref().map(|time| time.as_deref().map_or(Ok(MINUTES), |time| length("--wait", time)));
        let own = |provider: &&Provider| provider.settings.iter().any(|setting| setting.name == "host");
        Ok(Proof { wait: wait.transpose()?, after, order, own: providers.iter().any(own) })
    }

    /// As [`Proving::settle`], for what plans of the same purge hold. Some hold paths for URLs: those of another
    /// account that can be fetched stand for them.
    pub fn of_plans(&self, jobs: &[&Job], cx: &mut Context<'_>) -> Result<Proof> {
        let providers: Vec<&Provider> = jobs.iter().map(|job| job.provider).collect();
        let whole = |job: &&&Job| {
            job.plan.batches().next().is_some_and(|batch| {
                batch.selector == Selector::Url && Target::of(batch.items.first()).is_ok()
            })
        };
        let Some(job) = jobs.iter().find(whole).or_else(|| jobs.first()) else {
            return self.settle((Selector::All, &[]), &providers, cx);
        };
        let selector = job.plan.batches().next().map_or(Selector::All, |batch| batch.selector);
        let mut seen = std::collections::HashSet::new();
        let items = job.plan.batches().flat_map(|batch| batch.items.all()).filter(|item| seen.insert(*item));
        let items: Vec<String> = if self.asked() { items.cloned().collect() } else { Vec::new() };
        self.settle((selector, &items), &providers, cx)
    }

    /// Whether the items matter.
    fn asked(&self) -> bool {
        self.prove.is_some() || self.after_origin.is_some()
    }

    fn after(&self, digest: Option<[u8; 32]>, known: &[String]) -> Result<Option<After>> {
        let Some(url) = &self.after_origin else { return Ok(None) };
        fetchable("--after-origin", url)?;
        let edge = known.iter().find(|edge| same_path(edge, url)).cloned();
        if digest.is_none() && edge.is_none() {
            return Err(Error::Usage(format!(
                "--after-origin {url}: nothing tells its new content from its old; name it with --expect \
                 sha256:… or --expect @FILE, or purge the URL of the same path"
            )));
        }
        let within = self.after_timeout.as_deref().map(|time| length("--after-timeout", time));
        Ok(Some(After { url: url.clone(), digest, edge, within: within.transpose()?.unwrap_or(MINUTES) }))
    }

    /// What there is to look at: the named URLs, else the purged ones.
    fn urls(&self, selector: Selector, items: &[String], cx: &mut Context<'_>) -> Result<Vec<String>> {
        let named = !self.prove_urls.is_empty() || self.prove_file.is_some();
        let urls = match named {
            true => list::urls(&self.prove_urls, false, self.prove_file.as_deref(), cx)?.urls,
            false if selector == Selector::Url => items.to_vec(),
            false => {
                return Err(Error::Usage(
                    "--prove looks at URLs, and this purge names none; name some with --prove-url or --prove-file"
                        .into(),
                ));
            }
        };
        let mut seen = std::collections::HashSet::new();
        let whole = |url: &String| url.split('#').next().unwrap_or_default().to_owned();
        let urls: Vec<String> = urls.iter().map(whole).filter(|url| seen.insert(url.clone())).collect();
        urls.iter().try_for_each(|url| fetchable("--prove", url))?;
        Ok(urls)
    }

    fn order(
        &self,
        count: &str,
        urls: Vec<String>,
        digest: Option<[u8; 32]>,
        providers: &[&Provider],
        cx: &Context<'_>,
    ) -> Result<Order> {
        let count = match count {
            "all" => urls.len(),
            number => number.parse().ok().filter(|count| *count > 0).ok_or_else(|| {
                Error::Usage(format!("--prove {number:?} is no number of URLs; write all, or 1 and more"))
            })?,
        };
        let urls = spread(&urls, count);
        if digest.is_some() && self.after_origin.is_none() && urls.len() > 1 {
            return Err(Error::Usage(format!(
                "--expect is the content of one URL, and {} are to be proven; compare with --origin BASE",
                urls.len()
            )));
        }
        let base = self.origin.as_deref().map(profile::base).transpose();
        let base = base.map_err(|why| Error::Usage(format!("--origin names no origin: {why}")))?;
        let encodings = self.encodings.as_deref().map(Encoding::list).transpose()?;
        let within = self.prove_timeout.as_deref().map(|time| length("--prove-timeout", time)).transpose()?;
        let rate = cx.options.rate.as_deref().map(super::ask::rate).transpose()?;
        let mut asks: Vec<(&str, &str)> = Vec::new();
        for ask in providers.iter().flat_map(|provider| provider.asks) {
            if !asks.contains(ask) {
                asks.push(*ask);
            }
        }
        let order = Order {
            urls,
            encodings: encodings.unwrap_or_else(|| Encoding::EVERY.to_vec()),
            pinned: self.resolve.iter().map(|text| Pinned::read(text)).collect::<Result<_>>()?,
            origins: Origins { base, one: self.after_origin.clone(), digest },
            within: within.unwrap_or(Duration::from_secs(60)),
            pace: rate.unwrap_or(PACE),
            asks,
        };
        in_time(&order)?;
        Ok(order)
    }
}

/// Ten of them.
const MINUTES: Duration = Duration::from_secs(600);

fn length(flag: &str, text: &str) -> Result<Duration> {
    let length = duration(flag, text)?;
    if length.is_zero() {
        return Err(Error::Usage(format!("{flag} is zero: nothing happens in no time; write {flag}=60s")));
    }
    Ok(length)
}

/// A single object at an address of its own.
fn fetchable(flag: &str, url: &str) -> Result<()> {
    if url.contains('*') {
        return Err(Error::Usage(format!(
            "{flag}: {url} is a pattern, no URL to fetch; name URLs with --prove-url or --prove-file"
        )));
    }
    Target::of(url).map(drop).map_err(|_| {
        Error::Usage(format!(
            "{flag}: {url} is no URL to fetch; write https://host/path, or name it with --prove-url"
        ))
    })
}

/// One round of looks must fit into the time.
fn in_time(order: &Order) -> Result<()> {
    let looks = prove::looks(order);
    let least = Duration::from_millis(looks as u64 * 1_000_000 / u64::from(order.pace));
    if least <= order.within {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "--prove takes {looks} looks, {} at least, and --prove-timeout is {}; prove fewer (--prove N, \
         --encodings identity), or give it more time",
        humantime::format_duration(least),
        humantime::format_duration(order.within)
    )))
}

/// `sha256:…`, or the digest of a file.
fn digest(text: &str) -> Result<[u8; 32]> {
    let Some(path) = text.strip_prefix('@') else {
        let bytes = text.strip_prefix("sha256:").and_then(|digits| hex::decode(digits).ok());
        return bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
            Error::Usage(format!("--expect {text:?} is no digest; write sha256: and 64 digits, or @FILE"))
        });
    };
    hashed(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Error::InputMissing(format!("--expect: {path} does not exist; build it first"))
        }
        _ => Error::Io(format!("--expect: cannot read {path}: {error}; check who may read it")),
    })
}

fn hashed(path: &str) -> io::Result<[u8; 32]> {
    let mut file = BufReader::with_capacity(64 << 10, File::open(path)?);
    let mut hash = Sha256::new();
    loop {
        let block = file.fill_buf()?;
        if block.is_empty() {
            return Ok(hash.finalize().into());
        }
        let length = block.len();
        hash.update(block);
        file.consume(length);
    }
}

impl Proof {
    /// How long the run asks whether all is done.
    pub const fn wait(&self) -> Option<Duration> {
        self.wait
    }

    /// What would be waited for and looked at; for a dry run.
    pub fn announce(&self, cx: &Context<'_>) {
        if let Some(after) = &self.after {
            cx.console.info(format!("would wait for {} first", after.url));
        }
        if let Some(order) = &self.order {
            cx.console.info(format!("would look at {} afterwards; nothing is fetched now", scope(order)));
        }
    }

    /// Waits until the origin serves the new content, so that no edge is refilled with the old.
    pub fn await_origin(&self, cx: &mut Context<'_>) -> Result<()> {
        let Some(after) = &self.after else { return Ok(()) };
        after.wait(&cx.plain_client()?)?;
        cx.console.info(format!("{} serves the new content", after.url));
        Ok(())
    }

    /// A purge with what is known of its end: as it is where nothing more was asked.
    pub fn of_one(self, purged: Purged, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        if self.wait.is_none() && self.order.is_none() {
            return Ok(Box::new(purged));
        }
        let (failure, times) = (purged.failure(), purged.times());
        let (streamed, completed) = (purged.streamed(), Completed(vec![purged.completed()]));
        let proven = Proven::new(Box::new(purged), streamed, completed, failure.is_none());
        self.finish(proven, failure, times, cx)
    }

    /// As [`Proof::of_one`], for a purge at several accounts.
    pub fn of_all(self, fanned: Fanned, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        if self.wait.is_none() && self.order.is_none() {
            return Ok(Box::new(fanned));
        }
        let (failure, times) = (fanned.failure(), fanned.times());
        let (accepted, completed) = (fanned.is_accepted(), Completed(fanned.completed()));
        let proven = Proven::new(Box::new(fanned), false, completed, accepted);
        self.finish(proven, failure, times, cx)
    }

    /// Looks, and puts what was accepted, completed and found fresh beside each other.
    fn finish(
        self,
        mut proven: Proven,
        failure: Option<Error>,
        times: Option<Times>,
        cx: &mut Context<'_>,
    ) -> Result<Box<dyn Report>> {
        if let Some(order) = self.order.as_ref().filter(|_| proven.is_accepted()) {
            cx.console.info(format!(
                "looking at {} for {} at most",
                scope(order),
                humantime::format_duration(order.within)
            ));
            let times = times.unwrap_or(Times { begun: None, accepted: cx.clock.elapsed() });
            let findings = prove::prove(order, times, &cx.plain_client()?)?;
            proven.found(findings, self.own, order.within);
        } else if self.order.is_some() {
            cx.console
                .warn("not all was accepted, so nothing was looked at; finish the purge, then prove it");
        }
        Ok(Box::new(proven.ending(failure)))
    }
}

fn scope(order: &Order) -> String {
    let urls = Selector::Url.count(order.urls.len());
    let names: Vec<&str> = order.encodings.iter().map(|encoding| encoding.name()).collect();
    format!("{urls} as {}", names.join(", "))
}
