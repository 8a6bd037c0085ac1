//! Every row of the table, by what it says of itself: inspecting undoes minting, verifying accepts it, a changed
//! byte is refused, and no text makes it panic. A scheme takes part by standing in `SCHEMES`.

use proptest::{collection::vec, prelude::*, sample::Index};
use std::sync::LazyLock;
use stratos::{
    secret::Secret,
    sign::{
        Claim, Claims, Form, Params, SCHEMES, Scheme, Scope, Signer, Url, Visit,
        redact::{Mark, Redactor},
    },
};

const NOW: u64 = 1_800_000_000;
/// An id that every scheme takes: for some it is an index.
const KEY_ID: &str = "3";

/// Keys of every kind; a scheme takes the first that it accepts.
const KEYS: &[&str] = &[
    "00112233445566778899aabbccddeeff",
    "AAECAwQFBgcICQoLDA0ODw==",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    include_str!("../vectors/keys/p-256.pem"),
    include_str!("../vectors/keys/ed25519.pem"),
    include_str!("../vectors/keys/rsa-2048.pem"),
];

/// Where a drawn path stands below, for schemes that sign only some; a scheme takes the first that it mints.
const PLACES: &[(&str, &str)] = &[
    ("https://h.example", ""),
    ("https://h.example", "/account/name"),
    // What stands in an origin is not signed by the scheme that needs it.
    ("https://h.example/cloud/image/upload", ""),
    ("https://account.blob.core.windows.net", "/container"),
];

/// A scheme in one of its forms, with what it needs to mint.
struct Sample {
    scheme: &'static Scheme,
    signer: Signer,
    claims: Claims<'static>,
    place: (&'static str, &'static str),
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| SCHEMES.iter().flat_map(samples).collect());

/// Settings that a scheme may not mint without; one that can is tried without them too.
const NEEDED: &[(&str, &str)] = &[("issuer", "someone"), ("salt", "00112233")];

/// One sample for each form that stands in a request, and for each value that a param lists.
fn samples(scheme: &'static Scheme) -> Vec<Sample> {
    let needed = || NEEDED.iter().copied().filter(|(name, _)| scheme.param(name).is_some());
    let listed = scheme
        .params
        .iter()
        .flat_map(|param| param.values.iter().skip(1).map(|value| Some((param.name, *value))));
    let settings = std::iter::once(None).chain(listed);
    let settings = settings.map(|one| Params(needed().chain(one).collect::<Vec<_>>().leak()));
    let settings: Vec<_> = settings.chain(needed().next().map(|_| Params(&[]))).collect();
    let forms = scheme.forms.iter().filter(|form| **form != Form::Token);
    forms.flat_map(|form| settings.iter().filter_map(|params| sample(scheme, *form, *params))).collect()
}

fn sample(scheme: &'static Scheme, form: Form, params: Params<'static>) -> Option<Sample> {
    let signers = KEYS.iter().filter_map(|key| signer(scheme, key, params));
    signers.into_iter().find_map(|signer| {
        let tries = PLACES.iter().flat_map(|place| scopes(scheme).map(move |scope| (*place, scope)));
        let mut tries = tries.map(|(place, scope)| (place, claims(scheme, form, params, scope)));
        let (place, claims) = tries.find(|((origin, folder), claims)| {
            let target = format!("{folder}/a.mp4");
            minted(&signer, &Url::at(*origin, target), claims).is_some()
        })?;
        Some(Sample { scheme, signer, claims, place })
    })
}

fn signer(scheme: &'static Scheme, key: &str, params: Params<'_>) -> Option<Signer> {
    Signer { scheme, keys: Vec::new() }.with(Some(KEY_ID), &Secret::new(key), params).ok()
}

/// The URL alone, or a prefix where a form wants one.
fn scopes(scheme: &Scheme) -> impl Iterator<Item = Scope<'static>> {
    let prefixes: &[&str] = if scheme.carries(Claim::Prefix) { &["https://h.example/", "/"] } else { &[] };
    std::iter::once(Scope::Url).chain(prefixes.iter().map(|prefix| Scope::Prefix((*prefix).into())))
}

