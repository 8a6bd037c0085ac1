//! Names that change with their content: what they name never goes stale.

use crate::error::{Error, Result};
use regex_lite::Regex;

/// Which names hold a digest of their content.
#[derive(Debug, Clone, Default)]
pub enum Hashed {
    /// By the part of the name that looks like one: `app.3f9a1c2b.js`, `index-BfG3kL9a.css`, `chunk-5JXHKPMR.js`.
    #[default]
    Usual,
    /// No name does.
    Never,
    /// Those whose path this expression finds something in.
    Matching(Regex),
}

impl Hashed {
    /// `auto`, `none`, or an expression.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(Self::Usual),
            "none" => Ok(Self::Never),
            _ => Regex::new(text).map(Self::Matching).map_err(|error| {
                Error::Usage(format!("--hashed {text:?} is no expression: {error}; give one, auto, or none"))
            }),
        }
    }

    /// Whether this name is one of them.
    #[must_use]
    pub fn is(&self, name: &[u8]) -> bool {
        match self {
            Self::Never => false,
            Self::Matching(regex) => regex.is_match(&String::from_utf8_lossy(name)),
            Self::Usual => usual(name),
        }
    }
}

fn usual(name: &[u8]) -> bool {
    let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
    // Pages are asked for by address: their names do not follow their content.
    let page = last.ends_with(b".html") || last.ends_with(b".htm") || !last.contains(&b'.');
    !page && last.split(|byte| b".-_~".contains(byte)).any(is_digest)
}

/// Eight characters or more with a digit: hexadecimal, Vite's mixed letters, or esbuild's capitals.
fn is_digest(part: &[u8]) -> bool {
    let any = |test: fn(&u8) -> bool| part.iter().any(test);
    if !(8..=64).contains(&part.len())
        || !part.iter().all(u8::is_ascii_alphanumeric)
        || !any(u8::is_ascii_digit)
    {
        return false;
    }
    match (any(u8::is_ascii_lowercase), any(u8::is_ascii_uppercase)) {
        (true, false) => part.iter().all(u8::is_ascii_hexdigit),
        (true, true) => true,
        (false, true) => part.len() == 8 || part.iter().all(u8::is_ascii_hexdigit),
        // A date or a number.
        (false, false) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_told_from_words_dates_and_versions() {
        for name in [
            "app.3f9a1c2b.js",
            "a/b/app.3f9a1c2b.js.map",
            "app.3f9a1c2b.css.br",
            "assets/index-BfG3kL9a.js",
            "chunk-5JXHKPMR.js",
            "3f9a1c2b4d5e6f70.woff2",
            "logo_d41d8cd98f00b204e9800998ecf8427e.png",
        ] {
            assert!(Hashed::Usual.is(name.as_bytes()), "{name}");
        }
        for name in [
            "app.js",
            "jquery-3.7.1.min.js",
            "report-20240115.pdf",
            "photo-12345678.jpg",
            "deadbeef.js",
            "background.css",
            "app.3f9a1c2.js",
            "3f9a1c2b.html",
            "3f9a1c2b/app.js",
            "commit-3f9a1c2b",
            "caf\u{e9}3f9a1c2.js",
        ] {
            assert!(!Hashed::Usual.is(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn an_expression_or_none_takes_the_place_of_the_rule() {
        let own = Hashed::parse(r"\.v[0-9]+\.").unwrap();
        assert!(own.is(b"app.v12.js") && !own.is(b"app.3f9a1c2b.js"));
        assert!(!Hashed::parse("none").unwrap().is(b"app.3f9a1c2b.js"));
        assert!(Hashed::parse("auto").unwrap().is(b"app.3f9a1c2b.js"));
        assert_eq!(Hashed::parse("(").unwrap_err().facts().exit, 64);
    }
}
