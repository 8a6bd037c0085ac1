//! The levels of a DASH manifest (MPD, Period, AdaptationSet, Representation): which base a URI hangs on, and
//! for which representations a template is filled in.

use super::{flaw, resolve};
use crate::error::{Error, Result};
use std::collections::BTreeSet;

/// More URLs than any real manifest has; one that was built to multiply has more.
const MOST: usize = 1_000_000;
/// The same for BaseURLs with all their alternatives.
const BASES: usize = 10_000;

/// One level.
#[derive(Debug, Default)]
pub struct Level {
    /// The one above; none for the MPD.
    pub parent: Option<usize>,
    /// Its own BaseURLs, alternatives of each other: text, and the place among the children.
    pub bases: Vec<(String, usize)>,
    /// `id` of a Representation.
    pub id: String,
    /// `bandwidth` of a Representation.
    pub bandwidth: String,
    /// Whether it is a Representation.
    pub leaf: bool,
    /// Whether segments are named here.
    pub segments: bool,
}

/// All of them, parents first.
#[derive(Debug, Default)]
pub struct Levels {
    /// In the order in which they open.
    pub all: Vec<Level>,
    /// What each resolves against.
    bases: Vec<Vec<String>>,
    /// The representations below each, or itself where there is none.
    leaves: Vec<Vec<usize>>,
    counted: usize,
}

impl Levels {
    /// Resolves every BaseURL, once all levels are known.
    pub fn settle(&mut self, base: &str) -> Result<()> {
        let mut counted = 0;
        for at in 0..self.all.len() {
            let level = &self.all[at];
            let above = level.parent.map_or_else(|| vec![base.to_owned()], |up| self.bases[up].clone());
            let mut own: Vec<String> = Vec::new();
            let mut known = BTreeSet::new();
            for (text, _) in &level.bases {
                counted += above.len();
                bounded(counted, BASES)?;
                // A set beside the list: the first alternative is the one that players try first.
                let urls = above.iter().map(|up| resolve(up, text));
                own.extend(urls.filter(|url| known.insert(url.clone())));
            }
            self.bases.push(if own.is_empty() { above } else { own });
        }
        self.leaves = vec![Vec::new(); self.all.len()];
        for at in (0..self.all.len()).filter(|at| self.all[*at].leaf) {
            for above in self.chain(at).collect::<Vec<_>>() {
                self.leaves[above].push(at);
            }
        }
        for (at, leaves) in self.leaves.iter_mut().enumerate() {
            if leaves.is_empty() {
                leaves.push(at);
            }
        }
        Ok(())
    }

    /// The level and all above it.
    fn chain(&self, at: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(at), |at| self.all[*at].parent)
    }

    /// What a reference at a level means, for every representation below it.
    pub fn targets(&mut self, at: usize, reference: &str) -> Result<Vec<String>> {
        let mut targets = Vec::new();
        for leaf in self.leaves[at].clone() {
            self.count(leaf)?;
            for base in &self.bases[leaf] {
                push(&mut targets, resolve(base, reference));
            }
        }
        Ok(targets)
    }

    /// What a template means, for every representation below it and two of its segments; and the template
    /// resolved, where all of them share one base.
    pub fn filled(&mut self, at: usize, line: usize, text: &str) -> Result<(Vec<String>, Option<String>)> {
        let mut targets = Vec::new();
        let mut bases = BTreeSet::new();
        for leaf in self.leaves[at].clone() {
            self.count(leaf)?;
            let level = &self.all[leaf];
            for base in &self.bases[leaf] {
                bases.insert(resolve(base, text));
                for number in [1, 2] {
                    let filled = filled(text, &level.id, &level.bandwidth, number);
                    push(&mut targets, resolve(base, &filled.map_err(|words| flaw(line, words))?));
                }
            }
        }
        let whole = (bases.len() == 1).then(|| bases.pop_first()).flatten();
        Ok((targets, whole))
    }

    fn count(&mut self, leaf: usize) -> Result<()> {
        self.counted += self.bases[leaf].len();
        bounded(self.counted, MOST)
    }

    /// Whether the BaseURLs of a level are files that are asked for, and whether something hangs on them.
    pub fn uses(&self, at: usize) -> (bool, bool) {
        let (mut file, mut folder) = (false, false);
        for leaf in &self.leaves[at] {
            let named = self.chain(*leaf).any(|level| self.all[level].segments);
            let nearest = self.chain(*leaf).find(|level| !self.all[*level].bases.is_empty());
            if !named && nearest == Some(at) {
                file = true;
            } else {
                folder = true;
            }
        }
        (file, folder)
    }

    /// The base that the first representation below a level resolves against.
    pub fn first(&self, at: usize) -> &str {
        let bases = self.leaves[at].first().and_then(|leaf| self.bases[*leaf].first());
        bases.map_or("", String::as_str)
    }

    /// What the level above resolves against.
    pub fn above(&self, at: usize, base: &str) -> Vec<String> {
        self.all[at].parent.map_or_else(|| vec![base.to_owned()], |up| self.bases[up].clone())
    }
}

