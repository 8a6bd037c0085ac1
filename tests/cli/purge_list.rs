//! Long lists on stdin: what they hold in memory, what is planned, and which line is at fault.

use crate::common::runner::{Runner, stratos};
use serde_json::json;

const CONFIG: &str = "[profiles.default]\nprovider = \"cloudfront\"\ndistribution_id = \"E1\"\n";

/// So many lines, the first thousand of them twice.
fn lines(count: usize) -> String {
    let line = |number: usize| format!("https://www.example.com/assets/images/{number:07}.jpg\n");
    (0..count).chain(0..1000).map(line).collect()
}

fn plan(list: impl Into<Vec<u8>>) -> Runner {
    stratos(["purge", "plan", "-", "--json"]).config(CONFIG).stdin(list)
}

/// The bound is for all that the process maps: the program itself and its stacks too.
#[cfg(target_os = "linux")]
#[test]
fn a_million_lines_are_planned_exactly_within_300_mib() {
    let mut run = plan(lines(1_000_000));
    let home = run.home().to_owned();
    let script =
        format!("ulimit -v 307200; exec {} purge plan - --out plan.json", env!("CARGO_BIN_EXE_stratos"));
    *run.command() = std::process::Command::new("bash");
    run.command().args(["-c", &script]).env_clear().env("HOME", &home).current_dir(&home);
    let run = run.run().exits(0);
    let told = run.json();
    assert_eq!((&told["items"], &told["batches"]), (&json!(1_000_000), &json!(334)));
    assert!(run.stderr.contains("1000 duplicates left out"), "{}", run.stderr);
    let written = std::fs::read_to_string(run.path("plan.json")).unwrap();
    assert_eq!(written.matches("\"/assets/").count(), 1_000_000, "each once");
}

#[test]
fn a_line_that_cannot_be_purged_is_named_by_its_number() {
    let good = "https://www.example.com/a\n";
    for (bad, why) in [
        ("a/b.css", "\"a/b.css\" is no whole URL"),
        ("ftp://www.example.com/a", "neither http nor https"),
        ("https://www.example.com/a#b", "has a fragment"),
        ("https://www.example.com/~a", "~"),
    ] {
        // Blank lines and comments are skipped, and counted.
        let list = format!("# release\n\n{}{bad}\n{good}", good.repeat(5));
        let run = plan(list).run().fails("data_error", 65);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("line 8 of stdin: ") && message.contains(why), "{message}");
        assert!(run.bytes.is_empty());
    }
    let run = stratos(["purge", "--file", "urls.txt", "typed", "--dry-run", "--json"]).config(CONFIG);
    let run = run.file("urls.txt", "https://www.example.com/a\n").run().fails("data_error", 65);
    assert!(run.error()["message"].as_str().unwrap().starts_with("\"typed\""), "{}", run.stderr);
}

#[test]
fn a_line_late_in_a_long_list_is_found_and_nothing_is_written() {
    let list = lines(50_000) + "\n" + "images/late.jpg\n" + &lines(1000);
    let run = plan(list).arg("--out").arg("plan.json").run().fails("data_error", 65);
    assert!(run.stderr.contains("line 51002 of stdin: \\\"images/late.jpg\\\""), "{}", run.stderr);
    assert!(!run.path("plan.json").exists());
}
