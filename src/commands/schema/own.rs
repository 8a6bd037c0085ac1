//! What this binary is, from the tables it is made of.

use super::node;
use crate::{
    command::Entry,
    commands::{
        COMMANDS, cli,
        help::tables::{ENVIRONMENT, EXITS},
    },
    error::Kind,
    release::Distrust,
    sign::Verdict,
};
use serde_json::{Map, Value, json};

/// Version 2 of the catalogue.
pub fn document() -> Value {
    let mut root = cli();
    root.build();
    json!({
        "$schema": "https://stratos.cloudcdn.pro/schema/v2.json",
        "tool": "stratos",
        "version": env!("CARGO_PKG_VERSION"),
        "homepage": env!("CARGO_PKG_REPOSITORY"),
        "commands": COMMANDS.iter().map(|entry| command(entry, &root)).collect::<Vec<_>>(),
        "global_options": options(&root, true),
        "error_types": node::error_types(&Kind::ALL),
        "exit_codes": EXITS.iter().map(|(code, words)| json!({ "code": code, "summary": words })).collect::<Vec<_>>(),
        "verdicts": Verdict::WORDS,
        "release_verdicts": Distrust::WORDS,
        "environment": ENVIRONMENT
            .iter()
            .flat_map(|(names, words)| names.split(", ").map(move |name| json!({ "name": name, "summary": words })))
            .collect::<Vec<_>>(),
    })
}

fn command(entry: &Entry, root: &clap::Command) -> Value {
    let clap = root.find_subcommand(entry.name).expect("every row is in the tree");
    let mut object = json!({
        "name": entry.name, "summary": entry.summary, "exits": entry.exits, "since": entry.since,
    });
    shape(clap, &mut object);
    object
}

fn shape(clap: &clap::Command, into: &mut Value) {
    let usage = clap.clone().render_usage().to_string();
    into["usage"] = usage.trim_start_matches("Usage: ").into();
    into["arguments"] = clap.get_positionals().filter(|arg| !arg.is_hide_set()).map(argument).collect();
    into["options"] = options(clap, false);
    let inner = clap.get_subcommands().map(|inner| {
        let mut object = json!({ "name": inner.get_name(), "summary": about(inner.get_about()) });
        shape(inner, &mut object);
        object
    });
    into["subcommands"] = inner.collect();
}

fn options(clap: &clap::Command, global: bool) -> Value {
    // `--version` of the root is global in all but its form.
    let wanted = |arg: &&clap::Arg| arg.is_global_set() == global || global && arg.get_id() == "version";
    clap.get_arguments()
        .filter(|arg| !arg.is_positional() && !arg.is_hide_set())
        .filter(wanted)
        .map(argument)
        .collect()
}

fn argument(arg: &clap::Arg) -> Value {
    let mut object = Map::new();
    let takes_value = arg.get_action().takes_values();
    match arg.get_long() {
        Some(long) => object.insert("name".into(), format!("--{long}").into()),
        None => object.insert("name".into(), arg.get_id().as_str().into()),
    };
    if let Some(short) = arg.get_short() {
        object.insert("short".into(), format!("-{short}").into());
    }
    object.insert("summary".into(), about(arg.get_help()));
    object.insert("takes_value".into(), takes_value.into());
    object.insert("required".into(), arg.is_required_set().into());
    let repeats = matches!(arg.get_action(), clap::ArgAction::Append | clap::ArgAction::Count);
    object.insert("repeats".into(), repeats.into());
    let values: Vec<Value> = arg
        .get_possible_values()
        .iter()
        .filter(|value| takes_value && !value.is_hide_set())
        .map(|value| value.get_name().into())
        .collect();
    if !values.is_empty() {
        object.insert("values".into(), values.into());
    }
    Value::Object(object)
}

fn about(text: Option<&clap::builder::StyledStr>) -> Value {
    text.map(ToString::to_string).unwrap_or_default().into()
}
