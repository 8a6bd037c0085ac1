//! `cloudfront` and `cloudfront-cookies`: botocore's URLs, and URLs and cookies of AWS's JS SDK.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use serde_json::Value;
use stratos::sign::{Claims, Form, Scope, Url, Visit, covers_globs};

pub const ADAPTER: Adapter =
    Adapter { vectors: "cloudfront", setup: |case| setup(case, Form::Query), decided };

pub const COOKIES: Adapter =
    Adapter { vectors: "cloudfront-cookies", setup: |case| setup(case, Form::Cookie), decided };

fn setup(case: &Case, form: Form) -> Setup {
    let whole = whole_policy(case);
    let mut params = vec![("dialect", dialect(case)), ("algorithm", "")];
    let algorithm = case.param("algorithm").unwrap_or_default().to_lowercase();
    params[1].1 = &algorithm;
    params.extend(whole.map(|policy| ("policy", policy)));
    let conditions = |name| case.param(name).filter(|_| whole.is_none()).map(keep);
    let claims = Claims {
        expires: case.number("expires").filter(|_| whole.is_none()),
        not_before: case.number("start"),
        ip: conditions("ip").map(Into::into),
        scope: conditions("resource").map_or(Scope::Url, |resource| Scope::Globs(resource.into())),
        form,
        params: keep_params(params),
        ..Setup::new("cloudfront", case).claims
    };
    let url = url(case);
    let covered = match &claims.scope {
        Scope::Globs(resource) => covers_globs(resource, &[], &url),
        _ => true,
    };
    Setup {
        url: Url::parse(keep(&url)).unwrap_or_default(),
        claims,
        visit: match form {
            Form::Cookie => |outcome, setup| {
                let cookies = keep(&outcome.replace('\n', "; "));
                let headers = Box::leak(Box::new([("Cookie", cookies)]));
                let url = asked(setup, outcome.contains("CloudFront-Policy="));
                Visit { url, headers, ..visit(setup) }
            },
            _ => |outcome, setup| Visit { url: Url::parse(outcome).unwrap_or_default(), ..visit(setup) },
        },
        verdict: if covered { "valid" } else { "refused" },
        free: |outcome, position| {
            let policy = outcome.find("?Policy=").or_else(|| outcome.find("&Policy="));
            let wild = policy.is_some_and(|policy| position < policy && is_wild(&outcome[policy + 8..]));
            wild.then_some("a pattern covers more than this URL")
        },
        ..Setup::new("cloudfront", case)
    }
}

/// What cookies are asked about: the URL itself, or one that the pattern of a custom policy covers.
fn asked(setup: &Setup, is_custom: bool) -> Url<'static> {
    let url = setup.url.to_string();
    Url::parse(keep(&if is_custom { url.replace('*', "x") } else { url })).expect("an absolute URL")
}

/// A moment between any start of the vectors and their expiry, from an address that they allow.
fn visit(setup: &Setup) -> Visit<'static> {
    let ip = setup.claims.ip.as_deref().map(|network| keep(network.split('/').next().unwrap_or_default()));
    Visit {
        now: setup.claims.not_before.map_or(0, |start| start + 1),
        ip,
        params: setup.claims.params,
        ..Visit::default()
    }
}

/// A policy in CloudFront's alphabet of which the resource has a wildcard.
fn is_wild(carried: &str) -> bool {
    let carried = carried.split('&').next().unwrap_or_default();
    let policy = stratos::sign::Spelling::Base64Tilde.decode(carried.as_bytes()).unwrap_or_default();
    let policy: Value = serde_json::from_slice(&policy).unwrap_or_default();
    policy["Statement"][0]["Resource"].as_str().is_some_and(|resource| resource.contains(['*', '?']))
}

fn dialect(case: &Case) -> &'static str {
    if case.text("generated_by").contains("botocore") { "botocore" } else { "js" }
}

/// A policy that the case gives as such; one that a library built of its conditions is built here too.
fn whole_policy(case: &Case) -> Option<&str> {
    let built = ["ip", "start", "resource"].into_iter().any(|name| case.0["params"].get(name).is_some());
    match case.param("policy") {
        Some("canned") => None,
        Some("custom") => case.param("policy_json").filter(|_| !built),
        whole => whole,
    }
}

/// The JS SDK takes a policy without a URL, and then signs for its resource.
fn url(case: &Case) -> String {
    let resource = || {
        let policy: Value = serde_json::from_str(whole_policy(case).unwrap_or_default()).unwrap_or_default();
        let resource = policy["Statement"][0]["Resource"].as_str().unwrap_or_default().to_owned();
        if resource.contains("://") {
            resource.replace("*://", "https://")
        } else {
            "https://cdn.example.com/".into()
        }
    };
    case.given("url").and_then(Value::as_str).map_or_else(resource, str::to_owned)
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    let outcome = case.outcome()?;
    let escaped_first = dialect(case) == "js" && case.given("expected_cookies").is_none();
    let is_signed_as_written = |text: &str| !escaped_first && text.bytes().any(rewritten);
    if case.number("expires") == Some(0) {
        return Some((Decided::Refuse, "an expiry of 0 is refused, as the JS SDK does"));
    }
    if is_signed_as_written(&url(case)) || is_signed_as_written(case.param("resource").unwrap_or_default()) {
        return Some((Decided::Refuse, "what clients escape or drop before they send it could never verify"));
    }
    let bare_ip6 = case.param("ip").is_some_and(|ip| ip.contains(':') && !ip.contains('/'));
    (bare_ip6 && outcome.contains("Policy=")).then_some((
        Decided::Equivalent,
        "a bare IPv6 address is a network of one, not the /32 that botocore makes of it",
    ))
}

/// Bytes that browsers write differently when they send a URL, and `#`, which they keep to themselves.
fn rewritten(byte: u8) -> bool {
    !byte.is_ascii_graphic() || b"\"#<>\\^`{}".contains(&byte)
}
