//! bunny.net's token authentication of 2026: HMAC-SHA256 over path, expiry, address and parameters. What went
//! before stands in `older`.
//!
//! Contract: section 8, which follows the vendor's five signers where its README differs. They disagree on
//! paths that are not percent-encoded; here a path is signed and written as given unless told otherwise.

pub mod older;

use super::{
    Claim, Claims, Form, Inspection, Param, Scheme, Scope, Seal, Spelling, Text, Url, Visit, covers_prefix,
    key,
    text::{self, Append, Kept, UNRESERVED, any_byte},
};
use crate::error::{Error, Result};
use memchr::memchr;
use std::borrow::Cow;
use std::net::IpAddr;

/// The row.
pub const HS256: Scheme = Scheme {
    id: "bunny",
    title: "bunny.net token authentication (HS256)",
    about: "HMAC-SHA256 in base64url over path, expiry, the visitor's address and the sorted parameters. The \
            query of the URL is signed too and written again inside the token's parameters; a fragment is \
            dropped. An IPv6 address stands for its /64. Whether the second named by the expiry is still valid, \
            and whether a query behind the directory form is signed, is unconfirmed.",
    source: "docs.bunny.net, CDN token authentication; BunnyWay/BunnyCDN.TokenAuthentication 48ff1af",
    claims: &[Claim::Expires, Claim::Prefix, Claim::Ip, Claim::Countries],
    forms: &[Form::Query, Form::Path],
    params: &[
        Param::one_of("path", &["verbatim", "encoded", "decoded"]).about(
            "how the path is signed and written: as given, percent-encoded (the vendor's Node and Rust \
                    signers), or decoded (its Go signer)",
        ),
        Param::one_of("ignore_params", &["false", "true"])
            .about("true signs no parameter, so that any query may be added; the URL's own is left out"),
        Param::text("limit").about("the most kB/s that the visitor gets"),
    ],
    reserved: &[
        "token",
        "bcdn_token",
        "expires",
        "token_path",
        "token_countries",
        "token_countries_blocked",
        "token_ignore_params",
        "limit",
    ],
    bears: &["token", "bcdn_token"],
    canonical,
    prepare: |secret, _| Ok(key::hmac_sha256(secret, Spelling::Base64Url)),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const PREFIX: &str = "HS256-";
const LOCKED: &str = "1-";
const DIRECTORY: &str = "/bcdn_token=";

/// What the vendor's Node and Rust signers leave alone in a path: WHATWG's path set, and escapes.
static PATH: Kept = Kept::alphanumeric_and(b"!$%&'()*+,-./:;=@[\\]_|~");

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    subject(url, claims, out)?;
    if let Some(ip) = claims.ip.as_deref() {
        address(ip, out)?;
    }
    signed_parameters(url, claims, out)
}

/// Prefix or path, and the expiry.
fn subject(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    match &claims.scope {
        Scope::Prefix(prefix) => out.text(prefix),
        _ => out.text(&path(url, claims)?),
    };
    out.decimal(claims.expires()?);
    Ok(())
}

fn signed_parameters(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    for (index, (name, value)) in parameters(url, claims)?.iter().enumerate() {
        out.text(if index == 0 { "" } else { "&" }).text(name).text("=").text(value);
    }
    Ok(())
}

/// The path without a fragment, as the setting wants it. bunny's signers drop or replace control characters,
/// each in its own way.
fn path<'u>(url: &'u Url<'_>, claims: &Claims<'_>) -> Result<Cow<'u, str>> {
    let path = match url.rooted().path {
        Cow::Borrowed(path) => Cow::Borrowed(before_fragment(path)),
        Cow::Owned(path) => Cow::Owned(before_fragment(&path).to_owned()),
    };
    let path = match claims.params.or("path", "verbatim") {
        "encoded" => Cow::Owned(percent_encoded(&path)),
        "decoded" => Cow::Owned(text::percent_decode(&path).ok_or(Error::Malformed("path"))?.into_owned()),
        _ => path,
    };
    if any_byte(path.as_bytes(), |byte| (byte < b' ') | (byte == 0x7f)) {
        return Err(Error::Data(
            "the path holds a control character, which no URL can; percent-encode it".into(),
        ));
    }
    Ok(if path.is_empty() { Cow::Borrowed("/") } else { path })
}

fn before_fragment(text: &str) -> &str {
    memchr(b'#', text.as_bytes()).map_or(text, |end| &text[..end])
}

fn percent_encoded(path: &str) -> String {
    let mut out = Vec::new();
    out.percent(path, &PATH);
    String::from_utf8(out).expect("escapes are ASCII")
}

