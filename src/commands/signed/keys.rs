//! Which key signs: `--key`, else `--secret`, the environment and the profile. Where the profile has a ring,
//! its current key signs, and the accepted ones verify beside it.

use crate::{
    context::Context,
    credential::{Credential, Found},
    error::{Error, Result},
    profile::{Origin, Profile, RingKey, Standing},
    secret::Secret,
    sign::{Claim, Params, Scheme, Signer},
};

/// Keys as flags name them.
#[derive(Debug, Default)]
pub struct Named {
    /// `--key`, in order.
    pub references: Vec<String>,
    /// `--secret`.
    pub literal: Option<String>,
    /// `--key-id`, in the order of the keys.
    pub ids: Vec<String>,
}

impl Named {
    /// Refuses what contradicts itself; `listed` says that stdin holds the list.
    pub fn check(&self, listed: bool) -> Result<()> {
        if self.literal.as_deref() == Some("") {
            return Err(Error::MissingKey(
                "--secret is empty; name the key with --key env:NAME or --key file:PATH, or leave --secret out"
                    .into(),
            ));
        }
        if self.literal.is_some() && !self.references.is_empty() {
            return Err(Error::Usage("--key and --secret name the same thing; give one of them".into()));
        }
        if listed && self.references.iter().any(|reference| reference == "-") {
            return Err(Error::Usage(
                "stdin cannot hold both the list and the key; name the key with env:, file: or fd:".into(),
            ));
        }
        if self.ids.len() > self.references.len().max(1) {
            return Err(Error::Usage("more --key-id than --key; give one id for each key".into()));
        }
        Ok(())
    }
}

/// A key, and how it is known.
#[derive(Debug, Clone)]
struct Held {
    found: Found,
    id: Option<String>,
    /// Out of the profile's ring: its id counts in links of the profile's scheme alone.
    ringed: bool,
}

/// Resolved keys. Those of the environment and the profile are looked up when a scheme wants them,
/// and once: `SIGNED_URL_SECRET` is CloudCDN's alone.
#[derive(Debug)]
pub struct Ring {
    named: Named,
    /// Only the key that signs.
    signing: bool,
    given: Option<Vec<Held>>,
    cloudcdn: Option<Vec<Held>>,
    others: Option<Vec<Held>>,
}

impl Ring {
    /// Every key that verifies; nothing is looked up yet.
    #[must_use]
    pub const fn new(named: Named) -> Self {
        Self { named, signing: false, given: None, cloudcdn: None, others: None }
    }

    /// The one key that signs; with a ring, `--key-id` may choose another one that is in force.
    #[must_use]
    pub const fn signing(named: Named) -> Self {
        Self { named, signing: true, given: None, cloudcdn: None, others: None }
    }

    /// The keys for a scheme; empty when nothing names one.
    fn of(&mut self, scheme: &Scheme, cx: &mut Context<'_>) -> Result<Vec<Held>> {
        if !self.named.references.is_empty() {
            if self.given.is_none() {
                let found = self.named.references.iter().map(|reference| cx.secret("--key", reference));
                let found = found.collect::<Result<Vec<_>>>()?;
                let held = |(at, found)| Held { found, id: self.named.ids.get(at).cloned(), ringed: false };
                self.given = Some(found.into_iter().enumerate().map(held).collect());
            }
            return Ok(self.given.clone().unwrap_or_default());
        }
        let own = scheme.id.starts_with("cloudcdn");
        if let Some(kept) = if own { &self.cloudcdn } else { &self.others } {
            return Ok(kept.clone());
        }
        let found = self.configured(scheme, cx)?;
        *(if own { &mut self.cloudcdn } else { &mut self.others }) = Some(found.clone());
        Ok(found)
    }

