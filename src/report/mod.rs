//! What a command answers with, and how it is written: text, table, JSON, NDJSON, YAML, CSV, Markdown.

use crate::{
    error::{Error, Result},
    options::Format,
    progress::{Console, clean},
};
use serde_json::Value;
use std::io::{self, Write};

/// How a report behaves under the output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Table on a terminal, JSON in a pipe.
    Data,
    /// Text everywhere, also under `--json`.
    Text,
    /// Text unless `--json` or `--output` is given.
    TextUnlessAsked,
}

/// A page that a person reads.
pub struct Page<'w> {
    /// Where it goes.
    pub out: &'w mut dyn Write,
    /// Whether escapes may be written.
    pub color: bool,
    /// Columns of the terminal (80 where it is none).
    pub width: usize,
}

impl Page<'_> {
    /// Text in bold, where colour is on.
    #[must_use]
    pub fn bold(&self, text: &str) -> String {
        self.painted("1", text)
    }

    /// Text in an SGR colour (`"31"`), where colour is on.
    #[must_use]
    pub fn painted(&self, sgr: &str, text: &str) -> String {
        if self.color { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A list: columns and rows, for tables, CSV and Markdown.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The headings.
    pub columns: Vec<&'static str>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

/// A command's answer. The value is what `--json` prints.
pub trait Report {
    /// As data.
    fn value(&self) -> Value;

    /// As a person reads it; by default the rows, else indented JSON.
    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match self.rows() {
            Some(rows) => table(&rows, page),
            None => writeln!(page.out, "{}", clean(&format!("{:#}", self.value()))),
        }
    }

    /// What `--output ndjson` prints, one element a line.
    fn lines(&self) -> Value {
        self.value()
    }

    /// Which formats apply.
    fn style(&self) -> Style {
        Style::Data
    }

    /// List-shaped results give their rows.
    fn rows(&self) -> Option<Rows> {
        None
    }

    /// The exit code: verdicts and checks may fail without being errors.
    fn exit(&self) -> u8 {
        0
    }
}

/// How a report is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'a> {
    /// The format in force.
    pub format: Format,
    /// `--json` or `--output` was given.
    pub asked: bool,
    /// Whether stdout is a terminal: JSON is indented there.
    pub terminal: bool,
    /// Whether escapes may be written.
    pub color: bool,
    /// Columns.
    pub width: usize,
    /// `--filter`.
    pub filter: Option<&'a str>,
}

/// Writes the report and gives its exit code.
pub fn render(
    report: &dyn Report,
    how: &Rendering<'_>,
    out: &mut dyn Write,
    console: &Console,
) -> Result<u8> {
    let human = match report.style() {
        Style::Text => true,
        Style::TextUnlessAsked => !how.asked,
        Style::Data => false,
    };
    let written = if human {
        report.human(&mut Page { out, color: how.color, width: how.width })
    } else {
        data(report, how, out, console)
    };
    written.map_err(|error| Error::Io(format!("cannot write the result: {error}")))?;
    Ok(report.exit())
}

fn data(report: &dyn Report, how: &Rendering<'_>, out: &mut dyn Write, _: &Console) -> io::Result<()> {
    match how.format {
        Format::Table => report.human(&mut Page { out, color: how.color, width: how.width }),
        Format::Ndjson => match report.lines() {
            Value::Array(elements) => elements.iter().try_for_each(|element| writeln!(out, "{element}")),
            other => writeln!(out, "{other}"),
        },
        _ if how.terminal => writeln!(out, "{:#}", report.value()),
        _ => writeln!(out, "{}", report.value()),
    }
}

fn table(rows: &Rows, page: &mut Page<'_>) -> io::Result<()> {
    let _ = (rows, page);
    Ok(())
}

/// Writes a paragraph at the page's width: the first line behind `first`, the others behind `rest`.
/// A word longer than the line stands alone; it is never broken, since it may be a URL to copy.
pub fn wrapped(page: &mut Page<'_>, first: &str, rest: &str, text: &str) -> io::Result<()> {
    let (mut line, mut used) = (first.to_owned(), first.chars().count());
    let mut empty = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !empty && used + 1 + length > page.width {
            writeln!(page.out, "{line}")?;
            (line, used, empty) = (rest.to_owned(), rest.chars().count(), true);
        }
        if !empty {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        (used, empty) = (used + length, false);
    }
    writeln!(page.out, "{line}")
}
