//! imgix's signed URLs: MD5 over token, path and query, as the parameter `s` behind everything else.
//!
//! Contract: section 12. Path and query are signed as they stand in the URL, encoded; the vendor's libraries
//! encode differently, and each agrees with itself.

use super::{
    Claim, Claims, Inspection, Param, Params, Scheme, Seal, Spelling, Url, Visit, key,
    text::{self, Append, COMPONENT},
};
use crate::error::{Error, Result};
use std::borrow::Cow;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "imgix",
    title: "imgix signed URL",
    about: "MD5 in hex over the source's token, path and query, carried as the parameter `s` behind the query. The \
            URL is signed as it is written: order and encoding of its parameters count. An image of a web proxy \
            source stands in the path as its whole URL, percent-encoded; --param source=URL writes it there. \
            Without --expires or --ttl the link has no end; with one the parameter `expires` is added and signed. \
            The host is not signed. Whether the second named by the expiry is still valid is unconfirmed; it \
            counts as expired here.",
    source: "docs.imgix.com, securing assets; imgix 4.0.0 (PyPI) and @imgix/js-core 3.8.0",
    claims: &[Claim::Expires],
    endless: true,
    params: &[Param::text("source")
        .about("the URL of an image elsewhere, for a web proxy source: it becomes the path")],
    reserved: &["s", "expires"],
    fresh: |_| super::Fresh::Vendor("imgix issues it with the source (dashboard, source, security)"),
    canonical,
    prepare: |secret, _| key::digest("md5", secret, Spelling::Hex),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.bytes(&[key::MARK]);
    target(&url.rooted(), claims, out)
}

/// Path and query as they are signed and requested.
fn target(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    match proxied(url, claims.params)? {
        Some(source) => out.text("/").percent(source, &COMPONENT),
        None => out.text(if url.path.is_empty() { "/" } else { &url.path }),
    };
    let mut joint = "?";
    if let Some(query) = url.query.as_deref().filter(|query| !query.is_empty()) {
        out.text(joint).text(query);
        joint = "&";
    }
    if let Some(expires) = claims.expires {
        out.text(joint).text("expires=").decimal(expires);
    }
    Ok(())
}

/// The image of a web proxy source, where one is named; then the URL must have no path of its own.
fn proxied<'a>(url: &Url<'_>, params: Params<'a>) -> Result<Option<&'a str>> {
    let Some(source) = params.get("source") else { return Ok(None) };
    if !is_source(source) {
        return Err(Error::Usage(format!(
            "--param source={source} is no URL; give one with http:// or https://"
        )));
    }
    if url.path.len() > 1 {
        return Err(Error::Usage(
            "the URL has a path, and --param source gives it another; leave one of them out".into(),
        ));
    }
    Ok(Some(source))
}

