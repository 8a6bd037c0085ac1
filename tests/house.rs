//! The house: tables without gaps, imports in one direction, the outside world behind one door.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "house/dependencies.rs"]
mod dependencies;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use stratos::commands::security::{State, rows};

/// Rooms from the bottom up; a room imports only what stands on a lower line.
const FLOORS: &[&[&str]] = &[
    &["planted", "error", "secret", "clock", "startup"],
    &["options", "progress", "child", "release"],
    &["http", "profile"],
    &["credential", "report"],
    &["context"],
    &["command"],
    &["sign", "playlist", "purge", "explain", "edge", "upgrade"],
    &["commands"],
    &["cli"],
    &["main"],
];

/// Neighbours on one floor that may meet.
const DOORS: &[(&str, &str)] =
    &[("edge", "sign"), ("purge", "sign"), ("purge", "explain"), ("secret", "error"), ("clock", "error")];

/// What only some files may touch: the text, and the files (or folders) that may hold it.
const ONLY: &[(&str, &[&str])] = &[
    // tls.rs is a connector of ureq's: name look-up, own authorities and client certificates.
    ("::ureq::", &["src/http/ureq.rs", "src/http/tls.rs"]),
    ("indicatif::", &["src/progress.rs"]),
    ("directories::", &["src/profile/"]),
    ("std::env::", &["src/main.rs", "src/context.rs", "src/planted.rs"]),
    ("io::stdin", &["src/main.rs", "src/context.rs"]),
    ("io::stdout", &["src/main.rs", "src/context.rs", "src/startup.rs"]),
    ("SystemTime::now", &["src/context.rs"]),
    ("Instant::now", &["src/context.rs"]),
    ("allow(unsafe_code)", &["src/sign/asymmetric.rs", "src/sign/lanes.rs", "src/startup.rs"]),
    ("tokio::", &["src/edge/"]),
    ("axum::", &["src/edge/"]),
    ("println!", &[]),
    ("dbg!", &[]),
    (".unwrap()", &[]),
    ("todo!", &[]),
    ("unimplemented!", &[]),
];

/// Whether this fault was asked for. What is checked over sources has no line of code to break: the reader is given
/// something to object to instead.
fn planted(name: &str) -> bool {
    cfg!(feature = "planted") && std::env::var("STRATOS_PLANT").is_ok_and(|plant| plant == name)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) && !path.ends_with("tests.rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")
}

/// The source without its unit tests and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn room(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap();
    inner.split('/').next().unwrap().trim_end_matches(".rs")
}

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("{room} has no floor: give it one in tests/house.rs"))
}

/// The rooms named behind `crate::`, also inside `crate::{a, b::c}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, mark) in code.match_indices("crate::") {
        let rest = &code[at + mark.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut word) = (1, String::new());
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 1 => rooms.extend(first_word(&std::mem::take(&mut word))),
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                if depth == 1 && character != ',' && character != '}' {
                    word.push(character);
                }
            }
            rooms.extend(first_word(&word));
        } else {
            rooms.extend(first_word(rest));
        }
    }
    rooms
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty()).then_some(word)
}

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for path in files("src", "rs") {
        let file = name(&path);
        let here = room(&file);
        if here == "lib" {
            continue;
        }
        for there in imports(&code(&path)) {
            let allowed =
                here == there || floor(&there) < floor(here) || DOORS.contains(&(here, there.as_str()));
            let inside_sign = here != "sign" || ["sign", "secret", "error"].contains(&there.as_str());
            if !allowed || !inside_sign {
                wrong.push(format!("{file} imports {there}"));
            }
        }
    }
    assert!(wrong.is_empty(), "against the direction:\n{}", wrong.join("\n"));
}

#[test]
fn the_import_scanner_sees_lists_and_paths() {
    let seen = imports("use crate::{a::{x, y}, b, c::d::{e}};\nfn f() { crate::g::h() }");
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["a", "b", "c", "g"]);
}

