//! lighttpd's secure download: a digest or HMAC over path and time of issue, in front of the path.
//!
//! Contract: section 10b, observed on mod_secdownload of lighttpd 1.4.67, the last release that has it.

use super::{
    Claim, Claims, Form, Inspection, Param, Params, Scheme, Seal, Spelling, Until, Url, Visit, key, served,
    text::{self, Append},
};
use crate::error::{Error, Result};
use memchr::memchr_iter;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "lighttpd-secdownload",
    title: "lighttpd secure download",
    about: "HMAC in base64url over `/time/path`, or MD5 in hex over key, path and time, carried as \
            `<prefix><mac>/<time>` in front of the path; the time is that of issue, in eight hexadecimal digits. The \
            server's timeout counts in both directions: a link from its future is refused too. The path is the \
            decoded one with slashes merged and dot segments resolved. The module was removed from lighttpd in \
            1.4.68; a mod_magnet script takes its place.",
    source: "mod_secdownload of lighttpd 1.4.67, source and binary",
    claims: &[Claim::Issued],
    forms: &[Form::Path],
    params: &[
        Param::one_of("algorithm", &["hmac-sha256", "hmac-sha1", "md5"]).about("secdownload.algorithm"),
        Param::text("prefix").about("secdownload.uri-prefix; /dl/ unless given"),
        Param::text("ttl").about("secdownload.timeout, in seconds; 60 unless given"),
        Param::text("path_segments")
            .about("secdownload.path-segments: how many segments are signed; all unless given"),
        Param::one_of("hash_querystr", &["off", "on"])
            .about("secdownload.hash-querystr: whether the query is signed"),
    ],
    until: Until::Through,
    canonical: |url, claims, out| write(url, claims.params, &stamp(claims)?, out),
    prepare: |secret, params| match algorithm(params) {
        "hmac-sha256" => key::hmac("sha256", secret, Spelling::Base64Url),
        "hmac-sha1" => key::hmac("sha1", secret, Spelling::Base64Url),
        other => key::digest(other, secret, Spelling::Hex),
    },
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

/// Digits of a time: until 2106.
const DIGITS: usize = 8;

fn algorithm<'a>(params: Params<'a>) -> &'a str {
    params.or("algorithm", "hmac-sha256")
}

fn stamp(claims: &Claims<'_>) -> Result<[u8; DIGITS]> {
    let issued = claims.issued()?;
    let seconds = u32::try_from(issued).map_err(|_| {
        Error::Data(format!(
            "lighttpd reads a time of {DIGITS} hexadecimal digits, not {issued}; check the clock"
        ))
    })?;
    let mut digits = [0; DIGITS];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(seconds >> (4 * (DIGITS - 1 - place))) as usize & 15];
    }
    Ok(digits)
}

fn write(url: &Url<'_>, params: Params<'_>, time: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let hashed = algorithm(params) == "md5";
    match hashed {
        true => out.bytes(&[key::MARK]),
        false => out.text("/").bytes(time),
    };
    let url = url.rooted();
    let url = url.sent();
    let start = out.len();
    served::resolve(&url.path, out)?;
    if let Some(segments) = segments(params)? {
        let end = memchr_iter(b'/', &out[start..]).nth(segments);
        out.truncate(end.map_or(out.len(), |end| start + end));
    }
    if let Some(query) = url.query.as_deref().filter(|query| signs_query(params) && !query.is_empty()) {
        out.text("?").text(query);
    }
    if hashed {
        out.bytes(time);
    }
    Ok(())
}

fn signs_query(params: Params<'_>) -> bool {
    params.get("hash_querystr") == Some("on")
}

/// How many segments are signed, where not all are.
fn segments(params: Params<'_>) -> Result<Option<usize>> {
    let Some(text) = params.get("path_segments") else { return Ok(None) };
    match text.parse::<usize>().ok().filter(|_| text::plain_number(text).is_some()) {
        Some(count) => Ok(Some(count).filter(|count| *count > 0)),
        None => Err(Error::Usage("--param path_segments=… takes a number of segments; 0 signs all".into())),
    }
}

fn timeout(params: Params<'_>) -> Result<u64> {
    let seconds = text::plain_number(params.or("ttl", "60"));
    seconds.ok_or_else(|| Error::Usage("--param ttl=… takes the server's timeout in seconds".into()))
}

