//! Writing config.toml: under a lock, whole or not at all, for its owner's eyes only.

use super::{File, Kept, Place, file::text_of, member::bad};
use crate::{
    clock::Clock,
    error::{Error, Result},
};
use std::{
    fs::{self, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long another writer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a change did besides the change.
#[derive(Debug)]
pub struct Saved<T> {
    /// What the change returned.
    pub value: T,
    /// The Node CLI's file that was migrated, and is kept.
    pub migrated: Option<PathBuf>,
    /// Where a file that could not be read was kept.
    pub set_aside: Option<PathBuf>,
}

/// Reads, changes and writes the file under its lock. `repair` keeps a file that cannot be read
/// aside and begins anew.
pub fn update<T>(
    place: &Place,
    clock: &dyn Clock,
    repair: bool,
    change: impl FnOnce(&mut File) -> Result<T>,
) -> Result<Saved<T>> {
    let target = target(place.writable()?)?;
    make_folder(&target)?;
    let _lock = lock(&target, clock)?;
    let (mut file, broken) = match File::load_or_new(place) {
        Err(Error::Config(_)) if repair => (File::empty(place), target.exists()),
        loaded => (loaded?, false),
    };
    let value = change(&mut file)?;
    let text = file.text();
    // A defect of ours must not cost the user the file.
    File::parse(place, &target, &text)
        .map_err(|error| Error::Software(format!("the changed file would not be readable: {error}")))?;
    let set_aside = if broken { Some(keep_aside(&target)?) } else { None };
    write(&target, &text, clock)?;
    let migrated = if file.kept == Kept::Node { place.node.clone() } else { None };
    Ok(Saved { value, migrated, set_aside })
}

/// Writes a file of ours whole or not at all, for its owner alone, with the folders it wants.
pub fn keep(path: &Path, text: &str, clock: &dyn Clock) -> Result<()> {
    let target = target(path)?;
    make_folder(&target)?;
    write(&target, text, clock)
}

/// A copy that an editor works on, and that outlives a failed try.
pub struct Draft {
    /// Where the copy is.
    pub path: PathBuf,
    /// It is the one of an earlier try.
    pub resumed: bool,
    /// The Node CLI's file that it was made from.
    pub migrated: Option<PathBuf>,
    place: Place,
    target: PathBuf,
    before: Option<String>,
    offered: String,
}

impl Draft {
    /// Makes the copy, or takes up the one that an earlier try left.
    pub fn open(place: &Place, clock: &dyn Clock) -> Result<Self> {
        let target = target(place.writable()?)?;
        make_folder(&target)?;
        let path = beside(&target, "", ".draft");
        let before = text_of(&target)?;
        let mut migrated = None;
        let offered = match &before {
            Some(text) => text.clone(),
            None => match File::load_or_new(place)? {
                file if file.kept == Kept::Node => {
                    migrated.clone_from(&place.node);
                    file.text()
                }
                _ => format!("[profiles.default]\nurl = \"{}\"\n", super::DEFAULT_URL),
            },
        };
        let resumed = path.exists();
        if !resumed {
            write(&path, &offered, clock)?;
        }
        Ok(Self { path, resumed, migrated, place: place.clone(), target, before, offered })
    }

    /// Checks the edited copy, with the caller's own check last, and puts it in the file's place;
    /// whether anything changed. The copy stays where this fails.
    pub fn commit(self, clock: &dyn Clock, check: impl FnOnce(&File) -> Result<()>) -> Result<bool> {
        let kept = |why: String| {
            Error::Data(format!(
                "{why}; nothing was changed, your text is kept in {}, and `stratos config edit` opens it again",
                self.path.display()
            ))
        };
        let text = text_of(&self.path)
            .and_then(|text| text.ok_or_else(|| bad("the edited copy", "left where it was")))
            .map_err(|error| kept(error.to_string()))?;
        let unchanged = if self.resumed { self.before.as_ref() == Some(&text) } else { self.offered == text };
        if !unchanged {
            File::parse(&self.place, &self.target, &text)
                .and_then(|file| file.judge(None).and_then(|()| check(&file)))
                .map_err(|error| kept(error.to_string()))?;
            let _lock = lock(&self.target, clock)?;
            if text_of(&self.target)? != self.before {
                return Err(kept(format!(
                    "{} was changed by another program meanwhile",
                    self.target.display()
                )));
            }
            write(&self.target, &text, clock)?;
        }
        let _ = fs::remove_file(&self.path);
        Ok(!unchanged)
    }
}

/// The file itself: a symbolic link is followed to the regular file it names, so that the link
/// stays one; a link to anything else is refused.
fn target(path: &Path) -> Result<PathBuf> {
    let kind = match fs::symlink_metadata(path) {
        Err(_) => return Ok(path.to_owned()),
        Ok(metadata) => metadata.file_type(),
    };
    let real = if kind.is_symlink() { fs::canonicalize(path) } else { Ok(path.to_owned()) };
    let real = real.map_err(|error| {
        Error::Config(format!("{} is a symbolic link to nothing ({error}); remove it", path.display()))
    })?;
    if !real.is_file() {
        return Err(Error::Config(format!(
            "{} is no regular file; name another one with --config",
            real.display()
        )));
    }
    Ok(real)
}

fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(target: &Path, before: &str, after: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    folder(target).join(format!("{before}{name}{after}"))
}

fn make_folder(target: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder(target)).map_err(|error| cannot_create(folder(target), &error))
}

fn cannot_create(path: &Path, error: &std::io::Error) -> Error {
    Error::CannotCreate(format!(
        "cannot create {}: {error}; check its folder, or name another file with --config",
        path.display()
    ))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(
        &mut options,
        if planted!("files-for-all") { 0o644 } else { 0o600 },
    );
    options
}

/// Held until the value goes. A side file, because the file itself is replaced.
fn lock(target: &Path, clock: &dyn Clock) -> Result<fs::File> {
    let path = beside(target, ".", ".lock");
    let file =
        private().create(true).truncate(false).open(&path).map_err(|error| cannot_create(&path, &error))?;
    let start = clock.elapsed();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A file system without locks: the rename alone still keeps the file whole.
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
                return Ok(file);
            }
            Err(TryLockError::Error(error)) => {
                return Err(Error::Io(format!("cannot lock {}: {error}", path.display())));
            }
            Err(TryLockError::WouldBlock) if clock.elapsed().saturating_sub(start) > PATIENCE => {
                return Err(Error::Unavailable(format!(
                    "another program holds {} for more than {} s; end it and try again",
                    path.display(),
                    PATIENCE.as_secs()
                )));
            }
            Err(TryLockError::WouldBlock) => clock.sleep(Duration::from_millis(20))?,
        }
    }
}

