//! `--as`: what was minted as `Set-Cookie` lines for a server to send, or as a request for a shell to run.

use super::claims::cannot;
use crate::{
    error::{Error, Result},
    sign::{Claims, Form, Scheme, Scope, Url},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::{
    net::IpAddr,
    time::{Duration, UNIX_EPOCH},
};

/// How an outcome is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Dress {
    /// The URL or token; cookies and headers one a line
    #[default]
    Lines,
    /// A Set-Cookie header for each cookie
    SetCookie,
    /// A curl command, quoted for a POSIX shell
    Curl,
}

/// What curl would send as it stands, and no server takes.
const BLANK: &AsciiSet = &CONTROLS.add(b' ');

impl Dress {
    /// Refuses what the form leaves nothing for.
    pub fn suits(self, form: Form, scheme: &Scheme) -> Result<()> {
        match (self, form) {
            (Self::SetCookie, Form::Cookie) | (Self::Lines, _) => Ok(()),
            (Self::SetCookie, _) if scheme.forms.contains(&Form::Cookie) => {
                Err(Error::Usage("--as set-cookie is for cookies; add --cookie".into()))
            }
            (Self::SetCookie, _) => {
                Err(cannot(scheme, "--as set-cookie", |scheme| scheme.forms.contains(&Form::Cookie)))
            }
            (Self::Curl, Form::Token) => Err(Error::Usage(
                "--as curl has no place for a token on its own; take another --form, or leave out --as"
                    .into(),
            )),
            (Self::Curl, _) => Ok(()),
        }
    }

    /// Puts the outcome that begins at `start` into other clothes.
    #[inline]
    pub fn put_on(self, url: &Url<'_>, claims: &Claims<'_>, start: usize, out: &mut Vec<u8>) -> Result<()> {
        if self == Self::Lines { Ok(()) } else { self.change(url, claims, start, out) }
    }

    #[cold]
    fn change(self, url: &Url<'_>, claims: &Claims<'_>, start: usize, out: &mut Vec<u8>) -> Result<()> {
        let minted = String::from_utf8_lossy(&out[start..]).into_owned();
        let dressed = match self {
            Self::Lines => minted,
            Self::SetCookie => {
                let attributes = attributes(url, claims);
                let lines = minted.split('\n').map(|cookie| format!("Set-Cookie: {cookie}{attributes}"));
                lines.collect::<Vec<_>>().join("\n")
            }
            Self::Curl => curl(&minted, url, claims)?,
        };
        out.truncate(start);
        out.extend_from_slice(dressed.as_bytes());
        Ok(())
    }
}

/// The end is a date: counted seconds would begin anew whenever the line is sent.
fn attributes(url: &Url<'_>, claims: &Claims<'_>) -> String {
    let url = url.rooted();
    let mut text = String::new();
    if let Some(domain) = domain(url.host()) {
        text.push_str(&format!("; Domain={domain}"));
    }
    text.push_str(&format!("; Path={}", path(&url, &claims.scope)));
    if let Some(end) = claims.expires.and_then(|end| UNIX_EPOCH.checked_add(Duration::from_secs(end))) {
        text.push_str(&format!("; Expires={}", httpdate::fmt_http_date(end)));
    }
    // A browser drops a Secure cookie that came over plain HTTP.
    let plain = url.origin.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"));
    text.push_str(if plain { "; HttpOnly" } else { "; Secure; HttpOnly" });
    text
}

/// The host, where browsers take one: no address, no name without a dot.
fn domain(host: &str) -> Option<&str> {
    let name = host.split(':').next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let known = name.contains('.') && name.bytes().all(plain) && name.parse::<IpAddr>().is_err();
    known.then_some(name)
}

/// The folder below which the cookie is of use; `/` where that is not plain to see, which is never too narrow.
fn path(url: &Url<'_>, scope: &Scope<'_>) -> String {
    let known = match scope {
        Scope::Url => Some(url.sent().path.into_owned()),
        Scope::Prefix(text) => folder(text).map(str::to_owned),
        // Several patterns may stand in one text; only of the last wildcard it is sure that none follows.
        Scope::Globs(text) => text
            .split_once(['*', '?'])
            .filter(|(fixed, rest)| !rest.contains('/') && !fixed.contains(['!', ',']))
            .and_then(|(fixed, _)| folder(fixed).map(str::to_owned)),
        Scope::Regex(_) => None,
    };
    let plain = |path: &String| {
        path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';')
    };
    known.filter(plain).unwrap_or_else(|| "/".into())
}

fn folder(text: &str) -> Option<&str> {
    let path = match text.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => text,
    };
    Some(&path[..=path.rfind('/')?])
}

