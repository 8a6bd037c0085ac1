//! `--check`: what in a manifest is unsigned, expired, or signed for too short a time. No key is used.

use super::{Desk, Order, redacted, weave::unmarked};
use crate::{
    commands::signed::{
        claims, times,
        verdict::BAD,
        visit::{Asking, Candidate, Scene, candidates, fitting},
    },
    context::Context,
    error::Result,
    playlist::{Address, Child, Manifest, origin},
    report::{Report, Rows},
    sign::{Inspection, Params},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A child that is not as it should be.
struct Finding {
    line: usize,
    kind: &'static str,
    state: &'static str,
    expires: Option<u64>,
    uri: String,
}

/// What was found.
struct Checked {
    findings: Vec<Finding>,
}

/// Looks at every child.
pub fn run(order: &Order, desk: &Desk, manifest: &Manifest, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
    let profile = cx.profile()?;
    let scene = Asking::default().scene(&profile, cx)?;
    let found = candidates(order.choice.scheme.as_deref(), &order.choice.params, &profile, cx)?;
    let mut eye = Eye {
        base: &desk.base,
        until: scene.now().saturating_add(manifest.seconds.unwrap_or(0)),
        scene: &scene,
        candidates: &found,
        last: 0,
        keys: BTreeSet::new(),
        ends: None,
    };
    let web = |child: &&Child| !matches!(Address::of(&child.targets[0]), Address::Other(_));
    let findings: Vec<Finding> =
        manifest.children.iter().filter(web).filter_map(|child| eye.look(child)).collect();
    let count = manifest.children.iter().filter(web).count();
    if eye.keys.len() > 1 {
        let keys: Vec<_> = eye.keys.iter().map(|key| crate::progress::clean(key)).collect();
        cx.console.warn(format!(
            "signed with {} keys ({}); the links fail in part when one of them is withdrawn",
            keys.len(),
            super::few(&keys)
        ));
    }
    let ends = eye.ends.map_or_else(String::new, |ends| format!("; the first ends {}", times::utc(ends)));
    cx.console.info(format!(
        "{} of {count} URIs of this {} are signed{ends}",
        count - findings.len(),
        manifest.format.name()
    ));
    Ok(Box::new(Checked { findings }))
}

/// Looks at one child after the other.
struct Eye<'a> {
    base: &'a str,
    /// When the last second of it plays, if it begins now.
    until: u64,
    scene: &'a Scene,
    candidates: &'a [Candidate],
    /// The scheme of the child before, which is most likely this one's too.
    last: usize,
    keys: BTreeSet<String>,
    ends: Option<u64>,
}

impl Eye<'_> {
    fn look(&mut self, child: &Child) -> Option<Finding> {
        let target = &child.targets[0];
        let settled = !matches!(Address::of(target), Address::Loose);
        // Where it is served does not matter to the question whether it is signed.
        let url = if settled { target.clone() } else { format!("/{}", target.trim_start_matches('/')) };
        let seen = self.seen(&url);
        let plain = seen.as_ref().map(|(_, seen)| unmarked(&child.uri, &url, &seen.plain));
        let uri = plain.unwrap_or_else(|| redacted(&child.uri));
        let finding =
            |state, expires| Some(Finding { line: child.line, kind: child.kind, state, expires, uri });
        let Some((at, seen)) = seen else {
            let foreign = !self.base.is_empty() && origin(target) != origin(self.base);
            return finding(if foreign { "unsigned, other host" } else { "unsigned" }, None);
        };
        self.last = at;
        self.keys.extend(seen.key);
        let now = self.scene.now();
        match seen.expires {
            Some(expires) if expires <= now => finding("expired", Some(expires)),
            Some(expires) if expires < self.until => finding("ends before it is played", Some(expires)),
            expires if settled && !seen.covers => finding("signed for other URLs", expires),
            expires => {
                self.ends = self.ends.into_iter().chain(expires).min();
                None
            }
        }
    }

    /// Which candidate it fits, and what it says.
    fn seen(&self, url: &str) -> Option<(usize, Seen)> {
        let last = std::slice::from_ref(self.candidates.get(self.last)?);
        let at = match fitting(url, self.scene, &[], last).as_slice() {
            [_] => self.last,
            _ => *fitting(url, self.scene, &[], self.candidates).first()?,
        };
        let candidate = &self.candidates[at];
        let pairs = claims::pairs(&candidate.settings);
        let visit = self.scene.visit(url, &[], Params(&pairs)).ok()?;
        let found = (candidate.scheme.inspect)(&visit, &mut Vec::new()).ok()?;
        Some((at, Seen::of(&found)))
    }
}

/// What a signed URL says of itself.
struct Seen {
    expires: Option<u64>,
    key: Option<String>,
    covers: bool,
    /// The URL before it was signed.
    plain: String,
}

impl Seen {
    /// A sealed token says nothing.
    fn of(found: &Inspection<'_>) -> Self {
        let key = found.claims.key_id.as_deref().map(str::to_owned);
        Self {
            expires: found.claims.expires,
            key,
            covers: found.covers || found.encrypted,
            plain: found.url.to_string(),
        }
    }
}

impl Report for Checked {
    fn value(&self) -> Value {
        let value = |found: &Finding| {
            json!({
                "line": found.line,
                "kind": found.kind,
                "state": found.state,
                "expires": found.expires,
                "uri": found.uri,
            })
        };
        self.findings.iter().map(value).collect()
    }

    fn rows(&self) -> Option<Rows> {
        let row = |found: &Finding| {
            let expires = found.expires.map(times::utc).unwrap_or_default();
            vec![found.line.to_string(), found.kind.into(), found.state.into(), expires, found.uri.clone()]
        };
        let columns = vec!["line", "kind", "state", "expires", "uri"];
        Some(Rows { columns, rows: self.findings.iter().map(row).collect() })
    }

    fn exit(&self) -> u8 {
        if self.findings.is_empty() { 0 } else { BAD }
    }
}
