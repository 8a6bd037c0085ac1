//! `stratos verify --self`: the running binary, which here is this test, against a manifest.

use super::{Row, common, current};
use common::{
    own_cli::{KEYS, trusting},
    published::{Keys, Published},
    runner::{Runner, program},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{fs, path::Path, sync::LazyLock};
use stratos::release::build::{VERSION, label};
use tempfile::TempDir;

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("facts_are_printed_where_nothing_can_be_checked", None, facts_are_printed_where_nothing_can_be_checked),
    ("the_running_binary_is_checked_against_what_was_installed_with_it", None, the_running_binary_is_checked_against_what_was_installed_with_it),
    ("another_binary_version_or_label_does_not_pass", None, another_binary_version_or_label_does_not_pass),
    ("a_damaged_manifest_of_its_own_is_refused", None, a_damaged_manifest_of_its_own_is_refused),
    ("without_a_key_the_facts_are_printed_and_the_reason", None, without_a_key_the_facts_are_printed_and_the_reason),
];

/// Size and SHA-256 of this test, which is large.
static OWN: LazyLock<(u64, String)> = LazyLock::new(|| {
    let bytes = fs::read(std::env::current_exe().unwrap()).unwrap();
    (bytes.len() as u64, hex::encode(Sha256::digest(&bytes)))
});

/// A release that holds this test as the binary of a label.
fn release(version: &str, label: &str, size: u64, sha256: &str) -> Published {
    let ending = if cfg!(windows) { ".exe" } else { "" };
    let file = format!("stratos-{version}-{label}{ending}");
    let row = json!({ "file": file, "kind": "binary", "target": label, "size": size, "sha256": sha256 });
    Published::new(version).member("files", json!([row]))
}

fn own_release() -> Published {
    release(VERSION, &label(), OWN.0, &OWN.1)
}

/// An installed copy of this test: `<prefix>/bin/stratos`.
struct Installed(TempDir);

impl Installed {
    fn new() -> Self {
        let prefix = tempfile::tempdir().unwrap();
        fs::create_dir_all(prefix.path().join("bin")).unwrap();
        fs::create_dir_all(prefix.path().join("share/stratos")).unwrap();
        let (from, to) = (std::env::current_exe().unwrap(), prefix.path().join("bin/stratos"));
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to).unwrap();
        }
        Self(prefix)
    }

    fn folder(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn verify(&self, keys: &Keys, args: &[&str]) -> Runner {
        let args = [&["verify", "--self"], args].concat();
        program(self.folder("bin/stratos"), args).env(KEYS, current(keys))
    }
}

fn facts(value: &Value) {
    assert_eq!(value["build"]["version"], VERSION);
    assert_eq!(value["label"], label());
    let members: Vec<&String> = value["build"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["version", "commit", "target", "features", "static"]);
    assert!(Path::new(value["file"].as_str().unwrap()).is_absolute(), "{value}");
}

