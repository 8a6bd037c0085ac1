//! `cloudflare-waf-hmac`, `cloudflare-images` and `cloudflare-stream`.

use crate::case::{Adapter, Case, Setup, keep, keep_params};
use stratos::sign::{Claims, Form, Url, Visit};

pub const WAF: Adapter = Adapter { vectors: "cloudflare-waf-hmac", setup: waf, decided: |_| None };

pub const IMAGES: Adapter = Adapter { vectors: "cloudflare-images", setup: images, decided: |_| None };

fn images(case: &Case) -> Setup {
    Setup {
        claims: Claims { expires: case.number("expires"), ..Claims::default() },
        verdict: if case.number("expires") == Some(0) { "expired" } else { "valid" },
        free: |outcome, position| (position < host(outcome)).then_some("the host is not signed"),
        ..Setup::new("cloudflare-images", case)
    }
}

pub const STREAM: Adapter = Adapter { vectors: "cloudflare-stream", setup: stream, decided: |_| None };

fn stream(case: &Case) -> Setup {
    let (claims, header) = (&case.0["params"]["claims"], &case.0["params"]["header"]);
    let rules = claims.get("accessRules").map(ToString::to_string);
    let mut params = Vec::new();
    params.extend((claims["downloadable"] == true).then_some(("downloadable", "true")));
    params.extend(rules.as_deref().map(|rules| ("access_rules", rules)));
    params.extend((header["typ"] == "JWT").then_some(("typ", "JWT")));
    params.extend(claims.get("kid").is_none().then_some(("kid_claim", "false")));
    let (begins, video) = (claims["nbf"].as_u64(), claims["sub"].as_str().expect("a video"));
    Setup {
        url: Url::at("https://customer.example", keep(&format!("/{video}/manifest/video.m3u8"))),
        claims: Claims {
            expires: claims["exp"].as_u64(),
            not_before: begins,
            form: Form::Token,
            params: keep_params(params),
            ..Setup::new("cloudflare-stream", case).claims
        },
        visit: |outcome, setup| Visit {
            url: Url::at("https://customer.example", keep(&format!("/{outcome}/manifest/video.m3u8"))),
            now: setup.claims.not_before.unwrap_or_default(),
            params: setup.claims.params,
            ..Visit::default()
        },
        ..Setup::new("cloudflare-stream", case)
    }
}

/// Where the host ends.
fn host(outcome: &str) -> usize {
    let authority = outcome.find("://").map_or(0, |mark| mark + 3);
    outcome[authority..].find(['/', '?']).map_or(outcome.len(), |length| authority + length)
}

fn waf(case: &Case) -> Setup {
    let (url, message) = (case.text("url"), case.param("message").expect("a message"));
    let separator = case.param("separator").expect("a separator");
    let encoding = if case.param("flags") == Some("s") { "base64url" } else { "base64" };
    let parameter = separator.trim_start_matches(['?', '&']).trim_end_matches('=');
    let mut params = vec![("encoding", encoding), ("parameter", parameter)];
    // A message that is no more than the beginning of the path is a directory's.
    let path = Url::parse(keep(url)).map(|url| url.path).unwrap_or_default();
    let directory = path.starts_with(message) && message.ends_with('/') && *path != *message;
    params.extend(directory.then_some(("directory", message)));
    Setup {
        url: match url.strip_suffix(message) {
            Some(base) => Url::at(keep(base), keep(message)),
            None => Url::parse(keep(url)).expect("an absolute URL"),
        },
        claims: Claims {
            issued: case.number("timestamp"),
            params: keep_params(params),
            ..Setup::new("cloudflare-waf-hmac", case).claims
        },
        visit: |outcome, setup| Visit {
            url: match outcome.strip_prefix(&*setup.url.origin) {
                Some(rest) => Url::at(setup.url.origin.clone(), rest),
                None => Url::parse(outcome).unwrap_or_default(),
            },
            now: setup.claims.issued.unwrap_or_default(),
            params: setup.claims.params,
            ..Visit::default()
        },
        free: |outcome, position| {
            let host =
                outcome["https://".len()..].find(['/', '?']).map_or(0, |length| length + "https://".len());
            let (path, query) = outcome.split_once('?').expect("a query");
            let bare = query.starts_with(|first: char| first.is_ascii_digit());
            match position {
                _ if position < host => Some("the host is not signed"),
                _ if bare && (host + 1..path.len()).contains(&position) => {
                    Some("the directory covers more paths")
                }
                _ => None,
            }
        },
        ..Setup::new("cloudflare-waf-hmac", case)
    }
}
