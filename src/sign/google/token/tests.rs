use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const URL: &str = "https://media.example.com/v/a.mp4?q=1";
const NOW: u64 = 1_800_000_000;
const SEED: &str = "xZ9x4HPflo42Jjsy0yP7iQJJpvmDNEnJxmrbuXTN8Mk=";
const PUBLIC: &str = "THZK-AyKxioFhEdkqZiMmxRxYFyE0z3_JOObI0FwQrQ=";
const HMAC: Params<'_> = Params(&[("algorithm", "hmac-sha256")]);

fn signer(key: &str, params: Params<'_>) -> Signer {
    Signer::new(&SCHEME, &Secret::new(key), params).unwrap()
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW + 60), ..Claims::default() }
}

fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
    let mut out = Vec::new();
    signer(SEED, claims.params).seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(url: &str, visit: &Visit<'_>) -> Result<Verdict> {
    let visit = Visit { url: Url::parse(url).unwrap(), ..visit.clone() };
    signer(SEED, visit.params).seal().verify(&visit)
}

fn at(now: u64) -> Visit<'static> {
    Visit { now, ..Visit::default() }
}

#[test]
fn a_token_holds_between_its_times_and_for_its_path() {
    for params in [Params(&[]), HMAC, Params(&[("algorithm", "hmac-sha1")])] {
        let signed = mint(&Claims { not_before: Some(NOW), params, ..claims() }, URL).unwrap();
        let visit = |now| Visit { params, ..at(now) };
        assert!(verdict(&signed, &visit(NOW + 59)).unwrap().is_valid(), "{signed}");
        assert_eq!(verdict(&signed, &visit(NOW + 60)).unwrap(), Verdict::Expired { seconds: 0 });
        assert_eq!(verdict(&signed, &visit(NOW - 1)).unwrap(), Verdict::NotYetValid { seconds: 1 });
        assert!(
            verdict(&signed.replace("q=1", "q=2"), &visit(NOW)).unwrap().is_valid(),
            "the query is not signed"
        );
        for (from, to) in [("a.mp4", "b.mp4"), ("Expires=18", "Expires=28"), ("Starts=18", "Starts=17")] {
            assert_eq!(verdict(&signed.replace(from, to), &visit(NOW)).unwrap(), Verdict::Mismatch, "{from}");
        }
        assert_eq!(
            detect(&signed).iter().map(|scheme| scheme.id).collect::<Vec<_>>(),
            [SCHEME.id],
            "{signed}"
        );
    }
}

#[test]
fn the_public_half_verifies_and_the_algorithm_is_the_settings() {
    let signed = mint(&claims(), URL).unwrap();
    let public = Params(&[("key_kind", "public")]);
    let asked = |key, params, url: &str| {
        signer(key, params).seal().verify(&Visit { params, now: NOW, ..Visit::of(Url::parse(url).unwrap()) })
    };
    assert!(asked(PUBLIC, public, &signed).unwrap().is_valid());
    assert_eq!(asked(PUBLIC, Params(&[]), &signed).unwrap(), Verdict::Mismatch);
    assert!(
        signer(PUBLIC, public).seal().mint(&Url::parse(URL).unwrap(), &claims(), &mut Vec::new()).is_err()
    );
    // An HMAC over the public key is no signature of the pair.
    let mut forged = Vec::new();
    let hmac = Claims { params: HMAC, ..claims() };
    signer(PUBLIC, HMAC).seal().mint(&Url::parse(URL).unwrap(), &hmac, &mut forged).unwrap();
    let forged = String::from_utf8(forged).unwrap();
    assert_eq!(asked(PUBLIC, public, &forged).unwrap(), Verdict::Mismatch);
}

#[test]
fn globs_and_prefixes_cover_what_they_say() {
    let globs = mint(&Claims { scope: Scope::Globs("/v/*!/w/?.ts".into()), ..claims() }, URL).unwrap();
    let prefix = mint(&Claims { scope: Scope::Prefix("/v/".into()), ..claims() }, URL).unwrap();
    for (signed, claim) in [(globs, Claim::Globs), (prefix, Claim::Prefix)] {
        assert!(verdict(&signed.replace("/v/a.mp4", "/v/b/c.ts"), &at(NOW)).unwrap().is_valid(), "{signed}");
        for path in ["/secret", "/v/../secret", "/v/%2e%2e/secret"] {
            let moved = signed.replace("/v/a.mp4", path);
            assert_eq!(verdict(&moved, &at(NOW)).unwrap(), Verdict::Refused(claim), "{moved}");
        }
    }
}

