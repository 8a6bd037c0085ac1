//! A case as the file has it, and what an adapter makes of it.

use serde_json::Value;
use stratos::{
    secret::Secret,
    sign::{Claims, Params, Scheme, Signer, Url, Visit},
};

/// One member of a vector file.
pub struct Case(pub Value);

impl Case {
    /// A text member of the case; `""` when it is absent or null.
    pub fn text(&self, member: &str) -> &str {
        self.0[member].as_str().unwrap_or_default()
    }

    /// A member of the case that stands there and is not null.
    pub fn given(&self, member: &str) -> Option<&Value> {
        self.0.get(member).filter(|value| !value.is_null())
    }

    /// A text of `params`.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.0["params"].get(name)?.as_str()
    }

    /// A number of `params`, also when it is written as text.
    pub fn number(&self, name: &str) -> Option<u64> {
        let value = self.0["params"].get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    /// Whether the vendor's signature comes out the same every time.
    pub fn deterministic(&self) -> bool {
        self.0["deterministic"].as_bool().unwrap_or(true)
    }

    /// What a server said when the time of a link lay so many seconds off its clock: pairs of the offset and the
    /// status, or members `now`, `plus59`, `minus59`.
    pub fn moments(&self) -> Vec<(i64, u64)> {
        let offset = |name: &str| match (name.strip_prefix("plus"), name.strip_prefix("minus")) {
            (Some(digits), _) => digits.parse().ok(),
            (_, Some(digits)) => digits.parse::<i64>().ok().map(|offset| -offset),
            _ => (name == "now").then_some(0),
        };
        let members = self.0["observed"].as_object().into_iter().flatten();
        let read = |(name, value): (&String, &Value)| match value.as_array() {
            Some(pairs) => {
                pairs.iter().filter_map(|pair| Some((pair[0].as_i64()?, pair[1].as_u64()?))).collect()
            }
            None => offset(name).zip(value.as_u64()).into_iter().collect::<Vec<_>>(),
        };
        members.flat_map(read).collect()
    }

    /// What the vendor made: URL, token, or cookies one to a line.
    pub fn outcome(&self) -> Option<String> {
        if let Some(Value::Object(cookies)) = self.given("expected_cookies") {
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let lines = cookies.iter().map(|(name, value)| format!("{name}={}", plain(value)));
            return Some(lines.collect::<Vec<_>>().join("\n"));
        }
        let outcome = self.given("expected_url").or_else(|| self.given("expected_token"))?;
        outcome.as_str().map(str::to_owned)
    }
}

/// What there is to do for a case: the scheme, and what goes into it.
pub struct Setup {
    /// The scheme.
    pub scheme: &'static Scheme,
    /// The key as its row wants it written.
    pub secret: Secret,
    /// The URL to mint.
    pub url: Url<'static>,
    /// What to sign besides it.
    pub claims: Claims<'static>,
    /// The visit by which the outcome is checked.
    pub visit: fn(&'static str, &Setup) -> Visit<'static>,
    /// The verdict on that visit.
    pub verdict: &'static str,
    /// Why a change at this position of the outcome changes nothing that is signed.
    pub free: fn(&str, usize) -> Option<&'static str>,
}

impl Setup {
    /// The case's own key and URL, no claims, a visit at second 0, every byte signed.
    pub fn new(scheme: &str, case: &Case) -> Self {
        Self {
            scheme: Scheme::find(scheme).expect("an adapter names a scheme"),
            secret: Secret::new(case.text("key")),
            url: Url::parse(keep(case.text("url"))).unwrap_or_default(),
            claims: Claims { key_id: keep_some(case.text("key_id")).map(Into::into), ..Claims::default() },
            visit: |outcome, setup| Visit {
                url: Url::parse(outcome).unwrap_or_default(),
                params: setup.claims.params,
                ..Visit::default()
            },
            verdict: "valid",
            free: |_, _| None,
        }
    }

    /// The signer with the case's key under the case's id.
    pub fn signer(&self) -> stratos::error::Result<Signer> {
        Signer { scheme: self.scheme, keys: Vec::new() }.with(
            self.claims.key_id.as_deref(),
            &self.secret,
            self.claims.params,
        )
    }
}

/// Where we differ from the vendor on purpose.
#[allow(dead_code, reason = "each is for the adapters that need it")]
pub enum Decided {
    /// We refuse to mint it.
    Refuse,
    /// We write this instead.
    Instead(String),
    /// Our bytes differ; the vendor's outcome and ours both verify.
    Equivalent,
}

/// From the vector's words to ours.
pub struct Adapter {
    /// The `scheme` of the vector files.
    pub vectors: &'static str,
    /// What there is to do.
    pub setup: fn(&Case) -> Setup,
    /// The rules by which we differ, with the reason; by rule, never by name.
    pub decided: fn(&Case) -> Option<(Decided, &'static str)>,
}

/// Text that lives as long as the test run: cases borrow freely from it.
pub fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// The same, unless it is empty.
pub fn keep_some(text: &str) -> Option<&'static str> {
    (!text.is_empty()).then(|| keep(text))
}

/// Params that live as long as the test run.
pub fn keep_params(pairs: Vec<(&'static str, &str)>) -> Params<'static> {
    let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (name, keep(value))).collect();
    Params(Box::leak(pairs.into_boxed_slice()))
}
