//! Changed files: the URL of each file that changed or went is found, that of an unchanged one never, and a
//! manifest says the same as the files it was made of; whatever bytes are read, they are a release or an error.

use proptest::{collection::btree_map, collection::vec, prelude::*};
use std::collections::BTreeMap;
use stratos::purge::changed::{Files, Found, Hashed, Listed, Reader, Rules, Writer, compare};

type Release = BTreeMap<String, u8>;

/// Names that stand in each other's way: siblings, folders, packed copies.
fn release() -> impl Strategy<Value = Release> {
    btree_map("[ab]{1,2}(/[ab]{1,2}){0,2}(\\.html|\\.js|/index\\.html)?(\\.gz|\\.br)?", 0..3_u8, 0..24)
}

fn listed(release: &Release) -> Listed {
    let file = |(name, content): (&String, &u8)| stratos::purge::changed::File {
        name: name.clone().into_bytes(),
        size: 1,
        digest: [*content; 32],
    };
    Listed::new(release.iter().map(file).collect())
}

fn manifest(release: &Release) -> Vec<u8> {
    let (mut text, mut files) = (Vec::new(), listed(release));
    let mut writer = Writer::new(&mut text).unwrap();
    while let Some(file) = files.file() {
        writer.push(file).unwrap();
        files.advance().unwrap();
    }
    writer.finish().unwrap();
    text
}

fn rules() -> Rules {
    let mut rules = Rules::of(["https://h"]).unwrap();
    rules.hashed = Hashed::Never;
    rules
}

fn found(old: &Release, new: &Release) -> Found {
    compare(&mut listed(old), &mut listed(new), &rules()).unwrap()
}

proptest! {
    #[test]
    fn what_changed_or_went_is_found_and_what_stayed_never(old in release(), new in release()) {
        let urls = found(&old, &new).urls;
        let listed = |name: &str| urls.contains(&format!("https://h/{name}"));
        let stale = |name: &str| old.contains_key(name) && old.get(name) != new.get(name);
        for name in old.keys().chain(new.keys()) {
            // A packed copy is sent in place of its file.
            let packed = [".gz", ".br"].iter().any(|ending| stale(&format!("{name}{ending}")));
            prop_assert_eq!(listed(name), stale(name) || packed, "{}", name);
        }
        for name in old.keys().filter(|name| stale(name)) {
            if let Some(folder) = name.strip_suffix("index.html") {
                prop_assert!(listed(folder), "{}", folder);
            }
            if let Some(bare) = name.strip_suffix(".html") {
                let own = old.contains_key(bare) || new.contains_key(bare);
                let index = bare.ends_with("index");
                prop_assert!(own || index || listed(bare), "{}", bare);
            }
        }
        let counts = found(&old, &new).counts;
        prop_assert_eq!((counts.from, counts.to), (old.len() as u64, new.len() as u64));
        prop_assert_eq!(counts.changed + counts.removed, old.keys().filter(|name| stale(name)).count() as u64);
    }

    #[test]
    fn a_manifest_says_the_same_as_its_files(old in release(), new in release()) {
        let (from, to) = (manifest(&old), manifest(&new));
        let mut from = Reader::new(from.as_slice(), "old".into()).unwrap();
        let mut to = Reader::new(to.as_slice(), "new".into()).unwrap();
        let by_manifest = compare(&mut from, &mut to, &rules()).unwrap();
        prop_assert_eq!(by_manifest, found(&old, &new));
    }

    #[test]
    fn a_manifest_with_a_changed_byte_is_refused(
        files in release(),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let mut text = manifest(&files);
        let at = at.index(text.len());
        prop_assume!(text[at] != byte);
        text[at] = byte;
        prop_assert!(read_to_its_end(&text).is_err());
    }

    #[test]
    fn any_bytes_are_a_manifest_or_an_error(bytes in vec(any::<u8>(), 0..200), begun: bool) {
        let mut text = if begun { manifest(&Release::new())[..35].to_vec() } else { vec![] };
        text.extend(bytes);
        prop_assert!(read_to_its_end(&text).is_err());
    }
}

fn read_to_its_end(text: &[u8]) -> stratos::error::Result<()> {
    let mut reader = Reader::new(text, "m".into())?;
    while reader.file().is_some() {
        reader.advance()?;
    }
    Ok(())
}
