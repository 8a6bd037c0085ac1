use crate::common::runner::stratos;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use stratos::{commands::COMMANDS, error::Kind, release::Distrust, sign::Verdict};

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

/// The hashes are those of the recorded runs, which hold the version as `{{VERSION}}`.
#[test]
fn yaml_and_csv_of_the_node_catalogue_are_its_bytes() {
    for (format, hash) in [
        ("yaml", "605ddae5fdccc488344ca879e8da760fce3f1aa421dd281b4d86b3aad0c8db58"),
        ("csv", "9ae61b2fe558dd7f8718419dbdb093b768757ffaf6b3dc24be968c67083510dd"),
    ] {
        let text = stratos(["schema", "--output", format]).run().exits(0).stdout();
        let text = text.replace(env!("CARGO_PKG_VERSION"), "{{VERSION}}");
        assert_eq!(hex::encode(Sha256::digest(text)), hash, "{format}");
    }
}

#[test]
fn the_default_says_what_it_leaves_out() {
    let run = stratos(["schema"]).run().exits(0);
    let catalogue = run.json();
    assert_eq!(names(&catalogue["commands"]).len(), 36);
    assert_eq!(catalogue["error_types"].as_object().unwrap().len(), Kind::NODE);
    assert!(run.stderr.starts_with("info:    ") && run.stderr.contains("--v2"), "{}", run.stderr);
    assert!(run.stderr.contains("webhooks") && !run.stderr.contains("purge"), "{}", run.stderr);
    assert_eq!(stratos(["schema", "--quiet"]).run().exits(0).stderr, "");
}

#[test]
fn version_2_is_this_binary() {
    let run = stratos(["schema", "--v2"]).run().exits(0);
    let catalogue = run.json();
    let built: Vec<&str> = COMMANDS.iter().map(|entry| entry.name).collect();
    assert_eq!(names(&catalogue["commands"]), built);
    let types = catalogue["error_types"].as_object().unwrap();
    let all: Vec<&str> = Kind::ALL.iter().map(|kind| kind.facts().name).collect();
    assert_eq!(types.keys().map(String::as_str).collect::<Vec<_>>(), all);
    assert_eq!(catalogue["verdicts"], serde_json::json!(Verdict::WORDS));
    assert_eq!(catalogue["release_verdicts"], serde_json::json!(Distrust::WORDS));
    let purge = &catalogue["commands"].as_array().unwrap()[4];
    assert!(names(&purge["options"]).contains(&"--dry-run"), "{purge}");
    assert!(names(&catalogue["global_options"]).contains(&"--output"));
    let signed = &catalogue["commands"].as_array().unwrap()[5];
    assert!(names(&signed["subcommands"]).contains(&"verify"), "{signed}");
    assert_eq!(run.stderr, "");
}

#[test]
fn every_exit_a_command_declares_is_explained_in_the_catalogue() {
    let catalogue = stratos(["schema", "--v2"]).run().exits(0).json();
    let known: BTreeSet<u64> =
        catalogue["exit_codes"].as_array().unwrap().iter().map(|row| row["code"].as_u64().unwrap()).collect();
    for entry in COMMANDS {
        for exit in entry.exits {
            assert!(known.contains(&u64::from(*exit)), "{}: {exit}", entry.name);
        }
        assert!(entry.exits.is_sorted(), "{}", entry.name);
    }
    for kind in Kind::ALL {
        assert!(known.contains(&u64::from(kind.facts().exit)), "{}", kind.facts().name);
    }
}

#[test]
fn every_variable_that_the_code_reads_is_in_the_catalogue() {
    let catalogue = stratos(["schema", "--v2"]).run().exits(0).json();
    let known: BTreeSet<String> = names(&catalogue["environment"]).into_iter().map(str::to_owned).collect();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for call in ["env.get(\"", "env.os(\"", "is(\""] {
                for (at, _) in code.match_indices(call) {
                    let rest = &code[at + call.len()..];
                    let name = rest.split('"').next().unwrap();
                    // A fault that is planted for the posture check is in no release.
                    if rest.lines().next().is_some_and(|line| line.contains("planted!")) {
                        continue;
                    }
                    if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
                        read += 1;
                        assert!(known.contains(name), "{}: {name}", path.display());
                    }
                }
            }
        }
    }
    assert!(read >= 10, "the search found only {read}");
}

#[test]
fn two_runs_give_the_same_bytes() {
    let run = || stratos(["schema", "--v2"]).run().exits(0).stdout();
    assert_eq!(run(), run());
}
