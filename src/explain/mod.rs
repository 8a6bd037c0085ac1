//! What errors mean, ours and the CDNs': tables, and the reader of a pasted response. No I/O.

mod causes;
mod codes;
mod findings;
mod headers;
mod proofs;
mod purging;
mod releases;
pub mod response;
mod statuses;
mod types;
mod vendors;
mod verdicts;

pub use headers::{Cache, Said, said};
use serde_json::{Value, json};

/// Which table a topic stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// An exit code of this program (sysexits).
    ExitCode,
    /// An HTTP status, or a class of them.
    Status,
    /// An error type of the envelope.
    ErrorType,
    /// A verdict of `signed verify`, or of `verify` on a file.
    Verdict,
    /// A cause that `signed doctor` names.
    Cause,
    /// A finding of `signed audit`.
    Finding,
    /// Why `purge --prove` finds an edge that is not fresh.
    Proof,
    /// A word of purging: states, layers, journals.
    Purging,
    /// An error code of a vendor's own answers.
    Vendor(&'static str),
}

/// One thing that can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// What one looks it up by: `65`, `429`, `rate_limited`, `expired`, `SignatureDoesNotMatch`.
    pub code: &'static str,
    /// Its name: `EX_DATAERR`, `Too Many Requests`.
    pub name: &'static str,
    /// Other spellings, in lower case.
    pub aliases: &'static [&'static str],
    /// Why it happens.
    pub cause: &'static str,
    /// What to do, the likeliest first.
    pub fix: &'static [&'static str],
    /// Its table.
    pub family: Family,
}

impl Topic {
    /// `{code, name, cause, fix}`, the Node CLI's shape, and the vendor where there is one.
    #[must_use]
    pub fn value(&self) -> Value {
        let mut value = json!({ "code": self.code, "name": self.name, "cause": self.cause, "fix": self.fix });
        if let Family::Vendor(vendor) = self.family {
            value["vendor"] = vendor.into();
        }
        value
    }

    fn answers_to(&self, subject: &str) -> bool {
        self.code.eq_ignore_ascii_case(subject)
            || self.name.eq_ignore_ascii_case(subject)
            || self.aliases.contains(&subject.to_ascii_lowercase().as_str())
    }
}

/// Every topic: exit codes, statuses, error types, verdicts on links and files, causes, findings, reasons, words of purging, vendors' codes.
pub fn all() -> impl Iterator<Item = Topic> {
    let own = codes::CODES.iter().chain(statuses::STATUSES).copied();
    own.chain(types::topics())
        .chain(
            verdicts::VERDICTS
                .iter()
                .chain(releases::RELEASES)
                .chain(causes::CAUSES)
                .chain(findings::FINDINGS)
                .chain(proofs::PROOFS)
                .chain(purging::WORDS)
                .copied(),
        )
        .chain(vendors::topics())
}

/// The topics that a word means. Numbers below 200 are exit codes, the rest HTTP statuses; a vendor's
/// code may be narrowed as `vendor:code`. Several vendors may share a code.
#[must_use]
pub fn find(subject: &str) -> Vec<Topic> {
    let subject = subject.trim();
    if let Some((vendor, code)) = subject.split_once(':') {
        let of_vendor = |topic: &Topic| {
            matches!(topic.family, Family::Vendor(name) if name.eq_ignore_ascii_case(vendor))
                && topic.answers_to(code)
        };
        return vendors::topics().filter(of_vendor).collect();
    }
    let mut found: Vec<Topic> = all().filter(|topic| topic.answers_to(subject)).collect();
    // An exact family beats a vendor's word: `explain expired` is the verdict.
    if found.iter().any(|topic| !matches!(topic.family, Family::Vendor(_))) {
        found.truncate(1);
    }
    found
}

/// The topic of an HTTP status, or of its class.
#[must_use]
pub fn status(status: u16) -> Option<Topic> {
    let (code, class) = (status.to_string(), format!("{}xx", status / 100));
    let by = |code: &str| statuses::STATUSES.iter().find(|topic| topic.code == code).copied();
    by(&code).or_else(|| by(&class))
}

/// The codes to offer when nothing is known of a word: the numbers, then the nearest spellings.
#[must_use]
pub fn suggestions(subject: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let numbers = codes::CODES.iter().chain(statuses::STATUSES).map(|topic| topic.code);
    let numbers = numbers.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).collect();
    let subject = subject.to_ascii_lowercase();
    let words = all().map(|topic| topic.code).filter(|code| !code.as_bytes()[0].is_ascii_digit());
    // Three steps apart at most, so in length too: a long word costs nothing.
    let length = subject.chars().count();
    let words = words.filter(|word| subject.len() > 3 && word.len().abs_diff(length) <= 3);
    let near = words.filter(|word| strsim::levenshtein(&subject, &word.to_ascii_lowercase()) <= 3);
    (numbers, near.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use std::collections::HashMap;

    #[test]
    fn every_topic_has_a_cause_and_a_fix_of_its_own() {
        let (mut causes, mut fixes) = (HashMap::new(), HashMap::new());
        for topic in all() {
            assert!(topic.cause.len() > 20, "{}: no cause", topic.code);
            assert!(topic.cause.ends_with('.'), "{}: the cause is no sentence", topic.code);
            assert!(!topic.fix.is_empty(), "{}: no fix", topic.code);
            let other = causes.insert(topic.cause, topic.code);
            assert!(other.is_none(), "{} and {} share a cause", topic.code, other.unwrap_or_default());
            let other = fixes.insert(topic.fix, topic.code);
            assert!(other.is_none(), "{} and {} share a fix", topic.code, other.unwrap_or_default());
        }
    }

    #[test]
    fn every_type_exit_code_verdict_and_class_is_known() {
        for kind in Kind::ALL {
            let facts = kind.facts();
            assert_eq!(find(facts.name).len(), 1, "{}", facts.name);
            assert_eq!(find(&facts.exit.to_string()).len(), 1, "exit {}", facts.exit);
        }
        for code in [0, 64, 65, 66, 69, 70, 73, 74, 75, 77, 78, 130, 143] {
            assert!(
                matches!(find(&code.to_string())[..], [Topic { family: Family::ExitCode, .. }]),
                "exit {code}"
            );
        }
        for verdict in crate::sign::Verdict::WORDS.iter().chain(&crate::release::Distrust::WORDS) {
            assert_eq!(find(verdict)[0].family, Family::Verdict, "{verdict}");
        }
        for class in ["1xx", "2xx", "3xx", "4xx", "5xx"] {
            assert_eq!(find(class)[0].family, Family::Status, "{class}");
        }
    }

    #[test]
    fn the_node_cli_aliases_are_kept() {
        for (alias, code) in [
            ("EX_TEMPFAIL", "75"),
            ("ok", "0"),
            ("USAGE", "64"),
            ("unavailable", "69"),
            ("Software", "70"),
            ("TEMPFAIL", "75"),
            ("NOPERM", "77"),
            ("PERM", "77"),
            ("CONFIG", "78"),
        ] {
            assert_eq!(find(alias)[0].code, code, "{alias}");
        }
    }

    #[test]
    fn a_status_without_a_row_falls_back_to_its_class() {
        assert_eq!(status(418).map(|topic| topic.code), Some("4xx"));
        assert_eq!(status(429).map(|topic| topic.code), Some("429"));
        assert!(find("418").is_empty());
    }

    #[test]
    fn a_vendor_narrows_a_shared_code() {
        assert!(find("AccessDenied").len() > 1);
        assert_eq!(find("s3:accessdenied").len(), 1);
        assert!(find("nobody:AccessDenied").is_empty());
    }
}
