//! How many different things were seen: exactly up to a limit, and from there on by a sketch of fixed size.

use std::collections::HashSet;

/// So many are kept one by one.
const EXACT: usize = 1 << 16;
/// Registers of the sketch: its error is 1.04 / sqrt(2^14), less than one per cent.
const BITS: u32 = 14;

/// A count of hashes that takes half a megabyte or two at most.
#[derive(Debug, Default)]
pub struct Distinct {
    exact: HashSet<u64>,
    /// Hyperloglog: for each register the longest run of zeros that a hash of its began with.
    sketch: Option<Box<[u8]>>,
}

impl Distinct {
    /// Counts a hash that may have been seen.
    pub fn add(&mut self, hash: u64) {
        if let Some(sketch) = &mut self.sketch {
            note(sketch, hash);
            return;
        }
        self.exact.insert(hash);
        if self.exact.len() > EXACT {
            let mut sketch = vec![0; 1 << BITS].into_boxed_slice();
            std::mem::take(&mut self.exact).into_iter().for_each(|hash| note(&mut sketch, hash));
            self.sketch = Some(sketch);
        }
    }

    /// How many, and whether that is exact.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, positive and far below 2^52"
    )]
    pub fn count(&self) -> (u64, bool) {
        let Some(sketch) = &self.sketch else { return (self.exact.len() as u64, true) };
        // Flajolet and others, 2007; above the limit the small-range correction never applies.
        let registers = sketch.len() as f64;
        let alpha = 0.7213 / (1.0 + 1.079 / registers);
        let sum: f64 = sketch.iter().map(|run| 0.5_f64.powi(i32::from(*run))).sum();
        ((alpha * registers * registers / sum).round() as u64, false)
    }
}

fn note(sketch: &mut [u8], hash: u64) {
    let register = (hash >> (64 - BITS)) as usize;
    // The bit set at the end bounds the run.
    let run = ((hash << BITS) | (1 << (BITS - 1))).leading_zeros() + 1;
    let run = u8::try_from(run).unwrap_or(u8::MAX);
    sketch[register] = sketch[register].max(run);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{DefaultHasher, Hash, Hasher};

    fn counted(many: u64) -> (u64, bool) {
        let mut distinct = Distinct::default();
        for number in (0..many).chain(0..many.min(1_000)) {
            let mut hasher = DefaultHasher::new();
            number.hash(&mut hasher);
            distinct.add(hasher.finish());
        }
        distinct.count()
    }

    #[test]
    fn few_are_counted_and_many_estimated_within_three_per_cent() {
        assert_eq!(counted(0), (0, true));
        assert_eq!(counted(65_536), (65_536, true));
        for many in [65_537, 300_000] {
            let (count, exact) = counted(many);
            assert!(!exact && count.abs_diff(many) * 100 <= many * 3, "{many}: {count}");
        }
    }
}
