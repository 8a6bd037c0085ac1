//! Google's two CDNs: signed URLs, URL prefixes, cookies and path components, in one layout.
//!
//! Contract: sections 4a and 4b. The whole URL is signed as it stands, scheme and host included; what is
//! appended must come last and in order. A prefix is carried and signed alone, so that one signature serves
//! all URLs below it.

pub mod token;

use super::{
    Claim, Claims, Example, Form, Inspection, Key, Param, Params, Scheme, Scope, Seal, Spelling, Url, Visit,
    asymmetric::{self, Algorithm, KeyPair},
    climbs, covers_prefix, key,
    text::{self, Append},
};
use crate::error::{Error, Result};
use std::borrow::Cow;

/// Cloud CDN.
pub const CLOUD_CDN: Scheme = Scheme {
    id: "gcp-cloud-cdn",
    title: "Google Cloud CDN signed URLs and cookies",
    about: "HMAC-SHA1 in base64url over the whole URL, with the expiry and the name of the key behind it; or, \
            with a prefix, over that prefix alone, which then serves for every URL below it. Cookies carry a \
            prefix. The key is 16 bytes in base64url with padding. Give the URL as it is requested: nothing is \
            escaped. Whether the second named by the expiry is still valid is unconfirmed.",
    source: "cloud.google.com/cdn/docs/using-signed-urls; GoogleCloudPlatform/python-docs-samples 683bf45, \
             cdn/snippets.py",
    secret: Spelling::Base64UrlPadded,
    claims: &[Claim::Expires, Claim::Prefix, Claim::KeyId],
    forms: &[Form::Query, Form::Cookie],
    reserved: &["Expires", "KeyName", "Signature", "URLPrefix"],
    example: Example { key: "openssl rand -base64 16 | tr '+/' '-_'", ..Example::BASE },
    bears: &["Signature"],
    fresh: |_| super::Fresh::Bytes(16, Spelling::Base64UrlPadded),
    canonical,
    prepare: |secret, _| match secret.len() {
        16 => key::hmac("sha1", secret, Spelling::Base64UrlPadded),
        length => Err(Error::Data(format!(
            "the key of Cloud CDN is 16 bytes, not {length}; make one with `stratos signed keygen --scheme gcp-cloud-cdn`"
        ))),
    },
    assemble: |url, claims, seal, out| assemble("Cloud-CDN-Cookie", url, claims, seal, out),
    inspect: |visit, signed| inspect(&CLOUD, visit, signed),
    guard,
    ..Scheme::BASE
};

/// Media CDN, all but its dual tokens.
pub const MEDIA_CDN: Scheme = Scheme {
    id: "gcp-media-cdn",
    title: "Google Media CDN signed requests",
    about: "Ed25519 over the whole URL, or over a prefix, as Cloud CDN writes it; the path form puts a prefix's \
            signature into the path, so that relative URLs of a playlist inherit it. Signatures are base64url, \
            with padding in query and cookie and without in the path. The key is the seed of 32 bytes in \
            base64url, or PEM; the public half alone verifies. Whether the second named by the expiry is still \
            valid is unconfirmed.",
    source: "cloud.google.com/media-cdn/docs/generate-signatures; GoogleCloudPlatform/python-docs-samples \
             683bf45, media_cdn/snippets.py",
    forms: &[Form::Query, Form::Path, Form::Cookie],
    params: &[KEY_KIND],
    fresh: |_| super::Fresh::Ed25519,
    secret: Spelling::Raw,
    example: Example { key: "openssl rand -base64 32 | tr '+/' '-_'", ..Example::BASE },
    prepare: |secret, params| ed25519(secret, params, Spelling::Base64UrlPadded),
    assemble: |url, claims, seal, out| assemble("Edge-Cache-Cookie", url, claims, seal, out),
    inspect: |visit, signed| inspect(&MEDIA, visit, signed),
    ..CLOUD_CDN
};

