//! `stratos signed rotate promote ID`: another key signs; the one before it stays accepted.

use super::{CACHE, SKEW, day, found, length, longest, status};
use crate::{
    context::Context,
    error::{Error, Result},
    profile::{RingKey, Standing},
    report::Report,
    sign::{
        Scheme,
        ring::{Action, Pace, steps},
    },
};

/// The flags of promoting.
#[derive(Debug, clap::Args)]
pub struct Promote {
    /// An accepted key of the ring
    #[arg(value_name = "ID")]
    id: String,
    /// The longest lifetime of links of the key before it (default: what the key or [policy] says)
    #[arg(long, value_name = "TIME")]
    ttl: Option<String>,
    /// For so long signers may go on with the key they have loaded (default 5m)
    #[arg(long, value_name = "TIME")]
    cache_ttl: Option<String>,
    /// How far clocks may be apart (default 5m)
    #[arg(long, value_name = "TIME")]
    skew: Option<String>,
    /// Although not every edge may know the key yet
    #[arg(long)]
    force: bool,
}

impl Promote {
    /// Writes both states at once.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let (profile, now) = (cx.profile()?, cx.now()?);
        let scheme = Scheme::find(&profile.scheme.value)?;
        let ttl = self.ttl.as_deref().map(|text| length("--ttl", Some(text), 0)).transpose()?;
        let cache = length("--cache-ttl", self.cache_ttl.as_deref(), CACHE)?;
        let skew = length("--skew", self.skew.as_deref(), SKEW)?;
        let name = profile.name.clone();
        let (moved, dated, early) = cx.configure(false, |file| {
            let ring = file.ring(&name)?;
            let chosen = found(&ring, &self.id, &name)?;
            match chosen.standing {
                Standing::Current => return Ok((false, true, None)),
                Standing::Retired => {
                    return Err(Error::Usage(format!(
                        "{} is retired; add a new key and promote that one",
                        chosen.id
                    )));
                }
                Standing::Accepted => {}
            }
            let early = chosen.promote_after.filter(|date| *date > now);
            if let Some(date) = early.filter(|_| !self.force) {
                return Err(Error::Unavailable(format!(
                    "not every edge may know {} before {}, and links of it would be refused there; wait, or --force",
                    chosen.id,
                    day(date)
                )));
            }
            let mut dated = true;
            for old in ring.iter().filter(|key| key.standing == Standing::Current) {
                let longest = longest(ttl, Some(old), &profile, scheme).map(|(seconds, _)| seconds);
                let retire_after = longest.and_then(|longest| {
                    let pace = Pace { start: now, propagation: 0, cache, longest, skew, latest: None };
                    steps(&pace, false).into_iter().find(|(action, _)| *action == Action::Retire)
                });
                dated = retire_after.is_some();
                let retire_after = retire_after.map(|(_, date)| date);
                let standing = Standing::Accepted;
                file.put_key(&name, &RingKey { standing, since: Some(now), retire_after, longest, ..old.clone() })?;
            }
            let standing = Standing::Current;
            let next = RingKey { standing, since: Some(now), promote_after: None, retire_after: None, ..chosen.clone() };
            file.put_key(&name, &next)?;
            Ok((true, dated, early))
        })?;
        if let Some(date) = early {
            cx.console.warn(format!(
                "{} signs before {}: an edge that does not know it refuses its links",
                self.id,
                day(date)
            ));
        }
        if !dated {
            cx.console.warn(
                "how long links of the former key live is not known, so a census must show when it may go; next \
                 time pass --ttl",
            );
        }
        let done = if moved { "signs now" } else { "signs already" };
        cx.console.info(format!("{} {done} in profile {}", self.id, profile.name));
        status::run(cx)
    }
}
