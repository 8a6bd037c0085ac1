//! The search: the link as it is, then one change at a time, then two.

use super::{
    Cause, Diagnosis, Question, causes, evidence,
    guess::{Guess, Outcome, Reading, Trials},
    keys::Entry,
    link, signer, times,
    variant::{Slot, Variant},
};
use crate::{
    error::{Error, Result},
    sign::{Claims, Form, Params, Scope, Signer, Url, Verdict},
};
use std::rc::Rc;

/// Signatures that a search may compute; a verification with RSA takes some 20 microseconds.
const SIGNATURES: usize = 12_000;
/// Pairs that are looked at.
const PAIRS: usize = 60_000;
/// A signature shorter than this says too little for a beginning of it to prove anything.
const SHORTEST: usize = 8;

/// Looks for the cause.
pub fn diagnose(question: &Question<'_>) -> Result<Diagnosis> {
    let mut trials = Trials::new(question);
    let (guess, mut outcome) = in_force(question, &mut trials)?;
    if broken(question.link) {
        outcome = Outcome::Unreadable("URL");
    }
    let usable = trials.usable(&guess);
    let checks = evidence::checks(guess.scheme, usable, &outcome);
    let verdict = verdict(&outcome);
    let mut diagnosis = Diagnosis { scheme: guess.scheme, verdict, cause: None, checks, searched: 0 };
    if let Outcome::Match { verdict, times, .. } = &outcome {
        let cause = times::cause(question, guess.scheme, verdict, *times);
        if verdict.is_valid() && cause.is_some() {
            diagnosis.verdict = Verdict::Malformed("time");
        }
        diagnosis.cause = cause.map(|(id, evidence)| Cause { row: causes::row_of(id), evidence });
        diagnosis.searched = trials.searched;
        return Ok(diagnosis);
    }
    let mut cut = false;
    diagnosis.cause = explained(&guess, &outcome, &mut trials, &mut cut);
    if let (None, Outcome::Silent(text)) = (&diagnosis.cause, &outcome) {
        return Err(Error::MissingClaim(text));
    }
    diagnosis.checks.push(evidence::search(&trials, diagnosis.cause.is_some(), cut));
    diagnosis.searched = trials.searched;
    Ok(diagnosis)
}

/// Whether no client could ask for this: a control character, or a blank before the path.
fn broken(link: &str) -> bool {
    let authority = link.find("://").map_or(0, |mark| mark + 3);
    let path = link[authority..].find('/').map_or(link.len(), |slash| authority + slash);
    link.contains(char::is_control) || link[..path].contains(char::is_whitespace)
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Match { verdict, .. } => verdict.clone(),
        Outcome::Unreadable(part) => Verdict::Malformed(part),
        Outcome::UnknownKey => Verdict::UnknownKey,
        _ => Verdict::Mismatch,
    }
}

/// The scheme in force and what it says: the one that was named, else the first that fits, and one that
/// matches before one that does not.
fn in_force(question: &Question<'_>, trials: &mut Trials<'_>) -> Result<(Guess, Outcome)> {
    let guesses = question.schemes.iter().map(|(scheme, settings)| {
        let entry = |(id, secret): &(Option<String>, crate::secret::Secret)| Entry {
            id: id.clone(),
            bytes: secret.expose().to_vec().into(),
            decoded: false,
            other: None,
        };
        let settings = Rc::new(settings.clone());
        Guess {
            link: question.link.to_owned(),
            scheme,
            maker: scheme,
            read: settings.clone(),
            made: settings,
            url: None,
            claims: None,
            text: None,
            signature: None,
            ring: Rc::new(question.ring.iter().map(entry).collect()),
            accepted: question.accepted,
            any_key: false,
            ip: question.ip.map(str::to_owned),
            method: question.method.map(str::to_owned),
        }
    });
    let mut best: Option<(Likeness, Guess, Outcome)> = None;
    for (at, guess) in guesses.enumerate() {
        let outcome = trials.attempt(&guess);
        let (guess, outcome) = match outcome {
            Outcome::Unreadable(_) => adopted(guess, outcome, trials),
            outcome => (guess, outcome),
        };
        if at == 0 && question.named {
            return Ok((guess, outcome));
        }
        let likeness = likeness(at, &guess, &outcome, trials);
        if best.as_ref().is_none_or(|(other, ..)| likeness < *other) {
            best = Some((likeness, guess, outcome));
        }
    }
    best.map(|(_, guess, outcome)| (guess, outcome))
        .ok_or_else(|| Error::Usage("no scheme takes these params; see `stratos signed schemes`".into()))
}

