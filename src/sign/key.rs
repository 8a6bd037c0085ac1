//! Keys: what signs a canonical string, and the HMAC that most schemes use.
//!
//! HMAC (RFC 2104) hashes one block of key before the text and one before the inner digest. Both
//! are hashed once here and their states kept, which saves half of the work on a short text; the
//! `hmac` crate is the oracle of that in the tests. Several texts are hashed side by side.

mod marked;

use super::{
    lanes::{self, Block, LANES, State},
    text::Spelling,
};
use crate::error::{Error, Result};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use memchr::{memchr, memrchr};
use sha1::Sha1;
use sha2::{Digest, Sha256, block_api::compress256};
use std::marker::PhantomData;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Signs and verifies canonical strings; the only thing that holds a secret.
pub trait Key: Send + Sync {
    /// Appends the signature as it is written.
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()>;

    /// Signs each of several texts into its own signature, which is empty before. Keys that can work side by
    /// side override it.
    fn sign_all(&self, texts: &mut [Signed]) -> Result<()> {
        texts.iter_mut().try_for_each(|text| self.sign(&text.canonical, &mut text.signature))
    }

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

/// A text and its signature, as written.
#[derive(Debug, Default)]
pub struct Signed {
    /// The text.
    pub canonical: Vec<u8>,
    /// Its signature; empty until it is signed.
    pub signature: Vec<u8>,
}

/// Whether two texts are equal, in a time that depends only on their lengths.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() || planted!("any-signature-passes") {
        return a.len() == b.len();
    }
    // Differences are gathered without a look at them, and looked at once.
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let words = a.iter().zip(b).map(|(a, b)| u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b));
    let differing = words.fold(0, |differing, word| differing | word);
    (differing.ct_eq(&0) & a_rest.ct_eq(b_rest)).into()
}

/// A key for HMAC-SHA256 that writes its signatures in the spelling.
#[must_use]
pub fn hmac_sha256(secret: &[u8], spelling: Spelling) -> Box<dyn Key> {
    Box::new(Spelled { mac: HmacSha256::new(secret), spelling })
}

/// A key for HMAC with the digest that a setting names: `sha256`, `sha1` or `md5`.
pub fn hmac(digest: &str, secret: &[u8], spelling: Spelling) -> Result<Box<dyn Key>> {
    match digest {
        "sha256" => Ok(hmac_sha256(secret, spelling)),
        "sha1" => Ok(Box::new(Stored { mac: keyed_mac::<Hmac<Sha1>>(secret), spelling })),
        "md5" => Ok(Box::new(Stored { mac: keyed_mac::<Hmac<Md5>>(secret), spelling })),
        other => Err(no_digest(other)),
    }
}

/// A key for a bare digest with the secret inside the text, at its [`MARK`].
pub fn digest(digest: &str, secret: &[u8], spelling: Spelling) -> Result<Box<dyn Key>> {
    let secret = Zeroizing::new(secret.to_vec());
    match digest {
        "sha256" => Ok(Box::new(Digested::<Sha256> { secret, spelling, digest: PhantomData })),
        "sha1" => Ok(Box::new(Digested::<Sha1> { secret, spelling, digest: PhantomData })),
        "md5" => Ok(Box::new(marked::Md5Key(Digested { secret, spelling, digest: PhantomData }))),
        other => Err(no_digest(other)),
    }
}

fn no_digest(name: &str) -> Error {
    Error::Usage(format!("there is no digest `{name}`; use sha256, sha1 or md5"))
}

/// Where a secret that is hashed with the text stands in the canonical string, which thus never shows it.
pub const MARK: u8 = 0;

/// A key that signs the text with a salt at its [`MARK`].
#[must_use]
pub fn salted(key: Box<dyn Key>, salt: &[u8]) -> Box<dyn Key> {
    Box::new(Salted { key, salt: Zeroizing::new(salt.to_vec()) })
}

/// A key that signs with the first bytes of what another writes raw, in a spelling.
#[must_use]
pub fn shortened(raw: Box<dyn Key>, bytes: usize, spelling: Spelling) -> Box<dyn Key> {
    Box::new(Shortened { raw, bytes, spelling })
}

struct Shortened {
    raw: Box<dyn Key>,
    bytes: usize,
    spelling: Spelling,
}

impl Key for Shortened {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut whole = Vec::new();
        self.raw.sign(canonical, &mut whole)?;
        self.spelling.encode(&whole[..self.bytes.min(whole.len())], out);
        Ok(())
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        scratch.clear();
        Ok(self.sign(canonical, scratch).is_ok() && same(scratch, signature))
    }
}

/// The text before and after its mark. A second mark would move the secret: a URL can hold one too.
fn around_mark(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr(MARK, text)
        .filter(|at| memrchr(MARK, text) == Some(*at) || planted!("a-second-mark-passes"))?;
    Some((&text[..at], &text[at + 1..]))
}

fn misplaced() -> Error {
    Error::Data("the text to sign holds a NUL byte, which no URL can; remove it".into())
}

