//! Upgrades that succeed, what they say and what they leave.

use crate::{
    Needs, Row,
    common::{own_cli::KEYS, published::Published, runner::program},
    site::{Install, NEW, OLD, Web, binary, bundle, label, put, script},
};
use std::fs;

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("an_upgrade_over_https_keeps_the_old_binary", Needs::Nothing, over_https),
    ("check_says_what_is_newest_and_writes_nothing", Needs::Nothing, check),
    ("dry_run_says_what_it_would_do_and_touches_nothing", Needs::Nothing, dry_run),
    ("a_version_can_be_named", Needs::Nothing, named),
    ("folders_manifests_bundles_and_file_urls_are_sources", Needs::Nothing, carried),
    ("rollback_swaps_with_the_previous_binary", Needs::Nothing, rollback),
    ("the_previous_binary_has_to_work", Needs::Nothing, broken_previous),
    ("manual_page_completions_and_manifest_are_replaced_where_they_are", Needs::Nothing, elsewhere),
    ("the_real_binary_replaces_itself_while_it_runs", Needs::Nothing, real),
    ("the_next_key_is_taken_and_a_release_for_others_is_not", Needs::Nothing, next_key),
    ("the_same_version_is_installed_anew_where_it_was_named", Needs::Nothing, anew),
];

fn over_https() {
    let install = Install::new();
    let web = Web::of(&[&install.newer()]);
    let old = fs::read(install.binary()).unwrap();
    let done = web.upgrade(&install).run().exits(0).json();
    assert_eq!(
        (&done["action"], &done["running"], &done["version"]),
        (&"upgraded".into(), &OLD.into(), &NEW.into())
    );
    assert_eq!(done["source"], format!("{}{NEW}/{}", web.base(), binary(NEW)));
    assert_eq!(done["key"], install.keys.id());
    install.is_upgraded();
    assert_eq!(fs::read(install.beside(".stratos-previous")).unwrap(), old);
    let paths: Vec<String> = web.cdn.requests().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/dist/manifest.json", "/dist/manifest.json.minisig", &Web::path(NEW)]);
    assert!(web.cdn.requests().iter().all(|asked| asked.header("authorization").is_none()));
    let again = web.upgrade(&install).run().exits(0).json();
    assert_eq!((&again["action"], &again["running"]), (&"nothing to do".into(), &NEW.into()));
    install.is_upgraded();
}

fn check() {
    let install = Install::new();
    let web = Web::of(&[&install.newer()]);
    let told = web.upgrade(&install).arg("--check").run().exits(0).json();
    assert_eq!(
        (&told["action"], &told["newer"], &told["version"]),
        (&"checked".into(), &true.into(), &NEW.into())
    );
    assert_eq!(told["released"], "2026-11-21T12:00:00Z");
    assert_eq!(install.files(), ["stratos"]);
    let text = web.upgrade(&install).args(["--check", "--output", "table"]).run().exits(0).stdout();
    assert!(text.contains(&format!("stratos {NEW} is newer than the running {OLD}")), "{text}");
    let same = Web::of(&[&install.release(OLD).write(&install.keys)]);
    let told = same.upgrade(&install).arg("--check").run().exits(0).json();
    assert_eq!((&told["newer"], &told["version"]), (&false.into(), &OLD.into()));
    assert_eq!(install.files(), ["stratos"]);
    web.upgrade(&install).args(["--check", "--rollback"]).run().exits(64);
}

