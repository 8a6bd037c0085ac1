//! `fd:N`: a descriptor that the caller opened, as shells do for `3< <(command)`.

use super::{BOUND, too_long};
use crate::error::{Error, Result};
use std::{fs::File, io::Read};

pub(super) fn read(number: u32, source: &str) -> Result<Vec<u8>> {
    if cfg!(not(unix)) {
        return Err(Error::Unavailable("fd: is for Unix; use env:NAME or file:PATH".into()));
    }
    let unreadable = |error: std::io::Error| {
        Error::InputMissing(format!(
            "{source} names descriptor {number}, which cannot be read: {error}; open it for stratos, as in {number}< file"
        ))
    };
    // By its name: taking over a foreign number as a descriptor would want unsafe code.
    let file = File::open(format!("/dev/fd/{number}")).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(BOUND + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > BOUND { Err(too_long(source)) } else { Ok(bytes) }
}
