//! Purging: limits are data, requests are values, and a provider sends nothing.
//!
//! A provider is a row of [`PROVIDERS`]: what it can select, how much a request may hold, and the
//! functions that write a request and read a reply. [`plan`] cuts for everyone, [`execute`] paces
//! and sends; neither names a provider.

mod akamai;
mod alibaba;
mod ats;
mod azure;
mod batch;
mod bunny;
mod cachefly;
mod cdn77;
pub mod changed;
pub mod cloudcdn;
mod cloudflare;
mod cloudfront;
mod digitalocean;
pub mod execute;
pub mod fan;
mod fastly;
mod gcore;
mod google;
mod items;
pub mod journal;
mod keycdn;
mod ledger;
mod limit;
mod netlify;
mod nginx;
mod node;
mod oauth;
mod outcome;
pub mod pace;
pub mod plan;
pub mod prove;
pub mod quota;
mod session;
pub mod setup;
mod skew;
mod souin;
mod squid;
mod tencent;
mod varnish;
mod vercel;

pub use batch::{Attempt, Batch, Grant, Items, Key, Poll, Progress, Receipt, Selector, Sent};
pub use limit::{Budget, Counts, Limit, Refill};
pub use outcome::{Completion, Outcome, in_words, spans};

use crate::{
    credential::{Found, vendor::Files},
    error::{Answer, Error, Result},
    http::{Client, Request, Response},
    secret::Secret,
};
use sha2::{Digest, Sha256};
use std::{fmt, time::Duration};

/// Every provider that this version speaks to.
pub const PROVIDERS: &[&Provider] = &[
    &cloudcdn::PROVIDER,
    &cloudflare::PROVIDER,
    &cloudfront::PROVIDER,
    &akamai::PROVIDER,
    &fastly::PROVIDER,
    &vercel::PROVIDER,
    &netlify::PROVIDER,
    &digitalocean::PROVIDER,
    &cachefly::PROVIDER,
    &google::CLOUD,
    &google::MEDIA,
    &azure::PROVIDER,
    &bunny::PROVIDER,
    &gcore::PROVIDER,
    &keycdn::PROVIDER,
    &cdn77::PROVIDER,
    &alibaba::PROVIDER,
    &tencent::PROVIDER,
    &varnish::PROVIDER,
    &nginx::PROVIDER,
    &squid::PROVIDER,
    &ats::PROVIDER,
    &souin::PROVIDER,
];

/// The row of this id; an unknown one is refused with a suggestion.
pub fn provider(id: &str) -> Result<&'static Provider> {
    if let Some(found) = PROVIDERS.iter().find(|provider| provider.id == id) {
        return Ok(found);
    }
    let known: Vec<&str> = PROVIDERS.iter().map(|provider| provider.id).collect();
    let near = known.iter().find(|name| strsim::levenshtein(name, &id.to_lowercase()) <= name.len() / 3);
    let advice = near.map_or_else(
        || format!("this version knows {}", known.join(", ")),
        |name| format!("did you mean {name:?}?"),
    );
    Err(Error::Usage(format!("unknown purge provider {id:?}; {advice}")))
}

