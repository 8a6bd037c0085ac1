//! `manifest.json`: what belongs to a release, with size and SHA-256 of each file.
//!
//! Members and kinds that are not known are passed over; another `schema` is refused. It is read only
//! after its signature was checked ([`super::vouched`]), and bounded all the same.

use super::{Digest, Distrust, Sum, names};
use semver::Version;
use serde::Deserialize;
use std::{collections::HashSet, time::UNIX_EPOCH};

/// No manifest is longer.
pub const LONGEST: usize = 1 << 20;

/// No file of a release is longer.
pub const LARGEST: u64 = 1 << 30;

/// A clock may go so many seconds wrong before a manifest counts as one of the future.
const SKEW: u64 = 86_400;

/// What a file of a release is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The bare program.
    Binary,
    /// What packagers take.
    Archive,
    /// The list of what it is made of.
    Sbom,
    /// The manual page.
    Man,
    /// For a shell.
    Completion,
    /// A script that installs.
    Installer,
    /// Of a later version's invention.
    Other,
}

impl Kind {
    const ALL: [(&'static str, Self); 6] = [
        ("binary", Self::Binary),
        ("archive", Self::Archive),
        ("sbom", Self::Sbom),
        ("man", Self::Man),
        ("completion", Self::Completion),
        ("installer", Self::Installer),
    ];

    fn parse(text: &str) -> Self {
        Self::ALL.iter().find(|(name, _)| *name == text).map_or(Self::Other, |(_, kind)| *kind)
    }

    /// As the manifest writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("other", |(name, _)| name)
    }
}

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without a folder.
    pub file: String,
    /// What it is for.
    pub kind: Kind,
    /// The label of the machines that it is for, where it is not for all.
    pub target: Option<String>,
    /// In bytes.
    pub size: u64,
    /// Of the whole file.
    pub sha256: Digest,
}

impl Entry {
    /// Compares what was counted with what was signed.
    pub fn compare(&self, found: &Sum) -> Result<(), Distrust> {
        if planted!("altered-files-pass") {
            return Ok(());
        }
        if found.size != self.size {
            return Err(Distrust::Size { found: found.size, wanted: self.size });
        }
        if found.sha256 != self.sha256 {
            return Err(Distrust::Digest { found: found.sha256, wanted: self.sha256 });
        }
        Ok(())
    }
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its version.
    pub version: Version,
    /// What it was built from, 40 digits of hex.
    pub commit: Option<String>,
    /// When, in seconds since 1970.
    pub released: u64,
    /// Until when it may be installed, likewise.
    pub expires: u64,
    /// What belongs to it, each name once.
    pub files: Vec<Entry>,
}

/// The file as it is written; serde refuses a member that stands in it twice.
#[derive(Deserialize)]
struct Written {
    name: String,
    version: String,
    commit: Option<String>,
    released: String,
    expires: String,
    files: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    file: String,
    kind: String,
    target: Option<String>,
    size: u64,
    sha256: String,
}

/// Read first, since another schema may have other members.
#[derive(Deserialize)]
struct Schema {
    schema: u64,
}

impl Manifest {
    /// Reads a manifest.
    pub fn parse(bytes: &[u8]) -> Result<Self, Distrust> {
        let wrong = |why: String| Err(Distrust::Manifest(why));
        if bytes.len() > LONGEST {
            return wrong("it is longer than 1 MiB".to_owned());
        }
        match serde_json::from_slice(bytes) {
            Ok(Schema { schema: 1 }) => {}
            Ok(Schema { schema }) => {
                return wrong(format!(
                    "its schema is {schema}: it was made for a newer stratos; install that one anew"
                ));
            }
            Err(error) => return wrong(error.to_string()),
        }
        let written: Written = match serde_json::from_slice(bytes) {
            Ok(written) => written,
            Err(error) => return wrong(error.to_string()),
        };
        written.read().map_err(Distrust::Manifest)
    }

    /// The file of this name.
    #[must_use]
    pub fn find(&self, file: &str) -> Option<&Entry> {
        self.files.iter().find(|entry| entry.file == file)
    }

    /// The bare binary of this label.
    #[must_use]
    pub fn binary(&self, label: &str) -> Option<&Entry> {
        let name = names::binary(&self.version, label);
        let entry = self.find(&name)?;
        (entry.kind == Kind::Binary && entry.target.as_deref() == Some(label)).then_some(entry)
    }

    /// For how many seconds it has been expired, where it has.
    #[must_use]
    pub const fn expired(&self, now: u64) -> Option<u64> {
        now.checked_sub(self.expires)
    }

    /// Whether it was released after `now`, by more than clocks differ.
    #[must_use]
    pub const fn of_the_future(&self, now: u64) -> bool {
        self.released > now.saturating_add(SKEW)
    }
}

impl Written {
    fn read(self) -> Result<Manifest, String> {
        if self.name != "stratos" {
            return Err("it is not of stratos".to_owned());
        }
        let version = self.version.parse().map_err(|_| "its version is none".to_owned())?;
        if self.commit.as_ref().is_some_and(|commit| !is_commit(commit)) {
            return Err("its commit is not 40 digits of hex".to_owned());
        }
        let time = |name: &str, text: &str| seconds(text).ok_or(format!("\"{name}\" is no time in UTC"));
        let (released, expires) = (time("released", &self.released)?, time("expires", &self.expires)?);
        if expires <= released {
            return Err("it expires before it was released".to_owned());
        }
        let mut names = HashSet::new();
        let mut files = Vec::with_capacity(self.files.len());
        for (number, row) in self.files.into_iter().enumerate() {
            let entry = row.read().map_err(|why| format!("file {}: {why}", number + 1))?;
            // A file system may hold two spellings for one.
            if !names.insert(entry.file.to_ascii_lowercase()) {
                return Err(format!("file {}: {} stands in it twice", number + 1, entry.file));
            }
            files.push(entry);
        }
        Ok(Manifest { version, commit: self.commit, released, expires, files })
    }
}

impl Row {
    fn read(self) -> Result<Entry, String> {
        if let Some(fault) = names::fault(&self.file) {
            return Err(format!("its name {fault}"));
        }
        if self.file == names::MANIFEST || self.file.ends_with(names::SIGNATURE) {
            return Err(format!("{} cannot be listed: it is made after the manifest", self.file));
        }
        if self.target.as_deref().is_some_and(|target| names::fault(target).is_some()) {
            return Err("its target is none".to_owned());
        }
        if self.size == 0 || self.size > LARGEST {
            return Err(format!("its size of {} bytes is not between 1 and {LARGEST}", self.size));
        }
        let sha256 = Digest::parse(&self.sha256).ok_or("its sha256 is not 64 digits of lower-case hex")?;
        let kind = Kind::parse(&self.kind);
        Ok(Entry { file: self.file, kind, target: self.target, size: self.size, sha256 })
    }
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `2026-11-21T12:00:00Z`, and no other spelling of that second.
fn seconds(text: &str) -> Option<u64> {
    let time = humantime::parse_rfc3339(text).ok()?;
    let same = humantime::format_rfc3339_seconds(time).to_string() == text;
    same.then(|| time.duration_since(UNIX_EPOCH).ok())?.map(|since| since.as_secs())
}
