//! Where manifests and signatures are found, and what there is to say about them.

use crate::{
    commands::signed::times,
    error::{Error, Result},
    release::{Distrust, Sum, Trust, Version, Vouched, build, manifest, names, signature, vouched},
};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    rc::Rc,
};

/// A manifest that was found, and whether it can be believed.
pub struct Source {
    /// Where it lies.
    pub path: PathBuf,
    /// Of the bytes that were read.
    pub sum: Sum,
    /// What it says.
    pub vouched: std::result::Result<Vouched, Distrust>,
    /// What is no reason to refuse a file, and yet is to be known.
    pub warnings: Vec<String>,
}

/// Manifests, each read once.
pub struct Shelf<'a> {
    /// Whose signatures are believed.
    pub trust: &'a Trust,
    named: Option<&'a Path>,
    now: u64,
    read: Vec<(PathBuf, Option<Rc<Source>>)>,
}

impl<'a> Shelf<'a> {
    /// With the manifest that `--manifest` names.
    pub const fn new(trust: &'a Trust, now: u64, named: Option<&'a Path>) -> Self {
        Self { trust, named, now, read: Vec::new() }
    }

    /// The manifest that `--manifest` names.
    pub fn named(&mut self) -> Result<Option<Rc<Source>>> {
        let Some(named) = self.named else { return Ok(None) };
        let path = if named.is_dir() { named.join(names::MANIFEST) } else { named.to_owned() };
        let found = self.at(&path)?;
        found.map(Some).ok_or_else(|| absent(&path))
    }

    /// The manifest at a path; none where it or its signature is not there.
    pub fn at(&mut self, path: &Path) -> Result<Option<Rc<Source>>> {
        if let Some((_, found)) = self.read.iter().find(|(known, _)| known == path) {
            return Ok(found.clone());
        }
        let found = self.look(path)?.map(Rc::new);
        self.read.push((path.to_owned(), found.clone()));
        Ok(found)
    }

    fn look(&self, path: &Path) -> Result<Option<Source>> {
        let Some(bytes) = read(path, manifest::LONGEST)? else { return Ok(None) };
        let Some(signature) = read(&beside(path), signature::LONGEST)? else { return Ok(None) };
        let vouched = vouched(&bytes, &signature, self.trust);
        let warnings = vouched.as_ref().map_or_else(|_| Vec::new(), |found| self.warnings(path, found));
        Ok(Some(Source { path: path.to_owned(), sum: Sum::of(&bytes), vouched, warnings }))
    }

    fn warnings(&self, path: &Path, found: &Vouched) -> Vec<String> {
        let (place, manifest) = (path.display(), &found.manifest);
        let expired = manifest.expired(self.now).map(|seconds| {
            let (at, ago) = (times::utc(manifest.expires), times::spoken(seconds));
            format!(
                "{place} expired at {at}, {ago} ago; files are checked all the same: look for a newer release"
            )
        });
        let early = manifest.of_the_future(self.now).then(|| {
            let at = times::utc(manifest.released);
            format!("{place} was released at {at}, which this machine's clock says is to come; set it")
        });
        let older = older(&place.to_string(), &manifest.version);
        expired.into_iter().chain(early).chain(older).collect()
    }
}

/// Says so where a release is older than this program.
pub fn older(what: &str, version: &Version) -> Option<String> {
    let newer = build::VERSION;
    (*version < build::version()).then(|| {
        format!("{what} is of stratos {version}, older than this {newer}; files are checked all the same")
    })
}

/// Nothing can be checked against a manifest that is not there, or that nobody signed.
pub fn absent(path: &Path) -> Error {
    let path = if path.exists() { beside(path) } else { path.to_owned() };
    Error::InputMissing(format!(
        "{} does not exist; get manifest.json and manifest.json.minisig of the release, both, from {}<version>/",
        path.display(),
        names::BASE
    ))
}

/// Where the detached signature of a file lies.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(names::SIGNATURE);
    name.into()
}

/// At most one byte more than the bound, so that what is longer is seen to be.
pub fn read(path: &Path, bound: usize) -> Result<Option<Vec<u8>>> {
    if let Err(error) = fs::metadata(path)
        && error.kind() == io::ErrorKind::NotFound
    {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    open(path)?.take(bound as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(Some(bytes))
}

/// Opens a regular file: a pipe among the files of a release would be waited for.
pub fn open(path: &Path) -> Result<fs::File> {
    let failed = |error: io::Error| unreadable(path, &error);
    if !fs::metadata(path).map_err(failed)?.is_file() {
        let path = path.display();
        return Err(Error::InputMissing(format!("{path} is no regular file; name a file of a release")));
    }
    fs::File::open(path).map_err(failed)
}

/// The failure of reading a file.
pub fn unreadable(path: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        return Error::InputMissing(format!("{} does not exist; check its name", path.display()));
    }
    Error::Io(format!("cannot read {}: {error}; check the file and its permissions", path.display()))
}
