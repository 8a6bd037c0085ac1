//! Links in a line of a log: what looks like a URL or a path, or the two columns that CDNs split it into.

use crate::sign::redact::link::{begins, ends, may_begin};
use std::{borrow::Cow, net::IpAddr};

/// The columns of a W3C log, as its `#Fields:` line names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    stem: usize,
    query: usize,
    host: Option<usize>,
    ip: Option<usize>,
    method: Option<usize>,
}

impl Layout {
    /// Reads a `#Fields:` line; `None` for any other line, and where path and query are not among the fields.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let names: Vec<&str> = line.strip_prefix("#Fields:")?.split_whitespace().collect();
        let column = |wanted: &str| names.iter().position(|name| *name == wanted);
        Some(Self {
            stem: column("cs-uri-stem")?,
            query: column("cs-uri-query")?,
            host: column("x-host-header").or_else(|| column("cs-host")).or_else(|| column("cs(Host)")),
            ip: column("c-ip"),
            method: column("cs-method"),
        })
    }
}

/// A link, and what the line tells about its visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'l> {
    /// A URL, or a path with its query.
    pub text: Cow<'l, str>,
    /// The host that was asked, where the line has it apart.
    pub host: Option<&'l str>,
    /// The visitor's address.
    pub ip: Option<&'l str>,
    /// The method of the request.
    pub method: Option<&'l str>,
}

/// Every link of a line.
#[must_use]
pub fn links<'l>(line: &'l str, layout: Option<&Layout>) -> Vec<Link<'l>> {
    if let Some(found) = layout.and_then(|layout| columns(line, layout)) {
        return vec![found];
    }
    if line.starts_with('{')
        && line.contains("cs-uri-query")
        && let Some(found) = members(line)
    {
        return vec![found];
    }
    let bytes = line.as_bytes();
    let first = line.split([' ', '\t']).next().unwrap_or_default();
    let ip = Some(first).filter(|first| first.parse::<IpAddr>().is_ok());
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = match bytes[at] {
            b'/' => begins(bytes, at),
            b':' | b'%' | b'&' | b'\\' if may_begin(bytes, at) => begins(bytes, at),
            _ => None,
        };
        let end = start.and_then(|start| Some((start, ends(bytes, start, true)?)));
        at = match end {
            Some((start, end)) if end > at => {
                if let Some(text) = line.get(start..end) {
                    found.push(Link { text: text.into(), host: None, ip, method: method(&line[..start]) });
                }
                end
            }
            _ => at + 1,
        };
    }
    found
}

/// `GET ` before a path is its method.
fn method(before: &str) -> Option<&str> {
    let word = before.strip_suffix(' ')?.rsplit([' ', '"', '\t']).next()?;
    ((3..=7).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(word)
}

fn columns<'l>(line: &'l str, layout: &Layout) -> Option<Link<'l>> {
    let cells: Vec<&str> =
        if line.contains('\t') { line.split('\t').collect() } else { line.split(' ').collect() };
    let cell = |at: usize| cells.get(at).copied().filter(|cell| !cell.is_empty() && *cell != "-");
    let stem = cell(layout.stem).filter(|stem| stem.starts_with('/'))?;
    let text = match cell(layout.query) {
        Some(query) => format!("{stem}?{query}").into(),
        None => stem.into(),
    };
    let of = |at: Option<usize>| at.and_then(cell);
    Some(Link { text, host: of(layout.host), ip: of(layout.ip), method: of(layout.method) })
}

/// The same columns as members of a JSON object.
fn members(line: &str) -> Option<Link<'_>> {
    let object: serde_json::Value = serde_json::from_str(line).ok()?;
    let member = |name: &str| object.get(name)?.as_str().filter(|text| !text.is_empty() && *text != "-");
    let stem = member("cs-uri-stem").filter(|stem| stem.starts_with('/'))?;
    let path = member("cs-uri-query").map_or_else(|| stem.to_owned(), |query| format!("{stem}?{query}"));
    let text = match member("x-host-header") {
        Some(host) => format!("https://{host}{path}"),
        None => path,
    };
    Some(Link { text: text.into(), host: None, ip: None, method: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        links(line, None).into_iter().map(|link| link.text.into_owned()).collect()
    }

    #[test]
    fn a_combined_line_holds_path_method_address_and_referer() {
        let line = r#"192.0.2.7 - - [21/Nov/2026:14:00:00 +0000] "HEAD /a?b=c HTTP/2.0" 200 5 "https://r.example/p?q" "curl/8""#;
        let found = links(line, None);
        assert_eq!(
            (&*found[0].text, found[0].method, found[0].ip),
            ("/a?b=c", Some("HEAD"), Some("192.0.2.7"))
        );
        assert_eq!(&*found[1].text, "https://r.example/p?q");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn json_html_and_plain_text_hold_links_in_their_escapes() {
        for (line, link) in [
            (r#"{"url":"https:\/\/h\/a?b=c"}"#, r"https:\/\/h\/a?b=c"),
            (r#"{"path":"/a?b=c&d","n":1}"#, "/a?b=c&d"),
            (r#"<a href="https://h/a?b=c&amp;d=e">"#, "https://h/a?b=c&amp;d=e"),
            ("seen https://h/a?b=c today", "https://h/a?b=c"),
            ("u=https%3A%2F%2Fh%2Fa%3Fb%3Dc", "https%3A%2F%2Fh%2Fa%3Fb%3Dc"),
        ] {
            assert_eq!(texts(line), [link], "{line}");
        }
        assert!(texts("nothing 21/Nov/2026 here: 1:2").is_empty());
    }

    #[test]
    fn columns_are_put_together_as_the_head_names_them() {
        let layout =
            Layout::of("#Fields: date c-ip cs-method cs(Host) cs-uri-stem cs-uri-query x-host-header");
        let line = "2026-11-21\t192.0.2.7\tGET\td1.example\t/a\tb=c\tcdn.example";
        let found = links(line, layout.as_ref());
        assert_eq!(
            (&*found[0].text, found[0].host, found[0].ip),
            ("/a?b=c", Some("cdn.example"), Some("192.0.2.7"))
        );
        let bare = links("2026-11-21\t192.0.2.7\tGET\td1.example\t/a\t-\t-", layout.as_ref());
        assert_eq!((&*bare[0].text, bare[0].host), ("/a", None));
        assert_eq!(Layout::of("#Fields: date time"), None);
        assert_eq!(Layout::of("#Version: 1.0"), None);
        let json = r#"{"cs-uri-stem":"/a","cs-uri-query":"b=c","x-host-header":"h"}"#;
        assert_eq!(texts(json), ["https://h/a?b=c"]);
    }
}
