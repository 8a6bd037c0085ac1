//! What cache, signature and pacing headers say, one function a header.

use std::fmt::Write;

/// Where an answer came from, as far as the headers tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cache {
    /// Served from a cache.
    Hit,
    /// Served from a cache although its time was over.
    Stale,
    /// Fetched from the origin, and stored or storable.
    Miss,
    /// Not cached at all.
    Bypass,
}

impl Cache {
    /// One word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::Miss => "miss",
            Self::Bypass => "bypass",
        }
    }
}

/// What one header says.
pub(super) struct Meaning {
    pub(super) text: String,
    pub(super) cache: Option<Cache>,
}

fn says(text: impl Into<String>) -> Option<Meaning> {
    Some(Meaning { text: text.into(), cache: None })
}

fn cached(cache: Cache, text: impl Into<String>) -> Option<Meaning> {
    Some(Meaning { text: text.into(), cache: Some(cache) })
}

/// The meaning of a header, `None` where it says nothing about caching, signing or pace.
pub(super) fn meaning(name: &str, value: &str) -> Option<Meaning> {
    HEADERS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .and_then(|(_, read)| read(value.trim()))
}

type Reader = fn(&str) -> Option<Meaning>;

#[rustfmt::skip]
static HEADERS: &[(&str, Reader)] = &[
    ("cache-status", cache_status),
    ("x-cache", x_cache),
    ("x-cache-status", word),
    ("x-proxy-cache", word),
    ("cf-cache-status", word),
    ("cdn-cache", word),
    ("x-vercel-cache", word),
    ("x-cache-remote", x_cache),
    ("akamai-cache-status", from_child),
    ("cdn-cache-status", word),
    ("x-77-cache", word),
    ("cache", word),
    ("x-varnish", |value| match value.split_whitespace().count() {
        0 => None,
        1 => cached(Cache::Miss, "Varnish: one transaction id, so this request fetched from the backend"),
        _ => cached(Cache::Hit, "Varnish: a second id names the request that stored the object"),
    }),
    ("x-cache-hits", |value| says(format!("hits so far on this object, per cache from the origin outwards: {value}"))),
    ("age", |value| match value.parse::<u64>() {
        Ok(0) => says("just fetched or revalidated"),
        Ok(seconds) => says(format!("stored {} ago", span(seconds))),
        Err(_) => says("not a number of seconds, so caches ignore it"),
    }),
    ("cache-control", cache_control),
    ("cdn-cache-control", |value| says(format!("for the CDN only, beats Cache-Control there: {value}"))),
    ("surrogate-control", |value| says(format!("for surrogates only, removed before the client: {value}"))),
    ("expires", |value| says(format!("the older form of max-age; Cache-Control wins where both stand ({value})"))),
    ("pragma", |_| says("a request header of HTTP/1.0; in an answer it means nothing")),
    ("vary", |value| if value == "*" { cached(Cache::Bypass, "every request is different: nothing can be served from a cache") }
        else { says(format!("one stored variant for each value of {value}: a purge must reach all of them")) }),
    ("set-cookie", |_| says("most caches store no answer that sets a cookie")),
    ("etag", |_| says("revalidation by If-None-Match is possible")),
    ("last-modified", |_| says("revalidation by If-Modified-Since is possible; without max-age caches guess a lifetime from it")),
    ("cache-tag", |value| says(format!("tags to purge by: {value}"))),
    ("surrogate-key", |value| says(format!("surrogate keys to purge by: {value}"))),
    ("xkey", |value| says(format!("xkeys to purge by: {value}"))),
    ("edge-cache-tag", |value| says(format!("Akamai tags to purge by: {value}"))),
    ("retry-after", |value| match value.parse::<u64>() {
        Ok(seconds) => says(format!("come back in {}", span(seconds))),
        Err(_) => says(format!("come back at {value}")),
    }),
    ("ratelimit", |value| says(format!("what is left of the quota, and when it refills: {value}"))),
    ("ratelimit-remaining", |value| says(format!("requests left in this window: {value}"))),
    ("x-ratelimit-remaining", |value| says(format!("requests left in this window: {value}"))),
    ("fastly-ratelimit-remaining", |value| says(format!("Fastly API writes left this hour: {value}"))),
    ("x-signed-url", |value| says(if value == "verified" { "CloudCDN checked the signature and found it good" } else { "CloudCDN's word on the signature" })),
    ("www-authenticate", |value| says(format!("the server wants a credential: {value}"))),
    ("location", |value| says(format!("the answer is at {value}"))),
    ("x-request-id", request_id),
    ("cf-ray", |value| says(format!("Cloudflare's id of this request, the letters name the data centre: {value}"))),
    ("x-amz-cf-id", |value| says(format!("CloudFront's id of this request, for their support: {value}"))),
    ("x-amz-cf-pop", |value| says(format!("the CloudFront location that answered: {value}"))),
    ("x-amz-request-id", request_id),
    ("x-served-by", |value| says(format!("the Fastly caches on the way, shield first: {value}"))),
    ("cdn-requestid", request_id),
    ("via", |value| says(format!("the proxies on the way: {value}"))),
];

