//! DASH (ISO/IEC 23009-1): the URIs of an MPD, found by a pull parser that says where in the text it is.
//!
//! Only elements of the manifest's own namespace are read: what DRM systems and vendors put into it is theirs.
//! A document type is refused, because it can define entities, and entities can grow without end.

use super::{
    Child, Format, Lines, Manifest, Quoting, Scene, flaw,
    levels::{Level, Levels, is_template},
    resolve,
};
use crate::error::{Error, Result};
use quick_xml::{
    NsReader,
    escape::unescape,
    events::{BytesStart, Event, attributes::Attribute},
    name::ResolveResult,
};
use std::ops::Range;

/// Deeper than any manifest goes.
const DEPTH: usize = 64;
const XLINK: &[u8] = b"http://www.w3.org/1999/xlink";

/// Elements whose text is a URI, what it is, and whether that is a manifest of its own.
const TEXTS: &[(&str, &str, bool)] = &[
    ("BaseURL", "media file", false),
    ("Location", "location", true),
    ("PatchLocation", "patch location", true),
    ("ContentSteering", "steering manifest", false),
    ("ImportedMPD", "imported manifest", true),
];

/// Elements with URIs in attributes, and what each is.
const ATTRIBUTES: &[(&str, &str, &str)] = &[
    ("SegmentURL", "media", "segment"),
    ("SegmentURL", "index", "index"),
    ("Initialization", "sourceURL", "initialization"),
    ("RepresentationIndex", "sourceURL", "index"),
    ("BitstreamSwitching", "sourceURL", "bitstream switching"),
    ("SegmentTemplate", "media", "segments"),
    ("SegmentTemplate", "initialization", "initialization"),
    ("SegmentTemplate", "index", "index"),
    ("SegmentTemplate", "bitstreamSwitching", "bitstream switching"),
];

/// Elements that are levels of their own.
const LEVELS: [&str; 4] = ["MPD", "Period", "AdaptationSet", "Representation"];

/// Reads a manifest; a byte order mark ends at `start`.
pub fn read(text: &str, start: usize, scene: &Scene<'_>) -> Result<Manifest> {
    let mut reader = Reader {
        text,
        start,
        lines: Lines::default(),
        stack: Vec::new(),
        levels: Levels::default(),
        found: Vec::new(),
        seconds: None,
        ended: true,
        namespace: None,
    };
    reader.document()?;
    reader.finish(scene)
}

/// An element that is open.
enum Frame {
    /// A level.
    Level(usize),
    /// One whose text is a URI: a row of [`TEXTS`], and what its content is so far.
    Text { row: usize, level: usize, content: Content },
    /// Any other of the manifest's.
    Plain(usize),
    /// Somebody else's, with all that is in it.
    Foreign,
}

/// The content of an element with a URI.
#[derive(Default)]
struct Content {
    span: Option<Range<usize>>,
    uri: String,
    cdata: bool,
    broken: bool,
}

/// A URI whose meaning waits for the levels.
struct Found {
    level: usize,
    child: Child,
    /// Resolved against the level above: a BaseURL, or what stands beside one.
    base: bool,
    template: bool,
}

