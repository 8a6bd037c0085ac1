//! Size and SHA-256 of bytes that pass by, in constant memory.

use sha2::Digest as _;
use std::{
    fmt,
    io::{self, Read},
};

/// A SHA-256, shown as lower-case hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Reads 64 digits of hex in lower case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

/// How long bytes are, and their digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// In bytes.
    pub size: u64,
    /// Of all of them.
    pub sha256: Digest,
}

impl Sum {
    /// Of bytes in memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut meter = Meter::default();
        meter.update(bytes);
        meter.finish()
    }
}

/// Sums up what it is given.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    size: u64,
    hash: sha2::Sha256,
}

impl Meter {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
    }

    /// How many bytes it was given.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The sum of all.
    #[must_use]
    pub fn finish(self) -> Sum {
        Sum { size: self.size, sha256: Digest(self.hash.finalize().into()) }
    }
}

/// Reads to the end, a block at a time.
pub fn each_block(mut from: impl Read, mut take: impl FnMut(&[u8])) -> io::Result<()> {
    let mut block = vec![0; 64 << 10];
    loop {
        match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(count) => take(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The sum of all that a reader gives.
pub fn sum(from: impl Read) -> io::Result<Sum> {
    let mut meter = Meter::default();
    each_block(from, |block| meter.update(block))?;
    Ok(meter.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_summed_up_whole() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let found = sum(&b"abc"[..]).unwrap();
        assert_eq!((found.size, found.sha256.to_string().as_str()), (3, abc));
        assert_eq!(Digest::parse(abc), Some(found.sha256));
        let bytes: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let whole = sum(&bytes[..]).unwrap();
        assert_eq!(whole, sum(bytes[..7].chain(&bytes[7..])).unwrap());
        assert_eq!(whole.size, 200_000);
    }

    #[test]
    fn a_digest_has_one_spelling() {
        let good = "0".repeat(64);
        assert!(Digest::parse(&good).is_some());
        for bad in ["", &good[1..], &format!("{good}0"), &good.replace("00", "0g"), &"A".repeat(64)] {
            assert!(Digest::parse(bad).is_none(), "{bad}");
        }
    }
}
