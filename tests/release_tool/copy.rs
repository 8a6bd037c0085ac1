//! A copy of the repository with keys of its own, in which install/release runs.

use crate::common::runner::{Runner, program};
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, OnceLock},
    time::{Duration, UNIX_EPOCH},
};
use tempfile::TempDir;

/// The version of the package, which the copies release.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The time of every copy's commit: the midnight before, so that a release is neither to come nor expired.
pub fn time() -> u64 {
    static TIME: OnceLock<u64> = OnceLock::new();
    *TIME.get_or_init(|| UNIX_EPOCH.elapsed().unwrap().as_secs() / DAY * DAY)
}

pub const DAY: u64 = 86_400;

/// A number of seconds later, as a manifest writes it.
pub fn date(later: u64) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(time() + later)).to_string()
}

/// The target that this machine builds, and another one with the same dependencies.
pub const LABEL: &str = TARGETS.0;
pub const OTHER: &str = TARGETS.1;

const TARGETS: (&str, &str) = match (cfg!(target_os = "macos"), cfg!(target_arch = "aarch64")) {
    (false, false) => ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"),
    (false, true) => ("aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"),
    (true, false) => ("x86_64-apple-darwin", "aarch64-apple-darwin"),
    (true, true) => ("aarch64-apple-darwin", "x86_64-apple-darwin"),
};

/// What a copy leaves out: the tool reads none of it.
const SKIPPED: &[&str] = &["src", "tests"];

/// Whether this fault was asked for.
fn planted(name: &str) -> bool {
    cfg!(feature = "planted") && std::env::var("STRATOS_PLANT").is_ok_and(|plant| plant == name)
}

/// What `signed` copies; statics are not dropped, so `clear` takes its folder away.
static FIRST: Mutex<Option<Copy>> = Mutex::new(None);

/// Takes away what the trials share.
pub fn clear() {
    drop(FIRST.lock().ok().and_then(|mut first| first.take()));
}

/// A folder with a checkout in it, a home, and secret keys beside it.
pub struct Copy {
    folder: TempDir,
}

impl Copy {
    /// Ready to be released, save that nothing is built.
    pub fn new() -> Self {
        Self::without(SKIPPED)
    }

    /// With the sources too, so that it can be built.
    pub fn whole() -> Self {
        Self::without(&[])
    }

    fn without(skipped: &[&str]) -> Self {
        let copy = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(copy.home()).unwrap();
        for file in files() {
            let into = copy.file(&file);
            if !skipped.iter().any(|folder| file.starts_with(&format!("{folder}/"))) {
                fs::create_dir_all(into.parent().unwrap()).unwrap();
                fs::copy(repository().join(&file), into).unwrap();
            }
        }
        if !skipped.is_empty() {
            fs::create_dir_all(copy.file("src")).unwrap();
            fs::write(copy.file("src/main.rs"), "fn main() {}\n").unwrap();
        }
        copy.plant();
        copy.dated();
        copy.git(&["init", "-q", "-b", "main"]);
        copy.fine(["keys", copy.keys().to_str().unwrap(), "--without-password"]);
        copy.commit();
        copy
    }

    /// Breaks the tool in this copy, and nowhere else, at the line that keeps a promise of SECURITY.md.
    fn plant(&self) {
        let broken =
            |file: &str, line: &str, new: &str| self.edit(&format!("install/releasing/{file}"), line, new);
        if planted("release-with-planted-faults") {
            broken("check.py", "if PLANT_MARK in binary.read_bytes():", "if False:");
        }
        if planted("release-with-build-paths") {
            broken("build.py", "if told(folder, content):", "if False:");
        }
        if planted("release-with-the-time-of-day") {
            broken(
                "archive.py",
                "info.mode, info.mtime, info.type = mode, time, kind",
                "info.mode, info.mtime, info.type = mode, __import__('os').getpid(), kind",
            );
        }
        if planted("release-of-two-versions") {
            broken("check.py", "if found != [version]:", "if False:");
        }
        if planted("release-of-changed-files") {
            broken("check.py", "if changed:", "if False:");
        }
        if planted("release-by-a-stranger") {
            broken("signing.py", "if not owners:", "if False:");
        }
        if planted("release-with-bad-signatures") {
            broken("verify.py", "not in said:", "in [name for name in trusted]:");
        }
    }

