//! Lists of URLs: arguments, then a file, then stdin.

use super::ask::NOTHING;
use crate::{
    context::Context,
    error::{Error, Result},
};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

/// No URL is longer; what is longer is not held.
const LONGEST: usize = 64 << 10;

/// URLs, and the lines that they stood on.
#[derive(Debug, Default)]
pub struct List {
    /// In the order given.
    pub urls: Vec<String>,
    /// Where they came from.
    pub lines: Lines,
}

/// The lines of a list: a row wherever the numbers do not simply go on, so that a million lines cost nothing.
#[derive(Debug, Default)]
pub struct Lines(Vec<(usize, String, u64)>);

impl Lines {
    /// `line 7 of stdin`, of the item with this index; nothing for one that was typed.
    pub fn of(&self, index: usize) -> Option<String> {
        let (first, place, line) = self.0.iter().rev().find(|(first, ..)| *first <= index)?;
        Some(format!("line {} of {place}", line + (index - first) as u64))
    }
}

/// The URLs in the order given; `-` stands for stdin, wherever it stands. Never empty.
pub fn urls(given: &[String], stdin: bool, file: Option<&Path>, cx: &mut Context<'_>) -> Result<List> {
    let stdin = stdin || given.iter().any(|url| url == "-");
    let typed = given.iter().filter(|url| *url != "-").cloned().collect();
    let mut list = List { urls: typed, ..List::default() };
    if let Some(path) = file {
        let shown = path.display().to_string();
        let opened = File::open(path).map_err(|error| unopened(&shown, &error))?;
        read(&mut BufReader::new(opened), &shown, &mut list)?;
    }
    if stdin {
        cx.claim_stdin("the list of URLs")?;
        read(cx.input, "stdin", &mut list)?;
    }
    if list.urls.is_empty() {
        let place = if stdin { "stdin" } else { "the file" };
        return Err(Error::Usage(format!("there is no URL on {place}; {NOTHING}")));
    }
    Ok(list)
}

fn unopened(path: &str, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => {
            Error::InputMissing(format!("{path} does not exist; name the list of URLs"))
        }
        _ => Error::Io(format!("cannot open {path}: {error}; check who may read it")),
    }
}

/// One URL a line, trimmed; blank lines and comments are skipped.
fn read(from: &mut dyn BufRead, place: &str, list: &mut List) -> Result<()> {
    let (mut line, mut last) = (Vec::new(), None);
    for number in 1_u64.. {
        line.clear();
        let read = from.take(LONGEST as u64 + 1).read_until(b'\n', &mut line);
        if read.map_err(|error| Error::Io(format!("cannot read {place}: {error}")))? == 0 {
            break;
        }
        if line.len() > LONGEST {
            return Err(Error::Data(format!(
                "line {number} of {place} is longer than any URL; check the list"
            )));
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            return Err(Error::Data(format!("line {number} of {place} is not UTF-8; percent-encode it")));
        };
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        if !text.is_empty() && !text.starts_with('#') {
            if last.replace(number) != Some(number - 1) {
                list.lines.0.push((list.urls.len(), place.to_owned(), number));
            }
            list.urls.push(text.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &[u8]) -> Result<Vec<String>> {
        let mut list = List::default();
        read(&mut &*text, "stdin", &mut list).map(|()| list.urls)
    }

    #[test]
    fn every_item_knows_its_line() {
        let mut list = List { urls: vec!["typed".into()], ..List::default() };
        read(&mut &b"\na\nb\n# c\n\nd"[..], "stdin", &mut list).unwrap();
        read(&mut &b"e\nf"[..], "more.txt", &mut list).unwrap();
        let lines: Vec<_> = (0..6).map(|index| list.lines.of(index).unwrap_or_default()).collect();
        let want = [
            "",
            "line 2 of stdin",
            "line 3 of stdin",
            "line 6 of stdin",
            "line 1 of more.txt",
            "line 2 of more.txt",
        ];
        assert_eq!(lines, want);
    }

    #[test]
    fn lines_are_trimmed_and_comments_and_blanks_skipped() {
        let text = b"# list\r\n  https://h/a \r\n\n\t\nhttps://h/b#c\n  # end\nhttps://h/d";
        assert_eq!(listed(text).unwrap(), ["https://h/a", "https://h/b#c", "https://h/d"]);
        assert!(listed(b"").unwrap().is_empty());
    }

    #[test]
    fn a_line_that_is_no_text_or_too_long_is_named() {
        let error = listed(b"https://h/a\nhttps://h/\xff\n").unwrap_err().to_string();
        assert!(error.contains("line 2 of stdin"), "{error}");
        let error = listed(&vec![b'a'; 10 << 20]).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
        assert!(listed(&[b"a".repeat(LONGEST - 1), b"\n".to_vec()].concat()).is_ok());
    }
}
