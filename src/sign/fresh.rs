//! New keys: of the kind, length and spelling that a row wants.

use super::{
    Params, Scheme, Spelling,
    pem::{self, Label},
};
use crate::{
    error::{Error, Result},
    secret::Secret,
};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{self, KeySize},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use zeroize::Zeroizing;

/// What a key of a scheme is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// 32 random bytes, written as the row says; as text, in hexadecimal.
    Secret,
    /// So many random bytes, in the spelling.
    Bytes(usize, Spelling),
    /// Bytes like these, and others for the secret param of this name.
    Paired(usize, Spelling, &'static str),
    /// So many letters and digits, where the vendor takes nothing else.
    Letters(usize),
    /// An RSA key in PEM, of one of these sizes.
    Rsa(&'static [u16]),
    /// A key on the curve P-256 in PEM.
    P256,
    /// The seed of an Ed25519 key in base64url.
    Ed25519,
    /// The vendor issues it: where.
    Vendor(&'static str),
}

/// A new key.
#[derive(Debug)]
pub struct Made {
    /// What it is, in a few words.
    pub kind: String,
    /// As the scheme wants it written.
    pub secret: Secret,
    /// The secret param that belongs to it.
    pub beside: Option<(&'static str, Secret)>,
    /// The half that may be known, where there is one.
    pub public: Option<String>,
}

/// Makes a key. `fill` gives random bytes; `bits` is the size of an RSA key, the smallest unless given.
pub fn make(
    scheme: &Scheme,
    params: Params<'_>,
    bits: Option<u16>,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<Made> {
    let fresh = (scheme.fresh)(params);
    if bits.is_some() && !matches!(fresh, Fresh::Rsa(_)) {
        return Err(Error::Usage(format!("the key of scheme {} has no --bits; leave it out", scheme.id)));
    }
    match fresh {
        Fresh::Secret => Ok(random(32, scheme.secret, fill)),
        Fresh::Bytes(count, spelling) => Ok(random(count, spelling, fill)),
        Fresh::Paired(count, spelling, name) => {
            let beside = Some((name, random(count, spelling, fill).secret));
            Ok(Made { beside, ..random(count, spelling, fill) })
        }
        Fresh::Letters(count) => Ok(letters(count, fill)),
        Fresh::Rsa(sizes) => rsa(scheme, sizes, bits),
        Fresh::P256 => p256(),
        Fresh::Ed25519 => ed25519(fill),
        Fresh::Vendor(place) => {
            Err(Error::Usage(format!("a key for scheme {} cannot be made here; {place}", scheme.id)))
        }
    }
}

/// Text as the key of a scheme that takes any: the bytes in hexadecimal.
fn random(count: usize, spelling: Spelling, fill: &mut dyn FnMut(&mut [u8])) -> Made {
    let mut bytes = Zeroizing::new(vec![0; count]);
    fill(&mut bytes);
    let written = if spelling == Spelling::Raw { Spelling::Hex } else { spelling };
    let mut text = Vec::new();
    written.encode(&bytes, &mut text);
    let kind = format!("{count} random bytes in {}", written.name());
    Made { kind, secret: Secret::new(text), beside: None, public: None }
}

fn letters(count: usize, fill: &mut dyn FnMut(&mut [u8])) -> Made {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = Vec::with_capacity(count);
    while text.len() < count {
        let mut byte = [0];
        fill(&mut byte);
        // 248 is four times 62: what lies above would make some letters likelier.
        if byte[0] < 248 {
            text.push(LETTERS[usize::from(byte[0]) % LETTERS.len()]);
        }
    }
    let kind = format!("{count} random letters and digits");
    Made { kind, secret: Secret::new(text), beside: None, public: None }
}

fn failed<E>(_: E) -> Error {
    Error::Software("the library made no key".into())
}

fn rsa(scheme: &Scheme, sizes: &[u16], bits: Option<u16>) -> Result<Made> {
    let bits = bits.or(sizes.first().copied()).unwrap_or(2048);
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        _ => KeySize::Rsa4096,
    };
    if !sizes.contains(&bits) {
        let sizes: Vec<String> = sizes.iter().map(u16::to_string).collect();
        return Err(Error::Usage(format!(
            "scheme {} takes no RSA key of {bits} bits; give --bits {}",
            scheme.id,
            sizes.join(" or ")
        )));
    }
    let pair = rsa::KeyPair::generate(size).map_err(failed)?;
    let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(failed)?;
    let public = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).map_err(failed)?;
    Ok(pem_pair(format!("RSA-{bits} in PEM"), private.as_ref(), public.as_ref()))
}

fn p256() -> Result<Made> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(failed)?;
    let private = pair.to_pkcs8v1().map_err(failed)?;
    let public = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).map_err(failed)?;
    Ok(pem_pair("P-256 in PEM".into(), private.as_ref(), public.as_ref()))
}

