//! nginx with `proxy_cache_purge` (contracts/purge.md section 11): one URL a request; `*` where it is set up.

use super::{Limit, Provider, Selector, Setting, items::refused, node};

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "nginx",
    title: "nginx",
    settings: &[node::HOST, Setting::one_of("wildcard", &["no", "yes"])],
    limits: &[Limit::of(Selector::Url, 1), Limit::of(Selector::Prefix, 1).when("wildcard", "yes")],
    hard: "nginx removes what it purges",
    normalize: |settings, selector, item| {
        let item = node::normalize(settings, item)?;
        match selector {
            Selector::Prefix if item.ends_with('*') => Ok(item),
            Selector::Prefix => Ok(item + "*"),
            _ if item.contains('*') => {
                Err(refused(&item, "holds `*`, which nginx takes for a character or for more; use --prefix"))
            }
            _ => Ok(item),
        }
    },
    encode: |settings, batch| node::request("PURGE", settings, batch),
    // 412 from version 2.5 of the module on, 404 before: the key is not in the cache.
    decode: |reply| node::gone(reply, &[404, 412]),
    hint: |account, answer, _| node::hint(account, answer),
    ..Provider::BASE
};
