use crate::common::{
    cdn::{Answer, Cdn},
    runner::{Run, stratos},
};
use serde_json::{Value, json};

fn shown(argv: &[&str]) -> Run {
    stratos(argv).run().exits(0)
}

/// A list, without a network.
const LIST: [&str; 4] = ["schema", "--quiet", "--filter", ".commands[:2] | map({name, since})"];

#[test]
fn a_pipe_gets_compact_json_and_a_terminal_a_table() {
    let piped = shown(&LIST);
    let json = r#"[{"name":"version","since":"0.0.1"},{"name":"help","since":"0.0.1"}]"#;
    assert_eq!(piped.stdout(), format!("{json}\n"));
    let terminal =
        |argv: &[&str]| stratos(LIST).env("STRATOS_FORCE_TTY", "1").arg(argv[0]).run().exits(0).stdout();
    assert_eq!(
        terminal(&["--color=never"]),
        "name     since\n───────  ─────\nversion  0.0.1\nhelp     0.0.1\n"
    );
    assert!(terminal(&["--verbose"]).starts_with("\x1b[1mname     since\x1b[0m\n\x1b[2m──"));
    assert!(terminal(&["--json"]).starts_with("[\n  {\n    \"name\""));
}

#[test]
fn no_color_takes_colour_and_leaves_the_table() {
    let run = stratos(LIST).env("STRATOS_FORCE_TTY", "1").env("NO_COLOR", "1").run().exits(0);
    assert!(run.stdout().contains('─') && !run.stdout().contains('\x1b'), "{}", run.stdout());
}

#[test]
fn an_empty_list_says_so_where_a_person_reads() {
    let empty = |format| {
        let argv = ["schema", "--quiet", "--filter", "[]", "--output", format];
        let run = stratos(argv).run().exits(0);
        (run.stdout(), run.stderr)
    };
    assert_eq!(empty("table"), (String::new(), "(no rows)\n".to_owned()));
    assert_eq!(empty("json"), ("[]\n".to_owned(), String::new()));
    assert_eq!(empty("ndjson"), (String::new(), String::new()));
    assert_eq!(empty("csv"), ("\n".to_owned(), String::new()));
}

#[test]
fn every_format_says_the_same() {
    let value = shown(&["explain", "75", "--json"]).json();
    assert_eq!(shown(&["explain", "75", "--output", "JSONL"]).json(), value);
    let yaml = shown(&["explain", "75", "--output", "yaml"]).stdout();
    assert_eq!(serde_saphyr::from_str::<Value>(&yaml).unwrap(), value);
    let csv = shown(&["explain", "75", "--output", "csv"]).stdout();
    assert!(csv.starts_with("code,name,"), "{csv}");
    let markdown = shown(&["explain", "75", "--output", "markdown"]).stdout();
    assert!(markdown.starts_with("| key | value |\n| --- | --- |\n| code | 75 |\n"), "{markdown}");
    assert!(shown(&["explain", "75", "--output", "table"]).stdout().starts_with("EX_TEMPFAIL (75)"));
}

#[test]
fn output_wins_over_json_and_both_over_ci() {
    let yaml = shown(&["schema", "--json", "--output", "yaml"]).stdout();
    assert!(yaml.starts_with("$schema: "));
    let run = stratos(["schema", "--output", "yaml"]).env("CI", "true").run().exits(0);
    assert!(run.stdout().starts_with("$schema: "));
}

#[test]
fn filters_apply_to_data_and_not_to_text() {
    assert_eq!(shown(&["explain", "75", "--json", "--filter", ".name"]).stdout(), "\"EX_TEMPFAIL\"\n");
    assert_eq!(shown(&["schema", "--filter", ".commands[:2][].name"]).stdout(), "[\"version\",\"help\"]\n");
    let csv = shown(&["schema", "--filter", ".commands[:2] | map({name, since})", "--output", "csv"]);
    assert_eq!(csv.stdout(), "name,since\nversion,0.0.1\nhelp,0.0.1\n");
    assert!(shown(&["version", "--filter", ".nosuch["]).stdout().starts_with("stratos v"));
    let run = stratos(["schema", "--json", "--filter", ".["]).run().fails("data_error", 65);
    assert_eq!(run.stdout(), "");
}

