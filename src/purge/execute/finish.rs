//! `--wait`: until the provider says that all of a run is done, or until the time is up.

use super::Run;
use crate::{
    error::Error,
    purge::{Completion, Outcome},
};
use std::time::Duration;

impl Run<'_> {
    /// Asks about what is in progress. A provider that cannot be asked is given the time it names.
    pub(super) fn finish(&mut self, patience: Duration, outcome: &mut Outcome) {
        if outcome.stop.is_some() || outcome.accepted.is_empty() && outcome.before.is_empty() {
            return;
        }
        let ended =
            if self.provider.poll.is_some() { self.until_done(patience) } else { self.as_named(patience) };
        match ended {
            Ok(completion) => outcome.completion = completion,
            Err(stop) => outcome.stop = Some(stop),
        }
    }

    fn until_done(&mut self, patience: Duration) -> Result<Completion, Error> {
        let clock = self.client.clock;
        let until = clock.elapsed() + patience;
        let mut last = None;
        while !self.running.is_empty() {
            let left = until.saturating_sub(clock.elapsed());
            if left.is_zero() {
                return Ok(self.pending(patience, last));
            }
            match self.watch(clock.now()?, left) {
                Ok(()) => last = None,
                Err(stop @ Error::Interrupted { .. }) => return Err(stop),
                Err(error) if error.facts().retryable => last = Some(error),
                Err(error) => return Ok(self.pending(patience, Some(error))),
            }
        }
        Ok(Completion::Done)
    }

    fn pending(&self, patience: Duration, last: Option<Error>) -> Completion {
        let title = self.provider.title;
        let why = match last {
            Some(error) => format!("{title} could not be asked: {error}"),
            None => format!("not done after {}", humantime::format_duration(patience)),
        };
        Completion::Pending { batches: self.running.len(), why }
    }

    /// Nothing can be asked: what is left is the provider's word for how long it takes.
    fn as_named(&self, patience: Duration) -> Result<Completion, Error> {
        let clock = self.client.clock;
        let wait = self.settled.saturating_sub(clock.now()?).min(patience);
        clock.sleep(wait)?;
        Ok(Completion::Unasked { waited: wait })
    }
}