fn claims(scheme: &Scheme, form: Form, params: Params<'static>, scope: Scope<'static>) -> Claims<'static> {
    Claims {
        expires: scheme.carries(Claim::Expires).then_some(NOW + 600),
        issued: scheme.carries(Claim::Issued).then_some(NOW),
        key_id: scheme.carries(Claim::KeyId).then(|| KEY_ID.into()),
        nonce: scheme.carries(Claim::Nonce).then_some("00112233445566778899aabbccddeeff"),
        scope,
        form,
        params,
        ..Claims::default()
    }
}

/// Canonical string and outcome.
fn minted(signer: &Signer, url: &Url<'_>, claims: &Claims<'_>) -> Option<(Vec<u8>, String)> {
    let (mut seal, mut out) = (signer.seal(), Vec::new());
    seal.mint(url, claims, &mut out).ok()?;
    Some((seal.canonical, String::from_utf8(out).unwrap()))
}

/// The request that brings an outcome.
struct Request {
    url: String,
    headers: Vec<(String, String)>,
}

impl Request {
    fn of(form: Form, url: &Url<'_>, outcome: &str) -> Self {
        let url = if matches!(form, Form::Query | Form::Path) { outcome.to_owned() } else { url.to_string() };
        let headers = match form {
            Form::Cookie => vec![("cookie".to_owned(), outcome.replace('\n', "; "))],
            Form::Header => outcome
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            _ => Vec::new(),
        };
        Self { url, headers }
    }

    /// What the closure makes of the visit; nothing where the URL is none.
    fn visited<T>(&self, params: Params<'_>, then: impl FnOnce(&Visit<'_>) -> T) -> Option<T> {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let url = Url::parse(&self.url).ok()?;
        Some(then(&Visit {
            url,
            now: NOW,
            headers: &headers,
            params,
            method: Some("GET"),
            ..Visit::default()
        }))
    }

    fn verdict(&self, sample: &Sample) -> String {
        let asked = self.visited(sample.claims.params, |visit| sample.signer.seal().verify(visit));
        match asked {
            Some(Ok(verdict)) => verdict.word().to_owned(),
            Some(Err(error)) => error.to_string(),
            None => "no URL".to_owned(),
        }
    }
}

/// Signature and signed text of a token that opens more than its URL.
fn wide(sample: &Sample, request: &Request) -> Option<(Vec<u8>, Vec<u8>)> {
    read(sample, request).filter(|(_, _, wide)| *wide).map(|(signature, signed, _)| (signature, signed))
}

/// Signature and signed text of a token, and whether it opens more than its URL.
fn read(sample: &Sample, request: &Request) -> Option<(Vec<u8>, Vec<u8>, bool)> {
    request.visited(sample.claims.params, |visit| {
        let mut signed = Vec::new();
        let found = (sample.scheme.inspect)(visit, &mut signed).ok()?;
        if signed.is_empty() && !found.encrypted {
            (sample.scheme.canonical)(&found.url, &found.claims, &mut signed).ok()?;
        }
        let wide = found.encrypted || found.claims.scope != Scope::Url;
        Some((found.signature.to_vec(), signed, wide))
    })?
}

