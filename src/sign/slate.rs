//! A buffer for many short pieces. It is written in whole chunks, beyond the end of a piece where that is cheaper:
//! a `Vec` would look after its length and its room at each of them, which takes longer than the copying.

use super::lanes;

/// How much is copied at once.
const CHUNK: usize = 32;

/// A buffer of which the bytes are always there, and how many of them count.
#[derive(Default)]
pub struct Slate {
    bytes: Vec<u8>,
    end: usize,
}

impl Slate {
    /// What was written.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        &self.bytes[..self.end]
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.end = 0;
    }

    /// Appends bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.write(bytes.len(), |pen| pen.bytes(bytes));
    }

    /// Writes at the end; `most` is more than what is written, or as much.
    #[inline]
    pub fn write(&mut self, most: usize, write: impl FnOnce(&mut Pen<'_>)) {
        let wanted = self.end + most + CHUNK;
        if self.bytes.len() < wanted {
            self.bytes.resize(2 * wanted, 0);
        }
        let mut pen = Pen { room: &mut self.bytes[self.end..], at: 0 };
        write(&mut pen);
        self.end += pen.at;
    }
}

/// Where the next piece goes.
pub struct Pen<'p> {
    room: &'p mut [u8],
    at: usize,
}

/// A piece that is written again and again.
pub struct Piece {
    chunks: Vec<[u8; CHUNK]>,
    length: usize,
}

impl Piece {
    /// Of bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let padded = [bytes, &[0; CHUNK - 1]].concat();
        Self { chunks: padded.as_chunks().0.to_vec(), length: bytes.len() }
    }

    /// How many bytes.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.chunks.as_flattened()[..self.length]
    }

    /// Appends it.
    #[inline]
    pub fn append(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.length;
        self.chunks.iter().for_each(|chunk| out.extend_from_slice(chunk));
        out.truncate(end);
    }
}

/// What stands before and after the one place of a word.
#[must_use]
pub fn around<'t>(text: &'t [u8], word: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let mut found = memchr::memmem::find_iter(text, word);
    let (at, None) = (found.next()?, found.next()) else { return None };
    Some((&text[..at], &text[at + word.len()..]))
}

// Inlined whatever it takes: behind a call, the place to write at would go through memory at each piece.
impl Pen<'_> {
    /// A piece.
    #[inline(always)]
    pub fn piece(&mut self, piece: &Piece) {
        for (number, chunk) in piece.chunks.iter().enumerate() {
            self.put(self.at + number * CHUNK, chunk);
        }
        self.at += piece.length;
    }

    /// Bytes as they are.
    #[inline(always)]
    pub fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        match bytes.len() {
            CHUNK.. => {
                for (number, chunk) in bytes.as_chunks::<CHUNK>().0.iter().enumerate() {
                    self.put(self.at + number * CHUNK, chunk);
                }
                if let Some(last) = bytes.last_chunk::<CHUNK>() {
                    self.put(end - CHUNK, last);
                }
            }
            16.. => self.ends::<16>(bytes),
            8.. => self.ends::<8>(bytes),
            4.. => self.ends::<4>(bytes),
            _ => self.room[self.at..end].copy_from_slice(bytes),
        }
        self.at = end;
    }

    /// A path that is made of bytes which percent encoding leaves alone, and slashes.
    #[inline(always)]
    pub fn escaped(&mut self, path: &[u8]) {
        let mut begin = 0;
        for (number, chunk) in path.chunks(64).enumerate() {
            let mut slashes = places(chunk, b'/');
            while slashes != 0 {
                let slash = 64 * number + slashes.trailing_zeros() as usize;
                self.run(path, begin, slash);
                self.put(self.at, b"%2F ");
                self.at += 3;
                begin = slash + 1;
                slashes &= slashes - 1;
            }
        }
        self.bytes(&path[begin..]);
    }

    /// What [`Self::escaped`] makes of a path, undone; false where it can be the outcome of none.
    #[inline(always)]
    pub fn unescaped(&mut self, text: &[u8]) -> bool {
        let (mut begin, mut good) = (0, true);
        for (number, chunk) in text.chunks(64).enumerate() {
            let mut signs = places(chunk, b'%');
            good &= places(chunk, b'/') == 0;
            while signs != 0 {
                let sign = 64 * number + signs.trailing_zeros() as usize;
                good &= text[sign..].starts_with(b"%2F");
                if !good {
                    return false;
                }
                self.run(text, begin, sign);
                self.put(self.at, b"/");
                self.at += 1;
                begin = sign + 3;
                signs &= signs - 1;
            }
        }
        self.bytes(&text[begin..]);
        good
    }

    /// `bytes[from..to]`, which is nearly always short.
    #[inline(always)]
    fn run(&mut self, bytes: &[u8], from: usize, to: usize) {
        match bytes[from..].first_chunk::<CHUNK>() {
            Some(chunk) if to - from <= CHUNK => {
                self.put(self.at, chunk);
                self.at += to - from;
            }
            _ => self.at = self.rare(&bytes[from..to]),
        }
    }

    /// Bytes as they are; the place behind them.
    #[cold]
    fn rare(&mut self, bytes: &[u8]) -> usize {
        let end = self.at + bytes.len();
        self.room[self.at..end].copy_from_slice(bytes);
        end
    }

    /// The first N bytes and the last N.
    #[inline(always)]
    fn ends<const N: usize>(&mut self, bytes: &[u8]) {
        if let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) {
            self.put(self.at, first);
            self.put(self.at + bytes.len() - N, last);
        }
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, at: usize, chunk: &[u8; N]) {
        self.room[at..at + N].copy_from_slice(chunk);
    }
}

