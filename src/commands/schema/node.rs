//! The catalogue of the Node CLI, version 1, as its scripts read it: the commands of its last version, built here or not.

use crate::error::Kind;
use serde_json::{Map, Value, json};

/// A command of the Node CLI.
pub struct Row {
    /// The word after `stratos`.
    pub name: &'static str,
    summary: &'static str,
    usage: &'static str,
    exits: &'static [u8],
    since: &'static str,
    tool: Option<&'static str>,
}

const fn row(
    name: &'static str,
    summary: &'static str,
    usage: &'static str,
    exits: &'static [u8],
    since: &'static str,
    tool: Option<&'static str>,
) -> Row {
    Row { name, summary, usage, exits, since, tool }
}

/// All 36, in its order.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row("version", "Print the CLI version.", "stratos version", &[0], "0.0.1", None),
    row("help", "Print root or per-command help.", "stratos help", &[0, 64], "0.0.1", None),
    row("schema", "Emit a machine-readable command catalogue (JSON / NDJSON / YAML).", "stratos schema", &[0, 64], "0.0.16", None),
    row("health", "Liveness probe and edge diagnostics.", "stratos health [--deep]", &[0, 69, 75, 77], "0.0.1", Some("cloudcdn_health")),
    row("purge", "Invalidate cache by URL, tag, or wholesale.", "stratos purge <url>... [--dry-run]", &[0, 64, 69, 75, 77, 78], "0.0.1", Some("cloudcdn_purge")),
    row("signed", "Mint an offline HMAC-SHA256 signed URL.", "stratos signed <path> --expires <unix-seconds> [--secret <key>]", &[0, 64, 78], "0.0.1", Some("cloudcdn_signed")),
    row("assets", "List or inspect the asset catalogue.", "stratos assets [--project=<name>] [--format=<ext>] [--page=<n>] [--all]", &[0, 64, 69, 75, 77, 78], "0.0.1", Some("cloudcdn_assets")),
    row("insights", "Aggregated traffic / cache / error insights.", "stratos insights summary|top|asset|errors|geo [--days N] [--zone Z] [--limit N]", &[0, 64, 69, 75, 77, 78], "0.0.1", Some("cloudcdn_insights_summary")),
    row("stats", "Numeric snapshot — requests, bandwidth, cache ratio.", "stratos stats", &[0, 69, 75, 77, 78], "0.0.1", None),
    row("analytics", "Raw analytics filter query.", "stratos analytics", &[0, 64, 69, 75, 77, 78], "0.0.5", None),
    row("audit", "Audit-trail query (immutable activity log).", "stratos audit", &[0, 69, 75, 77, 78], "0.0.5", None),
    row("cost", "Spend breakdown by region; projects from usage when billing API is offline.", "stratos cost [--days N] [--zone Z] [--projected]", &[0, 69, 75, 77, 78], "0.0.20", Some("cloudcdn_cost")),
    row("carbon", "Energy + CO2e attribution; --intensity-below for carbon-aware deploy gating.", "stratos carbon [--days N] [--region X] [--intensity-below N]", &[0, 69, 75, 77, 78], "0.0.20", Some("cloudcdn_carbon")),
    row("zones", "Tenant zones and custom-domain attachment.", "stratos zones list", &[0, 64, 69, 75, 77, 78], "0.0.4", None),
    row("rules", "_headers / _redirects as code with LCS diff and local validate.", "stratos rules get      <_headers|_redirects>", &[0, 64, 65, 69, 75, 77, 78], "0.0.4", None),
    row("tokens", "Scoped API tokens (list / create / rm).", "stratos tokens list", &[0, 64, 69, 75, 77, 78], "0.0.4", None),
    row("webhooks", "Event subscriptions (list / add / rm).", "stratos webhooks list", &[0, 64, 69, 75, 77, 78], "0.0.4", None),
    row("storage", "Object CRUD plus recursive sync.", "stratos storage put <local> <remote>", &[0, 64, 69, 74, 75, 77, 78], "0.0.4", None),
    row("logs", "Tail or query edge logs.", "stratos logs tail [--level error|warn|info]", &[0, 64, 69, 75, 77, 78], "0.0.5", Some("cloudcdn_logs_query")),
    row("ai", "Vision endpoints (alt / moderate / crop / bg-remove).", "stratos ai alt <url>", &[0, 64, 69, 75, 77, 78], "0.0.2", Some("cloudcdn_ai_alt")),
    row("image", "Image transforms, BlurHash, LQIP, format auto.", "stratos image transform <url> [--w] [--h] [--fit] [--format] [--q] [--blur] [--sharpen]", &[0, 64, 69, 75, 77, 78], "0.0.2", None),
    row("stream", "HLS playlist builder.", "stratos stream", &[0, 64], "0.0.5", None),
    row("pipeline", "SVG-to-asset-pack scaffold submission.", "stratos pipeline", &[0, 64, 69, 75, 77, 78], "0.0.6", None),
    row("search", "Hybrid asset search.", "stratos search", &[0, 64, 69, 75, 77, 78], "0.0.5", Some("cloudcdn_search")),
    row("ask", "CloudCDN AI concierge.", "stratos ask", &[0, 64, 69, 75, 77, 78], "0.0.5", None),
    row("passkey", "WebAuthn ceremony bootstrapper (browser).", "stratos passkey", &[69], "0.0.5", None),
    row("config", "Profile management (list / get / set / edit).", "stratos config list", &[0, 64, 65, 74], "0.0.3", None),
    row("mcp", "Run the Model Context Protocol stdio server.", "stratos mcp serve", &[0, 64], "0.0.3", None),
    row("completion", "Emit shell completion script.", "stratos completion <bash|zsh|fish|powershell>", &[0, 64], "0.0.1", None),
    row("upgrade", "Re-run the pinned installer.", "stratos upgrade", &[0, 69], "0.0.3", None),
    row("login", "Store credentials in the OS keychain.", "stratos login                  Interactive: prompts for each key.", &[0, 64, 74, 78], "0.0.3", None),
    row("logout", "Clear Stratos secrets from the keychain.", "stratos logout", &[0], "0.0.3", None),
    row("doctor", "Environment + reachability diagnostics.", "stratos doctor", &[0, 69], "0.0.3", None),
    row("bench", "Cold-start + sampled-request latency benchmark.", "stratos bench [-n N]", &[0, 69], "0.0.3", None),
    row("explain", "Look up cause + fix for an exit code or HTTP status.", "stratos explain <code|status>", &[0, 64], "0.0.4", None),
    row("init", "Interactive first-run setup.", "stratos init [--profile NAME] [--cdn-url URL] [--account-key K] [--access-key K] [--signed-secret S] [--force]", &[0, 64, 74], "0.0.4", None),
];

/// The document.
pub fn document() -> Value {
    json!({
        "$schema": "https://stratos.cloudcdn.pro/schema/v1.json",
        "tool": "stratos",
        "version": env!("CARGO_PKG_VERSION"),
        "homepage": "https://github.com/sebastienrousseau/stratos#readme",
        "commands": commands(),
        "error_types": error_types(&Kind::ALL[..Kind::NODE]),
    })
}

/// Its commands alone.
pub fn commands() -> Vec<Value> {
    ROWS.iter().map(command).collect()
}

fn command(row: &Row) -> Value {
    let mut object = json!({
        "name": row.name, "summary": row.summary, "usage": row.usage, "exits": row.exits, "since": row.since,
    });
    if let Some(tool) = row.tool {
        object["mcp_tool"] = tool.into();
    }
    object
}

/// The registry by name.
pub fn error_types(kinds: &[Kind]) -> Value {
    let types = kinds.iter().map(|kind| {
        let facts = kind.facts();
        let type_ = json!({ "exit": facts.exit, "retryable": facts.retryable, "summary": facts.summary });
        (facts.name.to_owned(), type_)
    });
    Value::Object(types.collect::<Map<_, _>>())
}