    /// Turns `[Unreleased]` into a dated section of this version, as a release does.
    fn dated(&self) {
        let text = fs::read_to_string(self.file("CHANGELOG.md")).unwrap();
        let head = format!("## [{VERSION}] - ");
        if !text.contains(&head) {
            self.edit("CHANGELOG.md", "## [Unreleased]\n", &format!("## [Unreleased]\n\n{head}2026-11-21\n"));
        }
    }

    /// The same commit in another place, with another home.
    pub fn twin(&self) -> Self {
        let twin = Self { folder: tempfile::Builder::new().prefix("elsewhere-").tempdir().unwrap() };
        fs::create_dir_all(twin.home()).unwrap();
        let mut clone = git(twin.folder.path(), &twin.home());
        clone.args(["clone", "-q"]).arg(self.root()).arg(twin.root());
        assert!(clone.status().unwrap().success());
        twin
    }

    /// The checkout.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("checkout")
    }

    /// A home that is nobody else's.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the secret keys are.
    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// A secret key.
    pub fn key(&self, name: &str) -> String {
        self.keys().join(format!("{name}.key")).to_str().unwrap().to_owned()
    }

    /// A file of the checkout.
    pub fn file(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// The text of a file of the checkout.
    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.file(path)).unwrap()
    }

    /// Replaces a text that must be there, once.
    pub fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.text(path);
        assert!(text.contains(old), "{path} has no {old}");
        fs::write(self.file(path), text.replacen(old, new, 1)).unwrap();
    }

    /// The output folder.
    pub fn out(&self) -> PathBuf {
        self.file("target/release-site")
    }

    /// A file of the release.
    pub fn released(&self, name: &str) -> PathBuf {
        self.out().join("dist").join(VERSION).join(name)
    }

    /// Commits everything, at a time that is always the same.
    pub fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "A release"]);
    }

    fn git(&self, words: &[&str]) {
        let done = git(&self.root(), &self.home()).args(words).output().unwrap();
        assert!(done.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// install/release with these arguments and the environment of a builder.
    pub fn tool<I, S>(&self, words: I) -> Runner
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut run = program(python(), [self.file("install/release")]).args(words);
        run.command().current_dir(self.root());
        let run = builder().into_iter().fold(run, |run, (name, value)| run.env(name, value));
        run.env("HOME", self.home()).env("SOURCE_DATE_EPOCH", time().to_string())
    }

    /// Runs it to success, and gives what it printed.
    pub fn fine<I, S>(&self, words: I) -> String
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.tool(words).run().exits(0).stdout()
    }

    /// Runs it to a refusal, and gives the reasons.
    pub fn refused<I, S>(&self, words: I) -> String
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.tool(words).run().exits(65).stderr.clone()
    }

    /// Makes a part of a program that hands everything to the tests' own binary.
    pub fn part(&self) {
        let binary = self.stand_in("");
        self.fine(["build", "--target", LABEL, "--built", binary.to_str().unwrap()]);
    }

    /// A small program that answers as the tests' own binary does, with a line of shell before.
    pub fn stand_in(&self, line: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.path().join("stand-in");
        let text = format!("#!/bin/sh\n{line}\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_stratos"));
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Releases another version of this copy: a program of a few lines that says so. Gives the output folder.
    pub fn next_version(&self, version: &str) -> PathBuf {
        let quoted = |version: &str| format!("version = \"{version}\"");
        self.edit("Cargo.toml", &quoted(VERSION), &quoted(version));
        let locked = |version: &str| format!("name = \"stratos\"\n{}", quoted(version));
        self.edit("Cargo.lock", &locked(VERSION), &locked(version));
        let head = format!("## [{VERSION}] - ");
        self.edit("CHANGELOG.md", &head, &format!("## [{version}] - 2026-11-22\n\n{head}"));
        for installer in ["install/install.sh", "install/install.ps1"] {
            self.edit(installer, &format!("'{VERSION}'"), &format!("'{version}'"));
        }
        self.commit();
        let binary = self.stand_in(&format!(
            "case \"$1 ${{2:-}}\" in\n\
             'version --self-test') echo 'stratos v{version}: self-test passed'; exit ;;\n\
             'version ') echo 'stratos v{version}'; exit ;;\n\
             'man ') '{real}' man | sed 's/{VERSION}/{version}/'; exit ;;\nesac",
            real = env!("CARGO_BIN_EXE_stratos")
        ));
        let out = self.file("target/newer");
        let folder = out.to_str().unwrap();
        self.fine(["check", "--binary", binary.to_str().unwrap()]);
        self.fine(["build", "--out", folder, "--target", LABEL, "--built", binary.to_str().unwrap()]);
        self.fine(["assemble", "--out", folder]);
        self.fine(["sign", "--out", folder, "--key", &self.key("current")]);
        self.fine(["verify", "--out", folder]);
        out
    }

    /// Signs a file of the release with the current key, whatever is said of it.
    pub fn sign(&self, name: &str, words: &str) {
        self.sign_with(&self.key("current"), name, words);
    }

    /// Signs it with any key.
    pub fn sign_with(&self, key: &str, name: &str, words: &str) {
        let mut command = Command::new("minisign");
        command.args(["-S", "-s", key, "-t", words, "-m"]).arg(self.released(name)).env("HOME", self.home());
        let done = command.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Built (by a stand-in), assembled and signed, with keys that all of these share.
    pub fn signed() -> Self {
        let mut first = FIRST.lock().unwrap();
        let first = first.get_or_insert_with(|| {
            let copy = Self::new();
            copy.part();
            copy.fine(["assemble"]);
            copy.fine(["sign", "--key", &copy.key("current")]);
            copy
        });
        let copy = Self { folder: tempfile::tempdir().unwrap() };
        let (from, to) = (first.folder.path().join("."), copy.folder.path());
        assert!(Command::new("cp").arg("-pR").arg(from).arg(to).status().unwrap().success());
        copy
    }
}

