//! A URL as it is written. Nothing is decoded, normalised or re-ordered: a signature is over bytes,
//! and most failures in the field are a URL that something re-encoded between signing and use.

use super::text::{Append, any_byte};
use crate::error::{Error, Result};
use memchr::{memchr, memchr_iter, memchr3};
use std::borrow::Cow;

/// A URL in three pieces that put together are the text it came from.
///
/// A fragment stays where it stands, in the last piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Url<'a> {
    /// Scheme and authority, or a base URL with a path of its own; empty for a mere path.
    pub origin: Cow<'a, str>,
    /// From there to the `?`.
    pub path: Cow<'a, str>,
    /// After the `?`; `None` when there is none.
    pub query: Option<Cow<'a, str>>,
}

impl<'a> Url<'a> {
    /// Cuts an absolute URL, or a path that begins with `/`.
    pub fn parse(text: &'a str) -> Result<Self> {
        if text.starts_with('/') {
            return Ok(Self::at("", text));
        }
        let authority = scheme_end(text).ok_or(Error::Malformed("URL"))?;
        let length =
            memchr3(b'/', b'?', b'#', &text.as_bytes()[authority..]).unwrap_or(text.len() - authority);
        if length == 0 {
            return Err(Error::Malformed("URL"));
        }
        let (origin, rest) = text.split_at(authority + length);
        Ok(Self::at(origin, rest))
    }

    /// A path (with its query) below a base URL, both taken as they are.
    #[must_use]
    pub fn at(base: impl Into<Cow<'a, str>>, path: impl Into<Cow<'a, str>>) -> Self {
        let (path, query) = match path.into() {
            Cow::Borrowed(text) => match memchr(b'?', text.as_bytes()) {
                Some(mark) => (text[..mark].into(), Some(text[mark + 1..].into())),
                None => (text.into(), None),
            },
            Cow::Owned(mut text) => match memchr(b'?', text.as_bytes()) {
                Some(mark) => {
                    let query = text.split_off(mark + 1);
                    text.truncate(mark);
                    (text.into(), Some(query.into()))
                }
                None => (text.into(), None),
            },
        };
        Self { origin: base.into(), path, query }
    }

