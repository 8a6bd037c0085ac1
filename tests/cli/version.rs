use crate::common::runner::stratos;

const LINE: &str = concat!("stratos v", env!("CARGO_PKG_VERSION"), "\n");

#[test]
fn the_line_is_the_same_however_it_is_asked_for() {
    for argv in [
        &["version"][..],
        &["-v"],
        &["--version"],
        &["version", "--json"],
        &["version", "--nosuch", "words", "--output", "xml"],
        &["-v", "purge", "--everything"],
        &["--json", "version"],
        &["--json", "--version"],
        &["--quiet", "-v"],
    ] {
        let run = stratos(argv).run().exits(0);
        assert_eq!((run.stdout().as_str(), run.stderr.as_str()), (LINE, ""), "{argv:?}");
    }
}

#[test]
fn ci_does_not_change_it() {
    let run = stratos(["version"]).env("CI", "true").env("GITHUB_ACTIONS", "true").run().exits(0);
    assert_eq!(run.stdout(), LINE);
}

#[test]
fn the_build_is_one_line_of_json() {
    let run = stratos(["version", "--build"]).run().exits(0);
    assert_eq!(run.stdout().lines().count(), 1);
    let build = run.json();
    let members: Vec<&str> = build.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["version", "commit", "target", "features", "static"]);
    assert_eq!(build["version"], env!("CARGO_PKG_VERSION"));
    let parts: Vec<&str> = build["target"].as_str().unwrap().splitn(2, '-').collect();
    assert_eq!(parts[0], std::env::consts::ARCH);
    assert!(build["static"].is_boolean() && build["features"].is_array());
}

#[cfg(not(feature = "planted"))]
#[test]
fn the_binary_knows_no_planted_fault() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_stratos")).unwrap();
    assert!(!binary.windows(13).any(|word| word == b"STRATOS_PLANT"));
    let build = stratos(["version", "--build"]).run().exits(0).json();
    assert!(!build["features"].to_string().contains("planted"), "{build}");
}

#[test]
fn the_self_test_signs_something_known() {
    let run = stratos(["version", "--self-test"]).run().exits(0);
    assert!(run.stdout().contains("self-test passed"), "{}", run.stdout());
}

#[test]
fn after_another_command_it_is_no_flag() {
    stratos(["schema", "--version"]).run().exits(64);
}
