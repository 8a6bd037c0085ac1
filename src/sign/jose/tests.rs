use super::*;
use serde_json::json;

const EC: &[u8] = include_bytes!("../../../tests/vectors/keys/p-256.pem");
const EC_PUBLIC_PEM: &[u8] = include_bytes!("../../../tests/vectors/keys/p-256-public.pem");
const RSA: &[u8] = include_bytes!("../../../tests/vectors/keys/rsa-2048.pem");
const RSA_PUBLIC: &[u8] = include_bytes!("../../../tests/vectors/keys/rsa-2048-public-pkcs1.pem");

fn encoded(json: &str) -> String {
    let mut out = Vec::new();
    out.spelled(Spelling::Base64Url, json.as_bytes());
    String::from_utf8(out).unwrap()
}

fn token(header: &str, claims: &str) -> String {
    format!("{}.{}.c2ln", encoded(header), encoded(claims))
}

#[test]
fn the_algorithm_is_the_verifier_s_and_no_other() {
    let read = |header: &str| {
        let text = token(header, "{}");
        Token::read(&text).and_then(|token| token.held_to("HS256").map(|_| ()))
    };
    assert!(read(r#"{"alg":"HS256","kid":"k","typ":"JWT"}"#).is_ok());
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"RS256"}"#,
        r#"{"alg":"hs256"}"#,
        "{}",
        r#"{"alg":null}"#,
        r#"{"alg":["HS256"]}"#,
    ] {
        assert!(matches!(read(header), Err(Error::Malformed("alg"))), "{header}");
    }
    assert!(matches!(read(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#), Err(Error::Malformed("crit"))));
    assert!(matches!(read(r#"{"alg":"none","alg":"HS256"}"#), Err(Error::Malformed("token"))), "twice");
}

#[test]
fn what_is_no_token_is_malformed() {
    let good = token("{}", r#"{"exp":5,"sub":"s","n":5.5,"t":"5"}"#);
    let read = Token::read(&good).unwrap();
    assert_eq!((read.time("exp").unwrap(), read.time("nbf").unwrap()), (Some(5), None));
    assert_eq!(read.text("sub").unwrap(), Some("s"));
    assert!(read.time("n").is_err() && read.time("t").is_err() && read.text("exp").is_err());
    for text in [
        String::new(),
        "a.b".into(),
        "..".into(),
        format!("{good}.x"),
        good.replace('.', "="),
        token("[]", "{}"),
        token("{}", "{\"a\":1,\"a\":2}"),
        "e30.e30=.x".into(),
        format!("e30.e30.{}", "A".repeat(LONGEST)),
    ] {
        assert!(Token::read(&text).is_err(), "{text}");
    }
}

/// A JWK out of the numbers of a DER file, found where they stand.
fn ec_jwk(private: bool) -> String {
    let (_, der) = super::super::pem::decode(EC).unwrap();
    let mark = der.windows(4).position(|window| window == [0x03, 0x42, 0x00, 0x04]).unwrap() + 4;
    let secret = der.windows(2).position(|window| window == [0x04, 0x20]).unwrap() + 2;
    let text = |bytes: &[u8]| {
        let mut out = Vec::new();
        out.spelled(Spelling::Base64Url, bytes);
        String::from_utf8(out).unwrap()
    };
    let mut jwk = json!({ "kty": "EC", "crv": "P-256", "x": text(&der[mark..mark + 32]), "y": text(&der[mark + 32..mark + 64]) });
    if private {
        jwk["d"] = text(&der[secret..secret + 32]).into();
    }
    jwk.to_string()
}

#[test]
fn keys_are_pem_or_jwk_and_mean_the_same() {
    let mut scratch = Vec::new();
    let mut signature = Vec::new();
    key("ES256", ec_jwk(true).as_bytes()).unwrap().sign(b"text", &mut signature).unwrap();
    assert_eq!(Spelling::Base64Url.decode(&signature).unwrap().len(), 64);
    for public in [EC_PUBLIC_PEM, EC, ec_jwk(false).as_bytes()] {
        let key = key("ES256", public).unwrap();
        assert!(key.verify(b"text", &signature, &mut scratch).unwrap());
        assert!(!key.verify(b"Text", &signature, &mut scratch).unwrap());
        assert!(!key.verify(b"text", &signature[..40], &mut scratch).unwrap());
    }
    let (mut der, mut parts) = (super::super::pem::decode(RSA_PUBLIC).unwrap().1.to_vec(), Vec::new());
    // SEQUENCE { INTEGER n, INTEGER e }, with two length bytes each.
    der.drain(..4);
    parts.push(der[5..5 + 256].to_vec());
    parts.push(der[5 + 256 + 2..].to_vec());
    let text = |bytes: &[u8]| encoded_bytes(bytes);
    let jwk =
        json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "n": text(&parts[0]), "e": text(&parts[1]) })
            .to_string();
    let mut wrapped = Vec::new();
    wrapped.spelled(Spelling::Base64, jwk.as_bytes());
    signature.clear();
    key("RS256", RSA).unwrap().sign(b"text", &mut signature).unwrap();
    for public in [jwk.as_bytes(), &wrapped] {
        assert!(key("RS256", public).unwrap().verify(b"text", &signature, &mut scratch).unwrap());
    }
    let oct = key("HS256", br#"{"kty":"oct","k":"c2VjcmV0"}"#).unwrap();
    signature.clear();
    oct.sign(b"text", &mut signature).unwrap();
    assert!(key("HS256", b"c2VjcmV0").unwrap().verify(b"text", &signature, &mut scratch).unwrap());
}

fn encoded_bytes(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    out.spelled(Spelling::Base64Url, bytes);
    String::from_utf8(out).unwrap()
}

#[test]
fn keys_of_another_kind_are_refused_without_showing_them() {
    for (algorithm, secret) in [
        ("HS256", "not base64url!"),
        ("HS256", ""),
        ("HS256", r#"{"kty":"RSA","k":"c2VjcmV0"}"#),
        ("HS256", r#"{"kty":"oct","alg":"HS512","k":"c2VjcmV0"}"#),
        ("HS256", r#"{"kty":"oct","use":"enc","k":"c2VjcmV0"}"#),
        ("HS256", r#"{"kty":"oct","k":"c2VjcmV0","k":"x"}"#),
        ("RS256", "c2VjcmV0"),
        ("ES256", r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#),
        ("ES256", r#"{"kty":"EC","crv":"P-256"}"#),
        ("RS256", r#"{"kty":"RSA","n":"AA","e":"AQAB"}"#),
        ("none", "c2VjcmV0"),
    ] {
        let error = key(algorithm, secret.as_bytes()).err().expect("refused").to_string();
        assert!(!error.contains("c2VjcmV0"), "{algorithm} {secret}: {error}");
    }
    assert!(key("RS256", EC).is_err() && key("ES256", RSA).is_err());
}

#[test]
fn signatures_change_their_form_without_loss() {
    for (r, s) in [([0xff; 32], [0x01; 32]), ([0; 32], [0x80; 32]), ([0x7f; 32], [0; 32])] {
        let raw = [r, s].concat();
        assert_eq!(fixed(&der(&raw)).unwrap()[..], raw[..]);
    }
    for broken in [
        &b""[..],
        b"\x30\x00",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x06\x02\x01\x01\x02\x02\x01",
        b"\x30\x07\x02\x01\x01\x02\x01\x01\x00",
    ] {
        assert!(fixed(broken).is_none(), "{broken:?}");
    }
}
