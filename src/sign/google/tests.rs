use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const URL: &str = "https://media.example.com/v/a.mp4?q=1";
const NOW: u64 = 1_800_000_000;
const KEY: &str = "Dd147LBPxnQBKtBCW6Bcjg==";
const SEED: &str = "xZ9x4HPflo42Jjsy0yP7iQJJpvmDNEnJxmrbuXTN8Mk=";
const PUBLIC: &str = "THZK-AyKxioFhEdkqZiMmxRxYFyE0z3_JOObI0FwQrQ=";

fn signer(scheme: &'static Scheme, key: &str, params: Params<'_>) -> Signer {
    Signer { scheme, keys: Vec::new() }.with(Some("my-key"), &Secret::new(key), params).unwrap()
}

fn both() -> [Signer; 2] {
    [signer(&CLOUD_CDN, KEY, Params(&[])), signer(&MEDIA_CDN, SEED, Params(&[]))]
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW + 60), key_id: Some("my-key".into()), ..Claims::default() }
}

fn below(prefix: &'static str, form: Form) -> Claims<'static> {
    Claims { scope: Scope::Prefix(prefix.into()), form, ..claims() }
}

fn mint(signer: &Signer, claims: &Claims<'_>, url: &str) -> Result<String> {
    let mut out = Vec::new();
    signer.seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(signer: &Signer, url: &str, now: u64) -> Verdict {
    signer.seal().verify(&Visit { now, ..Visit::of(Url::parse(url).unwrap()) }).unwrap()
}

#[test]
fn a_url_holds_until_its_expiry_and_for_itself_only() {
    for signer in both() {
        let signed = mint(&signer, &claims(), URL).unwrap();
        assert!(signed.starts_with(
            "https://media.example.com/v/a.mp4?q=1&Expires=1800000060&KeyName=my-key&Signature="
        ));
        assert!(verdict(&signer, &signed, NOW + 59).is_valid());
        assert_eq!(verdict(&signer, &signed, NOW + 60), Verdict::Expired { seconds: 0 });
        for (from, to) in [
            ("a.mp4", "b.mp4"),
            ("q=1", "q=2"),
            ("https:", "http:"),
            ("media.", "cdn."),
            ("s=18", "s=28"),
            ("q=1&", ""),
        ] {
            assert_eq!(verdict(&signer, &signed.replace(from, to), NOW), Verdict::Mismatch, "{from}");
        }
        assert_eq!(verdict(&signer, &signed.replace("my-key", "another"), NOW), Verdict::UnknownKey);
        let ids: Vec<_> = detect(&signed).iter().map(|scheme| scheme.id).collect();
        assert_eq!(ids, [signer.scheme.id]);
    }
}

#[test]
fn one_signature_serves_every_url_below_its_prefix() {
    for signer in both() {
        let signed = mint(&signer, &below("/v/", Form::Query), URL).unwrap();
        assert!(verdict(&signer, &signed.replace("a.mp4?q=1", "b/c.ts"), NOW).word() == "malformed");
        for path in ["/v/b/c.ts?q=1", "/v/a.mp4?q=2"] {
            assert!(verdict(&signer, &signed.replace("/v/a.mp4?q=1", path), NOW).is_valid(), "{path}");
        }
        for path in ["/secret?q=1", "/v/../secret?q=1", "/v/%2E%2e/secret?q=1"] {
            let moved = signed.replace("/v/a.mp4?q=1", path);
            assert_eq!(verdict(&signer, &moved, NOW), Verdict::Refused(Claim::Prefix), "{path}");
        }
        assert_eq!(verdict(&signer, &signed.replace("media.", "cdn."), NOW), Verdict::Refused(Claim::Prefix));
        assert_eq!(verdict(&signer, &signed.replace("URLPrefix=aH", "URLPrefix=aG"), NOW), Verdict::Mismatch);
    }
}

#[test]
fn cookies_carry_a_prefix() {
    for signer in both() {
        let cookie = mint(&signer, &below("https://media.example.com/v/", Form::Cookie), URL).unwrap();
        assert!(
            cookie.contains("-Cookie=URLPrefix=aHR0") && cookie.contains(":KeyName=my-key:Signature="),
            "{cookie}"
        );
        let asked = |url, cookie: &str| {
            let headers = [("Cookie", cookie)];
            let visit = Visit { now: NOW, headers: &headers, ..Visit::of(Url::parse(url).unwrap()) };
            signer.seal().verify(&visit).unwrap()
        };
        assert!(asked(URL, &format!("a=b; {cookie}")).is_valid());
        assert_eq!(asked("https://media.example.com/w", &cookie), Verdict::Refused(Claim::Prefix));
        assert_eq!(asked(URL, &cookie.replace("=18", "=28")), Verdict::Mismatch);
        assert_eq!(asked(URL, &cookie.replace("URLPrefix=", "x=")), Verdict::Malformed("URLPrefix"));
        assert!(matches!(
            mint(&signer, &Claims { form: Form::Cookie, ..claims() }, URL),
            Err(Error::Usage(_))
        ));
    }
}

#[test]
fn the_path_form_stands_between_prefix_and_file() {
    let [_, media] = both();
    let signed = mint(&media, &below("/v/", Form::Path), URL).unwrap();
    assert!(
        signed.starts_with("https://media.example.com/v/edge-cache-token=Expires=")
            && signed.ends_with("/a.mp4?q=1")
    );
    assert!(!signed.contains("=="), "without padding: {signed}");
    assert!(verdict(&media, &signed.replace("/a.mp4", "/b/c.ts"), NOW).is_valid());
    assert_eq!(verdict(&media, &signed.replace("/v/", "/w/"), NOW), Verdict::Mismatch);
    assert_eq!(
        verdict(&media, &signed.replace("/a.mp4", "/../../secret"), NOW),
        Verdict::Refused(Claim::Prefix)
    );
    let padded = signed.replace("/a.mp4", "==/a.mp4");
    assert_eq!(verdict(&media, &padded, NOW), Verdict::Mismatch);
    assert!(mint(&media, &below("/v", Form::Path), URL).is_err(), "the prefix is a folder");
    assert!(mint(&media, &below("/w/", Form::Path), URL).is_err());
    assert!(mint(&media, &Claims { form: Form::Path, ..claims() }, URL).is_err());
}

#[test]
fn a_public_key_verifies_and_cannot_sign() {
    let [_, media] = both();
    let signed = mint(&media, &claims(), URL).unwrap();
    let public = signer(&MEDIA_CDN, PUBLIC, Params(&[("key_kind", "public")]));
    assert!(verdict(&public, &signed, NOW).is_valid());
    assert!(mint(&public, &claims(), URL).unwrap_err().to_string().contains("private key"));
    let pem = include_str!("../../../tests/vectors/keys/ed25519.pem");
    let half = include_str!("../../../tests/vectors/keys/ed25519-public.pem");
    let signed = mint(&signer(&MEDIA_CDN, pem, Params(&[])), &claims(), URL).unwrap();
    assert!(verdict(&signer(&MEDIA_CDN, half, Params(&[])), &signed, NOW).is_valid());
}

#[test]
fn what_is_missing_out_of_order_or_repeated_is_malformed() {
    let [cloud, _] = both();
    let signed = mint(&cloud, &claims(), URL).unwrap();
    for (from, to, part) in [
        ("&Signature=", "&Sig=", "Signature"),
        ("&KeyName=", "&Key=", "KeyName"),
        ("Expires=", "expires=", "Expires"),
        ("Expires=18", "Expires=+18", "Expires"),
        ("Expires=1800000060&KeyName=my-key", "KeyName=my-key&Expires=1800000060", "Expires"),
        ("q=1&", "q=1", "Expires"),
        ("q=1&", "URLPrefix=a*b&", "URLPrefix"),
        ("q=1&", "URLPrefix=aG&", "URLPrefix"),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(verdict(&cloud, &signed.replace(from, to), NOW), Verdict::Malformed(part), "{from} {to}");
    }
    // Nothing may stand behind the signature.
    assert_eq!(verdict(&cloud, &format!("{signed}&utm=1"), NOW), Verdict::Mismatch);
}

#[test]
fn keys_and_key_ids_that_will_not_do_are_refused() {
    for (scheme, key, word) in [
        (&CLOUD_CDN, "AAAA", "16 bytes"),
        (&CLOUD_CDN, "Dd147LBPxnQBKtBCW6Bcjg", "padding"),
        (&MEDIA_CDN, KEY, "32 bytes"),
        (&MEDIA_CDN, "not base64", "32 bytes"),
        (&MEDIA_CDN, include_str!("../../../tests/vectors/keys/p-256.pem"), "Ed25519"),
    ] {
        let refused = Signer::new(scheme, &Secret::new(key), Params(&[])).err().expect("refused");
        assert!(refused.to_string().contains(word), "{refused}");
    }
    let [cloud, _] = both();
    for id in [None, Some(""), Some("a&b"), Some("a/b")] {
        assert!(mint(&cloud, &Claims { key_id: id.map(Into::into), ..claims() }, URL).is_err(), "{id:?}");
    }
    assert!(mint(&cloud, &claims(), "/v/a.mp4").unwrap_err().to_string().contains("https://"));
}

#[test]
fn what_the_edge_would_not_take_is_refused_before_it_is_signed() {
    let guarded = |claims: Claims<'_>, url| guard(&Url::parse(url).unwrap(), &claims);
    assert!(guarded(claims(), URL).is_ok() && guarded(below("/v/", Form::Query), URL).is_ok());
    for (claims, url) in [
        (claims(), "https://h/é"),
        (claims(), "https://h/a b"),
        (claims(), "https://h/a?"),
        (Claims { key_id: Some("a b".into()), ..claims() }, URL),
        (below("/w/", Form::Query), URL),
        (below("v/", Form::Query), URL),
        (below("https://media.example.com", Form::Query), URL),
        (below("/v/a.mp4?q", Form::Query), URL),
        (below("/v/", Form::Query), "https://media.example.com/v/%2e%2e/x"),
    ] {
        assert!(matches!(guarded(claims.clone(), url), Err(Error::Usage(_))), "{url} {claims:?}");
    }
}
