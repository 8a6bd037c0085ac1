//! The rules that look at one link.

use super::{Bounds, Finding, Look, seen::Seen};
use crate::sign::{Claim, Scope, Until, Url, Visit};
use std::net::IpAddr;

/// From here on a time counts milliseconds.
const MILLISECONDS: u64 = 100_000_000_000;
/// Credentials with a session token: AWS lets none live longer.
const SESSION: u64 = 36 * 3_600;
const SESSION_TOKEN: &str = "X-Amz-Security-Token";
/// Names behind which people put what belongs into no URL.
pub const SECRETS: &[&str] = &[
    "secret",
    "password",
    "passwd",
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "client_secret",
    "secret_key",
    "signing_key",
];

/// http to anything but this machine.
pub fn in_clear(url: &Url<'_>) -> Option<Finding> {
    let head = url.origin.get(..7)?;
    let host = url.host();
    let name = host.strip_prefix('[').map_or_else(
        || host.split(':').next().unwrap_or_default(),
        |v6| v6.split(']').next().unwrap_or_default(),
    );
    let local = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    (head.eq_ignore_ascii_case("http://") && !local)
        .then(|| Finding::of("url.http", format!("it is for http://{host}")))
}

/// A parameter with the name of a secret.
pub fn secret(url: &Url<'_>) -> Option<Finding> {
    let known = |name: &str| SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name));
    let (name, value) = url.pairs().find(|(name, value)| known(name) && value.len() >= 8)?;
    Some(Finding::of("secret.in-url", format!("{name} has a value of {} characters", value.len())))
}

impl Look<'_, '_> {
    /// Everything that needs no other link.
    pub fn judge(&self, bounds: &Bounds, findings: &mut Vec<Finding>) {
        if !self.found.encrypted {
            findings.extend(self.scope());
            findings.extend(self.unsigned());
            self.times(bounds, findings);
        }
        findings.extend(self.digest());
        findings.extend(self.repeated());
    }

    fn scope(&self) -> Option<Finding> {
        let text = self.found.claims.scope.text()?;
        let expression = matches!(self.found.claims.scope, Scope::Regex(_));
        let wide = text.split(['!', ',', '|', '\n']).any(|entry| everything(entry, expression));
        let name = self.found.claims.scope.claim().name();
        wide.then(|| Finding::of("scope.whole-host", format!("its {name} is {text}")))
    }

    fn times(&self, bounds: &Bounds, findings: &mut Vec<Finding>) {
        let (claims, now) = (&self.found.claims, self.visit.now);
        let Some(expires) = claims.expires else {
            if claims.expires_text.is_some() {
                findings.push(Finding::of("link.malformed", "its expiry is no plain number of seconds"));
            } else if self.scheme.carries(Claim::Expires) {
                let evidence = format!("{} can carry an expiry, and there is none", self.scheme.id);
                findings.push(Finding::of("life.no-end", evidence));
            }
            return;
        };
        if expires >= MILLISECONDS {
            let evidence = format!("it ends at {expires}, which is {} in milliseconds", expires / 1000);
            findings.push(Finding::of("time.milliseconds", evidence));
            return;
        }
        let over = if self.scheme.until == Until::Through { now > expires } else { now >= expires };
        if over {
            let evidence = format!("it ended at {expires}, {} s ago", now - expires);
            findings.push(Finding::of("time.expired", evidence));
            return;
        }
        let begins = claims.not_before.filter(|begins| *begins > now);
        if let Some(begins) = begins {
            let evidence = format!("it begins at {begins}, in {} s", begins - now);
            findings.push(Finding::of("time.not-yet-valid", evidence));
        }
        let start = claims.issued.or(claims.not_before).unwrap_or(now);
        let life = expires.saturating_sub(start);
        if life > bounds.longest {
            let evidence = format!("it lives for {life} s, and {} s are allowed", bounds.longest);
            findings.push(Finding::of("life.too-long", evidence));
        }
        findings.extend(self.credentials(bounds, expires, life));
    }

    fn credentials(&self, bounds: &Bounds, expires: u64, life: u64) -> Option<Finding> {
        let id = self.found.claims.key_id.as_deref();
        let of_this = |of: &Option<String>| of.as_deref().is_none_or(|of| Some(of) == id);
        let end = bounds.ends.iter().filter(|(of, _)| of_this(of)).map(|(_, end)| *end).min();
        if let Some(end) = end {
            return (expires > end).then(|| {
                let evidence = format!("it ends at {expires}, and its credentials at {end}");
                Finding::of("life.outlives-credentials", evidence)
            });
        }
        self.visit.url.value(SESSION_TOKEN)?;
        Some(if life > SESSION {
            let evidence = format!("it lives for {life} s, and a session for {SESSION} s at most");
            Finding::of("life.outlives-credentials", evidence)
        } else {
            Finding::of("life.temporary-credentials", "it carries the token of a session")
        })
    }

