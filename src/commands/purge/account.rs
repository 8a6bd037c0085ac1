//! Who purges: the provider of a profile, its settings and addresses, and the credentials that open the way.

use super::vendor;
use crate::{
    context::Context,
    credential::{Credential, Found, Reference, vendor::Kept},
    error::{Error, Result},
    http::Client,
    profile::{self, Origin, Profile, Site},
    purge::{self, Account, Provider, Renewal, Settings},
    secret::Secret,
};

/// A provider with all that a profile, the environment and `--set` say of it; no secret yet.
pub(in crate::commands) fn settle(
    profile: &Profile,
    given: &[String],
    cx: &Context<'_>,
) -> Result<(&'static Provider, Settings)> {
    settle_with(profile, given, [], cx)
}

/// As [`settle`], with what holds where nothing else says so.
pub(in crate::commands) fn settle_with(
    profile: &Profile,
    given: &[String],
    fallback: impl IntoIterator<Item = (String, String)>,
    cx: &Context<'_>,
) -> Result<(&'static Provider, Settings)> {
    let provider = purge::provider(&profile.provider.value)?;
    let mut settings = said(provider, profile, given, cx)?;
    let named = |name: &str| settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let kept = vendor::look(provider, profile, &named, cx)?;
    let address = kept.as_ref().and_then(|kept| kept.url.clone());
    let own = kept.into_iter().flat_map(|kept| kept.settings);
    settings.extend(own.map(|(name, value)| (name.to_owned(), value)));
    settings.extend(fallback);
    let settings = provider.resolve(&targets(provider, profile, address, cx)?, &settings)?;
    Ok((provider, settings))
}

/// The settings as `--set`, the vendor's own variables and the profile have them, the strongest first.
pub(super) fn said(
    provider: &Provider,
    profile: &Profile,
    given: &[String],
    cx: &Context<'_>,
) -> Result<Vec<(String, String)>> {
    let mut settings: Vec<(String, String)> = pairs(provider, given)?
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for setting in provider.settings {
        settings
            .extend(variable(provider, setting.name, cx).map(|(_, value)| (setting.name.to_owned(), value)));
    }
    settings.extend(profile.settings.iter().cloned());
    Ok(settings)
}

/// What `--set` says, each of a setting that there is.
pub(in crate::commands) fn pairs<'g>(
    provider: &Provider,
    given: &'g [String],
) -> Result<Vec<(&'static str, &'g str)>> {
    let pair = |pair: &'g String| {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| Error::Usage(format!("--set {pair:?} has no value; write --set name=value")))?;
        Ok((known(provider, name)?, value))
    };
    given.iter().map(pair).collect()
}

/// The setting of this name, or the ones that there are.
fn known(provider: &Provider, name: &str) -> Result<&'static str> {
    let names = || provider.settings.iter().map(|setting| setting.name);
    names().find(|known| *known == name).ok_or_else(|| {
        let list = names().collect::<Vec<_>>().join(", ");
        let advice = if list.is_empty() { "it has none".to_owned() } else { format!("it has {list}") };
        Error::Usage(format!("--set {name}: {} has no such setting; {advice}", provider.title))
    })
}

/// The first of the vendor's own variables that is set.
pub(in crate::commands) fn variable(
    provider: &Provider,
    name: &str,
    cx: &Context<'_>,
) -> Option<(&'static str, String)> {
    let set = |variable: &&'static str| Some((*variable, cx.env.get(variable)?.to_owned()));
    provider.variables(name).iter().find_map(set)
}

/// The address that a flag or a variable gives, the vendor's own among them.
pub(super) fn typed(provider: &Provider, profile: &Profile, cx: &Context<'_>) -> Result<Option<String>> {
    if matches!(profile.url.origin, Origin::Flag(_) | Origin::Environment(_)) {
        return Ok(Some(profile.url.value.clone()));
    }
    let Some((name, url)) = variable(provider, "url", cx) else { return Ok(None) };
    // Akamai's variable holds a host alone.
    let url = if url.contains("://") { url } else { format!("https://{url}") };
    let base = profile::base(&url);
    base.map(Some).map_err(|why| Error::Usage(format!("{name} is no base URL: {why}")))
}

/// `--cdn-url`, the vendor's own variable, the profile's nodes or url, the one in the vendor's own files, the
/// vendor's public address.
fn targets(
    provider: &Provider,
    profile: &Profile,
    kept: Option<String>,
    cx: &Context<'_>,
) -> Result<Vec<String>> {
    if let Some(url) = typed(provider, profile, cx)? {
        return Ok(vec![url]);
    }
    if !profile.nodes.is_empty() {
        return Ok(profile.nodes.clone());
    }
    if let Some(url) = kept.filter(|_| profile.url.value.is_empty()) {
        let base = profile::base(&url);
        return Ok(vec![base.map_err(|why| {
            Error::Config(format!("the address in {}'s own files is no base URL: {why}", provider.title))
        })?]);
    }
    let url = if profile.url.value.is_empty() { provider.url } else { &profile.url.value };
    Ok(if url.is_empty() { Vec::new() } else { vec![url.to_owned()] })
}

