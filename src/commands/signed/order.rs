//! What to sign with and for: the flags that minting and playlists share.

use super::{
    Choice,
    claims::{self, Moment, Wish},
    keys::{Named, Ring},
    mint::Press,
};
use crate::{
    context::Context,
    error::Result,
    sign::{Form, Params, Scheme},
};

/// Scheme, key and claims.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Order {
    #[command(flatten)]
    pub(super) choice: Choice,
    /// Signing key: env:NAME, file:PATH, fd:N, exec:COMMAND, or - for stdin
    #[arg(long, value_name = "REF", help_heading = "Key")]
    pub(super) key: Option<String>,
    /// Signing key, literally; others can read it in the process list [env: SIGNED_URL_SECRET]
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true, help_heading = "Key")]
    pub(super) secret: Option<String>,
    #[command(flatten)]
    pub(super) wish: Wish,
}

impl Order {
    /// Checks the flags and readies the key, then works with them. `listed` says that stdin is taken;
    /// `ready` is asked before the key is looked up.
    pub fn press<T>(
        &self,
        listed: bool,
        ready: impl FnOnce(&'static Scheme, Form, &str, &mut Context<'_>) -> Result<()>,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut Press<'_>, &mut Context<'_>) -> Result<T>,
    ) -> Result<T> {
        self.taking(&[], listed, ready, cx, work)
    }

    /// The same, where each record of a list brings the flags that are `taken`: then the press has no claims
    /// before those of a record are granted.
    pub fn taking<T>(
        &self,
        taken: &[&str],
        listed: bool,
        ready: impl FnOnce(&'static Scheme, Form, &str, &mut Context<'_>) -> Result<()>,
        cx: &mut Context<'_>,
        work: impl FnOnce(&mut Press<'_>, &mut Context<'_>) -> Result<T>,
    ) -> Result<T> {
        let named = Named {
            references: self.key.clone().into_iter().collect(),
            literal: self.secret.clone(),
            ids: self.wish.key_id.clone().into_iter().collect(),
        };
        named.check(listed)?;
        let profile = cx.profile()?;
        let scheme = Scheme::find(self.choice.scheme.as_deref().unwrap_or(&profile.scheme.value))?;
        let settings = claims::params(&self.choice.params, scheme, Some(&profile), cx)?;
        let moment = Moment::of(cx)?;
        let granted = match taken {
            [] => self.wish.granted(scheme, &profile, &moment)?,
            taken => self.wish.awaiting(scheme, taken)?,
        };
        ready(scheme, granted.form, &profile.url.value, cx)?;
        let pairs = claims::pairs(&settings);
        let params = Params(&pairs);
        let signer = Ring::signing(named).signer(scheme, params, None, cx)?;
        let mut press = Press::new(&signer, granted.claims(params), &profile, &moment, cx);
        let done = work(&mut press, cx);
        if let Some(caution) = press.caution() {
            cx.console.warn(caution);
        }
        done
    }
}
