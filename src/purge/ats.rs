//! Apache Traffic Server (contracts/purge.md section 11): `PURGE`, one URL a request, by default from this
//! machine only.

use super::{Limit, Provider, Selector, node};

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "ats",
    title: "Apache Traffic Server",
    settings: &[node::HOST],
    limits: &[Limit::of(Selector::Url, 1)],
    hard: "Traffic Server removes what it purges",
    normalize: |settings, _, item| node::normalize(settings, item),
    encode: |settings, batch| node::request("PURGE", settings, batch),
    decode: |reply| node::gone(reply, &[404]),
    hint: |account, answer, _| node::hint(account, answer),
    ..Provider::BASE
};
