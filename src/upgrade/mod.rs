//! Replaces this binary by a newer release of itself.
//!
//! In this order: manifest and signature, judged; the lock; the binary beside the old one, counted and
//! hashed; its self-test; the swap; the self-test at its final place; then what lies elsewhere. Whatever
//! ends a run, the path holds a whole working binary.

mod extras;
mod lock;
pub mod offer;
pub mod owner;
pub mod place;
pub mod source;
mod stage;
mod swap;
mod trial;
mod whose;

pub use offer::{Offer, Wish};
pub use owner::Owner;
pub use place::Place;
pub use source::{Source, Supply};
pub use trial::Trial;

use crate::{
    clock::Clock,
    error::{Error, Result},
    progress::{Bars, Console, Progress},
};
use extras::Extra;
use lock::Lock;
use semver::Version;
use stage::Part;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What an upgrade works with.
pub struct Bench<'a> {
    /// Where the binary is.
    pub place: &'a Place,
    /// How binaries are tried out.
    pub trial: Trial<'a>,
    /// Waits, and notices signals.
    pub clock: &'a dyn Clock,
    /// stderr.
    pub console: Console,
    /// How the download shows itself.
    pub bars: Bars,
}

/// What is to be done for an offer.
#[derive(Debug)]
pub struct Work<'o> {
    /// Whether the binary is replaced.
    pub binary: bool,
    extras: Vec<Extra<'o>>,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Done {
    /// Whether the binary was replaced.
    pub binary: bool,
    /// Other files that were replaced.
    pub replaced: Vec<PathBuf>,
    /// Other files that could not be, and why.
    pub left: Vec<(PathBuf, String)>,
}

impl Work<'_> {
    /// Nothing is to be done.
    #[must_use]
    pub fn is_none(&self) -> bool {
        !self.binary && self.extras.is_empty()
    }

    /// The files elsewhere that are replaced.
    #[must_use]
    pub fn elsewhere(&self) -> Vec<&Path> {
        self.extras.iter().map(|extra| extra.path.as_path()).collect()
    }
}

