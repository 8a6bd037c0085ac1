//! Verdicts on files as they are shown: JSON, a line each, or a few words for one.

use super::file::Judged;
use crate::{
    error::{Error, Kind},
    progress::clean,
    release::{Key, KeyId, build},
    report::{Page, Report, Rows, wrapped},
};
use serde_json::{Value, json};
use std::{cell::Cell, io, path::PathBuf};

/// What is printed.
pub enum Verified {
    /// Files, in the order in which they were named.
    Files(Vec<Judged>),
    /// The running binary.
    Own(Box<Own>),
}

/// The running binary.
pub struct Own {
    /// Its file.
    pub binary: PathBuf,
    /// Whom it trusts, and why.
    pub keys: Vec<(KeyId, &'static str)>,
    /// The verdict, where something to check it against was found.
    pub judged: Option<Judged>,
    /// Why there is none.
    pub lack: Cell<Option<Error>>,
}

const COLUMNS: &[&str] = &["verdict", "file", "by", "version", "key_id", "reason"];

impl Judged {
    fn word(&self) -> &'static str {
        self.verdict.as_ref().map_or_else(crate::release::Distrust::word, |()| "valid")
    }

    fn value(&self) -> Value {
        json!({
            "verdict": self.word(),
            "file": self.file,
            "by": self.by,
            "version": self.version.as_ref().map(ToString::to_string),
            "key_id": self.key.map(|(id, _)| id.to_string()),
            "key": self.key.map(|(_, role)| role),
            "manifest": self.manifest,
            "size": self.sum.map(|sum| sum.size),
            "sha256": self.sum.map(|sum| sum.sha256.to_string()),
            "reason": self.reason,
            "warnings": self.warnings,
        })
    }

    fn cells(&self) -> Vec<String> {
        let value = self.value();
        COLUMNS.iter().map(|name| value[name].as_str().unwrap_or_default().to_owned()).collect()
    }

    const fn is_valid(&self) -> bool {
        self.verdict.is_ok()
    }

    fn exit(&self) -> u8 {
        if self.is_valid() { 0 } else { Kind::UntrustedRelease.facts().exit }
    }

    fn painted(&self, page: &Page<'_>, padded: usize) -> String {
        let color = if self.is_valid() { "32" } else { "31" };
        page.painted(color, &format!("{:<padded$}", self.word()))
    }

    /// What the verdict rests on, in words.
    fn grounds(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match (self.by, &self.version) {
            (Some("sha256"), _) => {
                lines.push("has the SHA-256 that you named; no signature was looked at".to_owned())
            }
            (_, Some(version)) => lines.push(format!("belongs to stratos {version}")),
            _ => {}
        }
        if let Some((id, role)) = self.key {
            let whose = match role {
                Key::NAMED => "the key that you named".to_owned(),
                role => format!("the {role} key of this build"),
            };
            lines.push(format!("signed by {id}, {whose}"));
        }
        let listed = self.manifest.as_ref().map(|manifest| match self.by {
            Some("manifest and signature") => format!("listed in {manifest}, and signed itself"),
            _ => format!("listed in {manifest}"),
        });
        lines.extend(listed);
        if let Some(sum) = self.sum {
            lines.extend([format!("{} bytes, SHA-256", sum.size), sum.sha256.to_string()]);
        }
        lines
    }

    fn whole(&self, page: &mut Page<'_>) -> io::Result<()> {
        let word = self.painted(page, 0);
        writeln!(page.out, "{word}")?;
        if let Some(reason) = &self.reason {
            wrapped(page, "  ", "  ", &clean(reason))?;
            return writeln!(page.out, "  do not use it; `stratos explain {}` says more", self.word());
        }
        writeln!(page.out, "  {}", clean(&self.file))?;
        self.grounds().iter().try_for_each(|line| wrapped(page, "  ", "  ", &clean(line)))
    }

    fn line(&self, page: &mut Page<'_>) -> io::Result<()> {
        let word = self.painted(page, 18);
        writeln!(page.out, "{word}  {}", clean(&self.file))?;
        match &self.reason {
            Some(reason) => wrapped(page, "    ", "    ", &clean(reason)),
            None => Ok(()),
        }
    }
}

impl Own {
    fn value(&self) -> Value {
        let mut value = match &self.judged {
            Some(judged) => judged.value(),
            None => json!({ "verdict": null, "file": self.binary.display().to_string() }),
        };
        value["build"] = build::facts();
        value["label"] = build::label().into();
        let key = |(id, role): &(KeyId, &str)| json!({ "id": id.to_string(), "role": role });
        value["keys"] = self.keys.iter().map(key).collect();
        value
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let facts = build::facts();
        let features: Vec<&str> =
            facts["features"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let keys: Vec<String> = self.keys.iter().map(|(id, role)| format!("{id} ({role})")).collect();
        let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
        let rows = [
            ("version", build::VERSION.to_owned()),
            ("commit", build::COMMIT.unwrap_or("not said by its builder").to_owned()),
            ("label", build::label()),
            ("features", or(features.join(", "), "none")),
            ("keys", or(keys.join(", "), "none: this build trusts no release")),
            ("file", self.binary.display().to_string()),
        ];
        for (name, text) in rows {
            let name = page.bold(&format!("{name:<10}"));
            wrapped(page, &name, "          ", &clean(&text))?;
        }
        self.judged.as_ref().map_or(Ok(()), |judged| judged.whole(page))
    }
}

impl Report for Verified {
    fn value(&self) -> Value {
        match self {
            Self::Own(own) => own.value(),
            Self::Files(judged) => match judged.as_slice() {
                [one] => one.value(),
                several => several.iter().map(Judged::value).collect(),
            },
        }
    }

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match self {
            Self::Own(own) => own.human(page),
            Self::Files(judged) => match judged.as_slice() {
                [one] => one.whole(page),
                several => several.iter().try_for_each(|judged| judged.line(page)),
            },
        }
    }

    fn rows(&self) -> Option<Rows> {
        let Self::Files(judged) = self else { return None };
        Some(Rows { columns: COLUMNS.to_vec(), rows: judged.iter().map(Judged::cells).collect() })
    }

    fn exit(&self) -> u8 {
        match self {
            Self::Own(own) => own.judged.as_ref().map_or(0, Judged::exit),
            Self::Files(judged) => judged.iter().map(Judged::exit).max().unwrap_or(0),
        }
    }

    fn failure(&self) -> Option<Error> {
        match self {
            Self::Own(own) => own.lack.take(),
            Self::Files(_) => None,
        }
    }
}
