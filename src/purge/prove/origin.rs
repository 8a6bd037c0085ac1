//! What the origin serves: waited for before a purge, and compared with after it.

use super::look::{Bytes, Seen, fetch};
use super::variants::Encoding;
use crate::{
    error::{Error, Result},
    http::{Client, Target, ceilings},
};
use std::time::Duration;

/// Where the right bytes are known from.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    /// Serves the same paths as the edge.
    pub base: Option<String>,
    /// Serves the path that it has.
    pub one: Option<String>,
    /// The digest of the content at `one`, or of the only URL, without encoding.
    pub digest: Option<[u8; 32]>,
}

impl Origins {
    /// Where the origin has what this URL shows.
    #[must_use]
    pub fn place(&self, url: &str) -> Option<String> {
        if let Some(base) = &self.base {
            let rest = Target::of(url).ok()?.rest;
            return Some(format!("{}{rest}", base.trim_end_matches('/')));
        }
        self.one.clone().filter(|one| same_path(one, url))
    }

    /// The bytes that are known without asking.
    #[must_use]
    pub fn known(&self, url: &str, encoding: Encoding) -> Option<Bytes> {
        let digest = self.digest?;
        let here = self.one.as_ref().is_none_or(|one| same_path(one, url));
        (here && encoding == Encoding::Identity).then(|| Bytes {
            status: 200,
            encoding: String::new(),
            digest,
        })
    }
}

/// Whether two URLs name the same path and query at their hosts.
#[must_use]
pub fn same_path(one: &str, other: &str) -> bool {
    match (Target::of(one), Target::of(other)) {
        (Ok(one), Ok(other)) => one.rest == other.rest,
        _ => false,
    }
}

/// What an origin has to serve before a purge is worth sending.
#[derive(Debug, Clone)]
pub struct After {
    /// The origin's own address of it.
    pub url: String,
    /// These bytes; else other ones than the edge has.
    pub digest: Option<[u8; 32]>,
    /// The same content at the edge; asked for only where no digest is given.
    pub edge: Option<String>,
    /// How long to wait for it.
    pub within: Duration,
}

impl After {
    /// Waits until the origin serves what is wanted.
    pub fn wait(&self, client: &Client<'_>) -> Result<()> {
        let (client, clock) = (&super::bounded(client, self.within), client.clock);
        let until = clock.elapsed() + self.within;
        let mut old = None;
        let mut said = false;
        for ceiling in ceilings(u32::MAX) {
            let why = match self.once(client, &mut old, until)? {
                None => return Ok(()),
                Some(why) => why,
            };
            let left = until.saturating_sub(clock.elapsed());
            if left.is_zero() {
                return Err(self.too_late(&why));
            }
            if !std::mem::replace(&mut said, true) {
                client.console.info(format!("waiting for the origin: {why}"));
            }
            clock.sleep(clock.draw(ceiling).min(left))?;
        }
        Err(self.too_late("it was asked too often"))
    }

    /// Why it is too early, if it is.
    fn once(&self, client: &Client<'_>, old: &mut Option<Bytes>, until: Duration) -> Result<Option<String>> {
        if self.digest.is_none() && old.is_none() {
            let edge = self.edge.as_deref().unwrap_or(&self.url);
            match read(client, edge, until)? {
                Ok(bytes) => *old = Some(bytes),
                Err(why) => return Ok(Some(format!("the edge cannot be compared with: {why}"))),
            }
        }
        let now = match read(client, &self.url, until)? {
            Ok(now) => now,
            Err(why) => return Ok(Some(why)),
        };
        Ok(match (self.digest, old) {
            (Some(digest), _) if now.status == 200 && now.digest == digest => None,
            (Some(_), _) if now.status != 200 => Some(format!("it answers HTTP {}", now.status)),
            (Some(_), _) => Some(format!("it serves {}", short(&now.digest))),
            (None, Some(old)) if old.same(&now) == Some(false) => None,
            (None, _) => Some(format!("it serves what the edge serves, {}", short(&now.digest))),
        })
    }

    fn too_late(&self, why: &str) -> Error {
        let advice = match self.digest {
            Some(_) => "check the deployment, or wait longer with --after-timeout",
            None => "if it is new already, say so with --expect sha256:… or --expect @FILE",
        };
        Error::NotFresh(format!(
            "{} did not serve the new content within {} ({why}); nothing was purged: {advice}",
            self.url,
            humantime::format_duration(self.within)
        ))
    }
}

/// The bytes of a URL without encoding, or why there are none to go by.
fn read(client: &Client<'_>, url: &str, until: Duration) -> Result<std::result::Result<Bytes, String>> {
    match fetch(client, url, Encoding::Identity, None, &[], until) {
        Ok(Seen { bytes, .. }) if bytes.tells() => Ok(Ok(bytes)),
        Ok(Seen { bytes, .. }) => Ok(Err(format!("it answers HTTP {}", bytes.status))),
        Err(error @ (Error::Interrupted { .. } | Error::Config(_) | Error::Redirect(_))) => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// The beginning of a digest, as evidence.
#[must_use]
pub fn short(digest: &[u8; 32]) -> String {
    format!("sha256:{}", hex::encode(&digest[..6]))
}
