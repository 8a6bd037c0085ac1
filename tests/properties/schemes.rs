//! CloudFront, S3 and bunny.net: inspecting undoes minting, verifying accepts it, a changed byte is refused,
//! and no text makes any of them panic.

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};
use std::sync::LazyLock;
use stratos::{
    secret::Secret,
    sign::{Claims, Form, Inspection, Params, Scheme, Scope, Signer, Url, Verdict, Visit},
};

const P256: &str = include_str!("../vectors/keys/p-256.pem");
const NOW: u64 = 1_800_000_000;

static CLOUDFRONT: LazyLock<Signer> = LazyLock::new(|| signer("cloudfront", P256, ECDSA));
static S3: LazyLock<Signer> = LazyLock::new(|| signer("s3", "secret", Params(&[])));
static BUNNY: LazyLock<Signer> = LazyLock::new(|| signer("bunny", "secret", Params(&[])));
const ECDSA: Params<'_> = Params(&[("algorithm", "ecdsa-sha256")]);
const ECDSA_JS: Params<'_> = Params(&[("algorithm", "ecdsa-sha256"), ("dialect", "js")]);

fn signer(id: &str, key: &str, params: Params<'_>) -> Signer {
    let signer = Signer { scheme: Scheme::find(id).unwrap(), keys: Vec::new() };
    signer.with(Some("KEY1"), &Secret::new(key), params).unwrap()
}

fn mint(signer: &Signer, url: &Url<'_>, claims: &Claims<'_>) -> String {
    let mut out = Vec::new();
    signer.seal().mint(url, claims, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn inspected<'v>(signer: &Signer, visit: &'v Visit<'v>) -> Inspection<'v> {
    let found = (signer.scheme.inspect)(visit, &mut Vec::new()).unwrap();
    assert!(found.fits() && found.covers, "{}", visit.url);
    found
}

/// The verdict on a text that may be no URL, nor complete.
fn verdict(signer: &Signer, url: &str, visit: &Visit<'_>) -> Option<Verdict> {
    let url = Url::parse(url).ok()?;
    signer.seal().verify(&Visit { url, ..visit.clone() }).ok()
}

fn is_valid(signer: &Signer, url: &str, visit: &Visit<'_>) -> bool {
    verdict(signer, url, visit).is_some_and(|verdict| verdict.is_valid())
}

/// One byte set to another value, where that leaves text.
fn changed(text: &str, at: Index, byte: u8) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let position = at.index(bytes.len());
    bytes[position] = byte;
    String::from_utf8(bytes).ok().filter(|changed| changed != text)
}

/// Paths and queries that are written as they are sent.
fn sent() -> impl Strategy<Value = String> {
    let path = "(/[a-zA-Z0-9._~!$&'()+,;=:@%-]{0,12}){1,4}";
    let query = option::of("[a-zA-Z0-9._~%/-]{1,8}(=[a-zA-Z0-9._~%/?!-]{0,8})?(&[b-z]{1,3}=[0-9]{0,3})?");
    (path, query)
        .prop_map(|(path, query)| query.map_or_else(|| path.clone(), |query| format!("{path}?{query}")))
}

fn scope() -> impl Strategy<Value = Scope<'static>> {
    prop_oneof![
        Just(Scope::Url),
        Just(Scope::Prefix("/".into())),
        Just(Scope::Globs("http*://*/*".into())),
        Just(Scope::Globs("*".into())),
    ]
}

