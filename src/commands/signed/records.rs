//! Lists of records, NDJSON or CSV: which member holds the URL, which ones are claims, and how results are added.
//! What a record holds is never changed. Plain lines do not come by here.

use super::{bulk::csv_line, claims::nearest, rows::Rows};
use crate::{
    error::{Error, Result},
    options::Format,
};
use serde_json::{Map, Value};
use std::io::{BufRead, Read};

/// What a list is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Input {
    /// A path or URL a line
    #[default]
    Lines,
    /// A JSON object a line
    Ndjson,
    /// Comma-separated values below a line of names
    Csv,
}

/// How records are read.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Lists")]
pub struct Records {
    /// What the list on stdin is made of
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum, hide_default_value = true)]
    pub input: Input,
    /// The member or column with the URL or path; a number with --no-header
    #[arg(long, value_name = "NAME")]
    field: Option<String>,
    /// The CSV has no line of names: columns are numbered from 1
    #[arg(long)]
    no_header: bool,
    /// Members that stand for the flag of their name, as ip,country=cc; or none
    #[arg(long, value_name = "NAMES")]
    take: Option<String>,
}

/// What a verb looks for in a record.
pub struct Wants {
    /// Where the URL is looked for when `--field` does not say.
    pub fields: &'static [&'static str],
    /// Flags that `--take` knows.
    pub flags: &'static [&'static str],
    /// What such a flag is, in one word.
    pub kind: &'static str,
    /// Whether such a member must not be passed over in silence.
    pub strict: bool,
}

/// A list of records whose layout is known.
pub struct List<'i> {
    /// How to read and write one.
    pub layout: Layout,
    /// Its lines.
    pub source: Box<dyn Read + Send + 'i>,
}

/// How a record is read and written.
pub struct Layout {
    /// The names of the columns of a CSV; `None` for NDJSON.
    columns: Option<Vec<String>>,
    header: bool,
    field: Option<String>,
    wants: &'static Wants,
    taken: Vec<Taken>,
    strict: bool,
}

/// A flag, and the member that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Taken {
    flag: &'static str,
    member: String,
}

/// One record.
pub struct Record<'r> {
    layout: &'r Layout,
    /// As it came.
    text: &'r str,
    members: Map<String, Value>,
}

impl Records {
    /// Refuses what does not go together; `alone` says whether the list is all there is.
    pub fn check(&self, alone: bool, format: Option<Format>, wants: &'static Wants) -> Result<()> {
        let refused = |text: &str| Err(Error::Usage(text.into()));
        match self.input {
            Input::Lines if *self == Self::default() => Ok(()),
            Input::Lines => {
                refused("--field, --no-header and --take read records; add --input ndjson or csv")
            }
            _ if !alone => refused("--input is for a list on stdin; give - and nothing else beside it"),
            Input::Ndjson if self.no_header => refused("--no-header is for --input csv; leave it out"),
            Input::Ndjson if format == Some(Format::Csv) => refused(
                "a CSV wants the same columns in every record, and NDJSON does not promise that; take --output ndjson",
            ),
            Input::Csv if self.no_header && self.take.as_deref().is_some_and(|take| take != "none") => {
                refused(
                    "--take names columns, and without a header they have no names; leave out --no-header",
                )
            }
            _ => self.taken(wants).map(drop),
        }
    }

