//! Proxy variables, read and checked before the first request: a malformed one ends the command
//! instead of being passed over, which would connect directly.

use super::target::{Scheme, Target, decimal, is_host};
use crate::{
    error::{Error, Result},
    secret::Secret,
};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;

/// One proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// How we speak to the proxy itself; what goes through is a tunnel either way.
    pub scheme: Scheme,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User name and password, decoded.
    pub login: Option<(String, Secret)>,
}

/// The proxies in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    direct: Vec<String>,
}

impl Proxies {
    /// Reads `http_proxy`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`; the lower-case spelling wins.
    /// `HTTP_PROXY` counts for nothing where `REQUEST_METHOD` is set: there a visitor's header made it.
    pub fn read<'e>(variable: impl Fn(&'static str) -> Option<&'e str>) -> Result<Self> {
        let one = |name: &'static str| variable(name).map(|value| parse(name, value)).transpose();
        let either = |lower, upper| -> Result<Option<Proxy>> {
            let (lower, upper) = (one(lower)?, one(upper)?);
            Ok(lower.or(upper))
        };
        let all = either("all_proxy", "ALL_PROXY")?;
        let http = match variable("REQUEST_METHOD").filter(|_| !planted!("visitor-makes-a-proxy")) {
            None => either("http_proxy", "HTTP_PROXY")?,
            Some(_) => one("http_proxy")?,
        };
        let https = either("https_proxy", "HTTPS_PROXY")?;
        let direct = variable("no_proxy").or_else(|| variable("NO_PROXY")).unwrap_or_default();
        let direct = direct.split([',', ' ']).filter(|item| !item.is_empty());
        Ok(Self {
            http: http.or_else(|| all.clone()),
            https: https.or(all),
            direct: direct.map(str::to_ascii_lowercase).collect(),
        })
    }

    /// The proxy that this request goes through. Loopback and the machine's own link go through none.
    #[must_use]
    pub fn towards(&self, target: &Target<'_>) -> Option<&Proxy> {
        // A proxy would ask its own link, and see in clear what this machine alone may have.
        if target.is_loopback() && !planted!("loopback-is-proxied")
            || target.is_link_local()
            || self.direct.iter().any(|item| spares(item, target))
        {
            return None;
        }
        match target.scheme {
            Scheme::Http => self.http.as_ref(),
            Scheme::Https => self.https.as_ref(),
        }
    }
}

/// `[http[s]://][user[:password]@]host[:port][/]`.
fn parse(name: &'static str, value: &str) -> Result<Proxy> {
    read(value).map_err(|why| {
        // The value may hold a password, so it is not repeated.
        Error::Config(format!("{name} is no proxy: {why}; write http://host:port, or unset it"))
    })
}

fn read(value: &str) -> std::result::Result<Proxy, &'static str> {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let (scheme, port) = match scheme.to_ascii_lowercase().as_str() {
        "http" => (Scheme::Http, 80),
        "https" => (Scheme::Https, 443),
        _ => return Err("only http and https proxies are spoken to"),
    };
    let (login, rest) = match rest.rsplit_once('@') {
        Some((login, rest)) => (Some(decode(login)?), rest),
        None => (None, rest),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let colon = rest.rfind(':').filter(|colon| !rest[*colon..].contains(']'));
    let (host, port) = match colon {
        Some(colon) => {
            (&rest[..colon], decimal(&rest[colon + 1..]).ok_or("its port is no number from 1 to 65535")?)
        }
        None => (rest, port),
    };
    let host = host.to_ascii_lowercase();
    if !is_host(&host) {
        return Err("its host is no name and no address");
    }
    Ok(Proxy { scheme, host, port, login })
}

fn decode(login: &str) -> std::result::Result<(String, Secret), &'static str> {
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let text = |part: &str| {
        let bytes: Vec<u8> = percent_decode_str(part).collect();
        String::from_utf8(bytes).map_err(|_| "its user name or password is no UTF-8")
    };
    Ok((text(user)?, Secret::new(text(password)?)))
}

/// Whether an entry of `NO_PROXY` names this host: `*`, a domain with all below it, an address,
/// a network, each with or without a port.
fn spares(item: &str, target: &Target<'_>) -> bool {
    let host = target.host.trim_start_matches('[').trim_end_matches([']', '.']);
    if item == "*" {
        return true;
    }
    if let Some((network, length)) = item.split_once('/') {
        return within(host, network, length).unwrap_or(false);
    }
    let bare = item.trim_start_matches('[').trim_end_matches(']');
    if let (Ok(one), Ok(other)) = (bare.parse::<IpAddr>(), host.parse::<IpAddr>()) {
        return one == other;
    }
    let (name, port) = match item.rsplit_once(':') {
        Some((name, port)) => (name.trim_start_matches('[').trim_end_matches(']'), decimal(port)),
        None => (item, Some(target.port)),
    };
    let name = name.trim_start_matches('*').trim_start_matches('.');
    let below = host.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    port == Some(target.port) && !name.is_empty() && below
}

