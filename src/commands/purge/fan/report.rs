//! One report of all targets: what each accepted, what it did not, under which names, in which time.

use crate::{
    commands::purge::job::Job,
    error::Error,
    progress::clean,
    purge::{Completion, Outcome, execute::Order, in_words, prove::Times},
    report::{Page, Report, Rows, aligned, wrapped},
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
    /// What `--wait` found out.
    completion: Completion,
    /// When it was sent; its beginning is not known where an earlier part of the run sent some.
    times: Option<Times>,
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
        let anew = outcome.before.is_empty() && outcome.resent.is_empty();
        let times = outcome.times.map(|(begun, accepted)| Times { begun: anew.then_some(begun), accepted });
        let completion = outcome.completion.clone();
        let failure = outcome.failure(&job.plan);
        Self { counts, ids, time, failure, completion, times, ..Self::unsent(String::new()) }
    }

    /// After an earlier part of the run that sent all of it.
    pub fn before(job: &Job, order: &Order) -> Self {
        let counts = Counts { accepted: job.plan.count(), items: job.plan.items(), ..Counts::default() };
        let ids = order.past.entries().iter().filter_map(|entry| entry.id.clone()).collect();
        let completion = match order.wait {
            None => Completion::NotAsked,
            Some(_) if job.provider.poll.is_some() => Completion::Done,
            Some(_) => Completion::Unasked { waited: Duration::ZERO },
        };
        Self { counts, ids, completion, ..Self::unsent(String::new()) }
    }

    /// Without one.
    pub fn unsent(why: String) -> Self {
        Self {
            counts: Counts::default(),
            ids: Vec::new(),
            time: Duration::ZERO,
            why,
            failure: None,
            completion: Completion::NotAsked,
            times: None,
        }
    }

    /// Before a run.
    pub fn failed(error: Error) -> Self {
        Self { failure: Some(error), ..Self::unsent(String::new()) }
    }

    /// Whether what comes after it may start: all is accepted and, where that is waited for, completed.
    pub fn is_through(&self) -> bool {
        let Counts { accepted, failed, doubtful, unsent, .. } = self.counts;
        let sent = self.failure.is_none() && accepted > 0 && failed + doubtful + unsent == 0;
        sent && !matches!(self.completion, Completion::Pending { .. })
    }
}

/// A target in the report.
pub(super) struct Row {
    target: String,
    provider: String,
    title: &'static str,
    layer: usize,
    state: &'static str,
    counts: Counts,
    planned: (usize, usize),
    ids: Vec<String>,
    time: Duration,
    why: String,
    error: Option<Value>,
    completion: Completion,
    times: Option<Times>,
}

impl Row {
    /// Of the target's end, and what it failed with; without a job it was left out.
    pub fn new(
        target: String,
        provider: String,
        layer: usize,
        job: Option<&Job>,
        end: End,
    ) -> (Self, Option<Error>) {
        let planned = job.map_or((0, 0), |job| (job.plan.count(), job.plan.items()));
        let title = job.map_or("", |job| job.provider.title);
        let Counts { accepted, failed, doubtful, .. } = end.counts;
        let state = match (accepted, failed + doubtful) {
            (0, 0) => "not sent",
            (_, 0) if accepted == planned.0 && end.failure.is_none() => ACCEPTED,
            (_, _) if doubtful > 0 => "in doubt",
            _ => "failed",
        };
        let mut counts = end.counts;
        if state == "not sent" {
            counts.unsent = planned.0;
        }
        let End { ids, time, why, completion, times, .. } = end;
        let failure = end.failure.or_else(|| completion.failure());
        let why = failure.as_ref().map_or(why, in_words);
        let error = failure.as_ref().map(|error| error.envelope()["error"].take());
        let row = Self {
            target,
            provider,
            title,
            layer,
            state,
            counts,
            planned,
            ids,
            time,
            why,
            error,
            completion,
            times,
        };
        (row, failure)
    }

    /// Whether every request was.
    pub fn is_accepted(&self) -> bool {
        self.state == ACCEPTED
    }

    /// How far it has come, in a word.
    fn word(&self) -> &'static str {
        match self.completion {
            Completion::Done if self.is_accepted() => "completed",
            Completion::Pending { .. } if self.is_accepted() => "in progress",
            _ => self.state,
        }
    }

    /// `cdn: accepted`
    pub fn summary(&self) -> String {
        match self.counts.accepted {
            some if some == 0 || some == self.planned.0 => format!("{}: {}", self.target, self.word()),
            some => {
                format!("{}: {}, {some} of {} requests accepted", self.target, self.word(), self.planned.0)
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
        if let (Some(word), note) = self.completion.told(self.title) {
            put("completed", word.into());
            put("completed_note", note.into());
        }
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
            self.word().to_owned(),
            of(self.counts.accepted, self.planned.0),
            of(self.counts.items, self.planned.1),
            format!("{:.1} s", self.time.as_secs_f64()),
            ids,
        ]
    }
}

/// Every request of a target was accepted.
const ACCEPTED: &str = "accepted";

const COLUMNS: [&str; 7] = ["TARGET", "PROVIDER", "STATE", "REQUESTS", "ITEMS", "TIME", "IDS"];

/// The report of a fan-out.
pub(in crate::commands::purge) struct Fanned {
    rows: Vec<Row>,
    failure: Cell<Option<Error>>,
}

impl Fanned {
    /// Of the targets in the order given.
    pub(super) const fn new(rows: Vec<Row>, failure: Option<Error>) -> Self {
        Self { rows, failure: Cell::new(failure) }
    }

    /// Whether every target accepted all.
    pub fn is_accepted(&self) -> bool {
        self.rows.iter().all(Row::is_accepted)
    }

    /// What `--wait` found out of each target, with its provider's name.
    pub fn completed(&self) -> Vec<(&'static str, Completion)> {
        self.rows.iter().map(|row| (row.title, row.completion.clone())).collect()
    }

    /// The providers' names for what was accepted.
    pub fn ids(&self) -> Vec<String> {
        self.rows.iter().flat_map(|row| row.ids.clone()).collect()
    }

    /// From the first request to the last acceptance, over all targets.
    pub fn times(&self) -> Option<Times> {
        let sent = || self.rows.iter().filter_map(|row| row.times);
        let anew = self.rows.iter().all(|row| row.times.is_some_and(|times| times.begun.is_some()));
        let begun = sent().filter_map(|times| times.begun).min().filter(|_| anew);
        Some(Times { begun, accepted: sent().map(|times| times.accepted).max()? })
    }

    fn said(&self) -> String {
        let all = self.rows.len();
        let count = |what: &dyn Fn(&&Row) -> bool| self.rows.iter().filter(what).count();
        let targets = if all == 1 { "target" } else { "targets" };
        let accepted = format!("accepted by {} of {all} {targets}", count(&|row| row.is_accepted()));
        match self.rows.iter().all(|row| row.completion == Completion::NotAsked) {
            true => accepted,
            false => format!("{accepted}, completed by {}", count(&|row| row.word() == "completed")),
        }
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
        for row in &self.rows {
            let note = match row.completion.told(row.title) {
                _ if !row.why.is_empty() => row.why.clone(),
                (Some("unknown"), note) => note,
                _ => continue,
            };
            wrapped(page, &clean(&format!("{}: ", row.target)), "  ", &clean(&note))?;
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
