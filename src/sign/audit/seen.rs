//! Signatures that were seen before, in a table of fixed size: memory does not grow with the list, and of two links
//! that lie more than a hundred thousand apart the first may be forgotten.

use std::hash::{BuildHasher, RandomState};

/// A power of two.
const PLACES: usize = 1 << 17;

/// Where a signature was seen last, by its hash.
#[derive(Debug, Default)]
pub struct Seen {
    hasher: RandomState,
    places: Vec<Place>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    signature: u64,
    path: u64,
    line: u64,
}

impl Seen {
    /// Remembers it, and gives the line on which the same signature stood on another path.
    pub fn elsewhere(&mut self, line: u64, signature: (&str, &[u8]), path: &str) -> Option<u64> {
        if self.places.is_empty() {
            self.places = vec![Place::default(); PLACES];
        }
        let signature = self.hasher.hash_one(signature);
        let fresh = Place { signature, path: self.hasher.hash_one(path), line };
        let at = usize::try_from(signature % PLACES as u64).unwrap_or(0);
        let last = std::mem::replace(&mut self.places[at], fresh);
        (last.line > 0 && last.signature == signature && last.path != fresh.path).then_some(last.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_known_again_on_another_path_only() {
        let mut seen = Seen::default();
        assert_eq!(seen.elsewhere(1, ("a", b"one"), "/a"), None);
        assert_eq!(seen.elsewhere(2, ("a", b"one"), "/a"), None);
        assert_eq!(seen.elsewhere(3, ("b", b"one"), "/b"), None);
        assert_eq!(seen.elsewhere(4, ("a", b"one"), "/b"), Some(2));
        for line in 5..400_000 {
            assert_eq!(seen.elsewhere(line, ("a", &line.to_le_bytes()), "/"), None);
        }
        assert_eq!(seen.places.len(), PLACES);
    }
}
