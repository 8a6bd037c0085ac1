use super::*;
use crate::{
    secret::Secret,
    sign::{Params, Signer, Verdict},
};

const URL: &str = "https://b.s3.eu-central-1.amazonaws.com/v/a%20b.mp4?versionId=3";
const NOW: u64 = 1_893_452_400;

fn signer(secret: &str) -> Signer {
    Signer { scheme: &SCHEME, keys: Vec::new() }
        .with(Some("AKID"), &Secret::new(secret), Params::default())
        .unwrap()
}

fn claims() -> Claims<'static> {
    let key_id = Some("AKID".into());
    Claims { issued: Some(NOW), expires: Some(NOW + 3600), key_id, ..Claims::default() }
}

fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
    let mut out = Vec::new();
    signer("secret").seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verify(url: &str, visit: &Visit<'_>) -> Result<Verdict> {
    signer("secret").seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() })
}

fn verdict(url: &str, now: u64) -> Verdict {
    verify(url, &Visit { now, ..Visit::default() }).unwrap()
}

#[test]
fn it_holds_from_its_date_to_its_end() {
    let signed = mint(&claims(), URL).unwrap();
    assert!(verdict(&signed, NOW).is_valid() && verdict(&signed, NOW + 3599).is_valid());
    assert_eq!(verdict(&signed, NOW + 3600), Verdict::Expired { seconds: 0 });
    assert!(verdict(&signed, NOW - 900).is_valid());
    assert_eq!(verdict(&signed, NOW - 901), Verdict::NotYetValid { seconds: 1 });
}

#[test]
fn what_is_altered_does_not_match() {
    let signed = mint(&claims(), URL).unwrap();
    for (from, to) in [
        ("a%20b", "a%20c"),
        ("versionId=3", "versionId=4"),
        ("versionId=3&", ""),
        ("b.s3.", "c.s3."),
        ("X-Amz-Expires=3600", "X-Amz-Expires=3601"),
        ("20291231T230000Z", "20291231T230001Z"),
        ("eu-central-1%2Fs3", "eu-central-2%2Fs3"),
        ("amazonaws.com/", "amazonaws.com:8443/"),
        ("/v/", "/v//"),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(verdict(&signed.replace(from, to), NOW), Verdict::Mismatch, "{from} {to}");
    }
    let other =
        signer("secret2").seal().verify(&Visit { now: NOW, ..Visit::of(Url::parse(&signed).unwrap()) });
    assert_eq!(other.unwrap(), Verdict::Mismatch);
    assert_eq!(verdict(&signed.replace("=AKID", "=AKIE"), NOW), Verdict::UnknownKey);
}

#[test]
fn the_same_request_written_otherwise_still_matches() {
    let signed = mint(&claims(), URL).unwrap();
    let (url, query) = signed.split_once('?').unwrap();
    let turned: Vec<&str> = query.split('&').rev().collect();
    for same in [
        format!("{url}?{}", turned.join("&")),
        signed.replace("%2F", "%2f"),
        signed.replace("/v/", "/%76/"),
        signed.replace("amazonaws.com/", "amazonaws.com:443/"),
    ] {
        assert!(verdict(&same, NOW).is_valid(), "{same}");
    }
}

#[test]
fn the_method_is_the_visit_s() {
    let put = mint(&Claims { method: Some("PUT"), ..claims() }, URL).unwrap();
    let visit = |method| Visit { now: NOW, method, ..Visit::default() };
    assert!(verify(&put, &visit(Some("PUT"))).unwrap().is_valid());
    assert_eq!(verify(&put, &visit(None)).unwrap(), Verdict::Mismatch);
    assert_eq!(verify(&put, &visit(Some("GET"))).unwrap(), Verdict::Mismatch);
    // The JS SDK says what is asked for.
    let js = Claims { method: Some("PUT"), params: Params(&[("dialect", "js")]), ..claims() };
    let put = mint(&js, URL).unwrap();
    let Verdict::Valid { unchecked, .. } = verify(&put, &visit(None)).unwrap() else { panic!("not valid") };
    assert_eq!(unchecked, [Claim::Method]);
    let unknown = put.replace("PutObject", "UploadPart");
    assert!(
        matches!(verify(&unknown, &visit(None)), Err(Error::MissingClaim(text)) if text.contains("--method"))
    );
    assert!(mint(&Claims { method: Some("get\nx"), ..claims() }, URL).is_err());
}

