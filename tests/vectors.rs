//! Conformance vectors.
fn main() {}
