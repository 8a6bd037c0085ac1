//! Sends one request after another for an account: nonce, token, and where a secret may go.

use super::{Account, Attempt, Provider};
use crate::{
    error::Result,
    http::{Client, Request, Response},
    secret::Secret,
};
use std::time::Duration;

/// A token is renewed this long before it ends.
const MARGIN: Duration = Duration::from_secs(60);

pub(super) struct Session<'a> {
    provider: &'a Provider,
    account: &'a Account,
    client: &'a Client<'a>,
    token: Option<(Secret, Duration)>,
}

impl<'a> Session<'a> {
    pub(super) const fn new(provider: &'a Provider, account: &'a Account, client: &'a Client<'a>) -> Self {
        Self { provider, account, client, token: None }
    }

    /// Obtains the token that the provider exchanges; without a grant there is nothing to do.
    pub(super) fn prepare(&mut self) -> Result<()> {
        let Some(grant) = self.provider.grant else { return Ok(()) };
        let now = self.client.clock.now()?;
        if self.token.as_ref().is_some_and(|(_, until)| now.saturating_add(MARGIN) < *until) {
            return Ok(());
        }
        let attempt = Attempt { now, nonce: self.nonce(), token: None };
        let Some(request) = (grant.encode)(self.account, &attempt)? else { return Ok(()) };
        let (token, lasts) = (grant.decode)(&self.client.send(&request)?)?;
        self.token = Some((token, now.saturating_add(lasts)));
        Ok(())
    }

    /// Sends with what belongs to it. A held token that is refused is renewed once.
    pub(super) fn send(&mut self, request: &Request) -> Result<Response> {
        let held = self.token.is_some();
        self.prepare()?;
        let reply = self.once(request)?;
        if held && matches!(reply.status, 401 | 403) {
            self.token = None;
            self.prepare()?;
            return self.once(request);
        }
        Ok(reply)
    }

    fn once(&self, request: &Request) -> Result<Response> {
        if !self.account.owns(&request.url) {
            return self.client.send(request);
        }
        let token = self.token.as_ref().map(|(token, _)| token);
        self.client.send_signed(request, &|request| {
            let attempt = Attempt { now: self.client.clock.now()?, nonce: self.nonce(), token };
            (self.provider.authorize)(self.account, &attempt, request)
        })
    }

    fn nonce(&self) -> [u8; 16] {
        let mut nonce = [0; 16];
        self.client.clock.fill(&mut nonce);
        nonce
    }
}
