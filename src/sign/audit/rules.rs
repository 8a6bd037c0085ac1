//! What an audit finds fault with: one row each.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Weaker than it need be.
    Warning,
    /// Wrong, or open to more than it should be.
    Error,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// Its name in flags, text and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One fault.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its stable name, which `explain` knows too.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What to do.
    pub fix: &'static str,
}

const fn error(id: &'static str, fix: &'static str) -> Rule {
    Rule { id, severity: Severity::Error, fix }
}

const fn warning(id: &'static str, fix: &'static str) -> Rule {
    Rule { id, severity: Severity::Warning, fix }
}

const fn note(id: &'static str, fix: &'static str) -> Rule {
    Rule { id, severity: Severity::Note, fix }
}

/// Every fault, the order of a link's findings.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    error("link.malformed", "Take the link whole from where it was minted."),
    warning("link.unsigned", "Sign it, or name its scheme with --scheme and --param."),
    note("link.unread", "Pass what it signs: --method, --ip, --header or --param."),
    error("query.reserved-twice", "Leave one of them: servers differ on which they read."),
    error("scope.whole-host", "Sign a folder or the URL itself instead."),
    error("life.too-long", "Mint it with a shorter --ttl, when it is needed."),
    error("life.no-end", "Mint it with --ttl."),
    error("life.outlives-credentials", "Mint it to end before they do, or with credentials that last."),
    note("life.temporary-credentials", "Count on the earlier of the two ends; name theirs with --credentials-until."),
    error("time.milliseconds", "Divide the time by 1000 before signing."),
    error("time.expired", "Mint a new link, or take this one out of the list."),
    note("time.not-yet-valid", "Hand it out when its time has come."),
    warning("hash.weak", "Keep its life short; its scheme has no stronger digest."),
    warning("query.unsigned", "Sign the URL with all its parameters, or leave these out."),
    warning("url.http", "Write https://: over http anybody on the way can copy the link and use it."),
    error("secret.in-url", "Take it out of the link and replace it: URLs end up in logs."),
    warning("signature.repeated", "Leave it only where its scheme writes it."),
    warning("signature.shared", "Sign each path by itself, or with a prefix that says what is meant."),
];

/// The row of that id.
#[must_use]
pub fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).expect("a rule is named by an id of the table")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_their_own_and_fixes_are_sentences() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(RULES[at + 1..].iter().all(|other| other.id != rule.id), "{}", rule.id);
            assert!(rule.fix.ends_with('.'), "{}", rule.id);
        }
        assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Note);
    }
}
