"""What `install/release` is made of; nothing beyond the standard library."""
