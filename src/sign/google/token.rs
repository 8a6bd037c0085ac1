//! Media CDN's dual-token authentication: fields joined with `~`, signed with Ed25519 or HMAC.
//!
//! Contract: section 4b. The token carries its signed text, except that the path of `FullPath` and the values
//! of `Headers` come from the request.

use super::{KEY_KIND, ed25519, whole};
use crate::{
    error::{Error, Result},
    sign::{
        Claim, Claims, Form, Inspection, Key, Param, Params, Scheme, Scope, Seal, Spelling, Url, Visit,
        climbs, covers_globs, covers_prefix, fields, key,
        text::{self, Append},
    },
};
use std::borrow::Cow;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "gcp-media-cdn-token",
    title: "Google Media CDN dual-token authentication",
    about: "A token for one path, for path globs (`,` or `!` between up to five), or for a URL prefix, with \
            Ed25519 or, for short tokens only, HMAC. It names no key. Header values are signed, the token names \
            the headers only. The key is the Ed25519 seed or the HMAC key in base64url; the public half of an \
            Ed25519 key alone verifies. The name of the query parameter, and whether the second named by the \
            expiry is still valid, is unconfirmed.",
    source: "cloud.google.com/media-cdn/docs/generate-tokens; GoogleCloudPlatform/python-docs-samples 683bf45, \
             media_cdn/dualtoken.py",
    claims: &[
        Claim::Expires,
        Claim::NotBefore,
        Claim::Prefix,
        Claim::Globs,
        Claim::Ip,
        Claim::Headers,
        Claim::Other,
    ],
    forms: &[Form::Query, Form::Token],
    params: &[
        Param::one_of("algorithm", &["ed25519", "hmac-sha256", "hmac-sha1"]).about("how the token is signed"),
        KEY_KIND,
        Param::text("token_name").about("the query parameter; edge-cache-token unless given"),
        Param::text("session_id").about("the field SessionID"),
        Param::text("data").about("the field Data"),
        Param::text("headers").about("headers to sign, one `Name: value` a line"),
    ],
    reserved: &[NAME],
    example: super::MEDIA_CDN.example,
    bears: &["Signature", "hmac"],
    fresh: |params| match params.or("algorithm", "ed25519") {
        "ed25519" => crate::sign::Fresh::Ed25519,
        _ => crate::sign::Fresh::Bytes(32, Spelling::Base64Url),
    },
    canonical,
    prepare,
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const NAME: &str = "edge-cache-token";
/// Fields in their order; the last ones never stand before the signature.
const FIELDS: [&str; 11] = [
    "PathGlobs",
    "URLPrefix",
    "Starts",
    "Expires",
    "SessionID",
    "Data",
    "Headers",
    "IPRanges",
    "Signature",
    "hmac",
    "FullPath",
];
const FULL_PATH: &str = "FullPath";

fn prepare(secret: &[u8], params: Params<'_>) -> Result<Box<dyn Key>> {
    let digest = match params.or("algorithm", "ed25519") {
        "hmac-sha256" => "sha256",
        "hmac-sha1" => "sha1",
        "ed25519" => return ed25519(secret, params, Spelling::Base64Url),
        other => {
            return Err(Error::Usage(format!("Media CDN's tokens know no algorithm `{other}`; use ed25519")));
        }
    };
    let decoded = Spelling::Base64UrlPadded.decode(secret).or_else(|| Spelling::Base64Url.decode(secret));
    let decoded = decoded.map(zeroize::Zeroizing::new).filter(|key| !key.is_empty()).ok_or_else(|| {
        Error::Data("the HMAC key of a token must be base64url; check that it was copied whole".into())
    })?;
    key::hmac(digest, &decoded, Spelling::Hex)
}

/// What differs between the token and the text that is signed.
#[derive(Clone, Copy, PartialEq)]
enum Text {
    Signed,
    Carried,
}

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    token(Text::Signed, url, claims, out)
}

fn token(text: Text, url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    scope(text, url, claims, out)?;
    if let Some(start) = claims.not_before {
        out.text("~Starts=").decimal(start);
    }
    out.text("~Expires=").decimal(claims.expires()?);
    for (name, param) in [("~SessionID=", "session_id"), ("~Data=", "data")] {
        if let Some(value) = claims.params.get(param) {
            out.text(name).text(plain(value)?);
        }
    }
    if let Some(list) = claims.params.get("headers") {
        out.text("~Headers=");
        headers(text, &fields::headers(list)?, out)?;
    }
    if let Some(ip) = claims.ip.as_deref() {
        out.text("~IPRanges=").spelled(Spelling::Base64Url, ip.as_bytes());
    }
    Ok(())
}

