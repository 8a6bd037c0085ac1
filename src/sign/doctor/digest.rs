//! Other digests with the construction that a scheme uses, found by comparing with what its own key makes.

use crate::{
    error::{Error, Result},
    sign::{
        Key, Scheme, Spelling,
        key::{MARK, same},
    },
};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

/// A digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// 16 bytes.
    Md5,
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl Digest {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 5] = [Self::Sha256, Self::Sha1, Self::Md5, Self::Sha512, Self::Sha384];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().fold(D::new(), |digest, part| digest.chain_update(part)).finalize().to_vec()
        }
        match self {
            Self::Md5 => run::<Md5>(parts),
            Self::Sha1 => run::<Sha1>(parts),
            Self::Sha256 => run::<Sha256>(parts),
            Self::Sha384 => run::<Sha384>(parts),
            Self::Sha512 => run::<Sha512>(parts),
        }
    }

    fn mac(self, secret: &[u8], text: &[u8]) -> Vec<u8> {
        fn run<M: Mac + KeyInit>(secret: &[u8], text: &[u8]) -> Vec<u8> {
            let mac = <M as KeyInit>::new_from_slice(secret).expect("HMAC takes a key of any length");
            mac.chain_update(text).finalize().into_bytes().to_vec()
        }
        match self {
            Self::Md5 => run::<Hmac<Md5>>(secret, text),
            Self::Sha1 => run::<Hmac<Sha1>>(secret, text),
            Self::Sha256 => run::<Hmac<Sha256>>(secret, text),
            Self::Sha384 => run::<Hmac<Sha384>>(secret, text),
            Self::Sha512 => run::<Hmac<Sha512>>(secret, text),
        }
    }
}

/// How secret and text come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// HMAC of the text.
    Mac,
    /// HMAC of the text, its mark taken out.
    MacWithoutMark,
    /// HMAC of the text with a salt at its mark.
    MacSalted,
    /// The digest of the text with the secret at its mark.
    Spliced,
    /// The digest of the secret and then the text.
    Before,
    /// The digest of the text and then the secret.
    After,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Mac, Self::MacWithoutMark, Self::MacSalted, Self::Spliced, Self::Before, Self::After];
}

/// A construction in the place of the scheme's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Other {
    /// Its digest.
    pub digest: Digest,
    /// How it takes the secret.
    pub kind: Kind,
    spelling: Name,
    length: usize,
    /// Which of the salts stands at the mark.
    salt: usize,
}

/// [`Spelling`] as something to hash.
type Name = (&'static str, u8);

const SPELLINGS: [Spelling; 5] =
    [Spelling::Hex, Spelling::Base64, Spelling::Base64Url, Spelling::Base64UrlPadded, Spelling::Base64Tilde];

fn name(spelling: Spelling) -> Option<Name> {
    let at = SPELLINGS.iter().position(|one| *one == spelling)?;
    Some((spelling.name(), u8::try_from(at).ok()?))
}

/// The construction of the scheme itself: the one that gives its signature.
#[must_use]
pub fn own(
    secret: &[u8],
    salts: &[Salt],
    text: &[u8],
    signature: &[u8],
    spelling: Spelling,
) -> Option<Other> {
    let due = spelling.decode(signature).filter(|due| due.len() >= 8)?;
    let spelling = name(spelling)?;
    let none = [Salt::default()];
    for kind in Kind::ALL {
        let salts = if kind == Kind::MacSalted { salts } else { &none };
        for (salt, digest) in (0..salts.len()).flat_map(|salt| Digest::ALL.map(|digest| (salt, digest))) {
            let made = computed(secret, &salts[salt], text, kind, digest);
            if made.is_some_and(|made| made.starts_with(&due)) {
                let length = if due.len() == size(digest) { usize::MAX } else { due.len() };
                return Some(Other { digest, kind, spelling, length, salt });
            }
        }
    }
    None
}

/// Bytes that are hashed beside the secret.
pub type Salt = Zeroizing<Vec<u8>>;

/// The salts that the settings may mean: as they are written, and decoded.
#[must_use]
pub fn salts(scheme: &Scheme, settings: &[(String, String)]) -> Vec<Salt> {
    let secret = |name: &str| scheme.param(name).is_some_and(|param| param.secret);
    let written = settings.iter().filter(|(name, _)| secret(name)).map(|(_, value)| value.as_bytes());
    let both = |text: &[u8]| [Some(text.to_vec()), Spelling::Hex.decode(text)];
    written.flat_map(both).flatten().map(Zeroizing::new).collect()
}

const fn size(digest: Digest) -> usize {
    match digest {
        Digest::Md5 => 16,
        Digest::Sha1 => 20,
        Digest::Sha256 => 32,
        Digest::Sha384 => 48,
        Digest::Sha512 => 64,
    }
}

impl Other {
    /// The same construction with the other digests.
    pub fn digests(self) -> impl Iterator<Item = Self> {
        let others = Digest::ALL.into_iter().filter(move |digest| *digest != self.digest);
        others.map(move |digest| Self { digest, ..self })
    }

    /// The same digest in the other constructions.
    pub fn kinds(self) -> impl Iterator<Item = Self> {
        // Without its salt is another cause.
        let unsalted = move |kind| self.kind == Kind::MacSalted && kind == Kind::MacWithoutMark;
        let others = Kind::ALL.into_iter().filter(move |kind| *kind != self.kind && !unsalted(*kind));
        others.map(move |kind| Self { kind, ..self })
    }
}

fn computed(secret: &[u8], salt: &[u8], text: &[u8], kind: Kind, digest: Digest) -> Option<Vec<u8>> {
    let marks: Vec<usize> = memchr::memchr_iter(MARK, text).collect();
    let around = match marks[..] {
        [at] => Some((&text[..at], &text[at + 1..])),
        _ => None,
    };
    match (kind, around) {
        (Kind::Mac, None) => Some(digest.mac(secret, text)),
        (Kind::MacWithoutMark, Some((before, after))) => Some(digest.mac(secret, &[before, after].concat())),
        (Kind::MacSalted, Some((before, after))) => Some(digest.mac(secret, &[before, salt, after].concat())),
        (Kind::Spliced, Some((before, after))) => Some(digest.of(&[before, secret, after])),
        (Kind::Before, None) => Some(digest.of(&[secret, text])),
        (Kind::After, None) => Some(digest.of(&[text, secret])),
        _ => None,
    }
}

/// A key of such a construction.
pub struct Construction {
    secret: Zeroizing<Vec<u8>>,
    salt: Salt,
    other: Other,
}

impl Construction {
    /// With this secret, and the salt that the construction takes of these.
    #[must_use]
    pub fn new(secret: &[u8], salts: &[Salt], other: Other) -> Self {
        let salt = salts.get(other.salt).cloned().unwrap_or_default();
        Self { secret: Zeroizing::new(secret.to_vec()), salt, other }
    }
}

impl Key for Construction {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Other { digest, kind, spelling, length, .. } = self.other;
        let made =
            computed(&self.secret, &self.salt, canonical, kind, digest).ok_or(Error::Malformed("text"))?;
        SPELLINGS[usize::from(spelling.1)].encode(&made[..made.len().min(length)], out);
        Ok(())
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        scratch.clear();
        Ok(self.sign(canonical, scratch).is_ok() && same(scratch, signature))
    }
}
