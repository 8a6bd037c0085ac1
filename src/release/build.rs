//! What this binary is: version, commit, target, features, and the label under which releases hold it.

use semver::Version;
use serde_json::{Value, json};

/// The version, as text.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit it was built from, where the builder said.
pub const COMMIT: Option<&str> = option_env!("STRATOS_COMMIT");

const STATIC: bool = cfg!(target_feature = "crt-static");

/// The version, to compare.
#[must_use]
pub fn version() -> Version {
    VERSION.parse().expect("cargo takes no other version")
}

/// The target triple, from what the compiler knows of it.
#[must_use]
pub fn target() -> String {
    let first = |known: &[(&'static str, bool)]| {
        known.iter().find(|(_, here)| *here).map_or("unknown", |(name, _)| name)
    };
    let processor = first(&[
        ("x86_64", cfg!(target_arch = "x86_64")),
        ("aarch64", cfg!(target_arch = "aarch64")),
        ("armv7", cfg!(target_arch = "arm")),
        ("riscv64gc", cfg!(target_arch = "riscv64")),
    ]);
    let system = first(&[
        ("apple-darwin", cfg!(target_os = "macos")),
        ("pc-windows-msvc", cfg!(all(windows, target_env = "msvc"))),
        ("pc-windows-gnu", cfg!(all(windows, target_env = "gnu"))),
        ("unknown-linux-musl", cfg!(all(target_os = "linux", target_env = "musl"))),
        (
            "unknown-linux-gnueabihf",
            cfg!(all(target_os = "linux", target_env = "gnu", target_abi = "eabihf")),
        ),
        ("unknown-linux-gnu", cfg!(all(target_os = "linux", target_env = "gnu"))),
        ("unknown-freebsd", cfg!(target_os = "freebsd")),
    ]);
    format!("{processor}-{system}")
}

/// The label of this binary in a release: the target triple, and `-static` behind it for a static build
/// without musl.
#[must_use]
pub fn label() -> String {
    let target = target();
    if STATIC && target.ends_with(GNU) { format!("{target}{SUFFIX}") } else { target }
}

const GNU: &str = "-linux-gnu";
const MUSL: &str = "-linux-musl";
const SUFFIX: &str = "-static";

/// The labels whose binaries may take the place of one with this label, the best first: its own, and for
/// a static one the other kind of static.
#[must_use]
pub fn acceptable(label: &str) -> Vec<String> {
    let gnu_static = format!("{GNU}{SUFFIX}");
    let other = match (label.strip_suffix(MUSL), label.strip_suffix(gnu_static.as_str())) {
        (Some(processor), _) => Some(format!("{processor}{gnu_static}")),
        (_, Some(processor)) => Some(format!("{processor}{MUSL}")),
        _ => None,
    };
    std::iter::once(label.to_owned()).chain(other).collect()
}

/// `version --build`: stable for ever.
#[must_use]
pub fn facts() -> Value {
    let features: Vec<&str> = [
        ("filter", cfg!(feature = "filter")),
        ("edge", cfg!(feature = "edge")),
        ("planted", cfg!(feature = "planted")),
    ]
    .into_iter()
    .filter_map(|(name, on)| on.then_some(name))
    .collect();
    json!({
        "version": VERSION,
        "commit": COMMIT,
        "target": target(),
        "features": features,
        "static": STATIC,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_static_build_takes_the_other_static_one_and_no_other_build_another() {
        let musl = "x86_64-unknown-linux-musl";
        let gnu_static = "x86_64-unknown-linux-gnu-static";
        assert_eq!(acceptable(musl), [musl, gnu_static]);
        assert_eq!(acceptable(gnu_static), [gnu_static, musl]);
        for alone in ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"] {
            assert_eq!(acceptable(alone), [alone]);
        }
    }

    #[test]
    fn the_label_says_more_than_the_target_only_of_static_builds_without_musl() {
        let more = label().strip_prefix(&target()).map(str::to_owned);
        let wanted =
            if STATIC && cfg!(target_env = "gnu") && cfg!(target_os = "linux") { SUFFIX } else { "" };
        assert_eq!(more.as_deref(), Some(wanted));
    }
}
