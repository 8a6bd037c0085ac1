//! Credentials out of the vendor's own files: looked for where nobody names one in another way, taken whole, and
//! sent to the vendor alone.

use super::account;
use crate::{
    context::Context,
    credential::{
        Credential, Found,
        vendor::{Fetched, Kept, Secrets},
    },
    error::{Error, Result},
    http::{Client, Target},
    profile::{Origin, Profile, Site},
    purge::{self, Provider, Renewal, Renewed, Settings},
};
use std::time::Duration;

/// What the vendor's files say, unless a variable or the profile names a credential: half of an account from
/// here and half from there would be nobody's account.
pub(super) fn look(
    provider: &Provider,
    profile: &Profile,
    setting: &dyn Fn(&str) -> Option<String>,
    cx: &Context<'_>,
) -> Result<Option<Kept>> {
    let Some(files) = &provider.files else { return Ok(None) };
    let names = provider.credentials.iter().copied().flatten().filter(|name| !name.ends_with('?'));
    let set = |name: &&str| {
        let variable = provider.variables(name).iter().any(|variable| cx.env.os(variable).is_some());
        variable || profile.reference(name).is_some()
    };
    if names.into_iter().any(set) { Ok(None) } else { cx.kept(files, &profile.bounds, setting) }
}

/// The secrets of the vendor's files, each as it will be named; first of all whether they may be used here.
pub(super) fn take(
    provider: &Provider,
    settings: &Settings,
    kept: Kept,
    cx: &mut Context<'_>,
) -> Result<Renewed> {
    at_home(provider, settings, &kept)?;
    let shown = kept.shown.clone();
    Ok(found(provider, &shown, cx.fetch(kept)?))
}

fn found(provider: &Provider, shown: &str, fetched: Fetched) -> Renewed {
    let origin = Origin::Vendor(provider.title);
    let found = |secret| Found { secret, origin, reference: shown.to_owned() };
    (fetched.pairs.into_iter().map(|(name, secret)| (name, found(secret))).collect(), fetched.until)
}

/// The same files once more, for secrets that end while the run lasts.
pub(super) fn renewal(
    provider: &'static Provider,
    settings: &Settings,
    until: Option<Duration>,
    cx: &mut Context<'_>,
) -> Result<Option<Renewal>> {
    let Some(files) = provider.files else { return Ok(None) };
    let profile = cx.profile()?;
    let place = cx.revisit(files, &profile)?;
    let settings = settings.clone();
    let again = move |client: &Client<'_>| {
        let setting = |name: &str| settings.get(name).ok().filter(|text| !text.is_empty()).map(str::to_owned);
        let Some(kept) = place.kept(&setting)? else { return Ok(None) };
        at_home(provider, &settings, &kept)?;
        let shown = kept.shown.clone();
        Ok(Some(found(provider, &shown, place.fetch(kept, client)?)))
    };
    Ok(Some(Renewal { until, again: Box::new(again) }))
}

/// The credentials that the provider of the profile in force takes: CloudCDN's by their own names, another's by
/// its row's, and the signing key.
pub(in crate::commands) fn credentials(profile: &Profile) -> Vec<Credential> {
    let Some(provider) = row(profile) else { return Credential::ALL.to_vec() };
    let vendors = provider.secrets().map(|name| Credential::Vendor(name, provider.variables(name)));
    vendors.chain([Credential::SigningKey]).collect()
}

/// How the vendor's files are named where they are what counts, by whom, and the credentials they give.
pub(in crate::commands) fn named(
    cx: &mut Context<'_>,
) -> Result<Option<(String, Origin, Vec<&'static str>)>> {
    let profile = cx.profile()?;
    let Some(provider) = row(&profile) else { return Ok(None) };
    let settings = account::said(provider, &profile, &[], cx)?;
    let setting = |name: &str| settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let Some(kept) = look(provider, &profile, &setting, cx)? else { return Ok(None) };
    let names = match kept.secrets {
        Secrets::Here(pairs) => pairs.iter().map(|(name, _)| *name).collect(),
        Secrets::Later(_) => provider.credentials.first().map_or(&[][..], |way| way).to_vec(),
    };
    Ok(Some((kept.shown, Origin::Vendor(provider.title), names)))
}

fn row(profile: &Profile) -> Option<&'static Provider> {
    purge::provider(&profile.provider.value).ok().filter(|_| !profile.is_cloudcdn())
}

/// They go to the vendor's public address, to the one that stands beside them, and to this machine, where a
/// stand-in of the user's own may listen; to no other address of a profile, a flag or a variable.
fn at_home(provider: &Provider, settings: &Settings, kept: &Kept) -> Result<()> {
    let site = |url: &str| Site::parse(url).ok();
    let fine = |url: &str, homes: &[&str]| {
        let here = Target::of(url).is_ok_and(|target| target.is_loopback());
        planted!("vendor-file-for-strangers")
            || here
            || site(url).is_some_and(|to| homes.iter().any(|home| site(home).as_ref() == Some(&to)))
    };
    let homes = [provider.url, kept.url.as_deref().unwrap_or_default()];
    let targets = settings.targets().iter().map(String::as_str);
    let stranger = targets.clone().find(|target| !fine(target, &homes));
    // Where a token is exchanged a secret goes too.
    let exchanges = provider.settings.iter().filter(|setting| setting.name.ends_with("_url"));
    let other = || {
        exchanges.into_iter().find_map(|setting| {
            let url = settings.get(setting.name).ok()?;
            (!fine(url, &[setting.default.unwrap_or_default()])).then_some(url)
        })
    };
    let Some(stranger) = stranger.or_else(other) else { return Ok(()) };
    let homes: Vec<&str> = homes.into_iter().filter(|home| !home.is_empty()).collect();
    Err(Error::Config(format!(
        "the credential in {} is for {}, but the purge goes to {stranger}; name a credential for that address in \
         the profile",
        kept.shown,
        homes.join(", ")
    )))
}
