//! strace: which files an upgrade touches, that `--from` opens no socket, and kills at chosen calls.

use crate::{
    Needs, Row,
    common::runner::Runner,
    site::{Install, NEW, bundle, put},
};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("an_upgrade_from_here_opens_no_socket", Needs::Strace, no_socket),
    ("an_upgrade_touches_its_own_folder_and_the_installers_files", Needs::Strace, files),
];

const STRACE: &str = "/usr/bin/strace";

/// Whether it is there, and may be used here.
pub fn works() -> bool {
    let mut command = Command::new(STRACE);
    let command = command.args(["-o", "/dev/null", "/bin/true"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The same run under strace.
fn traced(run: &mut Runner, options: &[&str]) -> Command {
    let inner = run.command();
    let mut command = Command::new(STRACE);
    command
        .args(["-f", "-qq", "-e", "signal=none"])
        .args(options)
        .arg(inner.get_program())
        .args(inner.get_args());
    command.env_clear();
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.current_dir(inner.get_current_dir().unwrap());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Kills it at that call's so many-th time, by the process that makes it; whether it ended by itself.
pub fn killing(run: &mut Runner, calls: &str, number: usize) -> bool {
    let inject = format!("inject={calls}:signal=KILL:when={number}");
    let output =
        traced(run, &["-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &inject]).output().unwrap();
    output.status.success()
}

fn lines(run: &mut Runner, calls: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let output =
        traced(run, &["-o", trace.to_str().unwrap(), "-e", &format!("trace={calls}")]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(trace).unwrap().lines().map(str::to_owned).collect()
}

fn no_socket() {
    for source in ["folder", "bundle"] {
        let install = Install::new();
        let release = install.newer();
        let path = if source == "bundle" { bundle(&release) } else { release.folder().to_owned() };
        let calls = lines(&mut install.upgrade(["--from"]).arg(path), "network");
        assert!(calls.is_empty(), "{source}: {calls:#?}");
        install.is_upgraded();
        let calls = lines(&mut install.upgrade(["--rollback"]), "network");
        assert!(calls.is_empty(), "{calls:#?}");
    }
    // The trace sees a socket where there is one.
    let install = Install::new();
    let mut run = install.upgrade(["--from", "https://localhost:1/", "--retries", "0"]);
    let output = traced(&mut run, &["-e", "trace=network"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("socket("));
}

fn files() {
    let install = Install::new();
    let kept = install.prefix().join("share/stratos/manifest.json");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    put(&kept, "old", 0o644);
    let release = install.newer();
    let calls = lines(
        &mut install.from(&release),
        "open,openat,creat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,symlink,symlinkat,mkdir,mkdirat,truncate",
    );
    install.is_upgraded();
    let changes = |line: &&String| {
        let opens = line.contains("open(") || line.contains("openat(");
        let fails = line.contains("= -1 ");
        !fails && (!opens || ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| line.contains(flag)))
    };
    let named: BTreeSet<&str> =
        calls.iter().filter(changes).flat_map(|line| line.split('"').skip(1).step_by(2)).collect();
    let inside = |name: &&&str| {
        let path = Path::new(name);
        path.starts_with(install.folder())
            || path.starts_with(kept.parent().unwrap())
            || **name == "/dev/null"
    };
    let outside: Vec<_> = named.iter().filter(|name| !inside(name)).collect();
    assert!(outside.is_empty(), "{outside:?}");
    let names: BTreeSet<String> = named
        .iter()
        .map(|name| Path::new(name).file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let part = format!(".stratos-{NEW}.part");
    for name in
        [".stratos-lock", ".stratos-held.new", ".stratos-previous", "stratos", part.as_str(), "manifest.json"]
    {
        assert!(names.contains(name), "{name} was not seen: {names:?}");
    }
}
