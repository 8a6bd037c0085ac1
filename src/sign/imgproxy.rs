//! imgproxy's signed URLs: HMAC-SHA256 with a key and a salt over the path, in front of the path.
//!
//! Contract: section 12. The signature is cut to its length before it is written. imgproxy drops a query before it
//! checks, so what is minted for a person has none.

use super::{
    Claim, Claims, Example, Form, Inspection, Key, Param, Params, Scheme, Spelling, Url, Visit, key,
    text::{self, Append},
};
use crate::error::{Error, Result};
use zeroize::Zeroizing;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "imgproxy",
    title: "imgproxy signed URL",
    about: "HMAC-SHA256 in base64url over salt and path, the first segment of the path being the signature. Sign \
            the path as it is requested: processing options, then the source, base64url or behind plain/; one \
            that is encrypted is signed like any other. Without --expires or --ttl the link has no end; with one \
            the option `exp:` is put in front of the others, which a server that takes presets only refuses. \
            imgproxy drops a query before it checks: write a ? of the source as %3F. A link with one counts as \
            altered here. Whether the second named by the expiry is still valid is unconfirmed.",
    source: "docs.imgproxy.net/usage/signing_url; imgproxy 1.4.1 (npm)",
    secret: Spelling::Hex,
    claims: &[Claim::Expires],
    endless: true,
    forms: &[Form::Path],
    params: &[
        Param::secret("salt").about("hashed before the path, hexadecimal as the key; imgproxy wants one"),
        Param::text("signature_size")
            .about("how many bytes of the signature are written, 1 to 32; 32 unless given"),
    ],
    example: Example {
        target: "https://img.example.com/rs:fit:300:300/plain/local:///cat.jpg",
        flags: "--param salt=env:KEY",
        ..Example::BASE
    },
    fresh: |_| super::Fresh::Paired(32, Spelling::Hex, "salt"),
    canonical,
    prepare,
    assemble: |url, claims, seal, out| {
        let url = url.rooted();
        out.text(&url.origin).text("/").bytes(&seal.signature);
        target(&url, claims, out);
        Ok(())
    },
    inspect,
    guard,
    ..Scheme::BASE
};

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    target(&url.rooted(), claims, out.bytes(&[key::MARK]));
    Ok(())
}

/// The path as it is requested behind the signature.
fn target(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) {
    if let Some(expires) = claims.expires {
        out.text("/exp:").decimal(expires);
    }
    url.write_target(out);
}

fn prepare(secret: &[u8], params: Params<'_>) -> Result<Box<dyn Key>> {
    let salt = params.get("salt").ok_or_else(|| {
        Error::MissingKey("imgproxy hashes a salt too: pass --param salt=env:IMGPROXY_SALT".into())
    })?;
    let salt = Spelling::Hex.decode(salt.as_bytes()).map(Zeroizing::new).ok_or_else(|| {
        Error::Data("the salt of imgproxy must be written as hex; check that it was copied whole".into())
    })?;
    let key = key::hmac_sha256(secret, Spelling::Raw);
    Ok(key::salted(key::shortened(key, size(params)?, Spelling::Base64Url), &salt))
}

fn size(params: Params<'_>) -> Result<usize> {
    let text = params.or("signature_size", "32");
    let size = text::plain_number(text).filter(|size| (1..=32).contains(size));
    size.map(|size| size as usize).ok_or_else(|| {
        Error::Usage(format!("--param signature_size={text} is no number of bytes; give 1 to 32"))
    })
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let (signature, mut url) = visit.url.led().ok_or(Error::Malformed("signature"))?;
    // As it stands: the option may be written otherwise than here.
    url.write_target(signed.bytes(&[key::MARK]));
    let expires = expiry(&url.path)?;
    if let Some(expires) = expires
        && let Some(rest) =
            url.path.strip_prefix(&format!("/exp:{expires}")).filter(|rest| rest.starts_with('/'))
    {
        url.path = rest.to_owned().into();
    }
    let claims = Claims { expires, form: Form::Path, ..visit.claims() };
    Ok(Inspection::new(url, claims, signature.as_bytes()).shaped(Spelling::Base64Url, size(visit.params)?))
}

