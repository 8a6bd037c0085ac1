//! JSON Web Signatures in their compact form (RFC 7515), and keys as JWK (RFC 7517) or PEM.
//!
//! The algorithm is the verifier's setting: a token that names another one, or none, is malformed. What is
//! checked are the bytes that the token carries, whatever its members and their order.

use super::{
    Key, Spelling,
    asymmetric::{self, Algorithm},
    key,
    text::Append,
};
use crate::error::{Error, Result};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use zeroize::Zeroizing;

/// The longest token that is looked at.
const LONGEST: usize = 16 * 1024;

/// A token taken apart. Nothing in it has been checked.
#[derive(Debug)]
pub struct Token<'t> {
    /// Header, point, payload, as they are carried: what is signed.
    pub signed: &'t str,
    /// The signature in base64url.
    pub signature: &'t str,
    /// The members of the header.
    pub header: Map<String, Value>,
    /// The members of the payload.
    pub claims: Map<String, Value>,
}

impl<'t> Token<'t> {
    /// Takes a token apart. A member that stands twice is malformed: readers differ on which of the two counts.
    pub fn read(text: &'t str) -> Result<Self> {
        let malformed = Error::Malformed("token");
        if text.len() > LONGEST {
            return Err(malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Error::Malformed("token"))?;
        let (header, claims) = signed.split_once('.').ok_or(Error::Malformed("token"))?;
        Ok(Self { signed, signature, header: object(header)?, claims: object(claims)? })
    }

    /// Refuses an algorithm that is not the verifier's, and extensions that nobody here knows.
    pub fn held_to(self, algorithm: &str) -> Result<Self> {
        match self.header.get("alg").and_then(Value::as_str) {
            _ if planted!("token-picks-its-algorithm") => Ok(self),
            Some(named) if named == algorithm && !self.header.contains_key("crit") => Ok(self),
            Some(named) if named == algorithm => Err(Error::Malformed("crit")),
            _ => Err(Error::Malformed("alg")),
        }
    }

    /// A text member of the payload; one of another kind is malformed.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>> {
        self.claims.get(name).map(|value| value.as_str().ok_or(Error::Malformed(name))).transpose()
    }

    /// A time of the payload in whole seconds; a text or a fraction is malformed.
    pub fn time(&self, name: &'static str) -> Result<Option<u64>> {
        self.claims.get(name).map(|value| value.as_u64().ok_or(Error::Malformed(name))).transpose()
    }

    /// The key id of the header.
    pub fn key_id(&self) -> Result<Option<String>> {
        let id = self.header.get("kid");
        id.map(|id| id.as_str().map(str::to_owned).ok_or(Error::Malformed("kid"))).transpose()
    }
}

fn object(encoded: &str) -> Result<Map<String, Value>> {
    let json = Spelling::Base64Url.decode(encoded.as_bytes()).ok_or(Error::Malformed("token"))?;
    serde_json::from_slice(&json).map(|Once(map)| map).map_err(|_| Error::Malformed("token"))
}

/// An object of which every member stands once. serde_json itself keeps the last.
struct Once(Map<String, Value>);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Once;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> std::result::Result<Once, A::Error> {
                let mut map = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if map.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member stands twice"));
                    }
                }
                Ok(Once(map))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// Appends what is signed: header and payload in base64url, a point between them.
pub fn write(header: &Value, claims: &Value, out: &mut Vec<u8>) {
    out.spelled(Spelling::Base64Url, header.to_string().as_bytes()).text(".");
    out.spelled(Spelling::Base64Url, claims.to_string().as_bytes());
}

/// The algorithms that are taken, the default first.
pub const ALGORITHMS: &[&str] = &["HS256", "RS256", "ES256"];

