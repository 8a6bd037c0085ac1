//! Bulk work: lines in, outcomes out, in order, with flat memory.
//!
//! Input is read in blocks and cut at the last line end; the outcomes of a block are written at once and
//! flushed, so that a slow stdin sees its answers and a fast one costs few calls. A bad line gives no
//! outcome and stops nothing unless asked to. With several jobs a fixed pool shares the blocks.

mod blocks;
mod desk;

use super::Slate;
use crate::error::{Error, Result};
use blocks::{Block, Blocks};
use desk::{Desk, Source};
use memchr::{memchr, memchr_iter};
use std::{
    io::{Read, Write},
    thread,
};

/// How many failures are kept with their text.
const KEPT: usize = 20;
/// How many lines a worker is given at once, at most: enough for a key that signs several texts side by side, few
/// enough to stay in the fastest cache.
pub const GROUP: usize = 32;

/// How to go through the lines.
#[derive(Debug, Clone, Copy)]
pub struct Bulk {
    /// Threads that do the work.
    pub jobs: usize,
    /// A bad line gives an empty line, so that line numbers agree.
    pub keep_blank: bool,
    /// The first bad line ends it.
    pub fail_fast: bool,
    /// Longer lines are skipped without being held.
    pub limit: usize,
}

impl Default for Bulk {
    fn default() -> Self {
        Self { jobs: 1, keep_blank: false, fail_fast: false, limit: 1 << 20 }
    }
}

/// What became of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines read, good and bad.
    pub lines: u64,
    /// Lines without an outcome.
    pub failed: u64,
    /// The first of those: number, from 1, and what is wrong.
    pub failures: Vec<(u64, String)>,
    /// Whether a bad line ended it early.
    pub stopped: bool,
}

