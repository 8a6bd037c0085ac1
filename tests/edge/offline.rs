//! A system-call trace: what promises to stay offline makes no network-class call at all, AF_UNIX and
//! socketpair included.

use crate::common::{
    published::{Keys, Published},
    runner::bare,
};
use libtest_mimic::Failed;
use std::{fs, io::Write, path::Path, process::Stdio};
use tempfile::TempDir;

/// Arguments, what stands on stdin, and the exit code that shows that the command did its work.
type Case = (&'static [&'static str], &'static str, i32);

/// Stands for the key that signed what lies in the folder of a run.
const RELEASE_KEY: &str = "RW…";

const KEY: &str = "stratos-secret-0123456789";

#[rustfmt::skip]
const OFFLINE: &[Case] = &[
    (&["signed", "/a.mp4", "--ttl", "10m"], "", 0),
    (&["signed", "-", "--ttl", "10m", "--jobs", "2"], "/a.mp4\n/b.mp4\n", 0),
    (&["signed", "/a.mp4", "--expires", "1", "--json"], "", 64),
    (&["signed", "verify", "https://cdn.example/api/signed?path=%2Fa&expires=1&sig=00"], "", 65),
    (&["signed", "inspect", "--scheme", "cloudcdn", "https://cdn.example/api/signed?path=%2Fa&expires=1&sig=00"], "", 0),
    (&["signed", "schemes"], "", 0),
    (&["signed", "playlist", "-", "--ttl", "10m"], "#EXTM3U\n#EXTINF:1,\n/a.ts\n", 0),
    (&["signed", "audit", "https://cdn.example/api/signed?path=%2Fa&expires=1&sig=0000000000000000000000000000000000000000000000000000000000000000"], "", 65),
    (&["signed", "audit", "-", "--fail-on", "never"], "https://cdn.example/a?token=0\n", 0),
    (&["signed", "rotate"], "", 0),
    (&["signed", "rotate", "plan", "--ttl", "1h"], "", 0),
    (&["signed", "rotate", "census"], "GET /api/signed?path=%2Fa&expires=1&sig=00 https://cdn.example/a?b=c\n", 0),
    (&["signed", "rotate", "retire", "a"], "", 64),
    (&["signed", "keygen", "--scheme", "cloudfront"], "", 0),
    (&["signed", "redact"], "GET /api/signed?path=%2Fa&expires=1&sig=00112233445566778899 200\n", 0),
    (&["explain", "429"], "", 0),
    (&["explain", "-"], "HTTP/1.1 403 Forbidden\nX-Cache: MISS\n\n", 0),
    (&["purge", "--tag", "home", "--dry-run"], "", 0),
    (&["purge", "plan", "--tag", "home"], "", 0),
    (&["purge", "https://cloudcdn.pro/a", "--dry-run", "--verbose"], "", 0),
    (&["config", "list"], "", 0),
    (&["schema"], "", 0),
    (&["schema", "--v2"], "", 0),
    (&["version"], "", 0),
    (&["security", "posture"], "", 0),
    (&["verify", ".", "--key", RELEASE_KEY], "", 0),
    (&["verify", "stratos.1", "--manifest", ".", "--key", RELEASE_KEY], "", 0),
    (&["verify", "--self", "--manifest", ".", "--key", RELEASE_KEY], "", 65),
    (&["verify", "https://cdn.example/a"], "", 64),
];

/// With a home of its own, which holds a profile.
pub fn with_home() -> Result<(), Failed> {
    let home = tempfile::tempdir()?;
    let folder = home.path().join(".config/stratos");
    fs::create_dir_all(&folder)?;
    let profile = "default = \"prod\"\n[profiles.prod]\nurl = \"https://cdn.example\"\n\
                   purge_key = \"env:NOT_SET\"\n";
    fs::write(folder.join("config.toml"), profile)?;
    all(Some(home.path().as_os_str().to_str().expect("a temporary folder is UTF-8")))
}

/// With `HOME` not set.
pub fn without_home() -> Result<(), Failed> {
    all(None)
}

/// With `HOME` set to nothing.
pub fn with_an_empty_home() -> Result<(), Failed> {
    all(Some(""))
}

/// The trace sees a network call where there is one: without this the others could not fail.
pub fn the_trace_sees_calls() -> Result<(), Failed> {
    let calls = traced(&(&["demo"], "", 0), None)?;
    if calls.contains("socket(") { Ok(()) } else { Err("the demo's sockets were not seen".into()) }
}

fn all(home: Option<&str>) -> Result<(), Failed> {
    for case in OFFLINE {
        let calls = traced(case, home)?;
        if !calls.is_empty() {
            return Err(format!("{:?} made network calls:\n{calls}", case.0).into());
        }
    }
    Ok(())
}

/// The network-class calls of one run and its children.
fn traced((args, input, exit): &Case, home: Option<&str>) -> Result<String, Failed> {
    let work: TempDir = tempfile::tempdir()?;
    let trace = work.path().join("trace");
    let mut command = bare(strace());
    command.args(["-f", "-qq", "-e", "trace=network", "-e", "signal=none", "-o"]).arg(&trace);
    let keys = Keys::new();
    let args = args.iter().map(|arg| if *arg == RELEASE_KEY { keys.public() } else { (*arg).to_owned() });
    let args: Vec<String> = args.collect();
    if args[0] == "verify" {
        Published::new("0.1.0").file("stratos.1", "man", None, ".TH").write_into(work.path(), &keys);
    }
    command.arg(env!("CARGO_BIN_EXE_stratos")).args(&args).current_dir(work.path());
    command.env("SIGNED_URL_SECRET", KEY);
    // Variables alone send nothing.
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    if let Some(home) = home {
        command.env("HOME", home);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().expect("it is piped").write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if output.status.code() != Some(*exit) {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{args:?}: {} instead of {exit}\n{errors}", output.status).into());
    }
    Ok(fs::read_to_string(&trace)?)
}

/// The program itself: the child's cleared environment has no PATH to find it by.
fn strace() -> &'static str {
    ["/usr/bin/strace", "/bin/strace"].into_iter().find(|path| Path::new(path).exists()).unwrap_or("strace")
}
