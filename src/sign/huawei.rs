//! Huawei Cloud CDN's URL signing: MD5 or SHA-256 in the layouts A, B and C1.
//!
//! Contract: section 11. What goes into the digest of layout C2 was not confirmed, so it is not built.

use super::{Claim, Form, Inspection, Param, Params, Scheme, Spelling, Until, key, layout, layout::Time};

/// The token in the query.
pub const A: Scheme = Scheme {
    id: "huawei-a",
    title: "Huawei Cloud CDN, type A",
    about: "MD5 or SHA-256 in hex over `path-time-random-user-key`, carried as \
            `auth_key=<time>-<random>-<user>-<digest>`. The link is valid for as long after the time as the console \
            says, the last second included. The query is not signed.",
    source: "support.huaweicloud.com/intl/en-us/usermanual-cdn, URL signing",
    claims: &[Claim::Expires, Claim::Nonce],
    params: &[layout::VALIDITY, DIGEST, layout::USER, NAME],
    reserved: &["auth_key"],
    bears: &["auth_key"],
    fresh: |_| super::Fresh::Letters(32),
    until: Until::Through,
    example: layout::EXAMPLE,
    canonical: layout::hyphened,
    prepare: |secret, params| key::digest(params.or("algorithm", "md5"), secret, Spelling::Hex),
    assemble: |url, claims, seal, out| layout::write_hyphened(name(claims.params), url, claims, seal, out),
    inspect: |visit, signed| {
        Ok(sized(layout::read_hyphened(name(visit.params), visit, signed)?, visit.params))
    },
    guard: |url, claims| {
        layout::free_name(url, name(claims.params))?;
        layout::guard(url, claims)
    },
    ..Scheme::BASE
};

/// The time in front of the path.
pub const B: Scheme = Scheme {
    id: "huawei-b",
    title: "Huawei Cloud CDN, type B",
    about: "MD5 or SHA-256 in hex over `key time path`, nothing between them, carried as `/<time>/<digest>` in front \
            of the path; the time is YYYYMMDDhhmm in UTC+8, whatever the zone of the signer. The link is valid for \
            as long after it as the console says, the last second included. The query is not signed.",
    claims: &[Claim::Expires],
    forms: &[Form::Path],
    params: &[layout::VALIDITY, DIGEST],
    reserved: &[],
    bears: &[],
    zone: Some(layout::ZONE),
    canonical: layout::led_by_time,
    assemble: layout::write_led_by_time,
    inspect: |visit, signed| Ok(sized(layout::read_led_by_time(visit, signed)?, visit.params)),
    guard: layout::guard,
    ..A
};

/// The digest in front of the path.
pub const C: Scheme = Scheme {
    id: "huawei-c",
    title: "Huawei Cloud CDN, type C1",
    about: "MD5 or SHA-256 in hex over `key path time`, nothing between them, the time in hexadecimal; carried as \
            `/<digest>/<time>` in front of the path. The link is valid for as long after the time as the console \
            says, the last second included. The query is not signed. Type C2 (`auth_key=&timestamp=`) is not \
            built: what it hashes is unconfirmed.",
    claims: &[Claim::Expires],
    forms: &[Form::Path],
    params: &[layout::VALIDITY, DIGEST],
    reserved: &[],
    bears: &[],
    canonical: |url, claims, out| layout::ended_by_time(Time::Hex, url, claims, out),
    assemble: |url, claims, seal, out| layout::write_led_by_digest(Time::Hex, url, claims, seal, out),
    inspect: |visit, signed| Ok(sized(layout::read_led_by_digest(Time::Hex, visit, signed)?, visit.params)),
    guard: layout::guard,
    ..A
};

const DIGEST: Param =
    Param::one_of("algorithm", &["md5", "sha256"]).about("the digest that the console names");
const NAME: Param = Param::text("parameter").about("the name of the parameter; auth_key unless given");

fn name(params: Params<'_>) -> &str {
    params.get("parameter").unwrap_or("auth_key")
}

/// Where no digest is set, the signature tells by its length which of the two it is.
fn sized<'v>(found: Inspection<'v>, params: Params<'_>) -> Inspection<'v> {
    match (params.get("algorithm"), found.signature.len()) {
        (Some("sha256"), _) | (None, 64) => found.shaped(Spelling::Hex, 32),
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Claims, Signer, Url, Verdict, Visit, detect},
    };

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn the_digest_is_the_console_s_and_shows_in_the_length() {
        for scheme in [&A, &B, &C] {
            for (params, length) in [(Params(&[]), 32), (Params(&[("algorithm", "sha256")]), 64)] {
                let signer = Signer::new(scheme, &Secret::new("secret"), params).unwrap();
                let claims = Claims { issued: Some(NOW), params, ..Claims::default() };
                let (mut seal, mut out) = (signer.seal(), Vec::new());
                seal.mint(&Url::at("https://h.example", "/a"), &claims, &mut out).unwrap();
                assert_eq!(seal.signature.len(), length);
                let url = String::from_utf8(out).unwrap();
                assert!(detect(&url).iter().any(|found| found.id == scheme.id), "{url}");
                let visit = Visit { now: NOW + 1_800, params, ..Visit::of(Url::parse(&url).unwrap()) };
                assert!(signer.seal().verify(&visit).unwrap().is_valid(), "{url}");
                let late = Visit { now: NOW + 1_801, ..visit };
                assert_eq!(signer.seal().verify(&late).unwrap(), Verdict::Expired { seconds: 1 });
            }
        }
    }

    #[test]
    fn no_other_digest_is_taken() {
        assert!(Signer::new(&A, &Secret::new("secret"), Params(&[("algorithm", "sha512")])).is_err());
    }
}