/// `(name, value)` pairs, and whether they mean CI: contracts section 7, in its order.
const CI: &[(&[(&str, &str)], bool)] = &[
    (&[], false),
    (&[("CI", "true")], true),
    (&[("CI", "1")], true),
    (&[("CI", "TRUE")], false),
    (&[("CI", "")], false),
    (&[("STRATOS_CI", "1")], true),
    (&[("STRATOS_CI", "0"), ("CI", "true"), ("GITHUB_ACTIONS", "true")], false),
    (&[("GITHUB_ACTIONS", "true")], true),
    (&[("GITLAB_CI", "true")], true),
    (&[("CIRCLECI", "true")], true),
    (&[("JENKINS_URL", "http://j")], true),
    (&[("TF_BUILD", "True")], true),
    (&[("TF_BUILD", "true")], false),
];

#[test]
fn ci_is_known_by_its_variables() {
    for (variables, ci) in CI {
        let mut runner = stratos(["nosuch"]);
        for (name, value) in *variables {
            runner = runner.env(name, value);
        }
        let run = runner.run().exits(64);
        assert_eq!(run.stderr.starts_with('{'), *ci, "{variables:?}: {}", run.stderr);
    }
}

#[test]
fn in_ci_results_are_json_and_info_is_hidden_unless_undone() {
    let ci = |argv: &[&str]| stratos(argv).env("CI", "true").env("STRATOS_FORCE_TTY", "1").run();
    assert!(ci(&LIST).exits(0).json().is_array());
    let undone: Vec<&str> = LIST.iter().copied().chain(["--no-json"]).collect();
    assert!(ci(&undone).exits(0).stdout().contains('─'));
    assert_eq!(ci(&["schema"]).exits(0).stderr, "");
    assert!(ci(&["schema", "--no-quiet"]).exits(0).stderr.contains("info:"));
    assert!(!ci(&["nosuch", "--no-json"]).exits(64).stderr.starts_with('{'));
}

#[test]
fn github_gets_an_annotation_for_local_and_for_http_failures() {
    let run = stratos(["explain", "a%b"]).env("GITHUB_ACTIONS", "true").run().exits(69);
    let annotation = run.stderr.lines().nth(1).unwrap();
    assert!(annotation.starts_with("::error title=stratos [unavailable] (exit 69)::"), "{annotation}");
    assert!(annotation.contains("a%25b") && run.error()["exit_code"] == 69);
    let cdn = Cdn::start([Answer::json(403, &json!({ "Message": "no\nway" }))]);
    let run = stratos(["health"]).with(&cdn).env("GITHUB_ACTIONS", "true").run().exits(77);
    assert!(
        run.stderr.contains("::error title=stratos [auth_invalid] (exit 77)::no%0Away"),
        "{}",
        run.stderr
    );
    let run = stratos(["nosuch"]).env("GITLAB_CI", "true").run().exits(64);
    assert!(!run.stderr.contains("::error"));
}

#[test]
fn a_pipe_alone_keeps_errors_for_people() {
    let cdn = Cdn::start([Answer::json(404, &json!({ "Message": "gone" }))]);
    let run = stratos(["health"]).with(&cdn).run().exits(69);
    assert!(
        run.stderr.starts_with("{\n  \"Message\": \"gone\"\n}\nerror:   [target_not_found] gone"),
        "{}",
        run.stderr
    );
    let run = stratos(["health", "--output", "table"]).with(&cdn).run().exits(69);
    assert!(run.stderr.contains("\nerror:   "), "{}", run.stderr);
}

