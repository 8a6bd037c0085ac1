//! `stratos health`: the CDN's own word on how it is, shown as it is.

use crate::{
    command::Command,
    context::Context,
    credential::Credential,
    error::{Error, Result},
    http::{Request, Response},
    report::Report,
};
use serde_json::Value;

/// Liveness probe and edge diagnostics
#[derive(Debug, clap::Args)]
pub struct Health {
    /// Ask the CDN to check what stands behind it, too
    #[arg(long)]
    deep: bool,
}

/// The answer.
pub struct Condition {
    body: Value,
    degraded: bool,
}

impl Command for Health {
    type Report = Condition;

    fn run(self, cx: &mut Context<'_>) -> Result<Condition> {
        let request = request(cx, self.deep)?;
        let response = cx.client()?.send(&request)?;
        // 503 is how a degraded edge answers, with the whole report as its body.
        if response.status == 503 && response.value().get("status").is_some_and(Value::is_string) {
            return Ok(Condition { body: response.value(), degraded: true });
        }
        let response = response.into_result(None)?;
        Ok(Condition { body: json(&response, &request.url)?, degraded: false })
    }
}

/// Where CloudCDN answers for itself; no other provider has such a place.
pub(super) fn endpoint(cx: &mut Context<'_>) -> Result<String> {
    let profile = cx.profile()?;
    if profile.is_cloudcdn() {
        return Ok(format!("{}/api/health", profile.url.value));
    }
    Err(Error::Usage(format!(
        "only CloudCDN has a health endpoint, and profile {} is of provider {}; choose another with --profile",
        profile.name, profile.provider.value
    )))
}

/// Sent once: what is asked for is how things are now.
fn request(cx: &mut Context<'_>, deep: bool) -> Result<Request> {
    let query = if deep { "?deep=1" } else { "" };
    let request = Request::get(endpoint(cx)? + query).repeatable(false);
    if let Some(found) = cx.credential(Credential::AccessKey, None)? {
        return Ok(request.credential("AccessKey", found.secret));
    }
    Ok(match cx.credential(Credential::AccountKey, None)? {
        Some(found) => request.credential("AccountKey", found.secret),
        None => request,
    })
}

fn json(response: &Response, url: &str) -> Result<Value> {
    serde_json::from_slice(&response.body).map_err(|_| {
        let kind = response.header("content-type").unwrap_or("no content type");
        Error::Data(format!(
            "{url} answered {} with {kind} instead of JSON; check that the URL is the CDN's and that nothing stands before it",
            response.status
        ))
    })
}

impl Report for Condition {
    fn value(&self) -> Value {
        self.body.clone()
    }

    fn exit(&self) -> u8 {
        if self.degraded { 69 } else { 0 }
    }
}
