//! Text in and out: appending to a buffer, percent escapes, spellings of bytes, numbers.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose as base64s};
use memchr::memchr;
use std::borrow::Cow;

/// Appends to a buffer, each call giving the buffer back.
pub trait Append {
    /// Bytes as they are.
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self;
    /// Text as it is.
    fn text(&mut self, text: &str) -> &mut Self;
    /// A number in plain decimal digits.
    fn decimal(&mut self, number: u64) -> &mut Self;
    /// Text with every byte that is not `kept` as `%XX`, upper case.
    fn percent(&mut self, text: &str, kept: &Kept) -> &mut Self;
    /// Bytes in a spelling.
    fn spelled(&mut self, spelling: Spelling, bytes: &[u8]) -> &mut Self;
}

impl Append for Vec<u8> {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        short::append(self, bytes);
        self
    }

    #[inline]
    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn decimal(&mut self, number: u64) -> &mut Self {
        match number {
            0..=9 => self.push(b'0' + number as u8),
            10..=99 => self.extend_from_slice(&DECIMAL[number as usize]),
            100..=99_999_999 => {
                let digits = eight_digits(number as u32);
                let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
                self.bytes(&digits[zeros..]);
            }
            _ => {
                self.decimal(number / 100_000_000);
                self.extend_from_slice(&eight_digits((number % 100_000_000) as u32));
            }
        }
        self
    }

    fn percent(&mut self, text: &str, kept: &Kept) -> &mut Self {
        let bytes = text.as_bytes();
        // Once for all, so that no piece waits for a check of its own.
        self.reserve(3 * bytes.len() + 16);
        let mut run = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            if !kept.0[usize::from(byte)] {
                short::append_part(self, bytes, run, index);
                self.extend_from_slice(&ESCAPES[usize::from(byte)]);
                run = index + 1;
            }
        }
        short::append_part(self, bytes, run, bytes.len());
        self
    }

    fn spelled(&mut self, spelling: Spelling, bytes: &[u8]) -> &mut Self {
        spelling.encode(bytes, self);
        self
    }
}

/// Letters, `_`, and what stands from `-` to `9` in ASCII: `- . /` and the digits.
#[inline]
#[must_use]
pub const fn harmless(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'-') < 13) | (byte == b'_')
}

/// Whether the test holds for a byte. It does not end early: compilers make vectors of such loops, and those who
/// ask for every line of a list nearly always hear no.
#[inline]
#[must_use]
pub fn any_byte(text: &[u8], test: impl Fn(u8) -> bool) -> bool {
    text.iter().fold(false, |found, byte| found | test(*byte))
}

/// Whether the test holds for two neighbours; likewise. The last sixteen overlap those before, which spares a loop
/// over what does not fill a vector.
#[inline]
#[must_use]
pub fn any_neighbours(text: &[u8], test: impl Fn(u8, u8) -> bool) -> bool {
    let (ones, others) = (&text[..text.len().saturating_sub(1)], text.get(1..).unwrap_or_default());
    let (Some(last), Some(others_last)) = (ones.last_chunk::<16>(), others.last_chunk()) else {
        return ones.iter().zip(others).any(|(one, other)| test(*one, *other));
    };
    let mut seen = [0; 16];
    let mut look = |ones: &[u8; 16], others: &[u8; 16]| {
        for (seen, (one, other)) in seen.iter_mut().zip(ones.iter().zip(others)) {
            *seen |= u8::from(test(*one, *other));
        }
    };
    ones.as_chunks().0.iter().zip(others.as_chunks().0).for_each(|(ones, others)| look(ones, others));
    look(last, others_last);
    u128::from_ne_bytes(seen) != 0
}

/// A number below 10^8 with leading zeros. The pairs do not wait for each other, as digit by digit they would.
fn eight_digits(number: u32) -> [u8; 8] {
    let (high, low) = (number / 10_000, number % 10_000);
    let mut digits = [0; 8];
    for (place, pair) in
        digits.as_chunks_mut::<2>().0.iter_mut().zip([high / 100, high % 100, low / 100, low % 100])
    {
        *place = DECIMAL[pair as usize];
    }
    digits
}