/// A bit for each of up to 64 bytes that is the one.
#[inline(always)]
fn places(bytes: &[u8], one: u8) -> u64 {
    let (chunks, rest) = bytes.as_chunks::<16>();
    let places = |chunk| u64::from(lanes::places(chunk, one));
    if let [a, b, c, d] = chunks {
        return places(a) | places(b) << 16 | places(c) << 32 | places(d) << 48;
    }
    let whole = chunks.iter().rev().fold(0, |bits, chunk| bits << 16 | places(chunk));
    match bytes.last_chunk() {
        _ if rest.is_empty() => whole,
        Some(last) => whole | places(last) << (bytes.len() - 16),
        None => rest.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(*byte == one)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_stand_where_they_should() {
        let text: Vec<u8> = (0..200_u8).map(|n| b'!' + n % 90).collect();
        let (mut slate, mut wanted) = (Slate::default(), Vec::new());
        for length in (0..text.len()).chain((0..text.len()).rev()) {
            let (piece, bytes) = (Piece::new(&text[..length]), &text[text.len() - length..]);
            slate.write(piece.length() + bytes.len(), |pen| {
                pen.piece(&piece);
                pen.bytes(bytes);
            });
            wanted.extend_from_slice(&[&text[..length], bytes].concat());
            let mut appended = b"before".to_vec();
            piece.append(&mut appended);
            assert_eq!(appended, [b"before", &text[..length]].concat());
        }
        assert!(slate.written() == wanted);
        slate.clear();
        slate.bytes(b"anew");
        assert_eq!(slate.written(), b"anew");
    }

    #[test]
    fn slashes_are_escaped_wherever_they_stand() {
        let mut paths: Vec<String> = (0..150).map(|length| "/".repeat(length)).collect();
        for step in [1, 2, 7, 8, 9, 31, 33, 63, 64, 65, 100] {
            let letter =
                |at: usize| if at.is_multiple_of(step) { '/' } else { char::from(b'-' + (at % 2) as u8) };
            paths.extend((0..200).map(|length| (0..length).map(letter).collect()));
            paths.extend((0..200).map(|length| (1..length).map(letter).collect()));
        }
        for path in paths {
            let mut slate = Slate::default();
            slate.write(3 * path.len(), |pen| pen.escaped(path.as_bytes()));
            let escaped = path.replace('/', "%2F");
            assert_eq!(String::from_utf8_lossy(slate.written()), escaped);
            assert_eq!(unescaped(&escaped), Some(path));
        }
    }

    fn unescaped(text: &str) -> Option<String> {
        let (mut slate, mut good) = (Slate::default(), false);
        slate.write(text.len(), |pen| good = pen.unescaped(text.as_bytes()));
        good.then(|| String::from_utf8(slate.written().to_vec()).unwrap())
    }

    #[test]
    fn what_no_path_is_written_as_is_not_read() {
        for odd in ["%2f", "%2", "%", "/", "%2F/", "%%2F", "%252F", "%2%2F"] {
            for fill in [0, 1, 7, 60, 62, 63, 64, 100] {
                let fill = "a".repeat(fill);
                assert_eq!(unescaped(&format!("{fill}{odd}{fill}")), None, "{odd} {fill}");
            }
        }
    }
}
