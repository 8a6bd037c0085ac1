//! HLS (RFC 8216 and its successor draft-pantos-hls-rfc8216bis): the URIs of a playlist, line by line.
//!
//! A pass of our own: the parsers that are to be had give a model, and print it in their own order and
//! spelling. Finding the URIs takes one table of tags and one attribute list; everything else stays as it is.

use super::{Child, Format, Manifest, Quoting, Scene, flaw, resolve};
use crate::error::Result;
use std::ops::Range;

/// A tag with a URI among its attributes.
struct Tag {
    name: &'static str,
    attribute: &'static str,
    kind: &'static str,
    nested: bool,
    place: Place,
}

/// Which playlists a tag belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Master,
    Media,
    Both,
}

const fn tag(name: &'static str, attribute: &'static str, kind: &'static str, place: Place) -> Tag {
    Tag { name, attribute, kind, nested: false, place }
}

const fn nested(name: &'static str, attribute: &'static str, kind: &'static str, place: Place) -> Tag {
    Tag { nested: true, ..tag(name, attribute, kind, place) }
}

/// Every tag with a URI. `EXT-X-IMAGE-STREAM-INF` is an extension that several packagers write.
const TAGS: &[Tag] = &[
    nested("EXT-X-MEDIA", "URI", "rendition", Place::Master),
    nested("EXT-X-I-FRAME-STREAM-INF", "URI", "I-frame playlist", Place::Master),
    nested("EXT-X-IMAGE-STREAM-INF", "URI", "image playlist", Place::Master),
    tag("EXT-X-SESSION-KEY", "URI", "session key", Place::Master),
    tag("EXT-X-SESSION-DATA", "URI", "session data", Place::Master),
    tag("EXT-X-CONTENT-STEERING", "SERVER-URI", "steering manifest", Place::Master),
    tag("EXT-X-KEY", "URI", "key", Place::Media),
    tag("EXT-X-MAP", "URI", "map", Place::Media),
    tag("EXT-X-PART", "URI", "part", Place::Media),
    tag("EXT-X-PRELOAD-HINT", "URI", "preload hint", Place::Media),
    nested("EXT-X-RENDITION-REPORT", "URI", "rendition report", Place::Media),
    nested("EXT-X-DATERANGE", "X-ASSET-URI", "interstitial", Place::Both),
    tag("EXT-X-DATERANGE", "X-ASSET-LIST", "asset list", Place::Both),
];

/// Tags that say which kind of playlist it is, beside those with a URI.
const MASTER: [&str; 1] = ["EXT-X-STREAM-INF"];
const MEDIA: [&str; 10] = [
    "EXTINF",
    "EXT-X-TARGETDURATION",
    "EXT-X-MEDIA-SEQUENCE",
    "EXT-X-DISCONTINUITY-SEQUENCE",
    "EXT-X-ENDLIST",
    "EXT-X-PLAYLIST-TYPE",
    "EXT-X-I-FRAMES-ONLY",
    "EXT-X-PART-INF",
    "EXT-X-SERVER-CONTROL",
    "EXT-X-SKIP",
];

/// Reads a playlist that begins with `#EXTM3U` at `start`.
pub fn read(text: &str, start: usize, scene: &Scene<'_>) -> Result<Manifest> {
    let mut reader = Reader {
        text,
        scene,
        children: Vec::new(),
        notes: Vec::new(),
        defines: Vec::new(),
        defining: false,
        version: None,
        format: None,
        stream: None,
        seconds: 0.0,
        ended: false,
    };
    if start > 0 {
        reader.notes.push((1, "a byte order mark, which players may refuse; save it without one".into()));
    }
    let mut at = start;
    for (index, line) in text[start..].split_inclusive('\n').enumerate() {
        reader.line(index + 1, at, line)?;
        at += line.len();
    }
    reader.finish()
}

struct Reader<'t> {
    text: &'t str,
    scene: &'t Scene<'t>,
    children: Vec<Child>,
    notes: Vec<(usize, String)>,
    defines: Vec<(String, String)>,
    /// Only a playlist that defines variables has any: elsewhere `{$` is text.
    defining: bool,
    version: Option<usize>,
    format: Option<(Format, usize)>,
    /// A stream that still lacks its URI.
    stream: Option<usize>,
    seconds: f64,
    ended: bool,
}

/// An attribute: its name, and where its value stands (without quotes).
struct Attribute<'t> {
    name: &'t str,
    span: Range<usize>,
    quoted: bool,
}

