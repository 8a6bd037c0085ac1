use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const URL: &str = "https://h.example:8443/v/a.m3u8?q=1";
const NOW: u64 = 1_800_000_000;
const KEY: &str = "00112233445566778899aabbccddeeff";

fn signer(key: &str) -> Signer {
    Signer { scheme: &SCHEME, keys: Vec::new() }.with(Some("k"), &Secret::new(key), Params(&[])).unwrap()
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW), key_id: Some("k".into()), ..Claims::default() }
}

fn mint(url: &str, claims: &Claims<'_>) -> Result<String> {
    let mut out = Vec::new();
    signer(KEY).seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
    signer(KEY).seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() }).unwrap()
}

fn at(now: u64) -> Visit<'static> {
    Visit { now, ..Visit::default() }
}

/// A URL with any payload under the right key.
fn forged(payload: &Value<'_>) -> String {
    let (mut text, mut code) = (Vec::new(), Vec::new());
    let payload = payload.written();
    mac_structure(&payload, &mut text);
    key::hmac_sha256(&hex::decode(KEY).unwrap(), Spelling::Raw).sign(&text, &mut code).unwrap();
    carried(&envelope(Some(b"k"), &payload, &code))
}

fn carried(token: &Value<'_>) -> String {
    let mut url = b"https://h/a?CTA-Common-Access-Token=".to_vec();
    url.spelled(Spelling::Base64Url, &token.written());
    String::from_utf8(url).unwrap()
}

#[test]
fn a_token_opens_its_url_through_its_expiry() {
    let url = mint(URL, &Claims { not_before: Some(NOW - 9), ..claims() }).unwrap();
    assert!(url.starts_with(&format!("{URL}&CTA-Common-Access-Token=2D3R")), "{url}");
    assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
    assert!(verdict(&url, &at(NOW)).is_valid() && verdict(&url.replace("q=1", "q=2"), &at(NOW)).is_valid());
    assert_eq!(verdict(&url, &at(NOW + 1)), Verdict::Expired { seconds: 1 });
    assert_eq!(verdict(&url, &at(NOW - 10)), Verdict::NotYetValid { seconds: 1 });
    for (from, to) in [("https", "http"), ("h.example", "g.example"), ("/v/", "/w/"), ("a.m3u8", "a.m3u8x")] {
        assert_eq!(verdict(&url.replace(from, to), &at(NOW)), Verdict::Refused(Claim::Prefix), "{from}");
    }
    let visit = Visit { now: NOW, ..Visit::of(Url::parse(&url).unwrap()) };
    assert_eq!(signer("00").seal().verify(&visit).unwrap(), Verdict::Mismatch);
    let other =
        Signer { scheme: &SCHEME, keys: Vec::new() }.with(Some("j"), &Secret::new(KEY), Params(&[])).unwrap();
    assert_eq!(other.seal().verify(&visit).unwrap(), Verdict::UnknownKey);
    assert_eq!(verdict(&format!("{url}&CTA-Common-Access-Token=x"), &at(NOW)), Verdict::Malformed("token"));
    assert_eq!(verdict("https://h/a", &at(NOW)), Verdict::Malformed("token"));
}

#[test]
fn a_prefix_opens_what_is_below_it() {
    let below = Claims { scope: Scope::Prefix("/v/".into()), ..claims() };
    let url = mint(URL, &below).unwrap();
    assert!(verdict(&url.replace("a.m3u8", "deep/b.ts"), &at(NOW)).is_valid());
    assert_eq!(verdict(&url.replace("/v/", "/w/"), &at(NOW)), Verdict::Refused(Claim::Prefix));
    assert_eq!(verdict(&url.replace("a.m3u8", "%2e%2e/w/a"), &at(NOW)), Verdict::Refused(Claim::Prefix));
    let guarded = |url: &str, claims: &Claims<'_>| guard(&Url::parse(url).unwrap(), claims).is_ok();
    assert!(guarded(URL, &below) && !guarded("https://h/w/a", &below));
    assert!(!guarded(URL, &Claims { scope: Scope::Prefix("v".into()), ..claims() }));
    assert!(!guarded("https://h/a?CTA-Common-Access-Token=x", &claims()));
}

#[test]
fn conditions_are_held_against_the_visit() {
    let params = [("issuer", "i"), ("audience", "cdn,b"), ("token_id", "0b71"), ("replay", "1")];
    let token = Claims {
        ip: Some("203.0.113.7, 2001:db8::/32".into()),
        countries: Some("DE,FR".into()),
        method: Some("GET,HEAD"),
        params: Params(&params),
        ..claims()
    };
    let url = mint(URL, &token).unwrap();
    let asked = |ip, country, method, params| {
        verdict(
            &url,
            &Visit {
                ip: Some(ip),
                country: Some(country),
                method: Some(method),
                params: Params(params),
                ..at(1)
            },
        )
    };
    let unchecked = vec![Claim::Other];
    let valid = Verdict::Valid { expires: Some(NOW), unchecked };
    let own = &[("issuer", "i"), ("audience", "b")];
    assert_eq!(asked("2001:db8::1", "FR", "HEAD", own), valid, "a second use cannot be seen");
    assert_eq!(asked("198.51.100.1", "FR", "GET", own), Verdict::Refused(Claim::Ip));
    assert_eq!(asked("203.0.113.7", "US", "GET", own), Verdict::Refused(Claim::Countries));
    assert_eq!(asked("203.0.113.7", "DE", "PUT", own), Verdict::Refused(Claim::Method));
    assert_eq!(
        asked("203.0.113.7", "DE", "GET", &[("issuer", "j"), ("audience", "b")]),
        Verdict::Refused(Claim::Other)
    );
    assert_eq!(
        asked("203.0.113.7", "DE", "GET", &[("issuer", "i"), ("audience", "c")]),
        Verdict::Refused(Claim::Other)
    );
}

