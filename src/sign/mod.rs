//! Signed URLs: what a scheme is, the table of schemes, and which of them wrote a URL.
//!
//! A scheme is data and four functions; only `prepare` sees the secret. Minting, verifying and
//! detecting are written once, above the schemes, and name none of them. Nothing here touches the
//! clock, the environment or the network.

mod akamai;
mod alibaba;
pub mod asymmetric;
mod ats_url_sig;
pub mod audit;
mod azure;
mod batch;
mod bunny;
mod cat;
mod cbor;
mod cdn77;
pub mod census;
mod claims;
mod cloudcdn;
mod cloudflare_images;
mod cloudflare_stream;
mod cloudflare_waf;
mod cloudfront;
mod cloudinary;
pub mod doctor;
mod edgio;
mod fastly;
mod fields;
pub mod fresh;
mod gcore;
mod gcs;
mod google;
mod huawei;
mod imgix;
mod imgproxy;
mod jose;
pub mod key;
mod keycdn;
mod lanes;
mod layout;
mod lighttpd;
pub mod lines;
mod nginx;
mod pattern;
pub mod pem;
mod policy;
pub mod redact;
pub mod request;
pub mod ring;
mod scope;
mod seal;
mod served;
mod sigv4;
pub mod slate;
mod stamp;
mod stencil;
mod tencent;
pub mod text;
mod thumbor;
mod uri_signing;
mod url;
mod v4;

pub use batch::{Batch, Ticket};
pub use claims::{Claims, Inspection, Params, Scope, Text, Visit};
pub use fresh::Fresh;
pub use key::Key;
pub use scope::{among, climbs, covers_globs, covers_prefix, ip_within, one_address};

pub use seal::{Maker, Seal, Signer, Verdict};
pub use slate::Slate;
pub use stencil::{Pattern, Stencil, plain};
pub use text::Spelling;
pub use url::Url;

use crate::error::{Error, Result};

/// Every scheme, the default first.
pub const SCHEMES: &[Scheme] = &[
    cloudcdn::SCHEME,
    cloudcdn::COLON,
    cloudfront::SCHEME,
    sigv4::SCHEME,
    bunny::HS256,
    bunny::older::BASIC,
    bunny::older::LEGACY,
    akamai::SCHEME,
    cloudflare_waf::SCHEME,
    cloudflare_images::SCHEME,
    cloudflare_stream::SCHEME,
    google::CLOUD_CDN,
    google::MEDIA_CDN,
    google::token::SCHEME,
    ats_url_sig::SCHEME,
    gcs::SCHEME,
    fastly::SCHEME,
    azure::SCHEME,
    uri_signing::RFC9246,
    uri_signing::ATS,
    edgio::SCHEME,
    cat::SCHEME,
    keycdn::ACCESS,
    keycdn::IMAGE,
    cdn77::SCHEME,
    gcore::SCHEME,
    alibaba::A,
    alibaba::B,
    alibaba::C,
    tencent::A,
    tencent::B,
    tencent::C,
    tencent::D,
    huawei::A,
    huawei::B,
    huawei::C,
    imgproxy::SCHEME,
    imgix::SCHEME,
    thumbor::SCHEME,
    cloudinary::SCHEME,
    cloudinary::token::SCHEME,
    nginx::SCHEME,
    nginx::ENDLESS,
    nginx::word::SCHEME,
    lighttpd::SCHEME,
];

