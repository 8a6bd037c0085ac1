//! Releases that were kept as an archive: tar, tar.gz and zip, read without being unpacked to disk.
//!
//! What an archive claims is not believed: names must stay below its folder, and what unpacks is bounded by
//! how much was packed, so that a small file cannot keep the machine busy for hours.

use super::{File, Left, MOST, name, tree, unless_interrupted};
use crate::error::{Error, Result};
use std::{
    cell::Cell,
    collections::HashMap,
    fs,
    io::{self, Read, Seek},
};

/// How much may come out of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Always allowed.
    pub free: u64,
    /// Beyond that, so many bytes for each byte that was packed.
    pub ratio: u64,
    /// Never more.
    pub most: u64,
}

impl Bounds {
    /// Text packs to a hundredth at best; a terabyte is no release.
    pub const USUAL: Self = Self { free: 64 << 20, ratio: 400, most: 1 << 40 };

    fn of(self, packed: u64) -> u64 {
        self.free.max(packed.saturating_mul(self.ratio)).min(self.most)
    }
}

/// What was read of an archive.
pub type Contents = (Vec<File>, Vec<Left>);

/// An archive under way.
struct Unpacking<'a> {
    place: &'a str,
    strip: usize,
    files: Vec<File>,
    left: Vec<Left>,
    links: Vec<Link>,
    entries: u64,
    block: Vec<u8>,
}

/// A name that stands for another file's content.
struct Link {
    name: Vec<u8>,
    target: Vec<u8>,
}

impl<'a> Unpacking<'a> {
    fn new(place: &'a str, strip: usize) -> Self {
        let (files, left, links) = (vec![], vec![], vec![]);
        Self { place, strip, files, left, links, entries: 0, block: vec![0; 64 << 10] }
    }

    fn wrong(&self, what: impl std::fmt::Display) -> Error {
        Error::Data(format!("{} {what}; check where it comes from", self.place))
    }

    /// The name under which an entry is a file of the release; `None`: it is in no release.
    fn name(&mut self, raw: &[u8]) -> Result<Option<Vec<u8>>> {
        self.entries += 1;
        if self.entries > MOST {
            return Err(Error::TooLarge(format!("{} holds more than {MOST} entries", self.place)));
        }
        if self.entries.is_multiple_of(64) {
            unless_interrupted("reading the archive")?;
        }
        let rooted = raw.first() == Some(&b'/');
        let whole = name::stripped(raw, 0).unwrap_or_default();
        let fault = rooted.then_some("begins at the root").or_else(|| name::fault(&whole));
        if let Some(fault) = fault.filter(|_| !planted!("names-leave-the-archive")) {
            return Err(self.wrong(format_args!("names {}, which {fault}", name::shown(raw))));
        }
        Ok(name::stripped(&whole, self.strip).filter(|name| !name::unserved(name)))
    }

    fn leave(&mut self, name: &[u8], why: &'static str) {
        self.left.push(Left { name: name::shown(name), why });
    }

    /// Hashes a file as long as the archive stays within its bound.
    fn file(&mut self, name: Vec<u8>, from: &mut dyn Read, room: &Cell<u64>) -> Result<()> {
        let sum = tree::digest(from, &mut self.block, |read| spend(room, read));
        let (size, digest) = sum.map_err(|error| self.unpacked(&error))?;
        self.files.push(File { name, size, digest });
        Ok(())
    }

    fn unpacked(&self, error: &io::Error) -> Error {
        if error.kind() == io::ErrorKind::QuotaExceeded {
            return Error::TooLarge(format!(
                "{} unpacks to far more than it holds; unpack it yourself and name the folder",
                self.place
            ));
        }
        self.wrong(format_args!("cannot be unpacked ({error})"))
    }

    /// Gives every link the content of the file that it leads to, over a few steps at most.
    fn finish(mut self) -> Contents {
        let links = std::mem::take(&mut self.links);
        let places: HashMap<&[u8], &Link> = links.iter().map(|link| (link.name.as_slice(), link)).collect();
        let files: HashMap<&[u8], usize> =
            self.files.iter().enumerate().map(|(at, file)| (file.name.as_slice(), at)).collect();
        let lead = |link: &Link| {
            let mut target = &link.target;
            for _ in 0..8 {
                if let Some(at) = files.get(target.as_slice()) {
                    return Some(*at);
                }
                target = &places.get(target.as_slice())?.target;
            }
            None
        };
        let found: Vec<(Vec<u8>, Option<usize>)> =
            links.iter().map(|link| (link.name.clone(), lead(link))).collect();
        for (name, at) in found {
            match at {
                Some(at) => self.files.push(File { name, ..self.files[at].clone() }),
                None => self.leave(&name, "is a link to no file of the archive"),
            }
        }
        (self.files, self.left)
    }
}

