//! `--verbose`: what goes out and what comes back, on stderr, secrets masked; given twice, headers too.

use super::{
    Failure,
    message::{REQUEST_IDS, Request, Response, Value},
    redact::Redactor,
};
use crate::progress::Console;
use std::time::Duration;

/// Bodies beyond this are named by their size.
const SHOWN: usize = 4096;

pub(super) struct Tracer<'r> {
    pub console: Console,
    pub redactor: &'r Redactor,
}

impl Tracer<'_> {
    /// The request line, and the same request for a shell.
    pub fn sends(&self, request: &Request, number: u32, most: u32) {
        if self.console.verbose == 0 {
            return;
        }
        self.say(&format!("> {} {} (attempt {number} of at most {most})", request.method, request.url));
        if self.console.verbose > 1 {
            for (name, value) in &request.headers {
                self.say(&format!("> {name}: {}", shown(value)));
            }
        }
        self.say(&format!("$ {}", curl(request)));
    }

    /// Status, time and ids.
    pub fn answered(&self, response: &Response) {
        if self.console.verbose == 0 {
            return;
        }
        let mut line = format!("< HTTP {} in {}", response.status, milliseconds(response.elapsed));
        line += &format!(", {} bytes", response.body.len());
        for name in REQUEST_IDS {
            if let Some(id) = response.header(name) {
                line += &format!(", {name}: {id}");
            }
        }
        self.say(&line);
        if self.console.verbose > 1 {
            for (name, value) in &response.headers {
                self.say(&format!("< {name}: {value}"));
            }
        }
    }

    /// Why there was no answer.
    pub fn failed(&self, failure: &Failure, elapsed: Duration) {
        if self.console.verbose > 0 {
            let why = match failure {
                Failure::Passing(detail) | Failure::Final(detail) | Failure::Sink(detail) => detail,
                Failure::TooLarge => "the reply is too large",
                Failure::Interrupted => "interrupted",
            };
            self.say(&format!("< no answer in {}: {why}", milliseconds(elapsed)));
        }
    }

    /// A line of the request's own may hold a line feed; it must not look like another line.
    fn say(&self, line: &str) {
        self.console.plain(self.redactor.text(line).replace('\n', "\u{fffd}"));
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}ms", time.as_secs_f64() * 1000.0)
}

fn shown(value: &Value) -> &str {
    match value {
        Value::Plain(text) => text,
        Value::Secret(_) => "***",
    }
}

/// The request as a `curl` line: paste it, put the secrets in, and it is the same request.
#[must_use]
pub(super) fn curl(request: &Request) -> String {
    let mut line = format!("curl -sS -i -X {}", request.method);
    for (name, value) in &request.headers {
        line += &format!(" -H {}", quoted(&format!("{name}: {}", shown(value))));
    }
    match std::str::from_utf8(&request.body) {
        _ if request.body.is_empty() => {}
        Ok(text) if text.len() <= SHOWN => line += &format!(" --data-raw {}", quoted(text)),
        _ => line += &format!(" --data-binary @body-of-{}-bytes", request.body.len()),
    }
    line + " " + &quoted(&request.url)
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    if planted!("curl-line-unquoted") {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_curl_line_survives_the_shell_and_hides_the_key() {
        let request = Request::post("https://h/a?b='c'").credential("x-api-key", Secret::new("s3cret"));
        let line = curl(&request.json(&serde_json::json!({"a": "it's"})));
        assert_eq!(
            line,
            r#"curl -sS -i -X POST -H 'x-api-key: ***' -H 'Content-Type: application/json' --data-raw '{"a":"it'\''s"}' 'https://h/a?b='\''c'\'''"#
        );
    }
}