fn scope(text: Text, url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    match &claims.scope {
        Scope::Prefix(prefix) => {
            let prefix = whole(prefix, url)?;
            out.text("URLPrefix=").spelled(Spelling::Base64Url, prefix.as_bytes());
        }
        // The vendor's sample trims.
        Scope::Globs(globs) => _ = out.text("PathGlobs=").text(plain(globs.trim())?),
        _ if text == Text::Carried => _ = out.text(FULL_PATH),
        _ => {
            let path = url.rooted().path.into_owned();
            if path.is_empty() {
                return Err(Error::Usage(
                    "a token needs a path, a prefix or globs; give a URL with a path".into(),
                ));
            }
            out.text("FullPath=").text(plain(&path)?);
        }
    }
    Ok(())
}

fn plain(value: &str) -> Result<&str> {
    fields::unambiguous(value, "~", &FIELDS).map(|()| value)
}

fn headers(text: Text, headers: &[(&str, &str)], out: &mut Vec<u8>) -> Result<()> {
    for (index, (name, value)) in headers.iter().enumerate() {
        out.text(if index == 0 { "" } else { "," }).text(name);
        if text == Text::Signed {
            out.text("=").text(plain(value)?);
        }
    }
    Ok(())
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    if claims.form == Form::Query {
        url.write(out);
        out.text(url.joint()).text(name(claims.params)?).text("=");
    }
    token(Text::Carried, url, claims, out)?;
    let is_hmac = claims.params.or("algorithm", "ed25519") != "ed25519";
    out.text(if is_hmac { "~hmac=" } else { "~Signature=" }).bytes(&seal.signature);
    Ok(())
}

fn name(params: Params<'_>) -> Result<&str> {
    let name = params.or("token_name", NAME);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if name.is_empty() || !plain {
        return Err(Error::Usage("--param token_name=… takes letters, digits, - and _".into()));
    }
    Ok(name)
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let malformed = || Error::Malformed(NAME);
    let name = visit.params.or("token_name", NAME);
    let mut values = visit.url.pairs().filter(|(key, _)| *key == name).map(|(_, value)| value);
    let (Some(token), None) = (values.next(), values.next()) else { return Err(malformed()) };
    let marks = [("~Signature=", Spelling::Base64Url), ("~hmac=", Spelling::Hex)];
    let cut = |(mark, spelling)| token.rsplit_once(mark).map(|(text, signature)| (text, signature, spelling));
    let (text, signature, spelling) = marks.into_iter().find_map(cut).ok_or_else(malformed)?;
    let (full, rest) = match text.strip_prefix("FullPath~") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let [globs, prefix, start, expires, session, data, names, ranges] =
        fields::taken_apart(rest, "~", &FIELDS)?;

    let url = visit.url.without(|key| key == name);
    let (scope, covers) = found_scope(full, globs, prefix, &url)?;
    rebuilt(visit, &url, text, full, names, signed)?;
    let claims = Claims {
        expires: Some(text::number(expires.ok_or_else(malformed)?, "Expires")?),
        not_before: start.map(|start| text::number(start, "Starts")).transpose()?,
        ip: ranges.map(|ranges| decoded(ranges, "IPRanges")).transpose()?.map(Cow::Owned),
        scope,
        ..visit.claims()
    };
    let mut found = Inspection::new(url, claims, signature.as_bytes()).covering(covers);
    for (name, value) in [("session_id", session), ("data", data), ("headers", names)] {
        if let Some(value) = value {
            found = found.note(name, value);
        }
    }
    Ok(found.shaped(spelling, length(signature, spelling, visit.params)))
}

/// The token says how it is spelled, the setting which digest an HMAC has; without one its length does.
fn length(signature: &str, spelling: Spelling, params: Params<'_>) -> usize {
    match (spelling, params.get("algorithm"), signature.len()) {
        (Spelling::Base64Url, ..) => 64,
        (_, Some("hmac-sha1"), _) | (_, None, 40) => 20,
        _ => 32,
    }
}

