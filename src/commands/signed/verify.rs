//! `stratos signed verify <url>… | -`: what the edge should say. A verdict is a result, not a failure.

mod judge;
mod known;

use self::judge::Judge;
use super::{
    Choice,
    bulk::{Jobs, claim},
    claims,
    keys::{Named, Ring},
    records::Records,
    stream::Stream,
    verdict::{BAD, COLUMNS, Checked, Streamed, Verdicts},
    visit::{Asking, Candidate, Scene, WANTS, candidates, fitting},
};
use crate::{
    context::Context,
    error::{Error, Result},
    report::Report,
    sign::{Inspection, Params, Seal, Signer, Verdict, Visit},
};
use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// The flags of verifying.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Signed URLs; - reads a list from stdin, one a line or as --input says
    #[arg(value_name = "URL", required = true)]
    urls: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    /// Verifying key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin; repeatable
    #[arg(long = "key", value_name = "REF", help_heading = "Key")]
    keys: Vec<String>,
    /// Verifying key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true, help_heading = "Key")]
    secret: Option<String>,
    /// The id of a key, in the order of --key; a key without one is tried for every URL
    #[arg(long = "key-id", value_name = "ID", help_heading = "Key")]
    key_ids: Vec<String>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    records: Records,
    #[command(flatten)]
    jobs: Jobs,
}

impl Verify {
    /// Verifies; streams when a list is read.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let dashes = self.urls.iter().filter(|url| *url == "-").count();
        if dashes > 0 && self.urls.len() > 1 {
            return Err(Error::Usage("- reads the whole list from stdin; give it alone".into()));
        }
        let named = Named { references: self.keys, literal: self.secret, ids: self.key_ids };
        named.check(dashes > 0)?;
        let stream = Stream {
            records: &self.records,
            jobs: &self.jobs,
            wants: &WANTS,
            columns: COLUMNS,
            given: "url",
            words: ["verifying", "verified"],
        };
        stream.check(dashes > 0, cx)?;
        self.asking.taking(&self.records.taken(&WANTS)?)?;
        let profile = cx.profile()?;
        let scene = self.asking.scene(&profile, cx)?;
        let candidates = candidates(self.choice.scheme.as_deref(), &self.choice.params, &profile, cx)?;
        let own_id = profile.key_id.as_deref();
        let mut ring = Ring::new(named);
        let mut signer = |candidate: &Candidate, cx: &mut Context<'_>| {
            let pairs = claims::pairs(&candidate.settings);
            let id = own_id.filter(|_| candidate.scheme.id == profile.scheme.value);
            ring.signer(candidate.scheme, Params(&pairs), id, cx)
        };
        if dashes == 0 {
            let needed = needed(&self.urls, &scene, &candidates);
            let bench = Bench::set(&candidates, |at, candidate| {
                if needed.contains(&at) { Some(signer(candidate, cx)) } else { None }
            })?;
            return bench.report(&self.urls, &scene, cx);
        }
        claim(cx)?;
        let bench = Bench::set(&candidates, |_, candidate| Some(signer(candidate, cx)))?;
        bench.stream(&stream, &scene, cx)
    }
}

/// The candidates that one of the URLs fits; the first one where a URL fits none.
fn needed(urls: &[String], scene: &Scene, candidates: &[Candidate]) -> Vec<usize> {
    let headers = scene.headers();
    let fits = urls.iter().flat_map(|url| {
        let fits = fitting(url, scene, &headers, candidates);
        if fits.is_empty() { vec![0] } else { fits }
    });
    fits.collect()
}

/// Candidates with their signers.
struct Bench<'a> {
    candidates: &'a [Candidate],
    /// The settings of each, borrowed as a visit wants them.
    pairs: Vec<Vec<(&'a str, &'a str)>>,
    signers: Vec<Option<Result<Signer>>>,
}

/// What one thread verifies with: the seal of each candidate that has a signer.
type Seals<'b> = Vec<Option<Seal<'b>>>;

impl<'a> Bench<'a> {
    /// Prepares keys. One that the preferred scheme lacks is an error at once; another scheme's is an
    /// error when a URL turns out to want it.
    fn set(
        candidates: &'a [Candidate],
        mut signer: impl FnMut(usize, &Candidate) -> Option<Result<Signer>>,
    ) -> Result<Self> {
        let mut signers: Vec<Option<Result<Signer>>> = Vec::new();
        for (at, candidate) in candidates.iter().enumerate() {
            signers.push(signer(at, candidate));
        }
        let usable = signers.iter().flatten().any(Result::is_ok);
        if !usable && let Some(failure) = signers.iter_mut().find_map(Option::take) {
            failure?;
        }
        let pairs = candidates.iter().map(|candidate| claims::pairs(&candidate.settings)).collect();
        Ok(Self { candidates, pairs, signers })
    }

