//! Real caches before an origin that counts: what our binary purges is fetched anew, and nothing else is. The
//! origin's serial number says so; no header of a cache is asked.

pub mod fleet;
pub mod nginx;
pub mod squid;
pub mod trafficserver;
pub mod varnish;

use crate::{
    Needs,
    common::runner::{Run, Runner, stratos},
    http,
    servers::{self, Server, Work},
};
use libtest_mimic::Failed;
use std::{
    process::Command,
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

/// Under which the objects are cached.
pub const HOST: &str = "www.example.test";

/// What the origin is written in.
pub const ORIGIN: (&str, &str) = ("python3", "python3");

/// The port of the one origin of all caches.
fn origin() -> String {
    static SERVER: OnceLock<Arc<Server>> = OnceLock::new();
    let prepare = |work: &Work| {
        let mut command = Command::new("python3");
        command.arg(work.here().join("origin.py")).arg(work.port.to_string());
        command
    };
    let base = SERVER.get_or_init(|| servers::start("caches", 200, prepare)).base();
    base.rsplit(':').next().expect("a port").to_owned()
}

/// A cache, and the profile that purges it.
pub struct Cache {
    /// Where visitors ask.
    pub base: String,
    /// The Host that they name.
    pub host: &'static str,
    /// The members of the profile.
    pub profile: String,
}

impl Cache {
    /// Of this provider, at its own address.
    pub fn of(provider: &str, base: String) -> Self {
        let profile = format!("provider = {provider:?}\nurl = {base:?}\nhost = {HOST:?}\n");
        Self { base, host: HOST, profile }
    }

    /// The same cache under another host, for visitors and for the profile.
    pub fn under(mut self, host: &'static str) -> Self {
        self.profile = self.profile.replace(&format!("host = {:?}", self.host), &format!("host = {host:?}"));
        self.host = host;
        self
    }

    /// `stratos purge` with these arguments, to be run.
    pub fn runner(&self, args: &[&str]) -> Runner {
        let config = format!("default = \"edge\"\n[profiles.edge]\n{}", self.profile);
        stratos([&["--retries", "0", "purge"], args].concat()).config(&config)
    }

    /// What came of it.
    fn purge(&self, args: &[&str]) -> Run {
        self.runner(args).run()
    }

    /// The same, which must be accepted.
    pub fn purged(&self, args: &[&str]) -> Result<(), Failed> {
        let run = self.purge(args);
        if run.code == Some(0) { Ok(()) } else { Err(format!("{args:?}: {}", run.everything()).into()) }
    }

    /// The same, which must be refused with this exit code and all of these words.
    pub fn refused(&self, args: &[&str], exit: i32, words: &[&str]) -> Result<(), Failed> {
        let run = self.purge(args);
        match words.iter().find(|word| !run.stderr.contains(**word)) {
            None if run.code == Some(exit) => Ok(()),
            missing => {
                Err(format!("{args:?}: {:?} without {missing:?}: {}", run.code, run.everything()).into())
            }
        }
    }

    /// The serial number that a visitor is served.
    pub fn serial(&self, path: &str) -> Result<u32, Failed> {
        let (status, body) = http::ask("GET", &format!("{}{path}", self.base), &[("Host", self.host)], b"")?;
        let body = String::from_utf8_lossy(&body);
        let serial = body.split("serial=").nth(1).and_then(|text| text.split_whitespace().next());
        match serial.and_then(|serial| serial.parse().ok()) {
            Some(serial) if status == 200 => Ok(serial),
            _ => Err(format!("{status} for {path}: {body}").into()),
        }
    }

    /// Brings objects into the cache, where each is served twice under one number.
    pub fn warm<const N: usize>(&self, paths: [&'static str; N]) -> Result<[Object; N], Failed> {
        let mut objects = paths.map(|path| Object { path, serial: 0 });
        for object in &mut objects {
            object.serial = self.serial(object.path)?;
            self.keeps(object)?;
        }
        Ok(objects)
    }

    /// A hit: still the number that was warmed.
    pub fn keeps(&self, object: &Object) -> Result<(), Failed> {
        let serial = self.serial(object.path)?;
        if serial == object.serial { Ok(()) } else { Err(format!("{object:?} was fetched again").into()) }
    }

    /// A miss: the origin was asked again.
    pub fn misses(&self, object: &Object) -> Result<(), Failed> {
        let serial = self.serial(object.path)?;
        if serial > object.serial { Ok(()) } else { Err(format!("{object:?} is still served").into()) }
    }

    /// Stale once: the old object, and behind it a fetch whose object follows.
    pub fn revalidates(&self, object: &Object) -> Result<(), Failed> {
        self.keeps(object)?;
        let begun = Instant::now();
        while self.misses(object).is_err() {
            if begun.elapsed() > Duration::from_secs(10) {
                return Err(format!("{object:?} is served for good").into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

/// An object as it was when it came into the cache.
#[derive(Debug)]
pub struct Object {
    path: &'static str,
    serial: u32,
}

/// What every cache that knows `PURGE` does: HIT, purge, MISS, for whole URLs and for paths of the profile's host,
/// with what has to be escaped; neighbours stay; what is not cached is no failure; the access list is obeyed.
fn purges_by_method(cache: &Cache) -> Result<(), Failed> {
    let paths = ["/one/a.css", "/one/a.css?v=2", "/one/b%20c.css", "/one/m%C3%A9dia/~x", "/one/left.css"];
    let [plain, query, blank, accents, left] = cache.warm(paths)?;
    let whole = format!("http://{HOST}/one/a.css");
    cache.purged(&[&whole])?;
    cache.misses(&plain)?;
    cache.keeps(&query)?;
    cache.purged(&["/one/a.css?v=2", "/one/b c.css", "/one/média/~x"])?;
    for object in [&query, &blank, &accents] {
        cache.misses(object)?;
    }
    cache.keeps(&left)?;
    cache.purged(&["/one/never-seen.css"])
}

/// The refusal names the list on which this machine is not, and the object stays.
fn obeys_the_access_list(cache: &Cache) -> Result<(), Failed> {
    let [closed] = cache.warm(["/closed/a.css"])?;
    cache.refused(&["/closed/a.css", "--json"], 77, &["\"http_status\":403"])?;
    cache.refused(&["/closed/a.css"], 77, &["access list"])?;
    cache.keeps(&closed)
}

/// What the provider's row has not is refused before anything is sent.
fn has_no(cache: &Cache, args: &[&str]) -> Result<(), Failed> {
    let [object] = cache.warm(["/none/a.css"])?;
    cache.refused(args, 64, &[])?;
    cache.keeps(&object)
}
