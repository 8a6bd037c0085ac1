//! Squid (contracts/purge.md section 11): `PURGE`, one exact URL a request.

use super::{Limit, Provider, Selector, node};

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "squid",
    title: "Squid",
    settings: &[node::HOST],
    limits: &[Limit::of(Selector::Url, 1)],
    hard: "Squid removes what it purges",
    normalize: |settings, _, item| node::normalize(settings, item),
    encode: |settings, batch| node::request("PURGE", settings, batch),
    decode: |reply| node::gone(reply, &[404]),
    hint: |account, answer, _| node::hint(account, answer),
    ..Provider::BASE
};
