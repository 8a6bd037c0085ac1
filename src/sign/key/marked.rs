//! A bare MD5 with the secret inside the text, for several texts side by side.

use super::{BLOCK, Digested, Key, Md5, Signed, around_mark, blocks, by_blocks, misplaced};
use crate::{
    error::Result,
    sign::lanes::{LANES, Md5State, compress_md5},
};
use zeroize::Zeroizing;

/// One text goes the way of every digest.
pub(super) struct Md5Key(pub(super) Digested<Md5>);

impl Key for Md5Key {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.0.sign(canonical, out)
    }

    fn sign_all(&self, texts: &mut [Signed]) -> Result<()> {
        // They hold the secret.
        let mut padded: [Zeroizing<Vec<u8>>; LANES] = Default::default();
        let mut order = by_blocks(texts);
        let (groups, rest) = order.as_chunks_mut::<LANES>();
        for group in groups {
            for (text, padded) in group.iter().zip(&mut padded) {
                self.splice(&text.canonical, padded)?;
            }
            let mut states = [INITIAL; LANES];
            compress_md5(&mut states, padded.each_ref().map(|text| text.as_chunks().0));
            for (text, state) in group.iter_mut().zip(states) {
                let digest = state.map(u32::to_le_bytes);
                self.0.spelling.encode(digest.as_flattened(), &mut text.signature);
            }
        }
        rest.iter_mut().try_for_each(|text| self.sign(&text.canonical, &mut text.signature))
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        self.0.verify(canonical, signature, scratch)
    }
}

impl Md5Key {
    /// The text with the secret at its mark and MD5's padding behind it.
    fn splice(&self, text: &[u8], out: &mut Zeroizing<Vec<u8>>) -> Result<()> {
        let (before, after) = around_mark(text).ok_or_else(misplaced)?;
        let length = before.len() + self.0.secret.len() + after.len();
        let whole = blocks(length) * BLOCK;
        out.clear();
        if out.capacity() < whole {
            // Growing would leave what it held behind.
            *out = Zeroizing::new(Vec::with_capacity(whole));
        }
        out.extend_from_slice(before);
        out.extend_from_slice(&self.0.secret);
        out.extend_from_slice(after);
        out.push(0x80);
        out.resize(whole - 8, 0);
        out.extend_from_slice(&(length as u64 * 8).to_le_bytes());
        Ok(())
    }
}

/// What stands before the first block (RFC 1321, 3.3).
const INITIAL: Md5State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::{Spelling, key::digest};

    #[test]
    fn several_texts_get_what_each_gets_alone() {
        let letters: Vec<u8> = (0..=300_u32).map(|n| (n * 11 % 250) as u8 + 1).collect();
        for secret in [&b""[..], b"secret", &[9; 70]] {
            let key = digest("md5", secret, Spelling::Base64Url).unwrap();
            // Neighbours of very different lengths, then of nearly the same.
            for step in [97, 1] {
                let text = |at: usize| {
                    let text = &letters[..at * step % 301];
                    [&text[..text.len() / 2], &[0], &text[text.len() / 2..]].concat()
                };
                let mut signed: Vec<Signed> =
                    (0..301).map(|at| Signed { canonical: text(at), signature: Vec::new() }).collect();
                key.sign_all(&mut signed).unwrap();
                for (at, signed) in signed.iter().enumerate() {
                    let mut alone = Vec::new();
                    key.sign(&text(at), &mut alone).unwrap();
                    assert_eq!((&signed.canonical, &signed.signature), (&text(at), &alone), "{at}");
                }
            }
        }
    }

    #[test]
    fn a_text_without_a_mark_or_with_two_fails_for_all() {
        let key = digest("md5", b"secret", Spelling::Hex).unwrap();
        for bad in [&b"ab"[..], b"a\0\0b"] {
            let texts = [&b"a\0b"[..], b"a\0b", bad, b"a\0b"];
            let mut signed: Vec<Signed> = texts
                .map(|text| Signed { canonical: text.to_vec(), signature: Vec::new() })
                .into_iter()
                .collect();
            assert!(key.sign_all(&mut signed).is_err());
        }
    }
}