/// Which half of an Ed25519 key its 32 bytes are.
pub const KEY_KIND: Param = Param::one_of("key_kind", &["seed", "public"]).about(
    "what 32 bytes of key are: the private seed, or the public key, which only verifies; PEM says it itself",
);

/// Where the two differ.
struct Layout {
    cookie: &'static str,
    signature: usize,
    has_paths: bool,
}

const CLOUD: Layout = Layout { cookie: "Cloud-CDN-Cookie", signature: 20, has_paths: false };
const MEDIA: Layout = Layout { cookie: "Edge-Cache-Cookie", signature: 64, has_paths: true };

/// The segment that holds a signature in the path.
const SEGMENT: &str = "edge-cache-token=";

/// An Ed25519 key: PEM, or 32 bytes in base64url with or without padding.
pub fn ed25519(secret: &[u8], params: Params<'_>, spelling: Spelling) -> Result<Box<dyn Key>> {
    if secret.starts_with(b"-----BEGIN") {
        return asymmetric::key(secret, Algorithm::Ed25519, spelling);
    }
    let decoded = Spelling::Base64UrlPadded.decode(secret).or_else(|| Spelling::Base64Url.decode(secret));
    let bytes: Option<zeroize::Zeroizing<[u8; 32]>> = decoded
        .map(zeroize::Zeroizing::new)
        .and_then(|bytes| <[u8; 32]>::try_from(&**bytes).ok())
        .map(Into::into);
    let bytes = bytes.ok_or_else(|| {
        Error::Data("the key must be 32 bytes in base64url, or PEM; check that it was copied whole".into())
    })?;
    let pair = match params.or("key_kind", "seed") {
        "public" => KeyPair::from_public(&bytes)?,
        _ => KeyPair::from_seed(&bytes)?,
    };
    Ok(pair.spelled(spelling))
}

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    match (claims.form, &claims.scope) {
        (Form::Path, Scope::Prefix(prefix)) => {
            let prefix = whole(prefix, url)?;
            out.text(&prefix).text(SEGMENT);
        }
        (_, Scope::Prefix(prefix)) => {
            let prefix = whole(prefix, url)?;
            out.text("URLPrefix=").spelled(Spelling::Base64UrlPadded, prefix.as_bytes());
            out.text(separator(claims.form));
        }
        (Form::Query, _) => {
            absolute(url)?;
            url.write(out);
            out.text(joint(url));
        }
        (form, _) => {
            let text = format!("a {} carries a prefix and not one URL: pass --prefix", form.name());
            return Err(Error::Usage(text));
        }
    }
    terms(claims, out)
}

fn terms(claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let (id, separator) = (claims.key_id()?, separator(claims.form));
    if id.is_empty() || id.contains([separator.as_bytes()[0] as char, '/', '#']) {
        return Err(Error::Data(format!(
            "the key id `{id}` must be the name of the key in the backend, letters, digits and hyphens; pass --key-id"
        )));
    }
    out.text("Expires=").decimal(claims.expires()?).text(separator).text("KeyName=").text(id);
    Ok(())
}

const fn separator(form: Form) -> &'static str {
    if matches!(form, Form::Cookie) { ":" } else { "&" }
}

