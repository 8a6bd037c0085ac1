//! A release in a temporary folder, a copy of install.sh that holds its digests, and the shells that run it.

use crate::{
    common::{
        cdn::{Answer, Cdn},
        published::{Keys, Published},
        runner::{Run, Runner, Running, program},
    },
    copy::{pinned, source, with_line},
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// The version that the script under test installs.
pub const VERSION: &str = "1.2.3";

/// A shell, and whether it has busybox's programs alone.
pub struct Shell {
    pub words: &'static [&'static str],
    pub alone: bool,
}

pub const DASH: Shell = Shell { words: &["dash"], alone: false };

impl std::fmt::Display for Shell {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}{}", self.words.join(" "), if self.alone { " alone" } else { "" })
    }
}

/// Every scenario runs under each of these.
pub const SHELLS: &[Shell] = &[
    DASH,
    Shell { words: &["bash"], alone: false },
    Shell { words: &["bash", "--posix"], alone: false },
    Shell { words: &["busybox", "ash"], alone: false },
    Shell { words: &["busybox", "ash"], alone: true },
];

/// What the tests' binary is: a script that answers as a stratos of that version does.
pub fn binary(version: &str) -> String {
    binary_that_verifies(version, 78)
}

/// The same, and its word on a manifest.
pub fn binary_that_verifies(version: &str, code: i32) -> String {
    format!(
        "#!/bin/sh\n# stratos\ncase \"$1 ${{2:-}}\" in\n'version --self-test') echo 'stratos v{version}: self-test passed' ;;\n\
         'man ') echo '.TH stratos 1 {version}' ;;\n'completion '*) echo \"# $2 {version}\" ;;\n'verify '*) exit {code} ;;\n*) exit 64 ;;\nesac\n"
    )
}

/// A release, a prefix and a home.
pub struct World {
    folder: TempDir,
    pub keys: Keys,
}

impl World {
    pub fn new() -> Self {
        Self::of(&binary(VERSION))
    }

    /// With this text as the binary.
    pub fn of(binary: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), keys: Keys::new() };
        fs::create_dir_all(world.path("home")).unwrap();
        let release = world.path("release").join(VERSION);
        fs::create_dir_all(&release).unwrap();
        let published = Published::new(VERSION).binary(&label(), binary);
        let published = published.file("stratos.1", "man", None, ".TH stratos 1 pinned\n");
        let pages = ["stratos.bash", "_stratos", "stratos.fish"];
        let add = |all: Published, name| all.file(name, "completion", None, format!("# {name} pinned\n"));
        pages.into_iter().fold(published, add).write_into(&release, &world.keys);
        world.write_script("");
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn prefix(&self) -> PathBuf {
        self.path("prefix")
    }

    /// Where the binary goes.
    pub fn program(&self) -> PathBuf {
        self.prefix().join("bin/stratos")
    }

    /// A file of the release.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path("release").join(VERSION).join(name)
    }

    /// The bare binary's name on this machine.
    pub fn binary_name(&self) -> String {
        format!("stratos-{VERSION}-{}", label())
    }

    /// Changes one byte of a released file.
    pub fn flip(&self, name: &str, at: usize) {
        let path = self.file(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    }

    /// Writes the script with the digests that the release has now, and this public key.
    pub fn write_script(&self, key: &str) {
        let mut pins = String::new();
        for name in [&self.binary_name(), "stratos.1", "stratos.bash", "_stratos", "stratos.fish"] {
            pins += &format!("    {name}) echo {} ;;\n", sha256(&fs::read(self.file(name)).unwrap()));
        }
        let lines = [("PINNED_VERSION=", VERSION), ("PUBLIC_KEY=", key)];
        let mut text = pinned(&source(), &pins);
        for (name, value) in lines {
            text = with_line(&text, name, &format!("{name}'{value}'"));
        }
        self.write("install.sh", text);
    }

    /// Writes any file of this world.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a program of this world, for a PATH.
    pub fn executable(&self, name: &str, text: &str) {
        self.write(name, text);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A folder that has what the script always wants, these programs, and nothing else.
    pub fn toolbox(&self, names: &[&str]) -> PathBuf {
        let folder = self.path("toolbox");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let always = "sh id uname sed grep tr wc cp mv rm rmdir mkdir chmod tail cut timeout true sleep";
        for name in always.split(' ').chain(names.iter().copied()) {
            symlink(found(name).unwrap_or_else(|| panic!("no {name} here")), folder.join(name)).unwrap();
        }
        folder
    }

    /// A run of the script under that shell, from the release's folder into the prefix.
    pub fn script(&self, shell: &Shell) -> Script {
        self.shell(shell, &shell.words[1..]).arg(self.path("install.sh"))
    }

    /// The shell with other arguments, in the same surroundings.
    pub fn shell<I, S>(&self, shell: &Shell, args: I) -> Script
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let path = if shell.alone { self.busybox() } else { PathBuf::from("/usr/local/bin:/usr/bin:/bin") };
        let runner = program(found(shell.words[0]).expect("looked for before"), args)
            .env("HOME", self.path("home"))
            .env("PATH", path)
            .env("STRATOS_PREFIX", self.prefix())
            .env("STRATOS_BASE_URL", format!("file://{}", self.path("release").display()));
        Script { runner }
    }

    /// Every program of busybox, and no other.
    fn busybox(&self) -> PathBuf {
        let (folder, busybox) = (self.path("busybox"), found("busybox").expect("looked for before"));
        if !folder.exists() {
            fs::create_dir(&folder).unwrap();
            let output = std::process::Command::new(&busybox).arg("--list").output().unwrap();
            for name in String::from_utf8(output.stdout).unwrap().lines() {
                symlink(&busybox, folder.join(name)).unwrap();
            }
        }
        folder
    }

    /// The release behind https: each file below `/dist/`.
    pub fn cdn(&self) -> Cdn {
        let release = self.path("release");
        Cdn::tls_with(move |asked, _| served(&release, &asked.path))
    }

    /// Puts an older installation into the prefix.
    pub fn older(&self) {
        self.executable("prefix/bin/stratos", &binary("1.0.0"));
        self.write("prefix/share/man/man1/stratos.1", "of 1.0.0");
        self.write("prefix/share/stratos/manifest.json", "of 1.0.0");
    }

    /// Under every shell: it ends with this code, says these words, and leaves everything as it was.
    #[track_caller]
    pub fn refuses(&self, code: i32, words: &[&str], ask: impl Fn(Script) -> Script) {
        for shell in SHELLS {
            self.refuses_under(shell, code, words, &ask);
        }
    }

    /// The same under one shell: into an empty prefix, or over an older version.
    #[track_caller]
    pub fn refuses_under(&self, shell: &Shell, code: i32, words: &[&str], ask: impl Fn(Script) -> Script) {
        let old = !shell.alone && shell.words[0] != "dash";
        let _ = fs::remove_dir_all(self.prefix());
        if old {
            self.older();
        }
        let before = self.snapshot();
        let run = ask(self.script(shell)).run();
        let said = format!("{shell}, old {old}: {:?}\n{}", run.code, run.everything());
        assert_eq!(run.code, Some(code), "{said}");
        for word in words {
            assert!(run.stderr.contains(word), "{word}: {said}");
        }
        assert_eq!(self.snapshot(), before, "{said}");
        assert!(old || !self.prefix().exists(), "{said}");
    }

    /// Everything below the prefix: path, and mode with digest or link target.
    pub fn snapshot(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        list(&self.prefix(), "", &mut found);
        found
    }
}

