//! What nginx does with a link, at the edges that the vectors leave out.

use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const NOW: u64 = 1_800_000_000;
const WITH_ADDRESS: &str = "$secure_link_expires$uri$remote_addr <secret>";

fn signer(scheme: &'static Scheme, key: &str, params: Params<'_>) -> Result<Signer> {
    Signer::new(scheme, &Secret::new(key), params)
}

fn claims(params: Params<'_>) -> Claims<'_> {
    Claims { expires: Some(NOW), params, ..Claims::default() }
}

fn mint(scheme: &'static Scheme, url: &str, claims: &Claims<'_>) -> Result<String> {
    let url = Url::parse(url)?;
    (scheme.guard)(&url, claims)?;
    let mut out = Vec::new();
    signer(scheme, "secret", claims.params)?.seal().mint(&url, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(scheme: &'static Scheme, key: &str, url: &str, visit: Visit<'_>) -> Verdict {
    let visit = Visit { url: Url::parse(url).unwrap(), ..visit };
    signer(scheme, key, visit.params).unwrap().seal().verify(&visit).unwrap()
}

fn at(now: u64) -> Visit<'static> {
    Visit { now, ..Visit::default() }
}

#[test]
fn a_link_is_good_through_the_second_that_it_names() {
    for form in [Form::Query, Form::Path] {
        let url =
            mint(&SCHEME, "https://h.example/v/a.mp4?q=1", &Claims { form, ..claims(Params(&[])) }).unwrap();
        assert!(verdict(&SCHEME, "secret", &url, at(NOW)).is_valid(), "{url}");
        assert_eq!(verdict(&SCHEME, "secret", &url, at(NOW + 1)), Verdict::Expired { seconds: 1 });
        assert_eq!(verdict(&SCHEME, "other", &url, at(NOW)), Verdict::Mismatch);
        for (from, to) in [("a.mp4", "b.mp4"), ("1800000000", "1900000000")] {
            assert_eq!(
                verdict(&SCHEME, "secret", &url.replace(from, to), at(0)),
                Verdict::Mismatch,
                "{from}"
            );
        }
        assert!(
            verdict(&SCHEME, "secret", &url.replace("q=1", "q=2"), at(0)).is_valid(),
            "the query is free"
        );
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id), "{url}");
    }
}

#[test]
fn what_nginx_reads_otherwise_is_malformed() {
    let url = mint(&SCHEME, "https://h.example/v/a.mp4", &claims(Params(&[]))).unwrap();
    for (from, to, part) in [
        ("md5=", "md6=", "md5"),
        ("&expires=1800000000", "", "expires"),
        ("expires=", "expires=+", "expires"),
        ("expires=1800000000", "expires=0", "expires"),
        ("/v/", "/../", "path of the URL"),
    ] {
        let broken = url.replace(from, to);
        assert_eq!(verdict(&SCHEME, "secret", &broken, at(0)), Verdict::Malformed(part), "{broken}");
    }
    assert_eq!(verdict(&SCHEME, "secret", &url.replace("/v/", "/%v/"), at(0)), Verdict::Mismatch);
    let mut odd = Vec::new();
    let claims_of = claims(Params(&[]));
    signer(&SCHEME, "secret", Params(&[]))
        .unwrap()
        .seal()
        .mint(&Url::at("", "/100%"), &claims_of, &mut odd)
        .unwrap();
    let odd = String::from_utf8(odd).unwrap();
    assert_eq!(verdict(&SCHEME, "secret", &odd, at(0)), Verdict::Refused(Claim::Other), "nginx answers 400");
    let nul = url.replace("/v/", "/v%00/");
    assert_eq!(verdict(&SCHEME, "secret", &nul, at(0)), Verdict::Mismatch);
    assert!(mint(&SCHEME, "/a%00b", &claims(Params(&[]))).is_err(), "a NUL byte would move the secret");
}