fn found_scope<'v>(
    full: bool,
    globs: Option<&'v str>,
    prefix: Option<&'v str>,
    url: &Url<'_>,
) -> Result<(Scope<'v>, bool)> {
    let rooted = url.rooted();
    match (full, globs, prefix) {
        (true, None, None) => Ok((Scope::Url, true)),
        (false, Some(globs), None) => {
            let covers = covers_globs(globs, &[',', '!'], &rooted.path) && !climbs(&rooted.path);
            Ok((Scope::Globs(globs.into()), covers))
        }
        (false, None, Some(prefix)) => {
            let prefix = decoded(prefix, "URLPrefix")?;
            let covers = covers_prefix(&prefix, &url.to_string()) && !climbs(&rooted.path);
            Ok((Scope::Prefix(prefix.into()), covers))
        }
        _ => Err(Error::Malformed(NAME)),
    }
}

fn decoded(text: &str, name: &'static str) -> Result<String> {
    let bytes = Spelling::Base64Url.decode(text.as_bytes());
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Error::Malformed(name))
}

/// The signed text: that of the token, with the path and the header values of the visit in their places.
fn rebuilt<'v>(
    visit: &'v Visit<'v>,
    url: &Url<'_>,
    text: &'v str,
    full: bool,
    names: Option<&'v str>,
    signed: &mut Vec<u8>,
) -> Result<()> {
    let mut rest = text;
    if full {
        signed.text("FullPath=").text(plain(&url.rooted().path).map_err(|_| Error::Malformed("path"))?);
        rest = &text[FULL_PATH.len()..];
    }
    let Some(names) = names else {
        signed.text(rest);
        return Ok(());
    };
    let mark = "~Headers=";
    let start = rest.find(mark).ok_or(Error::Malformed("Headers"))? + mark.len();
    let missing = "this token signs request headers (Headers=…): pass each with --header";
    let value = |name: &'v str| Ok((name, visit.header(name).ok_or(Error::MissingClaim(missing))?));
    let all = names.split(',').map(value).collect::<Result<Vec<_>>>()?;
    signed.text(&rest[..start]);
    headers(Text::Signed, &all, signed).map_err(|_| Error::Malformed("Headers"))?;
    signed.text(&rest[start + names.len()..]);
    Ok(())
}

/// What the edge would not find again, or would read otherwise.
fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let name = name(claims.params)?;
    if url.value(name).is_some() {
        return Err(Error::Usage(format!("the URL has a parameter `{name}` already; sign the plain URL")));
    }
    let path = url.rooted().path.into_owned();
    let refused = |text: &str| Err(Error::Usage(format!("{path}: {text}")));
    let covers = match &claims.scope {
        Scope::Globs(globs) if globs.split([',', '!']).count() > 5 => {
            return refused("Media CDN takes up to five globs; give fewer");
        }
        Scope::Globs(globs) => covers_globs(globs.trim(), &[',', '!'], &path),
        Scope::Prefix(prefix) => covers_prefix(&whole(prefix, url)?, &url.to_string()),
        _ if path.bytes().any(|byte| !byte.is_ascii_graphic()) => {
            return refused("the path is signed as it is sent; write it percent-encoded");
        }
        _ => true,
    };
    if !covers || climbs(&path) {
        return refused("neither prefix nor globs cover this path, so Media CDN would refuse it; widen them");
    }
    let list = claims.ip.as_deref().unwrap_or_default();
    let is_network = |range: &str| crate::sign::ip_within(range, range.split('/').next().unwrap_or_default());
    if claims.ip.is_some() && !list.split(',').all(is_network) {
        return Err(Error::Usage(format!(
            "`{list}` is no list of addresses and networks; write 203.0.113.0/24,…"
        )));
    }
    let mut carried = Vec::new();
    token(Text::Carried, url, claims, &mut carried)?;
    let lost = |byte: &u8| {
        !byte.is_ascii_graphic() || matches!(byte, b'&' | b'#' | b'+' | b'%' | b'"' | b'<' | b'>')
    };
    match carried.iter().find(|byte| claims.form == Form::Query && lost(byte)) {
        None => Ok(()),
        Some(byte) => Err(Error::Usage(format!(
            "byte %{byte:02X} in the token does not survive in a query; leave it out"
        ))),
    }
}

#[cfg(test)]
mod tests;
