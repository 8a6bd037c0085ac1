//! Verdicts as they are shown: JSON, a line each, or a few words for one.

use super::{records::cell, stream::Told, times};
use crate::{
    progress::clean,
    report::{Page, Report, Rows, Style},
    sign::{
        Claim, Verdict,
        text::{Append, any_byte},
    },
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};
use std::{borrow::Cow, io};

/// What every verdict but `valid` exits with.
pub const BAD: u8 = 65;

/// The columns of a verdict.
pub const COLUMNS: &[&str] = &["verdict", "url", "scheme", "expires", "seconds"];

/// A verdict and what belongs to it.
pub struct Checked<'u> {
    /// As it was given.
    pub url: Cow<'u, str>,
    /// The scheme in force.
    pub scheme: &'static str,
    /// What the edge should say.
    pub verdict: Verdict,
    /// When it ends, where the signature vouches for it.
    pub expires: Option<u64>,
    /// When it begins, likewise.
    pub not_before: Option<u64>,
}

impl Serialize for Checked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        map.serialize_entry("url", &self.url)?;
        map.serialize_entry("scheme", self.scheme)?;
        for (name, time) in [("expires", self.expires), ("not_before", self.not_before)] {
            time.map_or(Ok(()), |seconds| map.serialize_entry(name, &seconds))?;
        }
        match &self.verdict {
            Verdict::Valid { unchecked, .. } => {
                let names: Vec<&str> = unchecked.iter().map(|claim| claim.name()).collect();
                map.serialize_entry("unchecked", &names)?;
            }
            Verdict::Expired { seconds } | Verdict::NotYetValid { seconds } => {
                map.serialize_entry("seconds", seconds)?;
            }
            Verdict::Refused(claim) => map.serialize_entry("claim", claim.name())?,
            Verdict::Malformed(part) => map.serialize_entry("part", part)?,
            Verdict::Mismatch | Verdict::UnknownKey => {}
        }
        map.end()
    }
}

impl Checked<'_> {
    /// Whether the signature is one of the keys', whatever it is good for.
    pub const fn vouched(&self) -> bool {
        !matches!(self.verdict, Verdict::Mismatch | Verdict::UnknownKey | Verdict::Malformed(_))
    }

    /// With a URL of its own.
    pub fn owned(self) -> Checked<'static> {
        Checked { url: Cow::Owned(self.url.into_owned()), ..self }
    }

    fn value(&self) -> Value {
        serde_json::to_value(self).expect("texts and numbers are JSON")
    }

    fn cells(&self) -> Vec<String> {
        let members = self.members();
        COLUMNS.iter().map(|name| members.get(*name).map(cell).unwrap_or_default()).collect()
    }

    /// What the verdict means here, in a few words.
    fn meaning(&self, now: u64) -> Option<String> {
        let expires = self.expires;
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

impl Told for Checked<'_> {
    fn members(&self) -> Map<String, Value> {
        match self.value() {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// Verdict and URL, the verdicts as wide as the widest.
    fn row(&self) -> String {
        clean(&format!("{:<18}  {}", self.verdict.word(), self.url))
    }

    /// What serde writes, without asking it where the verdict is good: nearly all are.
    fn json(&self, out: &mut Vec<u8>) {
        let escaped = |byte: u8| (byte < b' ') | (byte == b'"') | (byte == b'\\');
        match &self.verdict {
            Verdict::Valid { unchecked, .. }
                if unchecked.is_empty() && !any_byte(self.url.as_bytes(), escaped) =>
            {
                out.text("{\"verdict\":\"valid\",\"url\":\"").text(&self.url);
                out.text("\",\"scheme\":\"").text(self.scheme).text("\"");
                for (name, time) in [(",\"expires\":", self.expires), (",\"not_before\":", self.not_before)] {
                    time.iter().for_each(|seconds| _ = out.text(name).decimal(*seconds));
                }
                out.text(",\"unchecked\":[]}");
            }
            _ => serde_json::to_writer(out, self).expect("memory takes every text"),
        }
    }
}

/// The verdicts on arguments.
pub struct Verdicts {
    /// In the order of the arguments.
    pub all: Vec<Checked<'static>>,
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
        Some(Rows { columns: COLUMNS.to_vec(), rows: self.all.iter().map(Checked::cells).collect() })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_verdict_is_written_as_serde_writes_it() {
        let valid = |unchecked| Verdict::Valid { expires: Some(9), unchecked };
        for url in ["", "https://h/a?b=c&d", "/é", "a\"b", "a\\b", "a\tb", "/a\u{7f}", &"x".repeat(40)] {
            for verdict in [valid(Vec::new()), valid(vec![Claim::Ip]), Verdict::Mismatch] {
                for (expires, not_before) in [(None, None), (Some(9), None), (Some(10_000_000_000), Some(0))]
                {
                    let (url, verdict) = (Cow::Borrowed(url), verdict.clone());
                    let checked = Checked { url, scheme: "s", verdict, expires, not_before };
                    let mut written = Vec::new();
                    checked.json(&mut written);
                    let wanted = serde_json::to_string(&checked).unwrap();
                    assert_eq!(String::from_utf8(written).unwrap(), wanted);
                }
            }
        }
    }
}
