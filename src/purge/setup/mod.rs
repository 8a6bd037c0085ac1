//! What a profile's first set-up asks of a provider: the id behind a name, and what a credential may do.
//!
//! Every request here reads; none changes anything. What an API does not tell is said to be unknown.

mod answers;
mod cloudflare;
mod fastly;
mod keys;
mod lists;

pub use cloudflare::CLOUDFLARE;
pub use fastly::FASTLY;
pub use keys::{AKAMAI, CLOUDFRONT};
pub use lists::{BUNNY, CDN77, DIGITALOCEAN, GCORE, KEYCDN, NETLIFY, VERCEL};

use super::{Account, Provider, Settings, session::Session};
use crate::{
    error::{Error, Result},
    http::{Client, Request, Response},
};
use serde::Serialize;

/// How a provider is set up.
#[derive(Clone, Copy)]
pub struct Setup {
    /// How a name becomes an id.
    pub find: Option<Find>,
    /// What the credential may do.
    pub probe: Option<fn(&Account, Ask<'_>) -> Result<Power>>,
}

/// Sends a request with what belongs to it.
pub type Ask<'a> = &'a mut dyn FnMut(&Request) -> Result<Response>;

/// How a name that people know becomes the id that the API wants.
#[derive(Clone, Copy)]
pub struct Find {
    /// The setting that takes the id.
    pub setting: &'static str,
    /// What the name is, as a question puts it.
    pub what: &'static str,
    /// The names to try, the best first.
    pub tries: fn(&str) -> Vec<String>,
    /// The request for one of them.
    pub encode: fn(&Settings, &str) -> Result<Request>,
    /// All that the answer lists.
    pub decode: fn(&Response) -> Result<Vec<Place>>,
}

/// A zone, service or resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// As the API knows it.
    pub id: String,
    /// As people know it.
    pub names: Vec<String>,
}

/// What a credential may do, as far as it can be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Power {
    /// Whether it may purge; `None` where the API does not tell.
    pub purges: Option<bool>,
    /// What it may do beyond that, where a narrower one could be had.
    pub broad: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Power {
    /// One about which this is all that can be said.
    fn noted(purges: Option<bool>, note: impl Into<String>) -> Self {
        Self { purges, broad: Vec::new(), notes: vec![note.into()] }
    }
}

/// The id behind a name; several, or none, are refused with what there is.
pub fn find(
    provider: &Provider,
    find: &Find,
    account: &Account,
    client: &Client<'_>,
    name: &str,
) -> Result<String> {
    let mut session = Session::new(provider, account, client);
    let mut seen: Vec<String> = Vec::new();
    for name in (find.tries)(name) {
        let reply = session.send(&(find.encode)(&account.settings, &name)?)?;
        if reply.status == 404 {
            continue;
        }
        let hint = (provider.hint)(account, &reply.answer(None), client.clock.now()?);
        let places = (find.decode)(&reply.into_result(hint)?)?;
        let same = |place: &&Place| place.names.iter().any(|known| known.eq_ignore_ascii_case(&name));
        match places.iter().filter(same).collect::<Vec<_>>()[..] {
            [] => seen.extend(places.into_iter().filter_map(|place| place.names.into_iter().next())),
            [one] => return Ok(one.id.clone()),
            _ => {
                return Err(Error::Data(format!(
                    "{} knows several of the name {name}; give the id: --set {}=ID",
                    provider.title, find.setting
                )));
            }
        }
    }
    seen.dedup();
    let more = if seen.len() > 10 { ", …" } else { "" };
    seen.truncate(10);
    let known = if seen.is_empty() { String::new() } else { format!("; it lists {}{more}", seen.join(", ")) };
    Err(Error::Unavailable(format!(
        "{} shows this credential no {} of the name {name}{known}; give the id: --set {}=ID",
        provider.title, find.what, find.setting
    )))
}

/// What the credential may do. One that the API refuses is an error (77).
pub fn probe(provider: &Provider, account: &Account, client: &Client<'_>) -> Result<Power> {
    let Some(probe) = provider.setup.and_then(|setup| setup.probe) else {
        return Ok(Power::noted(
            None,
            "what the credential may do cannot be asked; the first purge will tell",
        ));
    };
    let mut session = Session::new(provider, account, client);
    probe(account, &mut |request| session.send(request))
}

/// The name alone.
fn as_given(name: &str) -> Vec<String> {
    vec![name.to_owned()]
}

/// Below the account's address.
fn get(settings: &Settings, path: &str) -> Request {
    let base = settings.targets().first().map_or("", String::as_str);
    Request::get(format!("{}{path}", base.trim_end_matches('/'))).header("Accept", "application/json")
}
