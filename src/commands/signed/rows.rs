//! CSV as a list of lines: each record becomes a JSON array on a line of its own, whatever its fields hold, so that
//! the bulk room cuts where records end and never inside one. A record that cannot be had becomes a JSON string
//! that says why.

use csv_core::ReadRecordResult;
use std::io::{self, BufRead, Read};

/// A record that takes more than this is given up without being held.
const LIMIT: usize = 1 << 20;
/// What some editors put in front of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// So many bytes of lines are made before they are handed on.
const ENOUGH: usize = 128 << 10;

/// Reads CSV and is read as lines.
pub struct Rows<'i> {
    input: &'i mut (dyn BufRead + Send),
    parser: Parser,
    /// How much of what was made has been read.
    given: usize,
    ended: bool,
}

impl<'i> Rows<'i> {
    /// Of CSV with or without a line of names.
    pub fn new(input: &'i mut (dyn BufRead + Send)) -> Self {
        Self { input, parser: Parser::new(), given: 0, ended: false }
    }

    /// The line of the first record; it is taken out, or read once more. `None` where there is no record.
    pub fn first(&mut self, take: bool) -> io::Result<Option<String>> {
        self.advance()?;
        let made = &mut self.parser.made;
        let Some(end) = memchr::memchr(b'\n', made) else { return Ok(None) };
        let line = String::from_utf8_lossy(&made[..end]).into_owned();
        if take {
            made.drain(..=end);
        }
        Ok(Some(line))
    }

    /// Makes lines until there is one, and as many as the input has ready: what is whole never waits.
    fn advance(&mut self) -> io::Result<()> {
        while self.parser.made.is_empty() && !self.ended {
            let ready = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                ready => ready?,
            };
            if ready.is_empty() {
                self.parser.finish();
                self.ended = true;
                break;
            }
            let mut read = 0;
            while read < ready.len() && self.parser.made.len() < ENOUGH {
                read += self.parser.feed(&ready[read..]);
            }
            self.input.consume(read);
        }
        Ok(())
    }
}

impl Read for Rows<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given == self.parser.made.len() {
            self.parser.made.clear();
            self.given = 0;
            self.advance()?;
        }
        let rest = &self.parser.made[self.given..];
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

/// One record in the making, and the lines of those that are whole.
struct Parser {
    core: csv_core::Reader,
    text: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    fields: usize,
    too_long: bool,
    /// How much of a byte order mark has been seen; nothing once that is settled.
    mark: Option<usize>,
    made: Vec<u8>,
}

impl Parser {
    fn new() -> Self {
        Self {
            core: csv_core::Reader::new(),
            text: vec![0; 4 << 10],
            filled: 0,
            ends: vec![0; 64],
            fields: 0,
            too_long: false,
            mark: Some(0),
            made: Vec::new(),
        }
    }

    /// Reads up to the end of a record; answers how many bytes that were.
    fn feed(&mut self, bytes: &[u8]) -> usize {
        match self.mark {
            None => self.record(bytes),
            Some(seen) => self.marked(bytes, seen),
        }
    }

    /// The parser knows a byte order mark only where it comes in one piece.
    fn marked(&mut self, bytes: &[u8], seen: usize) -> usize {
        let fresh = bytes.iter().zip(&MARK[seen..]).take_while(|(byte, mark)| byte == mark).count();
        if seen + fresh < MARK.len() && fresh == bytes.len() {
            self.mark = Some(seen + fresh);
            return fresh;
        }
        self.mark = None;
        if seen + fresh == MARK.len() {
            return fresh;
        }
        self.record(&MARK[..seen]);
        self.record(bytes)
    }

