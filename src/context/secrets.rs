//! Credentials: who names them, whether they may be used here, and what they are.

use super::Context;
use crate::{
    credential::{self, Credential, Found, Named, Reference, World},
    error::{Error, Result},
    profile::{self, Origin, Profile, Site},
    secret::Secret,
};

impl Context<'_> {
    /// A secret given by a reference on the command line (`--key`): `env: file: fd: exec: - plain:`.
    pub fn secret(&mut self, flag: &'static str, reference: &str) -> Result<Found> {
        let how = Reference::parse(reference).map_err(|why| Error::Usage(format!("{flag}: {why}")))?;
        if let Reference::Plain(_) = how {
            self.literal_in_argv(flag)?;
        }
        let shown = profile::shown(reference, false);
        let found = self.resolved(Named { origin: Origin::Flag(flag), shown, how })?;
        self.weigh(&found)?;
        Ok(found)
    }

    /// A credential from flag, environment or profile, in that order; `None` when nothing names it.
    /// `flag` is the literal value of the command's own flag for it (`--secret`, `--purge-key`, `--token`), if given.
    /// One from a profile is refused (78) when the base URL in force is of another origin; a signing
    /// key is not, for it is never sent. `SIGNED_URL_SECRET` is seen by the profile's scheme: a command
    /// that has its own `--scheme` calls [`Context::signing_key`].
    pub fn credential(&mut self, which: Credential, flag: Option<&str>) -> Result<Option<Found>> {
        match which {
            Credential::SigningKey => {
                let scheme = self.profile()?.scheme.value.clone();
                self.signing_key(&scheme, flag)
            }
            _ => self.named(which, None, flag)?.map(|named| self.resolved(named)).transpose(),
        }
    }

    /// The signing key for this scheme, from `--secret`, the environment or the profile.
    pub fn signing_key(&mut self, scheme: &str, flag: Option<&str>) -> Result<Option<Found>> {
        let Some(named) = self.named(Credential::SigningKey, Some(scheme), flag)? else { return Ok(None) };
        let found = self.resolved(named)?;
        self.weigh(&found)?;
        Ok(Some(found))
    }

    /// Who names a credential and how, without looking at it: for `--dry-run`, `doctor`, `--origin`.
    pub fn named(
        &mut self,
        which: Credential,
        scheme: Option<&str>,
        flag: Option<&str>,
    ) -> Result<Option<Named>> {
        let global = match which {
            Credential::AccountKey => self.options.account_key.clone(),
            Credential::AccessKey => self.options.access_key.clone(),
            _ => None,
        };
        if let Some(value) = flag.map(str::to_owned).or(global) {
            self.literal_in_argv(which.flag())?;
            let how = Reference::Literal(Secret::new(value));
            return Ok(Some(Named { origin: Origin::Flag(which.flag()), shown: which.flag().into(), how }));
        }
        let profile = self.profile()?;
        let seen = match which {
            Credential::SigningKey => scheme.unwrap_or(&profile.scheme.value).starts_with("cloudcdn"),
            _ => profile.is_cloudcdn(),
        };
        let variable = which.variable();
        if let Some(value) = self.env.os(variable).filter(|_| seen) {
            let how = Reference::Literal(Secret::new(value.as_encoded_bytes()));
            let (origin, shown) = (Origin::Environment(variable), format!("env:{variable}"));
            return Ok(Some(Named { origin, shown, how }));
        }
        let Some(reference) = profile.reference(which.member()) else { return Ok(None) };
        if which != Credential::SigningKey {
            bound(&profile, which)?;
        }
        let how = Reference::parse(reference)
            .map_err(|why| Error::Config(format!("{} of profile {}: {why}", which.member(), profile.name)))?;
        let how = match how {
            Reference::Plain(secret) if profile.literals => Reference::Literal(secret),
            how => how,
        };
        let shown = profile::shown(reference, false);
        Ok(Some(Named { origin: Origin::Profile(which.member()), shown, how }))
    }

    /// A secret on the command line draws a warning, or is refused by the policy in force.
    pub fn literal_in_argv(&mut self, flag: &'static str) -> Result<()> {
        let deny = self.profile()?.bounds.deny_argv_secrets;
        self.warn_of_argv(flag, deny)
    }

    /// Every user of the machine can read the command line while stratos runs.
    pub fn warn_of_argv(&mut self, flag: &'static str, deny: bool) -> Result<()> {
        let text = format!(
            "{flag} shows the secret in the process list; use the environment, or name it: env:NAME, file:PATH, -"
        );
        if deny {
            return Err(Error::Policy(format!("{text} ([policy] argv_secrets is \"deny\")")));
        }
        self.warn_once(text);
        Ok(())
    }

    fn resolved(&mut self, named: Named) -> Result<Found> {
        let source = match named.origin {
            Origin::Profile(member) => format!("{member} of profile {}", self.profile()?.name),
            origin => origin.to_string(),
        };
        if named.how == Reference::Stdin {
            self.claim_stdin("the secret")?;
        }
        let (profile, env, home) = (self.profile()?, self.env, self.home());
        let lookup = move |name: &str| env.os(name);
        let mut world =
            World { env: &lookup, input: &mut *self.input, home, bounds: &profile.bounds, clock: self.clock };
        let (secret, warning) = credential::resolve(&named.how, &source, &mut world)?;
        if let Some(warning) = warning {
            self.warn_once(warning);
        }
        Ok(Found { secret, origin: named.origin, reference: named.shown })
    }

    /// A signing key that is too short to resist guessing.
    fn weigh(&mut self, found: &Found) -> Result<()> {
        let bounds = self.profile()?.bounds.clone();
        let (has, least) = (found.secret.expose().len(), bounds.min_secret_bytes);
        if has >= least {
            return Ok(());
        }
        let text = format!("the signing key is {has} bytes long; use at least {least}, made at random");
        if bounds.strict {
            return Err(Error::Policy(format!("{text} ([policy] is strict)")));
        }
        self.warn_once(text);
        Ok(())
    }
}

/// A credential of a profile goes to that profile's origin and nowhere else.
fn bound(profile: &Profile, which: Credential) -> Result<()> {
    let site = |url: &str| Site::parse(url).ok();
    if site(&profile.url.value) == site(&profile.bound_to) {
        return Ok(());
    }
    Err(Error::Config(format!(
        "{} of profile {} is for {}, but {} names {}; give the credential by flag or environment too, or use the profile's url",
        which.member(),
        profile.name,
        profile.bound_to,
        profile.url.origin,
        profile.url.value
    )))
}
