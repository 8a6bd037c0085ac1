//! What a release is, and who vouches for it: manifest, keys, signatures, digests, names. No network, no
//! clock, and no file is opened here: whoever does the I/O hands over bytes and the time.

pub mod build;
pub mod digest;
mod distrust;
pub mod keys;
pub mod manifest;
pub mod names;
pub mod signature;

pub use digest::{Digest, Sum};
pub use distrust::Distrust;
pub use keys::{Key, KeyId, Trust};
pub use manifest::{Entry, Kind, Manifest};
pub use semver::Version;
pub use signature::{Comment, Signature};

/// A manifest whose signature is good.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// What it says.
    pub manifest: Manifest,
    /// Whose signature it is.
    pub key: KeyId,
}

/// Reads a manifest once its signature, and what that signature says of it, have been found good.
pub fn vouched(manifest: &[u8], signature: &[u8], trust: &Trust) -> Result<Vouched, Distrust> {
    if manifest.len() > manifest::LONGEST {
        return Err(Distrust::Manifest("it is longer than 1 MiB".to_owned()));
    }
    let signature = Signature::parse(signature)?;
    let comment = signature.verify(manifest, trust)?;
    comment.names(names::MANIFEST)?;
    let manifest = Manifest::parse(manifest)?;
    comment.is(&manifest.version, names::MANIFEST)?;
    Ok(Vouched { manifest, key: signature.key })
}

#[cfg(test)]
#[path = "../../tests/common/published.rs"]
#[allow(dead_code, missing_docs, reason = "the black-box tests use the rest")]
mod published;
#[cfg(test)]
mod tests;
