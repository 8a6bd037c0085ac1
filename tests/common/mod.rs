//! What the test binaries share: the runner, a scripted CDN, a signed release, a CLI with other keys.
#![allow(dead_code, missing_docs, clippy::unwrap_used, reason = "each test binary uses its part")]

pub mod cdn;
pub mod own_cli;
pub mod published;
pub mod runner;