    /// The flags that members stand for.
    pub fn taken(&self, wants: &'static Wants) -> Result<Vec<&'static str>> {
        Ok(self.takes(wants)?.iter().map(|taken| taken.flag).collect())
    }

    fn takes(&self, wants: &'static Wants) -> Result<Vec<Taken>> {
        let Some(list) = self.take.as_deref().filter(|list| *list != "none") else { return Ok(Vec::new()) };
        let mut taken: Vec<Taken> = Vec::new();
        for word in list.split(',').map(str::trim) {
            let (name, member) = word.split_once('=').unwrap_or((word, word));
            let Some(flag) = wants.flags.iter().copied().find(|flag| *flag == name) else {
                let near = nearest(name, wants.flags.iter().copied());
                let hint = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
                let all = wants.flags.join(", ");
                return Err(Error::Usage(format!(
                    "--take {name:?} is no {}; {hint}it takes {all}, or none",
                    wants.kind
                )));
            };
            match taken.iter().find(|taken| taken.flag == flag) {
                Some(taken) if taken.member != member => {
                    return Err(Error::Usage(format!("--take names {flag} twice; give it one member")));
                }
                Some(_) => {}
                None => taken.push(Taken { flag, member: member.to_owned() }),
            }
        }
        Ok(taken)
    }

    /// Reads the names of a CSV, and knows what there is to know before the first record.
    pub fn open<'i>(&self, input: &'i mut (dyn BufRead + Send), wants: &'static Wants) -> Result<List<'i>> {
        let mut layout = Layout {
            columns: None,
            header: !self.no_header,
            field: self.field.clone(),
            wants,
            taken: self.takes(wants)?,
            strict: wants.strict && self.take.is_none(),
        };
        if self.input == Input::Ndjson {
            return Ok(List { layout, source: Box::new(input) });
        }
        let mut rows = Rows::new(input);
        let first = rows.first(layout.header);
        let first = first.map_err(|error| Error::Io(format!("cannot read the input: {error}")))?;
        if let Some(first) = first {
            layout.name(cells(&first)?)?;
        }
        Ok(List { layout, source: Box::new(rows) })
    }
}

/// The cells of a line that [`Rows`] made.
fn cells(line: &str) -> Result<Vec<String>> {
    serde_json::from_str(line).map_err(|_| {
        let why = serde_json::from_str::<String>(line);
        Error::Data(why.unwrap_or_else(|_| "the record cannot be read; mend its quotes".into()))
    })
}

impl Layout {
    /// Settles the columns, of which the one with the URL must be among them.
    fn name(&mut self, first: Vec<String>) -> Result<()> {
        let columns = if self.header { first } else { (1..=first.len()).map(|at| at.to_string()).collect() };
        for (at, name) in columns.iter().enumerate() {
            if columns[..at].contains(name) {
                return Err(Error::Data(format!("two columns are named {name:?}; rename one of them")));
            }
        }
        let missing = |name: &str| {
            let all = columns.join(", ");
            let near = nearest(name, columns.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            Error::Usage(format!("the CSV has no column {name:?}{hint} (it has {all})"))
        };
        let has = |name: &str| columns.iter().any(|column| column == name);
        match &self.field {
            Some(field) if !has(field) => return Err(missing(field)),
            None if self.header && !self.wants.fields.iter().any(|name| has(name)) => {
                return Err(Error::Usage(format!(
                    "the CSV has no column {}; name the right one with --field (it has {})",
                    self.wants.fields.join(" or "),
                    columns.join(", ")
                )));
            }
            None if !self.header => self.field = Some("1".into()),
            _ => {}
        }
        if let Some(taken) = self.taken.iter().find(|taken| !has(&taken.member)) {
            return Err(missing(&taken.member));
        }
        if let Some(name) = self.passed_over(has) {
            return Err(passed_over(name));
        }
        self.columns = Some(columns);
        Ok(())
    }

    /// A member that looks like a claim and would not become one.
    fn passed_over(&self, has: impl Fn(&str) -> bool) -> Option<&'static str> {
        let silent = |name: &&&str| self.strict && has(name) && self.field.as_deref() != Some(**name);
        self.wants.flags.iter().find(silent).copied()
    }

    /// Reads a record.
    pub fn read<'r>(&'r self, line: &'r str) -> Result<Record<'r>> {
        let members = match &self.columns {
            None => object(line)?,
            Some(columns) => {
                let cells = cells(line)?;
                if cells.len() != columns.len() {
                    let (count, s) = (cells.len(), if cells.len() == 1 { "" } else { "s" });
                    return Err(Error::Data(format!(
                        "the record has {count} field{s} where the first has {}; mend it",
                        columns.len()
                    )));
                }
                columns.iter().cloned().zip(cells.into_iter().map(Value::String)).collect()
            }
        };
        if self.columns.is_none()
            && let Some(name) = self.passed_over(|name| members.contains_key(name))
        {
            return Err(passed_over(name));
        }
        Ok(Record { layout: self, text: line.trim(), members })
    }

