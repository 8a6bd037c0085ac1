//! Tencent Cloud CDN (contracts/purge.md section 11): URLs and folders, each a task; errors come with HTTP 200.

use super::{
    Account, Attempt, Batch, Budget, Limit, Poll, Progress, Provider, Receipt, Selector, Sent, Setting,
    Settings, accepted, items,
    quota::{Left, Quota},
    skew::skew,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Kind, Result},
    http::{Request, Response},
    secret::Secret,
    sign::request::{Parts, tc3},
};
use serde_json::{Value, json};
use std::time::Duration;

const CALLS: Budget = Budget::requests("calls", 20).within(1);
/// At whose midnight the day ends is not said.
const URLS: &[Budget] = &[CALLS, Budget::items("urls", 10_000).daily()];
const FOLDERS: &[Budget] = &[CALLS, Budget::items("folders", 100).daily()];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "tencent",
    title: "Tencent Cloud CDN",
    url: "https://cdn.tencentcloudapi.com",
    variables: &[
        ("tccli_profile", &["TCCLI_PROFILE"]),
        ("secret_id", &["TENCENTCLOUD_SECRET_ID"]),
        ("secret_key", &["TENCENTCLOUD_SECRET_KEY"]),
    ],
    files: Some(vendor::tencent::FILES),
    credentials: &[&["secret_id", "secret_key"]],
    missing: "no credential to purge with; set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or secret_id and \
              secret_key in the profile",
    settings: &[
        Setting::or("area", ""),
        Setting::or("domains", ""),
        Setting::or("tccli_profile", "").local(),
    ],
    limits: &[
        Limit::of(Selector::Url, 1000).spends(URLS),
        Limit::of(Selector::Prefix, 500).soft().spends(FOLDERS),
        Limit::of(Selector::All, 1).soft().spends(FOLDERS),
    ],
    hard: "single URLs are removed; folders and sites may be refreshed",
    normalize: |_, selector, item| items::located(item, selector == Selector::Prefix),
    encode,
    authorize,
    decode,
    hint,
    poll: Some(Poll { every: Duration::from_secs(5), encode: ask, decode: answer }),
    quota: Some(Quota {
        encode: |_, target| Ok(vec![("urls", call(target, "DescribePurgeQuota", &json!({})))]),
        decode: told,
    }),
    ..Provider::BASE
};

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let flush = if batch.soft { "flush" } else { "delete" };
    let (action, mut body) = match batch.selector {
        Selector::Url => ("PurgeUrlsCache", json!({ "Urls": batch.items })),
        Selector::Prefix => ("PurgePathCache", json!({ "Paths": batch.items, "FlushType": flush })),
        _ => {
            let roots = items::roots(settings.get("domains")?, PROVIDER.title)?;
            ("PurgePathCache", json!({ "Paths": roots, "FlushType": flush }))
        }
    };
    match settings.get("area")? {
        "" => {}
        area => body["Area"] = area.into(),
    }
    Ok(call(batch.target, action, &body))
}

fn call(target: &str, action: &str, body: &Value) -> Request {
    Request::post(format!("{}/", target.trim_end_matches('/')))
        .json(body)
        .header("X-TC-Action", action)
        .header("X-TC-Version", "2018-06-06")
        .repeatable(true)
        .again(throttled)
}

fn authorize(account: &Account, attempt: &Attempt<'_>, request: Request) -> Result<Request> {
    let id = account.demand("secret_id")?;
    let id = id.text().ok_or_else(|| Error::Data("secret_id is not text; copy it again".into()))?;
    let (key, now) = (account.demand("secret_key")?.expose(), attempt.now.as_secs());
    let parts = Parts::of(request.method, &request.url, &request.body);
    let signed = parts.and_then(|parts| tc3::authorization(&parts, "cdn", id, key, now));
    let signed =
        signed.ok_or_else(|| Error::Data(format!("{} cannot be signed: no absolute URL", request.url)))?;
    Ok(request.header("X-TC-Timestamp", now.to_string()).credential("Authorization", Secret::new(signed)))
}

