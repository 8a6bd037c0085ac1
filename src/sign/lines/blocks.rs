//! Reading: the input in blocks that end with a line.

use crate::error::{Error, Result};
use memchr::{memchr, memrchr};
use std::io::{self, Read};

/// How much is asked of the input at once.
const READ: usize = 128 << 10;

/// Lines, or one that was too long to hold. What stands behind the lines is room for the next ones.
#[derive(Default)]
pub struct Block {
    bytes: Vec<u8>,
    end: usize,
    /// Instead of lines: one that was too long.
    pub too_long: bool,
}

impl Block {
    /// The lines, each but perhaps the last with its end.
    #[must_use]
    pub fn lines(&self) -> &[u8] {
        &self.bytes[..self.end]
    }

    /// How much memory it holds.
    #[cfg(test)]
    pub fn held(&self) -> usize {
        self.bytes.capacity()
    }

    /// Begins anew with a text.
    fn begin(&mut self, text: &[u8]) {
        self.end = 0;
        self.make_room(text.len());
        self.bytes[..text.len()].copy_from_slice(text);
        self.end = text.len();
        self.too_long = false;
    }

    /// Room behind what is there; it is filled with zeros once.
    fn make_room(&mut self, more: usize) {
        if self.bytes.len() < self.end + more {
            self.bytes.resize(self.end + more, 0);
        }
    }

    /// Adds what one read brings, and says how much that was.
    fn read(&mut self, input: &mut dyn Read) -> io::Result<usize> {
        self.make_room(READ);
        let fresh = loop {
            match input.read(&mut self.bytes[self.end..self.end + READ]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                fresh => break fresh?,
            }
        };
        self.end += fresh;
        Ok(fresh)
    }

    fn drop_front(&mut self, count: usize) {
        self.bytes.copy_within(count..self.end, 0);
        self.end -= count;
    }
}

/// Cuts the input into blocks that end with a line.
pub struct Blocks<'i> {
    input: &'i mut (dyn Read + Send),
    /// The beginning of a line of which the rest was not read yet.
    tail: Vec<u8>,
    limit: usize,
    /// Inside a line that was given up.
    skipping: bool,
    ended: bool,
}

impl<'i> Blocks<'i> {
    /// Of an input; lines longer than the limit are not held.
    pub fn new(input: &'i mut (dyn Read + Send), limit: usize) -> Self {
        Self { input, tail: Vec::new(), limit, skipping: false, ended: false }
    }

    /// The next block; false when there is none. Returns as soon as a read brought a whole line.
    pub fn fill(&mut self, block: &mut Block) -> Result<bool> {
        block.begin(&self.tail);
        self.tail.clear();
        while !self.ended {
            let mut old = block.end;
            self.ended = self.read(block)? == 0;
            if self.skipping {
                let rest = memchr(b'\n', block.lines());
                self.skipping = rest.is_none();
                block.drop_front(rest.map_or(block.end, |end| end + 1));
                old = 0;
            }
            if let Some(last) = memrchr(b'\n', &block.lines()[old..]) {
                let end = old + last + 1;
                self.tail.extend_from_slice(&block.lines()[end..]);
                block.end = end;
                return Ok(true);
            }
            if block.end > self.limit {
                block.end = 0;
                self.skipping = !self.ended;
                block.too_long = true;
                return Ok(true);
            }
        }
        Ok(block.end > 0)
    }

    fn read(&mut self, block: &mut Block) -> Result<usize> {
        block.read(self.input).map_err(|error| {
            self.ended = true;
            Error::Io(format!("cannot read the input: {error}"))
        })
    }
}
