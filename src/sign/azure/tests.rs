use super::*;
use crate::{
    secret::Secret,
    sign::{Signer, Verdict, detect},
};

const URL: &str = "https://acct.blob.core.windows.net/media/v/a%20b.mp4";
const NOW: u64 = 1_800_000_000;
const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";

fn signer(key: &str) -> Signer {
    Signer::new(&SCHEME, &Secret::new(key), Params::default()).unwrap()
}

fn claims() -> Claims<'static> {
    Claims { expires: Some(NOW + 60), ..Claims::default() }
}

fn with(params: &'static [(&'static str, &'static str)]) -> Claims<'static> {
    Claims { params: Params(params), ..claims() }
}

fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
    let mut out = Vec::new();
    signer(KEY).seal().mint(&Url::parse(url)?, claims, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn verdict(url: &str, visit: &Visit<'_>) -> Result<Verdict> {
    signer(KEY).seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() })
}

fn at(now: u64) -> Visit<'static> {
    Visit { now, ..Visit::default() }
}

#[test]
fn a_blob_s_sas_holds_between_its_times_and_for_itself_only() {
    let signed = mint(&Claims { not_before: Some(NOW), ..claims() }, URL).unwrap();
    assert!(
        signed.contains(
            "?st=2027-01-15T08%3A00%3A00Z&se=2027-01-15T08%3A01%3A00Z&sp=r&sv=2026-10-06&sr=b&sig="
        ),
        "{signed}"
    );
    assert!(verdict(&signed, &at(NOW + 59)).unwrap().is_valid());
    assert_eq!(verdict(&signed, &at(NOW + 60)).unwrap(), Verdict::Expired { seconds: 0 });
    assert_eq!(verdict(&signed, &at(NOW - 1)).unwrap(), Verdict::NotYetValid { seconds: 1 });
    for (from, to) in [
        ("a%20b", "a%20c"),
        ("acct.", "acc2."),
        ("sp=r", "sp=rw"),
        ("/media/", "/other/"),
        ("se=2027", "se=2028"),
        ("sr=b", "sr=c"),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(verdict(&signed.replace(from, to), &at(NOW)).unwrap(), Verdict::Mismatch, "{from}");
    }
    for same in [
        signed.replace("/v/", "/%76/"),
        signed.replace("acct.", "acct-secondary."),
        signed.clone() + "&timeout=5",
    ] {
        assert!(verdict(&same, &at(NOW)).unwrap().is_valid(), "{same}");
    }
    let other = signer("AAECAwQFBgcICQoLDA0OEA==");
    assert_eq!(
        other.seal().verify(&Visit { now: NOW, ..Visit::of(Url::parse(&signed).unwrap()) }).unwrap(),
        Verdict::Mismatch
    );
    assert_eq!(detect(&signed).iter().map(|scheme| scheme.id).collect::<Vec<_>>(), ["azure-blob-sas"]);
}

#[test]
fn a_container_s_sas_covers_its_blobs() {
    let signed = mint(&Claims { scope: Scope::Prefix("/media/".into()), ..claims() }, URL).unwrap();
    assert!(verdict(&signed.replace("/v/a%20b.mp4", "/w/c"), &at(NOW)).unwrap().is_valid());
    assert_eq!(verdict(&signed.replace("/media/", "/other/"), &at(NOW)).unwrap(), Verdict::Mismatch);
    let climbing = signed.replace("/v/a%20b.mp4", "/../other/x");
    assert_eq!(verdict(&climbing, &at(NOW)).unwrap(), Verdict::Refused(Claim::Prefix));
    for prefix in ["/media/v/", "/other/", "/", "media", ""] {
        let refused = mint(&Claims { scope: Scope::Prefix(prefix.into()), ..claims() }, URL);
        assert!(matches!(refused, Err(Error::Usage(_))), "{prefix}");
    }
}

#[test]
fn addresses_protocols_and_answers_are_signed() {
    let all = Claims {
        ip: Some("203.0.113.7-203.0.113.9".into()),
        ..with(&[
            ("protocol", "https"),
            ("content_disposition", "attachment; filename=\"a b+c\""),
            ("permission", "wr"),
        ])
    };
    for dialect in ["python", "node"] {
        let params: Vec<_> = all.params.0.iter().copied().chain([("dialect", dialect)]).collect();
        let signed = mint(&Claims { params: Params(&params), ..all.clone() }, URL).unwrap();
        assert!(
            signed.contains("sp=rw") && signed.contains("rscd=attachment%3B%20filename%3D%22a%20b%2Bc%22"),
            "{signed}"
        );
        let from = |ip| verdict(&signed, &Visit { ip: Some(ip), ..at(NOW) }).unwrap();
        assert!(from("203.0.113.9").is_valid());
        assert_eq!(from("203.0.113.10"), Verdict::Refused(Claim::Ip));
        assert_eq!(verdict(&signed.replace("b%2Bc", "b+c"), &at(NOW)).unwrap(), Verdict::Mismatch);
        assert!(!verdict(&signed.replace("https:", "http:"), &at(NOW)).unwrap().is_valid());
    }
}