    /// `--secret`, the environment, and the profile: its one key, or its ring.
    fn configured(&self, scheme: &Scheme, cx: &mut Context<'_>) -> Result<Vec<Held>> {
        let literal = self.named.literal.as_deref();
        let profile = cx.profile()?;
        let named = cx.named(Credential::SigningKey, Some(scheme.id), literal)?;
        let of_ring = named.as_ref().is_some_and(|named| matches!(named.origin, Origin::Profile(_)));
        if !of_ring || profile.ring.is_empty() {
            let found = cx.signing_key(scheme.id, literal)?;
            let held = |found| Held { found, id: self.named.ids.first().cloned(), ringed: false };
            return Ok(found.into_iter().map(held).collect());
        }
        let chosen = match self.named.ids.first() {
            Some(id) => vec![chosen(&profile, id)?],
            None if self.signing => profile.in_force().into_iter().take(1).collect(),
            None => profile.in_force(),
        };
        let held =
            |key: &RingKey| Ok(Held { found: cx.ring_key(key)?, id: Some(key.id.clone()), ringed: true });
        chosen.into_iter().map(held).collect()
    }

    /// How many of the keys verify, where that is known: all that a profile's ring has in force.
    pub fn in_force(&self) -> Option<usize> {
        let ringed = |kept: &Option<Vec<Held>>| kept.iter().flatten().filter(|held| held.ringed).count();
        let ringed = ringed(&self.cloudcdn).max(ringed(&self.others));
        Some(ringed).filter(|ringed| *ringed > 0)
    }

    /// The keys of a scheme in their order, with their ids; `own_id` is the profile's, where the scheme is.
    pub fn keys(
        &mut self,
        scheme: &'static Scheme,
        own_id: Option<&str>,
        cx: &mut Context<'_>,
    ) -> Result<Vec<(Option<String>, Secret)>> {
        let held = self.held(scheme, cx)?;
        Ok(held.into_iter().map(|held| (held.known_as(scheme, own_id), held.found.secret)).collect())
    }

    /// The signer of a scheme.
    pub fn signer(
        &mut self,
        scheme: &'static Scheme,
        params: Params<'_>,
        own_id: Option<&str>,
        cx: &mut Context<'_>,
    ) -> Result<Signer> {
        let mut signer = Signer { scheme, keys: Vec::new() };
        for held in self.held(scheme, cx)? {
            let id = held.known_as(scheme, own_id);
            signer = signer
                .with(id.as_deref(), &held.found.secret, params)
                .map_err(|error| named(error, &held.found.reference))?;
        }
        Ok(signer)
    }

    fn held(&mut self, scheme: &'static Scheme, cx: &mut Context<'_>) -> Result<Vec<Held>> {
        let held = self.of(scheme, cx)?;
        if held.is_empty() { Err(missing(scheme)) } else { Ok(held) }
    }
}

impl Held {
    /// The id to look for in a link of this scheme.
    fn known_as(&self, scheme: &Scheme, own_id: Option<&str>) -> Option<String> {
        if self.ringed {
            return self.id.clone().filter(|_| own_id.is_some() && scheme.carries(Claim::KeyId));
        }
        self.id.clone().or_else(|| own_id.map(str::to_owned))
    }
}

/// The key of the ring that `--key-id` names.
fn chosen<'p>(profile: &'p Profile, id: &str) -> Result<&'p RingKey> {
    let known = profile.ring.iter().find(|key| key.id == id);
    match known {
        Some(key) if key.standing != Standing::Retired => Ok(key),
        Some(_) => Err(Error::Usage(format!(
            "--key-id {id} is a retired key of profile {}; choose one that is in force, or give the key with --key",
            profile.name
        ))),
        None => {
            let ids: Vec<&str> = profile.in_force().into_iter().map(|key| key.id.as_str()).collect();
            Err(Error::Usage(format!(
                "--key-id {id:?} is not in the ring of profile {}; it has {}, and another one needs its --key",
                profile.name,
                ids.join(", ")
            )))
        }
    }
}

fn missing(scheme: &Scheme) -> Error {
    Error::MissingKey(if scheme.id.starts_with("cloudcdn") {
        "SIGNED_URL_SECRET (or --secret) is required; better, name it: --key env:NAME or --key file:PATH"
            .into()
    } else {
        format!("no key for scheme {}; pass --key env:NAME or --key file:PATH", scheme.id)
    })
}

/// Says which key it was, by its reference.
fn named(error: Error, reference: &str) -> Error {
    match error {
        Error::Data(text) => Error::Data(format!("{reference}: {text}")),
        Error::WeakSecret(text) => Error::WeakSecret(format!("{reference}: {text}")),
        error => error,
    }
}
