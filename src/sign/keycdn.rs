//! KeyCDN's two MD5 tokens: one for access until an expiry, one for image processing without an end.
//!
//! Contract: section 11. Nothing stands between path, query and secret in the text that is hashed.

use super::{
    Claims, Inspection, Pattern, Scheme, Seal, Spelling, Url, key,
    text::{self, Append},
};
use crate::error::{Error, Result};

/// The token of a secured zone.
pub const ACCESS: Scheme = Scheme {
    id: "keycdn",
    title: "KeyCDN secure token",
    about: "MD5 in base64url over path, key and expiry, carried as `token=…&expire=…`. The query is not part of it \
            and the token takes its place; what is appended to a signed URL is not protected. Whether the second \
            named by the expiry is still valid is unconfirmed; it counts as expired here. The zone answers 403 to \
            a bad token and 410 to an old one.",
    source: "keycdn.com/support/secure-token",
    reserved: &["token", "expire"],
    bears: &["token"],
    canonical: |url, claims, out| {
        out.text(&url.rooted().sent().path).bytes(&[key::MARK]).decimal(claims.expires()?);
        Ok(())
    },
    prepare: |secret, _| key::digest("md5", secret, Spelling::Base64Url),
    assemble: |url, claims, seal, out| {
        let url = url.sent();
        out.text(&url.origin).text(&url.path).text("?token=").bytes(&seal.signature);
        out.text("&expire=").decimal(claims.expires()?);
        Ok(())
    },
    inspect: |visit, _| {
        let token = visit.url.required("token")?;
        let expires = Some(text::number(visit.url.required("expire")?, "expire")?);
        let url = visit.url.without(|name| ACCESS.reserved.contains(&name));
        let query = url.query.is_some();
        let claims = Claims { expires, ..visit.claims() };
        let found = Inspection::new(url, claims, token.as_bytes()).shaped(Spelling::Base64Url, 16);
        Ok(if query { found.note("query", "not signed") } else { found })
    },
    guard: |url, _| url.sent_without_query(),
    pattern: Some(Pattern { counted: false, escaped: false }),
    ..Scheme::BASE
};

/// The token of image processing.
pub const IMAGE: Scheme = Scheme {
    id: "keycdn-image",
    title: "KeyCDN image processing token",
    about: "MD5 in base64url over path, query (without the question mark between them) and key, carried as the \
            parameter `token` behind the query. It has no end: only another key ends it. Where the path ends and \
            the query begins is not signed.",
    source: "keycdn.com/support/secure-token",
    claims: &[],
    reserved: &["token"],
    canonical: |url, _, out| {
        let url = url.rooted();
        let url = url.sent();
        out.text(&url.path).text(url.query.as_deref().unwrap_or_default()).bytes(&[key::MARK]);
        Ok(())
    },
    prepare: ACCESS.prepare,
    assemble: write_image,
    inspect: |visit, _| {
        let token = visit.url.required("token")?;
        // An access token carries its expiry beside it.
        if visit.url.value("expire").is_some() {
            return Err(Error::Malformed("token"));
        }
        let url = visit.url.without(|name| name == "token");
        Ok(Inspection::new(url, visit.claims(), token.as_bytes()).shaped(Spelling::Base64Url, 16))
    },
    guard: |url, _| {
        url.sent_as_written()?;
        match url.value("expire") {
            None => Ok(()),
            Some(_) => Err(Error::Usage(
                "a parameter `expire` makes this a token for access; leave it out, or use scheme keycdn"
                    .into(),
            )),
        }
    },
    ..Scheme::BASE
};

