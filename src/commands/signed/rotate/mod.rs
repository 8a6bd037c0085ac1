//! `stratos signed rotate`: another key signs, and no live link breaks.

mod add;
mod census;
mod evidence;
mod plan;
mod promote;
mod retire;
mod status;

use super::{
    refusals::{lifetime, moment},
    times,
};
use crate::{
    context::Context,
    credential::Reference,
    error::{Error, Result},
    profile::{Profile, RingKey, Standing, shown},
    report::Report,
    sign::Scheme,
};

/// The words of rotation.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true, subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub struct Rotate {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// The ring: each key, its state, and what comes next (also without a verb)
    Status,
    /// The safe dates of a rotation; changes nothing
    Plan(plan::Plan),
    /// Put a key into the ring; the first signs, every other is accepted
    Add(add::Add),
    /// Make an accepted key the one that signs; the one before it stays accepted
    Promote(promote::Promote),
    /// Count the live links of each key in an access log on stdin
    Census(census::Census),
    /// Let a key go of which no link lives
    Retire(retire::Retire),
}

impl Rotate {
    /// Does what the verb says.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        match self.verb.unwrap_or(Verb::Status) {
            Verb::Status => status::run(cx),
            Verb::Plan(plan) => plan.run(cx),
            Verb::Add(add) => add.run(cx),
            Verb::Promote(promote) => promote.run(cx),
            Verb::Census(census) => census.run(cx),
            Verb::Retire(retire) => retire.run(cx),
        }
    }
}

/// Until an edge knows a key, where nobody says: a guess on the safe side of what vendors promise.
const PROPAGATION: u64 = 15 * 60;
/// For so long a signer may go on with the key that it has loaded, where nobody says.
const CACHE: u64 = 5 * 60;
/// How far clocks may be apart, where nobody says.
const SKEW: u64 = 5 * 60;

/// A length of time that a flag names, else the default. `0s` is none.
fn length(flag: &str, text: Option<&str>, default: u64) -> Result<u64> {
    match text {
        None => Ok(default),
        Some("0" | "0s") => Ok(0),
        Some(text) => lifetime(flag, text),
    }
}

/// The time that a flag names, else now.
fn time(flag: &str, text: Option<&str>, cx: &Context<'_>) -> Result<u64> {
    let now = cx.now()?;
    text.map_or(Ok(now), |text| moment(flag, text, now))
}

/// The profile's ring; its one `key` is a ring of one, without an id where it has none.
fn ring_of(profile: &Profile) -> Vec<RingKey> {
    if !profile.ring.is_empty() {
        return profile.ring.clone();
    }
    let one = profile.reference("signing.key").map(|reference| {
        let id = profile.key_id.clone().unwrap_or_default();
        RingKey::new(id, reference, Standing::Current)
    });
    one.into_iter().collect()
}

/// The key of that id.
fn found<'r>(ring: &'r [RingKey], id: &str, profile: &str) -> Result<&'r RingKey> {
    ring.iter().find(|key| key.id == id).ok_or_else(|| {
        let ids: Vec<&str> = ring.iter().map(|key| key.id.as_str()).filter(|id| !id.is_empty()).collect();
        let near = super::claims::nearest(id, ids.iter().copied());
        let hint = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
        let known = match ids.as_slice() {
            [] => "it has no key with an id".to_owned(),
            ids => format!("it has {}", ids.join(", ")),
        };
        Error::Usage(format!("{id:?} is not in the ring of profile {profile}; {hint}{known}"))
    })
}

/// The longest lifetime of a link, and who says so: the largest word counts. Where nobody says, the scheme's
/// verifier may.
fn longest(
    given: Option<u64>,
    key: Option<&RingKey>,
    profile: &Profile,
    scheme: &Scheme,
) -> Option<(u64, &'static str)> {
    let said = [
        (given, "--ttl"),
        (key.and_then(|key| key.longest), "longest of the key"),
        (profile.bounds.max_ttl, "[policy] max_ttl"),
    ];
    let said = said.into_iter().filter_map(|(seconds, by)| Some((seconds?, by)));
    said.rev().max_by_key(|(seconds, _)| *seconds).or(scheme.longest.map(|seconds| (seconds, "the scheme")))
}

/// A reference that config.toml can keep, and how it may be shown.
fn reference(flag: &str, text: &str) -> Result<String> {
    match Reference::parse(text).map_err(|why| Error::Usage(format!("{flag}: {why}")))? {
        Reference::Stdin | Reference::Fd(_) => Err(Error::Usage(format!(
            "{flag} {text} is gone after this run; name the key with env:, file: or exec:"
        ))),
        _ => Ok(shown(text, false)),
    }
}

/// ` --profile NAME`, where it takes that to come back to this profile.
fn of_profile(profile: &Profile) -> String {
    if profile.chosen_by_file || profile.name == "default" {
        String::new()
    } else {
        format!(" --profile {}", profile.name)
    }
}

/// A date for people, without the letters between.
fn day(seconds: u64) -> String {
    times::utc(seconds).replace('T', " ").replace('Z', " UTC")
}
