//! Akamai Edge Auth Token 2.0: HMAC over fields joined with `~`, for one URL or for an access list.
//!
//! Contract: section 6. The vendor's two libraries escape differently where they escape; `escape=on` signs only
//! what both write alike. A field that holds the text of another would let a reader cut the token elsewhere,
//! so it is refused.

use super::{
    Claim, Claims, Form, Inspection, Param, Params, Scheme, Scope, Seal, Spelling, Url, Visit, climbs,
    covers_globs, fields, key,
    text::{self, Append, Kept},
};
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::net::IpAddr;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "akamai-edgeauth",
    title: "Akamai Edge Auth Token 2.0",
    about: "HMAC over the fields of the token and, without a prefix, over path and query of the URL; with a \
            prefix or a pattern the token carries an access list instead, `!` between its entries. The key is \
            hexadecimal. With \"escape token input\" the vendor's Python and Node libraries differ on blanks and \
            on ~ ! ( ): name one of them, or `on` for what both write. Do not use ! or ~ in paths. Salts are \
            being deprecated. The name that a property expects (often hdnts), and whether the second named by \
            the expiry is still valid, is unconfirmed.",
    source: "techdocs.akamai.com, Auth Token 2.0; akamai-edgeauth 0.3.2 (PyPI) and 0.2.0 (npm)",
    secret: Spelling::Hex,
    claims: &[Claim::Expires, Claim::NotBefore, Claim::Prefix, Claim::Globs, Claim::Ip],
    forms: &[Form::Query, Form::Cookie, Form::Header, Form::Token],
    params: &[
        Param::one_of("algorithm", &["sha256", "sha1", "md5"]).about("the digest of the HMAC"),
        Param::one_of("escape", &["off", "on", "python", "node"]).about(
            "\"escape token input\" of the property: how ip, session_id, payload and the URL are escaped; on \
             refuses what the vendor's libraries escape differently",
        ),
        Param::text("token_name").about("the name of parameter, cookie or header; __token__ unless given"),
        Param::secret("salt").about("hashed with the token, and known to the property"),
        Param::text("session_id").about("the field id"),
        Param::text("payload").about("the field data"),
        Param::text("field_delimiter").about("between the fields; ~ unless given"),
        Param::text("acl_delimiter").about("between the entries of an access list; ! unless given"),
    ],
    reserved: NAMES,
    bears: &["hmac"],
    canonical,
    prepare,
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

/// Names that are looked for where none is set; the first is the libraries' own.
const NAMES: &[&str] = &["__token__", "hdnts"];
/// Every field in its order. The last three never stand before the signature.
const FIELDS: [&str; 9] = ["ip", "st", "exp", "acl", "id", "data", "url", "salt", "hmac"];

/// What the Python library leaves alone; it writes a blank as `+`.
static PYTHON: Kept = Kept::alphanumeric_and(b"-_.~");
static NODE: Kept = Kept::alphanumeric_and(b"-_.!()");

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    carried(claims, out)?;
    if claims.scope == Scope::Url {
        path(url, claims.params, out)?;
    }
    salt(claims.params, out);
    Ok(())
}

/// What the token carries, save the signature.
fn carried(claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let (params, delimiter) = (claims.params, delimiter(claims.params)?);
    let expires = claims.expires()?;
    if expires == 0 {
        return Err(Error::Data("Akamai takes no expiry of 0; give a later time".into()));
    }
    if let Some(ip) = claims.ip.as_deref() {
        out.text("ip=");
        value(ip, params, delimiter, out)?;
        out.text(delimiter);
    }
    if let Some(start) = claims.not_before {
        out.text("st=").decimal(start).text(delimiter);
    }
    out.text("exp=").decimal(expires);
    if let Some(list) = claims.scope.text() {
        fields::unambiguous(list, delimiter, &FIELDS)?;
        let star = if matches!(claims.scope, Scope::Prefix(_)) { "*" } else { "" };
        out.text(delimiter).text("acl=").text(list).text(star);
    }
    for (name, param) in [("id=", "session_id"), ("data=", "payload")] {
        if let Some(text) = params.get(param) {
            out.text(delimiter).text(name);
            value(text, params, delimiter, out)?;
        }
    }
    Ok(())
}

fn value(text: &str, params: Params<'_>, delimiter: &str, out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    escaped(text, params, out)?;
    fields::unambiguous(std::str::from_utf8(&out[start..]).unwrap_or_default(), delimiter, &FIELDS)
}

