//! Providers with one kind of key, or one that does not tell its rights: a list to find an id in, and one reading
//! request to see that the key is good.

use super::{
    Ask, Find, Power, Setup,
    answers::{list, members, places, text},
    as_given, get,
};
use crate::{
    error::Result,
    purge::{Account, items},
};
use serde_json::Value;

/// bunny.net.
pub const BUNNY: Setup = Setup {
    find: Some(Find {
        setting: "pull_zone",
        what: "pull zone (its name, or a host of it)",
        tries: as_given,
        encode: |settings, _| Ok(get(settings, "/pullzone?page=0&perPage=1000")),
        decode: |reply| {
            let value = reply.value();
            Ok(places(list(&value, &["/Items", ""]), "Id", |zone| {
                let hosts = list(zone, &["/Hostnames"]).iter().filter_map(|host| text(host.get("Value")?));
                members(zone, &["Name"]).into_iter().chain(hosts).collect()
            }))
        },
    }),
    probe: Some(|account, ask| whole(account, ask, "/pullzone?page=1&perPage=5")),
};

/// Gcore.
pub const GCORE: Setup = Setup {
    find: Some(Find {
        setting: "resource_id",
        what: "CDN resource (its host)",
        tries: as_given,
        encode: |settings, _| Ok(get(settings, "/cdn/resources")),
        decode: |reply| {
            let value = reply.value();
            Ok(places(list(&value, &["/results", ""]), "id", |resource| {
                let more = list(resource, &["/secondaryHostnames"]).iter().filter_map(text);
                members(resource, &["cname", "name"]).into_iter().chain(more).collect()
            }))
        },
    }),
    probe: Some(|account, ask| whole(account, ask, "/cdn/clients/me/limits")),
};

/// KeyCDN.
pub const KEYCDN: Setup = Setup {
    find: Some(Find {
        setting: "zone_id",
        what: "zone (its name)",
        tries: as_given,
        encode: |settings, _| Ok(get(settings, "/zones.json")),
        decode: |reply| {
            let value = reply.value();
            Ok(places(list(&value, &["/data/zones"]), "id", |zone| members(zone, &["name"])))
        },
    }),
    probe: Some(|account, ask| whole(account, ask, "/zones.json")),
};

/// CDN77.
pub const CDN77: Setup = Setup {
    find: Some(Find {
        setting: "cdn_id",
        what: "CDN resource (its label, or a host of it)",
        tries: as_given,
        encode: |settings, _| Ok(get(settings, "/v3/cdn")),
        decode: |reply| {
            let value = reply.value();
            Ok(places(list(&value, &["", "/data"]), "id", |resource| {
                let hosts = list(resource, &["/cnames"]).iter();
                let hosts = hosts.filter_map(|host| text(host.get("cname").unwrap_or(host)));
                members(resource, &["label", "url"]).into_iter().chain(hosts).collect()
            }))
        },
    }),
    probe: Some(|account, ask| whole(account, ask, "/v3/cdn")),
};

/// DigitalOcean.
pub const DIGITALOCEAN: Setup = Setup {
    find: Some(Find {
        setting: "endpoint_id",
        what: "CDN endpoint (its host, origin or custom domain)",
        tries: as_given,
        encode: |settings, _| Ok(get(settings, "/v2/cdn/endpoints?per_page=200")),
        decode: |reply| {
            let value = reply.value();
            Ok(places(list(&value, &["/endpoints"]), "id", |endpoint| {
                members(endpoint, &["endpoint", "origin", "custom_domain"])
            }))
        },
    }),
    probe: Some(|account, ask| {
        let path = format!("/v2/cdn/endpoints/{}", items::component(account.settings.get("endpoint_id")?));
        seen(account, ask, &path, "a token can be limited to the cdn scopes")
    }),
};

/// Netlify.
pub const NETLIFY: Setup = Setup {
    find: Some(Find {
        setting: "site_id",
        what: "site (its host)",
        tries: as_given,
        encode: |settings, name| Ok(get(settings, &format!("/api/v1/sites/{}", items::component(name)))),
        decode: |reply| {
            Ok(places([&reply.value()], "id", |site| {
                let hosts = ["url", "ssl_url"].iter().filter_map(|name| text(site.get(name)?));
                let hosts = hosts.filter_map(|url| url.split("://").nth(1).map(str::to_owned));
                members(site, &["name", "custom_domain", "default_domain"]).into_iter().chain(hosts).collect()
            }))
        },
    }),
    probe: Some(|account, ask| {
        let path = format!("/api/v1/sites/{}", items::component(account.settings.get("site_id")?));
        whole(account, ask, &path)
    }),
};

/// Vercel; its `project` may be a name, so there is nothing to find.
pub const VERCEL: Setup = Setup {
    find: None,
    probe: Some(|account, ask| {
        let mut path = format!("/v9/projects/{}", items::component(account.settings.get("project")?));
        let team = account.settings.get("team")?;
        if !team.is_empty() {
            path += &format!("?teamId={}", items::component(team));
        }
        seen(account, ask, &path, "a token can be limited to one team")
    }),
};

/// A key of the whole account: if it reads, it purges too, and there is no narrower one to be had.
fn whole(account: &Account, ask: Ask<'_>, path: &str) -> Result<Power> {
    let reply = ask(&get(&account.settings, path))?.into_result(None)?;
    if reply.value().get("status").and_then(Value::as_str) == Some("error") {
        return Err(reply.means(crate::error::Kind::AuthInvalid, None));
    }
    Ok(Power::noted(Some(true), "keys of this provider are not limited to purging; keep this one well"))
}

/// A key that may read what is to be purged. Whether it may purge that too is not told.
fn seen(account: &Account, ask: Ask<'_>, path: &str, note: &str) -> Result<Power> {
    ask(&get(&account.settings, path))?.into_result(None)?;
    Ok(Power::noted(None, format!("what else the token may do is not told; {note}")))
}
