//! `stratos explain`: offline, text unless `--json` or `--output` asks for data.

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    explain::{self, Family, Topic, response, response::Reading},
    progress::clean,
    report::{Page, Report, Style, wrapped},
};
use serde_json::{Value, json};
use std::io::{self, Read};

/// A pasted response is read up to this size.
const PASTED: u64 = 1 << 20;

/// Look up what a code, status, type, verdict or pasted response means
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// An exit code, HTTP status, error type, verdict or vendor code; `-` reads a pasted response
    #[arg(value_name = "CODE|STATUS|TYPE|VERDICT|-", required = true)]
    subject: Vec<String>,
}

/// What was found.
pub enum Explained {
    /// Topics of a word: one, or one a vendor.
    Topics(Vec<Topic>),
    /// A pasted response.
    Response(Box<Reading>),
}

impl Command for Explain {
    type Report = Explained;

    fn run(self, cx: &mut Context<'_>) -> Result<Explained> {
        let subject = self.subject.join(" ");
        if subject == "-" {
            return pasted(cx);
        }
        let topics = explain::find(&subject);
        if topics.is_empty() { Err(unknown(&subject)) } else { Ok(Explained::Topics(topics)) }
    }
}

fn pasted(cx: &mut Context<'_>) -> Result<Explained> {
    if cx.interactive {
        cx.console.info("paste a response (curl -si URL), then press Ctrl-D");
    }
    let mut text = Vec::new();
    let read = (&mut *cx.input).take(PASTED + 1).read_to_end(&mut text);
    read.map_err(|error| Error::Io(format!("cannot read the response from stdin: {error}")))?;
    if text.len() as u64 > PASTED {
        return Err(Error::TooLarge(
            "the pasted response exceeds 1 MiB; paste its head only (curl -sI URL)".into(),
        ));
    }
    match response::read(&text) {
        Some(reading) => Ok(Explained::Response(Box::new(reading))),
        None => Err(Error::Data(
            "stdin holds no HTTP response that says anything; pipe one in: curl -si URL | stratos explain -"
                .into(),
        )),
    }
}

fn unknown(subject: &str) -> Error {
    let (numbers, near) = explain::suggestions(subject);
    let near = if near.is_empty() { String::new() } else { format!("did you mean {}? ", near.join(", ")) };
    Error::Unavailable(format!(
        "no explanation for \"{subject}\"; {near}try one of: {}, or an error type (rate_limited) or a verdict \
         (signature mismatch); `stratos schema --v2` lists them",
        numbers.join(", ")
    ))
}

impl Report for Explained {
    fn value(&self) -> Value {
        match self {
            Self::Topics(topics) => match &topics[..] {
                [one] => one.value(),
                several => several.iter().map(Topic::value).collect(),
            },
            Self::Response(reading) => json!({
                "status": reading.status,
                "name": reading.topic.map(|topic| topic.name),
                "cache": reading.cache.map(explain::Cache::word),
                "cause": reading.topic.map(|topic| topic.cause),
                "fix": reading.topic.map_or(&[][..], |topic| topic.fix),
                "headers": reading.findings,
                "errors": reading.errors.iter().map(Topic::value).collect::<Vec<_>>(),
            }),
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match self {
            Self::Topics(topics) => separated(topics, page),
            Self::Response(reading) => response(reading, page),
        }
    }

    fn style(&self) -> Style {
        Style::TextUnlessAsked
    }
}

fn separated(topics: &[Topic], page: &mut Page<'_>) -> io::Result<()> {
    for (number, topic) in topics.iter().enumerate() {
        if number > 0 {
            writeln!(page.out)?;
        }
        write_topic(topic, page)?;
    }
    Ok(())
}

fn write_topic(topic: &Topic, page: &mut Page<'_>) -> io::Result<()> {
    let title = match topic.family {
        Family::ExitCode => format!("{} ({})", topic.name, topic.code),
        Family::Status => format!("{} ({})", topic.name, topic.code),
        Family::ErrorType
        | Family::Verdict
        | Family::Cause
        | Family::Finding
        | Family::Proof
        | Family::Purging => {
            format!("{} ({})", topic.code, topic.name)
        }
        Family::Vendor(vendor) => format!("{} ({vendor})", topic.code),
    };
    writeln!(page.out, "{}", page.bold(&title))?;
    writeln!(page.out, "\n{}", page.bold("Cause"))?;
    wrapped(page, "  ", "  ", topic.cause)?;
    writeln!(page.out, "\n{}", page.bold("Fix"))?;
    for fix in topic.fix {
        wrapped(page, "  - ", "    ", fix)?;
    }
    Ok(())
}

fn response(reading: &Reading, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(cache) = reading.cache {
        writeln!(page.out, "{}  {}\n", page.bold("Cache"), cache.word())?;
    }
    if !reading.findings.is_empty() {
        writeln!(page.out, "{}", page.bold("Headers"))?;
        for finding in &reading.findings {
            wrapped(page, &format!("  {}: ", finding.header), "      ", &clean(&finding.meaning))?;
        }
        writeln!(page.out)?;
    }
    // What the body says is nearer to the cause than what the status says.
    let topics: Vec<Topic> = reading.errors.iter().copied().chain(reading.topic).collect();
    separated(&topics, page)
}
