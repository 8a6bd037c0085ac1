//! The embedded edge.
