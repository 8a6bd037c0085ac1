//! Settings: flag, then environment, then profile file, then default; each remembers which one won.

mod edit;
mod file;
mod group;
mod key;
mod mask;
mod member;
mod node;
mod place;
mod policy;
mod resolve;
mod ring;
mod save;
mod site;

pub use file::{File, Kept};
pub use group::Group;
pub use key::{Key, name_is_fine};
pub use mask::{looks_secret, reference as shown};
pub use place::Place;
pub use policy::Bounds;
pub use resolve::{Sources, bare, named, resolve};
pub use ring::{RingKey, Standing, id_is_fine};
pub use save::{Draft, Saved, keep, update};
pub use site::{Site, base};

use std::fmt;

/// The base URL where nothing names another one.
pub const DEFAULT_URL: &str = "https://cloudcdn.pro";

/// The profile's own members that name secrets; `signing.key` stands in `[profiles.x.signing]`.
pub const CREDENTIALS: &[&str] = &[
    "account_key",
    "access_key",
    "purge_key",
    "token",
    "api_key",
    "access_key_id",
    "secret_access_key",
    "session_token",
    "client_token",
    "client_secret",
    "federated_token",
    "access_token",
    "service_account",
    "access_key_secret",
    "secret_id",
    "secret_key",
    "signing.key",
];

/// Where a value came from. Printed by `config list --origin` and `doctor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A flag, by its name (`--cdn-url`).
    Flag(&'static str),
    /// An environment variable, by its name.
    Environment(&'static str),
    /// The profile in config.toml, by the key's name.
    Profile(&'static str),
    /// The vendor's own files, by the vendor's name.
    Vendor(&'static str),
    /// Nothing set it.
    Default,
}

impl fmt::Display for Origin {
    /// As a message names it: `--timeout`, `CLOUDCDN_TIMEOUT`, `timeout of the profile`, `default`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Environment(name) => f.write_str(name),
            Self::Profile(key) => write!(f, "{key} of the profile"),
            Self::Vendor(name) => write!(f, "{name}'s own files"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value in force.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// What holds where nothing set it.
    pub fn default(value: impl Into<T>) -> Self {
        Self { value: value.into(), origin: Origin::Default }
    }
}

/// The profile in force, resolved. Credentials stay references until somebody needs one.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name; `default` when there is no file.
    pub name: String,
    /// The purge provider's id.
    pub provider: Setting<String>,
    /// The base URL, without its trailing slash.
    pub url: Setting<String>,
    /// The signing scheme's id.
    pub scheme: Setting<String>,
    /// `key_id` of `[profiles.x.signing]`; the current key's id where there is a ring.
    pub key_id: Option<String>,
    /// `nodes`: the base URLs of a fleet, each purged for itself; none for a single address.
    pub nodes: Vec<String>,
    /// `then`: what a purge of several leaves for after this one.
    pub then: Vec<String>,
    /// `keys` of `[profiles.x.signing]`, in the file's order; empty where there is one `key`, or none.
    pub ring: Vec<RingKey>,
    /// Every other text member of `[profiles.x.signing]`, as scheme params.
    pub params: Vec<(String, String)>,
    /// The provider's settings: every member of the profile that is none of the known keys.
    pub settings: Vec<(String, String)>,
    /// Floors.
    pub bounds: Bounds,
    /// `--timeout`, `CLOUDCDN_TIMEOUT`, `timeout`: unparsed, as all that follow.
    pub timeout: Setting<Option<String>>,
    /// `--retries`, `CLOUDCDN_RETRIES`, `retries`.
    pub retries: Setting<Option<String>>,
    /// `--max-wait`, `max_wait`.
    pub max_wait: Setting<Option<String>>,
    /// `--ca-file`, `ca_file`.
    pub ca_file: Setting<Option<String>>,
    /// `client_cert`: a PEM file.
    pub client_cert: Setting<Option<String>>,
    /// `client_key`: a PEM file.
    pub client_key: Setting<Option<String>>,
    /// `--otlp-endpoint`, `otlp_endpoint`.
    pub otlp_endpoint: Setting<Option<String>>,
    /// The base URL that the profile itself names: the only origin its credentials may go to.
    pub bound_to: String,
    /// The credentials it names, by member of [`CREDENTIALS`], unresolved.
    pub references: Vec<(&'static str, String)>,
    /// They are literals of the Node CLI's config.json, not yet migrated.
    pub literals: bool,
    /// The file's `default` names it.
    pub chosen_by_file: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: "default".into(),
            provider: Setting::default("cloudcdn"),
            url: Setting::default(DEFAULT_URL),
            scheme: Setting::default("cloudcdn"),
            key_id: None,
            nodes: Vec::new(),
            then: Vec::new(),
            ring: Vec::new(),
            params: Vec::new(),
            settings: Vec::new(),
            bounds: Bounds::default(),
            timeout: Setting::default(None),
            retries: Setting::default(None),
            max_wait: Setting::default(None),
            ca_file: Setting::default(None),
            client_cert: Setting::default(None),
            client_key: Setting::default(None),
            otlp_endpoint: Setting::default(None),
            bound_to: DEFAULT_URL.into(),
            references: Vec::new(),
            literals: false,
            chosen_by_file: false,
        }
    }
}

impl Profile {
    /// The reference that a member names, never resolved.
    #[must_use]
    pub fn reference(&self, member: &str) -> Option<&str> {
        self.references.iter().find(|(name, _)| *name == member).map(|(_, reference)| reference.as_str())
    }

    /// The keys of which links are good, the one that signs first.
    #[must_use]
    pub fn in_force(&self) -> Vec<&RingKey> {
        let standing = |wanted| self.ring.iter().filter(move |key| key.standing == wanted);
        standing(Standing::Current).chain(standing(Standing::Accepted)).collect()
    }

    /// Whether the base URL in force is of the origin that its credentials may go to.
    #[must_use]
    pub fn at_home(&self) -> bool {
        let site = |url: &str| Site::parse(url).ok();
        site(&self.url.value) == site(&self.bound_to)
    }

    /// Whether `CLOUDCDN_*` variables are its business.
    #[must_use]
    pub fn is_cloudcdn(&self) -> bool {
        self.provider.value.starts_with("cloudcdn")
    }
}
