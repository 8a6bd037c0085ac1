//! Where a release comes from: an address, a folder, or a bundle that somebody carried here.

use super::stage::Part;
use crate::{
    error::{Error, Result},
    http::{self, Client, Request, Response, Sink, Target},
    release::{Entry, manifest, names, signature},
};
use percent_encoding::percent_decode_str;
use semver::Version;
use std::{
    fmt,
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

/// What to do where there is no way to the address.
const OFFLINE: &str = "without a network, carry a release here and run `stratos upgrade --from FOLDER`, or from the bundle or a mirror";

/// No file that is read whole is longer: manual page, completions.
const SMALL: u64 = 8 << 20;

/// A place that holds releases, not opened yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Below this address, which ends in a slash, `<version>/…` and the newest manifest.
    Web(String),
    /// A release's own folder, or a copy of what is at the address.
    Folder(PathBuf),
    /// A tar with manifest, signature and binaries at its top.
    Bundle(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(base) => out.write_str(base),
            Self::Folder(path) | Self::Bundle(path) => write!(out, "{}", path.display()),
        }
    }
}

impl Source {
    /// Reads what was given; `name` is what gave it, for messages.
    pub fn of(text: &str, name: &str) -> Result<Self> {
        match text.split_once("://") {
            Some(("file", rest)) => {
                let path = rest.strip_prefix("localhost").unwrap_or(rest);
                let path: Vec<u8> = percent_decode_str(path).collect();
                let path = String::from_utf8(path).ok().filter(|path| path.starts_with('/'));
                let path = path.ok_or_else(|| {
                    Error::Usage(format!(
                        "{name} {} names no file of this machine; write file:///folder",
                        http::shown(text)
                    ))
                })?;
                Self::local(Path::new(&path), name)
            }
            Some(_) => Self::web(text, name),
            // An address without its scheme, as far as that can be told.
            None if text.contains(['@', '?']) && !Path::new(text).exists() => {
                Err(Error::InputMissing(format!(
                    "{name} {} does not exist; check the path, or write an address as https://host/folder/",
                    http::shown(text)
                )))
            }
            None => Self::local(Path::new(text), name),
        }
    }

    fn web(text: &str, name: &str) -> Result<Self> {
        let wrong = |why: &str| Error::Usage(format!("{name} {} {why}", http::shown(text)));
        let target = Target::of(text).map_err(|error| Error::Usage(format!("{name}: {error}")))?;
        if target.scheme != http::Scheme::Https && !planted!("release-in-clear") {
            return Err(wrong(
                "is not https: releases are fetched over https alone, or from a folder (--from FOLDER)",
            ));
        }
        if target.rest.contains(['?', '#']) {
            return Err(wrong("has a query or a fragment; name the folder that holds the releases"));
        }
        let slash = if text.ends_with('/') { "" } else { "/" };
        Ok(Self::Web(format!("{text}{slash}")))
    }

    fn local(path: &Path, name: &str) -> Result<Self> {
        let shown = path.display();
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                Error::InputMissing(format!("{name} {shown} does not exist; check the path"))
            }
            _ => Error::Io(format!("cannot read {shown}: {error}; check who may read it")),
        })?;
        if metadata.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if path.file_name().is_some_and(|file| file == names::MANIFEST) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            return Ok(Self::Folder(folder.unwrap_or(Path::new(".")).to_owned()));
        }
        if is_tar(path) {
            return Ok(Self::Bundle(path.to_owned()));
        }
        Err(Error::Data(format!(
            "{name} {shown} is neither a folder, nor a manifest.json, nor the bundle of a release; a binary alone \
             says nothing of its version and date that is signed: name the folder that holds its manifest"
        )))
    }
}

/// A place of releases that can be read from.
pub struct Supply<'a> {
    /// What is read.
    pub source: &'a Source,
    /// For addresses, and their retries.
    pub client: Client<'a>,
}

