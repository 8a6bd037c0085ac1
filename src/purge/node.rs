//! Caches of one's own: a request of a method that purges, to each node, under the host of the visitors.

use super::{Account, Batch, Receipt, Setting, Settings, items};
use crate::{
    error::{Answer, Kind, Result},
    http::{Request, Response},
};

/// Under which host objects are cached, where the items are paths.
pub const HOST: Setting = Setting::or("host", "");

/// A whole URL, or a path where the profile says which host it belongs to.
pub fn normalize(settings: &Settings, item: &str) -> Result<String> {
    let host = settings.get("host")?;
    if item.starts_with('/') {
        if host.is_empty() {
            let why = "is a path, and caches tell hosts apart; give whole URLs, or set `host` in the profile";
            return Err(items::refused(item, why));
        }
        return items::path(item);
    }
    items::whole(item).map(|whole| whole.url())
}

/// Host and path of an item.
pub fn place(settings: &Settings, item: &str) -> Result<(String, String)> {
    if item.starts_with('/') {
        return Ok((settings.get("host")?.to_owned(), item.to_owned()));
    }
    items::whole(item).map(|whole| (whole.host, whole.rest))
}

/// The request for one item: its path at the node, its host as the visitors name it.
pub fn request(method: &'static str, settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let (host, rest) = place(settings, batch.items.first())?;
    Ok(at(method, batch, &host, &rest))
}

/// A request to a node under a host; the node's own where there is none.
pub fn at(method: &'static str, batch: &Batch<'_>, host: &str, rest: &str) -> Request {
    let request = Request::new(method, batch.url(rest)).repeatable(true);
    if host.is_empty() { request } else { request.header("Host", host) }
}

/// A text as a regular expression that matches just it.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Gone, or not there in the first place: both leave nothing old behind.
pub fn gone(reply: &Response, absent: &[u16]) -> Result<Receipt> {
    match reply.status {
        // The usual answer of a VCL whose access list says no: a permission, not bad data.
        405 => Err(reply.means(Kind::AuthInvalid, None)),
        status if absent.contains(&status) => Ok(Receipt::default()),
        _ => super::accepted(reply).map(|()| Receipt::default()),
    }
}

/// The usual refusal is the cache's list of who may purge.
pub fn hint(_: &Account, answer: &Answer) -> Option<String> {
    match answer.status {
        403 | 405 => {
            Some("the cache does not let this address purge; add it to the cache's access list".into())
        }
        418 | 501 => Some("the method went through to the origin; the cache is not set up to purge".into()),
        _ => None,
    }
}