fn request_id(value: &str) -> Option<Meaning> {
    says(format!("the id to give to the provider's support: {value}"))
}

/// RFC 9211: a list of caches, the one nearest to the origin first.
fn cache_status(value: &str) -> Option<Meaning> {
    let mut last = None;
    let mut text = String::new();
    for member in outside_quotes(value, ',') {
        let mut parts = outside_quotes(member, ';');
        let name = parts.next()?.trim().trim_matches('"');
        let parameters: Vec<(&str, &str)> = parts
            .map(|part| part.trim().split_once('=').unwrap_or((part.trim(), "")))
            .map(|(key, value)| (key, value.trim_matches('"')))
            .collect();
        let find = |key: &str| parameters.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let (cache, what) = match (find("hit"), find("fwd")) {
            (Some(_), _) if find("ttl").is_some_and(|ttl| ttl.starts_with('-')) => {
                (Cache::Stale, "served stale")
            }
            (Some(_), _) => (Cache::Hit, "served from cache"),
            (None, Some("bypass" | "method" | "request")) => (Cache::Bypass, "passed on, not looked up"),
            (None, Some("uri-miss")) => (Cache::Miss, "nothing stored for this URL"),
            (None, Some("vary-miss")) => (Cache::Miss, "only other variants stored (Vary)"),
            (None, Some("stale")) => (Cache::Miss, "stored copy was stale, so asked again"),
            (None, Some("partial")) => (Cache::Miss, "only a part was stored"),
            (None, _) => (Cache::Miss, "forwarded"),
        };
        let _ = write!(text, "{}{name}: {what}", if text.is_empty() { "" } else { "; " });
        if let Some(Ok(ttl)) = find("ttl").map(str::parse::<i64>) {
            let _ = write!(
                text,
                ", {} {}",
                span(ttl.unsigned_abs()),
                if ttl < 0 { "past its time" } else { "left" }
            );
        }
        if find("stored").is_some() {
            text.push_str(", stored now");
        }
        last = Some(cache);
    }
    Some(Meaning { text, cache: last })
}

/// `HIT`, `Hit from cloudfront`, `TCP_MEM_HIT from a1-2.deploy (…)`, `MISS, HIT` (Fastly, shield first).
fn x_cache(value: &str) -> Option<Meaning> {
    let outermost = value.rsplit(", ").next().unwrap_or(value);
    let first = outermost.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    match first.as_str() {
        "ERROR" => cached(Cache::Bypass, "the CDN made this error page itself"),
        "REFRESHHIT" => cached(Cache::Hit, "served from cache after the origin confirmed it"),
        "LAMBDAGENERATEDRESPONSE" | "FUNCTIONGENERATEDRESPONSE" => {
            cached(Cache::Bypass, "made by a function at the edge")
        }
        tcp if tcp.starts_with("TCP_") && tcp.contains("REFRESH_MISS") => {
            cached(Cache::Miss, "the stored copy was checked, and the origin had a newer one")
        }
        tcp if tcp.starts_with("TCP_") && tcp.contains("DENIED") => {
            cached(Cache::Bypass, "refused at the edge")
        }
        tcp if tcp.starts_with("TCP_") && tcp.contains("HIT") => cached(Cache::Hit, "served from cache"),
        _ => word(&first),
    }
}

/// Akamai's own: `Hit from child, Miss from parent`, the edge first.
fn from_child(value: &str) -> Option<Meaning> {
    word(value.split(',').next().unwrap_or_default())
}

fn word(value: &str) -> Option<Meaning> {
    match value.split_whitespace().next()?.to_ascii_uppercase().as_str() {
        "HIT" => cached(Cache::Hit, "served from cache"),
        "MISS" | "TCP_MISS" => cached(Cache::Miss, "not in this cache: fetched from behind it"),
        "EXPIRED" => cached(Cache::Miss, "the stored copy was too old: fetched anew"),
        "REVALIDATED" => cached(Cache::Hit, "served from cache after the origin confirmed it"),
        "STALE" => cached(Cache::Stale, "served past its time: the origin was not asked or did not answer"),
        "UPDATING" => cached(Cache::Stale, "served past its time while a fresh copy is being fetched"),
        "BYPASS" | "PASS" => {
            cached(Cache::Bypass, "not looked up: a rule, a cookie or Cache-Control says so")
        }
        "DYNAMIC" => {
            cached(Cache::Bypass, "not eligible for caching by its type; a cache rule can change that")
        }
        "PRERENDER" => cached(Cache::Hit, "served from the build's output"),
        "NONE" | "UNKNOWN" => cached(Cache::Bypass, "made by the edge itself, not cached"),
        "CONFIG_NOCACHE" => cached(Cache::Bypass, "the configuration forbids caching"),
        _ => None,
    }
}

