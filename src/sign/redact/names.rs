//! Signatures by the name in front of them: `?sig=…`, `"sig": "…"`, `X-Amz-Signature: …`, and JSON Web Tokens,
//! which need none.

use super::{
    Found, is_blank,
    unit::{LONGEST, short, unit, units},
};
use crate::sign::SCHEMES;
use std::collections::HashMap;

/// Headers of which the value is a credential, whatever the scheme.
const CREDENTIALS: &[&str] = &["authorization", "proxy-authorization", "x-api-key"];
/// Names of a parameter which elsewhere stand in front of a checksum.
const CHECKSUMS: &[&str] = &["md5", "sha1", "sha256"];
/// Names as short as this are told from other words by their values.
const SHORT: usize = 3;
/// A value as long as this, with a digit or a capital, looks like a signature: MD5 in base64url has 22 characters.
const LONG: usize = 16;
/// The longest name that is looked for.
const LONGEST_NAME: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bearer {
    /// A row says so.
    Signature,
    /// A name of a row that does not say which of its names bear the signature.
    Perhaps,
    /// A credential in full.
    Credential,
}

/// Names and what they bear; short ones as they are written, others in lower case.
pub struct Names(HashMap<Vec<u8>, Bearer>);

impl Names {
    /// Those of the table, and more.
    pub fn of_table(more: &[String]) -> Self {
        let mut names = HashMap::new();
        for scheme in SCHEMES {
            let (own, bearer) = match scheme.bears {
                [] => (scheme.reserved, Bearer::Perhaps),
                named => (named, Bearer::Signature),
            };
            for name in own {
                let kept = names.entry(key(name.as_bytes())).or_insert(bearer);
                if bearer == Bearer::Signature {
                    *kept = bearer;
                }
            }
        }
        names.extend(CREDENTIALS.iter().map(|name| (key(name.as_bytes()), Bearer::Credential)));
        names.extend(more.iter().map(|name| (key(name.as_bytes()), Bearer::Signature)));
        Self(names)
    }

    /// What begins at this place: a separator or a quote behind a name, or a JWT.
    pub fn look(&self, text: &[u8], at: usize, last: bool) -> Found {
        if text[at] == b'e' {
            return token(text, at, last);
        }
        if is_escape(text[at]) && short(text, at, LONGEST, last) {
            return Found::Wait;
        }
        let Some((byte, length)) = unit(&text[at..]) else { return Found::Nothing };
        if !matches!(byte, b'=' | b':' | b'"' | b'\'') {
            return Found::Nothing;
        }
        let Some((bearer, name, linked)) = self.before(text, at) else { return Found::Nothing };
        let rest = Reader { text, at: at + length, last };
        let (start, linked) = match byte {
            b'=' => (rest.after_equals(), linked),
            b':' => (rest.after_colon(), false),
            quote => match rest.after_quote(quote) {
                Place::At(start, listed) => (Place::At(start, listed), listed),
                other => (other, false),
            },
        };
        let start = match start {
            Place::At(start, _) => start,
            Place::Wait => return Found::Wait,
            Place::None => return Found::Nothing,
        };
        match bearer {
            Bearer::Credential => credential(text, start, last),
            _ => signature(text, start, last, Context { bearer, name, linked }),
        }
    }

    /// The name that ends here, and whether what stands before it makes it part of a link.
    fn before<'t>(&self, text: &'t [u8], at: usize) -> Option<(Bearer, &'t [u8], bool)> {
        let length = text[..at].iter().rev().take(LONGEST_NAME).take_while(|byte| is_name(**byte)).count();
        let mut start = at - length;
        let mut linked = false;
        match start.checked_sub(1).map(|before| text[before]) {
            Some(b'%') => {
                while text[start..at].starts_with(b"25") && at - start > 4 && is_hex(&text[start + 2..at]) {
                    start += 2;
                }
                if is_hex(&text[start..at]) {
                    start += 2;
                    linked = true;
                }
            }
            Some(b'\\') => {
                let (escape, joins) = match text[start..at] {
                    [b'u', b'0', b'0', ..] if at - start > 5 => (5, true),
                    [b'x', ..] if at - start > 3 && is_hex(&text[start + 1..at]) => (3, true),
                    [b'n' | b't' | b'r', ..] => (1, false),
                    _ => (0, false),
                };
                start += escape;
                linked = joins;
            }
            Some(byte) => linked = matches!(byte, b'?' | b'&' | b';' | b'/' | b'~' | b'#'),
            None => {}
        }
        let name = &text[start..at];
        let bearer = *self.0.get(&key(name))?;
        Some((bearer, name, linked))
    }
}

