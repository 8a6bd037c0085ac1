//! What a journal says of an earlier run: the fate of each batch, and what was spent when.

use super::line::{Head, Line, VERSION};
use crate::{
    error::{Error, Result},
    purge::{Provider, Settings, pace::Pace, plan::Plan},
};
use std::time::Duration;

/// What became of a batch, as far as the journal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// No request left, or the provider surely did nothing with it.
    #[default]
    Unsent,
    /// The request may have left, and nobody knows what became of it.
    Doubtful,
    /// The provider will not take it as it is.
    Refused,
    /// The provider said yes.
    Accepted,
}

/// One batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// What became of it.
    pub fate: Fate,
    /// How often it was sent.
    pub attempts: u32,
    /// The digest of the request.
    pub request: String,
    /// The provider's name for the purge.
    pub id: Option<String>,
    /// When it was accepted, since 1970.
    pub at: Duration,
    /// The provider said that it is done.
    pub done: bool,
}

/// An earlier run; the default is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    entries: Vec<Entry>,
    lines: Vec<Line>,
    begun: Duration,
}

impl Past {
    /// Reads whole lines, the first of which is the run's. There are at most so many batches, whatever it says.
    pub(super) fn read(text: &str, most: u64) -> Result<(Head, Self)> {
        let mut lines = text.lines();
        let first = lines.next().ok_or_else(|| broken(1))?;
        let head = head(first)?;
        if head.batches as u64 > most {
            return Err(Error::Data(format!(
                "it tells of {} batches, more than its plan holds; purge again what matters",
                head.batches
            )));
        }
        let mut past = Self {
            entries: vec![Entry::default(); head.batches],
            begun: Duration::from_millis(head.at),
            ..Self::default()
        };
        for (index, line) in lines.enumerate() {
            let line: Line = serde_json::from_str(line).map_err(|_| broken(index + 2))?;
            past.add(line).ok_or_else(|| broken(index + 2))?;
        }
        Ok((head, past))
    }

    /// `None` for a line that cannot stand there.
    fn add(&mut self, line: Line) -> Option<()> {
        let (batch, at) = line.about()?;
        let entry = self.entries.get_mut(batch)?;
        match &line {
            Line::Run(_) => return None,
            Line::Sending { attempt, request, .. } => {
                entry.fate = if planted!("doubt-is-forgotten") { Fate::Accepted } else { Fate::Doubtful };
                entry.attempts = *attempt;
                entry.request.clone_from(request);
            }
            // What was never sent has no answer.
            _ if entry.attempts == 0 => return None,
            Line::Accepted { id, .. } => {
                entry.fate = Fate::Accepted;
                entry.id.clone_from(id);
                entry.at = at;
            }
            Line::Failed { last: true, .. } => entry.fate = Fate::Refused,
            Line::Failed { sent: false, .. } => entry.fate = Fate::Unsent,
            Line::Failed { .. } => entry.fate = Fate::Doubtful,
            Line::Done { .. } => entry.done = true,
        }
        self.lines.push(line);
        Some(())
    }

    /// One batch; of none, where there was no run.
    #[must_use]
    pub fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// What became of a batch.
    #[must_use]
    pub fn fate(&self, index: usize) -> Fate {
        self.entry(index).map_or(Fate::Unsent, |entry| entry.fate)
    }

    /// All batches.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether nothing is left that could be sent and accepted.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.entries.iter().all(|entry| matches!(entry.fate, Fate::Accepted | Fate::Refused))
    }

    /// The budgets as the earlier run left them: each sending is spent at its time, each answer's word
    /// applied, room in progress given back when done. A batch holds that room once.
    #[must_use]
    pub fn pace(&self, provider: &Provider, settings: &Settings, plan: &Plan, now: Duration) -> Pace {
        if self.entries.is_empty() {
            return Pace::new(provider.limits, settings, now);
        }
        let mut pace = Pace::new(provider.limits, settings, self.begun.min(now));
        let mut holds = vec![false; self.entries.len()];
        for line in &self.lines {
            let Some((index, at)) = line.about() else { continue };
            let (at, batch) = (at.min(now), plan.batch(index, None));
            let Some(limit) = provider.limit(settings, batch.selector) else { continue };
            let items = batch.items.count();
            let releases = match line {
                Line::Sending { .. } => holds[index],
                Line::Failed { sent, .. } => !sent && std::mem::take(&mut holds[index]),
                Line::Done { .. } => std::mem::take(&mut holds[index]),
                Line::Run(_) | Line::Accepted { .. } => false,
            };
            if releases {
                pace.give_back(limit, items);
            }
            match line {
                Line::Sending { .. } => {
                    pace.spend(limit, items, at);
                    holds[index] = true;
                }
                Line::Failed { .. } => pace.settle(limit, 1, at),
                Line::Accepted { left, .. } => {
                    pace.settle(limit, 1, at);
                    left.iter().for_each(|(name, left)| pace.lower(limit, name, *left, at));
                }
                _ => {}
            }
        }
        // What was out when the run was cut off arrived at some time before now.
        provider.limits.iter().for_each(|limit| pace.settle(limit, 1, now));
        pace
    }
}

fn head(line: &str) -> Result<Head> {
    let value: serde_json::Value = serde_json::from_str(line).map_err(|_| broken(1))?;
    let version = value.get("version").and_then(serde_json::Value::as_u64);
    if value.get("line").is_none_or(|line| line != "run") {
        return Err(broken(1));
    }
    if version.is_some_and(|version| version > u64::from(VERSION)) {
        return Err(Error::Data(
            "the journal was written by a later version of stratos; resume with that one".into(),
        ));
    }
    match serde_json::from_value(value) {
        Ok(Line::Run(head)) if head.version == VERSION => Ok(*head),
        _ => Err(broken(1)),
    }
}

fn broken(number: usize) -> Error {
    Error::Data(format!(
        "line {number} of the journal cannot be read, so what was sent is not known; purge again what matters"
    ))
}