fn code(reply: &Response) -> Option<String> {
    reply.value().pointer("/Response/Error/Code").and_then(Value::as_str).map(str::to_owned)
}

fn throttled(reply: &Response) -> bool {
    code(reply).is_some_and(|code| code.starts_with("RequestLimitExceeded"))
}

/// Success, or the failure that the code means: the status is 200 for both.
fn inner(reply: &Response) -> Result<Value> {
    accepted(reply)?;
    let Some(code) = code(reply) else {
        let body = reply.value();
        return match body.get("Response") {
            Some(inner) => Ok(inner.clone()),
            None => Err(reply
                .means(Kind::DataError, Some("the answer is not the API's; check the profile's url".into()))),
        };
    };
    let family = code.split('.').next().unwrap_or_default();
    let kind = match family {
        "AuthFailure" | "UnauthorizedOperation" => Kind::AuthInvalid,
        "RequestLimitExceeded" | "LimitExceeded" => Kind::RateLimited,
        "ResourceNotFound" => Kind::TargetNotFound,
        // What became of the request is not known.
        "InternalError" | "ResourceUnavailable" => return Err(reply.means(Kind::ServerError, None)),
        _ => Kind::DataError,
    };
    Err(reply.refuses(kind, None))
}

fn decode(reply: &Response) -> Result<Receipt> {
    let body = inner(reply)?;
    let id = body.get("TaskId").and_then(Value::as_str).map(str::to_owned);
    Ok(Receipt { id, after: Duration::from_secs(30), ..Receipt::default() })
}

fn ask(_: &Settings, sent: &Sent<'_>) -> Result<Request> {
    let id = sent.id.ok_or_else(|| Error::Data("Tencent named no task to ask about".into()))?;
    Ok(call(sent.batch.target, "DescribePurgeTasks", &json!({ "TaskId": id })))
}

fn answer(_: &Sent<'_>, reply: &Response) -> Result<Progress> {
    let body = inner(reply)?;
    let tasks = body.get("PurgeLogs").and_then(Value::as_array).into_iter().flatten();
    let states: Vec<&str> = tasks.filter_map(|task| task.get("Status").and_then(Value::as_str)).collect();
    Ok(match states.as_slice() {
        states if states.contains(&"fail") => Progress::Failed("a task's status is fail".into()),
        [] => Progress::Running,
        states if states.iter().all(|state| *state == "done") => Progress::Done,
        _ => Progress::Running,
    })
}

/// A list for each kind, an entry for each area; the scarcest counts.
fn told(_: &'static str, reply: &Response) -> Result<Vec<Left>> {
    let body = inner(reply)?;
    let left = |(budget, member): (&'static str, &str)| {
        let areas = body.get(member)?.as_array()?;
        let number = |area: &Value, name: &str| area.get(name).and_then(Value::as_u64);
        let (left, area) = areas
            .iter()
            .filter_map(|area| Some((number(area, "Available")?, area)))
            .min_by_key(|(left, _)| *left)?;
        Some(Left { budget, left, of: number(area, "Total") })
    };
    let all: Vec<Left> =
        [("urls", "UrlPurge"), ("folders", "PathPurge")].into_iter().filter_map(left).collect();
    if all.is_empty() {
        let hint = "the answer names no quota; check the profile's url".to_owned();
        return Err(reply.means(Kind::DataError, Some(hint)));
    }
    Ok(all)
}

fn hint(_: &Account, answer: &Answer, now: Duration) -> Option<String> {
    let code = answer.body.pointer("/Response/Error/Code").and_then(Value::as_str).unwrap_or_default();
    match code {
        "AuthFailure.SignatureExpire" => Some(skew(answer, now)),
        "AuthFailure.SignatureFailure" => Some("check the secret key".into()),
        code if code.starts_with("UnauthorizedOperation") => {
            Some("the key needs cdn:PurgeUrlsCache and its fellows".into())
        }
        code if code.starts_with("LimitExceeded") => {
            Some("a day takes 10,000 URLs and 100 folders; see DescribePurgeQuota".into())
        }
        _ => None,
    }
}
