//! CTA-5007 Common Access Token: claims in CBOR under COSE's HMAC (RFC 8392, RFC 9052).
//!
//! Contract: section 13. The text of CTA-5007 was not at hand: labels and values are those of @eyevinn/cat, the
//! claim keys also of IANA's registry. Claims that are not understood are refused, not passed over.

mod read;
mod write;

use read::{Said, matched};
use write::{bytes, mac_structure, payload, uri};

use super::{
    Claim, Claims, Form, Inspection, Param, Params, Scheme, Scope, Seal, Spelling, Text, Until, Url, Visit,
    cbor::Value,
    climbs, key,
    pattern::Pattern,
    text::{self, Append},
};
use crate::error::{Error, Result};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cta-5007-cat",
    title: "CTA-5007 Common Access Token (HS256)",
    about: "A CBOR Web Token with COSE's HMAC-SHA256 in base64url; the key is hexadecimal. Without a prefix it is for \
            scheme, host and path of the URL; its query is not signed. Labels follow the library @eyevinn/cat, for \
            the standard's text was not at hand, and so does the last second: a token is good through its expiry, \
            although RFC 8392 says otherwise. The library's own default, which is no CWT, is refused. How parent \
            paths and queries are matched, and IPv6 networks are written elsewhere, is unconfirmed.",
    source: "CTA-5007 as @eyevinn/cat 0.16.4 has it; IANA, CWT claims; RFC 8392, RFC 9052",
    secret: Spelling::Hex,
    claims: &[
        Claim::Expires,
        Claim::NotBefore,
        Claim::Issued,
        Claim::Prefix,
        Claim::Ip,
        Claim::Countries,
        Claim::Method,
        Claim::KeyId,
    ],
    forms: &[Form::Query, Form::Cookie, Form::Header, Form::Token],
    params: PARAMS,
    reserved: &[NAME],
    bears: &[NAME],
    until: Until::Through,
    canonical,
    prepare: |secret, _| Ok(key::hmac_sha256(secret, Spelling::Base64Url)),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const NAME: &str = "CTA-Common-Access-Token";
const PARAMS: &[Param] = &[
    Param::text("issuer").about("iss; a token of another issuer is refused"),
    Param::text("subject").about("sub"),
    Param::text("audience").about("aud, a comma list: minted into the token, and what the verifier is"),
    Param::text("token_id").about("cti, in hexadecimal"),
    Param::text("catu").about("the conditions on the URL in JSON: {\"path\":{\"prefix-match\":\"/v/\"}}"),
    Param::text("replay").about("catreplay: 0 allows a second use, 1 forbids it"),
    Param::text("renewal")
        .about("catr in JSON: {\"type\":\"header\",\"header-name\":…,\"expadd\":…,\"deadline\":…}"),
    Param::text("token_name")
        .about("the name of parameter, cookie or header; CTA-Common-Access-Token unless given"),
];

const ISS: i64 = 1;
const SUB: i64 = 2;
const AUD: i64 = 3;
const EXP: i64 = 4;
const NBF: i64 = 5;
const IAT: i64 = 6;
const CTI: i64 = 7;
const REPLAY: i64 = 308;
const VERSION: i64 = 310;
const NETWORKS: i64 = 311;
const URI: i64 = 312;
const METHODS: i64 = 313;
const COUNTRIES: i64 = 316;
const RENEWAL: i64 = 323;
const KNOWN: [i64; 14] =
    [ISS, SUB, AUD, EXP, NBF, IAT, CTI, REPLAY, VERSION, NETWORKS, URI, METHODS, COUNTRIES, RENEWAL];

/// CWT, COSE_Mac0, and the addresses of RFC 9164.
const CWT: u64 = 61;
const MAC0: u64 = 17;
const IPV4: u64 = 52;
const IPV6: u64 = 54;
/// `{1: 5}`: the algorithm is HMAC with SHA-256.
const PROTECTED: &[u8] = &[0xa1, 0x01, 0x05];
const KID: i64 = 4;

/// Parts of a URL and ways to match, by label.
const PARTS: [(&str, i64); 9] = [
    ("scheme", 0),
    ("host", 1),
    ("port", 2),
    ("path", 3),
    ("query", 4),
    ("parent-path", 5),
    ("filename", 6),
    ("stem", 7),
    ("extension", 8),
];
const MATCHES: [(&str, i64); 7] = [
    ("exact-match", 0),
    ("prefix-match", 1),
    ("suffix-match", 2),
    ("contains-match", 3),
    ("regex-match", 4),
    ("sha256-match", -1),
    ("sha512-256-match", -2),
];
const RENEWALS: [(&str, i64); 5] =
    [("type", 0), ("expadd", 1), ("deadline", 2), ("cookie-name", 3), ("header-name", 4)];
