//! bunny.net (contracts/purge.md section 7): one URL or prefix a request; a pull zone by tag or whole.

use super::{
    Account, Attempt, Batch, Budget, Limit, Provider, Selector, Setting, Settings, items, items::refused,
    setup,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Result},
    http::Request,
};
use serde_json::json;
use std::time::Duration;

const EXACT: &[Budget] = &[Budget::requests("exact", 120).refill(5, 1)];
/// Which budget a tag or a zone spends is not said; this is the smaller one.
const WIDE: &[Budget] = &[Budget::requests("prefix", 20).refill(1, 2)];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "bunny",
    title: "bunny.net",
    url: "https://api.bunny.net",
    variables: &[("url", &["BUNNYNET_API_URL"]), ("api_key", &["BUNNYNET_API_KEY"])],
    files: Some(vendor::bunny::FILES),
    credentials: &[&["api_key"]],
    missing: "no credential to purge with; set the account's API key (BUNNYNET_API_KEY, or api_key in the profile)",
    settings: &[Setting::or("pull_zone", ""), Setting::or("bunnynet_profile", "").local()],
    limits: &[
        Limit::of(Selector::Url, 1).spends(EXACT),
        Limit::of(Selector::Prefix, 1).spends(WIDE),
        Limit::of(Selector::Tag, 1).spends(WIDE),
        Limit::of(Selector::All, 1).spends(WIDE),
    ],
    normalize,
    encode,
    authorize: |account, _: &Attempt<'_>, request| {
        Ok(request.credential("AccessKey", account.demand("api_key")?.clone()))
    },
    hint,
    setup: Some(setup::BUNNY),
    ..Provider::BASE
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    match selector {
        Selector::Tag => items::tag(item, 1024, ","),
        Selector::Prefix => {
            let whole = items::whole(item.strip_suffix('*').unwrap_or(item))?;
            if whole.rest.contains('*') {
                return Err(refused(item, "holds `*` before its end, where it is no wildcard"));
            }
            Ok(whole.url() + "*")
        }
        _ => items::plain(item).map(|whole| whole.url()),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let item = batch.items.first();
    let request = match batch.selector {
        Selector::Url | Selector::Prefix => {
            // A URL that ends in `/` would take everything below it along.
            let exact = batch.selector == Selector::Url && item.ends_with('/');
            let url = items::component(item);
            Request::post(batch.url(format!("/purge?url={url}&async=false&exactPath={exact}")))
        }
        Selector::Tag => zone(settings, batch)?.json(&json!({ "CacheTag": item })),
        _ => zone(settings, batch)?,
    };
    Ok(request.repeatable(true))
}

fn zone(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let zone = settings.get("pull_zone")?;
    if zone.is_empty() || !zone.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::Config(
            "pull_zone is not set to a pull zone's number, and tags and zones are purged by it; set it in the profile"
                .into(),
        ));
    }
    Ok(Request::post(batch.url(format!("/pullzone/{zone}/purgeCache"))))
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        401 => Some(
            "the key is the account's API key; a storage zone's password or id is answered so too".into(),
        ),
        404 => Some("check pull_zone: the pull zone's number, not a storage zone's".into()),
        429 => Some(
            "URLs have 5 requests a second after 120 at once, prefixes one in two seconds after 20".into(),
        ),
        _ => None,
    }
}
