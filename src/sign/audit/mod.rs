//! What is wrong with a link that verifies: too wide, too long, too weak. No key is needed, and no scheme is named:
//! what a signature covers is found by changing the link and seeing whether its signed text changes.

mod link;
mod rules;
mod seen;

pub use link::SECRETS;
pub use rules::{RULES, Rule, Severity};

use super::{Inspection, Params, Scheme, Url, Visit};
use crate::error::Error;
use rules::rule;
use seen::Seen;
use std::borrow::Cow;

/// Scheme and settings to look with.
pub type Reading<'a> = (&'static Scheme, Vec<(&'a str, &'a str)>);

/// What a link may be.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The longest life, in seconds.
    pub longest: u64,
    /// When credentials end: those of a key id, or all.
    pub ends: Vec<(Option<String>, u64)>,
}

/// One fault of one link.
#[derive(Debug)]
pub struct Finding {
    /// Which.
    pub rule: &'static Rule,
    /// The fact that shows it; it holds no signature and no secret.
    pub evidence: String,
    /// What to do.
    pub fix: Cow<'static, str>,
}

impl Finding {
    fn of(id: &str, evidence: impl Into<String>) -> Self {
        let rule = rule(id);
        Self { rule, evidence: evidence.into(), fix: rule.fix.into() }
    }
}

/// What was found in one link.
#[derive(Debug, Default)]
pub struct Audited {
    /// The scheme that wrote it, where one reads it.
    pub scheme: Option<&'static Scheme>,
    /// Its faults, in the order of the table.
    pub findings: Vec<Finding>,
}

impl Audited {
    /// Of a line that is no text.
    #[must_use]
    pub fn unread(why: &str) -> Self {
        Self { scheme: None, findings: vec![Finding::of("link.malformed", why)] }
    }
}

/// Audits links one after the other.
pub struct Auditor<'a> {
    readings: Vec<Reading<'a>>,
    /// The same with one listed value of a param each, for links of a scheme's other dialects.
    dialects: Vec<Reading<'a>>,
    named: bool,
    bounds: Bounds,
    seen: Seen,
}

impl<'a> Auditor<'a> {
    /// With the schemes that may have written the links, the likeliest first; `named` says that it was the first.
    #[must_use]
    pub fn new(readings: Vec<Reading<'a>>, named: bool, bounds: Bounds) -> Self {
        let dialects = readings.iter().flat_map(dialects).collect();
        Self { readings, dialects, named, bounds, seen: Seen::default() }
    }

    /// The faults of one link. The scene is the request without its URL.
    pub fn audit(&mut self, number: u64, text: &str, scene: &Visit<'_>) -> Audited {
        let Some(url) = whole(text, &scene.url) else {
            let finding = Finding::of("link.malformed", "it is neither a URL nor a path");
            return Audited { scheme: None, findings: vec![finding] };
        };
        let mut findings = Vec::new();
        let twice = self.twice(&url);
        let scheme = self.read(number, &url, scene, twice.is_none(), &mut findings);
        findings.extend(twice);
        findings.extend(link::in_clear(&url));
        findings.extend(link::secret(&url));
        let place = |finding: &Finding| RULES.iter().position(|rule| rule.id == finding.rule.id);
        findings.sort_by_key(place);
        Audited { scheme, findings }
    }

    /// Finds the scheme, and what is wrong by its reading.
    fn read(
        &mut self,
        number: u64,
        url: &Url<'_>,
        scene: &Visit<'_>,
        whole: bool,
        findings: &mut Vec<Finding>,
    ) -> Option<&'static Scheme> {
        let mut silent = None;
        for (scheme, settings) in self.readings.iter().chain(&self.dialects) {
            let visit = Visit { url: url.borrowed(), params: Params(settings), ..scene.clone() };
            let mut signed = Vec::new();
            match (scheme.inspect)(&visit, &mut signed) {
                Ok(found) if found.fits() => {
                    let look = Look { scheme, visit: &visit, found: &found, signed };
                    look.judge(&self.bounds, findings);
                    findings.extend(look.shared(number, &mut self.seen));
                    return Some(scheme);
                }
                Err(Error::MissingClaim(what)) if silent.is_none() => silent = Some((*scheme, what)),
                _ => {}
            }
        }
        if let Some((scheme, what)) = silent {
            findings.push(Finding::of("link.unread", what));
            return Some(scheme);
        }
        let first = self.readings.first().map(|(scheme, _)| *scheme);
        match (whole, self.named, first) {
            (true, true, Some(scheme)) => {
                let words = format!("{} does not write links like this", scheme.id);
                findings.push(Finding::of("link.malformed", words));
            }
            (true, _, _) => {
                findings.push(Finding::of("link.unsigned", "no scheme reads a signature in it"));
            }
            (false, ..) => {}
        }
        None
    }

    /// A reserved name that stands twice, beside a signature of its scheme.
    fn twice(&self, url: &Url<'_>) -> Option<Finding> {
        let names: Vec<&str> = url.pairs().map(|(name, _)| name).collect();
        let stands = |name: &str| names.iter().filter(|other| **other == name).count();
        let doubled = self.readings.iter().find_map(|(scheme, _)| {
            let signed = scheme.bears.iter().any(|name| stands(name) > 0);
            scheme.reserved.iter().find(|name| signed && stands(name) > 1)
        })?;
        Some(Finding::of("query.reserved-twice", format!("{doubled} stands {} times", stands(doubled))))
    }
}

/// The URL of a line: a path stands below the base; a fragment is not sent.
fn whole<'t>(text: &'t str, base: &Url<'t>) -> Option<Url<'t>> {
    let text = text.split_once('#').map_or(text, |(text, _)| text);
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return None;
    }
    if text.starts_with('/') { Some(Url::at(base.origin.clone(), text)) } else { Url::parse(text).ok() }
}

fn dialects<'r, 'a>((scheme, settings): &'r Reading<'a>) -> impl Iterator<Item = Reading<'a>> + use<'r, 'a> {
    let open = scheme.params.iter().filter(|param| settings.iter().all(|(name, _)| *name != param.name));
    let values = open.flat_map(|param| param.values.iter().skip(1).map(|value| (param.name, *value)));
    values.map(|one| (*scheme, settings.iter().copied().chain(std::iter::once(one)).collect()))
}

/// A link as its scheme reads it.
struct Look<'l, 'v> {
    scheme: &'static Scheme,
    visit: &'v Visit<'v>,
    found: &'l Inspection<'v>,
    /// The text that it carries signed; empty where it is built again.
    signed: Vec<u8>,
}

#[cfg(test)]
mod tests;
