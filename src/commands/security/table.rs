//! SECURITY.md's posture table, read: `| capability | state | evidence | fault |`.

use std::borrow::Cow;

/// What a state promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum State {
    /// Each test named fails under the planted fault
    Enforced,
    /// Built and tested, without that link
    Shipped,
    /// Works, its shape may change
    Beta,
    /// Some of it, and what is missing is said
    Partial,
}

impl State {
    /// As the table has it, in lower case and without its stars.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforced => "enforced",
            Self::Shipped => "shipped",
            Self::Beta => "beta",
            Self::Partial => "partial",
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'t> {
    /// Its line in the document, from one.
    pub line: usize,
    /// What is promised.
    pub capability: Cow<'t, str>,
    /// How far.
    pub state: State,
    /// The tests that prove it, as `file::name`, or what is missing.
    pub evidence: Cow<'t, str>,
    /// The planted faults: one for all tests, or one for each in their order.
    pub faults: Vec<&'t str>,
}

impl<'t> Row<'t> {
    fn of(line: usize, text: &'t str) -> Option<Self> {
        let mut cells = text.strip_prefix("| ")?.split('|').map(str::trim);
        let [capability, state, evidence] = [cells.next()?, cells.next()?, cells.next()?];
        let state = [State::Enforced, State::Shipped, State::Beta, State::Partial]
            .into_iter()
            .find(|known| state.trim_matches('*').eq_ignore_ascii_case(known.name()))?;
        let faults = cells.next().map(ticked).unwrap_or_default();
        Some(Self { line, capability: plain(capability), state, evidence: plain(evidence), faults })
    }

    /// The tests that an enforced line names, each with its fault; `None` is a test whose fault is not named.
    #[must_use]
    pub fn tests(&self) -> Vec<(&str, Option<&'t str>)> {
        let fault = |at| match self.faults.as_slice() {
            [one] => Some(*one),
            each => each.get(at).copied(),
        };
        let names =
            self.evidence.split(", ").filter(|name| self.state == State::Enforced && !name.is_empty());
        names.enumerate().map(|(at, name)| (name, fault(at))).collect()
    }
}

/// The lines of a document's posture table.
#[must_use]
pub fn rows(document: &str) -> Vec<Row<'_>> {
    document.lines().enumerate().filter_map(|(at, line)| Row::of(at + 1, line)).collect()
}

/// Markdown's code marks taken off.
fn plain(cell: &str) -> Cow<'_, str> {
    if cell.contains('`') { Cow::Owned(cell.replace('`', "")) } else { Cow::Borrowed(cell) }
}

/// What stands in code marks.
fn ticked(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# Security\n| capability | state | proved by | fault |\n| --- | --- | --- | --- |\n\
        | `--everything` needs a yes | *Enforced* | `a.rs::x`, `b.rs::y` | `one` |\n\
        | two faults | *Enforced* | `a.rs::x`, `b.rs::y` | `one`, `two` |\n\
        | ports | *Partial* | not run, yet | |\n";

    #[test]
    fn lines_are_read_without_their_marks() {
        let rows = rows(DOCUMENT);
        let read: Vec<_> = rows.iter().map(|row| (row.line, row.capability.as_ref(), row.state)).collect();
        let expected = [
            (4, "--everything needs a yes", State::Enforced),
            (5, "two faults", State::Enforced),
            (6, "ports", State::Partial),
        ];
        assert_eq!(read, expected);
        assert_eq!(rows[2].evidence, "not run, yet");
    }

    #[test]
    fn one_fault_is_for_all_tests_and_more_are_one_for_each() {
        let rows = rows(DOCUMENT);
        assert_eq!(rows[0].tests(), [("a.rs::x", Some("one")), ("b.rs::y", Some("one"))]);
        assert_eq!(rows[1].tests(), [("a.rs::x", Some("one")), ("b.rs::y", Some("two"))]);
        assert!(rows[2].tests().is_empty(), "only an enforced line names tests");
    }
}
