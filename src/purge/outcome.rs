//! What became of a run: sent, failed, in doubt, not sent; and the failure it ends with.

use super::plan::{Plan, shortened};
use crate::error::Error;
use std::time::Duration;

/// Whether the provider is done with what it accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Completion {
    /// Nobody asked.
    #[default]
    NotAsked,
    /// It says that all of it is done.
    Done,
    /// It cannot be asked; the time that it names has passed.
    Unasked {
        /// How long that was.
        waited: Duration,
    },
    /// Some is in progress, or it could not be asked.
    Pending {
        /// How many batches.
        batches: usize,
        /// Why the wait ended.
        why: String,
    },
}

impl Completion {
    /// `yes`, `no`, `unknown`, or nothing where nobody asked; and why, with the provider's name.
    #[must_use]
    pub fn told(&self, title: &str) -> (Option<&'static str>, String) {
        match self {
            Self::NotAsked => (None, String::new()),
            Self::Done => (Some("yes"), format!("{title} says so")),
            Self::Unasked { waited } if waited.is_zero() => {
                (Some("unknown"), format!("{title} cannot be asked, and names no time"))
            }
            Self::Unasked { waited } => {
                let waited = humantime::format_duration(Duration::from_secs(waited.as_secs()));
                (Some("unknown"), format!("{title} cannot be asked; waited the {waited} that it names"))
            }
            Self::Pending { batches, why } => (Some("no"), format!("in progress: {batches}; {why}")),
        }
    }

    /// The failure that a purge ends with that was accepted, and is not completed in time.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        let Self::Pending { batches, why } = self else { return None };
        let count = if *batches == 1 { "1 batch is".to_owned() } else { format!("{batches} batches are") };
        Some(Error::Unavailable(format!(
            "accepted, but {count} still in progress ({why}); nothing has to be sent again: wait longer with \
             --wait=TIME"
        )))
    }
}

/// What became of the batches, each by its index in the plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The provider said yes.
    pub accepted: Vec<usize>,
    /// It did not, and why.
    pub failed: Vec<(usize, Error)>,
    /// Cut off while the request was out: whether it acted is not known.
    pub doubtful: Vec<usize>,
    /// Accepted in an earlier part of the run.
    pub before: Vec<usize>,
    /// In doubt after an earlier part, and sent again; each is among the others too.
    pub resent: Vec<usize>,
    /// Never sent.
    pub unsent: Vec<usize>,
    /// What ended the run before the plan's end.
    pub stop: Option<Error>,
    /// What `purge resume` finds the journal by, where one was kept.
    pub journal: Option<String>,
    /// What `--wait` found out.
    pub completion: Completion,
    /// When the first request left and when the last batch was accepted, by the monotonic clock.
    pub times: Option<(Duration, Duration)>,
}

impl Outcome {
    /// Whether every batch was accepted.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.stop.is_none() && self.failed.is_empty() && self.unsent.is_empty() && self.doubtful.is_empty()
    }

    /// What was sent and what was not, batch numbers and items, as one line.
    #[must_use]
    pub fn summary(&self, plan: &Plan) -> String {
        let failed: Vec<usize> = self.failed.iter().map(|(index, _)| *index).collect();
        let groups = [
            ("sent before", &self.before),
            ("sent", &self.accepted),
            ("failed", &failed),
            ("in doubt", &self.doubtful),
            ("not sent", &self.unsent),
        ];
        let named = groups.iter().filter(|(name, list)| *name == "sent" || !list.is_empty());
        named.map(|(name, list)| format!("{name}: {}", spans(plan, list))).collect::<Vec<_>>().join("; ")
    }

    /// What is neither known to be purged nor sent again unasked.
    fn doubt(&self, plan: &Plan) -> Option<Error> {
        let first = plan.batch(*self.doubtful.first()?, None);
        let journal = self.journal.as_deref().unwrap_or("RUN");
        Some(Error::Usage(format!(
            "{} may have been purged at {}, and to send it twice is not harmless there; \
             `stratos purge resume {journal} --resend` sends it again",
            spans(plan, &self.doubtful),
            first.target,
        )))
    }

    /// The summary, and how to go on from there.
    #[must_use]
    pub fn ending(&self, plan: &Plan) -> String {
        let summary = self.summary(plan);
        match self.again() {
            Some(again) => format!("{summary}; {again}"),
            None => summary,
        }
    }

    /// The command that sends the rest.
    fn again(&self) -> Option<String> {
        let journal = self.journal.as_ref().filter(|_| !self.complete())?;
        Some(format!("`stratos purge resume {journal}` sends the rest"))
    }

    /// The failure that the command ends with, if it must.
    #[must_use]
    pub fn failure(self, plan: &Plan) -> Option<Error> {
        let (summary, ending) = (self.summary(plan), self.ending(plan));
        let again = self.again().unwrap_or_else(|| "purge again what was not sent".into());
        let doubt = self.doubt(plan);
        let permanent = |error: &Error| !error.facts().retryable;
        let told = |errors: &[(usize, Error)]| {
            errors.first().map_or_else(String::new, |(_, first)| in_words(first) + "; ")
        };
        match (self.stop, self.failed) {
            (Some(Error::Interrupted { signal, detail }), _) => {
                Some(Error::Interrupted { signal, detail: format!("{detail}; {ending}") })
            }
            (None, failed) if failed.is_empty() && doubt.is_some() => doubt,
            (None, failed) if plan.count() == 1 => failed.into_iter().next().map(|(_, error)| error),
            (stop, failed) if failed.iter().any(|(_, error)| permanent(error)) => {
                drop(stop);
                failed.into_iter().map(|(_, error)| error).find(permanent)
            }
            (Some(stop), _) if permanent(&stop) || plan.count() == 1 => Some(stop),
            (Some(Error::Quota(detail)), failed) => {
                Some(Error::Quota(format!("{}{detail}; {ending}", told(&failed))))
            }
            (None, failed) if failed.is_empty() => None,
            (stop, failed) => {
                let stop = stop.map_or_else(String::new, |error| in_words(&error) + "; ");
                Some(Error::Partial(format!("{stop}{}{summary}; {again}", told(&failed))))
            }
        }
    }
}

/// The message, and the next step that came with it.
#[must_use]
pub fn in_words(error: &Error) -> String {
    match error {
        Error::Answered(answer) => match &answer.hint {
            Some(hint) => format!("{error} (HTTP {}): {hint}", answer.status),
            None => format!("{error} (HTTP {})", answer.status),
        },
        other => other.to_string(),
    }
}

/// `batches 1-2 (60 items, "…" to "…")`, one for each run of neighbours.
#[must_use]
pub fn spans(plan: &Plan, list: &[usize]) -> String {
    if list.is_empty() {
        return "nothing".into();
    }
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for index in list {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *index => *last = *index,
            _ => spans.push((*index, *index)),
        }
    }
    spans.iter().map(|(from, to)| span(plan, *from, *to)).collect::<Vec<_>>().join(", ")
}

fn span(plan: &Plan, from: usize, to: usize) -> String {
    let (first, last) = (plan.batch(from, None), plan.batch(to, None));
    let count: usize = (from..=to).map(|index| plan.batch(index, None).items.count()).sum();
    let name =
        if from == to { format!("batch {}", from + 1) } else { format!("batches {}-{}", from + 1, to + 1) };
    let (head, tail) = (shortened(first.items.first()), shortened(last.items.last()));
    let items = if count == 1 { head } else { format!("{head} to {tail}") };
    format!("{name} ({}: {items})", first.selector.count(count))
}
