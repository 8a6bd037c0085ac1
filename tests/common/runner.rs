//! Runs the binary with a cleared environment and a home of its own.
