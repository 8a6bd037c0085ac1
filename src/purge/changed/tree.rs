//! The files of a folder as a server would serve them, hashed on several threads.
//!
//! Links to files and folders inside are followed; links that lead out, nowhere or in a circle, and what is no
//! file, are left out and named. Hidden files are files; `.git`, `.hg`, `.svn` and `.DS_Store` are not. A file
//! that cannot be read fails the whole: a release with a hole would look like one with a file removed.

use super::{File, Left, MOST, name, too_many, unless_interrupted};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

/// More threads than this do not read faster.
const THREADS: usize = 8;
const BLOCK: usize = 128 << 10;

/// Reads a folder; `except` is a file in it that does not count. `tick` hears of every file hashed.
pub fn read(root: &Path, except: Option<&Path>, tick: &mut dyn FnMut(u64)) -> Result<(Vec<File>, Vec<Left>)> {
    let real = fs::canonicalize(root).map_err(|error| unread(root, &error))?;
    let except = except.and_then(|path| fs::canonicalize(path).ok());
    let mut walk = Walk { root: &real, except, found: vec![], left: vec![], entries: 0, above: vec![] };
    walk.folder(root, &real, &[])?;
    let Walk { found, left, .. } = walk;
    Ok((hashed(found, tick)?, left))
}

fn unread(path: &Path, error: &io::Error) -> Error {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Error::InputMissing(format!("{shown} does not exist; name the release")),
        _ => Error::Io(format!(
            "cannot read {shown}: {error}; a release is compared whole: let it be read, or move it out"
        )),
    }
}

struct Walk<'a> {
    root: &'a Path,
    except: Option<PathBuf>,
    found: Vec<(PathBuf, Vec<u8>)>,
    left: Vec<Left>,
    entries: u64,
    /// The real folders from the root to here: a link to one of them leads in a circle.
    above: Vec<PathBuf>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, real: &Path, name: &[u8]) -> Result<()> {
        unless_interrupted("reading the folder")?;
        self.above.push(real.to_owned());
        for entry in fs::read_dir(path).map_err(|error| unread(path, &error))? {
            let entry = entry.map_err(|error| unread(path, &error))?;
            let part = bytes(&entry.file_name(), path)?;
            if name::is_unserved(&part) {
                continue;
            }
            self.entries += 1;
            if self.entries > MOST {
                return Err(too_many(self.root));
            }
            let name = if name.is_empty() { part } else { [name, &part].join(&b'/') };
            if let Some(fault) = name::fault(&name) {
                return Err(Error::Data(format!("{} {fault}; rename it", name::shown(&name))));
            }
            let kind = entry.file_type().map_err(|error| unread(&entry.path(), &error))?;
            self.entry(entry.path(), real.join(entry.file_name()), kind, name)?;
        }
        self.above.pop();
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, real: PathBuf, kind: fs::FileType, name: Vec<u8>) -> Result<()> {
        let (kind, real) = if kind.is_symlink() {
            match self.target(&path) {
                Ok(target) => target,
                Err(why) => {
                    self.left.push(Left { name: name::shown(&name), why });
                    return Ok(());
                }
            }
        } else {
            (kind, real)
        };
        if kind.is_dir() {
            return self.folder(&path, &real, &name);
        }
        if !kind.is_file() {
            self.left.push(Left { name: name::shown(&name), why: "is no file" });
        } else if self.except.as_ref() != Some(&real) {
            self.found.push((path, name));
        }
        Ok(())
    }

    /// Where a link leads, if that is served.
    fn target(&self, path: &Path) -> std::result::Result<(fs::FileType, PathBuf), &'static str> {
        let broken = "is a link that leads nowhere";
        let real = fs::canonicalize(path).map_err(|_| broken)?;
        if !real.starts_with(self.root) && !planted!("links-leave-the-release") {
            return Err("is a link that leads out of the folder");
        }
        let kind = fs::metadata(&real).map_err(|_| broken)?.file_type();
        if kind.is_dir() && self.above.contains(&real) {
            return Err("is a link to a folder that it lies in");
        }
        Ok((kind, real))
    }
}

#[cfg(unix)]
fn bytes(name: &std::ffi::OsStr, _: &Path) -> Result<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    Ok(name.as_bytes().to_vec())
}

#[cfg(not(unix))]
fn bytes(name: &std::ffi::OsStr, folder: &Path) -> Result<Vec<u8>> {
    name.to_str().map(|name| name.as_bytes().to_vec()).ok_or_else(|| {
        Error::Data(format!("{} holds the name {name:?}, which is no Unicode; rename it", folder.display()))
    })
}

/// Size and digest of what a reader gives, counted by `count` as it goes.
pub fn digest(
    from: &mut dyn Read,
    block: &mut [u8],
    mut count: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<(u64, [u8; 32])> {
    let (mut hash, mut size) = (Sha256::new(), 0);
    loop {
        match from.read(block) {
            Ok(0) => return Ok((size, hash.finalize().into())),
            Ok(read) => {
                count(read as u64)?;
                hash.update(&block[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

type Hashed = (usize, Result<(u64, [u8; 32])>);

fn hashed(found: Vec<(PathBuf, Vec<u8>)>, tick: &mut dyn FnMut(u64)) -> Result<Vec<File>> {
    let jobs = thread::available_parallelism().map_or(1, usize::from).min(THREADS).min(found.len());
    let mut sums = vec![(0, [0; 32]); found.len()];
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = mpsc::sync_channel(4096);
    thread::scope(|scope| {
        for _ in 0..jobs {
            let sender = sender.clone();
            let (found, next, stop) = (&found, &next, &stop);
            scope.spawn(move || work(found, next, stop, &sender));
        }
        drop(sender);
        let settled = settle(&receiver, &mut sums, tick);
        stop.store(true, Ordering::Relaxed);
        // A worker may wait for room in the channel.
        drop(receiver);
        settled
    })?;
    let file = |((_, name), (size, digest))| File { name, size, digest };
    Ok(found.into_iter().zip(sums).map(file).collect())
}

fn settle(
    from: &mpsc::Receiver<Hashed>,
    sums: &mut [(u64, [u8; 32])],
    tick: &mut dyn FnMut(u64),
) -> Result<()> {
    for (index, sum) in from {
        unless_interrupted("hashing the folder")?;
        sums[index] = sum?;
        tick(1);
    }
    Ok(())
}

fn work(found: &[(PathBuf, Vec<u8>)], next: &AtomicUsize, stop: &AtomicBool, to: &mpsc::SyncSender<Hashed>) {
    let mut block = vec![0; BLOCK];
    while !stop.load(Ordering::Relaxed) {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some((path, _)) = found.get(index) else { break };
        let going =
            |_| if stop.load(Ordering::Relaxed) { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) };
        let sum = fs::File::open(path).and_then(|mut file| digest(&mut file, &mut block, going));
        if to.send((index, sum.map_err(|error| unread(path, &error)))).is_err() {
            break;
        }
    }
}
