//! Keeps what became of each batch: a line as it ends, or the report at the end.

use crate::{
    error::{Error, Result},
    http::{Request, Response},
    options::Format,
    progress::{Progress, clean},
    purge::{
        Batch, Completion, Outcome, Receipt,
        execute::Ledger,
        journal::{Fate, Past},
        plan::Plan,
        prove::Times,
        provider,
    },
    report::{Page, Report, Rows, Style},
};
use serde_json::{Value, json};
use std::{
    cell::Cell,
    io::{self, Write},
    time::Duration,
};

/// What became of a batch.
#[derive(Debug, Clone)]
pub(super) enum State {
    Accepted(Value),
    /// By an earlier part of the run; the provider's name for it, where it gave one.
    Before(Option<String>),
    Failed(Value),
    Doubtful,
    Unsent,
}

/// The ledger of a run from the command line.
pub(super) struct Book<'a> {
    plan: &'a Plan,
    lines: Option<&'a mut dyn Write>,
    states: Vec<State>,
    past: &'a Past,
    ids: Vec<String>,
    left: Option<u32>,
    progress: Progress<'a>,
}

/// All states, and what the provider said remains.
pub(super) struct Entries {
    states: Vec<State>,
    /// The provider's names for what this run sent.
    ids: Vec<String>,
    /// Which were in doubt, and went out again.
    resent: Vec<usize>,
    left: Option<u32>,
}

impl Entries {
    /// The provider's names for what this run sent.
    pub fn ids(&self) -> impl Iterator<Item = String> {
        self.ids.iter().cloned()
    }
}

impl<'a> Book<'a> {
    pub fn new(
        plan: &'a Plan,
        past: &'a Past,
        lines: Option<&'a mut dyn Write>,
        progress: Progress<'a>,
    ) -> Self {
        let mut book = Self {
            plan,
            lines,
            states: vec![State::Unsent; plan.count()],
            past,
            ids: Vec::new(),
            left: None,
            progress,
        };
        for (index, entry) in past.entries().iter().enumerate() {
            if entry.fate == Fate::Accepted {
                book.states[index] = State::Before(entry.id.clone());
                book.progress.add(1);
            }
        }
        book
    }

    /// After the run: what never went out is told too.
    pub fn close(mut self, outcome: &Outcome) -> Entries {
        for (list, state) in [(&outcome.doubtful, State::Doubtful), (&outcome.unsent, State::Unsent)] {
            for index in list {
                self.settle(*index, state.clone());
            }
        }
        Entries { states: self.states, ids: self.ids, resent: outcome.resent.clone(), left: self.left }
    }

    fn settle(&mut self, index: usize, state: State) {
        // What was in doubt and has an end now was sent again.
        let resent =
            !matches!(state, State::Doubtful | State::Unsent) && self.past.fate(index) == Fate::Doubtful;
        if let Some(lines) = &mut self.lines {
            // Whoever runs the command notices a stdout that cannot be written; the purge goes on.
            let _ = writeln!(lines, "{}", line(&self.plan.batch(index, None), &state, resent));
            let _ = lines.flush();
        }
        self.states[index] = state;
        self.progress.add(1);
    }
}

impl Ledger for Book<'_> {
    fn sending(&mut self, _: &Batch<'_>, _: &Request) -> Result<()> {
        Ok(())
    }

    fn accepted(&mut self, batch: &Batch<'_>, reply: &Response, receipt: &Receipt) -> Result<()> {
        // Other budgets come back within the run.
        if let Some((_, left)) = receipt.left.iter().find(|(name, _)| *name == "day") {
            self.left = Some(*left);
        }
        self.ids.extend(receipt.id.clone());
        self.settle(batch.number - 1, State::Accepted(reply.value()));
        Ok(())
    }

    fn failed(&mut self, batch: &Batch<'_>, error: &Error) -> Result<()> {
        self.settle(batch.number - 1, State::Failed(error.envelope()["error"].take()));
        Ok(())
    }

    fn done(&mut self, _: &Batch<'_>) -> Result<()> {
        Ok(())
    }
}

fn line(batch: &Batch<'_>, state: &State, resent: bool) -> Value {
    let mut line = json!({ "batch": batch.number, "items": batch.items });
    match state {
        State::Accepted(reply) => line["response"] = reply.clone(),
        State::Before(id) => {
            line["state"] = "accepted_before".into();
            if let Some(id) = id {
                line["id"] = id.clone().into();
            }
        }
        State::Failed(error) => line["error"] = error.clone(),
        State::Doubtful => line["state"] = "in_doubt".into(),
        State::Unsent => line["state"] = "not_sent".into(),
    }
    if resent {
        line["resent"] = true.into();
    }
    line
}

/// What was purged and what was not.
pub struct Purged {
    plan: Plan,
    entries: Entries,
    streamed: bool,
    /// CSV wants rows, not one cell that holds them all.
    shape: Format,
    completion: Completion,
    times: Option<Times>,
    failure: Cell<Option<Error>>,
}

