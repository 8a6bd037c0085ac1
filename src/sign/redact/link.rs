//! Signatures by layout: every scheme reads the URL, and what one takes for its signature, of the length and in
//! the spelling that it writes, is found again in the text.

use super::unit::{LONGEST, short, unit, units};
use crate::sign::{Param, Params, SCHEMES, Scheme, Url, Visit, text};
use std::{borrow::Cow, ops::Range, sync::LazyLock};

/// So much of a URL is read; signatures stand near its end or its beginning, and servers take less than this.
const READ: usize = 16 << 10;
/// No signature is shorter.
const SHORTEST: usize = 8;

/// Whether the `http` of a URL stands before this byte.
pub fn may_begin(text: &[u8], at: usize) -> bool {
    let head = text[..at].iter().rev().take(5).map(u8::to_ascii_lowercase);
    matches!(text[at], b':' | b'%' | b'&' | b'\\')
        && (head.clone().eq(*b"sptth") || head.take(4).eq(*b"ptth"))
}

/// Where a URL begins of which this is the colon or the first slash.
pub fn begins(text: &[u8], at: usize) -> Option<usize> {
    let (byte, length) = unit(&text[at..])?;
    match byte {
        b':' => {
            let (slash, more) = unit(&text[at + length..])?;
            let (second, _) = unit(&text[at + length + more..])?;
            let head = [&b"https"[..], b"http"].into_iter().find(|head| {
                text[..at].len() >= head.len() && text[at - head.len()..at].eq_ignore_ascii_case(head)
            })?;
            (slash == b'/' && second == b'/').then(|| at - head.len())
        }
        // A request line, or a quoted path.
        b'/' if text[at] == b'/' => {
            let alone = at.checked_sub(1).is_none_or(|before| {
                let before = text[before];
                before.is_ascii_whitespace() || matches!(before, b'"' | b'\'' | b'(')
            });
            alone.then_some(at)
        }
        _ => None,
    }
}

/// Where it ends; `None` when more is to come.
pub fn ends(text: &[u8], start: usize, last: bool) -> Option<usize> {
    let rest = &text[start..text.len().min(start + READ)];
    let mut at = 0;
    // Inside another URL its own separators are escaped, and bare ones are the outer one's.
    let inner = rest.get(4..).is_some_and(|rest| rest.starts_with(b"%") || rest.starts_with(b"s%"));
    while at < rest.len() {
        let Some((byte, length)) = unit(&rest[at..]) else { break };
        if matches!(byte, b'%' | b'&' | b'\\') && length == 1 && short(rest, at, LONGEST, last) {
            return None;
        }
        let outer = inner && length == 1 && matches!(byte, b'&' | b'#');
        let quote = matches!(byte, b'"' | b'\'' | b'`') && !rest[at..].starts_with(b"%");
        let raw = length == 1 && (byte <= b' ' || matches!(byte, b'<' | b'>' | b'\\' | 0x7f));
        if outer || quote || raw {
            return Some(start + at);
        }
        at += length;
    }
    (last || rest.len() == READ || text.len() > start + READ).then_some(start + at.min(rest.len()))
}

/// The signatures in a URL, in their order.
pub fn signatures(raw: &[u8]) -> Vec<Range<usize>> {
    let longest = raw.split(|byte| !is_piece(*byte)).map(<[u8]>::len).max().unwrap_or(0);
    let Ok(text) = std::str::from_utf8(raw) else { return Vec::new() };
    if longest < SHORTEST {
        return Vec::new();
    }
    let mut found = Vec::new();
    for layer in layers(text) {
        let whole = layer.as_ref();
        let trimmed = whole.trim_end_matches([')', ']', '}', ',', '.', ';', ':', '!', '*', '_', '|']);
        for url in [whole, trimmed].into_iter().take(if whole == trimmed { 1 } else { 2 }) {
            READINGS.iter().for_each(|(scheme, pairs)| read(scheme, Params(pairs), url, raw, &mut found));
        }
        if !found.is_empty() {
            break;
        }
    }
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    found.retain(|range| {
        let apart = range.start >= end;
        end = end.max(range.end);
        apart
    });
    found
}

