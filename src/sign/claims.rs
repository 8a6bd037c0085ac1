//! What is signed (claims), what is asked (a visit), and what was found in it (an inspection).

use super::{Claim, Form, Spelling, Url};
use crate::error::{Error, Result};
use std::borrow::Cow;

/// Text that is borrowed where it can be.
pub type Text<'a> = Cow<'a, str>;

/// Settings by name: the scheme's params as given for this run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Params<'a>(pub &'a [(&'a str, &'a str)]);

impl<'a> Params<'a> {
    /// The value, if one was given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// The value, else the default.
    #[must_use]
    pub fn or(&self, name: &str, default: &'a str) -> &'a str {
        self.get(name).unwrap_or(default)
    }
}

/// Which URLs one signature is good for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope<'a> {
    /// This one.
    #[default]
    Url,
    /// All that begin with the text.
    Prefix(Text<'a>),
    /// All that one of the globs matches; how they are separated is the scheme's matter.
    Globs(Text<'a>),
    /// All that the expression matches.
    Regex(Text<'a>),
}

/// What shared code judges, or several schemes share. Everything else is in `params`.
#[derive(Debug, Clone, Default)]
pub struct Claims<'a> {
    /// Not after, in Unix seconds.
    pub expires: Option<u64>,
    /// An expiry that is no plain number, as it was written. Some CDNs' libraries sign any text here, so it
    /// can be minted at this level; [`super::Seal::verify`] never calls it valid.
    pub expires_text: Option<Text<'a>>,
    /// Not before, in Unix seconds.
    pub not_before: Option<u64>,
    /// When it was minted, in Unix seconds.
    pub issued: Option<u64>,
    /// Which URLs.
    pub scope: Scope<'a>,
    /// The visitor's address, a network in CIDR notation, or a comma list of them.
    pub ip: Option<Text<'a>>,
    /// Countries allowed, a comma list.
    pub countries: Option<Text<'a>>,
    /// Countries blocked, a comma list.
    pub blocked: Option<Text<'a>>,
    /// The HTTP method.
    pub method: Option<&'a str>,
    /// Which of the verifier's keys.
    pub key_id: Option<Text<'a>>,
    /// A text that makes the signature unique; drawn by the caller.
    pub nonce: Option<&'a str>,
    /// Where the outcome is carried.
    pub form: Form,
    /// The scheme's settings.
    pub params: Params<'a>,
}

impl Claims<'_> {
    /// The expiry, where the scheme cannot do without.
    pub fn expires(&self) -> Result<u64> {
        self.expires
            .ok_or_else(|| Error::MissingClaim("this scheme signs an expiry: pass --expires or --ttl"))
    }

    /// The time of minting, where the scheme cannot do without.
    pub fn issued(&self) -> Result<u64> {
        self.issued.ok_or(Error::MissingClaim("this scheme signs the time of minting, and none was given"))
    }

    /// The key id, where the scheme cannot do without.
    pub fn key_id(&self) -> Result<&str> {
        self.key_id.as_deref().ok_or(Error::MissingClaim("this scheme names its key: pass --key-id"))
    }

    /// The visitor's address, where the scheme cannot do without.
    pub fn ip(&self) -> Result<&str> {
        self.ip.as_deref().ok_or(Error::MissingClaim("this scheme signs the visitor's address: pass --ip"))
    }
}

/// A request as the edge sees it.
#[derive(Debug, Clone, Default)]
pub struct Visit<'v> {
    /// The URL that was asked for.
    pub url: Url<'v>,
    /// The edge's time, in Unix seconds.
    pub now: u64,
    /// The visitor's address.
    pub ip: Option<&'v str>,
    /// The visitor's country, as two letters.
    pub country: Option<&'v str>,
    /// The HTTP method.
    pub method: Option<&'v str>,
    /// Request headers, `Cookie` among them.
    pub headers: &'v [(&'v str, &'v str)],
    /// The scheme's settings, as the edge has them.
    pub params: Params<'v>,
    /// The text of an encrypted token, once it was opened.
    pub opened: Option<&'v [u8]>,
}

