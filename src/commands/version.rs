//! `stratos version`: one line, stable for ever; so are `--build` and `--self-test`.

use super::cli;
use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Style},
    secret::Secret,
    sign::{Claims, Params, Scheme, Signer, Url},
};
use serde_json::{Value, json};
use std::io;

/// Print the CLI version
#[derive(Debug, clap::Args)]
pub struct Version {
    /// One line of JSON: version, commit, target, features, static or not
    #[arg(long, conflicts_with = "self_test")]
    build: bool,
    /// Check that this binary works on this machine
    #[arg(long)]
    self_test: bool,
}

/// What is printed.
pub enum Versioned {
    /// `stratos v0.1.0`
    Line,
    /// How it was built.
    Build,
    /// The self-test passed.
    Works,
}

impl Command for Version {
    type Report = Versioned;

    fn run(self, _: &mut Context<'_>) -> Result<Versioned> {
        if self.self_test {
            self_test()?;
            return Ok(Versioned::Works);
        }
        Ok(if self.build { Versioned::Build } else { Versioned::Line })
    }
}

/// One signature whose value is known, and the whole command line: what a truncated or foreign
/// binary cannot do.
fn self_test() -> Result<()> {
    const EXPECTED: &str = "/api/signed?path=%2Fself-test&expires=4102444800&sig=6c136ffe903e47f1cbcc46ce47a5bea31a9385a2b373c2e931fbf7c0473384e2";
    let defect =
        |what: &str| Error::Software(format!("the self-test failed: {what}; install this version again"));
    let signer = Signer::new(Scheme::find("cloudcdn")?, &Secret::new("self-test-key"), Params::default())?;
    let (url, claims) =
        (Url::parse("/self-test")?, Claims { expires: Some(4_102_444_800), ..Claims::default() });
    let mut minted = Vec::new();
    signer.seal().mint(&url, &claims, &mut minted)?;
    if minted != EXPECTED.as_bytes() {
        return Err(defect("a signature came out wrong"));
    }
    let mut root = cli();
    root.build();
    if root.get_subcommands().count() != super::COMMANDS.len() {
        return Err(defect("the commands are not all there"));
    }
    Ok(())
}

/// The target triple, from what the compiler knows of it.
fn target() -> String {
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
        ("unknown-linux-gnu", cfg!(all(target_os = "linux", target_env = "gnu"))),
        ("unknown-freebsd", cfg!(target_os = "freebsd")),
    ]);
    format!("{processor}-{system}")
}

fn build() -> Value {
    let features: Vec<&str> = [("filter", cfg!(feature = "filter")), ("edge", cfg!(feature = "edge"))]
        .into_iter()
        .filter_map(|(name, on)| on.then_some(name))
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": option_env!("STRATOS_COMMIT"),
        "target": target(),
        "features": features,
        "static": cfg!(target_feature = "crt-static"),
    })
}

impl Report for Versioned {
    fn value(&self) -> Value {
        build()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        match self {
            Self::Line => writeln!(page.out, "stratos v{version}"),
            Self::Build => writeln!(page.out, "{}", build()),
            Self::Works => writeln!(page.out, "stratos v{version}: self-test passed"),
        }
    }

    fn style(&self) -> Style {
        Style::Text
    }
}