fn dry_run() {
    let install = Install::new();
    let web = Web::of(&[&install.newer()]);
    let told = web.upgrade(&install).arg("--dry-run").run().exits(0).json();
    assert_eq!((&told["action"], &told["version"]), (&"would upgrade".into(), &NEW.into()));
    let text = web.upgrade(&install).args(["--dry-run", "--output", "table"]).run().exits(0).stdout();
    for part in [&binary(NEW), "version --self-test", ".stratos-previous", "nothing was changed"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(install.files(), ["stratos"]);
    assert!(web.ranges(NEW).is_empty(), "the binary was not fetched");
}

fn named() {
    let install = Install::new();
    let (new, newest) = (install.newer(), install.release("0.4.0").write(&install.keys));
    let web = Web::of(&[&new, &newest]);
    let done = web.upgrade(&install).args(["--to", &format!("v{NEW}")]).run().exits(0).json();
    assert_eq!(done["version"], NEW);
    install.is_upgraded();
    let done = web.upgrade(&install).run().exits(0).json();
    assert_eq!((&done["running"], &done["version"]), (&NEW.into(), &"0.4.0".into()));
    assert_eq!(install.reports(), "0.4.0");
}

fn carried() {
    for shape in ["folder", "manifest", "bundle", "url", "mirror"] {
        let install = Install::new();
        let release = install.newer();
        let run = match shape {
            "folder" => install.from(&release),
            "manifest" => install.upgrade(["--from"]).arg(release.path("manifest.json")),
            "bundle" => {
                let (bundle, away) = (bundle(&release), tempfile::tempdir().unwrap());
                let path = away.path().join("b.tar");
                fs::rename(bundle, &path).unwrap();
                install.upgrade(["--from"]).arg(&path).run().exits(0);
                install.is_upgraded();
                continue;
            }
            "url" => {
                let url = format!("file://{}", release.folder().display());
                install.upgrade([""; 0]).env("STRATOS_BASE_URL", url)
            }
            _ => {
                let mirror = tempfile::tempdir().unwrap();
                let inner = mirror.path().join(NEW);
                fs::create_dir(&inner).unwrap();
                for name in ["manifest.json", "manifest.json.minisig"] {
                    fs::copy(release.path(name), mirror.path().join(name)).unwrap();
                    fs::copy(release.path(name), inner.join(name)).unwrap();
                }
                fs::copy(release.path(&binary(NEW)), inner.join(binary(NEW))).unwrap();
                install.upgrade(["--to", NEW, "--from"]).arg(mirror.path()).run().exits(0);
                install.is_upgraded();
                continue;
            }
        };
        run.run().exits(0);
        install.is_upgraded();
    }
}

fn rollback() {
    let install = Install::new();
    let none = install.upgrade(["--rollback"]).run().fails("input_missing", 66);
    assert!(none.stderr.contains("there is no previous binary"), "{}", none.stderr);
    install.is_unchanged();
    let release = install.newer();
    install.from(&release).run().exits(0);
    let told = install.upgrade(["--rollback", "--dry-run"]).run().exits(0).json();
    assert_eq!((&told["action"], &told["version"]), (&"would roll back".into(), &serde_json::Value::Null));
    install.is_upgraded();
    let back = install.upgrade(["--rollback"]).run().exits(0).json();
    assert_eq!(
        (&back["action"], &back["running"], &back["version"]),
        (&"rolled back".into(), &NEW.into(), &OLD.into())
    );
    assert_eq!(install.reports(), OLD);
    assert_eq!(install.files(), [".stratos-lock", ".stratos-previous", "stratos"]);
    install.upgrade(["--rollback"]).run().exits(0);
    install.is_upgraded();
    install.upgrade(["--rollback"]).run().exits(0);
    // The way forward is open again.
    install.from(&release).run().exits(0);
    install.is_upgraded();
}

fn broken_previous() {
    let install = Install::new();
    install.from(&install.newer()).run().exits(0);
    put(&install.beside(".stratos-previous"), "#!/bin/sh\nexit 3\n", 0o755);
    let run = install.upgrade(["--rollback"]).run().fails("untrusted_release", 65);
    assert!(run.stderr.contains("is unchanged"), "{}", run.stderr);
    install.is_upgraded();
}

fn elsewhere() {
    let install = Install::new();
    let page = install.prefix().join("share/man/man1/stratos.1");
    let kept = install.prefix().join("share/stratos/manifest.json");
    for path in [&page, &kept] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        put(path, "old", 0o640);
    }
    let release = install
        .release(NEW)
        .file("stratos.1", "man", None, ".TH STRATOS 1\n")
        .file("stratos.bash", "completion", None, "complete stratos\n")
        .write(&install.keys);
    let planned = install.from(&release).arg("--dry-run").run().exits(0).json();
    assert_eq!(planned["elsewhere"].as_array().unwrap().len(), 2);
    assert_eq!(fs::read_to_string(&page).unwrap(), "old");
    let done = install.from(&release).run().exits(0).json();
    assert_eq!(done["left"].as_array().unwrap().len(), 0);
    install.is_upgraded();
    assert_eq!(fs::read_to_string(&page).unwrap(), ".TH STRATOS 1\n");
    assert_eq!(fs::read(&kept).unwrap(), release.read("manifest.json"));
    assert_eq!(crate::site::mode(&page), 0o640);
    // What was not there is not made.
    assert!(!install.prefix().join("share/bash-completion").exists());
    assert!(!install.prefix().join("share/stratos/manifest.json.minisig").exists());
    // A run that was killed before the page was replaced is mended by the next one.
    put(&page, "old", 0o644);
    let mended = install.from(&release).run().exits(0).json();
    assert_eq!(mended["action"], "mended");
    assert_eq!(fs::read_to_string(&page).unwrap(), ".TH STRATOS 1\n");
    assert_eq!(install.from(&release).run().exits(0).json()["action"], "nothing to do");
}

