//! What can go wrong, told apart by what the caller can do about it.
//!
//! [`Kind`] is the registry: the stable name, the sysexits code and the retryable bit of every
//! failure stand in the one `match` of [`Kind::facts`], which `explain`, `schema` and the error
//! envelope read too.

use serde_json::{Map, Value, json};
use std::time::Duration;

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure. The message starts in lower case, names the thing, and ends with what to do;
/// it never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line, or a value named on it, is wrong.
    #[error("{0}")]
    Usage(String),
    /// A credential that the command needs is not configured.
    #[error("{0}")]
    MissingKey(String),
    /// A server answered with a status that is not success.
    #[error("{}", .0.message())]
    Answered(Box<Answer>),
    /// No answer arrived: name look-up, connect, TLS, reset, or the deadline.
    #[error("request failed after {attempts} {}: {detail}", if *.attempts == 1 { "attempt" } else { "attempts" })]
    RequestFailed {
        /// How many requests were sent, the first included.
        attempts: u32,
        /// What happened to the last of them.
        detail: String,
    },
    /// Input or a reply is not of the form it must have.
    #[error("{0}")]
    Data(String),
    /// A URL, token or cookie lacks a part that its scheme must have, or has it malformed.
    #[error("malformed {0}: not as this scheme writes it")]
    Malformed(&'static str),
    /// The scheme signs a claim that neither the URL nor the caller gave.
    #[error("{0}")]
    MissingClaim(&'static str),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(String),
    /// A named input does not exist.
    #[error("{0}")]
    InputMissing(String),
    /// An output cannot be created.
    #[error("{0}")]
    CannotCreate(String),
    /// The configuration is unreadable or contradicts itself.
    #[error("{0}")]
    Config(String),
    /// Something that is needed is not there, or not in this version.
    #[error("{0}")]
    Unavailable(String),
    /// A signal ended the command; the number is the signal's.
    #[error("{detail}")]
    Interrupted {
        /// 2 for SIGINT, 15 for SIGTERM.
        signal: i32,
        /// What was done and what was not.
        detail: String,
    },
    /// A bound of `[policy]` refused the action.
    #[error("{0}")]
    Policy(String),
    /// Links of a key may live, so it cannot be retired.
    #[error("{0}")]
    LinksLive(String),
    /// A secret is too short, or a pattern instead of a key.
    #[error("{0}")]
    WeakSecret(String),
    /// A request that carries a credential was answered with a redirect.
    #[error("{0}")]
    Redirect(String),
    /// A reply or an input is larger than the bound.
    #[error("{0}")]
    TooLarge(String),
    /// The quota or the pace of the provider leaves no room; come back later.
    #[error("{0}")]
    Quota(String),
    /// Some of several parts failed, and each of those may be repeated.
    #[error("{0}")]
    Partial(String),
    /// The origin or an edge still served the old content when the time was up.
    #[error("{0}")]
    NotFresh(String),
    /// A file of a release, its manifest or its signature is not what it must be.
    #[error("{0}")]
    Untrusted(String),
    /// A defect in stratos.
    #[error("{0}")]
    Software(String),
}

/// An HTTP answer that means failure, kept whole for the envelope.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON where it is JSON, else its text.
    pub body: Value,
    /// The request id a server gave, for its support.
    pub request_id: Option<String>,
    /// How many requests were sent.
    pub attempts: u32,
    /// A next step that the caller adds: which key was sent, which one the API wants.
    pub hint: Option<String>,
    /// What the vendor's own words mean where the status says something else.
    pub kind: Option<Kind>,
    /// When it was answered by the server's clock, since 1970.
    pub at: Option<Duration>,
    /// It says in so many words that nothing was done, whatever the status.
    pub refused: bool,
}

impl Answer {
    /// Which type of failure it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.kind {
            Some(kind) => kind,
            None => Kind::of_status(self.status),
        }
    }

    /// The server's own words, the text cut at 200 characters, else `HTTP <status>`. The Node CLI's members come
    /// first (contracts A41), then those of the other vendors' errors.
    #[must_use]
    pub fn message(&self) -> String {
        let text = |place: &&str| self.body.pointer(place)?.as_str().filter(|text| !text.is_empty());
        // Some list what is wrong by the member that it is wrong with.
        let listed = || first_text(self.body.get("errors")?);
        let Some(own) = WORDS.iter().find_map(text).or_else(listed) else {
            return format!("HTTP {}", self.status);
        };
        match DETAILS.iter().find_map(text) {
            Some(more) if more != own && self.body.get("error").is_none() => format!("{own}: {more}"),
            _ => own.to_owned(),
        }
    }
}

