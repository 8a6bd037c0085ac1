use super::*;
use crate::{
    secret::Secret,
    sign::{Params, Signer, Verdict},
};

const URL: &str = "https://zone.b-cdn.net/v/a.mp4?q=1";
const NOW: u64 = 1_893_456_000;

fn signer(secret: &str) -> Signer {
    Signer::new(&HS256, &Secret::new(secret), Params::default()).unwrap()
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW + 60), ..Claims::default() }
}

fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
    let mut out = Vec::new();
    signer("secret").seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verify(url: &str, visit: &Visit<'_>) -> Result<Verdict> {
    signer("secret").seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() })
}

fn verdict(url: &str, now: u64) -> Verdict {
    verify(url, &Visit { now, ..Visit::default() }).unwrap()
}

#[test]
fn both_forms_hold_until_the_expiry_and_for_what_was_signed() {
    for form in [Form::Query, Form::Path] {
        let signed = mint(&Claims { form, ..claims() }, URL).unwrap();
        assert!(verdict(&signed, NOW + 59).is_valid(), "{signed}");
        assert_eq!(verdict(&signed, NOW + 60), Verdict::Expired { seconds: 0 });
        for (from, to) in [("a.mp4", "b.mp4"), ("q=1", "q=2"), ("q=1&", ""), ("s=1893456060", "s=1993456060")]
        {
            assert!(signed.contains(from), "{from}");
            assert_eq!(verdict(&signed.replace(from, to), NOW), Verdict::Mismatch, "{from} {to}");
        }
        let other = Visit { now: NOW, ..Visit::of(Url::parse(&signed).unwrap()) };
        assert_eq!(signer("other").seal().verify(&other).unwrap(), Verdict::Mismatch);
    }
}

#[test]
fn a_lock_asks_for_the_address() {
    let locked = mint(&Claims { ip: Some("2001:db8::7".into()), ..claims() }, URL).unwrap();
    let from = |ip| verify(&locked, &Visit { now: NOW, ip, ..Visit::default() });
    assert!(matches!(from(None), Err(Error::MissingClaim(text)) if text.contains("--ip")));
    assert!(from(Some("2001:db8::7")).unwrap().is_valid());
    assert!(from(Some("2001:db8::ffff:1")).unwrap().is_valid(), "the same /64");
    assert_eq!(from(Some("2001:db8:0:1::7")).unwrap(), Verdict::Mismatch);
    assert_eq!(from(Some("203.0.113.7")).unwrap(), Verdict::Mismatch);
    assert!(matches!(from(Some("nobody")), Err(Error::Usage(_))));
    assert!(mint(&Claims { ip: Some("203.0.113.0/24".into()), ..claims() }, URL).is_err());
    // Without its mark the token is another one.
    assert_eq!(verdict(&locked.replace("HS256-1-", "HS256-"), NOW), Verdict::Mismatch);
}

#[test]
fn a_signature_that_begins_like_a_lock_is_none() {
    let begins = (0..40_000).find_map(|number| {
        let url = format!("https://zone.b-cdn.net/{number}");
        mint(&claims(), &url).ok().filter(|signed| signed.contains("=HS256-1-"))
    });
    let signed = begins.expect("one signature in 4,096 begins with these two characters");
    assert!(verdict(&signed, NOW).is_valid(), "{signed}");
}

#[test]
fn a_prefix_covers_what_is_below_it() {
    let below = Claims { scope: Scope::Prefix("/v/".into()), ..claims() };
    let signed = mint(&below, "https://zone.b-cdn.net/v/a.mp4").unwrap();
    assert!(verdict(&signed.replace("a.mp4", "deep/b.ts"), NOW).is_valid());
    for path in ["/w/a.mp4", "/v/../w/a.mp4", "/v/%2e%2e/w/a.mp4", "/v/..%5cw/a.mp4", "/v/%ff"] {
        assert_eq!(
            verdict(&signed.replace("/v/a.mp4", path), NOW),
            Verdict::Refused(Claim::Prefix),
            "{path}"
        );
    }
}

#[test]
fn countries_are_judged_and_limits_are_signed() {
    let params = Params(&[("limit", "500")]);
    let german = Claims { countries: Some("DE,AT".into()), params, ..claims() };
    let signed = mint(&german, URL).unwrap();
    let from = |country| verify(&signed, &Visit { now: NOW, country, ..Visit::default() }).unwrap();
    assert!(from(Some("de")).is_valid());
    assert_eq!(from(Some("FR")), Verdict::Refused(Claim::Countries));
    assert_eq!(from(None), Verdict::Valid { expires: Some(NOW + 60), unchecked: vec![Claim::Countries] });
    assert_eq!(verdict(&signed.replace("limit=500", "limit=501"), NOW), Verdict::Mismatch);
    assert!(mint(&Claims { params: Params(&[("limit", "fast")]), ..claims() }, URL).is_err());
}

