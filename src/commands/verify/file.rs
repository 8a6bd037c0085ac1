//! One file: through a manifest, through a signature of its own, or both where both are there.

use super::shelf::{Shelf, Source, absent, beside, older, open, read, unreadable};
use crate::{
    error::{Error, Result},
    release::{
        Comment, Distrust, Entry, KeyId, Manifest, Signature, Sum, Trust, Version, Vouched,
        digest::{Meter, each_block},
        names,
        signature::{self, Check},
    },
};
use std::{fs, path::Path};

type Verdict<T> = std::result::Result<T, Distrust>;

/// A verdict and what it rests on.
pub struct Judged {
    /// Whether the file is what was signed.
    pub verdict: Verdict<()>,
    /// As it was named.
    pub file: String,
    /// What it was judged by.
    pub by: Option<&'static str>,
    /// Of the release that it belongs to.
    pub version: Option<Version>,
    /// Who signed, and why that key is trusted.
    pub key: Option<(KeyId, &'static str)>,
    /// Of its bytes.
    pub sum: Option<Sum>,
    /// The manifest that lists it.
    pub manifest: Option<String>,
    /// The verdict in a sentence, where it is not `valid`.
    pub reason: Option<String>,
    /// What is no reason to refuse it, and yet is to be known.
    pub warnings: Vec<String>,
}

impl Judged {
    /// A file of which nothing is known yet.
    pub fn of(path: &Path) -> Self {
        Self {
            verdict: Ok(()),
            file: path.display().to_string(),
            by: None,
            version: None,
            key: None,
            sum: None,
            manifest: None,
            reason: None,
            warnings: Vec::new(),
        }
    }

    /// With its verdict; `subject` is the file of which the reason tells.
    pub fn concluded(self, subject: &Path, verdict: Verdict<()>) -> Self {
        let reason = verdict.as_ref().err().map(|why| match why {
            Distrust::NotListed(text) => text.clone(),
            why => format!("{} {why}", subject.display()),
        });
        Self { verdict, reason, ..self }
    }

    /// As vouched for by a manifest.
    pub fn by_manifest(self, source: &Source, found: &Vouched, trust: &Trust) -> Self {
        Self {
            by: Some(if self.by.is_some() { "manifest and signature" } else { "manifest" }),
            version: Some(found.manifest.version.clone()),
            key: role(trust, found.key),
            manifest: Some(source.path.display().to_string()),
            warnings: source.warnings.clone(),
            ..self
        }
    }
}

fn role(trust: &Trust, id: KeyId) -> Option<(KeyId, &'static str)> {
    trust.find(id).map(|key| (id, key.role))
}

/// A file, by what is found for it.
pub fn judge(path: &Path, shelf: &mut Shelf<'_>) -> Result<Judged> {
    let manifest_beside = path.with_file_name(names::MANIFEST);
    if path == manifest_beside {
        let source = shelf.at(path)?.ok_or_else(|| absent(path))?;
        return Ok(manifest(&source, shelf.trust));
    }
    match shelf.named()? {
        Some(source) => through(path, Some(&source), true, shelf.trust),
        None => {
            let source = shelf.at(&manifest_beside)?;
            through(path, source.as_deref(), false, shelf.trust)
        }
    }
}

/// Every file that a folder's manifest lists, behind the manifest itself.
pub fn folder(path: &Path, shelf: &mut Shelf<'_>) -> Result<Vec<Judged>> {
    let own = path.join(names::MANIFEST);
    let source = match shelf.named()? {
        Some(source) => source,
        None => shelf.at(&own)?.ok_or_else(|| absent(&own))?,
    };
    let mut first = manifest(&source, shelf.trust);
    let Ok(found) = &source.vouched else { return Ok(vec![first]) };
    let others = others(path, &found.manifest)?;
    if !others.is_empty() {
        first.warnings.push(format!("not in the manifest, and not checked: {}", others.join(", ")));
    }
    let mut judged = vec![first];
    for entry in &found.manifest.files {
        let file = path.join(&entry.file);
        judged.push(if file.try_exists().map_err(|error| unreadable(&file, &error))? {
            through(&file, Some(&source), true, shelf.trust)?
        } else {
            let missing = Judged::of(&file).by_manifest(&source, found, shelf.trust);
            missing.concluded(&file, Err(Distrust::Missing))
        });
    }
    Ok(judged)
}

/// What lies in the folder and belongs to nothing that was checked.
fn others(folder: &Path, manifest: &Manifest) -> Result<Vec<String>> {
    let mut others = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let file = name.strip_suffix(names::SIGNATURE).unwrap_or(&name);
        if file != names::MANIFEST && manifest.find(file).is_none() {
            others.push(name);
        }
    }
    others.sort();
    Ok(others)
}