struct Salted {
    key: Box<dyn Key>,
    salt: Zeroizing<Vec<u8>>,
}

impl Salted {
    fn spliced(&self, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (before, after) = around_mark(text)?;
        Some(Zeroizing::new([before, &self.salt, after].concat()))
    }
}

impl Key for Salted {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.key.sign(&self.spliced(canonical).ok_or_else(misplaced)?, out)
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        self.spliced(canonical).map_or(Ok(false), |text| self.key.verify(&text, signature, scratch))
    }
}

struct Digested<D> {
    secret: Zeroizing<Vec<u8>>,
    spelling: Spelling,
    digest: PhantomData<fn() -> D>,
}

impl<D: Digest> Key for Digested<D> {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let (before, after) = around_mark(canonical).ok_or_else(misplaced)?;
        let digest = D::new().chain_update(before).chain_update(&*self.secret).chain_update(after);
        self.spelling.encode(&digest.finalize(), out);
        Ok(())
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        scratch.clear();
        Ok(self.sign(canonical, scratch).is_ok() && same(scratch, signature))
    }
}

/// A keyed state, copied for each text.
struct Stored<M> {
    mac: M,
    spelling: Spelling,
}

fn keyed_mac<M: KeyInit>(secret: &[u8]) -> M {
    M::new_from_slice(secret).expect("HMAC takes a key of any length")
}

impl<M: Mac + Clone + Send + Sync> Key for Stored<M> {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mac = self.mac.clone().chain_update(canonical);
        self.spelling.encode(&mac.finalize().into_bytes(), out);
        Ok(())
    }
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

    fn sign_all(&self, texts: &mut [Signed]) -> Result<()> {
        let mut order = by_blocks(texts);
        let (groups, rest) = order.as_chunks_mut::<LANES>();
        for group in groups {
            let tags = self.mac.tags(group.each_mut().map(|text| &mut text.canonical));
            for (text, tag) in group.iter_mut().zip(tags) {
                self.spelling.encode(&tag, &mut text.signature);
            }
        }
        rest.iter_mut().try_for_each(|text| self.sign(&text.canonical, &mut text.signature))
    }
}

/// Those with as many blocks stand together, so that no lane waits for another.
fn by_blocks(texts: &mut [Signed]) -> Vec<&mut Signed> {
    let mut order: Vec<&mut Signed> = texts.iter_mut().collect();
    if !order.is_sorted_by_key(|text| blocks(text.canonical.len())) {
        order.sort_by_key(|text| blocks(text.canonical.len()));
    }
    order
}

const BLOCK: usize = size_of::<Block>();
const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// HMAC-SHA256 with the two keyed states kept.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct HmacSha256 {
    inner: State,
    outer: State,
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

    /// The codes of several texts, which are lengthened on the way and left as they were.
    #[must_use]
    pub fn tags(&self, mut texts: [&mut Vec<u8>; LANES]) -> [[u8; 32]; LANES] {
        let lengths = texts.each_ref().map(|text| text.len());
        texts.iter_mut().for_each(|text| pad(text));
        let mut states = [self.inner; LANES];
        lanes::compress(&mut states, texts.each_ref().map(|text| text.as_chunks().0));
        for (text, length) in texts.into_iter().zip(lengths) {
            text.truncate(length);
        }
        let digests = states.map(|state| {
            let mut block = OUTER_TAIL;
            block[..32].copy_from_slice(&bytes(&state));
            block
        });
        let mut states = [self.outer; LANES];
        lanes::compress(&mut states, digests.each_ref().map(std::slice::from_ref));
        states.map(|state| bytes(&state))
    }
}

/// The block in which an inner digest is hashed: after the digest stands its padding.
const OUTER_TAIL: Block = {
    let mut block = [0; BLOCK];
    block[32] = 0x80;
    let [.., high, low] = ((BLOCK as u64 + 32) * 8).to_be_bytes();
    (block[BLOCK - 2], block[BLOCK - 1]) = (high, low);
    block
};

/// How many blocks a text and its padding fill.
const fn blocks(length: usize) -> usize {
    (length + 9).div_ceil(BLOCK)
}

/// What stands between a text and its length, and perhaps more.
const PADDING: Block = {
    let mut padding = [0; BLOCK];
    padding[0] = 0x80;
    padding
};

/// Appends SHA-256's padding to a text that comes after one block of key.
fn pad(text: &mut Vec<u8>) {
    let length = text.len();
    let whole = blocks(length) * BLOCK;
    // As much as can be needed: a piece of a fixed length takes no call.
    text.extend_from_slice(&PADDING);
    text.truncate(whole - 8);
    text.extend_from_slice(&((BLOCK + length) as u64 * 8).to_be_bytes());
}

/// The state after one block of key and pad.
fn keyed(block: &Block, pad: u8) -> State {
    let mut padded = block.map(|byte| byte ^ pad);
    let mut state = INITIAL;
    compress256(&mut state, std::slice::from_ref(&padded));
    padded.zeroize();
    state
}

