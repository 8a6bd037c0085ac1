//! Cloudinary's authentication tokens: Akamai's layout with an escaped access list, in a cookie or in the query.
//!
//! Contract: section 12.

use crate::{
    error::{Error, Result},
    sign::{
        Claim, Claims, Form, Inspection, Scheme, Scope, Seal, Spelling, Url, Visit, climbs, covers_globs,
        fields, key, one_address,
        text::{self, Append},
    },
};
use std::borrow::Cow;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cloudinary-token",
    title: "Cloudinary authentication token",
    about: "HMAC-SHA256 in hex over the fields of the token and, without a prefix, over path and query of the URL; \
            with a prefix or a pattern the token carries an access list instead, `!` between its entries. It is the \
            parameter or the cookie `__cld_token__`. The key is the hexadecimal one of the token settings, not the \
            API secret. Whether the edge takes the path as it is written in the request, as it is signed here, and \
            whether the second named by the expiry is still valid, is unconfirmed.",
    source: "cloudinary 1.46.3 (PyPI) and 2.11.0 (npm)",
    secret: Spelling::Hex,
    claims: &[Claim::Expires, Claim::NotBefore, Claim::Prefix, Claim::Globs, Claim::Ip],
    forms: &[Form::Query, Form::Cookie],
    reserved: &[NAME],
    canonical,
    prepare: |secret, _| Ok(key::hmac_sha256(secret, Spelling::Hex)),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const NAME: &str = "__cld_token__";
/// Every field in its order. The last two never stand before the signature.
const FIELDS: [&str; 6] = ["ip", "st", "exp", "acl", "url", "hmac"];

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    carried(claims, out)?;
    if claims.scope == Scope::Url {
        target(url, out);
    }
    Ok(())
}

/// What the token carries, save the signature.
fn carried(claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    if let Some(ip) = claims.ip.as_deref() {
        fields::unambiguous(ip, "~", &FIELDS)?;
        out.text("ip=").text(ip).text("~");
    }
    if let Some(start) = claims.not_before {
        out.text("st=").decimal(start).text("~");
    }
    out.text("exp=").decimal(claims.expires()?);
    if let Some(list) = claims.scope.text() {
        escaped(list, out.text("~acl="));
        out.text(if matches!(claims.scope, Scope::Prefix(_)) { "*" } else { "" });
    }
    Ok(())
}

fn target(url: &Url<'_>, out: &mut Vec<u8>) {
    let mut text = Vec::new();
    url.rooted().write_target(&mut text);
    escaped(&String::from_utf8_lossy(&text), out.text("~url="));
}

/// These marks as escapes in lower case, and nothing else.
fn escaped(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        if b" \"#%&'/:;<=>?@[\\]^`{|}~".contains(&byte) {
            out.text("%").spelled(Spelling::Hex, &[byte]);
        } else {
            out.push(byte);
        }
    }
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    if claims.form == Form::Query {
        url.write(out);
        out.text(url.joint());
    }
    out.text(NAME).text("=");
    carried(claims, out)?;
    out.text("~hmac=").bytes(&seal.signature);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    const MALFORMED: Error = Error::Malformed(NAME);
    let (form, token) = match (visit.url.optional(NAME)?, visit.cookie(NAME)) {
        (Some(token), _) => (Form::Query, token),
        (None, cookie) => (Form::Cookie, cookie.ok_or(MALFORMED)?),
    };
    let (carried, signature) = token.rsplit_once("~hmac=").ok_or(MALFORMED)?;
    let [ip, start, expires, list] = fields::taken_apart(carried, "~", &FIELDS)?;
    let url = visit.url.without(|name| form == Form::Query && name == NAME);
    let list = list.map(|list| text::percent_decode(list).ok_or(Error::Malformed("acl"))).transpose()?;
    // A list is signed as it is written; without one the text can be built again.
    if list.is_some() {
        signed.text(carried);
    }
    let path = url.rooted().path.into_owned();
    let covers = list.as_deref().is_none_or(|list| covers_globs(list, &['!'], &path) && !climbs(&path));
    let claims = Claims {
        expires: Some(text::number(expires.ok_or(Error::Malformed("exp"))?, "exp")?),
        not_before: start.map(|start| text::number(start, "st")).transpose()?,
        ip: ip.map(Into::into),
        scope: list.map_or(Scope::Url, Scope::Globs),
        form,
        ..visit.claims()
    };
    Ok(Inspection::new(url, claims, signature.as_bytes()).covering(covers).shaped(Spelling::Hex, 32))
}

