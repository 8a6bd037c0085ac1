//! What proves a cause, in words. Neither a key nor a signature that the caller did not have stands in them.

use super::{
    Check,
    guess::{Outcome, Trials},
    times,
    variant::Variant,
};
use crate::sign::{Scheme, Verdict};

/// What one change, or two, did.
pub fn matched(changes: &[&Variant], outcome: &Outcome) -> String {
    let what: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
    let mut text = format!("recomputed: when {}, the signature matches", what.join(", and "));
    if let Outcome::Match { verdict, .. } = outcome {
        match verdict {
            Verdict::Expired { seconds } => {
                text.push_str(&format!("; besides, the link ended {} ago", times::spoken(*seconds)));
            }
            Verdict::NotYetValid { seconds } => {
                text.push_str(&format!("; besides, it begins in {}", times::spoken(*seconds)));
            }
            Verdict::Refused(claim) => {
                text.push_str(&format!("; besides, its {} does not fit", claim.name()))
            }
            _ => {}
        }
    }
    text
}

/// What was looked at before any search.
pub fn checks(scheme: &Scheme, usable: bool, outcome: &Outcome) -> Vec<Check> {
    let check = |name, ok, detail: String| Check { name, ok, detail };
    let mut all = Vec::new();
    all.push(match outcome {
        Outcome::Unreadable(part) => check("link", false, format!("{part} is missing or malformed")),
        Outcome::Silent(text) => check("link", false, (*text).to_owned()),
        _ => check("link", true, format!("reads as {}", scheme.title)),
    });
    all.push(match usable {
        true => check("key", true, "can be used with this scheme".into()),
        false => check("key", false, format!("is not {} as this scheme wants it", scheme.secret.name())),
    });
    let Outcome::Match { verdict, .. } = outcome else {
        if !matches!(outcome, Outcome::Unreadable(_) | Outcome::Silent(_)) {
            let detail = match outcome {
                Outcome::UnknownKey => "the link names a key id that is not given",
                _ => "is not the one that the key gives for this link",
            };
            all.push(check("signature", false, detail.into()));
        }
        return all;
    };
    all.push(check("signature", true, "is the key's over this link".into()));
    let (timed, detail) = match verdict {
        Verdict::Expired { seconds } => (false, format!("over since {}", times::spoken(*seconds))),
        Verdict::NotYetValid { seconds } => (false, format!("to come in {}", times::spoken(*seconds))),
        _ => (true, "the clock is between start and end".into()),
    };
    all.push(check("time", timed, detail));
    match verdict {
        Verdict::Refused(claim) => all.push(check("claims", false, format!("{} does not fit", claim.name()))),
        Verdict::Valid { unchecked, .. } if !unchecked.is_empty() => {
            let names: Vec<&str> = unchecked.iter().map(|claim| claim.name()).collect();
            all.push(check("claims", true, format!("not checked, since not given: {}", names.join(", "))));
        }
        _ if timed => all.push(check("claims", true, "fit this request".into())),
        _ => {}
    }
    all
}

/// What came of the search.
pub fn search(trials: &Trials<'_>, explained: bool, cut: bool) -> Check {
    let found = if explained { "one explains the link" } else { "none explains the link" };
    let more = if cut { ", and there would be more" } else { "" };
    Check {
        name: "near misses",
        ok: explained,
        detail: format!("{} recomputed; {found}{more}", trials.searched),
    }
}