/// The first text that a value holds, however deep.
fn first_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
        Value::Array(list) => list.iter().find_map(first_text),
        Value::Object(members) => members.values().find_map(first_text),
        _ => None,
    }
}

/// Where vendors write what is wrong.
const WORDS: &[&str] = &[
    "/Message",
    "/message",
    "/error",
    "/error/message",
    "/errors/0/message",
    "/errors/0/title",
    "/errors/0",
    "/Response/Error/Message",
    "/msg",
    "/title",
    "/reason",
    "/description",
    "/detail",
];
/// Where some add which one.
const DETAILS: &[&str] = &["/detail", "/errors/0/detail"];

/// The stable part of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The name in the envelope's `type`.
    pub name: &'static str,
    /// The process exit code (sysexits).
    pub exit: u8,
    /// Whether the same command may simply be run again.
    pub retryable: bool,
    /// One sentence for `schema`.
    pub summary: &'static str,
}

impl Facts {
    const fn new(name: &'static str, exit: u8, summary: &'static str) -> Self {
        Self { name, exit, retryable: false, summary }
    }

    const fn retryable(self) -> Self {
        Self { retryable: true, ..self }
    }
}

/// Every type of failure. The first eleven are the Node CLI's, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the registry below says what each one means")]
pub enum Kind {
    UsageError,
    AuthMissingKey,
    AuthInvalid,
    TargetNotFound,
    RateLimited,
    ServerError,
    RequestFailed,
    DataError,
    IoError,
    Unavailable,
    SoftwareError,
    InputMissing,
    CannotCreate,
    ConfigError,
    Interrupted,
    SignatureInvalid,
    SignatureExpired,
    NotFresh,
    Partial,
    RefusedByPolicy,
    Halted,
    UntrustedRelease,
    RedirectRefused,
    SecretWeak,
    TooLarge,
    LinksLive,
}

impl Kind {
    /// All of them, in the order of the schema.
    pub const ALL: [Self; 26] = [
        Self::UsageError,
        Self::AuthMissingKey,
        Self::AuthInvalid,
        Self::TargetNotFound,
        Self::RateLimited,
        Self::ServerError,
        Self::RequestFailed,
        Self::DataError,
        Self::IoError,
        Self::Unavailable,
        Self::SoftwareError,
        Self::InputMissing,
        Self::CannotCreate,
        Self::ConfigError,
        Self::Interrupted,
        Self::SignatureInvalid,
        Self::SignatureExpired,
        Self::NotFresh,
        Self::Partial,
        Self::RefusedByPolicy,
        Self::Halted,
        Self::UntrustedRelease,
        Self::RedirectRefused,
        Self::SecretWeak,
        Self::TooLarge,
        Self::LinksLive,
    ];

    /// How many of [`Kind::ALL`] the Node CLI had.
    pub const NODE: usize = 11;

