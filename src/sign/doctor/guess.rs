//! A guess: what is assumed of the link, its signer and the request; and the recomputing that proves it.

use super::{
    Question,
    digest::{self, Other},
    keys::{Bench, Entry, written},
};
use crate::{
    error::{Error, Result},
    sign::{
        Claims, Inspection, Params, Scheme, Spelling, Url, Verdict, Visit, seal::judge, text::plain_number,
    },
};
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

/// Names and values.
pub type Settings = Rc<Vec<(String, String)>>;
/// Another URL than the one that was read.
pub type UrlEdit = Rc<dyn Fn(&Url<'_>) -> Option<Url<'static>>>;
/// Other claims than those that were read; false when nothing changes.
pub type ClaimsEdit = Rc<dyn Fn(&mut Claims<'_>) -> bool>;
/// Other bytes: of the signed text, or of the signature as written.
pub type BytesEdit = Rc<dyn Fn(&[u8]) -> Option<Vec<u8>>>;

/// Everything that a variant may change.
#[derive(Clone)]
pub struct Guess {
    /// The link as it was visited.
    pub link: String,
    /// The scheme that reads the link.
    pub scheme: &'static Scheme,
    /// The scheme that made the text and the signature.
    pub maker: &'static Scheme,
    /// The settings with which the link is read.
    pub read: Settings,
    /// The settings with which it was signed.
    pub made: Settings,
    /// The URL that was signed.
    pub url: Option<UrlEdit>,
    /// The claims that were signed.
    pub claims: Option<ClaimsEdit>,
    /// The text that was signed.
    pub text: Option<BytesEdit>,
    /// The signature that is due.
    pub signature: Option<BytesEdit>,
    /// The keys, in the order of the ring.
    pub ring: Rc<Vec<Entry>>,
    /// How many of them verify, where that is known.
    pub accepted: Option<usize>,
    /// Whether any key of the ring will do, whatever its place and id.
    pub any_key: bool,
    /// The visitor's address.
    pub ip: Option<String>,
    /// The method of the request.
    pub method: Option<String>,
}

/// What came of a guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The link cannot be read: the part that is missing or malformed.
    Unreadable(&'static str),
    /// What the signature covers is not known.
    Silent(&'static str),
    /// The guess does not apply.
    Void,
    /// The same text, signature and key as before.
    Again,
    /// Another signature.
    Mismatch,
    /// The link names a key that is not in the ring.
    UnknownKey,
    /// The signature is this key's.
    Match {
        /// What the edge says to the rest.
        verdict: Verdict,
        /// Which key.
        key: usize,
        /// What the link says of times.
        times: Times,
    },
}

/// The times of a link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Not after.
    pub expires: Option<u64>,
    /// Not before.
    pub not_before: Option<u64>,
    /// Minted.
    pub issued: Option<u64>,
}

impl Times {
    fn of(claims: &Claims<'_>) -> Self {
        let written = claims.expires_text.as_deref().and_then(plain_number);
        Self { expires: claims.expires.or(written), not_before: claims.not_before, issued: claims.issued }
    }
}

/// What a link says, where it can be read: enough to make variants of it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The text that is signed, as far as it is known.
    pub text: Vec<u8>,
    /// The URL that is signed.
    pub url: Url<'static>,
    /// The signature as written.
    pub signature: Vec<u8>,
    /// How it should be spelled.
    pub shape: Option<(Spelling, Option<usize>)>,
    /// Which key it names.
    pub key_id: Option<String>,
    /// Its times.
    pub times: Times,
    /// The scope's text.
    pub scope: Option<String>,
    /// Whether an address is signed.
    pub ip: Option<String>,
}

/// Recomputes guesses and counts them.
pub struct Trials<'q> {
    /// What was asked.
    pub question: &'q Question<'q>,
    bench: Bench,
    seen: HashSet<u64>,
    /// The construction of the scheme's own key, once it was found.
    own: Option<Option<Other>>,
    /// How many signatures were computed.
    pub searched: usize,
}

impl<'q> Trials<'q> {
    /// Nothing has been tried yet.
    pub fn new(question: &'q Question<'q>) -> Self {
        Self { question, bench: Bench::default(), seen: HashSet::new(), own: None, searched: 0 }
    }

    /// Reads the link as the guess has it.
    pub fn read(&self, guess: &Guess) -> Option<Reading> {
        let pairs = borrowed(&guess.read);
        let visit = visit(self.question, guess, &pairs).ok()?;
        let mut text = Vec::new();
        let found = (guess.scheme.inspect)(&visit, &mut text).ok()?;
        if text.is_empty() && !found.encrypted {
            (guess.scheme.canonical)(&found.url, &found.claims, &mut text).ok();
        }
        Some(Reading {
            text,
            url: owned(&found.url),
            signature: found.signature.to_vec(),
            shape: found.shape,
            key_id: found.claims.key_id.as_deref().map(str::to_owned),
            times: Times::of(&found.claims),
            scope: found.claims.scope.text().map(str::to_owned),
            ip: found.claims.ip.as_deref().map(str::to_owned),
        })
    }

