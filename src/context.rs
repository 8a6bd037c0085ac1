//! The only way to the world: clock, environment, profiles, requests, input, output.

use crate::{
    clock::Clock,
    credential::{self, Credential, Found, Named, Reference, World},
    error::{Error, Result},
    http::{self, Client, Proxies, Setup},
    options::{Format, Options},
    profile::{self, File, Origin, Place, Profile, Saved, Site, Sources},
    progress::{Bars, Console, Progress},
    secret::Secret,
};
use std::{
    collections::HashMap,
    ffi::OsString,
    io::{self, BufRead, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    rc::Rc,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
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
    /// How long work shows itself.
    pub bars: Bars,
    /// What this run found out already.
    pub state: State,
}

/// What a run finds out once.
#[derive(Debug, Clone, Default)]
pub struct State {
    profile: Option<Rc<Profile>>,
    stdin: Option<&'static str>,
    warned: Vec<String>,
    /// Stands in for the terminal where a test types a secret.
    pub unseen: Option<fn(&str) -> Result<Secret>>,
}

impl<'a> Context<'a> {
    /// The shared HTTP layer: policy and set-up as flags, environment and profile have them.
    pub fn client(&mut self) -> Result<Client<'a>> {
        let flag = |name: &str, value: &Option<String>| value.clone().map(|value| (name.to_owned(), value));
        let env = |name: &str| self.env.get(name).map(|value| (name.to_owned(), value.to_owned()));
        let timeout = flag("--timeout", &self.options.timeout).or_else(|| env("CLOUDCDN_TIMEOUT"));
        let retries = flag("--retries", &self.options.retries).or_else(|| env("CLOUDCDN_RETRIES"));
        let max_wait = flag("--max-wait", &self.options.max_wait);
        let policy = http::policy(timeout, retries, max_wait)?;
        let proxies = Proxies::read(|name| self.env.get(name))?;
        let setup = Setup { ca_file: self.options.ca_file.clone(), client: None, proxies };
        let transport = http::open(&setup, || SIGNAL.load(Ordering::Relaxed) != 0)?;
        Ok(Client { policy, transport, clock: self.clock, console: self.console })
    }

    /// The profile in force, resolved once a run.
    pub fn profile(&mut self) -> Result<Rc<Profile>> {
        if let Some(profile) = &self.state.profile {
            return Ok(Rc::clone(profile));
        }
        let file = File::load(&self.place())?;
        let env = self.env;
        let lookup = move |name: &str| env.get(name);
        let sources = Sources { options: &self.options, env: &lookup, file: &file };
        let profile = Rc::new(profile::resolve(&sources)?);
        self.state.profile = Some(Rc::clone(&profile));
        Ok(profile)
    }

    /// Where the profile file lives.
    #[must_use]
    pub fn place(&self) -> Place {
        if let Some(path) = &self.options.config {
            return Place::named(path, "--config");
        }
        match self.env.os("STRATOS_CONFIG") {
            Some(path) => Place::named(Path::new(path), "STRATOS_CONFIG"),
            None => Place::usual(self.home(), self.env.os("XDG_CONFIG_HOME").map(Path::new)),
        }
    }

    /// Where the Node CLI keeps its file, also when `--config` names ours.
    #[must_use]
    pub fn node_config(&self) -> Option<PathBuf> {
        Place::usual(self.home(), self.env.os("XDG_CONFIG_HOME").map(Path::new)).node
    }

    /// Changes the profile file under its lock; says once on stderr when that migrated the Node CLI's.
    pub fn configure<T>(&mut self, repair: bool, change: impl FnOnce(&mut File) -> Result<T>) -> Result<T> {
        let place = self.place();
        let saved: Saved<T> = profile::update(&place, self.clock, repair, change)?;
        let path = place.writable()?.display();
        if let Some(old) = &saved.migrated {
            self.console.info(format!("migrated {} to {path}; the old file is kept", old.display()));
        }
        if let Some(aside) = &saved.set_aside {
            self.console.warn(format!("{path} could not be read; it is kept as {}", aside.display()));
        }
        self.state.profile = None;
        Ok(saved.value)
    }

    /// A secret given by a reference on the command line (`--key`): `env: file: fd: exec: - plain:`.
    pub fn secret(&mut self, flag: &'static str, reference: &str) -> Result<Found> {
        let how = Reference::parse(reference).map_err(|why| Error::Usage(format!("{flag}: {why}")))?;
        if let Reference::Plain(_) = how {
            self.literal_in_argv(flag)?;
        }
        let shown = profile::shown(reference, false);
        let found = self.resolved(Named { origin: Origin::Flag(flag), shown, how })?;
        self.weigh(&found)?;
        Ok(found)
    }

    /// A credential from flag, environment or profile, in that order; `None` when nothing names it.
    /// `flag` is the literal value of the command's own flag for it (`--secret`, `--purge-key`, `--token`), if given.
    /// One from a profile is refused (78) when the base URL in force is of another origin; a signing
    /// key is not, for it is never sent. `SIGNED_URL_SECRET` is seen by the profile's scheme: a command
    /// that has its own `--scheme` calls [`Context::signing_key`].
    pub fn credential(&mut self, which: Credential, flag: Option<&str>) -> Result<Option<Found>> {
        match which {
            Credential::SigningKey => {
                let scheme = self.profile()?.scheme.value.clone();
                self.signing_key(&scheme, flag)
            }
            _ => self.named(which, None, flag)?.map(|named| self.resolved(named)).transpose(),
        }
    }

    /// The signing key for this scheme, from `--secret`, the environment or the profile.
    pub fn signing_key(&mut self, scheme: &str, flag: Option<&str>) -> Result<Option<Found>> {
        let Some(named) = self.named(Credential::SigningKey, Some(scheme), flag)? else { return Ok(None) };
        let found = self.resolved(named)?;
        self.weigh(&found)?;
        Ok(Some(found))
    }

    /// Who names a credential and how, without looking at it: for `--dry-run`, `doctor`, `--origin`.
    pub fn named(
        &mut self,
        which: Credential,
        scheme: Option<&str>,
        flag: Option<&str>,
    ) -> Result<Option<Named>> {
        let global = match which {
            Credential::AccountKey => self.options.account_key.clone(),
            Credential::AccessKey => self.options.access_key.clone(),
            _ => None,
        };
        if let Some(value) = flag.map(str::to_owned).or(global) {
            self.literal_in_argv(which.flag())?;
            let how = Reference::Literal(Secret::new(value));
            return Ok(Some(Named { origin: Origin::Flag(which.flag()), shown: which.flag().into(), how }));
        }
        let profile = self.profile()?;
        let seen = match which {
            Credential::SigningKey => scheme.unwrap_or(&profile.scheme.value).starts_with("cloudcdn"),
            _ => profile.is_cloudcdn(),
        };
        let variable = which.variable();
        if let Some(value) = self.env.os(variable).filter(|_| seen) {
            let how = Reference::Literal(Secret::new(value.as_encoded_bytes()));
            let (origin, shown) = (Origin::Environment(variable), format!("env:{variable}"));
            return Ok(Some(Named { origin, shown, how }));
        }
        let Some(reference) = profile.reference(which.member()) else { return Ok(None) };
        if which != Credential::SigningKey {
            bound(&profile, which)?;
        }
        let how = Reference::parse(reference)
            .map_err(|why| Error::Config(format!("{} of profile {}: {why}", which.member(), profile.name)))?;
        let how = match how {
            Reference::Plain(secret) if profile.literals => Reference::Literal(secret),
            how => how,
        };
        let shown = profile::shown(reference, false);
        Ok(Some(Named { origin: Origin::Profile(which.member()), shown, how }))
    }

    /// Reads stdin for one purpose; a second one is refused (64).
    pub fn claim_stdin(&mut self, purpose: &'static str) -> Result<()> {
        match self.state.stdin {
            Some(first) if first != purpose => Err(Error::Usage(format!(
                "stdin cannot be both {first} and {purpose}; give one of them in another way"
            ))),
            Some(_) if purpose.starts_with("the secret") => {
                Err(Error::Usage(format!("stdin holds {purpose} once; name the second one in another way")))
            }
            _ => {
                self.state.stdin = Some(purpose);
                Ok(())
            }
        }
    }

    /// Puts a question on stderr and reads the answer, blanks around it removed.
    pub fn ask(&mut self, question: &str) -> Result<String> {
        self.claim_stdin("the answers")?;
        self.console.prompt(question);
        let mut line = String::new();
        let read = (&mut *self.input).take(1 << 16).read_line(&mut line);
        match read {
            Ok(0) => Err(Error::Usage("stdin ended before the last answer; nothing was written".into())),
            Ok(_) => Ok(line.trim().to_owned()),
            Err(error) => Err(Error::Io(format!("cannot read the answer: {error}"))),
        }
    }

    /// Asks for a secret without showing it.
    pub fn ask_unseen(&mut self, question: &str) -> Result<Secret> {
        if let Some(scripted) = self.state.unseen {
            return scripted(question);
        }
        let typed = rpassword::prompt_password(question);
        typed.map(Secret::new).map_err(|error| Error::Io(format!("cannot read the secret: {error}")))
    }

    /// Warns of a thing once a run.
    pub fn warn_once(&mut self, text: String) {
        if !self.state.warned.contains(&text) {
            self.console.warn(&text);
            self.state.warned.push(text);
        }
    }

    /// The user's home; `None` when `HOME` is not set or empty.
    #[must_use]
    pub fn home(&self) -> Option<&'a Path> {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        self.env.os(name).map(Path::new)
    }

    /// A secret on the command line draws a warning, or is refused by the policy in force.
    pub fn literal_in_argv(&mut self, flag: &'static str) -> Result<()> {
        let deny = self.profile()?.bounds.deny_argv_secrets;
        self.warn_of_argv(flag, deny)
    }

    /// Every user of the machine can read the command line while stratos runs.
    pub fn warn_of_argv(&mut self, flag: &'static str, deny: bool) -> Result<()> {
        let text = format!(
            "{flag} shows the secret in the process list; use the environment, or name it: env:NAME, file:PATH, -"
        );
        if deny {
            return Err(Error::Policy(format!("{text} ([policy] argv_secrets is \"deny\")")));
        }
        self.warn_once(text);
        Ok(())
    }

    fn resolved(&mut self, named: Named) -> Result<Found> {
        let source = match named.origin {
            Origin::Profile(member) => format!("{member} of profile {}", self.profile()?.name),
            origin => origin.to_string(),
        };
        if named.how == Reference::Stdin {
            self.claim_stdin("the secret")?;
        }
        let (profile, env, home) = (self.profile()?, self.env, self.home());
        let lookup = move |name: &str| env.os(name);
        let mut world =
            World { env: &lookup, input: &mut *self.input, home, bounds: &profile.bounds, clock: self.clock };
        let (secret, warning) = credential::resolve(&named.how, &source, &mut world)?;
        if let Some(warning) = warning {
            self.warn_once(warning);
        }
        Ok(Found { secret, origin: named.origin, reference: named.shown })
    }

    /// A signing key that is too short to resist guessing.
    fn weigh(&mut self, found: &Found) -> Result<()> {
        let bounds = self.profile()?.bounds.clone();
        let (has, least) = (found.secret.expose().len(), bounds.min_secret_bytes);
        if has >= least {
            return Ok(());
        }
        let text = format!("the signing key is {has} bytes long; use at least {least}, made at random");
        if bounds.strict {
            return Err(Error::Policy(format!("{text} ([policy] is strict)")));
        }
        self.warn_once(text);
        Ok(())
    }

    /// Shows long work; tell it of every step.
    #[must_use]
    pub fn progress(&self, what: &'static str, total: Option<u64>) -> Progress<'a> {
        Progress::start(self.console, self.bars, self.clock, what, total)
    }

    /// Seconds since 1970.
    pub fn now(&self) -> Result<u64> {
        Ok(self.clock.now()?.as_secs())
    }
}

