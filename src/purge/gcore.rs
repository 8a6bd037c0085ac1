//! Gcore (contracts/purge.md section 10): 100 URLs or 10 patterns a request, and an empty list is everything.

use super::{
    Account, Attempt, Batch, Budget, Limit, Poll, Progress, Provider, Selector, Sent, Setting, Settings,
    items, items::refused, pace::rfc3339, setup,
};
use crate::{
    error::{Answer, Result},
    http::{Request, Response},
    secret::Secret,
};
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

const URLS: &[Budget] = &[Budget::requests("urls", 2).within(60)];
const PATTERNS: &[Budget] = &[Budget::requests("patterns", 1).within(60)];
const ALL: &[Budget] = &[Budget::requests("all", 1).within(60)];

/// How far the list goes back: two clocks may be apart.
const APART: Duration = Duration::from_secs(60);
/// How long before its answer a purge may be listed at the earliest.
const LISTED: Duration = Duration::from_secs(20);

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "gcore",
    title: "Gcore",
    url: "https://api.gcore.com",
    variables: &[("url", &["GCORE_BASE_URL"]), ("api_key", &["GCORE_API_KEY"])],
    credentials: &[&["api_key"]],
    missing: "no credential to purge with; set a permanent API token (GCORE_API_KEY, or api_key in the profile)",
    settings: &[Setting::required("resource_id")],
    limits: &[
        Limit::of(Selector::Url, 100).spends(URLS),
        Limit::of(Selector::Prefix, 10).spends(PATTERNS),
        Limit::of(Selector::All, 1).spends(ALL),
    ],
    normalize,
    encode,
    authorize: |account, _: &Attempt<'_>, request| {
        let key = account.demand("api_key")?;
        Ok(request.credential("Authorization", Secret::new([b"apikey ", key.expose()].concat())))
    },
    hint,
    poll: Some(Poll { every: Duration::from_secs(5), encode: ask, decode: answer }),
    setup: Some(setup::GCORE),
    ..Provider::BASE
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    let path = items::path(item)?;
    let folder = path.strip_suffix('*').unwrap_or(&path);
    if folder.contains('*') {
        return Err(refused(item, "holds `*` before its end, where it is no wildcard"));
    }
    match selector {
        Selector::Prefix if folder.contains('?') => {
            Err(refused(item, "is a pattern with a query, which is ignored there; leave it out"))
        }
        Selector::Prefix => Ok(format!("{folder}*")),
        _ if path.ends_with('*') => {
            Err(refused(item, "is a wildcard, which is wider than a URL; use --prefix"))
        }
        _ => Ok(path),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let url = batch.url(format!("/cdn/resources/{}/purge", settings.id("resource_id")?));
    Ok(Request::post(url).json(&body(batch)).repeatable(true))
}

/// Only everything is written as an empty list: [`super::Items`] is never empty.
fn body(batch: &Batch<'_>) -> Value {
    match batch.selector {
        Selector::All => json!({ "paths": [] }),
        Selector::Prefix => json!({ "paths": batch.items }),
        _ => json!({ "urls": batch.items }),
    }
}

fn ask(_: &Settings, sent: &Sent<'_>) -> Result<Request> {
    // The purge call names no id: what was asked, and when, has to find it.
    let from = rfc3339(sent.at.saturating_sub(APART));
    Ok(Request::get(sent.batch.url(format!("/cdn/purge_statuses?from_created={from}&limit=100&offset=0"))))
}

/// Another run may have asked for the same at the same time, and nothing tells the two apart: it is done when
/// all of them are, and one of them must be young enough to be ours.
fn answer(sent: &Sent<'_>, reply: &Response) -> Result<Progress> {
    super::accepted(reply)?;
    let (list, ours, resource) = (reply.value(), body(&sent.batch), sent.settings.get("resource_id")?);
    let same = |entry: &&Value| {
        let at =
            entry.pointer("/resource/id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        entry.get("payload") == Some(&ours) && at.is_none_or(|at| at == resource)
    };
    let found: Vec<&Value> = list.as_array().into_iter().flatten().filter(same).collect();
    let states = found.iter().map(|entry| entry.get("status").and_then(Value::as_str).unwrap_or_default());
    let states: Vec<&str> = states.collect();
    let young = |entry: &&Value| created(entry).is_none_or(|at| at.saturating_add(LISTED) >= sent.at);
    if !found.iter().any(young) || states.iter().any(|state| !matches!(*state, "Successful" | "Failed")) {
        return Ok(Progress::Running);
    }
    if states.iter().all(|state| *state == "Successful") {
        return Ok(Progress::Done);
    }
    Ok(Progress::Failed(match states.len() {
        1 => "the purge's status is Failed".into(),
        count => format!("{count} purges of the same list are named, and not all of them succeeded"),
    }))
}

/// When an entry of the list was made, as far as it says so.
fn created(entry: &Value) -> Option<Duration> {
    let text = entry.get("created")?.as_str()?;
    let at = humantime::parse_rfc3339_weak(text.trim_end_matches("+00:00")).ok()?;
    at.duration_since(UNIX_EPOCH).ok()
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        401 | 403 => Some("the token goes as `apikey`, and its user needs access to the CDN resource".into()),
        404 => Some("check resource_id: the CDN resource's number".into()),
        429 => Some("a resource takes two URL purges a minute, one by pattern, one of everything".into()),
        _ => None,
    }
}
