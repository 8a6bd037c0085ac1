//! `stratos signed playlist FILE|-`: signs the URIs of a streaming manifest, offline, and nothing else in it.

mod advice;
mod check;
mod folder;
mod weave;

use super::{mint::Press, order::Order, refusals::broken, target::Target};
use crate::{
    context::Context,
    error::{Error, Result},
    playlist::{self, Manifest, Scene},
    report::{Page, Report, Style},
    sign::{Form, Scheme},
};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};
use weave::Loom;

/// The flags of signing a manifest.
#[derive(Debug, clap::Args)]
pub struct Playlist {
    /// An HLS playlist or a DASH manifest; - reads it from stdin
    #[arg(value_name = "FILE")]
    file: String,
    /// The URL at which it is served: what relative URIs are resolved against
    #[arg(long, value_name = "URL", help_heading = "Playlist")]
    base: Option<String>,
    /// Another host whose URLs are signed too; repeatable
    #[arg(long = "host-ok", value_name = "HOST", help_heading = "Playlist")]
    hosts: Vec<String>,
    /// A value for an HLS variable that is defined elsewhere, name=value; repeatable
    #[arg(long = "define", value_name = "NAME=VALUE", help_heading = "Playlist")]
    defines: Vec<String>,
    /// Replace the signatures of what is signed already
    #[arg(long, help_heading = "Playlist")]
    resign: bool,
    /// Write it into this folder, with the child playlists that lie beside it
    #[arg(long, value_name = "DIR", help_heading = "Playlist")]
    out: Option<PathBuf>,
    /// Sign nothing: list what is unsigned, expired, or ends too early
    #[arg(long, conflicts_with_all = ["resign", "out"], help_heading = "Playlist")]
    check: bool,
    /// Refuse a larger file (default 16 MiB)
    #[arg(long, value_name = "MIB", allow_hyphen_values = true, help_heading = "Playlist")]
    max_size: Option<String>,
    #[command(flatten)]
    order: Order,
}

/// What is settled before anything is read.
struct Desk {
    base: String,
    hosts: Vec<String>,
    defines: Vec<(String, String)>,
    limit: u64,
}

impl Playlist {
    /// Signs or checks.
    pub fn run(self: Box<Self>, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let desk = self.desk()?;
        let piped = self.file == "-";
        if piped && self.out.is_some() {
            return Err(Error::Usage(
                "--out writes files beside each other, and stdin has no name; name the file".into(),
            ));
        }
        let bytes = self.input(&desk, cx)?;
        let manifest = desk.read(&self.file, &bytes, &[])?;
        for (line, note) in &manifest.notes {
            cx.console.warn(format!("{}, line {line}: {note}", shown(&self.file)));
        }
        if self.check {
            return check::run(&self.order, &desk, &manifest, cx);
        }
        let ready = |_: &_, form, _: &str, _: &mut Context<'_>| carried(form);
        self.order.press(piped, ready, cx, |press, cx| {
            // The manifest's own URL takes the place of the profile's.
            press.base = "";
            match &self.out {
                Some(out) => folder::sign(&self, &desk, press, out, (&bytes, manifest), cx),
                None => self.one(&desk, press, &bytes, &manifest, cx),
            }
        })
    }

    /// One manifest, to stdout.
    fn one(
        &self,
        desk: &Desk,
        press: &Press<'_>,
        bytes: &[u8],
        manifest: &Manifest,
        cx: &Context<'_>,
    ) -> Result<Box<dyn Report>> {
        let woven = self.loom(desk, press, &desk.base).weave(bytes, manifest, &mut press.signer.seal());
        let woven = woven.map_err(|failures| failures.told(&self.file, cx))?;
        woven.tell(&self.file, cx);
        if !woven.nested.is_empty() {
            cx.console.info(format!(
                "each of these is a manifest of its own, to be signed too where it is served (--out signs the \
                 files beside this one): {}",
                few(&woven.nested)
            ));
        }
        advice::give(self, press, &woven, cx);
        Ok(Box::new(Text(woven.bytes)))
    }

    fn loom<'a>(&self, desk: &'a Desk, press: &'a Press<'a>, base: &'a str) -> Loom<'a> {
        Loom { press, base, hosts: &desk.hosts, resign: self.resign }
    }

    /// The flags that are about the manifest.
    fn desk(&self) -> Result<Desk> {
        let mut defines = Vec::new();
        for pair in &self.defines {
            let Some((name, value)) = pair.split_once('=').filter(|(name, _)| !name.is_empty()) else {
                return Err(Error::Usage(format!(
                    "--define {pair:?} has no value; write --define name=value"
                )));
            };
            defines.push((name.to_owned(), value.to_owned()));
        }
        let limit = match self.max_size.as_deref() {
            None => 16,
            Some(text) => text.parse().ok().filter(|size| (1..=1_024).contains(size)).ok_or_else(|| {
                Error::Usage(format!("--max-size {text:?} is not a number of MiB; give 1 to 1024"))
            })?,
        };
        let base = self.base.clone().unwrap_or_default();
        if let Some(typed) = &self.base {
            let target = Target::of(typed, "");
            if !target.absolute {
                let words = "is not a URL; give the one at which the playlist is served, https://host/path";
                return Err(Error::Usage(format!("--base {typed:?} {words}")));
            }
            if let Some(rule) = broken(&target, &Scheme::BASE).filter(|rule| rule.id != "url.no-path") {
                return Err(rule.error(&format!("--base {typed:?}")));
            }
        }
        let hosts = self.hosts.iter().map(|host| host_origins(host)).collect::<Result<Vec<_>>>()?.concat();
        Ok(Desk { base, hosts, defines, limit: limit << 20 })
    }

