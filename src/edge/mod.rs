//! The embedded edge of `dev` and `demo`: a cache in front of a directory or a sample site, and
//! four endpoints of the CloudCDN API. A convenience, never the proof: whatever it accepts is
//! checked by a second implementation in `tests/edge`. Async stays inside this room.

mod api;
mod cache;
mod daily;
mod faults;
mod gate;
mod reply;
mod server;
mod site;
mod visit;
mod wire;

pub use faults::Fault;
pub use gate::Gate;
pub use server::{Running, start};
pub use site::Site;

use crate::{clock::Clock, context::SystemClock, error::Result, progress::Console, secret::Secret};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// What an edge is started with.
pub struct Config {
    /// Where it listens: loopback, port 0 for a free one.
    pub address: SocketAddr,
    /// What the cache stands in front of.
    pub site: Site,
    /// Who verifies signed URLs.
    pub gate: Gate,
    /// The credentials of its API.
    pub keys: Keys,
    /// What it does wrong, in this order.
    pub faults: Vec<Fault>,
    /// Seconds in the `Retry-After` of the fault `429`.
    pub retry_after: u64,
    /// Where each request is logged; `None` for nowhere.
    pub log: Option<Console>,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// The sample site on a free port, scheme `cloudcdn`, random keys, no faults, no log.
    pub fn sample() -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            site: Site::sample(),
            gate: Gate::new("cloudcdn", vec![(None, random(&*clock))], Vec::new())?,
            keys: Keys::random(&*clock),
            faults: Vec::new(),
            retry_after: 1,
            log: None,
            clock,
        })
    }
}

/// The credentials of the edge's API, as contracts/cloudcdn.openapi.yaml tells them apart.
#[derive(Debug, Clone)]
pub struct Keys {
    /// `x-api-key` of `/api/purge`.
    pub purge: Secret,
    /// A scoped token, `Authorization: Bearer …`, good for `/api/purge`.
    pub token: Secret,
    /// `AccessKey` of `/api/assets`.
    pub access: Secret,
}

impl Keys {
    /// New ones, of this start only.
    #[must_use]
    pub fn random(clock: &dyn Clock) -> Self {
        let token = [b"cdnsk_", &random(clock).expose()[..40]].concat();
        Self { purge: random(clock), token: Secret::new(token), access: random(clock) }
    }
}

/// 32 random bytes in hexadecimal: a key that every spelling of a key can be read from.
#[must_use]
pub fn random(clock: &dyn Clock) -> Secret {
    let mut bytes = [0; 32];
    if !planted!("same-keys-each-start") {
        clock.fill(&mut bytes);
    }
    Secret::new(hex::encode(bytes))
}
