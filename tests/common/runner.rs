//! Runs the binary with a cleared environment and a home of its own.

use super::cdn::Cdn;
use serde_json::Value;
use std::{
    ffi::{OsStr, OsString},
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// No run of any test comes near it; it only keeps a hanging one from holding the suite.
const BOUND: Duration = Duration::from_secs(120);

/// A run to be: `stratos(["purge", "--tag", "home"]).with(&cdn).run()`.
pub struct Runner {
    command: Command,
    home: TempDir,
    stdin: Vec<u8>,
}

/// A program with nothing in its environment, save the planted fault that `tests/posture` asks for.
pub fn bare(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    let plant = std::env::var_os("STRATOS_PLANT");
    command.env_clear().envs(plant.map(|plant| ("STRATOS_PLANT", plant)));
    command
}

/// The binary with these arguments, nothing in its environment but a temporary `HOME`.
pub fn stratos<I, S>(args: I) -> Runner
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    program(env!("CARGO_BIN_EXE_stratos"), args)
}

/// Another program in the same way: a copy of the binary, or a test that is the CLI itself.
pub fn program<I, S>(path: impl AsRef<OsStr>, args: I) -> Runner
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let home = tempfile::tempdir().unwrap();
    let mut command = bare(path);
    command.args(args).env("HOME", home.path()).current_dir(home.path());
    Runner { command, home, stdin: Vec::new() }
}

impl Runner {
    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes a variable, `HOME` too.
    pub fn unset(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    /// Points `CLOUDCDN_URL` to the scripted CDN.
    pub fn with(self, cdn: &Cdn) -> Self {
        self.env("CLOUDCDN_URL", cdn.url())
    }

    /// What it reads from stdin; nothing otherwise.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Writes a file below the home, 0600, with the folders it wants.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        self
    }

    /// Writes config.toml where the binary looks for it.
    pub fn config(self, text: &str) -> Self {
        let path = config_path();
        self.file(path, text)
    }

    /// Its home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command, for what this type has no words for.
    pub fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs it to its end.
    pub fn run(self) -> Run {
        self.spawn().finish()
    }

    /// Starts it and feeds stdin in the background.
    pub fn spawn(mut self) -> Running {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let (mut input, bytes) = (child.stdin.take().unwrap(), self.stdin);
        // A child that does not read its input is no failure of the test.
        thread::spawn(move || drop(input.write_all(&bytes)));
        let stdout = drain(child.stdout.take().unwrap());
        let stderr = drain(child.stderr.take().unwrap());
        Running { child, home: self.home, stdout, stderr }
    }
}

#[cfg(target_os = "macos")]
const fn config_path() -> &'static str {
    "Library/Application Support/stratos/config.toml"
}

#[cfg(not(target_os = "macos"))]
const fn config_path() -> &'static str {
    ".config/stratos/config.toml"
}

fn drain(mut from: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// A run under way.
pub struct Running {
    child: Child,
    home: TempDir,
    stdout: mpsc::Receiver<Vec<u8>>,
    stderr: mpsc::Receiver<Vec<u8>>,
}

impl Running {
    /// Its process id, for signals.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended already.
    pub fn ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Its end.
    pub fn finish(mut self) -> Run {
        let stdout = self.collect(&self.stdout);
        let stderr = self.collect(&self.stderr);
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            let _ = self.child.kill();
            let _ = self.child.wait();
            panic!("stratos ran longer than {BOUND:?}");
        };
        let status = self.child.wait().unwrap();
        Run { code: status.code(), bytes: stdout, stderr: lossy(&stderr), home: self.home }
    }

    fn collect(&self, from: &mpsc::Receiver<Vec<u8>>) -> Option<Vec<u8>> {
        from.recv_timeout(BOUND).ok()
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A run that ended.
pub struct Run {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// stdout.
    pub bytes: Vec<u8>,
    /// stderr.
    pub stderr: String,
    /// Its home, kept until this value goes.
    pub home: TempDir,
}

impl Run {
    /// stdout as text.
    pub fn stdout(&self) -> String {
        lossy(&self.bytes)
    }

    /// stdout as JSON.
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_slice(&self.bytes);
        parsed.unwrap_or_else(|error| panic!("stdout is no JSON ({error}): {}", self.stdout()))
    }

    /// The error envelope on stderr, its `error` member.
    pub fn error(&self) -> Value {
        let line = self.stderr.lines().find_map(|line| {
            let value: Value = serde_json::from_str(line).ok()?;
            value.get("error").cloned()
        });
        line.unwrap_or_else(|| panic!("no envelope on stderr: {}", self.stderr))
    }

    /// Fails the test, showing both streams, unless it ended so.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        let (out, err) = (self.stdout(), &self.stderr);
        assert_eq!(self.code, Some(code), "\n--- stdout\n{out}\n--- stderr\n{err}");
        self
    }

    /// Fails the test unless the envelope is of this type and the process ended with its code.
    #[track_caller]
    pub fn fails(self, kind: &str, code: i32) -> Self {
        let run = self.exits(code);
        let error = run.error();
        assert_eq!((&error["type"], &error["exit_code"]), (&kind.into(), &code.into()), "{error}");
        run
    }

    /// A path below its home.
    pub fn path(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// Everything it wrote, for searches for what must not be there.
    pub fn everything(&self) -> String {
        self.stdout() + &self.stderr
    }
}

/// Arguments as the shell would split them at blanks.
pub fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}