/// The vendor's sample goes by the parsed query: an empty one gets a second `?`.
fn joint(url: &Url<'_>) -> &'static str {
    if url.query.as_deref().is_none_or(str::is_empty) { "?" } else { "&" }
}

fn absolute(url: &Url<'_>) -> Result<()> {
    if url.origin.contains("://") {
        return Ok(());
    }
    Err(Error::Data(format!("{url}: Google's CDNs sign the whole URL; write it with https:// and host")))
}

/// A prefix with scheme and host: its own, or those of the URL.
pub fn whole<'p>(prefix: &'p str, url: &Url<'_>) -> Result<Cow<'p, str>> {
    if !prefix.starts_with('/') {
        return match prefix.contains("://") {
            true => Ok(prefix.into()),
            false => Err(Error::Usage("--prefix takes a path from its first / on, or a whole URL".into())),
        };
    }
    absolute(url)?;
    let origin = url.rooted().origin.into_owned();
    Ok(format!("{origin}{prefix}").into())
}

fn assemble(
    cookie: &str,
    url: &Url<'_>,
    claims: &Claims<'_>,
    seal: &Seal<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    match (claims.form, &claims.scope) {
        (Form::Cookie, _) => _ = out.text(cookie).text("="),
        (Form::Query, Scope::Prefix(_)) => {
            url.write(out);
            out.text(joint(url));
        }
        _ => {}
    }
    out.bytes(&seal.canonical).text(separator(claims.form)).text("Signature=");
    match (claims.form, &claims.scope) {
        (Form::Path, Scope::Prefix(prefix)) => {
            let (prefix, text) = (whole(prefix, url)?, url.to_string());
            let file = text.strip_prefix(&*prefix).filter(|_| prefix.ends_with('/'));
            let file = file.ok_or_else(|| outside(&prefix, url))?;
            out.text(without_padding(&seal.signature)).text("/").text(file);
        }
        _ => _ = out.bytes(&seal.signature),
    }
    Ok(())
}

fn without_padding(signature: &[u8]) -> &str {
    std::str::from_utf8(signature).expect("base64 is ASCII").trim_end_matches('=')
}

fn outside(prefix: &str, url: &Url<'_>) -> Error {
    Error::Usage(format!(
        "{url} is not below {prefix}, or that does not end with /; give its folder with --prefix"
    ))
}

/// The parts of a signature as they are carried.
struct Carried<'v> {
    /// What is signed: from the prefix, or from the expiry on.
    terms: &'v str,
    prefix: Option<&'v str>,
    expires: &'v str,
    key_id: &'v str,
    signature: &'v str,
    /// What stands before it.
    before: &'v str,
}

/// Reads from the end: the signature comes last, and what is signed before it, in one order.
fn carried<'v>(text: &'v str, separator: &str) -> Result<Carried<'v>> {
    let cut = |text: &'v str, name: &'static str| {
        text.rsplit_once(&format!("{separator}{name}=")).ok_or(Error::Malformed(name))
    };
    let (signed, signature) = cut(text, "Signature")?;
    let (rest, key_id) = cut(signed, "KeyName")?;
    let (before, expires) = rest.rsplit_once("Expires=").ok_or(Error::Malformed("Expires"))?;
    let parts = Carried { terms: &signed[before.len()..], prefix: None, expires, key_id, signature, before };
    let Some((start, prefix)) =
        before.strip_suffix(separator).and_then(|text| text.rsplit_once("URLPrefix="))
    else {
        return Ok(parts);
    };
    let own = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte));
    let alone = start.is_empty() || start.ends_with([separator.as_bytes()[0] as char, '?']);
    match own && alone {
        true => Ok(Carried { terms: &signed[start.len()..], prefix: Some(prefix), before: start, ..parts }),
        false => Err(Error::Malformed("URLPrefix")),
    }
}

fn inspect<'v>(layout: &Layout, visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    if layout.has_paths && visit.url.path.contains(&format!("/{SEGMENT}")) {
        return in_path(visit, signed);
    }
    let query = visit.url.query.as_deref().unwrap_or_default();
    let (form, found) = match visit.cookie(layout.cookie) {
        Some(cookie) if !query.contains("Signature=") => (Form::Cookie, carried(cookie, ":")?),
        _ => (Form::Query, carried(query, "&")?),
    };
    let url = match form {
        Form::Cookie if found.before.is_empty() && found.prefix.is_some() => visit.url.borrowed(),
        Form::Cookie => return Err(Error::Malformed("URLPrefix")),
        _ => Url { query: own_query(found.before)?, ..visit.url.borrowed() },
    };
    let covers = match decoded(found.prefix)? {
        None => {
            url.write(signed);
            signed.text(joint(&url));
            (Scope::Url, true)
        }
        Some(prefix) => {
            let covers = covers_prefix(&prefix, &url.to_string()) && !climbs(&url.path);
            (Scope::Prefix(prefix.into()), covers)
        }
    };
    signed.text(found.terms);
    let claims = claims(&found, covers.0, form)?;
    Ok(Inspection::new(url, claims, found.signature.as_bytes())
        .covering(covers.1)
        .shaped(Spelling::Base64UrlPadded, layout.signature))
}

