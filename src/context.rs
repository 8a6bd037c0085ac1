//! The only way to the world: clock, environment, profiles, requests, input, output.

use crate::{
    clock::Clock,
    credential::{Credential, Found},
    error::{Error, Result},
    http::{Client, Policy, Transport},
    options::{Format, Options},
    profile::Profile,
    progress::Console,
};
use std::{
    collections::HashMap,
    ffi::OsString,
    io::{BufRead, Write},
    rc::Rc,
    sync::{
        OnceLock,
        atomic::{AtomicI32, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The environment as it was at the start. An empty variable counts as not set.
#[derive(Debug, Clone, Default)]
pub struct Env(HashMap<String, OsString>);

impl Env {
    /// The process's own.
    #[must_use]
    pub fn of_process() -> Self {
        Self(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect(),
        )
    }

    /// For tests.
    #[must_use]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect())
    }

    /// The value as text; a variable that is empty or no UTF-8 counts as not set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().filter(|value| !value.is_empty())
    }

    /// The value as the bytes the shell gave.
    #[must_use]
    pub fn os(&self, name: &str) -> Option<&std::ffi::OsStr> {
        self.0.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }
}

/// Everything a command may touch.
pub struct Context<'a> {
    /// Global options.
    pub options: Options,
    /// Environment variables.
    pub env: &'a Env,
    /// Time and chance.
    pub clock: &'a dyn Clock,
    /// stderr.
    pub console: Console,
    /// stdin.
    pub input: &'a mut dyn BufRead,
    /// Whether stdin is a terminal, so that a prompt has somebody to answer it.
    pub interactive: bool,
    /// stdout. `Send`, because bulk work writes from a thread of its own.
    pub output: &'a mut (dyn Write + Send),
    /// The format in force, and whether it was asked for (flag, or CI).
    pub format: Format,
    /// `--json`, `--output` or CI: failures are envelopes.
    pub structured: bool,
    /// `--json` or `--output` was given.
    pub asked: bool,
    /// Whether stdout is a terminal.
    pub terminal: bool,
}

impl<'a> Context<'a> {
    /// The shared HTTP layer.
    pub fn client(&self) -> Result<Client<'a>> {
        let _ = Policy::default();
        let _: Option<&dyn Transport> = None;
        Err(Error::Software("Context::client is being written".into()))
    }

    /// The profile in force, resolved once a run.
    pub fn profile(&mut self) -> Result<Rc<Profile>> {
        Err(Error::Software("Context::profile is being written".into()))
    }

    /// A secret given by a reference on the command line (`--key`): `env: file: fd: exec: - plain:`.
    pub fn secret(&mut self, _flag: &'static str, _reference: &str) -> Result<Found> {
        Err(Error::Software("Context::secret is being written".into()))
    }

    /// A credential from flag, environment or profile, in that order; `None` when nothing names it.
    /// `flag` is the literal value of the command's own flag for it (`--secret`, `--purge-key`, `--token`), if given.
    /// One from a profile is refused (78) when the base URL in force is of another origin.
    pub fn credential(&mut self, _which: Credential, _flag: Option<&str>) -> Result<Option<Found>> {
        Err(Error::Software("Context::credential is being written".into()))
    }

    /// Seconds since 1970.
    pub fn now(&self) -> Result<u64> {
        Ok(self.clock.now()?.as_secs())
    }
}

/// The signal that arrived, 0 while none has.
pub static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// The real clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Result<Duration> {
        SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| {
            Error::Config(
                "the clock of this machine stands before 1970; set it, signatures depend on it".into(),
            )
        })
    }

    fn elapsed(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn sleep(&self, wait: Duration) -> Result<()> {
        let end = Instant::now() + wait;
        loop {
            match SIGNAL.load(Ordering::Relaxed) {
                0 => {}
                signal => {
                    return Err(Error::Interrupted { signal, detail: "interrupted while waiting".into() });
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }

    fn draw(&self, ceiling: Duration) -> Duration {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        // Multiply-high: even over 0..=ceiling without a division.
        let nanos = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX).saturating_add(1);
        let drawn = (u128::from(u64::from_le_bytes(bytes)) * u128::from(nanos)) >> 64;
        Duration::from_nanos(u64::try_from(drawn).unwrap_or(u64::MAX))
    }

    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system's random source answers");
    }
}
