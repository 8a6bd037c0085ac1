use super::*;
use crate::{
    secret::Secret,
    sign::{Claims, Form, Scope, Signer},
};

const NOW: u64 = 1_800_000_000;

fn auditor() -> Auditor<'static> {
    let readings = crate::sign::SCHEMES.iter().map(|scheme| (scheme, Vec::new())).collect();
    Auditor::new(readings, false, Bounds { longest: 604_800, ends: vec![(Some("OLD".into()), NOW + 60)] })
}

fn ids(text: &str) -> Vec<&'static str> {
    found(text).findings.iter().map(|finding| finding.rule.id).collect()
}

fn found(text: &str) -> Audited {
    auditor().audit(1, text, &Visit { now: NOW, ..Visit::default() })
}

fn minted(id: &str, url: &str, key: &str, claims: &Claims<'_>) -> String {
    let signer = Signer::new(Scheme::find(id).unwrap(), &Secret::new(key), claims.params).unwrap();
    let mut out = Vec::new();
    signer.seal().mint(&Url::parse(url).unwrap(), claims, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn hour() -> Claims<'static> {
    Claims { expires: Some(NOW + 3_600), ..Claims::default() }
}

const CLEAN: &str = "https://h.example/a.mp4";

#[test]
fn a_short_link_for_one_url_is_clean() {
    let signed = minted("bunny", CLEAN, "secret", &hour());
    let audited = found(&signed);
    assert_eq!(audited.scheme.map(|scheme| scheme.id), Some("bunny"));
    assert!(audited.findings.is_empty(), "{:?}", audited.findings);
}

#[test]
fn times_are_judged_from_the_scene() {
    let at =
        |expires| minted("bunny", CLEAN, "secret", &Claims { expires: Some(expires), ..Claims::default() });
    assert_eq!(ids(&at(NOW + 604_800)), [""; 0]);
    assert_eq!(ids(&at(NOW + 604_801)), ["life.too-long"]);
    assert_eq!(ids(&at(NOW)), ["time.expired"]);
    assert_eq!(ids(&at((NOW + 60) * 1000)), ["time.milliseconds"]);
}

#[test]
fn a_scope_that_is_everything_is_found() {
    let hex = "00112233445566778899aabbccddeeff";
    for (prefix, wide) in [("/", true), ("/*", true), ("/v/", false)] {
        let scope = Scope::Globs(prefix.into());
        let signed = minted("akamai-edgeauth", CLEAN, hex, &Claims { scope, ..hour() });
        assert_eq!(ids(&signed).contains(&"scope.whole-host"), wide, "{prefix}");
    }
    for (text, expression, wide) in [
        ("https://h.example/", false, true),
        ("https://h.example", false, true),
        ("http*://*", false, true),
        ("https://h.example/*", false, true),
        ("https://h.example/v/*", false, false),
        ("^https://h\\.example/.*$", true, true),
        (".*", true, true),
        ("https://h\\.example/v/.*", true, false),
    ] {
        assert_eq!(link::everything(text, expression), wide, "{text}");
    }
}

#[test]
fn weak_digests_name_the_stronger_dialect_where_there_is_one() {
    let scheme = Scheme::find("bunny-basic").unwrap();
    let mut named =
        Auditor::new(vec![(scheme, Vec::new())], true, Bounds { longest: 604_800, ends: Vec::new() });
    let scene = Visit { now: NOW, ..Visit::default() };
    let basic = named.audit(1, &minted("bunny-basic", CLEAN, "secret", &hour()), &scene);
    assert_eq!(basic.findings[0].rule.id, "hash.weak");
    assert!(basic.findings[0].fix.contains("algorithm=sha256"), "{:?}", basic.findings);
    let other = named.audit(2, CLEAN, &scene);
    assert_eq!(other.findings[0].rule.id, "link.malformed", "the scheme was named");
    let fastly = found(&minted("fastly", CLEAN, "c2VjcmV0", &hour()));
    assert_eq!(fastly.scheme.map(|scheme| scheme.id), Some("fastly"));
    assert!(fastly.findings[0].fix.contains("no stronger digest"), "{:?}", fastly.findings);
    let hex = "00112233445566778899aabbccddeeff";
    assert_eq!(ids(&minted("akamai-edgeauth", CLEAN, hex, &hour())), [""; 0]);
    let params = Params(&[("algorithm", "md5")]);
    assert_eq!(ids(&minted("akamai-edgeauth", CLEAN, hex, &Claims { params, ..hour() })), ["hash.weak"]);
}

#[test]
fn what_the_signature_does_not_cover_is_found_by_changing_it() {
    let path_only = minted("keycdn", CLEAN, "secret", &hour()) + "&utm_source=x&v=2";
    let free = found(&path_only).findings.into_iter().find(|finding| finding.rule.id == "query.unsigned");
    assert_eq!(free.unwrap().evidence, "the signature does not cover utm_source, v");
    let covered = minted("bunny", "https://h.example/a.mp4?v=2", "secret", &hour());
    assert!(!ids(&covered).contains(&"query.unsigned"), "{covered}");
    let added = minted("cloudcdn", CLEAN, "secret", &hour()) + "&utm_source=x";
    assert!(ids(&added).contains(&"query.unsigned"), "{added}");
}

#[test]
fn links_that_nobody_can_read_are_told_apart() {
    assert_eq!(ids("https://h.example/a?b=c"), ["link.unsigned"]);
    assert_eq!(ids("not a link"), ["link.malformed"]);
    assert_eq!(ids(""), ["link.malformed"]);
    let signed = minted("cloudcdn", CLEAN, "secret", &hour());
    assert_eq!(ids(&(signed.clone() + "&expires=1")), ["query.reserved-twice"]);
    assert_eq!(ids(&signed.replace("https://", "http://")), ["url.http"]);
    assert_eq!(ids(&signed.replace("https://h.example", "http://127.0.0.1:8787")), [""; 0]);
    let secret = signed + "&api_key=0123456789";
    assert_eq!(ids(&secret), ["query.unsigned", "secret.in-url"]);
    assert!(found(&secret).findings.iter().all(|finding| !finding.evidence.contains("0123456789")));
}

#[test]
fn a_key_that_retires_before_the_link_is_found() {
    let claims = |id: &'static str| Claims { key_id: Some(id.into()), form: Form::Query, ..hour() };
    let key = "AAECAwQFBgcICQoLDA0ODw==";
    let old = ids(&minted("gcp-cloud-cdn", CLEAN, key, &claims("OLD")));
    assert!(old.contains(&"life.outlives-credentials"), "{old:?}");
    let new = ids(&minted("gcp-cloud-cdn", CLEAN, key, &claims("NEW")));
    assert!(!new.contains(&"life.outlives-credentials"), "{new:?}");
}

#[test]
fn one_signature_on_two_paths_is_found() {
    let mut auditor = auditor();
    let scene = Visit { now: NOW, ..Visit::default() };
    let signed = minted("bunny", CLEAN, "secret", &hour());
    assert!(auditor.audit(1, &signed, &scene).findings.is_empty());
    assert!(auditor.audit(2, &signed, &scene).findings.is_empty(), "the same link again is no fault");
    let moved = auditor.audit(3, &signed.replace("a.mp4", "b.mp4"), &scene);
    assert_eq!(moved.findings[0].rule.id, "signature.shared");
    assert_eq!(moved.findings[0].evidence, "line 2 has it on another path");
}
