//! The shared HTTP layer as flags, environment and profile have it.

use super::{Context, SIGNAL};
use crate::{
    error::{Error, Result},
    http::{self, Client, Proxies, Setup},
    profile::Setting,
};
use std::{path::PathBuf, sync::atomic::Ordering};

impl<'a> Context<'a> {
    /// The shared HTTP layer. Nothing is opened before the first request.
    pub fn client(&mut self) -> Result<Client<'a>> {
        let profile = self.profile()?;
        let named = |setting: &Setting<Option<String>>| {
            setting.value.clone().map(|value| (setting.origin.to_string(), value))
        };
        let policy =
            http::policy(named(&profile.timeout), named(&profile.retries), named(&profile.max_wait))?;
        let path = |setting: &Setting<Option<String>>| setting.value.as_ref().map(PathBuf::from);
        let client = match (path(&profile.client_cert), path(&profile.client_key)) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (Some(_), None) => return Err(alone("client_cert", "client_key")),
            (None, Some(_)) => return Err(alone("client_key", "client_cert")),
        };
        let proxies = Proxies::read(|name| self.env.get(name))?;
        let setup = Setup { ca_file: path(&profile.ca_file), client, proxies };
        let transport = http::open(&setup, || SIGNAL.load(Ordering::Relaxed) != 0)?;
        Ok(Client { policy, transport, clock: self.clock, console: self.console })
    }
}

fn alone(one: &str, other: &str) -> Error {
    Error::Config(format!("the profile has {one} without {other}; a client certificate wants both"))
}
