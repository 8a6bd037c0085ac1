//! Four endpoints of the CloudCDN API, as contracts/cloudcdn.openapi.yaml has them: health, signed,
//! purge, assets. Where the document is silent, a comment says what was chosen.

use super::{
    daily::{A_DAY, DAY},
    reply::{answer, refuse},
    site::{Asset, key},
    visit::{Asked, Edge},
};
use crate::{clock::Clock, secret::Secret, sign::text::form_decode};
use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use subtle::ConstantTimeEq;

/// What every answer of the CloudCDN API says of itself.
pub(super) const VERSION: &str = "2026-04-01";
const ITEMS: usize = 30;
/// CloudCDN's own prefix; this edge's own origin is taken too.
const PREFIX: &str = "https://cloudcdn.pro/";

/// `GET /api/health[?deep=1]`
pub(super) async fn health(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let check = |name: &str, method: &str| json!({"name": name, "configured": true, "healthy": true, "method": method});
    let mut checks = vec![check("assets", "shape")];
    if value(&Asked::of(&request), "deep").as_deref() == Some("1") {
        // Deep looks for itself: the site must list something.
        let healthy = !edge.config.site.assets().is_empty();
        checks = vec![json!({
            "name": "assets", "configured": true, "healthy": healthy, "method": "manifest-fetch", "latencyMs": 0
        })];
    }
    let well = checks.iter().all(|check| check["healthy"] == true);
    let body = json!({
        "status": if well { "ok" } else { "degraded" },
        "timestamp": timestamp(&*edge.config.clock),
        "apiVersion": VERSION,
        "bindings": {
            "assets": true, "kv": false, "ai": false, "vectorize": false,
            "rateLimiter": true, "metrics": false, "webhookQueue": false, "auditLogKv": false,
        },
        "checks": checks,
    });
    answer(if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &body)
}

/// `GET /api/signed?path=…&expires=…&sig=…`: 403 for whatever is wrong with the signature, 400 for a
/// path that no asset can have. The document names no status for an asset that is not there: 404.
pub(super) async fn signed(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let asked = Asked::of(&request);
    if !edge.config.gate.has_endpoint() {
        return refuse(StatusCode::NOT_FOUND, "Not found");
    }
    if let Some(path) = value(&asked, "path") {
        let path = path.split('?').next().unwrap_or_default();
        if !path.starts_with('/') || path.contains("..") || path.contains("//") || path.contains('\0') {
            return refuse(StatusCode::BAD_REQUEST, "Invalid path");
        }
    }
    edge.signed(&asked)
}

