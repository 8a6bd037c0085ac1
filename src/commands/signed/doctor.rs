//! `stratos signed doctor <url>`: why a signed URL is refused, proven by recomputing, and what to do.

use super::{
    Choice,
    keys::{Named, Ring},
    verdict::BAD,
    visit::{Asking, Candidate, candidates},
};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::{Profile, Standing},
    progress::clean,
    report::{Page, Report, wrapped},
    secret::Secret,
    sign::{
        Scheme,
        doctor::{Check, Diagnosis, Question, diagnose},
    },
};
use serde_json::{Value, json};
use std::io;

/// The flags of the diagnosis.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// The signed URL that is refused
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    choice: Choice,
    /// Key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin; repeated, a ring, the current one first
    #[arg(long = "key", value_name = "REF", help_heading = "Key")]
    keys: Vec<String>,
    /// Key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true, help_heading = "Key")]
    secret: Option<String>,
    /// The id of a key, in the order of --key
    #[arg(long = "key-id", value_name = "ID", help_heading = "Key")]
    key_ids: Vec<String>,
    #[command(flatten)]
    asking: Asking,
    /// A host for which the link may have been signed; repeatable
    #[arg(long = "try-host", value_name = "HOST", help_heading = "Guesses")]
    hosts: Vec<String>,
    /// An address for which the link may have been signed; repeatable
    #[arg(long = "try-ip", value_name = "ADDRESS", help_heading = "Guesses")]
    addresses: Vec<String>,
}

/// The diagnosis of one link.
struct Diagnosed(Diagnosis);

impl Doctor {
    /// Looks for the cause.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        if self.url.trim().is_empty() {
            return Err(Error::Usage("no URL was given; pass the signed URL that is refused".into()));
        }
        let named = Named { references: self.keys, literal: self.secret, ids: self.key_ids };
        named.check(false)?;
        let profile = cx.profile()?;
        let scene = self.asking.scene(&profile, cx)?;
        let candidates = candidates(self.choice.scheme.as_deref(), &self.choice.params, &profile, cx)?;
        let mut ring = Ring::new(named);
        let (mut keys, schemes) = usable(candidates, &mut ring, &profile, cx)?;
        let accepted = ring.in_force();
        if accepted.is_some() {
            keys.extend(retired(&profile, keys.iter().any(|(id, _)| id.is_some()), cx));
        }
        let headers = scene.headers();
        let [ip, country, method] = scene.visitor();
        let question = Question {
            link: &scene.absolute(&self.url),
            schemes,
            named: self.choice.scheme.is_some(),
            ring: keys,
            accepted,
            now: scene.now(),
            ip,
            country,
            method,
            headers: &headers,
            hosts: &self.hosts,
            addresses: &self.addresses,
        };
        Ok(Box::new(Diagnosed(diagnose(&question)?)))
    }
}

/// The keys that are out of force, as far as they are still there: a link of theirs is explained by them.
fn retired(profile: &Profile, named: bool, cx: &mut Context<'_>) -> Keys {
    let retired = profile.ring.iter().filter(|key| key.standing == Standing::Retired);
    retired.filter_map(|key| Some((named.then(|| key.id.clone()), cx.ring_key(key).ok()?.secret))).collect()
}

type Keys = Vec<(Option<String>, Secret)>;
type Schemes = Vec<(&'static Scheme, Vec<(String, String)>)>;

/// The schemes for which there is a key, and that key: with `--key` the same for all.
fn usable(
    candidates: Vec<Candidate>,
    ring: &mut Ring,
    profile: &Profile,
    cx: &mut Context<'_>,
) -> Result<(Keys, Schemes)> {
    let mut keys: Option<Keys> = None;
    let mut schemes = Schemes::new();
    let mut refusal = None;
    for candidate in candidates {
        let own = profile.key_id.as_deref().filter(|_| candidate.scheme.id == profile.scheme.value);
        match ring.keys(candidate.scheme, own, cx) {
            Ok(found) if keys.as_ref().is_none_or(|keys| *keys == found) => {
                keys = Some(found);
                schemes.push((candidate.scheme, candidate.settings));
            }
            Ok(_) => {}
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    match (keys, refusal) {
        (Some(keys), _) => Ok((keys, schemes)),
        (None, Some(refusal)) => Err(refusal),
        (None, None) => {
            Err(Error::Usage("no scheme takes these params; see `stratos signed schemes`".into()))
        }
    }
}

impl Report for Diagnosed {
    fn value(&self) -> Value {
        let diagnosis = &self.0;
        let cause = diagnosis.cause.as_ref().map(|cause| {
            json!({
                "id": cause.row.id,
                "text": cause.row.text,
                "fix": cause.row.fix,
                "evidence": cause.evidence,
            })
        });
        let check = |check: &Check| json!({ "name": check.name, "ok": check.ok, "detail": check.detail });
        json!({
            "scheme": diagnosis.scheme.id,
            "verdict": diagnosis.verdict.word(),
            "cause": cause,
            "checks": diagnosis.checks.iter().map(check).collect::<Vec<_>>(),
            "searched": diagnosis.searched,
        })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let diagnosis = &self.0;
        let color = if diagnosis.verdict.is_valid() { "32" } else { "31" };
        let verdict = page.painted(color, diagnosis.verdict.word());
        writeln!(page.out, "{verdict}  {}\n", diagnosis.scheme.title)?;
        match &diagnosis.cause {
            Some(cause) => {
                self.told(page, "Why", cause.row.text)?;
                self.told(page, "Fix", cause.row.fix)?;
                self.told(page, "Evidence", &sentence(&cause.evidence))?;
                let more = format!("stratos explain {}", cause.row.id);
                self.told(page, "More", &more)?;
                writeln!(page.out)?;
            }
            None if !diagnosis.verdict.is_valid() => {
                let why = "Unknown. No change that is looked for makes this link good with this key, so it was \
                           made with another key or for something else. Nothing is guessed.";
                self.told(page, "Why", why)?;
                let fix = "Check that key and settings are those of the signer, and that the link is whole; \
                           --try-host and --try-ip name what it may have been signed for.";
                self.told(page, "Fix", fix)?;
                writeln!(page.out)?;
            }
            None => {}
        }
        for check in &diagnosis.checks {
            let (color, word) = if check.ok { ("32", "ok") } else { ("31", "no") };
            let first = format!("  {}  {:<13}", page.painted(color, word), check.name);
            wrapped(page, &first, &" ".repeat(19), &clean(&check.detail))?;
        }
        Ok(())
    }

    fn exit(&self) -> u8 {
        if self.0.verdict.is_valid() { 0 } else { BAD }
    }
}

impl Diagnosed {
    fn told(&self, page: &mut Page<'_>, label: &str, text: &str) -> io::Result<()> {
        let first = page.bold(&format!("{label:<9}"));
        wrapped(page, &format!("{first} "), &" ".repeat(10), &clean(text))
    }
}

/// The text as a sentence: its first letter large, a stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
