//! The profile in force: which one, and for each of its settings who set it.

use super::{
    CREDENTIALS, DEFAULT_URL, File, Kept, Origin, Profile, Setting,
    key::alias,
    member::{bad, member_text, misspelt, scalar, unknown},
    policy::{self, Bounds, Said},
    ring::{self, RingKey, Standing},
    site,
};
use crate::{
    error::{Error, Result},
    options::Options,
};
use toml_edit::TableLike;

/// The members of a profile that are no provider's own settings.
const KNOWN: &[&str] = &[
    "provider",
    "url",
    "account_key",
    "access_key",
    "purge_key",
    "token",
    "timeout",
    "retries",
    "max_wait",
    "ca_file",
    "client_cert",
    "client_key",
    "otlp_endpoint",
    "nodes",
    "then",
    "signing",
    "policy",
];

/// Where settings come from, strongest first.
pub struct Sources<'s> {
    /// The global options.
    pub options: &'s Options,
    /// Environment variables; an empty one counts as not set.
    pub env: &'s dyn Fn(&str) -> Option<&'s str>,
    /// The profile file.
    pub file: &'s File,
}

/// Resolves everything but the credentials, which stay references.
pub fn resolve(from: &Sources<'_>) -> Result<Profile> {
    settled(from, chosen(from)?, None)
}

/// As [`resolve`], for the profile of this name, whichever one is in force.
pub fn named(from: &Sources<'_>, name: &str) -> Result<Profile> {
    settled(from, name.to_owned(), None)
}

/// A provider with its defaults and the vendor's own variables, and nothing of any profile.
pub fn bare(from: &Sources<'_>, provider: &str) -> Result<Profile> {
    let chosen = Setting { value: provider.to_owned(), origin: Origin::Flag("--to") };
    settled(from, provider.to_owned(), Some(chosen))
}

fn settled(from: &Sources<'_>, name: String, provider: Option<Setting<String>>) -> Result<Profile> {
    let table = Own { name: &name, table: from.file.profile(&name).filter(|_| provider.is_none()) };
    table.refuse_aliases()?;
    let own = table.setting("provider")?;
    let provider = provider.or(own).unwrap_or_else(|| Setting::default("cloudcdn"));
    // CLOUDCDN_* are seen by that provider alone.
    let cloudcdn = provider.value.starts_with("cloudcdn");
    let env = |names: &[&'static str]| {
        let found = names.iter().find_map(|name| Some((*name, (from.env)(name)?)));
        found.filter(|_| cloudcdn)
    };
    let layered = |flag: (&'static str, Option<String>), names: &[&'static str], member: &'static str| {
        if let (name, Some(value)) = flag {
            return Ok(Setting { value: Some(value), origin: Origin::Flag(name) });
        }
        if let Some((name, value)) = env(names) {
            return Ok(Setting { value: Some(value.to_owned()), origin: Origin::Environment(name) });
        }
        let own = table.setting(member)?;
        Ok::<_, Error>(own.map_or(Setting { value: None, origin: Origin::Default }, |own| Setting {
            value: Some(own.value),
            origin: own.origin,
        }))
    };
    let options = from.options;
    let path =
        |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
    let url = layered(("--cdn-url", options.cdn_url.clone()), &["CLOUDCDN_URL", "CLOUDCDN_BASE_URL"], "url")?;
    let fallback = if cloudcdn { DEFAULT_URL } else { "" };
    let bound_to = match table.setting("url")? {
        Some(own) => checked(&own, &name)?,
        None => fallback.to_owned(),
    };
    Ok(Profile {
        url: match url {
            Setting { value: Some(value), origin } => {
                let url = Setting { value, origin };
                Setting { value: checked(&url, &name)?, origin }
            }
            Setting { value: None, .. } => Setting::default(fallback),
        },
        bound_to,
        scheme: table.signing("scheme", "signing.scheme")?.unwrap_or_else(|| Setting::default("cloudcdn")),
        nodes: table.nodes()?,
        then: table.then()?,
        key_id: table.key_id()?,
        ring: table.ring()?,
        params: table.params()?,
        settings: table.settings(),
        bounds: bounds(from.file, &table)?,
        timeout: layered(("--timeout", options.timeout.clone()), &["CLOUDCDN_TIMEOUT"], "timeout")?,
        retries: layered(("--retries", options.retries.clone()), &["CLOUDCDN_RETRIES"], "retries")?,
        max_wait: layered(("--max-wait", options.max_wait.clone()), &[], "max_wait")?,
        ca_file: layered(("--ca-file", path(&options.ca_file)), &[], "ca_file")?,
        client_cert: layered(("", None), &[], "client_cert")?,
        client_key: layered(("", None), &[], "client_key")?,
        otlp_endpoint: layered(("--otlp-endpoint", options.otlp_endpoint.clone()), &[], "otlp_endpoint")?,
        references: table.references()?,
        literals: from.file.kept == Kept::Node,
        chosen_by_file: from.file.default_name() == Some(&name),
        provider,
        name,
    })
}