/// A manifest, by its own signature.
fn manifest(source: &Source, trust: &Trust) -> Judged {
    let by = Some("signature");
    let judged = Judged { by, sum: Some(source.sum), ..Judged::of(&source.path) };
    match &source.vouched {
        Err(why) => judged.concluded(&source.path, Err(why.clone())),
        Ok(found) => Judged { by, manifest: None, ..judged.by_manifest(source, found, trust) },
    }
}

/// A file through a manifest and the signature beside it, through whichever is there. Where the
/// manifest is `bound`, a file that it does not list cannot pass.
fn through(path: &Path, source: Option<&Source>, bound: bool, trust: &Trust) -> Result<Judged> {
    let own = read(&beside(path), signature::LONGEST)?;
    if own.is_none() && source.is_none() {
        return Err(nothing(path));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut judged = Judged { by: own.is_some().then_some("signature"), ..Judged::of(path) };
    let mut listing = None;
    if let Some(source) = source {
        match &source.vouched {
            Err(why) => return Ok(judged.concluded(&source.path, Err(why.clone()))),
            Ok(found) => {
                let entry = found.manifest.find(&name);
                // What a release holds and its manifest cannot list has a signature of its own.
                if bound || own.is_none() || entry.is_some() {
                    listing = Some((found, entry));
                    judged = judged.by_manifest(source, found, trust);
                }
            }
        }
    }
    let own = match own.map(|bytes| Signature::parse(&bytes)).transpose() {
        Ok(own) => own,
        Err(why) => return Ok(judged.concluded(&beside(path), Err(why))),
    };
    let check = match own.as_ref().map(|own| own.check(trust)).transpose() {
        Ok(check) => check,
        Err(why) => return Ok(judged.concluded(path, Err(why))),
    };
    let (sum, comment) = digest_of(path, check)?;
    judged.sum = Some(sum);
    let weighed = match listing {
        Some((found, entry)) => weigh(path, &sum, &found.manifest, entry, comment),
        None => alone(&mut judged, &name, own.as_ref(), comment, trust),
    };
    Ok(judged.concluded(path, weighed))
}

/// The manifest's word first: it tells an altered file from an altered signature.
fn weigh(
    path: &Path,
    sum: &Sum,
    manifest: &Manifest,
    entry: Option<&Entry>,
    comment: Option<Verdict<Comment>>,
) -> Verdict<()> {
    let Some(entry) = entry else { return Err(unlisted(path, sum, manifest)) };
    entry.compare(sum)?;
    comment.transpose()?.map_or(Ok(()), |comment| comment.is(&manifest.version, &entry.file))
}

/// By its own signature, which says of which release it is.
fn alone(
    judged: &mut Judged,
    name: &str,
    own: Option<&Signature>,
    comment: Option<Verdict<Comment>>,
    trust: &Trust,
) -> Verdict<()> {
    let (Some(own), Some(comment)) = (own, comment) else {
        return Err(Distrust::NotListed(format!("nothing vouches for {name}")));
    };
    let comment = comment?;
    comment.names(name)?;
    judged.warnings.extend(older(&judged.file, &comment.version));
    judged.version = Some(comment.version);
    judged.key = role(trust, own.key);
    Ok(())
}

fn unlisted(path: &Path, sum: &Sum, manifest: &Manifest) -> Distrust {
    let twin = manifest.files.iter().find(|entry| entry.compare(sum).is_ok());
    let twin = twin.map(|entry| format!("; its bytes are those of {}: give it that name", entry.file));
    Distrust::NotListed(format!(
        "{} is not listed in the manifest of stratos {}{}",
        path.display(),
        manifest.version,
        twin.unwrap_or_default()
    ))
}

fn nothing(path: &Path) -> Error {
    if let Err(error) = fs::metadata(path) {
        return unreadable(path, &error);
    }
    Error::InputMissing(format!(
        "nothing vouches for {}: there is neither {} nor a signed manifest.json beside it; name one with --manifest, \
         or compare with --sha256 HEX from a place you trust",
        path.display(),
        beside(path).display()
    ))
}

/// Size and SHA-256 of a file, and what a signature says of it, in one pass.
pub fn digest_of(path: &Path, mut check: Option<Check<'_>>) -> Result<(Sum, Option<Verdict<Comment>>)> {
    let mut meter = Meter::default();
    let read = each_block(open(path)?, |block| {
        meter.update(block);
        if let Some(check) = &mut check {
            check.update(block);
        }
    });
    read.map_err(|error| unreadable(path, &error))?;
    Ok((meter.finish(), check.map(Check::finish)))
}