/// What the edge would not find again in the request.
fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    claims.ip.as_deref().map_or(Ok(()), one_address)?;
    let list: Cow<'_, str> = match &claims.scope {
        Scope::Prefix(prefix) => format!("{prefix}*").into(),
        Scope::Globs(list) => Cow::Borrowed(list),
        _ => return Ok(()),
    };
    let path = url.rooted().path.into_owned();
    if !list.split('!').all(|entry| entry.starts_with('/')) {
        return Err(Error::Usage(format!(
            "`{list}`: each entry of an access list is a path from its first /"
        )));
    }
    if !covers_globs(&list, &['!'], &path) || climbs(&path) {
        return Err(Error::Usage(format!("the access list {list} does not cover {path}; widen it")));
    }
    match list.bytes().find(|byte| !byte.is_ascii_graphic() && *byte != b' ' || b"+,".contains(byte)) {
        None => Ok(()),
        Some(byte) => Err(Error::Usage(format!(
            "byte %{byte:02X} of the access list stands bare in the token and does not survive; write ? in its place"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Signer, Verdict, detect},
    };

    const NOW: u64 = 1_800_000_000;
    const URL: &str = "https://res.example.com/demo/image/authenticated/a%20b.jpg?x=1";

    fn signer(key: &str) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), Default::default()).unwrap()
    }

    fn claims(scope: Scope<'static>) -> Claims<'static> {
        Claims { expires: Some(NOW), not_before: Some(NOW - 60), scope, ..Claims::default() }
    }

    fn mint(claims: &Claims<'_>) -> String {
        let mut out = Vec::new();
        signer("00ff").seal().mint(&Url::parse(URL).unwrap(), claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(key: &str, url: &str, now: u64, ip: Option<&str>, cookie: &str) -> Verdict {
        let headers = [("Cookie", cookie)];
        let visit = Visit { now, ip, headers: &headers, ..Visit::of(Url::parse(url).unwrap()) };
        signer(key).seal().verify(&visit).unwrap()
    }

    #[test]
    fn a_token_for_one_url_holds_between_its_times() {
        let url = mint(&claims(Scope::Url));
        assert!(url.starts_with(&format!("{URL}&__cld_token__=st=1799999940~exp=1800000000~hmac=")), "{url}");
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        let at = |url: &str, now| verdict("00ff", url, now, None, "");
        assert!(at(&url, NOW - 1).is_valid());
        assert_eq!(at(&url, NOW), Verdict::Expired { seconds: 0 });
        assert_eq!(at(&url, NOW - 61), Verdict::NotYetValid { seconds: 1 });
        for (from, to) in [("a%20b", "a%20c"), ("x=1", "x=2"), ("exp=18", "exp=19"), ("st=17", "st=16")] {
            assert_eq!(at(&url.replace(from, to), NOW - 1), Verdict::Mismatch, "{to}");
        }
        assert_eq!(verdict("00fe", &url, NOW - 1, None, ""), Verdict::Mismatch);
        for (from, to, part) in [
            ("~hmac=", "~mac=", NAME),
            ("__cld_token__", "token", NAME),
            ("~exp=1800000000", "", "exp"),
            ("st=1799999940~exp=1800000000", "exp=1800000000~st=1799999940", "token"),
            ("st=1", "st=01", "st"),
        ] {
            assert_eq!(at(&url.replace(from, to), NOW - 1), Verdict::Malformed(part), "{to}");
        }
    }

    #[test]
    fn an_access_list_covers_what_it_names_and_an_address_is_asked_for() {
        let list = Scope::Globs("/demo/image/a b/*!/demo/image/authenticated/*".into());
        let granted = Claims { form: Form::Cookie, ip: Some("203.0.113.7".into()), ..claims(list) };
        let cookie = mint(&granted);
        assert!(cookie.contains("~acl=%2fdemo%2fimage%2fa%20b%2f*!%2fdemo%2f"), "{cookie}");
        let asked = |url: &str, ip| verdict("00ff", url, NOW - 1, ip, &cookie);
        assert!(asked(URL, Some("203.0.113.7")).is_valid());
        assert_eq!(asked(URL, Some("203.0.113.8")), Verdict::Refused(Claim::Ip));
        for path in ["/demo/video/a.mp4", "/demo/image/authenticated/../a.jpg"] {
            let url = format!("https://res.example.com{path}");
            assert_eq!(asked(&url, Some("203.0.113.7")), Verdict::Refused(Claim::Globs), "{path}");
        }
        let prefix = mint(&claims(Scope::Prefix("/demo/".into())));
        assert!(
            prefix.contains("~acl=%2fdemo%2f*~hmac=")
                && verdict("00ff", &prefix, NOW - 1, None, "").is_valid()
        );
    }

    #[test]
    fn what_the_edge_would_refuse_is_not_minted() {
        let url = Url::parse(URL).unwrap();
        for scope in ["/other/*", "demo/*", "/demo/*!x", "/demo/*,+", "/demo/\u{e9}*!/demo/*"] {
            assert!(guard(&url, &claims(Scope::Globs(scope.into()))).is_err(), "{scope}");
        }
        let network = Claims { ip: Some("203.0.113.0/24".into()), ..claims(Scope::Url) };
        assert!(guard(&url, &network).is_err());
        assert!(guard(&url, &claims(Scope::Globs("/demo/image/*".into()))).is_ok());
    }
}
