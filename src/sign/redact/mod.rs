//! Blanks signatures in any text, and leaves every other byte as it is.
//!
//! Two ways find them. By name: what stands behind a name of which a row says that it bears a signature, as a
//! parameter, cookie, header, or member of JSON, in whatever escapes. By layout: a URL of which a scheme reads a
//! signature that fits, which covers paths and rows without names. Memory is flat: what a rule still waits for is
//! kept, up to [`HELD`] bytes.

pub(super) mod link;
mod names;
mod unit;

use names::Names;
use sha2::{Digest, Sha256};
use std::ops::Range;
use unit::units;

/// What stands for a signature.
pub const BLANK: &[u8] = b"REDACTED";
/// How much a rule may look ahead: no signature and no token is as long.
const HELD: usize = 64 << 10;
/// How much a rule may look back: a name, and the escape before it.
const SEEN: usize = 96;
/// Shorter signatures could be guessed from a part of their digest.
const MARKED: usize = 16;

/// How a blank is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// The word alone.
    #[default]
    Plain,
    /// With the first six bytes of the signature's SHA-256, so that equal ones stay equal.
    Hash,
}

/// What a rule says to a place.
enum Found {
    /// Nothing begins here.
    Nothing,
    /// More text is needed to tell.
    Wait,
    /// These bytes go; `guessable` ones get no digest.
    Blank { bytes: Range<usize>, guessable: bool },
}

/// Text in, text out; what is said of one stream is kept between calls.
pub struct Redactor {
    names: Names,
    mark: Mark,
    text: Vec<u8>,
    /// Before it everything is written.
    done: usize,
    /// Inside a value that was longer than what is held.
    inside: bool,
    /// Signatures by layout that lie ahead, in their order.
    ahead: Vec<Range<usize>>,
}

impl Redactor {
    /// With the names of every row, and more of the operator's own.
    #[must_use]
    pub fn new(mark: Mark, more: &[String]) -> Self {
        Self {
            names: Names::of_table(more),
            mark,
            text: Vec::new(),
            done: 0,
            inside: false,
            ahead: Vec::new(),
        }
    }

    /// One text, whole.
    #[must_use]
    pub fn text(&mut self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        self.feed(text.as_bytes(), &mut out);
        self.finish(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Takes more of the stream and appends what is settled of it.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.text.extend_from_slice(bytes);
        self.scan(false, out);
        let gone = self.done.saturating_sub(SEEN);
        self.text.drain(..gone);
        self.done -= gone;
        for range in &mut self.ahead {
            *range = range.start - gone..range.end - gone;
        }
    }

    /// Appends the rest: the stream has ended, and the next one begins anew.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.scan(true, out);
        self.text.clear();
        self.ahead.clear();
        (self.done, self.inside) = (0, false);
    }

    fn scan(&mut self, last: bool, out: &mut Vec<u8>) {
        if self.inside {
            let length = names::value(&self.text[self.done..], true).unwrap_or(self.text.len() - self.done);
            self.done += length;
            self.inside = self.done == self.text.len();
        }
        while self.done < self.text.len() {
            let at = self.done + self.text[self.done..].iter().take_while(|byte| !starts(**byte)).count();
            let at = self.ahead.first().map_or(at, |range| at.min(range.start));
            out.extend_from_slice(&self.text[self.done..at]);
            self.done = at;
            if at == self.text.len() {
                break;
            }
            let held = self.text.len() - at > HELD;
            match self.look(at, last || held) {
                Found::Nothing => {
                    out.push(self.text[at]);
                    self.done = at + 1;
                }
                Found::Wait => break,
                Found::Blank { bytes, guessable } => {
                    out.extend_from_slice(&self.text[at..bytes.start]);
                    self.done = bytes.end;
                    self.inside = !last && held && bytes.end == self.text.len();
                    self.blank(&self.text[bytes], guessable, out);
                }
            }
            let done = self.done;
            self.ahead.retain(|range| range.start >= done);
        }
    }

    /// What begins here. By layout comes first: it may find a signature behind what the names would pass.
    fn look(&mut self, at: usize, last: bool) -> Found {
        if let Some(bytes) = self.ahead.first().filter(|range| range.start == at) {
            return Found::Blank { bytes: bytes.clone(), guessable: false };
        }
        if link::may_begin(&self.text, at) && unit::short(&self.text, at, 3 * unit::LONGEST, last) {
            return Found::Wait;
        }
        if let Some(start) = link::begins(&self.text, at) {
            let Some(end) = link::ends(&self.text, start, last) else { return Found::Wait };
            let found = link::signatures(&self.text[start..end]);
            let found = found.into_iter().map(|range| range.start + start..range.end + start);
            self.ahead.extend(found.filter(|range| range.start > at));
            self.ahead.sort_by_key(|range| range.start);
        }
        self.names.look(&self.text, at, last)
    }

    fn blank(&self, value: &[u8], guessable: bool, out: &mut Vec<u8>) {
        if is_blank(value) || planted!("redact-blanks-nothing") {
            return out.extend_from_slice(value);
        }
        out.extend_from_slice(BLANK);
        let meant: Vec<u8> = units(value).map(|(byte, _)| byte).collect();
        if self.mark == Mark::Hash && !guessable && meant.len() >= MARKED {
            out.push(b'-');
            out.extend_from_slice(hex::encode(&Sha256::digest(&meant)[..6]).as_bytes());
        }
    }
}

/// Whether it was blanked before.
fn is_blank(value: &[u8]) -> bool {
    match value.strip_prefix(BLANK) {
        Some([]) => true,
        Some([b'-', digest @ ..]) => digest.len() == 12 && digest.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

/// Whether a rule may begin at this byte: separators, quotes, what begins an escape, a path or a JWT.
const fn starts(byte: u8) -> bool {
    matches!(byte, b'=' | b':' | b'"' | b'\'' | b'%' | b'&' | b'\\' | b'/' | b'e')
}

#[cfg(test)]
mod tests;
