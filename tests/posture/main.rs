//! SECURITY.md, checked: each test that an *Enforced* line names passes without its planted fault and fails with it.
//! One more build, with the feature `planted`, serves all lines; `STRATOS_PLANT` picks the fault at run time.
//!   cargo test --test posture                 every line
//!   cargo test --test posture -- redirect     the lines that say so
//!   STRATOS_POSTURE=FILE                      another document of the same shape
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod build;
mod find;
mod once;
mod own;

use find::{Found, Suite};
use libtest_mimic::{Arguments, Failed, Trial};
use once::Ended;
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use stratos::commands::security::{Row, State, rows};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// How long each line took: a check that outgrows its five minutes says by what.
static TOOK: Mutex<Vec<(Duration, String)>> = Mutex::new(Vec::new());

fn main() {
    let begun = Instant::now();
    let mut arguments = Arguments::from_args();
    // The tests are many processes already; two lines at a time keep two processors busy.
    arguments.test_threads.get_or_insert(2);
    let document = std::env::var_os("STRATOS_POSTURE").map_or_else(|| root().join("SECURITY.md"), Into::into);
    let document: &'static str = fs::read_to_string(&document)
        .unwrap_or_else(|error| panic!("{}: {error}; name a document to check", document.display()))
        .leak();
    let lines: Vec<Row<'_>> = rows(document).into_iter().filter(|row| row.state == State::Enforced).collect();
    let suite = if arguments.list { Suite::default() } else { build::planted(&lines) };
    let suite = Arc::new(suite);
    let mut trials = own::trials(&suite);
    trials.push(Trial::test("the table has enforced lines", {
        let count = lines.len();
        move || if count > 0 { Ok(()) } else { Err("no line is *Enforced*".into()) }
    }));
    trials.extend(lines.into_iter().map(|row| {
        let suite = Arc::clone(&suite);
        Trial::test(format!("line {}: {}", row.line, row.capability), move || {
            let begun = Instant::now();
            let judged = judge(&row, &suite);
            TOOK.lock().unwrap().push((begun.elapsed(), row.capability.into_owned()));
            judged
        })
    }));
    let conclusion = libtest_mimic::run(&arguments, trials);
    tell(begun);
    conclusion.exit();
}

/// The whole time, and the lines that took most of it.
fn tell(begun: Instant) {
    let mut took = std::mem::take(&mut *TOOK.lock().unwrap());
    took.sort_by(|one, other| other.cmp(one));
    for (time, line) in took.iter().take(5) {
        eprintln!("{:6.1} s  {line}", time.as_secs_f64());
    }
    eprintln!("{:6.1} s  all of it, the build included", begun.elapsed().as_secs_f64());
}

/// Every complaint about a line, at once.
fn judge(row: &Row<'_>, suite: &Suite) -> Result<(), Failed> {
    let mut wrong: Vec<String> = Vec::new();
    if row.tests().is_empty() {
        wrong.push("names no test".into());
    }
    if ![0, 1, row.tests().len()].contains(&row.faults.len()) {
        wrong.push(format!("{} faults for {} tests", row.faults.len(), row.tests().len()));
    }
    for (test, fault) in row.tests() {
        if let Err(why) = proves(test, fault, suite) {
            wrong.push(format!("{test}: {why}"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("SECURITY.md line {}: {}\n  {}", row.line, row.capability, wrong.join("\n  ")).into())
}

/// Green without the fault, red with it.
fn proves(test: &str, fault: Option<&str>, suite: &Suite) -> Result<(), String> {
    let fault = fault.ok_or("names no fault")?;
    let found = match suite.find(test) {
        Found::Test(found) => found,
        Found::Ignored => return Err("is ignored".into()),
        Found::Missing => return Err("is missing".into()),
    };
    match once::run(&found, None)? {
        Ended::Passed => {}
        Ended::Failed => return Err("fails without any fault".into()),
        Ended::NotRun => return Err("did not run".into()),
    }
    match once::run(&found, Some(fault))? {
        Ended::Failed => Ok(()),
        Ended::Passed => Err(format!("still green with its fault {fault}")),
        Ended::NotRun => Err(format!("did not run with its fault {fault}")),
    }
}
