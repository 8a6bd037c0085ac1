//! References to secrets (`env: file: fd: exec: - plain:`), resolved when needed, bound to an origin.

use crate::{profile::Origin, secret::Secret};

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
