//! What is to be signed, as it was typed: a path below the profile's base, or a full URL.

/// A path or a URL, taken apart but never rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// As it was typed.
    pub typed: &'a str,
    /// Scheme and authority of a URL; the profile's base for a path.
    pub base: &'a str,
    /// Everything after that.
    pub rest: &'a str,
    /// Whether it came as a full URL.
    pub absolute: bool,
}

impl<'a> Target<'a> {
    /// Takes a path or a URL apart; what is neither keeps an empty base and is refused by the rules.
    #[must_use]
    pub fn of(typed: &'a str, base: &'a str) -> Self {
        let Some(authority) = after_scheme(typed) else {
            return Self { typed, base, rest: typed, absolute: false };
        };
        let end = typed[authority..].find(['/', '?', '#', '\\']).map_or(typed.len(), |at| authority + at);
        Self { typed, base: &typed[..end], rest: &typed[end..], absolute: true }
    }

    /// The part between `//` and the path.
    #[must_use]
    pub fn authority(&self) -> &'a str {
        if self.absolute { after_scheme(self.base).map_or("", |at| &self.base[at..]) } else { "" }
    }

    /// The path, without query and fragment.
    #[must_use]
    pub fn path(&self) -> &'a str {
        let end = self.rest.find(['?', '#']).unwrap_or(self.rest.len());
        &self.rest[..end]
    }

    /// What follows the first `?`, without the fragment.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        let whole = self.rest.split_once('#').map_or(self.rest, |(whole, _)| whole);
        whole.split_once('?').map(|(_, query)| query)
    }
}

/// Where the authority begins, when the text is an http or https URL.
fn after_scheme(text: &str) -> Option<usize> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        text.get(..scheme.len()).filter(|head| head.eq_ignore_ascii_case(scheme)).map(str::len)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_gives_base_and_path_and_a_path_takes_the_base_of_the_profile() {
        let url = Target::of("https://a.example:8443/b/c?d=/e?f#g", "https://profile");
        assert_eq!((url.base, url.rest), ("https://a.example:8443", "/b/c?d=/e?f#g"));
        assert_eq!((url.authority(), url.path(), url.query()), ("a.example:8443", "/b/c", Some("d=/e?f")));
        let path = Target::of("/b?c", "https://profile/sub");
        assert_eq!((path.base, path.rest, path.authority()), ("https://profile/sub", "/b?c", ""));
        assert_eq!((path.path(), path.query()), ("/b", Some("c")));
    }

    #[test]
    fn odd_urls_are_taken_apart_without_a_panic() {
        for (typed, base, rest) in [
            ("https://", "https://", ""),
            ("HTTP://x", "HTTP://x", ""),
            ("https://x?y", "https://x", "?y"),
            ("https://x\\y", "https://x", "\\y"),
            ("https://é/ü", "https://é", "/ü"),
        ] {
            let target = Target::of(typed, "");
            assert_eq!((target.base, target.rest, target.absolute), (base, rest, true), "{typed}");
        }
        assert!(!Target::of("éttps://x", "").absolute);
        assert!(!Target::of("ftp://x/y", "").absolute);
    }
}
