//! `purge plan`: the plan as a file, its cost and the time it takes; no secret, no socket.

use super::{
    account::Sets,
    ask,
    changed::Changed,
    choice::Choice,
    job::Job,
    out::{cannot, replace},
};
use crate::{
    context::Context,
    error::Result,
    options::Format,
    progress::clean,
    purge::{
        pace::{Forecast, forecast},
        plan::{Plan, shortened},
    },
    report::{Page, Report, Rows, Style},
};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The flags of planning.
#[derive(Debug, clap::Args)]
pub(super) struct Planning {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    changed: Changed,
    /// The release that takes the old one's place, likewise
    #[arg(long, value_name = "NEW", requires = "from", help_heading = "Changed files only")]
    to: Option<PathBuf>,
    /// Write the plan to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    sets: Sets,
}

impl Planning {
    /// Plans, and sends nothing.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let chosen = self.changed.or(&self.choice, self.to.as_deref(), cx)?;
        let profile = cx.profile()?;
        if chosen.is_nothing() {
            return show(Job::nothing(&profile, &self.sets.sets, cx)?, self.out.as_deref(), cx);
        }
        let job = Job::cut(&chosen, &profile, &self.sets.sets, cx)?;
        chosen.advise(&job, cx);
        drop(chosen);
        if planted!("plan-asks-the-cdn") {
            cx.client()?.send(&crate::http::Request::get(&job.settings.targets()[0]))?;
        }
        show(job, self.out.as_deref(), cx)
    }
}

/// The plan of a job: to the file or to stdout, and what it takes beside it.
pub(super) fn show(job: Job, out: Option<&Path>, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
    let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
    let forecast = forecast(job.provider, &job.settings, &job.plan, rate, cx.clock.now()?);
    job.announce(cx, true);
    if let Some(path) = out {
        replace(path, cx, |file| {
            let written = job.plan.write(&mut *file).and_then(|()| writeln!(file));
            written.map_err(|error| cannot(path, &error))
        })?;
    }
    // On a terminal the page says it.
    let plain = cx.format == Format::Json && !cx.terminal && cx.options.filter.is_none();
    if cx.format != Format::Table {
        cx.console.info(taken(&job.plan, &forecast));
    }
    Ok(Box::new(Planned { plan: job.plan, forecast, out: out.map(Path::to_owned), plain }))
}

/// How much there is, and how long it takes.
fn taken(plan: &Plan, forecast: &Forecast) -> String {
    if plan.count() == 0 {
        return "nothing to purge".into();
    }
    let first = plan.batch(0, None);
    let requests =
        if plan.count() == 1 { "1 request".to_owned() } else { format!("{} requests", plan.count()) };
    format!("{} in {requests}, {forecast}", first.selector.count(plan.items()))
}

/// A plan, its digest and its time.
struct Planned {
    plan: Plan,
    forecast: Forecast,
    out: Option<PathBuf>,
    /// Its bytes are written as they are: a large plan is not taken apart to be printed.
    plain: bool,
}

impl Report for Planned {
    fn value(&self) -> Value {
        match &self.out {
            None => serde_json::from_str(&self.plan.to_json()).expect("a plan is JSON"),
            Some(path) => json!({
                "plan": path.display().to_string(),
                "provider": self.plan.provider,
                "batches": self.plan.count(),
                "items": self.plan.items(),
                "seconds": self.forecast.least.as_secs(),
                "digest": self.plan.digest(),
            }),
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.plain && self.out.is_none() {
            self.plan.write(&mut *page.out)?;
            return writeln!(page.out);
        }
        writeln!(page.out, "{} {}", page.bold(&self.plan.provider), self.plan.digest())?;
        for batch in self.plan.batches() {
            let count = batch.selector.count(batch.items.count());
            let soft = if batch.soft { ", softly" } else { "" };
            let (first, last) = (shortened(batch.items.first()), shortened(batch.items.last()));
            let items = if batch.items.count() == 1 { first } else { format!("{first} to {last}") };
            let line = format!("  {} {}: {count}{soft}: {items}", batch.number, batch.target);
            writeln!(page.out, "{}", clean(&line))?;
        }
        writeln!(page.out, "{}", taken(&self.plan, &self.forecast))?;
        match &self.out {
            _ if self.plan.count() == 0 => Ok(()),
            Some(path) => writeln!(page.out, "`stratos purge apply {}` sends it", path.display()),
            None => writeln!(page.out, "--out FILE keeps it, `stratos purge apply FILE` sends it"),
        }
    }

    fn style(&self) -> Style {
        if self.plain && self.out.is_none() { Style::Text } else { Style::Data }
    }

    fn headline(&self) -> Option<String> {
        let digest = self.plan.digest();
        Some(format!(
            "Purge plan for {}: {}, {digest}",
            self.plan.provider,
            taken(&self.plan, &self.forecast)
        ))
    }

    fn rows(&self) -> Option<Rows> {
        let row = |batch: crate::purge::Batch<'_>| {
            let items = batch.items;
            vec![
                batch.number.to_string(),
                batch.target.to_owned(),
                batch.selector.name().to_owned(),
                items.count().to_string(),
                items.first().to_owned(),
                items.last().to_owned(),
            ]
        };
        // A page says in words that there is nothing.
        (self.plan.count() > 0).then(|| Rows {
            columns: vec!["BATCH", "TARGET", "SELECTOR", "ITEMS", "FIRST", "LAST"],
            rows: self.plan.batches().map(row).collect(),
        })
    }
}
