//! Souin (contracts/purge.md section 11): its API takes a regular expression over its keys, or tags. How a key is
//! written (`GET-https-host-/path`) is from its documentation and not confirmed.

use super::{Batch, Limit, Provider, Selector, Setting, Settings, bearer, items, node::literal};
use crate::{error::Result, http::Request};

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "souin",
    title: "Souin",
    credentials: &[&["token"], &[]],
    settings: &[Setting::or("api", "/souin-api/souin/")],
    limits: &[
        Limit::of(Selector::Url, 1),
        Limit::of(Selector::Prefix, 1),
        Limit::of(Selector::Tag, 30),
        Limit::of(Selector::All, 1),
    ],
    hard: "Souin removes what it purges",
    normalize: |_, selector, item| match selector {
        Selector::Tag => items::tag(item, 250, ","),
        Selector::Prefix => items::plain(item.strip_suffix('*').unwrap_or(item)).map(|whole| whole.url()),
        _ => items::plain(item).map(|whole| whole.url()),
    },
    encode,
    authorize: |account, attempt, request| match account.secret("token") {
        Some(_) => bearer(account, attempt, request),
        None => Ok(request),
    },
    ..Provider::BASE
};

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let api = settings.get("api")?;
    let purge = |key: &str| {
        let key = items::component(key);
        Request::new("PURGE", batch.url(format!("{api}{key}"))).repeatable(true)
    };
    Ok(match batch.selector {
        // A 204 comes even when nothing matched.
        Selector::Tag => purge("").header("Surrogate-Key", batch.items.all().join(", ")),
        Selector::All => purge(".+"),
        Selector::Prefix => purge(&format!("^{}", key(batch.items.first())?)),
        _ => purge(&format!("^{}$", key(batch.items.first())?)),
    })
}

fn key(item: &str) -> Result<String> {
    let whole = items::whole(item)?;
    Ok(literal(&format!("GET-{}-{}-{}", whole.scheme, whole.host, whole.rest)))
}
