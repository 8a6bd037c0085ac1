//! `stratos signed rotate status`: the ring, and what comes next for each key.

use super::{day, ring_of};
use crate::{
    context::Context,
    error::Result,
    profile::{RingKey, Standing, shown},
    report::{Report, Rows},
};
use serde_json::{Value, json};
use std::rc::Rc;

/// The ring as it stands.
pub struct Ring {
    profile: Rc<crate::profile::Profile>,
    keys: Vec<RingKey>,
    now: u64,
}

/// Reads the ring; no secret is looked up.
pub fn run(cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
    let (profile, now) = (cx.profile()?, cx.now()?);
    let keys = ring_of(&profile);
    if keys.is_empty() {
        cx.console.info(format!(
            "profile {} names no signing key; put one into its ring: stratos signed rotate add ID --key REF",
            profile.name
        ));
    }
    if cx.env.get("SIGNED_URL_SECRET").is_some() && profile.scheme.value.starts_with("cloudcdn") {
        cx.console.warn("SIGNED_URL_SECRET is set, so it signs and verifies here, and not the ring");
    }
    Ok(Box::new(Ring { profile, keys, now }))
}

impl Ring {
    /// What comes next, in a few words.
    fn next(&self, key: &RingKey) -> String {
        let after = |what: &str, date: u64| match date > self.now {
            true => format!("{what} after {}", day(date)),
            false => format!("{what} now"),
        };
        match (key.standing, key.promote_after, key.retire_after) {
            (Standing::Current, ..) => "signs".into(),
            (Standing::Retired, ..) => "take it from the edge".into(),
            (Standing::Accepted, _, Some(date)) => after("retire", date),
            (Standing::Accepted, Some(date), None) => after("promote", date),
            (Standing::Accepted, None, None) => "promote it, or retire it on a census".into(),
        }
    }

    fn object(&self, key: &RingKey) -> Value {
        json!({
            "id": Some(&key.id).filter(|id| !id.is_empty()),
            "key": shown(&key.reference, self.profile.literals),
            "state": key.standing.name(),
            "created": key.created,
            "since": key.since,
            "promote_after": key.promote_after,
            "retire_after": key.retire_after,
            "longest_seconds": key.longest,
            "next": self.next(key),
        })
    }
}

impl Report for Ring {
    fn value(&self) -> Value {
        let keys: Vec<Value> = self.keys.iter().map(|key| self.object(key)).collect();
        json!({ "profile": self.profile.name, "scheme": self.profile.scheme.value, "keys": keys })
    }

    fn lines(&self) -> Value {
        self.keys.iter().map(|key| self.object(key)).collect()
    }

    fn sheet(&self) -> Value {
        self.lines()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |key: &RingKey| {
            let id = if key.id.is_empty() { "(no id)".into() } else { key.id.clone() };
            let reference = shown(&key.reference, self.profile.literals);
            vec![id, key.standing.name().to_owned(), reference, self.next(key)]
        };
        Some(Rows { columns: vec!["ID", "STATE", "KEY", "NEXT"], rows: self.keys.iter().map(row).collect() })
    }
}
