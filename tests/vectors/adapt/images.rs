//! `imgproxy`, `imgix`, `thumbor` and `cloudinary`: paths and queries as the vendors' libraries write them.

use crate::case::{Adapter, Case, Setup, keep, keep_params};
use serde_json::Value;
use stratos::sign::{
    Claims, Form, Scope, Url, Visit,
    text::{Append, Kept},
};

pub const IMGPROXY: Adapter = Adapter { vectors: "imgproxy", setup: imgproxy, decided: |_| None };
pub const IMGIX: Adapter = Adapter { vectors: "imgix", setup: imgix, decided: |_| None };
pub const THUMBOR: Adapter = Adapter { vectors: "thumbor", setup: thumbor, decided: |_| None };
pub const CLOUDINARY: Adapter = Adapter { vectors: "cloudinary", setup: cloudinary, decided: |_| None };

fn imgproxy(case: &Case) -> Setup {
    let size = case.number("signature_size").unwrap_or(32).to_string();
    let params = [("salt", case.param("salt_hex").unwrap_or_default()), ("signature_size", size.as_str())];
    Setup {
        url: Url::at(host(case), keep(case.text("url"))),
        claims: Claims { form: Form::Path, params: keep_params(params.to_vec()), ..Claims::default() },
        free,
        ..Setup::new("imgproxy", case)
    }
}

/// The path behind the signature: what the library made of its options is the image's affair, not the signature's.
fn thumbor(case: &Case) -> Setup {
    let written = case.text("expected_url").splitn(3, '/').nth(2);
    let path = format!("/{}", written.unwrap_or_else(|| case.text("url")));
    assert!(path.ends_with(case.text("url")), "the image stands last: {path}");
    Setup {
        url: Url::at("", keep(&path)),
        claims: Claims {
            form: Form::Path,
            params: keep_params(vec![("key_text", "latin-1")]),
            ..Claims::default()
        },
        ..Setup::new("thumbor", case)
    }
}

fn cloudinary(case: &Case) -> Setup {
    if case.param("form") == Some("auth token") { token(case) } else { delivery(case) }
}

/// The URL without its signature: version and encoding are the library's affair, and stand in it.
fn delivery(case: &Case) -> Setup {
    let options = &case.0["params"]["options"];
    let written = case.text("expected_url");
    let url = match (written.find("/s--"), written.find("--/")) {
        (Some(from), Some(to)) => format!("{}{}", &written[..from], &written[to + 2..]),
        _ => format!("https://res.cloudinary.com/demo/image/upload/{}", case.text("url")),
    };
    let long = options["long_url_signature"] == true;
    let folder = case.text("url").split_once('/').is_some_and(|(folder, _)| is_version(folder));
    let params = vec![
        ("length", if long { "long" } else { "short" }),
        ("algorithm", options["signature_algorithm"].as_str().unwrap_or("sha1")),
        ("version", if folder { "signed" } else { "unsigned" }),
    ];
    Setup {
        url: Url::parse(keep(&url)).unwrap_or_default(),
        claims: Claims { form: Form::Path, params: keep_params(params), ..Claims::default() },
        free: |outcome, position| {
            let (from, to) = (outcome.find("/s--")?, outcome.find("--/")? + 3);
            let digits = outcome[to..].split('/').find(|component| is_version(component));
            let version = digits.and_then(|digits| outcome.find(&format!("/{digits}/"))).map(|at| at + 2);
            let digit = |at: usize| position >= at && position < at + digits.map_or(0, str::len) - 1;
            let head = (position < from).then_some("cloud, resource and delivery type are not signed");
            head.or_else(|| version.filter(|at| digit(*at)).map(|_| "the version is not signed"))
        },
        ..Setup::new("cloudinary", case)
    }
}

