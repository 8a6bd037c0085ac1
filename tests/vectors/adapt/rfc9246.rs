//! `rfc9246`: tokens of jose, and the examples of the standard.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stratos::{
    secret::Secret,
    sign::{Claims, Form, Scope, Spelling, Visit},
};

pub const ADAPTER: Adapter = Adapter { vectors: "rfc9246", setup, decided };

fn setup(case: &Case) -> Setup {
    let claims = &case.0["params"]["claims"];
    let member = |name: &str| {
        claims.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let audience = match &claims["aud"] {
        Value::Array(several) => Some(several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")),
        other => other.as_str().map(str::to_owned),
    };
    // The case's own URL is signed as one; other containers as they are.
    let own = claims["cdniuc"].as_str() == Some(&format!("hash:{}", hashed(case.text("url"))));
    let given = [
        ("algorithm", case.param("alg").map(str::to_owned)),
        ("issuer", member("iss")),
        ("audience", audience),
        ("token_id", member("jti")),
        ("renewal", member("cdniets")),
        ("transport", member("cdnistt")),
        ("depth", member("cdnistd")),
        ("version", member("cdniv")),
        // There is no such setting, so the scheme refuses it.
        ("cdnicrit", member("cdnicrit")),
        ("container", member("cdniuc").is_none().then(String::new)),
    ];
    let params: Vec<_> = given.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
    let container = claims["cdniuc"].as_str().filter(|_| !own);
    let expires = claims["exp"].as_u64();
    let begins = claims["nbf"].as_u64();
    Setup {
        secret: case
            .given("public_jwk")
            .map_or_else(|| Secret::new(case.text("key")), |jwk| Secret::new(jwk.to_string())),
        claims: Claims {
            expires,
            expires_text: claims
                .get("exp")
                .filter(|exp| !exp.is_u64())
                .map(|exp| keep(&exp.to_string()).into()),
            not_before: begins,
            scope: match container.and_then(|container| container.strip_prefix("regex:")) {
                Some(posix) => Scope::Regex(keep(posix).into()),
                None => Scope::Url,
            },
            form: Form::Token,
            params: match container.filter(|container| container.starts_with("hash:")) {
                Some(hash) => keep_params([&params[..], &[("container", hash)]].concat()),
                None => keep_params(params),
            },
            // Where the case gives a time, it is the visitor's.
            issued: case.number("now").or(begins),
            ..Setup::new("rfc9246", case).claims
        },
        visit: |outcome, setup| Visit {
            url: setup.url.clone(),
            now: setup.claims.issued.unwrap_or_default(),
            headers: Box::leak(Box::new([("Cookie", keep(&format!("URISigningPackage={outcome}")))])),
            params: setup.claims.params,
            ..Visit::default()
        },
        verdict: match container {
            Some(container) if !covers(container, case.text("url")) => "refused",
            _ => "valid",
        },
        ..Setup::new("rfc9246", case)
    }
}

fn hashed(uri: &str) -> String {
    let mut out = b"sha-256;".to_vec();
    Spelling::Base64Url.encode(&Sha256::digest(uri), &mut out);
    String::from_utf8(out).expect("base64url is ASCII")
}

/// What the containers of these cases mean for their URL: a hash of another one, or a plain expression.
fn covers(container: &str, url: &str) -> bool {
    let Some(posix) = container.strip_prefix("regex:") else { return false };
    let plain = posix.replace('\\', "");
    match plain.strip_suffix(".*") {
        Some(prefix) => url.contains(prefix),
        None => url.contains(&plain),
    }
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    case.outcome()?;
    let claims = &case.0["params"]["claims"];
    let expiry = claims.get("exp").is_some_and(|value| !value.is_u64());
    let (version, critical) = (claims.get("cdniv"), claims.get("cdnicrit"));
    if expiry {
        return Some((
            Decided::Refuse,
            "an expiry that is no whole number, which verifiers read differently or overlook",
        ));
    }
    if critical.is_some() {
        return Some((Decided::Refuse, "cdnicrit names an extension that no verifier knows"));
    }
    if version.is_some_and(|version| version != 1) {
        return Some((Decided::Refuse, "the standard has no other version than 1"));
    }
    claims.get("cdniuc").is_none().then_some((Decided::Refuse, "the standard wants cdniuc in every token"))
}
