//! How a signed URL is written where the unsigned one stood.
//!
//! What a scheme appends to the URL is appended to the text: a relative URI stays relative. What it puts into
//! the path makes the URI an absolute path, or a full URL where the host changed or the base is unknown. What
//! is written always resolves to what was signed; this is checked, not assumed.

use super::{Child, Quoting, resolve, resolve::cut};
use std::ops::Range;

/// Bytes of the text and what takes their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where.
    pub span: Range<usize>,
    /// What.
    pub text: String,
}

/// The text with the edits made, which stand in its order.
#[must_use]
pub fn apply(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + added);
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(&bytes[at..edit.span.start]);
        out.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

/// What stands for the child once it is signed. `uri` is its text as it was signed (without an older
/// signature), `targets` what was signed, `signed` the outcomes in the same order. The reason where no text
/// stands for them.
pub fn placed(
    text: &str,
    base: &str,
    child: &Child,
    uri: &str,
    targets: &[String],
    signed: &[String],
) -> Result<Edit, &'static str> {
    let (bare, fragment) = uri.split_at(uri.find('#').unwrap_or(uri.len()));
    let written = match (targets, signed, &child.template) {
        ([target], [signed], None) => alone(child.base.as_deref().unwrap_or(base), bare, target, signed)?,
        (_, _, template) => together(bare, template.as_deref(), targets, signed)?,
    };
    let raw = &text[child.span.clone()];
    // What only grew keeps its bytes, whatever escapes and variables they hold.
    let text = match written.strip_prefix(uri) {
        _ if written == bare && uri == child.uri => raw.to_owned(),
        Some(tail) if fragment.is_empty() && uri == child.uri => {
            format!("{raw}{}", escaped(tail, child.quoting)?)
        }
        _ => escaped(&format!("{written}{fragment}"), child.quoting)?,
    };
    Ok(Edit { span: child.span.clone(), text })
}

/// One text for one URL: the shortest that means what was signed.
fn alone(base: &str, uri: &str, target: &str, signed: &str) -> Result<String, &'static str> {
    let appended = signed.strip_prefix(target).map(|tail| format!("{uri}{tail}"));
    let (origin, path, query) = cut(signed);
    // Some schemes put their parameters before those that are there.
    let asked = uri.split('?').next().unwrap_or_default();
    let queried = (cut(target).1 == path && !asked.is_empty()).then(|| format!("{asked}{query}"));
    let rooted = (origin == cut(target).0 && !path.starts_with("//")).then(|| format!("{path}{query}"));
    let candidates = appended.into_iter().chain(queried).chain(rooted).chain([signed.to_owned()]);
    candidates
        .into_iter()
        .find(|candidate| resolve(base, candidate) == *signed)
        .ok_or("what the scheme makes of it does not survive in a playlist; use --prefix or cookies")
}

/// One text for several URLs: it holds only what is the same for all of them.
fn together(
    uri: &str,
    template: Option<&str>,
    targets: &[String],
    signed: &[String],
) -> Result<String, &'static str> {
    let appended =
        |(target, signed): (&String, &String)| signed.strip_prefix(target.as_str()).map(str::to_owned);
    if let Some(tail) = same(targets.iter().zip(signed).map(appended)) {
        return Ok(format!("{uri}{}", dollars(&tail, template)));
    }
    let frame = |(target, signed): (&String, &String)| {
        let (origin, path, query) = cut(target);
        let after = signed.strip_prefix(origin)?;
        let (head, tail) = after.split_once(&format!("{path}{query}"))?;
        Some((head.to_owned(), tail.to_owned()))
    };
    match (template, same(targets.iter().zip(signed).map(frame))) {
        (Some(whole), Some((head, tail))) if !whole.is_empty() && !head.starts_with("//") => {
            let (_, path, query) = cut(whole);
            Ok(format!("{}{path}{query}{}", dollars(&head, template), dollars(&tail, template)))
        }
        _ => Err(SEVERAL),
    }
}

const SEVERAL: &str = "one text stands for several URLs, and each wants a signature of its own; use --prefix, or \
                       cookies, or list them (SegmentList, one BaseURL)";

/// The value that all of them have.
fn same<T: PartialEq>(mut values: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = values.next()??;
    values.all(|value| value.as_ref() == Some(&first)).then_some(first)
}

fn dollars(text: &str, template: Option<&str>) -> String {
    if template.is_some() { text.replace('$', "$$") } else { text.to_owned() }
}

