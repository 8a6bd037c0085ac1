//! A credential that its owner names by a file or a program, to be had once more while a run lasts.

use super::{Context, Env};
use crate::{
    clock::Clock,
    credential::{self, Found, Named, Reference, World},
    error::Result,
    profile::{Bounds, Origin},
};
use std::{io, path::PathBuf};

/// What it takes to resolve a reference again, from any thread.
pub struct Again {
    named: Named,
    source: String,
    env: Env,
    home: Option<PathBuf>,
    bounds: Bounds,
}

impl Context<'_> {
    /// `None` where looking again would bring the same: a literal, a variable, stdin.
    pub fn again(&mut self, named: Named) -> Result<Option<Again>> {
        if !matches!(named.how, Reference::File(_) | Reference::Exec(_)) {
            return Ok(None);
        }
        let source = self.source(named.origin)?;
        let (env, home) = (self.env.clone(), self.home().map(PathBuf::from));
        let bounds = self.profile()?.bounds.clone();
        Ok(Some(Again { named, source, env, home, bounds }))
    }

    /// How a message names who names a credential.
    pub(super) fn source(&mut self, origin: Origin) -> Result<String> {
        Ok(match origin {
            Origin::Profile(member) => format!("{member} of profile {}", self.profile()?.name),
            origin => origin.to_string(),
        })
    }
}

impl Again {
    /// The secret as it is now. What was warned of once is not warned of again.
    pub fn found(&self, clock: &dyn Clock) -> Result<Found> {
        let lookup = |name: &str| self.env.os(name);
        let (home, bounds) = (self.home.as_deref(), &self.bounds);
        let mut world = World { env: &lookup, input: &mut io::empty(), home, bounds, clock };
        let (secret, _) = credential::resolve(&self.named.how, &self.source, &mut world)?;
        Ok(Found { secret, origin: self.named.origin, reference: self.named.shown.clone() })
    }
}