#[test]
fn a_token_that_ignores_parameters_says_nothing_of_countries() {
    let params = Params(&[("ignore_params", "true")]);
    let signed = mint(&Claims { params, ..claims() }, URL).unwrap();
    assert!(!signed.contains("q=1"), "{signed}");
    let more = format!("{signed}&any=1&token_countries=DE");
    let visit = Visit { now: NOW, country: Some("FR"), ..Visit::default() };
    assert!(verify(&more, &visit).unwrap().is_valid());
    // Whoever adds the word to another token changes what is signed.
    let plain = mint(&claims(), URL).unwrap();
    assert_eq!(verdict(&format!("{plain}&token_ignore_params=true"), NOW), Verdict::Mismatch);
    let both = Claims { params, countries: Some("DE".into()), ..claims() };
    assert!(guard(&Url::parse(URL).unwrap(), &both).is_err());
}

#[test]
fn what_could_not_be_used_is_pointed_out() {
    let url = Url::parse(URL).unwrap();
    assert!(guard(&url, &claims()).is_ok());
    assert!(guard(&url, &Claims { scope: Scope::Prefix("/w/".into()), ..claims() }).is_err());
    assert!(guard(&url, &Claims { scope: Scope::Prefix("".into()), ..claims() }).is_err());
    assert!(guard(&url, &Claims { ip: Some("::ffff:203.0.113.7".into()), ..claims() }).is_err());
    let signed = mint(&Claims { form: Form::Path, ..claims() }, URL).unwrap();
    assert!(guard(&Url::parse(&signed).unwrap(), &claims()).is_err());
}

#[test]
fn paths_are_written_as_the_setting_says() {
    // The token of the vendor's Rust signer, and of its Go signer.
    for (way, url, path, token) in [
        (
            "encoded",
            "https://zone.b-cdn.net/my file.txt",
            "/my%20file.txt",
            "2-2lOZQefJ3tY-SBwQEvQ1HTqPmzYdHBDu234rwrF80",
        ),
        (
            "decoded",
            "https://zone.b-cdn.net/my%20file.txt",
            "/my file.txt",
            "7GFwv1tTY4YTt7VIaqZL7yYKvMtQ5Py7cj3iq7UF3lY",
        ),
    ] {
        let pairs = [("path", way)];
        let claims = Claims { expires: Some(NOW), params: Params(&pairs), ..Claims::default() };
        let signer = signer("ca9a87c1-a5c8-8a6c-eda4-7fb41f84c883");
        let mut out = Vec::new();
        signer.seal().mint(&Url::parse(url).unwrap(), &claims, &mut out).unwrap();
        let wanted = format!("https://zone.b-cdn.net{path}?token=HS256-{token}&expires=1893456000");
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}

#[test]
fn missing_broken_and_doubled_fields_are_malformed() {
    let signed = mint(&claims(), URL).unwrap();
    for (from, to, part) in [
        ("token=", "tokem=", "token"),
        ("HS256-", "HS512-", "token"),
        ("&expires=1893456060", "", "expires"),
        ("expires=", "expires=+", "expires"),
        ("expires=", "expires=9&expires=", "expires"),
        ("q=1", "token_path=%ff", "token_path"),
    ] {
        assert_eq!(verdict(&signed.replace(from, to), NOW), Verdict::Malformed(part), "{from} {to}");
    }
    assert!(mint(&claims(), "https://zone.b-cdn.net/?a=1&a=2").unwrap_err().to_string().contains("twice"));
    assert!(mint(&claims(), "https://zone.b-cdn.net/a\tb").is_err());
    assert!(mint(&claims(), "https://zone.b-cdn.net/a?%65xpires=9").is_err());
    assert!(mint(&claims(), "https://zone.b-cdn.net/a?b=%ff").is_err());
}

#[test]
fn a_name_of_bunny_s_own_in_the_url_never_becomes_a_claim() {
    let signed = mint(&claims(), "https://zone.b-cdn.net/a?expires=9").unwrap();
    assert_eq!(verdict(&signed, NOW), Verdict::Malformed("expires"));
}
