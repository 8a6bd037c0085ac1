//! What a source offers, judged before anything of it is used.

use super::source::Supply;
use crate::{
    error::{Error, Result},
    release::{Entry, KeyId, Manifest, Trust, build, vouched},
};
use semver::Version;
use std::time::{Duration, UNIX_EPOCH};

/// What is asked of a release.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Exactly this version, or the newest one.
    pub version: Option<&'a Version>,
    /// What runs here; nothing older is taken.
    pub running: &'a Version,
    /// Seconds since 1970.
    pub now: u64,
}

/// A release that is signed, of this time, no step back, and has a binary for this machine.
#[derive(Debug)]
pub struct Offer {
    /// What it consists of.
    pub manifest: Manifest,
    /// Who signed it.
    pub key: KeyId,
    /// The binary for this machine.
    pub entry: Entry,
    /// The manifest and its signature as they came, to be kept for `verify --self`.
    pub bytes: (Vec<u8>, Vec<u8>),
}

impl Offer {
    /// Fetches and judges it.
    pub fn get(supply: &Supply<'_>, wish: &Wish<'_>, trust: &Trust) -> Result<Self> {
        let bytes = supply.manifest(wish.version)?;
        let at = format!("the manifest of {}", supply.source);
        let vouched = vouched(&bytes.0, &bytes.1, trust).map_err(|distrust| distrust.of(&at))?;
        let manifest = vouched.manifest;
        judge(&manifest, wish).map_err(|why| Error::Untrusted(format!("{at} {why}")))?;
        settled(&manifest, wish)?;
        let entry = entry(&manifest, &build::label())?.clone();
        Ok(Self { manifest, key: vouched.key, entry, bytes })
    }
}

/// Why a manifest whose signature is good is refused all the same.
fn judge(manifest: &Manifest, wish: &Wish<'_>) -> std::result::Result<(), String> {
    let Manifest { version, released, expires, .. } = manifest;
    if let Some(wanted) =
        wish.version.filter(|wanted| *wanted != version && !planted!("any-version-is-taken"))
    {
        return Err(format!("is of version {version}, not of {wanted}; name a source that holds {wanted}"));
    }
    if version < wish.running && !planted!("older-release-is-taken") {
        return Err(format!(
            "is of version {version}, older than the running {}: an old manifest may be passed off as the newest \
             to keep old faults in use; `stratos upgrade --rollback` goes back to the previous binary",
            wish.running
        ));
    }
    if manifest.expired(wish.now).is_some() && !planted!("expired-release-is-taken") {
        return Err(format!(
            "expired at {}: it may be passed off as the newest one; get a newer release, and check this machine's \
             clock ({})",
            date(*expires),
            date(wish.now)
        ));
    }
    if manifest.of_the_future(wish.now) {
        return Err(format!(
            "was released at {}, and this machine's clock says {}; set the clock, dates of releases depend on it",
            date(*released),
            date(wish.now)
        ));
    }
    Ok(())
}

/// Refuses a pre-release that nobody asked for, where none is running.
fn settled(manifest: &Manifest, wish: &Wish<'_>) -> Result<()> {
    let version = &manifest.version;
    let asked = wish.version.is_some() || !wish.running.pre.is_empty();
    if asked || version.pre.is_empty() || planted!("pre-release-is-taken") {
        return Ok(());
    }
    Err(Error::Unavailable(format!(
        "the newest on offer, {version}, is a pre-release, and the running {} is none; nothing was changed: take it with \
         `stratos upgrade --to {version}`, or wait for the release",
        wish.running
    )))
}

/// The binary for a machine of this label.
fn entry<'m>(manifest: &'m Manifest, label: &str) -> Result<&'m Entry> {
    let labels = build::acceptable(label);
    labels.iter().find_map(|label| manifest.binary(label)).ok_or_else(|| {
        Error::Unavailable(format!(
            "stratos {} was not released for {}; nothing was changed: build it with \
             `sh install.sh --from-source`, or wait for a release that has it",
            manifest.version,
            labels.join(" or ")
        ))
    })
}

/// `2026-11-21T12:00:00Z`
#[must_use]
pub fn date(seconds: u64) -> String {
    match UNIX_EPOCH.checked_add(Duration::from_secs(seconds)) {
        Some(time) if seconds < 253_402_300_800 => humantime::format_rfc3339_seconds(time).to_string(),
        _ => format!("second {seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::{Digest, Kind};

    const DAY: u64 = 86_400;
    /// 2026-11-21T12:00:00Z
    const RELEASED: u64 = 1_795_262_400;

    fn manifest(labels: &[&str]) -> Manifest {
        let version = Version::new(1, 2, 3);
        let files = labels.iter().map(|label| Entry {
            file: crate::release::names::binary(&version, label),
            kind: Kind::Binary,
            target: Some((*label).to_owned()),
            size: 1,
            sha256: Digest([0; 32]),
        });
        let files = files.collect();
        Manifest { version, commit: None, released: RELEASED, expires: RELEASED + 180 * DAY, files }
    }

    fn judged(version: Option<&str>, running: &str, now: u64) -> std::result::Result<(), String> {
        let version: Option<Version> = version.map(|version| version.parse().unwrap());
        let running: Version = running.parse().unwrap();
        judge(&manifest(&[]), &Wish { version: version.as_ref(), running: &running, now })
    }

    #[test]
    fn the_same_or_a_newer_version_of_this_time_is_taken() {
        for running in ["1.2.3", "1.2.2", "1.2.3-rc.1", "0.9.0"] {
            judged(None, running, RELEASED).unwrap();
        }
        judged(Some("1.2.3"), "1.2.3", RELEASED).unwrap();
        judged(None, "1.0.0", RELEASED + 180 * DAY - 1).unwrap();
        judged(None, "1.0.0", RELEASED - DAY).unwrap();
    }

    #[test]
    fn older_expired_future_and_other_ones_are_refused() {
        for (version, running, now, why) in [
            (None, "1.2.4", RELEASED, "older than the running 1.2.4"),
            (None, "1.10.0", RELEASED, "older than the running 1.10.0"),
            (None, "2.0.0-rc.1", RELEASED, "older than"),
            (Some("1.2.4"), "1.0.0", RELEASED, "not of 1.2.4"),
            (None, "1.0.0", RELEASED + 180 * DAY, "expired at 2027-05-20T12:00:00Z"),
            (None, "1.0.0", RELEASED - DAY - 1, "set the clock"),
        ] {
            let refused = judged(version, running, now).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn a_static_build_takes_the_other_static_one_where_its_own_is_missing() {
        let (musl, gnu) = ("x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu-static");
        let target = |labels: &[&str], label: &str| {
            entry(&manifest(labels), label).map(|entry| entry.target.clone().unwrap())
        };
        assert_eq!(target(&[gnu, musl], musl).unwrap(), musl);
        assert_eq!(target(&[gnu], musl).unwrap(), gnu);
        let error = target(&["x86_64-unknown-linux-gnu"], musl).unwrap_err();
        assert_eq!(error.facts().name, "unavailable");
        assert!(error.to_string().contains(&format!("{musl} or {gnu}")), "{error}");
    }

    #[test]
    fn dates_are_written_as_the_manifest_writes_them() {
        assert_eq!(date(RELEASED), "2026-11-21T12:00:00Z");
        assert_eq!(date(u64::MAX), format!("second {}", u64::MAX));
    }
}
