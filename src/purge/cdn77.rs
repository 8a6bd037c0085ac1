//! CDN77 (contracts/purge.md section 11): paths, patterns or everything, each a job that can be asked about.

use super::{
    Account, Batch, Budget, Limit, Poll, Progress, Provider, Receipt, Selector, Sent, Setting, Settings,
    accepted, bearer, items, items::refused, setup,
};
use crate::{
    error::{Answer, Error, Result},
    http::{Request, Response},
};
use serde_json::{Value, json};
use std::time::Duration;

const CALLS: &[Budget] = &[Budget::requests("calls", 20).within(300)];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "cdn77",
    title: "CDN77",
    url: "https://api.cdn77.com",
    credentials: &[&["token"]],
    missing: "no credential to purge with; set an API token (token in the profile, for instance env:CDN77_TOKEN)",
    settings: &[Setting::required("cdn_id")],
    limits: &[
        Limit::of(Selector::Url, 2000).spends(CALLS),
        Limit::of(Selector::Prefix, 2000).spends(CALLS),
        Limit::of(Selector::All, 1).spends(CALLS),
    ],
    normalize,
    encode,
    authorize: bearer,
    decode,
    hint,
    poll: Some(Poll { every: Duration::from_secs(5), encode: ask, decode: answer }),
    setup: Some(setup::CDN77),
    ..Provider::BASE
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    let path = items::path(item)?;
    match selector {
        Selector::Prefix if path.ends_with('*') => Ok(path),
        Selector::Prefix => Ok(path + "*"),
        _ if path.contains('*') => Err(refused(item, "holds `*`, which is wider than a URL; use --prefix")),
        _ => Ok(path),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let base = batch.url(format!("/v3/cdn/{}/job", settings.id("cdn_id")?));
    let request = match batch.selector {
        Selector::All => Request::post(format!("{base}/purge-all")),
        _ => Request::post(format!("{base}/purge")).json(&json!({ "paths": batch.items })),
    };
    Ok(request.repeatable(true))
}

fn decode(reply: &Response) -> Result<Receipt> {
    accepted(reply)?;
    let body = reply.value();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let ignored = body.get("ignored_paths").and_then(Value::as_array).into_iter().flatten();
    Ok(Receipt {
        id: body.get("id").and_then(text),
        ignored: ignored.filter_map(text).collect(),
        ..Receipt::default()
    })
}

fn ask(settings: &Settings, sent: &Sent<'_>) -> Result<Request> {
    let id = sent.id.ok_or_else(|| Error::Data("CDN77 named no job, so it cannot be asked about".into()))?;
    Ok(Request::get(sent.batch.url(format!("/v3/cdn/{}/job/{id}", settings.id("cdn_id")?))))
}

fn answer(_: &Sent<'_>, reply: &Response) -> Result<Progress> {
    accepted(reply)?;
    let body = reply.value();
    Ok(match body.get("state").and_then(Value::as_str) {
        Some("done") => Progress::Done,
        Some("queued" | "processing") => Progress::Running,
        other => Progress::Failed(format!("the job's state is {}", other.unwrap_or("not named"))),
    })
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        404 => Some("check cdn_id: the CDN resource's number".into()),
        429 => Some("20 requests in five minutes are taken".into()),
        _ => None,
    }
}
