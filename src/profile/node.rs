//! The Node CLI's config.json: read where there is no config.toml, migrated by the first writer.
//! Its literals become `plain:` references, its numbers text (contracts/cloudcdn-cli.md section 2).

use super::key::alias;
use crate::error::{Error, Result};
use serde_json::Value;
use std::path::Path;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value as Toml};

/// The secrets of a profile there.
const SECRETS: &[&str] = &["account_key", "access_key", "purge_key", "token", "signed_url_secret"];

/// Parses the file: as it stands, and as the config.toml it would become.
pub(super) fn read(path: &Path, text: &str) -> Result<(Value, DocumentMut)> {
    let broken = |why: &str| Error::Config(format!("{}: {why}; mend it, or move it away", path.display()));
    let value: Value = serde_json::from_str(text).map_err(|error| {
        broken(&format!("line {}, column {}: this is no JSON", error.line(), error.column()))
    })?;
    let members =
        value.as_object().ok_or_else(|| broken("it must hold an object with a member `profiles`"))?;
    let mut document = DocumentMut::new();
    for (name, member) in members {
        match (name.as_str(), member) {
            ("profiles", Value::Object(profiles)) => {
                let mut table = Table::new();
                table.set_implicit(true);
                for (name, profile) in profiles {
                    let members = profile.as_object();
                    let members =
                        members.ok_or_else(|| broken(&format!("profiles.{name} must be an object")))?;
                    table.insert(name, Item::Table(migrated(members)));
                }
                document.insert(name, Item::Table(table));
            }
            ("profiles", _) => return Err(broken("profiles must be an object")),
            // Ours have these names, with another meaning; the old file is kept.
            ("default" | "policy", _) => {}
            (_, other) => put(document.as_table_mut(), name, other),
        }
    }
    Ok((value, document))
}

fn migrated(members: &serde_json::Map<String, Value>) -> Table {
    let mut table = Table::new();
    for (name, value) in members {
        let literal = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let empty = literal.is_empty() || value.is_null();
        match name.as_str() {
            // To the Node CLI an empty setting is none.
            secret if SECRETS.contains(&secret) && empty => {}
            "signed_url_secret" => {
                let signing = table.entry("signing").or_insert_with(|| Item::Table(Table::new()));
                if let Some(signing) = signing.as_table_mut() {
                    signing.insert("key", text(&format!("plain:{literal}")));
                }
            }
            secret if SECRETS.contains(&secret) => {
                table.insert(secret, text(&format!("plain:{literal}")));
            }
            "url" | "timeout_ms" | "max_retries" if empty => {}
            "url" => {
                table.insert("url", text(&literal));
            }
            number => match alias(number) {
                Some((_, ours)) => {
                    table.insert(ours, text(&literal));
                }
                // Sub-tables of ours, which the Node CLI never wrote.
                None if matches!(number, "signing" | "policy") => {}
                None => put(&mut table, number, value),
            },
        }
    }
    table
}

fn text(value: &str) -> Item {
    toml_edit::value(value)
}

fn put(table: &mut Table, name: &str, value: &Value) {
    if let Some(value) = toml(value, DEPTH) {
        table.insert(name, Item::Value(value));
    }
}

/// Deeper than this TOML readers give up, so what is deeper stays JSON, as text.
const DEPTH: usize = 32;

/// JSON as TOML, which knows no null.
fn toml(value: &Value, depth: usize) -> Option<Toml> {
    Some(match value {
        Value::Array(_) | Value::Object(_) if depth == 0 => value.to_string().into(),
        Value::Null => return None,
        Value::Bool(yes) => (*yes).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(real)) if !number.is_u64() => real.into(),
            _ => number.to_string().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => {
            Toml::Array(items.iter().filter_map(|item| toml(item, depth - 1)).collect::<Array>())
        }
        Value::Object(members) => {
            let members =
                members.iter().filter_map(|(name, value)| Some((name.as_str(), toml(value, depth - 1)?)));
            Toml::InlineTable(members.collect::<InlineTable>())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use std::path::Path;

    fn migrated(text: &str) -> crate::error::Result<String> {
        read(Path::new("config.json"), text).map(|(_, document)| document.to_string())
    }

    #[test]
    fn literals_become_plain_and_numbers_text() {
        let text = r#"{"profiles":{"a":{"url":"https://x.example","account_key":"env:LITERAL","access_key":"",
            "signed_url_secret":"s","timeout_ms":5000,"max_retries":"3","b":"v","n":5}},"other":[1,null]}"#;
        let expected = "other = [1]\n\n[profiles.a]\nurl = \"https://x.example\"\naccount_key = \"plain:env:LITERAL\"\n\
            timeout = \"5000\"\nretries = \"3\"\nb = \"v\"\nn = 5\n\n[profiles.a.signing]\nkey = \"plain:s\"\n";
        assert_eq!(migrated(text).unwrap(), expected);
    }

    #[test]
    fn what_is_too_deep_stays_json() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let text = migrated(&format!(r#"{{"profiles":{{"a":{{"b":{deep}}}}}}}"#)).unwrap();
        assert!(text.parse::<toml_edit::DocumentMut>().is_ok(), "{text}");
    }

    #[test]
    fn what_is_no_such_file_is_refused_without_being_quoted() {
        for text in ["[]", "{\"profiles\":5}", "{\"profiles\":{\"a\":5}}", "", "{\"account_key\":\"hunter2\""]
        {
            let error = migrated(text).unwrap_err();
            assert_eq!(error.facts().exit, 78, "{text}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