/// A key for an algorithm: PEM, a JWK, either of them in base64 as some dashboards give them, or, for HS256, the
/// bytes in base64url as a JWK's `k`.
pub fn key(algorithm: &str, secret: &[u8]) -> Result<Box<dyn Key>> {
    let unwrapped = unwrapped(secret);
    let jwk = unwrapped.first() == Some(&b'{');
    match algorithm {
        "HS256" => {
            let bytes = if jwk { oct(&unwrapped)? } else { bytes_of(&unwrapped)? };
            Ok(key::hmac_sha256(&bytes, Spelling::Base64Url))
        }
        "RS256" => {
            let pem = if jwk { jwk_pem(&unwrapped, "RSA", algorithm)? } else { unwrapped };
            asymmetric::key(&pem, Algorithm::RsaSha256, Spelling::Base64Url)
        }
        "ES256" => {
            let pem = if jwk { jwk_pem(&unwrapped, "EC", algorithm)? } else { unwrapped };
            Ok(Box::new(Es256(asymmetric::key(&pem, Algorithm::EcdsaSha256, Spelling::Raw)?)))
        }
        other => Err(Error::Usage(format!(
            "there is no algorithm `{other}`; use one of {}",
            ALGORITHMS.join(", ")
        ))),
    }
}

/// The secret, without one layer of base64 around PEM or JSON.
fn unwrapped(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let trimmed = secret.trim_ascii();
    if trimmed.first() == Some(&b'{') {
        return Zeroizing::new(trimmed.to_vec());
    }
    let decoded = Spelling::Base64.decode(trimmed).map(Zeroizing::new);
    let inner = |bytes: &[u8]| bytes.starts_with(b"{") || bytes.starts_with(b"-----BEGIN");
    match decoded.filter(|decoded| inner(decoded.trim_ascii())) {
        Some(decoded) => Zeroizing::new(decoded.trim_ascii().to_vec()),
        None => Zeroizing::new(secret.to_vec()),
    }
}

fn bytes_of(secret: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    Spelling::Base64Url.decode(secret).map(Zeroizing::new).filter(|bytes| !bytes.is_empty()).ok_or_else(
        || {
            let text =
                "the key of HS256 must be written in base64url without padding, as k of a JWK, or be a JWK";
            Error::Data(text.into())
        },
    )
}

fn damaged(what: &str) -> Error {
    Error::Data(format!("the JWK is not one of this algorithm: {what}; copy it again, whole"))
}

/// The members of a JWK of the kind, not made for another algorithm.
fn members(json: &[u8], kind: &str, algorithm: &str) -> Result<Map<String, Value>> {
    let Once(map) = serde_json::from_slice(json).map_err(|_| damaged("it is no JSON object"))?;
    let is = |name: &str, wanted: &str| map.get(name).is_none_or(|value| value.as_str() == Some(wanted));
    if map.get("kty").and_then(Value::as_str) != Some(kind) {
        return Err(damaged(&format!("kty is not {kind}")));
    }
    if !is("alg", algorithm) || !is("use", "sig") {
        return Err(damaged(&format!("it is not for signing with {algorithm}")));
    }
    Ok(map)
}

fn part(map: &Map<String, Value>, name: &str) -> Result<Zeroizing<Vec<u8>>> {
    let text = map.get(name).and_then(Value::as_str);
    let bytes = text.and_then(|text| Spelling::Base64Url.decode(text.as_bytes()));
    bytes.map(Zeroizing::new).ok_or_else(|| damaged(&format!("{name} is not base64url")))
}

fn oct(json: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    part(&members(json, "oct", "HS256")?, "k")
}

/// PEM of a JWK, which is what the library reads.
fn jwk_pem(json: &[u8], kind: &str, algorithm: &str) -> Result<Zeroizing<Vec<u8>>> {
    let map = members(json, kind, algorithm)?;
    let private = map.contains_key("d");
    let (label, der) = match (kind, private) {
        ("EC", true) => ("EC PRIVATE KEY", ec_private(&map)?),
        ("EC", false) => ("PUBLIC KEY", Zeroizing::new([EC_PUBLIC, &point(&map)?[..]].concat())),
        (_, true) => ("RSA PRIVATE KEY", rsa(&map, &["n", "e", "d", "p", "q", "dp", "dq", "qi"], true)?),
        _ => ("RSA PUBLIC KEY", rsa(&map, &["n", "e"], false)?),
    };
    let mut pem = Zeroizing::new(Vec::with_capacity(2 * der.len() + 80));
    pem.text("-----BEGIN ").text(label).text("-----\n");
    pem.spelled(Spelling::Base64, &der).text("\n-----END ").text(label).text("-----\n");
    Ok(pem)
}

