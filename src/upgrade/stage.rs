//! The download beside the binary: counted and hashed while it grows, taken up again after a break, and
//! finished only when size and SHA-256 are the signed ones.

use super::{
    place::{Place, cannot_write, remove},
    swap::{like, private},
    whose,
};
use crate::{
    clock::Clock,
    error::{Error, Result},
    http::{Response, Sink},
    progress::Progress,
    release::{
        Entry,
        digest::{self, Meter, each_block},
    },
};
use semver::Version;
use std::{
    fs::{self, File},
    io::{self, ErrorKind, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// A file that grows to what the manifest says.
pub struct Part<'p> {
    place: &'p Place,
    entry: &'p Entry,
    version: &'p Version,
    clock: &'p dyn Clock,
    path: PathBuf,
    file: File,
    meter: Meter,
    /// How many bytes of an earlier run or attempt stand in front, unproven.
    taken_up: u64,
    /// How many bytes came since it was opened, those of a first try included.
    received: u64,
    fault: Option<Error>,
    progress: Progress<'p>,
}

impl<'p> Part<'p> {
    /// Begins, or goes on where an earlier run was broken off.
    pub fn open(
        place: &'p Place,
        version: &'p Version,
        entry: &'p Entry,
        clock: &'p dyn Clock,
        progress: Progress<'p>,
    ) -> Result<Self> {
        let (path, fresh) = (place.part(version), place.fresh(version));
        if stands(&fresh) && !stands(&path) {
            // Finished by a run that was killed; it is hashed again like any other prefix.
            fs::rename(&fresh, &path).map_err(|error| cannot_write(place, &error))?;
        }
        let file = opened(&path).map_err(|error| cannot_write(place, &error))?;
        let mut part = Self {
            place,
            entry,
            version,
            clock,
            path,
            file,
            meter: Meter::default(),
            taken_up: 0,
            received: 0,
            fault: None,
            progress,
        };
        part.take_up().map_err(|error| part.unwritten(&error))?;
        Ok(part)
    }

    fn take_up(&mut self) -> io::Result<()> {
        if self.file.metadata()?.len() > self.entry.size {
            return self.restart();
        }
        let meter = &mut self.meter;
        each_block(&self.file, |block| meter.update(block))?;
        self.taken_up = self.meter.size();
        self.progress.add(self.taken_up);
        Ok(())
    }

    /// How many bytes are there.
    pub fn offset(&self) -> u64 {
        self.meter.size()
    }

    /// How many bytes came since it was opened, thrown away or not.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Whether as many bytes are there as belong there.
    pub fn is_long_enough(&self) -> bool {
        self.offset() == self.entry.size
    }

    /// Whether bytes of an earlier run or attempt stand in front.
    pub fn is_taken_up(&self) -> bool {
        self.taken_up > 0
    }

    /// From here on the bytes that are there count as those of an earlier attempt.
    pub fn pause(&mut self) {
        self.taken_up = self.offset();
    }

    /// Throws away what is there.
    pub fn restart(&mut self) -> io::Result<()> {
        (self.meter, self.taken_up) = (Meter::default(), 0);
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0)).map(drop)
    }

    /// Why it took no more bytes; told once.
    pub fn fault(&mut self) -> Option<Error> {
        self.fault.take()
    }

    /// Whether all is there and right; what is wrong otherwise.
    pub fn judge(&self) -> std::result::Result<(), crate::release::Distrust> {
        self.entry.compare(&self.meter.clone().finish())
    }

    /// What is there, on disk and with the mode of the old binary, under the name of a finished file; read once
    /// more from there. `name` is what the source calls it.
    pub fn finish(mut self, name: &str) -> Result<PathBuf> {
        let fresh = self.place.fresh(self.version);
        let done = fs::metadata(&self.place.binary).and_then(|old| {
            like(&self.file, &old)?;
            self.file.sync_all()?;
            fs::rename(&self.path, &fresh)?;
            self.file.seek(SeekFrom::Start(0))?;
            digest::sum(&self.file)
        });
        let sum = done.map_err(|error| self.unwritten(&error))?;
        if let Err(distrust) = self.entry.compare(&sum)
            && !planted!("unhashed-binary-stays")
        {
            let _ = remove(&fresh);
            return Err(distrust.of(name));
        }
        self.place.sync();
        Ok(fresh)
    }

    /// Removes it.
    pub fn discard(self) {
        let _ = remove(&self.path);
    }

    /// `3 of 7 bytes are kept in …`, for the message of a run that ends early.
    pub fn kept(&self) -> String {
        format!(
            "{} of {} bytes are kept in {}, and the next `stratos upgrade` goes on from there",
            self.offset(),
            self.entry.size,
            self.path.display()
        )
    }

    /// What it means that the disk takes no more. A full one is not kept full.
    pub fn unwritten(&self, error: &io::Error) -> Error {
        let full = matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
        );
        let what = if full {
            let _ = remove(&self.path);
            format!("nothing is left of it; make room for {} bytes and run it again", self.entry.size)
        } else {
            self.kept()
        };
        Error::Io(format!(
            "cannot write {}: {error}; {} is unchanged, {what}",
            self.path.display(),
            self.place.binary.display()
        ))
    }

    fn stop<T>(&mut self, fault: Error) -> io::Result<T> {
        self.fault = Some(fault);
        Err(io::Error::other("stopped"))
    }
}

