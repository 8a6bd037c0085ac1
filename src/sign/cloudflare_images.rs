//! Cloudflare Images: HMAC-SHA256 over path and query, written as a browser's URL parser writes them.
//!
//! Contract: section 9b. The vendor's sample runs in a worker, so the text is what WHATWG's parser and its form
//! serialiser make of the URL; the minted URL is that text too, or it would not verify.

use super::{
    Claims, Inspection, Scheme, Spelling, Url, Visit, key,
    text::{self, Append, Kept},
};
use crate::error::{Error, Result};
use std::borrow::Cow;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cloudflare-images",
    title: "Cloudflare Images signed URL",
    about: "HMAC-SHA256 in hex over path and query with the expiry in it, without the host; the key is the text \
            that the dashboard shows. Path and query are first written as a browser would: a blank in the path \
            becomes %20 and one in the query +, dot segments are resolved. Whether the second named by the expiry \
            is still valid is unconfirmed; it counts as expired here.",
    source: "developers.cloudflare.com, images: serve private images",
    reserved: &["exp", "sig"],
    bears: &["sig"],
    fresh: |_| super::Fresh::Vendor("Cloudflare issues it (dashboard, Images, keys)"),
    canonical,
    prepare: |secret, _| Ok(key::hmac_sha256(secret, Spelling::Hex)),
    assemble: |url, _, seal, out| {
        out.text(&url.rooted().origin).bytes(&seal.canonical).text("&sig=").bytes(&seal.signature);
        Ok(())
    },
    inspect,
    ..Scheme::BASE
};

/// WHATWG's path set leaves these alone, and escapes.
static PATH: Kept = Kept::alphanumeric_and(b"!$%&'()*+,-./:;=@[]_|~");
/// Its form serialiser leaves these alone.
static FORM: Kept = Kept::alphanumeric_and(b"*-._");
/// What its parser drops wherever it stands.
const UNSEEN: [char; 3] = ['\t', '\n', '\r'];

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let rooted = url.rooted();
    let url = rooted.sent();
    path(&url.path, out);
    let expires = claims.expires()?;
    let mut joint = "?";
    let mut dated = false;
    for (name, value) in pairs(&url)? {
        match name.as_str() {
            "sig" => {
                let text = "the URL has a parameter `sig` already, which would be signed and replaced; sign the plain URL";
                return Err(Error::Data(text.into()));
            }
            "exp" if dated => continue,
            "exp" => {
                dated = true;
                out.text(joint).text("exp=").decimal(expires);
            }
            _ => {
                form(&name, out.text(joint));
                form(&value, out.text("="));
            }
        }
        joint = "&";
    }
    if !dated {
        out.text(joint).text("exp=").decimal(expires);
    }
    Ok(())
}

/// The path as WHATWG's parser writes it.
fn path(path: &str, out: &mut Vec<u8>) {
    let plain: String = path.chars().filter(|character| !UNSEEN.contains(character)).collect();
    let mut segments: Vec<&str> = Vec::new();
    let pieces: Vec<&str> = plain.split(['/', '\\']).skip(1).collect();
    for (index, piece) in pieces.iter().enumerate() {
        let last = index + 1 == pieces.len();
        match &*piece.to_ascii_lowercase().replace("%2e", ".") {
            "." if last => segments.push(""),
            "." => {}
            ".." => {
                segments.pop();
                segments.extend(last.then_some(""));
            }
            _ => segments.push(piece),
        }
    }
    if segments.is_empty() {
        out.text("/");
    }
    for segment in segments {
        out.text("/").percent(segment, &PATH);
    }
}

/// Names and values as a form reads them.
fn pairs<'u>(url: &'u Url<'_>) -> Result<Vec<(String, String)>> {
    let decoded = |text: &str| {
        let plain: String = text.chars().filter(|character| !UNSEEN.contains(character)).collect();
        text::form_decode(&plain).map(Cow::into_owned).ok_or(Error::Malformed("query"))
    };
    let pieces = url.query.as_deref().unwrap_or_default().split('&').filter(|piece| !piece.is_empty());
    let cut = |piece: &'u str| piece.split_once('=').unwrap_or((piece, ""));
    pieces.map(cut).map(|(name, value)| Ok((decoded(name)?, decoded(value)?))).collect()
}

