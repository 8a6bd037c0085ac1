//! `purge plan --to`: one plan for several, each target's own inside it; no secret, no socket.

use super::{Fan, Targets, forgive, settle};
use crate::{
    commands::purge::{
        account::{Keys, Sets},
        changed::Chosen,
        plan::{ahead, batches, cells, next, plain, requests, save, taken},
    },
    context::Context,
    error::{Error, Result},
    options::Format,
    progress::clean,
    purge::{
        fan::{Stage, layers, only},
        pace::Forecast,
        plan::{Plan, Several},
    },
    report::{Page, Report, Rows, Style},
};
use serde_json::{Value, json};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Plans for all targets, and sends nothing.
pub(in crate::commands::purge) fn plan(
    targets: &Targets,
    chosen: &Chosen,
    sets: &Sets,
    out: Option<&Path>,
    cx: &mut Context<'_>,
) -> Result<Box<dyn Report>> {
    let mut fan = settle::settle(&targets.names()?, chosen, sets, &Keys::default(), cx)?;
    forgive(&mut fan, targets.partial_ok, cx)?;
    let Fan { stages, jobs, .. } = able(fan, cx)?;
    let layers = layers(&stages)?;
    let (mut plans, mut notes) = (Vec::new(), Vec::new());
    for (index, job) in jobs.into_iter().enumerate() {
        let job = job?;
        chosen.advise(&job, cx);
        job.announce(cx, true);
        let layer = layers.iter().position(|layer| layer.contains(&index)).unwrap_or_default() + 1;
        notes.push(Note { layer, forecast: ahead(&job, cx)? });
        plans.push(job.plan);
    }
    let several = Several { stages, plans };
    save(out, cx, |file| several.write(file))?;
    let planned = Planned { several, notes, out: out.map(Path::to_owned), plain: plain(out, cx) };
    if cx.format != Format::Table {
        cx.console.info(planned.said());
    }
    Ok(Box::new(planned))
}

/// The targets that can, without those that would wait for one that cannot: their turn would never come.
fn able(mut fan: Fan, cx: &Context<'_>) -> Result<Fan> {
    for index in layers(&fan.stages)?.into_iter().flatten() {
        let Stage { name, after } = &fan.stages[index];
        let Some(first) = after.iter().find(|at| fan.jobs[**at].is_err()) else { continue };
        let why = format!("{} comes first", fan.stages[*first].name);
        if std::mem::replace(&mut fan.jobs[index], Err(Error::Data(why.clone()))).is_ok() {
            cx.console.warn(format!("{name} is left out: {why}"));
        }
    }
    let kept: Vec<bool> = fan.jobs.iter().map(Result::is_ok).collect();
    if !kept.contains(&true) {
        forgive(&mut fan, false, cx)?;
    }
    let profiles = fan.profiles.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(it, _)| it);
    Ok(Fan {
        stages: only(fan.stages, &kept),
        profiles: profiles.collect(),
        jobs: fan.jobs.into_iter().filter(Result::is_ok).collect(),
    })
}

/// What a page says of a target beside its plan.
struct Note {
    layer: usize,
    forecast: Forecast,
}

/// The plans of all targets, with one digest.
struct Planned {
    several: Several,
    notes: Vec<Note>,
    out: Option<PathBuf>,
    plain: bool,
}

impl Planned {
    fn targets(&self) -> impl Iterator<Item = (&str, &Plan, &Note)> {
        let targets = self.several.stages.iter().zip(&self.several.plans).zip(&self.notes);
        targets.map(|((stage, plan), note)| (stage.name.as_str(), plan, note))
    }

    fn count(&self) -> usize {
        self.several.plans.iter().map(Plan::count).sum()
    }

    /// A layer takes as long as its slowest target, and the next one begins after it.
    fn forecast(&self) -> Forecast {
        let last = self.notes.iter().map(|note| note.layer).max().unwrap_or_default();
        let slowest = |layer| {
            self.notes.iter().filter(|note| note.layer == layer).map(|note| note.forecast.least).max()
        };
        Forecast {
            least: (1..=last).filter_map(slowest).sum(),
            open: self.notes.iter().map(|note| note.forecast.open).sum(),
        }
    }

    fn said(&self) -> String {
        let targets = self.notes.len();
        let targets = if targets == 1 { "1 target".to_owned() } else { format!("{targets} targets") };
        match self.count() {
            0 => format!("nothing to purge at {targets}"),
            count => format!("{} to {targets}, {}", requests(count), self.forecast()),
        }
    }
}

impl Report for Planned {
    fn value(&self) -> Value {
        let Some(path) = &self.out else {
            return serde_json::from_str(&self.several.to_json()).expect("a plan is JSON");
        };
        let target = |(name, plan, note): (&str, &Plan, &Note)| {
            json!({
                "target": name,
                "provider": plan.provider,
                "layer": note.layer,
                "batches": plan.count(),
                "items": plan.items(),
                "seconds": note.forecast.least.as_secs(),
                "digest": plan.digest(),
            })
        };
        json!({
            "plan": path.display().to_string(),
            "targets": self.targets().map(target).collect::<Value>(),
            "batches": self.count(),
            "seconds": self.forecast().least.as_secs(),
            "digest": self.several.digest(),
        })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.plain {
            self.several.write(&mut *page.out)?;
            return writeln!(page.out);
        }
        let layered = self.notes.iter().any(|note| note.layer > 1);
        for (name, plan, Note { layer, forecast }) in self.targets() {
            let layer = if layered { format!(", layer {layer}") } else { String::new() };
            let name = page.bold(&clean(name));
            writeln!(page.out, "{name} ({}{layer}): {}", plan.provider, taken(plan, forecast))?;
            batches(plan, page)?;
        }
        writeln!(page.out, "{}", self.said())?;
        writeln!(page.out, "{}", self.several.digest())?;
        if self.count() == 0 { Ok(()) } else { next(self.out.as_deref(), page) }
    }

    fn style(&self) -> Style {
        if self.plain { Style::Text } else { Style::Data }
    }

    fn headline(&self) -> Option<String> {
        Some(format!("Purge plan: {}, {}", self.said(), self.several.digest()))
    }

    fn rows(&self) -> Option<Rows> {
        let of = |(name, plan, note): (&str, &Plan, &Note)| {
            let own = vec![name.to_owned(), plan.provider.clone(), note.layer.to_string()];
            cells(plan).map(|cells| [own.clone(), cells].concat()).collect::<Vec<_>>()
        };
        let columns =
            ["TARGET", "PROVIDER", "LAYER", "BATCH", "ADDRESS", "SELECTOR", "ITEMS", "FIRST", "LAST"];
        (self.count() > 0)
            .then(|| Rows { columns: columns.to_vec(), rows: self.targets().flat_map(of).collect() })
    }
}
