//! Sends one request after another for an account: nonce, token, fresh secrets, and where a secret may go.

use super::{Account, Attempt, Provider};
use crate::{
    error::Result,
    http::{Client, Request, Response},
    secret::Secret,
};
use std::time::Duration;

/// What ends is renewed this long before.
const MARGIN: Duration = Duration::from_secs(60);

pub(super) struct Session<'a> {
    provider: &'a Provider,
    account: &'a Account,
    client: &'a Client<'a>,
    token: Option<(Secret, Duration)>,
    /// A token was asked for before.
    exchanged: bool,
    /// The account with other secrets, once those that it came with had ended.
    fresh: Option<Account>,
    /// When the secrets in use end, where that is known.
    until: Option<Duration>,
}

impl<'a> Session<'a> {
    pub(super) fn new(provider: &'a Provider, account: &'a Account, client: &'a Client<'a>) -> Self {
        let until = account.renewal.as_ref().and_then(|renewal| renewal.until);
        Self { provider, account, client, token: None, exchanged: false, fresh: None, until }
    }

    fn account(&self) -> &Account {
        self.fresh.as_ref().unwrap_or(self.account)
    }

    /// Renews what is about to end, and obtains the token that the provider exchanges.
    pub(super) fn prepare(&mut self) -> Result<()> {
        let now = self.client.clock.now()?;
        let ends = |until: Duration| now.saturating_add(MARGIN) >= until;
        if self.until.is_some_and(ends) {
            self.renew()?;
            // Who hands out what is about to end is asked again when it is refused.
            self.until = self.until.filter(|until| !ends(*until));
        }
        let Some(grant) = self.provider.grant else { return Ok(()) };
        if self.token.as_ref().is_some_and(|(_, until)| !ends(*until)) {
            return Ok(());
        }
        if std::mem::replace(&mut self.exchanged, true) {
            // Platforms write the token that is exchanged anew while the last one still holds.
            self.renew()?;
        }
        let attempt = Attempt { now, nonce: self.nonce(), token: None };
        let Some(request) = (grant.encode)(self.account(), &attempt)? else { return Ok(()) };
        let (token, lasts) = (grant.decode)(&self.client.send(&request)?)?;
        self.token = Some((token, now.saturating_add(lasts)));
        Ok(())
    }

    /// Looks for secrets where the account's came from; whether there are others now.
    fn renew(&mut self) -> Result<bool> {
        let Some(renewal) = &self.account.renewal else { return Ok(false) };
        let Some((secrets, until)) = (renewal.again)(self.client)? else { return Ok(false) };
        self.until = until;
        let Some(fresh) = self.account().with(secrets) else { return Ok(false) };
        self.client.console.info("the credentials had ended; fresh ones are in use");
        self.fresh = Some(fresh);
        self.token = None;
        Ok(true)
    }

    /// Sends with what belongs to it. A held token, or secrets that have ended, are renewed once when refused.
    pub(super) fn send(&mut self, request: &Request) -> Result<Response> {
        let held = self.token.is_some();
        self.prepare()?;
        let reply = self.once(request)?;
        if held && matches!(reply.status, 401 | 403) {
            self.token = None;
            self.prepare()?;
            return self.once(request);
        }
        let ended = !reply.accepted() && (self.provider.expired)(&reply);
        match if ended { self.renew() } else { Ok(false) } {
            Ok(false) => Ok(reply),
            Ok(true) => {
                self.prepare()?;
                self.once(request)
            }
            // The refusal is what became of the request; this is why it stays one.
            Err(error) => {
                self.client.console.warn(format!("the credentials have ended: {error}"));
                Ok(reply)
            }
        }
    }

    fn once(&self, request: &Request) -> Result<Response> {
        let account = self.account();
        if !account.owns(&request.url) {
            return self.client.send(request);
        }
        let token = self.token.as_ref().map(|(token, _)| token);
        self.client.send_signed(request, &|request| {
            let attempt = Attempt { now: self.client.clock.now()?, nonce: self.nonce(), token };
            (self.provider.authorize)(account, &attempt, request)
        })
    }

    fn nonce(&self) -> [u8; 16] {
        let mut nonce = [0; 16];
        self.client.clock.fill(&mut nonce);
        nonce
    }
}
