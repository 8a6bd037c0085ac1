//! Google Cloud CDN and Media CDN (contracts/purge.md section 8): paths, hosts and tags, behind OAuth.

use super::{
    Account, Attempt, Batch, Budget, Grant, Limit, MACHINE, Poll, Progress, Provider, Receipt, Selector,
    Sent, Setting, Settings, accepted, items, items::refused, oauth,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Kind, Result},
    http::{Request, Response},
    secret::Secret,
    sign::request::jwt::Claim,
};
use serde_json::{Map, Value, json};
use std::time::Duration;

const CALLS: &[Budget] = &[Budget::requests("calls", 500).within(60)];
const LIMITS: &[Limit] = &[
    Limit::of(Selector::Url, 1).spends(CALLS),
    Limit::of(Selector::Prefix, 1).spends(CALLS),
    Limit::of(Selector::Host, 1).spends(CALLS),
    Limit::of(Selector::Tag, 10).spends(CALLS),
    Limit::of(Selector::All, 1).spends(CALLS),
];
const TOKEN: Setting = Setting::or("token_url", "https://oauth2.googleapis.com/token");
const WAYS: &[&[&str]] = &[&["access_token"], &["service_account"]];
const MISSING: &str = "no credential to purge with; set service_account in the profile to the key file \
                       (file:/path/key.json), GOOGLE_APPLICATION_CREDENTIALS, or an access_token";

/// Cloud CDN's row.
pub const CLOUD: Provider = Provider {
    id: "google",
    title: "Google Cloud CDN",
    url: "https://compute.googleapis.com",
    variables: &[("project", &["CLOUDSDK_CORE_PROJECT"]), ("access_token", &["CLOUDSDK_AUTH_ACCESS_TOKEN"])],
    files: Some(vendor::google::FILES),
    credentials: WAYS,
    missing: MISSING,
    settings: &[Setting::required("project"), Setting::required("url_map"), TOKEN, MACHINE],
    limits: LIMITS,
    normalize,
    encode: |settings, batch| {
        let (project, map) = (settings.get("project")?, settings.get("url_map")?);
        let url = batch.url(format!(
            "/compute/v1/projects/{}/global/urlMaps/{}/invalidateCache?requestId={}",
            items::component(project),
            items::component(map),
            batch.key.uuid()
        ));
        Ok(Request::post(url).json(&body(batch)?).repeatable(true).again(throttled))
    },
    authorize: oauth::bearer,
    decode,
    hint,
    grant: Some(Grant {
        encode: |account, attempt| grant(account, attempt, "https://www.googleapis.com/auth/compute"),
        decode: oauth::token,
    }),
    poll: Some(Poll { every: Duration::from_secs(3), encode: ask, decode: answer }),
    ..Provider::BASE
};

/// Media CDN's row; its API names no operation to ask about.
pub const MEDIA: Provider = Provider {
    id: "media-cdn",
    title: "Google Media CDN",
    url: "https://networkservices.googleapis.com",
    settings: &[Setting::required("project"), Setting::required("service"), TOKEN, MACHINE],
    encode: |settings, batch| {
        let (project, service) = (settings.get("project")?, settings.get("service")?);
        let url = batch.url(format!(
            "/v1/projects/{}/locations/global/edgeCacheServices/{}:invalidateCache",
            items::component(project),
            items::component(service)
        ));
        Ok(Request::post(url).json(&body(batch)?).repeatable(true).again(throttled))
    },
    grant: Some(Grant {
        encode: |account, attempt| grant(account, attempt, "https://www.googleapis.com/auth/cloud-platform"),
        decode: oauth::token,
    }),
    decode: |reply| fault(reply).map(|()| Receipt::default()),
    poll: None,
    ..CLOUD
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    if selector == Selector::Tag {
        return items::tag(item, 120, ",");
    }
    if selector == Selector::Host {
        let host = items::host(item)?;
        return match host.strip_prefix("*.").unwrap_or(&host).contains('*') {
            true => Err(refused(item, "holds `*` where it is no wildcard: it stands for the first label")),
            false => Ok(host),
        };
    }
    let (site, path) = match item.starts_with('/') {
        true => (String::new(), items::path(item)?),
        false => {
            items::whole(item).map(|whole| (format!("{}://{}", whole.scheme, whole.host), whole.rest))?
        }
    };
    if path.contains('?') {
        return Err(refused(
            item,
            "has a query, which Google cannot select; leave it out to purge the path with all",
        ));
    }
    let folder = path.strip_suffix('*').unwrap_or(&path);
    if folder.contains('*') {
        return Err(refused(item, "holds `*` before its end, where it is no wildcard"));
    }
    match selector {
        Selector::Prefix if folder.ends_with('/') => Ok(format!("{site}{folder}*")),
        Selector::Prefix => {
            Err(refused(item, "is no folder; a wildcard follows a `/` there, so end it with one"))
        }
        _ if path.ends_with('*') => {
            Err(refused(item, "is a wildcard, which is wider than a URL; use --prefix"))
        }
        _ => Ok(site + &path),
    }
}

