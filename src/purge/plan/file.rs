//! A plan as a file: one JSON object, compact, with a digest of all that stands before it.

use super::{Part, Plan};
use crate::{
    error::{Error, Result},
    purge::{Items, Selector},
};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::io;

/// What this program writes and reads.
pub(super) const VERSION: u32 = 1;

/// The digest covers all that stands before it, in this order, without blanks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    version: u32,
    provider: String,
    account: String,
    batches: Vec<FileBatch>,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileBatch {
    target: String,
    selector: Selector,
    soft: bool,
    items: Vec<String>,
}

/// The same, written without a copy of what it holds.
#[derive(Serialize)]
pub(super) struct Written<'p> {
    version: u32,
    provider: &'p str,
    account: &'p str,
    batches: Batches<'p>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

struct Batches<'p>(&'p Plan);

impl Serialize for Batches<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.batches().map(|batch| WrittenBatch {
            target: batch.target,
            selector: batch.selector,
            soft: batch.soft,
            items: batch.items,
        }))
    }
}

#[derive(Serialize)]
struct WrittenBatch<'p> {
    target: &'p str,
    selector: Selector,
    soft: bool,
    items: Items<'p>,
}

/// Hashes what is written to it.
struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The digest of what is written.
pub(super) fn digest(written: &impl Serialize) -> String {
    let mut hash = io::BufWriter::new(Hashing(Sha256::new()));
    serde_json::to_writer(&mut hash, written).expect("a plan is plain data");
    let hash = hash.into_inner().map_err(|_| ()).expect("hashing does not fail");
    format!("sha256:{}", hex::encode(hash.0.finalize()))
}

/// The refusal of a plan file.
pub(super) fn wrong(what: &str) -> Error {
    Error::Data(format!("the plan {what}; make it again with `stratos purge plan`"))
}

/// Reads the JSON of a plan of this version.
pub(super) fn parsed<'t, F: Deserialize<'t>>(text: &'t str, version: fn(&F) -> u32) -> Result<F> {
    let file: F = serde_json::from_str(text).map_err(|error| wrong(&format!("cannot be read ({error})")))?;
    match version(&file) {
        VERSION => Ok(file),
        other => Err(wrong(&format!("is of version {other}, and this program reads version {VERSION}"))),
    }
}

impl Plan {
    /// As a file, compact, with its digest.
    pub fn write(&self, to: impl io::Write) -> io::Result<()> {
        Ok(serde_json::to_writer(to, &self.written())?)
    }

    /// As [`Plan::write`], for a plan that is to be looked into.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.written()).expect("a plan is plain data")
    }

    /// What a person approves: it changes with every byte that would be sent.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.undigested())
    }

    pub(super) fn written(&self) -> Written<'_> {
        Written { digest: Some(self.digest()), ..self.undigested() }
    }

    fn undigested(&self) -> Written<'_> {
        let (provider, account) = (self.provider.as_str(), self.account.as_str());
        Written { version: VERSION, provider, account, batches: Batches(self), digest: None }
    }

    /// Reads a plan file. An empty batch is refused, whatever the digest says: it could be taken
    /// for everything. So is a plan that was changed after it was made.
    pub fn load(text: &str) -> Result<Self> {
        Self::of_file(parsed(text, |file: &File| file.version)?)
    }

    pub(super) fn of_file(file: File) -> Result<Self> {
        let mut plan = Self {
            provider: file.provider,
            account: file.account,
            duplicates: 0,
            items: vec![],
            parts: vec![],
        };
        for (index, batch) in file.batches.into_iter().enumerate() {
            if batch.items.is_empty() {
                return Err(wrong(&format!("has nothing in its batch {}", index + 1)));
            }
            let from = plan.items.len();
            plan.items.extend(batch.items);
            let items = from..plan.items.len();
            plan.parts.push(Part {
                target: batch.target.into(),
                selector: batch.selector,
                soft: batch.soft,
                items,
            });
        }
        if file.digest != plan.digest() && !planted!("edited-plan-is-sent") {
            return Err(wrong("was changed after it was made: its digest does not match"));
        }
        Ok(plan)
    }
}
