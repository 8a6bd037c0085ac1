//! `stratos verify FILE…`: through the manifest, through a signature of its own, by a digest.

use super::{Row, common, current, sample};
use common::{
    own_cli::trusting,
    published::{EXPIRES, Keys, Published, RELEASED, Written},
    runner::{Run, stratos},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
#[cfg(unix)]
use std::process::Command;
use std::{ffi::OsString, fs};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_release_is_valid_file_by_file_and_as_a_folder", None, a_release_is_valid_file_by_file_and_as_a_folder),
    ("each_way_to_vouch_is_enough_and_is_named", None, each_way_to_vouch_is_enough_and_is_named),
    ("a_flipped_byte_anywhere_is_refused", None, a_flipped_byte_anywhere_is_refused),
    ("a_cut_or_longer_file_is_refused", None, a_cut_or_longer_file_is_refused),
    ("every_verdict_has_its_word_and_ends_65", None, every_verdict_has_its_word_and_ends_65),
    ("a_signature_of_another_version_or_file_does_not_pass", None, a_signature_of_another_version_or_file_does_not_pass),
    ("an_old_or_expired_manifest_vouches_with_a_warning", None, an_old_or_expired_manifest_vouches_with_a_warning),
    ("a_manifest_that_names_files_elsewhere_is_refused", None, a_manifest_that_names_files_elsewhere_is_refused),
    ("a_key_that_the_user_names_stands_for_those_compiled_in", None, a_key_that_the_user_names_stands_for_those_compiled_in),
    ("without_a_key_nothing_is_trusted", None, without_a_key_nothing_is_trusted),
    ("the_next_key_is_believed_too", None, the_next_key_is_believed_too),
    ("what_cannot_be_checked_says_what_is_missing", None, what_cannot_be_checked_says_what_is_missing),
    ("a_command_line_that_makes_no_sense_is_refused", None, a_command_line_that_makes_no_sense_is_refused),
    ("a_person_reads_what_the_verdict_rests_on", None, a_person_reads_what_the_verdict_rests_on),
];

const BINARY: &str = "stratos-0.1.0-x86_64-unknown-linux-musl";
const FILES: [&str; 4] =
    [BINARY, "stratos-0.1.0-x86_64-unknown-linux-musl.cdx.json", "stratos.1", "install.sh"];

/// `verify` in the folder of a release.
fn verify(release: &Written, keys: &Keys, args: &[&str]) -> Run {
    let mut runner = trusting(&current(keys), [&["verify"], args].concat());
    runner.command().current_dir(release.folder());
    runner.run()
}

fn verdict(release: &Written, keys: &Keys, args: &[&str]) -> String {
    let run = verify(release, keys, args);
    let value = run.json();
    let word = value["verdict"].as_str().unwrap_or_else(|| panic!("no verdict: {value}")).to_owned();
    assert_eq!(run.code, Some(if word == "valid" { 0 } else { 65 }), "{}", run.everything());
    assert_eq!(value["reason"].is_null(), word == "valid", "{value}");
    word
}

fn a_release_is_valid_file_by_file_and_as_a_folder() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    for file in FILES {
        assert_eq!(verdict(&release, &keys, &[file]), "valid", "{file}");
    }
    let one = verify(&release, &keys, &["stratos.1"]).exits(0).json();
    let sum = hex::encode(Sha256::digest(release.read("stratos.1")));
    assert_eq!(
        one,
        json!({
            "verdict": "valid", "file": "stratos.1", "by": "manifest and signature", "version": "0.1.0",
            "key_id": keys.id(), "key": "current", "manifest": "manifest.json", "size": 14, "sha256": sum,
            "reason": null, "warnings": [],
        })
    );
    for folder in [release.folder().to_str().unwrap(), "."] {
        let all = verify(&release, &keys, &[folder]).exits(0);
        assert_eq!(all.stderr, "");
        let all = all.json();
        assert_eq!(all.as_array().unwrap().len(), 5, "{all}");
        assert!(all.as_array().unwrap().iter().all(|row| row["verdict"] == "valid"), "{all}");
        assert!(all[0]["file"].as_str().unwrap().ends_with("manifest.json"), "{all}");
    }
    let several = verify(&release, &keys, &["manifest.json", "stratos.1", "--output", "ndjson"]).exits(0);
    assert_eq!(several.stdout().lines().count(), 2);
}

