//! `cta-5007-cat`: bare tokens of @eyevinn/cat, and what it says to some.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use serde_json::Value;
use stratos::sign::{Claims, Form, Url, Visit};

pub const ADAPTER: Adapter = Adapter { vectors: "cta-5007-cat", setup, decided };

fn setup(case: &Case) -> Setup {
    let given = &case.0["params"]["claims"];
    let list = |name: &str| match &given[name] {
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
        other => other.as_str().map(str::to_owned),
    };
    let json = |name: &str| given.get(name).map(Value::to_string);
    let untagged = case.0["vendor_bug"] == true;
    let words = [
        // The issuer of a token to mint, or the one that the verifier wants.
        ("issuer", list("iss").or_else(|| case.param("issuer").map(str::to_owned))),
        ("subject", list("sub")),
        ("audience", list("aud")),
        ("token_id", list("cti")),
        ("catu", json("catu")),
        ("replay", json("catreplay")),
        ("renewal", json("catr")),
        // There is no such setting, so the scheme refuses it.
        ("structure", untagged.then(|| "untagged".to_owned())),
    ];
    let params = words.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
    let asked = case.number("now");
    Setup {
        claims: Claims {
            expires: given["exp"].as_u64(),
            not_before: given["nbf"].as_u64(),
            // Where the case only verifies, this is the time of the visit.
            issued: given["iat"].as_u64().or(asked),
            ip: list("catnip").or_else(|| case.param("ip").map(str::to_owned)).map(Into::into),
            countries: list("catgeoiso3166").map(Into::into),
            method: list("catm").map(|list| keep(&list)),
            form: Form::Token,
            params: keep_params(params),
            ..Setup::new("cta-5007-cat", case).claims
        },
        visit: |outcome, setup| {
            let first = |list: Option<&str>| list.and_then(|list| list.split(',').next()).map(keep);
            Visit {
                url: if setup.url.path.is_empty() { fitting(setup) } else { setup.url.clone() },
                now: setup.claims.issued.unwrap_or_default(),
                ip: first(setup.claims.ip.as_deref()),
                country: first(setup.claims.countries.as_deref()),
                method: first(setup.claims.method),
                headers: Box::leak(Box::new([("CTA-Common-Access-Token", outcome)])),
                params: setup.claims.params,
                ..Visit::default()
            }
        },
        ..Setup::new("cta-5007-cat", case)
    }
}

/// A URL that the conditions of a case fit.
fn fitting(setup: &Setup) -> Url<'static> {
    let catu: Value =
        setup.claims.params.get("catu").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let text = |part: &str| catu[part].as_object().and_then(|ways| ways.values().next()?.as_str());
    let host = text("host").map_or("h.example".into(), |host| format!("a{host}"));
    let file =
        text("filename").map_or_else(|| format!("x{}", text("extension").unwrap_or_default()), str::to_owned);
    let path = text("path").unwrap_or("/");
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}/") };
    Url::at(keep(&format!("https://{host}")), keep(&format!("{path}{file}")))
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    case.outcome()?;
    if case.0["vendor_bug"] == true {
        return Some((Decided::Refuse, "the library's default is no CWT; it is recognised and not made"));
    }
    let claims = case.0["params"]["claims"].as_object()?;
    let far = claims.values().any(|value| value.as_u64().is_some_and(|number| number > u64::from(u32::MAX)));
    far.then_some((
        Decided::Equivalent,
        "the library writes numbers beyond 32 bits as floats, we as integers",
    ))
}
