//! CloudCDN: HMAC-SHA256 over path and expiry, carried by `/api/signed`. Two rows, because the CDN's own CLI
//! and its published API document hash different texts; nothing switches between them by itself.

use super::{
    Claims, Inspection, Pattern, Scheme, Seal, Spelling, Url, Visit,
    text::{self, Append, COMPONENT},
};
use crate::error::{Error, Result};
use std::borrow::Cow;

/// What CloudCDN's Node CLI signs: `length:path|length:expires`.
pub const SCHEME: Scheme = Scheme {
    id: "cloudcdn",
    title: "CloudCDN, length-prefixed",
    about: "HMAC-SHA256 in hex over `length:path|length:expires`, the lengths in UTF-16 code units and the \
            bytes in UTF-8. The path is signed with its query, decoded and as given; CloudCDN's API refuses one that holds \
            `..`, `//` or NUL, which minting warns of. Carried as \
            `<base>/api/signed?path=…&expires=…&sig=…`. A deployment that follows the published API document \
            verifies another text, scheme `cloudcdn-colon`, and answers 403 to this one. Whether the second \
            named by the expiry is still valid is unconfirmed; it counts as expired here.",
    source: "github.com/sebastienrousseau/stratos 0.0.21, cmdSigned",
    reserved: &["path", "expires", "sig"],
    bears: &["sig"],
    carried: true,
    caution: |url, _| {
        let crooked =
            doubled(url.path.as_bytes()) || url.query.as_deref().is_some_and(|q| doubled(q.as_bytes()));
        crooked.then_some("holds `..` or `//`, which CloudCDN's API refuses; write the path without them")
    },
    canonical: |url, claims, out| {
        out.decimal(target_length(url) as u64).text(":");
        url.write_target(out);
        let expires = Expiry::of(claims)?;
        out.text("|").decimal(expires.length()).text(":");
        expires.write(out);
        Ok(())
    },
    assemble,
    inspect,
    pattern: Some(Pattern { counted: true, escaped: true }),
    ..Scheme::BASE
};

/// What CloudCDN's published API document verifies: `path:expires`.
pub const COLON: Scheme = Scheme {
    id: "cloudcdn-colon",
    title: "CloudCDN, as the API document has it",
    about: "HMAC-SHA256 in hex over `path:expires`, carried like scheme `cloudcdn`. This is the text that \
            CloudCDN's published API document verifies; the CDN's own CLI signs the length-prefixed one. The \
            API refuses paths that hold `..`, `//` or NUL; minting warns of the first two. Whether the second \
            named by the expiry is still valid is unconfirmed; it counts as expired here.",
    source: "CloudCDN API document, operation verifySignedUrl",
    canonical: |url, claims, out| {
        let expires = Expiry::of(claims)?;
        // With a colon in the expiry, two pairs would share one text.
        if matches!(expires, Expiry::Text(text) if text.contains(':')) {
            return Err(Error::Malformed("expires"));
        }
        url.write_target(out);
        out.text(":");
        expires.write(out);
        Ok(())
    },
    assemble,
    inspect,
    pattern: Some(Pattern { counted: false, escaped: true }),
    ..SCHEME
};

const ENDPOINT: &str = "/api/signed";

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let base = url.origin.strip_suffix('/').unwrap_or(&url.origin);
    out.text(base).text("/api/signed?path=").percent(&url.path, &COMPONENT);
    if let Some(query) = &url.query {
        out.text("%3F").percent(query, &COMPONENT);
    }
    out.text("&expires=");
    match Expiry::of(claims)? {
        Expiry::Number(seconds) => out.decimal(seconds),
        Expiry::Text(text) => out.percent(text, &COMPONENT),
    };
    out.text("&sig=").bytes(&seal.signature);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let base = visit.url.path.strip_suffix(ENDPOINT).ok_or(Error::Malformed("path of the URL"))?;
    let origin: Cow<'_, str> = match base {
        "" => Cow::Borrowed(&visit.url.origin),
        // Minting takes one slash off the base.
        base => {
            Cow::Owned(format!("{}{base}{}", visit.url.origin, if base.ends_with('/') { "/" } else { "" }))
        }
    };
    let path = decoded(&visit.url, "path")?;
    let expires = decoded(&visit.url, "expires")?;
    let mut claims = visit.claims();
    match text::plain_number(&expires) {
        Some(seconds) => claims.expires = Some(seconds),
        None => claims.expires_text = Some(expires),
    }
    let signature = visit.url.required("sig")?.as_bytes();
    Ok(Inspection::new(Url::at(origin, path), claims, signature).shaped(Spelling::Hex, 32))
}

fn decoded<'v>(url: &'v Url<'v>, name: &'static str) -> Result<Cow<'v, str>> {
    text::form_decode(url.required(name)?).ok_or(Error::Malformed(name))
}

/// Whether two dots or two slashes stand side by side.
fn doubled(text: &[u8]) -> bool {
    text::any_neighbours(text, |one, next| (one == next) & ((one == b'.') | (one == b'/')))
}

/// The length of path and query in UTF-16 code units, the `?` between them included.
fn target_length(url: &Url<'_>) -> usize {
    let query = url.query.as_deref().map_or(0, |query| 1 + text::utf16_length(query));
    text::utf16_length(&url.path) + query
}

/// The expiry as it is written: the CDN's CLI signs any text.
#[derive(Clone, Copy)]
enum Expiry<'c> {
    Number(u64),
    Text(&'c str),
}

impl<'c> Expiry<'c> {
    fn of(claims: &'c Claims<'_>) -> Result<Self> {
        match &claims.expires_text {
            Some(text) => Ok(Self::Text(text)),
            None => claims.expires().map(Self::Number),
        }
    }

    fn length(self) -> u64 {
        match self {
            Self::Number(seconds) => u64::from(seconds.checked_ilog10().unwrap_or(0)) + 1,
            Self::Text(text) => text::utf16_length(text) as u64,
        }
    }

    fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Number(seconds) => out.decimal(seconds),
            Self::Text(text) => out.text(text),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_the_api_refuses_are_named_and_still_signed() {
        for scheme in [&SCHEME, &COLON] {
            let caution = |path| (scheme.caution)(&Url::at("https://h", path), &Claims::default());
            for path in ["/a/../b", "/..", "//a", "/a//", "/a..b", "/a?b=//c", "/a?.."] {
                assert!(caution(path).is_some_and(|text| text.contains(';')), "{path}");
                assert!((scheme.guard)(&Url::at("https://h", path), &Claims::default()).is_ok(), "{path}");
            }
            for path in ["", "/", "/a/.b/c.d", "/a/?/b", "/a.?.b", "/%2e%2e/"] {
                assert_eq!(caution(path), None, "{path}");
            }
        }
    }
}