/// Appending a few bytes of a length that only the run knows. A call to `memcpy` costs more than copying
/// such a piece, and a signed URL has a dozen of them: copies of fixed lengths that overlap take half the time.
mod short {
    /// Appends the bytes.
    #[inline]
    pub fn append(out: &mut Vec<u8>, bytes: &[u8]) {
        match bytes.len() {
            65..=128 => ends::<64>(out, bytes),
            33..=64 => ends::<32>(out, bytes),
            16..=32 => ends::<16>(out, bytes),
            8..=15 => ends::<8>(out, bytes),
            4..=7 => ends::<4>(out, bytes),
            _ => out.extend_from_slice(bytes),
        }
    }

    /// The first N bytes and the last N, which together are all.
    #[inline]
    fn ends<const N: usize>(out: &mut Vec<u8>, bytes: &[u8]) {
        let start = out.len();
        if let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) {
            out.extend_from_slice(first);
            out.truncate(start + bytes.len() - N);
            out.extend_from_slice(last);
        }
    }

    /// Appends `bytes[from..to]`, copying beyond it where there is something to copy.
    #[inline]
    pub fn append_part(out: &mut Vec<u8>, bytes: &[u8], from: usize, to: usize) {
        let (start, length) = (out.len(), to - from);
        match bytes[from..].first_chunk::<16>() {
            Some(chunk) if length <= 16 => {
                out.extend_from_slice(chunk);
                out.truncate(start + length);
            }
            _ => append(out, &bytes[from..to]),
        }
    }
}

/// The bytes that percent encoding leaves alone.
pub struct Kept([bool; 256]);

impl Kept {
    /// ASCII letters, digits and `marks`.
    #[must_use]
    pub const fn alphanumeric_and(marks: &[u8]) -> Self {
        let mut kept = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            kept[byte] = (byte as u8).is_ascii_alphanumeric();
            byte += 1;
        }
        let mut mark = 0;
        while mark < marks.len() {
            kept[marks[mark] as usize] = true;
            mark += 1;
        }
        Self(kept)
    }

    /// Whether the byte is left alone.
    #[must_use]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }
}

/// What JavaScript's `encodeURIComponent` leaves alone.
pub static COMPONENT: Kept = Kept::alphanumeric_and(b"-_.!~*'()");
/// RFC 3986's unreserved characters.
pub static UNRESERVED: Kept = Kept::alphanumeric_and(b"-._~");
/// Unreserved characters and the slash.
pub static UNRESERVED_PATH: Kept = Kept::alphanumeric_and(b"-._~/");

const UPPER: &[u8; 16] = b"0123456789ABCDEF";

static ESCAPES: [[u8; 3]; 256] = {
    let mut escapes = [[b'%'; 3]; 256];
    let mut byte = 0;
    while byte < 256 {
        escapes[byte] = [b'%', UPPER[byte >> 4], UPPER[byte & 15]];
        byte += 1;
    }
    escapes
};

