//! Which key signs: `--key`, else `--secret`, the environment and the profile.

use crate::{
    context::Context,
    credential::Found,
    error::{Error, Result},
    secret::Secret,
    sign::{Params, Scheme, Signer},
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

/// Resolved keys. Those of the environment and the profile are looked up when a scheme wants them,
/// and once: `SIGNED_URL_SECRET` is CloudCDN's alone.
#[derive(Debug)]
pub struct Ring {
    named: Named,
    given: Option<Vec<Found>>,
    cloudcdn: Option<Option<Found>>,
    others: Option<Option<Found>>,
}

impl Ring {
    /// Nothing is looked up yet.
    #[must_use]
    pub const fn new(named: Named) -> Self {
        Self { named, given: None, cloudcdn: None, others: None }
    }

    /// The keys for a scheme; empty when nothing names one.
    fn of(&mut self, scheme: &Scheme, cx: &mut Context<'_>) -> Result<Vec<Found>> {
        if !self.named.references.is_empty() {
            if self.given.is_none() {
                let found = self.named.references.iter().map(|reference| cx.secret("--key", reference));
                self.given = Some(found.collect::<Result<_>>()?);
            }
            return Ok(self.given.clone().unwrap_or_default());
        }
        let own = scheme.id.starts_with("cloudcdn");
        let kept = if own { &mut self.cloudcdn } else { &mut self.others };
        if kept.is_none() {
            // An empty --secret counts as not given, as it did.
            let literal = self.named.literal.as_deref().filter(|literal| !literal.is_empty());
            *kept = Some(cx.signing_key(scheme.id, literal)?);
        }
        Ok(kept.iter().flatten().cloned().collect())
    }

    /// The keys of a scheme in their order, with their ids.
    pub fn keys(
        &mut self,
        scheme: &'static Scheme,
        own_id: Option<&str>,
        cx: &mut Context<'_>,
    ) -> Result<Vec<(Option<String>, Secret)>> {
        let found = self.of(scheme, cx)?;
        if found.is_empty() {
            return Err(missing(scheme));
        }
        let id = |at: usize| self.named.ids.get(at).map(String::as_str).or(own_id).map(str::to_owned);
        Ok(found.into_iter().enumerate().map(|(at, found)| (id(at), found.secret)).collect())
    }

    /// The signer of a scheme.
    pub fn signer(
        &mut self,
        scheme: &'static Scheme,
        params: Params<'_>,
        own_id: Option<&str>,
        cx: &mut Context<'_>,
    ) -> Result<Signer> {
        let found = self.of(scheme, cx)?;
        if found.is_empty() {
            return Err(missing(scheme));
        }
        let mut signer = Signer { scheme, keys: Vec::new() };
        for (at, found) in found.iter().enumerate() {
            let id = self.named.ids.get(at).map(String::as_str).or(own_id);
            signer =
                signer.with(id, &found.secret, params).map_err(|error| named(error, &found.reference))?;
        }
        Ok(signer)
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
        error => error,
    }
}
