//! Where a request goes: scheme, host and port, read strictly. Whatever two parsers could read
//! differently is refused, so that what was checked is what is contacted.

use crate::error::{Error, Result};
use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

/// A scheme that stratos speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// In clear.
    Http,
    /// Over TLS.
    Https,
}

/// The origin of a URL, and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target<'u> {
    /// `http` or `https`.
    pub scheme: Scheme,
    /// In lower case, IPv6 in its brackets.
    pub host: String,
    /// The port in the URL or the scheme's own.
    pub port: u16,
    /// Path and query as they stand; empty where the URL ends at the origin.
    pub rest: &'u str,
}

impl Scheme {
    /// As in a URL.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl<'u> Target<'u> {
    /// Reads an absolute URL without user name, password, blanks or control bytes.
    pub fn of(url: &'u str) -> Result<Self> {
        Self::read(url).map_err(|why| {
            let shown = shown(url);
            Error::Config(format!("`{shown}` is no URL to send a request to: {why}; write https://host/path"))
        })
    }

    fn read(url: &'u str) -> std::result::Result<Self, &'static str> {
        if url.bytes().any(|byte| byte <= b' ' || byte == 0x7f) && !planted!("blanks-in-a-url") {
            return Err("it holds a blank or a control byte");
        }
        let (scheme, rest) = url.split_once("://").ok_or("it has no scheme")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err("its scheme is neither http nor https"),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority.contains('@') {
            return Err("it holds a user name or a password");
        }
        if rest.starts_with('\\') {
            return Err("it holds a backslash where a slash belongs");
        }
        let (host, port) = split_port(authority)?;
        let port = match port {
            None => scheme.port(),
            Some(digits) => decimal(digits).ok_or("its port is no number from 1 to 65535")?,
        };
        let host = host.to_ascii_lowercase();
        if !is_host(&host) {
            return Err("its host is no name and no address");
        }
        Ok(Self { scheme, host, port, rest })
    }

    /// Whether it cannot leave this machine: 127.0.0.0/8, `[::1]`, `localhost`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || self.host == "[::1]"
    }

    /// Whether it cannot leave the wire: 169.254.0.0/16, where machines ask for what is theirs.
    #[must_use]
    pub fn is_link_local(&self) -> bool {
        self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_link_local())
    }

    /// Another URL that this one's answer points to.
    #[must_use]
    pub fn join(&self, location: &str) -> String {
        let path = self.rest.split(['?', '#']).next().unwrap_or_default();
        let location = location.split('#').next().unwrap_or_default();
        if has_scheme(location) {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{}:{location}", self.scheme.name())
        } else if location.starts_with('/') {
            format!("{self}{location}")
        } else if location.starts_with('?') {
            format!("{self}{path}{location}")
        } else {
            let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
            format!("{self}{folder}{location}")
        }
    }
}

/// The origin: scheme, host, and the port where it is not the scheme's own.
impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.name(), self.host)?;
        if self.port == self.scheme.port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// A URL, or what was given for one, for a message: neither query nor fragment, and nothing of what stands before an
/// `@`, which may be a password even where its `/`, `?` or `#` should have been escaped.
#[must_use]
pub fn shown(url: &str) -> String {
    let (scheme, rest) =
        url.split_once("://").map_or(("", url), |(_, rest)| url.split_at(url.len() - rest.len()));
    let head = rest.split(['?', '#']).next().unwrap_or_default();
    let authority = head.split('/').next().unwrap_or_default();
    let bare = match head.rsplit_once('@') {
        Some((_, host)) => format!("***@{host}"),
        // The `@` may end a password that holds the `?`.
        None if rest.contains('@') => authority.split(':').next().unwrap_or_default().to_owned(),
        None => head.to_owned(),
    };
    format!("{scheme}{bare}").chars().take(80).collect()
}

