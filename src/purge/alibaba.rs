//! Alibaba Cloud CDN (contracts/purge.md section 11): URLs and folders, each a task; a site is its root folder.

use super::{
    Account, Attempt, Batch, Budget, Limit, Poll, Progress, Provider, Receipt, Selector, Sent, Setting,
    Settings, items,
    pace::rfc3339,
    quota::{Left, Quota},
    skew::skew,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Kind, Result},
    http::{Request, Response},
    secret::Secret,
    sign::request::aliyun,
};
use serde_json::Value;
use std::time::Duration;

const CALLS: Budget = Budget::requests("calls", 50).within(1);
/// At whose midnight the day ends is not said.
const URLS: &[Budget] = &[CALLS, Budget::items("urls", 10_000).daily()];
const FOLDERS: &[Budget] = &[CALLS, Budget::items("folders", 100).daily()];

/// A request names no more domains.
const HOSTS: usize = 10;

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "alibaba",
    title: "Alibaba Cloud CDN",
    url: "https://cdn.aliyuncs.com",
    variables: &[
        ("aliyun_profile", &["ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE"]),
        ("access_key_id", &["ALIBABA_CLOUD_ACCESS_KEY_ID"]),
        ("access_key_secret", &["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]),
        ("session_token", &["ALIBABA_CLOUD_SECURITY_TOKEN"]),
    ],
    files: Some(vendor::alibaba::FILES),
    credentials: &[&["access_key_id", "access_key_secret", "session_token?"]],
    missing: "no credential to purge with; set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or \
              access_key_id and access_key_secret in the profile",
    settings: &[Setting::or("domains", ""), Setting::or("aliyun_profile", "").local()],
    limits: &[
        Limit::of(Selector::Url, 1000).hosts(HOSTS).spends(URLS),
        Limit::of(Selector::Prefix, 100).hosts(HOSTS).spends(FOLDERS),
        Limit::of(Selector::All, 1).spends(FOLDERS),
    ],
    normalize: |_, selector, item| items::located(item, selector == Selector::Prefix),
    encode,
    authorize,
    decode,
    hint,
    expired: |reply| code(reply) == "InvalidSecurityToken.Expired",
    poll: Some(Poll { every: Duration::from_secs(10), encode: ask, decode: answer }),
    quota: Some(Quota {
        encode: |_, target| Ok(vec![("urls", form(target, "DescribeRefreshQuota", &[]))]),
        decode: told,
    }),
    ..Provider::BASE
};

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let (kind, paths) = match batch.selector {
        Selector::Url => ("File", batch.items.all().to_vec()),
        Selector::Prefix => ("Directory", batch.items.all().to_vec()),
        _ => ("Directory", items::roots(settings.get("domains")?, PROVIDER.title)?),
    };
    if batch.selector == Selector::All && paths.len() > HOSTS {
        return Err(Error::Config(format!(
            "domains names {}, and one request takes {HOSTS}; keep a profile for each {HOSTS} of them",
            paths.len()
        )));
    }
    Ok(form(batch.target, "RefreshObjectCaches", &[("ObjectPath", &paths.join("\n")), ("ObjectType", kind)]))
}

fn form(target: &str, action: &str, own: &[(&str, &str)]) -> Request {
    let common = [("Action", action), ("Version", "2018-05-10"), ("Format", "JSON")];
    let pairs: Vec<String> =
        common.iter().chain(own).map(|(name, value)| format!("{name}={}", items::component(value))).collect();
    let request = Request::post(format!("{}/", target.trim_end_matches('/')))
        .header("Content-Type", "application/x-www-form-urlencoded");
    Request { body: pairs.join("&").into_bytes(), ..request }.repeatable(true).again(throttled)
}

/// What belongs to the attempt goes into the query; the signature covers the body's parameters too.
fn authorize(account: &Account, attempt: &Attempt<'_>, mut request: Request) -> Result<Request> {
    let text = |secret: &Secret| {
        secret
            .text()
            .map(str::to_owned)
            .ok_or_else(|| Error::Data("an access key is not text; copy it again".into()))
    };
    let mut own = vec![
        ("AccessKeyId".to_owned(), text(account.demand("access_key_id")?)?),
        ("SignatureMethod".to_owned(), "HMAC-SHA1".to_owned()),
        ("SignatureNonce".to_owned(), attempt.uuid()),
        ("SignatureVersion".to_owned(), "1.0".to_owned()),
        ("Timestamp".to_owned(), rfc3339(attempt.now)),
    ];
    if let Some(token) = account.secret("session_token") {
        own.push(("SecurityToken".to_owned(), text(token)?));
        request = request.hiding(token.clone());
    }
    let mut all = own.clone();
    let body = String::from_utf8_lossy(&request.body);
    for pair in body.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        all.push((name.to_owned(), value.into_owned()));
    }
    let secret = account.demand("access_key_secret")?.expose();
    let signature = aliyun::signature(request.method, &all, secret, items::component);
    own.push(("Signature".to_owned(), signature.clone()));
    let query: Vec<String> =
        own.iter().map(|(name, value)| format!("{name}={}", items::component(value))).collect();
    request.url = format!("{}?{}", request.url, query.join("&"));
    Ok(request.hiding(Secret::new(signature)))
}

