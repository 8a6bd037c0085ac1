//! The only way to the world: clock, environment, profiles, requests, input, output.

mod again;
mod answers;
#[cfg(test)]
pub(crate) mod desk;
mod requests;
mod secrets;
mod settings;
mod vendor;

use crate::{
    clock::Clock,
    error::{Error, Result},
    options::{Format, Options},
    profile::Profile,
    progress::{Bars, Console, Progress},
    release::{Trust, Version, build},
    secret::Secret,
};
use std::{
    collections::HashMap,
    ffi::OsString,
    io::{self, BufRead, IsTerminal, Read, Write},
    path::PathBuf,
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

/// What runs: this process, or what a test takes for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Where its file lies, unless the system is to be asked.
    pub binary: Option<PathBuf>,
    /// Its version.
    pub version: Version,
}

impl Own {
    /// This process.
    #[must_use]
    pub fn of_process() -> Self {
        Self { binary: None, version: build::version() }
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
    pub input: &'a mut (dyn BufRead + Send),
    /// Whether stdin is a terminal, so that a prompt has somebody to answer it.
    pub interactive: bool,
    /// stdout. `Send`, like stdin, because the threads of bulk work share them.
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
    /// Columns of the terminal, 80 where there is none.
    pub width: usize,
    /// Whose signatures on releases are believed.
    pub trust: &'a Trust,
    /// What runs.
    pub own: &'a Own,
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
    /// Shows long work; tell it of every step.
    #[must_use]
    pub fn progress(&self, what: &'static str, total: Option<u64>) -> Progress<'a> {
        Progress::start(self.console, self.bars, self.clock, what, total)
    }

    /// The file of the running binary.
    pub fn own_binary(&self) -> Result<PathBuf> {
        self.own.binary.clone().map_or_else(std::env::current_exe, Ok).map_err(|error| {
            Error::Io(format!("cannot tell where the running binary lies: {error}; run it by its whole path"))
        })
    }

    /// Seconds since 1970.
    pub fn now(&self) -> Result<u64> {
        Ok(self.clock.now()?.as_secs())
    }
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
    if !planted!("core-dumps") {
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
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
    /// As the process has them; `STRATOS_FORCE_TTY=1` makes terminals of stdout and stderr.
    #[must_use]
    pub fn of_process(env: &Env) -> Self {
        let forced = env.get("STRATOS_FORCE_TTY") == Some("1");
        let stdout = forced || io::stdout().is_terminal();
        Self {
            stdin: io::stdin().is_terminal(),
            stdout,
            stderr: forced || io::stderr().is_terminal(),
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

/// The process's stdout. `seen` by a person, it carries no control bytes but line ends, tabs and
/// colour: what a server sent never steers a terminal.
#[must_use]
pub fn output(seen: bool) -> Output<Box<dyn Write + Send>> {
    #[cfg(unix)]
    if crate::startup::stdout_was_closed() {
        return Output::new(Box::new(Closed));
    }
    Output::new(if seen { Box::new(Tame::new(io::stdout())) } else { Box::new(io::stdout()) })
}

/// A stdout that was closed before the process began: nothing can be written, and that is said.
#[cfg(unix)]
struct Closed;

#[cfg(unix)]
impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(rustix::io::Errno::BADF.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Replaces control bytes by U+FFFD; SGR sequences (`ESC [ … m`) pass.
struct Tame<W> {
    inner: W,
    held: Vec<u8>,
}

impl<W: Write> Tame<W> {
    fn new(inner: W) -> Self {
        Self { inner, held: Vec::new() }
    }
}

impl<W> Tame<W> {
    fn pass(&mut self, byte: u8, tame: &mut Vec<u8>) {
        self.held.push(byte);
        match self.held[..] {
            // Kept until the next byte says what it is.
            [0x1b] | [0x1b, b'['] | [0xc2] => {}
            [0x1b, b'[', .., b'0'..=b'9' | b';'] if self.held.len() < 16 => {}
            [0x1b, b'[', .., b'm'] | [b'\n' | b'\t'] => tame.append(&mut self.held),
            [0x1b, ..] => {
                tame.extend("\u{fffd}".bytes());
                let rest: Vec<u8> = self.held.drain(..).skip(1).collect();
                rest.into_iter().for_each(|byte| self.pass(byte, tame));
            }
            [0..0x20 | 0x7f] | [0xc2, 0x80..0xa0] => {
                self.held.clear();
                tame.extend("\u{fffd}".bytes());
            }
            _ => tame.append(&mut self.held),
        }
    }
}

impl<W: Write> Write for Tame<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut tame = Vec::with_capacity(bytes.len());
        bytes.iter().for_each(|byte| self.pass(*byte, &mut tame));
        self.inner.write_all(&tame)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
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

fn since_1970(now: SystemTime) -> Result<Duration> {
    now.duration_since(UNIX_EPOCH).map_err(|_| {
        Error::Config("the clock of this machine stands before 1970; set it, signatures depend on it".into())
    })
}

impl Clock for SystemClock {
    fn now(&self) -> Result<Duration> {
        since_1970(SystemTime::now())
    }

    fn elapsed(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn sleep(&self, wait: Duration) -> Result<()> {
        let begun = Instant::now();
        loop {
            match SIGNAL.load(Ordering::Relaxed) {
                0 => {}
                signal => {
                    return Err(Error::Interrupted { signal, detail: "interrupted while waiting".into() });
                }
            }
            let left = wait.saturating_sub(begun.elapsed());
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
        getrandom::fill(bytes).expect("the system's random source answers");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tamed(parts: &[&[u8]]) -> String {
        let mut tame = Tame::new(Vec::new());
        for part in parts {
            tame.write_all(part).unwrap();
        }
        String::from_utf8(tame.inner).unwrap()
    }

    #[test]
    fn a_terminal_gets_colour_and_text_and_nothing_that_steers_it() {
        assert_eq!(tamed(&[b"\x1b[1;31mred\x1b[0m\n\tok"]), "\x1b[1;31mred\x1b[0m\n\tok");
        assert_eq!(tamed(&[b"\x1b]0;title\x07"]), "\u{fffd}]0;title\u{fffd}");
        assert_eq!(tamed(&[b"\x1b[2J", "\u{9b}31m é\u{a0}".as_bytes()]), "\u{fffd}[2J\u{fffd}31m é\u{a0}");
        assert_eq!(tamed(&["\x1bé".as_bytes(), b"a\rb\x7f\x00"]), "\u{fffd}éa\u{fffd}b\u{fffd}\u{fffd}");
        assert_eq!(tamed(&[b"\x1b", b"[", b"3", b"1", b"m", b"\x1b\x1b[0m"]), "\x1b[31m\u{fffd}\x1b[0m");
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_fault_of_stdout_is_remembered_whoever_swallowed_it() {
        let mut output = Output::new(Full);
        output.write_all(b"x").unwrap();
        assert_eq!(output.finish().map(|fault| fault.kind()), Some(io::ErrorKind::BrokenPipe));
        assert!(Output::new(Vec::new()).finish().is_none());
    }

    #[test]
    fn a_clock_before_1970_is_an_error_that_names_it() {
        assert_eq!(since_1970(UNIX_EPOCH + Duration::from_secs(7)).unwrap(), Duration::from_secs(7));
        let error = since_1970(UNIX_EPOCH - Duration::from_nanos(1)).unwrap_err();
        assert_eq!((error.facts().name, error.facts().exit), ("config_error", 78));
        assert!(error.to_string().contains("before 1970; set it"), "{error}");
    }
}
