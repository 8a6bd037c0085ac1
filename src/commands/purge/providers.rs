//! `stratos purge providers [NAME]`: what each can purge, in what measure, and what it must be told.

use crate::{
    context::Context,
    error::Result,
    purge::{self, Budget, Limit, PROVIDERS, Provider, Selector, Setting},
    report::{Page, Report, Rows, wrapped},
};
use serde_json::{Value, json};
use std::io;

/// The flags of the table.
#[derive(Debug, clap::Args)]
pub struct Providers {
    /// Only this one, with everything there is to say
    #[arg(value_name = "PROVIDER")]
    name: Option<String>,
}

impl Providers {
    /// The table, or one provider's page.
    pub fn run(self, _: &mut Context<'_>) -> Result<Box<dyn Report>> {
        Ok(match self.name {
            Some(name) => Box::new(Sheet(purge::provider(&name)?)),
            None => Box::new(Table),
        })
    }
}

/// Every provider.
struct Table;

impl Report for Table {
    fn value(&self) -> Value {
        PROVIDERS.iter().map(|provider| value(provider)).collect()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |provider: &&Provider| {
            let (hard, soft) = (provider.selectors(false).join(" "), provider.selectors(true).join(" "));
            vec![provider.id.to_owned(), provider.title.to_owned(), hard, soft]
        };
        let columns = vec!["PROVIDER", "FOR", "PURGES BY", "SOFTLY BY"];
        Some(Rows { columns, rows: PROVIDERS.iter().map(row).collect() })
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for provider in PROVIDERS {
            let id = page.bold(provider.id);
            writeln!(page.out, "{id}  {}", provider.title)?;
            field(page, "purges by", &provider.selectors(false).join(" "))?;
            let soft = provider.selectors(true);
            if !soft.is_empty() {
                field(page, "softly by", &soft.join(" "))?;
            }
        }
        writeln!(page.out, "\n`stratos purge providers NAME` tells all about one")
    }
}

/// One provider's page.
struct Sheet(&'static Provider);

impl Report for Sheet {
    fn value(&self) -> Value {
        value(self.0)
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let provider = self.0;
        let id = page.bold(provider.id);
        writeln!(page.out, "{id}  {}\n", provider.title)?;
        let url = if provider.url.is_empty() { "the profile's url, or nodes" } else { provider.url };
        field(page, "address", url)?;
        for limit in provider.limits {
            field(page, limit.selector.name(), &measure(limit))?;
        }
        for budget in budgets(provider) {
            field(page, "budget", &format!("{}: {}{}", budget.name, budget.measure(), when(budget.when)))?;
        }
        for way in provider.credentials {
            let names: Vec<&str> = way.iter().map(|name| name.trim_end_matches('?')).collect();
            let text = if names.is_empty() { "none is needed".to_owned() } else { names.join(", ") };
            field(page, "credential", &text)?;
        }
        for setting in provider.settings {
            field(page, "setting", &told(setting))?;
        }
        for (name, variables) in provider.variables {
            field(page, "variable", &format!("{} ({name})", variables.join(", ")))?;
        }
        Ok(())
    }
}

fn field(page: &mut Page<'_>, name: &str, text: &str) -> io::Result<()> {
    wrapped(page, &format!("  {name:<11}  "), "               ", text)
}

/// How much a request holds, and what it spends.
fn measure(limit: &Limit) -> String {
    let mut parts = vec![match limit.selector {
        Selector::All => "one request".to_owned(),
        selector => format!("{} a request", selector.count(limit.items)),
    }];
    parts.extend(limit.bytes.map(|bytes| format!("at most {bytes} bytes")));
    if limit.soft {
        parts.push("softly too".into());
    }
    let mut names: Vec<&str> = limit.spends.iter().map(|budget| budget.name).collect();
    names.dedup();
    if !names.is_empty() {
        parts.push(format!("spends {}", names.join(" and ")));
    }
    parts.join("; ") + &when(limit.when)
}

/// Each budget once, though several rows share it.
fn budgets(provider: &Provider) -> Vec<&'static Budget> {
    let mut all: Vec<&Budget> = Vec::new();
    for budget in provider.limits.iter().flat_map(|limit| limit.spends) {
        if !all.contains(&budget) {
            all.push(budget);
        }
    }
    all
}

fn when(condition: Option<(&str, &str)>) -> String {
    condition.map_or_else(String::new, |(name, value)| format!(" ({name} = {value})"))
}

fn told(setting: &Setting) -> String {
    let name = setting.name;
    match (setting.default, setting.values) {
        (None, _) => format!("{name}, required"),
        (Some(_), [_, ..]) => format!("{name}: {}", setting.values.join(", ")),
        (Some(""), []) => name.to_owned(),
        (Some(default), []) => format!("{name}, {default} unless set"),
    }
}

fn value(provider: &Provider) -> Value {
    let limits: Vec<Value> = provider.limits.iter().map(limit).collect();
    let settings: Vec<Value> = provider
        .settings
        .iter()
        .map(|setting| json!({ "name": setting.name, "values": setting.values, "default": setting.default }))
        .collect();
    let variables: Value =
        provider.variables.iter().map(|(name, variables)| ((*name).to_owned(), json!(variables))).collect();
    json!({
        "id": provider.id,
        "title": provider.title,
        "url": Some(provider.url).filter(|url| !url.is_empty()),
        "limits": limits,
        "credentials": provider.credentials,
        "settings": settings,
        "variables": variables,
        "polled": provider.poll.is_some(),
    })
}

fn limit(limit: &Limit) -> Value {
    let budget =
        |budget: &Budget| json!({ "name": budget.name, "measure": budget.measure(), "when": budget.when });
    json!({
        "selector": limit.selector,
        "items": limit.items,
        "bytes": limit.bytes,
        "soft": limit.soft,
        "when": limit.when,
        "budgets": limit.spends.iter().map(budget).collect::<Vec<Value>>(),
    })
}
