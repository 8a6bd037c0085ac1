//! Folders of which every file changed: a prefix would do for all of their URLs.

/// A folder without an unchanged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Its name with a slash at the end; empty for the whole release.
    pub name: Vec<u8>,
    /// How many of its files are purged.
    pub files: u64,
}

/// Fewer files are no reason for advice.
const FEW: u64 = 10;

/// Gathers them over a sorted list, in one pass.
#[derive(Debug, Default)]
pub struct Folders {
    name: Vec<u8>,
    open: Vec<Open>,
    whole: Vec<Whole>,
}

/// A folder that names still come from.
#[derive(Debug)]
struct Open {
    /// How long its name is, slash included.
    end: usize,
    files: u64,
    kept: bool,
    /// How many folders had been found when it began: those after it lie inside.
    found: usize,
}

impl Folders {
    /// Takes the next name: whether it is purged, and whether it stays as it is.
    pub fn see(&mut self, name: &[u8], purged: bool, kept: bool) {
        let shared = self.name.iter().zip(name).take_while(|(a, b)| a == b).count();
        while self.open.last().is_some_and(|open| open.end > shared) {
            self.close();
        }
        if self.open.is_empty() {
            self.begin(0);
        }
        let from = self.open.last().map_or(0, |open| open.end);
        for at in memchr::memchr_iter(b'/', &name[from..]) {
            self.begin(from + at + 1);
        }
        self.name.truncate(shared);
        self.name.extend_from_slice(&name[shared..]);
        let inner = self.open.last_mut().expect("the release's own folder is open");
        inner.files += u64::from(purged);
        inner.kept |= kept;
    }

    fn begin(&mut self, end: usize) {
        self.open.push(Open { end, files: 0, kept: false, found: self.whole.len() });
    }

    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        if let Some(parent) = self.open.last_mut() {
            parent.files += closed.files;
            parent.kept |= closed.kept;
        }
        if !closed.kept && closed.files >= FEW {
            self.whole.truncate(closed.found);
            self.whole.push(Whole { name: self.name[..closed.end].to_vec(), files: closed.files });
        }
    }

    /// The folders, the fullest first; none lies in another.
    pub fn finish(mut self) -> Vec<Whole> {
        while !self.open.is_empty() {
            self.close();
        }
        self.whole.sort_by_key(|whole| std::cmp::Reverse(whole.files));
        self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(files: &[(&str, u64, bool)]) -> Vec<(String, u64)> {
        let mut folders = Folders::default();
        for (folder, count, kept) in files {
            for number in 10..10 + count {
                folders.see(format!("{folder}{number}").as_bytes(), !kept, *kept);
            }
        }
        folders.finish().into_iter().map(|w| (String::from_utf8(w.name).unwrap(), w.files)).collect()
    }

    #[test]
    fn the_widest_folder_without_an_unchanged_file_is_found() {
        assert_eq!(whole(&[("a/", 12, false), ("b/", 1, true)]), [("a/".to_owned(), 12)]);
        assert_eq!(
            whole(&[("a/b/", 12, false), ("a/c/", 20, false), ("z", 1, true)]),
            [("a/".to_owned(), 32)]
        );
        assert_eq!(
            whole(&[("a/b/", 12, false), ("a/c/", 20, false), ("a/x", 1, true)]),
            [("a/c/".to_owned(), 20), ("a/b/".to_owned(), 12)]
        );
        assert_eq!(whole(&[("a/", 5, false), ("b/", 6, false)]), [(String::new(), 11)]);
        assert_eq!(whole(&[("a/", 9, false), ("b/", 1, true)]), []);
        assert_eq!(whole(&[]), []);
    }
}
