//! The vendors' own files, as this run may see them.

use super::Context;
use crate::{
    credential::vendor::{Files, Kept, Looking, Pairs},
    error::Result,
    profile::Bounds,
};

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
    pub fn fetch(&mut self, mut kept: Kept) -> Result<Pairs> {
        for warning in std::mem::take(&mut kept.warnings) {
            self.warn_once(warning);
        }
        kept.fetch(|| self.plain_client())
    }
}
