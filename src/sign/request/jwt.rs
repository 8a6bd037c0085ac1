//! The signed claim of a service account (RFC 7523): what Google's token endpoint takes for an access token.

use crate::{error::Result, secret::Secret, sign::jose};
use serde_json::{Map, Value, json};

/// A service account and what it asks for.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Issuer and subject: the account's address.
    pub account: &'a str,
    /// Its private key, PEM.
    pub private_key: &'a [u8],
    /// Which of its keys, where it is known.
    pub key_id: Option<&'a str>,
    /// What the token shall allow.
    pub scope: &'a str,
    /// The token endpoint.
    pub audience: &'a str,
}

impl Claim<'_> {
    /// A JWT with RS256, good from now on for an hour at most.
    pub fn assertion(&self, now: u64) -> Result<Secret> {
        let mut header = Map::new();
        header.insert("alg".into(), "RS256".into());
        header.insert("typ".into(), "JWT".into());
        header.extend(self.key_id.map(|id| ("kid".to_owned(), Value::from(id))));
        let claims = json!({
            "iss": self.account,
            "sub": self.account,
            "scope": self.scope,
            "aud": self.audience,
            "iat": now,
            "exp": now + 3600,
        });
        let mut token = Vec::new();
        jose::write(&Value::Object(header), &claims, &mut token);
        let key = jose::key("RS256", self.private_key)?;
        let mut signature = Vec::new();
        key.sign(&token, &mut signature)?;
        token.push(b'.');
        token.extend_from_slice(&signature);
        Ok(Secret::new(token))
    }
}
