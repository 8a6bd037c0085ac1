//! `stratos verify`: whether files of a release, or this binary, are what was signed. Offline.

mod file;
mod own;
mod shelf;
mod shown;

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    progress::Console,
    release::{Digest, Distrust, Key, Trust},
};
use file::{Judged, digest_of};
use shelf::Shelf;
use shown::Verified;
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

/// Worked examples for its help.
pub const EXAMPLES: &str = "  stratos verify --self\n  stratos verify stratos-0.1.0-x86_64-unknown-linux-musl\n  stratos verify dist/0.1.0\n  stratos verify stratos.1 --manifest dist/0.1.0\n  stratos verify install.sh --sha256 9f86d081…";

/// Where somebody can turn who has no key.
const WITHOUT_A_KEY: &str =
    "name a key that you trust with --key RW… or --key-file FILE.pub, or compare with --sha256 HEX";

/// Check files of a release, or this binary, against what was signed
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Files of a release, or a folder that holds one
    #[arg(value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// Check the running binary and say how it was built
    #[arg(long = "self", conflicts_with_all = ["files", "sha256"])]
    own: bool,
    /// The manifest to check against, or its folder (default: manifest.json beside the file)
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "sha256")]
    manifest: Option<PathBuf>,
    /// Compare one file with this SHA-256, and look at no signature
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// Trust this minisign public key instead of those compiled in
    #[arg(long, value_name = "RW…", conflicts_with_all = ["sha256", "key_file"])]
    key: Option<String>,
    /// The same, from a .pub file
    #[arg(long, value_name = "FILE", conflicts_with = "sha256")]
    key_file: Option<PathBuf>,
}

impl Command for Verify {
    type Report = Verified;

    fn run(self, cx: &mut Context<'_>) -> Result<Verified> {
        for file in &self.files {
            is_no_link(file)?;
        }
        if let Some(hex) = &self.sha256 {
            return self.compare(hex);
        }
        let trust = self.trust(cx)?;
        let mut shelf = Shelf::new(&trust, cx.now()?, self.manifest.as_deref());
        if self.own {
            return own::check(&mut shelf, cx);
        }
        if self.files.is_empty() {
            return Err(Error::Usage(
                "verify needs a file, a folder, or --self; run \"stratos help verify\" for usage".into(),
            ));
        }
        trust.needed(WITHOUT_A_KEY)?;
        let mut judged = Vec::new();
        for path in &self.files {
            if path.is_dir() {
                judged.extend(file::folder(path, &mut shelf)?);
            } else {
                judged.push(file::judge(path, &mut shelf)?);
            }
        }
        warn(&judged, &cx.console);
        Ok(Verified::Files(judged))
    }
}

impl Verify {
    /// The keys of this build, or the one that the user names.
    fn trust<'a>(&self, cx: &Context<'a>) -> Result<Cow<'a, Trust>> {
        let key = match (&self.key, &self.key_file) {
            (Some(text), _) => {
                Key::parse(text, Key::NAMED).map_err(|why| Error::Usage(format!("--key is {why}")))?
            }
            (None, Some(path)) => {
                let bytes = shelf::read(path, KEY_FILE)?.ok_or_else(|| {
                    Error::InputMissing(format!("{} does not exist; check --key-file", path.display()))
                })?;
                let text = String::from_utf8_lossy(&bytes);
                Key::parse_file(&text, Key::NAMED)
                    .map_err(|why| Error::Usage(format!("--key-file {} is {why}", path.display())))?
            }
            (None, None) => return Ok(Cow::Borrowed(cx.trust)),
        };
        Ok(Cow::Owned(Trust::only(key)))
    }

    fn compare(&self, hex: &str) -> Result<Verified> {
        let wanted = Digest::parse(&hex.to_ascii_lowercase())
            .ok_or_else(|| Error::Usage("--sha256 takes 64 digits of hex; copy the whole digest".into()))?;
        let [path] = self.files.as_slice() else {
            return Err(Error::Usage("--sha256 is the digest of one file; name exactly one".into()));
        };
        let (sum, _) = digest_of(path, None)?;
        let verdict =
            if sum.sha256 == wanted { Ok(()) } else { Err(Distrust::Digest { found: sum.sha256, wanted }) };
        let judged = Judged { sum: Some(sum), by: Some("sha256"), ..Judged::of(path) };
        Ok(Verified::Files(vec![judged.concluded(path, verdict)]))
    }
}

/// No `.pub` file is longer.
const KEY_FILE: usize = 1 << 12;

/// Links have a verb of their own.
fn is_no_link(path: &Path) -> Result<()> {
    match path.to_str().and_then(|text| text.split_once("://")) {
        Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Err(Error::Usage(
            "verify checks files of a release on this machine; a signed link is checked by `stratos signed verify`"
                .into(),
        )),
        _ => Ok(()),
    }
}

/// Each warning once, however many files it concerns.
fn warn<'j>(judged: impl IntoIterator<Item = &'j Judged>, console: &Console) {
    let mut said: Vec<&str> = Vec::new();
    for text in judged.into_iter().flat_map(|judged| &judged.warnings) {
        if !said.contains(&text.as_str()) {
            console.warn(text);
            said.push(text);
        }
    }
}