static DECIMAL: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// Percent escapes undone. An escape that is cut short or no hexadecimal stays as it is; bytes that
/// are no UTF-8 give `None`.
#[must_use]
pub fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    let mut rest = text.as_bytes();
    let Some(mut at) = memchr(b'%', rest) else { return Some(text.into()) };
    let mut out = Vec::with_capacity(rest.len());
    loop {
        out.bytes(&rest[..at]);
        let escaped = rest.get(at + 1..at + 3).and_then(|digits| byte_of([digits[0], digits[1]]));
        out.push(escaped.unwrap_or(b'%'));
        rest = &rest[at + if escaped.is_some() { 3 } else { 1 }..];
        match memchr(b'%', rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    out.bytes(rest);
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// A query value as a form reads it: `+` is a space, escapes are undone.
#[must_use]
pub fn form_decode(text: &str) -> Option<Cow<'_, str>> {
    if memchr(b'+', text.as_bytes()).is_none() {
        return percent_decode(text);
    }
    let spaced = text.replace('+', " ");
    percent_decode(&spaced).map(|decoded| Cow::Owned(decoded.into_owned()))
}

/// Plain decimal digits without sign or leading zero; anything else is a malformed `part`.
///
/// Rust would also read `+5` and `05`, which servers refuse.
pub fn number(text: &str, part: &'static str) -> Result<u64> {
    plain_number(text).ok_or(Error::Malformed(part))
}

/// Plain decimal digits without sign or leading zero.
#[must_use]
pub fn plain_number(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The length of a text in UTF-16 code units: what JavaScript calls its length.
#[must_use]
pub fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// How bytes are written as text: keys and signatures, both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As they are.
    Raw,
    /// Hexadecimal in lower case; either case is read.
    Hex,
    /// Base64 with padding.
    Base64,
    /// The URL alphabet without padding.
    Base64Url,
    /// The URL alphabet with padding.
    Base64UrlPadded,
    /// Base64 with padding, and `+ = /` written `- _ ~`, as CloudFront does.
    Base64Tilde,
}

impl Spelling {
    /// Its name in messages and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "text",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Base64UrlPadded => "base64url with padding",
            Self::Base64Tilde => "base64 with - _ ~ for + = /",
        }
    }

    /// Appends the bytes as text.
    pub fn encode(self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Raw => out.extend_from_slice(bytes),
            Self::Hex => encode_hex(bytes, out),
            Self::Base64 => encode_base64(&base64s::STANDARD, bytes, out),
            Self::Base64Url => encode_base64(&base64s::URL_SAFE_NO_PAD, bytes, out),
            Self::Base64UrlPadded => encode_base64(&base64s::URL_SAFE, bytes, out),
            Self::Base64Tilde => {
                let start = out.len();
                encode_base64(&base64s::STANDARD, bytes, out);
                swap(&mut out[start..], b"+=/", b"-_~");
            }
        }
    }

    /// How many bytes a text stands for; `None` when it is not of this spelling.
    #[must_use]
    pub fn length(self, text: &[u8]) -> Option<usize> {
        let mut bytes = [0; SHORT];
        let mut measure = |engine: &base64s::GeneralPurpose| engine.decode_slice(text, &mut bytes).ok();
        match self {
            Self::Raw => Some(text.len()),
            Self::Hex => {
                let seen = text.iter().fold(0, |seen, digit| seen | NIBBLES[usize::from(*digit)]);
                (text.len().is_multiple_of(2) && seen < 16).then_some(text.len() / 2)
            }
            Self::Base64 if text.len() <= SHORT => measure(&base64s::STANDARD),
            Self::Base64Url if text.len() <= SHORT => measure(&base64s::URL_SAFE_NO_PAD),
            Self::Base64UrlPadded if text.len() <= SHORT => measure(&base64s::URL_SAFE),
            _ => self.decode(text).map(|bytes| bytes.len()),
        }
    }

    /// The bytes that a text stands for; `None` when it is not of this spelling.
    #[must_use]
    pub fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Raw => Some(text.to_vec()),
            Self::Hex => decode_hex(text),
            Self::Base64 => base64s::STANDARD.decode(text).ok(),
            Self::Base64Url => base64s::URL_SAFE_NO_PAD.decode(text).ok(),
            Self::Base64UrlPadded => base64s::URL_SAFE.decode(text).ok(),
            Self::Base64Tilde => {
                if text.iter().any(|byte| b"+=/".contains(byte)) {
                    return None;
                }
                let mut standard = text.to_vec();
                swap(&mut standard, b"-_~", b"+=/");
                base64s::STANDARD.decode(standard).ok()
            }
        }
    }
}

/// How long a signature is that is decoded without an allocation.
const SHORT: usize = 256;

/// Without a table, so that the compiler makes vectors of it.
fn encode_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const fn digit(nibble: u8) -> u8 {
        nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
    }
    let pair = |byte: u8| [digit(byte >> 4), digit(byte & 15)];
    if let Ok(tag) = <&[u8; 32]>::try_from(bytes) {
        // What nearly all are, in one piece.
        return out.extend_from_slice(tag.map(pair).as_flattened());
    }
    let (chunks, rest) = bytes.as_chunks::<16>();
    chunks.iter().for_each(|chunk| out.extend_from_slice(chunk.map(pair).as_flattened()));
    rest.iter().for_each(|byte| out.extend_from_slice(&pair(*byte)));
}