#[test]
fn the_world_is_behind_one_door() {
    let mut wrong = Vec::new();
    let read = |path: &PathBuf| (name(path), code(path).replace("self::ureq::", ""));
    let mut sources: Vec<(String, String)> = files("src", "rs").iter().map(read).collect();
    if planted("unsafe-elsewhere") {
        sources.push(("src/sign/planted.rs".into(), "#![allow(unsafe_code)]".into()));
    }
    for (file, code) in &sources {
        for (text, homes) in ONLY {
            let at_home =
                homes.iter().any(|home| file == *home || home.ends_with('/') && file.starts_with(home));
            if !at_home && code.contains(text) {
                wrong.push(format!("{file} has {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "only elsewhere:\n{}", wrong.join("\n"));
}

#[test]
fn every_scheme_provider_and_command_has_its_row() {
    let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let rows = |folder: &str, mark: &str| -> Vec<String> {
        files(folder, "rs").iter().filter(|path| code(path).contains(mark)).map(|path| stem(path)).collect()
    };
    let table = code(&root().join("src/sign/mod.rs"));
    for file in rows("src/sign", ": Scheme = ") {
        assert!(table.contains(&format!("{file}::")), "src/sign/{file}.rs has no row in SCHEMES");
    }
    let table = code(&root().join("src/purge/mod.rs"));
    for file in rows("src/purge", ": Provider = ") {
        assert!(
            file == "mod" || table.contains(&format!("{file}::")),
            "src/purge/{file}.rs has no row in PROVIDERS"
        );
    }
    let table = fs::read_to_string(root().join("src/commands/mod.rs")).unwrap();
    for entry in fs::read_dir(root().join("src/commands")).unwrap() {
        let file = stem(&entry.unwrap().path());
        assert!(
            file == "mod" || table.contains(&format!("<{file}::")),
            "src/commands/{file} has no row in COMMANDS"
        );
    }
}

#[test]
fn ids_are_unique_and_in_kebab_case() {
    let unique = |ids: Vec<&str>| {
        let set: BTreeSet<_> = ids.iter().collect();
        assert_eq!(set.len(), ids.len(), "twice: {ids:?}");
        for id in ids {
            assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}");
        }
    };
    unique(stratos::sign::SCHEMES.iter().map(|scheme| scheme.id).collect());
    unique(stratos::purge::PROVIDERS.iter().map(|provider| provider.id).collect());
    unique(stratos::commands::COMMANDS.iter().map(|entry| entry.name).collect());
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies]");
        } else if inside && line.contains(" = ") {
            assert!(line.contains(" # "), "no reason: {line}");
        }
    }
}

#[test]
fn one_copy_of_the_crypto_library() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "-e", "normal,build"])
        .current_dir(root())
        .output()
        .unwrap();
    let mut tree = String::from_utf8(tree.stdout).unwrap();
    if planted("second-crypto-library") {
        tree += "ring v0.17.0\n";
    }
    for crate_name in ["aws-lc-sys ", "aws-lc-rs ", "rustls ", "ring "] {
        let versions: BTreeSet<_> =
            tree.lines().filter(|l| l.starts_with(crate_name)).map(|l| l.trim_end_matches(" (*)")).collect();
        let wanted = usize::from(crate_name != "ring ");
        assert_eq!(versions.len(), wanted, "{versions:?}");
    }
}

/// Whether `file::name` is a test that is not ignored: a function with the attribute, or a row of a
/// `TRIALS` table, as the real-server and trace tests have it.
fn runs(test: &str) -> bool {
    let Some((file, name)) = test.rsplit_once("::") else { return false };
    let Ok(text) = fs::read_to_string(root().join(file)) else { return false };
    if text.contains(&format!("(\"{name}\", ")) {
        return true;
    }
    let Some(at) = text.find(&format!("fn {name}(")) else { return false };
    let lines = text[..at].lines().rev().skip_while(|line| line.trim().is_empty());
    let attributes: Vec<&str> = lines.take_while(|line| !line.ends_with('}')).collect();
    attributes.iter().any(|line| line.trim() == "#[test]")
        && !attributes.iter().any(|line| line.contains("#[ignore"))
}

#[test]
fn the_posture_check_can_fail() {
    assert!(runs("tests/house.rs::the_posture_check_can_fail"));
    assert!(!runs("tests/house.rs::posture"), "a function without the attribute is no test");
    assert!(!runs("tests/house.rs::nobody_wrote_this"));
    assert!(!runs("tests/nowhere.rs::the_posture_check_can_fail"));
}

/// A release build with the feature `planted` ends at its first file.
#[test]
fn a_release_with_planted_faults_does_not_compile() {
    let folder = tempfile::tempdir().unwrap();
    let compiled = |assertions: &str| {
        let mut rustc = std::process::Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
        rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata"]);
        rustc.args(["--cfg", "feature=\"planted\"", "-A", "warnings", "-C", assertions]);
        rustc.arg(root().join("src/planted.rs")).arg("--out-dir").arg(folder.path()).output().unwrap()
    };
    let of_tests = compiled("debug-assertions=on");
    assert!(of_tests.status.success(), "{}", String::from_utf8_lossy(&of_tests.stderr));
    let release = if planted("planted-in-a-release") { of_tests } else { compiled("debug-assertions=off") };
    let said = String::from_utf8_lossy(&release.stderr);
    assert!(!release.status.success() && said.contains("never in a release"), "{said}");
}

/// The quick half of what `tests/posture` does, without building anything: names alone.
#[test]
fn every_enforced_line_of_security_md_names_tests_and_faults_that_are_there() {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let rows = rows(&text);
    let mut named = BTreeSet::new();
    for row in rows.iter().filter(|row| row.state == State::Enforced) {
        assert!(!row.tests().is_empty(), "{}: no test named", row.capability);
        for (test, fault) in row.tests() {
            assert!(runs(test), "{}: {test} is missing, ignored, or no test", row.capability);
            named.insert(fault.unwrap_or_else(|| panic!("{}: no fault for {test}", row.capability)));
        }
    }
    assert!(named.len() >= 5, "the posture table names {} faults", named.len());
    let sources = files("src", "rs").into_iter().chain(files("tests", "rs"));
    let text: String = sources.map(|path| fs::read_to_string(path).unwrap()).collect();
    let planted: BTreeSet<&str> = ["planted!(\"", "if planted(\""]
        .into_iter()
        .flat_map(|mark| text.split(mark).skip(1))
        .filter_map(|rest| rest.split_once('"').map(|(name, _)| name))
        .filter(|name| !name.is_empty() && !name.contains(' '))
        .collect();
    assert_eq!(named, planted, "faults that SECURITY.md names, and those that are planted");
}

