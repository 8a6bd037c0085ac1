//! Signers, minting and verifying: written once, for every scheme.

use super::{
    Claim, Claims, Inspection, Key, Params, Scheme, Until, Url, Visit, among, batch::Queue, ip_within,
};
use crate::{
    error::{Error, Result},
    secret::Secret,
};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// A scheme and its keys, by id: the first signs, all verify.
pub struct Signer {
    /// The scheme.
    pub scheme: &'static Scheme,
    /// The keys; one without an id is tried for every URL.
    pub keys: Vec<(Option<String>, Box<dyn Key>)>,
}

impl Signer {
    /// A signer with one key, written as the scheme's row says.
    pub fn new(scheme: &'static Scheme, secret: &Secret, params: Params<'_>) -> Result<Self> {
        Self { scheme, keys: Vec::new() }.with(None, secret, params)
    }

    /// With one more key.
    pub fn with(mut self, id: Option<&str>, secret: &Secret, params: Params<'_>) -> Result<Self> {
        let spelling = self.scheme.secret;
        if self.scheme.shares(params) && memchr::memmem::find(secret.expose(), b"-----BEGIN ").is_some() {
            return Err(Error::Data(format!(
                "the key is PEM, and scheme {} shares a secret with the CDN; give that secret",
                self.scheme.id
            )));
        }
        let decoded = spelling.decode(secret.expose()).map(Zeroizing::new).ok_or_else(|| {
            Error::Data(format!(
                "the key of scheme {} must be written as {}; check that it was copied whole",
                self.scheme.id,
                spelling.name()
            ))
        })?;
        let key = (self.scheme.prepare)(&decoded, params)?;
        self.keys.push((id.map(str::to_owned), key));
        Ok(self)
    }

    /// What mints and verifies with these keys; one for each thread.
    #[must_use]
    pub fn seal(&self) -> Seal<'_> {
        Seal {
            signer: self,
            canonical: Vec::new(),
            signature: Vec::new(),
            next: Vec::new(),
            scratch: Vec::new(),
            queue: Queue::default(),
        }
    }
}

/// Mints and verifies, and remembers the last signature, so that many URLs under one prefix cost one.
pub struct Seal<'s> {
    pub(super) signer: &'s Signer,
    /// The text that was signed last.
    pub canonical: Vec<u8>,
    /// Its signature, as written.
    pub signature: Vec<u8>,
    next: Vec<u8>,
    scratch: Vec<u8>,
    pub(super) queue: Queue,
}