    /// What a key of the ring makes of the text that this guess signs: for comparing a part.
    pub fn signed(&mut self, guess: &Guess, text: &[u8]) -> Option<Vec<u8>> {
        let key = self.bench.key(guess.maker, &guess.made, guess.ring.first()?)?;
        let mut out = Vec::new();
        self.searched += 1;
        key.sign(text, &mut out).ok()?;
        Some(out)
    }

    /// How the scheme's key mixes secret and text, where that is a plain digest or HMAC.
    pub fn own(&mut self, guess: &Guess, reading: &Reading) -> Option<Other> {
        if self.own.is_none() {
            let entry = guess.ring.iter().find(|entry| entry.other.is_none())?;
            let secret = written(guess.maker, entry)?;
            let (spelling, _) = reading.shape?;
            let signature = self.signed(guess, &reading.text);
            let found = signature.and_then(|signature| {
                let salts = digest::salts(guess.maker, &guess.made);
                digest::own(&secret, &salts, &reading.text, &signature, spelling)
            });
            self.own = Some(found);
        }
        self.own.flatten()
    }

    /// Whether the first key of the ring can be used at all.
    pub fn usable(&mut self, guess: &Guess) -> bool {
        guess.ring.iter().any(|entry| self.bench.key(guess.maker, &guess.made, entry).is_some())
    }

    /// Recomputes.
    pub fn attempt(&mut self, guess: &Guess) -> Outcome {
        let pairs = borrowed(&guess.read);
        let Ok(visit) = visit(self.question, guess, &pairs) else { return Outcome::Unreadable("URL") };
        let mut text = Vec::new();
        match (guess.scheme.inspect)(&visit, &mut text) {
            Ok(found) if found.encrypted => self.open(guess, &visit, &found),
            Ok(found) => match (self.check(guess, &visit, &found, text), &found.otherwise) {
                (matched @ Outcome::Match { .. }, _) | (matched, None) => matched,
                (outcome, Some(claims)) => {
                    let other = Inspection { claims: claims.clone(), otherwise: None, ..found.clone() };
                    match self.check(guess, &visit, &other, Vec::new()) {
                        matched @ Outcome::Match { .. } => matched,
                        _ => outcome,
                    }
                }
            },
            Err(error) => failed(error),
        }
    }

    fn check(
        &mut self,
        guess: &Guess,
        visit: &Visit<'_>,
        found: &Inspection<'_>,
        carried: Vec<u8>,
    ) -> Outcome {
        let texts = match made(guess, found, carried) {
            Ok(texts) => texts,
            Err(outcome) => return outcome,
        };
        let signature = match &guess.signature {
            Some(edit) => edit(&found.signature),
            None => Some(found.signature.to_vec()),
        };
        let Some(signature) = signature else { return Outcome::Void };
        let mut best = Outcome::Void;
        for text in texts {
            let text = match &guess.text {
                Some(edit) => edit(&text),
                None => Some(text),
            };
            let Some(text) = text else { continue };
            best = self.compare(guess, visit, found, &text, &signature);
            if matches!(best, Outcome::Match { .. }) {
                return best;
            }
        }
        best
    }

    /// Asks the keys.
    fn compare(
        &mut self,
        guess: &Guess,
        visit: &Visit<'_>,
        found: &Inspection<'_>,
        text: &[u8],
        signature: &[u8],
    ) -> Outcome {
        let mut outcome = Outcome::UnknownKey;
        for at in candidates(guess, found.claims.key_id.as_deref()) {
            if outcome == Outcome::UnknownKey {
                outcome = Outcome::Again;
            }
            let mark = mark(guess, at, text, signature);
            if !self.seen.insert(mark) {
                continue;
            }
            let Some(key) = self.bench.key(guess.maker, &guess.made, &guess.ring[at]) else {
                outcome = Outcome::Mismatch;
                continue;
            };
            self.searched += 1;
            if let Ok(true) = key.verify(text, signature, &mut Vec::new()) {
                // The same match may be asked for again, as part of a pair.
                self.seen.remove(&mark);
                let verdict = judge(guess.scheme, visit, found);
                return Outcome::Match { verdict, key: at, times: Times::of(&found.claims) };
            }
            outcome = Outcome::Mismatch;
        }
        outcome
    }

    fn open(&mut self, guess: &Guess, visit: &Visit<'_>, sealed: &Inspection<'_>) -> Outcome {
        if guess.url.is_some() || guess.claims.is_some() || guess.text.is_some() {
            return Outcome::Void;
        }
        let signature = match &guess.signature {
            Some(edit) => edit(&sealed.signature),
            None => Some(sealed.signature.to_vec()),
        };
        let Some(signature) = signature else { return Outcome::Void };
        let mut outcome = Outcome::UnknownKey;
        for at in candidates(guess, sealed.claims.key_id.as_deref()) {
            outcome = Outcome::Mismatch;
            let Some(key) = self.bench.key(guess.maker, &guess.made, &guess.ring[at]) else { continue };
            let mut opened = Vec::new();
            self.searched += 1;
            if !matches!(key.open(&signature, &mut opened), Ok(true)) {
                continue;
            }
            let visit = Visit { opened: Some(&opened), ..visit.clone() };
            return match (guess.scheme.inspect)(&visit, &mut Vec::new()) {
                Ok(found) => Outcome::Match {
                    verdict: judge(guess.scheme, &visit, &found),
                    key: at,
                    times: Times::of(&found.claims),
                },
                Err(error) => failed(error),
            };
        }
        outcome
    }
}

