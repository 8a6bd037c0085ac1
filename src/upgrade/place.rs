//! Where the binary lies, and what `upgrade` puts beside it.

use crate::error::{Error, Result};
use semver::Version;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What all names beside the binary begin with.
const OURS: &str = ".stratos-";

/// A binary that can be replaced, and its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file itself, behind all links.
    pub binary: PathBuf,
    /// What it lies in; all that is written before the swap is written here, on the same file system.
    pub folder: PathBuf,
}

impl Place {
    /// Finds the file behind the links: it is replaced, and the links stay.
    pub fn of(program: &Path) -> Result<Self> {
        let gone = |why: &str| {
            Error::Unavailable(format!(
                "the file of the running binary, {}, {why}; start the one that is there now",
                program.display()
            ))
        };
        let binary =
            fs::canonicalize(program).map_err(|error| gone(&format!("cannot be found ({error})")))?;
        if !binary.is_file() {
            return Err(gone("is no file any more"));
        }
        let folder = binary.parent().expect("a file has a folder").to_owned();
        let name = binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(OURS) {
            return Err(Error::Usage(format!(
                "{} is a copy that upgrade keeps beside the binary; run that one, or move this one to its place",
                binary.display()
            )));
        }
        Ok(Self { binary, folder })
    }

    /// The binary before this one.
    #[must_use]
    pub fn previous(&self) -> PathBuf {
        self.beside("previous")
    }

    /// The old binary from shortly before the swap until the new one has proved itself.
    #[must_use]
    pub fn held(&self) -> PathBuf {
        self.beside("held.new")
    }

    /// Locked while somebody works here.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        if planted!("lock-elsewhere") {
            return self.folder.with_extension("lock");
        }
        self.beside("lock")
    }

    /// A download under way.
    #[must_use]
    pub fn part(&self, version: &Version) -> PathBuf {
        self.beside(&format!("{version}.part"))
    }

    /// The verified new binary, before it takes its place.
    #[must_use]
    pub fn fresh(&self, version: &Version) -> PathBuf {
        self.beside(&format!("{version}.new"))
    }

    /// The previous binary on its way back.
    #[must_use]
    pub fn back(&self) -> PathBuf {
        self.beside("back.new")
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{OURS}{name}"))
    }

    /// What runs that were killed left here of any version, but what is still of use.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let ours = |name: &str| {
            let inner = name.strip_prefix(OURS)?;
            let version = inner.strip_suffix(".part").or_else(|| inner.strip_suffix(".new"))?;
            (inner == "held.part" || inner == "back.new" || version.parse::<Version>().is_ok()).then_some(())
        };
        let paths = entries.filter(|entry| entry.file_name().to_str().and_then(ours).is_some());
        paths.map(|entry| entry.path()).collect()
    }

    /// `<prefix>` of `<prefix>/bin/stratos`, as the installer lays it out.
    #[must_use]
    pub fn prefix(&self) -> Option<&Path> {
        if self.folder.file_name()? == "bin" { self.folder.parent() } else { None }
    }

    /// New names reach the disk, too.
    pub fn sync(&self) {
        sync_folder(&self.folder);
    }
}

/// The names in a folder reach the disk; where it cannot be asked for that, the system decides when.
pub(super) fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// Removes a file; one that is not there is as good.
pub(super) fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Why a file beside the binary cannot be made, and what to do.
pub(super) fn cannot_write(place: &Place, error: &std::io::Error) -> Error {
    let folder = place.folder.display();
    let todo = match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "run it as the owner of that folder (with sudo, say), or install a copy of your own with \
             STRATOS_PREFIX=$HOME/.local sh install.sh"
        }
        std::io::ErrorKind::ReadOnlyFilesystem => {
            "that file system is read-only: mount it for writing, or install a copy elsewhere with \
             STRATOS_PREFIX=FOLDER sh install.sh"
        }
        _ => "make room or mend the folder, and run it again",
    };
    Error::CannotCreate(format!("cannot write in {folder}: {error}; nothing was changed; {todo}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_behind_a_link_is_the_place() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir(root.join("bin")).unwrap();
        fs::write(root.join("bin/stratos"), "x").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("bin/stratos", root.join("link")).unwrap();
        let place = Place::of(&root.join("link")).unwrap();
        assert_eq!(place.binary, root.join("bin/stratos"));
        assert_eq!(place.prefix(), Some(root.as_path()));
        let version = Version::new(1, 2, 3);
        assert_eq!(place.part(&version), root.join("bin/.stratos-1.2.3.part"));
        assert_eq!(place.fresh(&version), root.join("bin/.stratos-1.2.3.new"));
    }

    #[test]
    fn what_is_no_binary_in_use_is_no_place() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Place::of(&folder.path().join("gone")).unwrap_err().facts().exit, 69);
        assert_eq!(Place::of(folder.path()).unwrap_err().facts().exit, 69);
        fs::write(folder.path().join(".stratos-previous"), "x").unwrap();
        assert_eq!(Place::of(&folder.path().join(".stratos-previous")).unwrap_err().facts().exit, 64);
        fs::write(folder.path().join("stratos"), "x").unwrap();
        assert_eq!(Place::of(&folder.path().join("stratos")).unwrap().prefix(), None);
    }

    #[test]
    fn only_names_of_ours_are_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "stratos",
            ".stratos-previous",
            ".stratos-held.new",
            ".stratos-lock",
            ".stratos-1.0.0.part",
            ".stratos-2.0.0-rc.1.new",
            ".stratos-held.part",
            ".stratos-back.new",
            ".stratos-mine.part",
            "stratos-1.0.0.part",
            ".stratos-1.0.0",
        ];
        for name in names {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let place = Place::of(&folder.path().join("stratos")).unwrap();
        let mut found: Vec<_> = place
            .leftovers()
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        found.sort();
        assert_eq!(
            found,
            [".stratos-1.0.0.part", ".stratos-2.0.0-rc.1.new", ".stratos-back.new", ".stratos-held.part"]
        );
    }
}