impl Seal<'_> {
    /// Appends one outcome, without a line end. On an error nothing is appended.
    pub fn mint(&mut self, url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
        self.next.clear();
        (self.signer.scheme.canonical)(url, claims, &mut self.next)?;
        if self.signature.is_empty() || self.next != self.canonical {
            self.sign()?;
        }
        self.assemble(url, claims, out)
    }

    /// Appends the outcome with the signature that is at hand.
    pub(super) fn assemble(&self, url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        let assembled = (self.signer.scheme.assemble)(url, claims, self, out);
        if assembled.is_err() {
            out.truncate(start);
        }
        assembled
    }

    fn sign(&mut self) -> Result<()> {
        self.signature.clear();
        let (_, key) = self.signer.keys.first().ok_or_else(no_key)?;
        // Half a signature must not stand for the text that was signed before.
        key.sign(&self.next, &mut self.signature).inspect_err(|_| self.signature.clear())?;
        std::mem::swap(&mut self.canonical, &mut self.next);
        Ok(())
    }

    /// What the edge should say to this visit. A verdict is a result; an error means that the question was
    /// incomplete ([`Error::MissingClaim`]) or the key cannot answer it.
    pub fn verify(&mut self, visit: &Visit<'_>) -> Result<Verdict> {
        let mut signed = Vec::new();
        match (self.signer.scheme.inspect)(visit, &mut signed) {
            Ok(found) => self.weigh(visit, &found, &signed),
            Err(Error::Malformed(part)) => Ok(Verdict::Malformed(part)),
            Err(error) => Err(error),
        }
    }

    /// The same for a visit that was inspected already: `signed` is the text that the token carries, if it does.
    pub fn weigh(&mut self, visit: &Visit<'_>, found: &Inspection<'_>, signed: &[u8]) -> Result<Verdict> {
        let verdict =
            if found.encrypted { self.open(visit, found) } else { self.check(visit, found, signed) };
        match verdict {
            Err(Error::Malformed(part)) => Ok(Verdict::Malformed(part)),
            verdict => verdict,
        }
    }

    /// A sealed token: the key that opens it vouches for it, so the rest is judged at once.
    fn open(&self, visit: &Visit<'_>, sealed: &Inspection<'_>) -> Result<Verdict> {
        let scheme = self.signer.scheme;
        let judged = self.opened(visit, sealed, |_, visit, found| judge(scheme, visit, found))?;
        Ok(judged.unwrap_or_else(Maker::refused))
    }

    /// What `then` makes of a sealed token, once a key opened it; else who has sealed it.
    fn opened<T>(
        &self,
        visit: &Visit<'_>,
        sealed: &Inspection<'_>,
        then: impl FnOnce(usize, &Visit<'_>, &Inspection<'_>) -> T,
    ) -> Result<std::result::Result<T, Maker>> {
        let (mut opened, mut maker) = (Vec::new(), Maker::Stranger);
        for (at, key) in candidates(&self.signer.keys, sealed.claims.key_id.as_deref()) {
            maker = Maker::Nobody;
            opened.clear();
            if key.open(&sealed.signature, &mut opened)? {
                let visit = Visit { opened: Some(&opened), ..visit.clone() };
                let found = (self.signer.scheme.inspect)(&visit, &mut Vec::new())?;
                return Ok(Ok(then(at, &visit, &found)));
            }
        }
        Ok(Err(maker))
    }

    fn check(&mut self, visit: &Visit<'_>, found: &Inspection<'_>, signed: &[u8]) -> Result<Verdict> {
        let maker = self.maker(found, signed)?;
        if matches!(maker, Maker::Key(_)) || planted!("claims-before-signature") {
            return Ok(judge(self.signer.scheme, visit, found));
        }
        if let Some(claims) = &found.otherwise {
            let other = Inspection { claims: claims.clone(), otherwise: None, ..found.clone() };
            return self.check(visit, &other, &[]);
        }
        Ok(maker.refused())
    }

    fn maker(&mut self, found: &Inspection<'_>, signed: &[u8]) -> Result<Maker> {
        let signed = if signed.is_empty() {
            self.next.clear();
            (self.signer.scheme.canonical)(&found.url, &found.claims, &mut self.next)?;
            &self.next
        } else {
            signed
        };
        let mut maker = Maker::Stranger;
        for (at, key) in candidates(&self.signer.keys, found.claims.key_id.as_deref()) {
            maker = Maker::Nobody;
            if key.verify(signed, &found.signature, &mut self.scratch)? {
                return Ok(Maker::Key(at));
            }
        }
        Ok(maker)
    }

    /// Which key made what was inspected, and when that ends; nothing but the signature is judged.
    pub fn made_by(
        &mut self,
        visit: &Visit<'_>,
        found: &Inspection<'_>,
        signed: &[u8],
    ) -> Result<(Maker, Option<u64>)> {
        if found.encrypted {
            let opened = self.opened(visit, found, |at, _, found| (Maker::Key(at), found.claims.expires))?;
            return Ok(opened.unwrap_or_else(|maker| (maker, None)));
        }
        let maker = self.maker(found, signed)?;
        match &found.otherwise {
            Some(claims) if !matches!(maker, Maker::Key(_)) => {
                let other = Inspection { claims: claims.clone(), otherwise: None, ..found.clone() };
                Ok((self.maker(&other, &[])?, other.claims.expires))
            }
            _ => Ok((maker, found.claims.expires)),
        }
    }
}

/// Who made a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The key at this place of the signer.
    Key(usize),
    /// None of the keys that may have.
    Nobody,
    /// A key that is not here, by the id in the token.
    Stranger,
}

impl Maker {
    /// What the edge says where it was none of its keys.
    const fn refused(self) -> Verdict {
        match self {
            Self::Stranger => Verdict::UnknownKey,
            Self::Key(_) | Self::Nobody => Verdict::Mismatch,
        }
    }
}

pub(super) fn no_key() -> Error {
    Error::MissingKey("no signing key: pass --key, for instance --key env:NAME".into())
}

/// The keys that may have signed: all of them, or those that the token's key id does not rule out.
fn candidates<'k>(
    keys: &'k [(Option<String>, Box<dyn Key>)],
    wanted: Option<&'k str>,
) -> impl Iterator<Item = (usize, &'k dyn Key)> {
    let fits = move |id: &Option<String>| match (id, wanted) {
        (Some(id), Some(wanted)) => id == wanted,
        _ => true,
    };
    let numbered = keys.iter().enumerate();
    numbered.filter(move |(_, (id, _))| fits(id)).map(|(at, (_, key))| (at, &**key))
}

