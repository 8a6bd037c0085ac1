//! DigitalOcean's CDN for Spaces (contracts/purge.md section 11): files by their path in the space.

use super::{
    Account, Batch, Budget, Limit, Provider, Selector, Setting, Settings, bearer, items, items::refused,
    setup,
};
use crate::{
    error::{Answer, Result},
    http::Request,
};
use serde_json::json;
use std::time::Duration;

const FILES: &[Budget] = &[Budget::items("files", 50).within(20), Budget::requests("calls", 5).within(10)];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "digitalocean",
    title: "DigitalOcean CDN",
    url: "https://api.digitalocean.com",
    variables: &[("token", &["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"])],
    credentials: &[&["token"]],
    missing: "no credential to purge with; set a token with write access to CDN endpoints \
              (DIGITALOCEAN_ACCESS_TOKEN, or token in the profile)",
    settings: &[Setting::required("endpoint_id")],
    limits: &[
        Limit::of(Selector::Url, 50).spends(FILES),
        Limit::of(Selector::Prefix, 50).spends(FILES),
        Limit::of(Selector::All, 1).spends(FILES),
    ],
    normalize,
    encode,
    authorize: bearer,
    hint,
    setup: Some(setup::DIGITALOCEAN),
    ..Provider::BASE
};

/// `a/b.css`, and `a/*` for a folder: no host, no slash in front, no query.
fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    let path = items::path(item)?;
    let file = path.trim_start_matches('/');
    let folder = file.strip_suffix('*').unwrap_or(file);
    if file.contains('?') || folder.contains('*') {
        return Err(refused(item, "is no file of a space: it holds a query, or `*` before its end"));
    }
    match selector {
        Selector::Prefix if folder.is_empty() || folder.ends_with('/') => Ok(format!("{folder}*")),
        Selector::Prefix => Err(refused(item, "is no folder; end it with `/`")),
        _ if file.ends_with('*') => {
            Err(refused(item, "is a wildcard, which is wider than a URL; use --prefix"))
        }
        _ if file.is_empty() => Err(refused(item, "names no file; a space has no index page")),
        _ => Ok(file.to_owned()),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let url = batch.url(format!("/v2/cdn/endpoints/{}/cache", settings.id("endpoint_id")?));
    let body = match batch.selector {
        Selector::All => json!({ "files": ["*"] }),
        _ => json!({ "files": batch.items }),
    };
    Ok(Request::new("DELETE", url).json(&body).repeatable(true))
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        404 => Some("check endpoint_id: the CDN endpoint's id, not its host name".into()),
        429 => Some("50 files in 20 seconds, 5 requests in 10, and no two identical ones at once".into()),
        _ => None,
    }
}
