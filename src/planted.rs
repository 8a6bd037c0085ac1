//! Faults on purpose: each breaks one promise of SECURITY.md at the line that keeps it, so that `tests/posture` can see
//! the promise's tests fail. Without the feature `planted` nothing of them is compiled.

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("the feature `planted` breaks promises on purpose; it is for tests and never in a release");

/// Whether this fault was asked for: `false`, as a constant, without the feature `planted`.
#[cfg(not(feature = "planted"))]
macro_rules! planted {
    ($name:literal) => {
        false
    };
}

/// Whether this fault was asked for.
#[cfg(feature = "planted")]
macro_rules! planted {
    ($name:literal) => {
        $crate::planted::is($name)
    };
}

/// Whether `STRATOS_PLANT` names this fault.
#[cfg(feature = "planted")]
pub fn is(name: &str) -> bool {
    static PLANT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    PLANT.get_or_init(|| std::env::var("STRATOS_PLANT").ok()).as_deref() == Some(name)
}

#[cfg(test)]
mod tests {
    /// What the posture check says of an ignored test is tried on this one.
    #[test]
    #[ignore = "it stands for a test that somebody switched off"]
    fn this_is_ignored() {}
}
