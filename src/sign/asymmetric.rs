//! RSA, ECDSA and Ed25519 through aws-lc's own functions.
//!
//! CloudFront's default is RSA with SHA-1, which no safe interface of the library signs any more,
//! so this one file calls `EVP_DigestSign` and `EVP_DigestVerify`; it is the only one with unsafe
//! code. Every raw pointer lives in a wrapper that frees it, and none leaves this file.
#![allow(unsafe_code)]

use super::{
    Key, Spelling,
    pem::{self, Label},
};
use crate::error::{Error, Result};
use aws_lc_sys as lc;
use std::ffi::c_int;
use std::ptr::{self, NonNull};
use zeroize::Zeroizing;

/// Fewer RSA bits than this are refused: NIST SP 800-131A, and CloudFront takes exactly 2048.
const MIN_RSA_BITS: c_int = 2048;

/// What stands before the bytes of an Ed25519 key in PKCS#8, and in SubjectPublicKeyInfo (RFC 8410).
const SEED: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const POINT: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// How a text is hashed and signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-1.
    RsaSha1,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaSha256,
    /// ECDSA on P-256 with SHA-1; signatures are DER.
    EcdsaSha1,
    /// ECDSA on P-256 with SHA-256; signatures are DER.
    EcdsaSha256,
    /// Ed25519.
    Ed25519,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::RsaSha1 => "rsa-sha1",
            Self::RsaSha256 => "rsa-sha256",
            Self::EcdsaSha1 => "ecdsa-sha1",
            Self::EcdsaSha256 => "ecdsa-sha256",
            Self::Ed25519 => "ed25519",
        }
    }

    const fn kind(self) -> (c_int, &'static str) {
        match self {
            Self::RsaSha1 | Self::RsaSha256 => (lc::EVP_PKEY_RSA, "an RSA key"),
            Self::EcdsaSha1 | Self::EcdsaSha256 => (lc::EVP_PKEY_EC, "a P-256 key"),
            Self::Ed25519 => (lc::EVP_PKEY_ED25519, "an Ed25519 key"),
        }
    }

    /// The digest, or null where the algorithm has its own.
    fn digest(self) -> *const lc::EVP_MD {
        match self {
            // SAFETY: takes nothing, returns a pointer to a constant of the library.
            Self::RsaSha1 | Self::EcdsaSha1 => unsafe { lc::EVP_sha1() },
            // SAFETY: as above.
            Self::RsaSha256 | Self::EcdsaSha256 => unsafe { lc::EVP_sha256() },
            Self::Ed25519 => ptr::null(),
        }
    }
}

/// A key out of PEM that writes its signatures in the spelling; a public one only verifies.
pub fn key(text: &[u8], algorithm: Algorithm, spelling: Spelling) -> Result<Box<dyn Key>> {
    Ok(KeyPair::from_pem(text, algorithm)?.spelled(spelling))
}

struct Spelled {
    pair: KeyPair,
    spelling: Spelling,
}

impl Key for Spelled {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.spelling.encode(&self.pair.sign(canonical)?, out);
        Ok(())
    }

    /// The public half decides: ECDSA draws a new nonce each time, so signing again proves nothing.
    fn verify(&self, canonical: &[u8], signature: &[u8], _scratch: &mut Vec<u8>) -> Result<bool> {
        let signature = self.spelling.decode(signature);
        Ok(signature.is_some_and(|signature| self.pair.verify(canonical, &signature)))
    }
}

/// A key pair, or the public half of one, bound to its algorithm.
pub struct KeyPair {
    key: Pkey,
    algorithm: Algorithm,
    public: bool,
}

impl KeyPair {
    /// Loads PKCS#8, PKCS#1, SEC 1 or SubjectPublicKeyInfo out of PEM.
    pub fn from_pem(text: &[u8], algorithm: Algorithm) -> Result<Self> {
        let (label, der) = pem::decode(text)?;
        Self::from_der(label, &der, algorithm)
    }