    /// The registry.
    #[must_use]
    pub const fn facts(self) -> Facts {
        match self {
            Self::UsageError => Facts::new("usage_error", 64, "Invalid command-line invocation."),
            Self::AuthMissingKey => Facts::new("auth_missing_key", 78, "Required credential not configured."),
            Self::AuthInvalid => Facts::new("auth_invalid", 77, "Credential rejected by the API (401/403)."),
            Self::TargetNotFound => Facts::new("target_not_found", 69, "Resource does not exist (404)."),
            Self::RateLimited => {
                Facts::new("rate_limited", 75, "API rate limit reached (429); back off and retry.")
                    .retryable()
            }
            Self::ServerError => {
                Facts::new("server_error", 75, "Upstream 5xx response; transient, retry with backoff.")
                    .retryable()
            }
            Self::RequestFailed => {
                Facts::new("request_failed", 75, "Network or transport failure; retry with backoff.")
                    .retryable()
            }
            Self::DataError => {
                Facts::new("data_error", 65, "Malformed input or response (400/422 or local parse error).")
            }
            Self::IoError => Facts::new("io_error", 74, "Local filesystem failure (read/write/permissions)."),
            Self::Unavailable => Facts::new("unavailable", 69, "Operation could not be completed."),
            Self::SoftwareError => {
                Facts::new("software_error", 70, "Unexpected internal error (likely a bug).")
            }
            Self::InputMissing => Facts::new("input_missing", 66, "A named input file does not exist."),
            Self::CannotCreate => {
                Facts::new("cannot_create", 73, "An output file or folder cannot be created.")
            }
            Self::ConfigError => {
                Facts::new("config_error", 78, "The configuration is broken or contradictory.")
            }
            Self::Interrupted => Facts::new("interrupted", 130, "A signal ended the command."),
            Self::SignatureInvalid => Facts::new("signature_invalid", 65, "A signature does not match."),
            Self::SignatureExpired => Facts::new("signature_expired", 65, "A signature is past its end."),
            Self::NotFresh => {
                Facts::new("not_fresh", 69, "The origin or the edge still served the old content in time.")
                    .retryable()
            }
            Self::Partial => {
                Facts::new("partial", 75, "Some parts failed, and each of those may be repeated.").retryable()
            }
            Self::RefusedByPolicy => {
                Facts::new("refused_by_policy", 77, "A bound of [policy] refused the action.")
            }
            Self::Halted => Facts::new("halted", 75, "The stop switch is set."),
            Self::UntrustedRelease => {
                Facts::new("untrusted_release", 65, "A release failed its verification.")
            }
            Self::RedirectRefused => {
                Facts::new("redirect_refused", 69, "A redirect led where the request may not go.")
            }
            Self::SecretWeak => Facts::new("secret_weak", 65, "A secret is too weak to sign with."),
            Self::TooLarge => Facts::new("too_large", 65, "A reply or an input exceeds its bound."),
            Self::LinksLive => {
                Facts::new("links_live", 69, "Links of a key live, or nothing shows that none does.")
            }
        }
    }

    /// The type that an HTTP status means.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            300..=399 => Self::RedirectRefused,
            401 | 403 => Self::AuthInvalid,
            404 => Self::TargetNotFound,
            429 => Self::RateLimited,
            500.. => Self::ServerError,
            _ => Self::DataError,
        }
    }
}

impl Error {
    /// Which type this is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Usage(_) | Self::MissingClaim(_) => Kind::UsageError,
            Self::MissingKey(_) => Kind::AuthMissingKey,
            Self::Answered(answer) => answer.kind(),
            Self::RequestFailed { .. } => Kind::RequestFailed,
            Self::Data(_) | Self::Malformed(_) => Kind::DataError,
            Self::Io(_) => Kind::IoError,
            Self::InputMissing(_) => Kind::InputMissing,
            Self::CannotCreate(_) => Kind::CannotCreate,
            Self::Config(_) => Kind::ConfigError,
            Self::Unavailable(_) => Kind::Unavailable,
            Self::Interrupted { .. } => Kind::Interrupted,
            Self::Policy(_) => Kind::RefusedByPolicy,
            Self::LinksLive(_) => Kind::LinksLive,
            Self::WeakSecret(_) => Kind::SecretWeak,
            Self::Redirect(_) => Kind::RedirectRefused,
            Self::TooLarge(_) => Kind::TooLarge,
            Self::Quota(_) => Kind::RateLimited,
            Self::Partial(_) => Kind::Partial,
            Self::NotFresh(_) => Kind::NotFresh,
            Self::Untrusted(_) => Kind::UntrustedRelease,
            Self::Software(_) => Kind::SoftwareError,
        }
    }

    /// Name, exit code and retryable bit.
    #[must_use]
    pub const fn facts(&self) -> Facts {
        match self {
            Self::Interrupted { signal: 15, .. } => {
                let facts = Kind::Interrupted.facts();
                Facts { exit: 143, ..facts }
            }
            _ => self.kind().facts(),
        }
    }

    /// The one-line envelope: `{"error":{type,message,retryable,exit_code[,http_status,body]}}`.
    #[must_use]
    pub fn envelope(&self) -> Value {
        let facts = self.facts();
        let mut error = Map::new();
        error.insert("type".into(), facts.name.into());
        error.insert("message".into(), self.to_string().into());
        error.insert("retryable".into(), facts.retryable.into());
        error.insert("exit_code".into(), facts.exit.into());
        if let Self::Answered(answer) = self {
            error.insert("http_status".into(), answer.status.into());
            error.insert("body".into(), cut(&answer.body));
        }
        json!({ "error": error })
    }
}

/// Text bodies are cut at 200 characters, as the Node CLI does.
fn cut(body: &Value) -> Value {
    match body {
        Value::String(text) => text.chars().take(200).collect::<String>().into(),
        other => other.clone(),
    }
}
