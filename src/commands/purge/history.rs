//! `purge history`: the runs that have a journal, and what became of their batches; and the purges of one batch.

use super::forget::forget;
use crate::{
    context::Context,
    error::Result,
    purge::{
        journal::{self, Fate, Found, Head, Past, Single, singles},
        pace::rfc3339,
    },
    report::{Report, Rows},
};
use serde_json::{Value, json};
use std::time::Duration;

/// The flags of listing.
#[derive(Debug, clap::Args)]
pub(super) struct History {
    /// Only runs that are unfinished
    #[arg(long)]
    open: bool,
    /// Give up this run, by its id or its journal's path: says what stays unpurged, and removes its journal
    #[arg(long, value_name = "RUN", conflicts_with = "open")]
    forget: Option<String>,
}

impl History {
    /// Reads the journals, or gives one up.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        if let Some(run) = &self.forget {
            return forget(run, cx);
        }
        let now = cx.clock.now()?;
        let folder = cx.state_folder().ok();
        let (mut found, broken) = folder.as_deref().map_or_else(|| Ok(Default::default()), journal::list)?;
        for (_, error) in broken {
            cx.console.warn(error.to_string());
        }
        found.retain(|found| !self.open || !found.past.finished());
        let singles = folder.filter(|_| !self.open).map_or_else(Vec::new, |folder| singles(&folder, now));
        let mut rows: Vec<Row> = found
            .into_iter()
            .map(|found| Row::Journal(Box::new(found)))
            .chain(singles.into_iter().map(Row::Single))
            .collect();
        rows.sort_by_key(Row::at);
        Ok(Box::new(Receipts(rows)))
    }
}

/// When a run began, as RFC 3339.
pub(super) fn when(head: &Head) -> String {
    rfc3339(Duration::from_millis(head.at))
}

/// Its batches in words: how many of each fate there are.
pub(super) fn batches(past: &Past) -> String {
    let told = FATES.iter().map(|(fate, name)| (count(past, *fate), *name)).filter(|(count, _)| *count > 0);
    told.map(|(count, name)| format!("{count} {}", name.replace('_', " "))).collect::<Vec<_>>().join(", ")
}

const FATES: &[(Fate, &str)] = &[
    (Fate::Accepted, "accepted"),
    (Fate::Refused, "failed"),
    (Fate::Doubtful, "in_doubt"),
    (Fate::Unsent, "not_sent"),
];

fn count(past: &Past, fate: Fate) -> usize {
    past.entries().iter().filter(|entry| entry.fate == fate).count()
}

fn state(found: &Found) -> &'static str {
    match () {
        () if found.in_use => "running",
        () if found.past.finished() => "finished",
        () => "unfinished",
    }
}

/// A run that keeps a journal, or a purge of one batch that was accepted.
enum Row {
    Journal(Box<Found>),
    Single(Single),
}

impl Row {
    const fn at(&self) -> u64 {
        match self {
            Self::Journal(found) => found.head.at,
            Self::Single(single) => single.at,
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Journal(found) => of_journal(found),
            Self::Single(single) => of_single(single),
        }
    }

    /// Run, when, of whom, state, batches, ids.
    fn cells(&self) -> Vec<String> {
        let (run, of, state, batches, ids) = match self {
            Self::Single(single) => {
                let done = format!("1 accepted ({})", single.selector.count(single.items));
                (&single.run, single.provider.clone(), "finished", done, single.ids.clone())
            }
            Self::Journal(found) => {
                let Head { run, part, provider, profile, .. } = &found.head;
                // All accounts of a command go on together.
                let (run, of) = match part {
                    Some(part) => (&part.of, format!("{provider} ({profile})")),
                    None => (run, provider.clone()),
                };
                let ids = found.past.entries().iter().filter_map(|entry| entry.id.clone()).collect();
                (run, of, state(found), batches(&found.past), ids)
            }
        };
        let ids = match &ids[..] {
            [] => String::new(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} +{}", rest.len()),
        };
        let run = run.chars().take(12).collect();
        vec![run, rfc3339(Duration::from_millis(self.at())), of, state.to_owned(), batches, ids]
    }
}

fn of_journal(found: &Found) -> Value {
    let Found { head, past, path, .. } = found;
    let mut receipt = json!({
        "run": head.run,
        "at": when(head),
        "state": state(found),
        "provider": head.provider,
        "profile": head.profile,
        "batches": head.batches,
    });
    for (fate, name) in FATES {
        receipt[*name] = count(past, *fate).into();
    }
    let ids = past.entries().iter().filter_map(|entry| entry.id.as_deref());
    receipt["ids"] = ids.collect();
    if let Some(part) = &head.part {
        receipt["part_of"] = part.of.clone().into();
    }
    receipt["plan"] = head.plan.clone().into();
    receipt["journal"] = path.display().to_string().into();
    receipt
}

fn of_single(single: &Single) -> Value {
    json!({
        "run": single.run,
        "at": rfc3339(Duration::from_millis(single.at)),
        "state": "finished",
        "provider": single.provider,
        "profile": single.profile,
        "batches": 1,
        "accepted": 1,
        "failed": 0,
        "in_doubt": 0,
        "not_sent": 0,
        "ids": single.ids,
        "selector": single.selector,
        "items": single.items,
        "plan": null,
        "journal": null,
    })
}

/// The runs, the oldest first.
struct Receipts(Vec<Row>);

impl Report for Receipts {
    fn value(&self) -> Value {
        self.0.iter().map(Row::value).collect()
    }

    fn rows(&self) -> Option<Rows> {
        Some(Rows {
            columns: vec!["RUN", "WHEN", "PROVIDER", "STATE", "BATCHES", "IDS"],
            rows: self.0.iter().map(Row::cells).collect(),
        })
    }
}
