//! Takes a request's secrets out of whatever is printed about it: URLs, bodies, messages, and what
//! a server sends back. Found raw and in base64, hex, percent and JSON escapes, also inside longer text.

use super::{Failure, Request, Response, Value};
use crate::secret::Secret;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

const MASK: &[u8] = b"***";

/// Shorter ones would mask ordinary words.
const SHORTEST: usize = 4;

/// The secrets of one request, spelled in every way they could come back.
pub struct Redactor {
    /// Matched byte by byte, each byte raw or escaped.
    loose: Vec<Secret>,
    /// Matched without regard to case.
    hex: Vec<Zeroizing<Vec<u8>>>,
    /// Matched exactly.
    exact: Vec<Zeroizing<Vec<u8>>>,
    /// The bytes with which any of them can begin: most of a long body is none.
    first: [bool; 256],
}

impl Redactor {
    /// The credentials among the headers, what the request itself hides, and the parts of both:
    /// the token behind `Bearer`, user name and password behind `Basic`.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let mut secrets: Vec<Secret> = request.hidden.clone();
        for (_, value) in &request.headers {
            if let Value::Secret(secret) = value {
                secrets.push(secret.clone());
                secrets.extend(parts(secret));
            }
        }
        Self::new(&secrets)
    }

    /// These secrets.
    #[must_use]
    pub fn new(secrets: &[Secret]) -> Self {
        let mut redactor =
            Self { loose: Vec::new(), hex: Vec::new(), exact: Vec::new(), first: [false; 256] };
        // Longest first, so that a secret that begins with another one is masked whole.
        let mut secrets: Vec<&Secret> = secrets.iter().filter(|s| s.expose().len() >= SHORTEST).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        for secret in secrets {
            let bytes = secret.expose();
            redactor.loose.push(secret.clone());
            redactor.hex.push(Zeroizing::new(hex::encode(bytes).into_bytes()));
            for shift in 0..3 {
                redactor.exact.extend(in_base64(bytes, shift));
            }
            redactor.exact.extend(in_json(bytes));
            for byte in [bytes[0], b'%', b'\\', b'+'] {
                redactor.first[usize::from(byte)] = true;
            }
        }
        for spelling in redactor.hex.iter().chain(&redactor.exact) {
            redactor.first[usize::from(spelling[0])] = true;
            redactor.first[usize::from(spelling[0].to_ascii_uppercase())] = true;
        }
        redactor
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.loose.is_empty()
    }

    /// The text, masked.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    /// The bytes, masked.
    #[must_use]
    pub fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        if self.is_empty() || planted!("secrets-unmasked") {
            return bytes.to_vec();
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let begins = self.first[usize::from(bytes[at])];
            match begins.then(|| self.found(&bytes[at..])).flatten() {
                Some(length) => {
                    out.extend_from_slice(MASK);
                    at += length;
                }
                None => {
                    out.push(bytes[at]);
                    at += 1;
                }
            }
        }
        out
    }

    /// Masks what came back: headers and body.
    pub(super) fn clean(&self, response: &mut Response) {
        if self.is_empty() {
            return;
        }
        response.body = self.bytes(&response.body);
        for (_, value) in &mut response.headers {
            *value = self.text(value);
        }
    }

    /// Masks why nothing came back.
    pub(super) fn clean_failure(&self, failure: &mut Failure) {
        if let Failure::Passing(detail) | Failure::Final(detail) | Failure::Sink(detail) = failure {
            *detail = self.text(detail);
        }
    }

    /// How long the secret is that the text begins with.
    fn found(&self, text: &[u8]) -> Option<usize> {
        let loose = self.loose.iter().filter_map(|secret| escaped(text, secret.expose()));
        let hex = self
            .hex
            .iter()
            .filter(|hex| text.get(..hex.len()).is_some_and(|head| head.eq_ignore_ascii_case(hex)));
        let exact = self.exact.iter().filter(|exact| text.starts_with(exact));
        loose.chain(hex.chain(exact).map(|spelling| spelling.len())).max()
    }
}

/// The secret at the head of the text, each byte raw, `%XX`, or behind a JSON backslash.
fn escaped(text: &[u8], secret: &[u8]) -> Option<usize> {
    if text.starts_with(secret) {
        return Some(secret.len());
    }
    if steps(text, *secret.first()?) == [None, None] {
        return None;
    }
    // `\` and `%` may begin an escape or stand for themselves, so every reading is followed.
    let mut ends = vec![0];
    for byte in secret {
        let mut next = Vec::new();
        for end in &ends {
            let steps = steps(&text[*end..], *byte).into_iter().flatten().map(|step| end + step);
            next.extend(steps.filter(|end| !next.contains(end)).collect::<Vec<_>>());
        }
        if next.is_empty() {
            return None;
        }
        ends = next;
    }
    ends.into_iter().max()
}

