//! `stratos upgrade`: a newer release in the place of this binary; the way back; what is newest.

mod report;

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    http,
    release::{Version, names},
    upgrade::{Bench, Offer, Place, Source, Supply, Trial, Wish, Work, owner},
};
use report::{Deed, Upgraded};
use std::path::Path;

pub const EXAMPLES: &str = "  stratos upgrade --check\n  stratos upgrade --dry-run\n  stratos upgrade\n  \
                            stratos upgrade --to 0.2.0\n  stratos upgrade --from stratos-0.2.0-bundle.tar\n  \
                            stratos upgrade --rollback";

/// The variable that names another base.
const BASE_URL: &str = "STRATOS_BASE_URL";

/// Replace this binary by a newer release
///
/// The release's manifest must be signed by a key that was compiled in, unexpired, and no older than
/// what runs; the new binary must have the manifest's size and SHA-256 and pass its self-test. The old
/// one is kept beside it.
#[derive(Debug, clap::Args)]
pub struct Upgrade {
    /// Say what is newest and change nothing; exit 0 whether there is something newer or not
    #[arg(long, conflicts_with_all = ["rollback", "dry_run"])]
    check: bool,
    /// Take this version and no other
    #[arg(long, value_name = "VERSION", conflicts_with = "rollback")]
    to: Option<String>,
    /// Take it from a release's folder, bundle or manifest.json, or below another https address [env: STRATOS_BASE_URL]
    #[arg(long, value_name = "DIR|FILE|URL", conflicts_with = "rollback")]
    from: Option<String>,
    /// Go back to the binary that the last upgrade replaced
    #[arg(long)]
    rollback: bool,
    /// Verify the release, say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Command for Upgrade {
    type Report = Upgraded;

    fn run(self, cx: &mut Context<'_>) -> Result<Upgraded> {
        let place = Place::of(&cx.own_binary()?)?;
        let owner = owner::of(&place.binary, Path::new("/"), cx.clock);
        if let Some(owner) = owner.as_ref().filter(|_| !self.check && !planted!("owned-copy-is-replaced")) {
            return Err(Error::Unavailable(format!(
                "{} belongs to {}, which keeps its own record of it; run: {}",
                place.binary.display(),
                owner.manager,
                owner.command
            )));
        }
        let client = cx.release_client()?;
        let bench = Bench {
            place: &place,
            trial: Trial { time: client.policy.timeout, clock: cx.clock },
            clock: cx.clock,
            console: cx.console,
            bars: cx.bars,
        };
        if self.rollback {
            return self.roll_back(&bench, cx);
        }
        let version = self.version(&cx.own.version)?;
        cx.trust.needed("build it with one, or take a newer release with the installer")?;
        let source = self.source(cx)?;
        let supply = Supply { source: &source, client };
        let wish = Wish { version: version.as_ref(), running: &cx.own.version, now: cx.now()? };
        let offer = Offer::get(&supply, &wish, cx.trust).map_err(|error| match error {
            Error::Interrupted { signal, detail } => {
                Error::Interrupted { signal, detail: format!("{detail}; nothing was changed") }
            }
            other => other,
        })?;
        let work = bench.work(&offer, &wish, &supply);
        let report = Upgraded::of(&offer, &supply, &cx.own.version, &place).owned_by(owner);
        self.follow(&bench, &work, &offer, &supply, report)
    }
}

impl Upgrade {
    fn roll_back(&self, bench: &Bench<'_>, cx: &Context<'_>) -> Result<Upgraded> {
        let running = &cx.own.version;
        if self.dry_run && !planted!("dry-run-runs-it") {
            bench.writable()?;
            bench.has_previous()?;
            return Ok(Upgraded::back(None, running, bench.place, Deed::WouldRollBack));
        }
        let version = bench.roll_back()?;
        Ok(Upgraded::back(Some(version), running, bench.place, Deed::RolledBack))
    }

    /// Does what is to be done, or says it.
    fn follow(
        &self,
        bench: &Bench<'_>,
        work: &Work<'_>,
        offer: &Offer,
        supply: &Supply<'_>,
        report: Upgraded,
    ) -> Result<Upgraded> {
        if self.check {
            return Ok(report.told(Deed::Checked));
        }
        if work.is_none() {
            return Ok(report.told(Deed::Nothing));
        }
        if self.dry_run {
            bench.writable()?;
            return Ok(report.planned(work));
        }
        let done = bench.carry_out(work, offer, supply)?;
        Ok(report.done(done))
    }

    /// `--to`, as a version that is no step back.
    fn version(&self, running: &Version) -> Result<Option<Version>> {
        let Some(text) = &self.to else { return Ok(None) };
        let version: Version = text.strip_prefix('v').unwrap_or(text).parse().map_err(|_| {
            Error::Usage(format!(
                "--to {text} is no version; write it as in `stratos version`: --to {running}"
            ))
        })?;
        if version < *running {
            return Err(Error::Usage(format!(
                "--to {version} is older than the running {running}; `stratos upgrade --rollback` goes back to the \
                 previous binary, and the installer takes any version whose SHA-256 you know"
            )));
        }
        Ok(Some(version))
    }

    /// The flag, the variable, or the official place.
    fn source(&self, cx: &Context<'_>) -> Result<Source> {
        match (&self.from, cx.env.get(BASE_URL)) {
            (Some(from), _) => Source::of(from, "--from"),
            (None, Some(base)) if !base.contains("://") => Err(Error::Usage(format!(
                "{BASE_URL} {} is no address; write https://host/folder/ or file:///folder",
                http::shown(base)
            ))),
            (None, Some(base)) => Source::of(base, BASE_URL),
            (None, None) => Source::of(names::BASE, "the official base"),
        }
    }
}
