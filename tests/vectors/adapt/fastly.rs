//! `fastly-token`: bare tokens of the vendor's Python sample.

use crate::case::{Adapter, Case, Setup, keep, keep_params};
use stratos::sign::{Claims, Form, Url, Visit};

pub const ADAPTER: Adapter = Adapter { vectors: "fastly-token", setup, decided: |_| None };

fn setup(case: &Case) -> Setup {
    let query = case.param("form").is_some_and(|form| form.starts_with("path and query"));
    let expires = case.number("expires").expect("an expiry");
    Setup {
        url: url(case),
        claims: Claims {
            expires: Some(expires),
            form: Form::Token,
            params: keep_params(vec![("signed", if query { "path-and-query" } else { "path" })]),
            ..Claims::default()
        },
        visit: |outcome, setup| {
            let url = setup.url.sent();
            let asked = format!("{}{}token={outcome}", &url.to_string()[url.origin.len()..], url.joint());
            Visit {
                url: Url::at(setup.url.origin.clone(), keep(&asked)),
                params: setup.claims.params,
                ..Visit::default()
            }
        },
        // The edge reads 10 or 11 digits of expiry, whatever is signed.
        verdict: if matches!(expires.to_string().len(), 10 | 11) { "valid" } else { "malformed" },
        ..Setup::new("fastly", case)
    }
}

/// The library is given a path, which need not begin with a slash.
fn url(case: &Case) -> Url<'static> {
    let (url, path) = (keep(case.text("url")), case.param("signed_path").unwrap_or_default());
    match url.find(path) {
        Some(at) if !path.starts_with('/') => Url::at(&url[..at], &url[at..]),
        _ => Url::parse(url).expect("an absolute URL"),
    }
}
