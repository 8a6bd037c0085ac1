//! Signing.
pub mod asymmetric;
pub mod pem;
