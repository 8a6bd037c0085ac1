use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const URL: &str = "https://res.example.com/demo/image/upload/c_fill,w_300/v1/folder/a%20b.jpg";

fn signer(key: &str, params: Params<'_>) -> Signer {
    Signer::new(&SCHEME, &Secret::new(key), params).unwrap()
}

fn mint(url: &str, params: Params<'_>) -> String {
    let (mut out, claims) = (Vec::new(), Claims { params, ..Claims::default() });
    signer("secret", params).seal().mint(&Url::parse(url).unwrap(), &claims, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn verdict(key: &str, url: &str, params: Params<'_>) -> Verdict {
    let visit = Visit { params, ..Visit::of(Url::parse(url).unwrap()) };
    signer(key, params).seal().verify(&visit).unwrap()
}

const NONE: Params<'_> = Params(&[]);

#[test]
fn transformation_and_public_id_are_signed_and_the_rest_is_not() {
    let url = mint(URL, NONE);
    assert!(url.contains("/upload/s--") && url.ends_with("--/c_fill,w_300/v1/folder/a%20b.jpg"), "{url}");
    assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
    for (from, to) in
        [("w_300", "w_300"), ("/v1/", "/v22/"), ("/v1/", "/"), ("demo", "other"), ("upload", "private")]
    {
        assert!(verdict("secret", &url.replace(from, to), NONE).is_valid(), "{to}");
    }
    assert!(verdict("secret", &format!("{url}?_a=1"), NONE).is_valid());
    for (from, to) in
        [("w_300", "w_301"), ("a%20b", "a%20c"), ("%20", "+"), ("folder/", ""), ("/v1/", "/v1/v1/")]
    {
        assert_eq!(verdict("secret", &url.replace(from, to), NONE), Verdict::Mismatch, "{to}");
    }
    assert_eq!(verdict("other", &url, NONE), Verdict::Mismatch);
    for (from, to, part) in [
        ("s--", "s-", "signature"),
        ("--/c_", "/c_", "signature"),
        ("/image/", "/images/", "delivery path"),
        ("%20", "%2z", "percent escape"),
    ] {
        assert_eq!(verdict("secret", &url.replacen(from, to, 1), NONE), Verdict::Malformed(part), "{to}");
    }
    let visit = Visit::of(Url::parse(&url).unwrap());
    assert_eq!(inspect(&visit, &mut Vec::new()).unwrap().url.to_string(), URL);
}

#[test]
fn a_long_signature_is_of_sha_256_and_may_be_asked_for() {
    let (short, long) = (Params(&[("length", "short")]), Params(&[("length", "long")]));
    let (one, other) = (mint(URL, NONE), mint(URL, long));
    assert_eq!(other.len() - one.len(), 24);
    assert!(verdict("secret", &one, NONE).is_valid() && verdict("secret", &other, NONE).is_valid());
    assert!(verdict("secret", &one, short).is_valid() && verdict("secret", &other, long).is_valid());
    assert_eq!(verdict("secret", &one, long), Verdict::Mismatch);
    assert_eq!(verdict("secret", &other, short), Verdict::Mismatch);
    let sha256 = mint(URL, Params(&[("algorithm", "sha256")]));
    assert_eq!(verdict("secret", &sha256, NONE), Verdict::Mismatch);
    let first = |url: &str| url.split("s--").nth(1).unwrap()[..8].to_owned();
    assert_eq!(first(&sha256), first(&other));
}

#[test]
fn a_version_stands_behind_transformations_only() {
    for (rest, signed) in [
        ("v1/a/b.jpg", "a/b.jpg"),
        ("c_fill/w_3,h_4/v12/a.jpg", "c_fill/w_3,h_4/a.jpg"),
        ("$x_1/t_name/v1/v2/a.jpg", "$x_1/t_name/v2/a.jpg"),
        ("folder/v1/a.jpg", "folder/v1/a.jpg"),
        ("v1", "v1"),
        ("vx/a.jpg", "vx/a.jpg"),
        ("https://e.example/v1/a.jpg", "https://e.example/v1/a.jpg"),
    ] {
        let (before, after) = versioned(rest);
        assert_eq!(format!("{before}{after}"), signed, "{rest}");
    }
    let signed = Params(&[("version", "signed")]);
    let folder = mint(URL, signed);
    assert!(verdict("secret", &folder, signed).is_valid());
    assert_eq!(verdict("secret", &folder, NONE), Verdict::Mismatch);
}

#[test]
fn what_could_not_be_delivered_is_refused_before_it_is_signed() {
    for path in [
        "/demo/image/upload",
        "/demo/image/upload/",
        "/demo/audio/upload/a.mp3",
        "/demo/image/upload/a b.jpg",
        "/demo/image/upload/100%.jpg",
        "/demo/image/upload/a.jpg?x=1",
        "/demo/image/upload/s--abcdefgh--/a.jpg",
    ] {
        assert!(guard(&Url::at("https://h", path), &Claims::default()).is_err(), "{path}");
    }
    for path in
        ["/demo/image/upload/a.jpg", "/raw/private/a.pdf", "/demo/image/fetch/https://e.example/a.jpg"]
    {
        assert!(guard(&Url::at("https://h", path), &Claims::default()).is_ok(), "{path}");
    }
}