impl Sink for Part<'_> {
    /// A server that goes on where we asked says so; any other answer is the whole file.
    fn begin(&mut self, head: &Response) -> io::Result<()> {
        let goes_on = head.status == 206 && starts_at(head) == Some(self.offset());
        if goes_on || self.offset() == 0 && head.status != 206 {
            return Ok(());
        }
        if head.status == 206 {
            return self.stop(Error::Data(format!(
                "the server sent another part of {} than it was asked for; run it again",
                self.entry.file
            )));
        }
        self.restart()
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.offset() + bytes.len() as u64 > self.entry.size {
            return self.stop(Error::Untrusted(format!(
                "{} is longer than the {} bytes that its manifest says; it was not read on, and {} is unchanged",
                self.entry.file,
                self.entry.size,
                self.place.binary.display()
            )));
        }
        if let Err(error) = self.file.write_all(bytes) {
            let fault = self.unwritten(&error);
            return self.stop(fault);
        }
        self.meter.update(bytes);
        self.received += bytes.len() as u64;
        self.progress.add(bytes.len() as u64);
        match self.clock.sleep(Duration::ZERO) {
            Ok(()) => Ok(()),
            Err(interrupted) => self.stop(interrupted),
        }
    }
}

/// `Content-Range: bytes 7-9/10`
fn starts_at(head: &Response) -> Option<u64> {
    head.header("content-range")?.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

/// A plain file with one name that is ours, as one of our runs leaves it.
fn is_ours(metadata: &fs::Metadata) -> bool {
    whose::is_alone(metadata) && whose::is_mine(metadata)
}

/// Whether such a file stands at the name.
fn stands(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| is_ours(&metadata))
}

/// The file of an earlier run, or a new one; never through a link that stands at the name.
fn opened(path: &Path) -> io::Result<File> {
    if stands(path) {
        let file = whose::open(path, private().read(true).write(true))?;
        // What was looked at may not be what was opened.
        if is_ours(&file.metadata()?) {
            #[cfg(unix)]
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            return Ok(file);
        }
    }
    remove(path)?;
    private().read(true).write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::SystemClock,
        progress::{Bars, Console},
        release::{Kind, digest::Sum},
    };

    #[test]
    fn a_finished_file_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("stratos"), "old").unwrap();
        let place = Place::of(&folder.path().join("stratos")).unwrap();
        let version = Version::new(2, 0, 0);
        let Sum { size, sha256 } = Sum::of(b"the new one");
        let entry = Entry { file: "new".into(), kind: Kind::Binary, target: None, size, sha256 };
        for altered in [false, true] {
            let progress = Progress::start(Console::new(true, false, 0), Bars::None, &SystemClock, "", None);
            let mut part = Part::open(&place, &version, &entry, &SystemClock, progress).unwrap();
            part.take(b"the new one").unwrap();
            if altered {
                fs::write(place.part(&version), "the bad one").unwrap();
            }
            part.judge().unwrap();
            let finished = part.finish("new");
            assert_eq!(finished.is_err(), altered);
            assert_eq!(place.fresh(&version).exists(), !altered);
            if let Err(error) = finished {
                assert_eq!(error.facts().name, "untrusted_release", "{error}");
            }
            let _ = remove(&place.fresh(&version));
        }
    }
}
