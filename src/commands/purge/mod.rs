//! `stratos purge`: plan, confirm, send; in one step, or in several with a plan as a file between them.

pub(super) mod account;
mod apply;
mod ask;
mod book;
mod changed;
mod choice;
mod fan;
mod find;
mod forget;
mod history;
mod job;
mod list;
mod manifest;
mod once;
mod out;
mod plan;
mod preview;
mod prove;
mod providers;
mod quota;
mod record;
mod resume;
mod send;
pub(super) mod vendor;

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    report::{Page, Report, Rows, Style},
};
use serde_json::Value;
use std::io;

/// Invalidate cache by URL, tag, or wholesale
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true, subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub struct Purge {
    #[command(flatten)]
    once: once::Once,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Write the plan and what it costs; nothing is sent, no key is needed
    Plan(Box<plan::Planning>),
    /// Send a plan that was made before
    Apply(Box<apply::Apply>),
    /// Send what an earlier run left unsent or in doubt
    Resume(Box<resume::Resume>),
    /// List the runs of the last 30 days, and what became of their batches
    History(history::History),
    /// Write the names and digests of a release's files, to compare the next release with
    Manifest(manifest::Manifest),
    /// Ask what is left of the account's budgets, where the provider tells without a purge (Akamai, Alibaba, Tencent)
    Quota(quota::Quota),
    /// List the CDNs and caches: what each purges by, its limits, settings and variables
    Providers(providers::Providers),
}

/// The report of `purge`, whichever verb was asked for.
pub struct Done(Box<dyn Report>);

impl Command for Purge {
    type Report = Done;

    fn run(self, cx: &mut Context<'_>) -> Result<Done> {
        let Some(verb) = self.verb else { return self.once.run(cx).map(Done) };
        if self.once != once::Once::default() {
            return Err(Error::Usage(
                "what stands before a verb such as plan or apply belongs to purging in one step; write it \
                 after that word"
                    .into(),
            ));
        }
        match verb {
            Verb::Plan(plan) => plan.run(cx).map(Done),
            Verb::Apply(apply) => apply.run(cx).map(Done),
            Verb::Resume(resume) => resume.run(cx).map(Done),
            Verb::History(history) => history.run(cx).map(Done),
            Verb::Manifest(manifest) => manifest.run(cx).map(Done),
            Verb::Quota(quota) => quota.run(cx).map(Done),
            Verb::Providers(providers) => providers.run(cx).map(Done),
        }
    }
}

impl Report for Done {
    fn value(&self) -> Value {
        self.0.value()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.0.human(page)
    }

    fn headline(&self) -> Option<String> {
        self.0.headline()
    }

    fn lines(&self) -> Value {
        self.0.lines()
    }

    fn sheet(&self) -> Value {
        self.0.sheet()
    }

    fn style(&self) -> Style {
        self.0.style()
    }

    fn rows(&self) -> Option<Rows> {
        self.0.rows()
    }

    fn exit(&self) -> u8 {
        self.0.exit()
    }

    fn failure(&self) -> Option<Error> {
        self.0.failure()
    }
}