    /// The Ed25519 key pair of a seed of 32 bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self> {
        let der = Zeroizing::new([&SEED[..], seed].concat());
        Self::from_der(Label::Private, &der, Algorithm::Ed25519)
    }

    /// The public half of an Ed25519 key, as its 32 bytes.
    pub fn from_public(point: &[u8; 32]) -> Result<Self> {
        Self::from_der(Label::Public, &[&POINT[..], point].concat(), Algorithm::Ed25519)
    }

    fn from_der(label: Label, der: &[u8], algorithm: Algorithm) -> Result<Self> {
        let key = Pkey::parse(label, der).ok_or_else(|| {
            Error::Data(
                "the key is damaged: its content is not a key that can be read; copy it again, whole".into(),
            )
        })?;
        let (kind, wanted) = algorithm.kind();
        if key.kind() != kind || (kind == lc::EVP_PKEY_EC && !key.is_p256()) {
            let text = format!(
                "the key is of another kind: {} needs {wanted}; give that key, or name its algorithm",
                algorithm.name()
            );
            return Err(Error::Data(text));
        }
        if kind == lc::EVP_PKEY_RSA && key.bits() < MIN_RSA_BITS {
            let text = format!("the RSA key has {} bits; make one of {MIN_RSA_BITS} or more", key.bits());
            return Err(Error::WeakSecret(text));
        }
        Ok(Self { key, algorithm, public: label.is_public() })
    }

    /// A key that writes its signatures in the spelling.
    #[must_use]
    pub fn spelled(self, spelling: Spelling) -> Box<dyn Key> {
        Box::new(Spelled { pair: self, spelling })
    }

    /// Whether the key can only verify.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        self.public
    }

    /// The signature of a text, in binary.
    pub fn sign(&self, text: &[u8]) -> Result<Vec<u8>> {
        if self.public {
            let text = "this is a public key: it verifies, but cannot sign; give the private key";
            return Err(Error::Data(text.into()));
        }
        let failed = || Error::Software("the library refused to sign with this key".into());
        let context = Context::signing(&self.key, self.algorithm).ok_or_else(failed)?;
        context.sign(text, self.key.size()).ok_or_else(failed)
    }

    /// Whether a binary signature is one of this text.
    #[must_use]
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let context = Context::verifying(&self.key, self.algorithm);
        context.is_some_and(|context| context.verify(text, signature))
    }
}

/// An owned `EVP_PKEY`.
struct Pkey(NonNull<lc::EVP_PKEY>);

// SAFETY: nothing changes the key after `parse`; signing and verifying read it, and what the
// library caches inside (RSA blinding, Montgomery contexts) stands behind its own locks.
unsafe impl Send for Pkey {}
// SAFETY: as above.
unsafe impl Sync for Pkey {}

impl Drop for Pkey {
    fn drop(&mut self) {
        // SAFETY: the pointer came from the library, is not null, and is released only here.
        unsafe { lc::EVP_PKEY_free(self.0.as_ptr()) }
    }
}

impl Pkey {
    /// None where the bytes are not a key of that form, or something follows it.
    fn parse(label: Label, der: &[u8]) -> Option<Self> {
        let mut input = lc::CBS { data: der.as_ptr(), len: der.len() };
        let key = match label {
            // SAFETY: `input` spans `der`, which outlives the call; the caller owns what returns.
            Label::Private => Self::own(unsafe { lc::EVP_parse_private_key(&raw mut input) }),
            // SAFETY: as above.
            Label::Public => Self::own(unsafe { lc::EVP_parse_public_key(&raw mut input) }),
            // SAFETY: as above.
            Label::RsaPrivate => Self::of_rsa(unsafe { lc::RSA_parse_private_key(&raw mut input) }),
            // SAFETY: as above.
            Label::RsaPublic => Self::of_rsa(unsafe { lc::RSA_parse_public_key(&raw mut input) }),
            // SAFETY: as above; a null group lets the key name its own.
            Label::EcPrivate => {
                Self::of_ec(unsafe { lc::EC_KEY_parse_private_key(&raw mut input, ptr::null()) })
            }
        };
        forget_errors();
        key.filter(|_| input.len == 0)
    }

