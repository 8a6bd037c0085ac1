//! `stratos signed rotate retire ID`: a key goes when no link of it lives, and not before.

use super::{SKEW, day, evidence, found, length, status};
use crate::{
    commands::signed::times,
    context::Context,
    error::{Error, Result},
    profile::{RingKey, Standing},
    report::Report,
    sign::ring::{Counted, Doubt, Evidence, Ground, may_retire},
};

/// How old a census may be, where nobody says.
const MAX_AGE: u64 = 24 * 60 * 60;

/// The flags of retiring.
#[derive(Debug, clap::Args)]
pub struct Retire {
    /// An accepted key of the ring
    #[arg(value_name = "ID")]
    id: String,
    /// A census as JSON, or - for stdin (default: the one that was saved)
    #[arg(long, value_name = "FILE")]
    census: Option<String>,
    /// How old the census may be (default 24h)
    #[arg(long, value_name = "TIME")]
    max_age: Option<String>,
    /// How far clocks may be apart (default 5m)
    #[arg(long, value_name = "TIME")]
    skew: Option<String>,
    /// Although links may live; they break
    #[arg(long)]
    force: bool,
}

impl Retire {
    /// Weighs the evidence, and writes the state.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let (profile, now) = (cx.profile()?, cx.now()?);
        let max_age = length("--max-age", self.max_age.as_deref(), MAX_AGE)?;
        let skew = length("--skew", self.skew.as_deref(), SKEW)?;
        if self.may_go(found(&super::ring_of(&profile), &self.id, &profile.name)?)? {
            cx.console.info(format!("{} is retired already", self.id));
            return status::run(cx);
        }
        let census = match evidence::find(self.census.as_deref(), &self.id, &profile, cx) {
            // With --force nothing is asked of a census that nobody named.
            Err(error) if self.census.is_some() || !self.force => return Err(error),
            census => census.unwrap_or(None),
        };
        let name = profile.name.clone();
        let outcome = cx.configure(false, |file| {
            // Read again under the lock: another run may have changed the ring.
            let ring = file.ring(&name)?;
            let key = found(&ring, &self.id, &name)?;
            if self.may_go(key)? {
                return Ok(None);
            }
            let judged = judge(key, now, skew, max_age, census);
            if let (Err(why), false) = (&judged, self.force) {
                return Err(Error::LinksLive(format!("{why}, or --force")));
            }
            let standing = Standing::Retired;
            file.put_key(&name, &RingKey { standing, since: Some(now), promote_after: None, ..key.clone() })?;
            Ok(Some(judged))
        })?;
        match outcome {
            None => cx.console.info(format!("{} is retired already", self.id)),
            Some(Err(why)) => cx.console.warn(format!("retired {} all the same: {why}", self.id)),
            Some(Ok(ground)) => cx.console.info(format!(
                "retired {}: {}; take it from the edge",
                self.id,
                match ground {
                    Ground::Census => "the census saw no live link of it",
                    Ground::Date => "its last link has ended by the calendar",
                    Ground::Both => "its last link has ended by the calendar, and the census saw none",
                }
            )),
        }
        status::run(cx)
    }

    /// Whether it is gone already; the key that signs never goes.
    fn may_go(&self, key: &RingKey) -> Result<bool> {
        match key.standing {
            Standing::Retired => Ok(true),
            Standing::Accepted => Ok(false),
            Standing::Current => Err(Error::Usage(format!(
                "{} is the current key and signs; let another one sign first: stratos signed rotate promote ID",
                self.id
            ))),
        }
    }
}

/// The ground, or why not and what to do instead.
fn judge(
    key: &RingKey,
    now: u64,
    skew: u64,
    max_age: u64,
    census: Option<Counted>,
) -> std::result::Result<Ground, String> {
    let (id, retire_after) = (&key.id, key.retire_after);
    let evidence = Evidence { now, skew, max_age, quiet: key.since, retire_after, census };
    let take = "take one: stratos signed rotate census --save < access.log";
    may_retire(&evidence).map_err(|doubt| match doubt {
        Doubt::Live { links, until: Some(until) } => format!(
            "{links} live {} of {id}, the last until {}; wait until then",
            if links == 1 { "link" } else { "links" },
            day(until)
        ),
        Doubt::Live { links, until: None } => {
            format!("{links} live links of {id}, and one never ends; replace the links")
        }
        Doubt::Early(date) => format!("links of {id} may live until {}; wait until then", day(date)),
        Doubt::Old(age) => format!(
            "the census is {} old, and may be {} (--max-age); {take}",
            times::spoken(age),
            times::spoken(max_age)
        ),
        Doubt::Before(quiet) => {
            format!("the census was taken before {}, when {id} still signed; {take}", day(quiet))
        }
        Doubt::Blind => {
            format!("the census saw no signed link at all, so it is not the log of this edge; {take}")
        }
        Doubt::Nothing => {
            format!("nothing shows that no link of {id} lives: there is no date and no census; {take}")
        }
    })
}