/// SubjectPublicKeyInfo of a P-256 key, up to its point.
const EC_PUBLIC: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";

fn point(map: &Map<String, Value>) -> Result<Vec<u8>> {
    let (x, y) = (part(map, "x")?, part(map, "y")?);
    let p256 = map.get("crv").and_then(Value::as_str) == Some("P-256") && x.len() == 32 && y.len() == 32;
    p256.then(|| [&[4][..], &x, &y].concat()).ok_or_else(|| damaged("the curve is not P-256"))
}

/// SEC 1's ECPrivateKey.
fn ec_private(map: &Map<String, Value>) -> Result<Zeroizing<Vec<u8>>> {
    let (d, point) = (part(map, "d")?, point(map)?);
    if d.len() != 32 {
        return Err(damaged("d has not 32 bytes"));
    }
    let curve = b"\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\xa1\x44\x03\x42\x00";
    Ok(Zeroizing::new([b"\x30\x77\x02\x01\x01\x04\x20", &d[..], curve, &point].concat()))
}

/// PKCS#1: a sequence of numbers, the version in front of a private key's.
fn rsa(map: &Map<String, Value>, names: &[&str], version: bool) -> Result<Zeroizing<Vec<u8>>> {
    let mut numbers = Zeroizing::new(Vec::new());
    if version {
        tagged(0x02, &[0], &mut numbers);
    }
    for name in names {
        let bytes = part(map, name)?;
        let digits = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len())..];
        // The first bit would be the sign.
        let padded = Zeroizing::new([&[0][..], digits].concat());
        let positive = digits.first().is_some_and(|first| *first < 0x80);
        tagged(0x02, if positive { digits } else { &padded }, &mut numbers);
    }
    let mut der = Zeroizing::new(Vec::new());
    tagged(0x30, &numbers, &mut der);
    Ok(der)
}

/// One element of DER.
fn tagged(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    let length = content.len().to_be_bytes();
    let digits = &length[length.iter().take_while(|byte| **byte == 0).count().min(length.len() - 1)..];
    if content.len() >= 0x80 {
        out.push(0x80 | digits.len() as u8);
    }
    out.bytes(digits).bytes(content);
}

/// ECDSA as JWS writes it: r and s, 32 bytes each. The library speaks DER.
struct Es256(Box<dyn Key>);

impl Key for Es256 {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut der = Vec::new();
        self.0.sign(canonical, &mut der)?;
        let fixed =
            fixed(&der).ok_or_else(|| Error::Software("the library's ECDSA signature is not DER".into()))?;
        Spelling::Base64Url.encode(&fixed, out);
        Ok(())
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        let raw = Spelling::Base64Url.decode(signature).filter(|raw| raw.len() == 64);
        raw.map_or(Ok(false), |raw| self.0.verify(canonical, &der(&raw), scratch))
    }
}

/// r and s out of DER.
fn fixed(der: &[u8]) -> Option<[u8; 64]> {
    let mut rest = der.strip_prefix(&[0x30, u8::try_from(der.len().checked_sub(2)?).ok()?])?;
    let mut out = [0; 64];
    for half in out.chunks_mut(32) {
        let [0x02, length, after @ ..] = rest else { return None };
        let (number, after) = after.split_at_checked(usize::from(*length))?;
        let digits = number.strip_prefix(&[0]).unwrap_or(number);
        half[32usize.checked_sub(digits.len())?..].copy_from_slice(digits);
        rest = after;
    }
    rest.is_empty().then_some(out)
}

/// DER out of r and s.
fn der(raw: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    for half in raw.chunks(32) {
        let digits = &half[half.iter().take_while(|byte| **byte == 0).count().min(half.len() - 1)..];
        let sign = if digits[0] >= 0x80 { &[0][..] } else { &[] };
        tagged(0x02, &[sign, digits].concat(), &mut numbers);
    }
    let mut der = Vec::new();
    tagged(0x30, &numbers, &mut der);
    der
}

#[cfg(test)]
mod tests;
