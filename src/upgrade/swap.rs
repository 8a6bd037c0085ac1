//! The swap. At every instant there is one whole binary at the path: what is there is held under a
//! second name, the new file is renamed over the first one, and the held one is kept or put back.
//!
//! A run that is killed leaves the held name behind; [`settle`] makes of it what it is.

use super::{
    place::{Place, cannot_write, remove},
    whose,
};
use crate::error::{Error, Result};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::Path,
};

/// The new file is at the path, and the old one is held; it wants [`Swapped::keep`] or [`Swapped::undo`].
#[must_use]
pub struct Swapped<'p> {
    place: &'p Place,
}

/// Puts a finished file of the same folder in the binary's place.
pub fn swap<'p>(place: &'p Place, fresh: &Path) -> Result<Swapped<'p>> {
    hold(place).map_err(|error| cannot_write(place, &error))?;
    place.sync();
    if let Err(error) = fs::rename(fresh, &place.binary) {
        let _ = if cfg!(windows) { fs::rename(place.held(), &place.binary) } else { remove(&place.held()) };
        return Err(Error::Io(format!(
            "cannot put the new file at {}: {error}; the old one is untouched",
            place.binary.display()
        )));
    }
    place.sync();
    Ok(Swapped { place })
}

impl Swapped<'_> {
    /// The new binary stays, and the old one is the previous one from here on.
    pub fn keep(self) -> io::Result<()> {
        close(&self.place.held());
        fs::rename(self.place.held(), self.place.previous())?;
        // Two names of one file are left as they are by a rename.
        remove(&self.place.held())?;
        self.place.sync();
        Ok(())
    }

    /// The old binary comes back.
    pub fn undo(self) -> io::Result<()> {
        if planted!("failed-binary-stays") {
            return Ok(());
        }
        fs::rename(self.place.held(), &self.place.binary)?;
        remove(&self.place.held())?;
        self.place.sync();
        Ok(())
    }
}

/// Nobody but its owner writes to the binary that `--rollback` will run; where that cannot be had, it will refuse it.
fn close(held: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let Ok(metadata) = fs::symlink_metadata(held) else { return };
        let mode = metadata.permissions().mode() & 0o7777;
        if metadata.is_file() && mode & 0o022 != 0 {
            let _ = fs::set_permissions(held, fs::Permissions::from_mode(mode & !0o022));
        }
    }
    #[cfg(not(unix))]
    let _ = held;
}

/// Makes of a held file what it is after a run was killed: a second name of the binary, which goes, or
/// the one before it, which is kept.
pub fn settle(place: &Place) -> io::Result<()> {
    let held = place.held();
    let Ok(metadata) = fs::symlink_metadata(&held) else { return Ok(()) };
    let ours = metadata.is_file() && whose::is_known(&metadata, place);
    if !ours || same(&held, &place.binary)? {
        return remove(&held);
    }
    Swapped { place }.keep()
}

/// Another name for a file, or another copy of it where links cannot be made. Setuid bits are not taken along.
pub fn second(place: &Place, from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    if !special(&fs::metadata(from)?) && fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    let part = place.folder.join(".stratos-held.part");
    let copied = copy(from, &part).and_then(|()| fs::rename(&part, to));
    copied.inspect_err(|_| drop(remove(&part)))
}

/// The old binary gets its second name; what runs keeps running under either.
#[cfg(not(windows))]
fn hold(place: &Place) -> io::Result<()> {
    if planted!("gap-in-the-swap") {
        return fs::rename(&place.binary, place.held());
    }
    second(place, &place.binary, &place.held())
}

/// A running file cannot be replaced here, but renamed.
#[cfg(windows)]
fn hold(place: &Place) -> io::Result<()> {
    remove(&place.held())?;
    fs::rename(&place.binary, place.held())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    let mut source = File::open(from)?;
    let mut target = private().write(true).create_new(true).open(to)?;
    io::copy(&mut source, &mut target)?;
    like(&target, &source.metadata()?)?;
    target.sync_all()
}

