//! The corpus of the fuzz targets, replayed: what the fuzzer once found stays found.

#[path = "../fuzz/bodies.rs"]
pub mod bodies;

use std::{fs, path::Path};

#[test]
fn every_seed_of_every_target_still_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (name, body) in bodies::TARGETS {
        let seeds = fs::read_dir(corpus.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut count = 0;
        for seed in seeds {
            body(&fs::read(seed.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count >= 3, "{name} has {count} seeds");
    }
}

#[test]
fn every_target_can_be_fuzzed() {
    let manifest = include_str!("../fuzz/Cargo.toml");
    let named: Vec<_> = manifest.lines().filter_map(|line| line.strip_prefix("path = \"targets/")).collect();
    let wanted: Vec<_> = bodies::TARGETS.iter().map(|(name, _)| format!("{name}.rs\"")).collect();
    assert_eq!(named, wanted);
}