fn code(reply: &Response) -> String {
    reply.value().get("Code").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn throttled(reply: &Response) -> bool {
    !reply.accepted() && code(reply).starts_with("Throttling")
}

fn accepted(reply: &Response) -> Result<()> {
    let code = code(reply);
    match () {
        () if throttled(reply) || code.starts_with("QuotaExceeded") => {
            Err(reply.means(Kind::RateLimited, None))
        }
        () if code == "SignatureDoesNotMatch" || code.starts_with("InvalidTimeStamp") => {
            Err(reply.means(Kind::AuthInvalid, None))
        }
        () if code.starts_with("InvalidAccessKeyId") || code.starts_with("InvalidSecurityToken") => {
            Err(reply.means(Kind::AuthInvalid, None))
        }
        () => super::accepted(reply),
    }
}

fn decode(reply: &Response) -> Result<Receipt> {
    accepted(reply)?;
    let id = reply.value().get("RefreshTaskId").and_then(Value::as_str).map(str::to_owned);
    if id.is_none() {
        return Err(
            reply.means(Kind::DataError, Some("the answer names no task; check the profile's url".into()))
        );
    }
    Ok(Receipt { id, after: Duration::from_secs(300), ..Receipt::default() })
}

fn ask(_: &Settings, sent: &Sent<'_>) -> Result<Request> {
    let id = sent.id.ok_or_else(|| Error::Data("Alibaba named no task to ask about".into()))?;
    Ok(form(sent.batch.target, "DescribeRefreshTaskById", &[("TaskId", id)]))
}

fn answer(_: &Sent<'_>, reply: &Response) -> Result<Progress> {
    accepted(reply)?;
    let body = reply.value();
    let tasks =
        body.get("Tasks").and_then(|tasks| tasks.get("CDNTask").or(Some(tasks))).and_then(Value::as_array);
    let states = tasks.into_iter().flatten().filter_map(|task| task.get("Status").and_then(Value::as_str));
    let states: Vec<&str> = states.collect();
    Ok(match states.as_slice() {
        states if states.contains(&"Failed") => Progress::Failed("a task's status is Failed".into()),
        [] => Progress::Running,
        states if states.iter().all(|state| *state == "Complete") => Progress::Done,
        _ => Progress::Running,
    })
}

/// The numbers are texts.
fn told(_: &'static str, reply: &Response) -> Result<Vec<Left>> {
    accepted(reply)?;
    let body = reply.value();
    let number = |member: &str| {
        let value = body.get(member)?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    let names = [("urls", "UrlRemain", "UrlQuota"), ("folders", "DirRemain", "DirQuota")];
    let left = names
        .iter()
        .filter_map(|(budget, left, of)| Some(Left { budget, left: number(left)?, of: number(of) }));
    let all: Vec<Left> = left.collect();
    if all.is_empty() {
        let hint = "the answer names no quota; check the profile's url".to_owned();
        return Err(reply.means(Kind::DataError, Some(hint)));
    }
    Ok(all)
}

fn hint(_: &Account, answer: &Answer, now: Duration) -> Option<String> {
    let code = answer.body.get("Code").and_then(Value::as_str).unwrap_or_default();
    match code {
        "SignatureDoesNotMatch" => Some("check the access key secret".into()),
        code if code.starts_with("InvalidSecurityToken") => {
            Some("the temporary keys have expired, or are not of this token; get new ones".into())
        }
        code if code.starts_with("InvalidTimeStamp") => Some(skew(answer, now)),
        code if code.starts_with("QuotaExceeded") => {
            Some("a day takes 10,000 URLs and 100 folders; see DescribeRefreshQuota".into())
        }
        "Forbidden.RAM" | "NoPermission" => Some("the key needs cdn:RefreshObjectCaches".into()),
        _ => None,
    }
}
