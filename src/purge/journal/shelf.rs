//! Where journals lie, which of them are there, and when they go.

use super::{
    Head, Past,
    file::{lock, locked, unreadable},
};
use crate::error::{Error, Result};
use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

/// Journals are kept so long after the last line.
pub(super) const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// What the name of a journal ends with.
const ENDING: &str = ".journal";

/// A journal that was read, not locked.
#[derive(Debug)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Its first line.
    pub head: Head,
    /// What became of each batch.
    pub past: Past,
    /// A run is writing it.
    pub in_use: bool,
}

/// The copy of the plan that lies beside a journal.
#[must_use]
pub fn plan_beside(journal: &Path) -> PathBuf {
    let mut name = OsString::from(journal);
    name.push(".plan");
    PathBuf::from(name)
}

/// The journal of a run in this folder.
#[must_use]
pub fn journal_in(folder: &Path, run: &str) -> PathBuf {
    folder.join(format!("{run}{ENDING}"))
}

/// Reads a journal as it is, whoever writes it. A torn last line does not count.
pub fn look(path: &Path) -> Result<Found> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let (head, past) = super::parsed(&bytes, path)?;
    let in_use = File::open(path).is_ok_and(|file| locked(&file).is_err());
    Ok(Found { path: path.to_owned(), head, past, in_use })
}

/// A journal that cannot be read, and why.
pub type Broken = (PathBuf, Error);

/// All journals of a folder, the oldest first, and those that cannot be read, with the reason.
pub fn list(folder: &Path) -> Result<(Vec<Found>, Vec<Broken>)> {
    let (mut found, mut broken) = (Vec::new(), Vec::new());
    for path in journals(folder)? {
        match look(&path) {
            Ok(journal) => found.push(journal),
            // Nothing was sent: it is no run yet, or never became one.
            Err(Error::InputMissing(_)) if !begun(&path) => {}
            Err(error) => broken.push((path, error)),
        }
    }
    found.sort_by(|one, other| (one.head.at, &one.head.run).cmp(&(other.head.at, &other.head.run)));
    Ok((found, broken))
}

/// Whether a first line is there whole: then something may have been sent, whatever else is gone.
fn begun(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes.contains(&b'\n'))
}

fn journals(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| run_of(path, ENDING).is_some()).collect())
}

/// The run that a file's name tells, where it is one of ours.
fn run_of(path: &Path, ending: &str) -> Option<String> {
    let run = path.file_name()?.to_str()?.strip_suffix(ending)?;
    let digits = run.len() == 32 && run.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    digits.then(|| run.to_owned())
}

/// Removes a journal and the plan beside it; not while a run writes it.
pub fn forget(path: &Path) -> Result<()> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    lock(&file, path)?;
    match fs::remove_file(plan_beside(path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => fs::remove_file(path),
    }
    .map_err(|error| Error::Io(format!("cannot remove {}: {error}; check its folder", path.display())))
}

/// Removes what is older than it is kept, and in nobody's use. What cannot be removed stays.
pub fn clean(folder: &Path, now: Duration) {
    let old = |path: &Path| {
        let written = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        let age = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| now.saturating_sub(at));
        age.is_some_and(|age| age > KEPT)
    };
    for path in journals(folder).unwrap_or_default().into_iter().filter(|path| old(path)) {
        let Ok(file) = File::open(&path) else { continue };
        if locked(&file).is_ok() {
            let _ = fs::remove_file(plan_beside(&path));
            let _ = fs::remove_file(&path);
        }
    }
}
