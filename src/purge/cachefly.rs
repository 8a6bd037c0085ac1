//! CacheFly (contracts/purge.md section 11; paths from the vendor's own SDK, cachefly/cachefly-sdk-go): paths of
//! a service, or all of it.

use super::{Account, Batch, Limit, Provider, Selector, Setting, Settings, bearer, items};
use crate::{
    error::{Answer, Result},
    http::Request,
};
use serde_json::json;
use std::time::Duration;

/// The path that the vendor's own base address ends with.
const VERSION: &str = "/api/2.5";

/// The row. How many paths a call takes is not published.
pub const PROVIDER: Provider = Provider {
    id: "cachefly",
    title: "CacheFly",
    url: "https://api.cachefly.com",
    variables: &[("url", &["CACHEFLY_BASE_URL"]), ("token", &["CACHEFLY_API_TOKEN"])],
    credentials: &[&["token"]],
    missing: "no credential to purge with; set a token with the permission P_SERVICE_PURGE (CACHEFLY_API_TOKEN, \
              or token in the profile)",
    settings: &[Setting::required("service_id")],
    limits: &[Limit::of(Selector::Url, 100), Limit::of(Selector::All, 1)],
    normalize: |_, _, item| {
        items::plain(item).map(|whole| whole.rest).or_else(|error| {
            if item.starts_with('/') && !item.contains('*') { items::path(item) } else { Err(error) }
        })
    },
    encode,
    authorize: bearer,
    hint,
    ..Provider::BASE
};

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let base = batch.target.trim_end_matches('/').trim_end_matches(VERSION);
    let url = format!("{base}{VERSION}/services/{}/purge", settings.id("service_id")?);
    let body = match batch.selector {
        Selector::All => json!({ "all": true }),
        _ => json!({ "paths": batch.items }),
    };
    Ok(Request::new("PUT", url).json(&body).repeatable(true))
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        401 | 403 => Some("the token needs the permission P_SERVICE_PURGE".into()),
        404 => Some("check service_id: the service's id, not its unique name".into()),
        _ => None,
    }
}
