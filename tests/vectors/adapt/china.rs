//! `alibaba-cdn`, `tencent-cdn` and `huawei-cdn`: layouts that differ in little but their names.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use std::time::UNIX_EPOCH;
use stratos::sign::{Claims, Form, Url, Visit};

pub const ALIBABA: Adapter = Adapter { vectors: "alibaba-cdn", setup: alibaba, decided };
pub const TENCENT: Adapter = Adapter { vectors: "tencent-cdn", setup: tencent, decided };
pub const HUAWEI: Adapter = Adapter { vectors: "huawei-cdn", setup: huawei, decided };

fn alibaba(case: &Case) -> Setup {
    let (scheme, form) = match (kind(case), case.number("format")) {
        ("A", _) => ("alibaba-a", Form::Query),
        ("B", _) => ("alibaba-b", Form::Path),
        (_, Some(2)) => ("alibaba-c", Form::Query),
        _ => ("alibaba-c", Form::Path),
    };
    let upper =
        case.param("timestamp_hex").is_some_and(|hex| hex.bytes().any(|byte| byte.is_ascii_uppercase()));
    setup(case, scheme, form, if upper { vec![("hex", "upper")] } else { vec![] })
}

fn tencent(case: &Case) -> Setup {
    let (scheme, form) = match kind(case) {
        "A" => ("tencent-a", Form::Query),
        "B" => ("tencent-b", Form::Path),
        "C" => ("tencent-c", Form::Path),
        _ => ("tencent-d", Form::Query),
    };
    let mut params = Vec::new();
    for name in ["parameter", "time_parameter"] {
        params.extend(case.param(name).map(|value| (name, value)));
    }
    params.extend((case.number("base") == Some(16)).then_some(("time", "hex")));
    setup(case, scheme, form, params)
}

fn huawei(case: &Case) -> Setup {
    let (scheme, form) = match kind(case) {
        "A" => ("huawei-a", Form::Query),
        "B" => ("huawei-b", Form::Path),
        _ => ("huawei-c", Form::Path),
    };
    let mut params = Vec::new();
    for name in ["algorithm", "parameter"] {
        params.extend(case.param(name).map(|value| (name, value)));
    }
    setup(case, scheme, form, params)
}

fn kind(case: &Case) -> &str {
    case.param("type").expect("a type")
}

fn setup<'c>(case: &'c Case, scheme: &str, form: Form, mut params: Vec<(&'static str, &'c str)>) -> Setup {
    params.push(("validity", "60"));
    params.extend(case.param("uid").map(|user| ("uid", user)));
    Setup {
        claims: Claims {
            issued: Some(time(case)),
            nonce: case.param("rand").map(keep),
            form,
            params: keep_params(params),
            ..Claims::default()
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(outcome).unwrap_or_default(),
            now: setup.claims.issued.unwrap_or_default(),
            params: setup.claims.params,
            ..Visit::default()
        },
        free,
        ..Setup::new(scheme, case)
    }
}

/// The examples of the vendors name the time as it is written only.
fn time(case: &Case) -> u64 {
    let minute = |text: &str| {
        let (date, clock) = text.split_at(8);
        let text =
            format!("{}-{}-{}T{}:{}:00Z", &date[..4], &date[4..6], &date[6..], &clock[..2], &clock[2..]);
        let local = humantime::parse_rfc3339(&text).expect("a minute");
        local.duration_since(UNIX_EPOCH).expect("after 1970").as_secs() - 8 * 3600
    };
    let hex = |text: &str| u64::from_str_radix(text, 16).expect("hexadecimal digits");
    case.number("timestamp")
        .or_else(|| case.param("timestamp_utc8").map(minute))
        .or_else(|| case.param("timestamp_hex").map(hex))
        .expect("a time")
}

/// The host and the URL's own query are not signed. A token in the query stands behind them.
fn free(outcome: &str, position: usize) -> Option<&'static str> {
    let start = outcome.find("://").expect("an absolute URL") + 3;
    let host = outcome[start..].find('/').map_or(outcome.len(), |length| start + length);
    let query = outcome.find('?').unwrap_or(outcome.len());
    let token = ["&auth_key=", "&sign=", "&token=", "&KEY1="].iter().find_map(|name| outcome.rfind(name));
    let in_path = !["auth_key=", "sign=", "token=", "KEY1="].iter().any(|name| outcome.contains(name));
    let own = query + 1..if in_path { outcome.len() } else { token.unwrap_or(query) };
    match position {
        _ if position < host => Some("the host is not signed"),
        _ if own.contains(&position) => Some("the query is not signed"),
        _ => None,
    }
}

/// A second question mark is part of the first parameter's name, and the token is not found behind it.
fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    let outcome = case.outcome()?;
    outcome.contains("??").then(|| {
        (Decided::Instead(outcome.replacen("??", "?&", 1)), "an empty query is continued, not begun again")
    })
}