/// A CDN as the purging room sees it. `..Provider::BASE` fills what one does not need.
pub struct Provider {
    /// Its name in a profile.
    pub id: &'static str,
    /// Its name in a sentence.
    pub title: &'static str,
    /// Where its API is, unless the profile says otherwise; empty where only the profile can know.
    pub url: &'static str,
    /// The vendor's own environment variables, strongest first, for a secret, a setting, or `url`.
    /// No other provider sees them.
    pub variables: &'static [(&'static str, &'static [&'static str])],
    /// The files in which the vendor's own tools keep credentials.
    pub files: Option<Files>,
    /// The ways in, best first; each is the secrets that it needs, by name; one that ends in `?` may be missing.
    pub credentials: &'static [&'static [&'static str]],
    /// What to say when no way is open.
    pub missing: &'static str,
    /// What a profile may or must set.
    pub settings: &'static [Setting],
    /// The measure of a request; a selector without a row is not supported.
    pub limits: &'static [Limit],
    /// Why a selector without a soft row cannot be purged softly.
    pub hard: &'static str,
    /// One item as the provider compares it, or the reason why it would be refused.
    pub normalize: fn(&Settings, Selector, &str) -> Result<String>,
    /// The request of a batch: pure, without secret, time or chance.
    pub encode: fn(&Settings, &Batch<'_>) -> Result<Request>,
    /// Adds what is secret or momentary, once for each attempt.
    pub authorize: fn(&Account, &Attempt<'_>, Request) -> Result<Request>,
    /// What a reply means.
    pub decode: fn(&Response) -> Result<Receipt>,
    /// A next step for a refusal: which credential went out, and which one is wanted.
    pub hint: fn(&Account, &Answer, Duration) -> Option<String>,
    /// Whether a refusal says that the secrets have ended, so that others are worth an attempt.
    pub expired: fn(&Response) -> bool,
    /// A token that is exchanged before the first purge.
    pub grant: Option<Grant>,
    /// How a purge in progress is watched.
    pub poll: Option<Poll>,
    /// Headers that make its edge show its cache to whoever looks.
    pub asks: &'static [(&'static str, &'static str)],
    /// How it tells what is left of its budgets without a purge.
    pub quota: Option<quota::Quota>,
    /// What its first set-up asks.
    pub setup: Option<setup::Setup>,
}

impl Provider {
    /// No selector, no setting, no credential; items as given, requests as they are.
    pub const BASE: Self = Self {
        id: "",
        title: "",
        url: "",
        variables: &[],
        files: None,
        credentials: &[],
        missing: "",
        settings: &[],
        limits: &[],
        hard: "its API has no soft purge",
        normalize: |_, _, item| Ok(item.to_owned()),
        encode: |_, batch| Ok(Request::post(batch.target).repeatable(true)),
        authorize: |_, _, request| Ok(request),
        decode: |reply| accepted(reply).map(|()| Receipt::default()),
        hint: |_, _, _| None,
        expired: |reply| reply.status == 401,
        grant: None,
        poll: None,
        asks: &[],
        quota: None,
        setup: None,
    };

    /// What it purges by, in its order, each named once; only what it purges softly, if so asked.
    #[must_use]
    pub fn selectors(&self, soft: bool) -> Vec<&'static str> {
        let mut names: Vec<&str> = self
            .limits
            .iter()
            .filter(|limit| limit.soft || !soft)
            .map(|limit| limit.selector.name())
            .collect();
        names.dedup();
        names
    }

    /// The vendor's own variables for a secret, a setting or `url`.
    #[must_use]
    pub fn variables(&self, name: &str) -> &'static [&'static str] {
        self.variables.iter().find(|(known, _)| *known == name).map_or(&[], |(_, variables)| variables)
    }

    /// The secrets that it takes, by name, each once.
    pub fn secrets(&self) -> impl Iterator<Item = &'static str> {
        let mut seen: Vec<&'static str> = Vec::new();
        let bare = |name: &'static str| name.strip_suffix('?').unwrap_or(name);
        for name in self.credentials.iter().copied().flatten().copied().map(bare) {
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
        seen.into_iter()
    }

    /// The secret of this name, if it takes one.
    #[must_use]
    pub fn credential(&self, name: &str) -> Option<&'static str> {
        self.secrets().find(|known| *known == name)
    }

    /// Settles the settings of an account: the targets, and each known setting or its default.
    pub fn resolve(&self, targets: &[String], given: &[(String, String)]) -> Result<Settings> {
        if targets.is_empty() {
            return Err(Error::Config(format!("{} has no address to purge at; set `url`", self.title)));
        }
        let find = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let (mut values, mut local) = (Vec::new(), Vec::new());
        for setting in self.settings {
            let list = if setting.local { &mut local } else { &mut values };
            list.push((setting.name, setting.settle(self.id, find(setting.name))?));
        }
        Ok(Settings { targets: targets.to_vec(), values, local })
    }

    /// The row for a selector: the first whose condition holds.
    #[must_use]
    pub fn limit(&self, settings: &Settings, selector: Selector) -> Option<&'static Limit> {
        self.limits.iter().find(|row| row.selector == selector && settings.holds(row.when))
    }
}

