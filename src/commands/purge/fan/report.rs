//! One report of all targets: what each accepted, what it did not, under which names, in which time.

use crate::{
    commands::purge::job::Job,
    error::Error,
    progress::clean,
    purge::{Outcome, in_words, journal::Past},
    report::{Page, Report, Rows, aligned},
};
use serde_json::{Map, Value, json};
use std::{cell::Cell, io, time::Duration};

/// How a target ended.
pub(super) struct End {
    counts: Counts,
    ids: Vec<String>,
    time: Duration,
    /// Why nothing was sent, where the target itself is not to blame.
    why: String,
    /// What its run ended with.
    pub failure: Option<Error>,
}

/// Requests, by what became of them.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    accepted: usize,
    failed: usize,
    doubtful: usize,
    unsent: usize,
    /// Items of what was accepted.
    items: usize,
}

impl End {
    /// After a run.
    pub fn of(job: &Job, outcome: Outcome, ids: Vec<String>, time: Duration) -> Self {
        let items = |index: &usize| job.plan.batch(*index, None).items.count();
        let counts = Counts {
            accepted: outcome.accepted.len() + outcome.before.len(),
            failed: outcome.failed.len(),
            doubtful: outcome.doubtful.len(),
            unsent: outcome.unsent.len(),
            items: outcome.accepted.iter().chain(&outcome.before).map(items).sum(),
        };
        Self { counts, ids, time, why: String::new(), failure: outcome.failure(&job.plan) }
    }

    /// After an earlier part of the run that sent all of it.
    pub fn before(job: &Job, past: &Past) -> Self {
        let counts = Counts { accepted: job.plan.count(), items: job.plan.items(), ..Counts::default() };
        let ids = past.entries().iter().filter_map(|entry| entry.id.clone()).collect();
        Self { counts, ids, ..Self::unsent(String::new()) }
    }

    /// Without one.
    pub fn unsent(why: String) -> Self {
        Self { counts: Counts::default(), ids: Vec::new(), time: Duration::ZERO, why, failure: None }
    }

    /// Before a run.
    pub fn failed(error: Error) -> Self {
        Self { failure: Some(error), ..Self::unsent(String::new()) }
    }

    /// Whether what comes after it may start.
    pub fn is_through(&self) -> bool {
        let Counts { accepted, failed, doubtful, unsent, .. } = self.counts;
        self.failure.is_none() && accepted > 0 && failed + doubtful + unsent == 0
    }
}

/// A target in the report.
pub(super) struct Row {
    target: String,
    provider: String,
    layer: usize,
    state: &'static str,
    counts: Counts,
    planned: (usize, usize),
    ids: Vec<String>,
    time: Duration,
    why: String,
    error: Option<Value>,
}

impl Row {
    /// Of the target's end; without a job it was left out.
    pub fn new(
        target: String,
        provider: String,
        layer: usize,
        job: Option<&Job>,
        end: End,
        failure: Option<&Error>,
    ) -> Self {
        let planned = job.map_or((0, 0), |job| (job.plan.count(), job.plan.items()));
        let Counts { accepted, failed, doubtful, .. } = end.counts;
        let state = match (accepted, failed + doubtful) {
            (0, 0) => "not sent",
            (_, 0) if accepted == planned.0 && failure.is_none() => "accepted",
            (_, _) if doubtful > 0 => "in doubt",
            _ => "failed",
        };
        let mut counts = end.counts;
        if state == "not sent" {
            counts.unsent = planned.0;
        }
        let why = failure.map_or(end.why, in_words);
        let error = failure.map(|error| error.envelope()["error"].take());
        Self { target, provider, layer, state, counts, planned, ids: end.ids, time: end.time, why, error }
    }

    /// `cdn: accepted`
    pub fn summary(&self) -> String {
        match self.counts.accepted {
            0 => format!("{}: {}", self.target, self.state),
            some if some == self.planned.0 => format!("{}: {}", self.target, self.state),
            some => {
                format!("{}: {}, {some} of {} requests accepted", self.target, self.state, self.planned.0)
            }
        }
    }

    fn value(&self) -> Value {
        let Counts { accepted, failed, doubtful, unsent, items } = self.counts;
        let mut row = Map::new();
        let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
        put("target", self.target.clone().into());
        put("provider", self.provider.clone().into());
        put("layer", self.layer.into());
        put("state", self.state.replace(' ', "_").into());
        put(
            "requests",
            json!({ "planned": self.planned.0, "accepted": accepted, "failed": failed, "in_doubt": doubtful, "not_sent": unsent }),
        );
        put("items", json!({ "planned": self.planned.1, "accepted": items }));
        put("ids", self.ids.clone().into());
        put("duration_ms", u64::try_from(self.time.as_millis()).unwrap_or(u64::MAX).into());
        if let Some(error) = &self.error {
            put("error", error.clone());
        } else if !self.why.is_empty() {
            put("reason", self.why.clone().into());
        }
        Value::Object(row)
    }

    /// Target, provider, state, requests, items, time, ids.
    fn cells(&self) -> Vec<String> {
        let of =
            |some: usize, all: usize| if some == all { all.to_string() } else { format!("{some} of {all}") };
        let ids = match self.ids.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        };
        vec![
            self.target.clone(),
            self.provider.clone(),
            self.state.to_owned(),
            of(self.counts.accepted, self.planned.0),
            of(self.counts.items, self.planned.1),
            format!("{:.1} s", self.time.as_secs_f64()),
            ids,
        ]
    }
}

const COLUMNS: [&str; 7] = ["TARGET", "PROVIDER", "STATE", "REQUESTS", "ITEMS", "TIME", "IDS"];

/// The report of a fan-out.
pub(super) struct Fanned {
    rows: Vec<Row>,
    failure: Cell<Option<Error>>,
}

impl Fanned {
    /// Of the targets in the order given.
    pub const fn new(rows: Vec<Row>, failure: Option<Error>) -> Self {
        Self { rows, failure: Cell::new(failure) }
    }

    fn said(&self) -> String {
        let through = self.rows.iter().filter(|row| row.state == "accepted").count();
        let all = self.rows.len();
        format!("accepted by {through} of {all} {}", if all == 1 { "target" } else { "targets" })
    }
}

impl Report for Fanned {
    fn value(&self) -> Value {
        json!({ "targets": self.lines() })
    }

    fn lines(&self) -> Value {
        self.rows.iter().map(Row::value).collect()
    }

    fn sheet(&self) -> Value {
        self.lines()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let rows: Vec<Vec<String>> = self.rows.iter().map(Row::cells).collect();
        aligned(&COLUMNS, &rows, page)?;
        for row in self.rows.iter().filter(|row| !row.why.is_empty()) {
            writeln!(page.out, "{}", clean(&format!("{}: {}", row.target, row.why)))?;
        }
        writeln!(page.out, "{}", self.said())
    }

    fn rows(&self) -> Option<Rows> {
        let with_why = |row: &Row| [row.cells(), vec![row.why.clone()]].concat();
        let columns = COLUMNS.into_iter().chain(["WHY"]).collect();
        Some(Rows { columns, rows: self.rows.iter().map(with_why).collect() })
    }

    fn headline(&self) -> Option<String> {
        Some(format!("Purge: {}", self.said()))
    }

    fn failure(&self) -> Option<Error> {
        self.failure.take()
    }
}
