//! A release by its path: a folder, a manifest, or an archive; told by what it is, not by its name.

use super::{
    Files, Left, Listed,
    archive::{self, Bounds},
    manifest::{HEAD, Reader},
    tree,
};
use crate::error::{Error, Result};
use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::Path,
};

/// A release that is open, and what of it does not count.
pub struct Opened {
    /// Its files.
    pub files: Box<dyn Files>,
    /// What was left out.
    pub left: Vec<Left>,
}

/// Opens a release. `strip` leaves out so many leading folders of the names in an archive, `except` is
/// a file of a folder that does not count; `tick` hears of every file that is hashed.
pub fn open(path: &Path, strip: usize, except: Option<&Path>, tick: &mut dyn FnMut(u64)) -> Result<Opened> {
    let place = path.display().to_string();
    let cannot = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Error::InputMissing(format!("{place} does not exist; name a folder, a manifest or an archive"))
        }
        _ => Error::Io(format!("cannot read {place}: {error}; check who may read it")),
    };
    let about = fs::metadata(path).map_err(cannot)?;
    if about.is_dir() {
        return Ok(listed(tree::read(path, except, tick)?));
    }
    let file = fs::File::open(path).map_err(cannot)?;
    let mut file = BufReader::with_capacity(256 << 10, file);
    let head = file.fill_buf().map_err(cannot)?;
    let Some(kind) = Kind::of(head) else { return Err(unknown(head, &place)) };
    if kind != Kind::Manifest && !about.is_file() {
        return Err(Error::Usage(format!("{place} is no file on disk; save the archive and name it")));
    }
    let packed = about.len();
    Ok(match kind {
        Kind::Manifest => Opened { files: Box::new(Reader::new(file, place)?), left: vec![] },
        Kind::Tar => listed(archive::tar(file, packed, &place, strip, Bounds::USUAL)?),
        Kind::Gzip => {
            let unpacked = flate2::bufread::MultiGzDecoder::new(file);
            listed(archive::tar(unpacked, packed, &place, strip, Bounds::USUAL)?)
        }
        Kind::Zip => listed(archive::zip(file.into_inner(), packed, &place, strip, Bounds::USUAL)?),
    })
}

fn listed((files, left): archive::Contents) -> Opened {
    Opened { files: Box::new(Listed::new(files)), left }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Manifest,
    Tar,
    Gzip,
    Zip,
}

impl Kind {
    fn of(head: &[u8]) -> Option<Self> {
        // A tar without a file is zeros from its first byte.
        let empty = |head: &[u8]| head.len() >= 1024 && head[..1024].iter().all(|byte| *byte == 0);
        Some(match head {
            _ if head.starts_with(HEAD.as_bytes()) => Self::Manifest,
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Zip,
            _ if head.get(257..262) == Some(b"ustar") || empty(head) => Self::Tar,
            _ => return None,
        })
    }
}

fn unknown(head: &[u8], place: &str) -> Error {
    let other: &[(&[u8], &str)] =
        &[(b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ", "xz"), (b"BZh", "bzip2"), (b"7z\xbc\xaf", "7z")];
    match other.iter().find(|(magic, _)| head.starts_with(magic)) {
        Some((_, name)) => Error::Data(format!(
            "{place} is packed with {name}, which is not read here; unpack it and name the folder, or use tar.gz"
        )),
        None => Error::Data(format!(
            "{place} is neither a manifest nor an archive (tar, tar.gz, zip); `stratos purge manifest DIR` writes \
             a manifest"
        )),
    }
}