    /// MD5 or SHA-1: by the setting that names the digest, else by the length of the signature.
    fn digest(&self) -> Option<Finding> {
        let param = self.scheme.params.iter().find(|param| param.values.iter().any(|value| weak(value)));
        let set = param.and_then(|param| self.visit.params.get(param.name));
        let cut = |bytes: usize| self.visit.params.0.iter().any(|(_, value)| *value == bytes.to_string());
        let word = match (set, self.found.shape.and_then(|(_, bytes)| bytes)) {
            (Some(word), _) => word,
            (None, Some(bytes)) if cut(bytes) => return None,
            (None, Some(16)) => "md5",
            (None, Some(20)) => "sha1",
            (None, Some(_)) => return None,
            (None, None) => param?.values.first()?,
        };
        if !weak(word) {
            return None;
        }
        let name = if word.contains("md5") { "MD5" } else { "SHA-1" };
        let mut finding = Finding::of("hash.weak", format!("its signature is made with {name}"));
        let stronger = param.and_then(|param| {
            let kind = word.split('-').next().unwrap_or_default();
            let strong = || param.values.iter().filter(|value| !weak(value));
            let value = strong().find(|value| value.starts_with(kind)).or_else(|| strong().next())?;
            Some(format!("Sign with --param {}={value}, once the verifier takes it.", param.name))
        });
        if let Some(stronger) = stronger {
            finding.fix = stronger.into();
        }
        Some(finding)
    }

    /// Parameters that may be changed and the signature still be good.
    fn unsigned(&self) -> Option<Finding> {
        if self.found.claims.scope != Scope::Url {
            return None;
        }
        let signed = self.text(self.found, &self.signed)?;
        let url = &self.visit.url;
        let foreign = url.pairs().enumerate().filter(|(_, (name, _))| !self.scheme.reserved.contains(name));
        let free = foreign.filter(|(at, _)| self.free(*at, &signed)).map(|(_, (name, _))| name);
        let names: Vec<&str> = free.collect();
        (!names.is_empty()).then(|| {
            Finding::of("query.unsigned", format!("the signature does not cover {}", names.join(", ")))
        })
    }

    /// Whether the signed text stays the same when the parameter changes.
    fn free(&self, at: usize, signed: &[u8]) -> bool {
        let url = &self.visit.url;
        let query = url.query.as_deref().unwrap_or_default();
        let changed: Vec<String> = query
            .split('&')
            .enumerate()
            .map(|(index, piece)| match piece.contains('=') {
                _ if index != at => piece.to_owned(),
                true => format!("{piece}0"),
                false => format!("{piece}=0"),
            })
            .collect();
        let url = Url { query: Some(changed.join("&").into()), ..url.borrowed() };
        let visit = Visit { url, ..self.visit.clone() };
        let mut carried = Vec::new();
        let Ok(found) = (self.scheme.inspect)(&visit, &mut carried) else { return false };
        let same = found.signature == self.found.signature && found.covers == self.found.covers;
        same && self.text(&found, &carried).is_some_and(|text| text == signed)
    }

    /// The text that is signed: carried, or built from what was found.
    fn text(&self, found: &crate::sign::Inspection<'_>, carried: &[u8]) -> Option<Vec<u8>> {
        if !carried.is_empty() {
            return Some(carried.to_vec());
        }
        let mut text = Vec::new();
        (self.scheme.canonical)(&found.url, &found.claims, &mut text).ok()?;
        Some(text)
    }

    fn repeated(&self) -> Option<Finding> {
        let signature = std::str::from_utf8(&self.found.signature).ok().filter(|text| text.len() >= 16)?;
        let times = self.visit.url.to_string().matches(signature).count();
        (times > 1).then(|| Finding::of("signature.repeated", format!("it stands in the link {times} times")))
    }

    /// The same signature on another path, where it is for one URL alone.
    pub fn shared(&self, number: u64, seen: &mut Seen) -> Option<Finding> {
        if self.found.encrypted || self.found.claims.scope != Scope::Url {
            return None;
        }
        let line = seen.elsewhere(number, (self.scheme.id, &self.found.signature), &self.found.url.path)?;
        Some(Finding::of("signature.shared", format!("line {line} has it on another path")))
    }
}

fn weak(word: &str) -> bool {
    word.contains("md5") || word.contains("sha1")
}

/// Whether a prefix, glob or expression leaves nothing of the path to be chosen.
pub fn everything(entry: &str, expression: bool) -> bool {
    let plain;
    let entry = if expression {
        plain = entry.replace('\\', "").replace(".*", "*").replace("[^/]+", "*");
        plain.trim_start_matches('^').trim_end_matches('$')
    } else {
        entry
    };
    let path = match entry.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => entry,
    };
    path.bytes().all(|byte| matches!(byte, b'/' | b'*' | b'?'))
}