fn spend(room: &Cell<u64>, bytes: u64) -> io::Result<()> {
    if planted!("archive-without-bounds") {
        return Ok(());
    }
    let left = room.get().checked_sub(bytes).ok_or(io::ErrorKind::QuotaExceeded)?;
    room.set(left);
    Ok(())
}

/// Where a link leads, from the folder that it lies in; `None`: out of the archive.
fn target(link: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    if to.first() == Some(&b'/') {
        return None;
    }
    let mut parts: Vec<&[u8]> = link.split(|byte| *byte == b'/').collect();
    parts.pop();
    for part in to.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}

/// Counts what comes out, and remembers whether it came to its end.
struct Counted<'a, R> {
    from: R,
    room: &'a Cell<u64>,
    ended: &'a Cell<bool>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(bytes)?;
        spend(self.room, read as u64)?;
        self.ended.set(read == 0 && !bytes.is_empty());
        Ok(read)
    }
}

/// Reads a tar archive of which `packed` bytes lie on disk.
pub fn tar(from: impl Read, packed: u64, place: &str, strip: usize, bounds: Bounds) -> Result<Contents> {
    let (room, ended) = (Cell::new(bounds.of(packed)), Cell::new(false));
    let mut work = Unpacking::new(place, strip);
    let mut archive = tar::Archive::new(Counted { from, room: &room, ended: &ended });
    let entries = archive.entries().map_err(|error| work.unpacked(&error))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| work.unpacked(&error))?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        let raw = entry.path_bytes().into_owned();
        let Some(name) = work.name(&raw)? else { continue };
        if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            // What passes `Counted` is counted there; holes of a sparse file come from nowhere.
            let holes = Cell::new(bounds.of(packed));
            work.file(name, &mut entry, &holes)?;
        } else if kind.is_symlink() || kind.is_hard_link() {
            let to = entry.link_name_bytes().map(|to| to.into_owned()).unwrap_or_default();
            // A hard link names its file from the archive's root.
            let from = if kind.is_symlink() { raw.as_slice() } else { b"" };
            match target(&name::stripped(from, 0).unwrap_or_default(), &to)
                .and_then(|to| name::stripped(&to, strip))
            {
                Some(target) => work.links.push(Link { name, target }),
                None => work.leave(&name, "is a link that leads out of the archive"),
            }
        } else {
            work.leave(&name, "is no file");
        }
    }
    // A tar ends with blocks of zeros: without them it was cut off, and files would seem removed.
    if ended.get() {
        return Err(work.wrong("was cut off: its end is missing"));
    }
    // The rest holds the checksum of what was compressed.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|error| work.unpacked(&error))?;
    Ok(work.finish())
}

/// Reads a zip archive.
pub fn zip(from: fs::File, packed: u64, place: &str, strip: usize, bounds: Bounds) -> Result<Contents> {
    zipped(io::BufReader::new(from), packed, place, strip, bounds)
}