/// `POST /api/purge`
pub(super) async fn purge(State(edge): State<Arc<Edge>>, headers: HeaderMap, body: Bytes) -> Response {
    if !may_purge(&edge, &headers) {
        return refuse(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let order = match Order::read(&body, &edge.url) {
        Ok(order) => order,
        Err(refusal) => return answer(StatusCode::BAD_REQUEST, &refusal),
    };
    let Some(left) = edge.daily().take(edge.now()) else {
        let message = format!("Rate limit exceeded: max {A_DAY} purges per day");
        let mut response =
            answer(StatusCode::TOO_MANY_REQUESTS, &json!({"error": message, "retryAfter": DAY}));
        response.headers_mut().insert(header::RETRY_AFTER, DAY.into());
        return response;
    };
    let (dropped, purged) = order.carry_out(&edge);
    let body = json!({
        "success": true, "purged": purged, "remaining_today": left, "cloudflare": {"success": true},
    });
    let mut response = answer(StatusCode::OK, &body);
    response.headers_mut().insert("x-purged-count", dropped.into());
    response
}

/// `x-api-key` is the purge key, a Bearer token the scoped one; the header `AccountKey` is not read.
fn may_purge(edge: &Edge, headers: &HeaderMap) -> bool {
    let bearer = text(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    let same = |given: Option<&str>, wanted: &Secret| {
        given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(wanted.expose())))
    };
    let keys = &edge.config.keys;
    same(text(headers, "x-api-key"), &keys.purge) || same(bearer, &keys.token)
}

/// What a purge asks for: exactly one of the three.
enum Order {
    Urls(Vec<String>, Vec<String>),
    Tags(Vec<String>),
    Everything,
}

impl Order {
    fn read(body: &[u8], own: &str) -> Result<Self, Value> {
        let refused = |words: &str| Err(json!({ "error": words }));
        let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(body) else {
            return refused("Invalid JSON body");
        };
        let named = ["urls", "tags", "purge_everything"].map(|name| body.get(name));
        match named {
            [Some(urls), None, None] => {
                let urls = texts(urls, "urls")?;
                let invalid: Vec<&String> = urls.iter().filter(|url| target(url, own).is_none()).collect();
                if !invalid.is_empty() {
                    let words = format!("All URLs must start with {PREFIX}");
                    return Err(json!({ "error": words, "invalid": invalid }));
                }
                let keys = urls.iter().filter_map(|url| target(url, own)).map(key).collect();
                Ok(Self::Urls(urls, keys))
            }
            [None, Some(tags), None] => {
                let tags = texts(tags, "tags")?;
                let plain = |tag: &String| {
                    !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                };
                if !tags.iter().all(plain) {
                    return refused("Tags may hold letters, digits and hyphens only");
                }
                Ok(Self::Tags(tags))
            }
            [None, None, Some(Value::Bool(true))] => Ok(Self::Everything),
            _ => refused("Provide exactly one of urls, tags, purge_everything"),
        }
    }

    /// How many objects went, and what the body says was purged.
    fn carry_out(self, edge: &Edge) -> (usize, Value) {
        let mut cache = edge.cache();
        match self {
            Self::Urls(urls, keys) => (cache.drop_keys(&keys), urls.into()),
            Self::Tags(tags) => (cache.drop_tags(&tags), tags.into()),
            Self::Everything => (cache.clear(), "everything".into()),
        }
    }
}

/// One to thirty texts.
fn texts(list: &Value, name: &str) -> Result<Vec<String>, Value> {
    let items = list.as_array().filter(|items| (1..=ITEMS).contains(&items.len()));
    let items = items.and_then(|items| {
        items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
    });
    items.ok_or_else(|| json!({ "error": format!("{name} must be an array of 1 to {ITEMS} texts") }))
}

/// Path and query of a URL that this edge serves, its `/` included.
fn target<'u>(url: &'u str, own: &str) -> Option<&'u str> {
    let port = own.rsplit(':').next().unwrap_or_default();
    let names = [PREFIX.trim_end_matches('/').to_owned(), own.to_owned(), format!("http://localhost:{port}")];
    names.iter().find_map(|origin| url.strip_prefix(&**origin)).filter(|target| target.starts_with('/'))
}

/// `GET /api/assets`
pub(super) async fn assets(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let asked = Asked::of(&request);
    let given = text(asked.headers, "accesskey").unwrap_or_default();
    if !bool::from(given.as_bytes().ct_eq(edge.config.keys.access.expose())) {
        return envelope(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    match list(&asked, edge.config.site.assets()) {
        Ok(mut body) => {
            body["DateFetched"] = timestamp(&*edge.config.clock).into();
            answer(StatusCode::OK, &body)
        }
        Err(words) => envelope(StatusCode::BAD_REQUEST, &words),
    }
}

fn list(asked: &Asked<'_>, mut assets: Vec<Asset>) -> Result<Value, String> {
    let page = count(asked, "page", 1, usize::MAX)?;
    let per_page = count(asked, "per_page", 50, 200)?;
    let filters = ["project", "category", "format", "q"].map(|name| value(asked, name));
    let [project, category, format, query] = &filters;
    let same = |filter: &Option<String>, text: &str| filter.as_deref().is_none_or(|filter| filter == text);
    assets.retain(|asset| {
        same(project, &asset.project)
            && same(category, &asset.category)
            && same(format, &asset.format)
            && query.as_deref().is_none_or(|query| asset.path.contains(query))
    });
    match value(asked, "sort").as_deref() {
        None | Some("name") => assets.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path))),
        Some("size") => assets.sort_by_key(|asset| asset.size),
        Some("project") => assets.sort_by(|a, b| (&a.project, &a.path).cmp(&(&b.project, &b.path))),
        Some(_) => return Err("sort must be name, size or project".into()),
    }
    match value(asked, "order").as_deref() {
        None | Some("asc") => {}
        Some("desc") => assets.reverse(),
        Some(_) => return Err("order must be asc or desc".into()),
    }
    let total = assets.len();
    let shown: Vec<Asset> =
        assets.into_iter().skip((page - 1).saturating_mul(per_page)).take(per_page).collect();
    Ok(json!({
        "Pagination": {
            "Page": page, "PerPage": per_page, "TotalItems": total, "TotalPages": total.div_ceil(per_page).max(1),
        },
        "Filters": {"Project": project, "Category": category, "Format": format, "Query": query},
        "DateFetched": null,
        "Data": shown,
    }))
}

