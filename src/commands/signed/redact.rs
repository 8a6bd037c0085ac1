//! `stratos signed redact [file]… | -`: blanks signatures in any text, byte for byte otherwise.

use super::verdict::Streamed;
use crate::{
    context::Context,
    error::{Error, Result},
    report::Report,
    sign::redact::{Mark, Redactor},
};
use std::{
    fs::File,
    io::{ErrorKind, Read},
};

/// How much is read at once.
const READ: usize = 64 << 10;

/// The flags of blanking.
#[derive(Debug, clap::Args)]
pub struct Redact {
    /// Files of any kind; - or none reads stdin
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// What stands for a signature: plain, or hash to keep equal ones recognisable
    #[arg(long, value_name = "KIND", default_value = "plain", value_parser = ["plain", "hash"])]
    mark: String,
    /// One more name in front of a signature, of a scheme with a name of your own; repeatable
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
}

impl Redact {
    /// Copies the files to stdout, signatures blanked. Every file is opened before the first is copied.
    pub fn run(mut self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        self.check(cx)?;
        let mark = if self.mark == "hash" { Mark::Hash } else { Mark::Plain };
        let mut redactor = Redactor::new(mark, &self.names);
        if self.files.is_empty() {
            self.files.push("-".into());
        }
        let opened = self.files.iter().map(|file| if file == "-" { Ok(None) } else { open(file).map(Some) });
        for (file, named) in opened.collect::<Result<Vec<_>>>()?.into_iter().zip(&self.files) {
            match file {
                Some(mut file) => copy(&mut file, named, &mut redactor, cx.output)?,
                None => {
                    cx.claim_stdin("the text")?;
                    copy(&mut *cx.input, "stdin", &mut redactor, cx.output)?;
                }
            }
        }
        Ok(Box::new(Streamed { exit: 0 }))
    }

    fn check(&self, cx: &Context<'_>) -> Result<()> {
        if self.files.iter().filter(|file| *file == "-").count() > 1 {
            return Err(Error::Usage("stdin can be read once; give - once".into()));
        }
        let plain = |name: &String| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if let Some(name) = self.names.iter().find(|name| !plain(name)) {
            return Err(Error::Usage(format!(
                "--name {name:?} is no name of a parameter; give letters, digits, - and _"
            )));
        }
        if cx.options.filter.is_some() {
            return Err(Error::Usage(
                "signed redact copies text; --filter has nothing to filter, leave it out".into(),
            ));
        }
        Ok(())
    }
}

fn open(path: &str) -> Result<File> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    opened.map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Error::InputMissing(format!("{path:?} does not exist; check the path"))
        }
        _ => Error::Io(format!("cannot read {path:?}: {error}; check what it is and who may read it")),
    })
}

/// Each read is written out as far as it is settled, so that a slow stream shows its lines.
fn copy(
    input: &mut dyn Read,
    named: &str,
    redactor: &mut Redactor,
    output: &mut (dyn std::io::Write + Send),
) -> Result<()> {
    let (mut buffer, mut out) = (vec![0; READ], Vec::new());
    loop {
        let count = match input.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::Io(format!("cannot read {named}: {error}; read it again"))),
        };
        out.clear();
        if count == 0 {
            redactor.finish(&mut out);
        } else {
            redactor.feed(&buffer[..count], &mut out);
        }
        let written = output.write_all(&out).and_then(|()| output.flush());
        written.map_err(|error| Error::Io(format!("cannot write the output: {error}")))?;
        if count == 0 {
            return Ok(());
        }
    }
}
