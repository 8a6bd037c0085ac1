//! The profile in force, and the file it stands in.

use super::Context;
use crate::{
    error::{Error, Result},
    options::Options,
    profile::{self, File, Place, Profile, Saved, Sources},
};
use std::{
    path::{Path, PathBuf},
    rc::Rc,
};

impl<'a> Context<'a> {
    /// The profile in force, resolved once a run.
    pub fn profile(&mut self) -> Result<Rc<Profile>> {
        if let Some(profile) = &self.state.profile {
            return Ok(Rc::clone(profile));
        }
        let file = File::load(&self.place())?;
        let env = self.env;
        let lookup = move |name: &str| env.get(name);
        let sources = Sources { options: &self.options, env: &lookup, file: &file };
        let profile = Rc::new(profile::resolve(&sources)?);
        self.state.profile = Some(Rc::clone(&profile));
        Ok(profile)
    }

    /// A profile by its name, whichever one is in force.
    pub fn profile_named(&self, file: &File, name: &str) -> Result<Rc<Profile>> {
        let env = self.env;
        let lookup = move |name: &str| env.get(name);
        profile::named(&Sources { options: &self.options, env: &lookup, file }, name).map(Rc::new)
    }

    /// A provider with its defaults and the vendor's own variables.
    pub fn provider_alone(&self, file: &File, provider: &str) -> Result<Rc<Profile>> {
        let env = self.env;
        let lookup = move |name: &str| env.get(name);
        profile::bare(&Sources { options: &self.options, env: &lookup, file }, provider).map(Rc::new)
    }

    /// Does a part with another profile in force: its origin, its credentials, its client, and no other's.
    pub fn under<T>(&mut self, profile: &Rc<Profile>, part: impl FnOnce(&mut Self) -> T) -> T {
        if planted!("one-credential-for-all-targets") {
            return part(self);
        }
        let before = self.state.profile.replace(Rc::clone(profile));
        let result = part(self);
        self.state.profile = before;
        result
    }

    /// Takes a profile as it would be if this file were the one on disk, for what is tried before it is written.
    pub fn assume(&mut self, file: &File, name: &str) -> Result<Rc<Profile>> {
        let env = self.env;
        let lookup = move |name: &str| env.get(name);
        let options = Options { profile: Some(name.to_owned()), cdn_url: None, ..self.options.clone() };
        let profile = Rc::new(profile::resolve(&Sources { options: &options, env: &lookup, file })?);
        self.state.profile = Some(Rc::clone(&profile));
        Ok(profile)
    }

    /// Where the profile file lives.
    #[must_use]
    pub fn place(&self) -> Place {
        if let Some(path) = &self.options.config {
            return Place::named(path, "--config");
        }
        match self.env.os("STRATOS_CONFIG") {
            Some(path) => Place::named(Path::new(path), "STRATOS_CONFIG"),
            None => Place::usual(self.home(), self.env.os("XDG_CONFIG_HOME").map(Path::new)),
        }
    }

    /// Where the Node CLI keeps its file, also when `--config` names ours.
    #[must_use]
    pub fn node_config(&self) -> Option<PathBuf> {
        Place::usual(self.home(), self.env.os("XDG_CONFIG_HOME").map(Path::new)).node
    }

    /// Changes the profile file under its lock; says once on stderr when that migrated the Node CLI's.
    pub fn configure<T>(&mut self, repair: bool, change: impl FnOnce(&mut File) -> Result<T>) -> Result<T> {
        let place = self.place();
        let saved: Saved<T> = profile::update(&place, self.clock, repair, change)?;
        if let Some(old) = &saved.migrated {
            self.say_migrated(old)?;
        }
        let path = place.writable()?.display();
        if let Some(aside) = &saved.set_aside {
            self.console.warn(format!("{path} could not be read; it is kept as {}", aside.display()));
        }
        self.state.profile = None;
        Ok(saved.value)
    }

    /// Says that the Node CLI's file became ours.
    pub fn say_migrated(&self, old: &Path) -> Result<()> {
        let place = self.place();
        let path = place.writable()?.display();
        self.console.info(format!("migrated {} to {path}; the old file is kept", old.display()));
        Ok(())
    }

    /// The folder for what a run leaves to a later one.
    pub fn state_folder(&self) -> Result<PathBuf> {
        let xdg = self.env.os("XDG_STATE_HOME").map(Path::new);
        Place::state(self.home(), xdg).ok_or_else(|| {
            Error::Config(
                "there is no folder to keep state in, because HOME is not set or empty; set HOME".into(),
            )
        })
    }

    /// Takes this profile where nobody named one.
    pub fn assume_profile(&mut self, name: &str) {
        if self.options.profile.is_none() && self.env.get("STRATOS_PROFILE").is_none() && !name.is_empty() {
            self.options.profile = Some(name.to_owned());
            self.state.profile = None;
        }
    }

    /// The user's home; `None` when `HOME` is not set or empty.
    #[must_use]
    pub fn home(&self) -> Option<&'a Path> {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        self.env.os(name).map(Path::new)
    }
}
