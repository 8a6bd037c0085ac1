//! `verify --self`: what this binary is, and whether it is the one that was released.

use super::{
    file::{Judged, digest_of},
    shelf::{Shelf, Source},
    shown::{Own, Verified},
};
use crate::{
    context::Context,
    error::{Error, Result},
    release::{Distrust, Vouched, build, names},
};
use std::{
    cell::Cell,
    path::{Path, PathBuf},
    rc::Rc,
};

/// The facts are told even where nothing can be checked.
pub fn check(shelf: &mut Shelf<'_>, cx: &Context<'_>) -> Result<Verified> {
    let binary = cx.own_binary()?;
    let outcome = judged(&binary, shelf);
    super::warn(outcome.as_ref().ok(), &cx.console);
    let (judged, lack) = match outcome {
        Ok(judged) => (Some(judged), None),
        Err(lack) => (None, Some(lack)),
    };
    let keys = cx.trust.keys().iter().map(|key| (key.id, key.role)).collect();
    Ok(Verified::Own(Box::new(Own { binary, keys, judged, lack: Cell::new(lack) })))
}

fn judged(binary: &Path, shelf: &mut Shelf<'_>) -> Result<Judged> {
    shelf.trust.needed("name a key that you trust with --key RW… or --key-file FILE.pub")?;
    if !binary.exists() {
        let binary = binary.display();
        return Err(Error::InputMissing(format!(
            "{binary} is not there any more: it was replaced; run stratos again"
        )));
    }
    let source = match shelf.named()? {
        Some(source) => source,
        None => nearest(binary, shelf)?,
    };
    let judged = Judged::of(binary);
    let found = match &source.vouched {
        Ok(found) => found,
        Err(why) => return Ok(judged.concluded(&source.path, Err(why.clone()))),
    };
    let judged = judged.by_manifest(&source, found, shelf.trust);
    let entry = match listed(&source, found) {
        Ok(entry) => entry,
        Err(why) => return Ok(judged.concluded(binary, Err(why))),
    };
    let (sum, _) = digest_of(binary, None)?;
    Ok(Judged { sum: Some(sum), ..judged }.concluded(binary, entry.compare(&sum)))
}

/// The bare binary of this version and label.
fn listed<'a>(
    source: &Source,
    found: &'a Vouched,
) -> std::result::Result<&'a crate::release::Entry, Distrust> {
    let (place, version, label) = (source.path.display(), &found.manifest.version, build::label());
    if *version != build::version() {
        return Err(Distrust::NotListed(format!(
            "{place} is of stratos {version}, and this is {}: name the manifest of that version with --manifest",
            build::VERSION
        )));
    }
    found
        .manifest
        .binary(&label)
        .ok_or_else(|| Distrust::NotListed(format!("{place} lists no binary for {label}, which this is")))
}

/// Where an installer leaves the manifest, then beside the binary. One of another version, as `upgrade --rollback` leaves
/// it, says nothing of this binary.
fn nearest(binary: &Path, shelf: &mut Shelf<'_>) -> Result<Rc<Source>> {
    let mut tried = Vec::new();
    for place in &places(binary) {
        match shelf.at(place)? {
            Some(source) => match &source.vouched {
                Ok(found) if found.manifest.version != build::version() => {
                    tried.push(format!(
                        "that at {} is of stratos {}",
                        place.display(),
                        found.manifest.version
                    ));
                }
                _ => return Ok(source),
            },
            None => tried.push(format!("none is at {}", place.display())),
        }
    }
    Err(Error::InputMissing(format!(
        "no signed manifest to check this binary, stratos {}, against: {}; get manifest.json and \
         manifest.json.minisig from {}{}/ and name them with --manifest",
        build::VERSION,
        tried.join(", "),
        names::BASE,
        build::VERSION
    )))
}

fn places(binary: &Path) -> Vec<PathBuf> {
    let folder = binary.parent();
    let installed = folder.and_then(Path::parent).map(|prefix| prefix.join("share/stratos"));
    let folders = installed.into_iter().chain(folder.map(Path::to_owned));
    folders.map(|folder| folder.join(names::MANIFEST)).collect()
}