/// A setting that nobody gave and without which the link cannot be read is taken from the link.
fn adopted(guess: Guess, outcome: Outcome, trials: &mut Trials<'_>) -> (Guess, Outcome) {
    let given = |name: &str| guess.read.iter().any(|(given, _)| given == name);
    let free = guess.scheme.params.iter().filter(|param| !given(param.name));
    let mut best: Option<(Guess, Outcome)> = None;
    for (param, value) in free.flat_map(|param| param.values.iter().skip(1).map(move |value| (param, value)))
    {
        let mut settings = (*guess.read).clone();
        settings.push((param.name.to_owned(), (*value).to_owned()));
        let settings = Rc::new(settings);
        let other = Guess { read: settings.clone(), made: settings, ..guess.clone() };
        if !trials.read(&other).is_some_and(|reading| reading.fits()) {
            continue;
        }
        let outcome = trials.attempt(&other);
        if matches!(outcome, Outcome::Match { .. }) {
            return (other, outcome);
        }
        // The same text may be read with several values; the key tells which.
        if best.is_none() || !trials.usable(&guess) && trials.usable(&other) {
            best = Some((other, outcome));
        }
    }
    best.unwrap_or((guess, outcome))
}

/// How far a scheme is from having made the link: the smaller, the likelier.
type Likeness = (u8, std::cmp::Reverse<usize>, bool, bool);

fn likeness(at: usize, guess: &Guess, outcome: &Outcome, trials: &mut Trials<'_>) -> Likeness {
    let fits = trials.read(guess).is_some_and(|reading| reading.fits());
    let usable = trials.usable(guess);
    let names = guess.scheme.reserved.iter().filter(|name| guess.link.contains(&format!("{name}="))).count();
    let (rank, mended) = match outcome {
        _ if at == 0 && fits => (0, true),
        Outcome::Match { verdict, .. } if verdict.is_valid() => (1, true),
        Outcome::Match { .. } => (2, true),
        Outcome::Silent(_) => (4, true),
        Outcome::Unreadable(_) => (6, mended(guess, trials)),
        _ if fits => (3, true),
        _ => (5, true),
    };
    (rank, std::cmp::Reverse(if rank < 5 { 0 } else { names }), !mended, !usable)
}

/// Whether the scheme can read the link once one damage is taken back.
fn mended(guess: &Guess, trials: &Trials<'_>) -> bool {
    let variants = link::variants(guess, None, &[]);
    variants.iter().any(|variant| trials.read(&variant.applied(guess)).is_some_and(|reading| reading.fits()))
}

impl Reading {
    /// Whether the signature has the shape it should have.
    fn fits(&self) -> bool {
        self.shape.is_none_or(|(spelling, bytes)| {
            let decoded = spelling.decode(&self.signature);
            decoded.is_some_and(|decoded| bytes.is_none_or(|bytes| bytes == decoded.len()))
        })
    }
}

fn explained(guess: &Guess, outcome: &Outcome, trials: &mut Trials<'_>, cut: &mut bool) -> Option<Cause> {
    let reading = trials.read(guess);
    let singles = variants(guess, reading.as_ref(), trials);
    if let Some(cause) = single(guess, reading.as_ref(), &singles, trials) {
        return Some(cause);
    }
    if matches!(outcome, Outcome::Unreadable(_))
        && let Some(evidence) = mangled(guess, trials.question.now)
    {
        return Some(Cause { row: causes::row_of("url.shell-mangled"), evidence });
    }
    pair(guess, reading.as_ref(), &singles, trials, cut)
}

/// Every change of this guess, the preferred first.
fn variants(guess: &Guess, reading: Option<&Reading>, trials: &mut Trials<'_>) -> Vec<Variant> {
    let mut all = link::variants(guess, reading, trials.question.hosts);
    all.extend(signer::variants(guess, reading, trials));
    all.sort_by_key(Variant::rank);
    all
}

/// The first change that makes the signature match; one that makes the whole link valid goes before.
fn single(
    guess: &Guess,
    reading: Option<&Reading>,
    singles: &[Variant],
    trials: &mut Trials<'_>,
) -> Option<Cause> {
    let truncated = reading.and_then(|reading| truncated(guess, reading, trials));
    let mut found: Option<Cause> = None;
    for variant in singles {
        if truncated.is_some() && variant.rank() > causes::rank("signature.truncated") {
            break;
        }
        let outcome = trials.attempt(&variant.applied(guess));
        let Outcome::Match { verdict, .. } = &outcome else { continue };
        let evidence = evidence::matched(&[variant], &outcome);
        let cause = Cause { row: causes::row_of(variant.cause), evidence };
        if verdict.is_valid() {
            return Some(cause);
        }
        found = found.or(Some(cause));
    }
    let cut_short = |evidence| Cause { row: causes::row_of("signature.truncated"), evidence };
    found.or_else(|| truncated.map(cut_short))
}