/// How many bytes of the text may spell this one: escaped, or as it is.
fn steps(text: &[u8], byte: u8) -> [Option<usize>; 2] {
    let means = |high: u8, low: u8| match (char::from(high).to_digit(16), char::from(low).to_digit(16)) {
        (Some(high), Some(low)) => high * 16 + low == u32::from(byte),
        _ => false,
    };
    let escape = match text {
        [b'%', high, low, ..] if means(*high, *low) => Some(3),
        [b'\\', b'u', b'0', b'0', high, low, ..] if byte < 0x80 && means(*high, *low) => Some(6),
        [b'\\', short, ..] if unescape(*short) == Some(byte) => Some(2),
        [b'+', ..] if byte == b' ' => Some(1),
        _ => None,
    };
    [escape, (text.first() == Some(&byte)).then_some(1)]
}

const fn unescape(short: u8) -> Option<u8> {
    Some(match short {
        b'"' | b'/' | b'\\' => short,
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        _ => return None,
    })
}

/// The secret as base64 shows it when `shift` bytes stand before it: without the characters that
/// its neighbours share. In both alphabets.
fn in_base64(secret: &[u8], shift: usize) -> Vec<Zeroizing<Vec<u8>>> {
    let shifted = Zeroizing::new([&[0; 2][..shift], secret].concat());
    let whole = shifted.len() % 3 == 0;
    let spell = |text: String| {
        let text = Zeroizing::new(text);
        let from = [0, 2, 3][shift];
        let to = text.len() - usize::from(!whole);
        Zeroizing::new(text.as_bytes()[from.min(to)..to].to_vec())
    };
    let mut spellings =
        vec![spell(STANDARD_NO_PAD.encode(&*shifted)), spell(URL_SAFE_NO_PAD.encode(&*shifted))];
    if shift == 0 && !whole {
        // Alone in its encoding: the last character and the padding belong to it.
        let alone = [STANDARD.encode(secret), STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)];
        spellings.extend(alone.map(|text| Zeroizing::new(text.into_bytes())));
    }
    spellings.retain(|spelling| spelling.len() >= SHORTEST);
    spellings
}

/// The secret as JSON writes it where everything beyond ASCII is escaped.
fn in_json(secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(secret).ok().filter(|text| !text.is_ascii())?;
    let mut out = Zeroizing::new(Vec::new());
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character as u8);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
    }
    Some(out)
}

/// What a header's value is made of.
fn parts(value: &Secret) -> Vec<Secret> {
    let Some((_, rest)) = value.text().and_then(|text| text.split_once(' ')) else { return Vec::new() };
    let mut parts = vec![Secret::new(rest)];
    if let Ok(pair) = STANDARD.decode(rest) {
        let pair = Zeroizing::new(pair);
        if let Some(colon) = pair.iter().position(|byte| *byte == b':') {
            parts.push(Secret::new(&pair[colon + 1..]));
        }
        parts.push(Secret::new(pair.as_slice()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_authorization_are_masked_alone() {
        let basic = Secret::new(format!("Basic {}", STANDARD.encode("user:hunter2hunter2")));
        let redactor = Redactor::of(&Request::get("https://h/").credential("Authorization", basic));
        assert_eq!(redactor.text("password hunter2hunter2!"), "password ***!");
        let bearer = Request::get("https://h/").bearer(&Secret::new("cdnsk_0123456789"));
        assert_eq!(Redactor::of(&bearer).text("got cdnsk_0123456789"), "got ***");
        assert_eq!(Redactor::of(&bearer).text("got Bearer cdnsk_0123456789"), "got ***");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let redactor = Redactor::new(&[Secret::new("s3cret-key"), Secret::new("ab"), Secret::new("")]);
        let text = "about s3cret-ke and 7333637265742d6b65 ab";
        assert_eq!(redactor.text(text), text);
        assert!(Redactor::new(&[Secret::new("ab")]).is_empty());
    }

    #[test]
    fn every_reading_of_a_backslash_and_a_percent_is_followed() {
        let redactor = Redactor::new(&[Secret::new(r"\\\a%41b")]);
        for spelled in [r"\\\a%41b", r"\\\a%2541b", r"\\\\\\a%41b", r"%5C\\a%2541b", r"\\%5ca%41b"] {
            assert_eq!(redactor.text(&format!("<{spelled}>")), "<***>", "{spelled}");
        }
        assert_eq!(redactor.text(r"\\a%41b"), r"\\a%41b");
    }

    #[test]
    fn bytes_that_are_no_text_pass() {
        let redactor = Redactor::new(&[Secret::new(vec![0xff, 0xfe, 0x00, 0x80])]);
        assert_eq!(redactor.bytes(&[1, 0xff, 0xfe, 0x00, 0x80, 0xff]), b"\x01***\xff");
        assert_eq!(redactor.text("fffe0080 FFFE0080 //4AgA== __4AgA %ff%FE%00%80"), "*** *** *** *** ***");
    }
}
