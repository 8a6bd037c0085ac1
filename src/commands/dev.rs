//! `stratos dev`

use super::signed::params;
use crate::{
    command::Command,
    context::{Context, SystemClock},
    edge::{self, Config, Fault, Gate, Keys, Site},
    error::{Error, Result},
    report::Report,
    secret::Secret,
    sign::{Claim, Scheme},
};
use serde_json::{Value, json};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Worked examples.
pub const EXAMPLES: &str = "  stratos dev
  stratos dev --port 0 --quiet > edge.env &    # then: . ./edge.env
  stratos dev --root ./public --key env:SIGNED_URL_SECRET
  stratos dev --fault 503:2 --fault 429:1      # two 503, one 429, then well";

/// Run the embedded edge in the foreground
///
/// A small CDN edge on this machine: a cache in front of a directory or a sample site, and CloudCDN's
/// endpoints health, signed, purge and assets. It listens on loopback only. Its keys are random and
/// good for this start; they stand on stdout as export lines. Requests are logged on stderr.
/// Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub struct Dev {
    /// Port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8787)]
    port: u16,
    /// Loopback address to listen on
    #[arg(long, value_name = "ADDRESS", visible_alias = "host", default_value = "127.0.0.1")]
    bind: String,
    /// Serve the files below this directory (default: a sample site)
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Scheme of the signed URLs it verifies; other than cloudcdn*, it guards every page
    #[arg(long, value_name = "SCHEME", default_value = "cloudcdn")]
    scheme: String,
    /// Verify with this key: env: file: fd: exec: - plain: (repeatable; default: a random one)
    #[arg(long, value_name = "REF")]
    key: Vec<String>,
    /// The id that the first key goes by
    #[arg(long, value_name = "ID", requires = "key")]
    key_id: Option<String>,
    /// A setting of the scheme (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// Take this key for purges: a reference as for --key (default: a random one)
    #[arg(long, value_name = "REF")]
    purge_key: Option<String>,
    /// Misbehave: 429, 503, stall, stall-body, drip, reset, oversize, redirect or non-json; every request,
    /// or the first N with NAME:N (repeatable, one after the other)
    #[arg(long, value_name = "NAME[:N]")]
    fault: Vec<String>,
    /// Seconds in the Retry-After of --fault 429
    #[arg(long, value_name = "SECONDS", default_value_t = 1)]
    retry_after: u64,
}

/// An edge in the foreground runs until a signal ends it, so there is nothing to report.
pub enum Never {}

impl Command for Dev {
    type Report = Never;

    fn run(self, cx: &mut Context<'_>) -> Result<Never> {
        let clock = Arc::new(SystemClock);
        let keys = self.keys(cx)?;
        let random = self.key.is_empty().then(|| edge::random(&*clock));
        let config = Config {
            address: self.address()?,
            site: self.site()?,
            gate: self.gate(cx, random.as_ref())?,
            keys: keys.clone(),
            faults: self.fault.iter().map(|fault| Fault::parse(fault)).collect::<Result<_>>()?,
            retry_after: self.retry_after,
            log: (!cx.console.quiet).then_some(cx.console),
            clock,
        };
        let (scheme, endpoint) = (config.gate.scheme(), config.gate.has_endpoint());
        let running = edge::start(config)?;
        self.announce(cx, &running.url, &keys, random.as_ref(), (scheme, endpoint))?;
        loop {
            if let Err(Error::Interrupted { signal, .. }) = cx.clock.sleep(Duration::from_secs(3600)) {
                return Err(Error::Interrupted { signal, detail: "the edge has stopped".into() });
            }
        }
    }
}

impl Dev {
    fn address(&self) -> Result<SocketAddr> {
        let ip = match &*self.bind {
            "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            text => text.parse().ok(),
        };
        let ip = ip.filter(IpAddr::is_loopback).ok_or_else(|| {
            Error::Usage(format!(
                "--bind {}: the edge listens on loopback only; use 127.0.0.1 or leave --bind out",
                self.bind
            ))
        })?;
        Ok(SocketAddr::new(ip, self.port))
    }

    fn site(&self) -> Result<Site> {
        let Some(root) = &self.root else { return Ok(Site::sample()) };
        Site::directory(root).map_err(|error| unreadable(root, &error))
    }