fn curl(minted: &str, url: &Url<'_>, claims: &Claims<'_>) -> Result<String> {
    let mut words = vec!["curl".to_owned()];
    match claims.method {
        None | Some("GET") => {}
        Some("HEAD") => words.push("-I".into()),
        Some(method) => words.extend(["-X".into(), method.into()]),
    }
    let place = match claims.form {
        Form::Cookie => {
            words.extend(["-b".into(), minted.replace('\n', "; ")]);
            None
        }
        Form::Header => {
            words.extend(minted.split('\n').flat_map(|header| ["-H".to_owned(), header.to_owned()]));
            None
        }
        Form::Query | Form::Path | Form::Token => Some(minted.to_owned()),
    };
    // Headers that are signed are sent, or the signature is of another request.
    for header in claims.params.get("headers").iter().flat_map(|headers| headers.lines()) {
        words.extend(["-H".into(), header.into()]);
    }
    let place = place.unwrap_or_else(|| utf8_percent_encode(&url.sent().to_string(), BLANK).to_string());
    if place.contains(['[', ']', '{', '}']) {
        words.push("-g".into());
    }
    words.push(place);
    shlex::try_join(words.iter().map(String::as_str))
        .map_err(|_| Error::Usage("a NUL byte cannot stand in a command; remove it".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::Params;

    const URL: &str = "https://cdn.example.com:8443/v/a b.mp4?q=1";

    fn dressed(dress: Dress, url: &str, claims: &Claims<'_>, minted: &str) -> String {
        let mut out = format!("before {minted}").into_bytes();
        dress.put_on(&Url::parse(url).unwrap(), claims, 7, &mut out).unwrap();
        String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
    }

    fn cookie(url: &str, scope: Scope<'static>) -> String {
        let claims = Claims { form: Form::Cookie, scope, expires: Some(1_893_456_000), ..Claims::default() };
        dressed(Dress::SetCookie, url, &claims, "a=b")
    }

    #[test]
    fn each_cookie_is_a_line_with_the_place_and_the_end_of_the_claims() {
        let claims = Claims {
            form: Form::Cookie,
            scope: Scope::Globs("https://cdn.example.com/v/*".into()),
            expires: Some(1_893_456_000),
            ..Claims::default()
        };
        let rest =
            "; Domain=cdn.example.com; Path=/v/; Expires=Tue, 01 Jan 2030 00:00:00 GMT; Secure; HttpOnly";
        let lines = dressed(Dress::SetCookie, URL, &claims, "a=b\nc=d");
        assert_eq!(lines, format!("Set-Cookie: a=b{rest}\nSet-Cookie: c=d{rest}"));
        let endless = Claims { form: Form::Cookie, ..Claims::default() };
        let line = dressed(Dress::SetCookie, "http://127.0.0.1:8787/v/a", &endless, "a=b");
        assert_eq!(line, "Set-Cookie: a=b; Path=/v/a; HttpOnly");
    }

    #[test]
    fn a_path_is_never_narrower_than_the_scope() {
        for (scope, path) in [
            (Scope::Prefix("/v/a".into()), "/v/"),
            (Scope::Prefix("https://cdn.example.com/v/".into()), "/v/"),
            (Scope::Prefix("https://cdn.example.com".into()), "/"),
            (Scope::Globs("http*://*/v/*".into()), "/"),
            (Scope::Globs("/v/a?.ts".into()), "/v/"),
            (Scope::Globs("/v/*^/w/*".into()), "/"),
            (Scope::Globs("/v/a".into()), "/"),
            (Scope::Globs("/v/*!/w/*".into()), "/"),
            (Scope::Globs("/v/*,/w/*".into()), "/"),
            (Scope::Globs("*".into()), "/"),
            (Scope::Prefix("/v;w/".into()), "/"),
            (Scope::Regex("/v/.*".into()), "/"),
            (Scope::Url, "/"),
        ] {
            let line = cookie(URL, scope.clone());
            assert!(line.contains(&format!("; Path={path};")), "{scope:?}: {line}");
        }
    }

    #[test]
    fn a_domain_is_a_name_with_a_dot() {
        for (url, domain) in [
            ("https://a.example/x", "; Domain=a.example; "),
            ("https://localhost:1/x", "a=b; Path"),
            ("https://[::1]:1/x", "a=b; Path"),
            ("https://192.0.2.1/x", "a=b; Path"),
        ] {
            assert!(cookie(url, Scope::Url).contains(domain), "{url}: {}", cookie(url, Scope::Url));
        }
    }

    #[test]
    fn a_command_survives_the_shell() {
        let claims = |form, method| Claims { form, method, ..Claims::default() };
        let words = |claims: &Claims<'_>, minted: &str| {
            shlex::split(&dressed(Dress::Curl, URL, claims, minted)).unwrap()
        };
        let sent = "https://cdn.example.com:8443/v/a%20b.mp4?q=1";
        assert_eq!(words(&claims(Form::Cookie, None), "a='b\nc=$d"), ["curl", "-b", "a='b; c=$d", sent]);
        assert_eq!(words(&claims(Form::Header, Some("GET")), "A: b c"), ["curl", "-H", "A: b c", sent]);
        assert_eq!(
            words(&claims(Form::Query, Some("HEAD")), "https://h/?a&b"),
            ["curl", "-I", "https://h/?a&b"]
        );
        let put = words(&claims(Form::Query, Some("PUT")), "https://h/{a}");
        assert_eq!(put, ["curl", "-X", "PUT", "-g", "https://h/{a}"]);
        let pairs = [("headers", "X-A: 1\nX-B: 2")];
        let with = Claims { params: Params(&pairs), ..Claims::default() };
        assert_eq!(words(&with, "https://h/"), ["curl", "-H", "X-A: 1", "-H", "X-B: 2", "https://h/"]);
    }

    #[test]
    fn what_does_not_suit_is_refused() {
        const BOTH: Scheme = Scheme { forms: &[Form::Query, Form::Cookie, Form::Token], ..Scheme::BASE };
        for (dress, form, scheme, good) in [
            (Dress::Lines, Form::Token, &BOTH, true),
            (Dress::SetCookie, Form::Cookie, &BOTH, true),
            (Dress::SetCookie, Form::Query, &BOTH, false),
            (Dress::SetCookie, Form::Query, &Scheme::BASE, false),
            (Dress::Curl, Form::Query, &BOTH, true),
            (Dress::Curl, Form::Token, &BOTH, false),
        ] {
            assert_eq!(dress.suits(form, scheme).is_ok(), good, "{dress:?} {form:?}");
        }
    }
}
