//! `stratos signed keygen`: a new key of the kind, length and spelling that a scheme wants.

use super::{Choice, claims, times};
use crate::{
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Style},
    secret::Secret,
    sign::{
        Claim, Params, Scheme,
        fresh::{Made, make},
    },
};
use serde_json::{Map, Value};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
};

/// The flags of making keys.
#[derive(Debug, clap::Args)]
pub struct Keygen {
    #[command(flatten)]
    choice: Choice,
    /// Size of an RSA key: 2048, 3072 or 4096, as the scheme takes
    #[arg(long, value_name = "N")]
    bits: Option<String>,
    /// Write the key to a new file, for its owner alone, instead of stdout
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// Write the public half to a new file, instead of stderr
    #[arg(long, value_name = "FILE")]
    public: Option<String>,
}

/// A key that was made.
struct Fresh {
    scheme: &'static Scheme,
    made: Made,
    /// Where the key went, if not to stdout.
    out: Option<String>,
}

impl Keygen {
    /// Makes the key; files are created before anything is written to one of them.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let profile = cx.profile()?;
        let scheme = Scheme::find(self.choice.scheme.as_deref().unwrap_or(&profile.scheme.value))?;
        let settings = claims::params(&self.choice.params, scheme, None, cx)?;
        let pairs = claims::pairs(&settings);
        let bits = self.bits.as_deref().map(size).transpose()?;
        let clock = cx.clock;
        let made = make(scheme, Params(&pairs), bits, &mut |bytes| clock.fill(bytes))?;
        if self.public.is_some() && made.public.is_none() {
            return Err(Error::Usage(format!(
                "the key of scheme {} has no public half; leave out --public",
                scheme.id
            )));
        }
        self.write(&made)?;
        let done = Fresh { scheme, made, out: self.out };
        done.tell(self.public.as_deref(), cx)?;
        Ok(Box::new(done))
    }

    fn write(&self, made: &Made) -> Result<()> {
        let mut wanted: Vec<(String, &[u8], bool)> = Vec::new();
        if let Some(path) = &self.out {
            wanted.push((path.clone(), made.secret.expose(), true));
            let beside = made.beside.as_ref();
            wanted.extend(beside.map(|(name, secret)| (format!("{path}.{name}"), secret.expose(), true)));
        }
        if let (Some(path), Some(public)) = (&self.public, &made.public) {
            wanted.push((path.clone(), public.as_bytes(), false));
        }
        let mut created: Vec<(&str, File)> = Vec::new();
        let mut written = Ok(());
        for (path, _, secret) in &wanted {
            match create(path, *secret) {
                Ok(file) => created.push((path, file)),
                Err(error) => {
                    written = Err(error);
                    break;
                }
            }
        }
        for ((path, file), (_, bytes, _)) in created.iter_mut().zip(&wanted) {
            let end: &[u8] = if bytes.ends_with(b"\n") { b"" } else { b"\n" };
            written = written.and_then(|()| {
                let done =
                    file.write_all(bytes).and_then(|()| file.write_all(end)).and_then(|()| file.sync_all());
                done.map_err(|error| Error::Io(format!("cannot write {path:?}: {error}; check free space")))
            });
        }
        if written.is_err() {
            // Half a pair is worse than none; all of these were created here.
            created.iter().for_each(|(path, _)| _ = fs::remove_file(path));
        }
        written
    }
}

fn size(text: &str) -> Result<u16> {
    let bits = text.parse().ok().filter(|bits| [2048, 3072, 4096].contains(bits));
    bits.ok_or_else(|| Error::Usage(format!("--bits {text:?} is no size of a key; give 2048, 3072 or 4096")))
}

/// A file that was not there before: a key is never overwritten.
fn create(path: &str, secret: bool) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    match planted!("key-is-overwritten") {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(
        &mut options,
        if secret && !planted!("made-key-for-all") { 0o600 } else { 0o644 },
    );
    options.open(path).map_err(|error| {
        Error::CannotCreate(match error.kind() {
            ErrorKind::AlreadyExists => {
                format!("{path:?} exists, and a key is never overwritten; name another file, or move this one away")
            }
            _ => format!("cannot create {path:?}: {error}; check its folder"),
        })
    })
}

impl Fresh {
    /// What is public goes to stderr, with the next step.
    fn tell(&self, public: Option<&str>, cx: &Context<'_>) -> Result<()> {
        let Made { kind, public: half, beside, .. } = &self.made;
        cx.console.info(format!("made a key for scheme {}: {kind}", self.scheme.id));
        match (&self.out, beside) {
            (Some(path), None) => cx.console.info(format!("it is in {path}, for its owner alone")),
            (Some(path), Some((name, _))) => {
                cx.console
                    .info(format!("it is in {path}, its {name} in {path}.{name}, for their owner alone"));
            }
            (None, _) if cx.terminal => {
                cx.console.warn("the key is shown on a terminal; --out FILE keeps it off the screen");
            }
            (None, Some((name, _))) => cx.console.info(format!("the second line is its {name}")),
            (None, None) => {}
        }
        match (half, public) {
            (Some(_), Some(path)) => cx.console.info(format!("its public half is in {path}")),
            (Some(half), None) => cx.console.plain(format!("public half:\n{}", half.trim_end())),
            (None, _) => {}
        }
        let key = self.out.as_deref().map_or_else(|| "env:KEY".to_owned(), |path| format!("file:{path}"));
        let beside = match (beside, &self.out) {
            (Some((name, _)), Some(path)) => format!(" --param {name}=file:{path}.{name}"),
            (Some((name, _)), None) => format!(" --param {name}=env:{}", name.to_uppercase()),
            (None, _) => String::new(),
        };
        let id = self.key_id(cx)?;
        cx.console
            .info(format!("next: stratos signed URL --scheme {} --key {key}{beside}{id}", self.scheme.id));
        Ok(())
    }

    /// The id to mint with: the vendor's for a public half, else the row's example, else one with the day.
    fn key_id(&self, cx: &Context<'_>) -> Result<String> {
        let flags = self.scheme.example.flags;
        if !self.scheme.carries(Claim::KeyId) {
            return Ok(String::new());
        }
        if flags.starts_with("--key-id") {
            return Ok(format!(" {flags}"));
        }
        if self.made.public.is_some() {
            return Ok(" --key-id ID, the one that the public half gets where you upload it".into());
        }
        let day = times::utc(cx.now()?).get(..10).unwrap_or_default().replace('-', "");
        Ok(format!(" --key-id key-{day}"))
    }
}

impl Report for Fresh {
    fn value(&self) -> Value {
        let mut value = Map::new();
        let text = |secret: &Secret| Value::from(secret.text().unwrap_or_default());
        value.insert("scheme".into(), self.scheme.id.into());
        value.insert("kind".into(), self.made.kind.as_str().into());
        match &self.out {
            Some(path) => _ = value.insert("file".into(), path.as_str().into()),
            None => {
                value.insert("key".into(), text(&self.made.secret));
                if let Some((name, secret)) = &self.made.beside {
                    value.insert((*name).into(), text(secret));
                }
            }
        }
        if let Some(public) = &self.made.public {
            value.insert("public".into(), public.as_str().into());
        }
        value.into()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.out.is_some() {
            return Ok(());
        }
        let secrets =
            std::iter::once(&self.made.secret).chain(self.made.beside.iter().map(|(_, secret)| secret));
        for secret in secrets {
            page.out.write_all(secret.expose().trim_ascii_end())?;
            page.out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn style(&self) -> Style {
        Style::TextUnlessAsked
    }
}
