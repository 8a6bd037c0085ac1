//! What is looked at: which URLs, in which encodings, at which addresses.

use crate::{
    error::{Error, Result},
    http::Target,
};
use std::net::{IpAddr, SocketAddr};

/// An encoding that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The bytes as they are.
    Identity,
    /// gzip.
    Gzip,
    /// Brotli.
    Brotli,
}

impl Encoding {
    /// All of them.
    pub const EVERY: [Self; 3] = [Self::Identity, Self::Gzip, Self::Brotli];

    /// As in `Accept-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// A list as it is typed: `identity,gzip,br`.
    pub fn list(text: &str) -> Result<Vec<Self>> {
        let mut list = Vec::new();
        for name in text.split(',').map(str::trim) {
            let known = Self::EVERY.into_iter().find(|encoding| encoding.name() == name);
            let encoding = known.ok_or_else(|| {
                Error::Usage(format!("--encodings: {name:?} is not known; write identity, gzip, br"))
            })?;
            if !list.contains(&encoding) {
                list.push(encoding);
            }
        }
        Ok(list)
    }
}

/// An address that stands in for those of a name: `--resolve`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    host: String,
    ip: IpAddr,
    port: Option<u16>,
}

impl Pinned {
    /// `HOST:ADDRESS`, `HOST:ADDRESS:PORT`; IPv6 in brackets where a port follows.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = || {
            Error::Usage(format!(
                "--resolve {text:?} names no address; write HOST:ADDRESS or HOST:ADDRESS:PORT, IPv6 in brackets"
            ))
        };
        let (host, address) = text.split_once(':').filter(|(host, _)| !host.is_empty()).ok_or_else(wrong)?;
        let host = host.to_ascii_lowercase();
        let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        if let Ok(ip) = bare.parse() {
            return Ok(Self { host, ip, port: None });
        }
        let socket: SocketAddr = address.parse().map_err(|_| wrong())?;
        Ok(Self { host, ip: socket.ip(), port: Some(socket.port()) })
    }

    /// Where a URL is looked at, if it is of this host.
    #[must_use]
    pub fn of(&self, target: &Target<'_>) -> Option<SocketAddr> {
        (self.host == target.host).then(|| SocketAddr::new(self.ip, self.port.unwrap_or(target.port)))
    }
}

/// `count` of the URLs, evenly spread from the first to the last.
#[must_use]
pub fn spread(urls: &[String], count: usize) -> Vec<String> {
    if count >= urls.len() {
        return urls.to_vec();
    }
    let last = urls.len().saturating_sub(1);
    let steps = count.saturating_sub(1).max(1);
    (0..count).map(|step| urls[step * last / steps].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_begins_with_the_first_ends_with_the_last_and_repeats_none() {
        let urls: Vec<String> = (0..10).map(|number| number.to_string()).collect();
        assert_eq!(spread(&urls, 1), ["0"]);
        assert_eq!(spread(&urls, 3), ["0", "4", "9"]);
        assert_eq!(spread(&urls, 99), urls);
        for count in 1..=10 {
            let mut picked = spread(&urls, count);
            picked.dedup();
            assert_eq!(picked.len(), count);
        }
    }

    #[test]
    fn an_address_is_pinned_to_its_host_alone() {
        let at = |text: &str, url: &str| {
            let target = Target::of(url).unwrap();
            Pinned::read(text).unwrap().of(&target).map(|address| address.to_string())
        };
        assert_eq!(at("cdn.test:127.0.0.2", "https://CDN.test/a").unwrap(), "127.0.0.2:443");
        assert_eq!(at("cdn.test:127.0.0.2:81", "http://cdn.test/a").unwrap(), "127.0.0.2:81");
        assert_eq!(at("cdn.test:[::1]", "http://cdn.test:8080/").unwrap(), "[::1]:8080");
        assert_eq!(at("CDN.test:[::1]:90", "http://cdn.test/").unwrap(), "[::1]:90");
        assert_eq!(at("cdn.test:127.0.0.2", "https://www.cdn.test/a"), None);
        for text in ["", "cdn.test", ":127.0.0.1", "cdn.test:", "cdn.test:name", "cdn.test:443:127.0.0.1"] {
            assert_eq!(Pinned::read(text).unwrap_err().facts().exit, 64, "{text}");
        }
    }

    #[test]
    fn encodings_are_a_list_without_repetition() {
        assert_eq!(Encoding::list("br, gzip,br").unwrap(), [Encoding::Brotli, Encoding::Gzip]);
        for text in ["", "zstd", "gzip,,br"] {
            assert_eq!(Encoding::list(text).unwrap_err().facts().exit, 64, "{text}");
        }
    }
}