fn cache_control(value: &str) -> Option<Meaning> {
    let directives: Vec<String> = value.split(',').map(|part| part.trim().to_ascii_lowercase()).collect();
    let has = |name: &str| directives.iter().any(|directive| directive == name);
    let seconds = |name: &str| {
        let of = |directive: &String| {
            directive.strip_prefix(name)?.strip_prefix('=')?.trim_matches('"').parse().ok()
        };
        directives.iter().find_map(of)
    };
    if has("no-store") {
        return cached(Cache::Bypass, "no cache may store it");
    }
    if has("private") {
        return cached(Cache::Bypass, "only the browser may store it, no CDN");
    }
    let mut text = match (seconds("s-maxage"), seconds("max-age")) {
        (Some(shared), _) => format!("CDNs may serve it for {}", span(shared)),
        (None, Some(0)) => "must be revalidated before each use".into(),
        (None, Some(age)) => format!("may be served for {}", span(age)),
        (None, None) if has("no-cache") => "stored, but revalidated before each use".into(),
        (None, None) => "no lifetime given: each cache uses its own default".into(),
    };
    if let Some(stale) = seconds("stale-while-revalidate") {
        let _ = write!(text, ", then stale for {} while it is fetched anew", span(stale));
    }
    if let Some(stale) = seconds("stale-if-error") {
        let _ = write!(text, ", and stale for {} when the origin fails", span(stale));
    }
    if has("immutable") {
        text.push_str("; browsers do not ask again: change the name, a purge does not reach them");
    }
    says(text)
}

/// What one cache header says of the edge, and of whatever stands between it and the origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The header, in lower case.
    pub header: &'static str,
    /// Its value, as sent.
    pub value: String,
    /// The edge's own word.
    pub cache: Cache,
    /// Whether a cache behind the edge says that it served a stored copy.
    pub behind: bool,
}

/// The headers by which caches say where an answer came from, and whether one lists the edge last.
const STATUS: &[(&str, bool)] = &[
    ("cache-status", true),
    ("cf-cache-status", false),
    ("cdn-cache", false),
    ("cdn-cache-status", false),
    ("akamai-cache-status", false),
    ("x-cache", true),
    ("x-cache-status", false),
    ("x-proxy-cache", false),
    ("x-vercel-cache", false),
    ("x-77-cache", false),
    ("cache", false),
    ("x-varnish", false),
    ("x-cache-remote", true),
];

/// What the caches on the way say, the headers that tell most first.
#[must_use]
pub fn said(headers: &[(String, String)]) -> Vec<Said> {
    let read = |(header, edge_is_last): &(&'static str, bool)| {
        let values = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(header));
        let value = values.map(|(_, value)| value.trim()).collect::<Vec<_>>().join(", ");
        let cache = meaning(header, &value)?.cache?;
        let stored = |member: &str| {
            let cache = meaning(header, member).and_then(|meaning| meaning.cache);
            matches!(cache, Some(Cache::Hit | Cache::Stale))
        };
        let mut members: Vec<&str> = outside_quotes(&value, ',').map(str::trim).collect();
        let own = if *edge_is_last { members.len().saturating_sub(1) } else { 0 };
        // Akamai's parent speaks through a header of its own.
        let behind = match *header {
            "x-cache-remote" => stored(&value),
            _ if own < members.len() => {
                members.remove(own);
                members.iter().any(|member| stored(member))
            }
            _ => false,
        };
        Some(Said { header, value, cache, behind })
    };
    STATUS.iter().filter_map(read).collect()
}

/// Splits at a separator that stands outside of double quotes.
fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        character == separator && !quoted
    })
    .filter(|part| !part.trim().is_empty())
}

