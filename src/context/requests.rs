//! The shared HTTP layer as flags, environment and profile have it.

use super::{Context, SIGNAL, secrets::abroad};
use crate::{
    error::{Error, Result},
    http::{
        self, Client, Policy, Proxies, Setup,
        otlp::{self, Span},
    },
    profile::{Profile, Setting},
    secret::Secret,
};
use std::{path::PathBuf, sync::atomic::Ordering};

impl<'a> Context<'a> {
    /// The shared HTTP layer. Nothing is opened before the first request.
    pub fn client(&mut self) -> Result<Client<'a>> {
        let profile = self.profile()?;
        self.client_of(policy(&profile)?, Some(&profile), certificate(&profile)?)
    }

    /// The same for addresses that are not the profile's: its client certificate does not go along.
    pub fn plain_client(&mut self) -> Result<Client<'a>> {
        if planted!("certificate-goes-along") {
            return self.client();
        }
        let profile = self.profile()?;
        self.client_of(policy(&profile)?, Some(&profile), None)
    }

    /// For releases. A config.toml that cannot be read is no reason to stay on an old version: then the flags
    /// alone count.
    pub fn release_client(&mut self) -> Result<Client<'a>> {
        match self.profile() {
            Err(Error::Config(why)) => {
                self.warn_once(format!("going on without the configuration: {why}"));
                let named =
                    |flag: &str, value: &Option<String>| value.clone().map(|value| (flag.to_owned(), value));
                let options = &self.options;
                let policy = http::policy(
                    named("--timeout", &options.timeout),
                    named("--retries", &options.retries),
                    named("--max-wait", &options.max_wait),
                )?;
                self.client_of(policy, None, None)
            }
            _ => self.plain_client(),
        }
    }

    fn client_of(
        &self,
        policy: Policy,
        profile: Option<&Profile>,
        client: Option<(PathBuf, PathBuf)>,
    ) -> Result<Client<'a>> {
        let setup = self.setup(profile, client)?;
        let transport = http::open(&setup, || SIGNAL.load(Ordering::Relaxed) != 0)?;
        Ok(Client { policy, transport, clock: self.clock, console: self.console })
    }

    pub(super) fn setup(
        &self,
        profile: Option<&Profile>,
        client: Option<(PathBuf, PathBuf)>,
    ) -> Result<Setup> {
        Ok(Setup {
            ca_file: profile.map_or_else(|| self.options.ca_file.clone(), |profile| path(&profile.ca_file)),
            client,
            proxies: Proxies::read(|name| self.env.get(name))?,
        })
    }

    /// The headers of `--otlp-headers`, checked before the command runs.
    pub fn span_headers(&self) -> Result<Vec<(String, Secret)>> {
        if let Some(endpoint) = &self.options.otlp_endpoint {
            crate::profile::base(endpoint)
                .map_err(|why| Error::Usage(format!("--otlp-endpoint names no collector: {why}")))?;
        }
        self.options.otlp_headers.as_deref().map_or(Ok(Vec::new()), otlp::headers)
    }

    /// Tells the endpoint that was asked for how the command ended; without one, nothing at all. A
    /// profile that cannot be read may be why it failed: the flag's endpoint hears of that too.
    pub fn export(&mut self, span: &Span<'_>, headers: &[(String, Secret)]) {
        let profile = self.profile().ok();
        let named = profile.as_ref().and_then(|profile| profile.otlp_endpoint.value.clone());
        let variable =
            self.env.get("OTEL_EXPORTER_OTLP_ENDPOINT").filter(|_| planted!("otel-variable-is-enough"));
        let named = named.or_else(|| variable.map(str::to_owned));
        let Some(endpoint) = named.or_else(|| self.options.otlp_endpoint.clone()) else { return };
        // The certificate of the profile is for its CDN, not for whoever takes spans.
        match self.client_of(Policy::default(), profile.as_deref(), None) {
            Ok(client) => otlp::export(&client, &endpoint, headers, span),
            Err(error) if self.console.verbose > 0 => {
                self.console.plain(format!("the span was not sent: {error}"));
            }
            Err(_) => {}
        }
    }
}

fn policy(profile: &Profile) -> Result<Policy> {
    let named = |setting: &Setting<Option<String>>| {
        setting.value.clone().map(|value| (setting.origin.to_string(), value))
    };
    http::policy(named(&profile.timeout), named(&profile.retries), named(&profile.max_wait))
}

fn path(setting: &Setting<Option<String>>) -> Option<PathBuf> {
    setting.value.as_ref().map(PathBuf::from)
}

/// The client certificate of the profile: a credential, and bound like one.
fn certificate(profile: &Profile) -> Result<Option<(PathBuf, PathBuf)>> {
    match (path(&profile.client_cert), path(&profile.client_key)) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) if profile.at_home() => Ok(Some((certificate, key))),
        (Some(_), Some(_)) => {
            Err(abroad(profile, "client_cert", "use the profile's url, or another profile"))
        }
        (Some(_), None) => Err(alone("client_cert", "client_key")),
        (None, Some(_)) => Err(alone("client_key", "client_cert")),
    }
}

fn alone(one: &str, other: &str) -> Error {
    Error::Config(format!("the profile has {one} without {other}; a client certificate wants both"))
}
