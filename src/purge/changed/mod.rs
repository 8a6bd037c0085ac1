//! Changed files only: two releases of a site in, the URLs of what changed or went out.
//!
//! A release is a manifest, a folder or an archive. Each gives its files sorted by name, so that two of any size
//! are compared in one pass ([`compare`]); [`Rules`] turn a name into the URLs that its content is served at.

mod archive;
mod compare;
mod folders;
mod hashed;
mod manifest;
mod name;
mod open;
mod rules;
mod tree;

pub use compare::{Counts, Found, compare};
pub use folders::Whole;
pub use hashed::Hashed;
pub use manifest::{Reader, Sum, Writer};
pub use open::{Opened, open};
pub use rules::{Clean, Rules};

use crate::{
    context::SIGNAL,
    error::{Error, Result},
};
use std::{path::Path, sync::atomic::Ordering};

/// A file of a release: its name below the release's folder, and what tells its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path from the folder, with `/`; bytes, because names need not be UTF-8.
    pub name: Vec<u8>,
    /// How long it is.
    pub size: u64,
    /// SHA-256 of its content.
    pub digest: [u8; 32],
}

/// The files of a release in the order of their names' bytes, one at a time.
pub trait Files {
    /// The file that is up; `None` behind the last one.
    fn file(&self) -> Option<&File>;

    /// Goes on to the next.
    fn advance(&mut self) -> Result<()>;
}

/// Files that are in memory, sorted.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    files: Vec<File>,
    at: usize,
}

impl Listed {
    /// Sorts the files by name; of several of one name the last one counts, as in an archive.
    #[must_use]
    pub fn new(mut files: Vec<File>) -> Self {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.dedup_by(|later, kept| {
            let same = later.name == kept.name;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        Self { files, at: 0 }
    }
}

impl Files for Listed {
    fn file(&self) -> Option<&File> {
        self.files.get(self.at)
    }

    fn advance(&mut self) -> Result<()> {
        self.at += 1;
        Ok(())
    }
}

/// Something of a folder or an archive that is in no release, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its name as a message shows it.
    pub name: String,
    /// What it is.
    pub why: &'static str,
}

/// More than this is no release.
const MOST: u64 = 20_000_000;

fn too_many(place: &Path) -> Error {
    Error::TooLarge(format!("{} holds more than {MOST} entries; name a smaller folder", place.display()))
}

/// Long work ends when a signal arrives.
fn unless_interrupted(what: &str) -> Result<()> {
    match SIGNAL.load(Ordering::Relaxed) {
        0 => Ok(()),
        signal => {
            Err(Error::Interrupted { signal, detail: format!("interrupted while {what}; nothing was sent") })
        }
    }
}

#[cfg(test)]
mod tests;
