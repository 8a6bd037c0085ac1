//! What goes out and what comes back: batches that cannot be empty, attempts, receipts.

use super::{Account, Settings};
use crate::{
    error::Result,
    http::{Request, Response},
    secret::Secret,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, time::Duration};

/// What a purge names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Selector {
    /// Single objects, by URL.
    Url,
    /// All below a path.
    Prefix,
    /// All of a host.
    Host,
    /// All that carry a tag.
    Tag,
    /// The whole cache.
    #[serde(rename = "everything")]
    All,
}

impl Selector {
    /// All selectors.
    pub const EVERY: [Self; 5] = [Self::Url, Self::Prefix, Self::Host, Self::Tag, Self::All];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Prefix => "prefix",
            Self::Host => "host",
            Self::Tag => "tag",
            Self::All => "everything",
        }
    }

    /// How it is asked for on the command line.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Url => "a list of URLs",
            Self::Prefix => "--prefix",
            Self::Host => "--host",
            Self::Tag => "--tag",
            Self::All => "--everything, which is wider than what you asked for",
        }
    }

    /// The others, the closest in reach first.
    #[must_use]
    pub const fn nearest(self) -> [Self; 4] {
        match self {
            Self::Url => [Self::Prefix, Self::Tag, Self::Host, Self::All],
            Self::Prefix => [Self::Url, Self::Tag, Self::Host, Self::All],
            Self::Host => [Self::Prefix, Self::Tag, Self::Url, Self::All],
            Self::Tag => [Self::Prefix, Self::Url, Self::Host, Self::All],
            Self::All => [Self::Host, Self::Prefix, Self::Tag, Self::Url],
        }
    }

    /// Several of them, in words.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Url => "URLs",
            Self::Prefix => "prefixes",
            Self::Host => "hosts",
            Self::Tag => "tags",
            Self::All => "everything",
        }
    }

    /// So many of them, in words.
    #[must_use]
    pub fn count(self, count: usize) -> String {
        match (self, count) {
            (Self::All, _) => "everything".into(),
            (Self::Url, 1) => "1 URL".into(),
            (_, 1) => format!("1 {}", self.name()),
            _ => format!("{count} {}", self.plural()),
        }
    }
}

/// The items of a batch: never none, so that an empty list cannot come to mean everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Items<'a>(&'a [String]);

impl<'a> Items<'a> {
    /// `None` when there is nothing in it.
    #[must_use]
    pub const fn of(items: &'a [String]) -> Option<Self> {
        if items.is_empty() { None } else { Some(Self(items)) }
    }

    /// All of them, in order.
    #[must_use]
    pub const fn all(self) -> &'a [String] {
        self.0
    }

    /// How many: at least one.
    #[must_use]
    pub const fn count(self) -> usize {
        self.0.len()
    }

    /// The first.
    #[must_use]
    pub fn first(self) -> &'a str {
        &self.0[0]
    }

    /// The last; the first again when there is one.
    #[must_use]
    pub fn last(self) -> &'a str {
        &self.0[self.0.len() - 1]
    }
}

/// Names a batch to the provider: the same on every attempt and every resume of a run, so that
/// a provider which honours it purges once. Sixteen bytes, whatever they say, so that the
/// measured size of a request is its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; 16]);

impl Key {
    /// Of any run: for measuring and for dry runs.
    pub const ZERO: Self = Self([0; 16]);

    /// Of this batch of this run on this account.
    #[must_use]
    pub fn of(run: &[u8; 16], account: &str, number: usize) -> Self {
        let mut hash = Sha256::new();
        hash.update(run);
        if planted!("another-key-each-time") {
            hash.update(std::process::id().to_be_bytes());
        }
        hash.update(account);
        hash.update((number as u64).to_be_bytes());
        let digest = hash.finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Self(key)
    }

    /// Thirty-two digits.
    #[must_use]
    pub fn hex(self) -> String {
        hex::encode(self.0)
    }

    /// As a UUID, version 8 (of our own making).
    #[must_use]
    pub fn uuid(self) -> String {
        uuid(self.0, 8)
    }
}

fn uuid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = bytes[6] & 0x0f | version << 4;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(bytes);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

/// One request's worth: one target, one selector.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// From 1, in the order of the plan.
    pub number: usize,
    /// Where it goes: one of the account's targets.
    pub target: &'a str,
    /// What its items are.
    pub selector: Selector,
    /// What is purged.
    pub items: Items<'a>,
    /// Mark stale and revalidate, where the provider can.
    pub soft: bool,
    /// Its name to the provider.
    pub key: Key,
}

impl Batch<'_> {
    /// The target, then the path.
    #[must_use]
    pub fn url(&self, path: impl fmt::Display) -> String {
        format!("{}{path}", self.target.trim_end_matches('/'))
    }
}

/// What belongs to one sending only.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Since 1970.
    pub now: Duration,
    /// Drawn anew each time.
    pub nonce: [u8; 16],
    /// The token of the [`Grant`], where there is one.
    pub token: Option<&'a Secret>,
}

impl Attempt<'_> {
    /// The nonce as a UUID, version 4.
    #[must_use]
    pub fn uuid(&self) -> String {
        uuid(self.nonce, 4)
    }
}

/// What an accepted purge says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's name for it.
    pub id: Option<String>,
    /// What remains of budgets, by name; it only ever lowers one.
    pub left: Vec<(&'static str, u32)>,
    /// Items that the provider left out.
    pub ignored: Vec<String>,
    /// How long the provider says it takes.
    pub after: Duration,
}

/// A batch that was accepted and may be in progress.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Whose it was.
    pub settings: &'a Settings,
    /// What was sent.
    pub batch: Batch<'a>,
    /// The provider's name for it.
    pub id: Option<&'a str>,
    /// When, since 1970.
    pub at: Duration,
}

/// A credential exchanged for a token that lasts a while.
#[derive(Clone, Copy)]
pub struct Grant {
    /// The request that asks for it, secrets included; its address is the row's or the profile's, never a reply's.
    /// `None` where the account holds a token already.
    pub encode: fn(&Account, &Attempt<'_>) -> Result<Option<Request>>,
    /// The token and how long it lasts.
    pub decode: fn(&Response) -> Result<(Secret, Duration)>,
}

/// How a purge in progress is watched.
#[derive(Clone, Copy)]
pub struct Poll {
    /// How often to ask.
    pub every: Duration,
    /// The question.
    pub encode: fn(&Settings, &Sent<'_>) -> Result<Request>,
    /// The answer.
    pub decode: fn(&Sent<'_>, &Response) -> Result<Progress>,
}

/// How far a purge has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Not done yet.
    Running,
    /// The provider says that it is done.
    Done,
    /// The provider gave up, and why.
    Failed(String),
}
