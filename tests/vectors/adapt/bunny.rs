//! `bunny-hs256`: what the vendor's five signers make, or most of them; `bunny-basic`: what went before.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use stratos::sign::{Claims, Form, Scope, Url, Visit};

pub const HS256: Adapter = Adapter { vectors: "bunny-hs256", setup, decided };

fn setup(case: &Case) -> Setup {
    let given = &case.0["params"];
    let limit = case.number("limit").map(|limit| limit.to_string());
    let mut params = Vec::new();
    params.extend(limit.as_deref().map(|limit| ("limit", limit)));
    params.extend((given["ignore_params"] == true).then_some(("ignore_params", "true")));
    let text = |name| case.param(name).map(keep);
    Setup {
        claims: Claims {
            expires: case.number("expires"),
            ip: text("ip").map(Into::into),
            countries: text("countries").map(Into::into),
            blocked: text("countries_blocked").map(Into::into),
            scope: text("path_allowed").map_or(Scope::Url, |prefix| Scope::Prefix(prefix.into())),
            form: if given["directory"] == true { Form::Path } else { Form::Query },
            params: keep_params(params),
            ..Claims::default()
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(outcome).unwrap_or_default(),
            ip: setup.claims.ip.as_deref().map(keep),
            params: setup.claims.params,
            ..Visit::default()
        },
        verdict: if case.number("expires") == Some(0) { "expired" } else { "valid" },
        free: |outcome, position| {
            let slash = |from: usize| outcome[from..].find(['/', '?']).map(|length| from + length);
            let host = slash("https://".len()).expect("a path or query");
            let path = if outcome[host..].starts_with("/bcdn_token=") { slash(host + 1) } else { Some(host) };
            let end = outcome.find('?').unwrap_or(outcome.len());
            let below = path.is_some_and(|path| (path..end).contains(&position));
            // Where the path is a mere slash, a host that swallows it leaves the same path.
            match position < host || position == host && outcome[host..].starts_with("/?") {
                true => Some("the host is not signed"),
                false => (below && outcome.contains("token_path=")).then_some("the prefix covers more paths"),
            }
        },
        ..Setup::new("bunny", case)
    }
}

pub const BASIC: Adapter = Adapter { vectors: "bunny-basic", setup: basic, decided };

/// The advanced tokens of the time before HS256 have a row of their own.
fn basic(case: &Case) -> Setup {
    let legacy = case.param("algorithm").is_some_and(|algorithm| algorithm.contains("legacy"));
    let plain = setup(case);
    let algorithm = case.param("algorithm").expect("an algorithm");
    let params = if legacy { vec![] } else { vec![("algorithm", algorithm)] };
    let claims = Claims { params: keep_params(params), ..plain.claims };
    let scheme = Setup::new(if legacy { "bunny-legacy" } else { "bunny-basic" }, case).scheme;
    Setup { scheme, claims, ..plain }
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    case.outcome()?;
    let control = case.text("url").bytes().any(|byte| byte.is_ascii_control());
    control.then_some((
        Decided::Refuse,
        "control characters, which each of the vendor's signers drops or replaces its own way",
    ))
}