/// As the place wants it written.
fn escaped(text: &str, quoting: Quoting) -> Result<String, &'static str> {
    let broken = "its signed URL holds a byte that has no place there; percent-encode the URI";
    match quoting {
        _ if text.contains(['\n', '\r', '\0']) => Err(broken),
        Quoting::Line if text.contains("{$") => Err(broken),
        Quoting::Quoted if text.contains('"') || text.contains("{$") => Err(broken),
        Quoting::Cdata if text.contains("]]>") => Err(broken),
        Quoting::Line | Quoting::Quoted | Quoting::Cdata => Ok(text.to_owned()),
        Quoting::Xml => Ok(quick_xml::escape::escape(text).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://h/v/m.m3u8";

    fn child(uri: &str, quoting: Quoting, targets: &[&str], template: Option<&str>) -> Child {
        Child {
            line: 1,
            kind: "segment",
            nested: false,
            span: 0..uri.len(),
            uri: uri.into(),
            quoting,
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            base: None,
            template: template.map(str::to_owned),
        }
    }

    fn written(child: &Child, signed: &[&str]) -> Result<String, &'static str> {
        let signed: Vec<String> = signed.iter().map(|signed| (*signed).to_owned()).collect();
        placed(&child.uri, BASE, child, &child.uri, &child.targets, &signed).map(|edit| edit.text)
    }

    #[test]
    fn a_relative_uri_stays_relative_where_only_a_query_is_added() {
        let one = |uri, quoting, signed| {
            let target = resolve(BASE, uri);
            written(&child(uri, quoting, &[&target], None), &[signed])
        };
        assert_eq!(one("1.ts", Quoting::Line, "https://h/v/1.ts?t=1").unwrap(), "1.ts?t=1");
        assert_eq!(one("../1.ts?a", Quoting::Line, "https://h/1.ts?a&t=1").unwrap(), "../1.ts?a&t=1");
        assert_eq!(one("1.ts?a", Quoting::Xml, "https://h/v/1.ts?a&t=1").unwrap(), "1.ts?a&amp;t=1");
        assert_eq!(one("../1.ts?a", Quoting::Xml, "https://h/1.ts?t&a").unwrap(), "../1.ts?t&amp;a");
        assert_eq!(one("1.ts", Quoting::Line, "https://h/T/v/1.ts").unwrap(), "/T/v/1.ts");
        assert_eq!(one("1.ts", Quoting::Line, "https://other/v/1.ts").unwrap(), "https://other/v/1.ts");
        assert_eq!(one("1.ts", Quoting::Line, "https://h//v/1.ts").unwrap(), "https://h//v/1.ts");
        assert_eq!(one("1.ts#f", Quoting::Line, "https://h/v/1.ts?t").unwrap(), "1.ts?t#f");
        assert!(one("1.ts", Quoting::Quoted, "https://h/v/1.ts?t=\"").is_err());
        assert!(
            one("1.ts", Quoting::Line, "https://h/a/../1.ts").is_err(),
            "it would resolve to something else"
        );
    }

    #[test]
    fn one_text_for_several_urls_holds_what_they_share() {
        let targets = ["https://h/v/1.m4s", "https://h/v/2.m4s"];
        let template = child("$Number$.m4s", Quoting::Xml, &targets, Some("https://h/v/$Number$.m4s"));
        let appended = ["https://h/v/1.m4s?a=$&b", "https://h/v/2.m4s?a=$&b"];
        assert_eq!(written(&template, &appended).unwrap(), "$Number$.m4s?a=$$&amp;b");
        let framed = ["https://h/T$/v/1.m4s", "https://h/T$/v/2.m4s"];
        assert_eq!(written(&template, &framed).unwrap(), "/T$$/v/$Number$.m4s");
        assert!(written(&template, &["https://h/v/1.m4s?a", "https://h/v/2.m4s?b"]).is_err());
        let bases = child("1.m4s", Quoting::Xml, &["https://h/v/1.m4s", "https://i/v/1.m4s"], None);
        assert_eq!(written(&bases, &["https://h/v/1.m4s?t", "https://i/v/1.m4s?t"]).unwrap(), "1.m4s?t");
        assert!(written(&bases, &["https://h/T/v/1.m4s", "https://i/T/v/1.m4s"]).is_err());
    }

    #[test]
    fn edits_leave_the_rest_as_it_was() {
        let edits = [Edit { span: 1..2, text: "xyz".into() }, Edit { span: 4..4, text: "!".into() }];
        assert_eq!(apply(b"abcd", &edits), b"axyzcd!");
        assert_eq!(apply(b"\r\n", &[]), b"\r\n");
    }
}
