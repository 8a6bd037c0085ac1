//! uninstall
use crate::Row;
pub const TRIALS: &[Row] = &[];
