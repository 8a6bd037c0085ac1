//! What providers behind OAuth 2.0 have in common: a form that asks for a token, and the answer (RFC 6749).

use super::{Account, Attempt, items, skew::skew};
use crate::{
    error::{Answer, Kind, Result},
    http::{Request, Response},
    secret::Secret,
};
use serde_json::Value;
use std::time::Duration;

/// A form to the token endpoint; the secret ones are masked wherever the request is shown.
pub fn form(url: &str, fields: &[(&str, &str)], secrets: &[(&str, &Secret)]) -> Request {
    let mut pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", items::component(value))).collect();
    let mut request =
        Request::post(url).header("Content-Type", "application/x-www-form-urlencoded").repeatable(true);
    for (name, secret) in secrets {
        let text = String::from_utf8_lossy(secret.expose());
        pairs.push(format!("{name}={}", items::component(&text)));
        request = request.hiding((*secret).clone());
    }
    request.body = pairs.join("&").into_bytes();
    request
}

/// The token, and how long it lasts.
pub fn token(reply: &Response) -> Result<(Secret, Duration)> {
    if !reply.accepted() {
        // 400 `invalid_grant`, 401 `invalid_client`: the credential is refused, whatever the status.
        let kind = if reply.status == 400 { Kind::AuthInvalid } else { Kind::of_status(reply.status) };
        let hint = reply.value().get("error_description").and_then(Value::as_str).map(str::to_owned);
        return Err(reply.means(kind, hint));
    }
    let body = reply.value();
    let Some(token) = body.get("access_token").and_then(Value::as_str) else {
        return Err(reply.means(Kind::DataError, Some("the token endpoint answered without a token".into())));
    };
    let lasts =
        body.get("expires_in").and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    Ok((Secret::new(token), Duration::from_secs(lasts.unwrap_or(300))))
}

/// The token endpoint's own refusal; it judges the times of a claim by its clock.
pub fn refused(answer: &Answer, now: Duration) -> Option<String> {
    let error = answer.body.get("error").and_then(Value::as_str)?;
    let detail = answer.body.get("error_description").and_then(Value::as_str).unwrap_or(error);
    let timely = ["timeframe", "iat and exp"].iter().any(|word| detail.contains(word));
    Some(match error {
        "invalid_grant" if timely => format!("{detail} {}", skew(answer, now)),
        _ => detail.to_owned(),
    })
}

/// Sends the exchanged token, or the one that the account holds.
pub fn bearer(account: &Account, attempt: &Attempt<'_>, request: Request) -> Result<Request> {
    match attempt.token {
        Some(token) => Ok(request.bearer(token)),
        None => Ok(request.bearer(account.demand("access_token")?)),
    }
}
