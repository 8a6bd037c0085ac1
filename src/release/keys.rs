//! The keys whose signatures are believed: minisign public keys, at most a current and a next one.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use minisign_verify::PublicKey;
use std::fmt;

/// What `install/keys.txt` held when this binary was built.
const COMPILED_IN: &str = include_str!("../../install/keys.txt");

/// The number by which keys and signatures are told apart, shown as minisign shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId(pub u64);

impl KeyId {
    pub(super) fn read(bytes: [u8; 8]) -> Self {
        Self(u64::from_le_bytes(bytes))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016X}", self.0)
    }
}

/// A key that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its number.
    pub id: KeyId,
    /// Why it is trusted: `current`, `next`, or [`Key::NAMED`] by the user.
    pub role: &'static str,
    pub(super) public: PublicKey,
}

impl Key {
    /// The role of a key that the user names.
    pub const NAMED: &'static str = "named";

    /// Reads the base64 of a minisign public key, `RW…`.
    pub fn parse(text: &str, role: &'static str) -> Result<Self> {
        let wrong = || {
            Error::Config(
                "not a minisign public key: it has 56 characters and begins with RW; copy the second line of the .pub file"
                    .to_owned(),
            )
        };
        let bytes = STANDARD.decode(text).map_err(|_| wrong())?;
        let [b'E', b'd', rest @ ..] = bytes.as_slice() else { return Err(wrong()) };
        let id = *rest.first_chunk::<8>().ok_or_else(wrong)?;
        let public = PublicKey::from_base64(text).map_err(|_| wrong())?;
        Ok(Self { id: KeyId::read(id), role, public })
    }

    /// Reads a `.pub` file: a comment line and the key, or the key alone.
    pub fn parse_file(text: &str, role: &'static str) -> Result<Self> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let first = lines.next().unwrap_or_default();
        let key =
            if first.starts_with("untrusted comment:") { lines.next().unwrap_or_default() } else { first };
        if lines.next().is_some() {
            return Err(Error::Config("more than one key stands in it; name a file with one".to_owned()));
        }
        Self::parse(key.trim(), role)
    }
}

/// Whose signatures on releases are believed: nobody's, one key's, or two keys' while they change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    keys: Vec<Key>,
}

impl Trust {
    /// The keys of this build.
    #[must_use]
    pub fn compiled_in() -> Self {
        Self::parse(COMPILED_IN).expect("a test reads install/keys.txt")
    }

    /// Reads the lines of `install/keys.txt`: comments, `current RW…`, `next RW…`.
    pub fn parse(text: &str) -> Result<Self> {
        let mut trust = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |why: &str| Error::Config(format!("line {} of the release keys {why}", number + 1));
            let role = match line.split_once(' ') {
                Some(("current", _)) => "current",
                Some(("next", _)) => "next",
                _ => return Err(wrong("is neither \"current RW…\" nor \"next RW…\"")),
            };
            let key =
                Key::parse(line[role.len()..].trim(), role).map_err(|why| wrong(&format!("is {why}")))?;
            if trust.keys.iter().any(|other| other.role == role || other.id == key.id) {
                return Err(wrong("names a role or a key a second time"));
            }
            trust.keys.push(key);
        }
        Ok(trust)
    }

    /// A key that the user names stands for all others.
    #[must_use]
    pub fn only(key: Key) -> Self {
        Self { keys: vec![key] }
    }

    /// All of them.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The trusted key of this number.
    #[must_use]
    pub fn find(&self, id: KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Refuses where there is no key at all; `instead` is what the user can do.
    pub fn needed(&self, instead: &str) -> Result<&Self> {
        if self.keys.is_empty() && !planted!("no-key-is-needed") {
            return Err(Error::Config(format!(
                "this build of stratos holds no release key, so it trusts no release; {instead}"
            )));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "RWRz5XqU6PTo7SptPKin3gvNhdktiM4RrUX5d8zY20vKB7ySGfFHEu9X";

    #[test]
    fn what_is_compiled_in_can_be_read() {
        assert!(Trust::compiled_in().keys().len() <= 2);
    }

    #[test]
    fn a_key_has_the_number_that_minisign_shows() {
        let key = Key::parse(KEY, "named").unwrap();
        assert_eq!(key.id.to_string(), "EDE8F4E8947AE573");
        assert_eq!(KeyId(0x1f).to_string(), "000000000000001F");
        let file = format!("untrusted comment: minisign public key EDE8F4E8947AE573\n{KEY}\n");
        assert_eq!(Key::parse_file(&file, "named").unwrap(), key);
        assert_eq!(Key::parse_file(KEY, "named").unwrap(), key);
        assert!(Key::parse_file(&format!("{file}{KEY}\n"), "named").is_err());
        assert!(Key::parse_file("untrusted comment: x\n", "named").is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let other = format!("RU{}", &KEY[2..]);
        for bad in ["", "RW", &KEY[1..], &KEY[..55], &format!("{KEY}="), &format!("{KEY} "), &other, "é"] {
            let error = Key::parse(bad, "named").unwrap_err();
            assert_eq!(error.facts().name, "config_error", "{bad}");
        }
    }

    #[test]
    fn two_roles_and_no_third_key() {
        let next = KEY.replace("RWRz5", "RWRy5");
        let both = Trust::parse(&format!("# a\n\n  current {KEY}\nnext   {next}\n")).unwrap();
        let roles: Vec<_> = both.keys().iter().map(|key| key.role).collect();
        assert_eq!(roles, ["current", "next"]);
        assert_eq!(both.find(both.keys()[1].id), Some(&both.keys()[1]));
        assert_eq!(both.find(KeyId(7)), None);
        for bad in [
            format!("current {KEY}\ncurrent {next}"),
            format!("current {KEY}\nnext {KEY}"),
            format!("old {KEY}"),
            KEY.to_owned(),
            "current".to_owned(),
            "next RW".to_owned(),
        ] {
            assert!(Trust::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_a_key_nothing_is_trusted_and_the_reason_is_said() {
        let none = Trust::parse("# none yet\n").unwrap();
        let error = none.needed("name one with --key").unwrap_err();
        assert_eq!((error.facts().name, error.facts().exit), ("config_error", 78));
        assert!(error.to_string().ends_with("trusts no release; name one with --key"), "{error}");
    }
}
