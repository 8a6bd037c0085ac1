//! CloudCDN (contracts/purge.md section 2): one endpoint, 30 items, 100 requests a day.

use super::{
    Account, Attempt, Batch, Budget, Limit, Provider, Receipt, Selector, Settings, accepted,
    pace::{midnight, rfc3339},
    plan::shortened,
};
use crate::{
    error::{Answer, Error, Result},
    http::{Request, Response},
    profile::DEFAULT_URL,
};
use serde_json::{Value, json};
use std::time::Duration;

/// The public service; its API takes only URLs below this address, whatever serves the API.
const PUBLIC: &str = "https://cloudcdn.pro/";

/// How a scoped token begins; it works as a bearer only (contracts A6).
const SCOPED: [&str; 3] = ["cdnsk_", "cdn_live_", "cdn_test_"];

/// Counted over all who share the key, in UTC days; only purges that succeed count.
const DAY: &[Budget] = &[Budget::requests("day", 100).daily()];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "cloudcdn",
    title: "CloudCDN",
    url: DEFAULT_URL,
    credentials: &[&["purge_key"], &["token"], &["account_key"]],
    missing: "no credential to purge with; set the purge key (--purge-key, CLOUDCDN_PURGE_KEY or purge_key in \
              the profile), a token with the scope purge:write (--token, CLOUDCDN_BEARER_TOKEN or token), or \
              the account key (--account-key, CLOUDCDN_ACCOUNT_KEY or account_key)",
    limits: &[
        Limit::of(Selector::Url, 30).spends(DAY),
        Limit::of(Selector::Tag, 30).spends(DAY),
        Limit::of(Selector::All, 1).spends(DAY),
    ],
    hard: "its API always removes the content",
    normalize,
    encode,
    authorize,
    decode,
    hint,
    ..Provider::BASE
};

fn normalize(settings: &Settings, selector: Selector, item: &str) -> Result<String> {
    match selector {
        Selector::Tag => tag(item),
        _ => url(settings, item),
    }
}

fn tag(item: &str) -> Result<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !item.is_empty() && item.bytes().all(allowed) {
        return Ok(item.to_owned());
    }
    Err(Error::Data(format!(
        "{} is no tag that CloudCDN takes; use letters A-Z a-z, digits and `-` only",
        shortened(item)
    )))
}

fn url(settings: &Settings, item: &str) -> Result<String> {
    let refused = |why: String| Err(Error::Data(format!("{} {why}", shortened(item))));
    if item.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refused("holds a blank or a control character; percent-encode it".into());
    }
    if item.contains('#') {
        return refused("has a fragment, which no request carries; leave out `#` and what follows".into());
    }
    let url = lower_host(item);
    let bases = settings.targets().iter().map(|target| lower_host(target.trim_end_matches('/')) + "/");
    let mut bases: Vec<String> = bases.collect();
    if !bases.iter().any(|base| base == PUBLIC) {
        bases.push(PUBLIC.to_owned());
    }
    // The bare host means its front page.
    if bases.iter().any(|base| base.strip_suffix('/') == Some(&url)) {
        return Ok(url + "/");
    }
    if bases.iter().any(|base| url.starts_with(base)) {
        return Ok(url);
    }
    refused(format!("is not below {}; give a whole URL of this CDN", bases.join(" or ")))
}

/// Scheme and host compare without case; the path does not.
fn lower_host(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
    url[..end].to_ascii_lowercase() + &url[end..]
}

fn encode(_: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let body = match batch.selector {
        Selector::Tag => json!({ "tags": batch.items }),
        Selector::All => json!({ "purge_everything": true }),
        _ => json!({ "urls": batch.items }),
    };
    let request = Request::post(batch.url("/api/purge")).header("Accept", "application/json").json(&body);
    Ok(request.repeatable(true).give_up(|reply| reply.status == 429 && day_used_up(&reply.value())))
}

