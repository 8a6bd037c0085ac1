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

/// The URLs in the order given; `-` stands for stdin, wherever it stands. Never empty.
pub fn urls(given: &[String], stdin: bool, file: Option<&Path>, cx: &mut Context<'_>) -> Result<Vec<String>> {
    let stdin = stdin || given.iter().any(|url| url == "-");
    let mut urls: Vec<String> = given.iter().filter(|url| *url != "-").cloned().collect();
    if let Some(path) = file {
        let shown = path.display().to_string();
        let opened = File::open(path).map_err(|error| unopened(&shown, &error))?;
        read(&mut BufReader::new(opened), &shown, &mut urls)?;
    }
    if stdin {
        cx.claim_stdin("the list of URLs")?;
        read(cx.input, "stdin", &mut urls)?;
    }
    if urls.is_empty() {
        let place = if stdin { "stdin" } else { "the file" };
        return Err(Error::Usage(format!("there is no URL on {place}; {NOTHING}")));
    }
    Ok(urls)
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
fn read(from: &mut dyn BufRead, place: &str, urls: &mut Vec<String>) -> Result<()> {
    let mut line = Vec::new();
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
            urls.push(text.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &[u8]) -> Result<Vec<String>> {
        let mut urls = Vec::new();
        read(&mut &*text, "stdin", &mut urls).map(|()| urls)
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
