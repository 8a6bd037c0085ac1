//! `azure-blob-sas`: bare tokens of Microsoft's Python and Node libraries.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use stratos::sign::{
    Claims, Form, Scope, Url, Visit,
    text::{Append, UNRESERVED_PATH},
};

pub const ADAPTER: Adapter = Adapter { vectors: "azure-blob-sas", setup, decided };

/// Params that the vectors and the scheme call alike.
const ALIKE: [&str; 9] = [
    "permission",
    "version",
    "protocol",
    "policy_id",
    "cache_control",
    "content_disposition",
    "content_encoding",
    "content_language",
    "content_type",
];

fn setup(case: &Case) -> Setup {
    let node = case.text("generated_by").contains("@azure");
    let mut params = vec![("dialect", if node { "node" } else { "python" })];
    params.extend(ALIKE.into_iter().filter_map(|name| Some((name, case.param(name)?))));
    let container = case.param("container").unwrap_or_default();
    let scope =
        case.param("blob").map_or_else(|| Scope::Prefix(format!("/{container}/").into()), |_| Scope::Url);
    let mut url =
        format!("https://{}.blob.core.windows.net/{container}/", case.param("account").unwrap_or_default())
            .into_bytes();
    url.percent(case.param("blob").unwrap_or("any"), &UNRESERVED_PATH);
    Setup {
        url: Url::parse(keep(&String::from_utf8(url).expect("a URL is text"))).expect("an absolute URL"),
        claims: Claims {
            expires: case.number("expires"),
            not_before: case.number("start"),
            ip: case.param("ip").map(keep).map(Into::into),
            scope,
            form: Form::Token,
            params: keep_params(params),
            ..Claims::default()
        },
        visit: |outcome, setup| Visit {
            url: Url::parse(keep(&format!("{}?{outcome}", setup.url))).unwrap_or_default(),
            now: setup.claims.not_before.unwrap_or_default(),
            ip: setup.claims.ip.as_deref().map(|ip| keep(ip.split('-').next().unwrap_or_default())),
            params: setup.claims.params,
            ..Visit::default()
        },
        ..Setup::new("azure-blob-sas", case)
    }
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    case.outcome()?;
    let control = case.param("blob")?.bytes().any(|byte| byte.is_ascii_control());
    control.then_some((Decided::Refuse, "a line end in the name would move the lines that are signed"))
}
