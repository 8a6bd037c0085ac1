//! `init`: what it writes, what it reports, what it refuses.

use crate::common::runner::{Run, stratos};
use serde_json::json;

const NODE: &str = ".config/stratos/config.json";

fn toml() -> &'static str {
    if cfg!(target_os = "macos") {
        "Library/Application Support/stratos/config.toml"
    } else {
        ".config/stratos/config.toml"
    }
}

fn text(run: &Run) -> String {
    std::fs::read_to_string(run.path(toml())).unwrap()
}

#[test]
fn without_a_terminal_it_writes_the_defaults() {
    let run = stratos(["init"]).run().exits(0);
    assert_eq!(run.stdout(), "");
    assert!(run.stderr.contains("✓ wrote profile \"default\""), "{}", run.stderr);
    assert!(run.stderr.contains("stratos --profile default doctor"), "{}", run.stderr);
    assert_eq!(text(&run), "[profiles.default]\nprovider = \"cloudcdn\"\nurl = \"https://cloudcdn.pro\"\n");
    let run = stratos(["init", "--quiet"]).run().exits(0);
    assert_eq!(run.everything(), "");
}

#[cfg(unix)]
#[test]
fn what_it_writes_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let run = stratos(["init"]).run().exits(0);
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(run.path(toml())), 0o600);
    assert_eq!(mode(run.path(toml()).parent().unwrap().to_owned()), 0o700);
}

#[test]
fn flags_are_stored_and_reported_masked() {
    let words = "init --profile prod --cdn-url https://x.example/ --account-key cdnsk_abcdefgh12345678 \
        --access-key short --signed-secret topsecret-value --purge-key env:literal --token tokentoken \
        --signature-form cloudcdn-colon --provider cloudcdn --json";
    let run = stratos(words.split_whitespace()).run().exits(0);
    assert_eq!(
        run.json(),
        json!({"profile": "prod", "entry": {
            "url": "https://x.example", "account_key": "cdnsk_…78", "access_key": "***",
            "signed_url_secret": "topsec…ue", "purge_key": "env:li…al", "token": "tokent…en",
            "scheme": "cloudcdn-colon", "provider": "cloudcdn"}})
    );
    for secret in ["abcdefgh", "short", "topsecret-value", "tokentoken"] {
        assert!(!run.everything().contains(secret), "{}", run.everything());
    }
    assert!(run.stderr.contains("warning: --account-key shows the secret"), "{}", run.stderr);
    assert!(run.stderr.contains("plain text"), "{}", run.stderr);
    assert_eq!(
        text(&run),
        "[profiles.prod]\nprovider = \"cloudcdn\"\nurl = \"https://x.example\"\n\
         account_key = \"plain:cdnsk_abcdefgh12345678\"\naccess_key = \"plain:short\"\n\
         purge_key = \"plain:env:literal\"\ntoken = \"plain:tokentoken\"\n\n\
         [profiles.prod.signing]\nscheme = \"cloudcdn-colon\"\nkey = \"plain:topsecret-value\"\n"
    );
}

#[test]
fn a_reference_is_stored_as_it_is() {
    let run = stratos(["init", "--key", "env:SIGNING", "--json"]).run().exits(0);
    assert_eq!(run.json()["entry"]["signed_url_secret"], "env:SIGNING");
    assert!(text(&run).contains("key = \"env:SIGNING\""));
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
}

#[test]
fn values_that_could_not_be_used_are_refused_and_nothing_is_written() {
    for words in [
        "--cdn-url notaurl",
        "--cdn-url ftp://x.example",
        "--cdn-url=",
        "--account-key",
        "--account-key=",
        "--profile",
        "--profile __proto__",
        "--profile a.b",
        "--profile policy",
        "--provider nosuch",
        "--scheme nosuch",
        "--key nosuch:x",
        "--key env:A --signed-secret s",
        "--import --cdn-url https://x.example",
    ] {
        let run = stratos(["init", "--json"].into_iter().chain(words.split(' '))).run();
        assert!(!run.fails("usage_error", 64).path(toml()).exists(), "{words}");
    }
}

