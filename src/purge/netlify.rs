//! Netlify (contracts/purge.md section 11): tags, or a whole site.

use super::{Account, Batch, Budget, Limit, Provider, Selector, Setting, Settings, bearer, items, setup};
use crate::{
    error::{Answer, Result},
    http::Request,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Each tag, and the site, twice in five seconds; a plan names a tag once.
const SITE: &[Budget] = &[Budget::requests("site", 2).within(5)];

/// The row. How many tags a call takes is not published.
pub const PROVIDER: Provider = Provider {
    id: "netlify",
    title: "Netlify",
    url: "https://api.netlify.com",
    variables: &[("token", &["NETLIFY_AUTH_TOKEN"]), ("site_id", &["NETLIFY_SITE_ID"])],
    credentials: &[&["token"]],
    missing: "no credential to purge with; set an access token (NETLIFY_AUTH_TOKEN, or token in the profile)",
    settings: &[Setting::required("site_id"), Setting::or("deploy_alias", ""), Setting::or("domain", "")],
    limits: &[Limit::of(Selector::Tag, 100), Limit::of(Selector::All, 1).spends(SITE)],
    normalize: |_, _, item| items::tag(item, 500, ","),
    encode,
    authorize: bearer,
    hint,
    setup: Some(setup::NETLIFY),
    ..Provider::BASE
};

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let mut body = json!({ "site_id": settings.get("site_id")? });
    // Without the member the whole site goes; an empty list would purge nothing.
    if batch.selector == Selector::Tag {
        body["cache_tags"] = json!(batch.items);
    }
    for name in ["deploy_alias", "domain"] {
        match settings.get(name)? {
            "" => {}
            value => body[name] = Value::from(value),
        }
    }
    Ok(Request::post(batch.url("/api/v1/purge")).json(&body).repeatable(true))
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        404 | 422 => Some("check site_id: the site's API id, not its name".into()),
        429 => Some("each tag, and the site as a whole, may be purged twice in five seconds".into()),
        _ => None,
    }
}
