//! What the test binaries share: the runner, and a scripted CDN.

pub mod cdn;
pub mod runner;
