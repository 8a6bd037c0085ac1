//! The manifest that is kept with a release: JSON lines, one a file, sorted by the names' bytes.
//!
//! ```text
//! {"stratos":"manifest","version":1}
//! {"path":"about.html","size":5120,"sha256":"…"}
//! {"hex":"636166e9","size":1,"sha256":"…"}            a name that is not UTF-8
//! {"files":2,"bytes":5121,"digest":"sha256:…"}        of all bytes above
//! ```
//! The last line tells a whole manifest from one that was cut off, which would read as files removed.

use super::{File, Files, name};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, Read, Write};

/// How a manifest begins.
pub const HEAD: &str = r#"{"stratos":"manifest","#;
const VERSION: &str = r#""version":1}"#;
/// No line is longer: a name of 4096 bytes, each escaped.
const LONGEST: u64 = 64 << 10;

/// What a manifest holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many files.
    pub files: u64,
    /// How long they are together.
    pub bytes: u64,
    /// Of all that stands before the last line.
    pub digest: String,
}

impl Sum {
    fn line(&self) -> String {
        format!("{{\"files\":{},\"bytes\":{},\"digest\":{:?}}}\n", self.files, self.bytes, self.digest)
    }
}

/// Writes a manifest as it goes. The files come sorted.
pub struct Writer<W> {
    out: W,
    hash: Sha256,
    line: Vec<u8>,
    sum: Sum,
}

impl<W: Write> Writer<W> {
    /// Begins one.
    pub fn new(out: W) -> io::Result<Self> {
        let line = format!("{HEAD}{VERSION}\n").into_bytes();
        let mut writer = Self { out, hash: Sha256::new(), line, sum: Sum::default() };
        writer.put()?;
        Ok(writer)
    }

    fn put(&mut self) -> io::Result<()> {
        self.hash.update(&self.line);
        self.out.write_all(&self.line)
    }

    /// Adds a file.
    pub fn push(&mut self, file: &File) -> io::Result<()> {
        self.line.clear();
        match std::str::from_utf8(&file.name) {
            Ok(path) => {
                self.line.extend(b"{\"path\":");
                serde_json::to_writer(&mut self.line, path)?;
            }
            Err(_) => write!(self.line, "{{\"hex\":\"{}\"", hex::encode(&file.name))?,
        }
        writeln!(self.line, ",\"size\":{},\"sha256\":\"{}\"}}", file.size, hex::encode(file.digest))?;
        self.sum.files += 1;
        self.sum.bytes += file.size;
        self.put()
    }

    /// Writes the last line.
    pub fn finish(mut self) -> io::Result<Sum> {
        self.sum.digest = format!("sha256:{}", hex::encode(self.hash.finalize()));
        self.out.write_all(self.sum.line().as_bytes())?;
        self.out.flush()?;
        Ok(self.sum)
    }
}

/// Reads a manifest line by line, and refuses one that was changed, reordered or cut off.
pub struct Reader<R> {
    from: R,
    place: String,
    number: u64,
    line: Vec<u8>,
    hash: Sha256,
    sum: Sum,
    file: File,
    /// The name before this one.
    last: Vec<u8>,
    up: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line and goes to the first file.
    pub fn new(from: R, place: String) -> Result<Self> {
        let file = File { name: vec![], size: 0, digest: [0; 32] };
        let (hash, sum) = (Sha256::new(), Sum::default());
        let mut reader =
            Self { from, place, number: 0, line: vec![], hash, sum, file, last: vec![], up: true };
        reader.fill()?;
        match reader.line.strip_prefix(HEAD.as_bytes()) {
            Some(rest) if rest == VERSION.as_bytes() => {}
            Some(_) => return Err(reader.wrong("is of another version than 1, which this program reads")),
            None => return Err(reader.wrong("is no manifest")),
        }
        reader.advance()?;
        Ok(reader)
    }

