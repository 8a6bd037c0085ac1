use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict},
};

const RSA: &[u8] = include_bytes!("../../../tests/vectors/keys/rsa-2048.pem");
const RSA_PUBLIC: &[u8] = include_bytes!("../../../tests/vectors/keys/rsa-2048-public.pem");
const P256: &[u8] = include_bytes!("../../../tests/vectors/keys/p-256.pem");
const P256_PUBLIC: &[u8] = include_bytes!("../../../tests/vectors/keys/p-256-public.pem");
const URL: &str = "https://cdn.example.com/v/a.mp4?q=1";
const NOW: u64 = 1_700_000_000;

fn signer(pem: &[u8], params: Params<'_>) -> Signer {
    Signer { scheme: &SCHEME, keys: Vec::new() }.with(Some("K1"), &Secret::new(pem), params).unwrap()
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW + 60), key_id: Some("K1".into()), ..Claims::default() }
}

fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
    let mut out = Vec::new();
    signer(RSA, claims.params).seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
    let visit = Visit { url: Url::parse(url).unwrap(), ..visit.clone() };
    signer(RSA_PUBLIC, visit.params).seal().verify(&visit).unwrap()
}

fn at(now: u64) -> Visit<'static> {
    Visit { now, ..Visit::default() }
}

#[test]
fn a_canned_url_holds_until_its_expiry_and_for_itself_only() {
    let signed = mint(&claims(), URL).unwrap();
    assert!(verdict(&signed, &at(NOW + 59)).is_valid());
    assert_eq!(verdict(&signed, &at(NOW + 60)), Verdict::Expired { seconds: 0 });
    let later = signed.replace("Expires=1700000060", "Expires=1800000000");
    for altered in [later, signed.replace("/a.mp4", "/b.mp4"), signed.replace("q=1", "q=2")] {
        assert_eq!(verdict(&altered, &at(NOW)), Verdict::Mismatch, "{altered}");
    }
}

#[test]
fn the_order_of_the_fields_does_not_matter() {
    let signed = mint(&claims(), URL).unwrap();
    let (url, fields) = signed.split_once("&Expires=1700000060&").unwrap();
    let moved = format!("{}&{fields}&Expires=1700000060", url.replace("?q=1", "?Hash-Algorithm=SHA1&q=1"));
    assert!(verdict(&moved, &at(NOW)).is_valid(), "{moved}");
}

#[test]
fn a_custom_policy_judges_start_address_and_pattern() {
    let custom = Claims {
        not_before: Some(NOW),
        ip: Some("203.0.113.0/24".into()),
        scope: Scope::Prefix("/v/".into()),
        ..claims()
    };
    let signed = mint(&custom, URL).unwrap();
    let inside = Visit { ip: Some("203.0.113.9"), ..at(NOW) };
    let elsewhere = signed.replace("/v/a.mp4?q=1&", "/v/deep/b.ts?");
    assert!(verdict(&signed, &inside).is_valid() && verdict(&elsewhere, &inside).is_valid());
    assert_eq!(verdict(&signed, &at(NOW - 5)), Verdict::NotYetValid { seconds: 5 });
    assert_eq!(verdict(&signed.replace("/v/", "/w/"), &inside), Verdict::Refused(Claim::Globs));
    let outside = Visit { ip: Some("203.0.114.9"), ..at(NOW) };
    assert_eq!(verdict(&signed, &outside), Verdict::Refused(Claim::Ip));
    let Verdict::Valid { unchecked, .. } = verdict(&signed, &at(NOW)) else { panic!("not valid") };
    assert_eq!(unchecked, [Claim::Ip]);
}

#[test]
fn cookies_are_judged_like_the_url() {
    let cookies = Claims { form: Form::Cookie, scope: Scope::Globs("http*://*/v/*".into()), ..claims() };
    let lines = mint(&cookies, URL).unwrap();
    assert!(lines.lines().all(|line| line.starts_with("CloudFront-")), "{lines}");
    let header = lines.replace('\n', "; ");
    let headers = [("cookie", header.as_str())];
    let visit = Visit { headers: &headers, ..at(NOW) };
    assert!(verdict("http://other.example/v/x", &visit).is_valid());
    assert_eq!(verdict("http://other.example/w/x", &visit), Verdict::Refused(Claim::Globs));
    // A signed URL goes before cookies.
    let url = mint(&claims(), URL).unwrap().replace("/a.mp4", "/b.mp4");
    assert_eq!(verdict(&url, &visit), Verdict::Mismatch);
}

#[test]
fn the_hash_is_the_setting_of_the_verifier() {
    let sha256 = Params(&[("algorithm", "rsa-sha256")]);
    let signed = mint(&Claims { params: sha256, ..claims() }, URL).unwrap();
    assert!(signed.ends_with("&Hash-Algorithm=SHA256"), "{signed}");
    assert!(verdict(&signed, &Visit { params: sha256, ..at(NOW) }).is_valid());
    assert_eq!(verdict(&signed, &at(NOW)), Verdict::Malformed("Hash-Algorithm"));
    let stripped = signed.replace("&Hash-Algorithm=SHA256", "");
    assert_eq!(verdict(&stripped, &at(NOW)), Verdict::Mismatch);
    let asked = Visit { params: sha256, ..at(NOW) };
    assert_eq!(verdict(&stripped, &asked), Verdict::Malformed("Hash-Algorithm"));
}