    fn own(key: *mut lc::EVP_PKEY) -> Option<Self> {
        NonNull::new(key).map(Self)
    }

    /// Wraps an owned RSA key, or null; the pointer is released on every way out.
    fn of_rsa(rsa: *mut lc::RSA) -> Option<Self> {
        // SAFETY: takes nothing; null or a fresh, empty key.
        let key = Self::own(unsafe { lc::EVP_PKEY_new() });
        // SAFETY: both are valid; set1 takes a reference of its own, so ours is released below.
        let set =
            key.filter(|key| !rsa.is_null() && unsafe { lc::EVP_PKEY_set1_RSA(key.0.as_ptr(), rsa) } == 1);
        // SAFETY: ours to release, once; null is allowed.
        unsafe { lc::RSA_free(rsa) };
        set
    }

    /// Wraps an owned EC key, or null; the pointer is released on every way out.
    fn of_ec(ec: *mut lc::EC_KEY) -> Option<Self> {
        // SAFETY: takes nothing; null or a fresh, empty key.
        let key = Self::own(unsafe { lc::EVP_PKEY_new() });
        // SAFETY: both are valid; set1 takes a reference of its own, so ours is released below.
        let set =
            key.filter(|key| !ec.is_null() && unsafe { lc::EVP_PKEY_set1_EC_KEY(key.0.as_ptr(), ec) } == 1);
        // SAFETY: ours to release, once; null is allowed.
        unsafe { lc::EC_KEY_free(ec) };
        set
    }

    fn kind(&self) -> c_int {
        // SAFETY: a valid key, only read.
        unsafe { lc::EVP_PKEY_id(self.0.as_ptr()) }
    }

    fn bits(&self) -> c_int {
        // SAFETY: a valid key, only read.
        unsafe { lc::EVP_PKEY_bits(self.0.as_ptr()) }
    }

    /// The most bytes that a signature of this key takes.
    fn size(&self) -> usize {
        // SAFETY: a valid key, only read.
        usize::try_from(unsafe { lc::EVP_PKEY_size(self.0.as_ptr()) }).unwrap_or(0)
    }

    fn is_p256(&self) -> bool {
        // SAFETY: a valid key, only read; what `get0` returns is borrowed from it, null where the
        // key is of another kind, and is not used after this block.
        unsafe {
            let ec = lc::EVP_PKEY_get0_EC_KEY(self.0.as_ptr());
            if ec.is_null() {
                return false;
            }
            let group = lc::EC_KEY_get0_group(ec);
            !group.is_null() && lc::EC_GROUP_get_curve_name(group) == lc::NID_X9_62_prime256v1
        }
    }
}

/// An owned `EVP_MD_CTX` that borrows its key, for one signature.
struct Context<'k> {
    context: NonNull<lc::EVP_MD_CTX>,
    _key: &'k Pkey,
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from `EVP_MD_CTX_new`, is not null, and is released only here.
        unsafe { lc::EVP_MD_CTX_free(self.context.as_ptr()) }
    }
}

impl<'k> Context<'k> {
    fn new(key: &'k Pkey) -> Option<Self> {
        // SAFETY: takes nothing; null or a fresh context.
        let context = NonNull::new(unsafe { lc::EVP_MD_CTX_new() })?;
        Some(Self { context, _key: key })
    }

    fn signing(key: &'k Pkey, algorithm: Algorithm) -> Option<Self> {
        let this = Self::new(key)?;
        let (context, key) = (this.context.as_ptr(), key.0.as_ptr());
        // SAFETY: a fresh context, a constant digest or null, and a key that outlives the context;
        // the second and fourth arguments may be null.
        let ready = unsafe {
            lc::EVP_DigestSignInit(context, ptr::null_mut(), algorithm.digest(), ptr::null_mut(), key)
        };
        settled(ready).then_some(this)
    }

    fn verifying(key: &'k Pkey, algorithm: Algorithm) -> Option<Self> {
        let this = Self::new(key)?;
        let (context, key) = (this.context.as_ptr(), key.0.as_ptr());
        // SAFETY: as in `signing`.
        let ready = unsafe {
            lc::EVP_DigestVerifyInit(context, ptr::null_mut(), algorithm.digest(), ptr::null_mut(), key)
        };
        settled(ready).then_some(this)
    }