    fn wrong(&self, what: &str) -> Error {
        Error::Data(format!("{} {what}; make it again with `stratos purge manifest`", self.place))
    }

    /// The next line without its end.
    fn fill(&mut self) -> Result<()> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.from).take(LONGEST).read_until(b'\n', &mut self.line);
        read.map_err(|error| Error::Io(format!("cannot read {}: {error}; read it again", self.place)))?;
        if self.line.pop() == Some(b'\n') {
            return Ok(());
        }
        Err(match self.line.len() as u64 + 1 {
            LONGEST.. => self.wrong(&format!("has a line {} longer than any of a manifest", self.number)),
            _ => self.wrong("was cut off: its last line is missing"),
        })
    }

    fn hashed(&mut self) {
        self.hash.update(&self.line);
        self.hash.update(b"\n");
    }

    /// Compares the last line with what was read, and nothing may follow it.
    fn close(&mut self) -> Result<()> {
        self.up = false;
        self.sum.digest = format!("sha256:{}", hex::encode(std::mem::take(&mut self.hash).finalize()));
        let told = self.sum.line();
        if told.trim_end().as_bytes() != self.line {
            return Err(self.wrong("was changed after it was made: its digest does not match"));
        }
        match self.from.fill_buf().map(<[u8]>::is_empty) {
            Ok(true) => Ok(()),
            _ => Err(self.wrong("goes on behind its last line")),
        }
    }
}

impl<R: BufRead> Files for Reader<R> {
    fn file(&self) -> Option<&File> {
        self.up.then_some(&self.file)
    }

    fn advance(&mut self) -> Result<()> {
        if !self.up {
            return Ok(());
        }
        self.hashed();
        self.fill()?;
        if self.line.starts_with(b"{\"files\":") {
            return self.close();
        }
        std::mem::swap(&mut self.last, &mut self.file.name);
        if parse(&self.line, &mut self.file).is_none() {
            return Err(self.wrong(&format!("has a line {} that is no file's", self.number)));
        }
        if let Some(fault) = name::fault(&self.file.name) {
            let shown = name::shown(&self.file.name);
            return Err(self.wrong(&format!("names {shown} in line {}, which {fault}", self.number)));
        }
        if self.sum.files > 0 && self.last >= self.file.name {
            return Err(self.wrong(&format!("is not sorted by name at line {}", self.number)));
        }
        self.sum.files += 1;
        self.sum.bytes = self.sum.bytes.wrapping_add(self.file.size);
        Ok(())
    }
}

/// A line as [`Writer`] writes it, and no other spelling of it: there is one manifest of a folder.
fn parse(line: &[u8], file: &mut File) -> Option<()> {
    let (rest, coded) = match line.strip_prefix(b"{\"path\":\"") {
        Some(rest) => (rest, false),
        None => (line.strip_prefix(b"{\"hex\":\"")?, true),
    };
    let end = closing(rest)?;
    let (text, rest) = rest.split_at(end);
    file.name.clear();
    if coded {
        file.name = hex::decode(text).ok()?;
    } else if memchr::memchr(b'\\', text).is_some() {
        let quoted = &line[8..=9 + end];
        file.name.extend(serde_json::from_slice::<String>(quoted).ok()?.bytes());
    } else {
        file.name.extend(std::str::from_utf8(text).ok()?.bytes());
    }
    let rest = rest.strip_prefix(b"\",\"size\":")?;
    let digits = rest.iter().position(|byte| *byte == b',')?;
    file.size = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    let rest = rest[digits..].strip_prefix(b",\"sha256\":\"")?;
    let digest = rest.strip_suffix(b"\"}")?;
    hex::decode_to_slice(digest, &mut file.digest).ok()
}

/// Where the quote stands that ends a JSON text.
fn closing(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', &text[from..])?;
        if text[at] == b'"' {
            return Some(at);
        }
        from = at + 2;
        if from > text.len() {
            return None;
        }
    }
}
