//! Accepted, completed, fresh: three states apart, and the evidence.

use crate::{
    error::Error,
    progress::clean,
    purge::{
        Completion,
        prove::{Finding, Reason, State, likeliest},
    },
    report::{Page, Report, Rows, Style},
};
use serde_json::{Value, json};
use std::{cell::Cell, io, time::Duration};

/// How many open findings are told one by one.
const SHOWN: usize = 10;

/// What `--wait` found out of each account, with its provider's name; in a command for several each tells its own.
pub(super) struct Completed(pub Vec<(&'static str, Completion)>);

impl Completed {
    /// The one that is least done: `no` before `unknown` before `yes`, and how many of several are.
    fn told(&self) -> (Option<&'static str>, String) {
        let told: Vec<_> = self.0.iter().map(|(title, completion)| completion.told(title)).collect();
        let count = |what| told.iter().filter(|(word, _)| *word == Some(what)).count();
        let Some(word) = ["no", "unknown", "yes"].into_iter().find(|word| count(word) > 0) else {
            return (None, String::new());
        };
        match &told[..] {
            [(_, note)] => (Some(word), note.clone()),
            all => (Some(word), format!("{} of {} targets say so", count("yes"), all.len())),
        }
    }

    /// Of one account; several fail each for itself.
    fn failure(&self) -> Option<Error> {
        match &self.0[..] {
            [(_, completion)] => completion.failure(),
            _ => None,
        }
    }
}

/// A purge, and what is known of its end.
pub(super) struct Proven {
    inner: Box<dyn Report>,
    streamed: bool,
    completed: Completed,
    /// Whether every batch was.
    accepted: bool,
    /// What the looks showed; `None` where none was made.
    findings: Option<Vec<Finding>>,
    /// The likeliest reason for what is open.
    reason: Option<Reason>,
    /// How long was looked at most.
    within: Duration,
    failure: Cell<Option<Error>>,
}

impl Proven {
    pub fn new(inner: Box<dyn Report>, streamed: bool, completed: Completed, accepted: bool) -> Self {
        Self {
            inner,
            streamed,
            completed,
            accepted,
            findings: None,
            reason: None,
            within: Duration::ZERO,
            failure: Cell::new(None),
        }
    }

    /// Whether every batch was accepted.
    pub const fn is_accepted(&self) -> bool {
        self.accepted
    }

    /// What the looks showed, within so long; `own`: some cache is one's own.
    pub fn found(&mut self, findings: Vec<Finding>, own: bool, within: Duration) {
        self.reason = likeliest(&findings, own);
        (self.findings, self.within) = (Some(findings), within);
    }

    /// With the failure to end with: the purge's own, what is not completed, what is not fresh.
    pub fn ending(self, purge: Option<Error>) -> Self {
        let failure = purge.or_else(|| self.completed.failure()).or_else(|| self.not_fresh());
        self.failure.set(failure);
        self
    }

    fn not_fresh(&self) -> Option<Error> {
        let findings = self.findings.as_ref()?;
        let open = self.open().count();
        let reason = self.reason?;
        Some(Error::NotFresh(format!(
            "{open} of {} looks were not fresh within {}: {}; `stratos explain {}` says what to do",
            findings.len(),
            humantime::format_duration(self.within),
            reason.text,
            reason.topic
        )))
    }

    fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().flatten().filter(|finding| finding.state != State::Fresh)
    }

    /// `yes`, `no`, `unknown`, or nothing where nobody asked.
    fn fresh(&self) -> Option<&'static str> {
        let findings = self.findings.as_ref()?;
        let any = |state| findings.iter().any(|finding| finding.state == state);
        Some(match () {
            () if any(State::Stale) => "no",
            () if any(State::Unknown) => "unknown",
            () => "yes",
        })
    }

    /// The three states and the evidence, without the purge's own report.
    fn states(&self) -> Value {
        let (completed, note) = self.completed.told();
        let mut value = json!({
            "accepted": if self.accepted { "yes" } else { "no" },
            "completed": completed,
            "fresh": self.fresh(),
        });
        if !note.is_empty() {
            value["completed_note"] = note.into();
        }
        if let Some(findings) = &self.findings {
            value["findings"] = findings.iter().map(finding).collect();
        }
        if let Some(reason) = self.reason {
            value["reason"] = json!({ "topic": reason.topic, "text": reason.text });
        }
        value
    }
}

fn finding(finding: &Finding) -> Value {
    json!({
        "url": finding.url,
        "encoding": finding.encoding.name(),
        "address": finding.address.map(|address| address.to_string()),
        "state": finding.state,
        "by": finding.by,
        "note": finding.note,
        "status": finding.status,
        "age": finding.age,
        "header": finding.header,
        "digest": finding.digest,
        "looks": finding.looks,
    })
}

/// One open finding, in a line.
fn told(finding: &Finding) -> String {
    let at = finding.address.map_or_else(String::new, |address| format!(" at {address}"));
    let looks = if finding.looks == 1 { "1 look".to_owned() } else { format!("{} looks", finding.looks) };
    let (word, url, encoding) = (finding.state.word(), &finding.url, finding.encoding.name());
    format!("  {word:<8} {url} ({encoding}{at}): {}; {looks}", finding.note)
}

impl Report for Proven {
    fn value(&self) -> Value {
        let mut value = self.states();
        value["purge"] = self.inner.value();
        value
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.streamed {
            return writeln!(page.out, "{}", self.states());
        }
        self.inner.human(page)?;
        let line = |page: &mut Page<'_>, name: &str, word: &str, note: &str| {
            let name = page.bold(&format!("{name:<9}"));
            let colon = if note.is_empty() { "" } else { ": " };
            writeln!(page.out, "{name}  {}", clean(&format!("{word}{colon}{note}")))
        };
        line(page, "accepted", if self.accepted { "yes" } else { "no" }, "")?;
        if let (Some(word), note) = self.completed.told() {
            line(page, "completed", word, &note)?;
        }
        let (Some(word), Some(findings)) = (self.fresh(), &self.findings) else { return Ok(()) };
        let open: Vec<&Finding> = self.open().collect();
        line(page, "fresh", word, &format!("{} of {} looks", findings.len() - open.len(), findings.len()))?;
        for finding in open.iter().take(SHOWN) {
            writeln!(page.out, "{}", clean(&told(finding)))?;
        }
        if open.len() > SHOWN {
            writeln!(page.out, "  and {} more; --output json names all", open.len() - SHOWN)?;
        }
        Ok(())
    }

    fn sheet(&self) -> Value {
        self.findings.as_ref().map_or_else(|| self.states(), |found| found.iter().map(finding).collect())
    }

    fn style(&self) -> Style {
        if self.streamed { Style::Text } else { Style::Data }
    }

    fn rows(&self) -> Option<Rows> {
        let row = |finding: &Finding| {
            vec![
                finding.state.word().to_owned(),
                finding.url.clone(),
                finding.encoding.name().to_owned(),
                finding.address.map(|address| address.to_string()).unwrap_or_default(),
                finding.note.clone(),
            ]
        };
        Some(Rows {
            columns: vec!["STATE", "URL", "ENCODING", "ADDRESS", "SHOWN BY"],
            rows: self.findings.as_ref()?.iter().map(row).collect(),
        })
    }

    fn exit(&self) -> u8 {
        self.inner.exit()
    }

    fn failure(&self) -> Option<Error> {
        self.failure.take()
    }
}
