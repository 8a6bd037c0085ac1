use crate::common::runner::stratos;
use stratos::{
    commands::{COMMANDS, cli},
    sign::SCHEMES,
};

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
    for argv in [&["mcp", "serve"][..], &["login"], &["halt"]] {
        let run = stratos(argv).arg("--json").run().fails("usage_error", 64);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with(" is not in this version"), "{message}");
    }
    let verify = stratos(["verify", "https://x.example/a?sig=0"]).run().exits(64);
    assert!(verify.stderr.contains("`stratos signed verify`"), "{}", verify.stderr);
    let page = stratos(["help"]).run().stdout();
    assert!(!page.contains("\n  mcp") && !page.contains("\n  login"));
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

/// What the shell would make of the command that prints a key.
fn key(command: &str) -> String {
    let words: Vec<&str> = command.split([' ', '|']).filter(|word| !word.is_empty()).collect();
    let count = |word: &str| word.parse::<usize>().unwrap();
    let base64 = |bytes: &str| {
        let alphabet = "AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let (whole, rest) = (count(bytes) / 3 * 4, count(bytes) % 3);
        let digits = &alphabet.repeat(3)[..whole];
        format!("{digits}{}", ["", "AA==", "AAA="][rest])
    };
    match words[..] {
        ["openssl", "rand", "-hex", bytes] => "5a".repeat(count(bytes)),
        ["openssl", "rand", "-base64", bytes] => base64(bytes),
        ["openssl", "rand", "-base64", bytes, "tr", "'+/'", "'-_'"] => base64(bytes),
        ["openssl", "rand", "-base64", bytes, "tr", "'+/'", "'-_'", "tr", "-d", "'='"] => {
            base64(bytes).trim_end_matches('=').to_owned()
        }
        ["openssl", "genpkey", "-algorithm", "RSA", ..] => {
            include_str!("../vectors/keys/rsa-2048.pem").to_owned()
        }
        _ => panic!("the test cannot run {command:?}"),
    }
}

/// The example of a scheme's page: the arguments of `stratos`, and the key that it wants in `KEY`.
pub fn example(page: &str) -> (Vec<String>, String) {
    let (_, example) = page.split_once("\n  export KEY=\"$(").unwrap();
    let (command, mint) = example.split_once(")\"\n").unwrap();
    let argv = shlex::split(&mint.replace("\\\n", " ")).unwrap();
    assert_eq!(argv[0], "stratos");
    (argv[1..].to_vec(), key(command))
}

/// The arguments of an example taken apart: the URL, what minting and verifying share, and what is minting's.
pub fn parted(argv: &[String]) -> (String, Vec<String>, Vec<String>) {
    let shared = |pair: &&[String]| ["--scheme", "--key", "--param"].contains(&&*pair[0]);
    let (settings, claims): (Vec<&[String]>, Vec<&[String]>) = argv[2..].chunks(2).partition(shared);
    (argv[1].clone(), settings.concat(), claims.concat())
}

#[test]
fn every_scheme_has_a_page_from_its_row_and_its_example_mints() {
    for scheme in SCHEMES {
        let page = stratos(["help", "scheme", scheme.id]).run().exits(0).stdout();
        let json = stratos(["help", "schemes", scheme.id, "--json"]).run().exits(0);
        assert_eq!(json.stdout(), page, "help is text");
        let all = page.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in [scheme.title, scheme.source, scheme.secret.name()] {
            assert!(all.contains(&words(text)), "{}: the page lacks {text:?}", scheme.id);
        }
        let told = |name: &str| all.contains(name);
        assert!(scheme.about.split_whitespace().all(told), "{}: {page}", scheme.id);
        assert!(scheme.claims.iter().all(|claim| told(claim.name())), "{}: {page}", scheme.id);
        assert!(scheme.forms.iter().all(|form| told(form.name())), "{}: {page}", scheme.id);
        assert!(scheme.reserved.iter().all(|name| told(name)), "{}: {page}", scheme.id);
        assert_eq!(all.contains("unconfirmed "), scheme.about.contains("unconfirmed"), "{}", scheme.id);
        for param in scheme.params {
            let about = words(param.about);
            assert!(told(&format!("--param {}=", param.name)) && told(&about), "{}: {page}", scheme.id);
            assert!(param.values.iter().all(|value| told(value)), "{}: {page}", scheme.id);
        }
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{}: too wide: {line}", scheme.id);
        }
        let (argv, key) = example(&page);
        let run = stratos(&argv).env("KEY", key).run();
        assert!(run.code == Some(0) && run.stderr.is_empty(), "{}: {argv:?}{}", scheme.id, run.stderr);
        assert!(!run.stdout().trim().is_empty(), "{}", scheme.id);
    }
}

#[test]
fn help_lists_the_schemes_and_suggests_the_one_that_was_meant() {
    let list = stratos(["help", "schemes", "--json"]).run().exits(0).stdout();
    assert!(SCHEMES.iter().all(|scheme| list.contains(scheme.id)), "{list}");
    assert_eq!(stratos(["help", "scheme"]).run().exits(0).stdout(), list);
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    let run = stratos(["help", "scheme", "cloudfrnt", "--json"]).run().fails("usage_error", 64);
    assert!(run.stderr.contains("did you mean `cloudfront`?"), "{}", run.stderr);
    assert_eq!(run.stdout(), "");
    stratos(["help", "scheme", "cloudfront", "more"]).run().exits(64);
}