impl Bulk {
    /// Gives all lines to a worker, some at a time, and writes the outcomes that it puts for them, each on a line
    /// of its own.
    ///
    /// `worker` is called once in each thread; [`each`] makes one of what knows only single lines. `watch` hears
    /// the number of lines done after each block.
    /// The error is one of reading or writing; what was finished before it has been written.
    pub fn run<F>(
        &self,
        input: &mut (dyn Read + Send),
        output: &mut (dyn Write + Send),
        worker: impl Fn() -> F + Sync,
        watch: impl Fn(u64) + Sync,
    ) -> Result<Tally>
    where
        F: FnMut(&[&str], &mut Outcomes<'_>),
    {
        let mut blocks = Blocks::new(input, self.limit);
        let mut sink = Sink { output, tally: Tally::default(), watch: &watch };
        if self.jobs > 1 {
            self.shared(&mut blocks, &mut sink, &worker)?;
        } else {
            self.alone(&mut blocks, &mut sink, worker())?;
        }
        Ok(sink.tally)
    }

    fn alone<F>(&self, blocks: &mut Blocks<'_>, sink: &mut Sink<'_>, mut work: F) -> Result<()>
    where
        F: FnMut(&[&str], &mut Outcomes<'_>),
    {
        let mut batch = Batch::default();
        while blocks.fill(&mut batch.block)? {
            self.process(&mut batch, &mut work);
            if !sink.take(&batch)? {
                break;
            }
        }
        Ok(())
    }

    /// Each thread takes a block, works, and hands in the outcomes; whoever completes the row writes it. Nobody
    /// only reads or only writes, so there are no more threads than jobs and they seldom sleep.
    fn shared<F>(
        &self,
        blocks: &mut Blocks<'_>,
        sink: &mut Sink<'_>,
        worker: &(impl Fn() -> F + Sync),
    ) -> Result<()>
    where
        F: FnMut(&[&str], &mut Outcomes<'_>),
    {
        let source = Source::new(blocks);
        let desk = Desk::new(sink, 2 * self.jobs as u64);
        let work = || {
            let mut work = worker();
            while let Some(mut batch) = desk.blank() {
                match source.fill(&mut batch) {
                    Ok(Some(number)) => {
                        self.process(&mut batch, &mut work);
                        desk.hand_in(number, batch);
                    }
                    Ok(None) => break,
                    Err(error) => desk.fail(error),
                }
            }
        };
        thread::scope(|scope| {
            (1..self.jobs).for_each(|_| _ = scope.spawn(work));
            work();
        });
        desk.close()
    }

    fn process<F>(&self, batch: &mut Batch, work: &mut F)
    where
        F: FnMut(&[&str], &mut Outcomes<'_>),
    {
        let Batch { block, out, line, .. } = batch;
        let (too_long, block) = (block.too_long, block.lines());
        out.clear();
        let mut outcomes = Outcomes { bulk: self, out, line, tally: Tally::default() };
        // One check of the whole block is cheaper than one of every line.
        let checked = if memchr(0, block).is_none() { std::str::from_utf8(block).ok() } else { None };
        let (mut group, mut held) = ([""; GROUP], 0);
        for (start, end) in spans(block) {
            let text = match checked {
                _ if end - start > self.limit => Err(self.too_long()),
                Some(text) => Ok(&text[start..end]),
                None => readable(&block[start..end]),
            };
            let bad = text.map(|text| group[held] = text.strip_suffix('\r').unwrap_or(text)).err();
            held += usize::from(bad.is_none());
            if held == GROUP || bad.is_some() {
                work(&group[..held], &mut outcomes);
                held = 0;
            }
            if let Some(bad) = bad {
                outcomes.put(|_| Err(bad));
            }
            if outcomes.tally.stopped {
                break;
            }
        }
        if too_long {
            outcomes.put(|_| Err(self.too_long()));
        } else if !outcomes.tally.stopped {
            work(&group[..held], &mut outcomes);
        }
        batch.tally = outcomes.tally;
    }

    fn too_long(&self) -> Error {
        Error::TooLarge(format!("the line is longer than {} bytes; it was skipped", self.limit))
    }
}

/// The outcomes of a worker's lines, in their order.
pub struct Outcomes<'o> {
    bulk: &'o Bulk,
    out: &'o mut Slate,
    line: &'o mut Vec<u8>,
    tally: Tally,
}

impl Outcomes<'_> {
    /// The outcome of the next line: what `write` puts into an empty buffer, without a line end, or why there is
    /// none. After the last line that counts nothing is called any more.
    pub fn put(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) {
        if self.tally.stopped {
            return;
        }
        self.tally.lines += 1;
        self.line.clear();
        match write(self.line) {
            Ok(()) => {
                self.line.push(b'\n');
                self.out.bytes(self.line);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// The same where there is an outcome for sure: `write` puts it where it stays, with its line end.
    #[inline]
    pub fn put_sure(&mut self, write: impl FnOnce(&mut Slate)) {
        if !self.tally.stopped {
            self.tally.lines += 1;
            write(self.out);
        }
    }

    #[cold]
    fn fail(&mut self, error: &Error) {
        self.tally.failed += 1;
        if self.tally.failures.len() < KEPT {
            self.tally.failures.push((self.tally.lines, error.to_string()));
        }
        self.tally.stopped = self.bulk.fail_fast;
        if self.bulk.keep_blank && !self.tally.stopped {
            self.out.bytes(b"\n");
        }
    }
}

/// A worker that takes its lines one by one.
pub fn each(
    mut work: impl FnMut(&str, &mut Vec<u8>) -> Result<()>,
) -> impl FnMut(&[&str], &mut Outcomes<'_>) {
    move |lines, outcomes| lines.iter().for_each(|line| outcomes.put(|out| work(line, out)))
}

/// The lines of a block without their line ends.
fn spans(block: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let unfinished = block.last().is_some_and(|byte| *byte != b'\n').then_some(block.len());
    let mut start = 0;
    memchr_iter(b'\n', block).chain(unfinished).map(move |end| (std::mem::replace(&mut start, end + 1), end))
}

fn readable(line: &[u8]) -> Result<&str> {
    if memchr(0, line).is_some() {
        return Err(Error::Data("the line holds a NUL byte; remove it".into()));
    }
    std::str::from_utf8(line).map_err(|_| Error::Data("the line is not UTF-8; convert it first".into()))
}

/// A block of lines, and what became of it.
#[derive(Default)]
struct Batch {
    block: Block,
    out: Slate,
    /// Where an outcome is put together; what fails half-way never leaves it.
    line: Vec<u8>,
    tally: Tally,
}

/// Where outcomes go.
struct Sink<'o> {
    output: &'o mut (dyn Write + Send),
    tally: Tally,
    watch: &'o (dyn Fn(u64) + Sync),
}

impl Sink<'_> {
    /// Writes the outcomes of a block; false when it was the last.
    fn take(&mut self, batch: &Batch) -> Result<bool> {
        let written = self.output.write_all(batch.out.written()).and_then(|()| self.output.flush());
        written.map_err(|error| Error::Io(format!("cannot write the output: {error}")))?;
        let Tally { lines, failed, failures, stopped } = &batch.tally;
        let room = KEPT.saturating_sub(self.tally.failures.len());
        let numbered = failures.iter().take(room).map(|(line, text)| (self.tally.lines + line, text.clone()));
        self.tally.failures.extend(numbered);
        self.tally.lines += lines;
        self.tally.failed += failed;
        self.tally.stopped = *stopped;
        (self.watch)(self.tally.lines);
        Ok(!stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Gives so many bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(self.0.len()).min(buffer.len());
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn upper(line: &str, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(line.to_uppercase().as_bytes());
        if line.starts_with('!') { Err(Error::Malformed("line")) } else { Ok(()) }
    }

    fn run(bulk: Bulk, input: &[u8], chunk: usize) -> (String, Tally) {
        let mut output = Vec::new();
        let tally = bulk.run(&mut Slow(input, chunk), &mut output, || each(upper), |_| {}).unwrap();
        (String::from_utf8(output).unwrap(), tally)
    }

    #[test]
    fn lines_become_outcomes_however_they_end() {
        for (input, wanted) in
            [("a\nb\n", "A\nB\n"), ("a\r\nb", "A\nB\n"), ("", ""), ("\n", "\n"), ("a\n\nb\r", "A\n\nB\n")]
        {
            assert_eq!(run(Bulk::default(), input.as_bytes(), 3).0, wanted, "{input:?}");
        }
    }

    #[test]
    fn a_bad_line_has_no_outcome_and_keeps_its_number() {
        let input = b"a\n!b\nc\xff\nd\0\n\xc3\xa9\n";
        let (out, tally) = run(Bulk::default(), input, 2);
        assert_eq!(out, "A\nÉ\n");
        assert_eq!((tally.lines, tally.failed), (5, 3));
        let numbers: Vec<u64> = tally.failures.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [2, 3, 4]);
        assert!(tally.failures[1].1.contains("UTF-8"));
        assert!(tally.failures[2].1.contains("NUL"));
        assert_eq!(run(Bulk { keep_blank: true, ..Bulk::default() }, input, 2).0, "A\n\n\n\nÉ\n");
    }

    #[test]
    fn the_first_bad_line_can_end_it() {
        for jobs in [1, 3] {
            let bulk = Bulk { fail_fast: true, keep_blank: true, jobs, ..Bulk::default() };
            let (out, tally) = run(bulk, b"a\nb\n!c\nd\n!e\n", 1);
            assert_eq!(out, "A\nB\n");
            assert_eq!((tally.lines, tally.failed, tally.stopped), (3, 1, true));
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_not_held() {
        let long = "x".repeat(3 << 20);
        let input = format!("a\n{long}\nb\n{long}");
        let mut output = Vec::new();
        let mut reader = Slow(input.as_bytes(), 100_000);
        let mut blocks = Blocks::new(&mut reader, 1 << 20);
        let mut block = Block::default();
        while blocks.fill(&mut block).unwrap() {
            assert!(block.held() < 3 << 20, "the long line was held");
        }
        let tally = Bulk::default()
            .run(&mut Slow(input.as_bytes(), 70_000), &mut output, || each(upper), |_| {})
            .unwrap();
        assert_eq!(output, b"A\nB\n");
        assert_eq!(tally.failures.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn the_limit_is_exact() {
        for chunk in [1, 2, 7, 100] {
            let bulk = Bulk { limit: 4, keep_blank: true, ..Bulk::default() };
            let (out, tally) = run(bulk, b"abcd\nabcde\nabc\r\nabcd\r\nab\nabcde", chunk);
            assert_eq!(out, "ABCD\n\nABC\n\nAB\n\n", "chunks of {chunk}");
            assert_eq!((tally.lines, tally.failed), (6, 3));
        }
    }

    #[test]
    fn failures_are_kept_twenty_at_most_and_counted_all() {
        let (_, tally) = run(Bulk::default(), "!\n".repeat(100).as_bytes(), 6);
        assert_eq!((tally.lines, tally.failed, tally.failures.len()), (100, 100, 20));
        assert_eq!(tally.failures[19].0, 20);
    }

    #[test]
    fn jobs_and_chunks_change_nothing() {
        let input: String =
            (0..2000).map(|n| if n % 7 == 0 { format!("!{n}\n") } else { format!("l{n}\r\n") }).collect();
        let alone = run(Bulk::default(), input.as_bytes(), usize::MAX);
        for (jobs, chunk) in [(1, 1), (2, 10), (3, 1000), (8, 100), (2, usize::MAX)] {
            assert_eq!(run(Bulk { jobs, ..Bulk::default() }, input.as_bytes(), chunk), alone);
        }
    }

    #[test]
    fn what_can_be_written_is_written_before_the_next_read() {
        use std::sync::{Arc, Mutex};
        #[derive(Clone, Default)]
        struct Shared(Arc<Mutex<Vec<u8>>>);
        impl Write for Shared {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().unwrap().extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                self.0.lock().unwrap().push(b'~');
                Ok(())
            }
        }
        struct Steps(Shared, usize);
        impl Read for Steps {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let so_far = String::from_utf8(self.0.0.lock().unwrap().clone()).unwrap();
                let step = ["", "A\n~", "A\n~B\n~"][self.1];
                assert_eq!(so_far, step);
                self.1 += 1;
                let text: &[u8] = [&b"a\nb"[..], b"\nc", b""][self.1 - 1];
                buffer[..text.len()].copy_from_slice(text);
                Ok(text.len())
            }
        }
        let mut shared = Shared::default();
        let mut steps = Steps(shared.clone(), 0);
        Bulk::default().run(&mut steps, &mut shared, || each(upper), |_| {}).unwrap();
        assert_eq!(*shared.0.lock().unwrap(), b"A\n~B\n~C\n~");
    }

    #[test]
    fn a_writer_that_fails_ends_it() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for jobs in [1, 2] {
            let bulk = Bulk { jobs, ..Bulk::default() };
            let input = "a\n".repeat(100_000);
            let ended = bulk.run(&mut Slow(input.as_bytes(), 64), &mut Full, || each(upper), |_| {});
            assert!(matches!(ended, Err(Error::Io(text)) if text.starts_with("cannot write the output")));
        }
    }

    #[test]
    fn a_reader_that_fails_loses_nothing_that_was_read() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
                buffer[..4].copy_from_slice(b"a\nb\n");
                Ok(4)
            }
        }
        for jobs in [1, 2] {
            let mut output = Vec::new();
            let bulk = Bulk { jobs, ..Bulk::default() };
            let ended = bulk.run(&mut Broken(false), &mut output, || each(upper), |_| {});
            assert!(matches!(ended, Err(Error::Io(text)) if text.starts_with("cannot read the input")));
            assert_eq!(output, b"A\nB\n");
        }
    }
}