fn is_version(component: &str) -> bool {
    let digits = component.strip_prefix('v').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn token(case: &Case) -> Setup {
    let options = &case.0["params"]["options"];
    let list = match &options["acl"] {
        Value::String(one) => Some(one.clone()),
        Value::Array(several) => {
            let several: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
            Some(several.join("!"))
        }
        _ => None,
    };
    let covered = list.as_deref().unwrap_or_default().split('!').next().unwrap_or_default().replace('*', "x");
    let start = options["start_time"].as_u64();
    let lifetime = || Some(start? + options["duration"].as_u64()?);
    Setup {
        url: Url::at("", keep(options["url"].as_str().unwrap_or(&covered))),
        claims: Claims {
            expires: options["expiration"].as_u64().or_else(lifetime),
            not_before: start,
            ip: options["ip"].as_str().map(|ip| keep(ip).into()),
            scope: list.map_or(Scope::Url, |list| Scope::Globs(list.into())),
            form: Form::Cookie,
            ..Claims::default()
        },
        visit: |outcome, setup| Visit {
            url: setup.url.clone(),
            now: setup.claims.not_before.unwrap_or_default(),
            ip: setup.claims.ip.as_deref().map(keep),
            headers: Box::leak(Box::new([("Cookie", outcome)])),
            ..Visit::default()
        },
        ..Setup::new("cloudinary-token", case)
    }
}

static PYTHON: Kept = Kept::alphanumeric_and(b"-._~");
static PYTHON_PATH: Kept = Kept::alphanumeric_and(b"-._~/$&,;=@");
static NODE: Kept = Kept::alphanumeric_and(b"-._~!*'()");
static NODE_PATH: Kept = Kept::alphanumeric_and(b"-._~!*'()/$&,;=@");

fn imgix(case: &Case) -> Setup {
    let given = &case.0["params"];
    let node = case.text("generated_by").contains("js");
    let (kept, path_kept) = if node { (&NODE, &NODE_PATH) } else { (&PYTHON, &PYTHON_PATH) };
    let path = case.text("url");
    let (bare, proxied) = (path.trim_start_matches('/'), path.starts_with("http"));
    let mut url = match (given["disable_path_encoding"].as_bool(), proxied) {
        (Some(true), _) => format!("/{bare}"),
        // The node library's image stays an image to be encoded here; the other writes a blank as `+`.
        (_, true) if node => "/".to_owned(),
        (_, true) => format!("/{}", escaped(bare, kept).replace("%20", "+")),
        _ => format!("/{}", escaped(bare, path_kept)),
    };
    let query = query(&given["query"], node, kept);
    if !query.is_empty() {
        url = format!("{url}?{query}");
    }
    let source = (proxied && node).then_some(("source", path));
    Setup {
        url: Url::at(host(case), keep(&url)),
        claims: Claims { params: keep_params(source.into_iter().collect()), ..Claims::default() },
        free,
        ..Setup::new("imgix", case)
    }
}

fn query(given: &Value, node: bool, kept: &Kept) -> String {
    let pairs = given.as_object().into_iter().flatten().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value = if name.ends_with("64") { base64url(&value) } else { escaped(&value, kept) };
        (escaped(name, kept), value)
    });
    let mut pairs: Vec<(String, String)> = pairs.collect();
    if !node {
        pairs.sort();
    }
    pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn base64url(text: &str) -> String {
    let mut out = Vec::new();
    stratos::sign::Spelling::Base64Url.encode(text.as_bytes(), &mut out);
    String::from_utf8(out).expect("base64 is ASCII")
}

fn escaped(text: &str, kept: &Kept) -> String {
    let mut out = Vec::new();
    out.percent(text, kept);
    String::from_utf8(out).expect("escapes are ASCII")
}

/// Protocol and host of the expected URL.
fn host(case: &Case) -> &'static str {
    let url = case.text("expected_url");
    let authority = url.find("://").map_or(0, |mark| mark + 3);
    keep(&url[..url[authority..].find('/').map_or(url.len(), |slash| authority + slash)])
}

fn free(outcome: &str, position: usize) -> Option<&'static str> {
    let start = outcome.find("://").map_or(0, |mark| mark + 3);
    let end = outcome[start..].find('/').map_or(outcome.len(), |slash| start + slash);
    (position < end).then_some("the host is not signed")
}
