//! Verdicts as they are shown: JSON, a line each, or a few words for one.

use super::{bulk::csv_line, times};
use crate::{
    options::Format,
    progress::clean,
    report::{Page, Report, Rows, Style},
    sign::{Claim, Verdict},
};
use serde_json::{Map, Value, json};
use std::io;

/// What every verdict but `valid` exits with.
pub const BAD: u8 = 65;

/// A verdict and what belongs to it.
pub struct Checked {
    /// As it was given.
    pub url: String,
    /// The scheme in force.
    pub scheme: &'static str,
    /// What the edge should say.
    pub verdict: Verdict,
    /// Claims that the signature vouches for.
    pub facts: Map<String, Value>,
}

impl Checked {
    fn value(&self) -> Value {
        let mut value = Map::new();
        value.insert("verdict".into(), self.verdict.word().into());
        value.insert("url".into(), self.url.as_str().into());
        value.insert("scheme".into(), self.scheme.into());
        value.extend(self.facts.clone());
        match &self.verdict {
            Verdict::Valid { unchecked, .. } => {
                let names: Vec<&str> = unchecked.iter().map(|claim| claim.name()).collect();
                value.insert("unchecked".into(), json!(names));
            }
            Verdict::Expired { seconds } | Verdict::NotYetValid { seconds } => {
                value.insert("seconds".into(), (*seconds).into());
            }
            Verdict::Refused(claim) => {
                value.insert("claim".into(), claim.name().into());
            }
            Verdict::Malformed(part) => {
                value.insert("part".into(), (*part).into());
            }
            Verdict::Mismatch | Verdict::UnknownKey => {}
        }
        value.into()
    }

    fn cells(&self) -> Vec<String> {
        let value = self.value();
        let text = |name: &str| match value.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        ["verdict", "url", "scheme", "expires", "seconds"].map(text).into()
    }

    /// One line of a stream, without its end.
    pub fn line(&self, format: Format, out: &mut Vec<u8>) {
        match format {
            Format::Csv => {
                let cells = self.cells();
                csv_line(&cells.iter().map(String::as_str).collect::<Vec<_>>(), out);
            }
            Format::Table => out.extend_from_slice(self.row().as_bytes()),
            _ => out.extend_from_slice(self.value().to_string().as_bytes()),
        }
    }

    /// Verdict and URL, the verdicts as wide as the widest.
    fn row(&self) -> String {
        clean(&format!("{:<18}  {}", self.verdict.word(), self.url))
    }

    /// What the verdict means here, in a few words.
    fn meaning(&self, now: u64) -> Option<String> {
        let expires = self.facts.get("expires").and_then(Value::as_u64);
        let at = |seconds: u64| format!("{} ({seconds})", times::utc(seconds));
        Some(match &self.verdict {
            Verdict::Valid { .. } => {
                let expires = expires?;
                format!("until {}, for {} more", at(expires), times::spoken(expires.saturating_sub(now)))
            }
            Verdict::Expired { seconds } => match expires {
                Some(expires) => format!("since {}, {} ago", at(expires), times::spoken(*seconds)),
                None => format!("{} ago", times::spoken(*seconds)),
            },
            Verdict::NotYetValid { seconds } => format!("begins in {}", times::spoken(*seconds)),
            Verdict::Refused(Claim::Other) => "signed, but the edge refuses such a request".into(),
            Verdict::Refused(claim) => format!("signed, but not for this {}", claim.name()),
            Verdict::Mismatch => "another key, another scheme, or changed after signing".into(),
            Verdict::UnknownKey => "it names a key id that is not among these keys".into(),
            Verdict::Malformed(part) => format!("{part} is missing or not as {} writes it", self.scheme),
        })
    }
}

/// The verdicts on arguments.
pub struct Verdicts {
    /// In the order of the arguments.
    pub all: Vec<Checked>,
    /// The edge's time.
    pub now: u64,
}

impl Report for Verdicts {
    fn value(&self) -> Value {
        match self.all.as_slice() {
            [one] => one.value(),
            several => Value::Array(several.iter().map(Checked::value).collect()),
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let [one] = self.all.as_slice() else {
            return self.all.iter().try_for_each(|checked| writeln!(page.out, "{}", checked.row()));
        };
        let color = if one.verdict.is_valid() { "32" } else { "31" };
        writeln!(page.out, "{}", page.painted(color, one.verdict.word()))?;
        if let Some(meaning) = one.meaning(self.now) {
            writeln!(page.out, "  {}", clean(&meaning))?;
        }
        writeln!(page.out, "  scheme {}", one.scheme)?;
        if let Verdict::Valid { unchecked, .. } = &one.verdict {
            for claim in unchecked {
                let name = claim.name();
                let text = match claim {
                    Claim::Other => {
                        "  a claim of the scheme's own is signed and was not checked; see signed inspect"
                            .into()
                    }
                    _ => format!("  {name} is signed and was not checked; pass --{}", name.replace('_', "-")),
                };
                writeln!(page.out, "{text}")?;
            }
        }
        Ok(())
    }

    fn rows(&self) -> Option<Rows> {
        let columns = vec!["verdict", "url", "scheme", "expires", "seconds"];
        Some(Rows { columns, rows: self.all.iter().map(Checked::cells).collect() })
    }

    fn exit(&self) -> u8 {
        if self.all.iter().all(|checked| checked.verdict.is_valid()) { 0 } else { BAD }
    }
}

/// The report of a stream: everything has been written.
pub struct Streamed {
    /// 0 when every verdict was `valid`.
    pub exit: u8,
}

impl Report for Streamed {
    fn value(&self) -> Value {
        Value::Null
    }

    fn human(&self, _: &mut Page<'_>) -> io::Result<()> {
        Ok(())
    }

    fn style(&self) -> Style {
        Style::Text
    }

    fn exit(&self) -> u8 {
        self.exit
    }
}
