//! `purge manifest RELEASE`: the files of a release with their digests, to keep with it.

use super::{
    changed::left_out,
    out::{cannot, replace},
};
use crate::{
    context::Context,
    error::{Error, Result},
    purge::changed::{Files, Sum, Writer, open},
    report::{Page, Report, Style},
};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// The flags of a manifest.
#[derive(Debug, clap::Args)]
pub(super) struct Manifest {
    /// The release: a folder, or an archive (tar, tar.gz, zip)
    #[arg(value_name = "RELEASE")]
    release: PathBuf,
    /// Write the manifest to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Leave out so many leading folders of the names in an archive
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
    strip: usize,
}

impl Manifest {
    /// Hashes the release, then writes.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let mut progress = cx.progress("hashing", None);
        let mut opened =
            open(&self.release, self.strip, self.out.as_deref(), &mut |files| progress.add(files))?;
        drop(progress);
        left_out(&opened.left, &self.release, cx);
        let Some(out) = self.out else {
            if cx.options.filter.is_some() {
                return Err(Error::Usage(
                    "a manifest is written as it is; --filter has nothing to filter, leave it out".into(),
                ));
            }
            let error = |error| Error::Io(format!("cannot write the manifest: {error}"));
            write(&mut *opened.files, &mut *cx.output, error)?;
            return Ok(Box::new(Written { sum: Sum::default(), out: None }));
        };
        let wrong = |error| cannot(&out, &error);
        let sum = replace(&out, cx, |file| write(&mut *opened.files, file, wrong))?;
        Ok(Box::new(Written { sum, out: Some(out) }))
    }
}

/// Writes every file of the release.
fn write(files: &mut dyn Files, to: impl Write, error: impl Fn(io::Error) -> Error) -> Result<Sum> {
    let mut writer = Writer::new(to).map_err(&error)?;
    while let Some(file) = files.file() {
        writer.push(file).map_err(&error)?;
        files.advance()?;
    }
    writer.finish().map_err(&error)
}

/// What was written where.
struct Written {
    sum: Sum,
    out: Option<PathBuf>,
}

impl Report for Written {
    fn value(&self) -> Value {
        let path = self.out.as_ref().map(|path| path.display().to_string());
        let Sum { files, bytes, digest } = &self.sum;
        json!({ "manifest": path, "files": files, "bytes": bytes, "digest": digest })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let Some(out) = &self.out else { return Ok(()) };
        let Sum { files, bytes, digest } = &self.sum;
        writeln!(page.out, "{}: {digest}, files: {files}, bytes: {bytes}", out.display())
    }

    /// A manifest on stdout was written as it came.
    fn style(&self) -> Style {
        if self.out.is_some() { Style::Data } else { Style::Text }
    }
}