/// Four bytes, or the sixteen of an IPv6 network of 64 bits.
fn address(ip: &str, out: &mut Vec<u8>) -> Result<()> {
    match ip.parse() {
        Ok(IpAddr::V4(ip)) => out.bytes(&ip.octets()),
        Ok(IpAddr::V6(ip)) => out.bytes(&ip.octets()[..8]).bytes(&[0; 8]),
        Err(_) => {
            return Err(Error::Usage(format!("`{ip}` is no IP address; bunny takes one, not a network")));
        }
    };
    Ok(())
}

/// Names and values as they are signed: decoded, sorted by name, each name once.
fn parameters<'u>(url: &'u Url<'_>, claims: &'u Claims<'_>) -> Result<Vec<(Cow<'u, str>, Cow<'u, str>)>> {
    let mut all = Vec::new();
    if ignores(url, claims) {
        all.push(("token_ignore_params".into(), "true".into()));
    } else {
        own(url, &mut all)?;
        let limit = claims.params.get("limit");
        if limit.is_some_and(|limit| text::plain_number(limit).is_none()) {
            return Err(Error::Usage("--param limit=… takes a number of kB/s".into()));
        }
        let claimed = [
            ("token_countries", claims.countries.as_deref()),
            ("token_countries_blocked", claims.blocked.as_deref()),
            ("limit", limit),
        ];
        all.extend(claimed.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into()))));
    }
    if let Scope::Prefix(prefix) = &claims.scope {
        all.push(("token_path".into(), Cow::Borrowed(prefix)));
    }
    all.sort();
    if let Some(twice) = all.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let name = &twice[0].0;
        return Err(Error::Data(format!("the parameter `{name}` stands twice; bunny signs each name once")));
    }
    Ok(all)
}

fn own<'u>(url: &'u Url<'_>, all: &mut Vec<(Cow<'u, str>, Cow<'u, str>)>) -> Result<()> {
    let query = url.query.as_deref().filter(|_| !url.path.contains('#')).unwrap_or_default();
    for (name, value) in pairs(before_fragment(query)) {
        let (read, value) =
            text::form_decode(name).zip(text::form_decode(value)).ok_or(Error::Malformed("query"))?;
        // Written out again it would be bunny's own name.
        if read != name && HS256.reserved.contains(&&*read) {
            return Err(Error::Malformed("query"));
        }
        all.push((read, value));
    }
    Ok(())
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> + Clone {
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

/// Whether the setting says so, or the URL that is being verified.
fn ignores(url: &Url<'_>, claims: &Claims<'_>) -> bool {
    let carried = url.value("token_ignore_params") == Some("true");
    carried || claims.params.get("ignore_params") == Some("true")
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let path = path(url, claims)?;
    out.text(&url.rooted().origin);
    match claims.form {
        Form::Path => out.text(DIRECTORY),
        _ => out.text(&path).text("?token="),
    };
    out.text(PREFIX).text(if claims.ip.is_some() { LOCKED } else { "" }).bytes(&seal.signature);
    carried_parameters(url, claims, out)?;
    out.text("&expires=").decimal(claims.expires()?);
    if claims.form == Form::Path {
        out.text(&path);
    }
    Ok(())
}

fn carried_parameters(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    for (name, value) in parameters(url, claims)? {
        out.text("&").percent(&name, &UNRESERVED).text("=").percent(&value, &UNRESERVED);
    }
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let place = Place::of(visit)?;
    let token = place.token.strip_prefix(PREFIX).ok_or(Error::Malformed("token"))?;
    // 43 characters are the signature alone, which may itself begin with the two of the lock.
    let signature = token.strip_prefix(LOCKED).filter(|signature| signature.len() >= 43);
    let locked = signature.is_some();
    let ip = match visit.ip {
        Some(ip) if locked => Some(Text::Borrowed(ip)),
        None if locked => {
            return Err(Error::MissingClaim("this token is locked to the visitor's address: pass --ip"));
        }
        _ => None,
    };
    place.found(visit, Claims { ip, ..Claims::default() }, signature.unwrap_or(token))
}

/// Where a token stands, and among what.
struct Place<'v> {
    form: Form,
    token: &'v str,
    path: &'v str,
    carried: &'v str,
}

