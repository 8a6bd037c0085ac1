//! How a run shows itself: format, envelopes, colour, quiet; decided from flags, environment and terminals.

use crate::{
    context::{Env, Terminals},
    options::{Color, Format, Options},
    progress::{Bars, Console},
    report::Rendering,
};
use clap::ValueEnum;
use std::ffi::OsString;

/// The decisions of one run.
#[derive(Debug, Clone)]
pub struct Manner {
    pub format: Format,
    pub structured: bool,
    pub asked: bool,
    pub terminal: bool,
    pub bars: Bars,
    /// GitHub's runner turns `::error` lines into annotations.
    pub github: bool,
    color: bool,
    width: usize,
    filter: Option<String>,
    console: Console,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ci {
    Github,
    Other,
}

impl Manner {
    pub fn of(options: &Options, env: &Env, terminals: &Terminals) -> Self {
        let ci = ci(env);
        let terminal = terminals.stdout;
        let json = (options.json || ci.is_some()) && !options.no_json;
        let format = match options.output {
            Some(format) => format,
            None if json || !terminal => Format::Json,
            None => Format::Table,
        };
        let machine =
            options.output.is_some_and(|format| !matches!(format, Format::Table | Format::Markdown));
        let color = |terminal| match options.color {
            // It wins over everything that asks for colour.
            _ if env.get("NO_COLOR").is_some() => false,
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal,
        };
        let quiet = options.quiet || ci.is_some() && !options.no_quiet;
        let bars = match ci {
            _ if options.quiet => Bars::None,
            Some(_) => Bars::Lines,
            None if terminals.stderr => Bars::Drawn,
            None => Bars::None,
        };
        Self {
            format,
            structured: machine || json,
            asked: options.json || options.output.is_some(),
            terminal,
            bars,
            github: ci == Some(Ci::Github),
            color: color(terminals.stdout),
            width: terminals.width,
            filter: options.filter.clone(),
            console: Console {
                terminal: terminals.stderr,
                ..Console::new(quiet, color(terminals.stderr), options.verbose)
            },
        }
    }

    /// From a command line that is not parsed yet, or cannot be.
    pub fn of_arguments(arguments: &[OsString], env: &Env, terminals: &Terminals) -> Self {
        Self::of(&skim(arguments), env, terminals)
    }

    pub fn console(&self) -> Console {
        self.console
    }

    pub fn rendering(&self) -> Rendering<'_> {
        Rendering {
            format: self.format,
            asked: self.asked,
            terminal: self.terminal,
            color: self.color,
            width: self.width,
            filter: self.filter.as_deref(),
        }
    }
}

/// contracts/cloudcdn-cli.md section 7; the order is the contract's.
fn ci(env: &Env) -> Option<Ci> {
    let is = |name, value| env.get(name) == Some(value);
    match () {
        () if is("STRATOS_CI", "0") => None,
        () if is("STRATOS_CI", "1") => Some(Ci::Other),
        () if is("GITHUB_ACTIONS", "true") => Some(Ci::Github),
        () if is("GITLAB_CI", "true") || is("CIRCLECI", "true") => Some(Ci::Other),
        () if env.get("JENKINS_URL").is_some() || is("TF_BUILD", "True") => Some(Ci::Other),
        () if is("CI", "true") || is("CI", "1") => Some(Ci::Other),
        () => None,
    }
}

/// The options that decide how a refusal is shown, read without judging the rest.
fn skim(arguments: &[OsString]) -> Options {
    let mut options = Options::default();
    let words: Vec<_> =
        arguments.iter().map(|word| word.to_string_lossy()).take_while(|word| word != "--").collect();
    for (at, word) in words.iter().enumerate() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (word.as_ref(), words.get(at + 1).map(AsRef::as_ref)),
        };
        match flag {
            "--json" => options.json = true,
            "--no-json" => options.no_json = true,
            "--quiet" | "-q" => options.quiet = true,
            "--no-quiet" => options.no_quiet = true,
            "--output" => options.output = value.and_then(|value| Format::from_str(value, true).ok()),
            "--color" => {
                options.color = value.and_then(|value| Color::from_str(value, true).ok()).unwrap_or_default()
            }
            _ => {}
        }
    }
    options
}