    fn sign(self, text: &[u8], size: usize) -> Option<Vec<u8>> {
        let (mut signature, mut length) = (vec![0; size], size);
        // SAFETY: an initialised context; `length` holds the capacity of `signature` and receives
        // what was written, which is never more; `text` is read for its own length.
        let done = unsafe {
            let out = signature.as_mut_ptr();
            lc::EVP_DigestSign(self.context.as_ptr(), out, &raw mut length, text.as_ptr(), text.len())
        };
        signature.truncate(length);
        settled(done).then_some(signature)
    }

    fn verify(self, text: &[u8], signature: &[u8]) -> bool {
        let (context, length) = (self.context.as_ptr(), signature.len());
        // SAFETY: an initialised context; both slices are read for their own lengths.
        let done =
            unsafe { lc::EVP_DigestVerify(context, signature.as_ptr(), length, text.as_ptr(), text.len()) };
        settled(done)
    }
}

/// One is the library's only word for success. A failure leaves entries in the queue of this
/// thread, which nobody here reads and a TLS connection might mistake for its own.
fn settled(code: c_int) -> bool {
    if code != 1 {
        forget_errors();
    }
    code == 1
}

fn forget_errors() {
    // SAFETY: takes nothing, touches only this thread's queue.
    unsafe { lc::ERR_clear_error() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature as oracle;

    macro_rules! key {
        ($name:literal) => {
            include_bytes!(concat!("../../tests/vectors/keys/", $name, ".pem"))
        };
    }

    const TEXT: &[u8] = b"{\"Statement\":[]}";

    fn load(pem: &[u8], algorithm: Algorithm) -> KeyPair {
        KeyPair::from_pem(pem, algorithm).expect("a good key")
    }

    fn refusal(pem: &[u8], algorithm: Algorithm) -> Error {
        KeyPair::from_pem(pem, algorithm).err().expect("refused")
    }

    /// The point or modulus at the end of a SubjectPublicKeyInfo, as the safe interface wants it.
    fn oracle_key(pem: &[u8], length: usize) -> Vec<u8> {
        let (_, der) = pem::decode(pem).unwrap();
        der[der.len() - length..].to_vec()
    }

    #[test]
    fn the_safe_interface_of_the_library_accepts_what_is_signed() {
        let rsa = pem::decode(key!("rsa-2048-public-pkcs1")).unwrap().1.to_vec();
        let point = oracle_key(key!("p-256-public"), 65);
        let edwards = oracle_key(key!("ed25519-public"), 32);
        type Case<'a> = (&'a [u8], Algorithm, &'static dyn oracle::VerificationAlgorithm, &'a [u8]);
        let cases: [Case<'_>; 5] = [
            (
                key!("rsa-2048"),
                Algorithm::RsaSha1,
                &oracle::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
                &rsa,
            ),
            (key!("rsa-2048-pkcs1"), Algorithm::RsaSha256, &oracle::RSA_PKCS1_2048_8192_SHA256, &rsa),
            (key!("p-256"), Algorithm::EcdsaSha256, &oracle::ECDSA_P256_SHA256_ASN1, &point),
            (key!("p-256-sec1"), Algorithm::EcdsaSha256, &oracle::ECDSA_P256_SHA256_ASN1, &point),
            (key!("ed25519"), Algorithm::Ed25519, &oracle::ED25519, &edwards),
        ];
        for (pem, algorithm, verifier, public) in cases {
            let signature = load(pem, algorithm).sign(TEXT).unwrap();
            oracle::UnparsedPublicKey::new(verifier, public).verify(TEXT, &signature).expect("accepted");
        }
    }

    #[test]
    fn a_public_key_verifies_and_refuses_to_sign() {
        for (private, public, algorithm) in [
            (&key!("rsa-2048")[..], &key!("rsa-2048-public")[..], Algorithm::RsaSha1),
            (key!("rsa-2048"), key!("rsa-2048-public-pkcs1"), Algorithm::RsaSha256),
            (key!("p-256"), key!("p-256-public"), Algorithm::EcdsaSha1),
            (key!("p-256"), key!("p-256-public"), Algorithm::EcdsaSha256),
            (key!("ed25519"), key!("ed25519-public"), Algorithm::Ed25519),
        ] {
            let signature = load(private, algorithm).sign(TEXT).unwrap();
            let public = load(public, algorithm);
            assert!(public.is_public() && public.verify(TEXT, &signature), "{algorithm:?}");
            assert!(public.sign(TEXT).unwrap_err().to_string().contains("private key"), "{algorithm:?}");
        }
    }

    #[test]
    fn bare_ed25519_keys_are_those_of_rfc_8032() {
        let bytes = |text: &str| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap();
        let seed = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let point = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let signature = KeyPair::from_seed(&seed).unwrap().sign(b"").unwrap();
        let wanted = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac\
                      c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        assert_eq!(hex::encode(&signature), wanted);
        let public = KeyPair::from_public(&point).unwrap();
        assert!(public.verify(b"", &signature) && !public.verify(b"x", &signature));
        assert!(public.is_public() && public.sign(b"").is_err());
    }

    #[test]
    fn an_altered_text_or_signature_is_not_accepted() {
        for (pem, algorithm) in [
            (&key!("rsa-2048")[..], Algorithm::RsaSha1),
            (key!("p-256"), Algorithm::EcdsaSha1),
            (key!("ed25519"), Algorithm::Ed25519),
        ] {
            let key = load(pem, algorithm);
            let signature = key.sign(TEXT).unwrap();
            assert!(key.verify(TEXT, &signature));
            assert!(!key.verify(b"{\"Statement\":[ ]}", &signature), "{algorithm:?}");
            for index in 0..signature.len() {
                let mut altered = signature.clone();
                altered[index] ^= 1;
                assert!(!key.verify(TEXT, &altered), "{algorithm:?} byte {index}");
            }
            assert!(!key.verify(TEXT, &[]) && !key.verify(TEXT, &signature[1..]), "{algorithm:?}");
        }
    }

    #[test]
    fn sha_1_and_sha_256_are_told_apart() {
        let (one, two) =
            (load(key!("rsa-2048"), Algorithm::RsaSha1), load(key!("rsa-2048"), Algorithm::RsaSha256));
        assert!(!two.verify(TEXT, &one.sign(TEXT).unwrap()));
    }

    #[test]
    fn weak_wrong_and_broken_keys_are_refused_by_name() {
        let weak = refusal(key!("rsa-1024"), Algorithm::RsaSha1);
        assert!(matches!(&weak, Error::WeakSecret(text) if text.contains("1024")), "{weak}");
        for (pem, algorithm, word) in [
            (&key!("p-256")[..], Algorithm::RsaSha1, "an RSA key"),
            (key!("rsa-2048"), Algorithm::EcdsaSha256, "a P-256 key"),
            (key!("ed25519"), Algorithm::EcdsaSha256, "a P-256 key"),
            (key!("rsa-2048"), Algorithm::Ed25519, "an Ed25519 key"),
        ] {
            let error = refusal(pem, algorithm);
            assert!(error.to_string().contains(word), "{error}");
        }
        for pem in [&key!("secp256k1")[..], b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----"] {
            assert!(matches!(refusal(pem, Algorithm::EcdsaSha256), Error::Data(_)));
        }
    }

    #[test]
    fn bytes_after_the_key_are_refused() {
        let (label, mut der) = pem::decode(key!("p-256")).unwrap();
        assert!(Pkey::parse(label, &der).is_some());
        der.push(0);
        assert!(Pkey::parse(label, &der).is_none());
    }

    #[test]
    fn one_key_signs_in_several_threads() {
        let key = load(key!("rsa-2048"), Algorithm::RsaSha1);
        let first = key.sign(TEXT).unwrap();
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| key.sign(TEXT).unwrap())).collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), first);
            }
        });
    }
}
