//! One build of the library, the binary and the tests with the feature `planted`.

use crate::{
    find::{Binary, Suite},
    root,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};
use stratos::commands::security::Row;

/// Builds the test binaries that the lines name, and says where each is.
///
/// Compiled dependencies are shared with the ordinary build; what is put in place by name (`stratos` itself) goes to a
/// folder of its own, so that no other test meets a planted binary.
pub fn planted(lines: &[Row<'_>]) -> Suite {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let begun = Instant::now();
    let output = Command::new(env!("CARGO"))
        .args(["test", "--no-run", "--frozen", "--features", "planted", "--lib", "--bins"])
        .args(binaries(lines).iter().flat_map(|name| ["--test", name]))
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

/// The test binaries of the files: `tests/cli/purge.rs` is in `cli`, `tests/house.rs` is `house`.
fn binaries(lines: &[Row<'_>]) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["house".to_owned()]);
    for (test, _) in lines.iter().flat_map(Row::tests) {
        let inner = test.strip_prefix("tests/").and_then(|rest| rest.split(['/', ':']).next());
        let name = inner.map(|name| name.trim_end_matches(".rs"));
        let is_there = |name: &&str| {
            ["tests/NAME.rs", "tests/NAME/main.rs"]
                .iter()
                .any(|file| root().join(file.replace("NAME", name)).exists())
        };
        names.extend(name.filter(is_there).map(str::to_owned));
    }
    names
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
