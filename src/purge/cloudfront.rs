//! Amazon CloudFront (contracts/purge.md section 5): invalidations by path, wildcard or tag, watched until done.

use super::{
    Account, Attempt, Batch, Budget, Limit, MACHINE, Poll, Progress, Provider, Receipt, Selector, Sent,
    Setting, Settings, items, items::refused, setup, skew::skew,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Kind, Result},
    http::{Request, Response},
    secret::Secret,
    sign::request::{Parts, sigv4::Scope},
};
use quick_xml::escape::escape;
use serde_json::json;
use std::{fmt::Write, time::Duration};

/// About one call in two seconds, as a maintainer of the vendor says.
const CALLS: Budget = Budget::requests("calls", 1).within(2);
const PATHS: &[Budget] = &[CALLS, Budget::items("paths", 3000)];
/// How many tags may be in progress is not said; this is the smaller bound.
const WILDCARDS: &[Budget] = &[CALLS, Budget::items("wildcards", 15)];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "cloudfront",
    title: "Amazon CloudFront",
    url: "https://cloudfront.amazonaws.com",
    variables: &[
        ("aws_profile", &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]),
        ("access_key_id", &["AWS_ACCESS_KEY_ID"]),
        ("secret_access_key", &["AWS_SECRET_ACCESS_KEY"]),
        ("session_token", &["AWS_SESSION_TOKEN"]),
    ],
    files: Some(vendor::aws::FILES),
    credentials: &[&["access_key_id", "secret_access_key", "session_token?"]],
    missing: "no credential to purge with; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN \
              where they are temporary), or access_key_id and secret_access_key in the profile",
    settings: &[
        Setting::required("distribution_id"),
        Setting::or("tenant_id", ""),
        Setting::or("region", "us-east-1"),
        Setting::or("aws_profile", "").local(),
        MACHINE,
    ],
    limits: &[
        Limit::of(Selector::Url, 3000).spends(PATHS),
        Limit::of(Selector::Prefix, 15).spends(WILDCARDS),
        Limit::of(Selector::Tag, 15).spends(WILDCARDS),
        Limit::of(Selector::All, 1).spends(WILDCARDS),
    ],
    hard: "an invalidation removes",
    normalize,
    encode,
    authorize,
    decode,
    hint,
    expired: |reply| reply.element("Code").is_some_and(|code| code.starts_with("ExpiredToken")),
    poll: Some(Poll { every: Duration::from_secs(5), encode: ask, decode: answer }),
    setup: Some(setup::CLOUDFRONT),
    ..Provider::BASE
};

fn normalize(_: &Settings, selector: Selector, item: &str) -> Result<String> {
    if selector == Selector::Tag {
        // Tags compare without case; in the list they begin with `#`.
        let tag = items::tag(item.strip_prefix('#').unwrap_or(item), 256, ",")?;
        return Ok(format!("#{}", tag.to_ascii_lowercase()));
    }
    let path = items::path(item)?;
    if path.contains('~') {
        return Err(refused(
            item,
            "holds `~`, which CloudFront refuses, and %7E may not match; use --prefix before it",
        ));
    }
    if path.len() > 4000 {
        return Err(refused(item, "is longer than 4000 characters; use --prefix"));
    }
    let folder = path.strip_suffix('*').unwrap_or(&path);
    if folder.contains('*') {
        return Err(refused(item, "holds `*` before its end, where it is no wildcard"));
    }
    match selector {
        Selector::Prefix => Ok(format!("{folder}*")),
        _ if path.ends_with('*') => {
            Err(refused(item, "is a wildcard, which is wider than a URL; use --prefix"))
        }
        _ => Ok(path),
    }
}

fn resource(settings: &Settings) -> Result<String> {
    let (kind, id) = match settings.get("tenant_id")? {
        "" => ("distribution", settings.get("distribution_id")?),
        tenant => ("distribution-tenant", tenant),
    };
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err(Error::Config(format!("{id:?} is no id of a {kind}; copy it from the console")));
    }
    Ok(format!("/2020-05-31/{kind}/{id}/invalidation"))
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let everything = ["/*".to_owned()];
    let paths = if batch.selector == Selector::All { &everything } else { batch.items.all() };
    let mut body = format!(
        "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>{}</Quantity><Items>",
        paths.len()
    );
    for path in paths {
        let _ = write!(body, "<Path>{}</Path>", escape(path.as_str()));
    }
    // The same reference with the same paths is answered with the first invalidation again.
    let _ = write!(
        body,
        "</Items></Paths><CallerReference>{}</CallerReference></InvalidationBatch>",
        batch.key.hex()
    );
    let request = Request::post(batch.url(resource(settings)?)).header("Content-Type", "text/xml");
    Ok(Request { body: body.into_bytes(), ..request }.repeatable(true).again(throttled))
}

