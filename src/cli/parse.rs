//! clap with its habits bent: usage errors are 64 in our words, no arguments is help, `-v` is version.

use crate::{
    command::Entry,
    commands::{self, COMMANDS, help, version::Versioned},
    options::{Options, near},
    report::Report,
    secret::Secret,
};
use clap::{
    ArgMatches, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};
use std::ffi::OsString;

/// What the command line asks for.
pub enum Asked {
    /// A page that needs no context: help, and the version.
    Page(Box<dyn Report>),
    /// A command.
    Job(Box<Job>),
}

/// A command, ready to run.
pub struct Job {
    pub entry: &'static Entry,
    pub options: Options,
    pub matches: ArgMatches,
}

/// Why it was not understood.
#[derive(Debug)]
pub struct Refusal {
    /// For the envelope.
    pub message: String,
    /// For people, where that is not `[usage_error] message`.
    pub plain: Option<String>,
}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), plain: None }
    }
}

/// Reads the command line; `width` is for the help it may ask for.
pub fn parse(arguments: Vec<OsString>, width: usize) -> Result<Asked, Refusal> {
    let arguments = bent(arguments);
    // The one line that scripts ask for in loops does not wait for the whole command line.
    if arguments == ["version"] {
        return Ok(Asked::Page(Box::new(Versioned::Line)));
    }
    if arguments.is_empty() {
        return Ok(Asked::Page(Box::new(help::Shown::Root)));
    }
    let whole = std::iter::once("stratos".into()).chain(arguments.iter().cloned());
    let mut matches = match commands::reading(width).try_get_matches_from(whole) {
        Ok(matches) => matches,
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            let path = path(&arguments);
            let words: Vec<&str> = path.split_whitespace().collect();
            let page = help::Shown::of(&words, width).unwrap_or(help::Shown::Root);
            return Ok(Asked::Page(Box::new(page)));
        }
        Err(error) => return Err(refusal(&error, &arguments)),
    };
    let options = Options::from_arg_matches(&matches).map_err(|error| refusal(&error, &arguments))?;
    let Some((name, inner)) = matches.remove_subcommand() else {
        if matches.get_flag("version") {
            return Ok(Asked::Page(Box::new(Versioned::Line)));
        }
        return Err(Refusal::new("no command given; run \"stratos help\" for usage"));
    };
    let entry = COMMANDS.iter().find(|entry| entry.name == name).expect("clap knows only our commands");
    later(&name, &arguments)?;
    Ok(Asked::Job(Box::new(Job { entry, options, matches: inner })))
}

/// `-v` and `--version` come first or not at all, and what follows them is ignored; `-h` and
/// `--help` in front are the command of that name.
fn bent(mut arguments: Vec<OsString>) -> Vec<OsString> {
    match arguments.first().and_then(|first| first.to_str()) {
        Some("-v" | "--version" | "version") => {
            arguments.retain(|word| word == "--build" || word == "--self-test");
            arguments.insert(0, "version".into());
        }
        Some("-h" | "--help") => arguments[0] = "help".into(),
        _ => {}
    }
    arguments
}

/// A word of a later version is refused by name, not taken for a path or a URL.
fn later(name: &str, arguments: &[OsString]) -> Result<(), Refusal> {
    let mut words = arguments.iter().skip_while(|word| *word != name).skip(1);
    let Some(second) = words.next().and_then(|word| word.to_str()) else { return Ok(()) };
    match commands::later(&format!("{name} {second}")) {
        Some(text) => Err(Refusal::new(text)),
        None => Ok(()),
    }
}

