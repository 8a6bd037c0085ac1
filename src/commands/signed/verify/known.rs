//! Links that differ from a good one in path and signature alone: most of a list that was minted in one go. The
//! signatures of several are made side by side, and a link that has its own gets the answer of the good one. Every
//! other link, bad ones among them, goes the way of all.

use super::{Asked, Bench};
use crate::sign::{
    Batch, Inspection, Seal, Slate, Stencil, Ticket, Verdict,
    key::same,
    lines::GROUP,
    slate::{Piece, around},
};

/// A good link, and what was answered.
pub struct Known {
    stencil: Stencil,
    /// How long its signature is.
    signature: usize,
    /// The answer before and after the link, and a line end.
    answer: [Piece; 2],
    path: Slate,
}

impl Known {
    /// Of a link that the first candidate calls valid; `None` where another one may get another answer.
    pub fn of(
        bench: &Bench<'_>,
        line: &str,
        asked: &Asked<'_>,
        seal: &mut Seal<'_>,
        answer: &[u8],
    ) -> Option<Self> {
        let visit = bench.visit(line, asked, 0).ok()?;
        let mut signed = Vec::new();
        let found = (bench.candidates[0].scheme.inspect)(&visit, &mut signed).ok()?;
        let certain = found.fits() && found.otherwise.is_none() && !found.encrypted && signed.is_empty();
        let verdict = seal.weigh(&visit, &found, &signed).ok()?;
        let valid = matches!(&verdict, Verdict::Valid { unchecked, .. } if unchecked.is_empty());
        let (before, after) = around(answer, line.as_bytes())?;
        let answer = [before, &[after, b"\n"].concat()].map(Piece::new);
        let stencil = Stencil::cut(bench.signer(0).ok()?, &found.url.origin, &found.claims)?;
        let mut known = Self { stencil, signature: found.signature.len(), answer, path: Slate::default() };
        (certain && valid && known.alike(&[line], seal) == 1 && known.writes(line, &found)).then_some(known)
    }

    /// Whether the link is written as the stencil has it.
    fn writes(&self, line: &str, found: &Inspection<'_>) -> bool {
        let mut slate = Slate::default();
        self.stencil.outcome(found.url.path.as_bytes(), &found.signature, &mut slate);
        slate.written().strip_suffix(b"\n") == Some(line.as_bytes())
    }

    /// A bit for each line that gets the same answer.
    pub fn alike(&mut self, lines: &[&str], seal: &mut Seal<'_>) -> u64 {
        const { assert!(GROUP <= 64, "a bit for each line") }
        let mut batch = seal.batch();
        let mut signatures = [&[][..]; GROUP];
        let mut alike = 0;
        for (at, line) in lines.iter().enumerate().take(GROUP) {
            if let Some(signature) = self.stencil.read(line.as_bytes(), self.signature, &mut self.path) {
                batch.take_plain(&self.stencil, self.path.written());
                signatures[at] = signature;
                alike |= 1 << at;
            }
        }
        batch.sign();
        alike & good(alike, &signatures, &batch)
    }

    /// The answer, with a line end.
    pub fn answer(&self, line: &str, slate: &mut Slate) {
        let [before, after] = &self.answer;
        slate.write(before.length() + line.len() + after.length(), |pen| {
            pen.piece(before);
            pen.bytes(line.as_bytes());
            pen.piece(after);
        });
    }
}

/// Which of the lines have the signature that was made for them.
fn good(taken: u64, signatures: &[&[u8]], batch: &Batch<'_, '_>) -> u64 {
    let (mut good, mut ticket) = (0, Ticket::default());
    for (at, signature) in signatures.iter().enumerate().filter(|(at, _)| taken >> at & 1 == 1) {
        ticket = ticket.next();
        good |= u64::from(batch.signature(ticket).is_some_and(|made| same(made, signature))) << at;
    }
    good
}
