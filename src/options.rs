//! The global options: given before or after the subcommand, the same for every command.

use std::path::PathBuf;

/// Output formats (contracts/cloudcdn-cli.md section 4; `markdown` is ours).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One JSON value: compact in a pipe, indented on a terminal.
    Json,
    /// One JSON value a line.
    #[value(alias = "jsonl")]
    Ndjson,
    /// YAML 1.2.
    Yaml,
    /// RFC 4180 with a header line.
    Csv,
    /// Aligned columns.
    Table,
    /// A Markdown table.
    Markdown,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Options of every command. Values are kept as text: whoever reads one checks it and names its source.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Options {
    /// Output format: json, ndjson, yaml, csv, table or markdown
    #[arg(long, global = true, value_name = "FORMAT", ignore_case = true)]
    pub output: Option<Format>,
    /// Short for --output json
    #[arg(long, global = true)]
    pub json: bool,
    /// Undo the JSON that CI=true asks for
    #[arg(long, global = true, conflicts_with = "json")]
    pub no_json: bool,
    /// Pass structured output through a jq expression
    #[arg(long, global = true, value_name = "JQ")]
    pub filter: Option<String>,
    /// Hide info lines and progress
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Show info lines even where CI=true hides them
    #[arg(long, global = true, conflicts_with = "quiet")]
    pub no_quiet: bool,
    /// Print each request, its answer and its timing on stderr, secrets masked
    #[arg(long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to colour: auto, always or never (NO_COLOR wins)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub color: Color,
    /// Never prompt
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Profile to use [env: STRATOS_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Configuration file [env: STRATOS_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Base URL of the CDN [env: CLOUDCDN_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub cdn_url: Option<String>,
    /// Control-plane key, literally [env: CLOUDCDN_ACCOUNT_KEY]
    #[arg(long, global = true, value_name = "KEY")]
    pub account_key: Option<String>,
    /// Data-plane key, literally [env: CLOUDCDN_ACCESS_KEY]
    #[arg(long, global = true, value_name = "KEY")]
    pub access_key: Option<String>,
    /// Deadline of one attempt: 15s, 500ms, or milliseconds [env: CLOUDCDN_TIMEOUT]
    #[arg(long, global = true, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Attempts after the first one (default 2) [env: CLOUDCDN_RETRIES]
    #[arg(long, global = true, value_name = "N", allow_hyphen_values = true)]
    pub retries: Option<String>,
    /// Longest wait that a server may impose (default 2m)
    #[arg(long, global = true, value_name = "TIME")]
    pub max_wait: Option<String>,
    /// At most so many requests a second: 5, 0.5, 5/s
    #[arg(long, global = true, value_name = "N[/s]")]
    pub rate: Option<String>,
    /// Certificate authorities to trust beside the system's, PEM
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Send one OpenTelemetry span per command to this OTLP/HTTP endpoint
    #[arg(long, global = true, value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// Headers for the OTLP endpoint: k=v,k=v
    #[arg(long, global = true, value_name = "LIST", requires = "otlp_endpoint")]
    pub otlp_headers: Option<String>,
}

/// The nearest of the known words, if it is near enough to be what was meant: at most two edits
/// away for up to four letters, three for longer words, none for one letter.
#[must_use]
pub fn near<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let reach = match word.chars().count() {
        0 | 1 => return None,
        2..=4 => 2,
        _ => 3,
    };
    let distances = known.into_iter().map(|known| (strsim::levenshtein(&word, &known.to_lowercase()), known));
    distances
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
