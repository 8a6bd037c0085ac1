//! Bodies against the rules that a vendor publishes, as JSON Schema in tests/vectors/purge/schemas.
//!
//! A checker of our own, of the words that those files use and no more: a whole validator would bring more code than
//! the rest of the tests. A word that it does not know fails, so that no rule is passed over. `maxBytes` is ours.

use regex_lite::Regex;
use serde_json::Value;
use std::sync::Mutex;

/// What is wrong with a body, by where it stands; nothing if it keeps the rules.
pub fn fault(schema: &Value, body: &[u8]) -> Option<String> {
    let most = schema.get("maxBytes").and_then(Value::as_u64).unwrap_or(u64::MAX);
    if body.len() as u64 > most {
        return Some(format!("{} bytes, and {most} are taken", body.len()));
    }
    match serde_json::from_slice(body) {
        Ok(value) => broken(schema, &value, "body"),
        Err(error) => Some(format!("no JSON: {error}")),
    }
}

fn broken(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let rules = schema.as_object().expect("a schema is an object");
    rules.iter().find_map(|(word, rule)| {
        let kept = match word.as_str() {
            "$schema" | "$comment" | "maxBytes" => true,
            "type" => is(value, rule.as_str().expect("one type")),
            "enum" => list(rule).contains(value),
            "pattern" => matches(rule.as_str().expect("a pattern"), value.as_str()?),
            "maxLength" => value.as_str()?.chars().count() <= count(rule),
            "minItems" => value.as_array()?.len() >= count(rule),
            "maxItems" => value.as_array()?.len() <= count(rule),
            "minProperties" => value.as_object()?.len() >= count(rule),
            "maxProperties" => value.as_object()?.len() <= count(rule),
            "required" => list(rule).iter().all(|name| value.get(name.as_str().expect("a name")).is_some()),
            "additionalProperties" => {
                let known = &schema["properties"];
                value.as_object()?.keys().all(|name| known.get(name).is_some())
            }
            "oneOf" => list(rule).iter().filter(|rule| broken(rule, value, at).is_none()).count() == 1,
            "items" => {
                let mut items = value.as_array()?.iter().enumerate();
                return items.find_map(|(index, item)| broken(rule, item, &format!("{at}[{index}]")));
            }
            "properties" => {
                let mut known = rule.as_object().expect("properties").iter();
                return known
                    .find_map(|(name, rule)| broken(rule, value.get(name)?, &format!("{at}.{name}")));
            }
            other => panic!("{other} is no word of this checker"),
        };
        (!kept).then(|| format!("{at} breaks {word} {rule}: {value}").chars().take(300).collect())
    })
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("{other} is no type of this checker"),
    }
}

fn list(rule: &Value) -> &[Value] {
    rule.as_array().expect("a list")
}

fn count(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().expect("a number")).expect("a small one")
}

/// Each pattern is read once: lists are long.
fn matches(pattern: &str, text: &str) -> bool {
    static READ: Mutex<Vec<(String, Regex)>> = Mutex::new(Vec::new());
    let mut read = READ.lock().expect("no panic inside");
    let at = read.iter().position(|(known, _)| known == pattern).unwrap_or_else(|| {
        read.push((pattern.to_owned(), Regex::new(pattern).expect("a pattern that can be read")));
        read.len() - 1
    });
    read[at].1.is_match(text)
}
