//! The lines of a journal: one JSON object each, in the order in which things happened.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// What this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The first line: whose run it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// [`VERSION`] of whoever wrote it.
    pub version: u32,
    /// The run's id, as hexadecimal digits.
    pub run: String,
    /// The plan's digest.
    pub plan: String,
    /// The provider's id.
    pub provider: String,
    /// The account's digest.
    pub account: String,
    /// How many batches the plan holds.
    pub batches: usize,
    /// When it began, in milliseconds since 1970.
    pub at: u64,
    /// The profile that named the account.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub profile: String,
    /// Where one command purges at several accounts: which of them this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// What made the account, so that nobody has to say it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// Who begins a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// The profile that names the account.
    pub profile: String,
    /// Where one command purges at several accounts: which of them this is.
    pub part: Option<Part>,
    /// What made the account.
    pub said: Option<Said>,
}

/// The settings of a run. No secret is among them: credentials are found anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The address, where a flag or a variable gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where the requests go.
    pub targets: Vec<String>,
    /// The provider's settings, whoever said them.
    pub settings: BTreeMap<String, String>,
    /// `--set` of settings that only say where a credential is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<String>,
}

/// One of the accounts of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Names the command: the same in the journals of all its accounts.
    pub of: String,
    /// How many were named before this one.
    pub place: usize,
    /// How many journals the command began: one that is gone must not pass for one that is done.
    pub count: usize,
    /// The targets that come first, by their profiles' names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
}

/// One line. Batches are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub(super) enum Line {
    Run(Box<Head>),
    /// On disk before the request leaves.
    Sending {
        batch: usize,
        attempt: u32,
        request: String,
        at: u64,
    },
    Accepted {
        batch: usize,
        at: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        left: BTreeMap<String, u32>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ignored: Vec<String>,
    },
    Failed {
        batch: usize,
        at: u64,
        error: String,
        /// `false`: the provider surely did nothing.
        #[serde(default = "yes", skip_serializing_if = "is_true")]
        sent: bool,
        /// Refused for what it is: sending it again changes nothing.
        #[serde(default, rename = "final", skip_serializing_if = "is_false")]
        last: bool,
    },
    Done {
        batch: usize,
        at: u64,
    },
}

impl Line {
    /// The batch it is about, and when it was written.
    pub fn about(&self) -> Option<(usize, Duration)> {
        match self {
            Self::Run(_) => None,
            Self::Sending { batch, at, .. }
            | Self::Accepted { batch, at, .. }
            | Self::Failed { batch, at, .. }
            | Self::Done { batch, at } => Some((*batch, Duration::from_millis(*at))),
        }
    }
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_true(value: &bool) -> bool {
    *value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}