impl Purged {
    pub(super) fn new(plan: Plan, entries: Entries, streamed: bool, shape: Format) -> Self {
        let (completion, times) = (Completion::NotAsked, None);
        Self { plan, entries, streamed, shape, completion, times, failure: Cell::new(None) }
    }

    /// How far the provider has come, and when it was asked.
    pub(super) fn ended(self, completion: Completion, times: Option<(Duration, Duration)>) -> Self {
        let earlier = |state: &State| matches!(state, State::Before(_));
        let resumed = !self.entries.resent.is_empty() || self.entries.states.iter().any(earlier);
        let times = times.map(|(begun, accepted)| Times { begun: (!resumed).then_some(begun), accepted });
        Self { completion, times, ..self }
    }

    /// What `--wait` found out, and of whom.
    pub(super) fn completed(&self) -> (&'static str, Completion) {
        let title = provider(&self.plan.provider).map_or("the provider", |provider| provider.title);
        (title, self.completion.clone())
    }

    /// When it was sent, where it was.
    pub(super) const fn times(&self) -> Option<Times> {
        self.times
    }

    /// Whether its lines are written already.
    pub(super) const fn streamed(&self) -> bool {
        self.streamed
    }

    /// Told after the report.
    pub(super) fn with(self, failure: Option<Error>) -> Self {
        self.failure.set(failure);
        self
    }

    fn resent(&self, index: usize) -> bool {
        self.entries.resent.contains(&index)
    }

    /// How many batches were accepted, and how many items they hold.
    fn accepted(&self) -> (usize, usize) {
        let accepted =
            |(index, _): &(usize, &State)| matches!(self.entries.states[*index], State::Accepted(_));
        let states = self.entries.states.iter().enumerate().filter(accepted);
        states.fold((0, 0), |(batches, items), (index, _)| {
            (batches + 1, items + self.plan.batch(index, None).items.count())
        })
    }

    /// One line of words.
    pub(super) fn left(&self) -> String {
        let (batches, items) = self.accepted();
        let items = self.plan.batch(0, None).selector.count(items);
        let requests = if batches == 1 { "1 request".to_owned() } else { format!("{batches} requests") };
        let left = self.entries.left.map_or_else(String::new, |left| format!("; {left} requests left today"));
        let earlier = self.entries.states.iter().filter(|state| matches!(state, State::Before(_))).count();
        let earlier = match (earlier, self.entries.resent.len()) {
            (0, 0) => String::new(),
            (earlier, 0) => format!("; accepted before: {earlier}"),
            (earlier, resent) => format!("; accepted before: {earlier}, resent: {resent}"),
        };
        format!("purged {items} in {requests}{earlier}{left}")
    }
}

impl Report for Purged {
    fn value(&self) -> Value {
        if let [State::Accepted(reply)] = &self.entries.states[..] {
            return reply.clone();
        }
        let states = self.entries.states.iter().enumerate();
        let batches: Value = states
            .map(|(index, state)| line(&self.plan.batch(index, None), state, self.resent(index)))
            .collect();
        match self.shape {
            Format::Csv => batches,
            _ => json!({ "provider": self.plan.provider, "batches": batches }),
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.streamed {
            return Ok(());
        }
        for (index, state) in self.entries.states.iter().enumerate() {
            let what = match state {
                State::Accepted(_) if self.resent(index) => "resent: it was in doubt".to_owned(),
                State::Accepted(_) | State::Before(_) => continue,
                State::Failed(error) => format!("failed: {}", error["message"].as_str().unwrap_or_default()),
                State::Doubtful => "in doubt: the run was cut off while it was out".to_owned(),
                State::Unsent => "not sent".to_owned(),
            };
            let batch = self.plan.batch(index, None);
            let count = batch.selector.count(batch.items.count());
            writeln!(page.out, "{}", clean(&format!("batch {} ({count}): {what}", batch.number)))?;
        }
        writeln!(page.out, "{}", self.left())
    }

    fn style(&self) -> Style {
        if self.streamed { Style::Text } else { Style::Data }
    }

    fn headline(&self) -> Option<String> {
        Some(format!("Purge at {}: {}", self.plan.provider, self.left()))
    }

    fn rows(&self) -> Option<Rows> {
        let row = |(index, state): (usize, &State)| {
            let batch = self.plan.batch(index, None);
            let state = match state {
                State::Accepted(_) if self.resent(index) => "resent",
                State::Accepted(_) => "accepted",
                State::Before(_) => "accepted before",
                State::Failed(error) => error["type"].as_str().unwrap_or("failed"),
                State::Doubtful => "in doubt",
                State::Unsent => "not sent",
            };
            let items = batch.items;
            vec![
                batch.number.to_string(),
                items.count().to_string(),
                state.to_owned(),
                items.first().to_owned(),
                items.last().to_owned(),
            ]
        };
        Some(Rows {
            columns: vec!["BATCH", "ITEMS", "STATE", "FIRST", "LAST"],
            rows: self.entries.states.iter().enumerate().map(row).collect(),
        })
    }

    fn failure(&self) -> Option<Error> {
        self.failure.take()
    }
}
