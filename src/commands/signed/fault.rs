//! Findings of an audit as they are shown: a table, JSON, NDJSON, CSV or Markdown, whole or as they come.

use super::{bulk::csv_line, verdict::BAD};
use crate::{
    context::Context,
    error::{Error, Result},
    options::Format,
    progress::clean,
    report::{Page, Report, Style, wrapped},
    sign::audit::{Audited, Finding, Severity},
};
use serde_json::{Map, Value, json};
use std::io;

const COLUMNS: [&str; 7] = ["line", "severity", "id", "scheme", "url", "evidence", "fix"];

/// One finding with its place.
struct Fault {
    line: u64,
    /// Its signature blanked.
    url: String,
    scheme: Option<&'static str>,
    finding: Finding,
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    links: u64,
    clean: u64,
    /// Errors, warnings and notes.
    counts: [u64; 3],
    floor: Option<Severity>,
}

/// The findings, and their count.
#[derive(Default)]
pub struct Faults {
    found: Vec<Fault>,
    tally: Tally,
    /// Whether something was written of a JSON list.
    begun: bool,
}

impl Faults {
    /// None yet; from `floor` on they make the command fail.
    pub fn new(floor: Option<Severity>) -> Self {
        Self { tally: Tally { floor, ..Tally::default() }, ..Self::default() }
    }

    /// Takes what was found in one link.
    pub fn take(&mut self, line: u64, url: String, audited: Audited) {
        self.tally.links += 1;
        self.tally.clean += u64::from(audited.findings.is_empty());
        let scheme = audited.scheme.map(|scheme| scheme.id);
        for finding in audited.findings {
            let place = Severity::ALL.iter().position(|severity| *severity == finding.rule.severity);
            self.tally.counts[place.unwrap_or(0)] += 1;
            self.found.push(Fault { line, url: url.clone(), scheme, finding });
        }
    }

    /// Refuses formats that need the whole.
    pub fn check(&self, cx: &Context<'_>) -> Result<()> {
        if cx.options.filter.is_some() {
            return Err(Error::Usage(
                "--filter reads a whole result, and a list is audited as it comes; pipe it into jq".into(),
            ));
        }
        if cx.format == Format::Yaml {
            return Err(Error::Usage(
                "a list is audited as it comes: --output ndjson, json, csv, markdown or table".into(),
            ));
        }
        Ok(())
    }

    /// What stands before the first finding of a stream.
    pub fn head(&self, cx: &Context<'_>) -> Vec<u8> {
        match cx.format {
            Format::Csv => (COLUMNS.join(",") + "\n").into_bytes(),
            Format::Markdown => {
                let rule = " --- |".repeat(COLUMNS.len());
                format!("| {} |\n|{rule}\n", COLUMNS.join(" | ")).into_bytes()
            }
            Format::Json => b"{\"findings\":[".to_vec(),
            _ => Vec::new(),
        }
    }

    /// Appends the findings that were taken since, and forgets them.
    pub fn drain(&mut self, cx: &Context<'_>, out: &mut Vec<u8>) {
        for fault in self.found.drain(..) {
            let joint: &[u8] = if std::mem::replace(&mut self.begun, true) { b",\n" } else { b"\n" };
            match cx.format {
                Format::Json => {
                    out.extend_from_slice(joint);
                    out.extend_from_slice(fault.value().to_string().as_bytes());
                    continue;
                }
                Format::Csv => csv_line(&fault.cells().each_ref().map(String::as_str), out),
                Format::Markdown => out.extend_from_slice(fault.markdown().as_bytes()),
                Format::Table => {
                    let color = cx.console.color;
                    // Memory takes everything.
                    let _ = fault.human(&mut Page { out, color, width: cx.width });
                    continue;
                }
                _ => out.extend_from_slice(fault.value().to_string().as_bytes()),
            }
            out.push(b'\n');
        }
    }

