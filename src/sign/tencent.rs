//! Tencent Cloud CDN's (and EdgeOne's) URL authentication: MD5 in the layouts A, B, C and D.
//!
//! Contract: section 11. One English version of the page on C has the parts as in B; here it is as the Chinese
//! page has it.

use super::{
    Claim, Claims, Form, Inspection, Param, Params, Scheme, Spelling, Url, Visit, key, layout, layout::Time,
};
use crate::error::Result;

/// The token in the query.
pub const A: Scheme = Scheme {
    id: "tencent-a",
    title: "Tencent Cloud CDN, type A",
    about: "MD5 in hex over `path-time-random-user-key`, carried as `sign=<time>-<random>-<user>-<digest>`. The time \
            is written in decimal, as in the vendor's example; one version of the page says hexadecimal. The link \
            ends so long after the time as the console says. The query is not signed. Keys have 6 to 40 letters \
            and digits. Whether the last second is still valid is unconfirmed.",
    source: "Tencent Cloud CDN documentation, authentication type A",
    claims: &[Claim::Expires, Claim::Nonce],
    params: &[layout::VALIDITY, layout::USER, NAME],
    reserved: &["sign"],
    fresh: |_| super::Fresh::Letters(32),
    example: layout::EXAMPLE,
    bears: &["sign"],
    canonical: layout::hyphened,
    prepare: |secret, _| key::digest("md5", secret, Spelling::Hex),
    assemble: |url, claims, seal, out| layout::write_hyphened(name(claims.params), url, claims, seal, out),
    inspect: |visit, signed| layout::read_hyphened(name(visit.params), visit, signed),
    guard: |url, claims| {
        layout::free_name(url, name(claims.params))?;
        layout::guard(url, claims)
    },
    ..Scheme::BASE
};

/// The time in front of the path.
pub const B: Scheme = Scheme {
    id: "tencent-b",
    title: "Tencent Cloud CDN and EdgeOne, type B",
    about: "MD5 in hex over `key time path`, nothing between them, carried as `/<time>/<digest>` in front of the \
            path; the time is YYYYMMDDhhmm in UTC+8, whatever the zone of the signer. The link ends so long after \
            it as the console says. The query is not signed. Whether the last second is still valid is \
            unconfirmed.",
    source: "Tencent Cloud CDN documentation, authentication type B; EdgeOne, token authentication",
    claims: &[Claim::Expires],
    forms: &[Form::Path],
    params: &[layout::VALIDITY],
    reserved: &[],
    bears: &[],
    zone: Some(layout::ZONE),
    canonical: layout::led_by_time,
    assemble: layout::write_led_by_time,
    inspect: layout::read_led_by_time,
    guard: layout::guard,
    ..A
};

/// The digest in front of the path.
pub const C: Scheme = Scheme {
    id: "tencent-c",
    title: "Tencent Cloud CDN, type C",
    about: "MD5 in hex over `key path time`, nothing between them, the time in hexadecimal; carried as \
            `/<digest>/<time>` in front of the path. One English version of the vendor's page has time and digest \
            the other way round, as in type B. The link ends so long after the time as the console says. The \
            query is not signed. Whether the last second is still valid is unconfirmed.",
    source: "Tencent Cloud CDN documentation, authentication type C",
    claims: &[Claim::Expires],
    forms: &[Form::Path],
    params: &[layout::VALIDITY],
    reserved: &[],
    bears: &[],
    canonical: |url, claims, out| layout::ended_by_time(Time::Hex, url, claims, out),
    assemble: |url, claims, seal, out| layout::write_led_by_digest(Time::Hex, url, claims, seal, out),
    inspect: |visit, signed| layout::read_led_by_digest(Time::Hex, visit, signed),
    guard: layout::guard,
    ..A
};

