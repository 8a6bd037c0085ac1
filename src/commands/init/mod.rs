//! `stratos init`: a profile by flags, by answers on a terminal, or from the Node CLI's config.json.

mod answers;
mod import;
mod vendor;

use crate::{
    command::Command,
    context::Context,
    credential::Reference,
    error::{Error, Result},
    profile::{self, DEFAULT_URL, File, base, name_is_fine},
    purge::{self, setup::Power},
    report::{Page, Report, Style},
    secret::Secret,
    sign::Scheme,
};
use serde_json::{Map, Value, json};
use std::io;

/// For the end of its help.
pub const EXAMPLES: &str = "  stratos init
  stratos init cloudflare --find example.com --credential token=env:CF_TOKEN
  stratos init akamai --set edgerc_section=ccu       (the account of ~/.edgerc)
  stratos init fastly --set service_id=SU1Z0isxPaoz --no-check";

/// First-run setup of a profile. On a terminal it asks, unless a value is given by flag; elsewhere it
/// writes what the flags say, and the defaults. With a PROVIDER it sets up that one.
#[derive(Debug, Default, clap::Args)]
pub struct Init {
    /// Purge provider to set up: its settings are asked for, names resolved to ids, and the credential tested;
    /// without one, CloudCDN
    #[arg(value_name = "PROVIDER", conflicts_with_all = ["provider", "import"])]
    vendor: Option<String>,
    #[command(flatten)]
    wants: vendor::Wants,
    /// Signing key, literally; better --key
    #[arg(long, value_name = "SECRET", conflicts_with = "key")]
    signed_secret: Option<String>,
    /// Signing key by reference: env:NAME, file:PATH, fd:N, exec:COMMAND or -
    #[arg(long, value_name = "REFERENCE")]
    key: Option<String>,
    /// Purge key, literally
    #[arg(long, value_name = "KEY")]
    purge_key: Option<String>,
    /// API token, literally
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Signing scheme; for CloudCDN the form that the deployment verifies: cloudcdn or cloudcdn-colon
    #[arg(long, alias = "signature-form", value_name = "ID")]
    scheme: Option<String>,
    /// Purge provider
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// Take the profiles over from the Node CLI's config.json; with --profile only that one
    #[arg(long)]
    import: bool,
    /// Replace the profile if it exists; a file that cannot be read is kept beside the new one
    #[arg(long)]
    force: bool,
}

/// What the profile will say. Credentials are references; a literal is `plain:`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Plan {
    name: String,
    url: String,
    account_key: Option<String>,
    access_key: Option<String>,
    signing_key: Option<String>,
    purge_key: Option<String>,
    token: Option<String>,
    scheme: Option<String>,
    provider: Option<String>,
}

/// The report of `init`.
pub enum Set {
    /// A profile was written: its name, and what it says, secrets masked.
    Written(String, Map<String, Value>),
    /// A provider's profile was written: its name, what it says, and what its credential may do.
    Tested(String, Map<String, Value>, Option<Power>),
    /// Profiles were taken over.
    Imported(Vec<String>),
}

impl Command for Init {
    type Report = Set;

    fn run(self, cx: &mut Context<'_>) -> Result<Set> {
        if let Some(provider) = self.vendor.as_deref().map(purge::provider).transpose()?
            && !provider.id.starts_with("cloudcdn")
        {
            return vendor::run(&self, provider, cx);
        }
        self.wants.none_given()?;
        let values = self.gives_values(cx);
        if self.import {
            if values {
                return Err(Error::Usage(
                    "--import takes every value from config.json; set others afterwards with `stratos config set`"
                        .into(),
                ));
            }
            return import::run(cx, self.force);
        }
        let asks = cx.interactive && !cx.options.no_input && !values;
        let plan = if asks { answers::ask(&self, cx)? } else { self.plan(cx)? };
        write(cx, &plan, self.force)
    }
}

impl Init {
    fn gives_values(&self, cx: &Context<'_>) -> bool {
        let global = [&cx.options.cdn_url, &cx.options.account_key, &cx.options.access_key];
        let own =
            [&self.signed_secret, &self.key, &self.purge_key, &self.token, &self.scheme, &self.provider];

        global.iter().chain(&own).any(|value| value.is_some())
    }

    fn plan(&self, cx: &mut Context<'_>) -> Result<Plan> {
        let url = cx.options.cdn_url.clone().unwrap_or_else(|| DEFAULT_URL.into());
        let url = base(&url).map_err(|why| Error::Usage(format!("--cdn-url is no base URL: {why}")))?;
        let name = name(cx)?;
        self.provider.as_deref().map(purge::provider).transpose()?;
        self.scheme.as_deref().map(Scheme::find).transpose()?;
        let key = self.key.as_deref().map(|text| reference("--key", text)).transpose()?;
        let (account, access) = (cx.options.account_key.clone(), cx.options.access_key.clone());
        let deny = File::load_or_new(&cx.place())
            .and_then(|file| file.bounds(Some(&name)))
            .is_ok_and(|bounds| bounds.deny_argv_secrets);
        let mut literal = |flag, value: Option<&String>| match value {
            None => Ok(None),
            Some(value) if value.is_empty() => Err(Error::Usage(format!("{flag} is empty; give it a value"))),
            Some(value) => cx.warn_of_argv(flag, deny).map(|()| Some(format!("plain:{value}"))),
        };
        Ok(Plan {
            account_key: literal("--account-key", account.as_ref())?,
            access_key: literal("--access-key", access.as_ref())?,
            signing_key: literal("--signed-secret", self.signed_secret.as_ref())?.or(key),
            purge_key: literal("--purge-key", self.purge_key.as_ref())?,
            token: literal("--token", self.token.as_ref())?,
            scheme: self.scheme.clone(),
            provider: self.provider.clone(),
            name,
            url,
        })
    }
}