/// Hashes the last bytes with SHA-256's padding; `length` is the text's, after one block of key.
fn finish(state: &mut State, rest: &[u8], length: usize) {
    let mut tail = [[0; BLOCK]; 2];
    let bits = ((BLOCK + length) as u64 * 8).to_be_bytes();
    let blocks = if rest.len() < BLOCK - 8 { 1 } else { 2 };
    let flat = tail.as_flattened_mut();
    flat[..rest.len()].copy_from_slice(rest);
    flat[rest.len()] = 0x80;
    flat[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&bits);
    compress256(state, &tail[..blocks]);
}

fn bytes(state: &State) -> [u8; 32] {
    let mut out = [0; 32];
    for (word, value) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *word = value.to_be_bytes();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn several_texts_get_what_each_gets_alone() {
        let letters: Vec<u8> = (0..=300_u32).map(|n| (n * 11 % 251) as u8).collect();
        let key = hmac_sha256(b"secret", Spelling::Hex);
        for count in [0, 1, 3, 4, 5, 8, 301] {
            // Neighbours of very different lengths, then of nearly the same.
            for step in [97, 1] {
                let texts = (0..count).map(|at| letters[..at * step % 301].to_vec());
                let mut signed: Vec<Signed> =
                    texts.map(|canonical| Signed { canonical, signature: Vec::new() }).collect();
                key.sign_all(&mut signed).unwrap();
                for (at, text) in signed.iter().enumerate() {
                    assert_eq!(text.canonical, letters[..at * step % 301], "a text was changed");
                    let mut oracle = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
                    oracle.update(&text.canonical);
                    assert_eq!(text.signature, hex::encode(oracle.finalize().into_bytes()).as_bytes());
                }
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

    fn signed(key: &dyn Key, text: &[u8]) -> Result<String> {
        let mut out = Vec::new();
        key.sign(text, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn other_digests_give_what_rfc_2202_gives() {
        let text = b"what do ya want for nothing?";
        for (digest, wanted) in [
            ("md5", "750c783e6ab0b503eaa86e310a5db738"),
            ("sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            ("sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ] {
            let key = hmac(digest, b"Jefe", Spelling::Hex).unwrap();
            assert_eq!(signed(&*key, text).unwrap(), wanted);
        }
        assert!(matches!(hmac("sha512", b"", Spelling::Hex), Err(Error::Usage(_))));
        assert!(matches!(super::digest("md4", b"", Spelling::Hex), Err(Error::Usage(_))));
    }

    #[test]
    fn a_signature_is_cut_before_it_is_spelled() {
        let short = |bytes, spelling| shortened(hmac_sha256(b"Jefe", Spelling::Raw), bytes, spelling);
        let text = b"what do ya want for nothing?";
        for (bytes, spelling, wanted) in [
            (1, Spelling::Base64Url, "Ww"),
            (4, Spelling::Hex, "5bdcc146"),
            (6, Spelling::Base64Url, "W9zBRr9g"),
        ] {
            let key = short(bytes, spelling);
            assert_eq!(signed(&*key, text).unwrap(), wanted);
            assert!(key.verify(text, wanted.as_bytes(), &mut Vec::new()).unwrap());
            assert!(!key.verify(text, &wanted.as_bytes()[1..], &mut Vec::new()).unwrap());
        }
        assert_eq!(signed(&*short(99, Spelling::Hex), text).unwrap().len(), 64);
        let unmarked = shortened(digest("md5", b"b", Spelling::Raw).unwrap(), 6, Spelling::Hex);
        assert!(!unmarked.verify(b"no mark", b"000000000000", &mut Vec::new()).unwrap());
    }

    #[test]
    fn a_secret_stands_where_its_mark_is_and_nowhere_else() {
        let abc = [
            ("md5", "900150983cd24fb0d6963f7d28e17f72"),
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ];
        for (name, wanted) in abc {
            let key = super::digest(name, b"b", Spelling::Hex).unwrap();
            assert_eq!(signed(&*key, b"a\0c").unwrap(), wanted);
        }
        let plain = signed(&*hmac("md5", b"k", Spelling::Hex).unwrap(), b"abc").unwrap();
        let salted = salted(hmac("md5", b"k", Spelling::Hex).unwrap(), b"b");
        assert_eq!(signed(&*salted, b"a\0c").unwrap(), plain);
        let digested = super::digest("md5", b"b", Spelling::Hex).unwrap();
        for key in [&*salted, &*digested] {
            let signature = signed(key, b"a\0c").unwrap();
            let mut scratch = Vec::new();
            assert!(key.verify(b"a\0c", signature.as_bytes(), &mut scratch).unwrap());
            for text in [&b"abc"[..], b"a\0\0c", b"a\0bc", b"\0a\0c"] {
                assert!(!key.verify(text, signature.as_bytes(), &mut scratch).unwrap());
            }
            assert!(signed(key, b"abc").is_err() && signed(key, b"a\0c\0").is_err());
        }
    }
}
