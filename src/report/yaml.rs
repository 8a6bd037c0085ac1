//! YAML as the Node CLI wrote it, and quoted wherever a reader would take text for something else.

use serde_json::{Map, Value};

/// The document, newline at its end.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    node(value, 0, &mut out);
    out
}

fn node(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Array(items) if !items.is_empty() => sequence(items, indent, out),
        Value::Object(members) if !members.is_empty() => mapping(members, indent, out),
        other => {
            out.push_str(&scalar(other));
            out.push('\n');
        }
    }
}

/// A nested block stands below its lone `-`, four columns in.
fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for item in items {
        pad(indent, out);
        if block(item) {
            out.push_str("-\n");
            node(item, indent + 4, out);
        } else {
            out.push_str("- ");
            node(item, indent, out);
        }
    }
}

fn mapping(members: &Map<String, Value>, indent: usize, out: &mut String) {
    for (name, value) in members {
        pad(indent, out);
        out.push_str(&key(name));
        if block(value) {
            out.push_str(":\n");
            node(value, indent + 2, out);
        } else {
            out.push_str(": ");
            node(value, indent, out);
        }
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn block(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => false,
    }
}

fn scalar(value: &Value) -> String {
    match value {
        // YAML 1.1 reads these as booleans; as keys the Node CLI wrote them bare.
        Value::String(text) if matches!(text.as_str(), "y" | "Y" | "n" | "N") => quoted(text),
        Value::String(text) if plain(text) => text.clone(),
        Value::String(text) => quoted(text),
        other => other.to_string(), // null, booleans, numbers, [] and {}
    }
}

/// Dashes inside are harmless in a key, and header names have them.
fn key(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '-' | '/');
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
    if starts && name.chars().all(word) && plain(&name.replace('-', "")) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

fn plain(text: &str) -> bool {
    const SPECIAL: &str = ":#-?,&*!|>'\"%@`{}[]";
    const RESERVED: [&str; 11] = ["null", "true", "false", "~", "yes", "no", "on", "off", "=", "<<", "..."];
    !text.is_empty()
        && text.trim() == text
        && !text.contains(|c: char| SPECIAL.contains(c) || hidden(c))
        && !RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word))
        && !numeric(text)
        && !text.starts_with("...")
}

/// Whether some reader of YAML 1.1 or 1.2 would make a number of it.
fn numeric(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = digits.to_ascii_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan" | "inf" | "nan" | "infinity") {
        return true;
    }
    let bits = |bits: &str| !bits.is_empty() && bits.chars().all(|c| matches!(c, '0' | '1' | '_'));
    if lower.strip_prefix("0b").is_some_and(bits) {
        return true;
    }
    let body = lower.strip_prefix('.').unwrap_or(&lower);
    let number = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | '_' | 'x' | 'o' | '+');
    // `0.1.0` is a version, not a number, and stays bare.
    body.starts_with(|c: char| c.is_ascii_digit())
        && body.chars().all(number)
        && lower.matches('.').count() <= 1
        && (lower.starts_with("0x") || lower.starts_with("0o") || !body.contains(|c| "abcdf".contains(c)))
}

fn hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// As JSON writes it, with the characters escaped that YAML does not print.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    if !json.contains(hidden) {
        return json;
    }
    let mut out = String::new();
    for c in json.chars() {
        if hidden(c) { out.push_str(&format!("\\u{:04x}", u32::from(c))) } else { out.push(c) }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn blocks_stand_where_the_node_cli_put_them() {
        let value = json!({ "a": { "b": "v", "n": 5 }, "list": ["x", "https://h"], "rows": [{ "k": [1] }], "none": [] });
        let want = "a:\n  b: v\n  n: 5\nlist:\n  - x\n  - \"https://h\"\nrows:\n  -\n      k:\n        - 1\nnone: []\n";
        assert_eq!(write(&value), want);
    }

    #[test]
    fn arrays_in_arrays_keep_their_nesting() {
        assert_eq!(write(&json!([[1, [2]], 3])), "-\n    - 1\n    -\n        - 2\n- 3\n");
    }

    #[test]
    fn what_looks_like_another_type_is_quoted() {
        for text in [
            "", " a", "a ", "No", "y", "NULL", "~", "5", "-5", "1.5", "a\tb", "1e3", "1E+3", "0x1F", "0o17",
            "0b1", ".5", "+5", "NaN", ".inf", "-.INF", "1_000", "=", "a\u{7f}", "\u{85}",
        ] {
            assert!(scalar(&json!(text)).starts_with('"'), "{text:?} stands bare");
        }
        for text in ["stratos", "0.1.0", "abc", "12ab", "é", "a b", "e3", "1.2.3.4", "0b"] {
            assert_eq!(scalar(&json!(text)), text);
        }
    }
}
