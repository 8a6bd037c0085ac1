//! Vercel (contracts/purge.md section 11): tags alone; stale is its usual way, removal its dangerous one.

use super::{Account, Batch, Limit, Provider, Selector, Setting, Settings, bearer, items, setup};
use crate::{
    error::{Answer, Result},
    http::Request,
};
use serde_json::json;
use std::time::Duration;

/// The row. How many tags a call takes is not published; the text form of the list ends at 8196 characters.
pub const PROVIDER: Provider = Provider {
    id: "vercel",
    title: "Vercel",
    url: "https://api.vercel.com",
    variables: &[
        ("token", &["VERCEL_TOKEN"]),
        ("project", &["VERCEL_PROJECT_ID"]),
        ("team", &["VERCEL_ORG_ID"]),
    ],
    credentials: &[&["token"]],
    missing: "no credential to purge with; set an access token (VERCEL_TOKEN, or token in the profile)",
    settings: &[
        Setting::required("project"),
        Setting::or("team", ""),
        Setting::one_of("target", &["production", "preview"]),
    ],
    limits: &[Limit::of(Selector::Tag, 100).bytes(8196).soft()],
    normalize: |_, _, item| items::tag(item, 256, ","),
    encode,
    authorize: bearer,
    hint,
    setup: Some(setup::VERCEL),
    ..Provider::BASE
};

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let verb = if batch.soft { "invalidate-by-tags" } else { "dangerously-delete-by-tags" };
    let mut url = batch.url(format!(
        "/v1/edge-cache/{verb}?projectIdOrName={}",
        settings.get("project").map(items::component)?
    ));
    let team = settings.get("team")?;
    if !team.is_empty() {
        url += &format!("&teamId={}", items::component(team));
    }
    let body = json!({ "tags": batch.items, "target": settings.get("target")? });
    Ok(Request::post(url).json(&body).repeatable(true))
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        401 | 403 => Some("a token of a team's member needs `team` (VERCEL_ORG_ID) too".into()),
        404 => Some("check `project` and `team`: the project's id or name, and the team that owns it".into()),
        _ => None,
    }
}
