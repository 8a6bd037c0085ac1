use crate::common::runner::stratos;
use stratos::commands::{COMMANDS, cli};

#[test]
fn the_root_page_names_every_command_and_fits_80_columns() {
    let run = stratos::<[&str; 0], _>([]).run().exits(0);
    let page = run.stdout();
    assert!(page.starts_with(concat!("stratos v", env!("CARGO_PKG_VERSION"), " — ")), "{page}");
    assert!(page.contains("Usage:") && run.stderr.is_empty());
    for entry in COMMANDS {
        assert!(page.contains(&format!("\n  {:<12}", entry.name)), "{} is not listed", entry.name);
    }
    for arg in cli().get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)) {
        assert!(page.contains(&format!("--{arg}")), "--{arg} is not listed");
    }
    for line in page.lines() {
        assert!(line.chars().count() <= 80, "too wide: {line}");
    }
}

#[test]
fn every_way_to_the_root_page_shows_the_same() {
    let page = stratos(["help"]).run().exits(0).stdout();
    for argv in [&[][..], &["-h"], &["--help"], &["--json", "--help"], &["help", "--json"]] {
        assert_eq!(stratos(argv).run().exits(0).stdout(), page, "{argv:?}");
    }
}

#[test]
fn every_command_has_a_page_and_both_ways_lead_to_it() {
    for entry in COMMANDS {
        let asked = stratos(["help", entry.name]).run().exits(0).stdout();
        assert!(asked.contains(&format!("Usage: stratos {}", entry.name)), "{asked}");
        assert!(asked.contains("Exit codes: "), "{asked}");
        for line in asked.lines().filter(|line| !line.contains("://")) {
            assert!(line.chars().count() <= 80, "{}: too wide: {line}", entry.name);
        }
        // `version` ignores what follows it.
        if entry.name != "version" {
            assert_eq!(stratos([entry.name, "--help"]).run().exits(0).stdout(), asked);
            assert_eq!(stratos(["--help", entry.name]).run().exits(0).stdout(), asked);
        }
    }
}

#[test]
fn subcommands_have_pages_too() {
    let page = stratos(["help", "signed", "verify"]).run().exits(0).stdout();
    assert!(page.contains("Usage: stratos signed verify"), "{page}");
    assert_eq!(stratos(["signed", "verify", "-h"]).run().exits(0).stdout(), page);
}

#[test]
fn an_unknown_topic_is_64_on_stderr() {
    let run = stratos(["help", "nosuch"]).run().exits(64);
    assert_eq!((run.stdout().as_str(), run.stderr.as_str()), ("", "No help for 'nosuch'.\n"));
    let run = stratos(["help", "nosuch", "--json"]).run().fails("usage_error", 64);
    assert_eq!(run.stdout(), "");
}

#[test]
fn what_is_not_built_says_so() {
    let run = stratos(["help", "mcp"]).run().exits(0);
    assert_eq!(run.stdout(), "stratos mcp is not in this version\n");
    for argv in
        [&["mcp", "serve"][..], &["upgrade"], &["halt"], &["purge", "resume"], &["signed", "rotate", "x"]]
    {
        let run = stratos(argv).arg("--json").run().fails("usage_error", 64);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with(" is not in this version"), "{message}");
    }
    let verify = stratos(["verify", "https://x.example/a?sig=0"]).run().exits(64);
    assert!(verify.stderr.contains("`stratos signed verify`"), "{}", verify.stderr);
    let page = stratos(["help"]).run().stdout();
    assert!(!page.contains("\n  mcp") && !page.contains("\n  upgrade"));
}

#[test]
fn colour_comes_with_a_terminal_and_goes_with_no_color() {
    let escapes = |run: crate::common::runner::Run| run.stdout().contains('\x1b');
    assert!(!escapes(stratos(["help"]).run()));
    assert!(escapes(stratos(["help"]).env("STRATOS_FORCE_TTY", "1").run()));
    assert!(escapes(stratos(["help", "--color", "always"]).run()));
    assert!(!escapes(stratos(["help", "--color", "never"]).env("STRATOS_FORCE_TTY", "1").run()));
    let plain = stratos(["help", "--color", "always"]).env("STRATOS_FORCE_TTY", "1").env("NO_COLOR", "1");
    assert!(!escapes(plain.run()));
}

#[test]
fn the_tree_of_commands_is_sound() {
    cli().debug_assert();
}