#[test]
fn nothing_names_a_machine_or_unfinished_work() {
    let marks =
        ["TO-DO", "FIX-ME", "in a real implement-ation", "unimplement-ed"].map(|mark| mark.replace('-', ""));
    for path in files("src", "rs") {
        let text = fs::read_to_string(&path).unwrap();
        for mark in &marks {
            assert!(!text.contains(mark.as_str()), "{} has {mark}", name(&path));
        }
    }
}

/// A block of README.md, and the table that the code gives for it.
fn readme_tables() -> [(&'static str, String); 4] {
    let mut commands = String::from("| command | what it does |\n| --- | --- |\n");
    for entry in stratos::commands::COMMANDS {
        commands += &format!("| `{}` | {} |\n", entry.name, entry.summary);
    }
    let mut schemes = String::from("| scheme | for | claims | carried in |\n| --- | --- | --- | --- |\n");
    for scheme in stratos::sign::SCHEMES {
        let claims: Vec<_> = scheme.claims.iter().map(|claim| claim.name()).collect();
        let forms: Vec<_> = scheme.forms.iter().map(|form| form.name()).collect();
        schemes += &format!(
            "| `{}` | {} | {} | {} |\n",
            scheme.id,
            scheme.title,
            claims.join(", "),
            forms.join(", ")
        );
    }
    let mut credentials =
        String::from("| provider | credentials | variables | its own files |\n| --- | --- | --- | --- |\n");
    // CloudCDN's stand with the settings of every command.
    let others = stratos::purge::PROVIDERS.iter().filter(|row| row.id != "cloudcdn");
    for provider in others.filter(|row| !row.credentials.is_empty()) {
        let ticked = |name: &str| format!("`{name}`");
        let secrets: Vec<String> = provider.secrets().map(ticked).collect();
        let variables = provider.variables.iter().flat_map(|(_, names)| names.iter());
        let variables: Vec<String> = variables.map(|name| ticked(name)).collect();
        credentials += &format!(
            "| `{}` | {} | {} | {} |\n",
            provider.id,
            secrets.join(", "),
            variables.join(", "),
            provider.files.map_or("", |files| files.places)
        );
    }
    let mut providers =
        String::from("| provider | for | purges by | softly by |\n| --- | --- | --- | --- |\n");
    for provider in stratos::purge::PROVIDERS {
        let (hard, soft) = (provider.selectors(false).join(", "), provider.selectors(true).join(", "));
        providers += &format!("| `{}` | {} | {hard} | {soft} |\n", provider.id, provider.title);
    }
    [("commands", commands), ("schemes", schemes), ("credentials", credentials), ("providers", providers)]
}

/// `STRATOS_UPDATE=1 cargo test --test house readme` writes them anew.
#[test]
fn the_tables_of_the_readme_are_the_codes() {
    let path = root().join("README.md");
    let old = fs::read_to_string(&path).unwrap();
    let mut new = old.clone();
    for (name, table) in readme_tables() {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let start = new.find(&open).unwrap_or_else(|| panic!("README.md has no {open}")) + open.len();
        let end = start + new[start..].find(&close).unwrap_or_else(|| panic!("README.md has no {close}"));
        new.replace_range(start..end, &table);
    }
    if std::env::var_os("STRATOS_UPDATE").is_some() {
        fs::write(&path, &new).unwrap();
    } else {
        assert!(
            old == new,
            "README.md is behind the tables: STRATOS_UPDATE=1 cargo test --test house readme"
        );
    }
}

#[test]
fn every_finding_of_an_audit_is_explained() {
    for rule in stratos::sign::audit::RULES {
        assert_eq!(stratos::explain::find(rule.id).len(), 1, "{} is not explained", rule.id);
    }
    let found = stratos::explain::all().filter(|topic| topic.family == stratos::explain::Family::Finding);
    for topic in found {
        let known = stratos::sign::audit::RULES.iter().any(|rule| rule.id == topic.code);
        assert!(known, "no audit finds {}", topic.code);
    }
}

#[test]
fn every_cause_of_the_doctor_is_explained() {
    let topics = stratos::explain::all().filter(|topic| topic.family == stratos::explain::Family::Cause);
    let explained: BTreeSet<&str> = topics.map(|topic| topic.code).collect();
    let named: BTreeSet<&str> = stratos::sign::doctor::CAUSES.iter().map(|row| row.id).collect();
    assert_eq!(named, explained);
}