impl Supply<'_> {
    /// The manifest of a version, or of the newest one, and its signature; neither is believed yet.
    pub fn manifest(&self, version: Option<&Version>) -> Result<(Vec<u8>, Vec<u8>)> {
        let folder = version.map(|version| format!("{version}/")).unwrap_or_default();
        let signature = names::signature_of(names::MANIFEST);
        let manifest = self.whole(&folder, names::MANIFEST, manifest::LONGEST as u64)?;
        Ok((manifest, self.whole(&folder, &signature, signature::LONGEST as u64)?))
    }

    /// A file of a release that is read whole.
    pub fn small(&self, version: &Version, entry: &Entry) -> Result<Vec<u8>> {
        self.whole(&format!("{version}/"), &entry.file, entry.size.min(SMALL))
    }

    /// Whether it can hold this file at all: a bundle holds binaries alone.
    #[must_use]
    pub fn has(&self, file: &str) -> bool {
        match self.source {
            Source::Bundle(path) => in_bundle(path, file, |_| Ok(())).is_ok(),
            _ => true,
        }
    }

    /// What a file of a release is called there, for people.
    #[must_use]
    pub fn named(&self, version: &Version, file: &str) -> String {
        match self.source {
            Source::Web(base) => format!("{base}{version}/{file}"),
            Source::Folder(folder) => within(folder, &format!("{version}/"), file).display().to_string(),
            Source::Bundle(bundle) => format!("{file} of {}", bundle.display()),
        }
    }

    fn whole(&self, folder: &str, file: &str, bound: u64) -> Result<Vec<u8>> {
        let read = |from: &mut dyn Read| {
            let mut bytes = Vec::new();
            from.take(bound + 1).read_to_end(&mut bytes).map(|_| bytes)
        };
        let bytes = match self.source {
            Source::Web(base) => self.get(&format!("{base}{folder}{file}"), bound)?,
            Source::Folder(path) => {
                let path = within(path, folder, file);
                let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
                read(&mut &file).map_err(|error| unreadable(&path, &error))?
            }
            Source::Bundle(path) => in_bundle(path, file, read)?,
        };
        if bytes.len() as u64 > bound {
            return Err(Error::Untrusted(format!(
                "{file} of {} is longer than the {bound} bytes that it may have; nothing was changed",
                self.source
            )));
        }
        Ok(bytes)
    }

    fn get(&self, url: &str, bound: u64) -> Result<Vec<u8>> {
        let policy = http::Policy { cap: bound, ..self.client.policy.clone() };
        let client = Client { policy, ..self.client };
        Ok(answered(client.send(&request(url)), url)?.body)
    }

    /// Lets the part grow until it is long enough, or the source has no more.
    pub fn fill(&self, version: &Version, entry: &Entry, part: &mut Part<'_>) -> Result<()> {
        let folder = format!("{version}/");
        match self.source {
            Source::Web(base) => self.download(&format!("{base}{folder}{}", entry.file), part),
            Source::Folder(path) => {
                let path = within(path, &folder, &entry.file);
                let mut file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
                let poured = pour(&mut file, part);
                settle(part, poured.map_err(|error| unreadable(&path, &error)))
            }
            Source::Bundle(path) => {
                let poured = in_bundle(path, &entry.file, |from| pour(from, part));
                settle(part, poured)
            }
        }
    }

    /// Asks for what is missing; after a break in the middle, for the rest.
    fn download(&self, url: &str, part: &mut Part<'_>) -> Result<()> {
        let mut ceilings = http::ceilings(self.client.policy.retries);
        loop {
            let (offset, before) = (part.offset(), part.received());
            let mut request = request(url);
            if offset > 0 {
                request = request.header("Range", format!("bytes={offset}-"));
            }
            let answer = self.client.stream(&request, part);
            if let Some(fault) = part.fault() {
                return Err(fault);
            }
            let broken = match answer {
                // Nothing lies behind what is there: it is longer than the file, or is the file.
                Ok(response) if response.status == 416 && offset > 0 => {
                    part.restart().map_err(|error| part.unwritten(&error))?;
                    continue;
                }
                Err(error @ Error::RequestFailed { .. }) if part.received() > before => error,
                other => return answered(other, url).map(drop),
            };
            part.pause();
            let Some(ceiling) = ceilings.next() else { return Err(broken) };
            let wait = self.client.clock.draw(ceiling);
            self.client.console.warn(format!("{broken}; going on from there in {}ms", wait.as_millis()));
            self.client.clock.sleep(wait)?;
        }
    }
}

fn request(url: &str) -> Request {
    let request = Request::get(url).header("Accept", "*/*");
    if planted!("release-in-clear") { request } else { request.over_https() }
}

/// The answer, if it is one of success; where there was none, how to do without a network.
fn answered(answer: Result<Response>, url: &str) -> Result<Response> {
    match answer {
        Ok(response) => {
            response.into_result(Some(format!("{url} was asked for; check the version and the base")))
        }
        Err(Error::Interrupted { signal, .. }) => {
            Err(Error::Interrupted { signal, detail: format!("interrupted while {url} was asked for") })
        }
        Err(Error::RequestFailed { attempts, detail }) => {
            Err(Error::RequestFailed { attempts, detail: format!("{detail}; {OFFLINE}") })
        }
        Err(error) => Err(error),
    }
}

/// What stopped the part outranks what the reader said of it.
fn settle(part: &mut Part<'_>, poured: Result<()>) -> Result<()> {
    part.fault().map_or(poured, Err)
}

/// Passes on what lies behind the bytes that are there already.
fn pour(from: &mut dyn Read, part: &mut Part<'_>) -> io::Result<()> {
    io::copy(&mut from.take(part.offset()), &mut io::sink())?;
    let mut block = vec![0; 64 << 10];
    loop {
        match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(count) => part.take(&block[..count])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// In the version's folder where there is one, else in the folder itself.
fn within(folder: &Path, version: &str, file: &str) -> PathBuf {
    let inner = folder.join(version).join(file);
    if inner.exists() { inner } else { folder.join(file) }
}

fn is_tar(path: &Path) -> bool {
    let mut head = [0; 265];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && &head[257..262] == b"ustar"
}

/// Hands on a file at the top of a bundle.
fn in_bundle<T>(bundle: &Path, file: &str, read: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> Result<T> {
    let broken = |error: io::Error| unreadable(bundle, &error);
    let mut archive = tar::Archive::new(File::open(bundle).map_err(broken)?);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let path = entry.path().map_err(broken)?;
        if entry.header().entry_type().is_file()
            && path.strip_prefix("./").unwrap_or(&path) == Path::new(file)
        {
            return read(&mut entry).map_err(broken);
        }
    }
    Err(Error::InputMissing(format!(
        "{} holds no {file}; make sure that it is the bundle of a release",
        bundle.display()
    )))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => {
            Error::InputMissing(format!("{path} does not exist; name a folder that holds a release"))
        }
        ErrorKind::UnexpectedEof | ErrorKind::InvalidData => {
            Error::Data(format!("{path} is damaged: {error}; carry it here again"))
        }
        _ => Error::Io(format!("cannot read {path}: {error}; check who may read it")),
    }
}

#[cfg(test)]
mod tests;