/// The answer to a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The signature is good and every claim that could be judged holds.
    Valid {
        /// When it ends.
        expires: Option<u64>,
        /// Signed claims on which the visit was silent.
        unchecked: Vec<Claim>,
    },
    /// Past its end.
    Expired {
        /// Since so many seconds.
        seconds: u64,
    },
    /// Before its beginning.
    NotYetValid {
        /// For so many seconds more.
        seconds: u64,
    },
    /// The signature is good, but not for this visit.
    Refused(Claim),
    /// The signature is not one of these keys'.
    Mismatch,
    /// The token names a key that is not here.
    UnknownKey,
    /// The named part is missing or cannot be read.
    Malformed(&'static str),
}

impl Verdict {
    /// Every word, in the order in which they are reached.
    pub const WORDS: [&'static str; 7] =
        ["malformed", "unknown key", "signature mismatch", "expired", "not yet valid", "refused", "valid"];

    /// The stable word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Valid { .. } => "valid",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not yet valid",
            Self::Refused(_) => "refused",
            Self::Mismatch => "signature mismatch",
            Self::UnknownKey => "unknown key",
            Self::Malformed(_) => "malformed",
        }
    }

    /// Whether the edge would serve it.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        matches!(self, Self::Valid { .. })
    }
}

/// Judges the claims of a token of which the signature is good: times, scope, address, country, method.
pub(super) fn judge(scheme: &Scheme, visit: &Visit<'_>, found: &Inspection<'_>) -> Verdict {
    let claims = &found.claims;
    if claims.expires_text.is_some() {
        return Verdict::Malformed("expires");
    }
    if let Some(verdict) = judge_times(scheme.until, claims, visit.now) {
        return verdict;
    }
    if !found.covers {
        return Verdict::Refused(claims.scope.claim());
    }
    let mut unchecked = Vec::new();
    for (claim, holds) in found.judged.iter().copied().chain(circumstances(claims, visit)) {
        match holds {
            Some(true) => {}
            Some(false) => return Verdict::Refused(claim),
            None if unchecked.contains(&claim) => {}
            None => unchecked.push(claim),
        }
    }
    Verdict::Valid { expires: claims.expires, unchecked }
}

fn judge_times(until: Until, claims: &Claims<'_>, now: u64) -> Option<Verdict> {
    if let Some(expires) = claims.expires
        && until.is_past(expires, now)
    {
        return Some(Verdict::Expired { seconds: now - expires });
    }
    let begins = claims.not_before.filter(|begins| now < *begins)?;
    Some(Verdict::NotYetValid { seconds: begins - now })
}

impl Until {
    /// Whether an expiry is over.
    #[must_use]
    pub const fn is_past(self, expires: u64, now: u64) -> bool {
        match self {
            Self::Before => now >= expires,
            Self::Through => now > expires,
        }
    }
}

/// Each claim about the visitor that is signed, and whether it holds; `None` where the visit is silent.
fn circumstances(claims: &Claims<'_>, visit: &Visit<'_>) -> impl Iterator<Item = (Claim, Option<bool>)> {
    let judged = |claim, signed: Option<&str>, actual: Option<&str>, holds: fn(&str, &str) -> bool| {
        signed.map(|signed| (claim, actual.map(|actual| holds(signed, actual))))
    };
    [
        judged(Claim::Ip, claims.ip.as_deref(), visit.ip, ip_within),
        judged(Claim::Countries, claims.countries.as_deref(), visit.country, among),
        judged(Claim::Countries, claims.blocked.as_deref(), visit.country, |list, one| !among(list, one)),
        judged(Claim::Method, claims.method, visit.method, |signed, actual| signed == actual),
    ]
    .into_iter()
    .flatten()
}

impl super::Scope<'_> {
    /// The claim that this scope is.
    #[must_use]
    pub const fn claim(&self) -> Claim {
        match self {
            Self::Url | Self::Prefix(_) => Claim::Prefix,
            Self::Globs(_) => Claim::Globs,
            Self::Regex(_) => Claim::Regex,
        }
    }

    /// Its text, where it has one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Url => None,
            Self::Prefix(text) | Self::Globs(text) | Self::Regex(text) => Some(Cow::as_ref(text)),
        }
    }
}