#[test]
fn signed_headers_come_from_the_visit() {
    let signed =
        mint(&claims(), URL).unwrap().replace("SignedHeaders=host", "SignedHeaders=content-type%3Bhost");
    assert!(
        matches!(verify(&signed, &Visit::default()), Err(Error::MissingClaim(text)) if text.contains("--header"))
    );
    let headers = [("Content-Type", " text/plain ")];
    let visit = Visit { url: Url::parse(&signed).unwrap(), headers: &headers, ..Visit::default() };
    let mut text = Vec::new();
    inspect(&visit, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let wanted = "\ncontent-type:text/plain\nhost:b.s3.eu-central-1.amazonaws.com\n\ncontent-type;host\nUNSIGNED-PAYLOAD";
    assert!(text.ends_with(wanted), "{text}");
}

#[test]
fn missing_and_broken_fields_are_malformed() {
    let signed = mint(&claims(), URL).unwrap();
    for (from, to, part) in [
        ("X-Amz-Signature=", "x=", "X-Amz-Signature"),
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "X-Amz-Algorithm"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=0", "X-Amz-Expires"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=604801", "X-Amz-Expires"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=03600", "X-Amz-Expires"),
        ("X-Amz-Expires=3600", "X-Amz-Expires=3600&X-Amz-Expires=3600", "X-Amz-Expires"),
        ("20291231T230000Z", "20291331T230000Z", "X-Amz-Date"),
        ("%2F20291231%2F", "%2F20291230%2F", "X-Amz-Credential"),
        ("aws4_request", "aws4", "X-Amz-Credential"),
        ("SignedHeaders=host", "SignedHeaders=content-type", "X-Amz-SignedHeaders"),
        ("SignedHeaders=host", "SignedHeaders=host%3BHost", "X-Amz-SignedHeaders"),
        ("versionId=3", "versionId=a+b", v4::QUERY),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(verdict(&signed.replace(from, to), NOW), Verdict::Malformed(part), "{from} {to}");
    }
}

#[test]
fn a_lifetime_outside_of_a_week_a_bare_path_and_ambiguous_text_are_refused() {
    for lifetime in [0, 604_801] {
        assert!(mint(&Claims { expires: Some(NOW + lifetime), ..claims() }, URL).is_err(), "{lifetime}");
    }
    assert!(mint(&Claims { expires: Some(NOW - 1), ..claims() }, URL).is_err());
    assert!(mint(&claims(), "/v/a.mp4").unwrap_err().to_string().contains("whole URL"));
    for url in [
        "https://h/a?b=c+d",
        "https://h/a#b",
        "https://h/a?b#c",
        "https://h/%ff",
        "https://h/a?X%2DAmz-Date=1",
    ] {
        assert!(mint(&claims(), url).is_err(), "{url}");
    }
    for id in [None, Some(""), Some("A/B")] {
        assert!(mint(&Claims { key_id: id.map(Into::into), ..claims() }, URL).is_err(), "{id:?}");
    }
    let minio = Claims { params: Params(&[("dialect", "minio")]), ..claims() };
    assert!(mint(&minio, "https://h/b/../c").is_err() && mint(&claims(), "https://h/b/../c").is_ok());
}

#[test]
fn the_region_is_read_from_the_host() {
    for (host, wanted) in [
        ("b.s3.eu-central-1.amazonaws.com", Some("eu-central-1")),
        ("s3.eu-central-1.amazonaws.com", Some("eu-central-1")),
        ("b.s3.dualstack.us-west-2.amazonaws.com", Some("us-west-2")),
        ("b.s3.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
        ("b.s3-eu-west-1.amazonaws.com", Some("eu-west-1")),
        ("s3.amazonaws.com", Some("us-east-1")),
        ("b.s3.amazonaws.com", Some("us-east-1")),
        ("b.s3-accelerate.amazonaws.com", None),
        ("0123.r2.cloudflarestorage.com", Some("auto")),
        ("127.0.0.1:9000", Some("us-east-1")),
    ] {
        assert_eq!(region(host), wanted, "{host}");
    }
    let accelerated = "https://b.s3-accelerate.amazonaws.com/a";
    assert!(matches!(mint(&claims(), accelerated), Err(Error::MissingClaim(_))));
    let params = [("region", "eu-west-1")];
    assert!(mint(&Claims { params: Params(&params), ..claims() }, accelerated).is_ok());
    let forged = [("region", "a/s3\nx")];
    assert!(mint(&Claims { params: Params(&forged), ..claims() }, accelerated).is_err());
}

#[test]
fn a_base_with_a_path_is_signed_with_it() {
    let mut out = Vec::new();
    let url = Url::at("http://127.0.0.1:9000/bucket", "/a");
    signer("secret").seal().mint(&url, &claims(), &mut out).unwrap();
    let signed = String::from_utf8(out).unwrap();
    assert!(signed.starts_with("http://127.0.0.1:9000/bucket/a?") && verdict(&signed, NOW).is_valid());
}

#[test]
fn the_key_of_the_day_changes_with_the_scope() {
    let keys = DayKeys::new(b"secret");
    let one = keys.of("20291231/eu-central-1/s3/aws4_request").tag(b"x");
    let two = keys.of("20300101/eu-central-1/s3/aws4_request").tag(b"x");
    assert_ne!(one, two);
    assert_eq!(keys.of("20291231/eu-central-1/s3/aws4_request").tag(b"x"), one);
    assert_eq!(keys.last.lock().unwrap().as_ref().unwrap().0, "20291231/eu-central-1/s3/aws4_request");
}