/// A whole new file beside the old one, on disk before it takes its name.
fn write(target: &Path, text: &str, clock: &dyn Clock) -> Result<()> {
    let mut suffix = [0; 8];
    clock.fill(&mut suffix);
    let fresh = beside(target, ".", &format!(".{}", hex::encode(suffix)));
    let mut file = private().create_new(true).open(&fresh).map_err(|error| cannot_create(&fresh, &error))?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.and_then(|()| fs::rename(&fresh, target)).map_err(|error| {
        let _ = fs::remove_file(&fresh);
        Error::Io(format!("cannot write {}: {error}; the old file is untouched", target.display()))
    })?;
    #[cfg(unix)]
    if let Ok(folder) = fs::File::open(folder(target)) {
        // The new name reaches the disk too; the content has.
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Gives a file that cannot be read a second name that is free, so that nothing is lost.
fn keep_aside(target: &Path) -> Result<PathBuf> {
    let names = std::iter::once(".bak".to_owned()).chain((2..).map(|n| format!(".bak{n}")));
    let aside =
        names.map(|after| beside(target, "", &after)).find(|path| fs::symlink_metadata(path).is_err());
    let aside = aside.expect("names do not run out");
    // Linked, so that the file never lacks a name; renamed where the file system has no links.
    let kept = fs::hard_link(target, &aside).or_else(|_| fs::rename(target, &aside));
    kept.map_err(|error| cannot_create(&aside, &error))?;
    #[cfg(unix)]
    let _ = fs::set_permissions(&aside, std::os::unix::fs::PermissionsExt::from_mode(0o600));
    Ok(aside)
}