impl<'v> Place<'v> {
    fn of(visit: &'v Visit<'v>) -> Result<Self> {
        let path: &'v str = &visit.url.path;
        let (form, name, path, carried) = match path.strip_prefix(DIRECTORY) {
            Some(_) => {
                let end = path[1..].find('/').map_or(path.len(), |slash| slash + 1);
                (Form::Path, "bcdn_token", &path[end..], &path[1..end])
            }
            None => (Form::Query, "token", path, visit.url.query.as_deref().unwrap_or_default()),
        };
        let token = once(carried, name)?.ok_or(Error::Malformed("token"))?;
        Ok(Self { form, token, path, carried })
    }

    fn found(self, visit: &'v Visit<'v>, claims: Claims<'v>, signature: &'v str) -> Result<Inspection<'v>> {
        let expires = text::number(once(self.carried, "expires")?.unwrap_or_default(), "expires")?;
        let claims = Claims { expires: Some(expires), form: self.form, ..claims };
        let url = Url { path: self.path.into(), ..visit.url.borrowed() };
        let (url, claims) = limited(url, self.carried, claims)?;
        let covers = claims.scope.text().is_none_or(|prefix| below(prefix, self.path));
        let found = Inspection::new(url, claims, signature.as_bytes());
        let found = found.covering(covers).shaped(Spelling::Base64Url, 32);
        let query = visit.url.query.as_deref().is_some_and(|query| !query.is_empty());
        Ok(match self.form {
            Form::Path if query => found.note("query", "not signed in the directory form"),
            _ => found,
        })
    }
}

/// Countries and prefix, and the URL with the parameters that are left.
fn limited<'v>(url: Url<'v>, carried: &'v str, mut claims: Claims<'v>) -> Result<(Url<'v>, Claims<'v>)> {
    let decoded = |name| match once(carried, name)? {
        Some(value) => text::form_decode(value).map(Some).ok_or(Error::Malformed(name)),
        None => Ok(None),
    };
    let mut taken = vec!["token", "bcdn_token", "expires", "token_path"];
    claims.scope = decoded("token_path")?.map_or(Scope::Url, Scope::Prefix);
    // Where parameters are ignored, countries are not signed either, whatever the URL says.
    if once(carried, "token_ignore_params")? != Some("true") {
        claims.countries = decoded("token_countries")?;
        claims.blocked = decoded("token_countries_blocked")?;
        taken.extend(["token_countries", "token_countries_blocked"]);
    }
    let carried = Url { query: Some(carried.into()), ..Url::default() };
    let left =
        carried.without(|name| taken.contains(&name)).query.map(|query| Cow::Owned(query.into_owned()));
    Ok((Url { query: left, ..url }, claims))
}

/// The value of a name that may stand once.
fn once<'v>(query: &'v str, name: &'static str) -> Result<Option<&'v str>> {
    let mut values = pairs(query).filter(|(key, _)| *key == name).map(|(_, value)| value);
    let first = values.next();
    if values.next().is_some() { Err(Error::Malformed(name)) } else { Ok(first) }
}

/// Whether the path lies below the prefix, as written or decoded, and does not climb out of it.
fn below(prefix: &str, path: &str) -> bool {
    let Some(decoded) = text::percent_decode(path) else { return false };
    let climbs = decoded.split(['/', '\\']).any(|segment| segment == "..");
    !climbs && (covers_prefix(prefix, path) || covers_prefix(prefix, &decoded))
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    if claims.params.get("ignore_params") == Some("true")
        && (claims.countries.is_some() || claims.blocked.is_some())
    {
        let text = "with ignore_params=true bunny's token carries no countries: leave one of the two out";
        return Err(Error::Usage(text.into()));
    }
    if claims.params.get("path").is_none() && !url.path.is_ascii() {
        return Err(Error::Usage(format!(
            "{url}: bunny's own signers differ over characters outside ASCII; write them percent-encoded, or pass --param path=…"
        )));
    }
    let mapped = |ip: &str| matches!(ip.parse(), Ok(IpAddr::V6(ip)) if ip.to_ipv4_mapped().is_some());
    if let Some(ip) = claims.ip.as_deref().filter(|ip| mapped(ip)) {
        return Err(Error::Usage(format!(
            "`{ip}` is IPv4 in the form of IPv6, which the edge never sees; write a.b.c.d"
        )));
    }
    within(url, claims)
}

/// The URL lies below the prefix that is signed.
fn within(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let path = path(url, claims)?;
    if path.starts_with(DIRECTORY) {
        return Err(Error::Usage(format!("{path}: the URL carries a token already; sign the plain URL")));
    }
    match claims.scope.text() {
        Some(prefix) if !below(prefix, &path) => {
            Err(Error::Usage(format!("{path} is not below the prefix {prefix}; bunny would refuse the URL")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