fn within(host: &str, network: &str, length: &str) -> Option<bool> {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(v4) => (32, u128::from(u32::from(v4)) << 96),
        IpAddr::V6(v6) => (128, u128::from(v6)),
    };
    let (width, host) = bits(host.parse().ok()?);
    let (other, network) = bits(network.parse().ok()?);
    let length: u32 = length.parse().ok().filter(|length| *length <= width)?;
    let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
    Some(width == other && host & mask == network & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(pairs: &[(&'static str, &'static str)]) -> Result<Proxies> {
        Proxies::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    }

    fn towards(pairs: &[(&'static str, &'static str)], url: &str) -> Option<String> {
        let proxies = proxies(pairs).unwrap();
        proxies.towards(&Target::of(url).unwrap()).map(|proxy| format!("{}:{}", proxy.host, proxy.port))
    }

    #[test]
    fn each_variable_serves_its_scheme() {
        let pairs = [("http_proxy", "plain:1"), ("HTTPS_PROXY", "https://safe"), ("ALL_PROXY", "other:3")];
        assert_eq!(towards(&pairs, "http://h/").as_deref(), Some("plain:1"));
        assert_eq!(towards(&pairs, "https://h/").as_deref(), Some("safe:443"));
        assert_eq!(towards(&pairs[2..], "https://h/").as_deref(), Some("other:3"));
        assert_eq!(
            towards(&[("https_proxy", "a:1"), ("HTTPS_PROXY", "b:2")], "https://h/").as_deref(),
            Some("a:1")
        );
        assert_eq!(towards(&[], "https://h/"), None);
    }

    #[test]
    fn loopback_is_never_proxied() {
        for url in ["http://127.0.0.1:1/", "https://localhost/", "http://[::1]/", "http://127.3.2.1/"] {
            assert_eq!(towards(&[("ALL_PROXY", "http://p:1")], url), None, "{url}");
        }
    }

    #[test]
    fn a_header_of_a_visitor_makes_no_proxy() {
        let pairs = [("HTTP_PROXY", "http://evil:1"), ("REQUEST_METHOD", "GET")];
        assert_eq!(towards(&pairs, "http://h/"), None);
        assert_eq!(towards(&pairs[..1], "http://h/").as_deref(), Some("evil:1"));
    }

    #[test]
    fn a_malformed_one_is_refused_by_name_and_not_repeated() {
        for name in ["HTTPS_PROXY", "https_proxy", "http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
            for value in [
                "://",
                "ftp://p:1",
                "socks5://p:1",
                "http://",
                "http://p:x",
                "http://p:0",
                "http://u:hunter2@p p",
                "r32/?//52:**",
            ] {
                let error = proxies(&[(name, value)]).expect_err(value);
                assert_eq!(error.facts().exit, 78, "{value}");
                assert!(error.to_string().starts_with(name), "{error}");
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn a_login_is_decoded_and_does_not_print() {
        let proxies = proxies(&[("ALL_PROXY", "http://me:p%40ss@p:8080/")]).unwrap();
        let proxy = proxies.https.clone().unwrap();
        assert_eq!(proxy.login, Some(("me".into(), Secret::new("p@ss"))));
        assert!(!format!("{proxies:?}").contains("p@ss"));
    }

    #[test]
    fn exceptions_are_hosts_domains_addresses_and_networks() {
        let spared = |list: &'static str, url: &str| {
            towards(&[("ALL_PROXY", "p:1"), ("NO_PROXY", list)], url).is_none()
        };
        for (list, url) in [
            ("*", "https://h/"),
            ("a.example,h.example", "https://h.example/"),
            ("example", "https://h.example/"),
            (".example", "https://h.example/"),
            ("*.example", "https://h.example/"),
            ("H.Example", "https://h.example/"),
            ("h.example:8443", "https://h.example:8443/"),
            ("10.0.0.0/8", "http://10.1.2.3/"),
            ("10.1.2.3", "http://10.1.2.3/"),
            ("fd00::/8", "http://[fd00::1]/"),
            ("a h.example", "https://h.example./"),
            ("fd00::1", "http://[fd00::1]/"),
            ("0.0.0.0/0", "http://10.1.2.3/"),
        ] {
            assert!(spared(list, url), "{list} {url}");
        }
        for (list, url) in [
            ("example", "https://example.org/"),
            ("example", "https://badexample/"),
            ("h.example:1", "https://h.example/"),
            ("10.0.0.0/8", "http://11.0.0.1/"),
            ("10.0.0.0/99", "http://10.0.0.1/"),
            ("", "https://h/"),
            (".", "https://h/"),
            ("0.0.0.0/0", "http://[fd00::1]/"),
        ] {
            assert!(!spared(list, url), "{list} {url}");
        }
    }
}
