//! `stratos signed rotate add ID --key REF`: a key comes into the ring, accepted and not yet signing.

use super::{PROPAGATION, length, reference, status};
use crate::{
    commands::signed::claims,
    context::Context,
    error::{Error, Result},
    profile::{Profile, RingKey, Standing, id_is_fine},
    report::Report,
    sign::{Params, Scheme, Signer},
};

/// The flags of adding.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// A name for the key; where the scheme writes key ids, the one that the edge knows it by
    #[arg(value_name = "ID")]
    id: String,
    /// Where the secret is: env:NAME, file:PATH or exec:COMMAND; only this is kept
    #[arg(long, value_name = "REF")]
    key: String,
    /// A name for the key that the profile has now, where it has none
    #[arg(long, value_name = "ID")]
    current_id: Option<String>,
    /// The longest lifetime that is minted with it: 15m, 1h, 7d
    #[arg(long, value_name = "TIME")]
    longest: Option<String>,
    /// Until every edge knows the key (default 15m); promote waits for it
    #[arg(long, value_name = "TIME")]
    propagation: Option<String>,
}

impl Add {
    /// Checks the key as far as it is there, and writes its reference.
    pub fn run(self, cx: &mut Context<'_>) -> Result<Box<dyn Report>> {
        for id in [Some(&self.id), self.current_id.as_ref()].into_iter().flatten() {
            if !id_is_fine(id) {
                return Err(Error::Usage(format!(
                    "{id:?} is no key id; write 1 to 128 visible characters without blanks"
                )));
            }
        }
        reference("--key", &self.key)?;
        let (profile, now) = (cx.profile()?, cx.now()?);
        if self.key.starts_with("plain:") {
            cx.literal_in_argv("--key")?;
        }
        let longest = self.longest.as_deref().map(|text| length("--longest", Some(text), 0)).transpose()?;
        let wait = length("--propagation", self.propagation.as_deref(), PROPAGATION)?;
        self.is_new(&profile.ring, &profile.name)?;
        self.try_out(&profile, cx)?;
        let (name, own_id) = (profile.name.clone(), profile.key_id.clone());
        cx.configure(false, |file| {
            if file.ring(&name)?.is_empty()
                && let Some((_, old)) =
                    file.references(&name)?.into_iter().find(|(member, _)| *member == "signing.key")
            {
                let id = own_id.or_else(|| self.current_id.clone()).ok_or_else(|| nameless(&name))?;
                file.ring_of_one(&name, &RingKey::new(id, old, Standing::Current))?;
            }
            let ring = file.ring(&name)?;
            self.is_new(&ring, &name)?;
            let first = ring.is_empty();
            let standing = if first { Standing::Current } else { Standing::Accepted };
            let promote_after = (!first).then(|| now.saturating_add(wait));
            let (created, since) = (Some(now), Some(now));
            let fresh = RingKey::new(&self.id, &self.key, standing);
            let fresh = RingKey { created, since, promote_after, longest, ..fresh };
            file.put_key(&name, &fresh)
        })?;
        cx.console.info(format!("added {} to the ring of profile {}", self.id, profile.name));
        status::run(cx)
    }

    fn is_new(&self, ring: &[RingKey], profile: &str) -> Result<()> {
        match ring.iter().find(|key| key.id == self.id) {
            None => Ok(()),
            Some(known) => Err(Error::Usage(format!(
                "{:?} is in the ring of profile {profile} already, {}; give the new key another id",
                self.id,
                known.standing.name()
            ))),
        }
    }

    /// A key that cannot be used would break every verification, and one that is there already would be no
    /// rotation. Where the secret is out of reach here, nothing can be said.
    fn try_out(&self, profile: &Profile, cx: &mut Context<'_>) -> Result<()> {
        let scheme = Scheme::find(&profile.scheme.value)?;
        let fresh = match cx.ring_key(&RingKey::new(&self.id, &self.key, Standing::Accepted)) {
            Ok(found) => found,
            Err(error @ Error::Policy(_)) => return Err(error),
            Err(error) => {
                cx.console.warn(format!("the key was not tried: {error}"));
                return Ok(());
            }
        };
        let settings = claims::params(&[], scheme, Some(profile), cx)?;
        let pairs = claims::pairs(&settings);
        Signer::new(scheme, &fresh.secret, Params(&pairs)).map_err(|error| {
            Error::Data(format!("{} is no key for {}: {error}", fresh.reference, scheme.id))
        })?;
        for key in super::ring_of(profile) {
            if cx.ring_key(&key).is_ok_and(|found| found.secret == fresh.secret) {
                return Err(Error::Usage(format!(
                    "{} holds the same secret as {}; a rotation wants a new one: make it at random",
                    fresh.reference,
                    if key.id.is_empty() { "the current key" } else { &key.id }
                )));
            }
        }
        Ok(())
    }
}

fn nameless(profile: &str) -> Error {
    Error::Usage(format!(
        "the key of profile {profile} has no id yet, and a ring tells its keys apart by it; pass --current-id ID"
    ))
}
