//! Settings: flag, then environment, then profile file, then default; each remembers which one won.

/// Where a value came from. Printed by `config list --origin` and `doctor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A flag, by its name (`--cdn-url`).
    Flag(&'static str),
    /// An environment variable, by its name.
    Environment(&'static str),
    /// The profile in config.toml, by the key's name.
    Profile(&'static str),
    /// Nothing set it.
    Default,
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value in force.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

/// `[policy]`, tightened by the profile. Absent means no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Longest lifetime that may be minted, seconds.
    pub max_ttl: Option<u64>,
    /// Shorter secrets draw one warning a run; under `strict` they are refused.
    pub min_secret_bytes: usize,
    /// Warnings about secrets become refusals.
    pub strict: bool,
    /// `argv_secrets = "deny"`.
    pub deny_argv_secrets: bool,
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
    /// `key_id` of `[profiles.x.signing]`.
    pub key_id: Option<String>,
    /// Every other text member of `[profiles.x.signing]`, as scheme params.
    pub params: Vec<(String, String)>,
    /// The provider's settings: every member of the profile that is none of the known keys.
    pub settings: Vec<(String, String)>,
    /// Floors.
    pub bounds: Bounds,
}
