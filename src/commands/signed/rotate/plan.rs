//! `stratos signed rotate plan`: the safe dates. Reads the ring, writes nothing, looks up no secret.

use super::{CACHE, PROPAGATION, SKEW, day, found, length, longest, of_profile, reference, ring_of, time};
use crate::{
    commands::signed::times,
    context::Context,
    error::{Error, Result},
    profile::{Profile, RingKey, Standing, id_is_fine},
    report::{Page, Report, Rows, wrapped},
    sign::{
        Scheme,
        ring::{Action, Pace, overlap, steps},
    },
};
use serde_json::{Value, json};
use std::io;

/// The flags of planning.
#[derive(Debug, clap::Args)]
pub struct Plan {
    /// The longest lifetime of a link (default: what the key or [policy] says)
    #[arg(long, value_name = "TIME")]
    ttl: Option<String>,
    /// Where the new key is: env:NAME, file:PATH or exec:COMMAND
    #[arg(long, value_name = "REF")]
    new_key: Option<String>,
    /// A name for the new key, or one that is in the ring (default: the one that was added and never signed)
    #[arg(long, value_name = "ID")]
    new_id: Option<String>,
    /// When the rotation begins: as --expires (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Until every edge knows a key (default 15m)
    #[arg(long, value_name = "TIME")]
    propagation: Option<String>,
    /// For so long signers may go on with the key they have loaded (default 5m)
    #[arg(long, value_name = "TIME")]
    cache_ttl: Option<String>,
    /// How far clocks may be apart (default 5m)
    #[arg(long, value_name = "TIME")]
    skew: Option<String>,
    /// The edge holds one key at a time, so nothing overlaps
    #[arg(long)]
    single_key: bool,
}

/// The plan.
pub struct Planned {
    profile: String,
    scheme: &'static Scheme,
    old: Option<String>,
    new: Option<String>,
    pace: Pace,
    longest_from: &'static str,
    single: bool,
    steps: Vec<Step>,
}

/// One step of it.
struct Step {
    action: Action,
    at: u64,
    what: &'static str,
    command: Option<String>,
}

impl Plan {
    /// Works out the dates.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let profile = cx.profile()?;
        let scheme = Scheme::find(&profile.scheme.value)?;
        let ring = ring_of(&profile);
        let old = ring.iter().find(|key| key.standing == Standing::Current);
        let new = self.new_key_of(&ring, &profile)?;
        let ttl = self.ttl.as_deref().map(|text| length("--ttl", Some(text), 0)).transpose()?;
        let Some((longest, longest_from)) = longest(ttl, old, &profile, scheme) else {
            return Err(Error::Usage(
                "how long a link lives at most decides when the old key may go; pass --ttl 7d, or set max_ttl \
                 in [policy]"
                    .into(),
            ));
        };
        let start = time("--at", self.at.as_deref(), cx)?;
        let pace = Pace {
            start: new.as_ref().and_then(|new| new.created).map_or(start, |created| created.min(start)),
            propagation: length("--propagation", self.propagation.as_deref(), PROPAGATION)?,
            cache: length("--cache-ttl", self.cache_ttl.as_deref(), CACHE)?,
            longest,
            skew: length("--skew", self.skew.as_deref(), SKEW)?,
            latest: None,
        };
        let pace = self.begun(pace, new.as_ref(), start);
        let steps = steps(&pace, self.single_key).into_iter();
        let words = Words {
            old,
            new: new.as_ref(),
            id: self.new_id.as_deref(),
            profile: &profile,
            given: self.new_key.as_deref(),
        };
        let steps = steps.map(|(action, at)| words.step(action, at)).collect();
        let id = |key: Option<&RingKey>| key.map(|key| key.id.clone()).filter(|id| !id.is_empty());
        Ok(Box::new(Planned {
            profile: profile.name.clone(),
            scheme,
            old: id(old),
            new: id(new.as_ref()).or(self.new_id),
            pace,
            longest_from,
            single: self.single_key,
            steps,
        }))
    }

    /// A key that is in the ring already was added in the past; its own date tells when it may sign, and that
    /// is not before now.
    fn begun(&self, pace: Pace, new: Option<&RingKey>, now: u64) -> Pace {
        let Some(known) = new.filter(|_| !self.single_key) else { return Pace { start: now, ..pace } };
        let promote = known.promote_after.unwrap_or(pace.start.saturating_add(pace.propagation)).max(now);
        Pace { propagation: promote.saturating_sub(pace.start), ..pace }
    }

    /// The key of the ring that is to sign, where there is one already.
    fn new_key_of(&self, ring: &[RingKey], profile: &Profile) -> Result<Option<RingKey>> {
        self.new_key.as_deref().map(|text| reference("--new-key", text)).transpose()?;
        match (self.new_id.as_deref(), self.new_key.is_some()) {
            (Some(id), _) if !id_is_fine(id) => Err(Error::Usage(format!(
                "--new-id {id:?} is no key id; write 1 to 128 visible characters without blanks"
            ))),
            (Some(id), true) if ring.iter().any(|key| key.id == id) => Err(Error::Usage(format!(
                "--new-id {id:?} is in the ring already; leave out --new-key, or give another id"
            ))),
            (Some(id), false) if ring.iter().any(|key| key.id == id) => {
                let key = found(ring, id, &profile.name)?;
                match key.standing {
                    Standing::Accepted => Ok(Some(key.clone())),
                    _ => Err(Error::Usage(format!(
                        "--new-id {id} is {} and cannot be the next key; choose an accepted one, or a new one",
                        key.standing.name()
                    ))),
                }
            }
            (None, false) => {
                let fresh = |key: &&RingKey| key.standing == Standing::Accepted && key.retire_after.is_none();
                let mut fresh = ring.iter().filter(fresh);
                Ok(fresh.next().filter(|_| fresh.next().is_none()).cloned())
            }
            _ => Ok(None),
        }
    }
}