#[test]
fn an_address_is_signed_where_it_is_named_or_the_expression_says_so() {
    let (mine, other) = (Some("203.0.113.7"), Some("203.0.113.8"));
    let bound = Claims { ip: mine.map(Into::into), ..claims(Params(&[])) };
    let url = mint(&SCHEME, "/v/a.mp4", &bound).unwrap();
    let from = |ip, params| Visit { ip, params, ..Visit::default() };
    assert!(verdict(&SCHEME, "secret", &url, from(mine, Params(&[]))).is_valid());
    assert_eq!(verdict(&SCHEME, "secret", &url, from(other, Params(&[]))), Verdict::Mismatch);
    assert_eq!(verdict(&SCHEME, "secret", &url, from(None, Params(&[]))), Verdict::Mismatch);
    let free = mint(&SCHEME, "/v/a.mp4", &claims(Params(&[]))).unwrap();
    assert!(verdict(&SCHEME, "secret", &free, from(mine, Params(&[]))).is_valid(), "none was signed");

    let pairs = [("secure_link_md5", WITH_ADDRESS)];
    let told = Params(&pairs);
    assert!(verdict(&SCHEME, "secret", &url, from(mine, told)).is_valid());
    assert_eq!(verdict(&SCHEME, "secret", &free, from(mine, told)), Verdict::Mismatch);
    let silent = Visit { url: Url::parse(&url).unwrap(), params: told, ..Visit::default() };
    let asked = signer(&SCHEME, "secret", told).unwrap().seal().verify(&silent);
    assert!(matches!(asked, Err(Error::MissingClaim(text)) if text.contains("--ip")));
    assert!(matches!(mint(&SCHEME, "/a", &claims(told)), Err(Error::MissingClaim(_))));
}

#[test]
fn an_expression_is_filled_in_as_nginx_does() {
    let text = "${scheme}://$host|$http_host|$arg_w|$arg_none|$http_user_agent|$arg_expires<secret>";
    let pairs = [("secure_link_md5", text), ("user_agent", "curl/8")];
    let claims = claims(Params(&pairs));
    let url = Url::parse("https://H.example:81/v?w=20&W=9").unwrap();
    let mut out = Vec::new();
    (SCHEME.canonical)(&url, &claims, &mut out).unwrap();
    let wanted = "https://h.example|H.example:81|20||curl/8|1800000000\0";
    assert_eq!(String::from_utf8(out).unwrap(), wanted);
    assert!(matches!(
        (SCHEME.canonical)(&Url::at("", "/v"), &claims, &mut Vec::new()),
        Err(Error::MissingClaim(_))
    ));
}

#[test]
fn the_visitors_own_header_counts() {
    let pairs =
        [("secure_link_md5", "$secure_link_expires$uri$http_user_agent <secret>"), ("user_agent", "curl/8")];
    let (params, expression) = (Params(&pairs), Params(&pairs[..1]));
    let url = mint(&SCHEME, "/v/a.mp4", &claims(params)).unwrap();
    assert!(verdict(&SCHEME, "secret", &url, Visit { params, ..Visit::default() }).is_valid());
    for (agent, wanted) in [("curl/8", true), ("curl/9", false)] {
        let headers = [("User-Agent", agent)];
        for params in [params, expression] {
            let visit = Visit { headers: &headers, params, ..Visit::default() };
            assert_eq!(verdict(&SCHEME, "secret", &url, visit).is_valid(), wanted, "{agent}");
        }
    }
    let silent = Visit { params: expression, ..Visit::of(Url::parse(&url).unwrap()) };
    let asked = signer(&SCHEME, "secret", expression).unwrap().seal().verify(&silent);
    assert!(matches!(asked, Err(Error::MissingClaim(text)) if text.contains("user_agent")));
}

#[test]
fn parameters_may_have_other_names() {
    let pairs = [("secure_link", "$arg_st,$arg_e")];
    let params = Params(&pairs);
    let url = mint(&SCHEME, "/v?a=1", &claims(params)).unwrap();
    assert!(url.contains("/v?a=1&st=") && url.ends_with("&e=1800000000"), "{url}");
    let visit = Visit { params, ..Visit::default() };
    assert!(verdict(&SCHEME, "secret", &url.replace("st=", "ST="), visit.clone()).is_valid());
    assert_eq!(verdict(&SCHEME, "secret", &url.replace("st=", "md5="), visit), Verdict::Malformed("md5"));
}

#[test]
fn a_link_without_end_is_the_other_rows() {
    let url = mint(&ENDLESS, "/v/a.mp4?q=1", &Claims::default()).unwrap();
    assert!(verdict(&ENDLESS, "secret", &url, at(u64::MAX)).is_valid());
    assert_eq!(verdict(&ENDLESS, "other", &url, at(0)), Verdict::Mismatch);
    assert_eq!(verdict(&ENDLESS, "secret", &format!("{url}&expires=9"), at(0)), Verdict::Malformed("md5"));
    assert_eq!(verdict(&SCHEME, "secret", &url, at(0)), Verdict::Malformed("expires"));
    for (scheme, directive) in [(&SCHEME, "$arg_md5"), (&ENDLESS, "$arg_md5,$arg_expires")] {
        let refused = signer(scheme, "k", Params(&[("secure_link", directive)]));
        assert!(matches!(refused, Err(Error::Usage(text)) if text.contains("use that")), "{directive}");
    }
}

