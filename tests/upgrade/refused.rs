//! Releases that are not taken, and binaries that do not stay: the path holds what it held.

use crate::{
    Needs, Row,
    common::published::{Keys, Published, Written},
    site::{Install, NEW, OLD, acting, binary, bundle, label, put, script},
};
use std::fs;

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_flipped_byte_anywhere_is_refused", Needs::Nothing, flipped),
    ("a_flipped_byte_of_the_manual_page_is_refused", Needs::Nothing, flipped_page),
    ("a_signature_of_nobody_who_is_trusted_is_refused", Needs::Nothing, unknown_key),
    ("a_signature_of_another_version_or_file_is_refused", Needs::Nothing, other_comment),
    ("a_valid_but_older_manifest_is_refused", Needs::Nothing, older),
    ("an_expired_manifest_is_refused", Needs::Nothing, expired),
    ("a_manifest_of_the_future_or_of_another_schema_is_refused", Needs::Nothing, other_times),
    ("a_manifest_for_another_target_is_refused", Needs::Nothing, other_target),
    ("a_build_without_keys_trusts_nothing", Needs::Nothing, no_keys),
    ("a_shorter_or_longer_file_is_refused", Needs::Nothing, sizes),
    ("a_new_binary_that_fails_its_self_test_is_refused", Needs::Nothing, self_test),
    ("a_new_binary_that_fails_at_its_place_is_taken_back", Needs::Nothing, at_its_place),
    ("a_hanging_new_binary_is_refused", Needs::Nothing, hangs),
    ("a_pre_release_is_taken_only_where_it_is_asked_for", Needs::Nothing, pre_release),
    ("what_is_no_source_is_refused", Needs::Nothing, no_source),
];

/// Refused as untrusted, with nothing changed; the message.
#[track_caller]
fn refuses(install: &Install, release: &Written) -> String {
    let run = install.from(release).run().fails("untrusted_release", 65);
    install.is_unchanged();
    run.error()["message"].as_str().unwrap().to_owned()
}

/// So many places, spread over a file, its first and last byte among them.
fn places(length: usize, count: usize) -> Vec<usize> {
    (0..count).map(|number| number * (length - 1) / (count - 1)).collect()
}

fn flipped() {
    let install = Install::new();
    let release = install.newer();
    for (name, count) in [("manifest.json", 24), ("manifest.json.minisig", 24), (&*binary(NEW), 12)] {
        let whole = release.read(name);
        for at in places(whole.len(), count) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 7);
            release.put(name, &bytes);
            let run = install.from(&release).run();
            assert_eq!(run.code, Some(65), "byte {at} of {name}: {}", run.stderr);
            install.is_unchanged();
        }
        release.put(name, &whole);
    }
    install.from(&release).run().exits(0);
    install.is_upgraded();
}

fn flipped_page() {
    let install = Install::new();
    let page = install.prefix().join("share/man/man1/stratos.1");
    fs::create_dir_all(page.parent().unwrap()).unwrap();
    fs::write(&page, "old").unwrap();
    let release = install.release(NEW).file("stratos.1", "man", None, ".TH STRATOS 1\n").write(&install.keys);
    for at in 0..release.read("stratos.1").len() {
        let mut bytes = b".TH STRATOS 1\n".to_vec();
        bytes[at] ^= 1;
        release.put("stratos.1", &bytes);
        let message = refuses(&install, &release);
        assert!(message.contains("stratos.1 has the SHA-256"), "{message}");
    }
    release.put("stratos.1", ".TH STRATOS 1\n.");
    assert!(refuses(&install, &release).contains("longer than the 14 bytes"));
    assert_eq!(fs::read_to_string(&page).unwrap(), "old");
}

fn unknown_key() {
    let install = Install::new();
    let stranger = Keys::new();
    let release = install.release(NEW).write(&stranger);
    let message = refuses(&install, &release);
    assert!(message.contains(&stranger.id()) && message.contains(&install.keys.id()), "{message}");
    // The right number with another key behind it is a mismatch.
    release.put("manifest.json.minisig", "untrusted comment: signature from minisign secret key\n");
    refuses(&install, &release);
    fs::remove_file(release.path("manifest.json.minisig")).unwrap();
    install.from(&release).run().fails("input_missing", 66);
    install.is_unchanged();
}

