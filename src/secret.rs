//! Bytes that print as `(redacted)` and are wiped on drop.

use std::fmt;
use zeroize::Zeroizing;

/// A credential or a signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over; nothing is trimmed.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes, for whoever signs or sends.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, where a header or a prefix is wanted.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How it may be shown: `(unset)`, `***` up to eight characters, else first six, `…`, last two.
    #[must_use]
    pub fn masked(&self) -> String {
        let Some(text) = self.text() else { return "***".into() };
        let characters: Vec<char> = text.chars().collect();
        match characters.len() {
            0 => "(unset)".into(),
            1..=8 => "***".into(),
            length => {
                let (head, tail) = (&characters[..6], &characters[length - 2..]);
                head.iter().chain(&['…']).chain(tail).collect()
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if planted!("secret-prints") {
            return f.write_str(&String::from_utf8_lossy(&self.0));
        }
        f.write_str("(redacted)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn no_way_of_printing_shows_it() {
        let secret = Secret::new("hunter2-hunter2");
        assert_eq!((format!("{secret:?}"), format!("{secret}")), ("(redacted)".into(), "(redacted)".into()));
        assert!(!format!("{:#?}", (Some(&secret), vec![secret.clone()])).contains("hunter2"));
        assert_eq!(
            (secret.masked().as_str(), Secret::new("hunter2").masked().as_str()),
            ("hunter…r2", "***")
        );
    }
}
