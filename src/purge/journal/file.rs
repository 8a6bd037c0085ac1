//! The files of a journal: made for their owner alone, locked, on disk when they must be.

use super::Plan;
use crate::error::{Error, Result};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufWriter, Read},
    path::Path,
};

/// How many bytes are whole lines.
pub(super) fn whole(bytes: &[u8]) -> usize {
    if planted!("torn-line-counts") {
        return bytes.len();
    }
    bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// A file for its owner alone, to append to.
pub(super) fn open_own(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(
        &mut options,
        if planted!("journal-for-all") { 0o644 } else { 0o600 },
    );
    options.open(path).map_err(|error| cannot_create(path, &error))
}

/// An empty file for this run alone, locked. What holds a run already is not touched.
pub(super) fn fresh(path: &Path) -> Result<File> {
    if path.exists() && !path.is_file() {
        return Err(Error::CannotCreate(format!(
            "{} is no regular file, so no journal can be kept there; name another path with --journal",
            path.display()
        )));
    }
    let mut file = open_own(path)?;
    lock(&file, path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    // A run that was killed before its first line was whole has sent nothing.
    let begun = br#"{"line":"run""#;
    let never = whole(&bytes) == 0 && (bytes.starts_with(begun) || begun.starts_with(&bytes));
    if !never {
        return Err(Error::CannotCreate(format!(
            "{} exists already; finish it with `stratos purge resume {0}`, or name another path with --journal",
            path.display()
        )));
    }
    file.set_len(0).map_err(|error| cannot_create(path, &error))?;
    Ok(file)
}

pub(super) fn copy(plan: &Plan, path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(
        &mut options,
        if planted!("journal-for-all") { 0o644 } else { 0o600 },
    );
    let mut file = BufWriter::new(options.open(path)?);
    plan.write(&mut file)?;
    file.into_inner()?.sync_all()
}

pub(super) fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| cannot_create(folder, &error))
}

/// It names where credentials go: whoever else could write it could send them elsewhere.
#[cfg(unix)]
pub(super) fn for_its_owner(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o022 != 0 => Err(Error::Policy(format!(
            "{} can be changed by others than its owner, so it may not say where credentials go; run: chmod 600 {0}",
            path.display()
        ))),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) fn for_its_owner(_: &Path) -> Result<()> {
    Ok(())
}

/// The new names reach the disk too.
pub(super) fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// A file system without locks is taken as it is.
pub(super) fn locked(file: &File) -> std::result::Result<(), TryLockError> {
    if planted!("journal-for-two") {
        return Ok(());
    }
    match file.try_lock() {
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        other => other,
    }
}

pub(super) fn lock(file: &File, path: &Path) -> Result<()> {
    locked(file).map_err(|error| match error {
        TryLockError::WouldBlock => Error::Unavailable(format!(
            "the journal {} is in use by another run of stratos; wait for its end",
            path.display()
        )),
        TryLockError::Error(error) => Error::Io(format!("cannot lock {}: {error}", path.display())),
    })
}

pub(super) fn cannot_create(path: &Path, error: &io::Error) -> Error {
    Error::CannotCreate(format!(
        "cannot create {}: {error}; name a place for the journal with --journal PATH, or go without one with \
         --journal none",
        path.display()
    ))
}

pub(super) fn unwritten(path: &Path, error: &io::Error) -> Error {
    Error::Io(format!(
        "cannot write the journal {}: {error}; nothing more is sent: make room and resume",
        path.display()
    ))
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => {
            Error::InputMissing(format!("{} does not exist; see `stratos purge history`", path.display()))
        }
        _ => Error::Io(format!("cannot read {}: {error}; check who may read it", path.display())),
    }
}