impl<'t> Reader<'t> {
    fn line(&mut self, number: usize, at: usize, line: &'t str) -> Result<()> {
        let trimmed = line.trim_matches([' ', '\t', '\r', '\n']);
        let Some(content) = trimmed.strip_prefix('#') else {
            if trimmed.is_empty() {
                return Ok(());
            }
            let begin = at + (line.len() - line.trim_start_matches([' ', '\t']).len());
            return self.resource(number, begin..begin + trimmed.len());
        };
        if !content.starts_with("EXT") {
            return Ok(());
        }
        let (name, value) = content.split_once(':').unwrap_or((content, ""));
        let value_at = at + line.find(':').map_or(line.len(), |colon| colon + 1);
        let value = value_at..value_at + value.len();
        match name {
            "EXTINF" => self.seconds += duration(&self.text[value.clone()]),
            "EXT-X-ENDLIST" => self.ended = true,
            "EXT-X-PLAYLIST-TYPE" => self.ended |= self.text[value.clone()].trim() == "VOD",
            "EXT-X-VERSION" => self.version(number)?,
            "EXT-X-DEFINE" => self.define(number, value.clone())?,
            "EXT-X-STREAM-INF" => self.stream(number)?,
            _ => {}
        }
        if MASTER.contains(&name) {
            self.belongs(number, Format::Master)?;
        } else if MEDIA.contains(&name) {
            self.belongs(number, Format::Media)?;
        }
        self.tag(number, name, value)
    }

    /// A line that is a URI by itself.
    fn resource(&mut self, number: usize, span: Range<usize>) -> Result<()> {
        let variant = self.stream.take().is_some();
        if !variant {
            self.belongs(number, Format::Media)?;
        }
        let kind = if variant { "variant" } else { "segment" };
        self.child(number, kind, variant, span, Quoting::Line)
    }

    fn tag(&mut self, number: usize, name: &str, value: Range<usize>) -> Result<()> {
        let mut known = TAGS.iter().filter(|tag| tag.name == name).peekable();
        if known.peek().is_none() {
            return self.unknown(number, name, value);
        }
        let attributes = attributes(self.text, number, value)?;
        for tag in known {
            match tag.place {
                Place::Master => self.belongs(number, Format::Master)?,
                Place::Media => self.belongs(number, Format::Media)?,
                Place::Both => {}
            }
            let Some(found) = once(&attributes, tag.attribute, number)? else { continue };
            if !found.quoted {
                return Err(flaw(
                    number,
                    format_args!("{} of #{name} is not in quotes; quote it", found.name),
                ));
            }
            self.child(number, tag.kind, tag.nested, found.span.clone(), Quoting::Quoted)?;
        }
        Ok(())
    }

    /// What a tag of somebody's own means by its URI is not known, so it is left, and said.
    fn unknown(&mut self, number: usize, name: &str, value: Range<usize>) -> Result<()> {
        let listed = self.text[value.clone()].contains("URI=");
        if listed && attributes(self.text, number, value).is_ok_and(|found| has_uri(&found)) {
            self.notes.push((number, format!("#{name} is not a tag that is known, and its URI was left")));
        }
        Ok(())
    }

    fn child(
        &mut self,
        line: usize,
        kind: &'static str,
        nested: bool,
        span: Range<usize>,
        quoting: Quoting,
    ) -> Result<()> {
        let uri = self.substituted(line, &self.text[span.clone()])?;
        if uri.trim().is_empty() {
            return Err(flaw(line, format_args!("the URI of this {kind} is empty; name one")));
        }
        let targets = vec![resolve(self.scene.base, &uri)];
        let (base, template) = (None, None);
        self.children.push(Child { line, kind, nested, span, uri, quoting, targets, base, template });
        Ok(())
    }

    fn belongs(&mut self, number: usize, format: Format) -> Result<()> {
        match self.format {
            Some((known, line)) if known != format => Err(flaw(
                number,
                format_args!(
                    "belongs to a {}, and line {line} to a {}; take the playlist apart",
                    format.name(),
                    known.name()
                ),
            )),
            Some(_) => Ok(()),
            None => {
                self.format = Some((format, number));
                Ok(())
            }
        }
    }

    fn version(&mut self, number: usize) -> Result<()> {
        match self.version.replace(number) {
            Some(first) => Err(flaw(
                number,
                format_args!(
                    "a second EXT-X-VERSION (the first is on line {first}), which players refuse; keep one"
                ),
            )),
            None => Ok(()),
        }
    }

    fn stream(&mut self, number: usize) -> Result<()> {
        match self.stream.replace(number) {
            Some(first) => Err(no_uri(first)),
            None => Ok(()),
        }
    }

