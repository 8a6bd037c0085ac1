//! One adapter for each `scheme` of the vector files.

mod cloudcdn;

use super::case::Adapter;

/// All of them.
pub const ADAPTERS: &[Adapter] = &[cloudcdn::ADAPTER, cloudcdn::COLON];