proptest! {
    #[test]
    fn cloudfront_undoes_and_accepts_what_it_minted(
        target in sent(), scope in scope(), start in option::of(1..NOW), expires in NOW + 1..100_000_000_000,
        ip in option::of(select(&["203.0.113.0/24", "2001:db8::/32"][..])), cookies: bool, js: bool,
    ) {
        let url = Url::at("https://cdn.example.com", target.as_str());
        let form = if cookies { Form::Cookie } else { Form::Query };
        let ip = ip.filter(|ip| !js || !ip.contains(':')).map(Into::into);
        let params = if js { ECDSA_JS } else { ECDSA };
        let id = Some("KEY1".into());
        let claims = Claims {
            expires: Some(expires), not_before: start, scope, ip, key_id: id, form, params, ..Claims::default()
        };
        let signed = mint(&CLOUDFRONT, &url, &claims);
        let header = signed.replace('\n', "; ");
        let headers = [("Cookie", header.as_str())];
        let asked = if cookies { url.borrowed() } else { Url::parse(&signed).unwrap() };
        let headers = if cookies { &headers[..] } else { &[] };
        let ip = claims.ip.as_ref().map(|ip| if ip.contains(':') { "2001:db8::1" } else { "203.0.113.9" });
        let visit = Visit { now: NOW, ip, headers, params, ..Visit::of(asked) };
        prop_assert!(CLOUDFRONT.seal().verify(&visit).unwrap().is_valid(), "{}", signed);
        let found = inspected(&CLOUDFRONT, &visit);
        if !js {
            prop_assert_eq!(found.url.to_string(), url.to_string());
        }
        prop_assert_eq!(found.claims.form, form);
        prop_assert_eq!((found.claims.expires, found.claims.not_before), (Some(expires), start));
        prop_assert_eq!((&found.claims.ip, &found.claims.key_id), (&claims.ip, &claims.key_id));
        prop_assert_eq!(found.claims.scope == Scope::Url, claims.scope == Scope::Url);
    }

    #[test]
    fn cloudfront_refuses_a_changed_byte(target in sent(), custom: bool, at: Index, byte in 0x21..0x7f_u8) {
        let url = Url::at("https://cdn.example.com", target.as_str());
        let (not_before, key_id) = (custom.then_some(1), Some("KEY1".into()));
        let claims = Claims { expires: Some(NOW + 9), not_before, key_id, params: ECDSA, ..Claims::default() };
        let signed = mint(&CLOUDFRONT, &url, &claims);
        let visit = Visit { now: NOW, params: ECDSA, ..Visit::default() };
        // A `?` or `*` in the resource of a custom policy stands for other text too.
        if let Some(changed) = changed(&signed, at, byte).filter(|_| !custom || !target.contains('?')) {
            prop_assert!(!is_valid(&CLOUDFRONT, &changed, &visit), "{}", changed);
        }
    }

    #[test]
    fn s3_undoes_and_accepts_what_it_minted(
        target in sent(), lifetime in 1..=604_800_u64, dialect in select(&["botocore", "js", "minio"][..]),
        method in select(&["GET", "PUT", "HEAD", "DELETE", "POST"][..]),
        token in option::of("[a-zA-Z0-9+/=]{1,30}"), base in select(&["https://h", "http://h:9000", "https://h/b"][..]),
    ) {
        let target = target.replace('+', "%2B");
        let (url, mut pairs) = (Url::at(base, target.as_str()), vec![("dialect", dialect)]);
        pairs.extend(token.as_deref().map(|token| ("session_token", token)));
        let claims = Claims {
            issued: Some(NOW), expires: Some(NOW + lifetime), method: Some(method), key_id: Some("KEY1".into()),
            params: Params(&pairs), ..Claims::default()
        };
        let mut out = Vec::new();
        let minted = S3.seal().mint(&url, &claims, &mut out);
        // MinIO takes no dot segments, and bytes that are no UTF-8 have no one spelling.
        prop_assume!(minted.is_ok());
        let signed = String::from_utf8(out).unwrap();
        let visit = Visit { now: NOW, method: Some(method), ..Visit::of(Url::parse(&signed).unwrap()) };
        prop_assert!(S3.seal().verify(&visit).unwrap().is_valid(), "{}", signed);
        let found = inspected(&S3, &visit);
        prop_assert_eq!((found.claims.issued, found.claims.expires), (claims.issued, claims.expires));
        prop_assert_eq!((found.claims.method, &found.claims.key_id), (claims.method, &claims.key_id));
        prop_assert_eq!(mint(&S3, &found.url, &Claims { params: claims.params, ..found.claims }), signed);
    }

    #[test]
    fn s3_refuses_a_changed_byte(target in sent(), js: bool, at: Index, byte in 0x21..0x7f_u8) {
        let target = target.replace(['+', '%'], "x");
        let url = Url::at("https://h.example", target.as_str());
        let params = if js { Params(&[("dialect", "js")]) } else { Params(&[]) };
        let (issued, expires) = (Some(NOW), Some(NOW + 60));
        let claims = Claims { issued, expires, key_id: Some("KEY1".into()), params, ..Claims::default() };
        let signed = mint(&S3, &url, &claims);
        let visit = Visit { now: NOW, method: Some("GET"), ..Visit::default() };
        let Some(changed) = changed(&signed, at, byte) else { return Ok(()) };
        // The scheme is not signed, userinfo is not sent, and %2f is %2F.
        let same = changed.to_lowercase() == signed.to_lowercase() && escapes_apart(&changed) == escapes_apart(&signed);
        let host = changed.contains("h.example/") && !signed.starts_with(changed.split("://").next().unwrap());
        let userinfo = changed.split('/').nth(2).is_some_and(|authority| authority.contains('@'));
        prop_assert!(same || host || userinfo || !is_valid(&S3, &changed, &visit), "{}", changed);
    }

    #[test]
    fn bunny_undoes_and_accepts_what_it_minted(
        target in sent(), expires in NOW + 1..u64::MAX, directory: bool, below: bool,
        ip in option::of(select(&["203.0.113.7", "2001:db8::7"][..])),
        countries in option::of("[A-Z]{2}(,[A-Z]{2}){0,2}"), blocked in option::of("[A-Z]{2}"),
    ) {
        let url = Url::at("https://zone.example", target.as_str());
        let scope = if below { Scope::Prefix("/".into()) } else { Scope::Url };
        let form = if directory { Form::Path } else { Form::Query };
        let claims = Claims {
            expires: Some(expires), scope, ip: ip.map(Into::into), form, countries: countries.map(Into::into),
            blocked: blocked.map(Into::into), ..Claims::default()
        };
        let mut out = Vec::new();
        // Doubled names and bytes that are no UTF-8 are refused.
        prop_assume!(BUNNY.seal().mint(&url, &claims, &mut out).is_ok());
        let signed = String::from_utf8(out).unwrap();
        let visit = Visit { now: NOW, ip, ..Visit::of(Url::parse(&signed).unwrap()) };
        let climbs = below && target.split(['/', '?']).any(|segment| segment == "..");
        let binary = below && percent_encoding::percent_decode_str(&url.path).decode_utf8().is_err();
        prop_assume!(!climbs && !binary);
        prop_assert!(BUNNY.seal().verify(&visit).unwrap().is_valid(), "{}", signed);
        let found = inspected(&BUNNY, &visit);
        prop_assert_eq!(&found.url.path, &url.path);
        prop_assert_eq!((&found.claims.countries, &found.claims.blocked), (&claims.countries, &claims.blocked));
        prop_assert_eq!((found.claims.expires, &found.claims.scope), (Some(expires), &claims.scope));
        prop_assert_eq!(mint(&BUNNY, &found.url, &found.claims), signed);
    }

    #[test]
    fn bunny_refuses_a_changed_byte(
        target in "/[a-z]{1,8}(\\?[a-z]{1,3}=[a-z0-9]{1,4})?", directory: bool, at: Index, byte in 0x21..0x7f_u8,
    ) {
        let url = Url::at("https://zone.example", target.as_str());
        let form = if directory { Form::Path } else { Form::Query };
        let claims = Claims { expires: Some(NOW + 60), form, ..Claims::default() };
        let signed = mint(&BUNNY, &url, &claims);
        let Some(changed) = changed(&signed, at, byte) else { return Ok(()) };
        // Neither scheme nor host is signed.
        prop_assume!(changed.starts_with("https://zone.example/"));
        prop_assert!(!is_valid(&BUNNY, &changed, &Visit { now: NOW, ..Visit::default() }), "{}", changed);
    }

    #[test]
    fn nothing_panics_on_any_text(
        text in prop_oneof!["\\PC{0,80}", hostile()], other in prop_oneof!["\\PC{0,40}", hostile()],
    ) {
        for signer in [&*CLOUDFRONT, &*S3, &*BUNNY] {
            let headers = [("cookie", other.as_str()), ("host", &other)];
            for params in [Params(&[]), ECDSA, ECDSA_JS] {
                let ip = Some(other.as_str());
                let visit = Visit { now: NOW, ip, method: ip, country: ip, headers: &headers, params, ..Visit::default() };
                if let Some(verdict) = verdict(signer, &text, &visit) {
                    prop_assert!(!verdict.is_valid(), "{}", text);
                }
            }
            let pairs = [("policy", other.as_str()), ("region", &other), ("limit", &other)];
            for params in [Params(&[]), Params(&pairs[..1]), Params(&pairs[1..])] {
                let scope = Scope::Globs(other.as_str().into());
                let ip = Some(other.as_str().into());
                let claims = Claims { expires: Some(NOW), issued: Some(1), scope, ip, params, ..Claims::default() };
                if let Ok(url) = Url::parse(&text) {
                    let _ = signer.seal().mint(&url, &claims, &mut Vec::new());
                    let claims = Claims { key_id: Some(other.as_str().into()), ip: None, ..claims };
                    let _ = signer.seal().mint(&url, &claims, &mut Vec::new());
                }
            }
        }
    }
}

