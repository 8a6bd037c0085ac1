//! bunny.net's tokens before HS256: a bare digest with the key in front, in a basic and an advanced form.
//!
//! Contract: section 8. The advanced form's signers differ on where the address stands; PHP and Node have it
//! before the parameters.

use super::{DIRECTORY, PREFIX, Place, carried_parameters, once, path, signed_parameters, subject, within};
use crate::{
    error::{Error, Result},
    sign::{
        Claim, Claims, Form, Inspection, Param, Params, Pattern, Scheme, Seal, Spelling, Url, Visit, key,
        one_address,
        text::{self, Append},
    },
};

/// MD5 or SHA-256 over key, path, expiry and address.
pub const BASIC: Scheme = Scheme {
    id: "bunny-basic",
    title: "bunny.net basic token authentication",
    about: "A bare digest in base64url over key, path, expiry and, where the zone binds it, the visitor's \
            address, of which the URL shows nothing: name it to have it tried. A path that ends in digits runs \
            into the expiry, so that a link for /1 is one for / with a later end. The query is not signed; \
            whether the edge accepts one, SHA-256 in this form, and the second named by the expiry is \
            unconfirmed. New zones should use scheme `bunny`.",
    source: "docs.bunny.net/docs/cdn-token-authentication-basic",
    claims: &[Claim::Expires, Claim::Ip],
    params: &[
        Param::one_of("algorithm", &["md5", "sha256"]).about("the digest: md5 is what the page describes")
    ],
    reserved: &["token", "expires"],
    bears: &["token"],
    canonical: basic,
    prepare: |secret, params| key::digest(params.or("algorithm", "md5"), secret, Spelling::Base64Url),
    assemble: |url, claims, seal, out| {
        out.text(&url.rooted().origin).text(&path(url, claims)?).text("?token=").bytes(&seal.signature);
        out.text("&expires=").decimal(claims.expires()?);
        Ok(())
    },
    inspect: inspect_basic,
    guard: |url, claims| {
        url.sent_without_query()?;
        claims.ip.as_deref().map_or(Ok(()), one_address)
    },
    pattern: Some(Pattern { counted: false, escaped: false }),
    ..Scheme::BASE
};

/// SHA-256 over key, path or prefix, expiry, address and parameters.
pub const LEGACY: Scheme = Scheme {
    id: "bunny-legacy",
    title: "bunny.net advanced token authentication before HS256",
    about: "SHA-256 in base64url over key, path or prefix, expiry, the visitor's address as text, and the sorted \
            parameters, the query of the URL among them; a fragment is dropped. The URL does not show whether an \
            address is signed: name it to have it tried. The vendor's signers of those years differ on where the \
            address stands where there are parameters too. Whether the second named by the expiry is still valid \
            is unconfirmed. New zones should use scheme `bunny`.",
    source: "BunnyWay/BunnyCDN.TokenAuthentication 6396438",
    claims: &[Claim::Expires, Claim::Prefix, Claim::Ip, Claim::Countries],
    forms: &[Form::Query, Form::Path],
    params: &[Param::one_of("signer", &["php", "python"]).about(
        "whose order: the address before the parameters (the vendor's PHP and Node) or behind (Python)",
    )],
    reserved: super::HS256.reserved,
    bears: super::HS256.bears,
    canonical: legacy,
    prepare: |secret, _| key::digest("sha256", secret, Spelling::Base64Url),
    assemble: assemble_legacy,
    inspect: inspect_legacy,
    guard: |url, claims| {
        url.sent_as_written()?;
        claims.ip.as_deref().map_or(Ok(()), one_address)?;
        within(url, claims)
    },
    ..Scheme::BASE
};

fn basic(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.bytes(&[key::MARK]).text(&path(url, claims)?).decimal(claims.expires()?);
    out.text(claims.ip.as_deref().unwrap_or_default());
    Ok(())
}