/// A credential of a profile goes to that profile's origin and nowhere else.
fn bound(profile: &Profile, which: Credential) -> Result<()> {
    let site = |url: &str| Site::parse(url).ok();
    if site(&profile.url.value) == site(&profile.bound_to) {
        return Ok(());
    }
    Err(Error::Config(format!(
        "{} of profile {} is for {}, but {} names {}; give the credential by flag or environment too, or use the profile's url",
        which.member(),
        profile.name,
        profile.bound_to,
        profile.url.origin,
        profile.url.value
    )))
}

/// The signal that arrived, 0 while none has.
pub static SIGNAL: Signal = Signal(AtomicUsize::new(0));

/// A second signal ends the process at once.
static SECOND: AtomicBool = AtomicBool::new(false);

/// A slot that the signal handlers fill.
#[derive(Debug)]
pub struct Signal(AtomicUsize);

impl Signal {
    /// The number of the signal, 0 for none.
    #[must_use]
    pub fn load(&self, ordering: Ordering) -> i32 {
        i32::try_from(self.0.load(ordering)).unwrap_or(0)
    }
}

/// Readies the process: SIGINT and SIGTERM set [`SIGNAL`] once and end the process the second
/// time; no core dump may hold a secret.
#[cfg(unix)]
pub fn ready_process() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    use signal_hook::flag;
    for signal in [2, 15] {
        // The order matters: the first signal must find the second's condition unset.
        let _ = flag::register_conditional_shutdown(signal, 128 + signal, &SECOND);
        let _ = flag::register(signal, &SECOND);
        let _ = flag::register_usize(signal, &SIGNAL.0, signal.unsigned_abs() as usize);
    }
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Readies the process; here there is nothing to ready.
#[cfg(not(unix))]
pub fn ready_process() {}

