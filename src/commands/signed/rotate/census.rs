//! `stratos signed rotate census < access.log`: the live links of each key. Streams; nothing is fetched.

use super::{day, evidence, ring_of};
use crate::{
    commands::signed::{
        Choice,
        bulk::{Jobs, Watch, claim},
        claims,
        keys::{Named, Ring},
    },
    context::Context,
    error::{Error, Result},
    profile::{Profile, RingKey, Site, Standing, shown},
    report::{Page, Report, Rows},
    sign::{
        Claim, Params, Scheme, Signer,
        census::{self, Count, Layout, Ledger, Totals},
        lines::{Tally, each},
    },
};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read};

/// The longest head of a log that is looked at for its columns.
const HEAD: usize = 64 << 10;

/// The flags of counting.
#[derive(Debug, clap::Args)]
pub struct Census {
    #[command(flatten)]
    choice: Choice,
    /// A key instead of the ring: env:NAME, file:PATH, fd:N or exec:COMMAND; repeatable
    #[arg(long = "key", value_name = "REF", help_heading = "Key")]
    keys: Vec<String>,
    /// The id of a key, in the order of --key
    #[arg(long = "key-id", value_name = "ID", help_heading = "Key")]
    key_ids: Vec<String>,
    /// Check signatures although the links name their keys; otherwise no key is looked up for those
    #[arg(long, help_heading = "Key")]
    check: bool,
    /// Scheme and host of links that the log has as paths (default: the log's, else the profile's)
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Keep the census for `retire`
    #[arg(long)]
    save: bool,
    #[command(flatten)]
    jobs: Jobs,
}

/// The id of a key, and its state where it is one of the ring.
type Label = (String, Option<&'static str>);

/// A census.
struct Taken {
    profile: String,
    scheme: &'static Scheme,
    taken: u64,
    by_id: bool,
    keys: Vec<Label>,
    totals: Totals,
    lines: u64,
    unreadable: u64,
}

impl Census {
    /// Reads the log to its end.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let named = Named { references: self.keys.clone(), literal: None, ids: self.key_ids.clone() };
        named.check(true)?;
        let (profile, now) = (cx.profile()?, cx.now()?);
        let scheme = Scheme::find(self.choice.scheme.as_deref().unwrap_or(&profile.scheme.value))?;
        let settings = claims::params(&self.choice.params, scheme, Some(&profile), cx)?;
        let pairs = claims::pairs(&settings);
        let base = self.base.as_deref().unwrap_or(&profile.url.value);
        let origin = origin(base).map_err(|why| Error::Usage(format!("--base {base:?}: {why}")))?;
        let jobs = self.jobs.bulk(false, false)?;
        if self.save {
            evidence::place(&profile, cx)?;
        }
        let by_id = scheme.carries(Claim::KeyId) && !self.check && self.keys.is_empty();
        let (keys, signer) = self.ring(named, scheme, Params(&pairs), by_id, &profile, cx)?;
        claim(cx)?;
        let head = head(cx.input)?;
        let census = census::Census {
            scheme,
            params: Params(&pairs),
            ids: keys.iter().map(|(id, _)| id.clone()).collect(),
            signer: signer.as_ref(),
            now,
            origin,
            own_host: self.base.is_none(),
            layout: String::from_utf8_lossy(&head).lines().find_map(Layout::of),
        };
        let ledger = Ledger::of(keys.len());
        let watch = Watch::start(cx, "counting");
        let work = || {
            let mut clerk = census.clerk(&ledger);
            each(move |line, _| {
                clerk.line(line);
                Ok(())
            })
        };
        let mut input = head.chain(&mut *cx.input);
        let tally = jobs.run(&mut input, &mut io::sink(), work, |lines| watch.at(lines))?;
        drop(watch);
        let taken = Taken {
            profile: profile.name.clone(),
            scheme,
            taken: now,
            by_id,
            keys,
            totals: ledger.totals(),
            lines: tally.lines,
            unreadable: tally.failed,
        };
        taken.told(&tally, cx)?;
        if self.save {
            let path = evidence::save(&taken.value(), &profile, cx)?;
            cx.console.info(format!("kept in {}", path.display()));
        }
        Ok(Box::new(taken))
    }

    /// The keys with their ids and states, and what verifies with them, in the same order.
    fn ring(
        &self,
        named: Named,
        scheme: &'static Scheme,
        params: Params<'_>,
        by_id: bool,
        profile: &Profile,
        cx: &mut Context<'_>,
    ) -> Result<(Vec<Label>, Option<Signer>)> {
        let known = |key: &RingKey| (key.id.clone(), Some(key.standing.name()));
        if by_id {
            let keys: Vec<_> = ring_of(profile).iter().filter(|key| !key.id.is_empty()).map(known).collect();
            if keys.is_empty() {
                return Err(Error::Usage(format!(
                    "links of {} name their key, and profile {} names no key id; put its key into a ring: stratos \
                     signed rotate add",
                    scheme.id, profile.name
                )));
            }
            return Ok((keys, None));
        }
        if !self.keys.is_empty() || profile.ring.is_empty() {
            let signer = Ring::new(named).signer(scheme, params, profile.key_id.as_deref(), cx)?;
            let label = |at: usize| {
                let reference = || self.keys.get(at).map(|reference| shown(reference, false));
                (signer.keys[at].0.clone().or_else(reference).unwrap_or_default(), None)
            };
            return Ok(((0..signer.keys.len()).map(label).collect(), Some(signer)));
        }
        let (mut keys, mut signer) = (Vec::new(), Signer { scheme, keys: Vec::new() });
        for key in &profile.ring {
            let found = match (cx.ring_key(key), key.standing) {
                // What is gone may be gone for good.
                (Err(_), Standing::Retired) => continue,
                (found, _) => found?,
            };
            let id = Some(key.id.as_str()).filter(|_| scheme.carries(Claim::KeyId));
            signer = signer.with(id, &found.secret, params)?;
            keys.push(known(key));
        }
        Ok((keys, Some(signer)))
    }
}