/// The text as it is, without the escapes of JSON and HTML, and without percent escapes, twice.
pub fn layers(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let plain = unwrapped(text);
    let once = decoded(plain.as_deref().unwrap_or(text));
    let twice = once.as_deref().and_then(decoded);
    [Some(Cow::Borrowed(text)), plain.map(Cow::Owned), once.map(Cow::Owned), twice.map(Cow::Owned)]
        .into_iter()
        .flatten()
}

fn decoded(text: &str) -> Option<String> {
    let hidden = text.get(4..8).is_some_and(|text| text.contains('%'));
    hidden.then(|| text::percent_decode(text).map(Cow::into_owned)).flatten()
}

/// Without backslashes and entities.
fn unwrapped(text: &str) -> Option<String> {
    if !text.contains(['\\', '&']) {
        return None;
    }
    let (bytes, mut at, mut out) = (text.as_bytes(), 0, Vec::new());
    while let Some((byte, length)) = unit(&bytes[at..]) {
        let escaped = bytes[at] != b'%';
        out.push(if escaped { byte } else { b'%' });
        at += if escaped { length } else { 1 };
    }
    String::from_utf8(out).ok().filter(|plain| plain != text)
}

/// A scheme, and the settings to read a link with.
type Reading = (&'static Scheme, Vec<(&'static str, &'static str)>);

/// Every scheme, without settings and with each listed value of a param.
static READINGS: LazyLock<Vec<Reading>> = LazyLock::new(|| {
    let listed = |scheme: &'static Scheme| {
        let values =
            |param: &'static Param| param.values.iter().skip(1).map(|value| vec![(param.name, *value)]);
        std::iter::once(Vec::new())
            .chain(scheme.params.iter().flat_map(values))
            .map(move |pairs| (scheme, pairs))
    };
    SCHEMES.iter().flat_map(listed).collect()
});

fn read(scheme: &Scheme, params: Params<'_>, text: &str, raw: &[u8], found: &mut Vec<Range<usize>>) {
    let Ok(url) = Url::parse(text) else { return };
    let visit = Visit { params, ..Visit::of(url.sent()) };
    let Ok(inspected) = (scheme.inspect)(&visit, &mut Vec::new()) else { return };
    if !inspected.fits() || inspected.signature.len() < SHORTEST {
        return;
    }
    let before = found.len();
    find(raw, &inspected.signature, found);
    if found.len() == before {
        // It stands inside a token: what the URL has beyond the unsigned one is the token.
        let unsigned = inspected.url.to_string();
        let pieces = text.split(|letter: char| !u8::try_from(letter).is_ok_and(is_piece));
        for piece in pieces.filter(|piece| piece.len() >= 2 * SHORTEST && !unsigned.contains(piece)) {
            find(raw, piece.as_bytes(), found);
        }
    }
}

/// Every place where the bytes stand, in whatever escapes.
fn find(raw: &[u8], wanted: &[u8], found: &mut Vec<Range<usize>>) {
    let wanted: Vec<u8> = units(wanted).map(|(byte, _)| byte).collect();
    let mut at = 0;
    while let Some((_, length)) = unit(&raw[at..]) {
        match matched(&raw[at..], &wanted) {
            Some(end) => {
                found.push(at..at + end);
                at += end.max(1);
            }
            None => at += length,
        }
    }
}

fn matched(raw: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut at = 0;
    for byte in wanted {
        let (found, length) = unit(&raw[at..])?;
        if found != *byte {
            return None;
        }
        at += length;
    }
    (at > 0).then_some(at)
}

const fn is_piece(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'~' | b'+' | b'%')
}
