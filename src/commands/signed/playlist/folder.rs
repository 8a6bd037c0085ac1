//! `--out DIR`: the playlist and the child playlists that lie beside it, signed, in a folder of their own.

use super::{Desk, Playlist, Press, few, load, redacted, shown};
use crate::{
    context::Context,
    error::{Error, Result},
    playlist::{Format, Manifest, origin},
    report::{Report, Rows},
    sign::text::percent_decode,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, VecDeque},
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

/// More playlists than any stream has.
const MOST: usize = 10_000;

/// A playlist to sign.
struct Sheet {
    /// Its place below both folders.
    place: PathBuf,
    base: String,
    bytes: Vec<u8>,
    manifest: Manifest,
}

/// A playlist that was signed.
struct Finished {
    place: PathBuf,
    format: Format,
    signed: usize,
    left: usize,
    bytes: Vec<u8>,
}

/// Signs all of them, then writes all of them.
pub fn sign(
    playlist: &Playlist,
    desk: &Desk,
    press: &Press<'_>,
    out: &Path,
    (bytes, manifest): (&[u8], Manifest),
    cx: &Context<'_>,
) -> Result<Box<dyn Report>> {
    let file = Path::new(&playlist.file);
    let from = file.parent().unwrap_or(Path::new(""));
    let name = file
        .file_name()
        .ok_or_else(|| Error::Usage(format!("{} is no file; name the playlist", shown(&playlist.file))))?;
    let mut run = Run { playlist, desk, press, from, known: BTreeSet::new(), missing: Vec::new(), held: 0 };
    run.known.insert(name.into());
    let first = Sheet { place: name.into(), base: desk.base.clone(), bytes: bytes.to_vec(), manifest };
    let mut sheets = VecDeque::from([first]);
    let mut finished = Vec::new();
    while let Some(sheet) = sheets.pop_front() {
        let (done, children) = run.sheet(sheet, cx)?;
        finished.push(done);
        sheets.extend(children);
    }
    if !run.missing.is_empty() {
        cx.console.warn(format!(
            "not found beside {}, and to be signed where they are served: {}",
            shown(&playlist.file),
            few(&run.missing)
        ));
    }
    write(out, from, &finished, cx)?;
    Ok(Box::new(Written(finished)))
}

struct Run<'a> {
    playlist: &'a Playlist,
    desk: &'a Desk,
    press: &'a Press<'a>,
    from: &'a Path,
    known: BTreeSet<PathBuf>,
    missing: Vec<String>,
    held: u64,
}

