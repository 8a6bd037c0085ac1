//! `nginx-secure-link` and `lighttpd-secdownload`: paths sent to the real servers.

use crate::case::{Adapter, Case, Setup, keep, keep_params};
use stratos::sign::{Claims, Form, Url, Visit};

pub const NGINX: Adapter = Adapter { vectors: "nginx-secure-link", setup: nginx, decided: |_| None };
pub const LIGHTTPD: Adapter = Adapter { vectors: "lighttpd-secdownload", setup: lighttpd, decided: |_| None };

fn nginx(case: &Case) -> Setup {
    let word = case.0["params"]["secure_link_secret"] == true;
    let observed = case.text("kind") == "observation";
    let endless = case.text("kind") == "sign" && case.number("expires").is_none();
    let (scheme, names) = match (word, endless) {
        (true, _) => ("nginx-secure-link-secret", &["prefix"][..]),
        (false, true) => ("nginx-secure-link-endless", &["secure_link_md5"][..]),
        (false, false) => ("nginx-secure-link", &["secure_link", "secure_link_md5"][..]),
    };
    let params = names.iter().filter_map(|name| Some((*name, case.param(name)?))).collect();
    Setup {
        url: Url::parse(keep(asked(case))).unwrap_or_default(),
        claims: Claims {
            expires: case.number("expires").or(observed.then_some(NOW)),
            ip: case.param("ip").map(|ip| keep(ip).into()),
            form: if word { Form::Path } else { Form::Query },
            params: keep_params(params),
            ..Claims::default()
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(outcome).unwrap_or_default(),
            now: NOW,
            ip: setup.claims.ip.as_deref().map(keep),
            params: setup.claims.params,
            ..Visit::default()
        },
        verdict: if case.0["observed"]["status"] == 400 { "refused" } else { "valid" },
        free: if word { |_, _| None } else { unsigned },
        ..Setup::new(scheme, case)
    }
}

/// An observation of the clock names no URL.
fn asked(case: &Case) -> &str {
    case.given("url").map_or("/any.mp4", |_| case.text("url"))
}

/// When the vectors were sent: after every expiry that had passed, before every other.
const NOW: u64 = 1_800_000_000;

fn lighttpd(case: &Case) -> Setup {
    let mut params = Vec::new();
    let given = &case.0["params"];
    let segments = given["path_segments"].as_u64().map(|count| count.to_string());
    for name in ["algorithm", "prefix"] {
        params.extend(case.param(name).map(|value| (name, value)));
    }
    let timeout = given["timeout"].as_u64().map(|timeout| timeout.to_string());
    let observed = case.text("kind") == "observation";
    params.extend(timeout.as_deref().map(|timeout| ("ttl", timeout)));
    params.extend(segments.as_deref().map(|count| ("path_segments", count)));
    params.extend((given["hash_querystr"] == true).then_some(("hash_querystr", "on")));
    Setup {
        url: Url::parse(keep(asked(case))).unwrap_or_default(),
        claims: Claims {
            issued: case.number("timestamp").or(observed.then_some(NOW)),
            form: Form::Path,
            params: keep_params(params),
            ..Claims::default()
        },
        // The vectors were sent in the second that stands in them.
        visit: |outcome, setup| Visit {
            url: Url::parse(outcome).unwrap_or_default(),
            now: setup.claims.issued.or_else(|| issued(outcome)).unwrap_or_default(),
            params: setup.claims.params,
            ..Visit::default()
        },
        verdict: if given["decoded_path"].as_str().is_some_and(control) { "refused" } else { "valid" },
        free: unsigned,
        ..Setup::new("lighttpd-secdownload", case)
    }
}

/// lighttpd answers 400, whatever the token.
fn control(path: &str) -> bool {
    path.bytes().any(|byte| byte < b' ' || byte == 0x7f)
}

fn issued(outcome: &str) -> Option<u64> {
    u64::from_str_radix(outcome.split('/').nth(3)?, 16).ok()
}

/// The query, and what a server resolves away: the path stays the same.
fn unsigned(outcome: &str, position: usize) -> Option<&'static str> {
    let query = outcome.find('?').unwrap_or(outcome.len());
    let token = outcome.find("?md5=").or_else(|| outcome.rfind("&md5=")).unwrap_or(outcome.len());
    if (query + 1..token).contains(&position) {
        return Some("the query is not signed");
    }
    let mut changed = outcome.as_bytes().to_vec();
    changed[position] ^= 1;
    let changed = String::from_utf8(changed).ok()?;
    let same = position < query && changed.find('?').unwrap_or(changed.len()) == query;
    (same && resolved(&changed[..query]) == resolved(&outcome[..query]))
        .then_some("the server resolves it away")
}

/// The segments that are left of a path without escapes.
fn resolved(path: &str) -> Vec<&str> {
    path.split('/').fold(Vec::new(), |mut left, segment| {
        match segment {
            "" | "." => {}
            ".." => _ = left.pop(),
            name => left.push(name),
        }
        left
    })
}
