//! stderr: info, warnings, and progress. The only file that knows indicatif.

use std::io::{IsTerminal, Write};

/// Where everything goes that is not the result.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// Hides info lines and bars; warnings and errors stay.
    pub quiet: bool,
    /// Whether progress may be a bar (a terminal on stderr) or must be lines.
    pub terminal: bool,
    /// Whether escapes may be written.
    pub color: bool,
    /// How often `--verbose` was given.
    pub verbose: u8,
}

impl Console {
    /// A console for stderr as it is.
    #[must_use]
    pub fn new(quiet: bool, color: bool, verbose: u8) -> Self {
        Self { quiet, terminal: std::io::stderr().is_terminal(), color, verbose }
    }

    /// `info:    …`, hidden by `--quiet`.
    pub fn info(&self, text: impl AsRef<str>) {
        if !self.quiet {
            self.line("info:    ", "2", text.as_ref());
        }
    }

    /// `warning: …`, never hidden.
    pub fn warn(&self, text: impl AsRef<str>) {
        self.line("warning: ", "33", text.as_ref());
    }

    /// `error:   …`, never hidden.
    pub fn error(&self, text: impl AsRef<str>) {
        self.line("error:   ", "31", text.as_ref());
    }

    /// A line as it is, without a prefix.
    pub fn plain(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stderr().lock(), "{}", clean(text.as_ref()));
    }

    fn line(&self, prefix: &str, color: &str, text: &str) {
        let text = clean(text);
        // A closed stderr is no reason to fail.
        let _ = if self.color {
            writeln!(std::io::stderr().lock(), "\x1b[{color}m{prefix}\x1b[0m{text}")
        } else {
            writeln!(std::io::stderr().lock(), "{prefix}{text}")
        };
    }
}

/// Control bytes of a server never reach a terminal: all but LF and TAB become U+FFFD.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