/// Where a value begins.
enum Place {
    /// Here; and whether the name was listed as that of a parameter.
    At(usize, bool),
    Wait,
    None,
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    last: bool,
}

impl Reader<'_> {
    fn next(&self) -> Option<(u8, usize)> {
        unit(&self.text[self.at..])
    }

    fn blanks(&mut self) {
        self.at += self.text[self.at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    /// Takes one character; without more text nobody knows.
    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> Result<u8, Place> {
        if short(self.text, self.at, LONGEST, self.last) {
            return Err(Place::Wait);
        }
        match self.next() {
            Some((byte, length)) if wanted(byte) => {
                self.at += length;
                Ok(byte)
            }
            _ => Err(Place::None),
        }
    }

    fn after_equals(mut self) -> Place {
        match self.take(is_quote) {
            Err(Place::Wait) => Place::Wait,
            _ => Place::At(self.at, false),
        }
    }

    fn after_colon(mut self) -> Place {
        self.at += self.text[self.at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if self.at == self.text.len() && !self.last { Place::Wait } else { self.after_equals() }
    }

    /// `"name": "value"`, or `"name": "sig", "value": "…"` as HAR lists parameters, cookies and headers.
    fn after_quote(self, quote: u8) -> Place {
        self.member(quote).unwrap_or_else(|place| place)
    }

    fn member(mut self, quote: u8) -> Result<Place, Place> {
        self.blanks();
        if self.take(|byte| byte == b',').is_ok() {
            self.blanks();
            self.take(|byte| byte == quote)?;
            for letter in b"value" {
                self.take(|byte| byte == *letter)?;
            }
            self.take(|byte| byte == quote)?;
            self.blanks();
            self.take(|byte| byte == b':')?;
            self.blanks();
            self.take(|byte| byte == quote)?;
            return Ok(Place::At(self.at, true));
        }
        let arrow = self.take(|byte| matches!(byte, b':' | b'='))?;
        if arrow == b'=' {
            let _ = self.take(|byte| byte == b'>');
        }
        self.blanks();
        self.take(is_quote)?;
        Ok(Place::At(self.at, false))
    }
}

struct Context<'t> {
    bearer: Bearer,
    name: &'t [u8],
    linked: bool,
}

/// How long the value is: what base64, hexadecimal and their escapes are made of. `None` when it goes on at the
/// end of the text and more is to come.
pub fn value(text: &[u8], last: bool) -> Option<usize> {
    let mut length = 0;
    loop {
        if short(text, length, LONGEST, last) {
            return None;
        }
        match unit(&text[length..]) {
            Some((byte, more)) if is_value(byte) => length += more,
            _ => return Some(length),
        }
    }
}

fn signature(text: &[u8], start: usize, last: bool, context: Context<'_>) -> Found {
    let Some(length) = value(&text[start..], last) else { return Found::Wait };
    let stops = text[start..start + length].iter().rev().take_while(|byte| **byte == b'.').count();
    let whole = &text[start..start + length - stops];
    if !bears(whole, &context) {
        return Found::Nothing;
    }
    let kept = readable(whole);
    Found::Blank { bytes: start + kept..start + whole.len(), guessable: false }
}

fn bears(value: &[u8], context: &Context<'_>) -> bool {
    let meant: Vec<u8> = units(value).map(|(byte, _)| byte).collect();
    let number = meant.len() <= 20 && meant.iter().all(u8::is_ascii_digit);
    let telling = meant.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let looks = meant.len() >= LONG && telling && !number && meant[0] != b'/';
    let name = context.name.to_ascii_lowercase();
    if !context.linked {
        return looks && !CHECKSUMS.iter().any(|checksum| checksum.as_bytes() == name);
    }
    let sure = context.bearer == Bearer::Signature && name.len() > SHORT;
    looks || sure && !meant.is_empty() && !number
}

/// What may be read of a value: the head of a token and its claims, a time in front of the signature.
fn readable(value: &[u8]) -> usize {
    if let Some((kept, _)) = parts(value) {
        return kept;
    }
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match value.get(digits) {
        Some(b'-' | b'_') if (9..=11).contains(&digits) => digits + 1,
        _ => 0,
    }
}

/// How much of a JSON Web Token may be read, and how long it is: all but the signature; of a sealed one the head.
fn parts(text: &[u8]) -> Option<(usize, usize)> {
    let length = text.iter().take_while(|byte| is_token(**byte)).count();
    let token = &text[..length];
    if !token.starts_with(b"eyJ") {
        return None;
    }
    // A full stop ends a sentence.
    let token = token.strip_suffix(b".").unwrap_or(token);
    let pieces: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
    match pieces[..] {
        [head, body, signature] if head.len() >= 10 && !body.is_empty() => {
            let sealed = signature.len() >= LONG || is_blank(signature);
            sealed.then(|| (token.len() - signature.len(), token.len()))
        }
        [head, _, _, _, _] if head.len() >= 10 => Some((head.len() + 1, token.len())),
        _ => None,
    }
}

/// A token that stands anywhere.
fn token(text: &[u8], at: usize, last: bool) -> Found {
    if !last && b"eyJ".starts_with(&text[at..]) {
        return Found::Wait;
    }
    if !text[at..].starts_with(b"eyJ") || at > 0 && is_token(text[at - 1]) && !behind_escape(text, at) {
        return Found::Nothing;
    }
    let length = text[at..].iter().take_while(|byte| is_token(**byte)).count();
    if !last && at + length == text.len() {
        return Found::Wait;
    }
    match parts(&text[at..at + length]) {
        Some((kept, end)) => Found::Blank { bytes: at + kept..at + end, guessable: false },
        None => Found::Nothing,
    }
}

/// `Bearer …`, `Basic …`, `SharedKey account:…`, or the credential alone. What lists its parameters by name is left
/// to their names. It may be a password, so it gets no digest.
fn credential(text: &[u8], start: usize, last: bool) -> Found {
    let ends = |from: usize| text[from..].iter().position(|byte| is_end(*byte)).map(|length| from + length);
    let word = match ends(start) {
        Some(end) => end,
        None if last => text.len(),
        None => return Found::Wait,
    };
    if text.get(word) != Some(&b' ') {
        let bytes = start..word;
        return if bytes.len() >= LONG { Found::Blank { bytes, guessable: true } } else { Found::Nothing };
    }
    let from = word + text[word..].iter().take_while(|byte| **byte == b' ').count();
    let end = match ends(from) {
        Some(end) => end,
        None if last => text.len(),
        None => return Found::Wait,
    };
    let named = text[from..end].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    if end == from || named > 0 && text[from..end].get(named) == Some(&b'=') && named + 1 < end - from {
        return Found::Nothing;
    }
    let kept = text[from..end].iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
    let kept = parts(&text[from..end]).map_or(kept, |(kept, _)| kept);
    Found::Blank { bytes: from + kept..end, guessable: true }
}

fn key(name: &[u8]) -> Vec<u8> {
    if name.len() <= SHORT { name.to_vec() } else { name.to_ascii_lowercase() }
}

/// Whether an escape ends here, so that its last digit is no letter of the text.
fn behind_escape(text: &[u8], at: usize) -> bool {
    at >= 3 && text[at - 3] == b'%' && is_hex(&text[at - 2..at])
        || at >= 6 && text[at - 6] == b'\\' && text[at - 5] == b'u'
}

fn is_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&')
}

fn is_hex(text: &[u8]) -> bool {
    text.len() >= 2 && text[..2].iter().all(u8::is_ascii_hexdigit)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_token(byte: u8) -> bool {
    is_name(byte) || byte == b'.'
}

fn is_value(byte: u8) -> bool {
    is_token(byte) || matches!(byte, b'+' | b'/' | b'=' | b'~')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

fn is_end(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || matches!(byte, b'"' | b'\'' | b',' | b';' | b'\\' | b'<' | b'>' | b'`')
}
