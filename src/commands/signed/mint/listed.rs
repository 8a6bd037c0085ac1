//! Minting for records: each keeps its members and gets `expires` and `signed` behind them.

use super::{Mint, Minted, Press, put};
use crate::{
    commands::signed::{
        bulk::{Watch, failed},
        claims::TAKEN,
        records::{List, Record, Wants},
    },
    context::Context,
    error::Result,
    options::Format,
    report::Report,
    sign::{Seal, lines::each},
};
use serde_json::Value;

/// What minting looks for in a record. A claim that is passed over would make a link that is wider than meant.
pub const WANTS: Wants = Wants { fields: &["url", "path"], flags: &TAKEN, kind: "claim", strict: true };

impl Mint {
    /// Streams records.
    pub(super) fn records(&self, press: &Press<'_>, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        let bulk = self.jobs.bulk(self.keep_blank, self.fail_fast)?;
        let watch = Watch::start(cx, "signing");
        let List { layout, mut source } = self.records.open(&mut *cx.input, &WANTS)?;
        if press.format == Some(Format::Csv) {
            put(&mut *cx.output, &layout.header(&["expires", "signed"]))?;
        }
        let (layout, wish) = (&layout, &self.order.wish);
        let worker = || {
            let (mut seal, mut signed) = (press.signer.seal(), Vec::new());
            each(move |line: &str, out: &mut Vec<u8>| {
                let record = layout.read(line)?;
                let taken = record.taken()?;
                signed.clear();
                if taken.is_empty() {
                    return press.record(&record, &mut seal, &mut signed, out);
                }
                let granted = wish.with(taken).granted(press.scheme, press.profile, press.moment)?;
                let own = Press { claims: granted.claims(press.claims.params), ..press.clone() };
                own.record(&record, &mut seal, &mut signed, out)
            })
        };
        let tally = bulk.run(&mut source, &mut *cx.output, worker, |records| watch.at(records))?;
        drop((watch, source));
        failed(&tally, "record", "signed", cx)?;
        Ok(Box::new(Minted { text: Vec::new(), objects: Vec::new() }))
    }
}

impl Press<'_> {
    /// Appends the record with its outcome, or the outcome alone.
    fn record(
        &self,
        record: &Record<'_>,
        seal: &mut Seal<'_>,
        signed: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let Some(format) = self.format else { return self.mint(record.target()?, seal, out) };
        self.mint(record.target()?, seal, signed)?;
        let signed = if format == Format::Csv { self.cell(signed).into() } else { self.member(signed) };
        record.write(&[("expires", Value::from(self.claims.expires)), ("signed", signed)], format, out);
        Ok(())
    }
}
