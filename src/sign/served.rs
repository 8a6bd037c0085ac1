//! The path as a web server has it once it resolved the request; for schemes that a server's own module checks.

use super::text::Append;
use crate::error::{Error, Result};
use memchr::{memchr_iter, memmem, memrchr};
use std::borrow::Cow;

/// Appends the path percent-decoded, with slashes merged and dot segments resolved. An escape that is none stays.
/// A path with no slash in front comes in no request, and is only decoded.
pub fn resolve(path: &str, out: &mut Vec<u8>) -> Result<()> {
    let bytes = path.as_bytes();
    let odd = |text: &[u8]| memmem::find(bytes, text).is_some();
    if !odd(b"%") && (bytes.first() != Some(&b'/') || !odd(b"//") && !odd(b"/.")) {
        out.text(path);
        return Ok(());
    }
    let decoded: Vec<u8> = percent_encoding::percent_decode(bytes).collect();
    match decoded.strip_prefix(b"/") {
        Some(rest) => segments(rest, out),
        None => {
            out.bytes(&decoded);
            Ok(())
        }
    }
}

fn segments(path: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    let mut segments = path.split(|byte| *byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            b"" | b"." => {}
            b".." => {
                let parent = memrchr(b'/', &out[start..]).ok_or_else(above)?;
                out.truncate(start + parent);
            }
            name => {
                out.bytes(b"/").bytes(name);
                continue;
            }
        }
        if segments.peek().is_none() {
            out.push(b'/');
        }
    }
    Ok(())
}

fn above() -> Error {
    Error::Usage("the path leads above its root, which servers refuse; write the resolved path".into())
}

/// Whether each `%` of the path begins an escape.
#[must_use]
pub fn escapes_are_whole(path: &str) -> bool {
    let bytes = path.as_bytes();
    memchr_iter(b'%', bytes)
        .all(|at| bytes.get(at + 1..at + 3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)))
}

/// A hexadecimal signature as it is compared: servers read either case.
#[must_use]
pub fn lowered(signature: &str) -> Cow<'_, [u8]> {
    if signature.bytes().any(|byte| byte.is_ascii_uppercase()) {
        signature.to_ascii_lowercase().into_bytes().into()
    } else {
        signature.as_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(path: &str) -> Option<String> {
        let mut out = b"kept".to_vec();
        resolve(path, &mut out).ok()?;
        Some(String::from_utf8_lossy(out.strip_prefix(b"kept").unwrap()).into_owned())
    }

    #[test]
    fn a_path_is_decoded_and_its_dots_and_slashes_resolved() {
        for (path, wanted) in [
            ("/", "/"),
            ("/a/b.txt", "/a/b.txt"),
            ("/a%20b+c", "/a b+c"),
            ("/a%2Fb", "/a/b"),
            ("//x///y", "/x/y"),
            ("/x/", "/x/"),
            ("/x//", "/x/"),
            ("/a/../b/./c", "/b/c"),
            ("/a/..", "/"),
            ("/a/.", "/a/"),
            ("/a/%2e%2E/b", "/b"),
            ("/a%2F../b", "/b"),
            ("/...", "/..."),
            ("/.hidden", "/.hidden"),
            ("/100%", "/100%"),
            ("/a%2", "/a%2"),
            ("/%25zz", "/%zz"),
            ("/é%3Fa", "/é?a"),
            ("https://h//a", "https://h//a"),
            ("a/../b", "a/../b"),
        ] {
            assert_eq!(resolved(path).as_deref(), Some(wanted), "{path}");
        }
        for path in ["/..", "/../a", "/a/../..", "/a/%2e%2e/../b"] {
            assert_eq!(resolved(path), None, "{path}");
        }
    }

    #[test]
    fn an_escape_has_two_digits() {
        for (path, whole) in [
            ("/a", true),
            ("/%20%fF", true),
            ("/100%", false),
            ("/%2", false),
            ("/%zz", false),
            ("/%é", false),
        ] {
            assert_eq!(escapes_are_whole(path), whole, "{path}");
        }
    }
}
