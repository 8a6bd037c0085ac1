//! Tokens made of named fields, `name=value` joined by a delimiter that values may hold too.

use crate::error::{Error, Result};

/// Refuses a value that holds the beginning of a field: a reader would cut the token there.
pub fn unambiguous(value: &str, delimiter: &str, names: &[&str]) -> Result<()> {
    let begins = |piece: &&str| names.iter().any(|name| begins(piece, name));
    match value.split(delimiter).skip(1).find(begins) {
        None => Ok(()),
        Some(piece) => Err(Error::Data(format!(
            "`{delimiter}{piece}` inside a value reads like a field of its own; leave it out, or escape it"
        ))),
    }
}

fn begins(piece: &str, name: &str) -> bool {
    piece.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
}

/// The values of the first N names, each at most once and in that order. A piece that begins no field belongs
/// to the value before it; the names after the first N must not stand there at all.
pub fn taken_apart<'v, const N: usize>(
    text: &'v str,
    delimiter: &str,
    names: &[&str],
) -> Result<[Option<&'v str>; N]> {
    let mut spans: [Option<(usize, usize)>; N] = [None; N];
    let (mut at, mut last) = (0, None);
    for piece in text.split(delimiter) {
        let end = at + piece.len();
        match (names.iter().position(|name| begins(piece, name)), last) {
            (Some(field), last) if field < N && last.is_none_or(|last| field > last) => {
                spans[field] = Some((at + names[field].len() + 1, end));
            }
            (None, Some(last)) => spans[last] = spans[last].map(|(start, _)| (start, end)),
            _ => return Err(Error::Malformed("token")),
        }
        last = (0..N).rev().find(|field| spans[*field].is_some());
        at = end + delimiter.len();
    }
    Ok(spans.map(|span| span.map(|(start, end)| &text[start..end])))
}

/// Headers out of a setting: one `Name: value` a line.
pub fn headers(text: &str) -> Result<Vec<(&str, &str)>> {
    let header = |line: &str| -> Option<(usize, usize)> {
        let colon = line.find(':')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (colon > 0 && line[..colon].bytes().all(plain)).then_some((colon, colon + 1))
    };
    let refused = || Error::Usage("--param headers=… takes one `Name: value` a line".into());
    let mut all: Vec<(&str, &str)> = Vec::new();
    for line in text.lines() {
        let (name, value) =
            header(line).map(|(end, start)| (&line[..end], &line[start..])).ok_or_else(refused)?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        if all.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(Error::Usage(format!("the header {name} stands twice; give it once")));
        }
        if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
            return Err(Error::Usage(format!("the header {name} holds a control byte; remove it")));
        }
        all.push((name, value));
    }
    if all.is_empty() { Err(refused()) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["a", "b", "c", "mac"];

    #[test]
    fn fields_are_taken_apart_in_their_order() {
        let apart = |text| taken_apart::<3>(text, "~", &NAMES);
        assert_eq!(apart("a=1~b=2~c=3").unwrap(), [Some("1"), Some("2"), Some("3")]);
        assert_eq!(apart("b=~x~d=4").unwrap(), [None, Some("~x~d=4"), None]);
        for text in ["", "x", "x~a=1", "b=1~a=2", "a=1~a=2", "a=1~mac=0", "mac=0"] {
            assert!(apart(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_that_reads_like_a_field_is_refused() {
        for value in ["x~a=1", "~mac=", "x~y~c=3"] {
            assert!(unambiguous(value, "~", &NAMES).is_err(), "{value}");
        }
        for value in ["", "a=1", "x~y", "x~aa=1", "x|a=1"] {
            assert!(unambiguous(value, "~", &NAMES).is_ok(), "{value}");
        }
    }

    #[test]
    fn headers_stand_one_to_a_line() {
        let both = headers("User-Agent: Foo/1.0 (x)\nreferer:https://e.test/").unwrap();
        assert_eq!(both, [("User-Agent", "Foo/1.0 (x)"), ("referer", "https://e.test/")]);
        for text in ["", "a", ": b", "a b: c", "A: 1\na: 2", "a: b\0c"] {
            assert!(headers(text).is_err(), "{text:?}");
        }
    }
}
