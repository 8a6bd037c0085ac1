//! What the HTTP layer reads of others, and what it must never show.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;
use stratos::{
    http::{Proxies, Scheme, Target, duration, redact::Redactor},
    secret::Secret,
};

/// What JavaScript's `encodeURIComponent` leaves bare, and a little more.
const SPARSE: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'"').add(b'/').add(b'&').add(b'=').add(b'+');

/// Every way in which a server or a log might write the secret.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut spellings = vec![
        secret.to_vec(),
        hex::encode(secret).into_bytes(),
        hex::encode_upper(secret).into_bytes(),
        percent_encode(secret, NON_ALPHANUMERIC).to_string().into_bytes(),
        percent_encode(secret, SPARSE).to_string().into_bytes(),
        secret.iter().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect(),
    ];
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
        spellings.push(engine.encode(secret).into_bytes());
    }
    if let Ok(text) = std::str::from_utf8(secret) {
        let json = serde_json::to_string(text).unwrap();
        spellings.push(json.as_bytes()[1..json.len() - 1].to_vec());
    }
    spellings
}

fn is_there(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

proptest! {
    #[test]
    fn a_secret_is_masked_however_it_is_written(
        secret in prop::collection::vec(any::<u8>(), 8..80),
        before in "[ a-z\":{]{0,20}",
        after in "[ a-z\"}]{0,20}",
    ) {
        let redactor = Redactor::new(&[Secret::new(secret.clone())]);
        for spelling in spellings(&secret) {
            let text = [before.as_bytes(), &spelling, after.as_bytes()].concat();
            let shown = redactor.bytes(&text);
            prop_assert!(!is_there(&shown, &spelling), "{}", String::from_utf8_lossy(&shown));
            prop_assert!(is_there(&shown, b"***"));
        }
    }

    #[test]
    fn a_secret_inside_longer_base64_is_masked(
        secret in "[ -~]{16,60}",
        before in prop::collection::vec(any::<u8>(), 0..9),
        after in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let redactor = Redactor::new(&[Secret::new(secret.clone())]);
        let whole = [&before[..], secret.as_bytes(), &after].concat();
        for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
            let shown = redactor.text(&engine.encode(&whole));
            prop_assert!(shown.contains("***"), "{shown}");
            // What is left of it decodes to no four bytes in a row of the secret.
            for shift in 0..3 {
                let inner = engine.encode([&vec![0; shift][..], secret.as_bytes()].concat());
                prop_assert!(!shown.contains(&inner[4..inner.len() - 4]), "{shown}");
            }
        }
    }

    #[test]
    fn text_without_the_secret_is_not_touched(text in "[a-m ]{0,200}") {
        let redactor = Redactor::new(&[Secret::new("nopqrst-uvwxyz")]);
        prop_assert_eq!(redactor.text(&text), text);
    }

    #[test]
    fn no_url_and_no_proxy_makes_it_panic(text in "\\PC{0,60}") {
        let _ = Target::of(&text);
        let _ = Target::of("https://h/a").unwrap().join(&text);
        let _ = Proxies::read(|_| Some(text.as_str()));
        let _ = duration("--timeout", &text);
    }

    #[test]
    fn a_target_says_what_it_read(
        https in any::<bool>(), host in "[a-z]{1,9}(\\.[a-z]{1,9}){0,3}", port in 1..=u16::MAX, path in "(/[!-~&&[^\\\\]]{0,20})?",
    ) {
        let scheme = if https { Scheme::Https } else { Scheme::Http };
        let url = format!("{}://{host}:{port}{path}", scheme.name());
        let target = Target::of(&url).unwrap();
        prop_assert_eq!((target.scheme, target.host.as_str(), target.port, target.rest), (scheme, host.as_str(), port, path.as_str()));
        prop_assert_eq!(Target::of(&target.to_string()).unwrap().port, port);
    }
}
