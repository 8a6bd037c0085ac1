//! `stratos man`: the manual page, made from the command line itself.

use super::{
    cli,
    help::tables::{ENVIRONMENT, EXITS},
    later,
};
use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Style},
};
use clap_mangen::{
    Man as Manual,
    roff::{Roff, bold, roman},
};
use serde_json::Value;
use std::io;

/// Print the manual page
///
/// It is roff: `stratos man | man -l -` shows it.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// A command, and its subcommand, for a page of its own
    #[arg(value_name = "COMMAND")]
    topic: Vec<String>,
}

/// A page in roff.
pub struct Roffed(Vec<u8>);

impl Command for Man {
    type Report = Roffed;

    fn run(self, _: &mut Context<'_>) -> Result<Roffed> {
        let mut root = cli();
        root.build();
        let mut command = &root;
        for word in &self.topic {
            command = command.find_subcommand(word).ok_or_else(|| unknown(&self.topic))?;
        }
        let name = std::iter::once("stratos").chain(self.topic.iter().map(String::as_str));
        let name: Vec<&str> = name.collect();
        render(command.clone(), &name.join("-"))
            .map(Roffed)
            .map_err(|error| Error::Software(format!("the manual page cannot be made: {error}")))
    }
}

fn unknown(topic: &[String]) -> Error {
    let topic = topic.join(" ");
    Error::Usage(later(&topic).unwrap_or_else(|| {
        format!("there is no manual page for \"{topic}\"; \"stratos help\" lists the commands")
    }))
}

fn render(command: clap::Command, name: &str) -> io::Result<Vec<u8>> {
    let root = name == "stratos";
    let command = if root {
        command.about("Sign URLs for CDNs offline, purge their caches, explain their errors").after_help("")
    } else {
        command
    };
    let version = concat!("stratos ", env!("CARGO_PKG_VERSION"));
    let manual = Manual::new(command.display_name(name)).source(version).manual("Stratos Manual").date("");
    let mut page = Vec::new();
    if !root {
        manual.render(&mut page)?;
        return Ok(page);
    }
    manual.render_title(&mut page)?;
    manual.render_name_section(&mut page)?;
    manual.render_synopsis_section(&mut page)?;
    manual.render_options_section(&mut page)?;
    manual.render_subcommands_section(&mut page)?;
    let exits = EXITS.iter().map(|(code, words)| (code.to_string(), (*words).to_owned()));
    list("EXIT STATUS", exits).to_writer(&mut page)?;
    let variables = ENVIRONMENT.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned()));
    list("ENVIRONMENT", variables).to_writer(&mut page)?;
    Ok(page)
}

fn list(title: &str, items: impl Iterator<Item = (String, String)>) -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", [title]);
    for (term, words) in items {
        roff.control("TP", []);
        roff.text([bold(term)]);
        roff.text([roman(words)]);
    }
    roff
}

impl Report for Roffed {
    fn value(&self) -> Value {
        String::from_utf8_lossy(&self.0).into()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.out.write_all(&self.0)
    }

    fn style(&self) -> Style {
        Style::Text
    }
}