#[test]
fn what_a_server_sends_never_steers_a_terminal() {
    let body = json!({ "status": "ok\u{1b}]0;owned\u{7}\u{9b}2J" });
    let cdn = Cdn::start([Answer::json(200, &body)]);
    for argv in [&["health"][..], &["health", "--output", "json"], &["health", "--output", "yaml"]] {
        let run = stratos(argv).with(&cdn).env("STRATOS_FORCE_TTY", "1").env("NO_COLOR", "1").run().exits(0);
        let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!run.everything().contains(steers), "{argv:?}: {:?}", run.everything());
    }
    let cdn = Cdn::start([Answer::text(403, "no\u{1b}[2J\u{7}")]);
    let run = stratos(["health"]).with(&cdn).run().exits(77);
    assert!(!run.stderr.contains(['\u{1b}', '\u{7}']), "{:?}", run.stderr);
}

#[test]
fn colour_on_stderr_is_stderrs_own() {
    assert!(stratos(["nosuch"]).env("STRATOS_FORCE_TTY", "1").run().stderr.contains("\x1b[31m"));
    let run = stratos(["nosuch"]).env("STRATOS_FORCE_TTY", "1").env("NO_COLOR", "1").run();
    assert!(!run.stderr.contains('\x1b'));
    assert!(!stratos(["nosuch"]).run().stderr.contains('\x1b'));
}

#[cfg(unix)]
mod streams {
    use crate::common::{
        cdn::{Answer, Cdn},
        runner::{bare, stratos},
    };
    use std::{
        fs::OpenOptions,
        io::Read,
        process::{Command, Stdio},
    };

    /// The runner takes both streams whole; these want one of their own.
    fn direct(argv: &[&str]) -> Command {
        let mut command = bare(env!("CARGO_BIN_EXE_stratos"));
        command.args(argv).stdin(Stdio::null()).stderr(Stdio::piped());
        command
    }

    #[test]
    fn a_closed_pipe_ends_quietly() {
        for argv in [&["schema"][..], &["version"], &["help"], &["completion", "bash"], &["man"]] {
            let mut child = direct(argv).stdout(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            // The pipe may close after a short page was written: 0 both ways.
            assert_eq!(output.status.code(), Some(0), "{argv:?}: {stderr}");
            assert!(!stderr.contains("error"), "{argv:?}: {stderr}");
        }
    }

    #[test]
    fn a_closed_pipe_hides_no_failure() {
        let long = serde_json::json!({"success": true, "padding": "x".repeat(1 << 20)});
        let refused = Answer::json(400, &serde_json::json!({"error": "no"}));
        let cdn = Cdn::start([Answer::json(200, &long), refused]);
        let tags = (0..31).flat_map(|n| ["--tag".to_owned(), format!("t{n}")]);
        let mut command = direct(&["purge", "--json", "--token", "t", "--journal", "none"]);
        let mut child =
            command.args(tags).env("CLOUDCDN_URL", cdn.url()).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(65), "{stderr}");
        assert!(stderr.contains("data_error"), "{stderr}");
    }