/// Makes a key of a decoded secret and the scheme's settings.
pub type Prepare = fn(&[u8], Params<'_>) -> Result<Box<dyn Key>>;

/// One way of signing URLs, as a CDN defines it.
pub struct Scheme {
    /// The word for `--scheme`.
    pub id: &'static str,
    /// Its name among people.
    pub title: &'static str,
    /// One paragraph: what is signed, how it is carried, what to beware of.
    pub about: &'static str,
    /// Where the facts come from: a vendor's page or code.
    pub source: &'static str,
    /// How the key is written; it is decoded before `prepare` sees it.
    pub secret: Spelling,
    /// The claims it can carry. Any other is refused, not ignored.
    pub claims: &'static [Claim],
    /// The shapes of an outcome, the default first.
    pub forms: &'static [Form],
    /// The operator's settings and the scheme's own words, for `--param name=value`.
    pub params: &'static [Param],
    /// Query names of its own: refused in a URL to mint, cut off by `inspect`.
    pub reserved: &'static [&'static str],
    /// The names under which its signature, or what else is worth a key, stands: of parameters, cookies, headers
    /// and fields of a token. [`redact`] blanks them; where none is named, those of `reserved`.
    pub bears: &'static [&'static str],
    /// Whether the path is signed, and travels, as a parameter: then it is taken as it is, `#`, blanks and dot
    /// segments included, and may use the reserved names in a query of its own, though not all of them.
    pub carried: bool,
    /// Whether the second named by an expiry is still valid.
    pub until: Until,
    /// The longest lifetime that the verifier accepts, in seconds.
    pub longest: Option<u64>,
    /// Whether a link may be minted without the expiry that it can carry.
    pub endless: bool,
    /// Seconds east of UTC, where the scheme writes its times as a calendar date of one zone.
    pub zone: Option<i32>,
    /// What the example on its page needs beyond what the rest of the row implies.
    pub example: Example,
    /// What a new key is made of, under these settings.
    pub fresh: fn(Params<'_>) -> Fresh,
    /// Appends the text that is signed.
    pub canonical: fn(&Url<'_>, &Claims<'_>, &mut Vec<u8>) -> Result<()>,
    /// Makes a key of a secret.
    pub prepare: Prepare,
    /// Appends one outcome: a URL or token, or cookies and headers one to a line.
    pub assemble: fn(&Url<'_>, &Claims<'_>, &Seal<'_>, &mut Vec<u8>) -> Result<()>,
    /// Reads a visit back into claims and signature, and checks nothing. A token that carries its own
    /// signed text has that text appended to the buffer; otherwise `canonical` builds it again.
    pub inspect: for<'v> fn(&'v Visit<'v>, &mut Vec<u8>) -> Result<Inspection<'v>>,
    /// What can be signed but not used: the CDN would refuse it, or it could be read in two ways. Asked by
    /// whoever mints for a person; [`Seal::mint`] itself signs what the vendor's library signs.
    pub guard: fn(&Url<'_>, &Claims<'_>) -> Result<()>,
    /// What can be signed, and may be used somewhere, but the CDN is known to refuse: the words that follow the
    /// URL in a warning. It is a loop over bytes at most; every line of a list is asked.
    pub caution: fn(&Url<'_>, &Claims<'_>) -> Option<&'static str>,
    /// What lists of plain paths are minted by; without it each of them goes through the functions above.
    pub pattern: Option<Pattern>,
}

impl Scheme {
    /// What a row leaves out: rows end in `..Scheme::BASE`.
    pub const BASE: Self = Self {
        id: "",
        title: "",
        about: "",
        source: "",
        secret: Spelling::Raw,
        claims: &[Claim::Expires],
        forms: &[Form::Query],
        params: &[],
        reserved: &[],
        bears: &[],
        carried: false,
        until: Until::Before,
        longest: None,
        endless: false,
        zone: None,
        example: Example::BASE,
        fresh: |_| Fresh::Secret,
        canonical: |_, _, _| Ok(()),
        prepare: |secret, _| Ok(key::hmac_sha256(secret, Spelling::Hex)),
        assemble: |_, _, _, _| Ok(()),
        inspect: |_, _| Err(Error::Malformed("URL")),
        guard: |_, _| Ok(()),
        caution: |_, _| None,
        pattern: None,
    };

    /// The scheme of that id; a usage error with the nearest id otherwise.
    pub fn find(id: &str) -> Result<&'static Self> {
        SCHEMES.iter().find(|scheme| scheme.id == id).ok_or_else(|| {
            let near = SCHEMES
                .iter()
                .map(|scheme| (strsim::jaro_winkler(id, scheme.id), scheme.id))
                .filter(|(likeness, _)| *likeness > 0.7)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let hint = near.map_or_else(String::new, |(_, id)| format!("did you mean `{id}`? "));
            Error::Usage(format!("unknown scheme `{id}`; {hint}run `stratos signed schemes` for the list"))
        })
    }

    /// Whether it can carry the claim.
    #[must_use]
    pub fn carries(&self, claim: Claim) -> bool {
        self.claims.contains(&claim)
    }

    /// Whether its key is a secret that the verifier has too, and no key pair.
    #[must_use]
    pub fn shares(&self, params: Params<'_>) -> bool {
        match (self.fresh)(params) {
            Fresh::Rsa(_) | Fresh::P256 | Fresh::Ed25519 => false,
            Fresh::Vendor(_) => self.example.key.is_empty(),
            _ => true,
        }
    }

    /// The param of that name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }
}