#[test]
fn an_existing_profile_is_replaced_by_force_alone() {
    let before = "# mine\ndefault = \"b\"\n[profiles.default]\nmystery = 1\n[profiles.b]\nurl = \"https://b.example\" # keep\n";
    let run = stratos(["init", "--json"]).config(before).run().fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("--force"));
    assert_eq!(text(&run), before);
    let run = stratos(["init", "--force"]).config(before).run().exits(0);
    let after = text(&run);
    assert!(after.contains("# mine") && after.contains("url = \"https://b.example\" # keep"), "{after}");
    assert!(after.contains("default = \"b\"") && !after.contains("mystery"), "{after}");
}

#[test]
fn other_profiles_and_the_old_file_survive() {
    let node = r#"{"profiles":{"default":{"url":"https://old.example","account_key":"k"}}}"#;
    let run = stratos(["init", "--profile", "two"]).file(NODE, node).run().exits(0);
    assert_eq!(std::fs::read_to_string(run.path(NODE)).unwrap(), node);
    let after = text(&run);
    assert!(after.contains("[profiles.default]\nurl = \"https://old.example\"\naccount_key = \"plain:k\"\n"));
    assert!(after.contains("[profiles.two]"), "{after}");
    let run = stratos(["init", "--json"]).file(NODE, node).run().fails("usage_error", 64);
    assert!(!run.path(toml()).exists());
}

#[test]
fn force_begins_anew_and_keeps_what_could_not_be_read() {
    let broken = "[profiles.a]\nurl = \"unclosed\n";
    stratos(["init", "--json"]).config(broken).run().fails("config_error", 78);
    let run = stratos(["init", "--force"]).config(broken).run().exits(0);
    let aside = run.path(&format!("{}.bak", toml()));
    assert_eq!(std::fs::read_to_string(&aside).unwrap(), broken);
    assert!(run.stderr.contains(".bak"), "{}", run.stderr);
    assert!(text(&run).contains("[profiles.default]"));
    let earlier = format!("{}.bak", toml());
    let run = stratos(["init", "--force"]).config(broken).file(&earlier, "earlier").run().exits(0);
    assert_eq!(std::fs::read_to_string(run.path(&earlier)).unwrap(), "earlier");
    assert_eq!(std::fs::read_to_string(run.path(&format!("{}.bak2", toml()))).unwrap(), broken);
}

#[test]
fn import_takes_the_node_clis_profiles_over() {
    let node = r#"{"profiles":{"a":{"url":"https://a.example"},"b":{"signed_url_secret":"s"}}}"#;
    let run = stratos(["init", "--import", "--json"]).file(NODE, node).run().exits(0);
    assert_eq!(run.json(), json!({"imported": ["a", "b"]}));
    assert!(text(&run).contains("[profiles.b.signing]\nkey = \"plain:s\""));
    // Beside a config.toml, one of them alone, and over one that is there.
    let own = "[profiles.a]\nurl = \"https://mine.example\"\n";
    let import = |extra: &[&str]| {
        let run = stratos(["init", "--import", "--json"]).file(NODE, node).config(own);
        extra.iter().fold(run, |run, word| run.arg(word)).run()
    };
    assert_eq!(text(&import(&[]).fails("usage_error", 64)), own);
    let run = import(&["--profile", "b"]).exits(0);
    assert!(text(&run).starts_with(own) && text(&run).contains("[profiles.b.signing]"), "{}", text(&run));
    assert!(text(&import(&["--force"]).exits(0)).contains("https://a.example"));
    import(&["--profile", "c"]).fails("config_error", 78);
    stratos(["init", "--import", "--json"]).run().fails("input_missing", 66);
}

#[test]
fn the_policy_may_deny_literals() {
    let before = "[policy]\nargv_secrets = \"deny\"\n";
    let run = stratos(["init", "--token", "tokentoken", "--json"]).config(before).run();
    assert_eq!(text(&run.fails("refused_by_policy", 77)), before);
}

#[test]
fn without_a_home_there_is_nowhere_to_write() {
    let run = stratos(["init", "--json"]).unset("HOME").run().fails("config_error", 78);
    assert!(run.error()["message"].as_str().unwrap().contains("--config"));
    let run = stratos(["init", "--config", "own.toml"]).unset("HOME").run().exits(0);
    assert!(run.path("own.toml").exists());
}
