//! Where secrets come from, what is refused on the way, and where they may go.

use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, Runner, bare, stratos},
};
use serde_json::json;

const KEY: &str = "a-signing-key-of-27-bytes!!";

fn signed(extra: &[&str]) -> Runner {
    let words = ["signed", "/a.jpg", "--expires", "4102444800", "--json"];
    stratos(words.iter().chain(extra))
}

/// What a URL signed with [`KEY`] looks like.
fn expected() -> String {
    signed(&[]).env("SIGNED_URL_SECRET", KEY).run().exits(0).stdout()
}

#[cfg(unix)]
fn chmod(path: impl AsRef<std::path::Path>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn message(run: &Run) -> String {
    run.error()["message"].as_str().unwrap().to_owned()
}

#[test]
fn every_way_to_name_a_key_signs_the_same() {
    let config = |reference: &str| format!("[profiles.default.signing]\nkey = \"{reference}\"\n");
    let line = format!("{KEY}\n");
    let node = format!(r#"{{"profiles":{{"default":{{"signed_url_secret":"{KEY}"}}}}}}"#);
    let expected = expected();
    for (how, run) in [
        ("--secret", signed(&["--secret", KEY])),
        ("env:", signed(&["--key", "env:OWN"]).env("OWN", KEY)),
        ("file:", signed(&["--key", "file:key.txt"]).file("key.txt", &line)),
        ("file:~/", signed(&["--key", "file:~/key.txt"]).file("key.txt", format!("{KEY}\r\n"))),
        ("-", signed(&["--key", "-"]).stdin(line.as_bytes())),
        ("fd:0", signed(&["--key", "fd:0"]).stdin(line.as_bytes())),
        ("plain:", signed(&["--key", &format!("plain:{KEY}")])),
        ("profile env:", signed(&[]).config(&config("env:OWN")).env("OWN", KEY)),
        ("profile file:", signed(&[]).config(&config("file:key.txt")).file("key.txt", &line)),
        ("profile plain:", signed(&[]).config(&config(&format!("plain:{KEY}")))),
        ("config.json", signed(&[]).file(".config/stratos/config.json", &node)),
    ] {
        let run = run.run().exits(0);
        assert_eq!(run.stdout(), expected, "{how}");
        assert!(!run.everything().contains(KEY), "{how}: {}", run.everything());
    }
}

#[cfg(unix)]
#[test]
fn commands_and_descriptors_name_keys_too() {
    let path = std::env::var_os("PATH").unwrap();
    let expected = expected();
    let exec = format!("exec:printf '%s\\n' '{KEY}'");
    let run = signed(&["--key", &exec]).env("PATH", &path).run().exits(0);
    assert_eq!(run.stdout(), expected);
    let script = "exec \"$0\" signed /a.jpg --expires 4102444800 --key fd:3 3< key.txt";
    let mut runner = signed(&[]).file("key.txt", KEY);
    let home = runner.home().to_owned();
    let program = runner.command().get_program().to_owned();
    let output = bare("sh")
        .args(["-c", script])
        .arg(program)
        .env("PATH", path)
        .env("HOME", &home)
        .current_dir(&home)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{output:?}");
    signed(&["--key", "fd:9"]).run().fails("input_missing", 66);
    let run = signed(&["--key", "exec:/nosuch/program --with a-secret-argument"]).run();
    let run = run.fails("input_missing", 66);
    assert!(!run.everything().contains("a-secret-argument"), "{}", run.everything());
}

#[test]
fn environment_values_are_taken_byte_for_byte() {
    let expected = expected();
    for altered in [format!("{KEY}\n"), format!(" {KEY}"), "env:OWN".to_owned()] {
        let run = signed(&[]).env("SIGNED_URL_SECRET", &altered).env("OWN", KEY).run().exits(0);
        assert_ne!(run.stdout(), expected, "{altered:?}");
    }
    let run = signed(&["--secret", "env:OWN"]).env("OWN", KEY).run().exits(0);
    assert_ne!(run.stdout(), expected, "--secret is literal");
}

#[cfg(unix)]
#[test]
fn a_key_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = b"\xff\xfe sixteen bytes \xff";
    let value = std::ffi::OsStr::from_bytes(bytes);
    let by_env = signed(&[]).env("SIGNED_URL_SECRET", value).run().exits(0).stdout();
    let by_file = signed(&["--key", "file:k"]).file("k", bytes).run().exits(0).stdout();
    assert_eq!(by_env, by_file);
    let with_line_end = signed(&["--key", "file:k"]).file("k", [bytes, &b"\n"[..]].concat()).run().exits(0);
    assert_ne!(with_line_end.stdout(), by_file, "no line end is removed from what is no text");
}

#[test]
fn what_is_not_there_is_named() {
    for (reference, kind, code, word) in [
        ("env:NOSUCH", "auth_missing_key", 78, "NOSUCH"),
        ("file:nosuch", "input_missing", 66, "nosuch"),
        ("file:.", "refused_by_policy", 77, "no regular file"),
        ("-", "auth_missing_key", 78, "--key"),
        ("keychain:x", "usage_error", 64, "not in this version"),
        ("vault:x", "usage_error", 64, "not in this version"),
        ("agent:x", "usage_error", 64, "not in this version"),
        ("prod", "usage_error", 64, "env:prod"),
        ("fd:x", "usage_error", 64, "fd:3"),
        ("exec:'", "usage_error", 64, "quotes"),
    ] {
        let run = signed(&["--key", reference]).run().fails(kind, code);
        assert!(message(&run).contains(word), "{reference}: {}", message(&run));
        assert_eq!(run.stdout(), "");
    }
    let config = "[profiles.default.signing]\nkey = \"hunter2hunter2\"\n";
    let run = signed(&[]).config(config).run().fails("config_error", 78);
    assert!(message(&run).contains("signing.key of profile default"), "{}", message(&run));
    assert!(!run.everything().contains("hunter2"));
    signed(&["--key", "env:EMPTY"]).env("EMPTY", "").run().fails("auth_missing_key", 78);
    signed(&["--key", "file:empty"]).file("empty", "\n").run().fails("auth_missing_key", 78);
    signed(&["--key", "file:long"]).file("long", vec![b'x'; 70_000]).run().fails("too_large", 65);
    signed(&["--key", "-"]).stdin(vec![b'x'; 70_000]).run().fails("too_large", 65);
}

#[cfg(unix)]
#[test]
fn a_key_file_is_for_its_owner_alone() {
    let with_mode = |mode: u32, config: &str| {
        let runner = signed(&["--key", "file:k"]).file("k", KEY).config(config);
        chmod(runner.home().join("k"), mode);
        runner.run()
    };
    with_mode(0o600, "").exits(0);
    with_mode(0o400, "").exits(0);
    for mode in [0o640, 0o604, 0o602] {
        let run = with_mode(mode, "").fails("refused_by_policy", 77);
        assert!(message(&run).contains("chmod 600"), "{}", message(&run));
    }
    // Away from the user's home it is warned of, unless the policy is strict.
    let elsewhere = |mode: u32, config: &str| {
        let mut runner =
            signed(&["--key", "file:k", "--config", "own.toml"]).file("k", KEY).file("own.toml", config);
        let (home, file) = (runner.home().join("inner"), runner.home().join("k"));
        chmod(file, mode);
        runner.command().env("HOME", home);
        runner.run()
    };
    let run = elsewhere(0o644, "").exits(0);
    assert!(run.stderr.contains("warning: --key names k"), "{}", run.stderr);
    elsewhere(0o644, "[policy]\nstrict = true\n").fails("refused_by_policy", 77);
    elsewhere(0o646, "").fails("refused_by_policy", 77);
}

#[cfg(unix)]
#[test]
fn a_public_key_may_be_read_by_anybody_and_written_by_nobody_else() {
    const PUBLIC: &str = include_str!("../vectors/keys/rsa-2048-public.pem");
    const PRIVATE: &str = include_str!("../vectors/keys/rsa-2048.pem");
    let url = "https://d111.cloudfront.net/a?Expires=4102444800&Signature=AAAA&Key-Pair-Id=K1";
    let with = |key: &str, mode: u32| {
        let args = ["signed", "verify", url, "--scheme", "cloudfront", "--key", "file:k", "--json"];
        let runner = stratos(args).file("k", key).config("[policy]\nstrict = true\n");
        chmod(runner.home().join("k"), mode);
        runner.run()
    };
    let run = with(PUBLIC, 0o644).exits(65);
    assert_eq!((&run.json()["verdict"], run.stderr.as_str()), (&"signature mismatch".into(), ""));
    for (key, mode) in
        [(PUBLIC, 0o664), (PUBLIC, 0o646), (PRIVATE, 0o644), (&format!("{PUBLIC}{PRIVATE}"), 0o644)]
    {
        with(key, mode).fails("refused_by_policy", 77);
    }
}

#[cfg(unix)]
#[test]
fn a_named_pipe_does_not_hold_it() {
    let runner = signed(&["--key", "file:pipe"]);
    let made = std::process::Command::new("mkfifo").arg(runner.home().join("pipe")).status();
    if made.is_ok_and(|status| status.success()) {
        let run = runner.run().fails("refused_by_policy", 77);
        assert!(message(&run).contains("fd:N"), "{}", message(&run));
    }
}

#[test]
fn stdin_is_a_list_or_a_secret_and_not_both() {
    stratos(["signed", "-", "--expires", "4102444800", "--key", "-", "--json"])
        .stdin("/a\n")
        .run()
        .fails("usage_error", 64);
    let config = "[profiles.default.signing]\nkey = \"-\"\n";
    stratos(["signed", "-", "--expires", "4102444800", "--json"])
        .config(config)
        .stdin("/a\n")
        .run()
        .fails("usage_error", 64);
}

#[test]
fn literals_on_the_command_line_are_warned_of_once_or_denied() {
    let run = signed(&["--secret", KEY]).run().exits(0);
    assert_eq!(run.stderr.matches("warning: --secret").count(), 1, "{}", run.stderr);
    let deny = "[policy]\nargv_secrets = \"deny\"\n";
    for extra in [&["--secret", KEY][..], &["--key", "plain:abc"]] {
        let run = signed(extra).config(deny).run().fails("refused_by_policy", 77);
        assert!(!run.everything().contains(KEY));
    }
    signed(&[]).config(deny).env("SIGNED_URL_SECRET", KEY).run().exits(0);
}

#[test]
fn short_keys_draw_one_warning_or_are_refused_when_strict() {
    let run = signed(&[]).env("SIGNED_URL_SECRET", "short").run().exits(0);
    assert_eq!(run.stderr.matches("bytes long").count(), 1, "{}", run.stderr);
    assert!(!signed(&[]).env("SIGNED_URL_SECRET", KEY).run().exits(0).stderr.contains("bytes long"));
    let strict = "[policy]\nstrict = true\n";
    signed(&[]).config(strict).env("SIGNED_URL_SECRET", "short").run().fails("refused_by_policy", 77);
}

#[test]
fn a_profiles_credential_never_reaches_another_origin() {
    let own = Cdn::start([Answer::json(200, &json!({"ok": true}))]);
    let foreign = Cdn::start([Answer::json(200, &json!({"ok": true}))]);
    let config = format!("[profiles.default]\nurl = \"{}\"\naccount_key = \"env:OWN\"\n", own.url());
    let purge = |extra: &[&str]| {
        let words = ["purge", "--tag", "home", "--json"];
        stratos(words.iter().chain(extra)).config(&config).env("OWN", "an-account-key")
    };
    purge(&[]).run().exits(0);
    assert_eq!(own.requests().len(), 1);
    for run in [purge(&["--cdn-url", &foreign.url()]), purge(&[]).with(&foreign)] {
        let run = run.run().fails("config_error", 78);
        assert!(message(&run).contains(&own.url()) && message(&run).contains(&foreign.url()));
    }
    assert!(foreign.requests().is_empty() && own.requests().len() == 1);
    // Given from outside too, it is the caller's word.
    purge(&[]).with(&foreign).env("CLOUDCDN_ACCOUNT_KEY", "another-key").run().exits(0);
    let asked = foreign.requests();
    assert_eq!(asked.len(), 1);
    assert!(!format!("{:?}", asked[0].headers).contains("an-account-key"));
}

#[test]
fn a_base_url_that_is_none_is_refused_by_its_source() {
    for url in ["notaurl", "ftp://x.example", "https://u:hunter2@x.example", "https://x.example?a=b"] {
        let run = signed(&["--cdn-url", url]).env("SIGNED_URL_SECRET", KEY).run().fails("usage_error", 64);
        assert!(message(&run).contains("--cdn-url") && !message(&run).contains("hunter2"));
        let run = signed(&[]).env("CLOUDCDN_URL", url).run().fails("usage_error", 64);
        assert!(message(&run).contains("CLOUDCDN_URL"));
        let config = format!("[profiles.default]\nurl = \"{url}\"\n");
        signed(&[]).config(&config).run().fails("config_error", 78);
    }
}
