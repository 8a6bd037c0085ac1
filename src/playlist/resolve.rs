//! References and what they mean: RFC 3986, section 5.2, over bytes as they are written. Nothing is decoded
//! or re-encoded, because a signature is over what the client will send.

/// What a reference names, once it has been resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address<'a> {
    /// An http or https URL.
    Web(&'a str),
    /// A path from the root of a host that nobody named.
    Path(&'a str),
    /// It hangs on a base that nobody named.
    Loose,
    /// `data:`, `skd:`, `urn:` and the like: nothing that a CDN serves.
    Other(&'a str),
}

impl<'a> Address<'a> {
    /// Which of them a resolved text is.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        match scheme(text) {
            Some(name) if is_web(name) => Self::Web(text),
            Some(name) => Self::Other(name),
            None if text.starts_with('/') && !text.starts_with("//") => Self::Path(text),
            None => Self::Loose,
        }
    }
}

/// Scheme and authority as they can be compared: in lower case, without the port that goes without saying.
/// `None` for what is no http or https URL.
#[must_use]
pub fn origin(url: &str) -> Option<String> {
    let name = scheme(url).filter(|name| is_web(name))?;
    let authority = url[name.len() + 1..].strip_prefix("//")?;
    let authority = &authority[..authority.find(['/', '?', '#', '\\']).unwrap_or(authority.len())];
    let whole = format!("{name}://{authority}").to_ascii_lowercase();
    let port = if name.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    Some(whole.strip_suffix(port).map_or(whole.clone(), str::to_owned))
}

/// The target of a reference that stands in a document at `base`, without its fragment. The base may be
/// unknown (empty); then a relative reference stays one.
#[must_use]
pub fn resolve(base: &str, reference: &str) -> String {
    let reference = reference.split('#').next().unwrap_or_default();
    if let Some(name) = scheme(reference) {
        return if is_web(name) { normal(reference) } else { reference.to_owned() };
    }
    let base = base.split('#').next().unwrap_or_default();
    let (origin, path, _) = cut(base);
    if reference.starts_with("//") {
        let name = scheme(base).map_or_else(String::new, |name| format!("{name}:"));
        return normal(&format!("{name}{reference}"));
    }
    if reference.is_empty() {
        return normal(base);
    }
    if reference.starts_with('?') {
        return normal(&format!("{origin}{path}{reference}"));
    }
    if reference.starts_with('/') {
        return normal(&format!("{origin}{reference}"));
    }
    let folder = match path.rfind('/') {
        Some(slash) => &path[..=slash],
        None if origin.is_empty() => "",
        None => "/",
    };
    normal(&format!("{origin}{folder}{reference}"))
}

/// The letters before the first `:`, where they name a scheme.
#[must_use]
pub fn scheme(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(':')?;
    let mut letters = name.bytes();
    let well_formed = letters.next()?.is_ascii_alphabetic()
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    well_formed.then_some(name)
}

fn is_web(name: &str) -> bool {
    name.eq_ignore_ascii_case("https") || name.eq_ignore_ascii_case("http")
}

/// Scheme and authority, path, and the query with its `?`.
pub(super) fn cut(url: &str) -> (&str, &str, &str) {
    let after = scheme(url).map_or(0, |name| name.len() + 1);
    let authority = if url[after..].starts_with("//") { after + 2 } else { after };
    let end = if authority == after {
        after
    } else {
        url[authority..].find(['/', '?']).map_or(url.len(), |at| authority + at)
    };
    let (origin, rest) = url.split_at(end);
    let query = rest.find('?').unwrap_or(rest.len());
    (origin, &rest[..query], &rest[query..])
}

/// The same URL without dot segments.
fn normal(url: &str) -> String {
    let (origin, path, query) = cut(url);
    if !path.split('/').any(|segment| segment == "." || segment == "..") {
        return url.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                // The first piece is the nothing before the first slash: nobody climbs above it.
                if segment == ".." && kept.len() > 1 {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("{origin}{}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn the_examples_of_the_rfc_resolve_as_it_says() {
        const BASE: &str = "http://a/b/c/d;p?q";
        for (reference, target) in [
            ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
            ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("", BASE),
            ("#s", BASE), ("g#s", "http://a/b/c/g"), (";x", "http://a/b/c/;x"), (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../g", "http://a/b/g"), ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."), ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"), ("g/../h", "http://a/b/c/h"), ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"), ("https://x/a/../b", "https://x/b"),
        ] {
            assert_eq!(resolve(BASE, reference), target, "{reference}");
        }
    }

    #[test]
    fn without_a_base_only_what_stands_alone_is_settled() {
        for (reference, address) in [
            ("/v/1.ts?a", Address::Path("/v/1.ts?a")),
            ("https://h/1.ts", Address::Web("https://h/1.ts")),
            ("HTTPS://h/1.ts", Address::Web("HTTPS://h/1.ts")),
            ("1.ts", Address::Loose),
            ("//h/1.ts", Address::Loose),
            ("data:text/plain,a#b", Address::Other("data")),
            ("skd://key", Address::Other("skd")),
        ] {
            assert_eq!(Address::of(&resolve("", reference)), address, "{reference}");
        }
        assert_eq!(resolve("https://h", "1.ts"), "https://h/1.ts");
        assert_eq!(resolve("https://h?q", "1.ts"), "https://h/1.ts");
        assert_eq!(resolve("https://h/a?b=/c/d", "1.ts"), "https://h/1.ts");
    }

    #[test]
    fn origins_are_compared_without_case_and_the_usual_port() {
        for (url, same) in [
            ("https://H.example:443/a", "https://h.example"),
            ("http://h:80", "http://h"),
            ("https://h:80/", "https://h:80"),
            ("https://u@h/", "https://u@h"),
        ] {
            assert_eq!(origin(url).as_deref(), Some(same), "{url}");
        }
        assert_eq!(origin("/a"), None);
        assert_eq!(origin("data:,a"), None);
    }
}
