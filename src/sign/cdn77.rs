//! CDN77's secure tokens: MD5 over expiry, path and secret, in the query or in front of the path.
//!
//! Contract: section 11; the order of the parts is known from third-party copies of the vendor's script. In the
//! path the token is for a directory, and for the files right inside it only.

use super::{
    Claim, Claims, Form, Inspection, Scheme, Scope, Seal, Spelling, Text, Url, Visit, climbs, key,
    text::{self, Append},
};
use crate::error::{Error, Result};

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cdn77",
    title: "CDN77 secure token",
    about: "MD5 in padded base64url over expiry, path and key, carried as `secure=<token>,<expiry>`; in the form \
            `path` as `/<token>,<expiry>` in front of the path, where the directory is signed and every file right \
            inside it is covered: name it with --prefix. The query is never part of it. A token without expiry \
            has no end. The order of the parts is known from third-party copies of the vendor's script; whether \
            the second named by the expiry is still valid is unconfirmed.",
    source: "client.cdn77.com/support, secure tokens",
    claims: &[Claim::Expires, Claim::Prefix],
    forms: &[Form::Query, Form::Path],
    reserved: &["secure"],
    bears: &["secure"],
    canonical,
    prepare: |secret, _| key::digest("md5", secret, Spelling::Base64UrlPadded),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    let path = url.sent().path;
    let signed = match (claims.form, &claims.scope) {
        (Form::Path, Scope::Prefix(prefix)) => covered(prefix, &path)?,
        (Form::Path, _) => {
            return Err(Error::MissingClaim(
                "in the path CDN77 signs a directory: name it, --prefix /videos/",
            ));
        }
        (_, Scope::Url) => &path,
        _ => {
            return Err(Error::Usage(
                "CDN77 signs a directory in the form path only: pass --form path".into(),
            ));
        }
    };
    if let Some(expires) = claims.expires {
        out.decimal(expires);
    }
    out.text(signed).bytes(&[key::MARK]);
    Ok(())
}

/// The directory of the path, where it is the one that was named.
fn covered<'p>(prefix: &str, path: &'p str) -> Result<&'p str> {
    let directory = directory(path);
    if prefix.strip_suffix('/') == Some(directory) {
        return Ok(directory);
    }
    Err(Error::Usage(format!(
        "{path} lies in {directory}/, not right inside {prefix}; name its own directory"
    )))
}

/// Up to the last slash, and without it.
fn directory(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    let url = url.sent();
    out.text(&url.origin);
    match claims.form {
        Form::Path => out.text("/"),
        _ => out.text(&url.path).text("?secure="),
    };
    out.bytes(&seal.signature);
    if let Some(expires) = claims.expires {
        out.text(",").decimal(expires);
    }
    if claims.form == Form::Path {
        url.write_target(out);
    }
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let url = &visit.url;
    let (form, token, own) = match (url.optional("secure")?, leading(&url.path)) {
        (Some(token), _) => (Form::Query, token, url.without(|name| name == "secure")),
        (None, Some((token, path))) => (Form::Path, token, Url { path: path.into(), ..url.borrowed() }),
        (None, None) => return Err(Error::Malformed("secure")),
    };
    let (signature, expires) = match token.split_once(',') {
        Some((signature, expires)) => (signature, Some(text::number(expires, "expiry")?)),
        None => (token, None),
    };
    let mut claims = Claims { expires, form, ..visit.claims() };
    let query = own.query.is_some();
    let mut covers = true;
    if form == Form::Path {
        claims.scope = Scope::Prefix(Text::Owned(format!("{}/", directory(&own.path))));
        covers = !climbs(&own.path);
    }
    let found = Inspection::new(own, claims, signature.as_bytes()).covering(covers);
    let found = found.shaped(Spelling::Base64UrlPadded, 16);
    Ok(if query { found.note("query", "not signed") } else { found })
}

