//! The second opinion: minisign, where it is installed and the script holds a public key.

use crate::{
    Needs, Row,
    common::published::Keys,
    world::{SHELLS, Script, VERSION, World, binary_that_verifies},
};
use std::fs;

const SIGNED: Needs = &[("dash", "dash"), ("bash", "bash"), ("busybox", "busybox"), ("minisign", "minisign")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_good_signature_is_told", SIGNED, a_good_signature_is_told),
    ("without_minisign_that_is_told", SIGNED, without_minisign_that_is_told),
    ("a_bad_signature_is_refused", SIGNED, a_bad_signature_is_refused),
    ("the_binary_itself_judges_the_manifest", SIGNED, the_binary_itself_judges_the_manifest),
    ("a_flipped_byte_anywhere_in_a_manifest_is_refused", SIGNED, a_flipped_byte_anywhere_in_a_manifest_is_refused),
];

fn signed() -> World {
    let world = World::new();
    world.write_script(&world.keys.public());
    world
}

fn as_it_is(script: Script) -> Script {
    script
}

/// Under the shells that find minisign.
fn refuses(world: &World, code: i32, words: &[&str]) {
    for shell in &SHELLS[..4] {
        world.refuses_under(shell, code, words, as_it_is);
    }
}

fn a_good_signature_is_told() {
    let world = signed();
    for shell in &SHELLS[..4] {
        let run = world.script(shell).run().exits(0);
        assert!(run.stdout().contains("SHA-256 ok, signature ok\n"), "{}", run.stdout());
    }
}

fn without_minisign_that_is_told() {
    let world = signed();
    // Not even a bad one is looked at then: the digest decides, as the line says.
    world.flip(&format!("{}.minisig", world.binary_name()), 80);
    for shell in &SHELLS[..4] {
        let path = world.toolbox(&["sha256sum"]);
        let run = world.script(shell).env("PATH", path).run().exits(0);
        assert!(run.stdout().contains("signature not checked (no minisign)\n"), "{}", run.stdout());
    }
    world.script(&SHELLS[4]).run().exits(0);
}

fn a_bad_signature_is_refused() {
    let world = signed();
    let name = world.binary_name();
    let (bytes, path) = (fs::read(world.file(&name)).unwrap(), world.file(&format!("{name}.minisig")));
    let good = fs::read_to_string(&path).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone().into_bytes();
        bytes[at] ^= 1;
        String::from_utf8(bytes).unwrap()
    };
    let by = |keys: &Keys, comment: &str| keys.sign(&bytes, comment);
    let comment = format!("stratos {VERSION} {name}");
    let named = |comment: String| (by(&world.keys, &comment), format!("was made for \"{comment}\""));
    let bad = " is bad".to_owned();
    let signatures = [
        (by(&Keys::new(), &comment), bad.clone()),
        (flipped(good.find('\n').unwrap() + 20), bad.clone()),
        (flipped(good.find("trusted comment: stratos").unwrap() + 20), bad.clone()),
        (flipped(good.len() - 9), bad),
        named(format!("stratos 1.2.2 {name}")),
        named(format!("stratos {VERSION} stratos.1")),
        named(format!("{comment} ")),
        named(String::new()),
    ];
    for (case, (signature, words)) in signatures.into_iter().enumerate() {
        fs::write(&path, signature).unwrap();
        world.refuses_under(&SHELLS[case % 4], 65, &["the signature of", &words], as_it_is);
    }
    fs::remove_file(&path).unwrap();
    refuses(&world, 66, &[".minisig"]);
}

fn the_binary_itself_judges_the_manifest() {
    for (code, words) in [(0, "manifest.json: signature ok"), (78, "not checked (this build holds no key)")] {
        let world = World::of(&binary_that_verifies(VERSION, code));
        for shell in SHELLS {
            let run = world.script(shell).run().exits(0);
            assert!(run.stdout().contains(words), "{}", run.stdout());
        }
    }
    let world = World::of(&binary_that_verifies(VERSION, 65));
    world.refuses(65, &["stratos itself refuses the signature of manifest.json"], as_it_is);
    world.script(&SHELLS[0]).args(["--only-binary"]).run().exits(0);
}

fn a_flipped_byte_anywhere_in_a_manifest_is_refused() {
    let world = signed();
    let length = fs::read(world.file("manifest.json")).unwrap().len();
    for at in (0..length).step_by(length / 12) {
        world.flip("manifest.json", at);
        world.refuses_under(&SHELLS[at % 4], 65, &["manifest.json"], as_it_is);
        world.flip("manifest.json", at);
    }
    world.flip("manifest.json.minisig", 100);
    refuses(&world, 65, &["the signature of manifest.json is bad"]);
}
