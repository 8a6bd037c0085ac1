//! Keys: what signs a canonical string, and the HMAC that most schemes use.
//!
//! HMAC (RFC 2104) hashes one block of key before the text and one before the inner digest. Both
//! are hashed once here and their states kept, which saves half of the work on a short text; the
//! `hmac` crate is the oracle of that in the tests.

use super::text::Spelling;
use crate::error::Result;
use sha2::{Digest, Sha256, block_api::compress256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Signs and verifies canonical strings; the only thing that holds a secret.
pub trait Key: Send + Sync {
    /// Appends the signature as it is written.
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()>;

    /// Whether the signature, as written, is this key's over the text. Signs again and compares in constant
    /// time; public keys override it.
    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        scratch.clear();
        self.sign(canonical, scratch)?;
        Ok(same(scratch, signature))
    }

    /// Opens a sealed token, appending its text; false when it is not this key's.
    fn open(&self, _sealed: &[u8], _out: &mut Vec<u8>) -> Result<bool> {
        Ok(false)
    }
}

/// Whether two texts are equal, in a time that depends only on their lengths.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// A key for HMAC-SHA256 that writes its signatures in the spelling.
#[must_use]
pub fn hmac_sha256(secret: &[u8], spelling: Spelling) -> Box<dyn Key> {
    Box::new(Spelled { mac: HmacSha256::new(secret), spelling })
}

struct Spelled {
    mac: HmacSha256,
    spelling: Spelling,
}

impl Key for Spelled {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.spelling.encode(&self.mac.tag(canonical), out);
        Ok(())
    }
}

const BLOCK: usize = 64;
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// HMAC-SHA256 with the two keyed states kept.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HmacSha256 {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl HmacSha256 {
    /// A key of any length; one longer than a block is hashed first, as RFC 2104 says.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if secret.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(secret));
        } else {
            block[..secret.len()].copy_from_slice(secret);
        }
        let mac = Self { inner: keyed(&block, 0x36), outer: keyed(&block, 0x5c) };
        block.zeroize();
        mac
    }

    /// The code of a text.
    #[must_use]
    pub fn tag(&self, text: &[u8]) -> [u8; 32] {
        let mut state = self.inner;
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        if !blocks.is_empty() {
            compress256(&mut state, blocks);
        }
        finish(&mut state, rest, text.len());
        let digest = bytes(&state);
        let mut state = self.outer;
        finish(&mut state, &digest, digest.len());
        bytes(&state)
    }
}

/// The state after one block of key and pad.
fn keyed(block: &[u8; BLOCK], pad: u8) -> [u32; 8] {
    let mut padded = block.map(|byte| byte ^ pad);
    let mut state = INITIAL;
    compress256(&mut state, std::slice::from_ref(&padded));
    padded.zeroize();
    state
}

/// Hashes the last bytes with SHA-256's padding; `length` is the text's, after one block of key.
fn finish(state: &mut [u32; 8], rest: &[u8], length: usize) {
    let mut tail = [[0; BLOCK]; 2];
    let bits = ((BLOCK + length) as u64 * 8).to_be_bytes();
    let blocks = if rest.len() < BLOCK - 8 { 1 } else { 2 };
    let flat = tail.as_flattened_mut();
    flat[..rest.len()].copy_from_slice(rest);
    flat[rest.len()] = 0x80;
    flat[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&bits);
    compress256(state, &tail[..blocks]);
}

fn bytes(state: &[u32; 8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (word, value) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *word = value.to_be_bytes();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};

    #[test]
    fn every_length_agrees_with_the_hmac_crate() {
        let text: Vec<u8> = (0..=300_u32).map(|n| (n * 7 % 251) as u8).collect();
        for secret in [&b""[..], b"k", &[0x5c; 63], &[0x36; 64], &[7; 65], &[8; 200]] {
            let ours = HmacSha256::new(secret);
            for length in 0..=text.len() {
                let mut oracle = Hmac::<Sha256>::new_from_slice(secret).unwrap();
                oracle.update(&text[..length]);
                assert_eq!(ours.tag(&text[..length])[..], oracle.finalize().into_bytes()[..], "{length}");
            }
        }
    }

    #[test]
    fn a_key_refuses_what_it_did_not_sign() {
        let key = hmac_sha256(b"secret", Spelling::Hex);
        let (mut signature, mut scratch) = (Vec::new(), Vec::new());
        key.sign(b"text", &mut signature).unwrap();
        assert!(key.verify(b"text", &signature, &mut scratch).unwrap());
        assert!(!key.verify(b"Text", &signature, &mut scratch).unwrap());
        assert!(!key.verify(b"text", &signature[1..], &mut scratch).unwrap());
        assert!(!key.verify(b"text", b"", &mut scratch).unwrap());
        assert!(!key.verify(b"text", &signature.to_ascii_uppercase(), &mut scratch).unwrap());
        assert!(!key.open(b"sealed", &mut scratch).unwrap());
    }
}
