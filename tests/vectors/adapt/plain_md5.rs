//! `keycdn`, `cdn77` and `gcore`: MD5 over a path, with the secret in the text.

use crate::case::{Adapter, Case, Setup, keep};
use stratos::sign::{Claims, Form, Scope, Url, Visit};

pub const KEYCDN: Adapter = Adapter { vectors: "keycdn", setup: keycdn, decided: |_| None };
pub const CDN77: Adapter = Adapter { vectors: "cdn77", setup: cdn77, decided: |_| None };
pub const GCORE: Adapter = Adapter { vectors: "gcore", setup: gcore, decided: |_| None };

fn keycdn(case: &Case) -> Setup {
    let image = case.param("form") == Some("image processing");
    Setup {
        claims: Claims { expires: case.number("expire"), ..Claims::default() },
        free: host,
        ..Setup::new(if image { "keycdn-image" } else { "keycdn" }, case)
    }
}

fn cdn77(case: &Case) -> Setup {
    let directory = case.param("signed_directory").map(|directory| format!("{directory}/"));
    Setup {
        claims: Claims {
            expires: case.number("expires"),
            form: if case.param("form") == Some("path") { Form::Path } else { Form::Query },
            scope: directory.map_or(Scope::Url, |directory| Scope::Prefix(directory.into())),
            ..Claims::default()
        },
        verdict: if climbs(case) { "refused" } else { "valid" },
        free: |outcome, position| {
            let file = outcome.rfind('/').expect("a path") + 1;
            let directory = !outcome.contains("?secure=") && position >= file;
            host(outcome, position).or(directory.then_some("the directory covers more files"))
        },
        ..Setup::new("cdn77", case)
    }
}

/// A directory that is left again covers nothing for us.
fn climbs(case: &Case) -> bool {
    case.param("form") == Some("path") && case.text("url").split('/').any(|segment| segment == "..")
}

fn gcore(case: &Case) -> Setup {
    Setup {
        claims: Claims {
            expires: case.number("expires"),
            ip: case.param("ip").map(|ip| keep(ip).into()),
            ..Claims::default()
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(outcome).unwrap_or_default(),
            ip: setup.claims.ip.as_deref().map(keep),
            ..Visit::default()
        },
        free: host,
        ..Setup::new("gcore", case)
    }
}

fn host(outcome: &str, position: usize) -> Option<&'static str> {
    let start = "https://".len();
    let end = outcome[start..].find(['/', '?']).map_or(outcome.len(), |length| start + length);
    (position < end).then_some("the host is not signed")
}
