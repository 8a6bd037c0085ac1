//! Signatures over API requests: the same HMACs and keys as over URLs, in headers. Each is a pure function of the
//! request, the secret, the time and the nonce.

pub mod aliyun;
pub mod edgegrid;
pub mod jwt;
pub mod sigv4;
pub mod tc3;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A request as its signature sees it.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// `https`.
    pub scheme: &'a str,
    /// With its port where one is sent.
    pub host: &'a str,
    /// Path and query, as they are sent; it begins with `/`.
    pub target: &'a str,
    /// As it is sent; empty for none.
    pub body: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Of a method, an absolute URL and a body; `None` where the URL is not absolute.
    #[must_use]
    pub fn of(method: &'a str, url: &'a str, body: &'a [u8]) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, target) = rest.split_at(end);
        let target = if target.is_empty() { "/" } else { target };
        Some(Self { method, scheme, host, target, body })
    }

    /// Path and query apart.
    #[must_use]
    pub fn path_and_query(&self) -> (&'a str, &'a str) {
        self.target.split_once('?').unwrap_or((self.target, ""))
    }
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
