//! Names of files in a release: relative, without detours, whatever bytes they hold.

use crate::purge::plan::shortened;

/// No path of a file is longer.
const LONGEST: usize = 4096;

/// What stands in a folder and is never served.
const UNSERVED: [&[u8]; 4] = [b".git", b".hg", b".svn", b".DS_Store"];

/// Why this cannot be the name of a file in a release, if it cannot.
pub fn fault(name: &[u8]) -> Option<&'static str> {
    if name.is_empty() {
        return Some("is empty");
    }
    if name.len() > LONGEST {
        return Some("is longer than 4096 bytes");
    }
    if name.contains(&0) {
        return Some("holds a NUL byte");
    }
    if name[0] == b'/' {
        return Some("begins at the root");
    }
    name.split(|byte| *byte == b'/').find_map(|part| match part {
        b".." => Some("leaves its folder"),
        b"." | b"" => Some("has an empty part"),
        _ => None,
    })
}

/// Whether a part of the name belongs to what is never served.
pub fn unserved(name: &[u8]) -> bool {
    name.split(|byte| *byte == b'/').any(is_unserved)
}

/// Whether this one part is.
pub fn is_unserved(part: &[u8]) -> bool {
    UNSERVED.contains(&part)
}

/// As a message shows it.
pub fn shown(name: &[u8]) -> String {
    shortened(&String::from_utf8_lossy(name))
}

/// The name without `./`, empty parts and so many leading folders; `None` when nothing is left of it.
pub fn stripped(name: &[u8], folders: usize) -> Option<Vec<u8>> {
    let parts = name.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    let kept: Vec<&[u8]> = parts.skip(folders).collect();
    (!kept.is_empty()).then(|| kept.join(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_below_its_folder() {
        for good in ["a", "a/b.html", ".well-known/x", "a..b", "...", "a b", "ä"] {
            assert_eq!(fault(good.as_bytes()), None, "{good:?}");
        }
        for bad in ["", "/a", "a//b", "a/", "./a", "../a", "a/../b", "a/..", "a\0b"] {
            assert!(fault(bad.as_bytes()).is_some(), "{bad:?}");
        }
        assert!(fault(&[b'a'; 4097]).is_some() && fault(&[b'a'; 4096]).is_none() && fault(b"\xff").is_none());
    }

    #[test]
    fn leading_folders_can_be_left_out() {
        let name =
            |name: &str, folders| stripped(name.as_bytes(), folders).map(|n| String::from_utf8(n).unwrap());
        assert_eq!(name("./public//a/b", 0).unwrap(), "public/a/b");
        assert_eq!(name("public/a/b", 1).unwrap(), "a/b");
        assert_eq!((name("public/", 1), name("./", 0)), (None, None));
        assert!(unserved(b".git/HEAD") && unserved(b"a/.git") && !unserved(b".gitignore"));
    }
}
