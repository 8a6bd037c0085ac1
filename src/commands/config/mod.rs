//! `stratos config`: read and change profiles; references are shown, never resolved.

mod edit;
mod list;

use crate::{
    command::Command,
    context::Context,
    credential::Reference,
    error::{Error, Result},
    http,
    profile::{CREDENTIALS, File, Kept, Key},
    purge,
    report::{Page, Report, Rows, Style},
    sign::Scheme,
};
use serde_json::Value;
use std::io;

/// Profile management.
#[derive(Debug, clap::Args)]
#[command(disable_help_subcommand = true)]
pub struct Config {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print one setting; exit 69, silently, where it is not set
    Get {
        /// <profile>.<key>, <profile>.signing.<key>, or policy.<key>
        key: String,
    },
    /// Change one setting
    Set {
        /// <profile>.<key>, <profile>.signing.<key>, or policy.<key>
        key: String,
        /// The value; a credential is a reference: env:NAME, file:PATH, fd:N, exec:COMMAND or -
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Remove one setting
    Unset {
        /// <profile>.<key>, <profile>.signing.<key>, or policy.<key>
        key: String,
    },
    /// Print the file, secrets masked
    List {
        /// Print the settings in force instead, each with who set it
        #[arg(long)]
        origin: bool,
    },
    /// Open the file in $EDITOR, and check it afterwards
    Edit,
    /// Print where the file is
    Path,
    /// Make a profile the one in force where none is named
    Use {
        /// A profile of the file
        name: String,
    },
}

/// The report of `config`.
pub enum Answer {
    /// It is done; stderr said so.
    Done,
    /// The key is not set.
    Absent,
    /// One value, as text.
    Value(Value),
    /// The file.
    Whole(Value),
    /// The settings in force.
    Settings(list::Settings),
}

impl Command for Config {
    type Report = Answer;

    fn run(self, cx: &mut Context<'_>) -> Result<Answer> {
        let verb = self.verb.ok_or_else(|| {
            Error::Usage("config wants a verb: get, set, unset, list, edit, path or use".into())
        })?;
        match verb {
            Verb::Get { key } => get(cx, &key),
            Verb::Set { key, value } => set(cx, &key, &value),
            Verb::Unset { key } => unset(cx, &key),
            Verb::List { origin: true } => list::settings(cx).map(Answer::Settings),
            Verb::List { origin: false } => Ok(Answer::Whole(File::load(&cx.place())?.list())),
            Verb::Edit => edit::run(cx),
            Verb::Path => path(cx),
            Verb::Use { name } => {
                cx.configure(false, |file| file.use_profile(&name))?;
                cx.console.info(format!("profile {name} is the default now"));
                Ok(Answer::Done)
            }
        }
    }
}

fn get(cx: &mut Context<'_>, key: &str) -> Result<Answer> {
    let key = Key::parse(key)?;
    Ok(File::load(&cx.place())?.get(&key).map_or(Answer::Absent, Answer::Value))
}

fn set(cx: &mut Context<'_>, key: &str, value: &str) -> Result<Answer> {
    let key = Key::parse(key)?;
    admissible(&key, value)?;
    if value.starts_with("plain:") && CREDENTIALS.contains(&key.member().as_str()) {
        let deny = File::load_or_new(&cx.place())?.bounds(key.profile())?.deny_argv_secrets;
        cx.warn_of_argv("config set", deny)?;
    }
    cx.configure(false, |file| file.set(&key, value))?;
    cx.console.info(format!("set {key}"));
    Ok(Answer::Done)
}

/// What the file alone cannot judge. An empty value means not set, as everywhere.
fn admissible(key: &Key, value: &str) -> Result<()> {
    let named = || Some((key.to_string(), value.to_owned()));
    match key.member().as_str() {
        _ if value.is_empty() => Ok(()),
        "provider" => purge::provider(value).map(drop),
        "signing.scheme" => Scheme::find(value).map(drop),
        "timeout" => http::policy(named(), None, None).map(drop),
        "retries" => http::policy(None, named(), None).map(drop),
        "max_wait" => http::policy(None, None, named()).map(drop),
        member if CREDENTIALS.contains(&member) => {
            Reference::parse(value).map(drop).map_err(|why| Error::Usage(format!("{key}: {why}")))
        }
        _ => Ok(()),
    }
}

fn unset(cx: &mut Context<'_>, key: &str) -> Result<Answer> {
    let key = Key::parse(key)?;
    cx.configure(false, |file| match file.unset(&key) {
        true => Ok(()),
        false => Err(Error::Unavailable(format!("{key} is not set; see `stratos config list`"))),
    })?;
    cx.console.info(format!("unset {key}"));
    Ok(Answer::Done)
}

fn path(cx: &mut Context<'_>) -> Result<Answer> {
    let place = cx.place();
    let path = place.writable()?.to_string_lossy().into_owned();
    if let (Ok(File { kept: Kept::Node, .. }), Some(node)) = (File::load(&place), &place.node) {
        cx.console.info(format!(
            "read from {} as the Node CLI left it; the first command that writes migrates it",
            node.display()
        ));
    }
    Ok(Answer::Value(path.into()))
}

impl Report for Answer {
    fn value(&self) -> Value {
        match self {
            Self::Done | Self::Absent => Value::Null,
            Self::Value(value) | Self::Whole(value) => value.clone(),
            Self::Settings(settings) => settings.value(),
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match self {
            Self::Done | Self::Absent => Ok(()),
            Self::Value(Value::String(text)) => writeln!(page.out, "{text}"),
            Self::Value(value) => writeln!(page.out, "{value}"),
            Self::Whole(value) => writeln!(page.out, "{value:#}"),
            Self::Settings(settings) => settings.human(page),
        }
    }

    fn style(&self) -> Style {
        match self {
            Self::Whole(_) | Self::Settings(_) => Style::Data,
            _ => Style::Text,
        }
    }

    fn rows(&self) -> Option<Rows> {
        match self {
            Self::Settings(settings) => settings.rows(),
            _ => None,
        }
    }

    fn exit(&self) -> u8 {
        if matches!(self, Self::Absent) { Error::Unavailable(String::new()).facts().exit } else { 0 }
    }
}