    /// Appends the URL as it was.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.text(&self.origin);
        self.write_target(out);
    }

    /// Appends path and query, without the origin.
    pub fn write_target(&self, out: &mut Vec<u8>) {
        out.text(&self.path);
        if let Some(query) = &self.query {
            out.text("?").text(query);
        }
    }

    /// What stands between this URL and one more parameter.
    #[must_use]
    pub const fn joint(&self) -> &'static str {
        if self.query.is_some() { "&" } else { "?" }
    }

    /// The same URL with the path of its base moved from the origin to the path: as a server sees it.
    #[must_use]
    pub fn rooted(&self) -> Url<'_> {
        let authority = mark(&self.origin).map_or(0, |mark| mark + 3);
        let slash = memchr(b'/', &self.origin.as_bytes()[authority..]);
        let end = slash.map_or(self.origin.len(), |slash| authority + slash);
        let (origin, base) = self.origin.split_at(end);
        let path = if base.is_empty() {
            Cow::Borrowed(&*self.path)
        } else {
            Cow::Owned(format!("{base}{}", self.path))
        };
        Url { origin: Cow::Borrowed(origin), path, query: self.query.as_deref().map(Cow::Borrowed) }
    }

    /// The same URL, borrowed, up to its fragment, which no client sends.
    #[must_use]
    pub fn sent(&self) -> Url<'_> {
        let cut = |text: &'_ str| memchr(b'#', text.as_bytes()).unwrap_or(text.len());
        let (path, query) = (&*self.path, self.query.as_deref());
        let (path, query) = match cut(path) {
            end if end < path.len() => (&path[..end], None),
            _ => (path, query.map(|query| &query[..cut(query)])),
        };
        Url { origin: Cow::Borrowed(&self.origin), path: path.into(), query: query.map(Cow::Borrowed) }
    }

    /// Refuses what a client percent-encodes on the way, for schemes that sign the bytes of the request.
    pub fn sent_as_written(&self) -> Result<()> {
        let url = self.sent();
        // Nearly always nothing is odd.
        let odd = |text: &str| {
            let found = any_byte(text.as_bytes(), |byte| !byte.is_ascii_graphic());
            if found { text.chars().find(|character| !character.is_ascii_graphic()) } else { None }
        };
        match odd(&url.path).or_else(|| odd(url.query.as_deref().unwrap_or_default())) {
            None => Ok(()),
            Some(character) => Err(Error::Usage(format!(
                "{character:?} does not reach the CDN as it stands, and the request's bytes are signed; \
                 write it percent-encoded"
            ))),
        }
    }

    /// Refuses a query, for schemes whose tokens are made for the path alone and take the query's place.
    pub fn sent_without_query(&self) -> Result<()> {
        self.sent_as_written()?;
        match self.query {
            None => Ok(()),
            Some(_) => Err(Error::Usage(
                "this scheme signs the path alone and writes a query of its own; sign the path, and append \
                 parameters to the signed URL"
                    .into(),
            )),
        }
    }

    /// The authority without its userinfo: `host` or `host:port`.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.origin.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    }

    /// The parameters of the query, name and value as written; a bare name has the value `""`.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pieces().map(|piece| match memchr(b'=', piece.as_bytes()) {
            Some(end) => (&piece[..end], &piece[end + 1..]),
            None => (piece, ""),
        })
    }

    /// What stands between the `&` of the query.
    fn pieces(&self) -> impl Iterator<Item = &str> {
        let query = self.query.as_deref().filter(|query| !query.is_empty());
        let end = query.map(str::len);
        let query = query.unwrap_or_default();
        let mut start = 0;
        let ends = memchr_iter(b'&', query.as_bytes()).chain(end);
        ends.map(move |end| &query[std::mem::replace(&mut start, end + 1)..end])
    }

    /// The values of the parameters of that name, as written.
    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pieces().filter_map(move |piece| match piece.strip_prefix(name)? {
            "" => Some(""),
            value => value.strip_prefix('='),
        })
    }

    /// The value of the first parameter of that name, as written.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// The value of a parameter that may stand once or not at all. One that stands twice is malformed:
    /// servers differ on which of the two they read.
    pub fn optional(&self, name: &'static str) -> Result<Option<&str>> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() { Err(Error::Malformed(name)) } else { Ok(first) }
    }

    /// The value of a parameter that must stand exactly once.
    pub fn required(&self, name: &'static str) -> Result<&str> {
        self.optional(name)?.ok_or(Error::Malformed(name))
    }

    /// The first segment of the path, and the URL with what follows it; `None` where nothing does.
    #[must_use]
    pub fn led(&self) -> Option<(&str, Url<'_>)> {
        let path = self.path.strip_prefix('/')?;
        let slash = path.find('/').filter(|slash| *slash > 0 && slash + 1 < path.len())?;
        Some((&path[..slash], Url { path: Cow::Borrowed(&path[slash..]), ..self.borrowed() }))
    }

    /// The URL without the parameters of which the names are told off. Borrows when they stand last.
    #[must_use]
    pub fn without(&self, drop: impl Fn(&str) -> bool) -> Url<'_> {
        let query = self.query.as_deref().and_then(|query| keep(query, |name| !drop(name)));
        Url { origin: Cow::Borrowed(&self.origin), path: Cow::Borrowed(&self.path), query }
    }

    /// The same URL, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Url<'_> {
        Url {
            origin: Cow::Borrowed(&self.origin),
            path: Cow::Borrowed(&self.path),
            query: self.query.as_deref().map(Cow::Borrowed),
        }
    }
}

impl std::fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.origin, self.path)?;
        self.query.iter().try_for_each(|query| write!(f, "?{query}"))
    }
}

/// The position of the first `://`.
fn mark(text: &str) -> Option<usize> {
    memchr_iter(b':', text.as_bytes()).find(|at| text.as_bytes()[*at..].starts_with(b"://"))
}

/// The position after `scheme://`, when the text begins so.
fn scheme_end(text: &str) -> Option<usize> {
    let mark = mark(text)?;
    let mut letters = text[..mark].bytes();
    let well_formed = letters.next()?.is_ascii_alphabetic()
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    well_formed.then_some(mark + 3)
}

