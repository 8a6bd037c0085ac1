//! Properties of the rooms that read outside bytes.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "properties/changed.rs"]
mod changed;
#[path = "properties/config.rs"]
mod config;
#[path = "properties/corpus.rs"]
mod corpus;
#[path = "properties/http.rs"]
mod http;
#[path = "properties/schemes.rs"]
mod schemes;
#[path = "properties/sign.rs"]
mod sign;

#[path = "properties/output.rs"]
mod output;

#[path = "properties/pace.rs"]
mod pace;
#[path = "properties/playlist.rs"]
mod playlist;
#[path = "common/published.rs"]
#[allow(dead_code, reason = "the black-box tests use the rest")]
mod published;
#[path = "properties/purge.rs"]
mod purge;
#[path = "properties/release.rs"]
mod release;
#[path = "properties/table.rs"]
mod table;
