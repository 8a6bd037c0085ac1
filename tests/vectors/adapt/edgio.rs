//! `edgio-ectoken3`: bare tokens of the vendor's C program, each with a nonce of its own.

use crate::case::{Adapter, Case, Decided, Setup, keep, keep_params};
use stratos::sign::{Claims, Form, Scope, Url, Visit};

pub const ADAPTER: Adapter = Adapter { vectors: "edgio-ectoken3", setup, decided };

/// Fields in our order, with our words for those that are settings.
const ORDER: [(&str, &str); 11] = [
    ("ec_expire", ""),
    ("ec_url_allow", ""),
    ("ec_clientip", ""),
    ("ec_country_allow", ""),
    ("ec_country_deny", ""),
    ("ec_host_allow", "host_allow"),
    ("ec_host_deny", "host_deny"),
    ("ec_proto_allow", "proto_allow"),
    ("ec_proto_deny", "proto_deny"),
    ("ec_ref_allow", "ref_allow"),
    ("ec_ref_deny", "ref_deny"),
];

fn fields(case: &Case) -> Vec<(&'static str, &'static str)> {
    let pairs = keep(case.param("plaintext").unwrap_or_default()).split('&');
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
}

fn setup(case: &Case) -> Setup {
    let fields = fields(case);
    let field = |name: &str| fields.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let own = ORDER.iter().filter(|(_, param)| !param.is_empty());
    let params = own.filter_map(|(name, param)| Some((*param, field(name)?))).collect();
    let expires = field("ec_expire").and_then(|text| text.parse().ok());
    Setup {
        claims: Claims {
            expires,
            scope: field("ec_url_allow").map_or(Scope::Url, |list| Scope::Prefix(list.into())),
            ip: field("ec_clientip").map(Into::into),
            countries: field("ec_country_allow").map(Into::into),
            blocked: field("ec_country_deny").map(Into::into),
            form: Form::Token,
            params: keep_params(params),
            ..Claims::default()
        },
        visit: |outcome, setup| {
            let first = |list: Option<&str>| list.and_then(|list| list.split([',', '/']).next()).map(keep);
            let host = setup.claims.params.get("host_allow").and_then(|list| list.split(',').next());
            let path = setup.claims.scope.text().and_then(|list| list.split(',').next()).unwrap_or("/");
            let path = path.replace("%2c", ",");
            Visit {
                url: Url::at(
                    keep(&format!("https://{}", host.unwrap_or("h.example"))),
                    keep(&format!("{path}?{outcome}")),
                ),
                ip: first(setup.claims.ip.as_deref()),
                country: first(setup.claims.countries.as_deref()),
                ..Visit::default()
            }
        },
        verdict: if expires == Some(0) { "expired" } else { "valid" },
        ..Setup::new("edgio-ectoken3", case)
    }
}

fn decided(case: &Case) -> Option<(Decided, &'static str)> {
    let order: Vec<_> =
        fields(case).iter().map(|(name, _)| ORDER.iter().position(|(key, _)| key == name)).collect();
    let ours = order.is_sorted() && case.outcome().is_some();
    (!ours).then_some((
        Decided::Equivalent,
        "the fields of the encrypted text stand in another order, which means nothing",
    ))
}