/// The pieces of a query of which the names are kept; `None` when none is left.
fn keep(query: &str, kept: impl Fn(&str) -> bool) -> Option<Cow<'_, str>> {
    let name = |piece: &str| kept(piece.split_once('=').map_or(piece, |(name, _)| name));
    let head = query.split('&').take_while(|piece| name(piece)).map(|piece| piece.len() + 1).sum::<usize>();
    let rest = query.get(head..).unwrap_or_default();
    let mut later = rest.split('&').filter(|piece| head <= query.len() && name(piece)).peekable();
    if later.peek().is_none() {
        return head.checked_sub(1).map(|end| Cow::Borrowed(&query[..end]));
    }
    let mut joined = query[..head].to_owned();
    for (index, piece) in later.enumerate() {
        joined.push_str(if index == 0 { "" } else { "&" });
        joined.push_str(piece);
    }
    Some(joined.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(url: &Url<'_>) -> String {
        let mut out = Vec::new();
        url.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_url_is_cut_and_put_together_again() {
        for (text, origin, path, query) in [
            ("https://h/a?b=c#d", "https://h", "/a", Some("b=c#d")),
            ("https://h:8/a#d", "https://h:8", "/a#d", None),
            ("https://h", "https://h", "", None),
            ("https://h?x", "https://h", "", Some("x")),
            ("/a/b?", "", "/a/b", Some("")),
            ("/a?b?c", "", "/a", Some("b?c")),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((&*url.origin, &*url.path, url.query.as_deref()), (origin, path, query), "{text}");
            assert_eq!(written(&url), text);
            assert_eq!(url.to_string(), text);
            assert_eq!(Url::at(origin, text[origin.len()..].to_owned()), url, "owned text is cut alike");
        }
    }

    #[test]
    fn what_is_neither_a_url_nor_a_path_is_refused() {
        for text in ["", "a/b", "https:/a", "://h/a", "1x://h", "ht tp://h", "https:///a", "?a=b"] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parameters_are_cut_off_and_the_rest_stays_as_it_was() {
        for (query, left) in [
            ("a=1&t=2", Some("a=1")),
            ("t=2", None),
            ("&t=2", Some("")),
            ("t=2&a=1", Some("a=1")),
            ("a=1&t=2&b&t=3&c=", Some("a=1&b&c=")),
            ("a=1&t=2&", Some("a=1&")),
            ("a=1", Some("a=1")),
            ("", Some("")),
        ] {
            let text = format!("/p?{query}");
            let url = Url::parse(&text).unwrap();
            let rest = url.without(|name| name == "t");
            assert_eq!(rest.query.as_deref(), left, "{query}");
        }
    }

    #[test]
    fn a_parameter_that_stands_twice_is_malformed() {
        let url = Url::parse("/p?a=1&b=2&a=3&c").unwrap();
        assert!(url.required("a").is_err());
        assert!(url.required("d").is_err());
        assert_eq!(url.required("b").unwrap(), "2");
        assert_eq!(url.optional("c").unwrap(), Some(""));
        assert_eq!(url.value("a"), Some("1"));
    }

    #[test]
    fn a_fragment_is_not_sent_and_neither_are_bare_blanks() {
        for (text, sent) in
            [("/a#b?c", "/a"), ("/a?b#c", "/a?b"), ("/a?b", "/a?b"), ("#", ""), ("/a?#", "/a?")]
        {
            assert_eq!(Url::at("", text).sent().to_string(), sent, "{text}");
        }
        for (text, taken) in
            [("/a%20b?c=d", true), ("/a b", false), ("/a?é", false), ("/a\n", false), ("/a#é", true)]
        {
            assert_eq!(Url::at("", text).sent_as_written().is_ok(), taken, "{text}");
        }
    }

    #[test]
    fn a_query_is_refused_where_a_scheme_has_no_place_for_it() {
        for (text, taken) in [("/a", true), ("/a?b=c", false), ("/a?", false), ("/é", false)] {
            assert_eq!(Url::at("", text).sent_without_query().is_ok(), taken, "{text}");
        }
    }

    #[test]
    fn a_first_segment_is_cut_off_where_something_follows() {
        for (path, led) in [
            ("/a/b/c?d", Some(("a", "/b/c?d"))),
            ("/a//b", Some(("a", "//b"))),
            ("/a/", None),
            ("/a", None),
            ("//a", None),
            ("", None),
        ] {
            let url = Url::at("https://h", path);
            let cut = url.led().map(|(segment, rest)| (segment, rest.to_string()));
            assert_eq!(cut, led.map(|(segment, rest)| (segment, format!("https://h{rest}"))), "{path}");
        }
    }

    #[test]
    fn a_host_is_without_userinfo() {
        assert_eq!(Url::parse("https://u:p@h:81/x").unwrap().host(), "h:81");
        assert_eq!(Url::parse("/x").unwrap().host(), "");
        assert_eq!(Url::at("https://h/sub", "/x").host(), "h");
    }

    #[test]
    fn a_rooted_url_has_the_whole_path() {
        for (base, path) in
            [("https://h/sub", "/x?q"), ("https://h", "/x"), ("", "/x"), ("https://h/", ""), ("/a", "/b")]
        {
            let url = Url::at(base, path);
            let rooted = url.rooted();
            assert_eq!(rooted.to_string(), url.to_string());
            assert!(!rooted.origin.trim_start_matches("https://").contains('/'), "{base} {path}");
        }
    }
}