impl<'a> Bench<'a> {
    /// What an offer asks for. A binary of the running version is replaced only where that was asked for,
    /// and only by other bytes.
    #[must_use]
    pub fn work<'o>(&self, offer: &'o Offer, wish: &Wish<'_>, supply: &Supply<'_>) -> Work<'o> {
        let newer = offer.manifest.version > *wish.running || wish.version.is_some();
        let binary = newer && !extras::is(&self.place.binary, &offer.entry);
        Work { binary, extras: extras::stale(self.place, offer, supply) }
    }

    /// Whether the folder can be written in, asked without writing.
    pub fn writable(&self) -> Result<()> {
        #[cfg(unix)]
        {
            use rustix::fs::{Access, access};
            access(&self.place.folder, Access::WRITE_OK | Access::EXEC_OK)
                .map_err(|error| place::cannot_write(self.place, &error.into()))?;
        }
        Ok(())
    }

    /// Does it.
    pub fn carry_out(&self, work: &Work<'_>, offer: &Offer, supply: &Supply<'_>) -> Result<Done> {
        let _lock = Lock::take(self.place, self.clock)?;
        self.settle()?;
        let fetch = |extra: &Extra<'_>| extra.fetch(offer, supply);
        let contents: Result<Vec<Vec<u8>>> = work.extras.iter().map(fetch).collect();
        let contents = contents.map_err(|error| self.unchanged(error))?;
        // Somebody else may have done it while we waited.
        let binary = work.binary && !extras::is(&self.place.binary, &offer.entry);
        if binary {
            let version = &offer.manifest.version;
            let fresh = self.staged(offer, supply).map_err(|error| self.unchanged(error))?;
            self.put(&fresh, version)?;
            self.place.leftovers().iter().for_each(|path| drop(fs::remove_file(path)));
        }
        let mut done = Done { binary, ..Done::default() };
        for (extra, bytes) in work.extras.iter().zip(contents) {
            match extra.replace(&bytes) {
                Ok(()) => done.replaced.push(extra.path.clone()),
                Err(error) => done.left.push((extra.path.clone(), error.to_string())),
            }
        }
        Ok(done)
    }

    /// Refuses a previous binary that is missing or may be somebody else's; it is not run.
    pub fn has_previous(&self) -> Result<()> {
        self.ours(&self.place.previous())
    }

    /// Puts the previous binary back; the one that is replaced is the previous one from then on.
    pub fn roll_back(&self) -> Result<Version> {
        let _lock = Lock::take(self.place, self.clock)?;
        self.settle()?;
        self.has_previous()?;
        let (previous, back) = (self.place.previous(), self.place.back());
        let version = self.trial.version(&previous).map_err(|error| self.unchanged(error))?;
        swap::second(self.place, &previous, &back)
            .map_err(|error| place::cannot_write(self.place, &error))?;
        // It is the same file still.
        self.ours(&back).inspect_err(|_| drop(place::remove(&back)))?;
        self.put(&back, &version)?;
        Ok(version)
    }

    /// Refuses a binary that somebody else may have put there, or may have written to.
    fn ours(&self, path: &Path) -> Result<()> {
        let (shown, binary) = (path.display(), self.place.binary.display());
        let Ok(metadata) = fs::symlink_metadata(path) else {
            return Err(Error::InputMissing(format!(
                "there is no previous binary beside {binary}; the installer takes any version whose SHA-256 you know \
                 (STRATOS_VERSION and STRATOS_SHA256)"
            )));
        };
        let why = if !metadata.is_file() {
            "is no plain file"
        } else if !whose::is_known(&metadata, self.place) {
            "belongs neither to you nor to the owner of the running binary"
        } else if whose::is_open(&metadata) {
            "can be written by others than its owner"
        } else {
            return Ok(());
        };
        if planted!("any-previous-binary-runs") {
            return Ok(());
        }
        Err(Error::Untrusted(format!(
            "{shown} {why}: it was not run, and {binary} is unchanged; remove it, and let the installer put the version \
             back whose SHA-256 you know (STRATOS_VERSION and STRATOS_SHA256)"
        )))
    }

    fn settle(&self) -> Result<()> {
        swap::settle(self.place).map_err(|error| place::cannot_write(self.place, &error))
    }

    /// The new binary beside the old one: whole, verified, and tried out.
    fn staged(&self, offer: &Offer, supply: &Supply<'_>) -> Result<PathBuf> {
        let (version, entry) = (&offer.manifest.version, &offer.entry);
        let progress = Progress::start(self.console, self.bars, self.clock, "downloading", Some(entry.size));
        let mut part = Part::open(self.place, version, entry, self.clock, progress.of_bytes())?;
        if let Err(error) = self.filled(&mut part, offer, supply) {
            return Err(self.broken_off(error, part));
        }
        if let Err(distrust) = part.judge()
            && !planted!("unhashed-binary-stays")
        {
            part.discard();
            return Err(distrust.of(&supply.named(version, &entry.file)));
        }
        let fresh = part.finish(&supply.named(version, &entry.file))?;
        match self.trial.passes(&fresh, version) {
            Err(Error::Interrupted { signal, .. }) => Err(Error::Interrupted {
                signal,
                detail: format!(
                    "interrupted while the new binary was tried out; it is kept as {}, and the next \
                     `stratos upgrade` goes on from there",
                    fresh.display()
                ),
            }),
            Err(error) => {
                let _ = place::remove(&fresh);
                self.place.sync();
                Err(error)
            }
            Ok(()) => Ok(fresh),
        }
    }

    /// As many bytes as there are. Where an earlier run's prefix turns out to be wrong, all of it anew.
    fn filled(&self, part: &mut Part<'_>, offer: &Offer, supply: &Supply<'_>) -> Result<()> {
        let (version, entry) = (&offer.manifest.version, &offer.entry);
        if part.is_taken_up() && !part.is_long_enough() {
            self.console.info(format!("going on after {} of {} bytes", part.offset(), entry.size));
        }
        if !part.is_long_enough() {
            supply.fill(version, entry, part)?;
        }
        if part.is_taken_up() && part.judge().is_err() {
            self.console.info("what an earlier run left is not the beginning of this file; starting anew");
            part.restart().map_err(|error| part.unwritten(&error))?;
            supply.fill(version, entry, part)?;
        }
        Ok(())
    }

    /// What stays of a download that did not come to its end.
    fn broken_off(&self, error: Error, part: Part<'_>) -> Error {
        match error {
            Error::Untrusted(_) | Error::Answered(_) | Error::TooLarge(_) => {
                part.discard();
                error
            }
            other if part.offset() == 0 => {
                part.discard();
                other
            }
            Error::RequestFailed { attempts, detail } => {
                Error::RequestFailed { attempts, detail: format!("{detail}; {}", part.kept()) }
            }
            Error::Interrupted { signal, .. } => Error::Interrupted {
                signal,
                detail: format!("interrupted while downloading; {}", part.kept()),
            },
            other => other,
        }
    }

    /// Swaps, and lets the new binary prove itself where it will be used.
    fn put(&self, fresh: &Path, version: &Version) -> Result<()> {
        let swapped = swap::swap(self.place, fresh)?;
        let binary = self.place.binary.display();
        let Err(error) = self.trial.passes(&self.place.binary, version) else {
            return swapped.keep().map_err(|error| {
                Error::Io(format!(
                    "{binary} is {version} now, but the old one cannot be kept as {}: {error}; it lies in {}",
                    self.place.previous().display(),
                    self.place.held().display()
                ))
            });
        };
        swapped.undo().map_err(|why| {
            Error::Io(format!(
                "{error}, and the old binary cannot be put back: {why}; do it yourself: mv {} {binary}",
                self.place.held().display()
            ))
        })?;
        Err(match error {
            Error::Interrupted { signal, .. } => Error::Interrupted {
                signal,
                detail: format!(
                    "interrupted while the new binary was tried out; the old one is back at {binary}"
                ),
            },
            Error::Untrusted(why) => Error::Untrusted(format!(
                "{why}; the old binary is back at {binary}: report this, and stay with it until there is another release"
            )),
            other => other,
        })
    }

    /// Says that the binary is what it was.
    fn unchanged(&self, error: Error) -> Error {
        let binary = self.place.binary.display();
        match error {
            Error::Untrusted(why) => Error::Untrusted(format!("{why}; {binary} is unchanged")),
            Error::Interrupted { signal, detail } => {
                Error::Interrupted { signal, detail: format!("{detail}; {binary} is unchanged") }
            }
            other => other,
        }
    }
}