/// What the release's folder has for a path below `/dist/`.
pub fn served(release: &Path, path: &str) -> Answer {
    let file = path.strip_prefix("/dist/").map(|below| release.join(below));
    match file.and_then(|file| fs::read(file).ok()) {
        Some(bytes) => Answer::new(200, "application/octet-stream", bytes),
        None => Answer::text(404, "not here"),
    }
}

/// A run to be.
pub struct Script {
    runner: Runner,
}

impl Script {
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.runner = self.runner.arg(arg);
        self
    }

    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.runner = self.runner.args(args);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.runner = self.runner.env(name, value);
        self
    }

    pub fn unset(mut self, name: &str) -> Self {
        self.runner = self.runner.unset(name);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.runner = self.runner.stdin(bytes);
        self
    }

    /// From that server, whose authority every downloader is told to trust.
    pub fn from(self, world: &World, cdn: &Cdn) -> Self {
        let authority = world.path("authority.pem");
        world.write("authority.pem", cdn.ca_pem());
        world.write("wgetrc", format!("ca_certificate = {}\n", authority.display()));
        self.env("STRATOS_BASE_URL", format!("{}/dist/", cdn.url()))
            .env("CURL_CA_BUNDLE", &authority)
            .env("SSL_CERT_FILE", &authority)
            .env("WGETRC", world.path("wgetrc"))
    }

    pub fn run(self) -> Run {
        self.runner.run()
    }

    pub fn spawn(self) -> Running {
        self.runner.spawn()
    }
}

/// The label of this machine that has a pin in the tests.
pub fn label() -> String {
    let machine = std::env::consts::ARCH;
    if cfg!(target_os = "macos") {
        return format!("{machine}-apple-darwin");
    }
    format!("{machine}-unknown-linux-gnu-static")
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Where a program is on this machine.
pub fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn list(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(Result::unwrap) {
        let name = format!("{below}/{}", entry.file_name().to_string_lossy());
        let (path, meta) = (entry.path(), fs::symlink_metadata(entry.path()).unwrap());
        let mode = meta.permissions().mode() & 0o7777;
        if meta.is_dir() {
            found.insert(name.clone(), format!("{mode:o} folder"));
            list(&path, &name, found);
        } else if meta.is_symlink() {
            found.insert(name, fs::read_link(&path).unwrap().display().to_string());
        } else {
            found.insert(name, format!("{mode:o} {}", sha256(&fs::read(&path).unwrap())));
        }
    }
}
