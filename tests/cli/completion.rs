use crate::common::runner::stratos;
use std::path::Path;

/// Where packagers find each script, and what it must offer.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "stratos.bash"),
    ("zsh", "_stratos"),
    ("fish", "stratos.fish"),
    ("powershell", "_stratos.ps1"),
    ("elvish", "stratos.elv"),
];

#[test]
fn the_committed_scripts_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, file) in SHELLS {
        let made = stratos(["completion", shell]).run().exits(0).stdout();
        for word in ["purge", "dry-run", "output", "verify"] {
            assert!(made.contains(word), "{shell} lacks {word}");
        }
        let kept = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert!(kept == made, "completions/{file} is old: stratos completion {shell} > completions/{file}");
    }
}

#[test]
fn only_what_is_built_is_offered() {
    let made = stratos(["completion", "bash"]).run().exits(0).stdout();
    assert!(!made.contains("webhooks") && !made.contains("passkey"));
}

#[test]
fn under_json_it_is_the_first_level_of_the_node_cli() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let made = stratos(["completion", shell, "--json"]).run().exits(0).stdout();
        assert!(made.contains("webhooks") && !made.contains("dry-run"), "{shell}: {made}");
    }
    stratos(["completion", "elvish", "--json"]).run().fails("usage_error", 64);
}

#[test]
fn a_shell_is_wanted_and_must_be_known() {
    let run = stratos(["completion"]).run().exits(64);
    assert!(run.stderr.contains("<SHELL>") && run.stdout().is_empty(), "{}", run.stderr);
    let run = stratos(["completion", "fsh"]).run().exits(64);
    assert!(run.stderr.contains("did you mean fish?"), "{}", run.stderr);
}

#[test]
fn bash_can_run_what_it_is_given() {
    let made = stratos(["completion", "bash"]).run().exits(0).stdout();
    let asked = format!(
        "{made}\nCOMP_WORDS=(stratos pu); COMP_CWORD=1; _stratos stratos pu stratos; echo \"${{COMPREPLY[@]}}\""
    );
    let Ok(bash) = std::process::Command::new("bash").args(["-c", &asked]).output() else { return };
    assert_eq!(String::from_utf8_lossy(&bash.stdout).trim(), "purge", "{bash:?}");
}

#[test]
fn manual_pages_are_roff_for_every_command() {
    let page = stratos(["man"]).run().exits(0).stdout();
    for part in [".TH stratos 1", "EXIT STATUS", "ENVIRONMENT", "SIGNED_URL_SECRET", "stratos\\-purge"] {
        assert!(page.contains(part), "no {part}");
    }
    for entry in stratos::commands::COMMANDS {
        let page = stratos(["man", entry.name]).run().exits(0).stdout();
        assert!(page.contains(&format!(".TH stratos-{} 1", entry.name)), "{}", entry.name);
    }
    stratos(["man", "nosuch", "--json"]).run().fails("usage_error", 64);
    assert!(stratos(["man", "mcp"]).run().exits(64).stderr.contains("not in this version"));
}
