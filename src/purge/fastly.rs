//! Fastly (contracts/purge.md section 4): single URLs, surrogate keys in batches of 256, a whole service.

use super::{
    Account, Attempt, Batch, Budget, Limit, Provider, Receipt, Selector, Setting, Settings, accepted, items,
    setup,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Kind, Result},
    http::{Request, Response},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Per customer; a third party's figure, not confirmed by the vendor.
const PURGES: &[Budget] = &[Budget::items("purges", 100_000).within(3600)];
/// Writes of a user, which purging everything counts as.
const WRITES: &[Budget] = &[Budget::requests("writes", 1000).within(3600)];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "fastly",
    title: "Fastly",
    url: "https://api.fastly.com",
    variables: &[
        ("url", &["FASTLY_API_ENDPOINT"]),
        ("token", &["FASTLY_API_TOKEN"]),
        ("service_id", &["FASTLY_SERVICE_ID"]),
    ],
    files: Some(vendor::fastly::FILES),
    credentials: &[&["token"]],
    missing: "no credential to purge with; set an API token with the scope purge_select (FASTLY_API_TOKEN, or \
              token in the profile)",
    settings: &[Setting::or("service_id", ""), Setting::or("fastly_profile", "").local()],
    limits: &[
        Limit::of(Selector::Url, 1).soft().spends(PURGES),
        Limit::of(Selector::Tag, 256).soft().spends(PURGES),
        Limit::of(Selector::All, 1).spends(WRITES),
    ],
    hard: "it cannot purge a whole service softly; give every object one surrogate key and purge that",
    normalize,
    encode,
    authorize,
    decode,
    hint,
    setup: Some(setup::FASTLY),
    ..Provider::BASE
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    match selector {
        Selector::Tag => items::tag(item, 1024, ""),
        _ => items::plain(item).map(|whole| whole.url()),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let request = match batch.selector {
        Selector::Url => {
            let whole = items::whole(batch.items.first())?;
            Request::post(batch.url(format!("/purge/{}{}", whole.host, whole.rest)))
        }
        Selector::Tag => Request::post(batch.url(format!("/service/{}/purge", service(settings)?)))
            .json(&json!({ "surrogate_keys": batch.items })),
        _ => Request::post(batch.url(format!("/service/{}/purge_all", service(settings)?))),
    };
    let request = request.header("Accept", "application/json").repeatable(true);
    Ok(if batch.soft { request.header("Fastly-Soft-Purge", "1") } else { request })
}

/// Only single URLs are purged without one.
fn service(settings: &Settings) -> Result<&str> {
    match settings.get("service_id")? {
        "" => Err(Error::Config(
            "service_id is not set, and surrogate keys belong to a service; set it in the profile, or FASTLY_SERVICE_ID"
                .into(),
        )),
        id if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok(id),
        id => Err(Error::Config(format!("service_id {id:?} is no service's id; it is of letters and digits only"))),
    }
}

fn authorize(account: &Account, _: &Attempt<'_>, request: Request) -> Result<Request> {
    Ok(request.credential("Fastly-Key", account.demand("token")?.clone()))
}

fn decode(reply: &Response) -> Result<Receipt> {
    accepted(reply)?;
    let body = reply.value();
    let status = body.get("status").and_then(Value::as_str);
    if status.is_some_and(|status| status != "ok") {
        return Err(reply.refuses(Kind::DataError, Some("`status` is not ok, so nothing was purged".into())));
    }
    // A batch is answered with an id for each key; one stands for all.
    let first = || body.as_object().and_then(|keys| keys.values().find_map(Value::as_str));
    let id = body.get("id").and_then(Value::as_str).or_else(|| if status.is_none() { first() } else { None });
    let left = reply.header("fastly-ratelimit-remaining").and_then(|text| text.trim().parse().ok());
    Ok(Receipt {
        id: id.map(str::to_owned),
        left: left.map(|left| ("writes", left)).into_iter().collect(),
        ..Receipt::default()
    })
}

fn hint(account: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        401 | 403 => Some(
            "the token needs the scope purge_select for URLs and surrogate keys, purge_all for everything"
                .into(),
        ),
        404 => {
            let service = account.settings.get("service_id").unwrap_or_default();
            Some(format!("check service_id {service:?}, and that the token may see that service"))
        }
        _ => None,
    }
}
