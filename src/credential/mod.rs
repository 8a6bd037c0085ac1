//! References to secrets (`env: file: fd: exec: - plain:`), resolved when needed, bound to an origin.

mod env;
mod exec;
mod fd;
mod file;
mod stdin;
pub mod vendor;

use crate::{
    clock::Clock,
    error::{Error, Result},
    profile::{Bounds, Origin},
    secret::Secret,
};
use std::{
    ffi::OsStr,
    io::BufRead,
    path::{Path, PathBuf},
};

/// No key is longer; what is longer is another file.
const BOUND: u64 = 64 << 10;

/// The credentials that stratos knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// `--key`, `--secret`, `SIGNED_URL_SECRET` (schemes `cloudcdn*` only), `[profiles.x.signing] key`.
    SigningKey,
    /// `--account-key`, `CLOUDCDN_ACCOUNT_KEY`, `account_key`.
    AccountKey,
    /// `--access-key`, `CLOUDCDN_ACCESS_KEY`, `access_key`.
    AccessKey,
    /// `--purge-key`, `CLOUDCDN_PURGE_KEY`, `purge_key`.
    PurgeKey,
    /// `--token`, `CLOUDCDN_BEARER_TOKEN`, `token`.
    Token,
    /// One that a purge provider's row names: the profile's member, and the vendor's own variables.
    Vendor(&'static str, &'static [&'static str]),
}

impl Credential {
    /// Those of CloudCDN and of signing, in the order of `config list --origin`.
    pub const ALL: [Self; 5] =
        [Self::AccountKey, Self::AccessKey, Self::PurgeKey, Self::Token, Self::SigningKey];

    /// The flag that holds it literally.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::SigningKey => "--secret",
            Self::AccountKey => "--account-key",
            Self::AccessKey => "--access-key",
            Self::PurgeKey => "--purge-key",
            Self::Token | Self::Vendor(..) => "--token",
        }
    }

    /// The environment variables that hold it literally, strongest first.
    #[must_use]
    pub const fn variables(self) -> &'static [&'static str] {
        match self {
            Self::SigningKey => &["SIGNED_URL_SECRET"],
            Self::AccountKey => &["CLOUDCDN_ACCOUNT_KEY"],
            Self::AccessKey => &["CLOUDCDN_ACCESS_KEY"],
            Self::PurgeKey => &["CLOUDCDN_PURGE_KEY"],
            Self::Token => &["CLOUDCDN_BEARER_TOKEN"],
            Self::Vendor(_, variables) => variables,
        }
    }

    /// The member of the profile that names it.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::SigningKey => "signing.key",
            Self::AccountKey => "account_key",
            Self::AccessKey => "access_key",
            Self::PurgeKey => "purge_key",
            Self::Token => "token",
            Self::Vendor(member, _) => member,
        }
    }
}

/// A secret, and where it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The bytes.
    pub secret: Secret,
    /// Who named it.
    pub origin: Origin,
    /// How it was named, never resolved: `env:NAME`, `file:PATH`, `--secret`, …
    pub reference: String,
}

/// A credential that somebody named and nobody looked at yet.
#[derive(Debug, Clone)]
pub struct Named {
    /// Who named it.
    pub origin: Origin,
    /// How, as it may be shown.
    pub shown: String,
    /// What it takes to get it.
    pub how: Reference,
}

/// Where a secret is to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `env:NAME`.
    Env(String),
    /// `file:PATH`.
    File(PathBuf),
    /// `fd:N`.
    Fd(u32),
    /// `exec:CMD`, split into words without a shell.
    Exec(Vec<String>),
    /// `-`.
    Stdin,
    /// `plain:VALUE`: the secret itself, with a warning.
    Plain(Secret),
    /// The secret itself, from a place that holds literals.
    Literal(Secret),
}

impl Reference {
    /// Reads a reference. The error is the reason only, and never repeats what may be a secret.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let Some((kind, rest)) = text.split_once(':') else {
            return if text == "-" { Ok(Self::Stdin) } else { Err(unknown(text)) };
        };
        match kind {
            "plain" if rest.is_empty() => Err("plain: holds no value".into()),
            "plain" => Ok(Self::Plain(Secret::new(rest))),
            "env" if rest.is_empty() || rest.contains(['=', '\0']) => {
                Err("env: wants the name of a variable: env:NAME".into())
            }
            "env" => Ok(Self::Env(rest.to_owned())),
            "file" if rest.is_empty() => Err("file: wants a path: file:PATH".into()),
            "file" => Ok(Self::File(rest.into())),
            "fd" => match rest.parse() {
                Ok(number) if rest.bytes().all(|byte| byte.is_ascii_digit()) && !matches!(number, 1 | 2) => {
                    Ok(if number == 0 { Self::Stdin } else { Self::Fd(number) })
                }
                _ => Err("fd: wants the number of a descriptor open for reading: fd:3".into()),
            },
            "exec" => match shlex::split(rest).filter(|words| !words.is_empty()) {
                Some(words) => Ok(Self::Exec(words)),
                None => Err("exec: wants a command, its quotes closed: exec:pass show cdn".into()),
            },
            "keychain" | "vault" | "agent" => Err(format!(
                "{kind}: is not in this version; use env:NAME, file:PATH, fd:N, exec:COMMAND or -"
            )),
            _ => Err(unknown(text)),
        }
    }
}

