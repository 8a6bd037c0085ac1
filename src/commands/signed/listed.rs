//! A JSON array written line by line, so that a list of any length needs no memory.

use std::io::{self, Write};

/// Puts lines into an array, or passes them on as they are.
pub struct Listed<'o> {
    output: &'o mut (dyn Write + Send),
    array: bool,
    empty: bool,
    inside: bool,
}

impl<'o> Listed<'o> {
    /// Around stdout; `array` says whether there is to be one.
    pub fn new(output: &'o mut (dyn Write + Send), array: bool) -> Self {
        Self { output, array, empty: true, inside: false }
    }

    /// Closes the array.
    pub fn end(self) -> io::Result<()> {
        match (self.array, self.empty) {
            (false, _) => Ok(()),
            (true, true) => self.output.write_all(b"[]\n"),
            (true, false) => self.output.write_all(b"\n]\n"),
        }
    }
}

impl Write for Listed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.array {
            return self.output.write(bytes);
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if !self.inside {
                self.output.write_all(if self.empty { b"[\n" } else { b",\n" })?;
                self.empty = false;
            }
            let line = piece.strip_suffix(b"\n");
            self.output.write_all(line.unwrap_or(piece))?;
            self.inside = line.is_none();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(array: bool, pieces: &[&str]) -> String {
        let mut bytes = Vec::new();
        let mut listed = Listed::new(&mut bytes, array);
        pieces.iter().for_each(|piece| listed.write_all(piece.as_bytes()).unwrap());
        listed.end().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn lines_become_elements_wherever_they_are_cut() {
        assert_eq!(written(true, &["1\n2\n", "3", "4\n"]), "[\n1,\n2,\n34\n]\n");
        assert_eq!(written(true, &[]), "[]\n");
        assert_eq!(written(false, &["1\n2\n"]), "1\n2\n");
        assert_eq!(written(false, &[]), "");
    }
}
