//! Properties of the rooms that read outside bytes.
