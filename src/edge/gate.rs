//! Who verifies signed URLs: a scheme of ours, the keys, and the settings of this edge.

use crate::{
    error::{Error, Result},
    secret::Secret,
    sign::{Params, Scheme, Signer, Url, Verdict, Visit},
};

/// A scheme with its keys. `cloudcdn*` guard `/api/signed`; any other guards every page of the site.
pub struct Gate {
    signer: Signer,
    params: Vec<(String, String)>,
}

/// What the gate says to one visit.
pub(super) enum Pass {
    /// Serve this path and query.
    Open(String),
    /// Refuse it, with the verdict's word and a sentence.
    Closed(&'static str, String),
}

impl Gate {
    /// Verifies with any of these keys, each with the id it goes by, if it has one.
    pub fn new(
        scheme: &str,
        keys: Vec<(Option<String>, Secret)>,
        params: Vec<(String, String)>,
    ) -> Result<Self> {
        let scheme = Scheme::find(scheme)?;
        if let Some((name, _)) = params.iter().find(|(name, _)| scheme.param(name).is_none()) {
            let known: Vec<_> = scheme.params.iter().map(|param| param.name).collect();
            let known = if known.is_empty() { "none".into() } else { known.join(", ") };
            return Err(Error::Usage(format!(
                "scheme {} has no param `{name}`; it knows: {known}",
                scheme.id
            )));
        }
        let mut signer = Signer { scheme, keys: Vec::new() };
        let pairs = pairs(&params);
        for (id, secret) in &keys {
            signer = signer.with(id.as_deref(), secret, Params(&pairs))?;
        }
        drop(pairs);
        Ok(Self { signer, params })
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> &'static Scheme {
        self.signer.scheme
    }

    /// Whether signed URLs go through `/api/signed`, and the site itself is open.
    #[must_use]
    pub fn has_endpoint(&self) -> bool {
        self.scheme().id.starts_with("cloudcdn")
    }

    /// Judges a visit to this URL, of which everything else is known.
    pub(super) fn judge<'v>(&'v self, url: &'v str, visit: Visit<'v>) -> Pass {
        let Ok(url) = Url::parse(url) else { return closed("malformed", "the URL cannot be read") };
        let pairs = pairs(&self.params);
        let visit = Visit { url, params: Params(&pairs), ..visit };
        match self.signer.seal().verify(&visit) {
            Ok(verdict) if verdict.is_valid() => self.target(&visit),
            Ok(verdict) => closed(verdict.word(), sentence(&verdict)),
            Err(error) => closed("refused", error.to_string()),
        }
    }

    /// Path and query as they were before they were signed: the cache knows nothing of signatures.
    fn target(&self, visit: &Visit<'_>) -> Pass {
        match (self.scheme().inspect)(visit, &mut Vec::new()) {
            Ok(found) => {
                let mut target = Vec::new();
                found.url.write_target(&mut target);
                Pass::Open(String::from_utf8_lossy(&target).into_owned())
            }
            Err(error) => closed("malformed", error.to_string()),
        }
    }
}

fn closed(word: &'static str, text: impl Into<String>) -> Pass {
    Pass::Closed(word, text.into())
}

/// For `error` of the body. The CDN's own words are known for a bad signature only.
fn sentence(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Mismatch => "Invalid signature".into(),
        Verdict::Expired { .. } => "Signed URL has expired".into(),
        Verdict::NotYetValid { .. } => "Signed URL is not valid yet".into(),
        Verdict::Refused(claim) => format!("Signed URL is not good for this visit: {}", claim.name()),
        Verdict::Malformed(part) => format!("Missing or malformed {part}"),
        verdict => format!("Signed URL refused: {}", verdict.word()),
    }
}

fn pairs(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params.iter().map(|(name, value)| (&**name, &**value)).collect()
}