/// The members are joined by AND, the tags among themselves by OR.
fn body(batch: &Batch<'_>) -> Result<Value> {
    let item = batch.items.first();
    let mut members = Map::new();
    match batch.selector {
        Selector::Tag => _ = members.insert("cacheTags".into(), json!(batch.items)),
        Selector::All => _ = members.insert("path".into(), "/*".into()),
        Selector::Host => {
            members.insert("host".into(), item.into());
            members.insert("path".into(), "/*".into());
        }
        Selector::Url | Selector::Prefix if item.starts_with('/') => {
            _ = members.insert("path".into(), item.into())
        }
        Selector::Url | Selector::Prefix => {
            let whole = items::whole(item)?;
            members.insert("host".into(), whole.host.into());
            members.insert("path".into(), whole.rest.into());
        }
    }
    Ok(Value::Object(members))
}

/// A service account's claim or a user's refresh token, as the key file says.
fn grant(account: &Account, attempt: &Attempt<'_>, scope: &str) -> Result<Option<Request>> {
    let Some(secret) = account.secret("service_account") else { return Ok(None) };
    let broken = |what: &str| {
        Error::Data(format!(
            "service_account {what}; name the JSON key file, for instance file:/path/key.json"
        ))
    };
    let file: Value = serde_json::from_slice(secret.expose()).map_err(|_| broken("is no JSON"))?;
    let member =
        |name: &str| file.get(name).and_then(Value::as_str).ok_or_else(|| broken(&format!("has no {name}")));
    let url = account.settings.get("token_url")?;
    if file.get("type") == Some(&Value::from("authorized_user")) {
        let (id, secret, refresh) =
            (member("client_id")?, member("client_secret")?, member("refresh_token")?);
        let fields = [("grant_type", "refresh_token"), ("client_id", id)];
        let secrets = [("client_secret", &Secret::new(secret)), ("refresh_token", &Secret::new(refresh))];
        return Ok(Some(oauth::form(url, &fields, &secrets)));
    }
    let claim = Claim {
        account: member("client_email")?,
        private_key: member("private_key")?.as_bytes(),
        key_id: file.get("private_key_id").and_then(Value::as_str),
        scope,
        audience: url,
    };
    let assertion = claim.assertion(attempt.now.as_secs())?;
    let fields = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")];
    Ok(Some(oauth::form(url, &fields, &[("assertion", &assertion)])))
}

fn throttled(reply: &Response) -> bool {
    let body = reply.value();
    let reasons = body.pointer("/error/errors").and_then(Value::as_array).into_iter().flatten();
    let limit = |error: &Value| {
        matches!(
            error.get("reason").and_then(Value::as_str),
            Some("rateLimitExceeded" | "userRateLimitExceeded")
        )
    };
    let named = reasons.into_iter().any(limit);
    reply.status == 403 && (named || body.pointer("/error/status") == Some(&"RESOURCE_EXHAUSTED".into()))
}

/// Success, or the failure; a 403 may be a throttle.
fn fault(reply: &Response) -> Result<()> {
    if throttled(reply) { Err(reply.means(Kind::RateLimited, None)) } else { accepted(reply) }
}

fn decode(reply: &Response) -> Result<Receipt> {
    fault(reply)?;
    let body = reply.value();
    let Some(name) = body.get("name").and_then(Value::as_str) else {
        let hint = "the answer names no operation; check the profile's url".to_owned();
        return Err(reply.means(Kind::DataError, Some(hint)));
    };
    Ok(Receipt { id: Some(name.to_owned()), after: Duration::from_secs(5), ..Receipt::default() })
}

fn ask(settings: &Settings, sent: &Sent<'_>) -> Result<Request> {
    let id = sent.id.ok_or_else(|| Error::Data("Google named no operation to ask about".into()))?;
    let project = items::component(settings.get("project")?);
    let path = format!("/compute/v1/projects/{project}/global/operations/{}", items::component(id));
    Ok(Request::get(sent.batch.url(path)).again(throttled))
}

fn answer(_: &Sent<'_>, reply: &Response) -> Result<Progress> {
    fault(reply)?;
    let body = reply.value();
    if body.get("status").and_then(Value::as_str) != Some("DONE") {
        return Ok(Progress::Running);
    }
    let message = body.pointer("/error/errors/0/message").or_else(|| body.pointer("/error/errors/0/code"));
    let failed = body.get("error").is_some() || body.get("httpErrorStatusCode").is_some();
    Ok(match failed {
        true => {
            Progress::Failed(message.and_then(Value::as_str).unwrap_or("the operation failed").to_owned())
        }
        false => Progress::Done,
    })
}

fn hint(account: &Account, answer: &Answer, now: Duration) -> Option<String> {
    if let Some(refusal) = oauth::refused(answer, now) {
        return Some(refusal);
    }
    let project = account.settings.get("project").unwrap_or_default();
    match answer.status {
        401 | 403 => Some(format!(
            "the account needs compute.urlMaps.invalidateCache (Media CDN: \
             networkservices.edgeCacheServices.invalidateCache) in project {project}"
        )),
        404 => Some(format!("check the project {project} and the name of the URL map or the service")),
        _ => None,
    }
}
