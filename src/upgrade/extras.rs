//! What the installer puts elsewhere below its prefix: manual page, completions, and the manifest that
//! `verify --self` reads. Each is replaced where it is there, and only by what is verified.

use super::{
    offer::Offer,
    place::{Place, remove, sync_folder},
    source::Supply,
    swap::{like, private},
};
use crate::{
    error::Result,
    release::{Entry, digest, names},
};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A file of the release, and its place below the prefix.
const PLACES: [(&str, &str); 4] = [
    ("stratos.1", "share/man/man1/stratos.1"),
    ("stratos.bash", "share/bash-completion/completions/stratos"),
    ("_stratos", "share/zsh/site-functions/_stratos"),
    ("stratos.fish", "share/fish/vendor_completions.d/stratos.fish"),
];

/// Where the release's own manifest is kept.
const KEPT: &str = "share/stratos";

/// A file that is there and not the release's.
#[derive(Debug, PartialEq, Eq)]
pub struct Extra<'o> {
    /// Where it lies.
    pub path: PathBuf,
    from: From<'o>,
}

#[derive(Debug, PartialEq, Eq)]
enum From<'o> {
    Entry(&'o Entry),
    Bytes(&'o [u8]),
}

/// The files of the installer that are there and differ from the release's.
#[must_use]
pub fn stale<'o>(place: &Place, offer: &'o Offer, supply: &Supply<'_>) -> Vec<Extra<'o>> {
    let Some(prefix) = place.prefix() else { return Vec::new() };
    let listed = PLACES.iter().filter_map(|(file, below)| {
        let (path, entry) = (prefix.join(below), offer.manifest.find(file)?);
        let differs = is_plain(&path) && !is(&path, entry) && supply.has(file);
        differs.then_some(Extra { path, from: From::Entry(entry) })
    });
    let manifest = names::signature_of(names::MANIFEST);
    let kept = [(names::MANIFEST, &offer.bytes.0), (manifest.as_str(), &offer.bytes.1)];
    let kept = kept.into_iter().filter_map(|(file, bytes)| {
        let path = prefix.join(KEPT).join(file);
        let differs = is_plain(&path) && fs::read(&path).ok().as_ref() != Some(bytes);
        differs.then_some(Extra { path, from: From::Bytes(bytes) })
    });
    listed.chain(kept).collect()
}

/// A link, or a folder, is somebody else's arrangement.
fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether a file has the bytes that the manifest names.
pub fn is(path: &Path, entry: &Entry) -> bool {
    let sum = File::open(path).and_then(digest::sum);
    sum.is_ok_and(|sum| entry.compare(&sum).is_ok())
}

impl Extra<'_> {
    /// Its new content, verified.
    pub fn fetch(&self, offer: &Offer, supply: &Supply<'_>) -> Result<Vec<u8>> {
        match self.from {
            From::Bytes(bytes) => Ok(bytes.to_vec()),
            From::Entry(entry) => {
                let bytes = supply.small(&offer.manifest.version, entry)?;
                let sum = digest::sum(&bytes[..]).expect("memory can be read");
                let name = supply.named(&offer.manifest.version, &entry.file);
                entry.compare(&sum).map_err(|distrust| distrust.of(&name))?;
                Ok(bytes)
            }
        }
    }

    /// Replaces it whole or not at all; mode and owner stay.
    pub fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let fresh = folder.join(format!(".{name}.stratos-new"));
        remove(&fresh)?;
        let old = fs::metadata(&self.path)?;
        let mut file = private().write(true).create_new(true).open(&fresh)?;
        let written = file.write_all(bytes).and_then(|()| like(&file, &old)).and_then(|()| file.sync_all());
        let replaced = written.and_then(|()| fs::rename(&fresh, &self.path));
        replaced.inspect_err(|_| drop(remove(&fresh)))?;
        sync_folder(folder);
        Ok(())
    }
}