/// The token in front of a path, and the path.
fn leading(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix('/')?;
    let slash = rest.find('/')?;
    let (token, path) = rest.split_at(slash);
    // The signature is 22 characters and its padding; without an expiry nothing else tells it from a folder.
    (token.contains(',') || token.len() == 24 && token.ends_with("==")).then_some((token, path))
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    match claims.form {
        Form::Path if climbs(&url.path) => {
            Err(Error::Usage("the path climbs out of its directory with `..`; write it without".into()))
        }
        Form::Path => url.sent_as_written(),
        _ => url.sent_without_query(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Params, Signer, Verdict, detect},
    };

    const URL: &str = "https://h.example/v/a.mp4";
    const NOW: u64 = 1_800_000_000;

    fn signer(key: &str) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), Params::default()).unwrap()
    }

    fn claims() -> Claims<'static> {
        Claims { expires: Some(NOW), ..Claims::default() }
    }

    fn directory_claims() -> Claims<'static> {
        Claims { form: Form::Path, scope: Scope::Prefix("/v/".into()), ..claims() }
    }

    fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
        let mut out = Vec::new();
        signer("secret").seal().mint(&Url::parse(url)?, claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(key: &str, url: &str, now: u64) -> Verdict {
        let visit = Visit { now, ..Visit::of(Url::parse(url).unwrap()) };
        signer(key).seal().verify(&visit).unwrap()
    }

    #[test]
    fn both_forms_end_and_hold_for_what_was_signed() {
        for claims in [claims(), directory_claims()] {
            let url = mint(&claims, URL).unwrap();
            assert!(verdict("secret", &url, NOW - 1).is_valid(), "{url}");
            assert_eq!(verdict("secret", &url, NOW), Verdict::Expired { seconds: 0 });
            assert_eq!(verdict("other", &url, NOW - 1), Verdict::Mismatch);
            for (from, to) in [("/v/", "/w/"), (",18", ",19")] {
                assert_eq!(verdict("secret", &url.replace(from, to), 0), Verdict::Mismatch, "{url} {from}");
            }
            let broken = url.replace(",1800000000", ",");
            assert_eq!(verdict("secret", &broken, 0), Verdict::Malformed("expiry"));
            let found = detect(&url);
            assert!(found.iter().any(|scheme| scheme.id == SCHEME.id), "{url}: {found:?}");
        }
        assert_eq!(verdict("secret", URL, 0), Verdict::Malformed("secure"));
        let twice = format!("{}&secure=x", mint(&claims(), URL).unwrap());
        assert_eq!(verdict("secret", &twice, 0), Verdict::Malformed("secure"));
    }

    #[test]
    fn a_directory_covers_the_files_right_inside_it() {
        let url = mint(&directory_claims(), &format!("{URL}?q=1")).unwrap();
        assert!(url.ends_with(",1800000000/v/a.mp4?q=1"), "{url}");
        assert!(verdict("secret", &url.replace("a.mp4", "b.ts"), 0).is_valid());
        assert_eq!(verdict("secret", &url.replace("a.mp4", "deep/b.ts"), 0), Verdict::Mismatch);
        for path in ["/v/..", "/v/..%2fb", "/v/%2e%2e"] {
            let climbing = url.replace("/v/a.mp4", path);
            assert_eq!(verdict("secret", &climbing, 0), Verdict::Refused(Claim::Prefix), "{path}");
        }
        for prefix in ["/", "/v", "/w/", "/v/a.mp4"] {
            let other = Claims { scope: Scope::Prefix(prefix.into()), ..directory_claims() };
            assert!(matches!(mint(&other, URL), Err(Error::Usage(_))), "{prefix}");
        }
        let unnamed = Claims { scope: Scope::Url, ..directory_claims() };
        assert!(matches!(mint(&unnamed, URL), Err(Error::MissingClaim(text)) if text.contains("--prefix")));
        let query = Claims { form: Form::Query, ..directory_claims() };
        assert!(matches!(mint(&query, URL), Err(Error::Usage(text)) if text.contains("--form path")));
    }

    #[test]
    fn a_token_without_expiry_has_no_end() {
        for claims in [claims(), directory_claims()] {
            let url = mint(&Claims { expires: None, ..claims }, URL).unwrap();
            assert!(!url.contains(','), "{url}");
            let forever = Verdict::Valid { expires: None, unchecked: vec![] };
            assert_eq!(verdict("secret", &url, u64::MAX), forever);
            assert_ne!(verdict("secret", &url.replacen("==", "==,9", 1), 0), forever);
        }
    }

    #[test]
    fn what_the_edge_would_read_otherwise_is_pointed_out() {
        let guarded = |path: &str, claims: &Claims<'_>| guard(&Url::at("", path), claims).is_ok();
        assert!(guarded("/v/a", &claims()) && guarded("/v/a?q=1", &directory_claims()));
        for (path, claims) in [
            ("/v/a?q=1", claims()),
            ("/v/é", claims()),
            ("/v/é", directory_claims()),
            ("/v/../a", directory_claims()),
        ] {
            assert!(!guarded(path, &claims), "{path}");
        }
    }
}