impl Run<'_> {
    /// One playlist signed, and those that it names.
    fn sheet(&mut self, sheet: Sheet, cx: &Context<'_>) -> Result<(Finished, Vec<Sheet>)> {
        let name = self.from.join(&sheet.place).to_string_lossy().into_owned();
        let loom = self.playlist.loom(self.desk, self.press, &sheet.base);
        let woven = loom.weave(&sheet.bytes, &sheet.manifest, &mut self.press.signer.seal());
        let woven = woven.map_err(|failures| failures.told(&name, cx))?;
        woven.tell(&name, cx);
        self.held += woven.bytes.len() as u64;
        if self.held > 16 * self.desk.limit || self.known.len() > MOST {
            return Err(Error::TooLarge(format!(
                "{} and its children are more than one run takes; sign the children by themselves",
                shown(&self.playlist.file)
            )));
        }
        let mut children = Vec::new();
        let nested = sheet.manifest.children.iter().filter(|child| child.nested);
        for child in nested.filter(|child| loom.owns(&child.targets[0])) {
            let place = self.place(&child.targets[0]).ok_or_else(|| {
                Error::Data(format!(
                    "{}, line {}: {:?} lies outside the folder of {}, and nothing is written outside --out; \
                     sign it by itself, or leave out --out",
                    shown(&name),
                    child.line,
                    redacted(&child.uri),
                    shown(&self.playlist.file)
                ))
            })?;
            if !self.known.insert(place.clone()) {
                continue;
            }
            match self.child(place, &child.targets[0], &sheet.manifest, cx)? {
                Some(sheet) => children.push(sheet),
                None => self.missing.push(redacted(&child.uri)),
            }
        }
        let left = sheet.manifest.children.len() - woven.signed.len();
        let (place, format, signed) = (sheet.place, sheet.manifest.format, woven.signed.len());
        Ok((Finished { place, format, signed, left, bytes: woven.bytes }, children))
    }

    /// A child playlist; `None` where no such file lies there.
    fn child(&self, place: PathBuf, url: &str, parent: &Manifest, cx: &Context<'_>) -> Result<Option<Sheet>> {
        let path = self.from.join(&place);
        let bytes = match load(&path, self.desk.limit) {
            Ok(bytes) => bytes,
            Err(Error::InputMissing(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let name = path.to_string_lossy();
        let base = url.to_owned();
        let manifest = self.desk.read_at(&name, &bytes, &parent.defines, &base)?;
        for (line, note) in &manifest.notes {
            cx.console.warn(format!("{}, line {line}: {note}", shown(&name)));
        }
        Ok(Some(Sheet { place, base, bytes, manifest }))
    }

    /// Where below the playlist's folder a URL lies. What leads out of it lies nowhere.
    fn place(&self, url: &str) -> Option<PathBuf> {
        if origin(url) != origin(&self.desk.base) {
            return None;
        }
        let path = |url: &'_ str| {
            let bare = url.split(['?', '#']).next().unwrap_or_default().to_owned();
            let authority = bare.find("://").map_or(0, |at| at + 3);
            let root = bare[authority..].find('/').map_or(bare.len(), |at| authority + at);
            bare[root..].to_owned()
        };
        let base = path(&self.desk.base);
        let folder = &base[..base.rfind('/').map_or(0, |slash| slash + 1)];
        let path = path(url);
        let below = path.strip_prefix(if folder.is_empty() { "/" } else { folder })?;
        let mut place = PathBuf::new();
        for segment in below.split('/') {
            let segment = percent_decode(segment)?;
            let odd = segment.contains(['/', '\\', '\0', ':']) || matches!(&*segment, "" | "." | "..");
            if odd {
                return None;
            }
            place.push(&*segment);
        }
        Some(place)
    }
}

/// Writes them all, once it is known that none leads out of the folder or over an input.
fn write(out: &Path, from: &Path, finished: &[Finished], cx: &Context<'_>) -> Result<()> {
    let cannot = |path: &Path, error: &dyn std::fmt::Display| {
        let name = shown(&path.to_string_lossy());
        Error::CannotCreate(format!("cannot create {name}: {error}; choose another --out"))
    };
    fs::create_dir_all(out).map_err(|error| cannot(out, &error))?;
    let root = out.canonicalize().map_err(|error| cannot(out, &error))?;
    let inputs: BTreeSet<PathBuf> =
        finished.iter().filter_map(|sheet| from.join(&sheet.place).canonicalize().ok()).collect();
    let mut targets = Vec::new();
    for sheet in finished {
        let target = root.join(&sheet.place);
        let parent = target.parent().unwrap_or(&root);
        // The nearest folder that exists, so that nothing is made behind a link that leads out.
        let there = parent.ancestors().find_map(|folder| folder.canonicalize().ok());
        if !there.is_some_and(|there| there.starts_with(&root)) {
            return Err(cannot(&target, &"a link leads out of the folder"));
        }
        if target.canonicalize().is_ok_and(|target| inputs.contains(&target)) {
            return Err(cannot(&target, &"it is the playlist that was read"));
        }
        targets.push(target);
    }
    for (sheet, target) in finished.iter().zip(&targets) {
        let parent = target.parent().unwrap_or(&root);
        fs::create_dir_all(parent).map_err(|error| cannot(parent, &error))?;
        replace(target, &sheet.bytes, cx).map_err(|error| cannot(target, &error))?;
    }
    Ok(())
}

/// A whole new file beside the old one, before it takes its name.
fn replace(target: &Path, bytes: &[u8], cx: &Context<'_>) -> std::io::Result<()> {
    let mut suffix = [0; 8];
    cx.clock.fill(&mut suffix);
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let fresh = target.with_file_name(format!(".{name}.{}", hex::encode(suffix)));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&fresh)?;
    let written = file.write_all(bytes).and_then(|()| fs::rename(&fresh, target));
    written.inspect_err(|_| _ = fs::remove_file(&fresh))
}

/// What was written.
struct Written(Vec<Finished>);

impl Report for Written {
    fn value(&self) -> Value {
        let value = |sheet: &Finished| {
            json!({
                "file": sheet.place.to_string_lossy(),
                "format": sheet.format.name(),
                "signed": sheet.signed,
                "left": sheet.left,
            })
        };
        self.0.iter().map(value).collect()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |sheet: &Finished| {
            let file = shown(&sheet.place.to_string_lossy());
            vec![file, sheet.format.name().into(), sheet.signed.to_string(), sheet.left.to_string()]
        };
        Some(Rows {
            columns: vec!["file", "format", "signed", "left"],
            rows: self.0.iter().map(row).collect(),
        })
    }
}
