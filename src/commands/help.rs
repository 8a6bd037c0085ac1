//! `stratos help`: the root page by hand from the table, the others as clap writes them.

use super::{COMMANDS, cli, later};
use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Style},
};
use clap::builder::StyledStr;
use serde_json::Value;
use std::io;

/// Print root or per-command help
#[derive(Debug, clap::Args)]
pub struct Help {
    /// A command, and its subcommand
    #[arg(value_name = "TOPIC", allow_hyphen_values = true)]
    topic: Vec<String>,
}

/// What is shown.
pub enum Shown {
    /// The root page.
    Root,
    /// A page as clap wrote it.
    Page(StyledStr),
    /// One line of text.
    Line(String),
    /// Nothing: there is no such topic.
    Nothing,
}

impl Shown {
    /// The root page.
    #[must_use]
    pub fn root() -> Self {
        Self::Root
    }

    /// A page that clap wrote; the root has its own.
    #[must_use]
    pub fn rendered(page: StyledStr) -> Self {
        if page.to_string().trim() == "stratos" { Self::Root } else { Self::Page(page) }
    }
}

impl Command for Help {
    type Report = Shown;

    fn run(self, cx: &mut Context<'_>) -> Result<Shown> {
        let Some(first) = self.topic.first() else { return Ok(Shown::Root) };
        if let Some(page) = page(&self.topic) {
            return Ok(Shown::Page(page));
        }
        if let Some(text) = later(&self.topic.join(" ")).or_else(|| later(first)) {
            return Ok(Shown::Line(format!("stratos {text}")));
        }
        let text = format!("No help for '{}'.", self.topic.join(" "));
        if cx.structured {
            return Err(Error::Usage(text));
        }
        cx.console.plain(text);
        Ok(Shown::Nothing)
    }
}

fn page(topic: &[String]) -> Option<StyledStr> {
    let mut root = cli();
    root.build();
    let mut command = &mut root;
    for word in topic {
        command = command.find_subcommand_mut(word)?;
    }
    Some(command.render_long_help())
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

fn root(page: &mut Page<'_>) -> io::Result<()> {
    writeln!(
        page.out,
        "stratos v{} — signed URLs and cache purging for every CDN\n",
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(page.out, "{} stratos COMMAND [ARGUMENTS] [OPTIONS]\n", page.bold("Usage:"))?;
    writeln!(page.out, "{}", page.bold("Commands:"))?;
    for entry in COMMANDS {
        writeln!(page.out, "  {:<12}{}", entry.name, entry.summary)?;
    }
    Ok(())
}
