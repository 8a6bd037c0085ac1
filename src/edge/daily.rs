//! The quota of a UTC day, as CloudCDN counts it.

/// Purges of a day.
pub(super) const A_DAY: u32 = 100;
/// Its seconds.
pub(super) const DAY: u64 = 86_400;

/// Purges of one UTC day, the successful ones.
#[derive(Debug, Default)]
pub(super) struct Daily {
    day: u64,
    used: u32,
}

impl Daily {
    /// Takes one of today's; what is left after it, or `None` when nothing was left.
    pub(super) fn take(&mut self, now: u64) -> Option<u32> {
        if self.day != now / DAY {
            *self = Self { day: now / DAY, used: 0 };
        }
        (self.used < A_DAY).then(|| {
            self.used += 1;
            A_DAY - self.used
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_hundred_purges_and_the_next_day_too() {
        let mut daily = Daily::default();
        let noon = 20_000 * DAY + DAY / 2;
        let left: Vec<_> = (0..A_DAY).map(|_| daily.take(noon).unwrap()).collect();
        assert_eq!((left[0], left[99]), (99, 0));
        assert_eq!(daily.take(noon), None);
        assert_eq!(daily.take(20_001 * DAY), Some(99));
    }
}
