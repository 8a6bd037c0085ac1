//! Properties of the rooms that read outside bytes.

#[path = "properties/sign.rs"]
mod sign;
