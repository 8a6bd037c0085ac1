//! What the trials begin with: an installed stratos, releases of others, and a server that has them.

use crate::common::{
    cdn::{Answer, Asked, Cdn},
    own_cli::{KEYS, OWN},
    published::{Keys, Published, Written},
    runner::{Runner, bare, program},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// What runs before an upgrade, and what there is to upgrade to.
pub const OLD: &str = "0.2.0";
pub const NEW: &str = "0.3.0";

/// The label of this build in a release.
pub fn label() -> String {
    static LABEL: OnceLock<String> = OnceLock::new();
    let ask = || {
        let mut command = bare(std::env::current_exe().unwrap());
        let output = command.env(KEYS, "").args(["version", "--build"]).output().unwrap();
        let build: Value = serde_json::from_slice(&output.stdout).unwrap();
        let target = build["target"].as_str().unwrap();
        let gnu_static = build["static"] == true && target.ends_with("-linux-gnu");
        format!("{target}{}", if gnu_static { "-static" } else { "" })
    };
    LABEL.get_or_init(ask).clone()
}

/// A script that is this version of stratos, as far as anybody can tell: it passes the self-test, and
/// everything else is done by the CLI. Cut short it passes nothing, since its words come last.
pub fn script(version: &str, keys: &str) -> String {
    acting(version, keys, &format!("echo \"stratos v{version}: self-test passed\""))
}

/// The same with another self-test.
pub fn acting(version: &str, keys: &str, self_test: &str) -> String {
    let cli = std::env::current_exe().unwrap();
    let padding = "# a line that makes it long enough to be broken off in many places\n".repeat(400);
    format!(
        "#!/bin/sh\n{padding}if [ \"$*\" = 'version --self-test' ]; then\n  {self_test}\n  exit\nfi\n\
         {KEYS}='{keys}' {OWN}=\"{version} $0\" exec '{}' \"$@\"\n",
        cli.display()
    )
}

/// `<prefix>/bin/stratos`, and what belongs to it.
pub struct Install {
    pub keys: Keys,
    prefix: TempDir,
    version: &'static str,
}

impl Install {
    /// A script of the old version that trusts new keys.
    pub fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap(), |keys| script(OLD, keys))
    }

    /// The same in this folder, with a file made from the keys.
    pub fn within(prefix: TempDir, file: impl FnOnce(&str) -> String) -> Self {
        let install = Self { keys: Keys::new(), prefix, version: OLD };
        fs::create_dir(install.prefix().join("bin")).unwrap();
        put(&install.binary(), &file(&install.line()), 0o755);
        install.awake();
        install
    }

    /// This test binary itself, which is a real one; it runs as version 0.1.0.
    pub fn real() -> Self {
        let install = Self {
            keys: Keys::new(),
            prefix: tempfile::tempdir().unwrap(),
            version: env!("CARGO_PKG_VERSION"),
        };
        fs::create_dir(install.prefix().join("bin")).unwrap();
        let own = std::env::current_exe().unwrap();
        fs::hard_link(&own, install.binary())
            .or_else(|_| fs::copy(&own, install.binary()).map(drop))
            .unwrap();
        install
    }

    /// Until no fork of another trial holds the new file open.
    fn awake(&self) {
        let busy = || {
            let mut command = Command::new(self.binary());
            let asked = command.args(["version", "--self-test"]).stdout(Stdio::null()).stderr(Stdio::null());
            asked.status().is_err_and(|error| error.kind() == std::io::ErrorKind::ExecutableFileBusy)
        };
        while busy() {}
    }

    pub fn prefix(&self) -> &Path {
        self.prefix.path()
    }

    pub fn folder(&self) -> PathBuf {
        self.prefix().join("bin")
    }

    pub fn binary(&self) -> PathBuf {
        self.folder().join("stratos")
    }

    /// A file beside the binary.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// The line of keys.txt that it trusts.
    pub fn line(&self) -> String {
        self.keys.line("current")
    }

    /// A release of this version for this machine, with a script as its binary.
    pub fn release(&self, version: &str) -> Published {
        Published::new(version).binary(&label(), script(version, &self.line()))
    }

    /// The new version, on disk.
    pub fn newer(&self) -> Written {
        self.release(NEW).write(&self.keys)
    }

    /// `stratos upgrade` with these arguments, JSON out and envelopes on stderr.
    pub fn upgrade<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(&self, args: I) -> Runner {
        program(self.binary(), ["upgrade", "--json"]).args(args).env(KEYS, self.line())
    }

    /// The same from a folder.
    pub fn from(&self, release: &Written) -> Runner {
        self.upgrade(["--from"]).arg(release.folder())
    }

    /// Whether the path holds a whole working binary: the version it reports.
    pub fn reports(&self) -> String {
        let mut command = bare(self.binary());
        let output = command.env(KEYS, "").args(["version", "--self-test"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let version =
            text.strip_prefix("stratos v").and_then(|text| text.strip_suffix(": self-test passed\n"));
        version
            .unwrap_or_else(|| {
                panic!("the path holds no working binary: {text:?} {output:?}", output = output.status)
            })
            .to_owned()
    }

    /// The names beside the binary, sorted; the lock is always there once an upgrade began.
    pub fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Nothing happened: the old binary works, and only the lock may be new.
    #[track_caller]
    pub fn is_unchanged(&self) {
        assert_eq!(self.reports(), self.version);
        let files: Vec<String> = self.files().into_iter().filter(|name| name != ".stratos-lock").collect();
        assert_eq!(files, ["stratos"]);
    }

    /// The new version is there, the old one is kept, and nothing else is left.
    #[track_caller]
    pub fn is_upgraded(&self) {
        assert_eq!(self.reports(), NEW);
        assert_eq!(self.files(), [".stratos-lock", ".stratos-previous", "stratos"]);
    }
}

/// Writes a file of this mode, whatever the umask.
pub fn put(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A release as one tar, the way air-gapped machines get it.
pub fn bundle(release: &Written) -> PathBuf {
    let path = release.path(&format!("stratos-{}-bundle.tar", release.version()));
    let mut tar = tar::Builder::new(fs::File::create(&path).unwrap());
    let binary = binary(release.version());
    for name in ["manifest.json", "manifest.json.minisig", &binary] {
        tar.append_path_with_name(release.path(name), name).unwrap();
    }
    tar.into_inner().unwrap();
    path
}

/// The file name of a version's binary.
pub fn binary(version: &str) -> String {
    format!("stratos-{version}-{}", label())
}

/// An https server that has releases the way the official base has.
pub struct Web {
    pub cdn: Cdn,
    folder: TempDir,
}

impl Web {
    /// Serves these releases, the last one as the newest.
    pub fn of(releases: &[&Written]) -> Self {
        Self::altered(releases, |_, answer| answer)
    }

    /// The same, with each answer altered.
    pub fn altered(
        releases: &[&Written],
        alter: impl Fn(&Asked, Answer) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let files = files(releases);
        let cdn = Cdn::tls_with(move |asked, _| {
            let answer = match files.get(&asked.path) {
                Some(bytes) => ranged(asked, bytes),
                None => Answer::text(404, "no such file"),
            };
            alter(asked, answer)
        });
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), cdn.ca_pem()).unwrap();
        Self { cdn, folder }
    }

    pub fn base(&self) -> String {
        format!("{}/dist/", self.cdn.url())
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// `upgrade` from here.
    pub fn upgrade(&self, install: &Install) -> Runner {
        install.upgrade(["--from", &self.base(), "--ca-file"]).arg(self.ca()).env("CLOUDCDN_RETRIES", "0")
    }

    /// The path of a version's binary on the server.
    pub fn path(version: &str) -> String {
        format!("/dist/{version}/{}", binary(version))
    }

    /// The `Range` headers of the requests for a version's binary, in order.
    pub fn ranges(&self, version: &str) -> Vec<Option<String>> {
        let asked = self.cdn.requests().into_iter().filter(|asked| asked.path == Self::path(version));
        asked.map(|asked| asked.header("range").map(str::to_owned)).collect()
    }
}

fn files(releases: &[&Written]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for release in releases {
        for entry in fs::read_dir(release.folder()).unwrap() {
            let entry = entry.unwrap();
            let (name, bytes) = (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
            if name.starts_with("manifest.json") {
                files.insert(format!("/dist/{name}"), bytes.clone());
            }
            files.insert(format!("/dist/{}/{name}", release.version()), bytes);
        }
    }
    files
}

/// The whole file, or the end that was asked for.
pub fn ranged(asked: &Asked, bytes: &[u8]) -> Answer {
    let kind = "application/octet-stream";
    let from = asked.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
    match from.map(|from| from.parse::<usize>().unwrap()) {
        Some(from) if from >= bytes.len() => {
            Answer::text(416, "").header("Content-Range", &format!("bytes */{}", bytes.len()))
        }
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
            Answer::new(206, kind, &bytes[from..]).header("Content-Range", &range)
        }
        None => Answer::new(200, kind, bytes),
    }
}
