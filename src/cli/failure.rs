//! How a run says that it failed: an envelope for programs, words for people, an annotation for GitHub.

use super::{manner::Manner, parse::Refusal};
use crate::{
    error::{Error, Kind},
    progress::clean,
};
use serde_json::{Value, json};
use std::{
    io::Write,
    panic::{self, PanicHookInfo},
    sync::atomic::{AtomicBool, Ordering},
};

/// Shows the failure on stderr and gives the exit code.
pub fn fail(error: &Error, manner: &Manner) -> u8 {
    let facts = error.facts();
    if manner.structured {
        manner.console().plain(error.envelope().to_string());
    } else {
        told(error, manner);
    }
    annotate(manner, facts.name, facts.exit, &error.to_string());
    facts.exit
}

/// Shows why the command line was not understood.
pub fn refuse(refusal: &Refusal, manner: &Manner) -> u8 {
    match &refusal.plain {
        Some(text) if !manner.structured => {
            manner.console().error(text);
            let facts = Kind::UsageError.facts();
            annotate(manner, facts.name, facts.exit, text);
            facts.exit
        }
        _ => fail(&Error::Usage(refusal.message.clone()), manner),
    }
}

fn told(error: &Error, manner: &Manner) {
    let console = manner.console();
    if let Error::Answered(answer) = error {
        match &answer.body {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => console.plain(text),
            body => console.plain(format!("{body:#}")),
        }
        let hint = answer.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        return console.error(format!("[{}] {error}{hint}", error.facts().name));
    }
    console.error(format!("[{}] {error}", error.facts().name));
}

/// GitHub reads `%`, CR and LF of the text as its own escapes.
fn annotate(manner: &Manner, name: &str, exit: u8, text: &str) {
    if manner.github {
        if planted!("annotation-of-a-server") {
            return manner.console().plain(format!("::error title=stratos [{name}] (exit {exit})::{text}"));
        }
        let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        manner.console().plain(format!("::error title=stratos [{name}] (exit {exit})::{text}"));
    }
}

/// Whether a panic prints an envelope.
static STRUCTURED: AtomicBool = AtomicBool::new(false);

pub fn remember(structured: bool) {
    STRUCTURED.store(structured, Ordering::Relaxed);
}

/// From here on a panic, in any thread, ends the process as `software_error`, 70. Its own text
/// is not shown: it may hold values.
pub fn catch_panics() {
    panic::set_hook(Box::new(|panicked| {
        let _ = writeln!(std::io::stderr().lock(), "{}", clean(&obituary(panicked)));
        std::process::exit(i32::from(Kind::SoftwareError.facts().exit));
    }));
}

fn obituary(panicked: &PanicHookInfo<'_>) -> String {
    let place = panicked.location().map_or_else(
        || "an unknown place".to_owned(),
        |place| format!("{}:{}", shortened(place.file()), place.line()),
    );
    let value = panicked.payload().downcast_ref::<&str>().filter(|_| planted!("panic-tells-values"));
    let place = place + value.unwrap_or(&"");
    let message = format!(
        "stratos {} failed at {place}; this is a defect: report it, with this line, at {}/issues",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    );
    let facts = Kind::SoftwareError.facts();
    if STRUCTURED.load(Ordering::Relaxed) {
        let error = json!({
            "type": facts.name, "message": message, "retryable": facts.retryable, "exit_code": facts.exit,
        });
        json!({ "error": error }).to_string()
    } else {
        format!("error:   [{}] {message}", facts.name)
    }
}

/// Without the folders of whoever built the binary.
fn shortened(file: &str) -> &str {
    file.rsplit_once("/src/").map_or(file, |(before, _)| {
        let start = before.rfind('/').map_or(0, |at| at + 1);
        &file[start..]
    })
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn places_name_the_crate_and_not_the_builders_folders() {
        assert_eq!(shortened("src/sign/mod.rs"), "src/sign/mod.rs");
        assert_eq!(
            shortened("/home/b/.cargo/registry/src/index-1/csv-1.4.0/src/lib.rs"),
            "csv-1.4.0/src/lib.rs"
        );
    }
}
