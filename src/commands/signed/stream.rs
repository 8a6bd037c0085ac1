//! Looking at a list: lines or records in, an answer to each out, as they come and in their order.

use super::{
    bulk::{Jobs, Watch, csv_line, failed},
    listed::Listed,
    records::{Input, List, Record, Records, Wants, cell},
};
use crate::{
    context::Context,
    error::{Error, Result},
    options::Format,
    sign::lines::{Outcomes, Tally, each},
};
use serde_json::{Map, Value};
use std::io::Write;

/// What is said about a URL.
pub trait Told {
    /// Every member, also the one with what was given.
    fn members(&self) -> Map<String, Value>;

    /// A line for people.
    fn row(&self) -> String;

    /// Appends the members as JSON.
    fn json(&self, out: &mut Vec<u8>) {
        serde_json::to_writer(out, &self.members()).expect("memory takes every text");
    }
}

/// What answers, one for each thread.
pub trait Work {
    /// Puts the answer to one line, with what its record brings for the flags that are taken.
    fn one(&mut self, line: &str, taken: &[(&'static str, String)], place: Place<'_>) -> Result<()>;

    /// Puts the answers to several lines.
    fn lines(&mut self, lines: &[&str], stream: &Stream<'_>, format: Format, outcomes: &mut Outcomes<'_>) {
        for line in lines {
            outcomes.put(|out| self.one(line, &[], Place::of_line(stream, format, out)));
        }
    }
}

impl<F: FnMut(&str, &[(&'static str, String)], Place<'_>) -> Result<()>> Work for F {
    fn one(&mut self, line: &str, taken: &[(&'static str, String)], place: Place<'_>) -> Result<()> {
        self(line, taken, place)
    }
}

/// A list, and how it is answered.
pub struct Stream<'s> {
    /// How records are read.
    pub records: &'s Records,
    /// How many threads.
    pub jobs: &'s Jobs,
    /// What is looked for in a record.
    pub wants: &'static Wants,
    /// The columns of an answer to a line.
    pub columns: &'static [&'static str],
    /// The one with what was given, which a record has already.
    pub given: &'static str,
    /// What happens to a line: verifying, verified.
    pub words: [&'static str; 2],
}

/// Where the answer to one line or record goes.
pub struct Place<'p> {
    stream: &'p Stream<'p>,
    format: Format,
    record: Option<&'p Record<'p>>,
    out: &'p mut Vec<u8>,
}

impl Stream<'_> {
    /// Refuses what does not go together, before anything is read; `listed` says whether there is a list.
    pub fn check(&self, listed: bool, cx: &Context<'_>) -> Result<()> {
        self.records.check(listed, Some(cx.format).filter(|_| cx.asked), self.wants)?;
        if listed { self.format(cx).map(drop) } else { Ok(()) }
    }

    fn format(&self, cx: &Context<'_>) -> Result<Format> {
        let done = self.words[1];
        if cx.options.filter.is_some() {
            return Err(Error::Usage(format!(
                "--filter reads a whole result, and a list is {done} as it comes; pipe it into jq"
            )));
        }
        match cx.format {
            Format::Json if !cx.asked => Ok(Format::Ndjson),
            Format::Yaml | Format::Markdown => Err(Error::Usage(format!(
                "a list is {done} as it comes: --output ndjson, json, csv or table"
            ))),
            format => Ok(format),
        }
    }

    /// Hands each URL to a worker.
    pub fn run<W: Work>(&self, cx: &mut Context<'_>, worker: impl Fn() -> W + Sync) -> Result<()> {
        let format = self.format(cx)?;
        let watch = Watch::start(cx, self.words[0]);
        let mut output = Listed::new(&mut *cx.output, format == Format::Json);
        let (tally, unit) = match self.records.input {
            Input::Lines => {
                let work = || {
                    let mut work = worker();
                    move |lines: &[&str], outcomes: &mut Outcomes<'_>| {
                        work.lines(lines, self, format, outcomes)
                    }
                };
                if format == Format::Csv {
                    put(&mut output, (self.columns.join(",") + "\n").as_bytes())?;
                }
                let bulk = self.jobs.bulk(false, false)?;
                (bulk.run(&mut *cx.input, &mut output, work, |lines| watch.at(lines))?, "line")
            }
            _ => {
                let list = self.records.open(&mut *cx.input, self.wants)?;
                (self.recorded(list, format, &mut output, worker, &watch)?, "record")
            }
        };
        drop(watch);
        output.end().map_err(unwritable)?;
        failed(&tally, unit, self.words[1], cx)
    }

    fn recorded<W: Work>(
        &self,
        list: List<'_>,
        format: Format,
        output: &mut Listed<'_>,
        worker: impl Fn() -> W + Sync,
        watch: &Watch<'_>,
    ) -> Result<Tally> {
        let List { layout, mut source } = list;
        if format == Format::Csv {
            let names: Vec<&str> = self.results().collect();
            put(output, &layout.header(&names))?;
        }
        let layout = &layout;
        let work = || {
            let mut work = worker();
            each(move |line, out| {
                let record = layout.read(line)?;
                let place = Place { stream: self, format, record: Some(&record), out };
                work.one(record.target()?, &record.taken()?, place)
            })
        };
        self.jobs.bulk(false, false)?.run(&mut source, output, work, |records| watch.at(records))
    }

    /// The columns that stand behind those of a record.
    fn results(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().copied().filter(|name| *name != self.given)
    }
}

impl<'p> Place<'p> {
    /// That of the answer to a line.
    pub const fn of_line(stream: &'p Stream<'p>, format: Format, out: &'p mut Vec<u8>) -> Self {
        Self { stream, format, record: None, out }
    }

    /// Puts the answer there.
    pub fn put(self, told: &impl Told) {
        let Self { stream, format, record, out } = self;
        match (format, record) {
            (Format::Table, _) => out.extend_from_slice(told.row().as_bytes()),
            (Format::Csv, None) => {
                let members = told.members();
                let cells: Vec<String> = stream.columns.iter().map(|name| column(&members, name)).collect();
                csv_line(&cells.iter().map(String::as_str).collect::<Vec<_>>(), out);
            }
            (_, None) => told.json(out),
            (Format::Csv, Some(record)) => {
                let members = told.members();
                let results = stream.results().map(|name| (name, column(&members, name).into()));
                record.write(&results.collect::<Vec<_>>(), format, out);
            }
            (_, Some(record)) => {
                let members = told.members();
                let results = members.iter().filter(|(name, _)| *name != stream.given);
                let results: Vec<_> = results.map(|(name, value)| (name.as_str(), value.clone())).collect();
                record.write(&results, format, out);
            }
        }
    }
}

fn column(members: &Map<String, Value>, name: &str) -> String {
    members.get(name).map(cell).unwrap_or_default()
}

fn put(output: &mut impl Write, bytes: &[u8]) -> Result<()> {
    output.write_all(bytes).map_err(unwritable)
}

fn unwritable(error: std::io::Error) -> Error {
    Error::Io(format!("cannot write the output: {error}"))
}
