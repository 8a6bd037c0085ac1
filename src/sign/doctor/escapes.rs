//! Percent escapes as signers, browsers and careless tools write them.

use crate::sign::text::{Append, Kept, UNRESERVED_PATH};

/// What may stand in a path as it is (RFC 3986).
pub static PATH: Kept = Kept::alphanumeric_and(b"-._~/!$&'()*+,;=:@");
/// What browsers leave alone in a path.
pub static BROWSER: Kept = Kept::alphanumeric_and(b"-._~/!$&'()*+,;=:@[]\\|^");
/// What may stand in a query as it is, save its separators.
pub static QUERY: Kept = Kept::alphanumeric_and(b"-._~!$'()*,;:@/?&=%");
/// What `encodeURIComponent` leaves alone, and the slash.
pub static COMPONENT_PATH: Kept = Kept::alphanumeric_and(b"-_.!~*'()/");

/// The text in each of the usual ways of encoding a path.
pub fn encodings(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for kept in [&UNRESERVED_PATH, &PATH, &BROWSER, &COMPONENT_PATH] {
        let upper = escaped(text, kept);
        let lower = lowered(&upper);
        for encoded in [upper, lower] {
            if encoded != text && !all.contains(&encoded) {
                all.push(encoded);
            }
        }
    }
    all
}

pub fn escaped(text: &str, kept: &Kept) -> String {
    let mut out = Vec::new();
    out.percent(text, kept);
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a percent escape stands in the text.
pub fn has_escape(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .any(|piece| piece.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
}

/// The escapes of a text in lower case, or in upper case.
pub fn lowered(text: &str) -> String {
    recased(text, |digits| digits.to_ascii_lowercase())
}

pub fn uppered(text: &str) -> String {
    recased(text, |digits| digits.to_ascii_uppercase())
}

fn recased(text: &str, case: fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, piece) in text.split('%').enumerate() {
        if at == 0 {
            out.push_str(piece);
            continue;
        }
        out.push('%');
        match piece.split_at_checked(2) {
            Some((digits, rest)) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                out.push_str(&case(digits));
                out.push_str(rest);
            }
            _ => out.push_str(piece),
        }
    }
    out
}