const RENEWAL_TYPES: [&str; 4] = ["automatic", "cookie", "header", "redirect"];

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    mac_structure(&payload(url, claims)?.written(), out);
    Ok(())
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let name = claims.params.or("token_name", NAME);
    match claims.form {
        Form::Token => {}
        Form::Cookie => _ = out.text(name).text("="),
        Form::Header => _ = out.text(name).text(": "),
        _ => {
            let url = url.sent();
            url.write(out);
            out.text(url.joint()).text(name).text("=");
        }
    }
    let (payload, code) = (payload(url, claims)?.written(), Spelling::Base64Url.decode(&seal.signature));
    let code = code.ok_or_else(|| Error::Software("a code of ours is not base64url".into()))?;
    out.spelled(
        Spelling::Base64Url,
        &envelope(claims.key_id.as_deref().map(str::as_bytes), &payload, &code).written(),
    );
    Ok(())
}

fn envelope<'e>(key_id: Option<&'e [u8]>, payload: &'e [u8], code: &'e [u8]) -> Value<'e> {
    let unprotected = key_id.map(|id| (Value::Int(KID), bytes(id)));
    let parts =
        vec![bytes(PROTECTED), Value::Map(unprotected.into_iter().collect()), bytes(payload), bytes(code)];
    Value::Tagged(CWT, Box::new(Value::Tagged(MAC0, Box::new(Value::Array(parts)))))
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let malformed = || Error::Malformed("token");
    let (form, url, token) = found(visit)?;
    let decoded = Spelling::Base64Url.decode(token.as_bytes()).ok_or_else(malformed)?;
    let value = Value::read(&decoded).ok_or_else(malformed)?;
    let Value::Tagged(CWT, inner) = &value else { return Err(Error::Malformed("CWT tag")) };
    let Value::Tagged(MAC0, parts) = &**inner else { return Err(Error::Malformed("COSE tag")) };
    let [protected, unprotected, payload, code] = parts.array().ok_or_else(malformed)? else {
        return Err(malformed());
    };
    if protected.bytes() != Some(PROTECTED) {
        return Err(Error::Malformed("alg"));
    }
    let key_id = match unprotected.map().ok_or_else(malformed)? {
        [] => None,
        [(Value::Int(KID), id)] => {
            Some(id.bytes().and_then(|id| std::str::from_utf8(id).ok()).ok_or(Error::Malformed("kid"))?)
        }
        _ => return Err(Error::Malformed("header")),
    };
    let (payload, code) = (payload.bytes().ok_or_else(malformed)?, code.bytes().ok_or_else(malformed)?);
    // What is outside the code has one spelling, so that no byte of it can be changed unnoticed.
    if envelope(key_id.map(str::as_bytes), payload, code).written() != decoded {
        return Err(malformed());
    }
    mac_structure(payload, signed);
    let mut signature = Vec::new();
    signature.spelled(Spelling::Base64Url, code);
    let said = Value::read(payload).ok_or(Error::Malformed("claims"))?;
    let claims = Claims { key_id: key_id.map(|id| Text::from(id.to_owned())), form, ..visit.claims() };
    Said(said.map().ok_or(Error::Malformed("claims"))?).judged(visit, url, claims, signature)
}

/// The token, how it came, and the URL without it.
fn found<'v>(visit: &'v Visit<'v>) -> Result<(Form, Url<'v>, &'v str)> {
    let name = visit.params.or("token_name", NAME);
    let mut values = visit.url.pairs().filter(|(key, _)| *key == name).map(|(_, token)| token);
    match (values.next(), values.next()) {
        (Some(token), None) => return Ok((Form::Query, visit.url.without(|key| key == name), token)),
        (Some(_), Some(_)) => return Err(Error::Malformed("token")),
        _ => {}
    }
    let url = visit.url.borrowed();
    match (visit.cookie(name), visit.header(name)) {
        (Some(token), _) => Ok((Form::Cookie, url, token)),
        (None, Some(token)) => Ok((Form::Header, url, token)),
        (None, None) => Err(Error::Malformed("token")),
    }
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let name = claims.params.or("token_name", NAME);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        return Err(Error::Usage("--param token_name=… takes letters, digits, - and _".into()));
    }
    if url.value(name).is_some() {
        return Err(Error::Usage(format!("the URL has a parameter `{name}` already; sign the plain URL")));
    }
    url.sent_as_written()?;
    let uri = uri(url, claims)?;
    let conditions = uri.as_ref().and_then(Value::map).unwrap_or_default();
    if !matched(conditions, url)?.1 {
        return Err(Error::Usage(format!(
            "the token would not open {url} itself; name a prefix or conditions that do"
        )));
    }
    Ok(())
}

/// Host and port, as written.
fn host<'u>(url: &'u Url<'_>) -> (&'u str, Option<&'u str>) {
    let authority = url.host();
    match authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

#[cfg(test)]
mod tests;
