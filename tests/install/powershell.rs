//! install/install.ps1, which nothing here can run: read by a grammar of PowerShell, and held to what a
//! reading of its tree can tell.

use crate::Row;
use std::{collections::BTreeSet, fs};
use tree_sitter::{Node, Parser, Tree};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("the_grammar_reads_all_of_it", &[], the_grammar_reads_all_of_it),
    ("all_of_it_is_one_function_that_the_last_line_calls", &[], all_of_it_is_one_function_that_the_last_line_calls),
    ("cut_anywhere_it_is_no_script", &[], cut_anywhere_it_is_no_script),
    ("it_calls_what_it_defines_and_what_every_powershell_has", &[], it_calls_what_it_defines_and_what_every_powershell_has),
    ("every_variable_is_set_somewhere", &[], every_variable_is_set_somewhere),
    ("the_pins_and_settings_stand_where_a_release_writes_them", &[], the_pins_and_settings_stand_where_a_release_writes_them),
    ("its_help_names_every_option_and_variable", &[], its_help_names_every_option_and_variable),
    ("it_is_ascii_for_windows_powershell", &[], it_is_ascii_for_windows_powershell),
];

/// What Windows PowerShell 5.1 and PowerShell 7 both have, and the script may use.
const CMDLETS: &[&str] = &[
    "Add-Type",
    "ConvertFrom-Json",
    "ForEach-Object",
    "Get-ChildItem",
    "Get-Command",
    "Get-FileHash",
    "Get-Item",
    "Join-Path",
    "New-Item",
    "New-Object",
    "Remove-Item",
    "Select-Object",
    "Select-String",
    "Set-ItemProperty",
    "Set-StrictMode",
    "Split-Path",
    "Test-Path",
    "Where-Object",
    "Write-Host",
    "Write-Output",
    "cargo",
];

/// Variables that PowerShell sets itself, and preferences of it.
const AUTOMATIC: &[&str] = &[
    "$_",
    "$args",
    "$null",
    "$true",
    "$false",
    "$pid",
    "$pscommandpath",
    "$lastexitcode",
    "$executioncontext",
    "$erroractionpreference",
    "$progresspreference",
    "$profile",
];

fn source() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/install/install.ps1")).unwrap()
}

fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).expect("the versions fit");
    parser.parse(text, None).expect("no time limit is set")
}

/// Every node of these kinds.
fn nodes<'t>(tree: &'t Tree, kinds: &[&str]) -> Vec<Node<'t>> {
    let (mut found, mut left) = (Vec::new(), vec![tree.root_node()]);
    while let Some(node) = left.pop() {
        if kinds.contains(&node.kind()) {
            found.push(node);
        }
        let mut cursor = node.walk();
        left.extend(node.children(&mut cursor));
    }
    found
}

fn texts(text: &str, tree: &Tree, kinds: &[&str]) -> BTreeSet<String> {
    nodes(tree, kinds).into_iter().map(|node| text[node.byte_range()].to_owned()).collect()
}

fn the_grammar_reads_all_of_it() {
    let text = source();
    let tree = parse(&text);
    let mut left = vec![tree.root_node()];
    while let Some(node) = left.pop() {
        let line = node.start_position().row + 1;
        assert!(!node.is_error() && !node.is_missing(), "line {line}: {}", &text[node.byte_range()]);
        let mut cursor = node.walk();
        left.extend(node.children(&mut cursor));
    }
    // A grammar that takes anything would prove nothing.
    assert!(parse(&text.replacen("try {", "try {{", 1)).root_node().has_error());
}

fn all_of_it_is_one_function_that_the_last_line_calls() {
    let text = source();
    let tree = parse(&text);
    let mut cursor = tree.root_node().walk();
    let mut top = Vec::new();
    for node in tree.root_node().children(&mut cursor) {
        let mut cursor = node.walk();
        let inner: Vec<_> = node.children(&mut cursor).collect();
        top.extend(if node.kind() == "statement_list" { inner } else { vec![node] });
    }
    let kinds: Vec<_> = top.iter().map(Node::kind).filter(|kind| *kind != "comment").collect();
    assert_eq!(kinds, ["function_statement", "pipeline"]);
    let call = &text[top.last().expect("two").byte_range()];
    assert_eq!(call, "& { Install-Stratos -Words $args[0] -ScriptFile $args[1] } $args $PSCommandPath");
    assert_eq!(text.trim_end().lines().last(), Some(call));
}

