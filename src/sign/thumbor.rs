//! Thumbor's signed URLs: HMAC-SHA1 over the path, in front of the path.
//!
//! Contract: section 12. The slash between signature and path is not signed; the URL of the image is taken as it
//! stands.

use super::{Claims, Form, Inspection, Key, Param, Params, Scheme, Spelling, Url, Visit, key, text::Append};
use crate::error::{Error, Result};
use zeroize::Zeroizing;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "thumbor",
    title: "Thumbor signed URL",
    about: "HMAC-SHA1 in padded base64url over the path without its leading slash, the first segment of the path \
            being the signature. Sign the path as it is requested: size, filters and the URL of the image, which \
            is not encoded again. It has no end: only another key ends it. `unsafe` in the place of the signature \
            is no signature. What libraries make of a query is signed, though Thumbor may drop it before it \
            checks: write a ? of the image's URL as %3F. The encrypted URLs of Thumbor's first versions are not \
            made here.",
    source: "libthumbor 2.0.2 (PyPI)",
    claims: &[],
    forms: &[Form::Path],
    params: &[Param::one_of("key_text", &["utf-8", "latin-1"]).about(
        "the bytes of a key that is not ASCII: UTF-8 as the server reads it, or Latin-1 as libthumbor does",
    )],
    canonical,
    prepare,
    assemble: |url, _, seal, out| {
        out.text(&url.rooted().origin).text("/").bytes(&seal.signature).text("/").bytes(&seal.canonical);
        Ok(())
    },
    inspect,
    guard,
    ..Scheme::BASE
};

fn canonical(url: &Url<'_>, _: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    let path = url.path.strip_prefix('/').unwrap_or(&url.path);
    Url { path: path.into(), ..url.borrowed() }.write_target(out);
    Ok(())
}

fn prepare(secret: &[u8], params: Params<'_>) -> Result<Box<dyn Key>> {
    let latin = std::str::from_utf8(secret).ok().filter(|_| params.get("key_text") == Some("latin-1"));
    let Some(text) = latin else { return key::hmac("sha1", secret, Spelling::Base64UrlPadded) };
    let bytes: Option<Vec<u8>> =
        text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    let bytes = bytes.map(Zeroizing::new).ok_or_else(|| {
        Error::Data(
            "the key holds a character that Latin-1 has not; leave out --param key_text=latin-1".into(),
        )
    })?;
    key::hmac("sha1", &bytes, Spelling::Base64UrlPadded)
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let led = visit.url.led().filter(|(first, _)| *first != "unsafe");
    let (signature, url) = led.ok_or(Error::Malformed("signature"))?;
    let claims = Claims { form: Form::Path, ..visit.claims() };
    Ok(Inspection::new(url, claims, signature.as_bytes()).shaped(Spelling::Base64UrlPadded, 20))
}

fn guard(url: &Url<'_>, _: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    let url = url.rooted();
    if url.query.is_some() {
        let text =
            "Thumbor may drop a query before it checks the signature; write the ? of the image's URL as %3F";
        return Err(Error::Usage(text.into()));
    }
    if url.path.len() < 2 || url.path.starts_with("/unsafe/") {
        let text =
            "Thumbor signs a path of size, filters and image; give that, without signature or `unsafe`";
        return Err(Error::Usage(text.into()));
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

    const PATH: &str = "/300x200/smart/e.example/a.jpg";

    fn signer(key: &str) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), Params::default()).unwrap()
    }

    fn mint(path: &str) -> String {
        let mut out = Vec::new();
        signer("secret")
            .seal()
            .mint(&Url::at("https://t.example", path), &Claims::default(), &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(key: &str, url: &str) -> Verdict {
        signer(key).seal().verify(&Visit::of(Url::parse(url).unwrap())).unwrap()
    }

    #[test]
    fn the_path_is_signed_and_nothing_may_change_in_it() {
        let url = mint(PATH);
        assert!(url.starts_with("https://t.example/") && url.ends_with(&format!("={PATH}")), "{url}");
        assert!(verdict("secret", &url).is_valid());
        assert_eq!(verdict("other", &url), Verdict::Mismatch);
        for (from, to) in
            [("300x200", "300x201"), ("a.jpg", "b.jpg"), ("/smart", "//smart"), (".jpg", ".jpg?x")]
        {
            assert_eq!(verdict("secret", &url.replace(from, to)), Verdict::Mismatch, "{to}");
        }
        for broken in ["https://t.example/unsafe/300x200/a", "https://t.example/a", "https://t.example"] {
            assert_eq!(verdict("secret", broken), Verdict::Malformed("signature"), "{broken}");
        }
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        let visit = Visit::of(Url::parse(&url).unwrap());
        assert_eq!(
            inspect(&visit, &mut Vec::new()).unwrap().url.to_string(),
            format!("https://t.example{PATH}")
        );
    }

    #[test]
    fn a_key_beyond_ascii_has_two_readings() {
        let read = |key: &str, text| Signer::new(&SCHEME, &Secret::new(key), Params(&[("key_text", text)]));
        let minted = |signer: Signer| {
            let mut out = Vec::new();
            signer.seal().mint(&Url::at("", PATH), &Claims::default(), &mut out).unwrap();
            out
        };
        let both = |key| (minted(read(key, "utf-8").unwrap()), minted(read(key, "latin-1").unwrap()));
        let ((a, b), (c, d)) = (both("plain"), both("k\u{e9}y"));
        assert!(a == b && c != d);
        assert!(matches!(read("\u{65e5}", "latin-1"), Err(Error::Data(_))));
    }

    #[test]
    fn what_thumbor_would_not_take_is_refused_before_it_is_signed() {
        for path in ["/300x200/a.jpg?x=1", "/300x200/a b.jpg", "/unsafe/a.jpg", "/"] {
            assert!(guard(&Url::at("https://h", path), &Claims::default()).is_err(), "{path}");
        }
        assert!(guard(&Url::at("https://h", PATH), &Claims::default()).is_ok());
    }
}
