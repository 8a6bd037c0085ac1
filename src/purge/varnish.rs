//! Varnish (contracts/purge.md section 11): nothing is built in, so the VCL's words are settings. The defaults are
//! `PURGE` for a URL, `PURGE /` with an `xkey` header for tags, `BAN /` with a regular expression for the rest.

use super::{
    Account, Attempt, Batch, Limit, Provider, Selector, Setting, Settings, items, items::refused, node,
};
use crate::{error::Result, http::Request};

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "varnish",
    title: "Varnish",
    credentials: &[&["token"], &[]],
    settings: &[
        node::HOST,
        Setting::or("tag_header", "xkey"),
        Setting::or("soft_header", "Soft-Purge"),
        Setting::or("ban_header", "Ban-Regex"),
        Setting::or("token_header", "Purge-Token"),
    ],
    limits: &[
        Limit::of(Selector::Url, 1).soft(),
        // Varnish takes 8 KiB of one header.
        Limit::of(Selector::Tag, 30).soft(),
        Limit::of(Selector::Prefix, 1),
        Limit::of(Selector::All, 1),
    ],
    hard: "a ban removes; soft are single URLs and tags",
    normalize,
    encode,
    authorize,
    decode: |reply| node::gone(reply, &[]),
    hint: |account, answer, _| node::hint(account, answer),
    ..Provider::BASE
};

fn normalize(settings: &Settings, selector: Selector, item: &str) -> Result<String> {
    match selector {
        // Blanks and commas part tags.
        Selector::Tag => items::tag(item, 250, ","),
        Selector::Prefix if item.trim_end_matches('*').contains('*') => {
            Err(refused(item, "holds `*` before its end, where it is no wildcard"))
        }
        Selector::Prefix => node::normalize(settings, item.strip_suffix('*').unwrap_or(item)),
        _ => node::normalize(settings, item),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let host = settings.get("host")?;
    let ban = settings.get("ban_header")?;
    let request = match batch.selector {
        Selector::Url => node::request("PURGE", settings, batch)?,
        Selector::Tag => {
            let tags = batch.items.all().join(" ");
            node::at("PURGE", batch, host, "/").header(settings.get("tag_header")?, tags)
        }
        Selector::Prefix => {
            // The expression is over the path: the Host header says of which host.
            let (host, rest) = node::place(settings, batch.items.first())?;
            node::at("BAN", batch, &host, "/").header(ban, format!("^{}", node::literal(&rest)))
        }
        _ => node::at("BAN", batch, host, "/").header(ban, "."),
    };
    Ok(if batch.soft { request.header(settings.get("soft_header")?, "1") } else { request })
}

fn authorize(account: &Account, _: &Attempt<'_>, request: Request) -> Result<Request> {
    let header = account.settings.get("token_header")?;
    Ok(match account.secret("token") {
        Some(token) => request.credential(header, token.clone()),
        None => request,
    })
}