/// Flag, variable, the file's `default`, else `default`: the last may be missing, the others may not.
fn chosen(from: &Sources<'_>) -> Result<String> {
    let flag = from.options.profile.as_deref().map(|name| ("--profile", name));
    let variable = || (from.env)("STRATOS_PROFILE").map(|name| ("STRATOS_PROFILE", name));
    let own = from.file.default_name();
    let (by, name) =
        flag.or_else(variable).or(own.map(|name| ("`default`", name))).unwrap_or(("", "default"));
    let built_in = name == "default" && own.is_none();
    if built_in || from.file.profile(name).is_some() {
        return Ok(name.to_owned());
    }
    Err(Error::Config(match from.file.names().as_slice() {
        [] => format!(
            "{by} names profile {name:?}, but there are no profiles; create it with `stratos init --profile {name}`"
        ),
        known => format!("{by} names profile {name:?}, which does not exist; known: {}", known.join(", ")),
    }))
}

fn checked(url: &Setting<String>, profile: &str) -> Result<String> {
    site::base(&url.value).map_err(|why| match url.origin {
        Origin::Profile(_) => Error::Config(format!("url of profile {profile} is no base URL: {why}")),
        origin => Error::Usage(format!("{origin} is no base URL: {why}")),
    })
}

/// Whether a profile can be used as it is written.
pub(super) fn judge(file: &File, name: &str) -> Result<()> {
    let own = Own { name, table: file.profile(name) };
    own.refuse_aliases()?;
    if let Some(url) = own.setting("url")? {
        checked(&url, name)?;
    }
    own.params()?;
    own.references()?;
    bounds(file, &own).map(drop)
}

/// The floors, tightened by the profile of this name where it is there.
pub(super) fn bounds_of(file: &File, name: &str) -> Result<Bounds> {
    bounds(file, &Own { name, table: file.profile(name) })
}

/// The credentials that a profile names.
pub(super) fn references(file: &File, name: &str) -> Result<Vec<(&'static str, String)>> {
    Own { name, table: file.profile(name) }.references()
}

/// `[policy]`.
pub(super) fn floors(file: &File) -> Result<Said> {
    file.table("policy").map_or(Ok(Said::default()), |table| Said::read(table, "policy", true))
}

fn bounds(file: &File, own: &Own<'_>) -> Result<Bounds> {
    let floors = floors(file)?;
    let Some(table) = own.table else { return floors.tightened(Said::default(), own.name) };
    let path = format!("profiles.{}", own.name);
    let inner = match own.inner("policy")? {
        Some(table) => Said::read(table, &format!("{path}.policy"), true)?,
        None => Said::default(),
    };
    floors.tightened(inner.or(Said::read(table, &path, false)?), own.name)
}

/// The profile's own table, where it has one.
struct Own<'f> {
    name: &'f str,
    table: Option<&'f dyn TableLike>,
}

impl<'f> Own<'f> {
    fn path(&self) -> String {
        format!("profiles.{}", self.name)
    }

    fn setting(&self, member: &'static str) -> Result<Option<Setting<String>>> {
        let Some(table) = self.table else { return Ok(None) };
        Ok(present(member_text(table, &self.path(), member)?, member))
    }