fn zipped(
    from: impl Read + Seek,
    packed: u64,
    place: &str,
    strip: usize,
    bounds: Bounds,
) -> Result<Contents> {
    let room = Cell::new(bounds.of(packed));
    let mut work = Unpacking::new(place, strip);
    let mut archive =
        zip::ZipArchive::new(from).map_err(|error| work.wrong(format_args!("is no whole zip ({error})")))?;
    for index in 0..archive.len() {
        let opened = archive.by_index(index);
        let mut entry = opened
            .map_err(|error| work.wrong(format_args!("has an entry {index} that is not read ({error})")))?;
        // Names are UTF-8 in practice, whether the archive says so or not; some programs write `\`.
        let raw = match std::str::from_utf8(entry.name_raw()) {
            Ok(name) => name.replace('\\', "/"),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).replace('\\', "/"),
        };
        if entry.is_dir() || raw.ends_with('/') {
            continue;
        }
        let Some(name) = work.name(raw.as_bytes())? else { continue };
        if entry.is_symlink() {
            let mut to = Vec::new();
            let read = (&mut entry).take(4097).read_to_end(&mut to);
            read.map_err(|error| work.unpacked(&error))?;
            let whole = name::stripped(raw.as_bytes(), 0).unwrap_or_default();
            match target(&whole, &to).and_then(|to| name::stripped(&to, strip)) {
                Some(target) => work.links.push(Link { name, target }),
                None => work.leave(&name, "is a link that leads out of the archive"),
            }
        } else {
            work.file(name, &mut entry, &room)?;
        }
    }
    Ok(work.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    fn tarred(entries: &[(&str, tar::EntryType, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            let link = kind.is_symlink() || kind.is_hard_link();
            header.set_size(if link { 0 } else { content.len() as u64 });
            // As bytes: the builder's own setter refuses what must be refused here.
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            if link {
                header.as_gnu_mut().unwrap().linkname[..content.len()].copy_from_slice(content.as_bytes());
            }
            header.set_cksum();
            builder.append(&header, if link { &b""[..] } else { content.as_bytes() }).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn read(bytes: &[u8], strip: usize) -> Result<Contents> {
        tar(bytes, bytes.len() as u64, "site.tar", strip, Bounds::USUAL)
    }

    fn names(contents: &Contents) -> Vec<String> {
        contents.0.iter().map(|file| String::from_utf8(file.name.clone()).unwrap()).collect()
    }

    const FILE: tar::EntryType = tar::EntryType::Regular;

    #[test]
    fn a_tar_gives_its_files_and_what_links_lead_to() {
        let bytes = tarred(&[
            ("./p/a.html", FILE, "A"),
            ("p/.git/HEAD", FILE, "x"),
            ("p/b/", tar::EntryType::Directory, ""),
            ("p/b/up", tar::EntryType::Symlink, "../a.html"),
            ("p/hard", tar::EntryType::Link, "p/a.html"),
            ("p/twice", tar::EntryType::Symlink, "b/up"),
            ("p/out", tar::EntryType::Symlink, "../../etc/passwd"),
            ("p/loop", tar::EntryType::Symlink, "loop"),
            ("p/pipe", tar::EntryType::Fifo, ""),
        ]);
        let contents = read(&bytes, 1).unwrap();
        assert_eq!(names(&contents), ["a.html", "b/up", "hard", "twice"]);
        assert!(contents.0.iter().all(|file| file.digest == contents.0[0].digest && file.size == 1));
        let left: Vec<&str> = contents.1.iter().map(|left| left.name.as_str()).collect();
        assert_eq!(left, ["\"out\"", "\"pipe\"", "\"loop\""]);
        assert_eq!(names(&read(&bytes, 0).unwrap())[0], "p/a.html");
    }

    #[test]
    fn names_that_leave_the_archive_refuse_it() {
        for name in ["../a", "a/../../b", "/etc/passwd"] {
            let error = read(&tarred(&[(name, FILE, "x")]), 0).unwrap_err();
            assert!(error.to_string().contains("site.tar names"), "{error}");
            assert_eq!(error.facts().exit, 65);
        }
    }

    #[test]
    fn an_archive_that_was_cut_off_is_refused_wherever_it_ends() {
        let bytes = tarred(&[("a", FILE, "x"), ("b", FILE, "y")]);
        assert_eq!(names(&read(&bytes, 0).unwrap()), ["a", "b"]);
        for end in (0..bytes.len() - 1024).step_by(512) {
            assert!(read(&bytes[..end], 0).is_err(), "{end}");
        }
    }

    #[test]
    fn what_unpacks_to_far_more_than_it_holds_is_refused() {
        let tight = Bounds { free: 4096, ratio: 2, most: 1 << 20 };
        let zeros = "\0".repeat(64 << 10);
        let bytes = tarred(&[("a", FILE, &zeros)]);
        let error = tar(bytes.as_slice(), 100, "site.tar", 0, tight).unwrap_err();
        assert_eq!((error.facts().name, error.facts().exit), ("too_large", 65));
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("a", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(zeros.as_bytes()).unwrap();
        let packed = zip.finish().unwrap();
        let size = packed.get_ref().len() as u64;
        assert_eq!(zipped(packed.clone(), size, "z", 0, tight).unwrap_err().facts().name, "too_large");
        assert_eq!(zipped(packed, size, "z", 0, Bounds::USUAL).unwrap().0[0].size, 64 << 10);
    }

    #[test]
    fn a_zip_gives_its_files_and_no_detours() {
        let archive = |name: &str| {
            let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(name, options).unwrap();
            zip.write_all(b"hello").unwrap();
            zip.add_symlink("link", name, options).unwrap();
            zip.finish().unwrap()
        };
        let contents = zipped(archive("a/ä.html"), 300, "z", 0, Bounds::USUAL).unwrap();
        assert_eq!(names(&contents), ["a/ä.html", "link"]);
        assert_eq!(contents.0[0].digest, contents.0[1].digest);
        assert_eq!(names(&zipped(archive("a\\b"), 300, "z", 0, Bounds::USUAL).unwrap()), ["a/b"]);
        assert!(zipped(archive("../a"), 300, "z", 0, Bounds::USUAL).is_err());
        let mut short = archive("a").into_inner();
        short.truncate(short.len() - 30);
        assert!(zipped(Cursor::new(short), 300, "z", 0, Bounds::USUAL).is_err());
    }
}
