//! Streaming manifests: which bytes of an HLS playlist or a DASH MPD are a URI, and what that URI means.
//!
//! Nothing is rewritten here but those bytes: a manifest is never parsed into a model and printed again,
//! because comments, unknown tags, line ends and the order of attributes belong to whoever wrote it.

mod dash;
mod hls;
mod levels;
mod place;
mod resolve;

pub use place::{Edit, apply, placed};
pub use resolve::{Address, origin, resolve};

use crate::error::{Error, Result};
use std::ops::Range;

/// What is known about the place where the manifest is served.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scene<'a> {
    /// Its own URL; empty where nobody named it.
    pub base: &'a str,
    /// Values of HLS variables that the text itself does not define.
    pub defines: &'a [(String, String)],
}

/// Which format it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An HLS playlist of playlists.
    Master,
    /// An HLS playlist of segments.
    Media,
    /// A DASH manifest.
    Mpd,
}

impl Format {
    /// Its name among people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Master => "HLS multivariant playlist",
            Self::Media => "HLS media playlist",
            Self::Mpd => "DASH manifest",
        }
    }
}

/// How a URI stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// On a line of its own.
    Line,
    /// Between the quotes of an HLS attribute.
    Quoted,
    /// In an XML attribute or between XML tags.
    Xml,
    /// In a CDATA section.
    Cdata,
}

/// A URI that a player asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The line that it begins on.
    pub line: usize,
    /// What it is: `segment`, `variant`, `key` and so on.
    pub kind: &'static str,
    /// Whether what it names is a manifest with URIs of its own.
    pub nested: bool,
    /// The bytes of the text that hold it.
    pub span: Range<usize>,
    /// The same as a client reads it: escapes of the format undone, variables put in.
    pub uri: String,
    /// How it stands there.
    pub quoting: Quoting,
    /// What it means. Several where one text stands for several URLs: a template, or a base with alternatives.
    pub targets: Vec<String>,
    /// What it hangs on, where that is not the manifest's own URL.
    pub base: Option<String>,
    /// A template, resolved but not filled in; `$$` is how it writes `$`.
    pub template: Option<String>,
}

/// A manifest that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Which format it is.
    pub format: Format,
    /// Its URIs in the order of the text.
    pub children: Vec<Child>,
    /// How long it plays, where it has an end.
    pub seconds: Option<u64>,
    /// What is odd, with its line, and not for us to mend.
    pub notes: Vec<(usize, String)>,
    /// The HLS variables that its children may import.
    pub defines: Vec<(String, String)>,
}

/// Reads a manifest.
pub fn read(bytes: &[u8], scene: &Scene<'_>) -> Result<Manifest> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let other = likeness(bytes);
        let binary = other.contains(';') || other.ends_with("segment");
        return Err(Error::Data(if binary {
            not_a_manifest(other)
        } else {
            "not UTF-8, which playlists and manifests must be; convert it first".to_owned()
        }));
    };
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.len() - bare.len();
    let first = bare.lines().next().unwrap_or_default().trim_end();
    if first == "#EXTM3U" {
        return hls::read(text, start, scene);
    }
    if likeness(bare.as_bytes()) == "XML" {
        return dash::read(text, start, scene);
    }
    Err(Error::Data(not_a_manifest(likeness(bare.as_bytes()))))
}

fn not_a_manifest(likeness: &str) -> String {
    format!("neither an HLS playlist (#EXTM3U) nor a DASH manifest (<MPD>): it looks like {likeness}")
}

/// What bytes that are no manifest look like.
fn likeness(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(512)];
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lower = text.to_ascii_lowercase();
    let starts = |marks: &[&str]| marks.iter().any(|mark| lower.starts_with(mark));
    match head {
        [] => "an empty file",
        [0x1f, 0x8b, ..] => "gzip; unpack it first",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd; unpack it first",
        [_, _, _, _, b'f' | b's' | b'm', b't', b'y', b'p', ..] => "an MP4 segment",
        [0x47, ..] if head.get(188) == Some(&0x47) => "an MPEG transport stream segment",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16; convert it to UTF-8",
        _ if text.is_empty() => "an empty file",
        _ if starts(&["<!doctype html", "<html"]) => "an HTML page",
        _ if starts(&["<smoothstreamingmedia"]) => "a Smooth Streaming manifest",
        _ if starts(&["webvtt"]) => "WebVTT subtitles",
        _ if starts(&["<"]) => "XML",
        _ if starts(&["{", "["]) => "JSON",
        _ if starts(&["http/1", "http/2"]) => "an HTTP response; pass its body",
        _ if starts(&["#ext"]) => "an HLS playlist that does not begin with #EXTM3U",
        _ if std::str::from_utf8(bytes).is_ok() => "plain text",
        _ => "an unknown format",
    }
}

/// A refusal that names its line.
fn flaw(line: usize, words: impl std::fmt::Display) -> Error {
    Error::Data(format!("line {line}: {words}"))
}

/// The lines of a text, found by byte: each question goes on from the last one's answer.
#[derive(Debug, Default)]
struct Lines {
    at: usize,
    line: usize,
}

impl Lines {
    /// The line of a position that is not before the last one asked for.
    fn of(&mut self, text: &str, position: usize) -> usize {
        let end = position.min(text.len());
        if end > self.at {
            self.line += memchr::memchr_iter(b'\n', &text.as_bytes()[self.at..end]).count();
            self.at = end;
        }
        self.line + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_manifest_is_told_for_what_it_is() {
        for (bytes, words) in [
            (&b""[..], "an empty file"),
            (b"\xef\xbb\xbf \n", "an empty file"),
            (b"<!DOCTYPE html><p>", "an HTML page"),
            (b"<SmoothStreamingMedia/>", "Smooth Streaming"),
            (b"{\"a\":1}", "JSON"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"\0\0\0\x18ftypmp42", "MP4"),
            (b"\xff\xfe#\0", "UTF-16"),
            (b"WEBVTT\n", "WebVTT"),
            (b"a.ts\nb.ts\n", "plain text"),
            (b"#EXTINF:1,\na.ts\n", "does not begin with #EXTM3U"),
            (b"#EXTM3U\n\xff.ts\n", "not UTF-8"),
        ] {
            let error = read(bytes, &Scene::default()).unwrap_err();
            assert_eq!(error.facts().exit, 65);
            assert!(error.to_string().contains(words), "{error}");
        }
        assert!(read(b"#EXTM3U8\n", &Scene::default()).is_err(), "a longer word is another word");
    }
}
