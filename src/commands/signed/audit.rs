//! `stratos signed audit <url>… | -`: what is wrong with links that verify, found offline and without a key.

use super::{
    Choice,
    bulk::{Watch, claim},
    claims,
    fault::Faults,
    refusals::{lifetime, moment},
    visit::{Asking, candidates},
};
use crate::{
    context::Context,
    error::{Error, Result},
    options::Format,
    report::Report,
    sign::{
        Params, Url, Visit,
        audit::{Audited, Auditor, Bounds, SECRETS, Severity},
        redact::{Mark, Redactor},
    },
};
use std::io::{BufRead, Read};

/// The longest life where neither flag nor policy names one: a week.
const WEEK: u64 = 604_800;
/// A longer line is a fault and is not held.
const LONGEST: usize = 1 << 20;

/// The flags of auditing.
#[derive(Debug, clap::Args)]
pub struct Audit {
    /// Signed URLs; - reads one a line from stdin
    #[arg(value_name = "URL", required = true)]
    urls: Vec<String>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    asking: Asking,
    /// The longest life of a link (default: [policy] max_ttl, else 7d)
    #[arg(long, value_name = "TIME", help_heading = "Bounds")]
    max_ttl: Option<String>,
    /// When the credentials end; those of one key with its id before it, ID=TIME; repeatable
    #[arg(long = "credentials-until", value_name = "[ID=]TIME", help_heading = "Bounds")]
    ends: Vec<String>,
    /// What makes it exit 65: error, warning, note or never
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = ["error", "warning", "note", "never"], help_heading = "Bounds")]
    fail_on: String,
}

impl Audit {
    /// Audits; streams when a list is read.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let listed = self.urls.iter().any(|url| url == "-");
        if listed && self.urls.len() > 1 {
            return Err(Error::Usage("- reads the whole list from stdin; give it alone".into()));
        }
        let profile = cx.profile()?;
        let bounds = Bounds {
            longest: match &self.max_ttl {
                Some(text) => lifetime("--max-ttl", text)?,
                None => profile.bounds.max_ttl.unwrap_or(WEEK),
            },
            ends: ends(&self.ends, cx.now()?)?,
        };
        let floor = Severity::ALL.into_iter().find(|severity| severity.name() == self.fail_on);
        let scene = self.asking.scene(&profile, cx)?;
        let named = self.choice.scheme.is_some();
        let candidates = candidates(self.choice.scheme.as_deref(), &self.choice.params, &profile, cx)?;
        let readings = candidates.iter().map(|one| (one.scheme, claims::pairs(&one.settings))).collect();
        let (headers, base) = (scene.headers(), Url::at(profile.url.value.as_str(), ""));
        let [ip, country, method] = scene.visitor();
        let visit = Visit {
            url: base,
            now: scene.now(),
            ip,
            country,
            method,
            headers: &headers,
            params: Params::default(),
            opened: None,
        };
        let names: Vec<String> = SECRETS.iter().map(|name| (*name).to_owned()).collect();
        let mut desk = Desk {
            auditor: Auditor::new(readings, named, bounds),
            redactor: Redactor::new(Mark::Plain, &names),
            scene: visit,
            faults: Faults::new(floor),
        };
        match (listed, cx.format) {
            (true, _) => desk.stream(cx),
            (false, Format::Csv | Format::Markdown) if cx.options.filter.is_none() => {
                desk.written(&self.urls, cx)
            }
            (false, _) => Ok(desk.report(&self.urls)),
        }
    }
}

/// `TIME`, or `ID=TIME`.
fn ends(given: &[String], now: u64) -> Result<Vec<(Option<String>, u64)>> {
    let one = |text: &String| {
        let (id, time) = text.rsplit_once('=').map_or((None, text.as_str()), |(id, time)| (Some(id), time));
        Ok((id.map(str::to_owned), moment("--credentials-until", time, now)?))
    };
    given.iter().map(one).collect()
}

/// What audits and keeps count.
struct Desk<'a> {
    auditor: Auditor<'a>,
    redactor: Redactor,
    scene: Visit<'a>,
    faults: Faults,
}

impl Desk<'_> {
    fn all(&mut self, urls: &[String]) {
        for (at, url) in (1..).zip(urls) {
            let audited = self.auditor.audit(at, url, &self.scene);
            self.faults.take(at, self.redactor.text(url), audited);
        }
    }

    fn report(mut self, urls: &[String]) -> Box<dyn Report> {
        self.all(urls);
        Box::new(self.faults)
    }

    /// As rows, which have no place for a summary.
    fn written(mut self, urls: &[String], cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let mut out = self.faults.head(cx);
        self.all(urls);
        self.faults.drain(cx, &mut out);
        let tally = self.faults.foot(cx, &mut out);
        write(cx, &mut out)?;
        Ok(Box::new(tally))
    }

    fn stream(&mut self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        self.faults.check(cx)?;
        claim(cx)?;
        let watch = Watch::start(cx, "auditing");
        let mut out = self.faults.head(cx);
        let mut line = Vec::new();
        for number in 1.. {
            match read(&mut *cx.input, &mut line)? {
                Line::End => break,
                Line::TooLong => {
                    self.faults.take(number, String::new(), Audited::unread("it is longer than 1 MiB"))
                }
                Line::Whole => match std::str::from_utf8(&line) {
                    Ok(text) if text.trim().is_empty() => continue,
                    Ok(text) => {
                        let audited = self.auditor.audit(number, text.trim(), &self.scene);
                        // Most links have no fault, and then nothing of them is shown.
                        let shown = if audited.findings.is_empty() {
                            String::new()
                        } else {
                            self.redactor.text(text.trim())
                        };
                        self.faults.take(number, shown, audited);
                    }
                    Err(_) => self.faults.take(number, String::new(), Audited::unread("it is not UTF-8")),
                },
            }
            watch.at(number);
            self.faults.drain(cx, &mut out);
            write(cx, &mut out)?;
        }
        drop(watch);
        let tally = self.faults.foot(cx, &mut out);
        write(cx, &mut out)?;
        Ok(Box::new(tally))
    }
}

fn write(cx: &mut Context<'_>, out: &mut Vec<u8>) -> Result<()> {
    if out.is_empty() {
        return Ok(());
    }
    cx.output.write_all(out).map_err(|error| Error::Io(format!("cannot write the output: {error}")))?;
    out.clear();
    Ok(())
}

enum Line {
    Whole,
    TooLong,
    End,
}

/// The next line without its end; one that is too long is passed over.
fn read(input: &mut (dyn BufRead + Send), line: &mut Vec<u8>) -> Result<Line> {
    let failed = |error: std::io::Error| Error::Io(format!("cannot read the list: {error}"));
    line.clear();
    let mut found = Line::Whole;
    loop {
        let count = input.take(LONGEST as u64).read_until(b'\n', line).map_err(failed)?;
        match (count, line.last()) {
            (0, None) if matches!(found, Line::Whole) => return Ok(Line::End),
            (0, _) | (_, Some(b'\n')) => return Ok(found),
            _ if line.len() >= LONGEST => {
                found = Line::TooLong;
                line.clear();
            }
            _ => {}
        }
    }
}
