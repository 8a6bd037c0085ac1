//! KeyCDN (contracts/purge.md section 11): URLs without scheme, tags, or a zone by a GET that purges.

use super::{
    Account, Attempt, Batch, Budget, Limit, Provider, Receipt, Selector, Setting, Settings, accepted, items,
    setup,
};
use crate::{
    error::{Answer, Kind, Result},
    http::{Request, Response},
    secret::Secret,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::time::Duration;

/// The vendor's figure of 2017; it was raised since, to a number that is not published.
const CALLS: &[Budget] = &[Budget::requests("calls", 20).within(60)];

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "keycdn",
    title: "KeyCDN",
    url: "https://api.keycdn.com",
    credentials: &[&["api_key"]],
    missing: "no credential to purge with; set the account's API key (api_key in the profile, for instance \
              env:KEYCDN_API_KEY)",
    settings: &[Setting::required("zone_id")],
    limits: &[
        Limit::of(Selector::Url, 1000).bytes(64_000).spends(CALLS),
        // Support names 128 characters for a list of tags; whether that still holds is not confirmed.
        Limit::of(Selector::Tag, 100).bytes(128).spends(CALLS),
        Limit::of(Selector::All, 1).spends(CALLS),
    ],
    normalize: |_, selector, item| match selector {
        Selector::Tag => items::tag(item, 100, ","),
        _ => items::plain(item).map(|whole| whole.host + &whole.rest),
    },
    encode,
    authorize: |account, _: &Attempt<'_>, request| {
        let pair = [account.demand("api_key")?.expose(), b":"].concat();
        Ok(request.credential("Authorization", Secret::new(format!("Basic {}", STANDARD.encode(pair)))))
    },
    decode,
    hint,
    setup: Some(setup::KEYCDN),
    ..Provider::BASE
};

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let zone = settings.id("zone_id")?;
    Ok(match batch.selector {
        Selector::Url => Request::new("DELETE", batch.url(format!("/zones/purgeurl/{zone}.json")))
            .json(&json!({ "urls": batch.items }))
            .repeatable(true),
        Selector::Tag => Request::new("DELETE", batch.url(format!("/zones/purgetag/{zone}.json")))
            .json(&json!({ "tags": batch.items }))
            .repeatable(true),
        // A GET that purges a zone is not sent again unasked.
        _ => Request::get(batch.url(format!("/zones/purge/{zone}.json"))).repeatable(false),
    })
}

fn decode(reply: &Response) -> Result<Receipt> {
    accepted(reply)?;
    match reply.value().get("status").and_then(Value::as_str) {
        Some("success") => Ok(Receipt::default()),
        Some(_) => {
            Err(reply.refuses(Kind::DataError, Some("`status` is not success, so nothing was purged".into())))
        }
        None => {
            Err(reply
                .means(Kind::DataError, Some("the answer is not the API's; check the profile's url".into())))
        }
    }
}

fn hint(_: &Account, answer: &Answer, _: Duration) -> Option<String> {
    match answer.status {
        401 | 403 => Some("the key goes as the user of Basic authentication, without a password".into()),
        404 => Some("check zone_id: the zone's number".into()),
        413 => Some("the list is larger than 64 KB".into()),
        _ => None,
    }
}