    fn gate(&self, cx: &mut Context<'_>, random: Option<&Secret>) -> Result<Gate> {
        let mut keys: Vec<(Option<String>, Secret)> = Vec::new();
        for reference in &self.key {
            let id = self.key_id.clone().filter(|_| keys.is_empty());
            keys.push((id, cx.secret("--key", reference)?.secret));
        }
        keys.extend(random.map(|key| (None, key.clone())));
        let params = params(&self.param, Scheme::find(&self.scheme)?, None, cx)?;
        let made = Gate::new(&self.scheme, keys, params);
        made.map_err(|error| match (random, error) {
            (_, error @ Error::Usage(_)) | (None, error) => error,
            (Some(_), error) => Error::Usage(format!(
                "scheme {} cannot verify with a random key ({error}); give one with --key",
                self.scheme
            )),
        })
    }

    fn keys(&self, cx: &mut Context<'_>) -> Result<Keys> {
        let keys = Keys::random(&SystemClock);
        let Some(reference) = &self.purge_key else { return Ok(keys) };
        let purge = cx.secret("--purge-key", reference)?.secret;
        if purge.is_empty() {
            return Err(Error::Usage("--purge-key: the key is empty; give one, or leave it out".into()));
        }
        Ok(Keys { purge, ..keys })
    }

    /// The address and the keys of this start. A key that was given is not printed again.
    fn announce(
        &self,
        cx: &mut Context<'_>,
        url: &str,
        keys: &Keys,
        random: Option<&Secret>,
        (scheme, endpoint): (&Scheme, bool),
    ) -> Result<()> {
        let signing = if endpoint { "SIGNED_URL_SECRET" } else { "STRATOS_DEV_KEY" };
        let purge = (self.purge_key.is_none()).then_some(&keys.purge);
        let rows = [
            ("CLOUDCDN_PURGE_KEY", "--purge-key", purge),
            ("CLOUDCDN_BEARER_TOKEN", "", Some(&keys.token)),
            ("CLOUDCDN_ACCESS_KEY", "", Some(&keys.access)),
            (signing, "--key", random),
        ];
        let mut text = String::new();
        if cx.asked {
            let mut record = json!({"url": url, "scheme": self.scheme, "env": {"CLOUDCDN_URL": url}});
            for (name, _, secret) in rows {
                record["env"][name] = secret.and_then(Secret::text).into();
            }
            text.push_str(&format!("{record}\n"));
        } else {
            text.push_str(&format!("export CLOUDCDN_URL={url}\n"));
            for (name, flag, secret) in rows {
                text.push_str(&match secret.and_then(Secret::text) {
                    Some(secret) => format!("export {name}={secret}\n"),
                    None => format!("# {name}: as given by {flag}\n"),
                });
            }
        }
        let written = cx.output.write_all(text.as_bytes()).and_then(|()| cx.output.flush());
        written.map_err(|error| Error::Io(format!("cannot write the export lines: {error}")))?;
        self.hint(cx, url, random.is_some(), scheme, endpoint);
        Ok(())
    }

    fn hint(&self, cx: &Context<'_>, url: &str, random: bool, scheme: &Scheme, endpoint: bool) {
        let mut sign = "stratos signed /reports/q3.txt --ttl 10m".to_owned();
        if scheme.id != "cloudcdn" {
            sign.push_str(&format!(" --scheme {}", scheme.id));
        }
        match self.key.first() {
            // A key written on the command line is not repeated.
            Some(reference) if reference.starts_with("plain:") || reference == "-" => {
                sign.push_str(" --key REF")
            }
            Some(reference) => sign.push_str(&format!(" --key {reference}")),
            None if random && !endpoint => sign.push_str(" --key env:STRATOS_DEV_KEY"),
            None => {}
        }
        if scheme.carries(Claim::KeyId) {
            sign.push_str(&format!(" --key-id {}", self.key_id.as_deref().unwrap_or("ID")));
        }
        cx.console.info(format!("listening on {url}; Ctrl-C ends it"));
        cx.console.info("paste the export lines into a second terminal, then try:");
        cx.console.info(format!("  curl -i \"$({sign})\""));
        cx.console.info("  stratos purge --tag reports");
    }
}

fn unreadable(root: &Path, error: &std::io::Error) -> Error {
    let root = root.display();
    Error::InputMissing(match error.kind() {
        std::io::ErrorKind::NotFound => format!("--root {root}: there is no such directory"),
        std::io::ErrorKind::NotADirectory => format!("--root {root}: this is no directory"),
        _ => format!("--root {root}: cannot be read: {error}"),
    })
}

impl Report for Never {
    fn value(&self) -> Value {
        match *self {}
    }
}