#[test]
fn every_scheme_takes_part() {
    for scheme in SCHEMES {
        let open = scheme.forms.iter().any(|form| *form != Form::Token);
        let there = SAMPLES.iter().any(|sample| sample.scheme.id == scheme.id);
        assert!(there || !open, "{}: no key of KEYS and no path of PLACES makes it mint", scheme.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn inspecting_undoes_minting_and_verifying_accepts_it(name in "[a-z]{1,12}", number in 0..1000_u32) {
        for sample in SAMPLES.iter() {
            // A directory below a prefix is another one to some schemes.
            let shallow = matches!(&sample.claims.scope, Scope::Prefix(prefix) if prefix == "/");
            let joint = if shallow { '-' } else { '/' };
            let target = format!("{}/{name}{joint}{number}.mp4", sample.place.1);
            let url = Url::at(sample.place.0, target.as_str());
            let Some((canonical, outcome)) = minted(&sample.signer, &url, &sample.claims) else { continue };
            let request = Request::of(sample.claims.form, &url, &outcome);
            let what = format!("{} {:?}: {outcome}", sample.scheme.id, sample.claims.params.0);
            prop_assert_eq!(request.verdict(sample), "valid", "{}", what);
            let again = request.visited(sample.claims.params, |visit| {
                let found = (sample.scheme.inspect)(visit, &mut Vec::new()).unwrap();
                if found.encrypted {
                    return None;
                }
                assert!(found.fits() && found.covers, "{what}");
                let claims = Claims { params: sample.claims.params, ..found.claims.clone() };
                minted(&sample.signer, &found.url, &claims).map(|(canonical, _)| canonical)
            });
            if let Some(Some(again)) = again {
                prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&canonical), "{}", what);
            }
        }
    }

    #[test]
    fn a_changed_byte_is_refused(at: Index, byte in "[a-zA-Z0-9]") {
        for sample in SAMPLES.iter() {
            let target = format!("{}/abc/def.mp4", sample.place.1);
            let url = Url::at(sample.place.0, target.as_str());
            let Some((_, outcome)) = minted(&sample.signer, &url, &sample.claims) else { continue };
            let origin = sample.place.0;
            let start = if outcome.starts_with(origin) { origin.len() } else { 0 };
            let position = start + at.index(outcome.len() - start);
            let mut changed = outcome.clone();
            if !outcome.is_char_boundary(position) || outcome.as_bytes()[position] == b'\n' {
                continue;
            }
            changed.replace_range(position..=position, &byte);
            // An escape is the same in either case, and so is the name of a header.
            let escape = outcome.as_bytes()[position.saturating_sub(2)..position].contains(&b'%');
            let named = sample.claims.form == Form::Header && outcome.find(": ").is_some_and(|end| position < end);
            if changed == outcome || (escape || named) && changed.eq_ignore_ascii_case(&outcome) {
                continue;
            }
            let (before, after) = (Request::of(sample.claims.form, &url, &outcome), Request::of(sample.claims.form, &url, &changed));
            // Some servers read names, and hexadecimal, in either case: then the same text has the same signature.
            if changed.eq_ignore_ascii_case(&outcome) && read(sample, &before) == read(sample, &after) {
                continue;
            }
            // A token for more than one URL is good for another one, as long as it is itself unchanged.
            if wide(sample, &before).is_some_and(|same| Some(same) == wide(sample, &after)) {
                continue;
            }
            prop_assert_ne!(after.verdict(sample), "valid", "{}: {} became {}", sample.scheme.id, outcome, changed);
        }
    }

    #[test]
    fn no_text_makes_a_scheme_panic(pieces in vec((any::<Index>(), "\\PC{0,12}"), 0..8), other in "\\PC{0,20}") {
        for sample in SAMPLES.iter() {
            let names: Vec<&str> = sample.scheme.reserved.iter().copied().chain(COMMON.iter().copied()).collect();
            let mut text = String::from("https://h/");
            for (index, value) in &pieces {
                text += &format!("{}={value}&", names[index.index(names.len())]);
            }
            let settings: Vec<(&str, &str)> =
                sample.scheme.params.iter().filter(|param| param.open).map(|param| (param.name, other.as_str())).collect();
            for text in [text.clone(), text.replacen('&', "?", 1), format!("{text}{other}")] {
                let Ok(url) = Url::parse(&text) else { continue };
                for params in [sample.claims.params, Params(&settings)] {
                    let headers = [("cookie", other.as_str()), ("authorization", &other)];
                    let ip = Some(other.as_str());
                    let visit = Visit { url: url.clone(), now: NOW, ip, country: ip, method: ip, headers: &headers, params, ..Visit::default() };
                    if let Ok(verdict) = sample.signer.seal().verify(&visit) {
                        prop_assert!(!verdict.is_valid(), "{}: {}", sample.scheme.id, text);
                    }
                    let scope = Scope::Globs(other.as_str().into());
                    let claims = Claims { params, scope, ip: Some(other.as_str().into()), ..sample.claims.clone() };
                    let _ = sample.signer.seal().mint(&url, &claims, &mut Vec::new());
                    let _ = (sample.scheme.guard)(&url, &claims);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn no_dress_hides_a_signature_from_redact(
        before in "[ -~]{0,30}[ \n]", after in "[\n ][ -~]{0,30}", name in "[a-z]{1,12}", chunk in 1..300_usize,
    ) {
        for sample in SAMPLES.iter() {
            let target = format!("{}/{name}.mp4", sample.place.1);
            let url = Url::at(sample.place.0, target.as_str());
            let Some((_, outcome)) = minted(&sample.signer, &url, &sample.claims) else { continue };
            let request = Request::of(sample.claims.form, &url, &outcome);
            let signature = request.visited(sample.claims.params, |visit| {
                (sample.scheme.inspect)(visit, &mut Vec::new()).unwrap().signature.to_vec()
            });
            let signature = String::from_utf8(signature.unwrap()).unwrap();
            for dressed in dresses(sample.claims.form, &outcome) {
                let text = format!("{before}{dressed}{after}");
                let (mut redactor, mut out) = (Redactor::new(Mark::Plain, &[]), Vec::new());
                text.as_bytes().chunks(chunk).for_each(|piece| redactor.feed(piece, &mut out));
                redactor.finish(&mut out);
                let out = String::from_utf8(out).unwrap();
                let left = pieces(&signature).find(|piece| out.contains(piece));
                prop_assert!(left.is_none(), "{}: {:?} is left in\n{}\nof\n{}", sample.scheme.id, left, out, text);
                let whole = Redactor::new(Mark::Plain, &[]).text(&text);
                prop_assert!(whole != text, "{}: nothing was blanked in {}", sample.scheme.id, text);
                prop_assert_eq!(&whole, &out, "in pieces of {}", chunk);
                prop_assert_eq!(Redactor::new(Mark::Plain, &[]).text(&out), out);
            }
        }
    }

    #[test]
    fn redact_passes_bytes_that_are_no_link(bytes in vec(any::<u8>(), 0..2000), chunk in 1..300_usize) {
        let (mut redactor, mut out) = (Redactor::new(Mark::Hash, &[]), Vec::new());
        bytes.chunks(chunk).for_each(|piece| redactor.feed(piece, &mut out));
        redactor.finish(&mut out);
        prop_assert_eq!(out, bytes);
    }
}

/// How an outcome may stand in a text.
fn dresses(form: Form, outcome: &str) -> Vec<String> {
    let json = |text: &str| serde_json::to_string(text).unwrap();
    match form {
        Form::Cookie => vec![
            format!("Cookie: {}", outcome.replace('\n', "; ")),
            outcome.lines().map(|cookie| format!("Set-Cookie: {cookie}; Path=/; Secure\r\n")).collect(),
            json(&format!("Cookie: {}", outcome.replace('\n', "; "))),
            outcome.lines().filter_map(|cookie| cookie.split_once('=')).map(har).collect(),
        ],
        Form::Header => vec![outcome.to_owned(), json(outcome), format!("curl -H '{outcome}'")],
        _ => {
            let encoded = |text: &str| {
                percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
            };
            vec![
                outcome.to_owned(),
                format!(
                    "\"GET {} HTTP/1.1\" 200",
                    outcome.split_once(".example").map_or(outcome, |(_, path)| path)
                ),
                format!("<a href=\"{}\">", outcome.replace('&', "&amp;")),
                json(outcome),
                json(&json(outcome)),
                json(outcome).replace('/', "\\/"),
                json(outcome).replace('&', "\\u0026").replace('=', "\\u003d"),
                format!("[a link]({outcome})."),
                format!("https://login.example/?next={}&lang=de", encoded(outcome)),
                format!("https://login.example/?next={}&lang=de", encoded(&encoded(outcome))),
            ]
        }
    }
}

/// As browsers list cookies.
fn har((name, value): (&str, &str)) -> String {
    format!("{{\n  \"name\": \"{name}\",\n  \"value\": \"{value}\"\n}},\n")
}

/// What no escape changes of a signature, cut so that none is a word by chance.
fn pieces(signature: &str) -> impl Iterator<Item = &str> {
    let runs = signature.split(|character: char| !character.is_ascii_alphanumeric());
    let longest = runs.clone().map(str::len).max().unwrap_or(0);
    runs.filter(move |run| run.len() >= longest.min(8))
}

/// Pieces that stand in the tokens of several schemes.
const COMMON: &[&str] = &[
    "exp=1800000600~hmac",
    "exp",
    "~hmac",
    "?",
    "/",
    "%",
    "Expires=1800000600",
    "Signature",
    "URLPrefix",
    "..",
    "token",
    "#",
    ":",
    "+",
];
