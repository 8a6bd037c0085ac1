//! Akamai Fast Purge v3 (contracts/purge.md section 6): URLs, tags, CP codes; invalidated or deleted.

use super::{
    Account, Attempt, Batch, Budget, Limit, Provider, Receipt, Selector, Setting, Settings, accepted, items,
    items::refused,
    pace::OBJECTS,
    quota::{Left, Question, Quota},
    setup,
    skew::skew,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Kind, Result},
    http::{Request, Response},
    secret::Secret,
    sign::request::{
        Parts,
        edgegrid::{Client, MAX_BODY, timestamp},
    },
};
use serde_json::{Value, json};
use std::time::Duration;

const CALLS: Budget = Budget::requests("calls", 100).refill(50, 1);
const URLS: &[Budget] = &[CALLS, Budget::items("urls", 10_000).refill(12_000, 60)];
const TAGS: &[Budget] = &[CALLS, Budget::items("tags", 5000).refill(500, 60)];
const CODES: &[Budget] = &[CALLS, Budget::items("cpcodes", 300).refill(30, 60)];
/// A request for more would never find its bucket full enough.
const MOST_CODES: usize = 300;
/// The gateway refuses a longer body.
const BODY: usize = 50_000;

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "akamai",
    title: "Akamai",
    variables: &[
        ("edgerc_section", &["AKAMAI_EDGERC_SECTION"]),
        ("client_token", &["AKAMAI_CLIENT_TOKEN"]),
        ("client_secret", &["AKAMAI_CLIENT_SECRET"]),
        ("access_token", &["AKAMAI_ACCESS_TOKEN"]),
        ("url", &["AKAMAI_HOST"]),
        ("max_body", &["AKAMAI_MAX_BODY"]),
        ("account_switch_key", &["AKAMAI_ACCOUNT_KEY"]),
    ],
    files: Some(vendor::edgerc::FILES),
    credentials: &[&["client_token", "client_secret", "access_token"]],
    missing: "no credential to purge with; set client_token, client_secret and access_token in the profile, \
              AKAMAI_CLIENT_TOKEN and its fellows, or ~/.edgerc",
    settings: &[
        Setting::one_of("network", &["production", "staging"]),
        Setting::or("cpcodes", ""),
        Setting::or("account_switch_key", ""),
        Setting::or("max_body", "").local(),
        Setting::or("edgerc_section", "").local(),
    ],
    limits: &[
        Limit::of(Selector::Url, 10_000).bytes(BODY).soft().spends(URLS),
        Limit::of(Selector::Tag, 5000).bytes(BODY).soft().spends(TAGS),
        Limit::of(Selector::All, 1).bytes(BODY).soft().spends(CODES),
    ],
    normalize,
    encode,
    authorize,
    decode,
    hint,
    asks: &[("Pragma", "akamai-x-cache-on, akamai-x-cache-remote-on")],
    quota: Some(Quota { encode: rates, decode: told }),
    setup: Some(setup::AKAMAI),
    ..Provider::BASE
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    if selector != Selector::Tag {
        return items::plain(item).map(|whole| whole.url());
    }
    // Case counts. The vendor's pages differ on `&`; it is refused.
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%'+./^_`|~-".contains(&byte);
    match item.bytes().find(|byte| !fine(*byte)) {
        Some(_) => Err(refused(item, "is no tag that Akamai takes; use letters, digits and !#$%'+./^_`|~-")),
        None => items::tag(item, 128, ""),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let verb = if batch.soft { "invalidate" } else { "delete" };
    let (kind, objects) = match batch.selector {
        Selector::Url => ("url", json!(batch.items)),
        Selector::Tag => ("tag", json!(batch.items)),
        _ => ("cpcode", codes(settings)?),
    };
    let url = batch.url(format!("/ccu/v3/{verb}/{kind}/{}", settings.get("network")?));
    Ok(Request::post(switched(settings, url)?)
        .json(&json!({ "objects": objects }))
        .repeatable(true)
        .again(throttled))
}

/// For another account than the client's own.
fn switched(settings: &Settings, url: String) -> Result<String> {
    Ok(match settings.get("account_switch_key")? {
        "" => url,
        key => format!("{url}?accountSwitchKey={}", items::component(key)),
    })
}