fn inspect_basic<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let token = visit.url.required("token")?;
    let expires = text::number(visit.url.required("expires")?, "expires")?;
    let url = visit.url.without(|name| ["token", "expires"].contains(&name));
    let query = url.query.is_some();
    let claims = Claims { expires: Some(expires), ..visit.claims() };
    let found = Inspection::new(url, claims, token.as_bytes()).perhaps_bound(visit.ip);
    let found = found.shaped(Spelling::Base64Url, length(token, visit.params));
    Ok(if query { found.note("query", "not signed in the basic form") } else { found })
}

/// The bytes that the signature should have; where no algorithm is set, one of the two tells itself.
fn length(token: &str, params: Params<'_>) -> usize {
    match (params.get("algorithm"), token.len()) {
        (Some("sha256"), _) | (None, 43) => 32,
        _ => 16,
    }
}

fn legacy(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.bytes(&[key::MARK]);
    subject(url, claims, out)?;
    let ip = claims.ip.as_deref().unwrap_or_default();
    if claims.params.or("signer", "php") == "python" {
        signed_parameters(url, claims, out)?;
        out.text(ip);
        return Ok(());
    }
    out.text(ip);
    signed_parameters(url, claims, out)
}

fn assemble_legacy(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let path = path(url, claims)?;
    out.text(&url.rooted().origin);
    if claims.form == Form::Path {
        out.text(DIRECTORY).bytes(&seal.signature).text("&expires=").decimal(claims.expires()?);
        carried_parameters(url, claims, out)?;
        out.text(&path);
        return Ok(());
    }
    out.text(&path).text("?token=").bytes(&seal.signature);
    carried_parameters(url, claims, out)?;
    out.text("&expires=").decimal(claims.expires()?);
    Ok(())
}

