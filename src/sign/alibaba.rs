//! Alibaba Cloud CDN's URL signing: MD5 in the layouts A, B and C.
//!
//! Contract: section 11. What goes into the digest of layout F was not confirmed, so it is not built.

use super::{Claim, Form, Param, Params, Scheme, Spelling, key, layout, layout::Time};

/// The token in the query.
pub const A: Scheme = Scheme {
    id: "alibaba-a",
    title: "Alibaba Cloud CDN, type A",
    about: "MD5 in hex over `path-time-random-user-key`, carried as `auth_key=<time>-<random>-<user>-<digest>`. The \
            link ends so long after the time as the console says; older pages call the time the end itself. The \
            query is not signed. Keys have 16 to 32 letters and digits. Whether the last second is still valid is \
            unconfirmed.",
    source: "alibabacloud.com/help/en/cdn/user-guide/type-a-signing",
    claims: &[Claim::Expires, Claim::Nonce],
    params: &[layout::VALIDITY, layout::USER],
    reserved: &["auth_key"],
    example: layout::EXAMPLE,
    bears: &["auth_key"],
    fresh: |_| super::Fresh::Letters(32),
    canonical: layout::hyphened,
    prepare: |secret, _| key::digest("md5", secret, Spelling::Hex),
    assemble: |url, claims, seal, out| layout::write_hyphened("auth_key", url, claims, seal, out),
    inspect: |visit, signed| layout::read_hyphened("auth_key", visit, signed),
    guard: layout::guard,
    ..Scheme::BASE
};

/// The time in front of the path.
pub const B: Scheme = Scheme {
    id: "alibaba-b",
    title: "Alibaba Cloud CDN, type B",
    about: "MD5 in hex over `key time path`, nothing between them, carried as `/<time>/<digest>` in front of the \
            path; the time is YYYYMMDDhhmm in UTC+8, whatever the zone of the signer. The link ends so long after \
            it as the console says. The query is not signed. Whether the last second is still valid is \
            unconfirmed.",
    source: "alibabacloud.com/help/en/cdn/user-guide/type-b-signing",
    claims: &[Claim::Expires],
    forms: &[Form::Path],
    params: &[layout::VALIDITY],
    reserved: &[],
    bears: &[],
    zone: Some(layout::ZONE),
    canonical: layout::led_by_time,
    assemble: layout::write_led_by_time,
    inspect: layout::read_led_by_time,
    ..A
};

/// The digest in front of the path, or two parameters.
pub const C: Scheme = Scheme {
    id: "alibaba-c",
    title: "Alibaba Cloud CDN, type C",
    about: "MD5 in hex over `key path time`, nothing between them, the time in hexadecimal and hashed as it is \
            written. Carried as `/<digest>/<time>` in front of the path, or as `KEY1=<digest>&KEY2=<time>`. The \
            link ends so long after the time as the console says. The query is not signed. Whether the last \
            second is still valid is unconfirmed. Type F (`sign=&time=`) is not built: what it hashes is \
            unconfirmed.",
    source: "alibabacloud.com/help/en/cdn/user-guide/type-c-signing",
    claims: &[Claim::Expires],
    forms: &[Form::Path, Form::Query],
    params: &[layout::VALIDITY, HEX],
    reserved: &["KEY1", "KEY2"],
    bears: &["KEY1"],
    canonical: |url, claims, out| layout::ended_by_time(form(claims.params), url, claims, out),
    assemble: |url, claims, seal, out| match claims.form {
        Form::Path => layout::write_led_by_digest(form(claims.params), url, claims, seal, out),
        _ => layout::write_pair(PAIR, form(claims.params), url, claims, seal, out),
    },
    inspect: |visit, signed| match visit.url.value(PAIR[0]) {
        Some(_) => layout::read_pair(PAIR, form(visit.params), visit, signed),
        None => layout::read_led_by_digest(form(visit.params), visit, signed),
    },
    ..A
};

const PAIR: [&str; 2] = ["KEY1", "KEY2"];
const HEX: Param = Param::one_of("hex", &["lower", "upper"])
    .about("the case of the time's digits; both are read, and hashed as written");

fn form(params: Params<'_>) -> Time {
    if params.get("hex") == Some("upper") { Time::UpperHex } else { Time::Hex }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Claims, Signer, Url, Visit},
    };

    #[test]
    fn a_time_is_hashed_in_the_case_in_which_it_is_written() {
        let upper = Params(&[("hex", "upper")]);
        let signer = Signer::new(&C, &Secret::new("secret"), upper).unwrap();
        for form in [Form::Path, Form::Query] {
            let claims = Claims { issued: Some(0x55CE_8100), form, params: upper, ..Claims::default() };
            let mut out = Vec::new();
            signer.seal().mint(&Url::at("https://h.example", "/a"), &claims, &mut out).unwrap();
            let url = String::from_utf8(out).unwrap();
            assert!(url.contains("55CE8100"), "{url}");
            for (url, valid) in [(url.clone(), true), (url.replace("55CE8100", "55ce8100"), false)] {
                let visit = Visit { now: 0x55CE_8100, ..Visit::of(Url::parse(&url).unwrap()) };
                assert_eq!(signer.seal().verify(&visit).unwrap().is_valid(), valid, "{url}");
            }
        }
    }
}
