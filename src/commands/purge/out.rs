//! `--out`: a whole new file beside the old one, before it takes its name.

use crate::{
    context::Context,
    error::{Error, Result},
};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

/// The refusal of a place that cannot be written.
pub fn cannot(target: &Path, error: &io::Error) -> Error {
    Error::CannotCreate(format!("cannot write {}: {error}; check its folder", target.display()))
}

/// Writes a file, so that nobody ever reads half of it. A pipe or a device is written as it is.
pub fn replace<T>(
    target: &Path,
    cx: &Context<'_>,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T>,
) -> Result<T> {
    let wrong = |error: io::Error| cannot(target, &error);
    let filled = |file: File| {
        let mut file = BufWriter::new(file);
        let done = write(&mut file)?;
        file.flush().map_err(wrong)?;
        Ok(done)
    };
    if fs::metadata(target).is_ok_and(|known| !known.is_file()) {
        return filled(File::options().write(true).open(target).map_err(wrong)?);
    }
    let mut suffix = [0; 8];
    cx.clock.fill(&mut suffix);
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let fresh = target.with_file_name(format!(".{name}.{}", hex::encode(suffix)));
    let file = File::create_new(&fresh).map_err(wrong)?;
    let kept = filled(file).and_then(|done| fs::rename(&fresh, target).map(|()| done).map_err(wrong));
    kept.inspect_err(|_| _ = fs::remove_file(&fresh))
}
