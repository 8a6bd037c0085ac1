//! What must agree before a release: each disagreement is refused and named.

use crate::{
    Row,
    copy::{Copy, LABEL, VERSION},
};
use libtest_mimic::Failed;
use std::{fs, path::PathBuf};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_copy_that_agrees_is_let_through", a_copy_that_agrees_is_let_through),
    ("each_version_that_disagrees_is_refused", each_version_that_disagrees_is_refused),
    ("a_changelog_without_a_dated_section_is_refused", a_changelog_without_a_dated_section_is_refused),
    ("a_binary_or_man_page_of_another_version_is_refused", a_binary_or_man_page_of_another_version_is_refused),
    ("a_dirty_tree_is_refused", a_dirty_tree_is_refused),
    ("a_missing_or_damaged_key_file_is_refused", a_missing_or_damaged_key_file_is_refused),
    ("the_feature_planted_is_refused_by_name", the_feature_planted_is_refused_by_name),
    ("a_binary_that_tells_where_it_was_built_is_refused", a_binary_that_tells_where_it_was_built_is_refused),
    ("wrong_arguments_are_refused", wrong_arguments_are_refused),
    ("a_build_without_the_list_of_parts_must_be_asked_for", a_build_without_the_list_of_parts_must_be_asked_for),
];

fn a_copy_that_agrees_is_let_through() -> Result<(), Failed> {
    let copy = Copy::new();
    let binary = copy.stand_in("");
    let said = copy.fine(["check", "--binary", binary.to_str().unwrap()]);
    assert_eq!(said, format!("stratos {VERSION}: everything agrees\n"));
    copy.fine(["check", "--tag", &format!("v{VERSION}")]);
    assert!(copy.refused(["check", "--tag", "v9.9.9"]).contains("the tag v9.9.9"));
    Ok(())
}

/// Changes one text in a fresh copy, commits, and wants these words in the refusal.
fn refuses(path: &str, old: &str, new: &str, words: &[&str]) {
    let copy = Copy::new();
    copy.edit(path, old, new);
    copy.commit();
    let said = copy.refused(["check"]);
    for word in words {
        assert!(said.contains(word), "{path}: no {word} in {said}");
    }
    assert_eq!(said.lines().count(), 1, "one change, one reason: {said}");
}

fn each_version_that_disagrees_is_refused() -> Result<(), Failed> {
    let named = |version: &str| format!("name = \"stratos\"\nversion = \"{version}\"");
    refuses("Cargo.lock", &named(VERSION), &named("9.9.9"), &["Cargo.lock says 9.9.9", VERSION]);
    for installer in ["install.sh", "install.ps1"] {
        let path = format!("install/{installer}");
        let wrong = |version: &str| format!("'{version}'");
        refuses(&path, &wrong(VERSION), &wrong("9.9.9"), &[&path, "pins 9.9.9", "PINNED_VERSION"]);
    }
    let copy = Copy::new();
    copy.edit("Cargo.toml", &format!("version = \"{VERSION}\""), "version = \"9.9.9\"");
    copy.commit();
    let said = copy.refused(["check"]);
    for place in ["Cargo.lock", "CHANGELOG.md", "install/install.sh", "install/install.ps1"] {
        assert!(said.contains(place), "no {place}: {said}");
    }
    Ok(())
}

fn a_changelog_without_a_dated_section_is_refused() -> Result<(), Failed> {
    let head = format!("## [{VERSION}] - ");
    refuses("CHANGELOG.md", &head, "## [0.0.1] - ", &["newest section is 0.0.1", VERSION]);
    refuses("CHANGELOG.md", &head, &format!("## [{VERSION}] at "), &["no date"]);
    let newer = format!("## [9.9.9] - 2026-11-22\n\n{head}");
    refuses("CHANGELOG.md", &head, &newer, &["newest section is 9.9.9"]);
    Ok(())
}

fn a_binary_or_man_page_of_another_version_is_refused() -> Result<(), Failed> {
    let copy = Copy::new();
    for (line, words) in [
        ("[ \"$1\" = version ] && { echo stratos v9.9.9; exit 0; }", "says stratos v9.9.9"),
        ("[ \"$1\" = man ] && { echo '.TH stratos 1 \"\" \"stratos 9.9.9\"'; exit 0; }", "the man page of"),
        ("[ \"$1\" = man ] && exit 3", "failed"),
    ] {
        let binary = copy.stand_in(line);
        let said = copy.refused(["check", "--binary", binary.to_str().unwrap()]);
        assert!(said.contains(words), "no {words}: {said}");
        copy.fine(["build", "--target", LABEL, "--built", binary.to_str().unwrap()]);
        assert!(copy.refused(["assemble"]).contains(words));
    }
    Ok(())
}

