//! `purge plan`: the plan as a file, its cost and the time it takes; no secret, no socket.

use super::{
    account::Sets,
    ask,
    changed::Changed,
    choice::Choice,
    fan::{self, Targets},
    job::Job,
    out::{cannot, replace},
};
use crate::{
    context::Context,
    error::{Error, Result},
    options::Format,
    progress::clean,
    purge::{
        pace::{Forecast, forecast},
        plan::{Plan, shortened},
    },
    report::{Page, Report, Rows, Style, wrapped},
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
    #[command(flatten)]
    targets: Targets,
    /// Write the plan to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    sets: Sets,
}

impl Planning {
    /// Plans, and sends nothing.
    pub fn run(mut self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let release = if self.changed.given() { self.targets.release() } else { None };
        if self.targets.given() && !self.changed.given() && self.choice == Choice::default() {
            let nothing = ask::NOTHING;
            return Err(Error::Usage(format!("{nothing} --to NEW is a release only beside --from OLD.")));
        }
        let chosen = self.changed.or(&self.choice, release.as_deref(), cx)?;
        if self.targets.given() {
            return fan::plan(&self.targets, &chosen, &self.sets, self.out.as_deref(), cx);
        }
        let profile = cx.profile()?;
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
fn show(job: Job, out: Option<&Path>, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
    let forecast = ahead(&job, cx)?;
    job.announce(cx, true);
    save(out, cx, |file| job.plan.write(file))?;
    if cx.format != Format::Table {
        cx.console.info(taken(&job.plan, &forecast));
    }
    Ok(Box::new(Planned { plan: job.plan, forecast, out: out.map(Path::to_owned), plain: plain(out, cx) }))
}

/// Whether the plan's bytes go to stdout as they are: a large one is not taken apart to be printed. On a terminal
/// a page tells of it.
pub(super) fn plain(out: Option<&Path>, cx: &Context<'_>) -> bool {
    out.is_none() && cx.format == Format::Json && !cx.terminal && cx.options.filter.is_none()
}

/// How long it takes.
pub(super) fn ahead(job: &Job, cx: &Context<'_>) -> Result<Forecast> {
    let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
    Ok(forecast(job.provider, &job.settings, &job.plan, rate, cx.clock.now()?))
}

/// To the file of `--out`, where one is named.
pub(super) fn save(
    out: Option<&Path>,
    cx: &Context<'_>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let Some(path) = out else { return Ok(()) };
    replace(path, cx, |file| write(file).and_then(|()| writeln!(file)).map_err(|error| cannot(path, &error)))
}

/// How much there is, and how long it takes.
pub(super) fn taken(plan: &Plan, forecast: &Forecast) -> String {
    if plan.count() == 0 {
        return "nothing to purge".into();
    }
    let first = plan.batch(0, None);
    format!("{} in {}, {forecast}", first.selector.count(plan.items()), requests(plan.count()))
}

/// `1 request`, `2 requests`.
pub(super) fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

/// The batches of a plan, a paragraph each.
pub(super) fn batches(plan: &Plan, page: &mut Page<'_>) -> io::Result<()> {
    for batch in plan.batches() {
        let count = batch.selector.count(batch.items.count());
        let soft = if batch.soft { ", softly" } else { "" };
        let (first, last) = (shortened(batch.items.first()), shortened(batch.items.last()));
        let items = if batch.items.count() == 1 { first } else { format!("{first} to {last}") };
        let text = clean(&format!("{}: {count}{soft}: {items}", batch.target));
        wrapped(page, &format!("  {} ", batch.number), "    ", &text)?;
    }
    Ok(())
}

/// The cells that `--output markdown` and `csv` show of each batch.
pub(super) fn cells(plan: &Plan) -> impl Iterator<Item = Vec<String>> {
    plan.batches().map(|batch| {
        let items = batch.items;
        vec![
            batch.number.to_string(),
            batch.target.to_owned(),
            batch.selector.name().to_owned(),
            items.count().to_string(),
            items.first().to_owned(),
            items.last().to_owned(),
        ]
    })
}

/// How a page goes on from a plan.
pub(super) fn next(out: Option<&Path>, page: &mut Page<'_>) -> io::Result<()> {
    match out {
        Some(path) => writeln!(page.out, "`stratos purge apply {}` sends it", path.display()),
        None => writeln!(page.out, "--out FILE keeps it, `stratos purge apply FILE` sends it"),
    }
}

/// A plan, its digest and its time.
struct Planned {
    plan: Plan,
    forecast: Forecast,
    out: Option<PathBuf>,
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
        if self.plain {
            self.plan.write(&mut *page.out)?;
            return writeln!(page.out);
        }
        writeln!(page.out, "{} {}", page.bold(&self.plan.provider), self.plan.digest())?;
        batches(&self.plan, page)?;
        writeln!(page.out, "{}", taken(&self.plan, &self.forecast))?;
        if self.plan.count() == 0 { Ok(()) } else { next(self.out.as_deref(), page) }
    }

    fn style(&self) -> Style {
        if self.plain { Style::Text } else { Style::Data }
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
        // A page says in words that there is nothing.
        (self.plan.count() > 0).then(|| Rows {
            columns: vec!["BATCH", "TARGET", "SELECTOR", "ITEMS", "FIRST", "LAST"],
            rows: cells(&self.plan).collect(),
        })
    }
}