impl std::fmt::Debug for Scheme {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Scheme").field(&self.id).finish()
    }
}

/// The schemes that can have written this URL, by its parameters and the form of its signature.
#[must_use]
pub fn detect(url: &str) -> Vec<&'static Scheme> {
    let Ok(url) = Url::parse(url) else { return Vec::new() };
    let visit = Visit::of(url);
    let mut signed = Vec::new();
    SCHEMES
        .iter()
        .filter(|scheme| {
            signed.clear();
            (scheme.inspect)(&visit, &mut signed).is_ok_and(|inspection| inspection.fits())
        })
        .collect()
}

/// What a signature can say besides the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Not after.
    Expires,
    /// Not before.
    NotBefore,
    /// When it was minted.
    Issued,
    /// Every URL below a prefix.
    Prefix,
    /// Every URL that a glob matches.
    Globs,
    /// Every URL that a regular expression matches.
    Regex,
    /// The visitor's address or network.
    Ip,
    /// Countries allowed or blocked.
    Countries,
    /// The HTTP method.
    Method,
    /// Which of the verifier's keys.
    KeyId,
    /// A text that makes the signature unique.
    Nonce,
    /// Request headers.
    Headers,
    /// Something of the scheme's own.
    Other,
}

impl Claim {
    /// Its name in messages and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expires => "expires",
            Self::NotBefore => "not_before",
            Self::Issued => "issued",
            Self::Prefix => "prefix",
            Self::Globs => "globs",
            Self::Regex => "regex",
            Self::Ip => "ip",
            Self::Countries => "country",
            Self::Method => "method",
            Self::KeyId => "key_id",
            Self::Nonce => "nonce",
            Self::Headers => "headers",
            Self::Other => "other",
        }
    }
}

/// Where an outcome is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// In the query of the URL.
    #[default]
    Query,
    /// In the path of the URL.
    Path,
    /// In cookies, `name=value` one to a line.
    Cookie,
    /// In headers, `name: value` one to a line.
    Header,
    /// On its own.
    Token,
}

impl Form {
    /// Its name in messages and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Path => "path",
            Self::Cookie => "cookie",
            Self::Header => "header",
            Self::Token => "token",
        }
    }
}

/// Equality at expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Valid while now < expiry. Also where the vendor does not say: the safe side.
    Before,
    /// Valid while now <= expiry.
    Through,
}

/// A run of `stratos signed` to copy. Scheme, lifetime and key id are added as the row carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// A URL of the kind that the scheme signs.
    pub target: &'static str,
    /// Flags without which it would not mint; empty for most.
    pub flags: &'static str,
    /// A shell command that prints a key; empty where the spelling of the secret implies one.
    pub key: &'static str,
}

impl Example {
    /// What most rows need.
    pub const BASE: Self = Self { target: "https://cdn.example.com/videos/intro.mp4", flags: "", key: "" };
    /// A private RSA key in PEM.
    pub const RSA: Self =
        Self { key: "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", ..Self::BASE };
}

/// A setting of a scheme, given as `--param name=value` or in the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it may be, or commonly is, the default first.
    pub values: &'static [&'static str],
    /// Whether any other text is taken too.
    pub open: bool,
    /// Whether it is hidden like a key.
    pub secret: bool,
    /// One sentence.
    pub about: &'static str,
}

impl Param {
    /// A closed choice, the default first.
    #[must_use]
    pub const fn one_of(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { name, values, open: false, secret: false, about: "" }
    }

    /// Any text.
    #[must_use]
    pub const fn text(name: &'static str) -> Self {
        Self::usual(name, &[])
    }

    /// Any text, of which these are common, the default first.
    #[must_use]
    pub const fn usual(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { open: true, ..Self::one_of(name, values) }
    }

    /// Whether it may be that.
    #[must_use]
    pub fn takes(&self, value: &str) -> bool {
        self.open || self.values.contains(&value)
    }

    /// A text that is hidden like a key.
    #[must_use]
    pub const fn secret(name: &'static str) -> Self {
        Self { secret: true, ..Self::text(name) }
    }

    /// With its sentence.
    #[must_use]
    pub const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }
}