fn pem_pair(kind: String, private: &[u8], public: &[u8]) -> Made {
    let secret = Secret::new(pem::encode(Label::Private, private).as_bytes());
    let public = Some(pem::encode(Label::Public, public).to_string());
    Made { kind, secret, beside: None, public }
}

fn ed25519(fill: &mut dyn FnMut(&mut [u8])) -> Result<Made> {
    let mut seed = Zeroizing::new([0; 32]);
    fill(&mut *seed);
    let pair = Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(failed)?;
    let spelled = |bytes: &[u8]| {
        let mut text = Vec::new();
        Spelling::Base64UrlPadded.encode(bytes, &mut text);
        text
    };
    let public = String::from_utf8(spelled(pair.public_key().as_ref())).map_err(failed)?;
    let secret = Secret::new(spelled(&*seed));
    let kind = "the seed of an Ed25519 key in base64url".to_owned();
    Ok(Made { kind, secret, beside: None, public: Some(public) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::{SCHEMES, Signer};

    /// Bytes that count, so that no two keys are alike.
    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0_u8;
        move |bytes| {
            bytes.fill_with(|| {
                next = next.wrapping_add(37);
                next
            });
        }
    }

    fn made(scheme: &Scheme, params: Params<'_>, bits: Option<u16>) -> Result<Made> {
        make(scheme, params, bits, &mut counting())
    }

    #[test]
    fn every_row_takes_the_key_that_is_made_for_it_or_says_who_issues_it() {
        for scheme in SCHEMES {
            let listed = scheme.params.iter().flat_map(|param| {
                let public = |value: &&&str| param.name != "key_kind" || **value != "public";
                param.values.iter().filter(public).map(|value| vec![(param.name, *value)])
            });
            for pairs in std::iter::once(Vec::new()).chain(listed) {
                if let Fresh::Vendor(place) = (scheme.fresh)(Params(&pairs)) {
                    let error = made(scheme, Params(&pairs), None).unwrap_err();
                    assert_eq!(error.facts().exit, 64);
                    assert!(place.len() > 20, "{}: {place}", scheme.id);
                    continue;
                }
                let made = made(scheme, Params(&pairs), None).unwrap();
                let beside = made.beside.as_ref().map(|(name, secret)| (*name, secret.text().unwrap()));
                let pairs: Vec<_> = pairs.iter().copied().chain(beside).collect();
                let signer = Signer { scheme, keys: Vec::new() };
                let signer = signer.with(Some("3"), &made.secret, Params(&pairs));
                assert!(signer.is_ok(), "{} {pairs:?}: {:?}", scheme.id, signer.err());
                assert!(made.secret.text().is_some() && !made.secret.expose().ends_with(b"\n\n"));
            }
        }
    }

    #[test]
    fn the_public_half_verifies_what_the_private_one_signed() {
        for (id, params) in [
            ("cloudfront", &[("algorithm", "rsa-sha256")][..]),
            ("cloudfront", &[("algorithm", "ecdsa-sha256")]),
            ("gcp-media-cdn", &[]),
        ] {
            let scheme = Scheme::find(id).unwrap();
            let made = made(scheme, Params(params), None).unwrap();
            let public = Secret::new(made.public.unwrap());
            let seed = scheme.param("key_kind").is_some();
            let half: Vec<_> = params.iter().copied().chain(seed.then_some(("key_kind", "public"))).collect();
            let key = |secret: &Secret, pairs: &[(&str, &str)]| {
                (scheme.prepare)(&scheme.secret.decode(secret.expose()).unwrap(), Params(pairs)).unwrap()
            };
            let mut signature = Vec::new();
            key(&made.secret, params).sign(b"text", &mut signature).unwrap();
            assert!(key(&public, &half).verify(b"text", &signature, &mut Vec::new()).unwrap(), "{id}");
        }
    }

    #[test]
    fn sizes_are_those_of_the_row() {
        let cloudfront = Scheme::find("cloudfront").unwrap();
        assert_eq!(made(cloudfront, Params::default(), Some(3072)).unwrap_err().facts().exit, 64);
        let rs256 = Params(&[("algorithm", "RS256")]);
        let larger = made(Scheme::find("rfc9246").unwrap(), rs256, Some(3072)).unwrap();
        assert_eq!(larger.kind, "RSA-3072 in PEM");
        let text = Scheme::find("cloudcdn").unwrap();
        assert_eq!(made(text, Params::default(), Some(2048)).unwrap_err().facts().exit, 64);
        let key = made(text, Params::default(), None).unwrap();
        assert_eq!(key.secret.expose().len(), 64);
        assert_ne!(letters(32, &mut counting()).secret, letters(32, &mut |bytes| bytes.fill(1)).secret);
    }
}
