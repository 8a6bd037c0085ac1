//! Releases that a second signer made: what is good passes, and every damaged byte is refused.

use super::{
    published::{Keys, Published},
    *,
};
use serde_json::json;

fn trust(keys: &Keys) -> Trust {
    Trust::parse(&keys.line("current")).unwrap()
}

fn sample() -> Published {
    Published::new("0.2.0").binary("x86_64-unknown-linux-musl", "#!/bin/sh\n").file(
        "stratos.1",
        "man",
        None,
        ".TH",
    )
}

/// The manifest and its signature.
fn signed(release: &Published, keys: &Keys) -> (Vec<u8>, Vec<u8>) {
    let manifest = release.manifest().into_bytes();
    let signature = keys.sign(&manifest, "stratos 0.2.0 manifest.json").into_bytes();
    (manifest, signature)
}

#[test]
fn a_signed_manifest_is_read() {
    let keys = Keys::new();
    let (manifest, signature) = signed(&sample(), &keys);
    let found = vouched(&manifest, &signature, &trust(&keys)).unwrap();
    assert_eq!(found.key.to_string(), keys.id());
    let manifest = found.manifest;
    assert_eq!(manifest.version.to_string(), "0.2.0");
    let binary = manifest.binary("x86_64-unknown-linux-musl").unwrap();
    assert_eq!(binary.compare(&digest::sum(&b"#!/bin/sh\n"[..]).unwrap()), Ok(()));
    let longer = binary.compare(&digest::sum(&b"#!/bin/sh\n\n"[..]).unwrap());
    assert_eq!(longer, Err(Distrust::Size { found: 11, wanted: 10 }));
    assert_eq!(binary.compare(&digest::sum(&b"#!/bin/s!\n"[..]).unwrap()).unwrap_err().word(), "altered");
    assert_eq!(manifest.binary("x86_64-unknown-linux-gnu"), None);
    assert_eq!(manifest.find("stratos.1").map(|entry| entry.kind), Some(Kind::Man));
    assert_eq!(manifest.expired(manifest.expires), Some(0));
    assert_eq!(manifest.expired(manifest.expires - 1), None);
    assert!(manifest.of_the_future(manifest.released - 86_401));
    assert!(!manifest.of_the_future(manifest.released - 86_400));
}

#[test]
fn every_flipped_byte_of_manifest_and_signature_is_refused() {
    let keys = Keys::new();
    let (manifest, signature) = signed(&sample(), &keys);
    let trust = trust(&keys);
    for at in 0..manifest.len() {
        for bit in [1, 0x20, 0x80] {
            let mut bad = manifest.clone();
            bad[at] ^= bit;
            let why = vouched(&bad, &signature, &trust).unwrap_err();
            assert_eq!(why.word(), "signature mismatch", "byte {at}");
        }
    }
    for at in 0..signature.len() {
        for bit in [1, 4, 0x20, 0x80] {
            let mut bad = signature.clone();
            bad[at] ^= bit;
            assert!(
                vouched(&manifest, &bad, &trust).is_err(),
                "byte {at}: {}",
                String::from_utf8_lossy(&bad)
            );
        }
        assert!(vouched(&manifest, &signature[..at], &trust).is_err(), "cut at {at}");
        assert!(
            at == manifest.len()
                || vouched(&manifest[..at.min(manifest.len() - 1)], &signature, &trust).is_err()
        );
    }
    let more = [signature.as_slice(), b"\n"].concat();
    assert_eq!(vouched(&manifest, &more, &trust).unwrap_err().word(), "malformed");
}

#[test]
fn a_good_signature_of_something_else_does_not_pass() {
    let keys = Keys::new();
    let manifest = sample().manifest().into_bytes();
    let word = |comment: &str| {
        let signature = keys.sign(&manifest, comment).into_bytes();
        vouched(&manifest, &signature, &trust(&keys)).map_err(|why| why.word())
    };
    assert!(word("stratos 0.2.0 manifest.json").is_ok());
    for other in ["stratos 0.1.0 manifest.json", "stratos 0.2.0+b manifest.json", "stratos 0.2.0 stratos.1"] {
        assert_eq!(word(other).unwrap_err(), "other file", "{other}");
    }
    for none in [
        "timestamp:1\tfile:manifest.json",
        "stratos 0.2.0",
        "stratos 0.2 manifest.json",
        "stratos 0.2.0 ../manifest.json",
        "stratos 0.2.0 manifest.json ",
        "stratos  0.2.0 manifest.json",
        "Stratos 0.2.0 manifest.json",
    ] {
        assert_eq!(word(none).unwrap_err(), "malformed", "{none}");
    }
}

#[test]
fn a_key_that_is_not_trusted_is_named() {
    let (keys, other, next) = (Keys::new(), Keys::new(), Keys::new());
    let (manifest, signature) = signed(&sample(), &other);
    let both = Trust::parse(&(keys.line("current") + &next.line("next"))).unwrap();
    let why = vouched(&manifest, &signature, &both).unwrap_err();
    assert_eq!(why.word(), "unknown key");
    for id in [keys.id(), other.id(), next.id()] {
        assert!(why.to_string().contains(&id), "{why}");
    }
    // The number alone makes no key.
    let mut forged = signature.clone();
    let own = keys.sign(&manifest, "stratos 0.2.0 manifest.json").into_bytes();
    let line = forged.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    forged[line..line + 14].copy_from_slice(&own[line..line + 14]);
    assert_eq!(vouched(&manifest, &forged, &both).unwrap_err().word(), "signature mismatch");
    let (manifest, signature) = signed(&sample(), &next);
    assert_eq!(vouched(&manifest, &signature, &both).unwrap().key.to_string(), next.id());
    assert_eq!(vouched(&manifest, &signature, &Trust::default()).unwrap_err().word(), "unknown key");
}