/// What runs is replaced under its own feet (no ETXTBSY), and what runs on keeps its file.
fn real() {
    let install = Install::real();
    let release = install.newer();
    // Another run of the same file goes on meanwhile: it waits for its input.
    let other = program(install.binary(), ["signed", "-", "--ttl", "15m", "--secret", "0123456789abcdef"]);
    let mut other = { other }.env(KEYS, "");
    let mut waiting = other
        .command()
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let done = install.from(&release).run().exits(0).json();
    assert_eq!((&done["running"], &done["version"]), (&env!("CARGO_PKG_VERSION").into(), &NEW.into()));
    install.is_upgraded();
    use std::io::Write;
    waiting.stdin.take().unwrap().write_all(b"/a\n").unwrap();
    let output = waiting.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stdout.starts_with(b"https://cloudcdn.pro/api/signed?path=%2Fa&"),
        "{output:?}"
    );
    // The previous one is the real one, and comes back.
    install.upgrade(["--rollback"]).run().exits(0);
    assert_eq!(install.reports(), env!("CARGO_PKG_VERSION"));
}

fn next_key() {
    let install = Install::new();
    let next = crate::common::published::Keys::new();
    let both = install.keys.line("current") + &next.line("next");
    put(&install.binary(), &script(OLD, &both), 0o755);
    install.from(&install.release(NEW).write(&next)).run().exits(0);
    install.is_upgraded();
    let alone = Install::new();
    let release = Published::new(NEW).binary("x86_64-unknown-other", "x").write(&alone.keys);
    let run = alone.from(&release).run().fails("unavailable", 69);
    assert!(run.stderr.contains(&label()), "{}", run.stderr);
    alone.is_unchanged();
}

fn anew() {
    let install = Install::new();
    let other = script(OLD, &install.line()).replacen("long enough", "long indeed", 1);
    let release = Published::new(OLD).binary(&label(), other.clone()).write(&install.keys);
    assert_eq!(install.from(&release).run().exits(0).json()["action"], "nothing to do");
    assert_eq!(install.from(&release).args(["--to", OLD]).run().exits(0).json()["action"], "upgraded");
    assert_eq!(fs::read_to_string(install.binary()).unwrap(), other);
    assert_eq!(install.from(&release).args(["--to", OLD]).run().exits(0).json()["action"], "nothing to do");
}