fn write_image(url: &Url<'_>, _: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.sent();
    url.write(out);
    out.text(url.joint()).text("token=").bytes(&seal.signature);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Params, Signer, Verdict, Visit, detect},
    };

    const NOW: u64 = 1_800_000_000;
    const IMAGE_URL: &str = "https://h.example/a.png?width=9&crop";

    fn signer(scheme: &'static Scheme, key: &str) -> Signer {
        Signer::new(scheme, &Secret::new(key), Params::default()).unwrap()
    }

    fn mint(scheme: &'static Scheme, url: &str) -> String {
        let claims = Claims { expires: Some(NOW), ..Claims::default() };
        let mut out = Vec::new();
        signer(scheme, "secret").seal().mint(&Url::parse(url).unwrap(), &claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(scheme: &'static Scheme, key: &str, url: &str, now: u64) -> Verdict {
        let visit = Visit { now, ..Visit::of(Url::parse(url).unwrap()) };
        signer(scheme, key).seal().verify(&visit).unwrap()
    }

    #[test]
    fn access_ends_and_is_for_one_path() {
        let url = mint(&ACCESS, "https://h.example/a.mp4");
        assert!(verdict(&ACCESS, "secret", &url, NOW - 1).is_valid());
        assert!(verdict(&ACCESS, "secret", &format!("{url}&v=2"), NOW - 1).is_valid(), "the query is free");
        assert_eq!(verdict(&ACCESS, "secret", &url, NOW), Verdict::Expired { seconds: 0 });
        assert_eq!(verdict(&ACCESS, "other", &url, NOW - 1), Verdict::Mismatch);
        for (from, to) in [("a.mp4", "b.mp4"), ("expire=18", "expire=19")] {
            assert_eq!(verdict(&ACCESS, "secret", &url.replace(from, to), 0), Verdict::Mismatch, "{from}");
        }
        for (from, to, part) in [
            ("token=", "tokem=", "token"),
            ("&expire=1800000000", "", "expire"),
            ("expire=", "expire=0", "expire"),
            ("token=", "token=x&token=", "token"),
        ] {
            let broken = url.replace(from, to);
            assert_eq!(verdict(&ACCESS, "secret", &broken, 0), Verdict::Malformed(part), "{from} {to}");
        }
        let guard = |path| (ACCESS.guard)(&Url::at("", path), &Claims::default()).is_ok();
        assert!(guard("/a") && !guard("/a?q=1") && !guard("/é"));
        let open = Claims::default();
        assert!(signer(&ACCESS, "k").seal().mint(&Url::at("", "/a"), &open, &mut Vec::new()).is_err());
    }

    #[test]
    fn an_image_is_signed_with_its_query_and_has_no_end() {
        let url = mint(&IMAGE, IMAGE_URL);
        assert_eq!(
            verdict(&IMAGE, "secret", &url, u64::MAX),
            Verdict::Valid { expires: None, unchecked: vec![] }
        );
        for (from, to) in [("width=9", "width=8"), ("&crop", ""), ("a.png", "b.png")] {
            assert_eq!(verdict(&IMAGE, "secret", &url.replace(from, to), 0), Verdict::Mismatch, "{from}");
        }
        assert_eq!(verdict(&IMAGE, "other", &url, 0), Verdict::Mismatch);
        assert_eq!(verdict(&IMAGE, "secret", IMAGE_URL, 0), Verdict::Malformed("token"));
        assert_eq!(verdict(&IMAGE, "secret", &format!("{url}&expire=9"), 0), Verdict::Malformed("token"));
        let guard = |path| (IMAGE.guard)(&Url::at("", path), &Claims::default()).is_ok();
        assert!(guard("/a?q=1") && !guard("/a?expire=1"));
    }

    #[test]
    fn the_two_are_told_apart_by_the_expiry() {
        let found = |url: &str| detect(url).iter().map(|scheme| scheme.id).collect::<Vec<_>>();
        let (access, image) = (found(&mint(&ACCESS, "/a.mp4")), found(&mint(&IMAGE, IMAGE_URL)));
        assert!(access.contains(&"keycdn") && !access.contains(&"keycdn-image"), "{access:?}");
        assert!(image.contains(&"keycdn-image") && !image.contains(&"keycdn"), "{image:?}");
    }
}