#[test]
fn a_signature_that_is_not_prehashed_or_not_as_minisign_writes_it_is_refused() {
    let keys = Keys::new();
    let text = keys.sign(b"abc", "stratos 0.2.0 stratos.1");
    let good = Signature::parse(text.as_bytes()).unwrap().verify(b"abc", &trust(&keys)).unwrap();
    assert_eq!(good.to_string(), "stratos 0.2.0 stratos.1");
    let legacy = text.replacen("\nRU", "\nRW", 1);
    for bad in [
        legacy,
        text.replace('\n', "\r\n"),
        text.replace("minisign secret key", "me"),
        format!("\n{text}"),
        text.trim_end().to_owned(),
        "x".repeat(2000),
    ] {
        assert_eq!(Signature::parse(bad.as_bytes()).unwrap_err().word(), "malformed", "{bad}");
    }
}

#[test]
fn what_is_no_manifest_is_refused_with_the_reason() {
    let row = |name: &str, value: serde_json::Value| {
        let mut row =
            json!({ "file": "a", "kind": "man", "target": null, "size": 1, "sha256": "0".repeat(64) });
        row[name] = value;
        json!([row])
    };
    let twice = json!([row("file", "a.1".into())[0], row("file", "A.1".into())[0]]);
    let cases = [
        ("schema", json!(2), "made for a newer stratos"),
        ("schema", json!("1"), "invalid type"),
        ("name", json!("cirrus"), "not of stratos"),
        ("version", json!("0.2"), "version is none"),
        ("commit", json!("abc"), "40 digits"),
        ("released", json!("yesterday"), "\"released\" is no time"),
        ("expires", json!("2026-11-21T12:00:00.5Z"), "\"expires\" is no time"),
        ("expires", json!("2026-11-21T12:00:00Z"), "expires before"),
        ("files", json!({}), "invalid type"),
        ("files", row("file", "../a".into()), "begins with a dot"),
        ("files", row("file", "a/b".into()), "other characters"),
        ("files", row("file", "..".into()), "begins with a dot"),
        ("files", row("file", "manifest.json".into()), "cannot be listed"),
        ("files", row("file", "stratos.1.minisig".into()), "cannot be listed"),
        ("files", row("size", 0.into()), "size of 0"),
        ("files", row("size", (-1).into()), "invalid value"),
        ("files", row("size", 1.5.into()), "invalid type"),
        ("files", row("size", u64::MAX.into()), "is not between"),
        ("files", row("sha256", "0".repeat(63).into()), "64 digits"),
        ("files", row("sha256", "A".repeat(64).into()), "64 digits"),
        ("files", row("target", "../x".into()), "target is none"),
        ("files", twice, "stands in it twice"),
    ];
    for (name, value, reason) in cases {
        let text = sample().member(name, value.clone()).manifest();
        let why = Manifest::parse(text.as_bytes()).unwrap_err();
        assert_eq!(why.word(), "malformed");
        assert!(why.to_string().contains(reason), "{name} = {value}: {why}");
    }
    let text = sample().manifest();
    let doubled = text.replacen('{', "{\"version\": \"9.9.9\",", 1);
    for bad in
        [doubled, text.replace("\"schema\": 1,", ""), String::new(), "[".repeat(100_000), " ".repeat(2 << 20)]
    {
        assert_eq!(Manifest::parse(bad.as_bytes()).unwrap_err().word(), "malformed");
    }
}

#[test]
fn what_a_later_version_adds_is_passed_over() {
    let release =
        sample().file("stratos.wasm", "plugin", Some("wasm32-wasip2"), "x").member("later", json!([1]));
    let manifest = Manifest::parse(release.manifest().as_bytes()).unwrap();
    assert_eq!(manifest.find("stratos.wasm").map(|entry| entry.kind), Some(Kind::Other));
}

#[test]
fn every_reason_has_its_word() {
    let (keys, digest) = (Keys::new(), Sum::of(b"").sha256);
    let comment =
        Signature::parse(keys.sign(b"", "stratos 0.2.0 a").as_bytes()).unwrap().verify(b"", &trust(&keys));
    let reasons = [
        Distrust::Digest { found: digest, wanted: digest },
        Distrust::Mismatch(KeyId(1)),
        Distrust::UnknownKey { id: KeyId(1), known: Vec::new() },
        Distrust::Signature("it is none"),
        Distrust::Other { found: comment.unwrap(), wanted: "b".to_owned() },
        Distrust::NotListed("a is not listed".to_owned()),
        Distrust::Missing,
    ];
    let words: Vec<&str> = std::iter::once("valid").chain(reasons.iter().map(Distrust::word)).collect();
    assert_eq!(words, Distrust::WORDS);
    for reason in reasons {
        let error = reason.of("stratos.1");
        assert_eq!((error.facts().name, error.facts().exit), ("untrusted_release", 65));
    }
}