fn bounded(counted: usize, most: usize) -> Result<()> {
    if counted <= most {
        return Ok(());
    }
    let words = "URLs, which no player could use; take the manifest apart";
    Err(Error::TooLarge(format!("its BaseURLs and templates stand for more than {most} {words}")))
}

fn push(targets: &mut Vec<String>, target: String) {
    // Many in a row are alike where a template names no representation.
    if targets.last() != Some(&target) {
        targets.push(target);
    }
}

/// A template filled in (ISO/IEC 23009-1, 5.3.9.4.4).
fn filled(text: &str, id: &str, bandwidth: &str, number: u64) -> std::result::Result<String, String> {
    let mut out = String::new();
    let mut pieces = text.split('$');
    out.push_str(pieces.next().unwrap_or_default());
    while let Some(identifier) = pieces.next() {
        let rest = pieces
            .next()
            .ok_or("a template has a $ without a second one; write $Number$, or $$ for the sign itself")?;
        let (name, format) =
            identifier.split_once('%').map_or((identifier, None), |(name, f)| (name, Some(f)));
        let number = padded(number, format).ok_or_else(|| format!("${identifier}$ has no format like %05d"));
        match name {
            "" if format.is_none() => out.push('$'),
            "RepresentationID" if format.is_none() => out.push_str(id),
            "Bandwidth" if format.is_none() => out.push_str(bandwidth),
            "Number" | "Time" | "SubNumber" | "Bandwidth" => out.push_str(&number?),
            _ => return Err(format!("${identifier}$ is not an identifier of a template; mend it")),
        }
        out.push_str(rest);
    }
    Ok(out)
}

fn padded(number: u64, format: Option<&str>) -> Option<String> {
    let Some(format) = format else { return Some(number.to_string()) };
    let width: usize = format.strip_suffix('d')?.strip_prefix('0')?.parse().ok()?;
    (width <= 64).then(|| format!("{number:0width$}"))
}

/// Whether a template has identifiers, and is not just a text with `$$` in it.
#[must_use]
pub fn is_template(text: &str) -> bool {
    text.contains('$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in() {
        for (text, wanted) in [
            ("a-$Number$.m4s", "a-7.m4s"),
            ("$RepresentationID$/$Bandwidth$/$Time$", "v1/900/7"),
            ("$Number%05d$-$SubNumber$", "00007-7"),
            ("$$$Number$$$", "$7$"),
            ("plain", "plain"),
        ] {
            assert_eq!(filled(text, "v1", "900", 7).unwrap(), wanted);
        }
        for text in ["$Number", "$Nummer$", "$Number%5d$", "$Number%099999d$", "$RepresentationID%01d$"] {
            assert!(filled(text, "v1", "900", 7).is_err(), "{text}");
        }
    }
}