fn count(asked: &Asked<'_>, name: &str, default: usize, most: usize) -> Result<usize, String> {
    let Some(text) = value(asked, name) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("{name} must be a whole number from 1"))
}

/// The decoded value of a query parameter.
fn value(asked: &Asked<'_>, name: &str) -> Option<String> {
    let (_, query) = asked.target.split_once('?')?;
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let raw = pairs.into_iter().find(|(key, _)| *key == name)?.1;
    form_decode(raw).map(|text| text.into_owned())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The error body of the other endpoints.
fn envelope(status: StatusCode, words: &str) -> Response {
    answer(status, &json!({ "HttpCode": status.as_u16(), "Message": words }))
}

/// A random UUID (version 4).
pub(super) fn request_id(clock: &dyn Clock) -> HeaderValue {
    let mut bytes = [0; 16];
    clock.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex::encode(bytes);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    HeaderValue::from_str(&parts.join("-")).expect("hexadecimal digits")
}

fn timestamp(clock: &dyn Clock) -> String {
    let now = clock.now().unwrap_or(Duration::ZERO);
    humantime::format_rfc3339_millis(std::time::UNIX_EPOCH + now).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_exactly_one_thing() {
        let read = |body: &str| Order::read(body.as_bytes(), "http://127.0.0.1:8787");
        for body in [
            "",
            "[]",
            "{}",
            "null",
            r#"{"urls":[]}"#,
            r#"{"tags":[]}"#,
            r#"{"tags":"home"}"#,
            r#"{"tags":[1]}"#,
            r#"{"tags":["a b"]}"#,
            r#"{"tags":[""]}"#,
            r#"{"purge_everything":false}"#,
            r#"{"purge_everything":"true"}"#,
            r#"{"tags":["a"],"purge_everything":true}"#,
            r#"{"tags":["a"],"urls":["https://cloudcdn.pro/a"]}"#,
        ] {
            assert!(read(body).is_err(), "{body} was taken");
        }
        assert!(matches!(read(r#"{"purge_everything":true}"#), Ok(Order::Everything)));
    }

    #[test]
    fn thirty_items_are_taken_and_thirty_one_are_not() {
        let tags = |count: usize| json!({ "tags": vec!["t"; count] }).to_string();
        assert!(Order::read(tags(30).as_bytes(), "").is_ok());
        assert!(Order::read(tags(31).as_bytes(), "").is_err());
    }

    #[test]
    fn urls_of_other_origins_are_named() {
        let body = json!({"urls": [
            "https://cloudcdn.pro/a", "http://127.0.0.1:8787/b", "http://localhost:8787/c", "https://other.example/d",
            "https://cloudcdn.pro.evil.example/e", "http://127.0.0.1:87871/f", "/g",
        ]});
        let refused = Order::read(body.to_string().as_bytes(), "http://127.0.0.1:8787").err().unwrap();
        let invalid = [
            "https://other.example/d",
            "https://cloudcdn.pro.evil.example/e",
            "http://127.0.0.1:87871/f",
            "/g",
        ];
        assert_eq!(refused["invalid"], json!(invalid));
    }
}
