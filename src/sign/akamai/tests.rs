use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const URL: &str = "https://media.example.com/v/a.mp4?q=1";
const NOW: u64 = 1_800_000_000;
const KEY: &str = "00112233445566778899aabbccddeeff";

fn signer(key: &str, params: Params<'_>) -> Signer {
    Signer::new(&SCHEME, &Secret::new(key), params).unwrap()
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW + 60), ..Claims::default() }
}

fn listed(list: &'static str) -> Claims<'static> {
    Claims { scope: Scope::Globs(list.into()), ..claims() }
}

fn with(params: &'static [(&'static str, &'static str)]) -> Claims<'static> {
    Claims { params: Params(params), ..claims() }
}

fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
    let mut out = Vec::new();
    signer(KEY, claims.params).seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
    let visit = Visit { url: Url::parse(url).unwrap(), ..visit.clone() };
    signer(KEY, visit.params).seal().verify(&visit).unwrap()
}

fn at(now: u64) -> Visit<'static> {
    Visit { now, ..Visit::default() }
}

#[test]
fn a_token_for_a_url_holds_between_its_times_and_for_itself_only() {
    let signed = mint(&Claims { not_before: Some(NOW), ..claims() }, URL).unwrap();
    assert!(
        signed.starts_with("https://media.example.com/v/a.mp4?q=1&__token__=st=1800000000~exp="),
        "{signed}"
    );
    assert!(verdict(&signed, &at(NOW + 59)).is_valid());
    assert_eq!(verdict(&signed, &at(NOW + 60)), Verdict::Expired { seconds: 0 });
    assert_eq!(verdict(&signed, &at(NOW - 1)), Verdict::NotYetValid { seconds: 1 });
    for (from, to) in
        [("a.mp4", "b.mp4"), ("q=1", "q=2"), ("q=1&", ""), ("exp=18", "exp=28"), ("st=18", "st=17")]
    {
        assert!(signed.contains(from), "{from}");
        assert_eq!(verdict(&signed.replace(from, to), &at(NOW)), Verdict::Mismatch, "{from} {to}");
    }
    let visit = Visit { url: Url::parse(&signed).unwrap(), ..at(NOW) };
    let other = signer("ffeeddccbbaa99887766554433221100", Params::default());
    assert_eq!(other.seal().verify(&visit).unwrap(), Verdict::Mismatch);
}

#[test]
fn an_access_list_covers_its_paths_and_no_others() {
    let signed = mint(&listed("/v/*!/w/?.ts"), URL).unwrap();
    let (_, token) = signed.split_once("__token__=").unwrap();
    let asked = |path: &str| verdict(&format!("https://any.example{path}?__token__={token}"), &at(NOW));
    for path in ["/v/a.mp4", "/v/deep/b.ts", "/w/1.ts"] {
        assert!(asked(path).is_valid(), "{path}");
    }
    for path in ["/secret", "/w/12.ts", "/v/../secret", "/v/%2e%2E/secret", "/V/a"] {
        assert_eq!(asked(path), Verdict::Refused(Claim::Globs), "{path}");
    }
    let prefix = mint(&Claims { scope: Scope::Prefix("/v/".into()), ..claims() }, URL).unwrap();
    assert!(prefix.contains("~acl=/v/*~hmac="), "{prefix}");
    assert_eq!(verdict(&signed.replace("/w/?", "/*?"), &at(NOW)), Verdict::Mismatch);
}