    fn seals(&self) -> Seals<'_> {
        self.signers.iter().map(|signer| signer.as_ref()?.as_ref().ok().map(Signer::seal)).collect()
    }

    fn visit<'v>(&'v self, url: &'v str, asked: &'v Asked<'v>, at: usize) -> Result<Visit<'v>> {
        asked.scene.visit(url, &asked.headers, Params(&self.pairs[at]))
    }

    /// The verdict on one URL, by the first candidate that it fits.
    fn check<'u>(
        &self,
        url: &'u str,
        asked: &Asked<'_>,
        seals: &mut Seals<'_>,
    ) -> Result<(Checked<'u>, usize)> {
        let mut signed = Vec::new();
        for (at, candidate) in self.candidates.iter().enumerate() {
            let Ok(visit) = self.visit(url, asked, at) else { continue };
            signed.clear();
            // Lent, not handed on: it is large, and this runs for every line of a list.
            match (candidate.scheme.inspect)(&visit, &mut signed) {
                Ok(found) if found.fits() => {
                    return Ok((self.weigh(url, at, seals, &visit, &found, &signed)?, at));
                }
                _ => {}
            }
        }
        let fits = fitting(url, asked.scene, &asked.headers, self.candidates);
        let at = fits.first().copied().unwrap_or(0);
        signed.clear();
        let checked = match self.visit(url, asked, at) {
            Ok(visit) => {
                self.signer(at)?;
                match (self.candidates[at].scheme.inspect)(&visit, &mut signed) {
                    Ok(found) => self.weigh(url, at, seals, &visit, &found, &signed)?,
                    Err(Error::Malformed(part)) => self.checked(url, at, Verdict::Malformed(part)),
                    Err(error) => return Err(error),
                }
            }
            Err(_) => self.checked(url, at, Verdict::Malformed("URL")),
        };
        Ok((checked, at))
    }

    /// The verdict on what was found, and the times that the signature vouches for.
    fn weigh<'u>(
        &self,
        url: &'u str,
        at: usize,
        seals: &mut Seals<'_>,
        visit: &Visit<'_>,
        found: &Inspection<'_>,
        signed: &[u8],
    ) -> Result<Checked<'u>> {
        self.signer(at)?;
        let seal = seals[at].as_mut().expect("a signer has its seal");
        let checked = self.checked(url, at, seal.weigh(visit, found, signed)?);
        if checked.vouched() && !found.encrypted {
            let (expires, not_before) = (found.claims.expires, found.claims.not_before);
            return Ok(Checked { expires, not_before, ..checked });
        }
        Ok(checked)
    }

    fn checked<'u>(&self, url: &'u str, at: usize, verdict: Verdict) -> Checked<'u> {
        let scheme = self.candidates[at].scheme.id;
        Checked { url: url.into(), scheme, verdict, expires: None, not_before: None }
    }

    fn signer(&self, at: usize) -> Result<&Signer> {
        match &self.signers[at] {
            Some(Ok(signer)) => Ok(signer),
            Some(Err(error)) => Err(again(error)),
            None => Err(Error::Software("a signer was wanted that nobody asked for".into())),
        }
    }

    /// Another scheme with the same layout under which the signature would be good. A hint for people: the
    /// verdict stays that of the scheme in force.
    fn sibling(&self, url: &str, asked: &Asked<'_>, not: usize) -> Option<(&'static str, bool)> {
        let others =
            fitting(url, asked.scene, &asked.headers, self.candidates).into_iter().filter(|at| *at != not);
        let matches = |at: &usize| {
            let verdict = self.signer(*at).ok()?.seal().verify(&self.visit(url, asked, *at).ok()?).ok()?;
            let checked = self.checked(url, *at, verdict);
            Some((checked.scheme, checked.vouched()))
        };
        let mut seen: Vec<_> = others.filter_map(|at| matches(&at)).collect();
        seen.sort_by_key(|(_, good)| !good);
        seen.into_iter().next()
    }

    fn report(&self, urls: &[String], scene: &Scene, cx: &Context<'_>) -> Result<Box<dyn Report>> {
        let (mut all, mut seals, asked) = (Vec::new(), self.seals(), Asked::of(scene));
        for url in urls {
            let (checked, at) = self.check(url, &asked, &mut seals)?;
            if checked.verdict == Verdict::Mismatch
                && let Some((other, good)) = self.sibling(url, &asked, at)
            {
                cx.console.info(hint(checked.scheme, other, good));
            }
            all.push(checked.owned());
        }
        Ok(Box::new(Verdicts { all, now: scene.now() }))
    }

    fn stream(&self, stream: &Stream<'_>, scene: &Scene, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let account = Account::default();
        let asked = &Asked::of(scene);
        let done = stream.run(cx, || Judge::new(self, asked, &account));
        if let Some(hint) = account.elsewhere.get() {
            cx.console.info(format!("some URLs are {hint}"));
        }
        done?;
        Ok(Box::new(Streamed { exit: if account.bad.load(Ordering::Relaxed) == 0 { 0 } else { BAD } }))
    }
}

/// What all threads that verify a list found.
#[derive(Default)]
struct Account {
    /// How many links the edge would refuse.
    bad: AtomicU64,
    /// Whose some of them are, where the first one told that.
    elsewhere: OnceLock<String>,
}

/// A request, its headers borrowed as a visit wants them.
struct Asked<'a> {
    scene: &'a Scene,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Asked<'a> {
    fn of(scene: &'a Scene) -> Self {
        Self { scene, headers: scene.headers() }
    }
}

fn hint(scheme: &str, other: &str, good: bool) -> String {
    if good {
        format!(
            "not signed as {scheme} signs, but as {other} does; if your CDN verifies that form, pass --scheme {other}"
        )
    } else {
        format!("{other} writes URLs of the same form; this signature is not of that scheme either")
    }
}

/// The same failure once more: every URL that wants this signer meets it.
fn again(error: &Error) -> Error {
    match error {
        Error::MissingKey(text) => Error::MissingKey(text.clone()),
        Error::Data(text) => Error::Data(text.clone()),
        Error::Usage(text) => Error::Usage(text.clone()),
        other => Error::Config(other.to_string()),
    }
}