/// Options of a file that nobody else reads or writes before it is finished, whatever the umask says.
pub(super) fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "only here and there is a mode to set")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Gives a file the mode of another one, without setuid, setgid and sticky bits, and its owner where we may.
#[cfg(unix)]
pub(super) fn like(file: &File, other: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (other.uid(), other.gid()) {
        // Only root may give files away; anybody else owns what he installs.
        let _ = fchown(file, Some(other.uid()), Some(other.gid()));
    }
    let mode = if planted!("new-binary-for-all") { 0o777 } else { other.mode() & 0o777 };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn like(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn special(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o7000 != 0
}

#[cfg(not(unix))]
fn special(_: &fs::Metadata) -> bool {
    false
}

/// Whether two names hold the same bytes.
pub fn same(one: &Path, other: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |path: &Path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
        if id(one)? == id(other)? {
            return Ok(true);
        }
    }
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        (&mut one).take(1 << 16).read_to_end(&mut left)?;
        (&mut other).take(1 << 16).read_to_end(&mut right)?;
        if left != right {
            return Ok(false);
        }
        if left.is_empty() {
            return Ok(true);
        }
        left.clear();
        right.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use semver::Version;
    use tempfile::TempDir;

    const NEW: Version = Version::new(2, 0, 0);

    fn place() -> (TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("stratos"), "old").unwrap();
        let place = Place::of(&folder.path().join("stratos")).unwrap();
        fs::write(place.fresh(&NEW), "new").unwrap();
        (folder, place)
    }

    fn there(place: &Place) -> Vec<(String, String)> {
        let entries = fs::read_dir(&place.folder).unwrap().flatten();
        let mut found: Vec<_> = entries
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, fs::read_to_string(entry.path()).unwrap())
            })
            .collect();
        found.sort();
        found
    }

    fn files(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_swap_that_is_kept_leaves_the_old_one_as_the_previous() {
        let (_folder, place) = place();
        fs::write(place.previous(), "older").unwrap();
        let swapped = swap(&place, &place.fresh(&NEW)).unwrap();
        assert_eq!(
            there(&place),
            files(&[(".stratos-held.new", "old"), (".stratos-previous", "older"), ("stratos", "new")])
        );
        swapped.keep().unwrap();
        assert_eq!(there(&place), files(&[(".stratos-previous", "old"), ("stratos", "new")]));
    }

    #[test]
    fn a_swap_that_is_undone_leaves_what_was() {
        let (_folder, place) = place();
        fs::write(place.previous(), "older").unwrap();
        swap(&place, &place.fresh(&NEW)).unwrap().undo().unwrap();
        assert_eq!(there(&place), files(&[(".stratos-previous", "older"), ("stratos", "old")]));
    }

    #[test]
    fn a_new_file_that_cannot_be_renamed_leaves_what_was() {
        let (_folder, place) = place();
        let error = swap(&place, &place.fresh(&Version::new(9, 9, 9))).err().unwrap();
        assert!(error.to_string().contains("the old one is untouched"), "{error}");
        assert_eq!(there(&place), files(&[(".stratos-2.0.0.new", "new"), ("stratos", "old")]));
    }

    #[test]
    fn what_a_killed_run_held_is_settled() {
        let (_folder, place) = place();
        fs::write(place.previous(), "older").unwrap();
        // Before the rename: a link, or a copy.
        fs::hard_link(&place.binary, place.held()).unwrap();
        settle(&place).unwrap();
        fs::copy(&place.binary, place.held()).unwrap();
        settle(&place).unwrap();
        let before = [(".stratos-2.0.0.new", "new"), (".stratos-previous", "older"), ("stratos", "old")];
        assert_eq!(there(&place), files(&before));
        // After it.
        let _ = swap(&place, &place.fresh(&NEW)).unwrap();
        settle(&place).unwrap();
        assert_eq!(there(&place), files(&[(".stratos-previous", "old"), ("stratos", "new")]));
        settle(&place).unwrap();
        // The previous one has become a link of the held one: a rename alone would leave both.
        fs::hard_link(place.previous(), place.held()).unwrap();
        settle(&place).unwrap();
        assert_eq!(there(&place), files(&[(".stratos-previous", "old"), ("stratos", "new")]));
    }

    #[test]
    fn sameness_is_of_bytes() {
        let (_folder, place) = place();
        let at = |name: &str| place.folder.join(name);
        let long = "x".repeat(200_000);
        fs::write(at("a"), &long).unwrap();
        fs::write(at("b"), &long).unwrap();
        fs::write(at("c"), format!("{}y", &long[1..])).unwrap();
        assert!(same(&at("a"), &at("b")).unwrap());
        assert!(!same(&at("a"), &at("c")).unwrap());
        assert!(!same(&at("a"), &place.binary).unwrap());
        assert!(same(&at("a"), &at("nothing")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_second_name_carries_no_setuid_bit() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let (_folder, place) = place();
        let held = place.held();
        second(&place, &place.binary, &held).unwrap();
        let inode = |path: &Path| fs::metadata(path).unwrap().ino();
        assert_eq!(inode(&held), inode(&place.binary), "an ordinary file is linked");
        fs::set_permissions(&place.binary, fs::Permissions::from_mode(0o4755)).unwrap();
        second(&place, &place.binary, &held).unwrap();
        assert_ne!(inode(&held), inode(&place.binary));
        assert_eq!(fs::metadata(&held).unwrap().mode() & 0o7777, 0o755);
        assert!(same(&held, &place.binary).unwrap());
    }
}
