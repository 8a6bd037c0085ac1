//! What a command answers with, and how it is written: text, table, JSON, NDJSON, YAML, CSV, Markdown.

mod csv;
mod filter;
mod table;
mod yaml;

pub use table::aligned;

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
            Some(rows) => table::aligned(&rows.columns, &rows.rows, page),
            None => writeln!(page.out, "{}", clean(&format!("{:#}", self.value()))),
        }
    }

    /// What stands above the table of `--output markdown`, the summary of a CI job.
    fn headline(&self) -> Option<String> {
        None
    }

    /// What `--output ndjson` prints, one element a line.
    fn lines(&self) -> Value {
        self.value()
    }

    /// What `--output csv` prints, one element a row.
    fn sheet(&self) -> Value {
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

    /// What went wrong beside what is reported; it is told after the report, and asked for once.
    fn failure(&self) -> Option<Error> {
        None
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
    let text = match report.style() {
        Style::Text => true,
        Style::TextUnlessAsked => !how.asked,
        Style::Data => false,
    };
    let written = match how.filter {
        _ if text => human(report, how, out, console),
        Some(filter) => value(&filter::apply(filter, &report.value())?, how, out, console),
        None => data(report, how, out, console),
    };
    written.map_err(|error| Error::Io(format!("cannot write the result: {error}")))?;
    Ok(report.exit())
}

fn human(report: &dyn Report, how: &Rendering<'_>, out: &mut dyn Write, console: &Console) -> io::Result<()> {
    if report.style() == Style::Data && report.rows().is_some_and(|rows| rows.rows.is_empty()) {
        console.plain("(no rows)");
        return Ok(());
    }
    report.human(&mut Page { out, color: how.color, width: how.width })
}

/// Some formats have their own view of a report: its page, its rows, its lines.
fn data(report: &dyn Report, how: &Rendering<'_>, out: &mut dyn Write, console: &Console) -> io::Result<()> {
    match how.format {
        Format::Table => human(report, how, out, console),
        // Rows may be a million: they are made where they are written.
        Format::Markdown => match report.rows() {
            Some(rows) => {
                if let Some(headline) = report.headline() {
                    writeln!(out, "### {}\n", table::escaped(&headline))?;
                }
                out.write_all(table::markdown(&rows.columns, &rows.rows).as_bytes())
            }
            None => value(&report.value(), how, out, console),
        },
        Format::Ndjson => value(&report.lines(), how, out, console),
        Format::Csv => value(&report.sheet(), how, out, console),
        _ => value(&report.value(), how, out, console),
    }
}

fn value(value: &Value, how: &Rendering<'_>, out: &mut dyn Write, console: &Console) -> io::Result<()> {
    match (how.format, value) {
        (Format::Json, _) if how.terminal => writeln!(out, "{value:#}"),
        (Format::Json, _) => writeln!(out, "{value}"),
        (Format::Ndjson, Value::Array(lines)) => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
        (Format::Ndjson, _) => writeln!(out, "{value}"),
        (Format::Yaml, _) => out.write_all(yaml::write(value).as_bytes()),
        (Format::Csv, _) => csv::write(value, out),
        (Format::Markdown, _) => {
            let (columns, rows) = table::grid(value);
            out.write_all(table::markdown(&columns, &rows).as_bytes())
        }
        (Format::Table, Value::Array(lines)) if lines.is_empty() => {
            console.plain("(no rows)");
            Ok(())
        }
        (Format::Table, Value::Array(lines)) if lines.iter().all(Value::is_object) => {
            let (columns, rows) = table::grid(value);
            table::aligned(&columns, &rows, &mut Page { out, color: how.color, width: how.width })
        }
        (Format::Table, Value::String(text)) => writeln!(out, "{}", clean(text)),
        (Format::Table, _) => writeln!(out, "{}", clean(&format!("{value:#}"))),
    }
}

/// YAML of a value, for the property that any reader gets the same value back.
#[must_use]
pub fn yaml(value: &Value) -> String {
    yaml::write(value)
}

/// The columns that a text takes: its characters without escapes.
fn visible(text: &str) -> usize {
    let mut escapes = text.split("\x1b[");
    let plain = escapes.next().map_or(0, |plain| plain.chars().count());
    plain
        + escapes
            .map(|piece| piece.split_once('m').map_or(0, |(_, plain)| plain.chars().count()))
            .sum::<usize>()
}

/// Writes a paragraph at the page's width: the first line behind `first`, the others behind `rest`.
/// A word longer than the line stands alone; it is never broken, since it may be a URL to copy.
pub fn wrapped(page: &mut Page<'_>, first: &str, rest: &str, text: &str) -> io::Result<()> {
    let (mut line, mut used) = (first.to_owned(), visible(first));
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