#[test]
fn ecdsa_verifies_with_the_public_half_and_no_other_key() {
    for algorithm in ["ecdsa-sha1", "ecdsa-sha256"] {
        let pairs = [("algorithm", algorithm)];
        let claims = Claims { params: Params(&pairs), ..claims() };
        let mut out = Vec::new();
        signer(P256, claims.params).seal().mint(&Url::parse(URL).unwrap(), &claims, &mut out).unwrap();
        let signed = String::from_utf8(out).unwrap();
        let visit = Visit { url: Url::parse(&signed).unwrap(), params: claims.params, ..at(NOW) };
        assert!(signer(P256_PUBLIC, claims.params).seal().verify(&visit).unwrap().is_valid());
        let other = Signer { scheme: &SCHEME, keys: Vec::new() };
        let other = other.with(Some("K2"), &Secret::new(P256_PUBLIC), claims.params).unwrap();
        assert_eq!(other.seal().verify(&visit).unwrap(), Verdict::UnknownKey);
    }
}

#[test]
fn a_public_key_cannot_mint() {
    let mut out = b"before".to_vec();
    let signer = signer(RSA_PUBLIC, Params::default());
    let error = signer.seal().mint(&Url::parse(URL).unwrap(), &claims(), &mut out).unwrap_err();
    assert!(error.to_string().contains("private key"), "{error}");
    assert_eq!(out, b"before");
}

#[test]
fn what_clients_rewrite_or_drop_is_not_signed() {
    for path in ["é", "a b", "a\"b", "a\\b", "a<b", "a`b", "a{b}", "a^b", "p#f", "a\nb", "a\u{7f}"] {
        let url = format!("https://cdn.example.com/{path}");
        assert!(matches!(mint(&claims(), &url), Err(Error::Data(_))), "{path}");
        let custom = Claims { scope: Scope::Globs(url.clone().into()), ..claims() };
        assert!(matches!(mint(&custom, URL), Err(Error::Data(_))), "{path} as a pattern");
        let js = Claims { params: Params(&[("dialect", "js")]), ..claims() };
        assert!(mint(&js, &url).unwrap().is_ascii(), "{path} escaped as the JS SDK does");
    }
    assert!(mint(&claims(), "/only/a/path").is_err());
    assert!(mint(&Claims { expires: Some(0), ..claims() }, URL).is_err());
}

#[test]
fn an_empty_scope_is_not_everything() {
    for scope in [Scope::Prefix("".into()), Scope::Prefix("v".into()), Scope::Globs("".into())] {
        assert!(matches!(mint(&Claims { scope, ..claims() }, URL), Err(Error::Usage(_))));
    }
}

#[test]
fn a_whole_policy_is_sent_as_it_is_and_bears_no_claims_beside_it() {
    let text = "{ \"Statement\": [{\"Resource\":\"*\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":1700000060}}}] }";
    let pairs = [("policy", text)];
    let whole = Claims { params: Params(&pairs), ..claims() };
    let signed = mint(&whole, URL).unwrap();
    let visit = Visit::of(Url::parse(&signed).unwrap());
    let mut carried = Vec::new();
    inspect(&visit, &mut carried).unwrap();
    assert_eq!(carried, text.as_bytes());
    assert!(verdict(&signed, &at(NOW)).is_valid());
    for beside in [
        Claims { expires: Some(NOW + 61), ..whole.clone() },
        Claims { ip: Some("203.0.113.7".into()), ..whole.clone() },
        Claims { not_before: Some(NOW), ..whole.clone() },
        Claims { scope: Scope::Prefix("/v/".into()), ..whole.clone() },
    ] {
        assert!(matches!(mint(&beside, URL), Err(Error::Usage(_))));
    }
    let broken = [("policy", "{}")];
    assert!(mint(&Claims { params: Params(&broken), ..claims() }, URL).is_err());
}

#[test]
fn key_ids_are_needed_and_cannot_carry_fields_of_their_own() {
    for id in [None, Some(""), Some("K1&Expires=9"), Some("K1\nSet-Cookie: a")] {
        assert!(mint(&Claims { key_id: id.map(Into::into), ..claims() }, URL).is_err(), "{id:?}");
    }
}

#[test]
fn missing_and_broken_fields_are_malformed() {
    let signed = mint(&claims(), URL).unwrap();
    for (from, to, part) in [
        ("Expires=1700000060&", "", "Expires"),
        ("Expires=17", "Expires=+17", "Expires"),
        ("Expires=17", "Expires=017", "Expires"),
        ("Expires=1700000060", "Expires=0", "Expires"),
        ("Signature=", "signature=", "Signature"),
        ("Key-Pair-Id=K1", "", "Key-Pair-Id"),
        ("?q=1", "?Expires=1700000060&q=1", "Expires"),
        ("Expires=1700000060", "Expires=1700000060&Policy=e30_", "Policy"),
        ("Expires=1700000060", "Policy=e30_", "Policy"),
        ("Expires=1700000060", "Policy=%", "Policy"),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(verdict(&signed.replace(from, to), &at(NOW)), Verdict::Malformed(part), "{from} {to}");
    }
}

#[test]
fn a_star_alone_is_pointed_out() {
    let url = Url::parse("https://cdn.example.com/v/*").unwrap();
    assert!(guard(&url, &Claims { scope: Scope::Globs("/w/*".into()), ..claims() }).is_err());
    let cookie = Claims { form: Form::Cookie, scope: Scope::Globs("/w/*".into()), ..claims() };
    assert!(guard(&url, &cookie).is_ok());
    assert!(guard(&url, &Claims { scope: Scope::Globs("/v/*".into()), ..claims() }).is_ok());
    assert!(guard(&Url::parse(URL).unwrap(), &claims()).is_ok());
}
