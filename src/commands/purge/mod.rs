//! `stratos purge`: plan, confirm, send.

mod account;
mod ask;
mod book;
mod list;
mod preview;

use crate::{
    command::Command,
    context::Context,
    error::{Error, Result},
    options::Format,
    purge::{
        Account, Outcome, Provider, Selector, Settings,
        execute::execute,
        plan::{Plan, Selection, plan},
    },
    report::{Page, Report, Rows, Style},
};
use book::{Book, Purged};
use preview::Preview;
use serde_json::Value;
use std::{io, path::PathBuf};

/// Invalidate cache by URL, tag, or wholesale
#[derive(Debug, clap::Args)]
pub struct Purge {
    /// URLs to purge; `-` adds those on stdin, one a line
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// Read URLs from stdin, one a line; blank lines and lines that begin with # are skipped
    #[arg(long)]
    stdin: bool,
    /// Read URLs from a file, one a line, like those on stdin
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Purge what carries this tag; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Purge all below this address; may be repeated
    #[arg(long = "prefix", value_name = "URL")]
    prefixes: Vec<String>,
    /// Purge all of this host; may be repeated
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Purge the whole cache; needs --yes, or a confirmation typed on a terminal
    #[arg(long)]
    everything: bool,
    /// Confirm --everything
    #[arg(long)]
    yes: bool,
    /// Mark content as stale instead of removing it, where the CDN can
    #[arg(long)]
    soft: bool,
    /// Print the requests, send none
    #[arg(long)]
    dry_run: bool,
    /// A setting of the provider, name=value; repeatable
    #[arg(long = "set", value_name = "NAME=VALUE")]
    sets: Vec<String>,
    /// Purge key, literally [env: CLOUDCDN_PURGE_KEY]
    #[arg(long, value_name = "KEY")]
    purge_key: Option<String>,
    /// Token with the scope purge:write, literally [env: CLOUDCDN_BEARER_TOKEN]
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// The report of `purge`.
pub enum Done {
    /// Nothing was sent.
    Preview(Preview),
    /// What became of each batch.
    Purged(Purged),
}

/// Who purges what: all that is settled before anything is sent.
struct Job {
    provider: &'static Provider,
    settings: Settings,
    plan: Plan,
}

impl Command for Purge {
    type Report = Done;

    fn run(self, cx: &mut Context<'_>) -> Result<Done> {
        let rate = cx.options.rate.as_deref().map(ask::rate).transpose()?;
        let selection = self.selection(cx)?;
        let profile = cx.profile()?;
        let (provider, settings) = account::settle(&profile, &self.sets, cx)?;
        let plan = plan(provider, &settings, &selection)?;
        let job = Job { provider, settings, plan };
        job.announce(cx, self.dry_run);
        if self.dry_run {
            return Ok(Done::Preview(Preview::of(&job, &self, cx)?));
        }
        if selection.selector == Selector::All && !self.yes {
            ask::confirm(cx, &job.settings.targets().join(", "))?;
        }
        self.send(job, rate, cx)
    }
}

impl Purge {
    /// Exactly one selector, and what it names.
    fn selection(&self, cx: &mut Context<'_>) -> Result<Selection> {
        let listed = !self.urls.is_empty() || self.stdin || self.file.is_some();
        let given: Vec<Selector> = [
            (Selector::Url, listed),
            (Selector::Prefix, !self.prefixes.is_empty()),
            (Selector::Host, !self.hosts.is_empty()),
            (Selector::Tag, !self.tags.is_empty()),
            (Selector::All, self.everything),
        ]
        .into_iter()
        .filter_map(|(selector, given)| given.then_some(selector))
        .collect();
        let selector = match given[..] {
            [] => return Err(Error::Usage(ask::NOTHING.into())),
            [one] => one,
            [first, second, ..] => {
                return Err(Error::Usage(format!(
                    "{} and {} cannot be purged by one command, nor is one of them dropped; run purge once for each",
                    first.plural(),
                    second.plural()
                )));
            }
        };
        let items = match selector {
            Selector::Url => list::urls(&self.urls, self.stdin, self.file.as_deref(), cx)?,
            Selector::Prefix => self.prefixes.clone(),
            Selector::Host => self.hosts.clone(),
            Selector::Tag => self.tags.clone(),
            Selector::All => Vec::new(),
        };
        Ok(Selection { selector, items, soft: self.soft })
    }

    fn send(&self, job: Job, rate: Option<u32>, cx: &mut Context<'_>) -> Result<Done> {
        let Job { provider, settings, plan } = job;
        let account = self.account(provider, settings, cx)?;
        self.tell_unused(&account, cx);
        let client = cx.client()?;
        let console = cx.console;
        // Each batch is told as it ends, unless the whole is asked for or has to pass through a filter.
        let lines = match cx.format {
            Format::Ndjson => true,
            Format::Json => !cx.asked,
            _ => false,
        };
        let stream = lines && plan.count() > 1 && cx.options.filter.is_none();
        let progress = cx.progress("purging", Some(plan.count() as u64));
        let mut book = Book::new(&plan, stream.then_some(&mut *cx.output), progress);
        let outcome = execute(provider, &account, &plan, &client, rate, &mut book)?;
        let entries = book.close(&outcome);
        let summary = outcome.summary(&plan);
        let complete = outcome.complete();
        let failure = Outcome::failure(outcome, &plan);
        if let Some(error) = &failure
            && plan.count() > 1
            && !error.to_string().contains(&summary)
        {
            console.warn(&summary);
        }
        match failure {
            Some(error) if stream || plan.count() == 1 => Err(error),
            failure => {
                let purged = Purged::new(plan, entries, stream, cx.format).with(failure);
                if stream && complete {
                    console.info(purged.left());
                }
                Ok(Done::Purged(purged))
            }
        }
    }

    /// Who typed a key expects that one to go out.
    fn tell_unused(&self, account: &Account, cx: &Context<'_>) {
        let Some((_, first)) = account.secrets().first() else { return };
        let typed = [
            ("purge_key", "--purge-key", &self.purge_key),
            ("token", "--token", &self.token),
            ("account_key", "--account-key", &cx.options.account_key),
        ];
        for (name, flag, value) in typed {
            if value.is_some() && account.secrets().iter().all(|(sent, _)| *sent != name) {
                cx.console.warn(format!("{flag} is not sent: {} comes first; unset that", first.reference));
            }
        }
    }
}

impl Job {
    /// Duplicates, and what the plan costs where that is worth a line.
    fn announce(&self, cx: &Context<'_>, dry_run: bool) {
        match self.plan.duplicates {
            0 => {}
            1 => cx.console.info("1 duplicate left out"),
            count => cx.console.info(format!("{count} duplicates left out")),
        }
        if !dry_run && self.plan.count() == 1 {
            return;
        }
        for (budget, count) in self.plan.quota(self.provider, &self.settings) {
            cx.console.info(budget.share(count));
            if budget.never_holds(count) {
                cx.console.warn(format!(
                    "{} takes {}; what is beyond that stays unsent and is named at the end",
                    self.provider.title,
                    budget.measure()
                ));
            }
        }
    }
}

impl Done {
    fn report(&self) -> &dyn Report {
        match self {
            Self::Preview(preview) => preview,
            Self::Purged(purged) => purged,
        }
    }
}

impl Report for Done {
    fn value(&self) -> Value {
        self.report().value()
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.report().human(page)
    }

    fn style(&self) -> Style {
        self.report().style()
    }

    fn rows(&self) -> Option<Rows> {
        self.report().rows()
    }

    fn failure(&self) -> Option<Error> {
        self.report().failure()
    }
}
