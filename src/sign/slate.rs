//! A buffer for many short pieces. It is written in whole chunks, beyond the end of a piece where that is cheaper:
//! a `Vec` would look after its length and its room at each of them, which takes longer than the copying.

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
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Appends it.
    #[inline]
    pub fn append(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.length;
        self.chunks.iter().for_each(|chunk| out.extend_from_slice(chunk));
        out.truncate(end);
    }
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
            let mut slashes = slashes(chunk);
            while slashes != 0 {
                let slash = 64 * number + slashes.trailing_zeros() as usize;
                match path[begin..].first_chunk::<CHUNK>() {
                    Some(chunk) if slash - begin <= CHUNK => {
                        self.put(self.at, chunk);
                        self.at += slash - begin;
                    }
                    _ => self.at = self.rare(&path[begin..slash]),
                }
                self.put(self.at, b"%2F ");
                self.at += 3;
                begin = slash + 1;
                slashes &= slashes - 1;
            }
        }
        self.bytes(&path[begin..]);
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

/// A bit for each slash among up to 64 bytes of ASCII.
#[inline(always)]
fn slashes(bytes: &[u8]) -> u64 {
    if let Ok(all) = <&[u8; 64]>::try_from(bytes) {
        let words = all.as_chunks::<8>().0;
        return (0..8).fold(0, |bits, at| bits | slashes_of_eight(words[at]) << (8 * at));
    }
    let (words, rest) = bytes.as_chunks::<8>();
    let whole = words.iter().rev().fold(0, |bits, word| bits << 8 | slashes_of_eight(*word));
    match bytes.last_chunk::<8>() {
        _ if rest.is_empty() => whole,
        Some(last) => whole | slashes_of_eight(*last) << (bytes.len() - 8),
        None => rest.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(*byte == b'/')),
    }
}

/// Seven bits of each byte are compared at once: a sum carries into the eighth unless they were equal.
#[inline]
fn slashes_of_eight(word: [u8; 8]) -> u64 {
    const EACH: u64 = u64::MAX / 255;
    let differing = u64::from_le_bytes(word) ^ (EACH * b'/' as u64);
    let equal = !(differing + EACH * 0x7f) & (EACH * 0x80);
    // Each marked bit is moved to where its byte's number says, all to the eight at the top.
    equal.wrapping_mul(0x0002_0408_1020_4081) >> 56
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
            slate.write(piece.len() + bytes.len(), |pen| {
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
            assert_eq!(String::from_utf8_lossy(slate.written()), path.replace('/', "%2F"));
        }
    }
}
