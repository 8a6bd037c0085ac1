//! `gcp-cloud-cdn` and `gcp-media-cdn`: the functions of Google's Python samples.

use crate::case::{Adapter, Case, Setup, keep, keep_params};
use serde_json::Value;
use stratos::{
    secret::Secret,
    sign::{Claims, Form, Scope, Url, Visit},
};

pub const CLOUD_CDN: Adapter =
    Adapter { vectors: "gcp-cloud-cdn", setup: |case| request("gcp-cloud-cdn", case), decided: |_| None };

pub const MEDIA_CDN: Adapter = Adapter {
    vectors: "gcp-media-cdn",
    setup: |case| match case.param("form") {
        Some("token") => token(case),
        _ => request("gcp-media-cdn", case),
    },
    decided: |_| None,
};

/// A dual token.
fn token(case: &Case) -> Setup {
    let algorithm = case.param("algorithm").unwrap_or_default().to_lowercase();
    let headers = headers(case);
    let mut params = vec![("algorithm", &*algorithm)];
    params.extend(["session_id", "data"].into_iter().filter_map(|name| Some((name, case.param(name)?))));
    params.extend((!headers.is_empty()).then_some(("headers", &*headers)));
    let (prefix, globs) = (case.param("url_prefix").map(keep), case.param("path_globs").map(keep));
    let first = globs.unwrap_or_default().trim().split([',', '!']).next().unwrap_or_default();
    let path = case.param("full_path").map_or_else(|| first.replace('*', "x"), str::to_owned);
    Setup {
        url: Url::parse(keep(
            &prefix.map_or_else(|| format!("https://cdn.example.com{path}"), |text| format!("{text}x")),
        ))
        .expect("an absolute URL"),
        claims: Claims {
            expires: case.number("expires"),
            not_before: case.number("start_time"),
            ip: case.param("ip_ranges").map(keep).map(Into::into),
            scope: match (prefix, globs) {
                (Some(prefix), _) => Scope::Prefix(prefix.into()),
                (None, Some(globs)) => Scope::Globs(globs.into()),
                _ => Scope::Url,
            },
            form: Form::Token,
            params: keep_params(params),
            ..Claims::default()
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(keep(&format!("{}?edge-cache-token={outcome}", setup.url))).unwrap_or_default(),
            now: setup.claims.not_before.unwrap_or_default(),
            ip: setup.claims.ip.as_deref().map(|ip| keep(ip.split([',', '/']).next().unwrap_or_default())),
            headers: Box::leak(sent(setup).into_boxed_slice()),
            params: setup.claims.params,
            ..Visit::default()
        },
        ..Setup::new("gcp-media-cdn-token", case)
    }
}

/// One `Name: value` a line.
fn headers(case: &Case) -> String {
    let pairs = case.0["params"]["headers"].as_array().into_iter().flatten();
    let line = |pair: &Value| {
        format!(
            "{}: {}",
            pair["name"].as_str().unwrap_or_default(),
            pair["value"].as_str().unwrap_or_default()
        )
    };
    pairs.map(line).collect::<Vec<_>>().join("\n")
}

/// The same as the visitor sends them.
fn sent(setup: &Setup) -> Vec<(&'static str, &'static str)> {
    let lines = setup.claims.params.get("headers").unwrap_or_default().lines();
    lines.filter_map(|line| line.split_once(": ")).collect()
}

/// A signature for one URL, or for all below a prefix.
fn request(scheme: &str, case: &Case) -> Setup {
    let form = match case.param("form") {
        Some("cookie") => Form::Cookie,
        Some("path-component") => Form::Path,
        _ => Form::Query,
    };
    let prefix = case.param("url_prefix").map(keep);
    let text = asked(case, prefix);
    let covered = prefix.is_none_or(|prefix| text.starts_with(prefix));
    let key_id = case.param("key_name").unwrap_or(case.text("key_id"));
    Setup {
        // One line end is cut off where a key is read, as of every text key in a file.
        secret: Secret::new(case.text("key").trim_end_matches('\n')),
        url: Url::parse(keep(&text)).expect("an absolute URL"),
        claims: Claims {
            expires: case.number("expires"),
            key_id: Some(keep(key_id).into()),
            scope: prefix.map_or(Scope::Url, |prefix| Scope::Prefix(prefix.into())),
            form,
            ..Claims::default()
        },
        visit: |outcome, setup| match setup.claims.form {
            Form::Cookie => Visit {
                url: setup.url.clone(),
                headers: Box::leak(Box::new([("Cookie", outcome)])),
                ..Visit::default()
            },
            _ => Visit { url: Url::parse(outcome).unwrap_or_default(), ..Visit::default() },
        },
        verdict: match case.number("expires") {
            Some(0) => "expired",
            _ if covered => "valid",
            _ => "refused",
        },
        free: |outcome, position| {
            // What is carried is signed, and so is all that stands before it where there is no prefix.
            let end = outcome.find("URLPrefix=").filter(|_| outcome.starts_with("http"));
            let segment = outcome.find("/edge-cache-token=").map(|start| start + 1);
            let file = segment.and_then(|start| outcome[start..].find('/').map(|length| start + length));
            let own = end.is_some_and(|end| position < end - 1) || file.is_some_and(|file| position > file);
            own.then_some("the prefix covers more URLs")
        },
        ..Setup::new(scheme, case)
    }
}

/// The URL, which the samples trim, else one below the prefix.
fn asked(case: &Case, prefix: Option<&str>) -> String {
    let file = case.param("filename").unwrap_or("x");
    match case.text("url").trim() {
        "" => format!("{}{file}", prefix.unwrap_or_default()),
        url => url.to_owned(),
    }
}