/// Everything is what the CP codes of the profile hold, and nothing beyond.
fn codes(settings: &Settings) -> Result<Value> {
    let text = settings.get("cpcodes")?;
    let wrong = || {
        Error::Config(
            "cpcodes names no CP codes, and Akamai has no other everything; set it to numbers with commas"
                .into(),
        )
    };
    let codes = text.split(',').map(|code| code.trim().parse::<u64>().map_err(|_| wrong()));
    let codes = codes.collect::<Result<Vec<u64>>>()?;
    if codes.len() > MOST_CODES {
        let text = format!(
            "cpcodes names {}, and a request takes {MOST_CODES}; keep a profile for each part",
            codes.len()
        );
        return Err(Error::Config(text));
    }
    Ok(json!(codes))
}

fn authorize(account: &Account, attempt: &Attempt<'_>, request: Request) -> Result<Request> {
    let text = |name: &'static str| {
        account.demand(name)?.text().ok_or_else(|| Error::Data(format!("{name} is not text; copy it again")))
    };
    let max_body = match account.settings.get("max_body")? {
        "" => MAX_BODY,
        text => {
            text.parse().map_err(|_| Error::Config(format!("max_body {text:?} is no number of bytes")))?
        }
    };
    let client = Client {
        client_token: text("client_token")?,
        client_secret: account.demand("client_secret")?.expose(),
        access_token: text("access_token")?,
        max_body,
    };
    let parts = Parts::of(request.method, &request.url, &request.body);
    let signed = parts
        .zip(timestamp(attempt.now.as_secs()))
        .map(|(parts, timestamp)| client.authorization(&parts, &[], &timestamp, &attempt.uuid()));
    let signed =
        signed.ok_or_else(|| Error::Data(format!("{} cannot be signed: no absolute URL", request.url)))?;
    Ok(request.credential("Authorization", Secret::new(signed)))
}

/// 507 is how an older gateway says that it is busy.
fn throttled(reply: &Response) -> bool {
    reply.status == 507
}

fn decode(reply: &Response) -> Result<Receipt> {
    if throttled(reply) {
        return Err(reply.means(Kind::RateLimited, None));
    }
    let body = reply.value();
    let gateway = body.get("detail").and_then(Value::as_str).unwrap_or_default();
    if reply.status == 400 && gateway.contains("timestamp") {
        return Err(reply.means(Kind::AuthInvalid, None));
    }
    accepted(reply)?;
    let seconds = body.get("estimatedSeconds").and_then(Value::as_u64).unwrap_or(5);
    let left = |header: &str| reply.header(header).and_then(|text| text.trim().parse().ok());
    Ok(Receipt {
        id: body.get("purgeId").and_then(Value::as_str).map(str::to_owned),
        left: [("calls", "x-ratelimit-remaining"), (OBJECTS, "x-ratelimit-remaining-objects")]
            .into_iter()
            .filter_map(|(name, header)| Some((name, left(header)?)))
            .collect(),
        after: Duration::from_secs(seconds),
        ..Receipt::default()
    })
}

/// Each kind of object has a bucket of its own; asking spends nothing of it.
fn rates(settings: &Settings, target: &str) -> Result<Vec<Question>> {
    let ask = |(budget, kind): (&'static str, &str)| {
        let url = format!("{}/ccu/v3/rate-limit-status/{kind}", target.trim_end_matches('/'));
        Ok((budget, Request::post(switched(settings, url)?).repeatable(true).again(throttled)))
    };
    [("urls", "url"), ("tags", "tag"), ("cpcodes", "cpcode")].into_iter().map(ask).collect()
}

fn told(budget: &'static str, reply: &Response) -> Result<Vec<Left>> {
    accepted(reply)?;
    let number = |header: &str| reply.header(header).and_then(|text| text.trim().parse().ok());
    let left = |budget, end: &str| {
        let of = number(&format!("x-ratelimit-limit{end}"));
        Some(Left { budget, left: number(&format!("x-ratelimit-remaining{end}"))?, of })
    };
    let all: Vec<Left> = left(budget, "-objects").into_iter().chain(left("calls", "")).collect();
    if all.is_empty() {
        let hint = "the answer has no X-Ratelimit headers; check the profile's url".to_owned();
        return Err(reply.means(Kind::DataError, Some(hint)));
    }
    Ok(all)
}

fn hint(_: &Account, answer: &Answer, now: Duration) -> Option<String> {
    let detail = answer.body.get("detail").and_then(Value::as_str).unwrap_or_default();
    match answer.status {
        400 | 401 if detail.contains("timestamp") => {
            Some(format!("the gateway takes a clock that is 30 seconds off; {}", skew(answer, now)))
        }
        401 | 403 => {
            Some("the API client needs the CCU APIs with read-write access, and the hosts or CP codes".into())
        }
        413 => Some("a body has at most 50,000 bytes".into()),
        _ => None,
    }
}
