//! Debian's minisign and our code judge each other's files.

use super::{Row, common, current, sample};
use common::{
    own_cli::trusting,
    published::{Keys, Written},
};
use std::{fs, path::Path, process::Command};

const MINISIGN: Option<&str> = Some("minisign");

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("minisign_verifies_what_the_tests_sign", MINISIGN, minisign_verifies_what_the_tests_sign),
    ("what_minisign_signs_is_verified_here", MINISIGN, what_minisign_signs_is_verified_here),
    ("both_refuse_the_same_damage", MINISIGN, both_refuse_the_same_damage),
];

fn minisign(folder: &Path, args: &[&str]) -> bool {
    Command::new("minisign").args(args).current_dir(folder).output().unwrap().status.success()
}

fn theirs(release: &Written, keys: &Keys, file: &str) -> bool {
    minisign(release.folder(), &["-V", "-q", "-m", file, "-P", &keys.public()])
}

fn ours(release: &Written, keys: &Keys, file: &str) -> bool {
    let alone = release.path("alone");
    fs::create_dir_all(&alone).unwrap();
    for name in [file.to_owned(), format!("{file}.minisig")] {
        fs::write(alone.join(&name), release.read(&name)).unwrap();
    }
    let run = trusting(&current(keys), ["verify".as_ref(), alone.join(file).as_os_str()]).run();
    assert!(matches!(run.code, Some(0 | 65)), "{}", run.everything());
    run.code == Some(0)
}

fn minisign_verifies_what_the_tests_sign() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    for file in ["stratos.1", "manifest.json", "install.sh"] {
        assert!(theirs(&release, &keys, file), "{file}");
    }
    assert!(!theirs(&release, &Keys::new(), "stratos.1"));
}

fn what_minisign_signs_is_verified_here() {
    let strangers = Keys::new();
    let release = sample().write(&strangers);
    assert!(minisign(release.folder(), &["-G", "-W", "-p", "theirs.pub", "-s", "theirs.key"]));
    for file in ["stratos.1", "manifest.json"] {
        let comment = format!("stratos 0.1.0 {file}");
        assert!(minisign(release.folder(), &["-S", "-s", "theirs.key", "-m", file, "-t", &comment]));
    }
    let public = release.path("theirs.pub");
    let text = fs::read_to_string(&public).unwrap();
    let (head, key) = text.trim_end().split_once('\n').unwrap();
    let named = ["--key-file", public.to_str().unwrap()];
    let file = release.path("stratos.1");
    let run = trusting("", [&["verify", file.to_str().unwrap()][..], &named].concat()).run().exits(0);
    let id = head.rsplit(' ').next().unwrap();
    assert_eq!(run.json()["key_id"], format!("{id:0>16}"));
    assert_eq!(run.json()["by"], "manifest and signature");
    // As a key that was compiled in.
    trusting(&format!("next {key}\n"), ["verify".as_ref(), file.as_os_str()]).run().exits(0);
    let run = trusting(&current(&strangers), ["verify".as_ref(), file.as_os_str()]).run().exits(65);
    assert_eq!(run.json()["verdict"], "unknown key");
}

fn both_refuse_the_same_damage() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    assert!(ours(&release, &keys, "stratos.1") && theirs(&release, &keys, "stratos.1"));
    for name in ["stratos.1", "stratos.1.minisig"] {
        let good = release.read(name);
        // Behind the untrusted comment, which minisign lets pass in any form.
        let start =
            if name.ends_with("minisig") { good.iter().position(|byte| *byte == b'\n').unwrap() } else { 0 };
        for at in (start..good.len()).step_by(11) {
            let mut bad = good.clone();
            bad[at] ^= 2;
            release.put(name, bad);
            assert!(!ours(&release, &keys, "stratos.1"), "{name}, byte {at}");
            // minisign 0.11 passes over the bits of the last digit that no byte needs.
            let unneeded = good.get(at + 1) == Some(&b'=');
            assert!(unneeded || !theirs(&release, &keys, "stratos.1"), "{name}, byte {at}");
        }
        release.put(name, good);
    }
}
