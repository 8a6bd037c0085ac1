//! What the package depends on: each line reviewed, each licence allowed, no crate that is banned.

use super::{planted, root};
use std::{collections::BTreeSet, fs, process::Command};

/// The direct dependencies that Cargo.toml names, for every target and for the tests.
fn direct() -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| inside) {
            names.insert(name.to_owned());
        }
    }
    names
}

/// The rows of `install/dependencies.md`, cell by cell.
fn reviewed() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("install/dependencies.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// `name version` and licence of everything that is built here, tests included.
fn tree() -> Vec<(String, String)> {
    let arguments = ["tree", "--offline", "--locked", "--prefix", "none", "-e", "all", "-f", "{p}|{l}"];
    let tree = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).unwrap();
    let pairs = lines.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|'));
    let mut set: BTreeSet<_> =
        pairs.map(|(package, licence)| (package.to_owned(), licence.to_owned())).collect();
    if planted("licence-and-crate-not-allowed") {
        set.insert(("ring v0.17.0".into(), "GPL-3.0-only".into()));
    }
    set.into_iter().collect()
}

/// The quoted names of a list in `install/deny.toml`.
fn listed(list: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("install/deny.toml")).unwrap();
    let policy: toml::Table = text.parse().unwrap();
    let (table, key) = list.split_once('.').unwrap();
    let entries = policy[table][key].as_array().unwrap().iter();
    let name = |entry: &toml::Value| match entry {
        toml::Value::Table(row) if row.contains_key("deny-multiple-versions") => None,
        toml::Value::Table(row) => row["crate"].as_str().map(str::to_owned),
        plain => plain.as_str().map(str::to_owned),
    };
    entries.filter_map(name).collect()
}

/// Whether an SPDX expression can be met with these licences: `OR` is a choice, `AND` is not.
fn met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let fine = either(&mut rest, allowed);
    fine && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut fine = both(rest, allowed);
    while let Some(after) = rest.strip_prefix(&["OR"]) {
        *rest = after;
        fine |= both(rest, allowed);
    }
    fine
}

fn both(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut fine = one(rest, allowed);
    while let Some(after) = rest.strip_prefix(&["AND"]) {
        *rest = after;
        fine &= one(rest, allowed);
    }
    fine
}

fn one(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let Some((first, after)) = rest.split_first() else { return false };
    *rest = after;
    if *first == "(" {
        let fine = either(rest, allowed);
        *rest = rest.strip_prefix(&[")"]).unwrap_or(&["unclosed"]);
        return fine;
    }
    if let Some([exception, after @ ..]) = rest.strip_prefix(&["WITH"]) {
        *rest = after;
        return allowed.contains(&format!("{first} WITH {exception}"));
    }
    allowed.contains(*first)
}

#[test]
fn every_direct_dependency_has_a_reviewed_line() {
    let rows = reviewed();
    let named: BTreeSet<_> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    let mut direct = direct();
    if planted("unreviewed-dependency") {
        direct.insert("planted".into());
    }
    assert!(direct.len() > 20, "Cargo.toml was not read: {direct:?}");
    assert_eq!(named.difference(&direct).collect::<Vec<_>>(), Vec::<&String>::new(), "reviewed, but unused");
    assert_eq!(direct.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new(), "no line in install/");
    for row in rows {
        assert_eq!(row.len(), 5, "five cells: {row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "an empty cell: {row:?}");
    }
}

#[test]
fn every_licence_is_one_that_deny_toml_allows() {
    let allowed = listed("licenses.allow");
    let tree = tree();
    assert!(tree.len() > 50, "cargo tree was not read");
    for (package, licence) in tree {
        assert!(met(&licence, &allowed), "{package}: {licence}");
    }
}

#[test]
fn nothing_that_deny_toml_bans_is_in_the_tree() {
    let banned = listed("bans.deny");
    assert!(banned.contains("ring") && !banned.contains("aws-lc-sys"), "{banned:?}");
    for (package, _) in tree() {
        let name = package.split(' ').next().unwrap_or_default();
        assert!(!banned.contains(name), "{package} is banned");
    }
}

#[test]
fn everything_comes_from_crates_io() {
    let mut text = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    if planted("crate-from-elsewhere") {
        text = text.replacen("registry+https://github.com", "registry+https://elsewhere.example", 1);
    }
    let lock: toml::Table = text.parse().unwrap();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let source = package.get("source").and_then(toml::Value::as_str);
        let expected = (name != "stratos").then_some("registry+https://github.com/rust-lang/crates.io-index");
        assert_eq!(source, expected, "{name}");
        assert_eq!(package.get("checksum").is_some(), source.is_some(), "{name}");
    }
}

#[test]
fn an_expression_is_met_as_it_says() {
    let allowed: BTreeSet<String> = ["MIT", "ISC"].map(str::to_owned).into();
    for fine in ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "ISC AND (GPL-3.0 OR MIT)", "A WITH B OR MIT"] {
        assert!(met(fine, &allowed), "{fine}");
    }
    for refused in ["GPL-3.0", "MIT AND GPL-3.0", "ISC AND (A OR B)", "MIT WITH A", "", "(MIT", "MIT MIT"] {
        assert!(!met(refused, &allowed), "{refused}");
    }
}
