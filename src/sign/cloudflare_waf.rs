//! Cloudflare's WAF token: HMAC-SHA256 that a rule checks with `is_timed_hmac_valid_v0`.
//!
//! Contract: section 9a. The examples on the vendor's page do not verify with the keys beside them; the text
//! of the page does. The token carries the time of minting, its lifetime stands in the rule.

use super::{
    Claim, Claims, Inspection, Param, Params, Scheme, Scope, Seal, Spelling, Url, Visit, climbs, key,
    text::{self, Append, UNRESERVED},
};
use crate::error::{Error, Result};
use std::borrow::Cow;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cloudflare-waf-hmac",
    title: "Cloudflare WAF token (is_timed_hmac_valid_v0)",
    about: "HMAC-SHA256 over path and query as requested, followed by the time of minting; the token stands last \
            in the query. How long it lives, and the length of the separator, stand in the rule: `?verify=` is 8. \
            A rule that hashes only the beginning of the path makes tokens for a directory. Whether a time to \
            come is accepted is unconfirmed; here it is not yet valid.",
    source: "developers.cloudflare.com, ruleset-engine: HMAC validation; waf: configure token authentication",
    claims: &[Claim::Issued],
    params: &[
        Param::one_of("encoding", &["base64", "base64url"]).about(
            "base64 percent-encoded, or base64url without padding: the flag `s` of the rule's function",
        ),
        Param::text("parameter").about(
            "the name in front of the token; verify unless given, and empty where the token stands bare",
        ),
        Param::text("directory")
            .about("the beginning of the path, where the rule hashes only so many bytes of it"),
        Param::text("ttl")
            .about("the lifetime in the rule, in seconds; 10800 unless given, as in the vendor's example"),
    ],
    reserved: &["verify"],
    bears: &["verify"],
    canonical,
    prepare: |secret, params| Ok(key::hmac_sha256(secret, spelling(params))),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const MALFORMED: Error = Error::Malformed("token");
/// Digits of a time: from 2001 to 2286.
const DIGITS: usize = 10;

fn spelling(params: Params<'_>) -> Spelling {
    if params.get("encoding") == Some("base64url") { Spelling::Base64Url } else { Spelling::Base64 }
}

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    let url = url.sent();
    let length = claims.params.get("directory").map_or(usize::MAX, str::len).min(url.path.len());
    out.bytes(&url.path.as_bytes()[..length]);
    if let Some(query) = &url.query {
        out.text("?").text(query);
    }
    out.decimal(issued(claims)?);
    Ok(())
}

fn issued(claims: &Claims<'_>) -> Result<u64> {
    let issued = claims.issued()?;
    if issued.checked_ilog10() == Some(DIGITS as u32 - 1) {
        return Ok(issued);
    }
    Err(Error::Data(format!(
        "Cloudflare reads a time of exactly {DIGITS} digits, not {issued}; check the clock"
    )))
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.sent();
    url.write(out);
    out.text(url.joint());
    if let Some(name) = Some(parameter(claims.params)).filter(|name| !name.is_empty()) {
        out.text(name).text("=");
    }
    out.decimal(issued(claims)?).text("-");
    // Only base64's own marks are escaped; base64url has none.
    out.percent(std::str::from_utf8(&seal.signature).unwrap_or_default(), &UNRESERVED);
    Ok(())
}

fn parameter<'a>(params: Params<'a>) -> &'a str {
    params.or("parameter", "verify")
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let params = visit.params;
    let query = visit.url.query.as_deref().ok_or(MALFORMED)?;
    let (own, last) = query.rsplit_once('&').map_or((None, query), |(own, last)| (Some(own), last));
    let token = match parameter(params) {
        "" => Some(last),
        name => last.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')),
    };
    let (time, written) = token.and_then(|token| token.split_once('-')).ok_or(MALFORMED)?;
    let issued = text::plain_number(time).filter(|_| time.len() == DIGITS).ok_or(MALFORMED)?;
    let (signature, spelling) = signature(written, params)?;
    let lifetime = lifetime(params)?;
    let directory = params.get("directory").map_or(Scope::Url, |directory| Scope::Prefix(directory.into()));
    let covers = directory == Scope::Url || !climbs(&visit.url.path);
    let claims = Claims {
        issued: Some(issued),
        not_before: Some(issued),
        expires: Some(issued.saturating_add(lifetime)),
        scope: directory,
        ..visit.claims()
    };
    let url = Url { query: own.map(Cow::Borrowed), ..visit.url.borrowed() };
    let found = Inspection::new(url, claims, signature).covering(covers).shaped(spelling, 32);
    Ok(match params.get("ttl") {
        None => {
            found.note("lifetime", format!("{lifetime} s are assumed; the rule's stands in --param ttl=…"))
        }
        Some(_) => found,
    })
}

/// The signature without its escapes. Where no encoding is set, the one that it is written in tells itself.
fn signature<'v>(written: &'v str, params: Params<'_>) -> Result<(Cow<'v, [u8]>, Spelling)> {
    let bare = params.get("encoding").is_none() && !written.contains('%') && written.len() == 43;
    if bare || spelling(params) == Spelling::Base64Url {
        return Ok((written.as_bytes().into(), Spelling::Base64Url));
    }
    // The function reads its argument percent-decoded, so bare marks mean something else.
    if written.contains(['+', '/', '=']) {
        return Err(MALFORMED);
    }
    let decoded = text::percent_decode(written).ok_or(MALFORMED)?;
    let bytes = match decoded {
        Cow::Borrowed(text) => text.as_bytes().into(),
        Cow::Owned(text) => text.into_bytes().into(),
    };
    Ok((bytes, Spelling::Base64))
}