fn each_way_to_vouch_is_enough_and_is_named() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    let by = |args: &[&str]| verify(&release, &keys, args).exits(0).json()["by"].as_str().unwrap().to_owned();
    fs::remove_file(release.path("stratos.1.minisig")).unwrap();
    assert_eq!(by(&["stratos.1"]), "manifest");
    // Beside a manifest that nobody signed, the file's own signature speaks.
    fs::remove_file(release.path("manifest.json.minisig")).unwrap();
    assert_eq!(by(&["install.sh"]), "signature");
    fs::remove_file(release.path("manifest.json")).unwrap();
    let alone = verify(&release, &keys, &["install.sh"]).exits(0).json();
    assert_eq!((&alone["by"], &alone["version"]), (&json!("signature"), &json!("0.1.0")));
    assert_eq!((&alone["key_id"], &alone["manifest"]), (&json!(keys.id()), &Value::Null));
    let digest = hex::encode(Sha256::digest(release.read("install.sh")));
    for digest in [digest.clone(), digest.to_uppercase()] {
        let compared = verify(&release, &keys, &["install.sh", "--sha256", &digest]).exits(0).json();
        assert_eq!((&compared["by"], &compared["key_id"]), (&json!("sha256"), &Value::Null));
    }
    assert_eq!(verdict(&release, &keys, &["install.sh", "--sha256", &"0".repeat(64)]), "altered");
    // What a release holds and its manifest cannot list has a signature of its own.
    let whole = sample().write(&keys);
    whole.put("stratos-0.1.0-bundle.tar", "tar");
    whole.resign(&keys, "stratos-0.1.0-bundle.tar", "0.1.0", "stratos-0.1.0-bundle.tar");
    let bundle = verify(&whole, &keys, &["stratos-0.1.0-bundle.tar"]).exits(0).json();
    assert_eq!(bundle["by"], "signature");
    let folder = verify(&whole, &keys, &["."]).exits(0);
    assert!(folder.stderr.contains("not checked: stratos-0.1.0-bundle.tar"), "{}", folder.stderr);
    assert_eq!(verdict(&whole, &keys, &["stratos-0.1.0-bundle.tar", "--manifest", "."]), "not listed");
}

/// One run judges all the damaged copies: a folder each, with one byte of one file changed.
fn a_flipped_byte_anywhere_is_refused() {
    let keys = Keys::new();
    let good = Published::new("0.1.0").binary("x86_64-unknown-linux-musl", "#!/bin/sh\n");
    let good = good.file("stratos.1", "man", None, ".TH STRATOS 1\n").write(&keys);
    let work = tempfile::tempdir().unwrap();
    let (mut copies, mut damaged): (Vec<OsString>, Vec<String>) = (Vec::new(), Vec::new());
    for name in ["stratos.1", "stratos.1.minisig", "manifest.json", "manifest.json.minisig", BINARY] {
        let bytes = good.read(name);
        for at in 0..bytes.len() {
            let folder = work.path().join(format!("{name}-{at}"));
            fs::create_dir(&folder).unwrap();
            let judged = if name == BINARY { BINARY } else { "stratos.1" };
            let others = [judged, "stratos.1.minisig", "manifest.json", "manifest.json.minisig"];
            for other in others.into_iter().filter(|other| *other != name) {
                fs::hard_link(good.path(other), folder.join(other)).unwrap();
            }
            let mut bad = bytes.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(folder.join(name), bad).unwrap();
            copies.push(folder.join(judged).into());
            damaged.push(format!("{name}, byte {at}"));
        }
    }
    let args = ["verify".into()].into_iter().chain(copies);
    let run = trusting(&current(&keys), args).run().exits(65);
    let verdicts = run.json();
    assert_eq!(verdicts.as_array().unwrap().len(), damaged.len());
    for (row, damage) in verdicts.as_array().unwrap().iter().zip(damaged) {
        assert_ne!(row["verdict"], "valid", "{damage} passed: {row}");
    }
}