/// Both cases. A digit that is none shows in the high half of what is put together, so one look at the end is enough.
fn decode_hex(text: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    let mut bytes = Vec::with_capacity(pairs.len());
    let mut seen = 0;
    bytes.extend(pairs.iter().map(|[high, low]| {
        let (high, low) = (NIBBLES[usize::from(*high)], NIBBLES[usize::from(*low)]);
        seen |= high | low;
        high << 4 | low
    }));
    (seen < 16).then_some(bytes)
}

/// The byte that two hexadecimal digits stand for, in either case.
fn byte_of(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| NIBBLES[usize::from(digit)]);
    (high | low < 16).then_some(high << 4 | low)
}

/// What a hexadecimal digit stands for; 255 where it is none.
static NIBBLES: [u8; 256] = {
    let mut nibbles = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        nibbles[UPPER[value] as usize] = value as u8;
        nibbles[UPPER[value].to_ascii_lowercase() as usize] = value as u8;
        value += 1;
    }
    nibbles
};

fn encode_base64(engine: &impl Engine, bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let length = engine.encode_slice(bytes, &mut out[start..]).expect("four characters hold three bytes");
    out.truncate(start + length);
}

fn swap(text: &mut [u8], from: &[u8; 3], to: &[u8; 3]) {
    for byte in text {
        if let Some(index) = from.iter().position(|candidate| candidate == byte) {
            *byte = to[index];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appended(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_plain_digits() {
        assert_eq!(plain_number("0"), Some(0));
        assert_eq!(plain_number("18446744073709551615"), Some(u64::MAX));
        for text in ["", "00", "05", "+5", "-5", "5 ", "5.0", "1e9", "18446744073709551616", "٥"] {
            assert_eq!(plain_number(text), None, "{text}");
        }
        for number in [0, 9, 10, 99, 100, 1_893_456_000, u64::MAX] {
            assert_eq!(appended(|out| _ = out.decimal(number)), number.to_string());
        }
    }

    #[test]
    fn pieces_of_every_length_are_appended_whole() {
        let text: String = ('!'..='~').cycle().take(200).collect();
        for length in 0..=text.len() {
            let piece = &text[..length];
            assert_eq!(
                appended(|out| _ = out.text("before").text(piece).text("after")),
                format!("before{piece}after")
            );
            let slashed = format!("{piece}/");
            let encoded: String = slashed.replace('%', "%25").replace('/', "%2F");
            let kept = Kept::alphanumeric_and(b"!\"#$&'()*+,-.:;<=>?@[\\]^_`{|}~");
            assert_eq!(appended(|out| _ = out.percent(&slashed, &kept)), encoded);
        }
        for digits in 1..=19 {
            for number in [10_u64.pow(digits), 10_u64.pow(digits) - 1, 10_u64.pow(digits) + 5] {
                assert_eq!(appended(|out| _ = out.decimal(number)), number.to_string());
            }
        }
    }

    #[test]
    fn percent_encoding_keeps_what_the_table_says() {
        let text = "/a b+c%é🎬~'()*!-_.";
        let component = "%2Fa%20b%2Bc%25%C3%A9%F0%9F%8E%AC~'()*!-_.";
        assert_eq!(appended(|out| _ = out.percent(text, &COMPONENT)), component);
        assert_eq!(appended(|out| _ = out.percent("/a~*", &UNRESERVED_PATH)), "/a~%2A");
        assert_eq!(appended(|out| _ = out.percent("/a~*", &UNRESERVED)), "%2Fa~%2A");
        assert_eq!(percent_decode(component).unwrap(), text);
    }

    #[test]
    fn decoding_is_what_a_browser_does() {
        assert_eq!(percent_decode("100%").unwrap(), "100%");
        assert_eq!(percent_decode("a%zz").unwrap(), "a%zz");
        assert_eq!(percent_decode("a+b").unwrap(), "a+b");
        assert_eq!(form_decode("a+b%2B").unwrap(), "a b+");
        assert!(percent_decode("%ff").is_none());
        assert!(form_decode("+%ff").is_none());
    }

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            let plain = "a".repeat(length);
            assert!(!any_byte(plain.as_bytes(), |byte| byte == b'/'));
            for at in 0..length {
                let mut text = plain.clone().into_bytes();
                text[at] = b'/';
                assert!(any_byte(&text, |byte| byte == b'/'), "{at} of {length}");
                let pair = any_neighbours(&text, |one, next| (one == b'/') & (next == b'a'));
                assert_eq!(pair, at + 1 < length, "{at} of {length}");
                text.insert(at, b'/');
                assert!(
                    any_neighbours(&text, |one, next| (one == b'/') & (next == b'/')),
                    "{at} of {length}"
                );
                let text = String::from_utf8(text).unwrap();
                let encoded = text.replace('/', "%2F");
                assert_eq!(appended(|out| _ = out.percent(&text, &COMPONENT)), encoded);
                assert_eq!(percent_decode(&encoded).unwrap(), text);
            }
        }
    }

    #[test]
    fn every_byte_is_escaped_as_its_table_says() {
        for kept in [&COMPONENT, &UNRESERVED_PATH, &UNRESERVED] {
            // Each byte of ASCII at each place of sixteen.
            for shift in 0..16 {
                let text: String = "a".repeat(shift) + &('\0'..='\x7f').collect::<String>();
                let escape =
                    |byte| if kept.contains(byte) { char::from(byte).into() } else { format!("%{byte:02X}") };
                let wanted: String = text.bytes().map(escape).collect();
                assert_eq!(appended(|out| _ = out.percent(&text, kept)), wanted);
            }
        }
    }

    #[test]
    fn decoding_is_what_the_crate_does() {
        for text in
            ["%", "%2", "%2f", "%2F%", "a%20b%", "%%41", "%4%41", "%g0%0g", "%C3%A9", "%c3", "é%41", "%00"]
        {
            let oracle = percent_encoding::percent_decode_str(text).decode_utf8().ok();
            assert_eq!(percent_decode(text), oracle, "{text}");
        }
    }

    #[test]
    fn a_length_is_that_of_what_is_decoded() {
        let spellings = [
            Spelling::Raw,
            Spelling::Hex,
            Spelling::Base64,
            Spelling::Base64Url,
            Spelling::Base64UrlPadded,
            Spelling::Base64Tilde,
        ];
        for spelling in spellings {
            for length in [0, 1, 2, 3, 15, 16, 32, 191, 192, 193, 256, 300] {
                let mut text = Vec::new();
                spelling.encode(&vec![0xfb; length], &mut text);
                assert_eq!(spelling.length(&text), Some(length), "{}", spelling.name());
                for bad in [b"a", &b" "[..], b"=", b"\xff"] {
                    let bad = [&text, bad].concat();
                    let decoded = spelling.decode(&bad).map(|bytes| bytes.len());
                    assert_eq!(spelling.length(&bad), decoded, "{}", spelling.name());
                }
            }
        }
    }

    #[test]
    fn spellings_go_both_ways() {
        let bytes = [0xfb, 0xff, 0xfe, 0x00];
        for (spelling, text) in [
            (Spelling::Hex, "fbfffe00"),
            (Spelling::Base64, "+//+AA=="),
            (Spelling::Base64Url, "-__-AA"),
            (Spelling::Base64UrlPadded, "-__-AA=="),
            (Spelling::Base64Tilde, "-~~-AA__"),
        ] {
            assert_eq!(appended(|out| spelling.encode(&bytes, out)), text);
            assert_eq!(spelling.decode(text.as_bytes()).unwrap(), bytes, "{}", spelling.name());
            assert!(spelling.decode(b"a b").is_none(), "{}", spelling.name());
        }
        assert!(Spelling::Base64Tilde.decode(b"+//+AA==").is_none());
        for byte in 0..=u8::MAX {
            for text in [[byte, b'0'], [b'f', byte]] {
                assert_eq!(Spelling::Hex.decode(&text), hex::decode(text).ok(), "{byte}");
            }
        }
        assert!(Spelling::Hex.decode(b"abc").is_none());
        assert_eq!(Spelling::Raw.decode(b"a b").unwrap(), b"a b");
    }

    #[test]
    fn lengths_are_counted_as_javascript_does() {
        assert_eq!(utf16_length("/média/日本語.mp4"), 14);
        assert_eq!(utf16_length("/🎬/clip.mp4"), 12);
        assert_eq!(utf16_length(""), 0);
    }
}