fn authorize(account: &Account, attempt: &Attempt<'_>, request: Request) -> Result<Request> {
    let text = |secret: &Secret, name: &str| {
        secret
            .text()
            .map(str::to_owned)
            .ok_or_else(|| Error::Data(format!("{name} is not text; copy it again")))
    };
    let key_id = text(account.demand("access_key_id")?, "access_key_id")?;
    let session = account.secret("session_token").map(|token| text(token, "session_token")).transpose()?;
    let scope = Scope {
        key_id: &key_id,
        secret: account.demand("secret_access_key")?.expose(),
        session_token: session.as_deref(),
        region: account.settings.get("region")?,
        service: "cloudfront",
    };
    let parts = Parts::of(request.method, &request.url, &request.body);
    let signed = parts.and_then(|parts| scope.sign(&parts, attempt.now.as_secs()));
    let signed =
        signed.ok_or_else(|| Error::Data(format!("{} cannot be signed: no absolute URL", request.url)))?;
    let mut request = request.header("X-Amz-Date", signed.date);
    if let Some(session) = session {
        request = request.credential("X-Amz-Security-Token", Secret::new(session));
    }
    Ok(request.credential("Authorization", Secret::new(signed.authorization)))
}

fn throttled(reply: &Response) -> bool {
    reply.status == 400 && reply.element("Code").is_some_and(|code| code.contains("Throttling"))
}

/// Success, or the failure with its code and message out of the XML.
fn accepted(reply: &Response) -> Result<()> {
    if reply.accepted() {
        return Ok(());
    }
    let code = reply.element("Code");
    let kind = match code.as_deref() {
        Some("TooManyInvalidationsInProgress") => Some(Kind::RateLimited),
        Some(code) if code.contains("Throttling") => Some(Kind::RateLimited),
        _ => None,
    };
    let answer = reply.answer(None);
    let body = match (&code, reply.element("Message")) {
        (Some(code), message) => json!({ "Code": code, "Message": message.unwrap_or_else(|| code.clone()) }),
        _ => answer.body.clone(),
    };
    Err(Error::Answered(Box::new(Answer { kind, body, ..answer })))
}

fn decode(reply: &Response) -> Result<Receipt> {
    accepted(reply)?;
    let id = reply.element("Id");
    if id.is_none() {
        return Err(reply.means(
            Kind::DataError,
            Some("the answer names no invalidation; check the profile's url".into()),
        ));
    }
    Ok(Receipt { id, after: Duration::from_secs(5), ..Receipt::default() })
}

fn ask(settings: &Settings, sent: &Sent<'_>) -> Result<Request> {
    let id = sent.id.ok_or_else(|| Error::Data("CloudFront named no invalidation to ask about".into()))?;
    Ok(Request::get(sent.batch.url(format!("{}/{id}", resource(settings)?))).again(throttled))
}

fn answer(_: &Sent<'_>, reply: &Response) -> Result<Progress> {
    accepted(reply)?;
    match reply.element("Status").as_deref() {
        Some("Completed") => Ok(Progress::Done),
        Some("InProgress") => Ok(Progress::Running),
        other => Ok(Progress::Failed(format!("its status is {}", other.unwrap_or("not named")))),
    }
}

fn hint(account: &Account, answer: &Answer, now: Duration) -> Option<String> {
    let code = answer.body.get("Code").and_then(|code| code.as_str()).unwrap_or_default();
    match (answer.status, code) {
        (_, "RequestExpired" | "RequestTimeTooSkewed") => Some(skew(answer, now)),
        // Amazon says so of a wrong key and of a wrong time.
        (_, "SignatureDoesNotMatch") => Some(format!("check the secret access key; {}", skew(answer, now))),
        (_, code) if code.starts_with("ExpiredToken") => {
            let named =
                account.secrets().first().map_or("their source", |(_, found)| found.reference.as_str());
            Some(format!("the temporary keys have ended, and {named} has no others; get new ones there"))
        }
        (403, _) => {
            Some("the credentials need cloudfront:CreateInvalidation and cloudfront:GetInvalidation".into())
        }
        (404, _) => Some("check distribution_id, and that the credentials are of its account".into()),
        (_, "TooManyInvalidationsInProgress") => Some(
            "3000 paths and 15 wildcards may be in progress; others are at work on this distribution".into(),
        ),
        _ => None,
    }
}