fn a_cut_or_longer_file_is_refused() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    let long = "x".repeat(2 << 20);
    for (name, word) in [
        ("stratos.1", "altered"),
        ("stratos.1.minisig", "malformed"),
        ("manifest.json", "signature mismatch"),
        ("manifest.json.minisig", "malformed"),
    ] {
        let good = release.read(name);
        for bad in [&good[..good.len() - 1], &[&good[..], b"\n"].concat(), b""] {
            release.put(name, bad);
            assert_eq!(verdict(&release, &keys, &["stratos.1"]), word, "{name} of {} bytes", bad.len());
        }
        release.put(name, &long);
        assert_ne!(verdict(&release, &keys, &["stratos.1"]), "valid", "{name}");
        release.put(name, good);
    }
    assert_eq!(verdict(&release, &keys, &["stratos.1"]), "valid");
}

fn every_verdict_has_its_word_and_ends_65() {
    let (keys, stranger) = (Keys::new(), Keys::new());
    let release = sample().write(&keys);
    release.put("README", "not of the release");
    let unlisted = verify(&release, &keys, &["README"]).exits(65);
    assert_eq!(unlisted.json()["verdict"], "not listed");
    // Bytes that are listed under another name are told by that name, and do not pass under this one.
    release.put("renamed", release.read("stratos.1"));
    let renamed = verify(&release, &keys, &["renamed"]).exits(65).json();
    assert!(renamed["reason"].as_str().unwrap().contains("those of stratos.1"), "{renamed}");
    fs::remove_file(release.path("install.sh")).unwrap();
    release.put("stratos.1", ".TH OTHER   1\n");
    let all = verify(&release, &keys, &["."]).exits(65);
    let words: Vec<Value> = all.json().as_array().unwrap().iter().map(|row| row["verdict"].clone()).collect();
    assert_eq!(words, ["valid", "valid", "valid", "altered", "missing"]);
    assert!(all.stderr.contains("not checked: README, renamed"), "{}", all.stderr);
    let foreign = sample().write(&stranger);
    let run = verify(&foreign, &keys, &["stratos.1"]).exits(65).json();
    assert_eq!(run["verdict"], "unknown key");
    for id in [keys.id(), stranger.id()] {
        assert!(run["reason"].as_str().unwrap().contains(&id), "{run}");
    }
    assert_eq!(verify(&foreign, &keys, &["."]).exits(65).json()["verdict"], "unknown key");
    for word in ["altered", "other file", "not listed", "missing", "unknown key", "untrusted_release"] {
        stratos(["explain", word]).run().exits(0);
    }
}

fn a_signature_of_another_version_or_file_does_not_pass() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    for (version, file) in [("0.2.0", "stratos.1"), ("0.1.0", "install.sh"), ("0.1.0-rc.1", "stratos.1")] {
        release.resign(&keys, "stratos.1", version, file);
        assert_eq!(verdict(&release, &keys, &["stratos.1"]), "other file", "{version} {file}");
    }
    release.resign(&keys, "stratos.1", "0.1.0", "stratos.1");
    assert_eq!(verdict(&release, &keys, &["stratos.1"]), "valid");
    for (version, file) in [("0.2.0", "manifest.json"), ("0.1.0", "stratos.1")] {
        release.resign(&keys, "manifest.json", version, file);
        assert_eq!(verdict(&release, &keys, &["stratos.1"]), "other file", "{version} {file}");
    }
    // An old file with its good signature, under the name of a new one.
    let old = Published::new("0.0.9").file("stratos.1", "man", None, ".TH OLD\n").write(&keys);
    let new = sample().write(&keys);
    new.put("stratos.1", old.read("stratos.1"));
    new.put("stratos.1.minisig", old.read("stratos.1.minisig"));
    assert_eq!(verdict(&new, &keys, &["stratos.1"]), "altered");
}