#[test]
fn headers_and_addresses_come_from_the_visit() {
    let params = Params(&[("headers", "User-Agent: Foo/1.0 (x)\nReferer: https://e.test/"), ("data", "d")]);
    let signed =
        mint(&Claims { params, ip: Some("203.0.113.0/24,2001:db8::/32".into()), ..claims() }, URL).unwrap();
    assert!(
        signed.contains("~Data=d~Headers=User-Agent,Referer~IPRanges=") && !signed.contains("Foo"),
        "{signed}"
    );
    let from = |agent, ip| {
        let headers = [("user-agent", agent), ("referer", "https://e.test/")];
        verdict(&signed, &Visit { headers: &headers, ip: Some(ip), ..at(NOW) }).unwrap()
    };
    assert!(from("Foo/1.0 (x)", "203.0.113.9").is_valid());
    assert_eq!(from("Foo/1.0", "203.0.113.9"), Verdict::Mismatch);
    assert_eq!(from("Foo/1.0 (x)", "198.51.100.1"), Verdict::Refused(Claim::Ip));
    let silent = verdict(&signed, &at(NOW));
    assert!(matches!(silent, Err(Error::MissingClaim(text)) if text.contains("--header")));
}

#[test]
fn what_is_missing_or_broken_is_malformed() {
    let signed = mint(&Claims { not_before: Some(1), ip: Some("::1".into()), ..claims() }, URL).unwrap();
    for (from, to, part) in [
        ("edge-cache-token=", "x=", NAME),
        ("~Signature=", "~Sig=", NAME),
        ("FullPath~", "FullPath~PathGlobs=/*~", NAME),
        ("FullPath~", "FullPath=/v/a.mp4~", "token"),
        ("FullPath~", "", NAME),
        ("Starts=1~", "Starts=1~Starts=1~", "token"),
        ("Expires=1800000060~", "", NAME),
        ("Starts=1~", "Starts=01~", "Starts"),
        ("IPRanges=", "IPRanges=*", "IPRanges"),
        ("?q=1", "?edge-cache-token=1", NAME),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(
            verdict(&signed.replace(from, to), &at(NOW)).unwrap(),
            Verdict::Malformed(part),
            "{from} {to}"
        );
    }
}

#[test]
fn what_could_be_read_in_two_ways_or_not_at_all_is_refused() {
    for params in [
        Params(&[("data", "a~Expires=9")]),
        Params(&[("session_id", "a~hmac=0")]),
        Params(&[("headers", "a")]),
        Params(&[("headers", "A: x~Data=y")]),
        Params(&[("token_name", "a=b")]),
    ] {
        assert!(mint(&Claims { params, ..claims() }, URL).is_err(), "{:?}", params.0);
    }
    assert!(mint(&claims(), "https://h/a~Expires=9").is_err() && mint(&claims(), "https://h").is_err());
    for key in ["", "abc", "AAAA"] {
        assert!(Signer::new(&SCHEME, &Secret::new(key), Params(&[])).is_err(), "{key}");
    }
    assert!(Signer::new(&SCHEME, &Secret::new("*"), HMAC).is_err());
    let guarded = |claims: Claims<'_>, url| guard(&Url::parse(url).unwrap(), &claims);
    assert!(guarded(Claims { ip: Some("203.0.113.7,::/0".into()), ..claims() }, URL).is_ok());
    for (claims, url) in [
        (Claims { ip: Some("nobody".into()), ..claims() }, URL),
        (Claims { scope: Scope::Globs("/w/*".into()), ..claims() }, URL),
        (Claims { scope: Scope::Globs("/v/*,/b,/c,/d,/e,/f".into()), ..claims() }, URL),
        (Claims { scope: Scope::Prefix("/w/".into()), ..claims() }, URL),
        (Claims { params: Params(&[("data", "a&b")]), ..claims() }, URL),
        (Claims { params: Params(&[("token_name", "t")]), ..claims() }, "https://h/a?t=1"),
        (claims(), "https://h/é"),
    ] {
        assert!(matches!(guarded(claims.clone(), url), Err(Error::Usage(_))), "{claims:?}");
    }
}
