//! Fastly: a service by its name; a token tells its scope.

use super::{
    Ask, Find, Power, Setup,
    answers::{list, members, places},
    as_given, get,
};
use crate::{
    error::Result,
    purge::{Account, items},
};
use serde_json::Value;

/// Fastly.
pub const FASTLY: Setup = Setup {
    find: Some(Find {
        setting: "service_id",
        what: "service (its name)",
        tries: as_given,
        encode: |settings, name| {
            Ok(get(settings, &format!("/service/search?name={}", items::component(name))))
        },
        decode: |reply| Ok(places([&reply.value()], "id", |service| members(service, &["name"]))),
    }),
    probe: Some(probe),
};

fn probe(account: &Account, ask: Ask<'_>) -> Result<Power> {
    let reply = ask(&get(&account.settings, "/tokens/self"))?.into_result(None)?;
    let value = reply.value();
    let scope = value.get("scope").and_then(Value::as_str).unwrap_or_default();
    let mut power = Power { purges: Some(false), ..Power::default() };
    for word in scope.split([' ', ',']).filter(|word| !word.is_empty()) {
        match word {
            "purge_select" => power.purges = Some(true),
            "purge_all" => power.purges = Some(true),
            "global" => {
                power.purges = Some(true);
                power.broad.push("its scope is global: it may change and delete services".into());
            }
            other => power.broad.push(format!("its scope includes {other}")),
        }
    }
    if list(&value, &["/services"]).is_empty() {
        power.notes.push("it is for every service of the account; a token can be limited to one".into());
    }
    if let Some(ends) = value.get("expires_at").and_then(Value::as_str) {
        power.notes.push(format!("it ends {ends}"));
    }
    Ok(power)
}