fn path(url: &Url<'_>, params: Params<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.text(delimiter(params)?).text("url=");
    let url = url.rooted();
    escaped(&url.path, params, out)?;
    if let Some(query) = &url.query {
        escaped("?", params, out)?;
        escaped(query, params, out)?;
    }
    Ok(())
}

fn salt(params: Params<'_>, out: &mut Vec<u8>) {
    if has_salt(params).is_some() {
        out.text(params.or("field_delimiter", "~")).text("salt=").bytes(&[key::MARK]);
    }
}

fn has_salt<'a>(params: Params<'a>) -> Option<&'a str> {
    params.get("salt").filter(|salt| !salt.is_empty())
}

fn delimiter(params: Params<'_>) -> Result<&str> {
    let text = params.or("field_delimiter", "~");
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_punctuation() && byte != b'=');
    fits.then_some(text).ok_or_else(|| {
        Error::Usage("--param field_delimiter=… takes marks like ~ or |, no letters and no `=`".into())
    })
}

/// Escapes in lower case, as the setting says.
fn escaped(text: &str, params: Params<'_>, out: &mut Vec<u8>) -> Result<()> {
    let kept = match params.or("escape", "off") {
        "off" => {
            out.text(text);
            return Ok(());
        }
        "python" => &PYTHON,
        "node" => &NODE,
        _ => {
            match text.bytes().find(|byte| *byte == b' ' || PYTHON.contains(*byte) != NODE.contains(*byte)) {
                None => &PYTHON,
                Some(byte) => {
                    let text = format!(
                        "Akamai's libraries escape `{}` differently; pass --param escape=python or escape=node, \
                     whichever the property agrees with",
                        byte as char
                    );
                    return Err(Error::Data(text));
                }
            }
        }
    };
    let start = out.len();
    out.percent(text, kept);
    // Every percent sign is one of ours: those of the text were escaped.
    for at in start..out.len() {
        if out[at] == b'%' {
            out[at + 1..at + 3].make_ascii_lowercase();
        }
    }
    if params.get("escape") == Some("python") && text.contains(' ') {
        let plus: Vec<u8> = std::str::from_utf8(&out[start..]).unwrap_or_default().replace("%20", "+").into();
        out.truncate(start);
        out.bytes(&plus);
    }
    Ok(())
}

fn prepare(secret: &[u8], params: Params<'_>) -> Result<Box<dyn key::Key>> {
    let key = key::hmac(params.or("algorithm", "sha256"), secret, Spelling::Hex)?;
    Ok(match has_salt(params) {
        Some(salt) => key::salted(key, salt.as_bytes()),
        None => key,
    })
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let name = name(claims.params)?;
    match claims.form {
        Form::Token => {}
        Form::Cookie => _ = out.text(name).text("="),
        Form::Header => _ = out.text(name).text(": "),
        _ => {
            url.write(out);
            out.text(url.joint()).text(name).text("=");
        }
    }
    carried(claims, out)?;
    out.text(delimiter(claims.params)?).text("hmac=").bytes(&seal.signature);
    Ok(())
}

fn name(params: Params<'_>) -> Result<&str> {
    let name = params.or("token_name", NAMES[0]);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if name.is_empty() || !plain {
        return Err(Error::Usage("--param token_name=… takes letters, digits, - and _".into()));
    }
    Ok(name)
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let (form, name, token) = found(visit)?;
    let (params, delimiter) = (visit.params, delimiter(visit.params)?);
    let mark = format!("{delimiter}hmac=");
    let (carried, signature) = token.rsplit_once(&mark).ok_or(Error::Malformed("token"))?;
    let [ip, start, expires, list, id, data] = fields::taken_apart(carried, delimiter, &FIELDS)?;
    let url = match form {
        Form::Query => visit.url.without(|key| key == name),
        _ => visit.url.borrowed(),
    };
    signed.text(carried);
    if list.is_none() {
        path(&url, params, signed)?;
    }
    salt(params, signed);

    let separator: Vec<char> = params.or("acl_delimiter", "!").chars().collect();
    let covers =
        |list: &str| covers_globs(list, &separator, &url.rooted().path) && !climbs(&url.rooted().path);
    let covers = list.is_none_or(covers);
    let claims = Claims {
        expires: Some(text::number(expires.ok_or(Error::Malformed("exp"))?, "exp")?),
        not_before: start.map(|start| text::number(start, "st")).transpose()?,
        ip: ip.map(|ip| unescaped(ip, params)).transpose()?,
        scope: list.map_or(Scope::Url, |list| Scope::Globs(list.into())),
        form,
        ..visit.claims()
    };
    let mut found = Inspection::new(url, claims, signature.as_bytes()).covering(covers);
    for (name, text) in [("session_id", id), ("payload", data)] {
        if let Some(text) = text {
            found = found.note(name, unescaped(text, params)?);
        }
    }
    Ok(found.shaped(Spelling::Hex, length(signature, params)))
}