struct Reader<'t> {
    text: &'t str,
    start: usize,
    lines: Lines,
    stack: Vec<Frame>,
    levels: Levels,
    found: Vec<Found>,
    seconds: Option<u64>,
    ended: bool,
    /// The root's.
    namespace: Option<Vec<u8>>,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<()> {
        let mut xml = NsReader::from_str(&self.text[self.start..]);
        xml.config_mut().check_end_names = true;
        let mut rooted = false;
        loop {
            let before = self.position(&xml);
            let event = xml.read_event();
            let after = self.position(&xml);
            let event = event.map_err(|error| {
                flaw(self.lines.of(self.text, before), format_args!("not well-formed XML: {error}"))
            })?;
            match event {
                Event::Start(tag) => {
                    rooted |= self.open(&xml, &tag, before, rooted)?;
                }
                Event::Empty(tag) => {
                    rooted |= self.open(&xml, &tag, before, rooted)?;
                    self.close(before)?;
                }
                Event::End(_) => self.close(before)?,
                Event::Text(_) => self.content(before..after, None, false)?,
                Event::GeneralRef(_) => self.content(before..after, None, false)?,
                Event::CData(data) => {
                    let inside = before + "<![CDATA[".len()..after - "]]>".len();
                    let uri = data.decode().map_err(|error| flaw(1, error))?.into_owned();
                    self.content(inside, Some(uri), true)?;
                }
                Event::Comment(_) | Event::PI(_) => self.interrupted(),
                Event::DocType(_) => {
                    let line = self.lines.of(self.text, before);
                    let words = "a document type, which can define entities without end; remove <!DOCTYPE …>";
                    return Err(flaw(line, words));
                }
                Event::Decl(_) => {}
                Event::Eof if !self.stack.is_empty() => {
                    let line = self.lines.of(self.text, after);
                    return Err(flaw(line, "it ends inside an element; it was cut off"));
                }
                Event::Eof if !rooted => {
                    return Err(Error::Data("it has no <MPD>, only XML without one".into()));
                }
                Event::Eof => return Ok(()),
            }
        }
    }

    fn position(&self, xml: &NsReader<&'t [u8]>) -> usize {
        self.start + usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX)
    }

    /// Opens an element; says whether it is the root.
    fn open(
        &mut self,
        xml: &NsReader<&'t [u8]>,
        tag: &BytesStart<'_>,
        at: usize,
        rooted: bool,
    ) -> Result<bool> {
        let line = self.lines.of(self.text, at);
        if self.stack.len() >= DEPTH {
            return Err(flaw(
                line,
                format_args!("elements stand more than {DEPTH} deep; no manifest does that"),
            ));
        }
        self.interrupted();
        let (namespace, local) = xml.resolver().resolve_element(tag.name());
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => namespace.into_inner().to_vec(),
            ResolveResult::Unbound => Vec::new(),
            ResolveResult::Unknown(prefix) => {
                let prefix = String::from_utf8_lossy(&prefix).into_owned();
                return Err(flaw(
                    line,
                    format_args!("nothing declares the prefix {prefix:?}; add its xmlns"),
                ));
            }
        };
        let local = String::from_utf8_lossy(local.into_inner()).into_owned();
        if self.stack.is_empty() {
            if rooted {
                return Err(flaw(line, "a second root element; a manifest has one <MPD>"));
            }
            if local != "MPD" {
                return Err(flaw(
                    line,
                    format_args!(
                        "neither an HLS playlist nor a DASH manifest: the root is <{local}>, not <MPD>"
                    ),
                ));
            }
            self.namespace = Some(namespace.clone());
        }
        let own = self.namespace.as_ref() == Some(&namespace);
        let frame = match self.stack.last() {
            None => Some(None),
            Some(Frame::Level(level) | Frame::Plain(level)) if own && local != "ContentProtection" => {
                Some(Some(*level))
            }
            _ => None,
        };
        let frame = match frame {
            Some(above) => self.element(xml, tag, &local, above, line)?,
            None => Frame::Foreign,
        };
        self.stack.push(frame);
        Ok(self.stack.len() == 1)
    }

    /// An element of the manifest's own.
    fn element(
        &mut self,
        xml: &NsReader<&'t [u8]>,
        tag: &BytesStart<'_>,
        local: &str,
        above: Option<usize>,
        line: usize,
    ) -> Result<Frame> {
        let mut level = above.unwrap_or_default();
        let is_level = LEVELS.contains(&local);
        if is_level {
            level = self.levels.all.len();
            self.levels.all.push(Level {
                parent: above,
                leaf: local == "Representation",
                ..Level::default()
            });
        }
        if matches!(local, "SegmentTemplate" | "SegmentList") {
            self.levels.all[level].segments = true;
        }
        let mut seen: Vec<&'static str> = Vec::new();
        // Names are compared here: the parser's own check is quadratic in their number.
        for attribute in tag.attributes().with_checks(false).flatten() {
            let (namespace, name) = xml.resolver().resolve_attribute(attribute.key);
            let name = name.into_inner();
            if matches!(namespace, ResolveResult::Bound(bound) if bound.into_inner() == XLINK)
                && name == b"href"
            {
                once(&mut seen, "xlink:href", local, line)?;
                self.attribute(&attribute, "remote element", above.unwrap_or(level), line, false)?;
                continue;
            }
            let Ok(name) = std::str::from_utf8(name) else { continue };
            if !matches!(namespace, ResolveResult::Unbound) {
                continue;
            }
            let row = ATTRIBUTES.iter().find(|(element, key, _)| *element == local && *key == name);
            if let Some((_, key, kind)) = row {
                once(&mut seen, key, local, line)?;
                self.attribute(&attribute, kind, level, line, local == "SegmentTemplate")?;
            } else if is_level {
                self.described(local, name, &attribute, level, line)?;
            }
        }
        let row = TEXTS.iter().position(|(element, ..)| *element == local);
        Ok(match row {
            Some(row) => Frame::Text { row, level, content: Content::default() },
            None if is_level => Frame::Level(level),
            None => Frame::Plain(level),
        })
    }

    /// What the attributes of a level say about it.
    fn described(
        &mut self,
        local: &str,
        name: &str,
        found: &Attribute<'_>,
        level: usize,
        line: usize,
    ) -> Result<()> {
        let value = decoded(&found.value, line)?;
        match (local, name) {
            ("Representation", "id") => self.levels.all[level].id = value,
            ("Representation", "bandwidth") => self.levels.all[level].bandwidth = value,
            ("MPD", "mediaPresentationDuration") => self.seconds = seconds(&value),
            ("MPD", "type") => self.ended = value.trim() != "dynamic",
            _ => {}
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        found: &Attribute<'_>,
        kind: &'static str,
        level: usize,
        line: usize,
        template: bool,
    ) -> Result<()> {
        let raw = &*found.value;
        // The parser borrows from the text, so the address tells the place.
        let at = (raw.as_ptr() as usize)
            .checked_sub(self.text.as_ptr() as usize)
            .filter(|at| at + raw.len() <= self.text.len())
            .ok_or_else(|| Error::Software("an attribute lies outside its manifest".into()))?;
        let line = line + memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.lines.at..at]).count();
        let raw = &self.text[at..at + raw.len()];
        let begin = at + (raw.len() - raw.trim_start().len());
        let span = begin..begin + raw.trim().len();
        let uri = decoded(self.text[span.clone()].as_bytes(), line)?;
        self.push(kind, false, level, line, span, uri, Quoting::Xml, template)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a child, which is made here only")]
    fn push(
        &mut self,
        kind: &'static str,
        nested: bool,
        level: usize,
        line: usize,
        span: Range<usize>,
        uri: String,
        quoting: Quoting,
        template: bool,
    ) -> Result<()> {
        let base = kind == TEXTS[0].1;
        if uri.is_empty() && !base {
            return Err(flaw(line, format_args!("the URI of this {kind} is empty; name one")));
        }
        if base {
            let place = self.found.len();
            self.levels.all[level].bases.push((uri.clone(), place));
        }
        let template = template && is_template(&uri);
        let (targets, base_url, whole) = (Vec::new(), None, None);
        let child =
            Child { line, kind, nested, span, uri, quoting, targets, base: base_url, template: whole };
        self.found.push(Found { level, child, base, template });
        Ok(())
    }

    /// Text, a reference or a CDATA section.
    fn content(&mut self, span: Range<usize>, cdata: Option<String>, alone: bool) -> Result<()> {
        let Some(Frame::Text { content, .. }) = self.stack.last_mut() else { return Ok(()) };
        let raw = &self.text[span.clone()];
        if !alone && raw.trim().is_empty() {
            return Ok(());
        }
        content.broken |= content.cdata || alone && content.span.is_some();
        content.cdata |= alone;
        content.uri = cdata.unwrap_or_default();
        let begin = content.span.as_ref().map_or(span.start, |known| known.start);
        content.span = Some(begin..span.end);
        Ok(())
    }

    /// Something stands in the middle of an element's text.
    fn interrupted(&mut self) {
        if let Some(Frame::Text { content, .. }) = self.stack.last_mut() {
            content.broken = true;
        }
    }

    fn close(&mut self, at: usize) -> Result<()> {
        let Some(Frame::Text { row, level, content }) = self.stack.pop() else { return Ok(()) };
        let (element, kind, nested) = TEXTS[row];
        let line = self.lines.of(self.text, at);
        if content.broken {
            return Err(flaw(
                line,
                format_args!("the URL of <{element}> is not in one piece; write it without comments"),
            ));
        }
        let Some(span) = content.span else { return Ok(()) };
        let raw = &self.text[span.clone()];
        let begin = span.start + (raw.len() - raw.trim_start().len());
        let span = begin..begin + raw.trim().len();
        let (uri, quoting) = if content.cdata {
            (content.uri.trim().to_owned(), Quoting::Cdata)
        } else {
            (decoded(self.text[span.clone()].as_bytes(), line)?, Quoting::Xml)
        };
        self.push(kind, nested, level, line, span, uri, quoting, false)
    }

    fn finish(mut self, scene: &Scene<'_>) -> Result<Manifest> {
        self.levels.settle(scene.base)?;
        let mut children = Vec::new();
        for Found { level, mut child, base, template } in std::mem::take(&mut self.found) {
            if base {
                let (file, folder) = self.levels.uses(level);
                if !file {
                    continue;
                }
                if folder {
                    let words = "this BaseURL is a file for one representation and a folder for another; give each its own";
                    return Err(flaw(child.line, words));
                }
                let above = self.levels.above(level, scene.base);
                child.targets = above.iter().map(|up| resolve(up, &child.uri)).collect();
                child.base = above.into_iter().next();
            } else if template {
                (child.targets, child.template) = self.levels.filled(level, child.line, &child.uri)?;
                // Without one base there is no whole template, yet it is one.
                child.template.get_or_insert_with(String::new);
            } else if child.nested || child.kind == "steering manifest" {
                child.targets = vec![resolve(scene.base, &child.uri)];
            } else {
                child.targets = self.levels.targets(level, &child.uri)?;
                child.base = Some(self.levels.first(level).to_owned());
            }
            children.push(child);
        }
        let seconds = self.seconds.filter(|_| self.ended);
        Ok(Manifest { format: Format::Mpd, children, seconds, notes: Vec::new(), defines: Vec::new() })
    }
}

