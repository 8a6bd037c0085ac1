//! One member of config.toml: as text, as JSON, and what is said of one that is of the wrong kind.

use crate::error::{Error, Result};
use serde_json::Value;
use toml_edit::{Item, TableLike, Value as Toml};

/// The known name that this one was meant to be. What resembles none may be a later version's.
pub(super) fn misspelt(
    name: &str,
    known: impl IntoIterator<Item = &'static &'static str> + Clone,
) -> Option<&'static str> {
    if known.clone().into_iter().any(|one| *one == name) {
        return None;
    }
    let near =
        |one: &&&str| strsim::osa_distance(&name.to_lowercase(), one) <= if one.len() < 5 { 1 } else { 2 };
    known.into_iter().find(near).copied()
}

/// A member that would do nothing, and the one that was meant.
pub(super) fn unknown(path: &str, meant: &str) -> Error {
    Error::Config(format!("{path} is no setting; did you mean {meant}? see `stratos config edit`"))
}

/// What is wrong with a member: never its value, which may be a secret.
pub(super) fn bad(path: &str, wanted: &str) -> Error {
    Error::Config(format!("{path} must be {wanted}; see `stratos config edit`"))
}

/// A scalar as text, so that `retries = 2` and `retries = "2"` mean the same.
pub(super) fn member_text(table: &dyn TableLike, path: &str, name: &str) -> Result<Option<String>> {
    match table.get(name) {
        None | Some(Item::None) => Ok(None),
        Some(item) => scalar(item).map(Some).ok_or_else(|| bad(&format!("{path}.{name}"), "text")),
    }
}

/// Text, a number or a boolean, as text.
pub(super) fn scalar(item: &Item) -> Option<String> {
    match item.as_value()? {
        Toml::String(text) => Some(text.value().clone()),
        Toml::Integer(number) => Some(number.value().to_string()),
        Toml::Float(number) => Some(number.value().to_string()),
        Toml::Boolean(yes) => Some(yes.value().to_string()),
        _ => None,
    }
}

/// TOML as JSON; a date becomes its text.
pub(super) fn json(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => json_value(value),
        Item::Table(table) => table.iter().map(|(name, item)| (name.to_owned(), json(item))).collect(),
        Item::ArrayOfTables(tables) => tables
            .iter()
            .map(|table| table.iter().map(|(name, item)| (name.to_owned(), json(item))).collect::<Value>())
            .collect(),
    }
}

fn json_value(value: &Toml) -> Value {
    match value {
        Toml::String(text) => text.value().as_str().into(),
        Toml::Integer(number) => (*number.value()).into(),
        Toml::Float(number) => (*number.value()).into(),
        Toml::Boolean(yes) => (*yes.value()).into(),
        Toml::Datetime(date) => date.value().to_string().into(),
        Toml::Array(items) => items.iter().map(json_value).collect(),
        Toml::InlineTable(table) => {
            table.iter().map(|(name, value)| (name.to_owned(), json_value(value))).collect()
        }
    }
}