    #[test]
    fn a_reader_of_one_line_gets_it() {
        let mut child = direct(&["completion", "bash"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut start = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        assert_eq!((&start, child.wait().unwrap().code()), (b"_stratos()", Some(0)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_74() {
        for argv in [&["schema", "--json"][..], &["version", "--json"], &["explain", "75", "--json"]] {
            let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
            let output = direct(argv).env("CI", "true").stdout(full).output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(74), "{argv:?}: {stderr}");
            assert!(stderr.contains("\"io_error\"") && stderr.contains("stdout"), "{stderr}");
        }
    }

    #[test]
    fn arguments_that_are_no_text_are_refused() {
        use std::os::unix::ffi::OsStringExt;
        let word = std::ffi::OsString::from_vec(b"/a\xff".to_vec());
        let run = stratos(["signed".into(), word, "--json".into()]).run().fails("usage_error", 64);
        assert!(run.stderr.contains("UTF-8"), "{}", run.stderr);
        let word = std::ffi::OsString::from_vec(b"\xff".to_vec());
        stratos([word]).run().exits(64);
    }
}

/// What is typed wrong, and what the answer must hold.
const TYPOS: &[(&[&str], &str)] = &[
    (&["purg"], "Did you mean \"purge\"?"),
    (&["PURGE"], "Did you mean \"purge\"?"),
    (&["hlp"], "Did you mean \"help\"?"),
    (&["purge", "https://cloudcdn.pro/a", "--dryrun"], "did you mean --dry-run?"),
    (&["purge", "--jsn", "https://cloudcdn.pro/a"], "did you mean --json?"),
    (&["--quiett", "version"], "did you mean --quiet?"),
    (&["purge", "--everything=false"], "--everything is a switch and takes no value"),
    (&["purge", "https://cloudcdn.pro/a", "--dry-run=true"], "--dry-run is a switch"),
    (&["schema", "--json=1"], "--json is a switch"),
    (&["schema", "--output", "jsn"], "did you mean json?"),
    (&["schema", "--output"], "lacks its value"),
    (&["schema", "--output", "json", "--output", "csv"], "only once"),
    (&["schema", "--json", "--no-json"], "exclude each other"),
    (&["signed", "verifyy", "--nosuch"], "unknown flag --nosuch"),
    (&["--quiet"], "no command"),
    (
        &["--dry-run", "purge", "https://cloudcdn.pro/a"],
        "--dry-run belongs to purge: write it after the command",
    ),
    (&["help", "--nosuch"], "unknown flag --nosuch"),
];

#[test]
fn what_is_typed_wrong_is_64_and_says_what_was_meant() {
    for (argv, hint) in TYPOS {
        let run = stratos(*argv).run().exits(64);
        assert!(run.stderr.contains(hint), "{argv:?}: {}", run.stderr);
        assert!(run.stdout().is_empty(), "{argv:?}: {}", run.stdout());
        let structured = argv.iter().any(|word| word.starts_with("--json") || *word == "json");
        if !structured {
            assert!(run.stderr.starts_with("error:   "), "{argv:?}: {}", run.stderr);
            let run = stratos(*argv).arg("--json").run().fails("usage_error", 64);
            assert!(run.stderr.contains(&hint.replace('"', "\\\"")), "{argv:?}: {}", run.stderr);
        }
    }
}

#[test]
fn a_key_that_lost_its_flag_is_not_repeated() {
    for argv in [
        &["schema", "--output", "cdnsk_abcdef123456"][..],
        &["cdnsk_abcdef123456"],
        &["health", "cdn_live_abcdef123456"],
        &["health", "--acount-key=cdnsk_abcdef123456"],
    ] {
        let run = stratos(argv).run().exits(64);
        assert!(!run.stderr.contains("abcdef123456"), "{argv:?}: {}", run.stderr);
    }
}

#[test]
fn one_letter_and_strange_words_get_no_suggestion() {
    for word in ["p", "zzzzzzzz", "-"] {
        let run = stratos([word]).run().exits(64);
        assert!(!run.stderr.to_lowercase().contains("did you mean"), "{}", run.stderr);
    }
}

#[test]
fn global_options_stand_before_or_after_the_command() {
    let after = stratos(["explain", "75", "--output", "yaml"]).run().exits(0).stdout();
    assert_eq!(stratos(["--output", "yaml", "explain", "75"]).run().exits(0).stdout(), after);
    assert_eq!(stratos(["explain", "--output=yaml", "75"]).run().exits(0).stdout(), after);
}

/// The child of the next test: this binary again, so that the program itself needs no way to fail.
#[test]
fn panics_in_a_thread_when_told_to() {
    if std::env::var_os("STRATOS_TEST_PANIC").is_some() {
        stratos::cli::catch_panics();
        let _ = std::thread::spawn(|| panic!("a value that must not be shown")).join();
        unreachable!("the hook ends the process");
    }
}

#[test]
fn a_panic_in_any_thread_is_70_with_its_place_and_no_values() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "output::panics_in_a_thread_when_told_to", "--nocapture"])
        .env("STRATOS_TEST_PANIC", "1")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(70), "{stderr}");
    assert!(stderr.contains("[software_error] stratos ") && stderr.contains("output.rs:"), "{stderr}");
    assert!(!stderr.contains("must not be shown"), "{stderr}");
}
