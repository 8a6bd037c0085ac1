//! `file:PATH`: a regular file that nobody else can change, and better nobody else can read.

use crate::{
    error::{Error, Result},
    profile::Bounds,
};
use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Who reads, and what may be there.
#[derive(Clone, Copy)]
pub(super) struct Rule<'w> {
    /// The user's home.
    pub home: Option<&'w Path>,
    /// The bounds in force.
    pub bounds: &'w Bounds,
    /// The most bytes that it may have.
    pub longest: u64,
    /// Whether what it holds is for everybody to read.
    pub public: fn(&[u8]) -> bool,
}

/// Its bytes, and a warning where others can read it.
pub(super) fn read(path: &Path, source: &str, rule: &Rule<'_>) -> Result<(Vec<u8>, Option<String>)> {
    let path = at_home(path, rule.home);
    let file = open(&path).map_err(|error| {
        let text = format!("{source} names {}, which cannot be read: {error}", path.display());
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Error::InputMissing(text + "; create it"),
            ErrorKind::PermissionDenied => Error::Policy(text + "; ask its owner for it"),
            _ => Error::Io(text),
        }
    })?;
    let failed = |error: std::io::Error| Error::Io(format!("cannot read {}: {error}", path.display()));
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::Policy(format!(
            "{source} names {}, which is no regular file; for a pipe use fd:N or -",
            path.display()
        )));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(rule.longest + 1).read_to_end(&mut bytes).map_err(failed)?;
    let warning = judge(&path, &metadata, (rule.public)(&bytes), source, rule)?;
    if bytes.len() as u64 > rule.longest {
        return Err(Error::TooLarge(format!(
            "{source} is longer than {} KiB; that is no key",
            rule.longest >> 10
        )));
    }
    Ok((std::mem::take(&mut *bytes), warning))
}

/// A public key in PEM, and no private one behind it: whoever reads it may.
pub(super) fn is_public(bytes: &[u8]) -> bool {
    let private = bytes.windows(11).any(|word| word == b"PRIVATE KEY");
    let begins = |label: &[u8]| bytes.trim_ascii_start().starts_with(label);
    !private && (begins(b"-----BEGIN PUBLIC KEY-----") || begins(b"-----BEGIN RSA PUBLIC KEY-----"))
}

/// The shell expands `~/` only at the start of a word; a reference has its kind there.
fn at_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    // A named pipe must not hold us before we have seen that it is one.
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flag = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).expect("a flag fits");
        options.custom_flags(flag);
    }
    options.open(path)
}

#[cfg(not(unix))]
fn judge(_: &Path, _: &fs::Metadata, _: bool, _: &str, _: &Rule<'_>) -> Result<Option<String>> {
    Ok(None)
}

#[cfg(unix)]
fn judge(
    path: &Path,
    metadata: &fs::Metadata,
    public: bool,
    source: &str,
    rule: &Rule<'_>,
) -> Result<Option<String>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode();
    let named = format!("{source} names {}", path.display());
    let remedy = format!("run: chmod 600 {}", path.display());
    if mode & 0o002 != 0 {
        return Err(Error::Policy(format!("{named}, which anybody can change; {remedy}")));
    }
    // Of what holds no secret only the writing matters: whoever swaps a public key makes the links that pass.
    let others = if public { 0o022 } else { 0o077 };
    if mode & others == 0 || planted!("key-file-for-all") {
        return Ok(None);
    }
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let at_home = rule.home.is_some_and(|home| real(path).starts_with(real(home)));
    let text = format!("{named}, which others than its owner can read or change; {remedy}");
    if at_home || rule.bounds.strict { Err(Error::Policy(text)) } else { Ok(Some(text)) }
}