/// Two parameters.
pub const D: Scheme = Scheme {
    id: "tencent-d",
    title: "Tencent Cloud CDN and EdgeOne, type D",
    about: "MD5 in hex over `key path time`, nothing between them, carried as `sign=<digest>&t=<time>`; the time is \
            decimal or hexadecimal and hashed as it is written. The names of both parameters are set in the \
            console. The link ends so long after the time as the console says. The query is not signed. Whether \
            the last second is still valid is unconfirmed.",
    source: "Tencent Cloud CDN documentation, authentication type D; EdgeOne, token authentication",
    claims: &[Claim::Expires],
    params: &[
        layout::VALIDITY,
        NAME,
        Param::text("time_parameter").about("the name of the parameter with the time; t unless given"),
        Param::one_of("time", &["decimal", "hex"])
            .about("how the time is written; reading, 8 digits are hexadecimal and 10 decimal unless given"),
    ],
    reserved: &["sign", "t"],
    bears: &["sign"],
    canonical: |url, claims, out| layout::ended_by_time(written(claims.params), url, claims, out),
    assemble: |url, claims, seal, out| {
        layout::write_pair(names(claims.params), written(claims.params), url, claims, seal, out)
    },
    inspect: inspect_d,
    guard: guard_d,
    ..A
};

const NAME: Param =
    Param::text("parameter").about("the name of the parameter with the digest; sign unless given");

fn name(params: Params<'_>) -> &str {
    params.get("parameter").unwrap_or("sign")
}

fn names(params: Params<'_>) -> [&str; 2] {
    [name(params), params.get("time_parameter").unwrap_or("t")]
}

fn written(params: Params<'_>) -> Time {
    if params.get("time") == Some("hex") { Time::Hex } else { Time::Decimal }
}

fn inspect_d<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let names = names(visit.params);
    // From 1978 to 2106 hexadecimal seconds have eight digits, and decimal ones more.
    let eight = visit.url.value(names[1]).is_some_and(|time| time.len() == 8);
    let form = if visit.params.get("time").is_none() && eight { Time::Hex } else { written(visit.params) };
    let found = layout::read_pair(names, form, visit, signed)?;
    // What is rebuilt is written as the setting says.
    if signed.is_empty() && form != written(visit.params) {
        layout::ended_by_time(form, &found.url, &found.claims, signed)?;
    }
    Ok(found)
}

fn guard_d(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    for name in names(claims.params) {
        layout::free_name(url, name)?;
    }
    layout::guard(url, claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::Error,
        secret::Secret,
        sign::{Signer, Visit},
    };

    const NOW: u64 = 1_800_000_000;

    fn minted(params: Params<'_>) -> String {
        let claims = Claims { issued: Some(NOW), params, ..Claims::default() };
        let signer = Signer::new(&D, &Secret::new("secret"), params).unwrap();
        let mut out = Vec::new();
        signer.seal().mint(&Url::at("https://h.example", "/a"), &claims, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn valid(url: &str, params: Params<'_>) -> bool {
        let signer = Signer::new(&D, &Secret::new("secret"), params).unwrap();
        let visit = Visit { now: NOW, params, ..Visit::of(Url::parse(url).unwrap()) };
        signer.seal().verify(&visit).unwrap().is_valid()
    }

    #[test]
    fn a_time_in_either_base_is_read_without_being_told() {
        let (decimal, hex) = (minted(Params(&[])), minted(Params(&[("time", "hex")])));
        assert!(decimal.ends_with("&t=1800000000") && hex.ends_with("&t=6b49d200"), "{decimal} {hex}");
        assert!(valid(&decimal, Params(&[])) && valid(&hex, Params(&[])));
        assert!(valid(&hex, Params(&[("time", "hex")])));
        assert!(!valid(&hex, Params(&[("time", "decimal")])));
    }

    #[test]
    fn the_names_are_the_console_s() {
        let named = Params(&[("parameter", "token"), ("time_parameter", "when"), ("validity", "60")]);
        let url = minted(named);
        assert!(url.contains("?token=") && url.ends_with("&when=1800000000"), "{url}");
        assert!(valid(&url, named) && !valid(&url, Params(&[])));
        let claims = Claims { expires: Some(NOW), params: named, ..Claims::default() };
        assert!((D.guard)(&Url::at("", "/a?sign=1"), &claims).is_ok());
        for path in ["/a?token=1", "/a?when=1"] {
            assert!(matches!((D.guard)(&Url::at("", path), &claims), Err(Error::Usage(_))), "{path}");
        }
        let odd = Claims { params: Params(&[("parameter", "a&b"), ("validity", "60")]), ..claims };
        assert!((A.guard)(&Url::at("", "/a"), &odd).is_err() && (D.guard)(&Url::at("", "/a"), &odd).is_err());
    }
}
