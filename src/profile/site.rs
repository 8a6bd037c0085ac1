//! Base URLs: which ones are accepted, and when two are of one origin.

/// An origin in the web's sense: what a credential is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    scheme: &'static str,
    host: String,
    port: u16,
}

impl Site {
    /// Reads a base URL; the error says what is wrong with it and never repeats it, for it may hold a password.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = url.split_once("://").ok_or("it must begin with https:// or http://")?;
        let (scheme, default) = match scheme.to_ascii_lowercase().as_str() {
            "https" => ("https", 443),
            "http" => ("http", 80),
            _ => return Err("it must begin with https:// or http://"),
        };
        if rest.contains(['?', '#']) {
            return Err("a base URL has no query and no fragment");
        }
        if rest.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err("it holds a blank, a backslash or a control character");
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err("a base URL has no user name and no password");
        }
        let (host, port) = split(authority)?;
        let port = match port {
            None => default,
            Some(digits) => number(digits).ok_or("its port must be a number from 1 to 65535")?,
        };
        Ok(Self { scheme, host: host.to_ascii_lowercase(), port })
    }
}

fn number(digits: &str) -> Option<u16> {
    let decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|port| decimal && *port > 0)
}

fn split(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    let (host, rest) = match authority.find(']') {
        Some(end) if authority.starts_with('[') => authority.split_at(end + 1),
        _ => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let fine = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(name),
    };
    match (fine, rest.strip_prefix(':')) {
        (false, _) if host.is_ascii() => Err("it has no valid host"),
        (false, _) => Err("its host must be written in ASCII (xn--…)"),
        (true, None) if rest.is_empty() => Ok((host, None)),
        (true, None) => Err("it has no valid host"),
        (true, port) => Ok((host, port)),
    }
}

/// A base URL as it is used: checked, one trailing `/` removed.
pub fn base(url: &str) -> Result<String, &'static str> {
    Site::parse(url)?;
    Ok(url.strip_suffix('/').unwrap_or(url).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Site, base};

    #[test]
    fn one_trailing_slash_goes() {
        assert_eq!(base("https://a.example//"), Ok("https://a.example/".into()));
        assert_eq!(base("https://a.example/b/"), Ok("https://a.example/b".into()));
        assert_eq!(base("HTTP://[::1]:8080"), Ok("HTTP://[::1]:8080".into()));
    }

    #[test]
    fn what_is_no_base_is_refused() {
        for url in [
            "",
            "notaurl",
            "ftp://a",
            "https://",
            "https:///x",
            "https://a?b",
            "https://a#b",
            "https://u:p@a",
            "https://a b",
            "https://a:0",
            "https://a:99999",
            "https://a:+1",
            "https://a:",
            "https://[::1",
            "https://[::1]x",
            "https://[zz]",
            "https://a\\b",
            "https://münchen.example",
            "//a",
            "https://a:1:2",
        ] {
            assert!(base(url).is_err(), "{url:?} was accepted");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let site = |url| Site::parse(url).unwrap();
        assert_eq!(site("https://A.example/x"), site("https://a.example:443"));
        assert_eq!(site("http://a"), site("http://a:80/"));
        assert_ne!(site("http://a"), site("https://a"));
        assert_ne!(site("https://a"), site("https://a:8443"));
        assert_ne!(site("https://a"), site("https://b"));
    }
}