/// Settings of the provider that are typed.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct Sets {
    /// A setting of the provider, name=value; repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub sets: Vec<String>,
}

/// Credentials that are typed, for CloudCDN.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(in crate::commands) struct Keys {
    /// Purge key, literally [env: CLOUDCDN_PURGE_KEY]
    #[arg(long, value_name = "KEY")]
    purge_key: Option<String>,
    /// Token with the scope purge:write, literally [env: CLOUDCDN_BEARER_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

impl Keys {
    /// The account with its secrets.
    pub(in crate::commands) fn account(
        &self,
        provider: &'static Provider,
        settings: Settings,
        cx: &mut Context<'_>,
    ) -> Result<Account> {
        if let Some(kept) = self.kept(provider, &settings, cx)? {
            let (pairs, until) = vendor::take(provider, &settings, kept, cx)?;
            let renewal = vendor::renewal(provider, &settings, until, cx)?;
            let account = Account::open(provider, settings, |name| Ok(found(&pairs, name)))?;
            return Ok(match renewal {
                Some(renewal) => account.renewed_by(renewal),
                None => account,
            });
        }
        let account = Account::open(provider, settings, |name| {
            let (which, flag) = self.named(provider, name, cx)?;
            cx.credential(which, flag.as_deref())
        })?;
        let profile = cx.profile()?;
        for (name, found) in account.secrets() {
            if matches!(found.origin, Origin::Profile(_)) {
                at_home(name, &account.settings, provider, &profile)?;
            }
        }
        self.renewable(provider, account, cx)
    }

    /// What a file or a program gave, it may give anew when it ends while the run lasts.
    fn renewable(
        &self,
        provider: &'static Provider,
        account: Account,
        cx: &mut Context<'_>,
    ) -> Result<Account> {
        let mut places = Vec::new();
        for (name, found) in account.secrets() {
            let (which, flag) = self.named(provider, name, cx)?;
            let named = cx.named(which, None, flag.as_deref())?;
            let again = named.map(|named| cx.again(named)).transpose()?.flatten();
            places.push((*name, found.clone(), again));
        }
        if places.iter().all(|(_, _, again)| again.is_none()) {
            return Ok(account);
        }
        let again = move |client: &Client<'_>| {
            let fresh = places.iter().map(|(name, held, again)| match again {
                Some(again) => Ok((*name, again.found(client.clock)?)),
                None => Ok((*name, held.clone())),
            });
            Ok(Some((fresh.collect::<Result<Vec<_>>>()?, None)))
        };
        Ok(account.renewed_by(Renewal { until: None, again: Box::new(again) }))
    }

    /// The account as its credentials are named: no file is read, no program run, and nothing warned of.
    pub(in crate::commands) fn account_by_name(
        &self,
        provider: &'static Provider,
        settings: Settings,
        cx: &mut Context<'_>,
    ) -> Result<Account> {
        if let Some(kept) = self.kept(provider, &settings, cx)? {
            let unseen = Secret::new("a secret that is not looked at");
            let origin = Origin::Vendor(provider.title);
            let one = Found { secret: unseen, origin, reference: kept.shown };
            return Account::open(provider, settings, |_| Ok(Some(one.clone())));
        }
        Account::open(provider, settings, |name| {
            let (which, flag) = self.named(provider, name, cx)?;
            let Some(named) = cx.named(which, None, flag.as_deref())? else { return Ok(None) };
            let secret = match named.how {
                // How it begins decides how it is sent.
                Reference::Literal(secret) | Reference::Plain(secret) => secret,
                _ => Secret::new("a secret that is not looked at"),
            };
            Ok(Some(Found { secret, origin: named.origin, reference: named.shown }))
        })
    }

    /// What the vendor's own files say, where no flag, variable or profile names a credential.
    fn kept(&self, provider: &Provider, settings: &Settings, cx: &mut Context<'_>) -> Result<Option<Kept>> {
        if self.token.is_some() {
            return Ok(None);
        }
        let setting = |name: &str| settings.get(name).ok().filter(|text| !text.is_empty()).map(str::to_owned);
        vendor::look(provider, &*cx.profile()?, &setting, cx)
    }

    /// Which credential a name in a provider's row is, and what its flag holds.
    fn named(
        &self,
        provider: &'static Provider,
        name: &'static str,
        cx: &mut Context<'_>,
    ) -> Result<(Credential, Option<String>)> {
        let cloudcdn = cx.profile()?.is_cloudcdn();
        Ok(match name {
            "purge_key" => (Credential::PurgeKey, self.purge_key.clone()),
            "token" if cloudcdn => (Credential::Token, self.token.clone()),
            "account_key" => (Credential::AccountKey, None),
            "token" => (Credential::Vendor(name, provider.variables(name)), self.token.clone()),
            _ => (Credential::Vendor(name, provider.variables(name)), None),
        })
    }

    /// Who typed a key expects that one to go out.
    pub(super) fn tell_unused(&self, account: &Account, cx: &Context<'_>) {
        let Some((_, first)) = account.secrets().first() else { return };
        let typed = [
            ("purge_key", "--purge-key", &self.purge_key),
            ("token", "--token", &self.token),
            ("account_key", "--account-key", &cx.options.account_key),
        ];
        for (name, flag, value) in typed {
            if value.is_some() && account.secrets().iter().all(|(sent, _)| *sent != name) {
                cx.console.warn(format!("{flag} is not sent: {} comes first; unset that", first.reference));
            }
        }
    }
}

