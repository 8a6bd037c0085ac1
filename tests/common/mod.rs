//! What the test binaries share: the runner, and a scripted CDN.
#![allow(dead_code, missing_docs, clippy::unwrap_used, reason = "each test binary uses its part")]

pub mod cdn;
pub mod runner;