fn prefix<'a>(params: Params<'a>) -> Result<&'a str> {
    let prefix = params.or("prefix", "/dl/");
    match prefix.starts_with('/') && prefix.ends_with('/') && !prefix.contains(['?', '#', '%', ' ']) {
        true => Ok(prefix),
        false => Err(Error::Usage("--param prefix=… begins and ends with a slash, such as /dl/".into())),
    }
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.rooted();
    let url = url.sent();
    out.text(&url.origin).text(prefix(claims.params)?);
    out.bytes(&seal.signature).text("/").bytes(&stamp(claims)?);
    url.write_target(out);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    const MALFORMED: Error = Error::Malformed("path of the URL");
    let params = visit.params;
    let rest = visit.url.path.strip_prefix(prefix(params)?).ok_or(MALFORMED)?;
    let (signature, rest) = rest.split_once('/').ok_or(MALFORMED)?;
    let (time, path) =
        rest.split_at_checked(DIGITS).filter(|(_, path)| path.starts_with('/')).ok_or(MALFORMED)?;
    let issued = Some(time).filter(|time| time.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let issued =
        issued.and_then(|time| u64::from_str_radix(time, 16).ok()).ok_or(Error::Malformed("time"))?;
    let mut resolved = Vec::new();
    served::resolve(path, &mut resolved).map_err(|_| MALFORMED)?;
    let url = Url { path: path.into(), ..visit.url.borrowed() };
    // The digits are hashed as they are written.
    if time.bytes().any(|byte| byte.is_ascii_uppercase()) {
        write(&url, params, time.as_bytes(), signed)?;
    }
    let timeout = timeout(params)?;
    let claims = Claims {
        issued: Some(issued),
        not_before: Some(issued.saturating_sub(timeout)),
        expires: Some(issued.saturating_add(timeout)),
        form: Form::Path,
        ..visit.claims()
    };
    let free = url.query.is_some() && !signs_query(params);
    let (spelling, bytes) = match algorithm(params) {
        "md5" => (Spelling::Hex, 16),
        "hmac-sha1" => (Spelling::Base64Url, 20),
        _ => (Spelling::Base64Url, 32),
    };
    let signature = match spelling {
        Spelling::Hex => served::lowered(signature),
        _ => signature.as_bytes().into(),
    };
    let found = Inspection::new(url, claims, signature).shaped(spelling, bytes);
    let found = if free { found.note("query", "not signed") } else { found };
    let found = if control(&resolved) {
        found.judging(Claim::Other, Some(false)).note("path", CONTROL)
    } else {
        found
    };
    Ok(match params.get("ttl") {
        Some(_) => found,
        None => {
            found.note("timeout", format!("{timeout} s are assumed; the server's stands in --param ttl=…"))
        }
    })
}

const CONTROL: &str = "a control character: lighttpd answers 400";

