//! The error types of the envelope. The registry is [`Kind::facts`]; here stands what it leaves out.

use super::{Family, Topic};
use crate::error::Kind;

pub(super) fn topics() -> impl Iterator<Item = Topic> {
    Kind::ALL.into_iter().map(|kind| {
        let (cause, fix) = explained(kind);
        let facts = kind.facts();
        Topic {
            code: facts.name,
            name: title(facts.exit),
            aliases: &[],
            cause,
            fix,
            family: Family::ErrorType,
        }
    })
}

const fn title(exit: u8) -> &'static str {
    match exit {
        64 => "error type, exit 64",
        65 => "error type, exit 65",
        66 => "error type, exit 66",
        69 => "error type, exit 69",
        70 => "error type, exit 70",
        73 => "error type, exit 73",
        74 => "error type, exit 74",
        75 => "error type, exit 75",
        77 => "error type, exit 77",
        78 => "error type, exit 78",
        _ => "error type, exit 130 or 143",
    }
}

#[rustfmt::skip]
const fn explained(kind: Kind) -> (&'static str, &'static [&'static str]) {
    match kind {
        Kind::UsageError => (
            "A flag, an argument or a value on the command line is not what the command takes; nothing was sent.",
            &["Correct what the message names; `stratos help <command>` shows the accepted form."]),
        Kind::AuthMissingKey => (
            "The command needs a credential, and neither flag nor environment nor profile names one.",
            &["Set the variable that the message names, or store a reference: `stratos init` asks for it.",
              "`stratos config list --origin` shows what is set, and from where."]),
        Kind::AuthInvalid => (
            "The API answered 401 or 403: the credential is wrong, expired, of the wrong kind, or lacks the scope.",
            &["The message says which credential was sent and which one this endpoint wants.",
              "CloudCDN purges want the purge key as x-api-key, or a scoped token with purge:write as Bearer."]),
        Kind::TargetNotFound => (
            "The API answered 404: the zone, the asset or the endpoint does not exist under this base URL.",
            &["Check the id or path, and the base URL (`stratos config get url`)."]),
        Kind::RateLimited => (
            "The API answered 429, or the provider's quota leaves no room for the next request.",
            &["Wait as long as the message says; a daily quota starts again at 00:00 UTC.",
              "Purge by tag instead of by URL: one tag is one item."]),
        Kind::ServerError => (
            "The API answered 5xx on every attempt.",
            &["Try again in some minutes; look at the provider's status page when it lasts.",
              "Give the request id of `--verbose` to their support."]),
        Kind::RequestFailed => (
            "No complete answer arrived: the name was not found, the connection was refused or reset, TLS failed, or the deadline passed.",
            &["`stratos doctor` tells name look-up, connection and TLS apart.",
              "Behind a company proxy set HTTPS_PROXY; for its certificate use `--ca-file` or SSL_CERT_FILE."]),
        Kind::DataError => (
            "Input or a reply does not have the form that it must have, or the API answered 400 or 422.",
            &["Look at the line, URL or member that the message names, and mend it there.",
              "A manifest or an archive of a release that is damaged: make it again (`stratos purge manifest`); nothing was purged."]),
        Kind::IoError => (
            "A local file or a stream could not be read or written to its end.",
            &["Check space and permissions of the file in the message, then repeat the command."]),
        Kind::Unavailable => (
            "The operation could not be completed: what it needs is not reachable, not part of this version, or (`--wait`) still in progress at the provider when the time was up.",
            &["After `--wait` nothing has to be sent again: the purge was accepted; wait longer with `--wait=30m`.",
              "`stratos schema --v2` lists what this version can do; `stratos doctor` checks what it can reach.",
              "`upgrade` leaves a binary of a package manager to that one: run the command in the message."]),
        Kind::SoftwareError => (
            "stratos met a state that its authors thought impossible.",
            &["Please report the version and the place that the message names; no value of yours is in it."]),
        Kind::InputMissing => (
            "A file named on the command line or in the profile does not exist.",
            &["Create the file, or correct its name in the flag or with `stratos config edit`."]),
        Kind::CannotCreate => (
            "A file or folder that the command has to write cannot be created.",
            &["Make the folder writable, or choose another with `--config` or XDG_CONFIG_HOME.",
              "For the journal of a purge: `--journal PATH`, XDG_STATE_HOME, or `--journal none`.",
              "For `upgrade`: run it as the owner of the binary's folder, or install a copy of your own (STRATOS_PREFIX)."]),
        Kind::ConfigError => (
            "config.toml cannot be read or parsed, names a profile that is not there, or would send a stored credential to a foreign origin.",
            &["Go to the line and column in the message: `stratos config edit`.",
              "For another base URL make another profile: `stratos init --profile NAME --cdn-url URL`."]),
        Kind::Interrupted => (
            "SIGINT or SIGTERM ended the command before it was done.",
            &["After a purge: `stratos purge resume` sends what the message lists as not sent or in doubt.",
              "Otherwise run the part again that the message lists."]),
        Kind::SignatureInvalid => (
            "A signature over a file or a link does not match what was signed.",
            &["`stratos signed inspect` shows what the link claims; compare the key that signed it with the one given here."]),
        Kind::SignatureExpired => (
            "The signature itself is good, but its time is over.",
            &["Mint the link anew with a later `--expires`, and check both clocks if it should still be good."]),
        Kind::NotFresh => (
            "An edge still answered with the old content, or with what does not show that it is new, when the time for the proof was up; or the origin itself did, before anything was purged.",
            &["`stratos explain` with the reason in the message (proof.shield, proof.variant, …) says what to do.",
              "Wait for the provider's propagation time and prove again; purge the shield before the edge where there are two layers."]),
        Kind::Partial => (
            "Of several batches or providers some failed, and every one that failed may be repeated.",
            &["`stratos purge resume` sends what is missing and nothing else, where the run kept a journal.",
              "Or run the same command again: what succeeded is harmless to repeat."]),
        Kind::RefusedByPolicy => (
            "A bound in [policy] of config.toml forbids this: a lifetime over max_ttl, or a secret on the command line.",
            &["Stay within the bound that the message names, or have its owner widen it."]),
        Kind::Halted => (
            "The stop switch is set, so no command that changes anything runs.",
            &["Ask whoever set it; they lift it when the reason is gone."]),
        Kind::UntrustedRelease => (
            "A release file, its manifest or its signature failed verification, the release is older or expired, or its binary failed the self-test; the binary that was there is there.",
            &["Download again from the official base; if it fails again, do not use the file and report it as SECURITY.md says.",
              "`stratos verify FILE` says what is wrong with a file, and `stratos explain` what each verdict means.",
              "Expired, or older than what runs: get a newer release, and check this machine's clock; `stratos upgrade --rollback` goes back."]),
        Kind::RedirectRefused => (
            "The server answered a request that carries a credential with a redirect, which stratos never follows; or it led from https to http, or round and round.",
            &["Check the base URL: http instead of https, or a missing or surplus `www.`, is the usual reason.",
              "If the API has moved, set the new origin: `stratos config set <profile>.url URL`."]),
        Kind::SecretWeak => (
            "The secret is shorter than min_secret_bytes, and the profile is strict.",
            &["Use at least 16 random bytes: `openssl rand -hex 32`."]),
        Kind::LinksLive => (
            "A signing key was to be retired while links of it live, or while nothing shows that none does: they would break.",
            &["Wait until the time that the message names; `stratos signed rotate status` shows it again.",
              "Take a census of the edge's access log: `stratos signed rotate census --save < access.log`, then retire again.",
              "Where the links may break, because the key has leaked: `--force`."]),
        Kind::TooLarge => (
            "A reply exceeds 8 MiB, or an input exceeds its bound; it was not read on.",
            &["Check that the URL is an API and not a download; for input, split it.",
              "An archive that unpacks to far more than it holds: unpack it yourself, and name the folder."]),
    }
}
