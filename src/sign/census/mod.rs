//! The census of an access log: how many live links there are of each key, and when the last one ends.
//! Lines come one at a time and from several threads; memory is flat.

mod distinct;
mod scan;

pub use scan::{Layout, Link, links};

use super::{Inspection, Maker, Params, Scheme, Seal, Signer, Url, Visit, redact::link::layers, text};
use distinct::Distinct;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

/// So many strange key ids are kept by name.
const STRANGERS: usize = 20;

/// What is the same for every line.
pub struct Census<'c> {
    /// The scheme of the links.
    pub scheme: &'static Scheme,
    /// Its settings.
    pub params: Params<'c>,
    /// The keys, by name.
    pub ids: Vec<String>,
    /// The keys themselves, in the same order; without them links are told apart by the key id that they name.
    pub signer: Option<&'c Signer>,
    /// The time.
    pub now: u64,
    /// Scheme and host of links that the log has as paths.
    pub origin: &'c str,
    /// Whether the log's own host may stand in its place.
    pub own_host: bool,
    /// The columns of the log, where its head names them.
    pub layout: Option<Layout>,
}

/// What was found of one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Links of it, each time that one was seen.
    pub requests: u64,
    /// Different ones that live.
    pub live: u64,
    /// Whether that is exact; otherwise it may be a per cent off.
    pub exact: bool,
    /// The last expiry of them.
    pub latest: Option<u64>,
    /// How often one was seen that never ends.
    pub endless: u64,
    /// How often one was seen that has ended.
    pub expired: u64,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// One for each key, in their order.
    pub keys: Vec<Count>,
    /// Signed links, each time that one was seen, of whatever key.
    pub links: u64,
    /// Lines without a signed link.
    pub unsigned: u64,
    /// Links that name another key.
    pub unknown: u64,
    /// The names of the first of those keys.
    pub strangers: Vec<String>,
    /// Links that no key made.
    pub invalid: u64,
}

/// Where the threads write; the locks are held for a few counters' time.
#[derive(Default)]
pub struct Ledger {
    keys: Vec<Mutex<Row>>,
    rest: Mutex<Totals>,
}

#[derive(Default)]
struct Row {
    count: Count,
    live: Distinct,
}

impl Ledger {
    /// For so many keys.
    #[must_use]
    pub fn of(keys: usize) -> Self {
        Self { keys: (0..keys).map(|_| Mutex::default()).collect(), rest: Mutex::default() }
    }

    /// The account, at the end.
    #[must_use]
    pub fn totals(self) -> Totals {
        let inner = |row: Mutex<Row>| row.into_inner().unwrap_or_else(PoisonError::into_inner);
        let count = |row: Row| {
            let (live, exact) = row.live.count();
            Count { live, exact, ..row.count }
        };
        let keys = self.keys.into_iter().map(|row| count(inner(row))).collect();
        Totals { keys, ..self.rest.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }
}

/// Who a link is of.
enum Owner {
    Key { at: usize, expires: Option<u64>, mark: u64 },
    Stranger(Option<String>),
    Nobody,
}

/// Reads lines; one for each thread.
pub struct Clerk<'c> {
    census: &'c Census<'c>,
    ledger: &'c Ledger,
    seal: Option<Seal<'c>>,
    /// The text that a token carries.
    signed: Vec<u8>,
}

impl<'c> Census<'c> {
    /// Somebody to read lines.
    #[must_use]
    pub fn clerk(&'c self, ledger: &'c Ledger) -> Clerk<'c> {
        Clerk { census: self, ledger, seal: self.signer.map(Signer::seal), signed: Vec::new() }
    }
}

impl Clerk<'_> {
    /// Counts the links of a line.
    pub fn line(&mut self, line: &str) {
        if line.starts_with('#') {
            return;
        }
        let owners: Vec<Owner> =
            links(line, self.census.layout.as_ref()).iter().filter_map(|link| self.owner(link)).collect();
        let mut rest = self.ledger.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.links += owners.len() as u64;
        rest.unsigned += u64::from(owners.is_empty());
        for owner in &owners {
            match owner {
                Owner::Key { .. } => {}
                Owner::Nobody => rest.invalid += 1,
                Owner::Stranger(id) => {
                    rest.unknown += 1;
                    let fresh = id.as_ref().filter(|id| !rest.strangers.contains(id)).cloned();
                    if rest.strangers.len() < STRANGERS {
                        rest.strangers.extend(fresh);
                    }
                }
            }
        }
        drop(rest);
        owners.into_iter().for_each(|owner| self.count(&owner));
    }

    fn count(&self, owner: &Owner) {
        let Owner::Key { at, expires, mark } = *owner else { return };
        let mut row = self.ledger.keys[at].lock().unwrap_or_else(PoisonError::into_inner);
        row.count.requests += 1;
        match expires {
            Some(expires) if self.census.scheme.until.is_past(expires, self.census.now) => {
                row.count.expired += 1;
                return;
            }
            Some(expires) => row.count.latest = row.count.latest.max(Some(expires)),
            None => row.count.endless += 1,
        }
        row.live.add(mark);
    }

    /// Whose link this is; `None` where it is none of the scheme's. It is read as it stands and without its
    /// escapes, and the reading with a good signature counts.
    fn owner(&mut self, link: &Link<'_>) -> Option<Owner> {
        let mut best = None;
        let escaped = (!link.text.contains('?')).then(|| text::percent_decode(&link.text)).flatten();
        for layer in layers(&link.text).chain(escaped) {
            let whole = layer.as_ref();
            let trimmed = whole.trim_end_matches([')', ']', '}', ',', '.', ';']);
            for text in [whole, trimmed].into_iter().take(if whole == trimmed { 1 } else { 2 }) {
                match self.read(text, link) {
                    Some(owner @ Owner::Key { .. }) => return Some(owner),
                    other => best = best.or(other),
                }
            }
        }
        best
    }

    fn read(&mut self, text: &str, link: &Link<'_>) -> Option<Owner> {
        let census = self.census;
        let host = link.host.filter(|_| census.own_host).map(|host| format!("https://{host}"));
        let url = if text.starts_with('/') {
            Url::at(host.as_deref().unwrap_or(census.origin), text)
        } else {
            Url::parse(text).ok()?
        };
        let visit = Visit {
            now: census.now,
            ip: link.ip,
            method: Some(link.method.unwrap_or("GET")),
            params: census.params,
            ..Visit::of(url)
        };
        self.signed.clear();
        let found = (census.scheme.inspect)(&visit, &mut self.signed).ok().filter(Inspection::fits)?;
        if found.claims.expires_text.is_some() {
            return Some(Owner::Nobody);
        }
        let mark = mark(&found);
        let Some(seal) = &mut self.seal else {
            let id = found.claims.key_id.as_deref();
            let at = id.and_then(|id| census.ids.iter().position(|known| known == id));
            return Some(match at {
                Some(at) => Owner::Key { at, expires: found.claims.expires, mark },
                None => Owner::Stranger(id.map(|id| id.chars().take(64).collect())),
            });
        };
        Some(match seal.made_by(&visit, &found, &self.signed) {
            Ok((Maker::Key(at), expires)) => Owner::Key { at, expires, mark },
            Ok((Maker::Stranger, _)) => Owner::Stranger(found.claims.key_id.as_deref().map(str::to_owned)),
            _ => Owner::Nobody,
        })
    }
}

