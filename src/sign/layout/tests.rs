use super::*;
use crate::{
    secret::Secret,
    sign::{Scheme, Signer, Verdict, detect},
};

fn written(form: Time, seconds: u64) -> String {
    let mut out = Vec::new();
    form.write(seconds, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn times_go_both_ways() {
    for (form, text, seconds) in [
        (Time::Decimal, "1700000000", 1_700_000_000),
        (Time::Hex, "6553f100", 1_700_000_000),
        (Time::UpperHex, "55CE8100", 1_439_596_800),
        (Time::Minute, "201508150800", 1_439_596_800),
        (Time::Minute, "202311150613", 1_699_999_980),
        (Time::Hex, "ffffffffffffffff", u64::MAX),
        (Time::Hex, "1", 1),
    ] {
        assert_eq!(written(form, seconds), text);
        assert_eq!(form.read(text), Some(seconds), "{text}");
    }
    for (form, text) in [
        (Time::Hex, ""),
        (Time::Hex, "0x6553f100"),
        (Time::Hex, "06553f100"),
        (Time::Hex, "+6553f100"),
        (Time::Hex, "10000000000000000"),
        (Time::Decimal, "6553f100"),
        (Time::Minute, "20230230061"),
        (Time::Minute, "202302300613"),
        (Time::Minute, "197001010759"),
    ] {
        assert_eq!(form.read(text), None, "{text}");
    }
}

#[test]
fn the_validity_is_counted_back_from_the_expiry() {
    let params = Params(&[("validity", "600")]);
    let claims = Claims { expires: Some(1_000), params, ..Claims::default() };
    assert_eq!(time(&claims).unwrap(), 400);
    assert_eq!(time(&Claims { issued: Some(7), ..claims.clone() }).unwrap(), 7);
    assert!(matches!(time(&Claims { expires: Some(599), ..claims }), Err(Error::Data(_))));
    assert!(matches!(time(&Claims::default()), Err(Error::MissingClaim(_))));
    let broken = Claims { expires: Some(9), params: Params(&[("validity", "1h")]), ..Claims::default() };
    assert!(matches!(time(&broken), Err(Error::Usage(_))));
}

#[test]
fn who_mints_names_the_validity_and_a_path_that_is_sent_as_it_is() {
    let claims = |params| Claims { expires: Some(10_000), params, ..Claims::default() };
    let named = claims(Params(&[("validity", "0")]));
    assert!(guard(&Url::at("", "/a"), &named).is_ok());
    for (path, claims) in [("/é", &named), ("/a", &claims(Params(&[])))] {
        assert!(matches!(guard(&Url::at("", path), claims), Err(Error::Usage(_))), "{path}");
    }
    for (path, name, free) in
        [("/a", "sign", true), ("/a?sign=1", "sign", false), ("/a", "a b", false), ("/a", "", false)]
    {
        assert_eq!(free_name(&Url::parse(path).unwrap(), name).is_ok(), free, "{path} {name}");
    }
}

const NOW: u64 = 1_800_000_000;
const TEN: Params<'_> = Params(&[("validity", "600")]);
const ROWS: [(&str, Form); 11] = [
    ("alibaba-a", Form::Query),
    ("alibaba-b", Form::Path),
    ("alibaba-c", Form::Path),
    ("alibaba-c", Form::Query),
    ("tencent-a", Form::Query),
    ("tencent-b", Form::Path),
    ("tencent-c", Form::Path),
    ("tencent-d", Form::Query),
    ("huawei-a", Form::Query),
    ("huawei-b", Form::Path),
    ("huawei-c", Form::Path),
];

fn claims(form: Form, params: Params<'_>) -> Claims<'_> {
    Claims { expires: Some(NOW + 600), nonce: Some("abc123"), form, params, ..Claims::default() }
}

fn minted(id: &str, path: &str, claims: &Claims<'_>) -> Result<String> {
    let scheme = Scheme::find(id)?;
    let signer = Signer::new(scheme, &Secret::new("secret"), claims.params)?;
    let mut out = Vec::new();
    signer.seal().mint(&Url::at("https://h.example", path), claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(id: &str, key: &str, url: &str, now: u64, params: Params<'_>) -> Verdict {
    let signer = Signer::new(Scheme::find(id).unwrap(), &Secret::new(key), params).unwrap();
    let visit = Visit { now, params, ..Visit::of(Url::parse(url).unwrap()) };
    signer.seal().verify(&visit).unwrap()
}

#[test]
fn every_row_ends_where_it_was_asked_to_and_holds_for_one_path() {
    for (id, form) in ROWS {
        let url = minted(id, "/v/a.mp4?q=1", &claims(form, TEN)).unwrap();
        let judged = |url: &str, now| verdict(id, "secret", url, now, TEN);
        assert!(judged(&url, NOW + 599).is_valid(), "{id} {url}");
        assert_eq!(judged(&url, NOW + 600).is_valid(), id.starts_with("huawei"), "{id}");
        assert_eq!(judged(&url, NOW + 660), Verdict::Expired { seconds: 60 }, "{id}");
        assert_eq!(verdict(id, "other", &url, NOW, TEN), Verdict::Mismatch, "{id}");
        assert_eq!(judged(&url.replace("a.mp4", "b.mp4"), NOW), Verdict::Mismatch, "{id}");
        assert!(judged(&url.replace("q=1", "q=2"), NOW).is_valid(), "{id}: the query is free");
        for (from, to) in
            [("1800000000", "1800000001"), ("6b49d200", "6b49d201"), ("202701151600", "202701151601")]
        {
            let later = url.replace(from, to);
            assert!(later == url || judged(&later, NOW) == Verdict::Mismatch, "{id} {later}");
        }
        assert!(detect(&url).iter().any(|scheme| scheme.id == id), "{id} {url}");
    }
}

#[test]
fn layouts_that_look_alike_are_all_named() {
    let found = |id, form| {
        let url = minted(id, "/v/a.mp4", &claims(form, TEN)).unwrap();
        detect(&url).iter().map(|scheme| scheme.id).collect::<Vec<_>>()
    };
    for (id, form, wanted) in [
        ("alibaba-a", Form::Query, &["alibaba-a", "huawei-a"][..]),
        ("tencent-a", Form::Query, &["tencent-a"]),
        ("tencent-b", Form::Path, &["alibaba-b", "tencent-b", "huawei-b"]),
        ("huawei-c", Form::Path, &["alibaba-c", "tencent-c", "huawei-c"]),
        ("alibaba-c", Form::Query, &["alibaba-c"]),
        ("tencent-d", Form::Query, &["tencent-d"]),
    ] {
        let found = found(id, form);
        let china = |id: &&str| ROWS.iter().any(|(row, _)| row == id);
        assert_eq!(found.into_iter().filter(china).collect::<Vec<_>>(), wanted, "{id}");
    }
}

#[test]
fn what_a_link_says_of_its_user_is_hashed_as_it_stands() {
    let seven = Params(&[("validity", "600"), ("uid", "7")]);
    for id in ["alibaba-a", "tencent-a", "huawei-a"] {
        let url = minted(id, "/a", &claims(Form::Query, seven)).unwrap();
        assert!(url.contains("1800000000-abc123-7-"), "{url}");
        assert!(verdict(id, "secret", &url, NOW, TEN).is_valid(), "{id}");
        for (from, to) in [("abc123-7", "abc123-8"), ("abc123", "abd123"), ("abc123", "")] {
            assert_eq!(verdict(id, "secret", &url.replace(from, to), NOW, TEN), Verdict::Mismatch, "{to}");
        }
        for (from, to) in
            [("-abc123-7", "-abc123"), ("abc123", "ab-c123"), ("=1800", "=x1800"), ("=", "=1-2&x=")]
        {
            let broken = url.replace(from, to);
            assert_eq!(verdict(id, "secret", &broken, NOW, TEN), Verdict::Malformed("token"), "{broken}");
        }
        for nonce in ["", "a-b", "a_b", "é"] {
            let split = Claims { nonce: Some(nonce), ..claims(Form::Query, TEN) };
            assert!(matches!(minted(id, "/a", &split), Err(Error::Usage(_))), "{nonce}");
        }
    }
}

#[test]
fn paths_without_time_or_digest_are_malformed() {
    for id in ["alibaba-b", "tencent-b", "huawei-b", "alibaba-c", "tencent-c", "huawei-c"] {
        let part = |path: &str| match verdict(id, "k", path, NOW, TEN) {
            Verdict::Malformed(part) => part,
            other => panic!("{id} {path}: {other:?}"),
        };
        for path in ["/", "/a", "/a/b", "/202701151600/00"] {
            assert_eq!(part(path), "path of the URL", "{id} {path}");
        }
        for path in ["/202713151600/zz/a", "/zz/xx/a", "/1/06b49d200/a"] {
            assert_eq!(part(path), "time", "{id} {path}");
        }
    }
    for id in ["tencent-d", "alibaba-c"] {
        let url = minted(id, "/a", &claims(Form::Query, TEN)).unwrap();
        let judged = |url: &str| verdict(id, "secret", url, NOW, TEN);
        let (first, second) = if id == "tencent-d" { ("sign=", "t=") } else { ("KEY1=", "KEY2=") };
        assert_eq!(judged(&url.replace(second, "u=")), Verdict::Malformed("token"));
        assert_eq!(judged(&url.replace(first, &format!("{first}x&{first}"))), Verdict::Malformed("token"));
        assert_eq!(judged(&url.replace(second, &format!("{second}0"))), Verdict::Malformed("time"));
    }
}