/// As WHATWG's form serialiser writes it: a blank is a `+`.
fn form(text: &str, out: &mut Vec<u8>) {
    for (index, word) in text.split(' ').enumerate() {
        out.text(if index == 0 { "" } else { "+" }).percent(word, &FORM);
    }
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let url = &visit.url;
    let signature = url.required("sig")?;
    let query = url.query.as_deref().unwrap_or_default();
    let carried = query.rsplit_once('&').filter(|(_, last)| last.starts_with("sig="));
    let (carried, _) = carried.ok_or(Error::Malformed("sig"))?;
    let expires = text::number(url.required("exp")?, "exp")?;
    let path = url.rooted().path;
    signed.text(if path.is_empty() { "/" } else { &path }).text("?").text(carried);
    let claims = Claims { expires: Some(expires), ..visit.claims() };
    let own = url.without(|name| matches!(name, "exp" | "sig"));
    Ok(Inspection::new(own, claims, signature.as_bytes()).shaped(Spelling::Hex, 32))
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
        Signer::new(&SCHEME, &Secret::new(key), Default::default()).unwrap()
    }

    fn mint(url: &str) -> Result<String> {
        let (mut out, claims) = (Vec::new(), Claims { expires: Some(NOW), ..Claims::default() });
        signer("secret").seal().mint(&Url::parse(url)?, &claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(url: &str, now: u64) -> Verdict {
        signer("secret").seal().verify(&Visit { now, ..Visit::of(Url::parse(url).unwrap()) }).unwrap()
    }

    #[test]
    fn a_url_is_signed_as_a_browser_writes_it() {
        for (given, written) in [
            ("/a b/\u{e9}^`{}<>\"#f", "/a%20b/%C3%A9%5E%60%7B%7D%3C%3E%22?exp="),
            ("/a/./b/../c", "/a/c?exp="),
            ("/a/%2E%2e/b/.", "/b/?exp="),
            ("/../x/..", "/?exp="),
            ("/a\\b\nc", "/a/bc?exp="),
            ("", "/?exp="),
            ("/a?x=1+2&y=%7E~&&z", "/a?x=1+2&y=%7E%7E&z=&exp="),
            ("/a?exp=1&b=%2B%26&exp=2", "/a?exp=1800000000&b=%2B%26&sig="),
        ] {
            let url = mint(&format!("https://h.example{given}")).unwrap();
            assert!(url.starts_with(&format!("https://h.example{written}")), "{given}: {url}");
            assert!(verdict(&url, NOW - 1).is_valid(), "{url}");
        }
        for refused in ["/a?sig=1", "/a?b=%ff"] {
            assert!(mint(&format!("https://h.example{refused}")).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_url_holds_until_its_expiry_and_for_itself_only() {
        let url = mint("https://h.example/account/image/public?w=1").unwrap();
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        assert!(verdict(&url, NOW - 1).is_valid());
        assert_eq!(verdict(&url, NOW), Verdict::Expired { seconds: 0 });
        for (from, to) in [("image", "other"), ("w=1", "w=2"), ("exp=18", "exp=19"), ("w=1&", "")] {
            assert_eq!(verdict(&url.replace(from, to), NOW - 1), Verdict::Mismatch, "{from}");
        }
        let visit = Visit { now: NOW - 1, ..Visit::of(Url::parse(&url).unwrap()) };
        assert_eq!(signer("other").seal().verify(&visit).unwrap(), Verdict::Mismatch);
        for (broken, part) in [
            (url.replace("&sig=", "&sgn="), "sig"),
            (format!("{url}&x=1"), "sig"),
            (format!("{url}&sig=0"), "sig"),
            (url.replace("exp=", "exp=0"), "exp"),
            (url.replace("exp=", "exq="), "exp"),
        ] {
            assert_eq!(verdict(&broken, NOW - 1), Verdict::Malformed(part), "{broken}");
        }
    }
}
