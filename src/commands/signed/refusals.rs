//! What minting refuses: one table. Each row has its test in tests/cli/signed.rs, by its id.

use super::{
    target::Target,
    times::{self, Flaw},
};
use crate::{
    error::{Error, Result},
    sign::{Scheme, text::harmless},
};

/// One refusal.
pub struct Rule {
    /// Its stable name.
    pub id: &'static str,
    /// What follows the offending text in the message: what is wrong, and what to do.
    pub message: &'static str,
    /// Which failure it is.
    fault: fn(String) -> Error,
    /// Whether a target breaks it; rows about times are found by their id.
    breaks: fn(&Target<'_>, &Scheme) -> bool,
}

/// Every reason for which minting says no, in the order in which they are looked for.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    Rule::of("time.empty", "is empty; give Unix seconds, an RFC 3339 time with its offset, or +15m"),
    Rule::of("time.form", "is not a time; give Unix seconds, an RFC 3339 time with its offset, or +15m"),
    Rule::of("time.leading-zero", "has a leading zero, which edges read differently; leave it out"),
    Rule::of("time.zero", "is the start of 1970 or earlier; give a time to come"),
    Rule::of("time.milliseconds", "looks like milliseconds; in seconds it is"),
    Rule::of("time.no-offset", "does not say its offset; write date and time and end it with Z or +02:00"),
    Rule::of("time.too-late", "lies after the year 5138, where edges read milliseconds; give an earlier time"),
    Rule::of("time.lifetime", "is not a lifetime; write 15m, 900s, 1h30m or 7d"),
    Rule::of("time.past", "is in the past; give a later time, or --allow-expired"),
    Rule::of("time.longest", "lives longer than the scheme's verifier accepts; give a shorter --ttl"),
    Rule::of("time.order", "is not before the expiry, so the link would never be valid; give an earlier time"),
    Rule { fault: Error::Policy, ..Rule::of("policy.max-ttl", "lives longer than [policy] max_ttl allows; give a shorter --ttl") },
    Rule { fault: Error::Policy, ..Rule::of("policy.no-end", "has no expiry, and [policy] max_ttl wants one; use a scheme that has") },
    Rule::target("target.neither", "is neither a path nor a URL; begin it with / or https://", neither),
    Rule::target("target.nul", "holds a NUL byte, which no edge accepts; remove it", |target, _| target.typed.contains('\0')),
    Rule::target("target.line-feed", "holds a line feed, which ends a line of a list; remove it", |target, _| target.typed.contains('\n')),
    Rule::target("url.host", "names no host, or one with blanks or control bytes; write https://host/path", no_host),
    Rule::target("url.host-ascii", "names a host outside ASCII, which clients ask for in another spelling; write its xn-- form", |target, _| !target.authority().is_ascii()),
    Rule::target("url.userinfo", "carries a user name, which never reaches the edge; leave out what stands before @", |target, _| target.authority().contains('@')),
    Rule::target("url.no-path", "has no path; end the host with /", |target, _| target.absolute && !target.rest.starts_with('/')),
    Rule::target("url.fragment", "has a fragment, which never reaches the edge; leave out # and what follows, or write it as %23", fragment),
    Rule::target("url.control", "holds a control byte; write it as its percent escape", |target, scheme| !scheme.carried && target.rest.bytes().any(|byte| byte < b' ' || byte == 0x7f)),
    Rule::target("url.dot-segment", "has a . or .. segment, which clients resolve before they ask; write the resolved path", |target, scheme| !scheme.carried && target.path().split('/').any(dots)),
    Rule::target("url.signed", "already carries what the scheme adds; sign the plain URL", signed),
    Rule::of("url.blank", "holds a blank, which the signed URL would too; write it as %20"),
    Rule::of("url.backslash", "holds a backslash, which browsers send as a slash; write it as %5C"),
    Rule::of("url.wildcard", "holds a *, which is no wildcard in a URL; give the pattern with --prefix, or write %2A"),
    Rule::of("prefix.wildcard", "holds a *, which this scheme takes as it stands; end the prefix with the / of its folder"),
];

impl Rule {
    const fn of(id: &'static str, message: &'static str) -> Self {
        Self { id, message, fault: Error::Usage, breaks: |_, _| false }
    }

    const fn target(
        id: &'static str,
        message: &'static str,
        breaks: fn(&Target<'_>, &Scheme) -> bool,
    ) -> Self {
        Self { breaks, ..Self::of(id, message) }
    }

    /// The failure, naming what broke the rule.
    #[must_use]
    pub fn error(&self, what: &str) -> Error {
        (self.fault)(format!("{what} {}", self.message))
    }
}

/// The row of that name.
#[must_use]
pub fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).expect("a rule is named by its id in the table")
}

