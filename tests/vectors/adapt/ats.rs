//! `ats-url-sig`: what sign.pl makes, and what Apache Traffic Server said to it.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use stratos::sign::{Claims, Form, Url, Visit};

pub const URL_SIG: Adapter = Adapter { vectors: "ats-url-sig", setup, decided };

/// When the server was asked.
const ASKED: u64 = 1_795_000_000;

fn setup(case: &Case) -> Setup {
    let algorithm = if case.number("algorithm") == Some(2) { "md5" } else { "sha1" };
    let mut params = vec![("algorithm", algorithm)];
    params.extend(case.param("parts").map(|parts| ("parts", parts)));
    params.extend(case.param("anchor").map(|anchor| ("anchor", anchor)));
    let in_path = case.param("form") == Some("path parameters");
    Setup {
        claims: Claims {
            expires: case.number("expires"),
            ip: case.param("ip").map(keep).map(Into::into),
            form: if in_path { Form::Path } else { Form::Query },
            params: keep_params(params),
            ..Setup::new("ats-url-sig", case).claims
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(outcome).unwrap_or_default(),
            now: ASKED,
            ip: setup.claims.ip.as_deref().map(keep),
            params: setup.claims.params,
            ..Visit::default()
        },
        free,
        ..Setup::new("ats-url-sig", case)
    }
}

/// The parts that P leaves out, of host and path; the protocol; in the path form the file name and the query.
fn free(outcome: &str, position: usize) -> Option<&'static str> {
    let authority = outcome.find("://").map_or(0, |mark| mark + 3);
    if position < authority {
        return Some("the protocol is not signed");
    }
    let end = outcome.find('?').unwrap_or(outcome.len());
    let parts = outcome[end..].split('&').find_map(|piece| piece.trim_start_matches('?').strip_prefix("P="));
    let Some(parts) = parts else {
        let file = outcome[..end].rfind('/').map_or(end, |slash| slash + 1);
        return (position >= file).then_some("the path form signs neither file name nor query");
    };
    let slashes = outcome[authority..position.min(end)].matches('/').count();
    let digit = |index: usize| parts.as_bytes()[index.min(parts.len() - 1)];
    // A slash belongs to both parts beside it: one that is signed notices.
    let is_slash = outcome.as_bytes()[position] == b'/';
    let signed = digit(slashes) == b'1' || is_slash && digit(slashes + 1) == b'1';
    (position < end && !signed).then_some("P leaves this part out")
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    case.outcome()?;
    let (_, path) = case.text("url").split_once("://")?;
    let inner = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let parts = case.param("parts").unwrap_or("1").as_bytes();
    let digit = |index: usize| parts[index.min(parts.len() - 1)];
    let empty = inner.split('/').position(str::is_empty)?;
    let count = inner.split('/').count();
    let differs = (empty..count).any(|index| digit(index) == b'1');
    differs.then_some((
        Decided::Refuse,
        "an empty path part among those that are signed: sign.pl signs it, the plugin drops it and refuses the URL",
    ))
}
