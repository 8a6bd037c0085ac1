//! `[policy]`: floors for every profile; a profile may only tighten them.

use super::member::{bad, member_text};
use crate::error::Result;
use toml_edit::TableLike;

/// The members of `[policy]`.
pub const MEMBERS: &[&str] = &["max_ttl", "min_secret_bytes", "strict", "argv_secrets"];

/// `[policy]`, tightened by the profile. Absent means no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Longest lifetime that may be minted, seconds.
    pub max_ttl: Option<u64>,
    /// Shorter secrets draw one warning a run; under `strict` they are refused.
    pub min_secret_bytes: usize,
    /// Warnings about secrets become refusals.
    pub strict: bool,
    /// `argv_secrets = "deny"`.
    pub deny_argv_secrets: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { max_ttl: None, min_secret_bytes: 16, strict: false, deny_argv_secrets: false }
    }
}

/// What one table says; a member that it lacks is `None`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    max_ttl: Option<u64>,
    min_secret_bytes: Option<usize>,
    strict: Option<bool>,
    deny: Option<bool>,
}

impl Said {
    /// Reads a table. `strictly` refuses names it does not know: a misspelt floor would be no floor.
    pub fn read(table: &dyn TableLike, path: &str, strictly: bool) -> Result<Self> {
        if let Some((name, _)) = table.iter().find(|(name, _)| strictly && !MEMBERS.contains(name)) {
            return Err(bad(&format!("{path}.{name}"), &format!("one of {}", MEMBERS.join(", "))));
        }
        let read = |name: &str| member_text(table, path, name);
        let at = |name: &str| format!("{path}.{name}");
        Ok(Self {
            max_ttl: parsed(read("max_ttl")?, seconds, || {
                bad(&at("max_ttl"), "a duration like \"7d\" or \"90m\"")
            })?,
            min_secret_bytes: parsed(
                read("min_secret_bytes")?,
                |text| text.parse().ok(),
                || bad(&at("min_secret_bytes"), "a number of bytes"),
            )?,
            strict: parsed(
                read("strict")?,
                |text| text.parse().ok(),
                || bad(&at("strict"), "true or false"),
            )?,
            deny: parsed(
                read("argv_secrets")?,
                |text| match text {
                    "deny" => Some(true),
                    "warn" => Some(false),
                    _ => None,
                },
                || bad(&at("argv_secrets"), "\"warn\" or \"deny\""),
            )?,
        })
    }

    /// The first word on each member.
    pub fn or(self, other: Self) -> Self {
        Self {
            max_ttl: self.max_ttl.or(other.max_ttl),
            min_secret_bytes: self.min_secret_bytes.or(other.min_secret_bytes),
            strict: self.strict.or(other.strict),
            deny: self.deny.or(other.deny),
        }
    }

    /// The floors, tightened by what the profile says; one that it loosens is refused by name.
    pub fn tightened(self, profile: Self, name: &str) -> Result<Bounds> {
        let loosened = [
            ("max_ttl", matches!((self.max_ttl, profile.max_ttl), (Some(floor), Some(own)) if own > floor)),
            (
                "min_secret_bytes",
                matches!((self.min_secret_bytes, profile.min_secret_bytes), (Some(floor), Some(own)) if own < floor),
            ),
            ("strict", self.strict == Some(true) && profile.strict == Some(false)),
            ("argv_secrets", self.deny == Some(true) && profile.deny == Some(false)),
        ];
        if let Some((member, _)) =
            loosened.iter().find(|(_, loose)| *loose && !planted!("profile-loosens-policy"))
        {
            return Err(crate::error::Error::Config(format!(
                "{member} of profile {name} is looser than [policy] allows; a profile may only tighten it"
            )));
        }
        let (said, base) = (profile.or(self), Bounds::default());
        Ok(Bounds {
            max_ttl: said.max_ttl,
            min_secret_bytes: said.min_secret_bytes.unwrap_or(base.min_secret_bytes),
            strict: said.strict.unwrap_or(base.strict),
            deny_argv_secrets: said.deny.unwrap_or(base.deny_argv_secrets),
        })
    }
}

fn seconds(text: &str) -> Option<u64> {
    humantime::parse_duration(text).ok().map(|duration| duration.as_secs()).filter(|seconds| *seconds > 0)
}

fn parsed<T>(
    text: Option<String>,
    parse: impl FnOnce(&str) -> Option<T>,
    wrong: impl FnOnce() -> crate::error::Error,
) -> Result<Option<T>> {
    text.map(|text| parse(&text).ok_or_else(wrong)).transpose()
}
