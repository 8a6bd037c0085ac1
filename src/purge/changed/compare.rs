//! Two releases side by side: what changed, what went, what came.

use super::{File, Files, Rules, Whole, folders::Folders, name, rules::Trail, unless_interrupted};
use crate::error::Result;
use std::cmp::Ordering;

/// How many files of each kind there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files of the old release.
    pub from: u64,
    /// Files of the new one.
    pub to: u64,
    /// In both, with other content.
    pub changed: u64,
    /// Only in the old one.
    pub removed: u64,
    /// Only in the new one.
    pub added: u64,
    /// Removed or added, but of a name that changes with its content: not purged.
    pub hashed: u64,
}

impl Counts {
    /// Whether nothing of the old release is left in the new one.
    #[must_use]
    pub const fn all_removed(&self) -> bool {
        self.from > 0 && self.removed == self.from
    }
}

/// What a comparison came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What to purge, in the order of the files' names.
    pub urls: Vec<String>,
    /// How many files of each kind.
    pub counts: Counts,
    /// Folders of which every file changed, the fullest first.
    pub whole: Vec<Whole>,
    /// The first file whose name says that it never changes, and whose content did.
    pub rewritten: Option<String>,
}

/// Compares two releases by content. A release that cannot be read to its end gives nothing.
pub fn compare(from: &mut dyn Files, to: &mut dyn Files, rules: &Rules) -> Result<Found> {
    let (mut found, mut trail, mut folders) = (Found::default(), Trail::default(), Folders::default());
    for round in 0_u64.. {
        if round % 4096 == 0 {
            unless_interrupted("comparing the releases")?;
        }
        let (old, new) = match (from.file(), to.file()) {
            (None, None) => break,
            (Some(old), Some(new)) => match old.name.cmp(&new.name) {
                Ordering::Less => (Some(old), None),
                Ordering::Greater => (None, Some(new)),
                Ordering::Equal => (Some(old), Some(new)),
            },
            one => one,
        };
        let name = &old.or(new).expect("one of them is up").name;
        // Also what is not purged: it is a neighbour of what is.
        trail.enter(name);
        let purged = found.counts.judge(old, new, rules);
        if purged {
            rules.urls(name, &trail, &mut found.urls);
            if found.rewritten.is_none() && old.is_some() && new.is_some() && rules.hashed.is(name) {
                found.rewritten = Some(name::shown(name));
            }
        }
        folders.see(name, purged, !purged && old.is_some() && new.is_some());
        let (old, new) = (old.is_some(), new.is_some());
        if old {
            from.advance()?;
        }
        if new {
            to.advance()?;
        }
    }
    found.whole = folders.finish();
    Ok(found)
}

impl Counts {
    /// Counts a file, and says whether its URLs are purged.
    fn judge(&mut self, old: Option<&File>, new: Option<&File>, rules: &Rules) -> bool {
        self.from += u64::from(old.is_some());
        self.to += u64::from(new.is_some());
        let (name, purged) = match (old, new) {
            (Some(old), Some(new)) => {
                let changed = old.digest != new.digest || old.size != new.size;
                self.changed += u64::from(changed);
                // Other content under a name that should have changed with it is stale all the same.
                return changed;
            }
            (Some(old), None) => {
                self.removed += 1;
                (&old.name, true)
            }
            (None, Some(new)) => {
                self.added += 1;
                (&new.name, rules.added)
            }
            (None, None) => return false,
        };
        let hashed = purged && rules.hashed.is(name);
        self.hashed += u64::from(hashed);
        purged && !hashed
    }
}
