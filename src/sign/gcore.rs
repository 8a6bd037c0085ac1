//! Gcore's secure token: MD5 over expiry, path, address and, after a blank, the secret.
//!
//! Contract: section 11. It is nginx's secure_link_md5 under the names `md5` and `expires`.

use super::{
    Claim, Claims, Inspection, Scheme, Seal, Spelling, Url, Visit, key, one_address,
    text::{self, Append},
};
use crate::error::Result;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "gcore",
    title: "Gcore secure token",
    about: "MD5 in base64url over expiry, path, the visitor's address where the resource binds it, a blank and the \
            key, carried as `md5=…&expires=…`. The URL does not show whether an address is signed: name it to have \
            it tried. The query is not part of it and the token takes its place. Keys have 6 to 32 characters. \
            Tokens for a directory are not made here, since which path they sign is unconfirmed, as is whether the \
            second named by the expiry is still valid.",
    source: "gcore.com/docs/cdn, secure token",
    claims: &[Claim::Expires, Claim::Ip],
    reserved: &["md5", "expires"],
    bears: &["md5"],
    canonical,
    prepare: |secret, _| key::digest("md5", secret, Spelling::Base64Url),
    assemble,
    inspect,
    guard: |url, claims| {
        url.sent_without_query()?;
        claims.ip.as_deref().map_or(Ok(()), one_address)
    },
    ..Scheme::BASE
};

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.decimal(claims.expires()?).text(&url.rooted().sent().path);
    out.text(claims.ip.as_deref().unwrap_or_default()).text(" ").bytes(&[key::MARK]);
    Ok(())
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.sent();
    out.text(&url.origin).text(&url.path).text("?md5=").bytes(&seal.signature);
    out.text("&expires=").decimal(claims.expires()?);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let signature = visit.url.required("md5")?;
    let expires = Some(text::number(visit.url.required("expires")?, "expires")?);
    let url = visit.url.without(|name| SCHEME.reserved.contains(&name));
    let query = url.query.is_some();
    let claims = Claims { expires, ..visit.claims() };
    let found = Inspection::new(url, claims, signature.as_bytes()).perhaps_bound(visit.ip);
    let found = found.shaped(Spelling::Base64Url, 16);
    Ok(if query { found.note("query", "not signed") } else { found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::Error,
        secret::Secret,
        sign::{Params, Signer, Verdict, detect},
    };

    const NOW: u64 = 1_800_000_000;

    fn signer(key: &str) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), Params::default()).unwrap()
    }

    fn mint(ip: Option<&'static str>) -> String {
        let claims = Claims { expires: Some(NOW), ip: ip.map(Into::into), ..Claims::default() };
        let mut out = Vec::new();
        signer("secret").seal().mint(&Url::at("https://h.example", "/v/a.mp4"), &claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(key: &str, url: &str, now: u64, ip: Option<&str>) -> Verdict {
        let visit = Visit { now, ip, ..Visit::of(Url::parse(url).unwrap()) };
        signer(key).seal().verify(&visit).unwrap()
    }

    #[test]
    fn a_token_ends_and_is_for_one_path() {
        let url = mint(None);
        assert!(verdict("secret", &url, NOW - 1, None).is_valid());
        assert!(verdict("secret", &format!("{url}&v=2"), NOW - 1, None).is_valid(), "the query is free");
        assert_eq!(verdict("secret", &url, NOW, None), Verdict::Expired { seconds: 0 });
        assert_eq!(verdict("other", &url, NOW - 1, None), Verdict::Mismatch);
        for (from, to) in [("a.mp4", "b.mp4"), ("expires=18", "expires=19")] {
            assert_eq!(verdict("secret", &url.replace(from, to), 0, None), Verdict::Mismatch, "{from}");
        }
        for (from, to, part) in [
            ("md5=", "md6=", "md5"),
            ("&expires=1800000000", "", "expires"),
            ("expires=", "expires=+", "expires"),
            ("md5=", "md5=x&md5=", "md5"),
        ] {
            let broken = url.replace(from, to);
            assert_eq!(verdict("secret", &broken, 0, None), Verdict::Malformed(part), "{from} {to}");
        }
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
    }

    #[test]
    fn an_address_is_tried_where_one_is_known() {
        let bound = mint(Some("203.0.113.7"));
        assert!(verdict("secret", &bound, 0, Some("203.0.113.7")).is_valid());
        assert_eq!(verdict("secret", &bound, 0, Some("203.0.113.8")), Verdict::Mismatch);
        assert_eq!(verdict("secret", &bound, 0, None), Verdict::Mismatch);
        assert!(verdict("secret", &mint(None), 0, Some("203.0.113.7")).is_valid(), "none was signed");
        let late = verdict("secret", &mint(None), NOW + 5, Some("203.0.113.7"));
        assert_eq!(late, Verdict::Expired { seconds: 5 });
    }

    #[test]
    fn what_has_no_place_in_the_token_is_refused() {
        let with = |ip: &'static str| Claims { ip: Some(ip.into()), ..Claims::default() };
        let guard = |path, claims: &Claims<'_>| (SCHEME.guard)(&Url::at("", path), claims);
        assert!(guard("/a", &with("203.0.113.7")).is_ok());
        for (path, ip) in [("/a", "203.0.113.0/24"), ("/a", "2001:DB8::1"), ("/a?q=1", "::1"), ("/é", "::1")]
        {
            assert!(matches!(guard(path, &with(ip)), Err(Error::Usage(_))), "{path} {ip}");
        }
        let open = signer("k").seal().mint(&Url::at("", "/a"), &Claims::default(), &mut Vec::new());
        assert!(matches!(open, Err(Error::MissingClaim(_))));
    }
}
