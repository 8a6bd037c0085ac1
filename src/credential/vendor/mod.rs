//! Credentials out of the vendors' own files (contracts/purge.md), each read as its vendor's tools read it.
//!
//! A reader looks at files alone. What takes more, a program or a request, it leaves as an errand that
//! runs when the secret is wanted: `--dry-run`, `doctor` and `config list` never get that far.

pub mod alibaba;
pub mod aws;
mod aws_errands;
pub mod azure;
pub mod bunny;
pub mod edgerc;
pub mod fastly;
pub mod google;
mod ini;
pub mod tencent;

use super::file;
use crate::{
    error::{Error, Result},
    http::{Client, Target},
    profile::Bounds,
    progress::Console,
    secret::Secret,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use zeroize::Zeroizing;

/// No configuration of a person is longer.
const LONGEST: u64 = 4 << 20;

/// The files of one vendor's own tools.
#[derive(Clone, Copy)]
pub struct Files {
    /// Where they are, and the variables that name others: for help and the README.
    pub places: &'static str,
    /// Reads them; `None` where there are none.
    pub read: fn(&mut Looking<'_>) -> Result<Option<Kept>>,
}

/// Secrets by the names that the provider's row gives them.
pub type Pairs = Vec<(&'static str, Secret)>;

/// Secrets as they were fetched.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The secrets.
    pub pairs: Pairs,
    /// When they end, since 1970; `None` where nobody says so.
    pub until: Option<Duration>,
}

impl From<Pairs> for Fetched {
    fn from(pairs: Pairs) -> Self {
        Self { pairs, until: None }
    }
}

/// What the files say.
pub struct Kept {
    /// Where it stands, as it may be shown: `~/.edgerc [default]`.
    pub shown: String,
    /// Settings of the provider that stand there too.
    pub settings: Vec<(&'static str, String)>,
    /// The address that stands beside the secrets: one of the two places where these may go.
    pub url: Option<String>,
    /// The secrets, or how to get them.
    pub secrets: Secrets,
    /// What the user should be warned of when the secrets are used.
    pub warnings: Vec<String>,
}

/// Secrets that are there, or that take a program or a request.
pub enum Secrets {
    /// They stand in the file.
    Here(Pairs),
    /// They are fetched when they are wanted.
    Later(Errand),
}

/// What it takes to get the secrets.
pub type Errand = Box<dyn FnOnce(&Client<'_>) -> Result<Fetched>>;

impl Kept {
    /// The secrets; a program is run or a request sent where that is needed.
    pub fn fetch<'c>(self, client: impl FnOnce() -> Result<Client<'c>>) -> Result<Fetched> {
        match self.secrets {
            Secrets::Here(pairs) => Ok(pairs.into()),
            Secrets::Later(errand) => errand(&client()?),
        }
    }
}

/// What a reader may look at.
pub struct Looking<'w> {
    /// Environment variables; an empty one counts as not set.
    pub env: &'w dyn Fn(&str) -> Option<&'w str>,
    /// The user's home; without one only files that a variable names are read.
    pub home: Option<&'w Path>,
    /// The bounds in force.
    pub bounds: &'w Bounds,
    /// The provider's settings, as flags, environment and profile have them.
    pub setting: &'w dyn Fn(&str) -> Option<String>,
    /// What the user should be warned of.
    pub warnings: Vec<String>,
}

/// Where a file may be, and the variable that named it.
struct Place {
    path: PathBuf,
    by: Option<&'static str>,
}

/// A file that was there.
struct Page {
    /// Its path as it may be shown: `~/.edgerc`.
    shown: String,
    text: Zeroizing<String>,
}

impl Looking<'_> {
    /// The file that this variable names, else the usual one below the home.
    fn place(&self, variable: &'static str, usual: &str) -> Option<Place> {
        let named = (self.env)(variable).map(|path| Place { path: path.into(), by: Some(variable) });
        named.or_else(|| self.below_home(usual))
    }

    fn below_home(&self, usual: &str) -> Option<Place> {
        Some(Place { path: self.home?.join(usual), by: None })
    }

    /// The configuration folder of the platform, as most tools written in Go have it.
    fn below_config(&self, usual: &str) -> Option<Place> {
        let home = self.home?;
        let folder = match (cfg!(target_os = "macos"), (self.env)("XDG_CONFIG_HOME")) {
            (true, _) => home.join("Library/Application Support"),
            (false, Some(folder)) => folder.into(),
            (false, None) => home.join(".config"),
        };
        Some(Place { path: folder.join(usual), by: None })
    }

    /// Its text; `None` where it is not there and nobody named it. The rule of `file:` references holds:
    /// nobody else may change it, nor, where it holds a secret, read it.
    fn open(&mut self, place: Option<Place>, secretless: fn(&[u8]) -> bool) -> Result<Option<Page>> {
        let Some(Place { path, by }) = place else { return Ok(None) };
        if by.is_none() && !path.exists() {
            return Ok(None);
        }
        let rule = file::Rule { home: self.home, bounds: self.bounds, longest: LONGEST, public: secretless };
        let (bytes, warning) = file::read(&path, by.unwrap_or("the place for credentials"), &rule)?;
        self.warnings.extend(warning);
        let shown = self.shown(&path);
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::Config(format!("{shown} is no text; make it anew with its vendor's tool")))?;
        Ok(Some(Page { shown, text: Zeroizing::new(text) }))
    }

    fn shown(&self, path: &Path) -> String {
        match self.home.and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }

    /// What was found, with the warnings so far.
    fn kept(&mut self, shown: String, secrets: Secrets) -> Kept {
        let warnings = std::mem::take(&mut self.warnings);
        Kept { shown, settings: Vec::new(), url: None, secrets, warnings }
    }
}

/// Every such file holds a secret.
fn secret_always(_: &[u8]) -> bool {
    false
}

impl Page {
    /// Its text as JSON. What does not parse is told by its place, never by its content.
    fn json(&self) -> Result<Value> {
        serde_json::from_str(self.text.trim_start_matches('\u{feff}')).map_err(|error| {
            Error::Config(format!(
                "{}, line {}, column {}: this is no JSON; mend it, or move it away",
                self.shown,
                error.line(),
                error.column()
            ))
        })
    }

    fn lacks(&self, entry: &str, member: &str) -> Error {
        lacks(&format!("{} [{entry}]", self.shown), member)
    }
}

fn lacks(shown: &str, member: &str) -> Error {
    Error::Config(format!("{shown} has no {member}; complete it, or give the credential in another way"))
}

/// An entry that was asked for by name, and is not there.
fn absent(shown: &str, entry: &str, known: &[&str], remedy: &str) -> Error {
    let list = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Error::Config(format!("{shown} has no entry {entry:?}; it has {list}; {remedy}"))
}

/// Where a machine hands out the keys of its own role: the usual address, or the one that the vendor's variable
/// names, if it lies on this machine or its link.
fn machine(variable: &str, named: Option<&str>, usual: &str) -> Result<String> {
    let Some(url) = named else { return Ok(usual.to_owned()) };
    let target = Target::of(url)?;
    if target.is_loopback() || target.is_link_local() {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(Error::Config(format!("{variable} names {}, which is not this machine's; unset it", target.host)))
}

/// A client that traces nothing: what a machine hands out goes in clear over its own link.
fn untraced<'c>(client: &Client<'c>) -> Client<'c> {
    let console = Console { verbose: 0, ..client.console };
    Client { policy: client.policy.clone(), transport: client.transport, clock: client.clock, console }
}

/// A text as one value of a query or a form.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A member that is text and not empty.
fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member)?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
