//! Why a file of a release is not trusted.

use super::{Comment, Digest, KeyId};
use crate::error::Error;

/// What is wrong with a file, its signature or its manifest. The text goes on behind the name of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// No signature file as minisign writes it.
    #[error("is no minisign signature of a release: {0}")]
    Signature(&'static str),
    /// Signed, but no manifest that this version reads.
    #[error("is no manifest: {0}")]
    Manifest(String),
    /// Signed by nobody who is trusted.
    #[error("is signed by key {id}, which is not among the trusted ones ({})", listed(.known))]
    UnknownKey {
        /// Who signed it.
        id: KeyId,
        /// Who would be trusted.
        known: Vec<KeyId>,
    },
    /// Not the bytes that were signed.
    #[error("does not match the signature of key {0}: one of the two was changed")]
    Mismatch(KeyId),
    /// Signed as something else.
    #[error("is signed as \"{found}\", not as {wanted}")]
    Other {
        /// What the signature says.
        found: Comment,
        /// What it should say.
        wanted: String,
    },
    /// Longer or shorter than signed.
    #[error("has {found} bytes instead of {wanted}")]
    Size {
        /// Bytes counted.
        found: u64,
        /// Bytes signed.
        wanted: u64,
    },
    /// Other bytes than signed.
    #[error("has the SHA-256 {found} instead of {wanted}")]
    Digest {
        /// Of the file.
        found: Digest,
        /// Signed, or named by the user.
        wanted: Digest,
    },
    /// The manifest says nothing of it.
    #[error("{0}")]
    NotListed(String),
    /// The manifest lists it, and it is not there.
    #[error("is listed in the manifest and not there")]
    Missing,
}

fn listed(known: &[KeyId]) -> String {
    known.iter().map(KeyId::to_string).collect::<Vec<_>>().join(", ")
}

impl Distrust {
    /// Every verdict on a file of a release, the good one first.
    pub const WORDS: [&'static str; 8] = [
        "valid",
        "altered",
        "signature mismatch",
        "unknown key",
        "malformed",
        "other file",
        "not listed",
        "missing",
    ];

    /// The verdict in a word or two; `explain` knows each.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Signature(_) | Self::Manifest(_) => "malformed",
            Self::UnknownKey { .. } => "unknown key",
            Self::Mismatch(_) => "signature mismatch",
            Self::Other { .. } => "other file",
            Self::Size { .. } | Self::Digest { .. } => "altered",
            Self::NotListed(_) => "not listed",
            Self::Missing => "missing",
        }
    }

    /// As the failure of a command that cannot go on with this file.
    #[must_use]
    pub fn of(&self, file: &str) -> Error {
        Error::Untrusted(format!("{file} {self}; do not use it, and get it again from the official place"))
    }
}
