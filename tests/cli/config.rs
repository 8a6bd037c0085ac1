//! `config`: what it prints, what it changes, what it refuses, and that nothing is lost.

use crate::common::runner::{Run, stratos};
use serde_json::json;

const NODE: &str = ".config/stratos/config.json";
const NODE_TEXT: &str =
    "{\n  \"profiles\": {\n    \"a\": {\n      \"b\": \"v\",\n      \"n\": 5\n    }\n  }\n}\n";

/// Where config.toml is, below the home.
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

#[cfg(unix)]
fn mode(path: impl AsRef<std::path::Path>) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn chmod(path: impl AsRef<std::path::Path>, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Whether modes hold back whoever runs the tests: they do not hold back root.
#[cfg(unix)]
fn modes_bind(folder: &std::path::Path) -> bool {
    let probe = folder.join("probe");
    std::fs::write(&probe, "x").unwrap();
    chmod(&probe, 0o000);
    let bound = std::fs::read(&probe).is_err();
    std::fs::remove_file(probe).unwrap();
    bound
}

#[test]
fn without_a_verb_it_is_a_usage_error() {
    stratos(["config", "--json"]).run().fails("usage_error", 64);
    stratos(["config", "nosuch", "--json"]).run().fails("usage_error", 64);
    stratos(["config", "set", "a.b", "--json"]).run().fails("usage_error", 64);
}

#[test]
fn nothing_configured_is_an_empty_list() {
    for home in [true, false] {
        let run = stratos(["config", "list"]);
        let run = if home { run } else { run.unset("HOME") };
        assert_eq!(run.run().exits(0).stdout(), "{\"profiles\":{}}\n");
    }
    assert_eq!(stratos(["config", "list"]).env("HOME", "").run().exits(0).stdout(), "{\"profiles\":{}}\n");
}

#[test]
fn the_path_is_told_or_why_there_is_none() {
    let run = stratos(["config", "path"]).run().exits(0);
    assert_eq!(run.stdout().trim_end(), run.path(toml()).to_str().unwrap());
    assert!(!run.path(".config").exists(), "looking creates nothing");
    let run = stratos(["config", "path", "--json"]).unset("HOME").run().fails("config_error", 78);
    assert!(run.error()["message"].as_str().unwrap().contains("HOME is not set"));
    let run = stratos(["config", "path"]).unset("HOME").env("STRATOS_CONFIG", "/etc/x.toml").run().exits(0);
    assert_eq!(run.stdout(), "/etc/x.toml\n");
}

#[test]
fn the_node_clis_file_is_shown_as_it_was() {
    let list = |format: &str| {
        stratos(["config", "list", "--output", format]).file(NODE, NODE_TEXT).run().exits(0).stdout()
    };
    assert_eq!(list("table"), NODE_TEXT);
    assert_eq!(list("yaml"), "profiles:\n  a:\n    b: v\n    n: 5\n");
    let get = stratos(["config", "get", "a.n"]).file(NODE, NODE_TEXT).run().exits(0);
    assert_eq!(get.stdout(), "5\n");
    assert!(!get.path(toml()).exists(), "reading migrates nothing");
}

#[test]
fn secrets_are_masked_in_either_file() {
    let node =
        r#"{"profiles":{"a":{"account_key":"cdnsk_abcdefgh12345678","signed_url_secret":"short"}},"z":1}"#;
    let list = stratos(["config", "list"]).file(NODE, node).run().exits(0);
    let expected =
        json!({"profiles": {"a": {"account_key": "cdnsk_…78", "signed_url_secret": "***"}}, "z": 1});
    assert_eq!(list.json(), expected);
    let get = stratos(["config", "get", "a.account_key"]).file(NODE, node).run().exits(0);
    assert_eq!(get.stdout(), "cdnsk_…78\n");
    let toml = "[profiles.a]\naccount_key = \"plain:cdnsk_abcdefgh12345678\"\npurge_key = \"env:P\"\ntoken = \"oops-a-literal\"\n";
    let list = stratos(["config", "list"]).config(toml).run().exits(0);
    assert_eq!(
        list.json()["profiles"]["a"],
        json!({"account_key": "plain:cdnsk_…78", "purge_key": "env:P", "token": "oops-a…al"})
    );
}

#[test]
fn the_first_write_migrates_and_keeps_the_old_file() {
    let node = r#"{"profiles":{"a":{"url":"https://x.example","account_key":"env:literal","timeout_ms":5000,"b":"v"}},"other":true}"#;
    let run = stratos(["config", "set", "a.b", "w"]).file(NODE, node).run().exits(0);
    assert_eq!(run.stdout(), "");
    assert_eq!(run.stderr.matches("migrated").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("info:    set profiles.a.b"), "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(run.path(NODE)).unwrap(), node);
    assert_eq!(
        text(&run),
        "other = true\n\n[profiles.a]\nurl = \"https://x.example\"\naccount_key = \"plain:env:literal\"\n\
         timeout = \"5000\"\nb = \"w\"\n"
    );
    let again = stratos(["config", "get", "a.timeout_ms"]).config(&text(&run)).file(NODE, node).run();
    assert_eq!(again.exits(0).stdout(), "5000\n");
}

#[test]
fn a_migration_that_fails_writes_nothing() {
    for node in ["[]", "{", "{\"profiles\":[]}"] {
        let run = stratos(["config", "set", "a.b", "w", "--json"]).file(NODE, node).run();
        let run = run.fails("config_error", 78);
        assert!(!run.path(toml()).exists());
        assert!(run.error()["message"].as_str().unwrap().contains("config.json"));
    }
}

#[test]
fn what_is_set_is_got() {
    for (key, value) in [
        ("a.b", "w"),
        ("a.b", ""),
        ("a.b", "-5"),
        ("a.b", "tab\tand \"quotes\" and ünï"),
        ("a.url", "https://x.example"),
        ("a.account_key", "env:KEY"),
        ("a.signed_url_secret", "file:/run/secrets/x"),
        ("a.signing.key", "exec:pass show 'a b'"),
        ("a.timeout_ms", "5000"),
        ("a.max_retries", "3"),
        ("a.signing.scheme", "cloudcdn-colon"),
        ("policy.max_ttl", "7d"),
        ("a.policy.strict", "true"),
    ] {
        let run = stratos(["config", "set", key, value]).run().exits(0);
        let got = stratos(["config", "get", key]).config(&text(&run)).run().exits(0);
        assert_eq!(got.stdout(), format!("{value}\n"), "{key}\n{}", text(&run));
    }
}

#[test]
fn an_absent_key_is_silence_and_69() {
    for flags in [&[][..], &["--json"]] {
        let run = stratos(["config", "get", "zzz.b"]).file(NODE, NODE_TEXT);
        let run = flags.iter().fold(run, |run, flag| run.arg(flag)).run().exits(69);
        assert_eq!(run.everything(), "");
    }
    stratos(["config", "unset", "a.zzz", "--json"]).config("[profiles.a]\n").run().fails("unavailable", 69);
}

#[test]
fn what_names_no_setting_is_refused_and_changes_nothing() {
    for key in ["nodots", "a.b.c", "__proto__.x", "a.__proto__", ".b", "a.", "policy.nosuch", "a b.c"] {
        let run = stratos(["config", "set", key, "v", "--json"]).file(NODE, NODE_TEXT).run();
        assert!(!run.fails("usage_error", 64).path(toml()).exists(), "{key}");
    }
    for key in ["nodots", "a.b.c"] {
        stratos(["config", "get", key, "--json"]).run().fails("usage_error", 64);
    }
    stratos(["config", "get", "toString.name"]).run().exits(69);
}

#[test]
fn values_that_could_not_be_used_are_refused() {
    for (key, value, hint) in [
        ("a.url", "notaurl", "https://"),
        ("a.url", "ftp://x.example", "https://"),
        ("a.url", "https://u:p@x.example", "password"),
        ("a.account_key", "prod", "plain:prod"),
        ("a.account_key", "cdnsk_abcdefgh12345678", "env:NAME"),
        ("a.token", "keychain:x", "not in this version"),
        ("a.provider", "cloudcnd", "cloudcdn"),
        ("a.signing.scheme", "cloudcnd", "cloudcdn"),
        ("policy.max_ttl", "soon", "duration"),
        ("a.timeout_ms", "abc", "duration"),
        ("a.timeout", "50", "50ms"),
        ("a.retries", "-1", "digits"),
        ("a.max_wait", "1 parsec", "duration"),
    ] {
        let run = stratos(["config", "set", key, value, "--json"]).run().fails("usage_error", 64);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(hint), "{message}");
        assert!(!run.path(toml()).exists());
        assert!(!run.everything().contains("abcdefgh"), "{}", run.everything());
    }
}

#[test]
fn a_secret_in_argv_is_warned_of_or_denied() {
    let set = |config: &str| {
        stratos(["config", "set", "a.account_key", "plain:hunter2hunter2", "--json"]).config(config).run()
    };
    let run = set("[profiles.a]\n").exits(0);
    assert!(run.stderr.contains("warning: config set shows the secret"), "{}", run.stderr);
    let before = "[policy]\nargv_secrets = \"deny\"\n";
    let run = set(before).fails("refused_by_policy", 77);
    assert_eq!(text(&run), before);
}

#[test]
fn edits_keep_comments_and_unknown_members() {
    let before = "# mine\n[policy] # floors\nmax_ttl = \"7d\"\n\n[profiles.a]\nurl = \"https://x.example\" # home\nmystery = [1, {a = 2}]\n";
    let run = stratos(["config", "set", "a.url", "https://y.example/"]).config(before).run().exits(0);
    assert_eq!(text(&run), before.replace("https://x.example", "https://y.example/"));
    let run = stratos(["config", "unset", "a.url"]).config(before).run().exits(0);
    assert_eq!(text(&run), before.replace("url = \"https://x.example\" # home\n", ""));
}

#[test]
fn the_default_profile_is_chosen_by_name() {
    let config = "[profiles.a]\nurl = \"https://a.example\"\n[profiles.b]\nurl = \"https://b.example\"\n";
    let run = stratos(["config", "use", "b"]).config(config).run().exits(0);
    let list = stratos(["config", "list", "--origin"]).config(&text(&run)).run().exits(0).json();
    assert_eq!(list[0], json!({"setting": "profile", "value": "b", "origin": "config.toml"}));
    assert_eq!(list[2], json!({"setting": "url", "value": "https://b.example", "origin": "config.toml"}));
    let run = stratos(["config", "use", "c", "--json"]).config(config).run().fails("config_error", 78);
    assert!(run.error()["message"].as_str().unwrap().contains("a, b"));
}

#[test]
fn origins_name_the_winner_and_resolve_nothing() {
    let config = "[profiles.p]\nurl = \"https://p.example\"\naccount_key = \"env:NOSUCH\"\npurge_key = \"plain:topsecret-value\"\n";
    let run = stratos(["config", "list", "--origin", "--profile", "p", "--retries", "7"])
        .config(config)
        .env("CLOUDCDN_ACCESS_KEY", "literal-access-key")
        .env("CLOUDCDN_TIMEOUT", "5000");
    let run = run.run().exits(0);
    let rows = run.json();
    let of = |name: &str| {
        let row = rows.as_array().unwrap().iter().find(|row| row["setting"] == name).unwrap().clone();
        (row["value"].clone(), row["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("profile"), ("p".into(), "--profile".into()));
    assert_eq!(of("url"), ("https://p.example".into(), "config.toml".into()));
    assert_eq!(of("account_key"), ("env:NOSUCH".into(), "config.toml".into()));
    assert_eq!(of("purge_key"), ("plain:topsec…ue".into(), "config.toml".into()));
    assert_eq!(of("access_key"), ("env:CLOUDCDN_ACCESS_KEY".into(), "CLOUDCDN_ACCESS_KEY".into()));
    assert_eq!(of("timeout"), ("5000".into(), "CLOUDCDN_TIMEOUT".into()));
    assert_eq!(of("retries"), ("7".into(), "--retries".into()));
    assert_eq!(of("max_wait"), ("2m".into(), "default".into()));
    assert_eq!(of("token"), (serde_json::Value::Null, "default".into()));
    assert!(!run.everything().contains("literal-access-key"));
}

#[test]
fn an_unknown_profile_is_refused_with_the_known_ones() {
    let config = "[profiles.a]\n[profiles.b]\n";
    for run in [
        stratos(["config", "list", "--origin", "--json", "--profile", "nosuch"]).config(config),
        stratos(["config", "list", "--origin", "--json"]).env("STRATOS_PROFILE", "nosuch").config(config),
        stratos(["config", "list", "--origin", "--json"]).config(&format!("default = \"nosuch\"\n{config}")),
    ] {
        let run = run.run().fails("config_error", 78);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("nosuch") && message.contains("a, b"), "{message}");
    }
    stratos(["config", "list", "--origin", "--profile", "default"]).config(config).run().exits(0);
}

#[test]
fn broken_toml_is_named_by_line_and_column_and_not_quoted() {
    let broken = "[profiles.a]\nurl = \"https://x.example\"\ntoken = \"plain:hunter2\n";
    for verb in [&["list"][..], &["get", "a.url"], &["set", "a.b", "v"], &["use", "a"]] {
        let run = stratos(["config", "--json"]).config(broken);
        let run = verb.iter().fold(run, |run, word| run.arg(word)).run().fails("config_error", 78);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("config.toml: line 3, column "), "{message}");
        assert!(!run.everything().contains("hunter2"));
        assert_eq!(text(&run), broken);
    }
}

#[test]
fn a_profile_that_loosens_the_policy_is_refused() {
    let list = |config: &str| {
        stratos(["config", "list", "--origin", "--json", "--profile", "a"]).config(config).run()
    };
    for (floor, own) in [
        ("max_ttl = \"1h\"", "max_ttl = \"2h\""),
        ("min_secret_bytes = 32", "min_secret_bytes = 16"),
        ("strict = true", "strict = false"),
        ("argv_secrets = \"deny\"", "argv_secrets = \"warn\""),
    ] {
        for table in ["[profiles.a]", "[profiles.a.policy]"] {
            let run = list(&format!("[policy]\n{floor}\n{table}\n{own}\n")).fails("config_error", 78);
            assert!(run.error()["message"].as_str().unwrap().contains("looser"), "{}", run.stderr);
            list(&format!("[policy]\n{floor}\n{table}\n{floor}\n")).exits(0);
            list(&format!("{table}\n{own}\n")).exits(0);
        }
    }
    list("[policy]\nmax_tll = \"1h\"\n[profiles.a]\n").fails("config_error", 78);
}

#[test]
fn a_named_file_must_be_there_to_be_read() {
    let run = stratos(["config", "list", "--json", "--config", "nosuch.toml"]).run();
    let run = run.fails("config_error", 78);
    assert!(run.error()["message"].as_str().unwrap().contains("nosuch.toml"));
    let run = stratos(["config", "set", "a.b", "v", "--config", "new/own.toml"]).run().exits(0);
    assert_eq!(std::fs::read_to_string(run.path("new/own.toml")).unwrap(), "[profiles.a]\nb = \"v\"\n");
    assert!(!run.path(toml()).exists());
}

#[cfg(unix)]
#[test]
fn a_written_file_is_for_its_owner_alone() {
    let run = stratos(["config", "set", "a.b", "v"]).run().exits(0);
    assert_eq!(mode(run.path(toml())), 0o600);
    assert_eq!(mode(run.path(toml()).parent().unwrap()), 0o700);
    let runner = stratos(["config", "set", "a.b", "v"]).config("[profiles.a]\n");
    chmod(runner.home().join(toml()), 0o644);
    assert_eq!(mode(runner.run().exits(0).path(toml())), 0o600);
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_leads_nowhere_else() {
    let linked = |target: &str| {
        let runner = stratos(["config", "set", "a.b", "v", "--json"]).file("dotfiles/own.toml", "# mine\n");
        let link = runner.home().join(toml());
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(runner.home().join(target), link).unwrap();
        runner
    };
    let run = linked("dotfiles/own.toml").run().exits(0);
    assert!(run.path(toml()).is_symlink());
    let kept = run.path("dotfiles/own.toml");
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "# mine\n[profiles.a]\nb = \"v\"\n");
    assert_eq!(mode(kept), 0o600);
    linked("nowhere").run().fails("config_error", 78);
    linked("dotfiles").run().fails("config_error", 78);
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_or_made_are_named() {
    let runner = stratos(["config", "list", "--json"]).config("[profiles.a]\n");
    if !modes_bind(runner.home()) {
        return;
    }
    chmod(runner.home().join(toml()), 0o000);
    let run = runner.run().fails("config_error", 78);
    assert!(run.error()["message"].as_str().unwrap().contains("config.toml"));
    let runner = stratos(["config", "set", "a.b", "v", "--json"]).file(".config/stratos/other", "");
    let folder = runner.home().join(".config/stratos");
    chmod(&folder, 0o500);
    let run = runner.run().fails("cannot_create", 73);
    chmod(run.path(".config/stratos"), 0o700);
}

#[test]
fn a_folder_in_the_files_place_is_refused() {
    let runner = stratos(["config", "list", "--json"]);
    std::fs::create_dir_all(runner.home().join(toml())).unwrap();
    let run = runner.run().fails("config_error", 78);
    assert!(run.error()["message"].as_str().unwrap().contains("config.toml"));
    let run = stratos(["config", "set", "a.b", "v", "--json", "--config", "/dev/null"]).run();
    run.fails("config_error", 78);
    let runner = stratos(["config", "set", "a.b", "v", "--json"]).file(".config", "a file");
    if !cfg!(target_os = "macos") {
        runner.run().fails("cannot_create", 73);
    }
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let home = stratos(["config", "path"]);
    let file = home.home().join("shared.toml");
    let running: Vec<_> = (0..8)
        .map(|n| {
            let key = format!("a.k{n}");
            stratos(["config", "set", &key, "v", "--config"]).arg(&file).spawn()
        })
        .collect();
    for one in running {
        one.finish().exits(0);
    }
    let text = std::fs::read_to_string(file).unwrap();
    assert!((0..8).all(|n| text.contains(&format!("k{n} = \"v\""))), "{text}");
}

/// An editor that runs a line of shell with the file in `$1`.
#[cfg(unix)]
fn editing(script: &str) -> crate::common::runner::Runner {
    let quoted = format!("sh -c '{script}' sh");
    stratos(["config", "edit", "--json"]).env("EDITOR", quoted).env("PATH", std::env::var_os("PATH").unwrap())
}

#[cfg(unix)]
#[test]
fn an_edit_is_checked_before_it_counts() {
    let before = "# mine\n[profiles.a]\n";
    let run = editing("echo url = \\\"https://x.example\\\" >> \"$1\"").config(before).run().exits(0);
    assert_eq!(text(&run), format!("{before}url = \"https://x.example\"\n"));
    assert_eq!(mode(run.path(toml())), 0o600);
    assert!(!run.path(&format!("{}.draft", toml())).exists());
    let run = editing("true").config(before).run().exits(0);
    assert!(run.stderr.contains("nothing was changed"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn an_edit_of_the_node_clis_file_migrates_it() {
    let run = editing("echo c = 1 >> \"$1\"").file(NODE, NODE_TEXT).run().exits(0);
    assert_eq!(text(&run), "[profiles.a]\nb = \"v\"\nn = 5\nc = 1\n");
    let run = editing("echo c = 1 >> \"$1\"").arg("--no-quiet").file(NODE, NODE_TEXT).run().exits(0);
    assert_eq!(run.stderr.matches("migrated").count(), 1, "{}", run.stderr);
    let run = editing("true").file(NODE, NODE_TEXT).run().exits(0);
    assert!(!run.path(toml()).exists() && run.path(NODE).exists());
}

#[cfg(unix)]
#[test]
fn a_broken_edit_is_kept_for_another_try() {
    let before = "[profiles.a]\n";
    let draft = format!("{}.draft", toml());
    for line in ["[broken", "url = \"notaurl\"", "token = \"a-literal-secret\"", "timeout_ms = 5"] {
        let script = format!("echo {} >> \"$1\"", line.replace('"', "\\\"").replace('[', "\\["));
        let run = editing(&script).config(before).run().fails("data_error", 65);
        assert_eq!(text(&run), before);
        assert!(std::fs::read_to_string(run.path(&draft)).unwrap().contains(line.trim_start_matches('\\')));
        assert!(run.error()["message"].as_str().unwrap().contains(".draft"));
        assert!(!run.everything().contains("a-literal-secret"));
        // The next try begins with that text, and may mend it.
        let kept = std::fs::read(run.path(&draft)).unwrap();
        let mended = editing("sed -i.old \\$d \"$1\"; rm \"$1.old\"; echo b = 1 >> \"$1\"");
        let run = mended.config(before).file(&draft, kept).run().exits(0);
        assert_eq!(text(&run), "[profiles.a]\nb = 1\n");
    }
}

#[cfg(unix)]
#[test]
fn a_broken_file_can_be_mended_in_the_editor() {
    let run = editing("echo [profiles.a] > \"$1\"").config("[broken").run().exits(0);
    assert_eq!(text(&run), "[profiles.a]\n");
}

#[cfg(unix)]
#[test]
fn an_editor_that_fails_changes_nothing() {
    let run = editing("exit 3").config("[profiles.a]\n").run().fails("unavailable", 69);
    assert_eq!(text(&run), "[profiles.a]\n");
    let run = stratos(["config", "edit", "--json"]).env("EDITOR", "/nosuch/editor").run();
    run.fails("unavailable", 69);
    let run = stratos(["config", "edit", "--json"]).run().fails("usage_error", 64);
    assert!(run.error()["message"].as_str().unwrap().contains("EDITOR"));
}
