//! The figures that the README promises, each as met or missed, in one run: `cargo bench --bench figures`.
//!
//! Measures the `dist` binary, which it builds first; `STRATOS_BIN` names another. README.md
//! tells of the variables, and of the peers that it is compared with. `-- purge changed` measures those parts alone.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

mod bulk;
mod changed;
mod cold;
mod deadline;
mod measure;
mod memory;
mod peers;
mod purge;
mod schemes;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const SECRET: &str = "bench-secret-0123456789abcdef0123";
const EXPIRES: u64 = 4_102_444_800;
const BASE: &str = "https://cdn.example.com";

fn main() {
    let binary = binary();
    let home = tempfile::tempdir().expect("a temporary folder");
    let bench = Bench { binary, home: home.path().to_owned() };
    println!("figures of {}", bench.binary.file_name().unwrap_or_default().display());
    let asked: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, part) in PARTS {
        if asked.is_empty() || asked.iter().any(|word| word == name) {
            part(&bench);
        }
    }
}

type Part = fn(&Bench);

const PARTS: &[(&str, Part)] = &[
    ("size", size),
    ("cold", cold::run),
    ("signing", signing),
    ("deadline", deadline::run),
    ("changed", changed::run),
    ("purge", purge::run),
    ("memory", memory::run),
];

fn signing(bench: &Bench) {
    let hmac = bulk::run(bench);
    let rsa = schemes::run(bench);
    peers::run(bench, hmac, rsa);
}

/// What is measured, and where it may write.
pub struct Bench {
    /// The binary.
    pub binary: PathBuf,
    /// Its home, gone afterwards.
    pub home: PathBuf,
}

impl Bench {
    /// The binary with a cleared environment, a key, and nothing on its channels.
    pub fn stratos(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_clear().env("HOME", &self.home).env("SIGNED_URL_SECRET", SECRET);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// One line of the account.
pub fn figure(what: &str, measured: &str, reach: &str, met: bool) {
    println!("{:<7} {what}: {measured} (reach: {reach})", if met { "met" } else { "MISSED" });
}

/// A number beside the figures.
pub fn note(what: &str, measured: &str) {
    println!("        {what}: {measured}");
}

fn binary() -> PathBuf {
    if let Some(named) = env::var_os("STRATOS_BIN") {
        return PathBuf::from(named);
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--profile", "dist", "--bin", "stratos"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "the dist build failed");
    // Beside the folder of the binary that cargo built for this benchmark.
    let target = Path::new(env!("CARGO_BIN_EXE_stratos")).ancestors().nth(2).expect("a target folder");
    target.join("dist").join(format!("stratos{}", env::consts::EXE_SUFFIX))
}

fn size(bench: &Bench) {
    let mib = fs::metadata(&bench.binary).expect("the binary").len() as f64 / f64::from(1 << 20);
    figure("size of the binary", &format!("{mib:.1} MiB"), "12 MiB at most", mib <= 12.0);
}
