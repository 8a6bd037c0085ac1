//! One build of the library, the binary and the tests with the feature `planted`.

use crate::{
    find::{Binary, Suite},
    root,
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// Builds, and says where each test binary is.
///
/// Compiled dependencies are shared with the ordinary build; what is put in place by name (`stratos` itself) goes to a
/// folder of its own, so that no other test meets a planted binary.
pub fn planted() -> Suite {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let begun = Instant::now();
    let output = Command::new(env!("CARGO"))
        .args(["test", "--no-run", "--frozen", "--features", "planted", "--lib", "--bins", "--tests"])
        .args(["--message-format", "json-render-diagnostics"])
        .env("CARGO_TARGET_DIR", target.join("planted"))
        .env("CARGO_BUILD_BUILD_DIR", target)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the build with planted faults failed");
    let binaries: Vec<Binary> = String::from_utf8_lossy(&output.stdout).lines().filter_map(binary).collect();
    eprintln!("built with planted faults in {} s", begun.elapsed().as_secs());
    Suite { binaries }
}

fn binary(line: &str) -> Option<Binary> {
    let message: Value = serde_json::from_str(line).ok()?;
    let program = PathBuf::from(message["executable"].as_str()?);
    if message["profile"]["test"] != true {
        return None;
    }
    let source = Path::new(message["target"]["src_path"].as_str()?);
    Some(Binary::new(program, source.strip_prefix(root()).ok()?))
}
