use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const URL: &str = "https://h.example/v/a.mp4?q=1";
const NOW: u64 = 1_800_000_000;
const SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0";

fn signer(scheme: &'static Scheme, key: &str, params: Params<'_>) -> Signer {
    Signer { scheme, keys: Vec::new() }.with(Some("k1"), &Secret::new(key), params).unwrap()
}

fn claims(params: &'static [(&'static str, &'static str)]) -> Claims<'static> {
    Claims { expires: Some(NOW), key_id: Some("k1".into()), params: Params(params), ..Claims::default() }
}

const ISSUED: &[(&str, &str)] = &[("issuer", "i")];

fn mint(scheme: &'static Scheme, claims: &Claims<'_>) -> Result<String> {
    let mut out = Vec::new();
    signer(scheme, SECRET, claims.params).seal().mint(&Url::parse(URL)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(scheme: &'static Scheme, url: &str, params: &'static [(&'static str, &'static str)]) -> Verdict {
    let visit = Visit { now: NOW - 1, params: Params(params), ..Visit::of(Url::parse(url).unwrap()) };
    signer(scheme, SECRET, visit.params).seal().verify(&visit).unwrap()
}

/// A visit with any header and payload, signed by the right key.
fn forged(scheme: &'static Scheme, header: &str, payload: &str, url: &str) -> Verdict {
    let mut text = Vec::new();
    text.spelled(Spelling::Base64Url, header.as_bytes())
        .text(".")
        .spelled(Spelling::Base64Url, payload.as_bytes());
    let mut signature = Vec::new();
    jose::key("HS256", SECRET.as_bytes()).unwrap().sign(&text, &mut signature).unwrap();
    let token = String::from_utf8([text, vec![b'.'], signature].concat()).unwrap();
    verdict(scheme, &format!("{url}&URISigningPackage={token}"), ISSUED)
}

#[test]
fn the_plugin_compares_without_escapes_and_the_standard_with_them() {
    let compared = |uri| super::compared(Dialect::Ats, uri);
    assert_eq!(compared("http://h/a%20b%2d%C3%A9?x=%7e").as_deref(), Some("http://h/a b-é?x=~"));
    assert_eq!(compared("http://h/a%2fb%00%25%2B").as_deref(), Some("http://h/a%2Fb%00%%2B"));
    assert_eq!(compared("http://h/a?x=/../b").as_deref(), Some("http://h/a?x=/../b"));
    for refused in ["http://h/%zz", "http://h/%2", "http://h/%FF", "http://h/x/../a", "http://h/%2e/a"] {
        assert_eq!(compared(refused), None, "{refused}");
    }
    assert_eq!(super::compared(Dialect::Rfc, "http://h/%2e/%zz").as_deref(), Some("http://h/%2e/%zz"));
    let url = "https://h.example/v/a%20b.mp4?q=1";
    let payload = |path: &str| format!(r#"{{"iss":"i","cdniuc":"regex:^https://h.example/v/{path}.q=1$"}}"#);
    assert!(forged(&ATS, HEADER, &payload("a b.mp4"), url).is_valid());
    assert!(forged(&RFC9246, HEADER, &payload("a%20b.mp4"), url).is_valid());
    assert!(!forged(&ATS, HEADER, &payload("a%20b.mp4"), url).is_valid());
}

const HEADER: &str = r#"{"alg":"HS256","kid":"k1"}"#;

#[test]
fn a_url_holds_until_its_expiry_and_for_itself_only() {
    for scheme in [&RFC9246, &ATS] {
        for form in [Form::Query, Form::Path] {
            let url = mint(scheme, &Claims { form, ..claims(ISSUED) }).unwrap();
            assert!(verdict(scheme, &url, ISSUED).is_valid(), "{url}");
            assert!(detect(&url).iter().any(|found| found.id == scheme.id));
            for (from, to) in
                [("a.mp4", "b.mp4"), ("q=1", "q=2"), ("https", "http"), ("h.example", "g.example")]
            {
                let word = verdict(scheme, &url.replacen(from, to, 1), ISSUED).word();
                assert_eq!(word, "refused", "{from} {to}");
            }
            let at = Visit { now: NOW, params: Params(ISSUED), ..Visit::of(Url::parse(&url).unwrap()) };
            let own = signer(scheme, SECRET, Params(ISSUED));
            assert_eq!(own.seal().verify(&at).unwrap(), Verdict::Expired { seconds: 0 });
            let early = Visit { now: NOW - 1, ..at };
            assert_eq!(
                signer(scheme, "AAAA", Params(ISSUED)).seal().verify(&early).unwrap(),
                Verdict::Mismatch
            );
        }
    }
    let cookie = mint(&RFC9246, &Claims { form: Form::Cookie, ..claims(ISSUED) }).unwrap();
    let headers = [("Cookie", cookie.as_str())];
    let visit = Visit { now: NOW - 1, headers: &headers, ..Visit::of(Url::parse(URL).unwrap()) };
    assert!(signer(&RFC9246, SECRET, Params(&[])).seal().verify(&visit).unwrap().is_valid());
}

#[test]
fn another_algorithm_or_none_is_refused() {
    let payload = format!(r#"{{"iss":"i","cdniuc":"hash:{}"}}"#, hashed(URL));
    assert!(forged(&RFC9246, HEADER, &payload, URL).is_valid());
    for header in [r#"{"alg":"none","kid":"k1"}"#, r#"{"alg":"RS256","kid":"k1"}"#, r#"{"kid":"k1"}"#] {
        assert_eq!(forged(&RFC9246, header, &payload, URL), Verdict::Malformed("alg"), "{header}");
    }
    assert_eq!(forged(&RFC9246, r#"{"alg":"HS256","kid":"k2"}"#, &payload, URL), Verdict::UnknownKey);
    // The public key's text is no secret of HS256.
    let rsa = include_str!("../../../tests/vectors/keys/rsa-2048-public.pem");
    assert!(jose::key("HS256", rsa.as_bytes()).is_err());
}

#[test]
fn a_payload_that_is_not_understood_is_malformed() {
    let hash = hashed(URL);
    for (scheme, payload, part) in [
        (&RFC9246, r#"{"iss":"i"}"#.to_owned(), "cdniuc"),
        (&RFC9246, r#"{"cdniuc":"regex:a*?"}"#.into(), "cdniuc"),
        (&RFC9246, r#"{"cdniuc":"hash:sha-512;AAAA"}"#.into(), "cdniuc"),
        (&RFC9246, format!(r#"{{"cdniuc":"hash:{hash}","exp":"1900000000"}}"#), "exp"),
        (&RFC9246, format!(r#"{{"cdniuc":"hash:{hash}","exp":1900000000.5}}"#), "exp"),
        (&RFC9246, format!(r#"{{"cdniuc":"hash:{hash}","cdniv":2}}"#), "cdniv"),
        (&RFC9246, format!(r#"{{"cdniuc":"hash:{hash}","cdnicrit":"foo"}}"#), "cdnicrit"),
        (&RFC9246, format!(r#"{{"cdniuc":"hash:{hash}","cdniip":"x"}}"#), "cdniip or another claim"),
        (&RFC9246, format!(r#"{{"cdniuc":"hash:{hash}","aud":5}}"#), "aud"),
        (&ATS, r#"{"cdniuc":"regex:.*"}"#.into(), "iss"),
        (&ATS, r#"{"iss":"i","jti":"x","cdniuc":"regex:.*"}"#.into(), "jti"),
    ] {
        assert_eq!(forged(scheme, HEADER, &payload, URL), Verdict::Malformed(part), "{payload}");
    }
    assert_eq!(
        forged(&RFC9246, HEADER, r#"{"iss":"other","cdniuc":"regex:.*"}"#, URL),
        Verdict::Refused(Claim::Other)
    );
    assert!(forged(&ATS, HEADER, r#"{"iss":"i"}"#, URL).is_valid(), "as the plugin does");
    let hashed = format!(r#"{{"iss":"i","cdniuc":"hash:{hash}"}}"#);
    assert_eq!(forged(&ATS, HEADER, &hashed, URL).word(), "refused", "a hash never matches there");
}

#[test]
fn an_expression_is_held_to_the_start_by_the_plugin_only() {
    let payload = r#"{"iss":"i","cdniuc":"regex:/v/"}"#;
    assert!(forged(&RFC9246, HEADER, payload, URL).is_valid());
    assert_eq!(forged(&ATS, HEADER, payload, URL), Verdict::Refused(Claim::Regex));
    assert_eq!(forged(&RFC9246, HEADER, payload, "https://h.example/v/../w?a=1").word(), "refused");
}

#[test]
fn a_prefix_opens_what_begins_so() {
    let claims = Claims { scope: Scope::Prefix("https://h.example/v/".into()), ..claims(ISSUED) };
    for scheme in [&RFC9246, &ATS] {
        let url = mint(scheme, &claims).unwrap();
        assert!(verdict(scheme, &url.replace("a.mp4", "deep/b.mp4"), ISSUED).is_valid());
        assert_eq!(verdict(scheme, &url.replace("/v/", "/w/"), ISSUED), Verdict::Refused(Claim::Prefix));
        assert_eq!(verdict(scheme, &url.replace("h.ex", "hxex"), ISSUED), Verdict::Refused(Claim::Prefix));
    }
    let guarded = |url: &str| guard(&Url::parse(url).unwrap(), &claims).is_ok();
    assert!(guarded(URL) && !guarded("https://h.example/w/a") && !guarded("/v/a"));
    assert!(
        !guarded("https://h.example/v/a?URISigningPackage=x")
            && !guarded("https://h.example/v/;URISigningPackage=x")
    );
    let relative = Claims { scope: Scope::Prefix("/v/".into()), ..claims.clone() };
    assert!(matches!(mint(&RFC9246, &relative), Err(Error::Usage(_))));
}

#[test]
fn an_audience_is_for_those_that_it_names() {
    const FOR: &[(&str, &str)] = &[("issuer", "i"), ("audience", "other,cdn")];
    let url = mint(&RFC9246, &claims(FOR)).unwrap();
    assert!(verdict(&RFC9246, &url, &[("audience", "cdn")]).is_valid());
    assert_eq!(verdict(&RFC9246, &url, &[("audience", "nobody")]), Verdict::Refused(Claim::Other));
    let silent = verdict(&RFC9246, &url, &[]);
    assert_eq!(silent, Verdict::Valid { expires: Some(NOW), unchecked: vec![Claim::Other] });
}

#[test]
fn what_the_plugin_does_not_take_is_not_minted_for_it() {
    assert!(matches!(mint(&ATS, &claims(&[])), Err(Error::MissingClaim(text)) if text.contains("issuer")));
    assert!(mint(&ATS, &Claims { key_id: None, ..claims(ISSUED) }).is_err());
    for params in [
        &[("issuer", "i"), ("token_id", "x")][..],
        &[("issuer", "i"), ("container", "hash:sha-256;I0JVH5gH8UdVOMLfuTPq4GFwvqe9riiBAzLo0alet4M")],
        &[("issuer", "i"), ("container", "regex:a**")],
        &[("issuer", "i"), ("renewal", "x")],
    ] {
        assert!(matches!(mint(&ATS, &claims(params)), Err(Error::Usage(_))), "{params:?}");
    }
    assert!(mint(&RFC9246, &claims(&[])).is_ok(), "the standard asks for no issuer");
}
