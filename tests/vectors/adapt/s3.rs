//! `s3-sigv4-presign`: bucket, object and endpoint apart, as the SDKs of AWS and MinIO take them.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use stratos::sign::{
    Claims, Url, Visit,
    text::{Append, UNRESERVED_PATH},
};

pub const ADAPTER: Adapter = Adapter { vectors: "s3-sigv4-presign", setup, decided };

fn setup(case: &Case) -> Setup {
    let issued = case.number("now").expect("a time of signing");
    let mut params = vec![("dialect", dialect(case))];
    params.extend(case.param("region").map(|region| ("region", region)));
    params.extend(case.param("session_token").map(|token| ("session_token", token)));
    Setup {
        url: Url::parse(keep(&url(case))).unwrap_or_default(),
        claims: Claims {
            issued: Some(issued),
            expires: case.number("expires_in").map(|lifetime| issued + lifetime),
            method: case.param("method").map(keep),
            params: keep_params(params),
            ..Setup::new("s3", case).claims
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(outcome).unwrap_or_default(),
            now: setup.claims.issued.unwrap_or_default(),
            method: setup.claims.method,
            params: setup.claims.params,
            ..Visit::default()
        },
        free: |outcome, position| {
            let scheme = outcome.find("://").expect("a scheme");
            (position < scheme).then_some("the scheme of the URL is not signed")
        },
        ..Setup::new("s3", case)
    }
}

fn dialect(case: &Case) -> &'static str {
    match case.text("generated_by") {
        by if by.contains("botocore") => "botocore",
        by if by.contains("aws-sdk") => "js",
        _ => "minio",
    }
}

/// Where each SDK finds the bucket.
fn url(case: &Case) -> String {
    let (bucket, region) =
        (case.param("bucket").unwrap_or_default(), case.param("region").unwrap_or_default());
    let amazon = match (dialect(case), region) {
        ("botocore", "us-east-1") => "https://s3.amazonaws.com".to_owned(),
        _ => format!("https://s3.{region}.amazonaws.com"),
    };
    let endpoint = case.param("endpoint").unwrap_or(&amazon);
    let endpoint = match dialect(case) {
        "botocore" => endpoint,
        _ if endpoint.starts_with("https:") => endpoint.trim_end_matches(":443"),
        _ => endpoint.trim_end_matches(":80"),
    };
    let in_path = case.0["params"]["path_style"] == true || bucket.contains('.');
    let (scheme, host) = endpoint.split_once("://").expect("a scheme");
    let mut url = Vec::new();
    url.text(scheme).text("://");
    match in_path {
        true => url.text(host).text("/").text(bucket),
        false => url.text(bucket).text(".").text(host),
    };
    url.text("/").percent(case.param("object").unwrap_or_default(), &UNRESERVED_PATH);
    for (name, param) in OPERATION {
        if let Some(value) = case.param(param) {
            url.text(if url.contains(&b'?') { "&" } else { "?" }).text(name).text("=");
            url.percent(value, &stratos::sign::text::UNRESERVED);
        }
    }
    String::from_utf8(url).expect("a URL is text")
}

/// Parameters of the operation, by the vectors' words.
const OPERATION: [(&str, &str); 2] =
    [("response-content-disposition", "response_content_disposition"), ("versionId", "version_id")];

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    case.outcome()?;
    let taken = case.number("expires_in").is_some_and(|lifetime| (1..=604_800).contains(&lifetime));
    (!taken).then_some((Decided::Refuse, "the service takes 1 to 604,800 seconds, whatever an SDK mints"))
}