/// The expiry among the processing options, which all have a colon and end where the source begins. Of several
/// the earliest counts.
fn expiry(path: &str) -> Result<Option<u64>> {
    let options = path.split('/').skip(1).take_while(|segment| segment.contains(':'));
    let values = options.filter_map(|option| option.strip_prefix("exp:").or(option.strip_prefix("expires:")));
    let times: Result<Vec<u64>> = values.map(|value| text::number(value, "exp")).collect();
    Ok(times?.into_iter().min())
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    let refused = |text: &str| Err(Error::Usage(text.into()));
    let url = url.rooted();
    if url.query.is_some() {
        return refused(
            "imgproxy drops a query before it checks the signature; write the ? of the source as %3F",
        );
    }
    if url.path.len() < 2 {
        return refused("imgproxy signs a path of options and source, and the URL has none; give both");
    }
    match (claims.expires, expiry(&url.path)?) {
        (Some(_), Some(_)) => refused("the path has an option `exp:` already; leave it out, or --expires"),
        _ => Ok(()),
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
    const PATH: &str = "/rs:fit:300:300/plain/https://e.example/a.png@webp";
    const SALTED: Params<'_> = Params(&[("salt", "68656c6c6f")]);

    fn signer(key: &str, params: Params<'_>) -> Result<Signer> {
        Signer::new(&SCHEME, &Secret::new(key), params)
    }

    fn mint(path: &str, expires: Option<u64>) -> String {
        let (mut out, claims) = (Vec::new(), Claims { expires, ..Claims::default() });
        let signer = signer("736563726574", SALTED).unwrap();
        signer.seal().mint(&Url::at("https://img.example", path), &claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(key: &str, url: &str, now: u64) -> Verdict {
        let visit = Visit { now, params: SALTED, ..Visit::of(Url::parse(url).unwrap()) };
        signer(key, SALTED).unwrap().seal().verify(&visit).unwrap()
    }

    #[test]
    fn the_path_is_signed_with_key_and_salt() {
        let url = mint(PATH, None);
        assert!(verdict("736563726574", &url, NOW).is_valid());
        assert_eq!(verdict("736563726575", &url, NOW), Verdict::Mismatch);
        for (from, to) in [("300:300", "300:301"), ("a.png", "b.png"), ("@webp", "@webp?x=1")] {
            assert_eq!(verdict("736563726574", &url.replace(from, to), NOW), Verdict::Mismatch, "{to}");
        }
        for broken in ["https://img.example/unsafe", "https://img.example//x", "https://img.example/x/"] {
            assert_eq!(verdict("736563726574", broken, NOW), Verdict::Malformed("signature"), "{broken}");
        }
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        assert!(detect(&url.replacen('/', "//", 3)).iter().all(|scheme| scheme.id != SCHEME.id));
    }

    #[test]
    fn an_expiry_is_an_option_wherever_it_stands() {
        let url = mint(PATH, Some(NOW));
        assert!(url.contains("/exp:1800000000/rs:fit"), "{url}");
        let later = mint(&PATH.replace("/plain", "/expires:1800000000/exp:1900000000/plain"), None);
        for url in [&url, &later] {
            assert!(verdict("736563726574", url, NOW - 1).is_valid(), "{url}");
            assert_eq!(verdict("736563726574", url, NOW), Verdict::Expired { seconds: 0 }, "{url}");
        }
        assert!(verdict("736563726574", &mint("/plain/exp:1/a", None), NOW).is_valid(), "part of the source");
        let odd = mint("/exp:+9/plain/a", None);
        assert_eq!(verdict("736563726574", &odd, 0), Verdict::Malformed("exp"));
        let visit = Visit::of(Url::parse(&url).unwrap());
        let found = inspect(&visit, &mut Vec::new()).unwrap();
        assert_eq!(
            (found.url.to_string(), found.claims.expires),
            (format!("https://img.example{PATH}"), Some(NOW))
        );
    }

    #[test]
    fn keys_salts_and_sizes_that_will_not_do_are_refused() {
        assert!(matches!(signer("00", Params(&[])), Err(Error::MissingKey(_))));
        for (key, params) in [("xyz", &[("salt", "00")]), ("00", &[("salt", "0")])] {
            assert!(matches!(signer(key, Params(params)), Err(Error::Data(_))), "{key}");
        }
        for size in ["0", "33", "+8", "all"] {
            let params = [("salt", "00"), ("signature_size", size)];
            assert!(matches!(signer("00", Params(&params)), Err(Error::Usage(_))), "{size}");
        }
        for (path, expires) in [("/a?b", None), ("/a b", None), ("/", None), ("/exp:9/a", Some(9))] {
            let claims = Claims { expires, ..Claims::default() };
            assert!(guard(&Url::at("https://h", path), &claims).is_err(), "{path}");
        }
        assert!(guard(&Url::at("https://h", PATH), &Claims::default()).is_ok());
    }
}