/// Seconds in the two largest units: `2h 5m`.
pub(super) fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let Some(first) = UNITS.iter().position(|(size, _)| seconds >= *size) else { return "0s".into() };
    let (size, unit) = UNITS[first];
    let rest = UNITS
        .get(first + 1)
        .map(|(small, name)| (seconds % size / small, name))
        .filter(|(count, _)| *count > 0);
    match rest {
        Some((count, name)) => format!("{}{unit} {count}{name}", seconds / size),
        None => format!("{}{unit}", seconds / size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> (Option<Cache>, String) {
        meaning(name, value).map(|meaning| (meaning.cache, meaning.text)).unwrap_or_default()
    }

    #[test]
    fn the_words_of_each_cdn_are_told_apart() {
        for (name, value, cache) in [
            ("X-Cache", "Hit from cloudfront", Cache::Hit),
            ("X-Cache", "RefreshHit from cloudfront", Cache::Hit),
            ("X-Cache", "Error from cloudfront", Cache::Bypass),
            ("X-Cache", "TCP_MEM_HIT from a23-1.deploy.akamaitechnologies.com (-)", Cache::Hit),
            ("X-Cache", "TCP_REFRESH_MISS from a23-1", Cache::Miss),
            ("X-Cache", "TCP_MISS from a23-1", Cache::Miss),
            ("X-Cache", "HIT, MISS", Cache::Miss),
            ("X-Cache", "MISS, HIT", Cache::Hit),
            ("X-Cache", "HIT from edge.test", Cache::Hit),
            ("CF-Cache-Status", "DYNAMIC", Cache::Bypass),
            ("cf-cache-status", "UPDATING", Cache::Stale),
            ("X-Varnish", "32770 5", Cache::Hit),
            ("X-Varnish", "32770", Cache::Miss),
            ("Cache-Control", "private, max-age=60", Cache::Bypass),
        ] {
            assert_eq!(of(name, value).0, Some(cache), "{name}: {value}");
        }
        assert_eq!(of("X-Cache", "whatever").0, None);
        assert_eq!(of("X-Nothing", "HIT").0, None);
    }

    #[test]
    fn cache_status_reads_every_member_and_the_outermost_decides() {
        let (cache, text) =
            of("Cache-Status", r#"origin-shield; fwd=uri-miss; stored, "Edge; one"; hit; ttl=125"#);
        assert_eq!(cache, Some(Cache::Hit));
        assert_eq!(
            text,
            "origin-shield: nothing stored for this URL, stored now; Edge; one: served from cache, 2m 5s left"
        );
        assert_eq!(of("Cache-Status", "e; hit; ttl=-30").0, Some(Cache::Stale));
    }

    #[test]
    fn the_edge_and_the_caches_behind_it_are_told_apart() {
        for (name, value, cache, behind) in [
            ("Cache-Status", "shield; hit, edge; fwd=uri-miss", Cache::Miss, true),
            ("Cache-Status", "\"a, b\"; fwd=uri-miss, edge; hit; ttl=5", Cache::Hit, false),
            ("X-Cache", "HIT, MISS", Cache::Miss, true),
            ("X-Cache", "MISS, HIT", Cache::Hit, false),
            ("X-Cache", "TCP_MISS from a1.deploy", Cache::Miss, false),
            ("X-Cache-Remote", "TCP_HIT from a2.deploy", Cache::Hit, true),
            ("Akamai-Cache-Status", "Miss from child, Hit from parent", Cache::Miss, true),
            ("CF-Cache-Status", "REVALIDATED", Cache::Hit, false),
            ("CDN-Cache", "MISS", Cache::Miss, false),
            ("Cdn-Cache-Status", "hit", Cache::Hit, false),
            ("X-Proxy-Cache", "EXPIRED", Cache::Miss, false),
            ("X-Vercel-Cache", "STALE", Cache::Stale, false),
            ("X-77-Cache", "HIT", Cache::Hit, false),
            ("Cache", "MISS", Cache::Miss, false),
            ("X-Varnish", "5 3", Cache::Hit, false),
        ] {
            let found = said(&[(name.to_owned(), value.to_owned())]);
            assert_eq!(found.len(), 1, "{name}: {value}");
            assert_eq!((found[0].cache, found[0].behind), (cache, behind), "{name}: {value}");
        }
        let twice = [("x-cache".to_owned(), "HIT".to_owned()), ("x-cache".to_owned(), "MISS".to_owned())];
        assert!(said(&twice)[0].behind, "a repeated header is one list");
        assert!(
            said(&[("cache-control".into(), "no-store".into()), ("x-cache".into(), "?".into())]).is_empty()
        );
    }

    #[test]
    fn lifetimes_are_said_in_words() {
        assert_eq!(of("Cache-Control", "public, max-age=300, s-maxage=86400").1, "CDNs may serve it for 1d");
        assert_eq!(of("Age", "3725").1, "stored 1h 2m ago");
        assert_eq!(of("Retry-After", "86400").1, "come back in 1d");
        assert_eq!(
            of("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT").1,
            "come back at Fri, 31 Dec 1999 23:59:59 GMT"
        );
    }
}