fn has_scheme(location: &str) -> bool {
    let end = location.find([':', '/', '?']).unwrap_or(0);
    location[end..].starts_with(':') && location.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn split_port(authority: &str) -> std::result::Result<(&str, Option<&str>), &'static str> {
    if !authority.starts_with('[') {
        return Ok(match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        });
    }
    let end = authority.find(']').ok_or("its address lacks the closing bracket")? + 1;
    match authority[end..].strip_prefix(':') {
        Some(port) => Ok((&authority[..end], Some(port))),
        None if end == authority.len() => Ok((authority, None)),
        None => Err("something stands between its address and its port"),
    }
}

/// A port as decimal digits, from 1.
pub(super) fn decimal(digits: &str) -> Option<u16> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|port| plain && *port > 0)
}

/// A DNS name, an IPv4 address, or an IPv6 address in brackets; in lower case.
pub(super) fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let label = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    // A name whose last label is a number is an address in some parsers (127.1, 0x7f000001).
    let numeric = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()) || last.strip_prefix("0x").is_some());
    host.split('.').all(label) && (!numeric || host.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> String {
        Target::of(url).unwrap().to_string()
    }

    #[test]
    fn origins_are_read_and_written() {
        assert_eq!(origin("https://CDN.Example/a?b#c"), "https://cdn.example");
        assert_eq!(origin("http://cdn.example:80"), "http://cdn.example");
        assert_eq!(origin("https://cdn.example:8443/"), "https://cdn.example:8443");
        assert_eq!(origin("http://[::1]:8787/x"), "http://[::1]:8787");
        assert_eq!(Target::of("https://h?x=1").unwrap().rest, "?x=1");
    }

    #[test]
    fn what_is_shown_of_a_url_holds_no_secret() {
        for (url, wanted) in [
            ("https://h:8443/a?token=x#y", "https://h:8443/a"),
            ("https://user:pw@h/a", "https://***@h/a"),
            ("https://user:p@w@h/a", "https://***@h/a"),
            ("https://user:p/w@h/a", "https://***@h/a"),
            ("https://user:p?w@h/a", "https://user"),
            ("https://user:p#w@h/a", "https://user"),
            ("https://h/a?mail=a@b", "https://h"),
            ("user:pw@h/a?b", "***@h/a"),
            ("user:p?w@h/a", "user"),
            ("h/a#b", "h/a"),
        ] {
            assert_eq!(shown(url), wanted, "{url}");
        }
    }

    #[test]
    fn what_two_parsers_could_read_differently_is_refused() {
        for url in [
            "notaurl",
            "ftp://h/",
            "https://",
            "https:///a",
            "https://u:p@h/",
            "https://u@h",
            "https://h:0/",
            "https://h:65536/",
            "https://h:+80/",
            "https://h:/",
            "https://a b/",
            "https://h/a b",
            "https://h\\@g/",
            "https://[::1/",
            "https://[::1]x/",
            "https://[zz]/",
            "https://h..g/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://h%2e/",
            "https://h\n/",
        ] {
            let error = Target::of(url).expect_err(url);
            assert_eq!(error.facts().exit, 78, "{url}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let error = Target::of("https://user:hunter2@h/").unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn loopback_is_judged_by_the_whole_host() {
        for url in ["http://127.0.0.1", "http://127.9.8.7:1", "http://[::1]", "http://LOCALHOST:8"] {
            assert!(Target::of(url).unwrap().is_loopback(), "{url}");
        }
        for url in
            ["http://127.0.0.1.example", "http://localhost.example", "http://[::2]", "http://128.0.0.1"]
        {
            assert!(!Target::of(url).unwrap().is_loopback(), "{url}");
        }
    }

    #[test]
    fn locations_are_resolved() {
        let target = Target::of("https://h:8443/a/b?c=1").unwrap();
        for (location, url) in [
            ("https://other/x", "https://other/x"),
            ("//other/x", "https://other/x"),
            ("/x?y#z", "https://h:8443/x?y"),
            ("x", "https://h:8443/a/x"),
            ("?d=2", "https://h:8443/a/b?d=2"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(target.join(location), url);
        }
    }
}
