//! Time and chance, injected so that tests own both.

use crate::error::Result;
use std::time::Duration;

/// The wall clock, waiting, and random draws.
pub trait Clock: Send + Sync {
    /// Time since 1970-01-01T00:00:00Z. A clock before 1970 is an error that names it.
    fn now(&self) -> Result<Duration>;

    /// A monotonic reading, for elapsed times.
    fn elapsed(&self) -> Duration;

    /// Waits, and ends early with [`crate::error::Error::Interrupted`] when a signal arrives.
    fn sleep(&self, wait: Duration) -> Result<()>;

    /// Evenly drawn from zero to `ceiling`, both included.
    fn draw(&self, ceiling: Duration) -> Duration;

    /// Fills the buffer with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}
