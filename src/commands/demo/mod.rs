//! `stratos demo`: the whole product in a few seconds, against an edge of its own.

mod story;

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Rows, Style, wrapped},
};
use serde_json::{Value, json};
use std::io;
use story::{STEPS, Shown, Step, Story};

/// See it all work against the embedded edge
///
/// Starts a CDN edge on a free port of this machine, mints a signed URL, fetches it, tampers with it,
/// lets one expire, purges a cache and proves it empty. It needs no network, no account and no
/// configuration, reads none, and leaves nothing behind.
#[derive(Debug, clap::Args)]
pub struct Demo {}

/// The steps that were taken; the last one failed, or all are there.
pub struct Told {
    url: String,
    steps: Vec<Step>,
    failed: Option<(&'static str, String)>,
    seconds: f64,
}

impl Command for Demo {
    type Report = Told;

    fn run(self, cx: &mut Context<'_>) -> Result<Told> {
        if planted!("demo-reads-the-profile") {
            cx.profile()?;
        }
        let start = cx.clock.elapsed();
        let mut story = Story::begin(cx)?;
        let mut told = Told { url: story.url().to_owned(), steps: Vec::new(), failed: None, seconds: 0.0 };
        for (name, title, take) in STEPS {
            match take(&mut story) {
                Ok(step) => told.steps.push(Step { name, title, ..step }),
                Err(error @ Error::Interrupted { .. }) => return Err(error),
                Err(error) => {
                    told.failed = Some((name, error.to_string()));
                    break;
                }
            }
        }
        told.seconds = (cx.clock.elapsed() - start).as_secs_f64();
        Ok(told)
    }
}

impl Report for Told {
    fn value(&self) -> Value {
        let failed = self.failed.as_ref().map(|(name, seen)| json!({ "step": name, "seen": seen }));
        json!({
            "ok": self.failed.is_none(),
            "url": self.url,
            "elapsed_ms": (self.seconds * 1_000.0).round(),
            "steps": self.lines(),
            "failed": failed,
        })
    }

    fn lines(&self) -> Value {
        self.steps.iter().enumerate().map(|(index, step)| step.value(index + 1)).collect()
    }

    fn rows(&self) -> Option<Rows> {
        let rows = self.steps.iter().enumerate().map(|(index, step)| {
            vec![(index + 1).to_string(), step.name.into(), step.command.clone(), step.result()]
        });
        Some(Rows { columns: vec!["STEP", "NAME", "COMMAND", "RESULT"], rows: rows.collect() })
    }

    fn style(&self) -> Style {
        Style::TextUnlessAsked
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let title = page.bold("stratos demo");
        writeln!(page.out, "{title}: a CDN edge on this machine, {}\n", self.url)?;
        for (index, step) in self.steps.iter().enumerate() {
            scene(page, index + 1, step)?;
        }
        if self.failed.is_some() {
            return Ok(());
        }
        let done = format!("{} steps in {:.1} s.", self.steps.len(), self.seconds);
        let done = page.painted("32", &done);
        writeln!(page.out, "{done} The edge is gone, and nothing is left behind.")?;
        writeln!(page.out, "Next: `stratos dev` keeps such an edge running; `stratos init` sets up your CDN.")
    }

    fn failure(&self) -> Option<Error> {
        let (name, seen) = self.failed.as_ref()?;
        let number = self.steps.len() + 1;
        Some(Error::Unavailable(format!("demo step {number} ({name}) failed: {seen}")))
    }
}

fn scene(page: &mut Page<'_>, number: usize, step: &Step) -> io::Result<()> {
    let title = page.bold(&format!("{number}. {}", step.title));
    let command = page.painted("36", &format!("$ {}", step.command));
    writeln!(page.out, "{title}\n   {command}")?;
    for shown in &step.shown {
        match shown {
            Shown::Line(text) => writeln!(page.out, "   {text}")?,
            Shown::Status(status, text) => {
                let color = if *status < 400 { "32" } else { "31" };
                let status = page.painted(color, &status.to_string());
                writeln!(page.out, "   {status} {text}")?;
            }
        }
    }
    wrapped(page, "   ", "   ", &step.says)?;
    writeln!(page.out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_is_named_and_ends_69() {
        let failed = Some(("tamper", "HTTP 200".to_owned()));
        let told = Told { url: String::new(), steps: vec![Step::default()], failed, seconds: 0.0 };
        let error = told.failure().unwrap();
        assert_eq!(error.facts().exit, 69);
        assert_eq!(error.to_string(), "demo step 2 (tamper) failed: HTTP 200");
        assert_eq!(told.value()["ok"], false);
    }
}