#[test]
fn the_older_directive_hashes_the_request_as_written() {
    let url = mint(&word::SCHEME, "https://h.example/v/a%20b.mp4?q=1", &Claims::default()).unwrap();
    assert!(url.starts_with("https://h.example/p/") && url.ends_with("/v/a%20b.mp4?q=1"), "{url}");
    assert!(verdict(&word::SCHEME, "secret", &url, at(u64::MAX)).is_valid());
    assert_eq!(verdict(&word::SCHEME, "other", &url, at(0)), Verdict::Mismatch);
    for (from, to) in [("q=1", "q=2"), ("%20", " "), ("/v/", "/w/"), ("/v/", "//v/")] {
        assert_eq!(
            verdict(&word::SCHEME, "secret", &url.replace(from, to), at(0)),
            Verdict::Mismatch,
            "{from} {to}"
        );
    }
    let (head, hash) = url.split_at("https://h.example/p/".len());
    let upper = format!("{head}{}{}", hash[..32].to_uppercase(), &hash[32..]);
    assert!(verdict(&word::SCHEME, "secret", &upper, at(0)).is_valid(), "either case is read");
    assert_eq!(
        verdict(&word::SCHEME, "secret", &url.replace("/p/", "/q/"), at(0)),
        Verdict::Malformed("path of the URL")
    );
    let pairs = [("prefix", "/q/")];
    let visit = Visit { params: Params(&pairs), ..Visit::default() };
    assert!(
        verdict(&word::SCHEME, "secret", &url.replace("/p/", "/q/"), visit).is_valid(),
        "the prefix is not signed"
    );
    assert!(detect(&url).iter().any(|scheme| scheme.id == word::SCHEME.id));
    for path in ["/", "/a b", "/é", "/100%"] {
        assert!(matches!(mint(&word::SCHEME, path, &Claims::default()), Err(Error::Usage(_))), "{path}");
    }
    for prefix in ["/a/b/", "", "/", "/a?"] {
        let params = Params(&[("prefix", prefix)]);
        let refused = mint(&word::SCHEME, "/a", &Claims { params, ..Claims::default() });
        assert!(matches!(refused, Err(Error::Usage(text)) if text.contains("first segment")), "{prefix}");
    }
}

#[test]
fn what_nginx_would_read_otherwise_is_refused() {
    for path in ["/a?md5=x", "/a?MD5=x", "/a?Expires=1", "/100%", "/a%2"] {
        assert!(matches!(mint(&SCHEME, path, &claims(Params(&[]))), Err(Error::Usage(_))), "{path}");
    }
    let with = |ip: &'static str, params| Claims { ip: Some(ip.into()), ..claims(params) };
    let unbound = [("secure_link_md5", "$secure_link_expires$uri <secret>")];
    for claims in [with("203.0.113.0/24", Params(&[])), with("::1", Params(&unbound))] {
        assert!(matches!(mint(&SCHEME, "/a", &claims), Err(Error::Usage(_))));
    }
    let path = Claims { form: Form::Path, ..claims(Params(&[("prefix", "s")])) };
    assert!(matches!(mint(&SCHEME, "/a", &path), Err(Error::Usage(_))));
    let moved = claims(Params(&[("secure_link_md5", "$uri <secret>")]));
    assert!(matches!(mint(&SCHEME, "/a", &moved), Err(Error::Usage(text)) if text.contains("anybody")));
}

#[test]
fn an_expression_that_cannot_be_filled_in_is_refused_and_not_shown() {
    for text in [
        "$uri",
        "<secret>$uri<secret>",
        "$uri my-secret",
        "$geoip<secret>",
        "$$uri<secret>",
        "$arg_<secret>",
        "${uri<secret>",
    ] {
        let Err(error) = signer(&SCHEME, "k", Params(&[("secure_link_md5", text)])) else {
            panic!("{text}");
        };
        assert_eq!(error.facts().exit, 64, "{text}");
        assert!(!error.to_string().contains("my-secret"), "{error}");
    }
    for directive in
        ["md5,expires", "$arg_md5,$arg_md5", "$arg_,$arg_e", "$arg_a-b,$arg_e", "$cookie_md5,$arg_e"]
    {
        assert!(signer(&SCHEME, "k", Params(&[("secure_link", directive)])).is_err(), "{directive}");
    }
}
