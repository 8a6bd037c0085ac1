//! One thread that verifies a list.

use super::{Account, Asked, Bench, Seals, hint, known::Known};
use crate::{
    commands::signed::stream::{Place, Stream, Work},
    error::Result,
    options::Format,
    sign::{Verdict, lines::Outcomes},
};
use std::sync::atomic::Ordering;

/// After so many lines that were not like the one that is known, another one is taken for it.
const PATIENCE: u32 = 256;

/// What it holds.
pub struct Judge<'b> {
    bench: &'b Bench<'b>,
    asked: &'b Asked<'b>,
    account: &'b Account,
    seals: Seals<'b>,
    known: Option<Known>,
    /// What takes its place for the lines that come next.
    next: Option<Known>,
    /// How many lines were not like it.
    strange: u32,
}

impl<'b> Judge<'b> {
    /// Before the first line.
    pub fn new(bench: &'b Bench<'b>, asked: &'b Asked<'b>, account: &'b Account) -> Self {
        Self { bench, asked, account, seals: bench.seals(), known: None, next: None, strange: 0 }
    }

    /// Puts the verdict on a URL.
    fn judge(&mut self, url: &str, asked: &Asked<'_>, place: Place<'_>) -> Result<()> {
        let (checked, at) = self.bench.check(url, asked, &mut self.seals)?;
        if !checked.verdict.is_valid() {
            self.account.bad.fetch_add(1, Ordering::Relaxed);
        }
        if checked.verdict == Verdict::Mismatch
            && self.account.elsewhere.get().is_none()
            && let Some((other, true)) = self.bench.sibling(url, asked, at)
        {
            let _ = self.account.elsewhere.set(hint(checked.scheme, other, true));
        }
        place.put(&checked);
        Ok(())
    }

    /// A line that is not like the one that is known, and may be the next one that is.
    fn strange(&mut self, line: &str, stream: &Stream<'_>, format: Format, out: &mut Vec<u8>) -> Result<()> {
        self.judge(line, self.asked, Place::of_line(stream, format, out))?;
        if self.strange.is_multiple_of(PATIENCE)
            && let Some(seal) = self.seals.first_mut().and_then(Option::as_mut)
        {
            self.next = Known::of(self.bench, line, self.asked, seal, out);
        }
        self.strange = self.strange.wrapping_add(1);
        Ok(())
    }
}

impl Work for Judge<'_> {
    fn one(&mut self, url: &str, taken: &[(&'static str, String)], place: Place<'_>) -> Result<()> {
        if taken.is_empty() {
            return self.judge(url, self.asked, place);
        }
        let scene = self.asked.scene.with(taken)?;
        self.judge(url, &Asked::of(&scene), place)
    }

    fn lines(&mut self, lines: &[&str], stream: &Stream<'_>, format: Format, outcomes: &mut Outcomes<'_>) {
        self.known = self.next.take().or(self.known.take());
        let alike = match (&mut self.known, self.seals.first_mut()) {
            (Some(known), Some(Some(seal))) => known.alike(lines, seal),
            _ => 0,
        };
        for (at, line) in lines.iter().enumerate() {
            match &self.known {
                Some(known) if alike >> at & 1 == 1 => outcomes.put_sure(|slate| known.answer(line, slate)),
                _ => outcomes.put(|out| self.strange(line, stream, format, out)),
            }
        }
    }
}
