//! Matchers that several schemes share: prefixes, globs, addresses, lists.

use super::text::percent_decode;
use crate::error::{Error, Result};
use std::net::IpAddr;

/// Whether the text begins with the prefix. A prefix without text covers nothing: it would mean everything.
#[must_use]
pub fn covers_prefix(prefix: &str, text: &str) -> bool {
    !prefix.is_empty() && text.starts_with(prefix)
}

/// Whether a path has a `..` segment, as written or decoded, or cannot be decoded: a client or a server may
/// take it for another path than the one that a prefix or a glob was held against.
#[must_use]
pub fn climbs(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    percent_decode(path).is_none_or(|path| path.split(['/', '\\']).any(|segment| segment == ".."))
}

/// Whether one of the globs matches the whole text. `*` stands for any characters, `/` included, `?` for
/// exactly one; `separators` stand between the globs.
#[must_use]
pub fn covers_globs(globs: &str, separators: &[char], text: &str) -> bool {
    globs.split(separators).any(|glob| !glob.is_empty() && glob_matches(glob.as_bytes(), text.as_bytes()))
}

/// One glob, in time that grows with the product of the lengths at worst.
fn glob_matches(glob: &[u8], text: &[u8]) -> bool {
    let (mut g, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((g, t));
                g += 1;
            }
            Some(b'?') => {
                g += 1;
                t = next_character(text, t);
            }
            Some(byte) if *byte == text[t] => {
                g += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (g, t) = (at + 1, taken + 1);
            }
        }
    }
    glob[g..].iter().all(|byte| *byte == b'*')
}

/// The position after the character that begins here, in UTF-8.
fn next_character(text: &[u8], at: usize) -> usize {
    let more = text[at + 1..].iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
    at + 1 + more
}

/// Refuses what is not one address in the form in which servers write it, for schemes that hash its text.
pub fn one_address(text: &str) -> Result<()> {
    let address = text.parse::<IpAddr>().map(|address| address.to_canonical().to_string());
    match address {
        Ok(address) if address == text => Ok(()),
        Ok(address) => Err(Error::Usage(format!("the edge sees `{text}` as {address}; write that"))),
        Err(_) => {
            Err(Error::Usage(format!("`{text}` is no IP address; this scheme takes one, not a network")))
        }
    }
}

/// Whether the address is one of a comma list of addresses and networks (`198.51.100.0/24`).
/// Whether the address is one of a comma list of addresses, networks (`198.51.100.0/24`) and ranges
/// (`198.51.100.7-198.51.100.9`).
/// What cannot be read matches nothing.
#[must_use]
pub fn ip_within(list: &str, address: &str) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    list.split(',').any(|network| ip_in(network.trim(), address.to_canonical()))
}

fn ip_in(network: &str, address: IpAddr) -> bool {
    if let Some((first, last)) = network.split_once('-') {
        let (first, last) = (first.parse::<IpAddr>(), last.parse::<IpAddr>());
        // Addresses of different kinds have an order too.
        let alike = |end: IpAddr| end.is_ipv4() == address.is_ipv4();
        return matches!((first, last), (Ok(first), Ok(last))
            if alike(first) && alike(last) && (first..=last).contains(&address));
    }
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, length.parse::<u32>().ok()),
        None => (network, Some(u32::MAX)),
    };
    let (Ok(mut base), Some(length)) = (base.parse::<IpAddr>(), length) else { return false };
    if !network.contains('/') {
        base = base.to_canonical();
    }
    let (base, address, width) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => (base.to_bits().into(), address.to_bits().into(), 32),
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    let length = if network.contains('/') { length } else { width };
    length <= width && (base ^ address).checked_shr(width - length).unwrap_or(0) == 0
}

/// Whether the word is one of a comma list, in any case.
#[must_use]
pub fn among(list: &str, word: &str) -> bool {
    list.split(',').any(|one| one.trim().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_prefix_covers_nothing() {
        assert!(covers_prefix("/v/", "/v/a"));
        assert!(!covers_prefix("/v/", "/w/a"));
        assert!(!covers_prefix("", "/v/a"));
    }

    #[test]
    fn a_path_that_climbs_is_found_however_it_is_written() {
        for path in ["/a/../b", "/..", "/a/%2e%2E/b", "/a/..\\b", "/a%2f..%2fb", "/%ff"] {
            assert!(climbs(path), "{path}");
        }
        for path in ["/a/b", "/a..b/c", "/.../x", "/a?x=/../b", ""] {
            assert!(!climbs(path), "{path}");
        }
    }

    #[test]
    fn globs_match_the_whole_text() {
        for (globs, text, wanted) in [
            ("/v/*", "/v/a/b", true),
            ("/v/*", "/w/v/a", false),
            ("/v/*.ts!/w/?", "/w/a", true),
            ("/w/?", "/w/é", true),
            ("/w/?", "/w/ab", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xxaxxbxx", false),
            ("**", "", true),
            ("", "", false),
            ("/v", "/v/", false),
        ] {
            assert_eq!(covers_globs(globs, &['!'], text), wanted, "{globs} {text}");
        }
    }

    #[test]
    fn a_hostile_glob_ends() {
        assert!(!covers_globs(&"*a".repeat(200), &[], &"a".repeat(150)));
    }

    #[test]
    fn an_address_is_hashed_as_the_edge_writes_it() {
        for text in ["203.0.113.7", "2001:db8::7", "::1"] {
            assert!(one_address(text).is_ok(), "{text}");
        }
        for text in ["", "203.0.113.0/24", "203.0.113.007", "2001:DB8::7", "2001:db8:0::7", "::ffff:1.2.3.4"]
        {
            assert!(matches!(one_address(text), Err(Error::Usage(_))), "{text}");
        }
    }

    #[test]
    fn addresses_match_networks() {
        for (list, address, wanted) in [
            ("198.51.100.7", "198.51.100.7", true),
            ("198.51.100.7", "198.51.100.8", false),
            ("198.51.100.0/24", "198.51.100.255", true),
            ("198.51.100.0/24", "198.51.101.0", false),
            ("203.0.113.1, 198.51.100.0/24", "198.51.100.1", true),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "::1", true),
            ("::/0", "1.2.3.4", false),
            ("198.51.100.7", "::ffff:198.51.100.7", true),
            ("::ffff:198.51.100.7", "::ffff:198.51.100.7", true),
            ("::ffff:198.51.100.7", "198.51.100.7", true),
            ("198.51.100.0/33", "198.51.100.0", false),
            ("198.51.100.0/x", "198.51.100.0", false),
            ("198.51.100.7-198.51.100.9", "198.51.100.8", true),
            ("198.51.100.7-198.51.100.9", "198.51.100.10", false),
            ("198.51.100.7-::9", "198.51.100.8", false),
            ("198.51.100.7-", "198.51.100.7", false),
            ("", "198.51.100.0", false),
            ("198.51.100.0", "nobody", false),
        ] {
            assert_eq!(ip_within(list, address), wanted, "{list} {address}");
        }
    }

    #[test]
    fn a_word_is_found_in_a_list() {
        assert!(among("DE, fr", "FR"));
        assert!(!among("DE,FR", "D"));
        assert!(!among("", "FR"));
    }
}
