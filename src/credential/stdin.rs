//! `-`: everything that stdin holds.

use super::{BOUND, too_long};
use crate::error::{Error, Result};
use std::io::{BufRead, Read};

pub(super) fn read(input: &mut dyn BufRead, source: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = input.take(BOUND + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::Io(format!("cannot read stdin for {source}: {error}")))?;
    if bytes.len() as u64 > BOUND { Err(too_long(source)) } else { Ok(bytes) }
}
