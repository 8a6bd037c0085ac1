//! Why a signed link is refused: recomputes it, and where the signature is another one, searches near misses
//! until one explains it. One cause, proven by recomputing, or none: nothing is guessed, and no scheme is named.

mod causes;
mod digest;
mod escapes;
mod evidence;
mod guess;
mod keys;
mod link;
mod search;
mod signer;
mod times;
mod urls;
mod variant;

pub use causes::{CAUSES, Row};

use super::{Scheme, Verdict};
use crate::{error::Result, secret::Secret};

/// What is asked.
pub struct Question<'q> {
    /// The link that was refused, as it was given.
    pub link: &'q str,
    /// The schemes that may have made it and their settings, the likeliest first.
    pub schemes: Vec<(&'static Scheme, Vec<(String, String)>)>,
    /// Whether the first of them is known to be the one in force.
    pub named: bool,
    /// The ring in its order: id and key.
    pub ring: Vec<(Option<String>, Secret)>,
    /// How many of them, from the first on, verify, and the others not at all. Where that is not known, it is the
    /// first that the link's key id does not rule out.
    pub accepted: Option<usize>,
    /// The edge's time.
    pub now: u64,
    /// The visitor's address.
    pub ip: Option<&'q str>,
    /// The visitor's country.
    pub country: Option<&'q str>,
    /// The method of the request.
    pub method: Option<&'q str>,
    /// Its headers.
    pub headers: &'q [(&'q str, &'q str)],
    /// Hosts for which the link may have been signed.
    pub hosts: &'q [String],
    /// Addresses for which it may have been signed.
    pub addresses: &'q [String],
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// The scheme in force.
    pub scheme: &'static Scheme,
    /// What the edge says to the link as it is.
    pub verdict: Verdict,
    /// Why, when that is known.
    pub cause: Option<Cause>,
    /// What was looked at, in order.
    pub checks: Vec<Check>,
    /// How many signatures were computed.
    pub searched: usize,
}

/// A cause, and the fact that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Id, text and fix.
    pub row: &'static Row,
    /// What was changed, and what matched then.
    pub evidence: String,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// In a few words.
    pub detail: String,
}

/// Looks for the cause.
pub fn diagnose(question: &Question<'_>) -> Result<Diagnosis> {
    search::diagnose(question)
}