fn is_source(text: &str) -> bool {
    Url::parse(text).is_ok() && (text.starts_with("http://") || text.starts_with("https://"))
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    out.text(&url.origin);
    let start = out.len();
    target(&url, claims, out)?;
    let joint = if out[start..].contains(&b'?') { "&" } else { "?" };
    out.text(joint).text("s=").bytes(&seal.signature);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    const MALFORMED: Error = Error::Malformed("s");
    let url = &visit.url;
    let signature = url.required("s")?;
    let query = url.query.as_deref().unwrap_or_default();
    let (carried, last) = query.rsplit_once('&').map_or((None, query), |(before, last)| (Some(before), last));
    if !last.starts_with("s=") {
        return Err(MALFORMED);
    }
    let expires = url.optional("expires")?.map(|expires| text::number(expires, "expires")).transpose()?;
    signed.bytes(&[key::MARK]).text(&url.rooted().path);
    if let Some(carried) = carried {
        signed.text("?").text(carried);
    }
    let own = url.without(|name| SCHEME.reserved.contains(&name));
    let claims = Claims { expires, ..visit.claims() };
    let found = Inspection::new(own, claims, signature.as_bytes()).shaped(Spelling::Hex, 16);
    let source = url.path.strip_prefix('/').and_then(text::percent_decode).filter(|source| is_source(source));
    Ok(match source.map(Cow::into_owned) {
        Some(source) => found.note("source", source),
        None => found,
    })
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    let bare = url.path.strip_prefix('/').is_some_and(is_source);
    if bare && claims.params.get("source").is_none() {
        return Err(Error::Usage(
            "an image elsewhere stands in the path percent-encoded, its ? and & too; pass --param source=URL"
                .into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Signer, Verdict, detect},
    };

    const NOW: u64 = 1_800_000_000;

    fn signer(key: &str) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), Params::default()).unwrap()
    }

    fn mint(url: &str, expires: Option<u64>, params: Params<'_>) -> Result<String> {
        let (mut out, claims) = (Vec::new(), Claims { expires, params, ..Claims::default() });
        signer("token").seal().mint(&Url::parse(url)?, &claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(key: &str, url: &str, now: u64) -> Verdict {
        signer(key).seal().verify(&Visit { now, ..Visit::of(Url::parse(url).unwrap()) }).unwrap()
    }

    #[test]
    fn path_and_query_are_signed_as_they_stand() {
        let url = mint("https://h.example/a%20b.jpg?w=1&auto=x%2Cy", None, Params::default()).unwrap();
        assert!(url.starts_with("https://h.example/a%20b.jpg?w=1&auto=x%2Cy&s="), "{url}");
        assert!(verdict("token", &url, NOW).is_valid());
        assert_eq!(verdict("other", &url, NOW), Verdict::Mismatch);
        for (from, to) in
            [("w=1", "w=2"), ("%2C", ","), ("w=1&auto=x%2Cy", "auto=x%2Cy&w=1"), ("a%20b", "a+b")]
        {
            assert_eq!(verdict("token", &url.replace(from, to), NOW), Verdict::Mismatch, "{to}");
        }
        for (from, to) in [("&s=", "&sig="), ("&s=", "&s=1&s="), ("?w=1", "?s=1&w=1")] {
            assert_eq!(verdict("token", &url.replace(from, to), NOW), Verdict::Malformed("s"), "{to}");
        }
        assert_eq!(verdict("token", &format!("{url}&x=1"), NOW), Verdict::Malformed("s"));
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        let plain = mint("https://h.example", None, Params::default()).unwrap();
        assert!(plain.starts_with("https://h.example/?s="), "{plain}");
        assert!(verdict("token", &plain, NOW).is_valid());
    }

    #[test]
    fn an_expiry_is_one_more_signed_parameter() {
        for given in ["https://h.example/a.jpg", "https://h.example/a.jpg?w=1"] {
            let url = mint(given, Some(NOW), Params::default()).unwrap();
            assert!(url.contains("expires=1800000000&s="), "{url}");
            assert!(verdict("token", &url, NOW - 1).is_valid());
            assert_eq!(verdict("token", &url, NOW), Verdict::Expired { seconds: 0 });
            assert_eq!(verdict("token", &url.replace("=18", "=19"), NOW), Verdict::Mismatch);
            let visit = Visit::of(Url::parse(&url).unwrap());
            assert_eq!(inspect(&visit, &mut Vec::new()).unwrap().url.to_string(), given);
        }
        let twice = mint("https://h.example/a.jpg?expires=9", Some(NOW), Params::default()).unwrap();
        assert_eq!(verdict("token", &twice, 0), Verdict::Malformed("expires"));
    }

    #[test]
    fn an_image_elsewhere_becomes_the_path() {
        let params = [("source", "https://e.example/a b.jpg?x=1&y=é")];
        let url = mint("https://h.example/?w=1", None, Params(&params)).unwrap();
        assert!(url.contains("/https%3A%2F%2Fe.example%2Fa%20b.jpg%3Fx%3D1%26y%3D%C3%A9?w=1&s="), "{url}");
        assert!(verdict("token", &url, NOW).is_valid());
        let visit = Visit::of(Url::parse(&url).unwrap());
        let found = inspect(&visit, &mut Vec::new()).unwrap();
        assert_eq!(found.notes, [("source", params[0].1.to_owned())]);
        assert!(mint("https://h.example/a", None, Params(&params)).is_err());
        assert!(mint("https://h.example/", None, Params(&[("source", "/a.jpg")])).is_err());
    }

    #[test]
    fn what_clients_write_otherwise_is_refused_before_it_is_signed() {
        for path in ["/a b.jpg", "/\u{e9}", "/https://e.example/a.jpg?x=1"] {
            assert!(guard(&Url::at("https://h", path), &Claims::default()).is_err(), "{path}");
        }
        assert!(guard(&Url::at("https://h", "/a%20b.jpg?w=1"), &Claims::default()).is_ok());
    }
}