impl<'v> Visit<'v> {
    /// A visit of which only the URL is known.
    #[must_use]
    pub fn of(url: Url<'v>) -> Self {
        Self { url, ..Self::default() }
    }

    /// Claims with the settings of this visit, for `inspect` to fill.
    #[must_use]
    pub fn claims(&self) -> Claims<'v> {
        Claims { params: self.params, ..Claims::default() }
    }

    /// The value of a header, its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'v str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&'v str> {
        let cookies = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case("cookie"));
        cookies
            .flat_map(|(_, value)| value.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

/// What stands in a visit. Nothing in it has been checked.
#[derive(Debug, Clone)]
pub struct Inspection<'v> {
    /// The URL before it was signed.
    pub url: Url<'v>,
    /// What the token says.
    pub claims: Claims<'v>,
    /// The signature, as it is written.
    pub signature: Cow<'v, [u8]>,
    /// Whether `signature` is a sealed token that the key must open first.
    pub encrypted: bool,
    /// Whether the scope of the token covers the visited URL.
    pub covers: bool,
    /// Claims that the scheme judges by itself, and whether each holds for the visit; `None` where the visit is
    /// silent. They are judged after the scope, before the claims that all schemes share.
    pub judged: Vec<(Claim, Option<bool>)>,
    /// Whatever else is worth telling: name and text.
    pub notes: Vec<(&'static str, String)>,
    /// Other claims that the signature may be over, where the URL does not tell: a signed address leaves no
    /// trace in some.
    pub otherwise: Option<Claims<'v>>,
    /// How the signature should be spelled, and its length in bytes where that is fixed.
    pub shape: Option<(Spelling, Option<usize>)>,
}

impl<'v> Inspection<'v> {
    /// A token for exactly this URL.
    #[must_use]
    pub fn new(url: Url<'v>, claims: Claims<'v>, signature: impl Into<Cow<'v, [u8]>>) -> Self {
        Self {
            url,
            claims,
            signature: signature.into(),
            encrypted: false,
            covers: true,
            judged: Vec::new(),
            notes: Vec::new(),
            otherwise: None,
            shape: None,
        }
    }

    /// The signature should be so many bytes in this spelling.
    #[must_use]
    pub fn shaped(self, spelling: Spelling, bytes: usize) -> Self {
        Self { shape: Some((spelling, Some(bytes))), ..self }
    }

    /// The signature should be in this spelling; its length depends on the key.
    #[must_use]
    pub fn spelled(self, spelling: Spelling) -> Self {
        Self { shape: Some((spelling, None)), ..self }
    }

    /// Whether the scope covers the visited URL.
    #[must_use]
    pub fn covering(self, covers: bool) -> Self {
        Self { covers, ..self }
    }

    /// Where the visitor's address is known it may be signed, and nothing in the URL says whether it is.
    #[must_use]
    pub fn perhaps_bound(self, ip: Option<&'v str>) -> Self {
        let Some(ip) = ip else { return self.note("ip", "one may be signed, which the URL does not show") };
        let unbound = self.claims.clone();
        let claims = Claims { ip: Some(ip.into()), ..self.claims };
        Self { claims, otherwise: Some(unbound), ..self }
    }

    /// With one more claim of the scheme's own judgement.
    #[must_use]
    pub fn judging(mut self, claim: Claim, holds: Option<bool>) -> Self {
        self.judged.push((claim, holds));
        self
    }

    /// With one more remark.
    #[must_use]
    pub fn note(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.notes.push((name, text.into()));
        self
    }

    /// Whether the signature has the shape it should have.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.shape.is_none_or(|(spelling, bytes)| {
            let length = spelling.length(&self.signature);
            length.is_some_and(|length| bytes.is_none_or(|bytes| length == bytes))
        })
    }
}