    /// `EXT-X-DEFINE`: a value, or the name of one that the playlist's own URL or its parent has.
    fn define(&mut self, number: usize, value: Range<usize>) -> Result<()> {
        self.defining = true;
        let attributes = attributes(self.text, number, value)?;
        let text = |name: &str| -> Result<Option<&'t str>> {
            Ok(once(&attributes, name, number)?.map(|found| &self.text[found.span.clone()]))
        };
        let (name, value) = match (text("NAME")?, text("QUERYPARAM")?, text("IMPORT")?) {
            (Some(name), None, None) => {
                let value =
                    text("VALUE")?.ok_or_else(|| flaw(number, "EXT-X-DEFINE has no VALUE; add one"))?;
                (name, Some(value.to_owned()))
            }
            (None, Some(name), None) => {
                (name, query_value(self.scene.base, name).or_else(|| self.given(name)))
            }
            (None, None, Some(name)) => (name, self.given(name)),
            _ => return Err(flaw(number, "EXT-X-DEFINE takes one of NAME, QUERYPARAM and IMPORT; keep one")),
        };
        if self.defines.iter().any(|(known, _)| known == name) {
            return Err(flaw(number, format_args!("variable {name:?} is defined twice; keep one")));
        }
        // Without a value it is refused where it is used: a playlist may import what it does not need.
        self.defines.extend(value.map(|value| (name.to_owned(), value)));
        Ok(())
    }

    fn given(&self, name: &str) -> Option<String> {
        self.scene.defines.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// The text with its variables put in.
    fn substituted(&self, line: usize, text: &str) -> Result<String> {
        if !self.defining || !text.contains("{$") {
            return Ok(text.to_owned());
        }
        let mut pieces = text.split("{$");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece
                .split_once('}')
                .ok_or_else(|| flaw(line, "a variable {$… is not closed; write {$name}"))?;
            let (_, value) = self.defines.iter().find(|(known, _)| known == name).ok_or_else(|| {
                flaw(
                    line,
                    format_args!(
                        "variable {name:?} has no value here: it comes from another playlist or from the \
                         playlist's URL; pass --define {name}=VALUE"
                    ),
                )
            })?;
            whole.push_str(value);
            whole.push_str(rest);
        }
        Ok(whole)
    }

    fn finish(self) -> Result<Manifest> {
        if let Some(line) = self.stream {
            return Err(no_uri(line));
        }
        let format = self.format.map_or(Format::Media, |(format, _)| format);
        // A sum of decimal fractions: the second in which the last one ends.
        let seconds = (self.ended && format == Format::Media).then(|| self.seconds.ceil() as u64);
        let (children, notes, defines) = (self.children, self.notes, self.defines);
        Ok(Manifest { format, children, seconds, notes, defines })
    }
}

fn no_uri(line: usize) -> crate::error::Error {
    flaw(line, "no URI follows this EXT-X-STREAM-INF; add the variant's, or remove the tag")
}

fn has_uri(attributes: &[Attribute<'_>]) -> bool {
    attributes.iter().any(|attribute| attribute.name == "URI" && attribute.quoted)
}

/// The seconds of `EXTINF:6.006,title`; nothing where they cannot be read.
fn duration(value: &str) -> f64 {
    let seconds = value.split(',').next().unwrap_or_default().trim();
    seconds.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds > 0.0).unwrap_or(0.0)
}

/// A parameter of the playlist's own URL, decoded, as `QUERYPARAM` wants it.
fn query_value(base: &str, name: &str) -> Option<String> {
    let (_, _, query) = super::resolve::cut(base.split('#').next().unwrap_or_default());
    let pairs = query.strip_prefix('?')?.split('&');
    let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
    let decoded = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// The attribute of that name, which may stand once.
fn once<'a, 't>(all: &'a [Attribute<'t>], name: &str, line: usize) -> Result<Option<&'a Attribute<'t>>> {
    let mut found = all.iter().filter(|attribute| attribute.name == name);
    let first = found.next();
    match found.next() {
        Some(_) => Err(flaw(line, format_args!("{name} stands twice; keep one"))),
        None => Ok(first),
    }
}

/// `NAME=value,NAME="value"`. Blanks around a name are passed over, as players do.
fn attributes(text: &str, line: usize, value: Range<usize>) -> Result<Vec<Attribute<'_>>> {
    let mut found = Vec::new();
    let (mut at, end) = (value.start, value.end);
    while at < end {
        let rest = &text[at..end];
        let Some(equals) = rest.find('=') else {
            return if rest.trim().is_empty() {
                Ok(found)
            } else {
                Err(flaw(line, "an attribute has no value; write NAME=value"))
            };
        };
        let name = rest[..equals].trim();
        let begin = at + equals + 1;
        let quoted = text[begin..end].starts_with('"');
        let (span, after) = if quoted {
            let inside = begin + 1;
            let length = text[inside..end].find('"').ok_or_else(|| {
                flaw(line, format_args!("the quote that {name} opens is not closed; close it"))
            })?;
            (inside..inside + length, inside + length + 1)
        } else {
            let length = text[begin..end].find(',').unwrap_or(end - begin);
            (begin..begin + length, begin + length)
        };
        found.push(Attribute { name, span, quoted });
        let gap = &text[after..end];
        at = match gap.find(',') {
            Some(comma) if gap[..comma].trim().is_empty() => after + comma + 1,
            None if gap.trim().is_empty() => end,
            _ => {
                return Err(flaw(
                    line,
                    format_args!("something follows the value of {name}; put a comma there"),
                ));
            }
        };
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
