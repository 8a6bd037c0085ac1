//! Items as more than one provider wants them: whole URLs, paths, hosts, tags. What cannot be meant is refused.

use super::plan::shortened;
use crate::error::{Error, Result};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a URL never holds as it is. What is escaped already stays so: nothing is encoded twice.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What stands for itself in one part of a URL (RFC 3986, unreserved).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one value in a query, or one segment of a path.
#[must_use]
pub fn component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// A URL in its parts: `https`, `www.example.com:8443`, `/a?b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// In lower case.
    pub scheme: String,
    /// In lower case, with its port where one is written.
    pub host: String,
    /// Path and query; it begins with `/`.
    pub rest: String,
}

impl Whole {
    /// Again as one text.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.rest)
    }
}

/// The refusal of an item, by what is wrong with it and what to do.
pub fn refused(item: &str, why: &str) -> Error {
    Error::Data(format!("{} {why}", shortened(item)))
}

/// An absolute http or https URL, its host in lower case, what is not ASCII percent-encoded.
pub fn whole(item: &str) -> Result<Whole> {
    let Some((scheme, rest)) = item.split_once("://") else {
        return Err(refused(item, "is no whole URL; write it with https:// and its host"));
    };
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return Err(refused(item, "is neither http nor https; give the URL that visitors ask for"));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    let host = named(item, host)?;
    if host.contains('*') {
        return Err(refused(item, "holds `*` in its host, which would reach other hosts; name each one"));
    }
    let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    Ok(Whole { scheme, host, rest: escaped(item, &rest)? })
}

/// A host name as the provider compares it: in lower case, with nothing around it.
pub fn host(item: &str) -> Result<String> {
    if item.contains(['/', '?', '#']) {
        return Err(refused(item, "is more than a host; leave out scheme and path"));
    }
    named(item, item)
}

fn named(item: &str, host: &str) -> Result<String> {
    if host.contains('@') {
        return Err(refused(item, "holds a user name; leave it out"));
    }
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]*".contains(&byte);
    if !host.bytes().all(fine) || !host.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return Err(refused(item, "has no host that a request could go to; write it in ASCII (xn--)"));
    }
    Ok(host.to_ascii_lowercase())
}

/// Path and query: of a whole URL, or as they are.
pub fn path(item: &str) -> Result<String> {
    if item.starts_with('/') {
        return escaped(item, item);
    }
    whole(item).map(|whole| whole.rest)
}

/// Path and query without what no request carries; what a URL must escape is escaped once.
fn escaped(item: &str, rest: &str) -> Result<String> {
    if rest.contains('#') {
        return Err(refused(
            item,
            "has a fragment, which no request carries; leave out `#` and what follows",
        ));
    }
    if rest.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(refused(item, "holds a control character; percent-encode it if it is meant"));
    }
    // What stands between us and the API may resolve it, and it would name something else.
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if path
        .split('/')
        .any(|part| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."))
    {
        return Err(refused(
            item,
            "has a . or .. segment, which clients resolve before they ask; write the resolved path",
        ));
    }
    Ok(utf8_percent_encode(rest, UNSAFE).to_string())
}

/// A whole URL without wildcard, for APIs that would take `*` for a character.
pub fn plain(item: &str) -> Result<Whole> {
    let whole = whole(item)?;
    if whole.rest.contains('*') {
        return Err(refused(
            item,
            "holds `*`, which this API takes for a character; use --prefix, or %2A if it is meant",
        ));
    }
    Ok(whole)
}

/// A whole URL, or the URL of a folder, which ends in `/`: what APIs take that refresh by address.
pub fn located(item: &str, folder: bool) -> Result<String> {
    let bare = if folder { item.strip_suffix('*').unwrap_or(item) } else { item };
    let url = plain(bare)?.url();
    if folder && (url.contains('?') || !url.ends_with('/')) {
        return Err(refused(item, "is no folder; end it with `/`, without a query"));
    }
    Ok(url)
}

/// The root folders of a profile's domains: all that there is.
pub fn roots(domains: &str, title: &str) -> Result<Vec<String>> {
    let names = domains.split(',').map(str::trim).filter(|name| !name.is_empty());
    let roots: Vec<String> =
        names.map(|name| host(name).map(|host| format!("https://{host}/"))).collect::<Result<_>>()?;
    if roots.is_empty() {
        return Err(Error::Config(format!(
            "domains names none, and {title} has no other everything; set it to host names with commas"
        )));
    }
    Ok(roots)
}

/// A tag of printable ASCII without blanks, at most so long, and without the characters named.
pub fn tag(item: &str, longest: usize, without: &str) -> Result<String> {
    let fine = |c: char| c.is_ascii_graphic() && !without.contains(c);
    if let Some(wrong) = item.chars().find(|c| !fine(*c)) {
        return Err(refused(
            item,
            &format!("is no tag: it holds {wrong:?}; use printable ASCII without {}", barred(without)),
        ));
    }
    if item.is_empty() || item.len() > longest {
        let why = format!("is {} bytes long, and a tag is 1 to {longest}; shorten it", item.len());
        return Err(refused(item, &why));
    }
    Ok(item.to_owned())
}

fn barred(without: &str) -> String {
    if without.is_empty() { "blanks".into() } else { format!("blanks and {without}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_its_path_and_loses_its_capitals_in_the_host() {
        let url = |item: &str| whole(item).map(|whole| whole.url());
        assert_eq!(
            url("HTTPS://Www.Example.com:8443/A/b?Q=1").unwrap(),
            "https://www.example.com:8443/A/b?Q=1"
        );
        assert_eq!(url("https://h").unwrap(), "https://h/");
        assert_eq!(url("https://h?q").unwrap(), "https://h/?q");
        assert_eq!(url("https://h/ä b%20c").unwrap(), "https://h/%C3%A4%20b%20c");
        assert_eq!(path("/a b").unwrap(), "/a%20b");
        assert_eq!(path("https://h/x?y").unwrap(), "/x?y");
    }

    #[test]
    fn what_no_visitor_asks_for_is_refused() {
        for item in [
            "",
            "a",
            "h/a",
            "//h/a",
            "ftp://h/a",
            "https:///a",
            "https://u@h/",
            "https://ä.example/",
            "https://h/a#b",
            "https://h/a\nb",
            "https://h h/",
        ] {
            assert!(whole(item).is_err(), "{item:?}");
        }
        assert!(plain("https://h/a*").is_err() && plain("https://h/a%2A").is_ok());
        assert!(host("h.example").is_ok() && host("https://h.example").is_err() && host("").is_err());
    }

    #[test]
    fn detours_and_wildcards_in_a_host_are_refused() {
        for item in [
            "https://h/a/../b",
            "https://h/./a",
            "https://h/%2E%2e/a",
            "https://../a",
            "https://h*/",
            "https://*.h/a",
        ] {
            assert!(whole(item).is_err(), "{item}");
        }
        assert!(path("/../a").is_err() && path("/a?b=/../c").is_ok() && path("/a..b/...").is_ok());
        assert!(host("*.h.example").is_ok() && host("..").is_err());
    }

    #[test]
    fn tags_are_ascii_and_bounded() {
        assert_eq!(tag("a-B_1", 5, ",").unwrap(), "a-B_1");
        for item in ["", "a b", "a,b", "ä", "a\tb", "abcdef"] {
            assert!(tag(item, 5, ",").is_err(), "{item:?}");
        }
    }
}