fn a_dirty_tree_is_refused() -> Result<(), Failed> {
    let copy = Copy::new();
    fs::write(copy.file("notes.txt"), "new")?;
    let said = copy.refused(["check"]);
    assert!(said.contains("1 files are not committed (notes.txt"), "{said}");
    copy.commit();
    copy.fine(["check"]);
    copy.edit("README.md", "stratos", "Stratos");
    assert!(copy.refused(["check"]).contains("README.md"));
    fs::remove_dir_all(copy.file(".git"))?;
    assert!(copy.refused(["check"]).contains("no git checkout"));
    Ok(())
}

fn a_missing_or_damaged_key_file_is_refused() -> Result<(), Failed> {
    let copy = Copy::new();
    let keys = copy.text("install/keys.txt");
    let current = keys.lines().find(|line| line.starts_with("current ")).unwrap().to_owned();
    for (text, words) in [
        ("# none yet\n".to_owned(), "no current key"),
        (format!("{current}\n{current}\n"), "line 2"),
        (format!("{}\n", &current[..current.len() - 4]), "line 1"),
        (format!("{current}!\n"), "line 1"),
        (current.replace("current", "former"), "line 1"),
    ] {
        fs::write(copy.file("install/keys.txt"), &text)?;
        copy.commit();
        let said = copy.refused(["check"]);
        assert!(said.contains("install/keys.txt") && said.contains(words), "{text}: {said}");
    }
    Ok(())
}

fn the_feature_planted_is_refused_by_name() -> Result<(), Failed> {
    // What the tool looks for is in no other build, not even as a word of a text.
    let marked = fs::read(env!("CARGO_BIN_EXE_stratos"))?;
    let marked = memchr::memmem::find(&marked, b"STRATOS_PLANT").is_some();
    assert_eq!(marked, cfg!(feature = "planted"));
    let copy = Copy::new();
    copy.fine(["check"]);
    copy.edit("Cargo.toml", "filter = [", "filter = [\"planted\", ");
    copy.commit();
    let said = copy.refused(["check"]);
    assert!(said.contains("the feature `planted`"), "{said}");

    let copy = Copy::new();
    let binary = copy.stand_in(": STRATOS_PLANT");
    let words = ["build", "--target", LABEL, "--built", binary.to_str().unwrap()];
    assert!(copy.refused(words).contains("the feature `planted`"));
    copy.part();
    copy.stand_in(": STRATOS_PLANT");
    fs::copy(&binary, copy.out().join("parts").join(LABEL).join("stratos"))?;
    assert!(copy.refused(["assemble"]).contains("the feature `planted`"), "a part of another machine");
    Ok(())
}

fn a_binary_that_tells_where_it_was_built_is_refused() -> Result<(), Failed> {
    let copy = Copy::new();
    for folder in [copy.root(), copy.home(), copy.out().join("parts").join(LABEL).join("build")] {
        let binary = copy.stand_in(&format!(": {}/src/main.rs", folder.display()));
        let said = copy.refused(["build", "--target", LABEL, "--built", binary.to_str().unwrap()]);
        assert!(said.contains(&format!("holds the path {}", folder.display())), "{said}");
    }
    Ok(())
}

fn wrong_arguments_are_refused() -> Result<(), Failed> {
    let copy = Copy::new();
    let wrong: [&[&str]; 4] = [&[], &["publish"], &["sign"], &["check", "--force"]];
    for words in wrong {
        copy.tool(words).run().exits(64);
    }
    let said = copy.refused(["build", "--target", "vax-dec-vms", "--without-auditable"]);
    assert!(said.contains("vax-dec-vms") && said.contains(LABEL), "{said}");
    assert!(copy.refused(["assemble"]).contains("build a target first"));
    assert!(copy.refused(["verify"]).contains("install/release assemble"));
    assert!(copy.refused(["sign", "--key", &copy.key("current")]).contains("install/release assemble"));
    Ok(())
}

fn a_build_without_the_list_of_parts_must_be_asked_for() -> Result<(), Failed> {
    let copy = Copy::new();
    let few = copy.home().join("bin");
    fs::create_dir_all(&few)?;
    for program in ["cargo", "rustc", "git"] {
        std::os::unix::fs::symlink(found(program), few.join(program))?;
    }
    let run = copy.tool(["build", "--target", LABEL]).env("PATH", &few).run().exits(65);
    assert!(
        run.stderr.contains("cargo auditable") && run.stderr.contains("--without-auditable"),
        "{}",
        run.stderr
    );
    Ok(())
}

/// A program of the PATH.
fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.exists()).unwrap()
}
