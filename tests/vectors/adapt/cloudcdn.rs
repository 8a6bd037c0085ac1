//! `cloudcdn` and `cloudcdn-colon`: base and path apart, the expiry as text.

use crate::case::{Adapter, Case, Setup, keep};
use stratos::sign::{Claims, Url, text::plain_number};

pub const ADAPTER: Adapter =
    Adapter { vectors: "cloudcdn", setup: |case| setup("cloudcdn", case), decided: |_| None };

pub const COLON: Adapter =
    Adapter { vectors: "cloudcdn-colon", setup: |case| setup("cloudcdn-colon", case), decided: |_| None };

fn setup(scheme: &str, case: &Case) -> Setup {
    let path = case.param("path").expect("a path");
    let text = case.param("expires").expect("an expiry, as text");
    let expires = plain_number(text);
    Setup {
        url: Url::at(keep(case.text("url")), keep(path)),
        claims: Claims {
            expires,
            expires_text: expires.is_none().then(|| keep(text).into()),
            ..Claims::default()
        },
        // Any text can be signed, but what is no number has no time at which it is valid.
        verdict: match expires {
            None => "malformed",
            Some(0) => "expired",
            Some(_) => "valid",
        },
        free: |outcome, position| {
            let endpoint = outcome.find("/api/signed?").expect("the endpoint");
            (position < endpoint).then_some("the base is not signed")
        },
        ..Setup::new(scheme, case)
    }
}