fn visit<'v>(
    question: &'v Question<'_>,
    guess: &'v Guess,
    pairs: &'v [(&'v str, &'v str)],
) -> Result<Visit<'v>> {
    let link = guess.link.split_once('#').map_or(&*guess.link, |(link, _)| link);
    Ok(Visit {
        url: Url::parse(link)?,
        now: question.now,
        ip: guess.ip.as_deref(),
        country: question.country,
        method: guess.method.as_deref(),
        headers: question.headers,
        params: Params(pairs),
        opened: None,
    })
}

fn failed(error: Error) -> Outcome {
    match error {
        Error::Malformed(part) => Outcome::Unreadable(part),
        Error::MissingClaim(text) => Outcome::Silent(text),
        _ => Outcome::Void,
    }
}

/// The texts that the guess's signer may have made of what was found. A text that the link carries is that one;
/// another URL stands in it in the place of the one that was read, also where the scheme would refuse or mend it.
fn made(
    guess: &Guess,
    found: &Inspection<'_>,
    carried: Vec<u8>,
) -> std::result::Result<Vec<Vec<u8>>, Outcome> {
    let rebuilt = carried.is_empty();
    if !rebuilt && (guess.claims.is_some() || guess.maker.id != guess.scheme.id) {
        return Err(Outcome::Void);
    }
    let pairs = borrowed(&guess.made);
    let mut claims = Claims { params: Params(&pairs), ..found.claims.clone() };
    if let Some(edit) = &guess.claims
        && !edit(&mut claims)
    {
        return Err(Outcome::Void);
    }
    let canonical = |url: &Url<'_>| {
        let mut text = Vec::new();
        (guess.maker.canonical)(url, &claims, &mut text).map(|()| text)
    };
    let Some(edit) = &guess.url else {
        return if rebuilt {
            canonical(&found.url).map(|text| vec![text]).map_err(failed)
        } else {
            Ok(vec![carried])
        };
    };
    let edited = edit(&found.url).ok_or(Outcome::Void)?;
    let mut texts = Vec::new();
    let plain = if rebuilt { canonical(&found.url).ok() } else { Some(carried) };
    texts.extend(rebuilt.then(|| canonical(&edited).ok()).flatten());
    texts.extend(plain.and_then(|plain| substituted(&plain, &found.url, &edited)));
    Ok(texts)
}

/// The text with one URL in the place of another: whole, from the path on, or its path alone.
fn substituted(text: &[u8], url: &Url<'_>, other: &Url<'_>) -> Option<Vec<u8>> {
    let target = |url: &Url<'_>| Url { origin: "".into(), ..url.borrowed() }.to_string();
    let pairs = [
        (url.to_string(), other.to_string()),
        (target(url), target(other)),
        (url.path.to_string(), other.path.to_string()),
    ];
    let (from, to) = pairs
        .into_iter()
        .find(|(from, _)| from.len() > 1 && memchr::memmem::find_iter(text, from).count() == 1)?;
    let at = memchr::memmem::find(text, from.as_bytes())?;
    Some([&text[..at], to.as_bytes(), &text[at + from.len()..]].concat())
}

/// The keys that this guess asks: those that verify and that the link's key id does not rule out, or all the
/// others. Where it is not known how many verify, it is one.
fn candidates(guess: &Guess, wanted: Option<&str>) -> Vec<usize> {
    let fits = |entry: &Entry| match (&entry.id, wanted) {
        (Some(id), Some(wanted)) => id == wanted,
        _ => true,
    };
    let asked: Vec<usize> = match guess.accepted {
        Some(accepted) => (0..guess.ring.len().min(accepted)).filter(|at| fits(&guess.ring[*at])).collect(),
        None => guess.ring.iter().position(fits).into_iter().collect(),
    };
    if guess.any_key { (0..guess.ring.len()).filter(|at| !asked.contains(at)).collect() } else { asked }
}

fn mark(guess: &Guess, key: usize, text: &[u8], signature: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    signature.hash(&mut hasher);
    guess.ring[key].hash(&mut hasher);
    guess.maker.id.hash(&mut hasher);
    guess.made.hash(&mut hasher);
    hasher.finish()
}

/// Settings as [`Params`] wants them.
pub fn borrowed(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The URL with text of its own.
pub fn owned(url: &Url<'_>) -> Url<'static> {
    Url {
        origin: url.origin.clone().into_owned().into(),
        path: url.path.clone().into_owned().into(),
        query: url.query.as_ref().map(|query| query.clone().into_owned().into()),
    }
}
