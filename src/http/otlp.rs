//! One OpenTelemetry span per command, as OTLP/JSON over HTTP, and only where an endpoint was asked
//! for. It says which command ran, with which version, and how it ended; never with which words.

use super::{Client, Policy, Request};
use crate::{
    clock::Clock,
    error::{Error, Result},
    secret::Secret,
};
use serde_json::{Value, json};
use std::time::Duration;

/// What is told about a command.
#[derive(Debug, Clone, Copy)]
pub struct Span<'s> {
    /// Its name.
    pub command: &'s str,
    /// How it ended.
    pub exit: u8,
    /// When it began and ended, since 1970.
    pub times: (Duration, Duration),
}

/// Sends the span. Nobody's command fails for it: what goes wrong is shown under `--verbose` only.
pub fn export(client: &Client<'_>, endpoint: &str, headers: &[(String, Secret)], span: &Span<'_>) {
    let quick = Client {
        policy: Policy { timeout: Duration::from_secs(3), retries: 0, ..client.policy.clone() },
        transport: client.transport,
        clock: client.clock,
        console: client.console,
    };
    let mut request = Request::post(traces(endpoint)).json(&body(span, client.clock));
    for (name, value) in headers {
        request = request.credential(name, value.clone());
    }
    let failed = match quick.send(&request) {
        Ok(response) if response.accepted() => return,
        Ok(response) => format!("HTTP {}", response.status),
        Err(error) => error.to_string(),
    };
    if client.console.verbose > 0 {
        client.console.plain(format!("the span was not taken: {failed}"));
    }
}

/// `k=v,k=v`, values percent-decoded as the OpenTelemetry variables have it.
pub fn headers(list: &str) -> Result<Vec<(String, Secret)>> {
    let pairs = list.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) =
                pair.split_once('=').filter(|(name, _)| !name.trim().is_empty()).ok_or_else(|| {
                    // The list holds tokens, so nothing of it is repeated.
                    Error::Usage("--otlp-headers has an entry that is not name=value; write k=v,k=v".into())
                })?;
            let value: Vec<u8> = percent_encoding::percent_decode_str(value.trim()).collect();
            Ok((name.trim().to_owned(), Secret::new(value)))
        })
        .collect()
}

/// The endpoint with the path of the protocol, once.
fn traces(endpoint: &str) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    if endpoint.ends_with("/v1/traces") { endpoint.to_owned() } else { format!("{endpoint}/v1/traces") }
}

fn body(span: &Span<'_>, clock: &dyn Clock) -> Value {
    let (mut trace_id, mut span_id) = ([0; 16], [0; 8]);
    clock.fill(&mut trace_id);
    clock.fill(&mut span_id);
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let version = env!("CARGO_PKG_VERSION");
    let attributes = json!([
        text("stratos.command", span.command),
        text("stratos.version", version),
        {"key": "stratos.exit_code", "value": {"intValue": span.exit.to_string()}},
    ]);
    let scope = json!({"name": "stratos", "version": version});
    let resource = json!({"attributes": [text("service.name", "stratos"), text("service.version", version)]});
    let span = json!({
        "traceId": hex::encode(trace_id),
        "spanId": hex::encode(span_id),
        "name": format!("stratos {}", span.command),
        "kind": 1,
        "startTimeUnixNano": span.times.0.as_nanos().to_string(),
        "endTimeUnixNano": span.times.1.as_nanos().to_string(),
        "attributes": attributes,
        // 1 is OK, 2 is ERROR.
        "status": {"code": if span.exit == 0 { 1 } else { 2 }},
    });
    json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": [span]}]}]})
}