fn unknown(text: &str) -> String {
    let (name, value) = if looks_like_a_name(text) { (text, text) } else { ("NAME", "VALUE") };
    format!(
        "this is no reference to a secret; write env:{name} for a variable, or plain:{value} for the secret itself"
    )
}

/// Only what is plainly a name is repeated: anything else may be the secret.
fn looks_like_a_name(text: &str) -> bool {
    let word = text.chars().all(|c| c.is_ascii_alphabetic()) && text.len() <= 8;
    let variable = text.contains('_')
        && text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    !text.is_empty() && (word || variable)
}

/// What resolving may touch.
pub struct World<'w> {
    /// Environment variables, as the shell gave them.
    pub env: &'w dyn Fn(&str) -> Option<&'w OsStr>,
    /// stdin, already claimed for this secret.
    pub input: &'w mut dyn BufRead,
    /// The user's home.
    pub home: Option<&'w Path>,
    /// The bounds in force.
    pub bounds: &'w Bounds,
    /// For the limit of `exec:`.
    pub clock: &'w dyn Clock,
}

/// Gets the secret, and what is to be warned of.
pub fn resolve(how: &Reference, source: &str, world: &mut World<'_>) -> Result<(Secret, Option<String>)> {
    let mut warning = None;
    let secret = match how {
        Reference::Literal(secret) => secret.clone(),
        Reference::Plain(secret) => {
            warning = Some(format!(
                "{source} holds the secret itself (plain:); name it instead: env:NAME or file:PATH"
            ));
            secret.clone()
        }
        Reference::Env(name) => env::read(name, source, world)?,
        Reference::File(path) => {
            let rule = file::Rule {
                home: world.home,
                bounds: world.bounds,
                longest: BOUND,
                public: file::is_public,
            };
            let (bytes, note) = file::read(path, source, &rule)?;
            warning = note;
            text(bytes)
        }
        Reference::Fd(number) => text(fd::read(*number, source)?),
        Reference::Exec(words) => text(exec::run(words, source, world.clock)?),
        Reference::Stdin => text(stdin::read(world.input, source)?),
    };
    if secret.is_empty() {
        return Err(Error::MissingKey(format!("{source} is empty; give it a value")));
    }
    Ok((secret, warning))
}

/// One LF or CRLF at the end of a text key is the editor's, not the key's. Bytes that are no text,
/// a DER key above all, are left alone.
fn text(mut bytes: Vec<u8>) -> Secret {
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    let is_text = std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains(control));
    if is_text && bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    Secret::new(bytes)
}

fn too_long(source: &str) -> Error {
    Error::TooLarge(format!("{source} is longer than {} KiB; that is no key", BOUND >> 10))
}

#[cfg(test)]
mod tests {
    use super::{Reference, text};
    use crate::secret::Secret;

    #[test]
    fn references_are_told_apart_by_kind() {
        let parse = |text| Reference::parse(text).unwrap();
        assert_eq!(parse("env:A"), Reference::Env("A".into()));
        assert_eq!(parse("file:/a:b"), Reference::File("/a:b".into()));
        assert_eq!(parse("fd:3"), Reference::Fd(3));
        assert_eq!(parse("fd:0"), Reference::Stdin);
        assert_eq!(parse("-"), Reference::Stdin);
        assert_eq!(parse("plain:env:A"), Reference::Plain(Secret::new("env:A")));
        assert_eq!(parse("exec:a 'b c' $D"), Reference::Exec(vec!["a".into(), "b c".into(), "$D".into()]));
    }

    #[test]
    fn what_is_no_reference_is_refused_with_both_spellings() {
        let why = |text| Reference::parse(text).unwrap_err();
        assert!(why("prod").contains("env:prod") && why("prod").contains("plain:prod"));
        assert!(why("MY_KEY").contains("env:MY_KEY"));
        for secret in ["hunter2", "cdnsk_abcdefgh12345678", "s3:cret", "correct horse", "https://u:p@x"] {
            assert!(!why(secret).contains(secret) && why(secret).contains("env:NAME"), "{}", why(secret));
        }
        for later in ["keychain:a", "vault:a", "agent:a"] {
            assert!(why(later).contains("is not in this version"));
        }
        for text in [
            "env:", "env:A=B", "file:", "fd:", "fd:-1", "fd:+3", "fd:x", "fd:1", "fd:2", "exec:", "exec:'a",
            "plain:", "",
        ] {
            assert!(Reference::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn one_line_end_goes_from_text_and_none_from_der() {
        let kept = |bytes: &[u8]| text(bytes.to_vec()).expose().to_vec();
        assert_eq!(kept(b"key\n"), b"key");
        assert_eq!(kept(b"key\r\n"), b"key");
        assert_eq!(kept(b"key\n\n"), b"key\n");
        assert_eq!(kept(b"key\r"), b"key\r");
        assert_eq!(kept(b" key "), b" key ");
        assert_eq!(kept(b"0\x03\x02\x01\n"), b"0\x03\x02\x01\n");
        assert_eq!(kept(b"\xff\n"), b"\xff\n");
    }
}