fn lifetime(params: Params<'_>) -> Result<u64> {
    let seconds = text::plain_number(params.or("ttl", "10800")).filter(|seconds| *seconds > 0);
    seconds.ok_or_else(|| Error::Usage("--param ttl=… takes the lifetime of the rule in seconds".into()))
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let (params, name) = (claims.params, parameter(claims.params));
    lifetime(params)?;
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return Err(Error::Usage("--param parameter=… takes letters, digits, - _ and .".into()));
    }
    if !name.is_empty() && url.value(name).is_some() {
        return Err(Error::Usage(format!("the URL has a parameter `{name}` already; sign the plain URL")));
    }
    url.sent_as_written()?;
    let path = url.rooted().path.into_owned();
    match params.get("directory") {
        Some(directory) if directory.is_empty() || !path.starts_with(directory) || climbs(&path) => {
            Err(Error::Usage(format!("{path} does not begin with the directory {directory:?}; name its own")))
        }
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

    const URL: &str = "https://h.example/img.png?size=large";
    const NOW: u64 = 1_700_000_000;

    fn claims(params: &'static [(&'static str, &'static str)]) -> Claims<'static> {
        Claims { issued: Some(NOW), params: Params(params), ..Claims::default() }
    }

    fn signer(key: &str, params: Params<'_>) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), params).unwrap()
    }

    fn mint(claims: &Claims<'_>, url: &str) -> String {
        let mut out = Vec::new();
        signer("secret", claims.params).seal().mint(&Url::parse(url).unwrap(), claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn verdict(url: &str, now: u64, params: Params<'_>) -> Verdict {
        let visit = Visit { now, params, ..Visit::of(Url::parse(url).unwrap()) };
        signer("secret", params).seal().verify(&visit).unwrap()
    }

    #[test]
    fn a_token_lives_from_its_minting_for_the_lifetime_of_the_rule() {
        let claims = claims(&[("ttl", "60"), ("parameter", "t")]);
        let url = mint(&claims, URL);
        assert!(url.starts_with("https://h.example/img.png?size=large&t=1700000000-"), "{url}");
        let at = |now| verdict(&url, now, claims.params);
        assert!(at(NOW).is_valid() && at(NOW + 59).is_valid());
        assert_eq!(at(NOW + 60), Verdict::Expired { seconds: 0 });
        assert_eq!(at(NOW - 1), Verdict::NotYetValid { seconds: 1 });
        assert_eq!(verdict(&url, NOW, Params(&[])), Verdict::Malformed("token"), "another name");
        assert_eq!(verdict(&format!("{url}&x=1"), NOW, claims.params), Verdict::Malformed("token"));
        for (from, to) in [("img", "jmg"), ("large", "small"), ("t=17", "t=16")] {
            assert_eq!(verdict(&url.replace(from, to), NOW, claims.params), Verdict::Mismatch, "{from}");
        }
        let other = Visit { now: NOW, params: claims.params, ..Visit::of(Url::parse(&url).unwrap()) };
        assert_eq!(signer("other", claims.params).seal().verify(&other).unwrap(), Verdict::Mismatch);
    }

    #[test]
    fn both_encodings_are_told_apart_and_found() {
        for params in [&[][..], &[("encoding", "base64url")]] {
            let url = mint(&claims(params), URL);
            assert!(verdict(&url, NOW, Params(params)).is_valid(), "{url}");
            assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id), "{url}");
        }
        let url = mint(&claims(&[]), URL);
        assert_eq!(verdict(&url, NOW, Params(&[("encoding", "base64url")])), Verdict::Mismatch);
        let bare = url.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
        assert_eq!(verdict(&bare, NOW, Params(&[])), Verdict::Malformed("token"));
    }

    #[test]
    fn a_directory_is_signed_once_and_not_climbed_out_of() {
        let claims = claims(&[("directory", "/v/"), ("parameter", "")]);
        let url = mint(&claims, "https://h.example/v/a.png");
        assert!(url.starts_with("https://h.example/v/a.png?1700000000-"), "{url}");
        assert!(verdict(&url.replace("a.png", "deep/b.png"), NOW, claims.params).is_valid());
        assert_eq!(verdict(&url.replace("/v/", "/w/"), NOW, claims.params), Verdict::Mismatch);
        let climbing = url.replace("a.png", "../w/a.png");
        assert_eq!(verdict(&climbing, NOW, claims.params), Verdict::Refused(Claim::Prefix));
        let guarded = |path: &str| guard(&Url::at("https://h.example", path), &claims).is_ok();
        assert!(guarded("/v/x") && !guarded("/w/x") && !guarded("/v/../w"));
    }

    #[test]
    fn what_the_rule_would_not_find_again_is_refused() {
        let refused = |params: &'static [(&'static str, &'static str)], path: &str| {
            guard(&Url::at("https://h.example", path), &claims(params)).is_err()
        };
        assert!(!refused(&[], "/a?verified=1"));
        for (params, path) in [
            (&[][..], "/a?verify=1"),
            (&[("parameter", "t")], "/a?x=1&t="),
            (&[("parameter", "a b")], "/a"),
            (&[("ttl", "1h")], "/a"),
            (&[("ttl", "0")], "/a"),
            (&[], "/é"),
            (&[], "/a b"),
            (&[("directory", "")], "/a"),
        ] {
            assert!(refused(params, path), "{params:?} {path}");
        }
        let mut out = Vec::new();
        let early = Claims { issued: Some(999_999_999), ..claims(&[]) };
        let minted = signer("k", Params(&[])).seal().mint(&Url::at("", "/a"), &early, &mut out);
        assert!(matches!(minted, Err(Error::Data(text)) if text.contains("digits")) && out.is_empty());
    }
}