/// The text without its escapes, of which the case does not matter.
fn escapes_apart(text: &str) -> String {
    text.split('%')
        .enumerate()
        .map(|(index, piece)| if index == 0 { piece } else { piece.get(2..).unwrap_or("") })
        .collect()
}

/// Texts near to signed URLs and cookies, broken somewhere.
fn hostile() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "https://h",
            "http://[::1]:80",
            "/a",
            "/",
            "?",
            "&",
            "=",
            ";",
            "; ",
            "#",
            "%",
            "%2F",
            "%ff",
            "+",
            "é",
            "🎬",
            "..",
            "Expires=1800000009",
            "Signature=MEUCIQ__",
            "Policy=",
            "eyJTdGF0ZW1lbnQiOlt7fV19",
            "Key-Pair-Id=KEY1",
            "Hash-Algorithm=SHA256",
            "CloudFront-Expires=1800000009",
            "CloudFront-Policy=e30_",
            "CloudFront-Signature=AAAA",
            "CloudFront-Key-Pair-Id=KEY1",
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Date=20270115T080000Z",
            "X-Amz-Credential=KEY1%2F20270115%2Fr%2Fs3%2Faws4_request",
            "X-Amz-Expires=60",
            "X-Amz-SignedHeaders=host",
            "X-Amz-SignedHeaders=cookie%3Bhost",
            "X-Amz-Signature=00",
            "x-id=GetObject",
            "token=HS256-",
            "HS256-1-",
            "bcdn_token=HS256-A",
            "expires=1800000009",
            "token_path=%2F",
            "token_countries=DE",
            "token_ignore_params=true",
            "limit=5",
        ][..],
    );
    vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}
