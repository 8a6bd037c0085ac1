//! What AWS's Signature Version 4 in the query and Google's V4 have in common: the canonical request, and a
//! reader of what stands in a signed URL.
//!
//! Contract: sections 3 and 5. The canonical string ends in the whole canonical request; keys hash it.

use super::{
    Claims, Inspection, Spelling, Url, Visit, stamp,
    text::{self, Append, UNRESERVED, UNRESERVED_PATH},
};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The longest lifetime, in seconds.
pub const WEEK: u64 = 604_800;
/// How far ahead of the service's clock a URL may be dated; unconfirmed.
const SKEW: u64 = 900;

/// Names and values, percent-encoded.
pub type Pairs = Vec<(String, String)>;

/// How a vendor names the parts.
pub struct Vendor {
    /// The first line of the string to sign.
    pub algorithm: &'static str,
    /// The last part of the scope.
    pub closing: &'static str,
    /// Its parameters.
    pub names: Names,
}

/// The names of the parameters.
pub struct Names {
    /// Which algorithm.
    pub algorithm: &'static str,
    /// Key id and scope.
    pub credential: &'static str,
    /// The time of signing.
    pub date: &'static str,
    /// The lifetime.
    pub expires: &'static str,
    /// The headers that are signed.
    pub headers: &'static str,
    /// The signature.
    pub signature: &'static str,
}

impl Vendor {
    /// The lines before the canonical request.
    pub fn preamble(&self, date: &str, scope: &str, out: &mut Vec<u8>) {
        out.text(self.algorithm).text("\n").text(date).text("\n").text(scope).text("\n");
    }

    /// What stands in a signed URL; the shape of the signature is the caller's to add.
    pub fn inspect<'v>(
        &self,
        visit: &'v Visit<'v>,
        method: &'v str,
        reserved: &[&str],
        signed: &mut Vec<u8>,
    ) -> Result<Inspection<'v>> {
        let (url, names) = (&visit.url, &self.names);
        if url.required(names.algorithm)? != self.algorithm {
            return Err(Error::Malformed(names.algorithm));
        }
        let date = url.required(names.date)?;
        let issued = stamp::read(date).ok_or(Error::Malformed(names.date))?;
        let lifetime = text::number(url.required(names.expires)?, names.expires)?;
        if !(1..=WEEK).contains(&lifetime) {
            return Err(Error::Malformed(names.expires));
        }
        let (key_id, scope) = self.credential(url, date)?;
        let signature = url.required(names.signature)?;

        self.preamble(date, &scope, signed);
        let mut pairs = query(url)?;
        pairs.retain(|(name, _)| name != names.signature);
        request(url, method, pairs, &self.signed_headers(visit)?, signed)?;

        let claims = Claims {
            expires: issued.checked_add(lifetime),
            not_before: Some(issued.saturating_sub(SKEW)),
            issued: Some(issued),
            key_id: Some(key_id.into()),
            method: Some(method),
            ..visit.claims()
        };
        let bare = url.without(|name| reserved.contains(&name));
        Ok(Inspection::new(bare, claims, signature.as_bytes()).note("scope", scope))
    }

    /// Key id and scope out of `ID/YYYYMMDD/region/service/closing`.
    fn credential(&self, url: &Url<'_>, date: &str) -> Result<(String, String)> {
        let malformed = Error::Malformed(self.names.credential);
        let Some(text) = text::percent_decode(url.required(self.names.credential)?) else {
            return Err(malformed);
        };
        let Some((id, scope)) = text.split_once('/') else { return Err(malformed) };
        let parts: Vec<&str> = scope.split('/').collect();
        match parts[..] {
            [day, region, _, closing]
                if date.starts_with(day)
                    && day.len() == 8
                    && !region.is_empty()
                    && closing == self.closing =>
            {
                Ok((id.to_owned(), scope.to_owned()))
            }
            _ => Err(malformed),
        }
    }

    /// The headers that were signed besides the host, with the values of this visit.
    fn signed_headers<'v>(&self, visit: &'v Visit<'v>) -> Result<Vec<(Cow<'v, str>, Cow<'v, str>)>> {
        let list = visit.url.required(self.names.headers)?;
        let list = text::percent_decode(list).ok_or(Error::Malformed(self.names.headers))?;
        let malformed = || Error::Malformed(self.names.headers);
        if !list.split(';').any(|name| name == "host") {
            return Err(malformed());
        }
        let mut headers = Vec::new();
        for name in list.split(';').filter(|name| *name != "host") {
            let lower = |byte: u8| byte.is_ascii_lowercase() || b"-_0123456789".contains(&byte);
            if name.is_empty() || !name.bytes().all(lower) {
                return Err(malformed());
            }
            let value = visit.header(name).ok_or(Error::MissingClaim(
                "this URL signs request headers besides the host (SignedHeaders): pass each with --header",
            ))?;
            headers.push((Cow::Owned(name.to_owned()), collapsed(value)));
        }
        Ok(headers)
    }
}