/// A setting of a provider's profile.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its key in the profile.
    pub name: &'static str,
    /// What it may be; the first is the default. Empty: anything.
    pub values: &'static [&'static str],
    /// What holds where nothing sets it; `None`: it must be set.
    pub default: Option<&'static str>,
    /// It says how a request is authorized, not whose cache is purged: no part of the account's identity.
    pub local: bool,
}

impl Setting {
    /// One that the profile must set.
    #[must_use]
    pub const fn required(name: &'static str) -> Self {
        Self { name, values: &[], default: None, local: false }
    }

    /// One that the profile may set to anything.
    #[must_use]
    pub const fn or(name: &'static str, default: &'static str) -> Self {
        Self { name, values: &[], default: Some(default), local: false }
    }

    /// One with a fixed choice, the default first.
    #[must_use]
    pub const fn one_of(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { name, values, default: Some(values[0]), local: false }
    }

    /// One that says where credentials are, and that plans, keys and journals do not depend on.
    #[must_use]
    pub const fn local(self) -> Self {
        Self { local: true, ..self }
    }

    fn settle(&self, provider: &str, given: Option<&str>) -> Result<String> {
        let wrong = |what: String| Err(Error::Config(format!("the profile's `{}` {what}", self.name)));
        match (given, self.values) {
            (None, _) => match self.default {
                Some(default) => Ok(default.to_owned()),
                None => wrong(format!("is not set, and {provider} needs it")),
            },
            (Some(value), values) if values.is_empty() || values.contains(&value) => Ok(value.to_owned()),
            (Some(value), values) => wrong(format!("is {value:?}; use one of {}", values.join(", "))),
        }
    }
}

/// Whether the machine's own role may be asked for.
const MACHINE: Setting = Setting::one_of("instance_metadata", &["false", "true"]).local();

/// An account without its secrets: all that a plan, a poll and a dry run need.
/// Made by [`Provider::resolve`] alone, so that no default is ever missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    targets: Vec<String>,
    values: Vec<(&'static str, String)>,
    local: Vec<(&'static str, String)>,
}

impl Settings {
    /// Where requests go: one address, or one per node of a fleet.
    #[must_use]
    pub fn targets(&self) -> &[String] {
        &self.targets
    }

    /// A setting that the provider's row lists.
    pub fn get(&self, name: &str) -> Result<&str> {
        let found = self.values.iter().chain(&self.local).find(|(key, _)| *key == name);
        found
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| Error::Software(format!("the setting `{name}` is not in the provider's row")))
    }

    /// A setting that stands as one segment in the path of a request.
    pub fn id(&self, name: &str) -> Result<&str> {
        let id = self.get(name)?;
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !id.is_empty() && id.bytes().all(fine) {
            return Ok(id);
        }
        Err(Error::Config(format!(
            "the profile's `{name}` is {id:?}, which is no id; copy it from the provider's pages"
        )))
    }

    /// The settings that make the account, by name.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether a row or a budget with this condition applies.
    #[must_use]
    pub fn holds(&self, when: Option<(&str, &str)>) -> bool {
        when.is_none_or(|(name, value)| self.get(name).is_ok_and(|set| set == value))
    }

    /// Tells two accounts apart in plans and journals; holds no secret.
    #[must_use]
    pub fn digest(&self) -> String {
        let text = serde_json::json!([self.targets, self.values]).to_string();
        format!("sha256:{}", hex::encode(Sha256::digest(text)))
    }
}

