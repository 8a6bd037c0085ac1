//! PEM armour: which kind of key a text holds, and its DER bytes.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// What stands between the armour lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// `PRIVATE KEY`: PKCS#8.
    Private,
    /// `RSA PRIVATE KEY`: PKCS#1.
    RsaPrivate,
    /// `EC PRIVATE KEY`: SEC 1.
    EcPrivate,
    /// `PUBLIC KEY`: SubjectPublicKeyInfo.
    Public,
    /// `RSA PUBLIC KEY`: PKCS#1.
    RsaPublic,
}

impl Label {
    const fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"PRIVATE KEY" => Some(Self::Private),
            b"RSA PRIVATE KEY" => Some(Self::RsaPrivate),
            b"EC PRIVATE KEY" => Some(Self::EcPrivate),
            b"PUBLIC KEY" => Some(Self::Public),
            b"RSA PUBLIC KEY" => Some(Self::RsaPublic),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Private => "PRIVATE KEY",
            Self::RsaPrivate => "RSA PRIVATE KEY",
            Self::EcPrivate => "EC PRIVATE KEY",
            Self::Public => "PUBLIC KEY",
            Self::RsaPublic => "RSA PUBLIC KEY",
        }
    }

    /// Whether the key can only verify.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Public | Self::RsaPublic)
    }
}

/// The first key in a PEM text. Text around it, and the `EC PARAMETERS` that openssl writes
/// before an EC key, are passed over; everything else that is not a plain key is refused by name.
pub fn decode(text: &[u8]) -> Result<(Label, Zeroizing<Vec<u8>>)> {
    let mut rest = text;
    loop {
        let (name, body, after) = block(rest)?;
        if name != b"EC PARAMETERS" {
            let label = Label::of(name).ok_or_else(|| refused(name))?;
            return Ok((label, der(body)?));
        }
        rest = after;
    }
}

/// The armour of a key.
#[must_use]
pub fn encode(label: Label, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(body.len() + body.len() / 32 + 64));
    text.push_str(&format!("-----BEGIN {}-----\n", label.name()));
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str(&format!("-----END {}-----\n", label.name()));
    text
}

/// Label, body and what follows the next block.
fn block(text: &[u8]) -> Result<(&[u8], &[u8], &[u8])> {
    let broken = || {
        Error::Data(
            "the PEM key is cut off: it needs its -----BEGIN and -----END lines, on lines of their own"
                .into(),
        )
    };
    let start = find(text, b"-----BEGIN ").ok_or_else(|| {
        Error::Data(
            "the key is not PEM: it must hold a -----BEGIN line; convert DER with `openssl pkey -inform DER`"
                .into(),
        )
    })?;
    let text = &text[start + b"-----BEGIN ".len()..];
    let name = find(text, b"-----").ok_or_else(broken)?;
    let (name, text) = (&text[..name], &text[name + 5..]);
    let end = find(text, b"-----END ").ok_or_else(broken)?;
    let after =
        text[end + b"-----END ".len()..].strip_prefix(name).and_then(|text| text.strip_prefix(b"-----"));
    Ok((name, &text[..end], after.ok_or_else(broken)?))
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, needle)
}

fn der(body: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    if find(body, b"ENCRYPTED").is_some() {
        return Err(encrypted());
    }
    if body.contains(&b'\\') {
        let text = r"the PEM key has \n written out where line breaks belong; store it with real line breaks, or in a file";
        return Err(Error::Data(text.into()));
    }
    let mut packed = Zeroizing::new(Vec::with_capacity(body.len()));
    packed.extend(body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()));
    let der = STANDARD.decode(&*packed);
    let broken = "the PEM key is damaged: the text between its lines is not base64; copy it again, whole";
    der.map(Zeroizing::new).map_err(|_| Error::Data(broken.into()))
}

fn encrypted() -> Error {
    Error::Data(
        "the private key is encrypted; decrypt it first with `openssl pkey -in KEY -out PLAIN`".into(),
    )
}

/// Names what was found; a label is public, but only a known one is repeated.
fn refused(name: &[u8]) -> Error {
    let found = match name {
        b"ENCRYPTED PRIVATE KEY" => return encrypted(),
        b"CERTIFICATE" => "a certificate; take its key with `openssl x509 -pubkey -noout`",
        b"OPENSSH PRIVATE KEY" => "an OpenSSH key; convert it with `ssh-keygen -p -m PKCS8`",
        b"DSA PRIVATE KEY" => "a DSA key, which no scheme takes",
        _ => "PEM of another kind; give a PKCS#8, PKCS#1 or SubjectPublicKeyInfo key",
    };
    Error::Data(format!("the key file holds {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        decode(text.as_bytes()).expect_err("refused").to_string()
    }

    #[test]
    fn reads_the_first_key_and_skips_parameters_and_comments() {
        let text = "Bag Attributes\n-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\r\n\
                    -----BEGIN EC PRIVATE KEY-----\r\nAQID\r\n-----END EC PRIVATE KEY-----\n";
        let (label, der) = decode(text.as_bytes()).unwrap();
        assert_eq!((label, der.as_slice()), (Label::EcPrivate, &[1, 2, 3][..]));
    }

    #[test]
    fn refuses_by_name_what_is_not_a_plain_key() {
        for (text, word) in [
            ("AQID", "not PEM"),
            ("-----BEGIN PRIVATE KEY-----\nAQID\n", "cut off"),
            ("-----BEGIN PRIVATE KEY-----\nAQID\n-----END PUBLIC KEY-----", "cut off"),
            ("-----BEGIN PRIVATE KEY-----\n*\n-----END PRIVATE KEY-----", "damaged"),
            ("-----BEGIN PRIVATE KEY-----\\nAQID\\n-----END PRIVATE KEY-----", "written out"),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAQID\n-----END ENCRYPTED PRIVATE KEY-----", "encrypted"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END RSA PRIVATE KEY-----",
                "encrypted",
            ),
            ("-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----", "certificate"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nAQID\n-----END OPENSSH PRIVATE KEY-----", "OpenSSH"),
            ("-----BEGIN secret words-----\nAQID\n-----END secret words-----", "another kind"),
        ] {
            let message = message(text);
            assert!(message.contains(word), "{text}: {message}");
            assert!(!message.contains("AQID") && !message.contains("secret"), "{message}");
        }
    }
}
