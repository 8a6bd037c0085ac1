//! Cloudflare (contracts/purge.md section 3): one endpoint a zone, every selector hard and soft.

use super::{
    Account, Attempt, Batch, Budget, Limit, Provider, Receipt, Selector, Setting, Settings, accepted, items,
    items::refused, setup,
};
use crate::{
    error::{Answer, Error, Kind, Result},
    http::{Request, Response},
};
use serde_json::{Value, json};
use std::time::Duration;

/// The path that the vendor's own base address ends with.
const VERSION: &str = "/client/v4";

/// Shared by tags, hosts, prefixes and everything, over all zones of the account.
const CALLS: &[Budget] = &[
    Budget::requests("purges", 25).refill(5, 60).when("plan", "free"),
    Budget::requests("purges", 25).refill(5, 1).when("plan", "pro"),
    Budget::requests("purges", 50).refill(10, 1).when("plan", "business"),
    Budget::requests("purges", 500).refill(50, 1).when("plan", "enterprise"),
];
const URLS: &[Budget] = &[
    Budget::items("urls", 800).within(1).when("plan", "free"),
    Budget::items("urls", 1500).within(1).when("plan", "pro"),
    Budget::items("urls", 1500).within(1).when("plan", "business"),
    Budget::items("urls", 3000).within(1).when("plan", "enterprise"),
];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "cloudflare",
    title: "Cloudflare",
    url: "https://api.cloudflare.com",
    variables: &[
        ("url", &["CLOUDFLARE_BASE_URL"]),
        ("token", &["CLOUDFLARE_API_TOKEN"]),
        ("api_key", &["CLOUDFLARE_API_KEY"]),
        ("email", &["CLOUDFLARE_EMAIL"]),
    ],
    credentials: &[&["token"], &["api_key"]],
    missing: "no credential to purge with; set an API token with the permission Zone > Cache Purge \
              (CLOUDFLARE_API_TOKEN, or token in the profile)",
    settings: &[
        Setting::required("zone_id"),
        Setting::or("environment_id", ""),
        Setting::one_of("plan", &["free", "pro", "business", "enterprise"]),
        Setting::or("email", ""),
    ],
    limits: &[
        Limit::of(Selector::Url, 500).soft().spends(URLS).when("plan", "enterprise"),
        Limit::of(Selector::Url, 100).soft().spends(URLS),
        Limit::of(Selector::Tag, 100).soft().spends(CALLS),
        Limit::of(Selector::Host, 100).soft().spends(CALLS),
        Limit::of(Selector::Prefix, 100).soft().spends(CALLS),
        Limit::of(Selector::All, 1).soft().spends(CALLS),
    ],
    normalize,
    encode,
    authorize,
    decode,
    hint,
    setup: Some(setup::CLOUDFLARE),
    ..Provider::BASE
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    match selector {
        Selector::Url => items::plain(item).map(|whole| whole.url()),
        Selector::Prefix => prefix(item),
        Selector::Host => match items::host(item)? {
            host if host.contains('*') => {
                Err(refused(item, "holds `*`, which is no wildcard in a host here; name each one"))
            }
            host => Ok(host),
        },
        // Tags compare without case; the call holds 1024 characters of one at most.
        _ => items::tag(item, 1024, ",").map(|tag| tag.to_ascii_lowercase()),
    }
}

/// `www.example.com/img`: no scheme, no query, whole segments, at most 31 slashes.
fn prefix(item: &str) -> Result<String> {
    let bare = item.strip_prefix("https://").or_else(|| item.strip_prefix("http://")).unwrap_or(item);
    if bare.contains(['?', '*']) {
        return Err(refused(item, "is no prefix here: it holds a query or `*`; leave that out"));
    }
    let whole = items::whole(&format!("https://{bare}"))?;
    if whole.rest.matches('/').count() > 31 {
        return Err(refused(item, "has more than 31 slashes; name a folder above it"));
    }
    Ok(if bare.contains('/') { whole.host + &whole.rest } else { whole.host })
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let zone = settings.get("zone_id")?;
    if zone.len() != 32 || !zone.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::Config(format!(
            "zone_id {zone:?} is no zone's id (32 hex digits); copy it from the zone's overview, or run \
             `stratos init cloudflare`"
        )));
    }
    let environment = match settings.get("environment_id")? {
        "" => String::new(),
        _ => format!("/environments/{}", settings.id("environment_id")?),
    };
    let verb = if batch.soft { "invalidate_cache" } else { "purge_cache" };
    let base = batch.target.trim_end_matches('/').trim_end_matches(VERSION);
    let body = match batch.selector {
        Selector::Url => json!({ "files": batch.items }),
        Selector::Tag => json!({ "tags": batch.items }),
        Selector::Host => json!({ "hosts": batch.items }),
        Selector::Prefix => json!({ "prefixes": batch.items }),
        Selector::All => json!({ "purge_everything": true }),
    };
    Ok(Request::post(format!("{base}{VERSION}/zones/{zone}{environment}/{verb}"))
        .json(&body)
        .repeatable(true))
}

fn authorize(account: &Account, _: &Attempt<'_>, request: Request) -> Result<Request> {
    if let Some(token) = account.secret("token") {
        return Ok(request.bearer(token));
    }
    let key = account.demand("api_key")?;
    let email = account.settings.get("email")?;
    if email.is_empty() {
        return Err(Error::MissingKey(
            "a global API key goes with its account's address; set CLOUDFLARE_EMAIL, or use an API token"
                .into(),
        ));
    }
    Ok(request.header("X-Auth-Email", email).credential("X-Auth-Key", key.clone()))
}

fn decode(reply: &Response) -> Result<Receipt> {
    let body = reply.value();
    // 6003: the credential's header is malformed; 10000: it is not known.
    let code = body.pointer("/errors/0/code").and_then(Value::as_u64);
    if reply.status == 400 && matches!(code, Some(6003 | 10000)) {
        return Err(reply.means(Kind::AuthInvalid, Some("copy the token or key again, whole".into())));
    }
    accepted(reply)?;
    match body.get("success") {
        Some(Value::Bool(true)) => {}
        Some(_) => {
            let hint = "`success` is not true, so nothing was purged".to_owned();
            return Err(reply.refuses(Kind::DataError, Some(hint)));
        }
        None => {
            let hint = "the answer is not the API's; check the profile's url".to_owned();
            return Err(reply.means(Kind::DataError, Some(hint)));
        }
    }
    let id = body.pointer("/result/id").and_then(Value::as_str).map(str::to_owned);
    let left = reply.header("ratelimit").and_then(remaining);
    Ok(Receipt { id, left: left.map(|left| ("purges", left)).into_iter().collect(), ..Receipt::default() })
}

/// `"default";r=24;t=1`.
fn remaining(header: &str) -> Option<u32> {
    header.split(';').find_map(|part| part.trim().strip_prefix("r=")?.parse().ok())
}

fn hint(account: &Account, answer: &Answer, _: Duration) -> Option<String> {
    let zone = account.settings.get("zone_id").unwrap_or_default();
    match answer.status {
        401 | 403 => Some(format!(
            "the token needs the permission Zone > Cache Purge for zone {zone}; `stratos init cloudflare` tests one"
        )),
        404 => Some(format!("check zone_id {zone}: it is the zone's id, not its name")),
        _ => None,
    }
}
