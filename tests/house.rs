//! Checks the tables and the imports.
