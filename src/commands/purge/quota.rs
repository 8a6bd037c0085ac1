//! `purge quota`: what the provider says is left of the account's budgets.

use super::account::{Keys, Sets, settle};
use crate::{
    context::Context,
    error::Result,
    purge::quota::{Left, quota},
    report::{Report, Rows},
};
use serde_json::{Value, json};

/// The flags of asking.
#[derive(Debug, clap::Args)]
pub(super) struct Quota {
    #[command(flatten)]
    sets: Sets,
    #[command(flatten)]
    keys: Keys,
}

impl Quota {
    /// Asks; nothing is purged, and nothing spent but the asking.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let profile = cx.profile()?;
        let (provider, settings) = settle(&profile, &self.sets.sets, cx)?;
        let account = self.keys.account(provider, settings, cx)?;
        let left = quota(provider, &account, &cx.client()?)?;
        Ok(Box::new(Told { provider: provider.id, profile: profile.name.clone(), left }))
    }
}

/// What the provider told.
struct Told {
    provider: &'static str,
    profile: String,
    left: Vec<Left>,
}

impl Report for Told {
    fn value(&self) -> Value {
        json!({ "provider": self.provider, "profile": self.profile, "quota": self.left })
    }

    fn rows(&self) -> Option<Rows> {
        let row = |left: &Left| {
            let of = left.of.map_or_else(String::new, |of| of.to_string());
            vec![left.budget.to_owned(), left.left.to_string(), of]
        };
        Some(Rows { columns: vec!["BUDGET", "LEFT", "OF"], rows: self.left.iter().map(row).collect() })
    }
}
