//! `stratos version`: one line, stable for ever; so are `--build` and `--self-test`.

use super::cli;
use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    release::build,
    report::{Page, Report, Style},
    secret::Secret,
    sign::{Claims, Params, Scheme, Signer, Url},
};
use serde_json::Value;
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

impl Report for Versioned {
    fn value(&self) -> Value {
        build::facts()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let version = build::VERSION;
        match self {
            Self::Line => writeln!(page.out, "stratos v{version}"),
            Self::Build => writeln!(page.out, "{}", build::facts()),
            Self::Works => writeln!(page.out, "stratos v{version}: self-test passed"),
        }
    }

    fn style(&self) -> Style {
        Style::Text
    }
}