/// Scheme and host of a base URL: a log has whole paths.
fn origin(base: &str) -> std::result::Result<&str, &'static str> {
    if base.is_empty() {
        return Ok("");
    }
    Site::parse(base)?;
    let authority = base.find("://").map_or(0, |mark| mark + 3);
    Ok(base[authority..].find('/').map_or(base, |slash| &base[..authority + slash]))
}

/// The comments at the beginning of a log, which name its columns.
fn head(input: &mut (dyn BufRead + Send)) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    let failed = |error| Error::Io(format!("cannot read the input: {error}"));
    while head.len() < HEAD && input.fill_buf().map_err(failed)?.first() == Some(&b'#') {
        (&mut *input).take(HEAD as u64).read_until(b'\n', &mut head).map_err(failed)?;
    }
    Ok(head)
}

impl Taken {
    /// What a reader must know before he believes it.
    fn told(&self, tally: &Tally, cx: &Context<'_>) -> Result<()> {
        if self.lines == 0 {
            return Err(Error::Data(
                "the log is empty, which shows nothing; pipe the edge's access log in".into(),
            ));
        }
        for (line, problem) in tally.failures.iter().take(3) {
            cx.console.warn(format!("line {line}: {problem}"));
        }
        if self.unreadable > 0 {
            cx.console
                .warn(format!("{} lines could not be read; links on them are not counted", self.unreadable));
        }
        if self.totals.links == 0 {
            cx.console.warn(format!(
                "no link of scheme {} on {} lines; check --scheme, --base, and that the log has query strings",
                self.scheme.id, self.lines
            ));
        } else if self.totals.invalid == self.totals.links {
            cx.console.warn("no signature matches any key; check the keys, --param and --base");
        }
        Ok(())
    }

    fn object(&self, at: usize) -> Value {
        let (id, state) = &self.keys[at];
        let Count { requests, live, exact, latest, endless, expired } = self.totals.keys[at];
        json!({
            "id": Some(id).filter(|id| !id.is_empty()),
            "state": state,
            "live": live,
            "exact": exact,
            "latest": latest,
            "requests": requests,
            "expired": expired,
            "endless": endless,
        })
    }
}

impl Report for Taken {
    fn value(&self) -> Value {
        let totals = &self.totals;
        json!({
            "census": evidence::SHAPE,
            "profile": self.profile,
            "scheme": self.scheme.id,
            "taken": self.taken,
            "counted_by": if self.by_id { "key id" } else { "signature" },
            "keys": (0..self.keys.len()).map(|at| self.object(at)).collect::<Vec<_>>(),
            "lines": self.lines,
            "links": totals.links,
            "unsigned": totals.unsigned,
            "unknown": totals.unknown,
            "unknown_ids": totals.strangers,
            "invalid": totals.invalid,
            "unreadable": self.unreadable,
        })
    }

    fn lines(&self) -> Value {
        (0..self.keys.len()).map(|at| self.object(at)).collect()
    }

    fn sheet(&self) -> Value {
        self.lines()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |at: usize| {
            let (id, state) = &self.keys[at];
            let count = self.totals.keys[at];
            let about = if count.exact { "" } else { "~" };
            vec![
                if id.is_empty() { "(no id)".into() } else { id.clone() },
                state.unwrap_or_default().to_owned(),
                format!("{about}{}", count.live),
                count.latest.map(day).unwrap_or_default(),
                count.requests.to_string(),
                count.expired.to_string(),
            ]
        };
        let columns = vec!["KEY", "STATE", "LIVE", "LAST ENDS", "SEEN", "ENDED"];
        Some(Rows { columns, rows: (0..self.keys.len()).map(row).collect() })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if let Some(rows) = self.rows() {
            crate::report::aligned(&rows.columns, &rows.rows, page)?;
        }
        let Totals { links, unsigned, unknown, invalid, .. } = &self.totals;
        let by =
            if self.by_id { "the key id they name; signatures were not checked" } else { "their signatures" };
        writeln!(page.out, "\n{links} signed links on {} lines, told apart by {by}.", self.lines)?;
        writeln!(page.out, "{unknown} of other keys, {invalid} of no key, {unsigned} lines without a link.")
    }
}