fn decoded(prefix: Option<&str>) -> Result<Option<String>> {
    let read = |prefix: &str| {
        let bytes = Spelling::Base64UrlPadded.decode(prefix.as_bytes());
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(Error::Malformed("URLPrefix"))
    };
    prefix.map(read).transpose()
}

/// The query as it was before: nothing, a bare `?`, or parameters.
fn own_query(before: &str) -> Result<Option<Cow<'_, str>>> {
    match before {
        "" => Ok(None),
        "?" => Ok(Some("".into())),
        _ => before.strip_suffix('&').map(|own| Some(own.into())).ok_or(Error::Malformed("Expires")),
    }
}

fn claims<'v>(found: &Carried<'v>, scope: Scope<'v>, form: Form) -> Result<Claims<'v>> {
    let expires = Some(text::number(found.expires, "Expires")?);
    Ok(Claims { expires, key_id: Some(found.key_id.into()), scope, form, ..Claims::default() })
}

/// `…/edge-cache-token=Expires=…&KeyName=…&Signature=…/file`
fn in_path<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let path: &'v str = &visit.url.path;
    let malformed = || Error::Malformed("edge-cache-token");
    let (folder, rest) = path.split_once(SEGMENT).ok_or_else(malformed)?;
    let (segment, file) = rest.split_once('/').ok_or_else(malformed)?;
    let found = carried(segment, "&")?;
    if !found.before.is_empty() || !folder.ends_with('/') || found.prefix.is_some() {
        return Err(malformed());
    }
    let prefix = format!("{}{folder}", visit.url.origin);
    signed.text(&prefix).text(SEGMENT).text(found.terms);
    // The key writes padding and the path leaves it out; one that has it is not of this form.
    let padding = match (found.signature.contains('='), found.signature.len() % 4) {
        (true, _) => "=",
        (_, 2) => "==",
        (_, 3) => "=",
        _ => "",
    };
    let signature = [found.signature, padding].concat();
    let url = Url { path: format!("{folder}{file}").into(), ..visit.url.borrowed() };
    let claims = claims(&found, Scope::Prefix(prefix.into()), Form::Path)?;
    let covers = !climbs(&url.path);
    let inspection = Inspection::new(url, claims, signature.into_bytes()).covering(covers);
    Ok(inspection.shaped(Spelling::Base64UrlPadded, MEDIA.signature))
}

/// What clients escape, cut or never send could not verify; a prefix must say where its host ends.
fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let text = url.to_string();
    if let Some(byte) = text.bytes().find(|byte| !byte.is_ascii_graphic() || b"\"<>\\^`{}|".contains(byte)) {
        let text = format!("{text}: the URL is signed as it is sent; write byte %{byte:02X} percent-encoded");
        return Err(Error::Usage(text));
    }
    if url.query.as_deref() == Some("") {
        return Err(Error::Usage(format!(
            "{text}: ends with a bare `?`, which Google's signer doubles; leave it off"
        )));
    }
    let id = claims.key_id()?;
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err(Error::Usage(format!(
            "the key id `{id}` must be letters, digits, - and _; pass --key-id"
        )));
    }
    let Scope::Prefix(prefix) = &claims.scope else { return Ok(()) };
    let prefix = whole(prefix, url)?;
    let host_ends = prefix.find("://").is_some_and(|mark| prefix[mark + 3..].contains('/'));
    if !host_ends || prefix.contains(['?', '#']) {
        return Err(Error::Usage(format!(
            "the prefix {prefix} must reach past the host's / and hold no ? or #"
        )));
    }
    match covers_prefix(&prefix, &text) && !climbs(&url.path) {
        true => Ok(()),
        false => Err(outside(&prefix, url)),
    }
}

#[cfg(test)]
mod tests;
