//! `stratos help`: the root page from the table of commands, the others as clap writes them.

pub mod tables;

use super::{
    COMMANDS, cli, later, reading,
    signed::{SchemeTable, scheme_page},
};
use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Style, wrapped},
    sign::Scheme,
};
use clap::builder::StyledStr;
use serde_json::Value;
use std::io;

/// Print root or per-command help
#[derive(Debug, clap::Args)]
pub struct Help {
    /// A command, and its subcommand; or `scheme NAME`, a way of signing
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

/// What is shown.
pub enum Shown {
    /// The root page.
    Root,
    /// A page as clap wrote it.
    Page(StyledStr),
    /// A way of signing.
    Scheme(&'static Scheme),
    /// All of them.
    Schemes,
    /// One line of text.
    Line(String),
    /// Nothing: there is no such topic.
    Nothing,
}

impl Shown {
    /// The page of a command, of the root for no words; `None` where there is no such command.
    #[must_use]
    pub fn of(topic: &[&str], width: usize) -> Option<Self> {
        if topic.is_empty() {
            return Some(Self::Root);
        }
        let mut root = reading(width);
        root.build();
        let found = topic.iter().try_fold(&mut root, |command, word| command.find_subcommand_mut(word))?;
        // The short page has room for what the long one says first.
        let whole = found.get_long_about().cloned();
        let mut command = std::mem::take(found);
        if let Some(whole) = whole {
            command = command.about(whole);
        }
        Some(Self::Page(command.render_help()))
    }
}

impl Command for Help {
    type Report = Shown;

    fn run(self, cx: &mut Context<'_>) -> Result<Shown> {
        let words: Vec<&str> = self.topic.iter().map(String::as_str).collect();
        if words.is_empty() {
            return Ok(Shown::Root);
        }
        match words[..] {
            ["scheme" | "schemes"] => return Ok(Shown::Schemes),
            ["scheme" | "schemes", id] => return Scheme::find(id).map(Shown::Scheme),
            _ => {}
        }
        // `help assets list`: the words behind an absent command cannot be known.
        if let Some(text) = later(&words.join(" ")).or_else(|| later(words[0])) {
            return Ok(Shown::Line(format!("stratos {text}")));
        }
        if let Some(page) = Shown::of(&words, cx.width) {
            return Ok(page);
        }
        let text = format!("No help for '{}'.", words.join(" "));
        if cx.structured {
            return Err(Error::Usage(text));
        }
        cx.console.plain(text);
        Ok(Shown::Nothing)
    }
}

impl Report for Shown {
    fn value(&self) -> Value {
        Value::Null
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match self {
            Self::Root => root(page),
            Self::Page(text) if page.color => write!(page.out, "{}", text.ansi()),
            Self::Page(text) => write!(page.out, "{text}"),
            Self::Scheme(scheme) => scheme_page(scheme, page),
            Self::Schemes => schemes(page),
            Self::Line(text) => writeln!(page.out, "{text}"),
            Self::Nothing => Ok(()),
        }
    }

    fn style(&self) -> Style {
        Style::Text
    }

    fn exit(&self) -> u8 {
        if matches!(self, Self::Nothing) { 64 } else { 0 }
    }
}

const EXAMPLES: [&str; 4] = [
    "stratos demo",
    "stratos signed /video.mp4 --ttl 15m --key env:SIGNED_URL_SECRET",
    "stratos purge https://cloudcdn.pro/app.css --dry-run",
    "curl -si https://cloudcdn.pro/app.css | stratos explain -",
];

fn root(page: &mut Page<'_>) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    writeln!(page.out, "stratos v{version} — signed URLs and cache purging for the people behind a CDN\n")?;
    writeln!(page.out, "{} stratos <command> [arguments] [options]", page.bold("Usage:"))?;
    heading(page, "Commands:")?;
    for entry in COMMANDS {
        listed(page, entry.name, 12, entry.summary)?;
    }
    heading(page, "Global options (before or after the command):")?;
    for arg in cli().get_arguments().filter(|arg| !arg.is_hide_set()) {
        listed(page, &spelled(arg), 25, &arg.get_help().map(ToString::to_string).unwrap_or_default())?;
    }
    heading(page, "Examples:")?;
    for example in EXAMPLES {
        writeln!(page.out, "  {example}")?;
    }
    heading(page, "Exit codes:")?;
    let exits: Vec<String> = tables::EXITS.iter().map(|(code, words)| format!("{code} {words}")).collect();
    wrapped(page, "  ", "  ", &exits.join(", "))?;
    writeln!(page.out)?;
    writeln!(page.out, "\"stratos help <command>\" shows what a command takes, \"stratos man\" shows it all.")
}

fn schemes(page: &mut Page<'_>) -> io::Result<()> {
    SchemeTable.human(page)?;
    writeln!(page.out, "\n\"stratos help scheme NAME\" tells the rest of one, with an example.")
}

fn heading(page: &mut Page<'_>, text: &str) -> io::Result<()> {
    let text = page.bold(text);
    writeln!(page.out, "\n{text}")
}

fn listed(page: &mut Page<'_>, name: &str, column: usize, text: &str) -> io::Result<()> {
    let name = format!("{name:<column$}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let rest = " ".repeat(column + 3);
    if name.len() > column {
        writeln!(page.out, "  {name}")?;
        return wrapped(page, &rest, &rest, &text);
    }
    wrapped(page, &format!("  {name} "), &rest, &text)
}

/// `-q, --quiet`, `    --output FORMAT`
fn spelled(arg: &clap::Arg) -> String {
    let short = arg.get_short().map_or("    ".to_owned(), |short| format!("-{short}, "));
    let long = arg.get_long().unwrap_or_default();
    let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
    let value = value.and_then(|names| names.first()).map(|name| format!(" {name}")).unwrap_or_default();
    format!("{short}--{long}{value}")
}