/// What the steps say.
struct Words<'w> {
    old: Option<&'w RingKey>,
    new: Option<&'w RingKey>,
    id: Option<&'w str>,
    profile: &'w Profile,
    given: Option<&'w str>,
}

impl Words<'_> {
    fn step(&self, action: Action, at: u64) -> Step {
        let what = match action {
            Action::Add if self.new.is_some() => "the new key is in the ring; it must be at the edge too",
            Action::Add => "put the new key at the edge beside the old one, and into the ring",
            Action::Shorten => "mint nothing from now on that lives beyond the exchange",
            Action::Promote => "every edge knows the new key: let it sign",
            Action::Exchange => {
                "the old links have ended: replace the key at the edge, and let the new one sign"
            }
            Action::Quiet => "no signer has the old key loaded any more",
            Action::Retire => "no link of the old key lives: retire it, and take it from the edge",
            Action::Settled => "until now some edges may refuse new links",
        };
        Step { action, at, what, command: self.command(action) }
    }

    fn command(&self, action: Action) -> Option<String> {
        let of = of_profile(self.profile);
        let new = self.new.map(|key| key.id.as_str()).or(self.id).unwrap_or("NEW-ID");
        let old = self.old.map(|key| key.id.as_str()).filter(|id| !id.is_empty()).unwrap_or("OLD-ID");
        match action {
            Action::Add if self.new.is_some() => None,
            Action::Add => {
                let key =
                    self.given.map_or_else(|| "REF".into(), |given| crate::profile::shown(given, false));
                Some(format!("stratos signed rotate add {new} --key {key}{of}"))
            }
            Action::Promote | Action::Exchange => Some(format!("stratos signed rotate promote {new}{of}")),
            Action::Retire => Some(format!("stratos signed rotate retire {old}{of}")),
            Action::Shorten | Action::Quiet | Action::Settled => None,
        }
    }
}

impl Planned {
    fn notes(&self) -> Vec<&'static str> {
        let (_, demands) = overlap(self.scheme);
        if self.single {
            return vec![
                "with one key at the edge nothing overlaps: a link of the old key that lives beyond the exchange \
                 breaks",
            ];
        }
        vec![
            demands,
            "how many keys the edge of this vendor holds at once is unconfirmed here; where it is one, plan with \
             --single-key",
        ]
    }
}

impl Report for Planned {
    fn value(&self) -> Value {
        let step = |step: &Step| {
            json!({
                "step": step.action.name(),
                "at": step.at,
                "time": times::utc(step.at),
                "what": step.what,
                "command": step.command,
            })
        };
        let overlap = if self.single { "none" } else { overlap(self.scheme).0 };
        json!({
            "profile": self.profile,
            "scheme": self.scheme.id,
            "old": self.old,
            "new": self.new,
            "longest_seconds": self.pace.longest,
            "longest_from": self.longest_from,
            "propagation_seconds": self.pace.propagation,
            "cache_seconds": self.pace.cache,
            "skew_seconds": self.pace.skew,
            "overlap": overlap,
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
            "notes": self.notes(),
        })
    }

    fn lines(&self) -> Value {
        self.value()["steps"].take()
    }

    fn sheet(&self) -> Value {
        self.lines()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |step: &Step| vec![step.action.name().to_owned(), day(step.at), step.what.to_owned()];
        Some(Rows { columns: vec!["STEP", "NOT BEFORE", "WHAT"], rows: self.steps.iter().map(row).collect() })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for step in &self.steps {
            let name = page.bold(&format!("{:<8}", step.action.name()));
            let first = format!("{name}  {}  ", day(step.at));
            wrapped(page, &first, &" ".repeat(35), step.what)?;
            if let Some(command) = &step.command {
                writeln!(page.out, "{}{command}", " ".repeat(10))?;
            }
        }
        let longest = times::spoken(self.pace.longest);
        writeln!(page.out, "\nA link lives {longest} at most ({}).", self.longest_from)?;
        self.notes().into_iter().try_for_each(|note| wrapped(page, "- ", "  ", note))
    }
}