fn an_old_or_expired_manifest_vouches_with_a_warning() {
    let keys = Keys::new();
    let expired = sample().dated("2020-01-01T00:00:00Z", "2020-06-29T00:00:00Z").write(&keys);
    for args in [&["stratos.1"][..], &["."], &["stratos.1", "--json"], &["manifest.json"]] {
        let run = verify(&expired, &keys, args).exits(0);
        assert!(run.stderr.contains("expired at 2020-06-29T00:00:00Z"), "{args:?}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        let value = run.json();
        let row = if value.is_array() { &value[0] } else { &value };
        assert!(row["warnings"][0].as_str().unwrap().contains("expired"), "{value}");
    }
    let old = Published::new("0.0.1-alpha").file("stratos.1", "man", None, "x").write(&keys);
    let run = verify(&old, &keys, &["stratos.1"]).exits(0);
    assert!(run.stderr.contains("of stratos 0.0.1-alpha, older than this"), "{}", run.stderr);
    fs::remove_file(old.path("manifest.json")).unwrap();
    let run = verify(&old, &keys, &["stratos.1"]).exits(0);
    assert!(run.stderr.contains("stratos.1 is of stratos 0.0.1-alpha"), "{}", run.stderr);
    let early = sample().dated("2090-01-01T00:00:00Z", EXPIRES).write(&keys);
    let run = verify(&early, &keys, &["stratos.1"]).exits(0);
    assert!(run.stderr.contains("released at 2090-01-01T00:00:00Z"), "{}", run.stderr);
}

fn a_manifest_that_names_files_elsewhere_is_refused() {
    let keys = Keys::new();
    for name in ["../stratos.1", "/etc/passwd", "..", "a/b", ".hidden", "C:stratos"] {
        let row =
            json!([{ "file": name, "kind": "man", "target": null, "size": 1, "sha256": "0".repeat(64) }]);
        let release = sample().member("files", row).write(&keys);
        let run = verify(&release, &keys, &["."]).exits(65);
        assert_eq!(run.json()["verdict"], "malformed", "{name}");
    }
    let newer = sample().member("schema", json!(2)).write(&keys);
    let run = verify(&newer, &keys, &["stratos.1"]).exits(65).json();
    assert!(run["reason"].as_str().unwrap().contains("made for a newer stratos"), "{run}");
}

fn a_key_that_the_user_names_stands_for_those_compiled_in() {
    let (keys, mine) = (Keys::new(), Keys::new());
    let release = sample().write(&mine);
    release.put("mine.pub", mine.public_file());
    assert_eq!(verdict(&release, &keys, &["stratos.1"]), "unknown key");
    for args in [["--key", &mine.public()], ["--key-file", "mine.pub"]] {
        let run = verify(&release, &keys, &[&["stratos.1"], &args[..]].concat()).exits(0).json();
        assert_eq!((&run["key"], &run["key_id"]), (&json!("named"), &json!(mine.id())));
    }
    // Instead of, not beside.
    let release = sample().write(&keys);
    assert_eq!(verdict(&release, &keys, &["stratos.1", "--key", &mine.public()]), "unknown key");
    for (args, words) in [
        (["--key", "RWxyz"], "not a minisign public key"),
        (["--key", ""], "not a minisign public key"),
        (["--key-file", "stratos.1"], "not a minisign public key"),
    ] {
        let run =
            verify(&release, &keys, &[&["stratos.1", "--json"], &args[..]].concat()).fails("usage_error", 64);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    verify(&release, &keys, &["stratos.1", "--json", "--key-file", "no.pub"]).fails("input_missing", 66);
}

fn without_a_key_nothing_is_trusted() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    let file = release.path("stratos.1");
    let file = file.to_str().unwrap();
    let run = trusting("# none\n", ["verify", file, "--json"]).run().fails("config_error", 78);
    assert!(run.stderr.contains("--key") && run.stdout().is_empty(), "{}", run.everything());
    trusting("", ["verify", file, "--key", &keys.public()]).run().exits(0);
    let digest = hex::encode(Sha256::digest(release.read("stratos.1")));
    trusting("", ["verify", file, "--sha256", &digest]).run().exits(0);
}

fn the_next_key_is_believed_too() {
    let (keys, next, old) = (Keys::new(), Keys::new(), Keys::new());
    let both = keys.line("current") + &next.line("next");
    for (signer, role) in [(&keys, "current"), (&next, "next")] {
        let release = sample().write(signer);
        let run = trusting(&both, ["verify".as_ref(), release.folder().as_os_str()]).run().exits(0);
        assert_eq!(run.json()[0]["key"], role);
    }
    let release = sample().write(&old);
    let run = trusting(&both, ["verify".as_ref(), release.folder().as_os_str()]).run().exits(65);
    assert_eq!(run.json()["verdict"], "unknown key");
}

fn what_cannot_be_checked_says_what_is_missing() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    let lacks = |args: &[&str], words: &str| {
        let run = verify(&release, &keys, &[args, &["--json"]].concat()).fails("input_missing", 66);
        assert!(run.stderr.contains(words) && run.stdout().is_empty(), "{args:?}: {}", run.everything());
    };
    lacks(&["nowhere"], "nowhere does not exist");
    lacks(&["nowhere", "--sha256", &"0".repeat(64)], "nowhere does not exist");
    lacks(&["stratos.1", "--manifest", "nowhere"], "nowhere does not exist");
    lacks(&["stratos.1", "--manifest", "install.sh.minisig"], "install.sh.minisig.minisig does not exist");
    fs::create_dir(release.path("empty")).unwrap();
    lacks(&["empty"], "manifest.json does not exist");
    lacks(&["stratos.1", "empty", "--sha256", &"0".repeat(64)][1..], "no regular file");
    #[cfg(unix)]
    for pipe in ["pipe", "install.sh.minisig"] {
        let _ = fs::remove_file(release.path(pipe));
        assert!(Command::new("mkfifo").arg(release.path(pipe)).status().unwrap().success());
        lacks(&[if pipe == "pipe" { pipe } else { "install.sh" }], "no regular file");
    }
    fs::remove_file(release.path("manifest.json.minisig")).unwrap();
    lacks(&["."], "manifest.json.minisig does not exist");
    lacks(&["manifest.json"], "manifest.json.minisig does not exist");
    fs::remove_file(release.path("stratos.1.minisig")).unwrap();
    lacks(&["stratos.1"], "stratos.1.minisig");
}