fn authorize(account: &Account, _: &Attempt<'_>, request: Request) -> Result<Request> {
    if let Some(key) = account.secret("purge_key") {
        return Ok(request.credential("x-api-key", key.clone()));
    }
    if let Some(token) = account.secret("token") {
        return Ok(request.bearer(token));
    }
    let Some(key) = account.secret("account_key") else {
        return Err(Error::MissingKey(PROVIDER.missing.to_owned()));
    };
    if scoped(account) {
        return Ok(request.bearer(key));
    }
    // As the Node CLI does: it works where purge key and account key are the same (contracts A4).
    Ok(request.credential("AccountKey", key.clone()).credential("x-api-key", key.clone()))
}

/// Whether the account key is a scoped token in the wrong place.
fn scoped(account: &Account) -> bool {
    let key = account.secret("account_key").map_or(&[][..], |key| key.expose());
    SCOPED.iter().any(|start| key.starts_with(start.as_bytes()))
}

fn decode(reply: &Response) -> Result<Receipt> {
    accepted(reply)?;
    let wrong = |what: &str| {
        Err(Error::Data(format!(
            "CloudCDN answered HTTP {} but {what}; check that the base URL is the CDN's own",
            reply.status
        )))
    };
    let Ok(Value::Object(body)) = serde_json::from_slice(&reply.body) else {
        return wrong("not with a JSON object, so nothing says that the purge happened");
    };
    if body.get("success").is_some_and(|success| success != &Value::Bool(true)) {
        return wrong("`success` is not true, so the purge did not happen");
    }
    let left = body.get("remaining_today").and_then(Value::as_u64);
    let left = left.map(|left| ("day", u32::try_from(left).unwrap_or(u32::MAX)));
    Ok(Receipt { left: left.into_iter().collect(), ..Receipt::default() })
}

/// A refusal that lasts until midnight: `retryAfter` of a day, or the day's own words.
fn day_used_up(body: &Value) -> bool {
    let long = |value: &Value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    let waits = body.get("retryAfter").and_then(long).is_some_and(|seconds| seconds >= 3600);
    let says = ["error", "Message", "message"].iter().any(|name| {
        body.get(name).and_then(Value::as_str).is_some_and(|text| text.to_lowercase().contains("per day"))
    });
    waits || says
}

fn hint(account: &Account, answer: &Answer, now: Duration) -> Option<String> {
    match answer.status {
        401 | 403 => Some(which_key(account)),
        429 if day_used_up(&answer.body) => Some(format!(
            "the 100 purges of this UTC day are used up; the next day begins at {}",
            rfc3339(midnight(now))
        )),
        400 => invalid(&answer.body),
        500 => {
            Some("where the server says that it is not configured, its operator has to set PURGE_KEY".into())
        }
        502 => Some(
            "the call from CloudCDN to the cache in front of it failed; the same purge may be sent again"
                .into(),
        ),
        _ => None,
    }
}

/// Which credential went out, and which ones the API knows.
fn which_key(account: &Account) -> String {
    let (name, found) = account.secrets().first().map_or(("no credential", ""), |(name, found)| {
        let name = match *name {
            "purge_key" => "the purge key",
            "token" => "the token",
            _ => "the account key",
        };
        (name, found.reference.as_str())
    });
    let way = match account.secrets().first() {
        Some(("purge_key", _)) => "x-api-key",
        Some(("account_key", _)) if !scoped(account) => "AccountKey and x-api-key",
        _ => "Bearer",
    };
    format!(
        "sent was {name} ({found}) as {way}; the API wants the purge key as x-api-key (--purge-key, \
         CLOUDCDN_PURGE_KEY) or a token with the scope purge:write as Bearer (--token, CLOUDCDN_BEARER_TOKEN)"
    )
}

/// The URLs that the server would not take.
fn invalid(body: &Value) -> Option<String> {
    let items: Vec<&str> =
        body.get("invalid")?.as_array()?.iter().filter_map(Value::as_str).take(5).collect();
    (!items.is_empty()).then(|| format!("not taken: {}", items.join(", ")))
}