/// Settings with the secrets that open the way.
#[derive(Debug)]
pub struct Account {
    /// What needs no secret.
    pub settings: Settings,
    secrets: Vec<(&'static str, Found)>,
    renewal: Option<Renewal>,
}

/// Secrets by name, and when they end, since 1970.
pub type Renewed = (Vec<(&'static str, Found)>, Option<Duration>);

/// Looks for the secrets of now.
pub type Look = dyn Fn(&Client<'_>) -> Result<Option<Renewed>> + Send + Sync;

/// Where secrets that may end while a run lasts are to be had again.
pub struct Renewal {
    /// When they end, since 1970; `None` where nobody says so.
    pub until: Option<Duration>,
    /// Those of now; `None` where there are none any more.
    pub again: Box<Look>,
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").field("until", &self.until).finish_non_exhaustive()
    }
}

impl Account {
    /// Takes the first way in whose first secret is set; the rest of that way must be set too.
    pub fn open(
        provider: &Provider,
        settings: Settings,
        mut find: impl FnMut(&'static str) -> Result<Option<Found>>,
    ) -> Result<Self> {
        let mut secrets = Vec::new();
        for way in provider.credentials {
            for name in *way {
                let (bare, optional) = name.strip_suffix('?').map_or((*name, false), |bare| (bare, true));
                match find(bare)? {
                    Some(found) => secrets.push((bare, found)),
                    None if optional => {}
                    None if secrets.is_empty() => break,
                    None => {
                        return Err(Error::MissingKey(format!("`{name}` is not set; {}", provider.missing)));
                    }
                }
            }
            // An empty way is one that is open to all.
            if !secrets.is_empty() || way.is_empty() {
                return Ok(Self { settings, secrets, renewal: None });
            }
        }
        if provider.credentials.is_empty() {
            return Ok(Self { settings, secrets, renewal: None });
        }
        Err(Error::MissingKey(provider.missing.to_owned()))
    }

    /// The same account, whose secrets may be had again.
    #[must_use]
    pub fn renewed_by(self, renewal: Renewal) -> Self {
        Self { renewal: Some(renewal), ..self }
    }

    /// The same account with the secrets of now; `None` where they are the ones it has.
    fn with(&self, secrets: Vec<(&'static str, Found)>) -> Option<Self> {
        let known = |(name, found): &(&str, Found)| self.secret(name) == Some(&found.secret);
        let same = secrets.len() == self.secrets.len() && secrets.iter().all(known);
        (!same).then(|| Self { settings: self.settings.clone(), secrets, renewal: None })
    }

    /// The secrets of the way that was taken, by name.
    #[must_use]
    pub fn secrets(&self) -> &[(&'static str, Found)] {
        &self.secrets
    }

    /// The secret of this name, where the way that was taken has it.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.iter().find(|(key, _)| *key == name).map(|(_, found)| &found.secret)
    }

    /// The secret of this name, in a way that the row promises to have it.
    pub fn demand(&self, name: &str) -> Result<&Secret> {
        self.secret(name)
            .ok_or_else(|| Error::Software(format!("the secret `{name}` is not in the way taken")))
    }

    /// Whether a URL lies at one of the account's own origins: only there a secret may go.
    #[must_use]
    pub fn owns(&self, url: &str) -> bool {
        self.settings.targets.iter().any(|target| origin(target).eq_ignore_ascii_case(origin(url)))
    }
}

/// Scheme, host and port: the text before the third slash, query or fragment.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

/// Authorizes with the account's `token` as a bearer.
pub fn bearer(account: &Account, _: &Attempt<'_>, request: Request) -> Result<Request> {
    Ok(request.bearer(account.demand("token")?))
}

/// Whether the status means success; a refusal keeps the whole answer.
pub fn accepted(reply: &Response) -> Result<()> {
    if reply.accepted() { Ok(()) } else { Err(Error::Answered(Box::new(reply.answer(None)))) }
}