/// Takes note of an attribute, and refuses it the second time.
fn once(seen: &mut Vec<&'static str>, key: &'static str, element: &str, line: usize) -> Result<()> {
    if seen.contains(&key) {
        return Err(flaw(line, format_args!("{key} stands twice in <{element}>; keep one")));
    }
    seen.push(key);
    Ok(())
}

/// Text with its references undone; only the five of XML and numbers are known.
fn decoded(raw: &[u8], line: usize) -> Result<String> {
    let text = std::str::from_utf8(raw).map_err(|error| flaw(line, error))?;
    let decoded = unescape(text).map_err(|_| {
        flaw(line, "a reference that XML does not define; write & as &amp; and leave out entities")
    })?;
    Ok(decoded.into_owned())
}

/// The seconds of an XML duration without years and months, `PT1H2M3.5S`, rounded up.
fn seconds(text: &str) -> Option<u64> {
    let (days, time) =
        text.trim().strip_prefix('P')?.split_once('T').unwrap_or((text.trim().strip_prefix('P')?, ""));
    let mut total = match days {
        "" => 0.0,
        days => days.strip_suffix('D')?.parse::<f64>().ok()? * 86_400.0,
    };
    let mut rest = time;
    for (mark, factor) in [('H', 3_600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(mark) {
            total += number.parse::<f64>().ok()? * factor;
            rest = after;
        }
    }
    (rest.is_empty() && total.is_finite() && (0.0..1e12).contains(&total)).then_some(total.ceil() as u64)
}

#[cfg(test)]
mod tests;
