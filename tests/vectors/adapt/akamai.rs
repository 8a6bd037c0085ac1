//! `akamai-edgeauth`: bare tokens of the vendor's Python and Node libraries.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use serde_json::Value;
use stratos::sign::{Claims, Form, Scope, Url, Visit};

pub const ADAPTER: Adapter = Adapter { vectors: "akamai-edgeauth", setup, decided };

fn setup(case: &Case) -> Setup {
    let given = &case.0["params"];
    let library = if case.text("generated_by").contains("npm") { "node" } else { "python" };
    let mut params = vec![("escape", if given["escape_early"] == true { library } else { "off" })];
    for name in
        ["algorithm", "token_name", "salt", "session_id", "payload", "field_delimiter", "acl_delimiter"]
    {
        params.extend(case.param(name).map(|text| (name, text)));
    }
    let list = access_list(case);
    Setup {
        url: Url::at("", keep(&asked(case, list.as_deref()))),
        claims: Claims {
            expires: case.number("end"),
            not_before: case.number("start"),
            ip: case.param("ip").map(keep).map(Into::into),
            scope: list.map_or(Scope::Url, |list| Scope::Globs(list.into())),
            form: Form::Token,
            params: keep_params(params),
            ..Claims::default()
        },
        // A header carries any token; the query and cookies have characters of their own.
        visit: |outcome, setup| Visit {
            url: setup.url.clone(),
            now: setup.claims.not_before.unwrap_or_default(),
            ip: setup.claims.ip.as_deref().map(keep),
            headers: Box::leak(Box::new([(setup.claims.params.or("token_name", "__token__"), outcome)])),
            params: setup.claims.params,
            ..Visit::default()
        },
        ..Setup::new("akamai-edgeauth", case)
    }
}

/// One entry, or several with the library's separator.
fn access_list(case: &Case) -> Option<String> {
    match case.0["params"].get("acl")? {
        Value::String(one) => Some(one.clone()),
        Value::Array(several) => {
            let several: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
            Some(several.join(case.param("acl_delimiter").unwrap_or("!")))
        }
        _ => None,
    }
}

/// The URL of the case, else one that the first entry of its list covers.
fn asked(case: &Case, list: Option<&str>) -> String {
    let covered = list.unwrap_or_default().split('!').next().unwrap_or_default().replace(['*', '?'], "x");
    case.given("url").and_then(Value::as_str).map_or(covered, str::to_owned)
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    case.outcome()?;
    let key = case.text("key");
    if !key.len().is_multiple_of(2) || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some((
            Decided::Refuse,
            "a key that is not whole hexadecimal, of which the Node library takes what it can read",
        ));
    }
    (case.number("end") == Some(0))
        .then_some((Decided::Refuse, "an expiry of 0 is refused, as the Node library does"))
}