fn name(cx: &Context<'_>) -> Result<String> {
    let variable = || cx.env.get("STRATOS_PROFILE");
    let name = cx.options.profile.as_deref().or_else(variable).unwrap_or("default");
    checked_name(name)
}

fn checked_name(name: &str) -> Result<String> {
    if name_is_fine(name) && name != "policy" {
        return Ok(name.to_owned());
    }
    Err(Error::Usage(format!("{name:?} cannot name a profile; use letters, digits, `-` and `_`")))
}

fn reference(flag: &str, text: &str) -> Result<String> {
    Reference::parse(text).map_err(|why| Error::Usage(format!("{flag}: {why}")))?;
    Ok(text.to_owned())
}

fn write(cx: &mut Context<'_>, plan: &Plan, force: bool) -> Result<Set> {
    cx.configure(force, |file| {
        taken(file, &plan.name, force)?;
        file.put_profile(&plan.name, &plan.members())
    })?;
    let path = cx.place().writable()?.display().to_string();
    tell(cx, plan, &path);
    Ok(Set::Written(plan.name.clone(), plan.entry()))
}

fn taken(file: &File, name: &str, force: bool) -> Result<()> {
    if !force && file.names().contains(&name) {
        return Err(Error::Usage(format!(
            "profile {name:?} exists; replace it with --force, or name another one with --profile"
        )));
    }
    Ok(())
}

fn tell(cx: &mut Context<'_>, plan: &Plan, path: &str) {
    let name = &plan.name;
    let shown = |value: &Option<String>| value.as_deref().map_or_else(|| "(unset)".into(), visible);
    let mut lines = vec![
        format!("✓ wrote profile \"{name}\" to {path}"),
        format!("  url = {}", plan.url),
        format!("  account_key = {}", shown(&plan.account_key)),
        format!("  access_key  = {}", shown(&plan.access_key)),
        format!("  signed_url_secret = {}", shown(&plan.signing_key)),
    ];
    for (member, value) in [("purge_key", &plan.purge_key), ("token", &plan.token)] {
        lines.extend(value.as_ref().map(|value| format!("  {member} = {}", visible(value))));
    }
    for (member, value) in [("scheme", &plan.scheme), ("provider", &plan.provider)] {
        lines.extend(value.as_ref().map(|value| format!("  {member} = {value}")));
    }
    lines.extend([
        String::new(),
        format!("Activate with:  stratos config use {name}  (or STRATOS_PROFILE={name})"),
        format!("Or per call:    stratos --profile {name} health"),
        format!("Check it with:  stratos --profile {name} doctor"),
    ]);
    lines.iter().for_each(|line| cx.console.info(line));
    warn_of_plain(cx, path, name, plan.credentials());
}

/// A secret that stands in the file itself.
fn warn_of_plain<'p>(
    cx: &Context<'_>,
    path: &str,
    name: &str,
    mut members: impl Iterator<Item = (&'static str, &'p String)>,
) {
    if let Some((member, _)) = members.find(|(_, value)| value.starts_with("plain:")) {
        cx.console.warn(format!(
            "{path} holds secrets in plain text, for its owner's eyes only; name them instead: \
             stratos config set {name}.{member} env:NAME"
        ));
    }
}

/// A reference as it stands, a literal masked, as the Node CLI showed it.
fn visible(reference: &str) -> String {
    match reference.strip_prefix("plain:") {
        Some(literal) => Secret::new(literal).masked(),
        None => profile::shown(reference, false),
    }
}

impl Plan {
    fn credentials(&self) -> impl Iterator<Item = (&'static str, &String)> {
        [
            ("account_key", &self.account_key),
            ("access_key", &self.access_key),
            ("purge_key", &self.purge_key),
            ("token", &self.token),
            ("signing.key", &self.signing_key),
        ]
        .into_iter()
        .filter_map(|(member, value)| Some((member, value.as_ref()?)))
    }

    /// As config.toml holds it.
    fn members(&self) -> Vec<(&'static str, String)> {
        let provider = self.provider.clone().unwrap_or_else(|| "cloudcdn".into());
        let mut members = vec![("provider", provider), ("url", self.url.clone())];
        let (keys, signing): (Vec<_>, Vec<_>) =
            self.credentials().partition(|(member, _)| !member.starts_with("signing."));
        members.extend(keys.into_iter().map(|(member, value)| (member, value.clone())));
        members.extend(self.scheme.clone().map(|scheme| ("signing.scheme", scheme)));
        members.extend(signing.into_iter().map(|(member, value)| (member, value.clone())));
        members
    }

    /// As it is reported: the Node CLI's names in its order, then ours.
    fn entry(&self) -> Map<String, Value> {
        let secret = |value: &Option<String>| value.as_deref().map(visible);
        let members = [
            ("url", Some(self.url.clone())),
            ("account_key", secret(&self.account_key)),
            ("access_key", secret(&self.access_key)),
            ("signed_url_secret", secret(&self.signing_key)),
            ("purge_key", secret(&self.purge_key)),
            ("token", secret(&self.token)),
            ("scheme", self.scheme.clone()),
            ("provider", self.provider.clone()),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
    }
}

impl Report for Set {
    fn value(&self) -> Value {
        match self {
            Self::Written(profile, entry) => json!({ "profile": profile, "entry": entry }),
            Self::Tested(profile, entry, power) => {
                json!({ "profile": profile, "entry": entry, "credential": power })
            }
            Self::Imported(profiles) => json!({ "imported": profiles }),
        }
    }

    /// stderr has told it already.
    fn human(&self, _: &mut Page<'_>) -> io::Result<()> {
        Ok(())
    }

    fn style(&self) -> Style {
        Style::TextUnlessAsked
    }
}