fn control(path: &[u8]) -> bool {
    path.iter().any(|byte| *byte < b' ' || *byte == 0x7f)
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let params = claims.params;
    prefix(params)?;
    timeout(params)?;
    segments(params)?;
    if signs_query(params) {
        url.sent_as_written()?;
    }
    let mut resolved = Vec::new();
    served::resolve(&url.path, &mut resolved)?;
    match control(&resolved) {
        false => Ok(()),
        true => Err(Error::Usage(format!("the path holds {CONTROL}; leave it out"))),
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
    const ALGORITHMS: [&str; 3] = ["hmac-sha256", "hmac-sha1", "md5"];

    fn mint(url: &str, params: Params<'_>) -> Result<String> {
        let url = Url::parse(url)?;
        let claims = Claims { issued: Some(NOW), params, ..Claims::default() };
        guard(&url, &claims)?;
        let mut out = Vec::new();
        Signer::new(&SCHEME, &Secret::new("secret"), params)?.seal().mint(&url, &claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(key: &str, url: &str, now: u64, params: Params<'_>) -> Verdict {
        let visit = Visit { now, params, ..Visit::of(Url::parse(url).unwrap()) };
        Signer::new(&SCHEME, &Secret::new(key), params).unwrap().seal().verify(&visit).unwrap()
    }

    #[test]
    fn the_timeout_counts_in_both_directions() {
        for algorithm in ALGORITHMS {
            let pairs = [("algorithm", algorithm)];
            let params = Params(&pairs);
            let url = mint("https://h.example/v/a.mp4?q=1", params).unwrap();
            assert!(url.ends_with("/6b49d200/v/a.mp4?q=1"), "{url}");
            for time in [NOW - 60, NOW, NOW + 60] {
                assert!(verdict("secret", &url, time, params).is_valid(), "{time}");
            }
            assert_eq!(verdict("secret", &url, NOW + 61, params), Verdict::Expired { seconds: 1 });
            assert_eq!(verdict("secret", &url, NOW - 61, params), Verdict::NotYetValid { seconds: 1 });
            assert_eq!(verdict("other", &url, NOW, params), Verdict::Mismatch);
            for (from, to) in [("a.mp4", "b.mp4"), ("6b49d200", "6b49d201")] {
                assert_eq!(
                    verdict("secret", &url.replace(from, to), NOW, params),
                    Verdict::Mismatch,
                    "{from}"
                );
            }
            assert!(verdict("secret", &url.replace("q=1", "q=2"), NOW, params).is_valid());
        }
        let longer = [("ttl", "3600")];
        let url = mint("/v/a.mp4", Params(&longer)).unwrap();
        assert!(verdict("secret", &url, NOW + 3600, Params(&longer)).is_valid());
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
    }

    #[test]
    fn the_digits_are_hashed_as_written() {
        let url = mint("/v/a.mp4", Params(&[])).unwrap();
        let upper = url.replace("6b49d200", "6B49D200");
        assert_eq!(verdict("secret", &upper, NOW, Params(&[])), Verdict::Mismatch);
        for (from, to) in
            [("6b49d200", "6b49d20"), ("6b49d200", "6b49d2000"), ("/dl/", "/ld/"), ("/dl/", "/dl//")]
        {
            let broken = url.replace(from, to);
            assert!(
                matches!(verdict("secret", &broken, NOW, Params(&[])), Verdict::Malformed(_)),
                "{broken}"
            );
        }
        let odd = url.replace("6b49d200", "+b49d200");
        assert_eq!(verdict("secret", &odd, NOW, Params(&[])), Verdict::Malformed("time"));
    }

    #[test]
    fn a_server_may_sign_some_segments_or_the_query() {
        let two = [("path_segments", "2")];
        let url = mint("/a/b/c.bin", Params(&two)).unwrap();
        for (to, good) in [("/a/b/d/e", true), ("/a/b", true), ("/a/b/../x", false), ("/a/c/c.bin", false)] {
            let other = url.replace("/a/b/c.bin", to);
            assert_eq!(verdict("secret", &other, NOW, Params(&two)).is_valid(), good, "{to}");
        }
        assert_eq!(mint("/a", Params(&[("path_segments", "0")])).unwrap(), mint("/a", Params(&[])).unwrap());
        let query = [("hash_querystr", "on")];
        let url = mint("/a?x=1", Params(&query)).unwrap();
        assert!(verdict("secret", &url, NOW, Params(&query)).is_valid());
        for (from, to) in [("x=1", "x=2"), ("?x=1", "")] {
            assert_eq!(verdict("secret", &url.replace(from, to), NOW, Params(&query)), Verdict::Mismatch);
        }
    }

    #[test]
    fn what_lighttpd_would_refuse_is_refused_here() {
        for (path, params) in [
            ("/a%0Ab", vec![]),
            ("/a%7f", vec![]),
            ("/a/../../b", vec![]),
            ("/a", vec![("prefix", "dl")]),
            ("/a", vec![("prefix", "/dl")]),
            ("/a", vec![("ttl", "1h")]),
            ("/a", vec![("path_segments", "-1")]),
            ("/é?é", vec![("hash_querystr", "on")]),
        ] {
            assert!(matches!(mint(path, Params(&params)), Err(Error::Usage(_))), "{path} {params:?}");
        }
        let url = mint("/a/b", Params(&[])).unwrap();
        let above = url.replace("/a/b", "/../a/b");
        assert_eq!(verdict("secret", &above, NOW, Params(&[])), Verdict::Malformed("path of the URL"));
        let (claims, mut odd) = (Claims { issued: Some(NOW), ..Claims::default() }, Vec::new());
        let signer = Signer::new(&SCHEME, &Secret::new("secret"), Params(&[])).unwrap();
        signer.seal().mint(&Url::at("", "/a%0Ab"), &claims, &mut odd).unwrap();
        let odd = String::from_utf8(odd).unwrap();
        assert_eq!(verdict("secret", &odd, NOW, Params(&[])), Verdict::Refused(Claim::Other));
        let late = Claims { issued: Some(1 << 32), ..Claims::default() };
        assert!(matches!(stamp(&late), Err(Error::Data(_))));
    }
}
