//! The table of commands, and the clap command made from it.

mod bench;
pub mod completion;
mod config;
#[cfg(feature = "edge")]
mod demo;
#[cfg(feature = "edge")]
mod dev;
mod doctor;
mod explain;
mod health;
pub mod help;
mod init;
mod man;
mod purge;
pub mod schema;
pub mod security;
pub mod signed;
mod upgrade;
mod verify;
pub mod version;

use crate::{command::Entry, options::Options};
use clap::{Arg, ArgAction, Args};

/// Every command, in the order of help, schema and completions: the Node CLI's first, in its order.
#[rustfmt::skip]
pub const COMMANDS: &[Entry] = &[
    Entry::cli::<version::Version>("version", "Print the CLI version.").exits(&[0]).since("0.0.1"),
    Entry::cli::<help::Help>("help", "Print root or per-command help.").exits(&[0, 64]).since("0.0.1"),
    Entry::cli::<schema::Schema>("schema", "Emit a machine-readable command catalogue.").exits(&[0, 64]).since("0.0.16"),
    Entry::cli::<health::Health>("health", "Liveness probe and edge diagnostics.").exits(&[0, 64, 69, 75, 77, 78]).since("0.0.1"),
    Entry::cli::<purge::Purge>("purge", "Invalidate cache by URL, tag, or wholesale.").exits(&[0, 64, 65, 66, 69, 73, 74, 75, 77, 78, 130, 143]).since("0.0.1")
        .examples("  stratos purge https://cloudcdn.pro/logo.svg --dry-run\n  stratos purge --tag project-shop --tag type-banner\n  git diff --name-only v1 | sed 's|^|https://cloudcdn.pro/|' | stratos purge -\n  stratos purge --everything --yes\n  stratos purge --to shield,edge --tag release-42 --dry-run\n  stratos purge plan --to shield,edge --tag release-42 --out purge.json\n  stratos purge apply purge.json --wait\n  stratos purge history --open\n  stratos purge resume --dry-run\n  stratos purge manifest dist --out site.manifest\n  stratos purge providers fastly"),
    Entry::cli::<signed::Signed>("signed", "Mint, verify and inspect signed URLs, offline.").exits(&[0, 64, 65, 66, 69, 73, 74, 77, 78]).since("0.0.1")
        .examples("  stratos signed /video.mp4 --ttl 15m --key env:SIGNING_KEY\n  stratos signed https://cdn.example.com/a.mp4 --expires 2030-01-01T00:00:00Z\n  stratos signed - --ttl 1h < paths.txt > urls.txt\n  stratos signed verify 'https://…'   stratos signed inspect 'https://…'"),
    Entry::cli::<config::Config>("config", "Profile management.").exits(&[0, 64, 65, 69, 73, 74, 77, 78]).since("0.0.3"),
    Entry::cli::<completion::Completion>("completion", "Emit a shell completion script.").exits(&[0, 64]).since("0.0.1"),
    Entry::cli::<upgrade::Upgrade>("upgrade", "Replace this binary by a newer, verified release.").exits(&[0, 64, 65, 66, 69, 73, 74, 75, 78, 130, 143]).since("0.0.3")
        .examples(upgrade::EXAMPLES),
    Entry::cli::<doctor::Doctor>("doctor", "Environment and reachability diagnostics.").exits(&[0, 64, 69, 78]).since("0.0.3"),
    Entry::cli::<bench::Bench>("bench", "Sampled-request latency benchmark.").exits(&[0, 64, 69, 75, 78]).since("0.0.3"),
    Entry::cli::<explain::Explain>("explain", "Look up what a code, status, type, verdict or pasted response means.").exits(&[0, 64, 65, 69]).since("0.0.4"),
    Entry::cli::<init::Init>("init", "First-run setup of a profile.").exits(&[0, 64, 65, 66, 69, 73, 74, 75, 77, 78]).since("0.0.4")
        .examples(init::EXAMPLES),
    #[cfg(feature = "edge")]
    Entry::cli::<demo::Demo>("demo", "See it all work against the embedded edge.").exits(&[0, 64, 69, 130]).since("0.1.0"),
    #[cfg(feature = "edge")]
    Entry::cli::<dev::Dev>("dev", "Run the embedded edge in the foreground.").exits(&[0, 64, 65, 66, 69, 74, 77, 78, 130]).since("0.1.0")
        .examples(dev::EXAMPLES),
    Entry::cli::<security::Security>("security", "What is promised, how far, and what proves it.").exits(&[0, 64]).since("0.1.0")
        .examples(security::EXAMPLES),
    Entry::cli::<verify::Verify>("verify", "Check files of a release, or this binary, offline.").exits(&[0, 64, 65, 66, 74, 78]).since("0.1.0")
        .examples(verify::EXAMPLES),
    Entry::cli::<man::Man>("man", "Print the manual page.").exits(&[0, 64]).since("0.1.0"),
];

/// Commands and subcommands of later versions that the Node CLI did not have.
const LATER: &[&str] = &["agent", "halt", "ledger", "policy"];

/// What to say of a command that is not built yet: the Node CLI's, or a later version's.
#[must_use]
pub fn later(words: &str) -> Option<String> {
    let built = COMMANDS.iter().any(|entry| entry.name == words);
    let known = LATER.contains(&words) || schema::node::ROWS.iter().any(|row| row.name == words);
    (known && !built).then(|| format!("{words} is not in this version"))
}

/// The whole command line, as completions, manual pages and `schema` show it. Each command's
/// arguments are added when somebody asks for that command.
#[must_use]
pub fn cli() -> clap::Command {
    let version = Arg::new("version").long("version").short('v').action(ArgAction::SetTrue);
    let help = Arg::new("help").long("help").short('h').global(true).action(ArgAction::HelpShort);
    let root = clap::Command::new("stratos")
        .disable_version_flag(true)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommands(COMMANDS.iter().map(Entry::clap));
    Options::augment_args(root).arg(help.help("Print help")).arg(version.help("Print the version"))
}

/// The command line for parsing, and for pages of this width: the root page lists the global
/// options once, so the others need not.
#[must_use]
pub fn reading(width: usize) -> clap::Command {
    cli().term_width(width).mut_args(|arg| arg.hide_short_help(true).hide_long_help(true))
}
