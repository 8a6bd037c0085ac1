//! stratos: mint, verify and debug CDN signed URLs offline; purge caches and prove them fresh.
//!
//! The rooms, and who may import whom, are drawn in CONTRIBUTING.md; `tests/house.rs` checks them.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail where it stands"))]

#[macro_use]
mod planted;

pub mod child;
pub mod cli;
pub mod clock;
pub mod command;
pub mod commands;
pub mod context;
pub mod credential;
#[cfg(feature = "edge")]
pub mod edge;
pub mod error;
pub mod explain;
pub mod http;
pub mod options;
pub mod playlist;
pub mod profile;
pub mod progress;
pub mod purge;
pub mod release;
pub mod report;
pub mod secret;
pub mod sign;
#[cfg(unix)]
mod startup;
pub mod upgrade;