    fn input(&self, desk: &Desk, cx: &mut Context<'_>) -> Result<Vec<u8>> {
        if self.file != "-" {
            return load(Path::new(&self.file), desk.limit);
        }
        cx.claim_stdin("the playlist")?;
        if cx.interactive {
            cx.console.info("reading the playlist from the terminal; Ctrl-D ends it");
        }
        slurp(&mut *cx.input, "stdin", desk.limit)
    }
}

impl Desk {
    /// Reads a manifest; a failure names the file.
    fn read(&self, name: &str, bytes: &[u8], inherited: &[(String, String)]) -> Result<Manifest> {
        self.read_at(name, bytes, inherited, &self.base)
    }

    fn read_at(
        &self,
        name: &str,
        bytes: &[u8],
        inherited: &[(String, String)],
        base: &str,
    ) -> Result<Manifest> {
        let defines = [inherited, &self.defines].concat();
        let scene = Scene { base, defines: &defines };
        playlist::read(bytes, &scene).map_err(|error| match error {
            Error::Data(words) => Error::Data(match words.strip_prefix("line ") {
                Some(line) => format!("{}, line {line}", shown(name)),
                None => format!("{} is {words}", shown(name)),
            }),
            other => other,
        })
    }
}

/// A manifest has no place for cookies and headers.
fn carried(form: Form) -> Result<()> {
    if matches!(form, Form::Query | Form::Path) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "a playlist carries signatures in the query or the path of its URIs, and no {}; mint it once for all of \
         them: stratos signed <URL> --form {} --prefix <what they share>",
        form.name(),
        form.name()
    )))
}

/// `host`, `host:port` or an origin; without a scheme it stands for https and http.
fn host_origins(host: &str) -> Result<Vec<String>> {
    let origins: Vec<String> = if host.contains("://") {
        playlist::origin(host).into_iter().collect()
    } else {
        ["https", "http"]
            .iter()
            .filter_map(|scheme| playlist::origin(&format!("{scheme}://{host}")))
            .collect()
    };
    let odd = host.is_empty() || host.contains(['@', '*', '?', '#', ' ', '\\']);
    let path = host.split_once("://").map_or(host, |(_, rest)| rest).trim_end_matches('/').contains('/');
    if odd || path || origins.is_empty() {
        let words = "is not a host; write host or host:port, one for each --host-ok";
        return Err(Error::Usage(format!("--host-ok {host:?} {words}")));
    }
    Ok(origins)
}

/// A whole file, up to the limit.
fn load(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let name = shown(&path.to_string_lossy());
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::InputMissing(format!("{name} does not exist; check its name")),
        _ => Error::Io(format!("cannot read {name}: {error}; check its permissions")),
    })?;
    let folder = file.metadata().is_ok_and(|data| data.is_dir());
    if folder {
        return Err(Error::InputMissing(format!("{name} is a folder; name the playlist in it")));
    }
    slurp(file, &name, limit)
}

fn slurp(from: impl Read, name: &str, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = from.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::Io(format!("cannot read {name}: {error}; try again")))?;
    if bytes.len() as u64 > limit {
        let mib = limit >> 20;
        return Err(Error::TooLarge(format!(
            "{name} exceeds {mib} MiB; raise --max-size if it is a playlist"
        )));
    }
    Ok(bytes)
}

/// The name of a file in a message.
fn shown(file: &str) -> String {
    crate::progress::clean(if file == "-" { "stdin" } else { file })
}

/// A list for a line of text.
fn few(names: &[String]) -> String {
    const FEW: usize = 5;
    let mut text = names.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > FEW {
        text += &format!(" and {} more", names.len() - FEW);
    }
    text
}

/// A URI for a message: its parameters may be somebody's signature, so their values are not shown.
fn redacted(uri: &str) -> String {
    let short = |text: &str| {
        let cut: String = text.chars().take(80).collect();
        if cut.len() < text.len() { cut + "…" } else { cut }
    };
    let uri = uri.split('#').next().unwrap_or_default();
    if playlist::Address::of(uri) == playlist::Address::Other("data") {
        return "data:…".into();
    }
    let Some((path, query)) = uri.split_once('?') else { return crate::progress::clean(&short(uri)) };
    let names = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) => format!("{name}=…"),
        None => "…".into(),
    });
    let names: Vec<String> = names.collect();
    crate::progress::clean(&format!("{}?{}", short(path), short(&names.join("&"))))
}

/// The signed manifest.
struct Text(Vec<u8>);

impl Report for Text {
    fn value(&self) -> Value {
        json!(String::from_utf8_lossy(&self.0))
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.out.write_all(&self.0)
    }

    fn style(&self) -> Style {
        Style::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_shown_without_the_values_of_its_parameters() {
        for (uri, shown) in [
            ("1.ts", "1.ts"),
            ("1.ts?token=abc&b#f", "1.ts?token=…&…"),
            ("data:text/plain;base64,abc", "data:…"),
            ("a\u{1b}b", "a\u{fffd}b"),
        ] {
            assert_eq!(redacted(uri), shown);
        }
        assert!(redacted(&"a".repeat(500)).chars().count() < 90);
    }

    #[test]
    fn a_host_is_one_host() {
        assert_eq!(host_origins("h:8443").unwrap(), ["https://h:8443", "http://h:8443"]);
        assert_eq!(host_origins("https://h/").unwrap(), ["https://h"]);
        for host in ["", "*.h", "h/path", "u@h", "https://h/a", "ftp://h"] {
            assert!(host_origins(host).is_err(), "{host}");
        }
    }
}