    fn inner(&self, name: &str) -> Result<Option<&'f dyn TableLike>> {
        match self.table.and_then(|table| table.get(name)) {
            None => Ok(None),
            Some(item) => match item.as_table_like() {
                Some(table) => Ok(Some(table)),
                None => Err(bad(&format!("{}.{name}", self.path()), "a table")),
            },
        }
    }

    fn signing(&self, member: &str, shown: &'static str) -> Result<Option<Setting<String>>> {
        let Some(table) = self.inner("signing")? else { return Ok(None) };
        Ok(present(member_text(table, &format!("{}.signing", self.path()), member)?, shown))
    }

    fn params(&self) -> Result<Vec<(String, String)>> {
        let Some(table) = self.inner("signing")? else { return Ok(Vec::new()) };
        let own = table.iter().filter(|(name, _)| !matches!(*name, "scheme" | "key" | "key_id" | "keys"));
        own.map(|(name, item)| match scalar(item) {
            Some(text) => Ok((name.to_owned(), text)),
            None => Err(bad(&format!("{}.signing.{name}", self.path()), "text")),
        })
        .collect()
    }

    fn ring(&self) -> Result<Vec<RingKey>> {
        self.inner("signing")?
            .map_or(Ok(Vec::new()), |table| ring::read(table, &format!("{}.signing", self.path())))
    }

    /// The key that signs, where there is a ring.
    fn current(&self) -> Result<Option<RingKey>> {
        Ok(self.ring()?.into_iter().find(|key| key.standing == Standing::Current))
    }

    fn key_id(&self) -> Result<Option<String>> {
        Ok(match self.current()? {
            Some(key) => Some(key.id),
            None => self.signing("key_id", "signing.key_id")?.map(|own| own.value),
        })
    }

    fn settings(&self) -> Vec<(String, String)> {
        let members = self.table.into_iter().flat_map(TableLike::iter);
        let foreign = members.filter(|(name, _)| {
            !KNOWN.contains(name) && !policy::MEMBERS.contains(name) && !CREDENTIALS.contains(name)
        });
        foreign.filter_map(|(name, item)| Some((name.to_owned(), scalar(item)?))).collect()
    }

    /// The addresses of a fleet, each as `url` would have to be.
    fn nodes(&self) -> Result<Vec<String>> {
        let Some(item) = self.table.and_then(|table| table.get("nodes")) else { return Ok(Vec::new()) };
        let path = format!("{}.nodes", self.path());
        let wrong = || bad(&path, "a list of base URLs, [\"http://a:6081\", \"http://b:6081\"]");
        let list = item.as_array().filter(|list| !list.is_empty()).ok_or_else(wrong)?;
        list.iter()
            .map(|node| {
                let text = node.as_str().ok_or_else(wrong)?;
                site::base(text).map_err(|why| Error::Config(format!("{path} holds no base URL: {why}")))
            })
            .collect()
    }

    /// `then = "cdn"`, or several with commas between.
    fn then(&self) -> Result<Vec<String>> {
        let Some(own) = self.setting("then")? else { return Ok(Vec::new()) };
        Ok(own.value.split(',').map(|name| name.trim().to_owned()).collect())
    }

    fn references(&self) -> Result<Vec<(&'static str, String)>> {
        let mut references = Vec::new();
        for member in CREDENTIALS {
            let found = match member.strip_prefix("signing.") {
                Some(inner) => self.signing(inner, member)?,
                None => self.setting(member)?,
            };
            references.extend(found.map(|found| (*member, found.value)));
        }
        references.extend(self.current()?.map(|key| ("signing.key", key.reference)));
        Ok(references)
    }

    /// The Node CLI's names, and ours misspelt, would be taken for a provider's settings and do nothing.
    fn refuse_aliases(&self) -> Result<()> {
        let members = self.table.into_iter().flat_map(TableLike::iter);
        for (name, _) in members {
            if let Some((table, ours)) = alias(name) {
                let dot = if table.is_empty() { "" } else { "." };
                return Err(Error::Config(format!(
                    "profiles.{}.{name} is the Node CLI's name; in config.toml it is {table}{dot}{ours}",
                    self.name
                )));
            }
            let known = KNOWN.iter().chain(policy::MEMBERS).chain(CREDENTIALS);
            if let Some(meant) = misspelt(name, known) {
                return Err(unknown(&format!("profiles.{}.{name}", self.name), meant));
            }
        }
        Ok(())
    }
}

/// An empty value counts as not set, as an empty variable does.
fn present(text: Option<String>, member: &'static str) -> Option<Setting<String>> {
    let value = text.filter(|text| !text.is_empty())?;
    Some(Setting { value, origin: Origin::Profile(member) })
}
