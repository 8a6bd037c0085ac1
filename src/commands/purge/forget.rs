//! `purge history --forget RUN`: gives up a run. Its journal goes, and what stays unpurged is told once more.

use super::find::{Sought, called};
use crate::{
    context::Context,
    error::Result,
    progress::clean,
    purge::{
        journal::{self, Fate, Left},
        spans,
    },
    report::{Page, Report, wrapped},
};
use serde_json::{Value, json};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Removes the journals of a run, all accounts of a command together.
pub(super) fn forget(run: &str, cx: &Context<'_>) -> Result<Box<dyn Report>> {
    let sought = Sought::of(Some(run), cx)?;
    let own = sought.own();
    let name = own.map_or_else(|| sought.path.display().to_string(), |own| called(own).to_owned());
    let parts: Vec<PathBuf> = match own.filter(|own| own.head.part.is_some()) {
        None => vec![sought.path.clone()],
        Some(own) => {
            let same = sought.found.iter().filter(|found| called(found) == called(own));
            same.map(|found| found.path.clone()).collect()
        }
    };
    let parts = parts.iter().map(|path| Part::forget(path.as_path())).collect::<Result<Vec<_>>>()?;
    Ok(Box::new(Forgotten { name, parts }))
}

/// What the journal of one account said before it went; nothing where it could not be read.
struct Part {
    left: Option<Left>,
    journal: PathBuf,
}

impl Part {
    fn forget(path: &Path) -> Result<Self> {
        let left = Left::read(path).ok();
        journal::forget(path)?;
        Ok(Self { left, journal: path.to_owned() })
    }
}

/// What may be purged or not, and what surely is not.
const OPEN: [(Fate, &str); 3] =
    [(Fate::Doubtful, "in_doubt"), (Fate::Refused, "failed"), (Fate::Unsent, "not_sent")];

fn of(left: &Left, fate: Fate) -> Vec<usize> {
    (0..left.plan.count()).filter(|index| left.past.fate(*index) == fate).collect()
}

struct Forgotten {
    name: String,
    parts: Vec<Part>,
}

impl Report for Forgotten {
    fn value(&self) -> Value {
        let part = |part: &Part| {
            let Some(left) = &part.left else {
                return json!({ "journal": part.journal.display().to_string(), "unpurged": null });
            };
            let batch = |(index, state): (usize, &str)| {
                let batch = left.plan.batch(index, None);
                json!({ "batch": batch.number, "state": state, "items": batch.items })
            };
            let open = OPEN.iter().flat_map(|(fate, name)| of(left, *fate).into_iter().map(|at| (at, *name)));
            json!({
                "run": left.head.run,
                "provider": left.head.provider,
                "profile": left.head.profile,
                "accepted": of(left, Fate::Accepted).len(),
                "unpurged": open.map(batch).collect::<Value>(),
            })
        };
        json!({ "forgotten": self.name, "runs": self.parts.iter().map(part).collect::<Value>() })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        writeln!(page.out, "{} is forgotten", page.bold(&clean(&self.name)))?;
        for part in &self.parts {
            let Some(left) = &part.left else {
                let journal = part.journal.display();
                let text = format!(
                    "{journal} could not be read: what was sent is not known; purge again what matters"
                );
                wrapped(page, "  ", "  ", &clean(&text))?;
                continue;
            };
            let head = &left.head;
            let lists = OPEN.iter().map(|(fate, name)| (name.replace('_', " "), of(left, *fate)));
            let open: Vec<String> = lists
                .filter(|(_, list)| !list.is_empty())
                .map(|(name, list)| format!("{name}: {}", spans(&left.plan, &list)))
                .collect();
            let open = if open.is_empty() { "all was accepted".to_owned() } else { open.join("; ") };
            wrapped(page, "  ", "    ", &clean(&format!("{} ({}): {open}", head.profile, head.provider)))?;
        }
        Ok(())
    }
}
