//! `gcs-v4`: bucket and object apart, as Google's Python and Node libraries take them.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use serde_json::Value;
use stratos::sign::{
    Claims, Url, Visit,
    text::{Append, UNRESERVED, UNRESERVED_PATH},
};

pub const ADAPTER: Adapter = Adapter { vectors: "gcs-v4", setup, decided };

fn setup(case: &Case) -> Setup {
    let issued = case.number("now").expect("a time of signing");
    let given = case.0["params"]["headers"].as_object();
    let line = |(name, value): (&String, &Value)| format!("{name}: {}", value.as_str().unwrap_or_default());
    let headers = given.into_iter().flatten().map(line).collect::<Vec<_>>().join("\n");
    Setup {
        url: Url::parse(keep(&url(case))).expect("an absolute URL"),
        claims: Claims {
            issued: Some(issued),
            expires: case.number("expires_in").map(|lifetime| issued + lifetime),
            method: case.param("method").map(keep),
            params: keep_params(if headers.is_empty() { Vec::new() } else { vec![("headers", &headers)] }),
            ..Setup::new("gcs-v4", case).claims
        },
        visit: |outcome, setup| {
            let lines = setup.claims.params.get("headers").unwrap_or_default().lines();
            let headers: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
            Visit {
                url: Url::parse(outcome).unwrap_or_default(),
                now: setup.claims.issued.unwrap_or_default(),
                method: setup.claims.method,
                headers: Box::leak(headers.into_boxed_slice()),
                params: setup.claims.params,
                ..Visit::default()
            }
        },
        free: |outcome, position| {
            let scheme = outcome.find("://").expect("a scheme");
            (position < scheme).then_some("the scheme of the URL is not signed")
        },
        ..Setup::new("gcs-v4", case)
    }
}

/// Path style, unless the bucket is in the host or has one of its own.
fn url(case: &Case) -> String {
    let bucket = case.param("bucket").unwrap_or_default();
    let is_hosted = case.0["params"]["virtual_hosted"] == true;
    let base = match case.param("cname") {
        Some(own) => own.to_owned(),
        None if is_hosted => format!("https://{bucket}.storage.googleapis.com"),
        None => format!("https://storage.googleapis.com/{bucket}"),
    };
    let mut url = base.into_bytes();
    url.text("/").percent(case.param("object").unwrap_or_default(), &UNRESERVED_PATH);
    for (name, value) in case.0["params"]["query"].as_object().into_iter().flatten() {
        url.text(if url.contains(&b'?') { "&" } else { "?" }).percent(name, &UNRESERVED).text("=");
        url.percent(value.as_str().unwrap_or_default(), &UNRESERVED);
    }
    String::from_utf8(url).expect("a URL is text")
}

/// The npm library signs a path with dot segments and then resolves them; we write what is signed.
fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    let (_, query) =
        case.outcome()?.split_once('?').map(|(url, query)| (url.to_owned(), query.to_owned()))?;
    let dots = case.param("object")?.split('/').any(|segment| matches!(segment, "." | ".."));
    (dots && case.text("generated_by").contains("@google-cloud")).then(|| {
        let url = url(case);
        let instead = format!("{}?{query}", url.split('?').next().unwrap_or_default());
        (
            Decided::Instead(instead),
            "the library resolves dot segments after signing, and its URL cannot verify",
        )
    })
}
