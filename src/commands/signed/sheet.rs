//! One scheme's page, for `help scheme NAME` and `signed schemes NAME`: made from its row and nothing else.

use super::schemes::{field, names};
use crate::{
    report::{Page, wrapped},
    sign::{Claim, Form, Param, Scheme, Spelling, Until},
};
use std::io;

/// Writes the page.
pub fn write(scheme: &Scheme, page: &mut Page<'_>) -> io::Result<()> {
    let id = page.bold(scheme.id);
    writeln!(page.out, "{id}  {}\n", scheme.title)?;
    let (sure, unsure): (Vec<&str>, Vec<&str>) =
        sentences(scheme.about).into_iter().partition(|sentence| !sentence.contains("unconfirmed"));
    wrapped(page, "", "", &sure.join(" "))?;
    writeln!(page.out)?;
    carried(scheme, page)?;
    if !unsure.is_empty() {
        field(page, "unconfirmed", &unsure.join(" "))?;
    }
    field(page, "source", scheme.source)?;
    if !scheme.params.is_empty() {
        let listed = scheme.params.iter().any(|param| !param.values.is_empty());
        heading(page, if listed { "Params (of several values the first is the default)" } else { "Params" })?;
    }
    for param in scheme.params {
        writeln!(page.out, "  --param {}={}", param.name, metavariable(param))?;
        if !param.about.is_empty() {
            wrapped(page, "      ", "      ", param.about)?;
        }
        for value in param.values.iter().filter(|_| param.open) {
            writeln!(page.out, "      '{value}'")?;
        }
    }
    heading(page, "Example (offline; yours is the key that the CDN has)")?;
    example(scheme).iter().try_for_each(|line| writeln!(page.out, "  {line}"))
}

fn carried(scheme: &Scheme, page: &mut Page<'_>) -> io::Result<()> {
    field(page, "key", &format!("written as {}", scheme.secret.name()))?;
    let claims = names(scheme.claims, Claim::name).join(" ");
    field(page, "claims", if claims.is_empty() { "none" } else { &claims })?;
    field(page, "forms", &names(scheme.forms, Form::name).join(" "))?;
    if !scheme.reserved.is_empty() {
        field(page, "reserved", &format!("{} (query names of its own)", scheme.reserved.join(" ")))?;
    }
    if scheme.carries(Claim::Expires) {
        let end = if scheme.until == Until::Through { "still valid" } else { "already expired" };
        let endless = if scheme.endless { "; without one the link has no end" } else { "" };
        field(page, "expiry", &format!("the second that it names is {end}{endless}"))?;
    }
    match scheme.longest {
        Some(longest) => field(page, "longest", &format!("{longest} s")),
        None => Ok(()),
    }
}

/// Cut where a full stop ends a word and a capital follows.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(". ") {
        if text[at + 2..].starts_with(|first: char| first.is_ascii_uppercase()) {
            sentences.push(&text[start..=at]);
            start = at + 2;
        }
    }
    sentences.push(&text[start..]);
    sentences
}

/// Two commands: one makes a key, the other mints with it.
fn example(scheme: &Scheme) -> Vec<String> {
    let row = scheme.example;
    let key = if row.key.is_empty() { key(scheme.secret) } else { row.key };
    let mut flags = vec![format!("--scheme {}", scheme.id), "--key env:KEY".into()];
    if scheme.carries(Claim::KeyId) && !row.flags.contains("--key-id") {
        flags.push("--key-id KEY1".into());
    }
    if scheme.carries(Claim::Expires) {
        flags.push("--ttl 1h".into());
    }
    let mut lines = vec![
        format!("export KEY=\"$({key})\""),
        format!("stratos signed {} \\", row.target),
        format!("  {}", flags.join(" ")),
    ];
    if !row.flags.is_empty() {
        let last = lines.len() - 1;
        lines[last].push_str(" \\");
        lines.push(format!("  {}", row.flags));
    }
    lines
}

/// How to make a key that is written so.
const fn key(spelling: Spelling) -> &'static str {
    match spelling {
        Spelling::Raw => "openssl rand -hex 16",
        Spelling::Hex => "openssl rand -hex 32",
        Spelling::Base64 => "openssl rand -base64 32",
        Spelling::Base64Url => "openssl rand -base64 32 | tr '+/' '-_' | tr -d '='",
        Spelling::Base64UrlPadded => "openssl rand -base64 32 | tr '+/' '-_'",
        Spelling::Base64Tilde => "openssl rand -base64 32 | tr '+/=' '-~_'",
    }
}

fn metavariable(param: &Param) -> String {
    match (param.secret, param.open) {
        (true, _) => "REF".into(),
        (false, true) => "TEXT".into(),
        (false, false) => param.values.join("|"),
    }
}

fn heading(page: &mut Page<'_>, text: &str) -> io::Result<()> {
    let text = page.bold(text);
    writeln!(page.out, "\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_before_a_capital_only() {
        let text = "One, for x.y and e.g. this. Two is unconfirmed. Three";
        assert_eq!(sentences(text), ["One, for x.y and e.g. this.", "Two is unconfirmed.", "Three"]);
        assert_eq!(sentences(""), [""]);
    }
}
