//! `purge history`: the runs that have a journal, and what became of their batches.

use crate::{
    context::Context,
    error::Result,
    purge::{
        journal::{self, Fate, Found, Head, Past},
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
}

impl History {
    /// Reads the journals.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let (mut found, broken) = match cx.state_folder().ok() {
            Some(folder) => journal::list(&folder)?,
            None => (Vec::new(), Vec::new()),
        };
        for error in broken {
            cx.console.warn(error.to_string());
        }
        found.retain(|found| !self.open || !found.past.finished());
        Ok(Box::new(Receipts(found)))
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

/// The runs, the oldest first.
struct Receipts(Vec<Found>);

impl Report for Receipts {
    fn value(&self) -> Value {
        let receipt = |found: &Found| {
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
        };
        self.0.iter().map(receipt).collect()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |found: &Found| {
            let mut ids = found.past.entries().iter().filter_map(|entry| entry.id.clone());
            let (first, more) = (ids.next().unwrap_or_default(), ids.count());
            let ids = if more > 0 { format!("{first} +{more}") } else { first };
            let Head { run, part, provider, profile, .. } = &found.head;
            // All accounts of a command go on together.
            let (run, of) = match part {
                Some(part) => (&part.of, format!("{provider} ({profile})")),
                None => (run, provider.clone()),
            };
            vec![
                run.chars().take(12).collect(),
                when(&found.head),
                of,
                state(found).to_owned(),
                batches(&found.past),
                ids,
            ]
        };
        Some(Rows {
            columns: vec!["RUN", "WHEN", "PROVIDER", "STATE", "BATCHES", "IDS"],
            rows: self.0.iter().map(row).collect(),
        })
    }
}