/// The bytes that the signature should have; where no algorithm is set, one of the three tells itself.
fn length(signature: &str, params: Params<'_>) -> usize {
    match (params.get("algorithm"), signature.len()) {
        (Some("sha1"), _) | (None, 40) => 20,
        (Some("md5"), _) | (None, 32) => 16,
        _ => 32,
    }
}

/// The token and where it stands: in the query, else a cookie, else a header.
fn found<'v>(visit: &'v Visit<'v>) -> Result<(Form, &'v str, &'v str)> {
    let given = visit.params.get("token_name");
    let names = || given.into_iter().chain(NAMES.iter().copied().filter(|_| given.is_none()));
    for name in names() {
        let mut values = visit.url.pairs().filter(|(key, _)| *key == name);
        match (values.next(), values.next()) {
            (Some((_, token)), None) => return Ok((Form::Query, name, token)),
            (Some(_), Some(_)) => return Err(Error::Malformed("token")),
            _ => {}
        }
    }
    let cookie = |name| Some((Form::Cookie, name, visit.cookie(name)?));
    let header = |name| Some((Form::Header, name, visit.header(name)?));
    names().find_map(cookie).or_else(|| names().find_map(header)).ok_or(Error::Malformed("token"))
}

fn unescaped<'v>(text: &'v str, params: Params<'_>) -> Result<Cow<'v, str>> {
    let decoded = match params.or("escape", "off") {
        "off" => return Ok(text.into()),
        "python" => text::form_decode(text),
        _ => text::percent_decode(text),
    };
    decoded.ok_or(Error::Malformed("token"))
}

/// What the edge would not find again in the request, or would cut elsewhere.
fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let params = claims.params;
    let (name, delimiter) = (name(params)?, delimiter(params)?);
    if url.value(name).is_some() {
        return Err(Error::Usage(format!("the URL has a parameter `{name}` already; sign the plain URL")));
    }
    if let Some(ip) = claims.ip.as_deref().filter(|ip| ip.parse::<IpAddr>().is_err()) {
        return Err(Error::Usage(format!("`{ip}` is no IP address; Akamai takes one, not a network")));
    }
    let path = url.rooted().path.into_owned();
    let list = claims.scope.text();
    if list.unwrap_or(&path).contains(delimiter) && (list.is_some() || params.or("escape", "off") == "off") {
        return Err(Error::Usage(format!(
            "{path}: Akamai's fields are cut at `{delimiter}`; write it percent-encoded, or choose another path"
        )));
    }
    access(&path, claims)?;
    if list.is_none() && params.or("escape", "off") == "off" {
        url.sent_as_written()?;
    }
    let mut token = Vec::new();
    carried(claims, &mut token)?;
    match token.into_iter().find(|byte| !carriable(*byte, claims.form)) {
        None => Ok(()),
        Some(byte) => Err(Error::Usage(format!(
            "byte %{byte:02X} in the token does not survive in a {}; leave it out, or pass --param escape=…",
            claims.form.name()
        ))),
    }
}

fn access(path: &str, claims: &Claims<'_>) -> Result<()> {
    let separator: Vec<char> = claims.params.or("acl_delimiter", "!").chars().collect();
    let list: Cow<'_, str> = match &claims.scope {
        Scope::Prefix(prefix) => format!("{prefix}*").into(),
        Scope::Globs(list) => Cow::Borrowed(list),
        _ => return Ok(()),
    };
    if !list.split(separator.as_slice()).all(|entry| entry.starts_with('/')) {
        return Err(Error::Usage(format!(
            "`{list}`: each entry of an access list is a path from its first /"
        )));
    }
    if covers_globs(&list, &separator, path) && !climbs(path) {
        return Ok(());
    }
    Err(Error::Usage(format!("the access list {list} does not cover {path}; Akamai would refuse the URL")))
}

/// Whether a byte arrives as it was written.
const fn carriable(byte: u8, form: Form) -> bool {
    match form {
        Form::Query => {
            byte.is_ascii_graphic() && !matches!(byte, b'&' | b'#' | b'+' | b'"' | b'\'' | b'<' | b'>')
        }
        Form::Cookie => byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\'),
        _ => byte.is_ascii_graphic() || byte == b' ',
    }
}

#[cfg(test)]
mod tests;
