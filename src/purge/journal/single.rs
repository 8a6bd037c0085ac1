//! What remains of a purge of one batch, which keeps no journal: a line written after it was accepted, for those who
//! look back. Best effort: nothing waits for the disk, and nothing fails for want of it.

use super::{
    file::{make_folder, open_own},
    shelf::KEPT,
};
use crate::{error::Result, purge::Selector};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// So many bytes, then old lines go.
const FULL: u64 = 256 << 10;

/// One purge of one batch that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Single {
    /// The run's id.
    pub run: String,
    /// When it began, in milliseconds since 1970.
    pub at: u64,
    /// The provider's id.
    pub provider: String,
    /// The profile that named the account.
    pub profile: String,
    /// What its items are.
    pub selector: Selector,
    /// How many.
    pub items: usize,
    /// The provider's names for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
}

impl Single {
    /// Adds it to those of this folder.
    pub fn keep(&self, folder: &Path) -> Result<()> {
        make_folder(folder)?;
        let path = place(folder);
        let now = Duration::from_millis(self.at);
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > FULL) {
            let kept = singles(folder, now);
            let lines: String = kept[kept.len() / 2..].iter().map(Self::line).collect();
            let fresh = path.with_extension("new");
            let _ = fs::remove_file(&fresh);
            if open_own(&fresh)?.write_all(lines.as_bytes()).is_ok() {
                let _ = fs::rename(&fresh, &path);
            }
        }
        // One write of one line: whoever appends at the same time stands before it or after it.
        let _ = open_own(&path)?.write_all(self.line().as_bytes());
        Ok(())
    }

    fn line(&self) -> String {
        serde_json::to_string(self).expect("a line is plain data") + "\n"
    }
}

/// Those of this folder that are not too old, the oldest first. A line that cannot be read is none.
#[must_use]
pub fn singles(folder: &Path, now: Duration) -> Vec<Single> {
    let text = fs::read(place(folder)).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let young = |single: &Single| now.saturating_sub(Duration::from_millis(single.at)) <= KEPT;
    lines.filter(young).collect()
}

fn place(folder: &Path) -> PathBuf {
    folder.join("receipts.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(at: u64) -> Single {
        let (run, provider, profile) = ("0a".repeat(16), "varnish".into(), "default".into());
        Single { run, at, provider, profile, selector: Selector::Tag, items: 2, ids: vec!["i".into()] }
    }

    #[test]
    fn receipts_come_back_in_order_and_old_or_broken_lines_do_not() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state");
        for at in [1, 2, 3] {
            single(at).keep(&folder).unwrap();
        }
        fs::OpenOptions::new().append(true).open(place(&folder)).unwrap().write_all(b"{\"run\":\n").unwrap();
        single(4).keep(&folder).unwrap();
        let at = |now| singles(&folder, now).iter().map(|single| single.at).collect::<Vec<_>>();
        assert_eq!(at(Duration::ZERO), [1, 2, 3, 4]);
        assert_eq!(at(KEPT + Duration::from_millis(3)), [3, 4]);
    }

    #[test]
    fn the_file_stays_small() {
        let home = tempfile::tempdir().unwrap();
        for at in 0..3000 {
            single(at).keep(home.path()).unwrap();
        }
        assert!(fs::metadata(place(home.path())).unwrap().len() <= FULL + 1024);
        let kept = singles(home.path(), Duration::ZERO);
        assert_eq!(kept.last().unwrap().at, 2999);
        assert!(
            kept.windows(2).all(|pair| pair[0].at + 1 == pair[1].at),
            "the newest stay, none is lost between"
        );
    }
}