#[test]
fn which_lines_are_signed_depends_on_the_version() {
    let counted = |version: &'static str| {
        let pairs = [("version", version)];
        let (signer, claims) = (signer(KEY), Claims { params: Params(&pairs), ..claims() });
        let mut seal = signer.seal();
        seal.mint(&Url::parse(URL).unwrap(), &claims, &mut Vec::new()).unwrap();
        seal.canonical.iter().filter(|byte| **byte == b'\n').count() + 1
    };
    for (version, lines) in [
        ("2026-10-06", 16),
        ("2020-12-06", 16),
        ("2020-10-02", 15),
        ("2018-11-09", 15),
        ("2018-03-28", 13),
        ("2015-04-05", 13),
    ] {
        assert_eq!(counted(version), lines, "{version}");
    }
    for version in ["2014-02-14", "latest", ""] {
        let pairs = [("version", version)];
        assert!(matches!(mint(&Claims { params: Params(&pairs), ..claims() }, URL), Err(Error::Usage(_))));
    }
}

#[test]
fn what_is_missing_or_broken_is_malformed() {
    let signed = mint(&claims(), URL).unwrap();
    for (from, to, part) in [
        ("&sig=", "&x=", "sig"),
        ("sr=b", "sr=d", "sr"),
        ("sp=r&", "", "sp"),
        ("sv=2026-10-06", "sv=2012", "sv"),
        ("08%3A01%3A00Z", "25%3A01%3A00Z", "se"),
        ("&sr=b", "&sr=b&sr=b", "sr"),
        ("&sr=b", "&sr=b&st=x", "st"),
    ] {
        assert!(signed.contains(from), "{from}");
        assert_eq!(
            verdict(&signed.replace(from, to), &at(NOW)).unwrap(),
            Verdict::Malformed(part),
            "{from} {to}"
        );
    }
    assert_eq!(verdict(&(signed.clone() + "&skoid=1"), &at(NOW)).unwrap().word(), "malformed");
    for (text, wanted) in
        [("2027-01-15", 1_799_971_200), ("2027-01-15T08:00Z", NOW), ("2027-01-15T08:00:00Z", NOW)]
    {
        assert_eq!(seconds(text, "se").unwrap(), wanted);
    }
    for text in ["", "20270115T080000Z", "2027-01-15T08:00:00", "2027-1-15T08:00:00Z", "2027-02-30"] {
        assert!(seconds(text, "se").is_err(), "{text}");
    }
}

#[test]
fn a_stored_policy_may_hold_the_permissions_and_says_when_it_holds_the_expiry() {
    let signed = mint(&with(&[("policy_id", "pol-1")]), URL).unwrap();
    assert!(signed.contains("&si=pol-1&") && !signed.contains("sp="), "{signed}");
    assert!(verdict(&signed, &at(NOW)).unwrap().is_valid());
    let (start, rest) = signed.split_once("se=").unwrap();
    let without = format!("{start}{}", rest.split_once('&').unwrap().1);
    assert!(matches!(verdict(&without, &at(NOW)), Err(Error::MissingClaim(_))));
}

#[test]
fn what_would_not_work_is_refused() {
    for url in [
        "https://acct.blob.core.windows.net/media",
        "https://acct.blob.core.windows.net/media/",
        "https://acct.blob.core.windows.net/m/a%0Ab",
        "https://acct.blob.core.windows.net/m/a#b",
    ] {
        assert!(mint(&claims(), url).is_err(), "{url}");
    }
    assert!(matches!(mint(&claims(), "https://cdn.example.com/m/a"), Err(Error::MissingClaim(_))));
    assert!(mint(&with(&[("account", "acct")]), "https://cdn.example.com/m/a").is_ok());
    for params in [
        &[("permission", "rz")],
        &[("permission", "rr")],
        &[("permission", "")],
        &[("content_type", "a\nb")],
        &[("account", "A/b")],
    ] {
        assert!(mint(&with(params), URL).is_err(), "{params:?}");
    }
    assert!(Signer::new(&SCHEME, &Secret::new("no base64"), Params(&[])).is_err());
    let guarded = |claims: Claims<'_>, url: &str| guard(&Url::parse(url).unwrap(), &claims);
    assert!(guarded(Claims { ip: Some("203.0.113.7".into()), ..claims() }, URL).is_ok());
    for ip in ["203.0.113.0/24", "2001:db8::1", "203.0.113.9-203.0.113.7", "x"] {
        assert!(guarded(Claims { ip: Some(ip.into()), ..claims() }, URL).is_err(), "{ip}");
    }
    let plain = URL.replace("https:", "http:");
    assert!(guarded(with(&[("protocol", "https")]), &plain).is_err());
    assert!(guarded(claims(), "https://acct.blob.core.windows.net/m/é").is_err());
}
