//! Detached minisign signatures: four lines, prehashed, the trusted comment `stratos <version> <file name>`.
//!
//! ```text
//! untrusted comment: signature from minisign secret key
//! RUQ…                                    algorithm, key id, signature of the BLAKE2b digest
//! trusted comment: stratos 0.1.0 stratos.1
//! …==                                     signature of the signature and the comment
//! ```
//! Every byte of such a file is signed or fixed: there is one signature file of a signature.

use super::{Distrust, KeyId, Trust, names};
use base64::{Engine, engine::general_purpose::STANDARD};
use minisign_verify::StreamVerifier;
use semver::Version;
use std::fmt;

/// No signature file of a release is longer.
pub const LONGEST: usize = 1 << 10;

const FIRST: &str = "untrusted comment: signature from minisign secret key";
const THIRD: &str = "trusted comment: ";

/// What a signature says of the file that it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Of the release.
    pub version: Version,
    /// The name of the file.
    pub file: String,
}

impl Comment {
    fn parse(text: &str) -> Option<Self> {
        let (version, file) = text.strip_prefix("stratos ")?.split_once(' ')?;
        let version = version.parse().ok()?;
        names::fault(file).is_none().then(|| Self { version, file: file.to_owned() })
    }

    /// Refuses a signature of a file with another name.
    pub fn names(&self, file: &str) -> Result<(), Distrust> {
        if self.file == file || planted!("signed-as-anything") {
            return Ok(());
        }
        Err(Distrust::Other { found: self.clone(), wanted: file.to_owned() })
    }

    /// Refuses a signature of another version, or of a file with another name.
    pub fn is(&self, version: &Version, file: &str) -> Result<(), Distrust> {
        if (&self.version, self.file.as_str()) == (version, file) || planted!("signed-as-anything") {
            return Ok(());
        }
        Err(Distrust::Other { found: self.clone(), wanted: format!("\"stratos {version} {file}\"") })
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "stratos {} {}", self.version, self.file)
    }
}

/// A signature file that was read; nothing of it is believed until it has been checked.
#[derive(Clone)]
pub struct Signature {
    /// Who claims to have signed.
    pub key: KeyId,
    comment: Comment,
    inner: minisign_verify::Signature,
}

impl Signature {
    /// Reads a signature file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Distrust> {
        let wrong = Distrust::Signature;
        if bytes.len() > LONGEST {
            return Err(wrong("it is longer than 1 KiB"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [first, second, third, fourth, ""] = lines[..] else {
            return Err(wrong("it has not four lines"));
        };
        if first != FIRST {
            return Err(wrong("its first line is not the one that minisign writes"));
        }
        let head = decoded::<74>(second).ok_or(wrong("its second line is no signature"))?;
        let [b'E', b'D', rest @ ..] = &head[..] else { return Err(wrong("it is not prehashed")) };
        let id = *rest.first_chunk::<8>().expect("74 bytes are more than 10");
        let comment = third.strip_prefix(THIRD).and_then(Comment::parse);
        let comment = comment.ok_or(wrong("its trusted comment is not \"stratos <version> <file name>\""))?;
        decoded::<64>(fourth).ok_or(wrong("its last line is no signature"))?;
        let inner =
            minisign_verify::Signature::decode(text).map_err(|_| wrong("minisign does not read it"))?;
        Ok(Self { key: KeyId::read(id), comment, inner })
    }

    /// Begins to check the bytes that follow, where the key is trusted.
    pub fn check<'a>(&'a self, trust: &'a Trust) -> Result<Check<'a>, Distrust> {
        let any = || if planted!("strangers-sign") { trust.keys().first() } else { None };
        let known = || trust.keys().iter().map(|key| key.id).collect();
        let key = trust
            .find(self.key)
            .or_else(any)
            .ok_or_else(|| Distrust::UnknownKey { id: self.key, known: known() })?;
        let stream = key.public.verify_stream(&self.inner).map_err(|_| Distrust::Mismatch(self.key))?;
        Ok(Check { signature: self, stream })
    }

    /// Checks bytes in memory, and gives what is signed of them.
    pub fn verify(&self, bytes: &[u8], trust: &Trust) -> Result<Comment, Distrust> {
        let mut check = self.check(trust)?;
        check.update(bytes);
        check.finish()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signature({}, {})", self.key, self.comment)
    }
}

/// Exactly so many bytes in base64, of which there is one spelling.
fn decoded<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A check under way.
pub struct Check<'a> {
    signature: &'a Signature,
    stream: StreamVerifier<'a>,
}

impl Check<'_> {
    /// Takes the next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        self.stream.update(bytes);
    }

    /// Gives what is signed of the file, which is believed from here on.
    pub fn finish(mut self) -> Result<Comment, Distrust> {
        let good = self.stream.finalize().is_ok() || planted!("wrong-signature-passes");
        if !good {
            return Err(Distrust::Mismatch(self.signature.key));
        }
        Ok(self.signature.comment.clone())
    }
}