#[test]
fn every_form_is_found_again() {
    for (form, header) in [(Form::Cookie, "Cookie"), (Form::Header, "__token__")] {
        let minted = mint(&Claims { form, ..listed("/v/*") }, URL).unwrap();
        let value = minted.strip_prefix("__token__: ").unwrap_or(&minted);
        let headers = [(header, value)];
        let visit = Visit { headers: &headers, ..at(NOW) };
        assert!(verdict(URL, &visit).is_valid(), "{minted}");
        assert_eq!(verdict("https://h/secret", &visit), Verdict::Refused(Claim::Globs));
    }
    let named = with(&[("token_name", "hdnea")]);
    let signed = mint(&named, URL).unwrap();
    assert!(verdict(&signed, &Visit { params: named.params, ..at(NOW) }).is_valid());
    assert_eq!(verdict(&signed, &at(NOW)), Verdict::Malformed("token"), "another name is another scheme's");
    let token = mint(&Claims { form: Form::Token, ..claims() }, URL).unwrap();
    assert!(token.starts_with("exp="), "{token}");
}

#[test]
fn a_scheme_is_found_from_the_url_with_any_digest() {
    for algorithm in [&[("algorithm", "sha256")], &[("algorithm", "sha1")], &[("algorithm", "md5")]] {
        let named = mint(&with(algorithm), URL).unwrap().replace("__token__", "hdnts");
        assert_eq!(
            detect(&named).iter().map(|scheme| scheme.id).collect::<Vec<_>>(),
            ["akamai-edgeauth"],
            "{named}"
        );
        assert!(detect(&named[..named.len() - 2]).is_empty());
    }
}

#[test]
fn an_address_is_judged_and_named_where_it_is_not_known() {
    for params in [Params(&[]), Params(&[("escape", "on")])] {
        let signed = mint(&Claims { ip: Some("2001:db8::7".into()), params, ..claims() }, URL).unwrap();
        let from = |ip| verdict(&signed, &Visit { ip, params, ..at(NOW) });
        assert!(from(Some("2001:db8::7")).is_valid());
        assert_eq!(from(Some("2001:db8::8")), Verdict::Refused(Claim::Ip));
        assert!(matches!(from(None), Verdict::Valid { unchecked, .. } if unchecked == [Claim::Ip]));
    }
}

#[test]
fn a_salt_is_hashed_and_never_shown() {
    let salted = with(&[("salt", "pepper")]);
    let signer = signer(KEY, salted.params);
    let (mut seal, mut out) = (signer.seal(), Vec::new());
    seal.mint(&Url::parse(URL).unwrap(), &salted, &mut out).unwrap();
    assert!(!String::from_utf8_lossy(&seal.canonical).contains("pepper"));
    let signed = String::from_utf8(out).unwrap();
    assert!(!signed.contains("pepper"));
    assert!(verdict(&signed, &Visit { params: salted.params, ..at(NOW) }).is_valid());
    assert_eq!(verdict(&signed, &at(NOW)), Verdict::Mismatch);
    assert_eq!(
        verdict(&signed, &Visit { params: Params(&[("salt", "sugar")]), ..at(NOW) }),
        Verdict::Mismatch
    );
    // A NUL byte in the URL would be a second place for it.
    assert!(mint(&salted, "https://h/a\0b").is_err());
}

#[test]
fn where_the_libraries_escape_differently_one_must_be_named() {
    let [on, python, node] = ["on", "python", "node"]
        .map(|escape| Params(Box::leak(Box::new([("escape", escape), ("payload", "user=7;é/x")]))));
    let minted = |params| mint(&Claims { params, ..claims() }, URL).unwrap();
    assert_eq!(minted(on), minted(python));
    assert_eq!(minted(on), minted(node));
    assert!(minted(on).contains("~data=user%3d7%3b%c3%a9%2fx~hmac="));
    for path in ["/a%20b c", "/~user/x", "/a!b", "/a(b)"] {
        let refused = mint(&with(&[("escape", "on")]), path).unwrap_err().to_string();
        assert!(refused.contains("escape=python"), "{refused}");
        let (python, node) = (with(&[("escape", "python")]), with(&[("escape", "node")]));
        assert_ne!(mint(&python, path).unwrap(), mint(&node, path).unwrap(), "{path}");
    }
}