fn refusal(error: &clap::Error, arguments: &[OsString]) -> Refusal {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        Some(ContextValue::Strings(texts)) => texts.first().map(String::as_str),
        _ => None,
    };
    let path = path(arguments);
    let usage = format!("run \"stratos help{path}\" for usage");
    let argument = word(ContextKind::InvalidArg).unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let unknown = word(ContextKind::InvalidSubcommand).unwrap_or_default();
            unknown_command(path.trim(), unknown)
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') && misplaced(argument, &path) => {
            Refusal::new(format!("{argument} belongs to{path}: write it after the command; {usage}"))
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let hint = suggested(argument, &path).map(|near| format!("did you mean {near}? "));
            Refusal::new(format!("unknown flag {argument}; {}{usage}", hint.unwrap_or_default()))
        }
        ErrorKind::UnknownArgument => {
            Refusal::new(format!("one argument too many: \"{}\"; {usage}", echoed(argument)))
        }
        ErrorKind::TooManyValues if argument.starts_with('-') && !argument.contains('<') => {
            Refusal::new(format!("{argument} is a switch and takes no value; leave it out to switch it off"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => invalid_value(error, argument, &usage),
        ErrorKind::InvalidUtf8 => {
            Refusal::new("an argument is no valid UTF-8; percent-encode such bytes in URLs")
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(texts)) => texts.join(", "),
                _ => argument.to_owned(),
            };
            Refusal::new(format!("{} needs {missing}; {usage}", path.trim()))
        }
        ErrorKind::ArgumentConflict => {
            let prior = word(ContextKind::PriorArg).unwrap_or("it");
            Refusal::new(if argument == prior {
                format!("{argument} can be given only once; {usage}")
            } else {
                format!("{argument} and {prior} exclude each other; {usage}")
            })
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Refusal::new(format!("{} needs a subcommand; {usage}", path.trim()))
        }
        _ => Refusal::new(format!("{}; {usage}", first_line(error))),
    }
}

fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn invalid_value(error: &clap::Error, argument: &str, usage: &str) -> Refusal {
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.as_str(),
        _ => "",
    };
    let flag = argument.split_whitespace().next().unwrap_or(argument);
    let known: Vec<&str> = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    if value.is_empty() && error.kind() == ErrorKind::InvalidValue {
        return Refusal::new(format!("{argument} lacks its value; {usage}"));
    }
    if known.is_empty() {
        return Refusal::new(format!("{}; {usage}", first_line(error)));
    }
    let near = near(value, known.iter().copied()).map(|near| format!("did you mean {near}? "));
    let known = known.join(", ");
    Refusal::new(format!(
        "{flag} has no value \"{}\"; {}it takes {known}",
        echoed(value),
        near.unwrap_or_default()
    ))
}

fn unknown_command(inside: &str, word: &str) -> Refusal {
    if inside.is_empty()
        && let Some(text) = commands::later(word)
    {
        return Refusal::new(text);
    }
    let names = subcommands(inside);
    let near = near(word, names.iter().map(String::as_str));
    let hint = near.map(|near| format!("Did you mean \"{near}\"?"));
    let name = format!("{inside} {}", echoed(word));
    let help = format!("Run \"{}\" for usage.", format!("stratos help {inside}").trim());
    let lines = [Some(format!("unknown command: {}.", name.trim())), hint, Some(help)];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    Refusal { message: lines.join(" "), plain: Some(lines.join("\n        ")) }
}

/// A word of the command line as it may be shown: a key that lost its flag is masked.
fn echoed(word: &str) -> String {
    const KEYS: [&str; 3] = ["cdnsk_", "cdn_live_", "cdn_test_"];
    if KEYS.iter().any(|prefix| word.starts_with(prefix)) {
        Secret::new(word).masked()
    } else {
        word.to_owned()
    }
}

/// The subcommands that the arguments name, each behind a blank.
fn path(arguments: &[OsString]) -> String {
    let mut root = commands::cli();
    root.build();
    let (mut command, mut path) = (&root, String::new());
    for word in arguments.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--") {
        if let Some(inner) = command.find_subcommand(word) {
            path = format!("{path} {word}");
            command = inner;
        }
    }
    path
}

/// Looks at the command at the end of the path.
fn at<T>(path: &str, look: impl FnOnce(&clap::Command) -> T) -> Option<T> {
    let mut root = commands::cli();
    root.build();
    path.split_whitespace().try_fold(&root, |command, word| command.find_subcommand(word)).map(look)
}

fn subcommands(inside: &str) -> Vec<String> {
    at(inside, |command| command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect())
        .unwrap_or_default()
}

fn flags(path: &str) -> Vec<String> {
    at(path, |command| command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect())
        .unwrap_or_default()
}

/// Whether the command has the flag that stood in front of it.
fn misplaced(flag: &str, path: &str) -> bool {
    !path.is_empty() && flags(path).iter().any(|known| flag.strip_prefix("--") == Some(known))
}

fn suggested(flag: &str, path: &str) -> Option<String> {
    let known = flags(path);
    near(flag.trim_start_matches('-'), known.iter().map(String::as_str)).map(|near| format!("--{near}"))
}
