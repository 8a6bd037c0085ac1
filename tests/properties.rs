//! Properties of the rooms that read outside bytes.

#[path = "properties/config.rs"]
mod config;
#[path = "properties/sign.rs"]
mod sign;
