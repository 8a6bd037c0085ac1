//! What is to be purged: exactly one selector, and what it names.

use super::{
    ask,
    list::{self, Lines, List},
};
use crate::{
    context::Context,
    error::{Error, Result},
    purge::{Selector, plan::Selection},
};
use std::path::PathBuf;

/// The selectors; one of them is given.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Choice {
    /// URLs to purge; `-` adds those on stdin, one a line
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// Read URLs from stdin, one a line; blank lines and lines that begin with # are skipped
    #[arg(long)]
    stdin: bool,
    /// Read URLs from a file, one a line, like those on stdin
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Purge what carries this tag; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Purge all below this address; may be repeated
    #[arg(long = "prefix", value_name = "URL")]
    prefixes: Vec<String>,
    /// Purge all of this host; may be repeated
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Purge the whole cache; needs --yes, or a confirmation typed on a terminal
    #[arg(long)]
    everything: bool,
    /// Mark content as stale instead of removing it, where the CDN can
    #[arg(long)]
    soft: bool,
}

impl Choice {
    /// Whether a purge is to be soft, where nothing else is chosen here.
    pub fn soft_alone(&self) -> Option<bool> {
        (*self == Self { soft: self.soft, ..Self::default() }).then_some(self.soft)
    }

    /// Exactly one selector, what it names, and the lines that this stood on.
    pub fn selection(&self, cx: &mut Context<'_>) -> Result<(Selection, Lines)> {
        let listed = !self.urls.is_empty() || self.stdin || self.file.is_some();
        let given: Vec<Selector> = [
            (Selector::Url, listed),
            (Selector::Prefix, !self.prefixes.is_empty()),
            (Selector::Host, !self.hosts.is_empty()),
            (Selector::Tag, !self.tags.is_empty()),
            (Selector::All, self.everything),
        ]
        .into_iter()
        .filter_map(|(selector, given)| given.then_some(selector))
        .collect();
        let selector = match given[..] {
            [] => return Err(Error::Usage(ask::NOTHING.into())),
            [one] => one,
            [first, second, ..] => {
                return Err(Error::Usage(format!(
                    "{} and {} cannot be purged by one command, nor is one of them dropped; run purge once for each",
                    first.plural(),
                    second.plural()
                )));
            }
        };
        let typed = |items: &[String]| List { urls: items.to_vec(), lines: Lines::default() };
        let List { urls: items, lines } = match selector {
            Selector::Url => list::urls(&self.urls, self.stdin, self.file.as_deref(), cx)?,
            Selector::Prefix => typed(&self.prefixes),
            Selector::Host => typed(&self.hosts),
            Selector::Tag => typed(&self.tags),
            Selector::All => List::default(),
        };
        Ok((Selection { selector, items, soft: self.soft }, lines))
    }
}