    fn record(&mut self, bytes: &[u8]) -> usize {
        let (text, ends) = (&mut self.text[self.filled..], &mut self.ends[self.fields..]);
        let (result, read, filled, fields) = self.core.read_record(bytes, text, ends);
        self.filled += filled;
        self.fields += fields;
        match result {
            ReadRecordResult::Record => self.emit(),
            ReadRecordResult::OutputFull if self.text.len() < LIMIT => {
                self.text.resize(2 * self.text.len(), 0)
            }
            ReadRecordResult::OutputEndsFull if self.ends.len() < LIMIT => {
                self.ends.resize(2 * self.ends.len(), 0);
            }
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                (self.too_long, self.filled, self.fields) = (true, 0, 0);
            }
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
        }
        read
    }

    /// The last record may end without a line end, but not within its quotes: there a line end is text.
    fn finish(&mut self) {
        let mut end: &[u8] = b"\n";
        while !end.is_empty() {
            end = &end[self.feed(end)..];
        }
        if self.filled > 0 || self.too_long {
            self.refuse("a quote of the record is never closed; close it");
        }
    }

    fn emit(&mut self) {
        if self.too_long {
            return self
                .refuse("the record is longer than 1 MiB, or a quote of it is not closed; it was skipped");
        }
        let mut start = 0;
        let mut cells: Vec<&str> = Vec::with_capacity(self.fields);
        for end in &self.ends[..self.fields] {
            let Ok(cell) = std::str::from_utf8(&self.text[start..*end]) else {
                return self.refuse("the record is not UTF-8; convert it first");
            };
            cells.push(cell);
            start = *end;
        }
        serde_json::to_writer(&mut self.made, &cells).expect("memory takes every text");
        self.begin();
    }

    fn refuse(&mut self, why: &str) {
        serde_json::to_writer(&mut self.made, why).expect("memory takes every text");
        self.begin();
    }

    fn begin(&mut self) {
        self.made.push(b'\n');
        (self.filled, self.fields, self.too_long) = (0, 0, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a CSV that comes in pieces of this length.
    fn lines(csv: &[u8], piece: usize) -> String {
        let mut input = io::BufReader::with_capacity(piece, csv);
        let mut text = String::new();
        Rows::new(&mut input).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_record_is_a_line_whatever_its_fields_hold() {
        for (csv, wanted) in [
            ("a,b\n1,2\n", "[\"a\",\"b\"]\n[\"1\",\"2\"]\n"),
            ("a,b\r\n1,2", "[\"a\",\"b\"]\n[\"1\",\"2\"]\n"),
            ("\"a\r\nb\",\"c\"\"d\"\n\n,\n", "[\"a\\r\\nb\",\"c\\\"d\"]\n[\"\",\"\"]\n"),
            ("\u{feff}a\n", "[\"a\"]\n"),
            ("\"a\nb\"", "[\"a\\nb\"]\n"),
            ("", ""),
            ("\n\n", ""),
        ] {
            for piece in [1, 2, 3, 100] {
                assert_eq!(lines(csv.as_bytes(), piece), wanted, "{csv:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn what_is_no_record_says_so_in_its_place() {
        let open = lines(b"a\n\"b\nc\n", 3);
        assert_eq!(open, "[\"a\"]\n\"a quote of the record is never closed; close it\"\n");
        assert!(lines(b"a\n\"", 1).contains("never closed"));
        let binary = lines(b"a\nb\xff\nc\n", 2);
        assert_eq!(binary, "[\"a\"]\n\"the record is not UTF-8; convert it first\"\n[\"c\"]\n");
    }

    #[test]
    fn a_record_without_end_is_not_held() {
        let long = format!("a\n\"{}\"\nb\n", "x\n".repeat(LIMIT));
        let mut input = long.as_bytes();
        let mut rows = Rows::new(&mut input);
        let mut text = String::new();
        rows.read_to_string(&mut text).unwrap();
        assert!(rows.parser.text.len() <= 2 * LIMIT);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines[0], lines[2], lines.len()), ("[\"a\"]", "[\"b\"]", 3), "{text:.300}");
        assert!(lines[1].contains("longer than 1 MiB"), "{text:.300}");
        let open = format!("a\n\"{}", "x\n".repeat(LIMIT));
        assert!(super::tests::lines(open.as_bytes(), 4096).ends_with("never closed; close it\"\n"));
    }

    #[test]
    fn the_first_record_is_looked_at_or_taken() {
        for (take, rest) in [(true, "[\"b\"]\n"), (false, "[\"a\"]\n[\"b\"]\n")] {
            let mut input = &b"a\nb\n"[..];
            let mut rows = Rows::new(&mut input);
            assert_eq!(rows.first(take).unwrap().as_deref(), Some("[\"a\"]"));
            let mut text = String::new();
            rows.read_to_string(&mut text).unwrap();
            assert_eq!(text, rest);
        }
        assert_eq!(Rows::new(&mut &b"\n"[..]).first(true).unwrap(), None);
    }

    #[test]
    fn whole_records_do_not_wait_for_the_next() {
        struct Steps(Vec<&'static [u8]>);
        impl Read for Steps {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let step = if self.0.is_empty() { &b""[..] } else { self.0.remove(0) };
                into[..step.len()].copy_from_slice(step);
                Ok(step.len())
            }
        }
        let mut input = io::BufReader::new(Steps(vec![b"a\nb\nc", b"d\n"]));
        let mut rows = Rows::new(&mut input);
        let mut into = [0; 100];
        let length = rows.read(&mut into).unwrap();
        assert_eq!(&into[..length], b"[\"a\"]\n[\"b\"]\n");
        let length = rows.read(&mut into).unwrap();
        assert_eq!(&into[..length], b"[\"cd\"]\n");
    }
}
