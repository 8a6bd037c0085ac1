//! What is left of an account's budgets, where the provider tells without spending any.

use super::{Account, Provider, Settings, session::Session};
use crate::{
    error::{Error, Result},
    http::{Client, Request, Response},
};
use serde::Serialize;

/// A request, and the budget that it is about.
pub type Question = (&'static str, Request);

/// How a provider is asked what is left.
#[derive(Clone, Copy)]
pub struct Quota {
    /// The questions for an address, each with the budget that it is about; it may answer for others too.
    pub encode: fn(&Settings, &str) -> Result<Vec<Question>>,
    /// What an answer says, by the budgets of the row.
    pub decode: fn(&'static str, &Response) -> Result<Vec<Left>>,
}

/// What is left of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// By the row's name for it.
    pub budget: &'static str,
    /// So many.
    pub left: u64,
    /// Out of so many, where the provider says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
}

/// Asks about every budget; each is named once.
pub fn quota(provider: &Provider, account: &Account, client: &Client<'_>) -> Result<Vec<Left>> {
    let Some(quota) = provider.quota else {
        let known = super::PROVIDERS.iter().filter(|provider| provider.quota.is_some());
        let known: Vec<&str> = known.map(|provider| provider.id).collect();
        return Err(Error::Usage(format!(
            "{} does not tell what is left without a purge; these do: {}",
            provider.title,
            known.join(", ")
        )));
    };
    let mut session = Session::new(provider, account, client);
    let mut all: Vec<Left> = Vec::new();
    for target in account.settings.targets() {
        for (budget, question) in (quota.encode)(&account.settings, target)? {
            for left in (quota.decode)(budget, &session.send(&question)?)? {
                match all.iter_mut().find(|known| known.budget == left.budget) {
                    // Asking is a request, too.
                    Some(known) => known.left = known.left.min(left.left),
                    None => all.push(left),
                }
            }
        }
    }
    Ok(all)
}