fn other_comment() {
    let install = Install::new();
    let release = install.newer();
    for (version, file) in [("0.3.1", "manifest.json"), (NEW, "stratos.1"), (OLD, "manifest.json")] {
        release.resign(&install.keys, "manifest.json", version, file);
        let message = refuses(&install, &release);
        assert!(message.contains(&format!("is signed as \"stratos {version} {file}\"")), "{message}");
    }
}

fn older() {
    let install = Install::new();
    let release = install.release("0.1.9").write(&install.keys);
    assert!(refuses(&install, &release).contains("older than the running 0.2.0"));
    install.from(&release).arg("--check").run().fails("untrusted_release", 65);
    let named = install.from(&release).args(["--to", "0.1.9"]).run().fails("usage_error", 64);
    assert!(named.stderr.contains("--rollback"), "{}", named.stderr);
    let newer = install.newer();
    let other = install.from(&newer).args(["--to", "0.5.0"]).run().fails("untrusted_release", 65);
    assert!(other.stderr.contains("not of 0.5.0"), "{}", other.stderr);
    install.from(&newer).args(["--to", "next"]).run().fails("usage_error", 64);
    install.is_unchanged();
}

fn expired() {
    let install = Install::new();
    let release =
        install.release(NEW).dated("2020-01-01T00:00:00Z", "2020-06-29T00:00:00Z").write(&install.keys);
    assert!(refuses(&install, &release).contains("expired at 2020-06-29T00:00:00Z"));
    install.from(&release).args(["--check"]).run().fails("untrusted_release", 65);
}

fn other_times() {
    let install = Install::new();
    let release =
        install.release(NEW).dated("2090-01-01T00:00:00Z", "2090-06-29T00:00:00Z").write(&install.keys);
    assert!(refuses(&install, &release).contains("set the clock"));
    let release = install.release(NEW).member("schema", 2.into()).write(&install.keys);
    assert!(refuses(&install, &release).contains("newer stratos"));
}

fn other_target() {
    let install = Install::new();
    let release = Published::new(NEW).binary("sparc-sun-solaris", "x").write(&install.keys);
    let run = install.from(&release).run().fails("unavailable", 69);
    assert!(run.stderr.contains("--from-source"), "{}", run.stderr);
    install.is_unchanged();
    // Somebody else's binary under our name says so, and is not ours all the same.
    let name = binary(NEW);
    let release =
        Published::new(NEW).file(&name, "binary", Some("sparc-sun-solaris"), "x").write(&install.keys);
    install.from(&release).run().fails("unavailable", 69);
    install.is_unchanged();
}

fn no_keys() {
    let install = Install::new();
    put(&install.binary(), &script(OLD, ""), 0o755);
    let release = install.newer();
    for more in ["--check", "--dry-run", "--json"] {
        let run = install.upgrade(["--from"]).arg(release.folder());
        let run = if more == "--json" { run } else { run.arg(more) };
        let run = run.run().fails("config_error", 78);
        assert!(run.stderr.contains("holds no release key"), "{}", run.stderr);
    }
    install.is_unchanged();
}

fn sizes() {
    let install = Install::new();
    let release = install.newer();
    let whole = release.read(&binary(NEW));
    release.put(&binary(NEW), &whole[..whole.len() - 1]);
    let message = refuses(&install, &release);
    assert!(
        message.contains(&format!("has {} bytes instead of {}", whole.len() - 1, whole.len())),
        "{message}"
    );
    release.put(&binary(NEW), [&whole[..], b"\n"].concat());
    assert!(refuses(&install, &release).contains("is longer than"));
    release.put(&binary(NEW), "");
    refuses(&install, &release);
    let release = install.newer();
    let cut = bundle(&release);
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let run = install.upgrade(["--from"]).arg(&cut).run();
    assert!(matches!(run.code, Some(65 | 66)), "{}", run.stderr);
    let files: Vec<String> = install.files().into_iter().filter(|name| !name.ends_with(".part")).collect();
    assert_eq!((install.reports().as_str(), files), (OLD, vec![".stratos-lock".into(), "stratos".into()]));
}

