//! Releases: what was signed is believed, what was changed by a byte is not, and no name leaves its folder.

use crate::published::{Keys, Published};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::json;
use std::{
    path::{Component, Path},
    sync::LazyLock,
};
use stratos::release::{Manifest, Signature, Trust, digest, names, vouched};

static KEYS: LazyLock<Keys> = LazyLock::new(Keys::new);
static TRUST: LazyLock<Trust> = LazyLock::new(|| Trust::parse(&KEYS.line("current")).unwrap());

fn flipped(bytes: &[u8], at: Index, bit: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = at.index(bytes.len());
    bytes[at] ^= 1 << bit;
    bytes
}

proptest! {
    #[test]
    fn a_changed_byte_of_a_file_or_of_what_vouches_for_it_is_refused(
        bytes in vec(any::<u8>(), 1..300),
        at: Index,
        bit in 0..8_u8,
    ) {
        let release = Published::new("0.1.0").file("stratos.1", "man", None, bytes.clone());
        let (manifest, comment) = (release.manifest().into_bytes(), "stratos 0.1.0 stratos.1");
        let signature = KEYS.sign(&manifest, "stratos 0.1.0 manifest.json").into_bytes();
        let found = vouched(&manifest, &signature, &TRUST).unwrap().manifest;
        let entry = found.find("stratos.1").unwrap();
        prop_assert!(entry.compare(&digest::sum(&bytes[..]).unwrap()).is_ok());
        let altered = flipped(&bytes, at, bit);
        prop_assert!(entry.compare(&digest::sum(&altered[..]).unwrap()).is_err());
        prop_assert!(vouched(&flipped(&manifest, at, bit), &signature, &TRUST).is_err());
        prop_assert!(vouched(&manifest, &flipped(&signature, at, bit), &TRUST).is_err());
        let own = Signature::parse(KEYS.sign(&bytes, comment).as_bytes()).unwrap();
        prop_assert_eq!(own.verify(&bytes, &TRUST).unwrap().to_string(), comment);
        prop_assert!(own.verify(&altered, &TRUST).is_err());
    }

    #[test]
    fn a_name_that_a_manifest_may_hold_is_one_plain_name(name in "[ -~\\u{0}\\u{e9}]{0,12}") {
        let row = json!([{ "file": name, "kind": "man", "target": null, "size": 1, "sha256": "0".repeat(64) }]);
        let text = Published::new("0.1.0").member("files", row).manifest();
        let plain = {
            let mut parts = Path::new(&name).components();
            matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
        };
        match Manifest::parse(text.as_bytes()) {
            Ok(manifest) => {
                prop_assert!(plain && !name.contains(['\\', ':', '/']), "{}", name);
                prop_assert_eq!(&manifest.files[0].file, &name);
            }
            Err(_) => prop_assert!(names::fault(&name).is_some() || name.ends_with(".minisig")),
        }
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written(
        files in proptest::collection::btree_map("[a-z_][a-z0-9._+-]{0,20}", vec(any::<u8>(), 1..20), 0..8),
    ) {
        let release = files.iter().fold(Published::new("1.2.3-rc.1"), |release, (name, bytes)| {
            release.file(name, "completion", None, bytes.clone())
        });
        let found = Manifest::parse(release.manifest().as_bytes());
        prop_assume!(!files.keys().any(|name| name.ends_with(".minisig") || name == "manifest.json"));
        let found = found.unwrap();
        prop_assert_eq!(found.version.to_string(), "1.2.3-rc.1");
        prop_assert_eq!(found.files.len(), files.len());
        for (entry, (name, bytes)) in found.files.iter().zip(&files) {
            prop_assert_eq!((&entry.file, entry.size), (name, bytes.len() as u64));
            prop_assert!(entry.compare(&digest::sum(&bytes[..]).unwrap()).is_ok());
        }
    }
}
