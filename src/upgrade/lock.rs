//! One upgrade of a place at a time.

use super::{
    place::{Place, cannot_write},
    whose,
};
use crate::{
    clock::Clock,
    error::{Error, Result},
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read, Write},
    path::Path,
    time::UNIX_EPOCH,
};

/// Held until the value goes, or the process; the file stays, since removing it would let two in.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, and writes into it who has it; refuses where another one has.
    pub fn take(place: &Place, clock: &dyn Clock) -> Result<Self> {
        let path = place.lock();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
        let mut file = whose::open(&path, &mut options).map_err(|error| unopened(place, &path, &error))?;
        let metadata = file.metadata().map_err(|error| cannot_write(place, &error))?;
        let ours = whose::is_alone(&metadata) && whose::is_known(&metadata, place);
        if !ours && !planted!("any-lock-is-written") {
            return Err(foreign(&path));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if planted!("two-at-once") => {}
            // A file system without locks: each rename alone still keeps the binary whole.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => {
                return Err(Error::Io(format!("cannot lock {}: {error}; run it again", path.display())));
            }
            Err(TryLockError::WouldBlock) => return Err(taken(place, &file)),
        }
        let since = UNIX_EPOCH + clock.now()?;
        let who =
            format!("process {}, since {}", std::process::id(), humantime::format_rfc3339_seconds(since));
        // Only a courtesy to whoever comes second.
        let _ = file.set_len(0).and_then(|()| file.write_all(who.as_bytes()));
        Ok(Self { _file: file })
    }
}

/// What stands at the lock's name, and is a link or a pipe, is named; all else is the folder's.
fn unopened(place: &Place, path: &Path, error: &io::Error) -> Error {
    let odd = fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if odd { foreign(path) } else { cannot_write(place, error) }
}

fn foreign(path: &Path) -> Error {
    Error::CannotCreate(format!(
        "{} is no lock of stratos: it is a link or no plain file, or belongs to somebody else; nothing was changed; look \
         who put it there, remove it, and run it again",
        path.display()
    ))
}

fn taken(place: &Place, file: &File) -> Error {
    let mut who = String::new();
    let _ = Read::take(file, 100).read_to_string(&mut who);
    let who = if who.is_empty() { String::new() } else { format!(" ({who})") };
    Error::Unavailable(format!(
        "another upgrade of {} is under way{who}; wait for its end",
        place.binary.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SystemClock;

    #[test]
    fn the_second_one_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("stratos"), "x").unwrap();
        let place = Place::of(&folder.path().join("stratos")).unwrap();
        let first = Lock::take(&place, &SystemClock).unwrap();
        let second = Lock::take(&place, &SystemClock).unwrap_err();
        assert_eq!(second.facts().name, "unavailable");
        let who = format!("process {}, since 20", std::process::id());
        assert!(second.to_string().contains(&who), "{second}");
        drop(first);
        Lock::take(&place, &SystemClock).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_names_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("stratos"), "x").unwrap();
        fs::write(at("precious"), "kept").unwrap();
        let place = Place::of(&at("stratos")).unwrap();
        let refused = || {
            let error = Lock::take(&place, &SystemClock).unwrap_err();
            assert_eq!(error.facts().name, "cannot_create", "{error}");
            assert!(error.to_string().contains("is no lock of stratos"), "{error}");
            fs::remove_file(place.lock()).unwrap();
        };
        std::os::unix::fs::symlink(at("precious"), place.lock()).unwrap();
        refused();
        std::os::unix::fs::symlink(at("nothing"), place.lock()).unwrap();
        refused();
        fs::hard_link(at("precious"), place.lock()).unwrap();
        refused();
        assert_eq!(fs::read_to_string(at("precious")).unwrap(), "kept");
        assert!(!at("nothing").exists());
    }
}