/// This repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that git knows or would take.
fn files() -> Vec<String> {
    let words = ["ls-files", "-co", "--exclude-standard", "-z"];
    let listed = Command::new("git").args(words).current_dir(repository()).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).unwrap();
    let names = listed.split_terminator('\0').map(str::to_owned);
    names.filter(|name| repository().join(name).is_file()).collect()
}

/// git, deaf to the machine's settings, at a fixed time.
fn git(folder: &Path, home: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "Nobody")
            .env(format!("GIT_{role}_EMAIL"), "nobody@example.com");
        command.env(format!("GIT_{role}_DATE"), format!("{} +0000", time()));
    }
    command
}

/// The interpreter itself: a wrapper in its place may look for things in the home.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let asked =
            Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        String::from_utf8(asked.stdout).unwrap().trim().to_owned()
    })
}

/// What cargo and rustc need when the home is another: theirs, without a network.
pub fn builder() -> Vec<(&'static str, PathBuf)> {
    let home = std::env::home_dir().unwrap();
    let of = |name: &'static str, folder: &str| {
        (name, std::env::var_os(name).map_or_else(|| home.join(folder), PathBuf::from))
    };
    let mut found = vec![of("CARGO_HOME", ".cargo"), of("RUSTUP_HOME", ".rustup")];
    found.push(("CARGO_NET_OFFLINE", PathBuf::from("true")));
    found.push(("PATH", PathBuf::from(std::env::var_os("PATH").unwrap())));
    for name in ["RUSTUP_TOOLCHAIN", "CARGO_BUILD_JOBS"] {
        found.extend(std::env::var_os(name).map(|value| (name, PathBuf::from(value))));
    }
    found
}