/// Which of stdin, stdout and stderr are terminals, and how wide stdout's is.
#[derive(Debug, Clone, Copy)]
pub struct Terminals {
    /// Somebody types.
    pub stdin: bool,
    /// Somebody reads the result.
    pub stdout: bool,
    /// Somebody reads what goes beside it.
    pub stderr: bool,
    /// Columns; 80 where there is no terminal.
    pub width: usize,
}

impl Terminals {
    /// As the process has them.
    #[must_use]
    pub fn of_process() -> Self {
        let stdout = io::stdout().is_terminal();
        Self {
            stdin: io::stdin().is_terminal(),
            stdout,
            stderr: io::stderr().is_terminal(),
            width: if stdout { columns() } else { 80 },
        }
    }
}

#[cfg(unix)]
fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(80)
}

#[cfg(not(unix))]
fn columns() -> usize {
    80
}

/// stdin in blocks. A wait for input ends when a signal arrives.
pub fn input() -> impl BufRead {
    io::BufReader::with_capacity(128 << 10, Input)
}

struct Input;

impl Read for Input {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        until_readable()?;
        // Larger than the lock's own buffer, so nothing is copied twice.
        io::stdin().lock().read(bytes)
    }
}

/// A read alone would be restarted after a signal; a poll is not.
#[cfg(unix)]
fn until_readable() -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    let pause = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
    loop {
        if SIGNAL.load(Ordering::Relaxed) != 0 {
            return Err(io::Error::other("interrupted by a signal"));
        }
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&pause)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            _ => return Ok(()),
        }
    }
}

#[cfg(not(unix))]
fn until_readable() -> io::Result<()> {
    Ok(())
}

/// A buffered stdout that remembers what went wrong with it, whatever the writer made of that.
pub struct Output<W: Write> {
    inner: io::BufWriter<W>,
    fault: Option<io::Error>,
}

/// The process's stdout.
#[must_use]
pub fn output() -> Output<Box<dyn Write + Send>> {
    Output::new(Box::new(io::stdout()))
}

impl<W: Write> Output<W> {
    /// Buffers what goes to `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner: io::BufWriter::with_capacity(64 << 10, inner), fault: None }
    }

    /// Flushes, and gives the first fault of all.
    pub fn finish(mut self) -> Option<io::Error> {
        let _ = self.flush();
        self.fault.take()
    }

    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
            && self.fault.is_none()
        {
            let copy = error.raw_os_error().map(io::Error::from_raw_os_error);
            self.fault = Some(copy.unwrap_or_else(|| error.kind().into()));
        }
        result
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.flush();
        self.note(flushed)
    }
}

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