fn a_command_line_that_makes_no_sense_is_refused() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    let zeros = "0".repeat(64);
    for (args, words) in [
        (&["https://cdn.example/a?sig=0"][..], "`stratos signed verify`"),
        (&["--self", "HTTP://cdn.example/a"], "exclude each other"),
        (&["HTTP://cdn.example/a"], "`stratos signed verify`"),
        (&[], "needs a file"),
        (&["stratos.1", "--sha256", "abc"], "64 digits"),
        (&["stratos.1", "install.sh", "--sha256", &zeros], "exactly one"),
        (&["--sha256", &zeros], "exactly one"),
        (&["stratos.1", "--sha256", &zeros, "--manifest", "."], "exclude each other"),
        (&["--self", "stratos.1"], "exclude each other"),
        (&["--self", "--sha256", &zeros], "exclude each other"),
        (&["stratos.1", "--key", "RW", "--key-file", "x"], "exclude each other"),
    ] {
        let run = verify(&release, &keys, &[args, &["--json"]].concat()).fails("usage_error", 64);
        assert!(run.stderr.contains(words), "{args:?}: {}", run.stderr);
    }
}

fn a_person_reads_what_the_verdict_rests_on() {
    let keys = Keys::new();
    let release = sample().write(&keys);
    let page = verify(&release, &keys, &["stratos.1", "--output", "table"]).exits(0).stdout();
    let lines: Vec<&str> = page.lines().collect();
    assert_eq!(lines[..2], ["valid", "  stratos.1"], "{page}");
    assert!(page.contains(&format!("signed by {}, the current key of this build", keys.id())), "{page}");
    let named = ["stratos.1", "--key", &keys.public(), "--output", "table"];
    let page = verify(&release, &keys, &named).exits(0).stdout();
    assert!(page.contains("the key that you named"), "{page}");
    release.put("stratos.1", "x");
    let page = verify(&release, &keys, &["stratos.1", "--output", "table"]).exits(65).stdout();
    assert!(page.starts_with("altered\n  stratos.1 has 1 bytes instead of 14\n"), "{page}");
    let page = verify(&release, &keys, &[".", "--output", "table"]).exits(65).stdout();
    assert!(page.contains("altered             ./stratos.1\n    ./stratos.1 has 1 bytes"), "{page}");
    let sheet = verify(&release, &keys, &[".", "--output", "csv"]).exits(65).stdout();
    assert!(sheet.starts_with("verdict,file,by,version,key_id,key,"), "{sheet}");
    assert!(RELEASED < EXPIRES);
}