fn found(pairs: &[(&'static str, Found)], name: &str) -> Option<Found> {
    pairs.iter().find(|(key, _)| *key == name).map(|(_, found)| found.clone())
}

/// A profile's credential goes to the addresses that the profile names, else to the vendor's own.
fn at_home(member: &str, settings: &Settings, provider: &Provider, profile: &Profile) -> Result<()> {
    let homes: Vec<&str> = match (profile.nodes.as_slice(), profile.bound_to.as_str()) {
        ([], "") => vec![provider.url],
        (nodes, "") => nodes.iter().map(String::as_str).collect(),
        (nodes, own) => nodes.iter().map(String::as_str).chain([own]).collect(),
    };
    let site = |url: &str| Site::parse(url).ok();
    let targets = settings.targets().iter().map(String::as_str);
    let stranger = targets.clone().find(|target| {
        let to = site(target);
        to.is_none() || homes.iter().all(|home| site(home) != to)
    });
    // Where a token is exchanged a secret goes too: to the vendor's place, or the one that the profile names.
    let exchange = || {
        provider.settings.iter().filter(|setting| setting.name.ends_with("_url")).find_map(|setting| {
            let to = settings.get(setting.name).ok()?;
            let own = profile.settings.iter().any(|(name, value)| name == setting.name && value == to);
            (!own && setting.default != Some(to)).then_some(to)
        })
    };
    match stranger.or_else(exchange).filter(|_| !planted!("profile-credential-anywhere")) {
        None => Ok(()),
        Some(stranger) => Err(Error::Config(format!(
            "{member} of profile {} is for {}, but the purge goes to {stranger}; give the credential by \
             environment too, or use the profile's url",
            profile.name,
            homes.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{context::desk::Desk, purge::Setting};

    const ACME: Provider = Provider {
        id: "acme",
        title: "Acme",
        url: "https://api.acme.example",
        variables: &[("url", &["ACME_URL"]), ("zone", &["ACME_ZONE", "ACME_SITE"])],
        settings: &[Setting::required("zone"), Setting::or("plan", "free")],
        ..Provider::BASE
    };

    fn found(config: &str, env: &[(&'static str, &str)]) -> Result<Vec<String>> {
        let env = env.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let desk = Desk { config: Some(config.into()), env, ..Desk::default() };
        desk.run(|cx| {
            let profile = cx.profile()?;
            targets(&ACME, &profile, None, cx)
        })
        .0
    }

    #[test]
    fn the_address_is_the_variables_the_nodes_the_urls_or_the_vendors() {
        let own = "[profiles.default]\nprovider = \"acme\"\n";
        let url = format!("{own}url = \"https://a.example\"\n");
        let nodes = format!("{own}nodes = [\"http://n1:6081\", \"http://n2:6081/\"]\n");
        let variable = [("ACME_URL", "http://127.0.0.1:1")];
        assert_eq!(found(own, &[]).unwrap(), ["https://api.acme.example"]);
        assert_eq!(found(&url, &[]).unwrap(), ["https://a.example"]);
        assert_eq!(found(&nodes, &[]).unwrap(), ["http://n1:6081", "http://n2:6081"]);
        assert_eq!(found(&nodes, &variable).unwrap(), ["http://127.0.0.1:1"]);
        assert_eq!(found(own, &[("ACME_URL", "ftp://nowhere")]).unwrap_err().facts().exit, 64);
        for broken in ["nodes = []", "nodes = \"http://n1\"", "nodes = [1]", "nodes = [\"n1\"]"] {
            assert_eq!(found(&format!("{own}{broken}\n"), &[]).unwrap_err().facts().exit, 78, "{broken}");
        }
    }

    #[test]
    fn a_profiles_credential_stays_at_its_addresses() {
        let settings = |target: &str| ACME.resolve(&[target.into()], &[("zone".into(), "z".into())]).unwrap();
        let at = |profile: &Profile, target: &str| at_home("token", &settings(target), &ACME, profile);
        let bare = Profile { bound_to: String::new(), ..Profile::default() };
        assert!(at(&bare, "https://api.acme.example/").is_ok());
        assert_eq!(at(&bare, "https://evil.example").unwrap_err().facts().exit, 78);
        let fleet = Profile { nodes: vec!["http://n1:6081".into()], ..bare.clone() };
        assert!(at(&fleet, "http://n1:6081").is_ok() && at(&fleet, "https://api.acme.example").is_err());
        let own = Profile { bound_to: "https://a.example".into(), ..bare };
        assert!(at(&own, "https://a.example/x").is_ok() && at(&own, "https://api.acme.example").is_err());
    }
}