/// A link is its signature: all requests under one token are one.
fn mark(found: &Inspection<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    found.signature.hash(&mut hasher);
    found.claims.expires.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Claims, Form},
    };

    const NOW: u64 = 1_893_456_000;

    fn minted(scheme: &'static Scheme, key: &str, path: &str, expires: u64, id: Option<&str>) -> String {
        let signer = Signer::new(scheme, &Secret::new(key), Params::default()).unwrap();
        let form = Form::Query;
        let key_id = id.map(Into::into);
        let claims = Claims { expires: Some(expires), key_id, form, ..Claims::default() };
        let mut out = Vec::new();
        signer.seal().mint(&Url::at("https://cdn.example", path), &claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn totals(scheme: &'static Scheme, keys: &[(&str, &str)], by_id: bool, log: &str) -> Totals {
        let mut signer = Signer { scheme, keys: Vec::new() };
        for (_, key) in keys {
            signer = signer.with(None, &Secret::new(*key), Params::default()).unwrap();
        }
        let census = Census {
            scheme,
            params: Params::default(),
            ids: keys.iter().map(|(id, _)| (*id).to_owned()).collect(),
            signer: (!by_id).then_some(&signer),
            now: NOW,
            origin: "https://cdn.example",
            own_host: true,
            layout: log.lines().find_map(Layout::of),
        };
        let ledger = Ledger::of(keys.len());
        let mut clerk = census.clerk(&ledger);
        log.lines().for_each(|line| clerk.line(line));
        ledger.totals()
    }

    const KEYS: [(&str, &str); 2] = [("a", "0123456789abcdef"), ("b", "fedcba9876543210")];

    #[test]
    fn links_are_counted_for_the_key_that_made_them() {
        let scheme = Scheme::find("cloudcdn").unwrap();
        let link = |key: usize, path, expires| minted(scheme, KEYS[key].1, path, expires, None);
        let path = link(0, "/x", NOW + 50).replace("https://cdn.example", "");
        let log = [
            format!("192.0.2.1 - - [x] \"GET {path} HTTP/1.1\" 200"),
            format!("again {}", link(0, "/x", NOW + 50)),
            format!("<a href=\"{}\">", link(0, "/y", NOW + 90).replace('&', "&amp;")),
            format!("ended {}", link(0, "/z", NOW)),
            format!("{{\"url\":\"{}\"}}", link(1, "/x", NOW + 10).replace('/', "\\/")),
            format!("forged {}0", link(1, "/x", NOW + 10).trim_end_matches(|c: char| c.is_ascii_hexdigit())),
            format!("damaged {}", link(1, "/x", NOW + 10).replace("path=%2Fx", "path=%2Fw")),
            "no link /here?a=b".into(),
        ];
        let found = totals(scheme, &KEYS, false, &log.join("\n"));
        let a = Count { requests: 4, live: 2, exact: true, latest: Some(NOW + 90), endless: 0, expired: 1 };
        let b = Count { requests: 1, live: 1, exact: true, latest: Some(NOW + 10), endless: 0, expired: 0 };
        assert_eq!(found.keys, [a, b]);
        assert_eq!((found.links, found.unsigned, found.invalid, found.unknown), (6, 2, 1, 0));
    }

    #[test]
    fn a_link_that_names_its_key_is_counted_without_it() {
        let scheme = Scheme::find("gcp-cloud-cdn").unwrap();
        let key = "AAAAAAAAAAAAAAAAAAAAAA==";
        let link = |id| minted(scheme, key, "/x", NOW + 5, Some(id));
        let log = [link("a"), link("c"), link("a").replace("Signature=", "Signature=A")].join("\n");
        let found = totals(scheme, &[("a", key), ("b", key)], true, &log);
        assert_eq!((found.keys[0].live, found.keys[1].live, found.unknown), (1, 0, 1));
        assert_eq!(found.strangers, ["c"]);
    }
}
