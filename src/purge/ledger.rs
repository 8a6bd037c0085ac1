//! Who is told what a run does: a journal, a report, both or nobody.

use super::{Batch, Receipt};
use crate::{
    error::{Error, Result},
    http::{Request, Response},
};

/// Who is told what happens, in time to write it down.
pub trait Ledger {
    /// Before the request leaves; a failure here stops the run, and the request stays.
    fn sending(&mut self, batch: &Batch<'_>, request: &Request) -> Result<()>;

    /// The provider said yes.
    fn accepted(&mut self, batch: &Batch<'_>, reply: &Response, receipt: &Receipt) -> Result<()>;

    /// It did not, or nothing came back.
    fn failed(&mut self, batch: &Batch<'_>, error: &Error) -> Result<()>;

    /// The provider says that a purge in progress is done.
    fn done(&mut self, batch: &Batch<'_>) -> Result<()>;
}

/// Two ledgers are told one after the other; what the first cannot write, the second hears of all the same,
/// except before the request.
impl<A: Ledger, B: Ledger> Ledger for (A, B) {
    fn sending(&mut self, batch: &Batch<'_>, request: &Request) -> Result<()> {
        self.0.sending(batch, request)?;
        self.1.sending(batch, request)
    }

    fn accepted(&mut self, batch: &Batch<'_>, reply: &Response, receipt: &Receipt) -> Result<()> {
        let first = self.0.accepted(batch, reply, receipt);
        first.and(self.1.accepted(batch, reply, receipt))
    }

    fn failed(&mut self, batch: &Batch<'_>, error: &Error) -> Result<()> {
        let first = self.0.failed(batch, error);
        first.and(self.1.failed(batch, error))
    }

    fn done(&mut self, batch: &Batch<'_>) -> Result<()> {
        let first = self.0.done(batch);
        first.and(self.1.done(batch))
    }
}

/// Without a ledger nobody is told.
impl<L: Ledger> Ledger for Option<L> {
    fn sending(&mut self, batch: &Batch<'_>, request: &Request) -> Result<()> {
        self.as_mut().map_or(Ok(()), |ledger| ledger.sending(batch, request))
    }

    fn accepted(&mut self, batch: &Batch<'_>, reply: &Response, receipt: &Receipt) -> Result<()> {
        self.as_mut().map_or(Ok(()), |ledger| ledger.accepted(batch, reply, receipt))
    }

    fn failed(&mut self, batch: &Batch<'_>, error: &Error) -> Result<()> {
        self.as_mut().map_or(Ok(()), |ledger| ledger.failed(batch, error))
    }

    fn done(&mut self, batch: &Batch<'_>) -> Result<()> {
        self.as_mut().map_or(Ok(()), |ledger| ledger.done(batch))
    }
}
