//! The vendors' own files, as this run may see them.

use super::{Context, Env, SIGNAL};
use crate::{
    credential::vendor::{Fetched, Files, Kept, Looking},
    error::Result,
    http::{self, Client, Setup},
    profile::{Bounds, Profile},
};
use std::{path::PathBuf, sync::atomic::Ordering};

impl Context<'_> {
    /// What a vendor's files say. Nothing but files is looked at, and nothing is warned of yet.
    pub fn kept(
        &self,
        files: &Files,
        bounds: &Bounds,
        setting: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Kept>> {
        let env = self.env;
        let lookup = move |name: &str| env.get(name);
        let mut looking = Looking { env: &lookup, home: self.home(), bounds, setting, warnings: Vec::new() };
        (files.read)(&mut looking)
    }

    /// The secrets; a program is run or a request sent where that is needed.
    pub fn fetch(&mut self, mut kept: Kept) -> Result<Fetched> {
        for warning in std::mem::take(&mut kept.warnings) {
            self.warn_once(warning);
        }
        kept.fetch(|| self.plain_client())
    }

    /// The same files for later: what is in them may end while a run lasts.
    pub fn revisit(&self, files: Files, profile: &Profile) -> Result<Revisit> {
        Ok(Revisit {
            files,
            bounds: profile.bounds.clone(),
            env: self.env.clone(),
            home: self.home().map(PathBuf::from),
            setup: self.setup(Some(profile), None)?,
        })
    }
}

/// A vendor's files and what it takes to read them again, from any thread.
pub struct Revisit {
    files: Files,
    bounds: Bounds,
    env: Env,
    home: Option<PathBuf>,
    setup: Setup,
}

impl Revisit {
    /// What the files say now. What was warned of once is not warned of again.
    pub fn kept(&self, setting: &dyn Fn(&str) -> Option<String>) -> Result<Option<Kept>> {
        let lookup = |name: &str| self.env.get(name);
        let (home, bounds) = (self.home.as_deref(), &self.bounds);
        (self.files.read)(&mut Looking { env: &lookup, home, bounds, setting, warnings: Vec::new() })
    }

    /// The secrets, asked for as `client` asks, without the profile's client certificate.
    pub fn fetch(&self, kept: Kept, client: &Client<'_>) -> Result<Fetched> {
        kept.fetch(|| {
            let transport = http::open(&self.setup, || SIGNAL.load(Ordering::Relaxed) != 0)?;
            Ok(Client {
                policy: client.policy.clone(),
                transport,
                clock: client.clock,
                console: client.console,
            })
        })
    }
}
