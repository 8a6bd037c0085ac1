use super::*;
use crate::{
    secret::Secret,
    sign::{Params, Signer, Verdict, detect},
};

const URL: &str = "http://h.example:81/vod/t/a.m3u8?x=1";
const NOW: u64 = 1_800_000_000;

fn signer(key: &str, params: Params<'_>) -> Signer {
    Signer { scheme: &SCHEME, keys: Vec::new() }.with(Some("3"), &Secret::new(key), params).unwrap()
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW), key_id: Some("3".into()), ..Claims::default() }
}

fn mint(url: &str, claims: &Claims<'_>) -> Result<String> {
    let mut out = Vec::new();
    signer("secret", claims.params).seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
    let visit = Visit { url: Url::parse(url).unwrap(), ..visit.clone() };
    signer("secret", visit.params).seal().verify(&visit).unwrap()
}

fn at(now: u64) -> Visit<'static> {
    Visit { now, ..Visit::default() }
}

#[test]
fn a_url_holds_through_its_expiry_and_for_itself_only() {
    let url = mint(URL, &claims()).unwrap();
    assert!(url.starts_with(&format!("{URL}&E=1800000000&A=1&K=3&P=1&S=")), "{url}");
    assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
    assert!(verdict(&url, &at(NOW)).is_valid());
    assert_eq!(verdict(&url, &at(NOW + 1)), Verdict::Expired { seconds: 1 });
    for (from, to) in
        [("vod", "vob"), ("x=1", "x=2"), ("E=18", "E=19"), ("P=1", "P=0"), (":81", ""), ("A=1", "A=2")]
    {
        assert_eq!(verdict(&url.replace(from, to), &at(NOW)), Verdict::Mismatch, "{from}");
    }
    assert_eq!(verdict(&url.replace("K=3", "K=4"), &at(NOW)), Verdict::UnknownKey);
    for (from, to, part) in [
        ("K=3", "K=16", "K"),
        ("K=3", "K=03", "K"),
        ("A=1", "A=3", "A"),
        ("P=1", "P=2", "token"),
        ("E=18", "E=018", "E"),
        ("&A=", "&a=", "token"),
    ] {
        assert_eq!(verdict(&url.replace(from, to), &at(NOW)), Verdict::Malformed(part), "{from} {to}");
    }
    let visit = Visit { now: NOW, ..Visit::of(Url::parse(&url).unwrap()) };
    assert_eq!(signer("other", Params(&[])).seal().verify(&visit).unwrap(), Verdict::Mismatch);
    let upper = url.rsplit_once('=').map(|(url, hex)| format!("{url}={}", hex.to_uppercase())).unwrap();
    assert_eq!(verdict(&upper, &at(NOW)), Verdict::Mismatch);
    assert!(verdict(&format!("{url}zz&y=1"), &at(NOW)).is_valid(), "as the plugin does");
}

#[test]
fn the_algorithm_is_the_setting_and_not_the_token_s_word() {
    let md5 = Claims { params: Params(&[("algorithm", "md5")]), ..claims() };
    let url = mint(URL, &md5).unwrap();
    assert!(url.contains("A=2") && verdict(&url, &Visit { params: md5.params, ..at(NOW) }).is_valid());
    assert_eq!(verdict(&url, &at(NOW)), Verdict::Mismatch);
}

#[test]
fn a_prefix_opens_its_folder_in_both_forms() {
    for form in [Form::Query, Form::Path] {
        let claims = Claims { scope: Scope::Prefix("/vod/".into()), form, ..claims() };
        let url = mint(URL, &claims).unwrap();
        assert!(verdict(&url, &at(NOW)).is_valid(), "{url}");
        assert!(verdict(&url.replace("a.m3u8", "b.ts"), &at(NOW)).is_valid());
        assert_eq!(verdict(&url.replace("/vod/", "/live/"), &at(NOW)), Verdict::Mismatch);
        let climbing = url.replace("a.m3u8", "..%2f..%2flive");
        assert_eq!(verdict(&climbing, &at(NOW)), Verdict::Refused(Claim::Prefix));
        assert!(guard(&Url::parse(URL).unwrap(), &claims).is_ok());
        let other = Claims { scope: Scope::Prefix("/live/".into()), ..claims.clone() };
        assert!(guard(&Url::parse(URL).unwrap(), &other).is_err());
        for prefix in ["vod/", "/vod", "/vod//t/", ""] {
            let claims = Claims { scope: Scope::Prefix(prefix.into()), ..claims.clone() };
            assert!(matches!(mint(URL, &claims), Err(Error::Usage(_))), "{prefix}");
        }
    }
    let whole = Claims { form: Form::Path, ..claims() };
    assert!(matches!(mint(URL, &whole), Err(Error::MissingClaim(text)) if text.contains("--prefix")));
    let anchored = Claims { params: Params(&[("anchor", "sig"), ("parts", "1")]), ..whole };
    let url = mint(URL, &anchored).unwrap();
    assert!(url.starts_with("http://h.example:81/vod/t;sig=") && url.ends_with("/a.m3u8?x=1"), "{url}");
    assert!(verdict(&url, &Visit { params: anchored.params, ..at(NOW) }).is_valid());
    assert!(verdict(&url, &at(NOW)).is_valid(), "the anchor tells itself");
    assert_eq!(
        verdict(&url, &Visit { params: Params(&[("anchor", "t")]), ..at(NOW) }),
        Verdict::Malformed("token")
    );
}

#[test]
fn an_address_is_held_against_the_visitor_s() {
    let url = mint(URL, &Claims { ip: Some("203.0.113.7".into()), ..claims() }).unwrap();
    let from = |ip| verdict(&url, &Visit { ip, ..at(NOW) });
    assert!(from(Some("203.0.113.7")).is_valid());
    assert_eq!(from(Some("203.0.113.8")), Verdict::Refused(Claim::Ip));
    assert_eq!(from(None), Verdict::Valid { expires: Some(NOW), unchecked: vec![Claim::Ip] });
    assert_eq!(verdict(&url.replace("203.0.113.7", "203.0.113.0/24"), &at(NOW)), Verdict::Malformed("C"));
    for ip in ["203.0.113.0/24", "2001:DB8::1", "nobody"] {
        let claims = Claims { ip: Some(ip.into()), ..claims() };
        assert!(guard(&Url::parse(URL).unwrap(), &claims).is_err(), "{ip}");
    }
}

#[test]
fn what_script_and_plugin_read_differently_is_refused() {
    let with =
        |parts: &'static str| Claims { params: Params(Box::leak(Box::new([("parts", parts)]))), ..claims() };
    assert!(
        matches!(mint("http://h/x//y", &claims()), Err(Error::Data(text)) if text.contains("empty part"))
    );
    assert!(mint("http://h/x//y", &with("110")).is_ok() && mint("http://h/x//y", &with("0110")).is_err());
    assert!(mint("http://h/x/", &claims()).is_ok());
    for parts in ["", "2", "1x"] {
        assert!(matches!(mint(URL, &with(parts)), Err(Error::Usage(_))), "{parts}");
    }
    for id in ["16", "key", "03"] {
        assert!(mint(URL, &Claims { key_id: Some(id.into()), ..claims() }).is_err(), "{id}");
    }
    for path in ["/a?SIZE=1", "/a?SPEC=1", "/a b"] {
        assert!(guard(&Url::at("http://h", path), &claims()).is_err(), "{path}");
    }
}
