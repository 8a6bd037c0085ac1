//! Cloudinary's signed delivery URLs: a short digest of transformation and public id, in the path.
//!
//! Contract: section 12. Cloud, resource type, delivery type and version are not signed; what follows them is, as it
//! stands in the URL, with the secret behind it.

pub mod token;

use super::{
    Claims, Example, Form, Inspection, Key, Param, Params, Scheme, Spelling, Url, Visit, key, text::Append,
};
use crate::error::{Error, Result};

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cloudinary",
    title: "Cloudinary signed delivery URL",
    about: "A digest of transformation, public id and the account's API secret, of which the first 8 characters of \
            base64url stand in the path as `s--…--` (32 of SHA-256 with length=long, which is safer). Neither the \
            cloud, nor resource and delivery type, nor the version is signed, so a signature holds for the same id \
            elsewhere. The public id is signed as it stands in the URL, encoded; the vendor's libraries encode some \
            marks differently, and each agrees with itself. It has no end: for one use cloudinary-token.",
    source: "cloudinary 1.46.3 (PyPI) and 2.11.0 (npm)",
    claims: &[],
    forms: &[Form::Path],
    params: &[
        Param::one_of("algorithm", &["sha1", "sha256"]).about("the account's signature algorithm"),
        Param::one_of("length", &["short", "long"]).about(
            "8 characters, or 32 of SHA-256; where it is not given, either is verified",
        ),
        Param::one_of("version", &["unsigned", "signed"]).about(
            "what a component v1, v2… before the public id is: the version, or a folder of the id, which is signed",
        ),
    ],
    example: Example {
        target: "https://res.cloudinary.com/demo/image/upload/sample.jpg",
        ..Example::BASE
    },
    fresh: |_| super::Fresh::Vendor("Cloudinary issues it with the account (console, settings, API keys)"),
    canonical,
    prepare,
    assemble: |url, _, seal, out| {
        let url = url.rooted();
        let (head, rest) = cut(&url.path)?;
        out.text(&url.origin).text(head).text("/s--").bytes(&seal.signature).text("--/").text(rest);
        if let Some(query) = &url.query {
            out.text("?").text(query);
        }
        Ok(())
    },
    inspect,
    guard,
    ..Scheme::BASE
};

const LONG: usize = 32;

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    let (_, rest) = cut(&url.path)?;
    if !is_escaped(rest) {
        return Err(Error::Malformed("percent escape"));
    }
    let (before, after) = match claims.params.get("version") {
        Some("signed") => (rest, ""),
        _ => versioned(rest),
    };
    out.text(before).text(after).bytes(&[key::MARK]);
    Ok(())
}

/// `/cloud/resource/type`, the cloud being absent on hosts of its own, and what follows the slash after it.
fn cut(path: &str) -> Result<(&str, &str)> {
    const MALFORMED: Error = Error::Malformed("delivery path");
    let segments: Vec<&str> = path.splitn(5, '/').skip(1).collect();
    let at = segments.iter().take(2).position(|segment| ["image", "video", "raw"].contains(segment));
    let head = &segments.get(..at.ok_or(MALFORMED)? + 2).ok_or(MALFORMED)?;
    let end: usize = head.iter().map(|segment| segment.len() + 1).sum();
    let rest = path.get(end + 1..).filter(|rest| !rest.is_empty()).ok_or(MALFORMED)?;
    Ok((&path[..end], rest))
}

/// What stands before and after the version, which follows the transformations.
fn versioned(rest: &str) -> (&str, &str) {
    let mut at = 0;
    for component in rest.split_inclusive('/') {
        let Some(name) = component.strip_suffix('/') else { break };
        if is_version(name) {
            return (&rest[..at], &rest[at + component.len()..]);
        }
        if !is_transformation(name) {
            break;
        }
        at += component.len();
    }
    (rest, "")
}

fn is_version(name: &str) -> bool {
    name.strip_prefix('v')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `c_fill,w_300`: short names with a value each, and variables.
fn is_transformation(name: &str) -> bool {
    name.split(',').all(|step| {
        let short = |(name, _): (&str, &str)| {
            (1..=3).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        step.starts_with('$') || step.split_once('_').is_some_and(short)
    })
}

/// Whether each `%` begins an escape. The vendor's Node library refuses what else stands there.
fn is_escaped(text: &str) -> bool {
    let hex = |piece: &str| piece.len() > 1 && piece.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    text.split('%').skip(1).all(hex)
}

fn prepare(secret: &[u8], params: Params<'_>) -> Result<Box<dyn Key>> {
    let made = |digest, bytes| {
        Ok(key::shortened(key::digest(digest, secret, Spelling::Raw)?, bytes, Spelling::Base64Url))
    };
    let long = made("sha256", 24)?;
    if params.get("length") == Some("long") {
        return Ok(long);
    }
    let short = made(params.or("algorithm", "sha1"), 6)?;
    Ok(if params.get("length").is_some() { short } else { Box::new(Either { short, long }) })
}

/// Signs short, and verifies both lengths: an account may take either.
struct Either {
    short: Box<dyn Key>,
    long: Box<dyn Key>,
}

impl Key for Either {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.short.sign(canonical, out)
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        let key = if signature.len() == LONG { &self.long } else { &self.short };
        key.verify(canonical, signature, scratch)
    }
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    const MALFORMED: Error = Error::Malformed("signature");
    let path = &visit.url.path;
    let (head, rest) = cut(path)?;
    let (component, id) = rest.split_once('/').filter(|(_, id)| !id.is_empty()).ok_or(MALFORMED)?;
    let signature =
        component.strip_prefix("s--").and_then(|rest| rest.strip_suffix("--")).ok_or(MALFORMED)?;
    let url = Url { path: format!("{head}/{id}").into(), ..visit.url.borrowed() };
    let long = match visit.params.get("length") {
        None => signature.len() == LONG,
        Some(length) => length == "long",
    };
    let query = url.query.is_some();
    let claims = Claims { form: Form::Path, ..visit.claims() };
    let found = Inspection::new(url, claims, signature.as_bytes());
    let found = found.shaped(Spelling::Base64Url, if long { 24 } else { 6 });
    Ok(if query { found.note("query", "not signed") } else { found })
}

fn guard(url: &Url<'_>, _: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    let url = url.rooted();
    let refused = |text: &str| Err(Error::Usage(text.into()));
    let Ok((_, rest)) = cut(&url.path) else {
        return refused(
            "Cloudinary's paths are /<cloud>/<image, video or raw>/<delivery type>/<public id>; give the whole of it",
        );
    };
    if url.query.is_some() {
        return refused(
            "Cloudinary signs no query; write the ? of a public id as %3F, or append the query afterwards",
        );
    }
    if rest.starts_with("s--") {
        return refused("the URL carries a signature already; sign the plain URL");
    }
    if !is_escaped(rest) {
        return refused("the public id has a % that begins no escape; write it as %25");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