fn facts_are_printed_where_nothing_can_be_checked() {
    let (keys, next) = (Keys::new(), Keys::new());
    let both = keys.line("current") + &next.line("next");
    let run = trusting(&both, ["verify", "--self", "--json"]).run().fails("input_missing", 66);
    for words in ["share/stratos/manifest.json, none is at", "manifest.json.minisig", "--manifest"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    let value = run.json();
    facts(&value);
    assert_eq!(value["verdict"], Value::Null);
    assert_eq!(
        value["keys"],
        json!([{ "id": keys.id(), "role": "current" }, { "id": next.id(), "role": "next" }])
    );
    for format in ["csv", "yaml", "ndjson", "markdown"] {
        let text = trusting(&both, ["verify", "--self", "--output", format]).run().exits(66).stdout();
        assert!(text.contains(&next.id()), "{format}: {text}");
    }
    let page = trusting(&both, ["verify", "--self", "--output", "table"]).run().exits(66).stdout();
    for fact in [VERSION, &label(), &keys.id(), &next.id()] {
        assert!(page.contains(fact), "{page}");
    }
}

fn the_running_binary_is_checked_against_what_was_installed_with_it() {
    let keys = Keys::new();
    let installed = Installed::new();
    own_release().write_manifest_into(&installed.folder("share/stratos"), &keys);
    let run = installed.verify(&keys, &[]).run().exits(0);
    let value = run.json();
    facts(&value);
    assert_eq!((&value["verdict"], &value["by"]), (&json!("valid"), &json!("manifest")));
    assert_eq!((&value["key_id"], &value["sha256"]), (&json!(keys.id()), &json!(OWN.1)));
    assert_eq!(run.stderr, "");
    // The one beside the binary is the second choice.
    for file in ["manifest.json", "manifest.json.minisig"] {
        fs::rename(installed.folder("share/stratos").join(file), installed.folder("bin").join(file)).unwrap();
    }
    assert_eq!(installed.verify(&keys, &[]).run().exits(0).json()["verdict"], "valid");
    // A manifest that is named is the first.
    let other = Installed::new();
    let place = installed.folder("bin");
    for named in [place.clone(), place.join("manifest.json")] {
        let run = other.verify(&keys, &["--manifest", named.to_str().unwrap()]).run().exits(0);
        assert_eq!(run.json()["verdict"], "valid");
    }
    // Expired, it still tells whose binary this is.
    own_release()
        .dated("2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z")
        .write_manifest_into(&installed.folder("bin"), &keys);
    let run = installed.verify(&keys, &[]).run().exits(0);
    assert!(run.stderr.contains("expired at 2020-02-01T00:00:00Z"), "{}", run.stderr);
}

fn another_binary_version_or_label_does_not_pass() {
    let keys = Keys::new();
    let installed = Installed::new();
    let place = installed.folder("share/stratos");
    let (size, sha256) = (OWN.0, OWN.1.as_str());
    let flipped = sha256.replacen(|_| true, if sha256.starts_with('0') { "1" } else { "0" }, 1);
    for (release, word, words) in [
        (release(VERSION, &label(), size, &flipped), "altered", "SHA-256"),
        (release(VERSION, &label(), size + 1, sha256), "altered", "bytes instead of"),
        (release(VERSION, "riscv64gc-unknown-linux-gnu", size, sha256), "not listed", "lists no binary for"),
    ] {
        release.write_manifest_into(&place, &keys);
        let value = installed.verify(&keys, &[]).run().exits(65).json();
        facts(&value);
        assert_eq!(value["verdict"], word);
        assert!(value["reason"].as_str().unwrap().contains(words), "{value}");
    }
    // One of another version, as `upgrade --rollback` leaves it, says nothing; where it is named, that is the verdict.
    release("9.9.9", &label(), size, sha256).write_manifest_into(&place, &keys);
    let run = installed.verify(&keys, &["--json"]).run().fails("input_missing", 66);
    assert!(run.stderr.contains("is of stratos 9.9.9"), "{}", run.stderr);
    assert_eq!(run.json()["verdict"], Value::Null);
    let named = ["--manifest", place.to_str().unwrap()];
    let value = installed.verify(&keys, &named).run().exits(65).json();
    assert_eq!(value["verdict"], "not listed");
    assert!(value["reason"].as_str().unwrap().contains("of stratos 9.9.9"), "{value}");
}

fn a_damaged_manifest_of_its_own_is_refused() {
    let keys = Keys::new();
    let installed = Installed::new();
    let place = installed.folder("share/stratos");
    own_release().write_manifest_into(&place, &keys);
    for name in ["manifest.json", "manifest.json.minisig"] {
        let good = fs::read(place.join(name)).unwrap();
        for at in (0..good.len()).step_by(37) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(place.join(name), bad).unwrap();
            let value = installed.verify(&keys, &[]).run().exits(65).json();
            assert_ne!(value["verdict"], "valid", "{name}, byte {at}");
        }
        fs::write(place.join(name), good).unwrap();
    }
    let stranger = Keys::new();
    assert_eq!(installed.verify(&stranger, &[]).run().exits(65).json()["verdict"], "unknown key");
    let named = ["--key", &keys.public()];
    let value = installed.verify(&stranger, &named).run().exits(0).json();
    assert_eq!((&value["key"], &value["keys"][0]["id"]), (&json!("named"), &json!(stranger.id())));
}

fn without_a_key_the_facts_are_printed_and_the_reason() {
    let run = trusting("", ["verify", "--self", "--json"]).run().fails("config_error", 78);
    facts(&run.json());
    assert_eq!(run.json()["keys"], json!([]));
}