#[test]
fn ways_to_match_are_those_of_the_library() {
    let digest = hex::encode(Sha256::digest("/v/a.m3u8"));
    for (catu, word) in [
        (r#"{"host":{"suffix-match":".example"},"port":{"exact-match":"8443"}}"#.to_owned(), "valid"),
        (r#"{"filename":{"exact-match":"a.m3u8"},"stem":{"exact-match":"a"},"extension":{"exact-match":".m3u8"}}"#.into(), "valid"),
        (r#"{"path":{"contains-match":"/a","regex-match":"^/v/[a-z]+\\.m3u8$"}}"#.into(), "valid"),
        (format!(r#"{{"path":{{"sha256-match":"{digest}"}}}}"#), "valid"),
        (r#"{"path":{"regex-match":"^/w/"}}"#.into(), "refused"),
        (r#"{"extension":{"exact-match":".ts"}}"#.into(), "refused"),
        (r#"{"query":{"exact-match":"q=1"}}"#.into(), "valid"),
    ] {
        let params = [("catu", catu.as_str())];
        let url = mint(URL, &Claims { params: Params(&params), ..claims() }).unwrap();
        let verdict = verdict(&url, &at(1));
        assert_eq!(verdict.word(), word, "{catu}");
        let silent = Verdict::Valid { expires: Some(NOW), unchecked: vec![Claim::Other] };
        assert_eq!(verdict == silent, catu.contains("query"), "what is unconfirmed is not judged: {catu}");
    }
    for catu in ["", "{}x", r#"{"port":1}"#, r#"{"who":{}}"#, r#"{"path":{"near-match":"/"}}"#] {
        let params = [("catu", catu)];
        assert!(mint(URL, &Claims { params: Params(&params), ..claims() }).is_err(), "{catu}");
    }
}

#[test]
fn garbage_and_what_is_not_understood_are_malformed() {
    let map = |pairs: Vec<(i64, Value<'static>)>| {
        Value::Map(pairs.into_iter().map(|(label, value)| (Value::Int(label), value)).collect())
    };
    assert!(verdict(&forged(&map(vec![(EXP, Value::Int(9))])), &at(9)).is_valid());
    for (payload, part) in [
        (map(vec![(EXP, Value::Text("9".into()))]), "exp"),
        (map(vec![(EXP, Value::Int(-9))]), "exp"),
        (map(vec![(EXP, Value::Float(9.5))]), "exp"),
        (map(vec![(322, Value::Int(1))]), "claims"),
        (map(vec![(VERSION, Value::Int(2))]), "catv"),
        (map(vec![(NETWORKS, Value::Array(vec![Value::Text("::1".into())]))]), "catnip"),
        (map(vec![(URI, map(vec![(99, map(vec![]))]))]), "catu"),
        (map(vec![(URI, map(vec![(3, map(vec![(9, Value::Text("x".into()))]))]))]), "catu"),
        (map(vec![(METHODS, Value::Int(1))]), "catm"),
        (Value::Int(1), "claims"),
    ] {
        assert_eq!(verdict(&forged(&payload), &at(1)), Verdict::Malformed(part), "{payload:?}");
    }
    let inner = |parts: Vec<Value<'static>>| Value::Tagged(MAC0, Box::new(Value::Array(parts)));
    let parts = |protected: &'static [u8]| {
        vec![bytes(protected), Value::Map(vec![]), bytes(&[0xa0]), bytes(&[0; 32])]
    };
    for (token, part) in [
        (inner(parts(PROTECTED)), "CWT tag"),
        (Value::Tagged(CWT, Box::new(Value::Int(1))), "COSE tag"),
        (Value::Tagged(CWT, Box::new(inner(parts(&[0xa0])))), "alg"),
        (Value::Tagged(CWT, Box::new(inner(parts(&[0xa1, 0x01, 0x04])))), "alg"),
        (Value::Tagged(CWT, Box::new(inner(vec![]))), "token"),
    ] {
        assert_eq!(verdict(&carried(&token), &at(1)), Verdict::Malformed(part), "{token:?}");
    }
    let deep = (0..200).fold(Value::Int(0), |value, _| Value::Array(vec![value]));
    assert_eq!(verdict(&forged(&map(vec![(URI, deep)])), &at(1)), Verdict::Malformed("claims"));
}

#[test]
fn what_a_token_cannot_say_is_not_minted() {
    for params in
        [("token_id", "xyz"), ("replay", "7"), ("renewal", "{\"type\":\"never\"}"), ("structure", "untagged")]
    {
        let params = [params];
        assert!(
            matches!(mint(URL, &Claims { params: Params(&params), ..claims() }), Err(Error::Usage(_))),
            "{params:?}"
        );
    }
    assert!(mint(URL, &Claims { blocked: Some("DE".into()), ..claims() }).is_err());
    assert!(mint(URL, &Claims { ip: Some("203.0.113.0/33".into()), ..claims() }).is_err());
    assert!(mint(URL, &Claims { expires: Some(u64::MAX), ..claims() }).is_err());
}