#[test]
fn a_value_that_reads_like_a_field_is_refused() {
    for params in [
        &[("payload", "a~exp=9999999999")],
        &[("session_id", "a~acl=/*")],
        &[("session_id", "a~hmac=00")],
        &[("payload", "a~url=/x")],
    ] {
        assert!(mint(&with(params), URL).unwrap_err().to_string().contains("field"), "{params:?}");
    }
    assert!(mint(&listed("/v/*~id=1"), URL).is_err());
    assert!(mint(&listed("/~v/*"), URL).is_ok(), "a mark alone begins no field");
    assert!(mint(&Claims { expires: Some(0), ..claims() }, URL).is_err());
    assert!(mint(&Claims { expires: None, ..claims() }, URL).is_err());
}

#[test]
fn what_is_missing_or_broken_is_malformed() {
    let signed = mint(&Claims { not_before: Some(1), ..listed("/v/*") }, URL).unwrap();
    for (from, to, part) in [
        ("__token__=", "x=", "token"),
        ("~hmac=", "~mac=", "token"),
        ("st=1~", "st=01~", "st"),
        ("exp=1", "exp=+1", "exp"),
        ("exp=1", "id=1", "token"),
        ("st=1~exp=1800000060", "exp=1800000060~st=1", "token"),
        ("st=1~", "st=1~st=1~", "token"),
        ("~acl=", "~url=/v/a.mp4~acl=", "token"),
        ("st=1~exp=1800000060~", "st=1~", "exp"),
        ("st=1", "x=1", "token"),
        ("?q=1", "?__token__=exp=1~hmac=00", "token"),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(verdict(&signed.replace(from, to), &at(NOW)), Verdict::Malformed(part), "{from} {to}");
    }
}

#[test]
fn keys_and_settings_that_will_not_do_are_refused() {
    for key in ["001", "zz", "0011\n"] {
        let refused = Signer::new(&SCHEME, &Secret::new(key), Params::default());
        assert!(refused.is_err_and(|error| error.to_string().contains("hex")), "{key}");
    }
    let sha512 = Signer::new(&SCHEME, &Secret::new(KEY), Params(&[("algorithm", "sha512")]));
    assert!(matches!(sha512, Err(Error::Usage(_))));
    for params in [
        &[("field_delimiter", "x")],
        &[("field_delimiter", "")],
        &[("field_delimiter", "=")],
        &[("token_name", "a=b")],
    ] {
        assert!(matches!(mint(&with(params), URL), Err(Error::Usage(_))), "{params:?}");
    }
}

#[test]
fn what_the_edge_would_not_take_is_refused_before_it_is_signed() {
    let guarded = |url: &str, claims: &Claims<'_>| guard(&Url::parse(url).unwrap(), claims);
    assert!(guarded(URL, &claims()).is_ok() && guarded(URL, &listed("/v/*!/w/*")).is_ok());
    for (url, claims) in [
        (URL, listed("/w/*")),
        (URL, listed("v/*")),
        (URL, listed("/v/*!https://h/*")),
        ("https://h/v/../a", listed("/v/*")),
        ("https://h/~v/a", claims()),
        ("https://h/~v/a", listed("/~v/*")),
        ("https://h/a?hdnea=1", with(&[("token_name", "hdnea")])),
        (URL, Claims { ip: Some("203.0.113.0/24".into()), ..claims() }),
        (URL, with(&[("payload", "a&b")])),
        (URL, with(&[("payload", "a b")])),
        (URL, Claims { form: Form::Cookie, ..with(&[("payload", "a;b")]) }),
        (URL, Claims { form: Form::Header, ..with(&[("payload", "a\r\nX: y")]) }),
    ] {
        assert!(matches!(guarded(url, &claims), Err(Error::Usage(_))), "{url} {claims:?}");
    }
    assert!(guarded(URL, &with(&[("payload", "a&b"), ("escape", "on")])).is_ok());
}