/// Whether the signature given is the beginning of the one due.
fn truncated(guess: &Guess, reading: &Reading, trials: &mut Trials<'_>) -> Option<String> {
    let given = &reading.signature;
    if given.len() < SHORTEST {
        return None;
    }
    let due = trials.signed(guess, &reading.text)?;
    let begins = due.len() > given.len() && due.starts_with(given);
    begins.then(|| {
        format!(
            "recomputed: the {} characters given are the first of the {} that are due",
            given.len(),
            due.len()
        )
    })
}

/// Whether the link is what a shell leaves: no `&`, and the parameter that the scheme writes first, alone.
fn mangled(guess: &Guess, now: u64) -> Option<String> {
    let url = Url::parse(&guess.link).ok()?;
    let query = url.query.as_deref().filter(|query| !query.contains('&'))?;
    let (name, value) = query.split_once('=')?;
    if value.is_empty() {
        return None;
    }
    // What is first stands in a sample: the settings may name it.
    let names = samples(now).into_iter().find_map(|claims| {
        let written = sample(guess, claims)?;
        let (_, query) = written.split_once('?')?;
        let names = query.split('&').map(|piece| piece.split('=').next().unwrap_or_default().to_owned());
        let names: Vec<String> = names.collect();
        (names.len() > 1 && names[0] == name).then_some(names)
    })?;
    let missing = names[1..].join(", ");
    Some(format!("the link ends with its first parameter, {name}; {missing} would follow behind an &"))
}

/// Claims of the kinds that lead to other first parameters.
fn samples(now: u64) -> Vec<Claims<'static>> {
    let plain = Claims {
        expires: Some(now.saturating_add(60)),
        issued: Some(now),
        key_id: Some("1".into()),
        nonce: Some("0"),
        form: Form::Query,
        ..Claims::default()
    };
    let prefix = Claims { scope: Scope::Prefix("/v/".into()), ..plain.clone() };
    let starts = Claims { not_before: Some(now), ..plain.clone() };
    let address = Claims { ip: Some("192.0.2.1".into()), ..plain.clone() };
    vec![plain, prefix, starts, address]
}

/// A link as the scheme writes one, with a signature that is none.
fn sample(guess: &Guess, claims: Claims<'_>) -> Option<String> {
    let pairs = super::guess::borrowed(&guess.made);
    let claims = Claims { params: Params(&pairs), ..claims };
    let signer = Signer { scheme: guess.scheme, keys: Vec::new() };
    let mut seal = signer.seal();
    let link = Url::parse(&guess.link).ok()?;
    let url = Url { query: None, ..link };
    (guess.scheme.canonical)(&url, &claims, &mut seal.canonical).ok()?;
    seal.signature = b"0".repeat(64);
    let mut out = Vec::new();
    (guess.scheme.assemble)(&url, &claims, &seal, &mut out).ok()?;
    String::from_utf8(out).ok()
}

/// Two changes of different kinds. The cause is the preferred one of the two, the evidence names both.
fn pair(
    guess: &Guess,
    reading: Option<&Reading>,
    singles: &[Variant],
    trials: &mut Trials<'_>,
    cut: &mut bool,
) -> Option<Cause> {
    let mut looked = 0;
    for first in singles {
        let changed = first.applied(guess);
        let again;
        let seconds = if first.slot == Slot::Link || reading.is_none() {
            let reading = trials.read(&changed);
            again = variants(&changed, reading.as_ref(), trials);
            &again
        } else {
            singles
        };
        for second in seconds {
            let other = second.slot > first.slot
                || first.slot == Slot::Link && second.slot == Slot::Link && second.rank() > first.rank();
            if !other {
                continue;
            }
            looked += 1;
            if looked > PAIRS || trials.searched > SIGNATURES {
                *cut = true;
                return None;
            }
            let outcome = trials.attempt(&second.applied(&changed));
            if matches!(outcome, Outcome::Match { .. }) {
                let cause = if first.rank() <= second.rank() { first } else { second };
                let evidence = evidence::matched(&[first, second], &outcome);
                return Some(Cause { row: causes::row_of(cause.cause), evidence });
            }
        }
    }
    None
}