fn self_test() {
    let install = Install::new();
    for (act, why) in [
        ("exit 1", "failed (exit status: 1)"),
        ("kill -SEGV $$", "signal: 11"),
        ("echo 'stratos v0.3.1: self-test passed'", "reports version 0.3.1 instead of 0.3.0"),
        ("echo 'stratos v0.3.0'", "instead of its version"),
        ("echo hello; echo 'stratos v0.3.0: self-test passed'", "instead of its version"),
        ("echo 'stratos v0.3.0: self-test passed'; exit 1", "failed (exit status: 1)"),
        ("exec yes", "printed without end"),
    ] {
        let bad = acting(NEW, &install.line(), act);
        let release = Published::new(NEW).binary(&label(), bad).write(&install.keys);
        let message = refuses(&install, &release);
        assert!(message.contains(why) && message.ends_with("is unchanged"), "{act}: {message}");
    }
    let release = Published::new(NEW).binary(&label(), "\x7fELF no program").write(&install.keys);
    assert!(refuses(&install, &release).contains("cannot be started"));
}

/// It passes beside the old one, and not where it is to stay.
fn at_its_place() {
    let install = Install::new();
    for act in ["exit 1", "echo 'stratos v0.2.9: self-test passed'", "sleep 600"] {
        let act = format!("case $0 in *.new) echo 'stratos v{NEW}: self-test passed';; *) {act};; esac");
        let bad = acting(NEW, &install.line(), &act);
        let release = Published::new(NEW).binary(&label(), bad).write(&install.keys);
        let run = install.from(&release).args(["--timeout", "6s"]).run().fails("untrusted_release", 65);
        assert!(run.stderr.contains("the old binary is back"), "{}", run.stderr);
        install.is_unchanged();
    }
    // What an earlier upgrade kept is still there.
    let older = "#!/bin/sh\necho 'stratos v0.1.0: self-test passed'\n";
    put(&install.beside(".stratos-previous"), older, 0o755);
    let act = format!("case $0 in *.new) echo 'stratos v{NEW}: self-test passed';; *) exit 1;; esac");
    let release = Published::new(NEW).binary(&label(), acting(NEW, "", &act)).write(&install.keys);
    install.from(&release).run().fails("untrusted_release", 65);
    assert_eq!(fs::read_to_string(install.beside(".stratos-previous")).unwrap(), older);
    assert_eq!(install.reports(), OLD);
}

fn hangs() {
    let install = Install::new();
    let bad = acting(NEW, &install.line(), "sleep 600 & sleep 600");
    let release = Published::new(NEW).binary(&label(), bad).write(&install.keys);
    let run = install.from(&release).args(["--timeout", "300ms"]).run().fails("untrusted_release", 65);
    assert!(run.stderr.contains("did not end within 300ms"), "{}", run.stderr);
    install.is_unchanged();
}

fn no_source() {
    let install = Install::new();
    let release = install.newer();
    let empty = tempfile::tempdir().unwrap();
    install.upgrade(["--from"]).arg(empty.path()).run().fails("input_missing", 66);
    install.upgrade(["--from"]).arg(empty.path().join("nothing")).run().fails("input_missing", 66);
    let alone = install.upgrade(["--from"]).arg(release.path(&binary(NEW))).run().fails("data_error", 65);
    assert!(alone.stderr.contains("name the folder that holds its manifest"), "{}", alone.stderr);
    install.upgrade([""; 0]).env("STRATOS_BASE_URL", release.folder()).run().fails("usage_error", 64);
    install.upgrade(["--rollback", "--to", NEW]).run().exits(64);
    assert_eq!(install.files(), ["stratos"]);
}

fn pre_release() {
    let install = Install::new();
    let early = install.release("0.3.0-rc.1").write(&install.keys);
    for args in [&["--check"][..], &["--dry-run"], &[]] {
        let run = install.from(&early).args(args).run().fails("unavailable", 69);
        assert!(run.stderr.contains("stratos upgrade --to 0.3.0-rc.1"), "{}", run.stderr);
        install.is_unchanged();
    }
    install.from(&early).args(["--to", "0.3.0-rc.1"]).run().exits(0);
    assert_eq!(install.reports(), "0.3.0-rc.1");
    // From there the next one, too.
    install.from(&install.release("0.3.0-rc.2").write(&install.keys)).run().exits(0);
    assert_eq!(install.reports(), "0.3.0-rc.2");
}
