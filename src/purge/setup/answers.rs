//! Lists of zones and services, as APIs answer with them.

use super::Place;
use serde_json::Value;

/// The places of a list, with their id and all names at these pointers.
pub(super) fn places<'v>(
    list: impl IntoIterator<Item = &'v Value>,
    id: &str,
    names: fn(&Value) -> Vec<String>,
) -> Vec<Place> {
    let place = |entry: &Value| Some(Place { id: text(entry.get(id)?)?, names: names(entry) });
    list.into_iter().filter_map(place).collect()
}

/// A list, here or below one of these pointers.
pub(super) fn list<'v>(value: &'v Value, pointers: &[&str]) -> &'v [Value] {
    let found = pointers.iter().find_map(|pointer| value.pointer(pointer)?.as_array());
    found.map_or(&[], Vec::as_slice)
}

/// The members of these names that are text.
pub(super) fn members(entry: &Value, names: &[&str]) -> Vec<String> {
    names.iter().filter_map(|name| text(entry.get(name)?)).collect()
}

/// Text, or a number as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
