//! Several threads: where they get their blocks, and where outcomes become one row again.

use super::{Batch, Sink, blocks::Blocks};
use crate::error::{Error, Result};
use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex},
};

/// Where the threads get their blocks, numbered in the order of the input.
pub struct Source<'s, 'i> {
    blocks: Mutex<(&'s mut Blocks<'i>, u64)>,
}

impl<'s, 'i> Source<'s, 'i> {
    /// Of the blocks of an input.
    pub fn new(blocks: &'s mut Blocks<'i>) -> Self {
        Self { blocks: Mutex::new((blocks, 0)) }
    }

    /// The next block and its number; nothing at the end.
    pub fn fill(&self, batch: &mut Batch) -> Result<Option<u64>> {
        let mut source = self.blocks.lock().expect(UNBROKEN);
        let number = source.1;
        source.1 += 1;
        source.0.fill(&mut batch.block).map(|filled| filled.then_some(number))
    }
}

/// Where the threads hand in outcomes, which are written in the order of their numbers.
pub struct Desk<'d, 'o> {
    row: Mutex<Row<'d, 'o>>,
    moved: Condvar,
    /// How far ahead of the row a thread may get.
    room: u64,
}

struct Row<'d, 'o> {
    sink: &'d mut Sink<'o>,
    /// The number that is written next.
    turn: u64,
    ready: BTreeMap<u64, Batch>,
    /// Buffers to use again.
    spare: Vec<Batch>,
    ended: bool,
    fault: Option<Error>,
}

const UNBROKEN: &str = "no thread of the pool panics";

impl<'d, 'o> Desk<'d, 'o> {
    /// Before a sink.
    pub fn new(sink: &'d mut Sink<'o>, room: u64) -> Self {
        let (ready, spare) = (BTreeMap::new(), Vec::new());
        let row = Row { sink, turn: 0, ready, spare, ended: false, fault: None };
        Self { row: Mutex::new(row), moved: Condvar::new(), room }
    }

    /// Buffers for one more block; nothing once it ended.
    pub fn blank(&self) -> Option<Batch> {
        let mut row = self.row.lock().expect(UNBROKEN);
        (!row.ended).then(|| row.spare.pop().unwrap_or_default())
    }

    /// Takes the outcomes of a block, and waits while they are far ahead of the row.
    pub fn hand_in(&self, number: u64, batch: Batch) {
        let row = self.row.lock().expect(UNBROKEN);
        let far = |row: &mut Row<'_, '_>| !row.ended && number >= row.turn + self.room;
        let mut row = self.moved.wait_while(row, far).expect(UNBROKEN);
        row.ready.insert(number, batch);
        row.advance();
        self.moved.notify_all();
    }

    /// Reading failed: what was read before it is still written.
    pub fn fail(&self, error: Error) {
        let mut row = self.row.lock().expect(UNBROKEN);
        row.fault.get_or_insert(error);
    }

    /// The end: what went wrong on the way.
    pub fn close(self) -> Result<()> {
        self.row.into_inner().expect(UNBROKEN).fault.map_or(Ok(()), Err)
    }
}

impl Row<'_, '_> {
    /// Writes what is next in the order, as far as it is there.
    fn advance(&mut self) {
        while !self.ended
            && let Some(batch) = self.ready.remove(&self.turn)
        {
            self.turn += 1;
            match self.sink.take(&batch) {
                Ok(more) => self.ended = !more,
                Err(error) => {
                    self.ended = true;
                    self.fault = Some(error);
                }
            }
            self.spare.push(batch);
        }
    }
}