fn inspect_legacy<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let place = Place::of(visit)?;
    let token = place.token;
    // In this form a word that is ignored elsewhere would be one parameter among others.
    if token.starts_with(PREFIX) || once(place.carried, "token_ignore_params")?.is_some() {
        return Err(Error::Malformed("token"));
    }
    Ok(place.found(visit, visit.claims(), token)?.perhaps_bound(visit.ip))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Scope, Signer, Verdict, detect},
    };

    const URL: &str = "https://zone.b-cdn.net/v/a.mp4";
    const NOW: u64 = 1_893_456_000;

    fn claims() -> Claims<'static> {
        Claims { expires: Some(NOW + 60), ..Claims::default() }
    }

    fn signer(scheme: &'static Scheme, key: &str, params: Params<'_>) -> Signer {
        Signer::new(scheme, &Secret::new(key), params).unwrap()
    }

    fn mint(scheme: &'static Scheme, claims: &Claims<'_>, url: &str) -> String {
        let mut out = Vec::new();
        let signer = signer(scheme, "secret", claims.params);
        signer.seal().mint(&Url::parse(url).unwrap(), claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(scheme: &'static Scheme, url: &str, visit: &Visit<'_>) -> Verdict {
        let visit = Visit { url: Url::parse(url).unwrap(), ..visit.clone() };
        signer(scheme, "secret", visit.params).seal().verify(&visit).unwrap()
    }

    fn at(now: u64) -> Visit<'static> {
        Visit { now, ..Visit::default() }
    }

    #[test]
    fn both_rows_hold_until_the_expiry_and_for_what_was_signed() {
        for (scheme, form) in [(&BASIC, Form::Query), (&LEGACY, Form::Query), (&LEGACY, Form::Path)] {
            let signed = mint(scheme, &Claims { form, ..claims() }, URL);
            assert!(verdict(scheme, &signed, &at(NOW + 59)).is_valid(), "{signed}");
            assert_eq!(verdict(scheme, &signed, &at(NOW + 60)), Verdict::Expired { seconds: 0 });
            for (from, to) in [("a.mp4", "b.mp4"), ("s=1893456060", "s=1993456060")] {
                assert_eq!(verdict(scheme, &signed.replace(from, to), &at(NOW)), Verdict::Mismatch, "{from}");
            }
            let other = Visit { now: NOW, ..Visit::of(Url::parse(&signed).unwrap()) };
            let other = signer(scheme, "other", Params(&[])).seal().verify(&other);
            assert_eq!(other.unwrap(), Verdict::Mismatch);
            assert!(detect(&signed).iter().any(|found| found.id == scheme.id), "{signed}");
        }
    }

    #[test]
    fn an_address_is_tried_where_one_is_known() {
        for scheme in [&BASIC, &LEGACY] {
            let bound = mint(scheme, &Claims { ip: Some("203.0.113.7".into()), ..claims() }, URL);
            let from = |url: &str, ip| verdict(scheme, url, &Visit { ip, ..at(NOW) });
            assert!(from(&bound, Some("203.0.113.7")).is_valid());
            assert_eq!(from(&bound, Some("203.0.113.8")), Verdict::Mismatch);
            assert_eq!(from(&bound, None), Verdict::Mismatch);
            assert!(from(&mint(scheme, &claims(), URL), Some("203.0.113.7")).is_valid(), "none was signed");
            let network = Claims { ip: Some("203.0.113.0/24".into()), ..claims() };
            assert!((scheme.guard)(&Url::parse(URL).unwrap(), &network).is_err());
        }
    }

    #[test]
    fn the_order_of_address_and_parameters_is_the_signer_s() {
        const PYTHON: Params<'_> = Params(&[("signer", "python")]);
        let claims = Claims {
            ip: Some("203.0.113.7".into()),
            countries: Some("DE".into()),
            params: PYTHON,
            ..claims()
        };
        let signed = mint(&LEGACY, &claims, URL);
        let visit = Visit { ip: Some("203.0.113.7"), country: Some("DE"), ..at(NOW) };
        assert!(verdict(&LEGACY, &signed, &Visit { params: PYTHON, ..visit.clone() }).is_valid());
        assert_eq!(verdict(&LEGACY, &signed, &visit), Verdict::Mismatch);
        let php = mint(&LEGACY, &Claims { params: Params(&[]), ..claims }, URL);
        assert!(verdict(&LEGACY, &php, &visit).is_valid());
        let abroad = Visit { country: Some("FR"), ..visit };
        assert_eq!(verdict(&LEGACY, &php, &abroad), Verdict::Refused(Claim::Countries));
    }

    #[test]
    fn a_prefix_covers_what_is_below_it() {
        for form in [Form::Query, Form::Path] {
            let claims = Claims { scope: Scope::Prefix("/v/".into()), form, ..claims() };
            let signed = mint(&LEGACY, &claims, URL);
            assert!(verdict(&LEGACY, &signed.replace("a.mp4", "deep/b.ts"), &at(NOW)).is_valid());
            for path in ["/w/a.mp4", "/v/../w/a.mp4"] {
                let moved = signed.replace("/v/a.mp4", path);
                assert_eq!(verdict(&LEGACY, &moved, &at(NOW)), Verdict::Refused(Claim::Prefix), "{path}");
            }
            assert!((LEGACY.guard)(&Url::at("", "/w/a.mp4"), &claims).is_err());
        }
    }

    #[test]
    fn broken_and_foreign_tokens_are_malformed() {
        for scheme in [&BASIC, &LEGACY] {
            let signed = mint(scheme, &claims(), URL);
            for (from, to, part) in [
                ("token=", "tokem=", "token"),
                ("&expires=1893456060", "", "expires"),
                ("expires=", "expires=+", "expires"),
                ("expires=", "expires=9&expires=", "expires"),
            ] {
                let broken = signed.replace(from, to);
                assert_eq!(verdict(scheme, &broken, &at(NOW)), Verdict::Malformed(part), "{from} {to}");
            }
            assert!((scheme.guard)(&Url::at("", "/é"), &claims()).is_err());
        }
        let signed = mint(&LEGACY, &claims(), URL);
        for foreign in
            [signed.replace("token=", "token=HS256-"), format!("{signed}&token_ignore_params=true")]
        {
            assert_eq!(verdict(&LEGACY, &foreign, &at(NOW)), Verdict::Malformed("token"), "{foreign}");
        }
        assert!((BASIC.guard)(&Url::parse("/a?q=1").unwrap(), &claims()).is_err());
    }
}