/// The first rule that the target breaks. Plain paths, which are nearly all, are passed by one look.
#[must_use]
pub fn broken(target: &Target<'_>, scheme: &Scheme) -> Option<&'static Rule> {
    if !target.absolute && plain(target.typed) {
        return None;
    }
    RULES.iter().find(|rule| (rule.breaks)(target, scheme))
}

/// A moment that a flag names.
pub fn moment(flag: &str, text: &str, now: u64) -> Result<u64> {
    times::moment(text, now).map_err(|flaw| flawed(flag, text, flaw))
}

/// A lifetime that a flag names.
pub fn lifetime(flag: &str, text: &str) -> Result<u64> {
    times::lifetime(text).map_err(|flaw| flawed(flag, text, flaw))
}

/// A piece of outside text for a message: quoted, escaped, and cut.
#[must_use]
pub fn shown(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

fn flawed(flag: &str, text: &str, flaw: Flaw) -> Error {
    let id = match flaw {
        Flaw::Empty => "time.empty",
        Flaw::Form => "time.form",
        Flaw::LeadingZero => "time.leading-zero",
        Flaw::Zero => "time.zero",
        Flaw::NoOffset => "time.no-offset",
        Flaw::TooLate => "time.too-late",
        Flaw::Lifetime => "time.lifetime",
        Flaw::Milliseconds(seconds) => {
            let rule = rule("time.milliseconds");
            return (rule.fault)(format!("{flag} {} {} {seconds}", shown(text), rule.message));
        }
    };
    rule(id).error(&format!("{flag} {}", shown(text)))
}

/// Begins with a slash, holds only letters, digits and `/ _ - .`, and no segment begins with a dot:
/// nothing that any rule looks for.
fn plain(path: &str) -> bool {
    let bytes = path.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    // Neither ends early, so that the compiler makes vectors of them: this runs for every line of a list.
    let strange = bytes.iter().fold(false, |strange, byte| strange | !harmless(*byte));
    let hidden = pairs.fold(false, |hidden, (before, byte)| hidden | ((*before == b'/') & (*byte == b'.')));
    bytes.first() == Some(&b'/') && !strange && !hidden
}

fn neither(target: &Target<'_>, _: &Scheme) -> bool {
    !target.absolute && !target.typed.starts_with('/')
}

fn no_host(target: &Target<'_>, _: &Scheme) -> bool {
    let authority = target.authority();
    target.absolute
        && (authority.is_empty()
            || authority.starts_with(':')
            || authority.bytes().any(|byte| byte <= b' ' || byte == 0x7f))
}

/// In a path that travels as a parameter `#` is a character like any other; in a URL it never is.
fn fragment(target: &Target<'_>, scheme: &Scheme) -> bool {
    (target.absolute || !scheme.carried) && target.rest.contains('#')
}

fn dots(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// A carried path may use the names in a query of its own; all of them together are a signed URL.
fn signed(target: &Target<'_>, scheme: &Scheme) -> bool {
    let Some(query) = target.query() else { return false };
    let mut names = scheme
        .reserved
        .iter()
        .map(|reserved| query.split('&').any(|pair| pair.split('=').next() == Some(reserved)));
    if scheme.carried { names.len() > 0 && names.all(|found| found) } else { names.any(|found| found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Scheme = Scheme { reserved: &["token"], ..Scheme::BASE };
    const CARRIED: Scheme = Scheme { reserved: &["path", "sig"], carried: true, ..Scheme::BASE };

    fn id(typed: &str, scheme: &Scheme) -> Option<&'static str> {
        broken(&Target::of(typed, "https://base"), scheme).map(|rule| rule.id)
    }

    #[test]
    fn ids_are_unique_and_messages_say_what_to_do() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(RULES[at + 1..].iter().all(|other| other.id != rule.id), "{}", rule.id);
            assert!(rule.message.contains(';'), "{}: {}", rule.id, rule.message);
        }
    }

    #[test]
    #[rustfmt::skip]
    fn each_rule_finds_its_target() {
        for (typed, rule) in [
            ("a/b", "target.neither"), ("", "target.neither"), ("ftp://a/b", "target.neither"), ("/a\0b", "target.nul"),
            ("/a\nb", "target.line-feed"), ("https:///a", "url.host"), ("https://a b/c", "url.host"),
            ("https://u:p@a/b", "url.userinfo"), ("https://a", "url.no-path"), ("https://a?b", "url.no-path"),
            ("https://a/b#c", "url.fragment"), ("/b#c", "url.fragment"), ("/a\tb", "url.control"),
            ("/a/../b", "url.dot-segment"), ("/a/.%2E/b", "url.dot-segment"), ("/a/.", "url.dot-segment"), ("/a?token=1", "url.signed"),
        ] {
            assert_eq!(id(typed, &OPEN), Some(rule), "{typed:?}");
        }
    }

    #[test]
    fn a_carried_path_is_verbatim() {
        for typed in ["/a/../b", "/a#b", "/a b", "/a|b", "/?path=1", "/a\tb", "https://a/b?c=d"] {
            assert_eq!(id(typed, &CARRIED), None, "{typed:?}");
        }
        assert_eq!(id("https://a/b#c", &CARRIED), Some("url.fragment"));
        assert_eq!(id("https://a/api?path=%2F&sig=0", &CARRIED), Some("url.signed"));
    }

    #[test]
    fn the_short_cut_never_passes_what_a_rule_refuses() {
        for typed in ["/a.b/c-d_e.mp4", "/", "/a//b", "/a..b"] {
            assert!(plain(typed));
            assert!(RULES.iter().all(|rule| !(rule.breaks)(&Target::of(typed, ""), &OPEN)), "{typed}");
        }
        for typed in ["", "a", "/.", "/..", "/a/..", "/a/.b", "/a?b", "/é", "/a%2e"] {
            assert!(!plain(typed), "{typed}");
        }
    }
}
