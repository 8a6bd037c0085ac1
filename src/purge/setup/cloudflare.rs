//! Cloudflare: a domain to its zone; a token's own permissions where it may read them.

use super::{
    Ask, Find, Power, Setup,
    answers::{list, members, places, text},
    as_given,
};
use crate::{
    error::{Kind, Result},
    http::Request,
    purge::{Account, Settings, items},
};
use serde_json::Value;

/// Cloudflare.
pub const CLOUDFLARE: Setup = Setup {
    find: Some(Find {
        setting: "zone_id",
        what: "zone (example.com)",
        tries: domains,
        encode: |settings, name| Ok(at(settings, &format!("/zones?name={}", items::component(name)))),
        decode: |reply| {
            let value = reply.value();
            Ok(places(list(&value, &["/result"]), "id", |zone| members(zone, &["name"])))
        },
    }),
    probe: Some(probe),
};

/// A host, then each domain above it: the zone is one of them.
fn domains(name: &str) -> Vec<String> {
    let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    if labels.len() < 2 {
        return as_given(name);
    }
    (0..=labels.len() - 2).map(|from| labels[from..].join(".")).collect()
}

fn at(settings: &Settings, path: &str) -> Request {
    let base = settings.targets().first().map_or("", String::as_str);
    let base = base.trim_end_matches('/').trim_end_matches("/client/v4");
    Request::get(format!("{base}/client/v4{path}"))
}

fn probe(account: &Account, ask: Ask<'_>) -> Result<Power> {
    if account.secret("token").is_none() {
        ask(&at(&account.settings, "/user"))?.into_result(None)?;
        return Ok(Power {
            purges: Some(true),
            broad: vec!["it is the global API key, which may do whatever its user may".into()],
            notes: Vec::new(),
        });
    }
    let reply = ask(&at(&account.settings, "/user/tokens/verify"))?;
    let hint = "a token of an account, not of a user, cannot be tested so; --no-check stores it untested";
    let reply = reply.into_result(Some(hint.into()))?;
    let value = reply.value();
    if value.pointer("/result/status").and_then(Value::as_str) != Some("active") {
        return Err(reply.means(Kind::AuthInvalid, Some("the token is not active; make another one".into())));
    }
    let id = value.pointer("/result/id").and_then(text).unwrap_or_default();
    let own = ask(&at(&account.settings, &format!("/user/tokens/{}", items::component(&id))))?;
    if own.accepted() {
        return Ok(judged(&own.value()));
    }
    Ok(Power::noted(
        None,
        "the token is active; it may not read its own permissions, so that they are only known by the first purge",
    ))
}

/// Any permission beside the purge, and the reading of zones, is more than a purge needs.
fn judged(token: &Value) -> Power {
    let mut power = Power { purges: Some(false), ..Power::default() };
    for policy in list(token, &["/result/policies"]) {
        if policy.get("effect").and_then(Value::as_str) == Some("deny") {
            continue;
        }
        for group in list(policy, &["/permission_groups"]) {
            match group.get("name").and_then(Value::as_str).unwrap_or("a permission without a name") {
                "Cache Purge" => power.purges = Some(true),
                "Zone Read" => {}
                // It could not have been asked without.
                "API Tokens Read" => power.notes.push("it may read the user's tokens".into()),
                other => power.broad.push(format!("it has the permission {other}")),
            }
        }
    }
    power.broad.dedup();
    power
}
