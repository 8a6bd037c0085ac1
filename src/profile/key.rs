//! What `config get` and `config set` call a setting: `<profile>.<key>`, `<profile>.signing.<key>`,
//! `<profile>.policy.<key>`, `policy.<key>`; the Node CLI's names are aliases.

use super::policy;
use crate::error::{Error, Result};
use std::fmt;

/// A setting's place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    path: Vec<String>,
    written: Vec<String>,
}

impl Key {
    /// Reads the dotted form.
    pub fn parse(text: &str) -> Result<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        if let Some(part) = parts.iter().find(|part| !name_is_fine(part)) {
            return Err(Error::Usage(match part.is_empty() {
                true => format!("{text:?} is no setting; write <profile>.<key>"),
                false => format!("{part:?} cannot be a name in {text:?}; use letters, digits, `-` and `_`"),
            }));
        }
        match parts.as_slice() {
            ["policy", key] if policy::MEMBERS.contains(key) => {
                Ok(Self::at(&["policy", key], &["policy", key]))
            }
            ["policy", key] => {
                Err(Error::Usage(format!("[policy] has no {key}; it has {}", policy::MEMBERS.join(", "))))
            }
            [profile, key] => Ok(Self::of_profile(profile, key)),
            [profile, table @ ("signing" | "policy"), key] => {
                let path = ["profiles", profile, table, key];
                Ok(Self::at(&path, &path))
            }
            [_] => Err(Error::Usage(format!("{text:?} names no key; write <profile>.<key>"))),
            _ => Err(Error::Usage(format!(
                "{text:?} is too deep; write <profile>.<key>, or <profile>.signing.<key>"
            ))),
        }
    }

    /// A member of a profile, by our name or the Node CLI's.
    #[must_use]
    pub fn of_profile(profile: &str, key: &str) -> Self {
        let written = ["profiles", profile, key];
        match alias(key) {
            Some(("", name)) => Self::at(&["profiles", profile, name], &written),
            Some((table, name)) => Self::at(&["profiles", profile, table, name], &written),
            None => Self::at(&written, &written),
        }
    }

    /// The last word of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The profile it belongs to.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        (self.path[0] == "profiles").then(|| self.path[1].as_str())
    }

    /// The path inside the profile, dotted: `url`, `signing.key`.
    #[must_use]
    pub fn member(&self) -> String {
        self.path[if self.profile().is_some() { 2 } else { 0 }..].join(".")
    }

    pub(super) fn path(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(String::as_str)
    }

    pub(super) fn written(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(String::as_str)
    }

    fn at(path: &[&str], written: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self { path: owned(path), written: owned(written) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path.join("."))
    }
}

/// Whether a word may name a profile or a key; `__proto__` was a trap of the Node CLI's.
#[must_use]
pub fn name_is_fine(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= 64 && name.chars().all(allowed) && name != "__proto__"
}

/// Our table and name for a key of the Node CLI's.
#[must_use]
pub fn alias(key: &str) -> Option<(&'static str, &'static str)> {
    match key {
        "signed_url_secret" => Some(("signing", "key")),
        "timeout_ms" => Some(("", "timeout")),
        "max_retries" => Some(("", "retries")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn settings_are_found_by_either_name() {
        for (text, path) in [
            ("a.url", "profiles.a.url"),
            ("a.signed_url_secret", "profiles.a.signing.key"),
            ("a.timeout_ms", "profiles.a.timeout"),
            ("a.max_retries", "profiles.a.retries"),
            ("a.signing.scheme", "profiles.a.signing.scheme"),
            ("policy.max_ttl", "policy.max_ttl"),
            ("a.policy.strict", "profiles.a.policy.strict"),
        ] {
            assert_eq!(Key::parse(text).unwrap().to_string(), path);
        }
    }

    #[test]
    fn what_names_no_setting_is_refused() {
        for text in [
            "",
            "nodots",
            "a.b.c",
            "a.",
            ".b",
            "a..b",
            "__proto__.x",
            "a.__proto__",
            "policy.x",
            "a b.c",
            "a.signing.b.c",
        ] {
            assert_eq!(Key::parse(text).map_err(|error| error.facts().exit), Err(64), "{text:?}");
        }
    }
}