    /// The line of names for CSV, with its line end.
    pub fn header(&self, results: &[&str]) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(columns) = self.columns.as_ref().filter(|_| self.header) {
            let mut names: Vec<String> = columns.clone();
            names.extend(
                results.iter().map(|name| free(name, |taken| columns.iter().any(|column| column == taken))),
            );
            csv_line(&names.iter().map(String::as_str).collect::<Vec<_>>(), &mut out);
            out.push(b'\n');
        }
        out
    }
}

fn object(line: &str) -> Result<Map<String, Value>> {
    match serde_json::from_str(line) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Error::Data("the record is no JSON object; write one on each line".into())),
        Err(error) => Err(Error::Data(format!(
            "the record is no JSON (column {}); write an object on each line",
            error.column()
        ))),
    }
}

fn passed_over(name: &str) -> Error {
    Error::Usage(format!(
        "the member {name} would not be signed; pass --take {name} to sign it, or --take none to carry it along only"
    ))
}

/// The name of a result, an underscore behind it where the record has one of that name already.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = name.to_owned();
    while taken(&name) {
        name.push('_');
    }
    name
}

impl Record<'_> {
    /// The URL or path.
    pub fn target(&self) -> Result<&str> {
        let fields: Vec<&str> = match &self.layout.field {
            Some(field) => vec![field],
            None => self.layout.wants.fields.to_vec(),
        };
        let found = fields.iter().find_map(|name| Some((name, self.members.get(*name)?)));
        match found {
            Some((_, Value::String(text))) => Ok(text),
            Some((name, Value::Array(_))) => Err(Error::Data(format!(
                "the member {name} is a list, as of cookies; name the URL's with --field, and pass --take cookie={name}"
            ))),
            Some((name, _)) => Err(Error::Data(format!("the member {name} is no text; put the URL there"))),
            None => {
                let names = fields.join(" or ");
                Err(Error::Data(format!("the record has no member {names}; name the right one with --field")))
            }
        }
    }

    /// The members that stand for flags, each with its text.
    pub fn taken(&self) -> Result<Vec<(&'static str, String)>> {
        let text = |Taken { flag, member }: &Taken| match self.members.get(member) {
            Some(Value::String(text)) if !text.is_empty() => Ok((*flag, text.clone())),
            Some(Value::Number(number)) => Ok((*flag, number.to_string())),
            Some(list @ Value::Array(texts)) if !texts.is_empty() && texts.iter().all(Value::is_string) => {
                Ok((*flag, cell(list)))
            }
            _ => Err(Error::Data(format!("the record has no {member}, which --take names; add it"))),
        };
        self.layout.taken.iter().map(text).collect()
    }

    /// Appends the record with results behind what it holds, as one line without its end.
    pub fn write(&self, results: &[(&str, Value)], format: Format, out: &mut Vec<u8>) {
        if format == Format::Csv {
            let texts = self.members.values().map(cell).chain(results.iter().map(|(_, value)| cell(value)));
            let texts: Vec<String> = texts.collect();
            return csv_line(&texts.iter().map(String::as_str).collect::<Vec<_>>(), out);
        }
        let members = match &self.layout.columns {
            None => self.text.to_owned(),
            Some(_) => Value::Object(self.members.clone()).to_string(),
        };
        // What came as JSON stays as it was written: numbers keep their digits.
        out.extend_from_slice(members.strip_suffix('}').unwrap_or(&members).as_bytes());
        for (at, (name, value)) in results.iter().enumerate() {
            let name = free(name, |taken| self.members.contains_key(taken));
            let comma = if at == 0 && self.members.is_empty() { "" } else { "," };
            out.extend_from_slice(format!("{comma}{}:{value}", Value::from(name)).as_bytes());
        }
        out.push(b'}');
    }
}

/// The text of a value in a CSV: the members of a list of texts on lines of their own.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(texts) if texts.iter().all(Value::is_string) => {
            texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}