    /// What stands behind the last finding; rows have no place for the count, so stderr has it.
    pub fn foot(&mut self, cx: &Context<'_>, out: &mut Vec<u8>) -> Tally {
        match cx.format {
            Format::Json => {
                let end = format!("\n],\"summary\":{}}}\n", self.tally.value());
                out.extend_from_slice(end.as_bytes());
            }
            Format::Table => out.extend_from_slice(format!("{}\n", self.tally.words()).as_bytes()),
            _ => cx.console.info(self.tally.words()),
        }
        self.tally
    }
}

impl Fault {
    fn value(&self) -> Value {
        let mut value = Map::new();
        value.insert("line".into(), self.line.into());
        value.insert("severity".into(), self.finding.rule.severity.name().into());
        value.insert("id".into(), self.finding.rule.id.into());
        value.insert("scheme".into(), self.scheme.into());
        value.insert("url".into(), self.url.as_str().into());
        value.insert("evidence".into(), self.finding.evidence.as_str().into());
        value.insert("fix".into(), self.finding.fix.as_ref().into());
        value.into()
    }

    fn cells(&self) -> [String; 7] {
        [
            self.line.to_string(),
            self.finding.rule.severity.name().to_owned(),
            self.finding.rule.id.to_owned(),
            self.scheme.unwrap_or_default().to_owned(),
            self.url.clone(),
            self.finding.evidence.clone(),
            self.finding.fix.to_string(),
        ]
    }

    fn markdown(&self) -> String {
        let escaped = |cell: &String| clean(cell).replace('\\', "\\\\").replace('|', "\\|");
        format!("| {} |", self.cells().each_ref().map(escaped).join(" | "))
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let rule = self.finding.rule;
        let color = match rule.severity {
            Severity::Error => "31",
            Severity::Warning => "33",
            Severity::Note => "36",
        };
        let severity = page.painted(color, &format!("{:<7}", rule.severity.name()));
        let id = page.bold(rule.id);
        let scheme = self.scheme.map_or_else(String::new, |scheme| format!("  {scheme}"));
        writeln!(page.out, "{severity}  {id}  line {}{scheme}", self.line)?;
        wrapped(page, "  ", "  ", &clean(&self.url))?;
        wrapped(page, "  why  ", "       ", &clean(&self.finding.evidence))?;
        wrapped(page, "  fix  ", "       ", &self.finding.fix)?;
        writeln!(page.out)
    }
}

impl Tally {
    fn value(self) -> Value {
        let [error, warning, note] = self.counts;
        json!({ "links": self.links, "clean": self.clean, "error": error, "warning": warning, "note": note })
    }

    fn words(self) -> String {
        let counted = |count: u64, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
        let [error, warning, note] = self.counts;
        format!(
            "{}, {} clean: {}, {}, {}",
            counted(self.links, "link"),
            self.clean,
            counted(error, "error"),
            counted(warning, "warning"),
            counted(note, "note")
        )
    }

    fn code(self) -> u8 {
        let counted = Severity::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0);
        let worst = counted.map(|(severity, _)| severity).max();
        if self.floor.is_some_and(|floor| worst.is_some_and(|worst| worst >= floor)) { BAD } else { 0 }
    }
}

impl Report for Faults {
    fn value(&self) -> Value {
        let findings: Vec<Value> = self.found.iter().map(Fault::value).collect();
        json!({ "findings": findings, "summary": self.tally.value() })
    }

    fn lines(&self) -> Value {
        self.found.iter().map(Fault::value).collect()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.found.iter().try_for_each(|fault| fault.human(page))?;
        writeln!(page.out, "{}", self.tally.words())
    }

    fn exit(&self) -> u8 {
        self.tally.code()
    }
}

/// The report of a stream, of which everything has been written.
impl Report for Tally {
    fn value(&self) -> Value {
        Value::Null
    }

    fn human(&self, _: &mut Page<'_>) -> io::Result<()> {
        Ok(())
    }

    fn style(&self) -> Style {
        Style::Text
    }

    fn exit(&self) -> u8 {
        self.code()
    }
}