/// A header's value as it is signed: trimmed, each run of white space one blank.
pub fn collapsed(value: &str) -> Cow<'_, str> {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    Cow::Owned(words.join(" "))
}

/// The canonical request. `headers` are those signed besides the host, lower-cased.
pub fn request(
    url: &Url<'_>,
    method: &str,
    mut pairs: Pairs,
    headers: &[(Cow<'_, str>, Cow<'_, str>)],
    out: &mut Vec<u8>,
) -> Result<()> {
    if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Error::Malformed("method"));
    }
    pairs.sort();
    out.text(method).text("\n").text(&path(url)?).text("\n");
    write_query(&pairs, out);
    out.text("\n");
    let host = host(url)?;
    let mut headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    headers.push(("host", host));
    headers.sort_unstable();
    for (name, value) in &headers {
        out.text(name).text(":").text(value).text("\n");
    }
    out.text("\n");
    for (index, (name, _)) in headers.iter().enumerate() {
        out.text(if index == 0 { "" } else { ";" }).text(name);
    }
    out.text("\nUNSIGNED-PAYLOAD");
    Ok(())
}

/// Appends parameters in their order.
pub fn write_query(pairs: &Pairs, out: &mut Vec<u8>) {
    for (index, (name, value)) in pairs.iter().enumerate() {
        out.text(if index == 0 { "" } else { "&" }).text(name).text("=").text(value);
    }
}

/// The seconds from signing to expiry, where the services take them.
pub fn lifetime(claims: &Claims<'_>) -> Result<u64> {
    let lifetime = claims.expires()?.saturating_sub(claims.issued()?);
    if !(1..=WEEK).contains(&lifetime) {
        let text = format!(
            "the service takes a lifetime of 1 to {WEEK} seconds, not {lifetime}; choose another expiry"
        );
        return Err(Error::Data(text));
    }
    Ok(lifetime)
}

/// The key id, which must not reach into the scope.
pub fn key_id<'c>(claims: &'c Claims<'_>) -> Result<&'c str> {
    let id = claims.key_id()?;
    if id.is_empty() || id.contains('/') {
        return Err(Error::Data(
            "the key id must be the access key id or account, without a slash; pass --key-id".into(),
        ));
    }
    Ok(id)
}

/// Text with everything but unreserved characters escaped.
pub fn encoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    out.percent(text, &UNRESERVED);
    String::from_utf8(out).expect("escapes are ASCII")
}

/// The query of the URL, decoded and encoded as the services do it. A plus could be itself or a space, and a
/// name of the scheme's own with escapes would stand there twice once it is encoded.
pub fn query(url: &Url<'_>) -> Result<Pairs> {
    let part = |text: &str| match text.contains(['+', '#']) {
        true => None,
        false => text::percent_decode(text).map(|text| encoded(&text)),
    };
    let foreign = |raw: &str, name: &str| raw == name || !OWN.iter().any(|own| name.starts_with(own));
    let both = |(raw, value)| part(raw).filter(|name| foreign(raw, name)).zip(part(value));
    url.pairs().map(|pair| both(pair).ok_or(Error::Malformed(QUERY))).collect()
}

/// How the schemes' own names begin.
const OWN: [&str; 3] = ["X-Amz-", "X-Goog-", "x-id"];

/// The name of a query that cannot be read.
pub const QUERY: &str = "query (a `+` must be %2B or %20, and a fragment is never sent)";

/// The path, decoded and encoded once, nothing normalised.
pub fn path(url: &Url<'_>) -> Result<String> {
    let path = url.rooted().path.into_owned();
    let decoded = text::percent_decode(&path).filter(|_| !path.contains('#'));
    let decoded = decoded.ok_or(Error::Malformed("path (it must be UTF-8, without a fragment)"))?;
    let mut out = Vec::new();
    out.text(if decoded.starts_with('/') { "" } else { "/" }).percent(&decoded, &UNRESERVED_PATH);
    Ok(String::from_utf8(out).expect("escapes are ASCII"))
}

/// The host as it is signed: without the port that the scheme has anyway.
fn host<'u>(url: &'u Url<'_>) -> Result<&'u str> {
    let host = url.host();
    let port = if url.origin.starts_with("https:") { ":443" } else { ":80" };
    match host.strip_suffix(port).unwrap_or(host) {
        "" => Err(Error::Data("the host is signed; give the whole URL of the object, with https://".into())),
        host => Ok(host),
    }
}

/// The scope, and the string to sign: the canonical request at the end replaced by its digest.
pub fn string_to_sign(canonical: &[u8]) -> Result<(&str, Vec<u8>)> {
    let broken = || Error::Software("the canonical string of V4 lacks its first lines".into());
    let text = std::str::from_utf8(canonical).map_err(|_| broken())?;
    let request = text.match_indices('\n').nth(2).map(|(end, _)| end + 1).ok_or_else(broken)?;
    let scope = text[..request].lines().nth(2).ok_or_else(broken)?;
    let mut string = canonical[..request].to_vec();
    string.spelled(Spelling::Hex, &Sha256::digest(&canonical[request..]));
    Ok((scope, string))
}
