//! The check itself can fail: documents with a line that proves nothing, each named for its reason.

use crate::{Suite, judge};
use libtest_mimic::{Failed, Trial};
use std::sync::Arc;
use stratos::commands::security::rows;

/// What stands in the columns for evidence and faults, and what is said of it.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str, &str)] = &[
    ("a missing test is named", "`tests/house.rs::nobody_wrote_this`", "`none`", "tests/house.rs::nobody_wrote_this: is missing"),
    ("a test of another file is missing", "`src/purge/fan/tests.rs::nothing_is_never_everything`", "`empty-is-everything`", "is missing"),
    ("an ignored test is named", "`src/planted.rs::this_is_ignored`", "`none`", "src/planted.rs::this_is_ignored: is ignored"),
    ("a test that stays green is named", "`src/purge/plan/tests.rs::nothing_is_never_everything`", "`nobody-planted-this`", "still green with its fault nobody-planted-this"),
    ("a test without a fault is named", "`src/purge/plan/tests.rs::nothing_is_never_everything`", "", "names no fault"),
    ("a line without a test is named", "", "`none`", "names no test"),
];

pub fn trials(suite: &Arc<Suite>) -> Vec<Trial> {
    let trial =
        |&(name, evidence, faults, said): &(&'static str, &'static str, &'static str, &'static str)| {
            let suite = Arc::clone(suite);
            Trial::test(format!("own: {name}"), move || refused(evidence, faults, said, &suite))
        };
    CASES.iter().map(trial).collect()
}

fn refused(evidence: &str, faults: &str, said: &str, suite: &Suite) -> Result<(), Failed> {
    let document = format!("| a promise | *Enforced* | {evidence} | {faults} |\n");
    let row = rows(&document).pop().ok_or("the line was not read")?;
    match judge(&row, suite) {
        Ok(()) => Err("it passed".into()),
        Err(failed) => {
            let text = failed.message().unwrap_or_default().to_owned();
            let named = text.starts_with("SECURITY.md line 1: a promise\n");
            if named && text.contains(said) { Ok(()) } else { Err(text.into()) }
        }
    }
}