/// PowerShell reads a script to its end before it runs any of it, and runs nothing of one that it cannot read.
fn cut_anywhere_it_is_no_script() {
    let text = source();
    let head = text.find("\nfunction Install-Stratos {").expect("the function") + "\nfunction ".len();
    let call = text.rfind("\n& {").expect("the call");
    let lines = text.match_indices('\n').map(|(at, _)| at).filter(|at| (head..call).contains(at));
    // Behind the function and before the call it is whole, and only defines.
    for at in lines.step_by(3).filter(|at| text[..*at].trim_end() != text[..call].trim_end()) {
        assert!(parse(&text[..at]).root_node().has_error(), "cut at {at}");
    }
    let end = text.rfind(" }").expect("the end of the call") + 2;
    for at in call + 2..end {
        assert!(parse(&text[..at]).root_node().has_error(), "cut at {at}: {}", &text[call..at]);
    }
}

fn it_calls_what_it_defines_and_what_every_powershell_has() {
    let text = source();
    let tree = parse(&text);
    let defined = texts(&text, &tree, &["function_name"]);
    let called = texts(&text, &tree, &["command_name"]);
    for name in &called {
        assert!(defined.contains(name) || CMDLETS.contains(&name.as_str()), "{name} is nowhere defined");
    }
    for name in &defined {
        assert!(called.contains(name), "{name} is called nowhere");
    }
    for name in CMDLETS {
        assert!(called.contains(*name), "{name} is not used any more");
    }
    for never in ["Invoke-Expression", "iex", "DownloadString", "ServerCertificate", "SkipCertificateCheck"] {
        let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        assert!(!code.collect::<Vec<_>>().join("\n").contains(never), "{never}");
    }
}

fn every_variable_is_set_somewhere() {
    let text = source();
    let tree = parse(&text);
    let lower = |node: Node<'_>| text[node.byte_range()].to_lowercase().replace(['{', '}'], "");
    let mut set: BTreeSet<String> = AUTOMATIC.iter().map(|name| (*name).to_owned()).collect();
    for node in nodes(&tree, &["left_assignment_expression", "script_parameter", "foreach_statement"]) {
        let mut left = vec![node];
        while let Some(node) = left.pop() {
            if node.kind() == "variable" {
                set.insert(lower(node));
                break;
            }
            let mut cursor = node.walk();
            // The first of them, in the order of the text.
            left.extend(node.children(&mut cursor).collect::<Vec<_>>().into_iter().rev());
        }
    }
    for node in nodes(&tree, &["variable"]) {
        let name = lower(node);
        let line = node.start_position().row + 1;
        assert!(name.starts_with("$env:") || set.contains(&name), "line {line}: {name} is never set");
    }
}

fn the_pins_and_settings_stand_where_a_release_writes_them() {
    let text = source();
    for setting in ["$PINNED_VERSION = '", "$PUBLIC_KEY = '"] {
        assert_eq!(text.lines().filter(|line| line.starts_with(setting)).count(), 1, "{setting}");
    }
    let (begin, end) = ("        # pins: begin\n", "        # pins: end\n");
    assert!(text.contains(begin) && text.contains(end));
    let pin = format!("        'stratos-0.1.0-x86_64-pc-windows-msvc.exe' = '{}'\n", "5".repeat(64));
    let more = format!("        '_stratos.ps1' = '{}'\n", "6".repeat(64));
    let written = text.replacen(begin, &format!("{begin}{pin}{more}"), 1);
    let tree = parse(&written);
    assert!(!tree.root_node().has_error());
    let keys: Vec<_> = nodes(&tree, &["key_expression"])
        .into_iter()
        .map(|node| &written[node.byte_range()])
        .filter(|key| key.contains("stratos"))
        .collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
}

fn its_help_names_every_option_and_variable() {
    let text = source();
    let help = text
        .split_once("function Show-Help {")
        .expect("the help")
        .1
        .split_once("\n    }")
        .expect("its end")
        .0;
    let words = text
        .split_once("function Read-Words {")
        .expect("the options")
        .1
        .split_once("\n    }")
        .expect("its end")
        .0;
    for line in words.lines().filter(|line| line.contains("$switches = ") || line.contains("$values = ")) {
        for option in line.split('\'').skip(1).step_by(2).filter(|option| *option != "h") {
            assert!(help.to_lowercase().contains(&format!("  -{option}")), "{option}");
        }
    }
    for name in ["PREFIX", "BASE_URL", "VERSION", "SHA256", "TARGET"] {
        assert!(
            help.contains(&format!("STRATOS_{name}")) && words.contains(&format!("$env:STRATOS_{name}")),
            "{name}"
        );
    }
}

/// Windows PowerShell 5.1 reads a file without a mark as the machine's old code page.
fn it_is_ascii_for_windows_powershell() {
    let text = source();
    assert!(text.is_ascii() && !text.contains('\r') && !text.contains('\t'));
}
