//! Fastly's token recipe: HMAC-SHA1 over path and expiry, checked by VCL that the customer installs.
//!
//! Contract: section 7. The vendor's two guides differ on whether the query is signed, so a person who mints for
//! a URL with a query must say which of them the service follows.

use super::{
    Claims, Form, Inspection, Param, Params, Scheme, Seal, Spelling, Until, Url, Visit, key,
    text::{self, Append},
};
use crate::error::{Error, Result};
use std::ops::RangeInclusive;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "fastly",
    title: "Fastly token recipe",
    about: "HMAC-SHA1 in hex over the path as requested and the expiry, carried as `token=<expiry>_<signature>`. \
            The key is base64. The README of the vendor's code and its older guide sign the path alone, the newer \
            guide path and query without the token. The recipe reads an expiry of 10 or 11 digits, and still \
            accepts the second that it names.",
    source: "docs.fastly.com, Enabling URL token validation; fastly/token-functions f78acae",
    secret: Spelling::Base64,
    forms: &[Form::Query, Form::Token],
    params: &[Param::one_of("signed", &["path", "path-and-query"])
        .about("what the VCL of the service hashes besides the expiry")],
    reserved: &["token"],
    bears: &["token"],
    until: Until::Through,
    canonical,
    prepare: |secret, _| key::hmac("sha1", secret, Spelling::Hex),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

/// How many digits of expiry the VCL's expression takes.
const DIGITS: RangeInclusive<usize> = 10..=11;

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    let url = url.sent();
    out.text(&url.path);
    if let Some(query) = url.query.as_deref().filter(|_| signs_query(claims.params)) {
        out.text("?").text(query);
    }
    expiry(claims, out)
}

fn signs_query(params: Params<'_>) -> bool {
    params.get("signed") == Some("path-and-query")
}

fn expiry(claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    match claims.expires_text.as_deref() {
        Some(text) => out.text(text),
        None => out.decimal(claims.expires()?),
    };
    Ok(())
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    if claims.form != Form::Token {
        let url = url.sent();
        url.write(out);
        out.text(url.joint()).text("token=");
    }
    expiry(claims, out)?;
    out.text("_").bytes(&seal.signature);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let token = visit.url.required("token")?;
    let (time, signature) = token.split_once('_').ok_or(Error::Malformed("token"))?;
    let mut claims = visit.claims();
    match text::plain_number(time).filter(|_| DIGITS.contains(&time.len())) {
        Some(seconds) => claims.expires = Some(seconds),
        None => claims.expires_text = Some(time.into()),
    }
    let url = visit.url.without(|name| name == "token");
    let unsigned = url.query.is_some() && !signs_query(visit.params);
    let found = Inspection::new(url, claims, signature.as_bytes()).shaped(Spelling::Hex, 20);
    Ok(if unsigned { found.note("query", "not signed, unless --param signed=path-and-query") } else { found })
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    let expires = claims.expires()?;
    let digits = expires.checked_ilog10().map_or(1, |log| log as usize + 1);
    if !DIGITS.contains(&digits) {
        return Err(Error::Usage(format!(
            "Fastly's recipe reads an expiry of 10 or 11 digits, not {expires}; give a time after 2001"
        )));
    }
    if url.sent().query.is_some() && claims.params.get("signed").is_none() {
        return Err(Error::Usage(
            "Fastly's guides differ on whether a query is signed; pass --param signed=path-and-query for the \
             newer one, or signed=path for the older one"
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

    const URL: &str = "https://h.example/v/a.mp4?q=1";
    const NOW: u64 = 1_800_000_000;
    const BOTH: &[(&str, &str)] = &[("signed", "path-and-query")];

    fn signer(key: &str) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), Params::default()).unwrap()
    }

    fn claims(params: &'static [(&'static str, &'static str)]) -> Claims<'static> {
        Claims { expires: Some(NOW), params: Params(params), ..Claims::default() }
    }

    fn mint(claims: &Claims<'_>) -> String {
        let mut out = Vec::new();
        signer("c2VjcmV0").seal().mint(&Url::parse(URL).unwrap(), claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(url: &str, now: u64, params: Params<'_>) -> Verdict {
        let visit = Visit { now, params, ..Visit::of(Url::parse(url).unwrap()) };
        signer("c2VjcmV0").seal().verify(&visit).unwrap()
    }

    #[test]
    fn the_second_of_the_expiry_is_still_valid() {
        for params in [&[][..], BOTH] {
            let (url, params) = (mint(&claims(params)), Params(params));
            assert!(url.starts_with("https://h.example/v/a.mp4?q=1&token=1800000000_"), "{url}");
            assert!(verdict(&url, NOW, params).is_valid());
            assert_eq!(verdict(&url, NOW + 1, params), Verdict::Expired { seconds: 1 });
            for (from, to) in [("a.mp4", "b.mp4"), ("token=18", "token=19")] {
                assert_eq!(verdict(&url.replace(from, to), NOW, params), Verdict::Mismatch, "{from}");
            }
            let other = Visit { now: NOW, params, ..Visit::of(Url::parse(&url).unwrap()) };
            assert_eq!(signer("b3RoZXI=").seal().verify(&other).unwrap(), Verdict::Mismatch);
            assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        }
    }

    #[test]
    fn the_query_is_signed_where_the_setting_says_so() {
        let (path, both) = (mint(&claims(&[])), mint(&claims(BOTH)));
        assert!(verdict(&path.replace("q=1", "q=2"), NOW, Params(&[])).is_valid());
        assert_eq!(verdict(&both.replace("q=1", "q=2"), NOW, Params(BOTH)), Verdict::Mismatch);
        assert_eq!(verdict(&both, NOW, Params(&[])), Verdict::Mismatch);
    }

    #[test]
    fn a_token_stands_alone_where_it_is_asked_for() {
        let url = mint(&claims(&[]));
        let token = mint(&Claims { form: Form::Token, ..claims(&[]) });
        assert!(url.ends_with(&format!("&token={token}")));
    }

    #[test]
    fn times_that_the_recipe_does_not_read_are_never_valid() {
        for expires in [0, 999_999_999, 100_000_000_000] {
            let claims = Claims { expires: Some(expires), ..claims(&[]) };
            assert_eq!(verdict(&mint(&claims), 0, Params(&[])), Verdict::Malformed("expires"), "{expires}");
            assert!(
                matches!(guard(&Url::at("", "/a"), &claims), Err(Error::Usage(text)) if text.contains("digits"))
            );
        }
        let signed = mint(&claims(&[]));
        for (from, to) in [("_", "-"), ("token=", "tokem="), ("q=1", "token=1")] {
            assert_eq!(
                verdict(&signed.replace(from, to), NOW, Params(&[])),
                Verdict::Malformed("token"),
                "{to}"
            );
        }
    }

    #[test]
    fn who_mints_for_a_query_says_which_guide_holds() {
        assert!(
            matches!(guard(&Url::parse(URL).unwrap(), &claims(&[])), Err(Error::Usage(text)) if text.contains("signed="))
        );
        for (url, params) in [(URL, BOTH), (URL, &[("signed", "path")]), ("/a", &[])] {
            assert!(guard(&Url::parse(url).unwrap(), &claims(params)).is_ok(), "{url}");
        }
        assert!(guard(&Url::at("", "/é"), &claims(&[])).is_err());
        assert!(Signer::new(&SCHEME, &Secret::new("not base64!"), Params::default()).is_err());
    }
}
