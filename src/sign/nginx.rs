//! nginx's secure_link: MD5 over an expression that the operator wrote.
//!
//! Contract: section 10a, observed on nginx 1.22.1. `$uri` is the decoded and resolved path.

mod expression;
#[cfg(test)]
mod tests;
pub mod word;

use super::{
    Claim, Claims, Example, Form, Inspection, Param, Params, Scheme, Seal, Spelling, Until, Url, Visit, key,
    one_address, served,
    text::{self, Append},
};
use crate::error::{Error, Result};
use expression::Expression;

/// `secure_link` with an expiry.
pub const SCHEME: Scheme = Scheme {
    id: "nginx-secure-link",
    title: "nginx secure_link with an expiry",
    about: "MD5 in base64url over the expression of the directive secure_link_md5, carried as `md5=…&expires=…` or, \
            where a location takes it apart, as `/<md5>/<expires>` in front of the path. Copy the two directives \
            into --param, with <secret> where the secret stands. Unless the expression is given, an address is \
            signed when one is named. `$uri` is the decoded path with slashes merged and dot segments resolved; \
            the query is not signed. The link is valid through the second that it names.",
    source: "nginx.org/en/docs/http/ngx_http_secure_link_module.html; observed on nginx 1.22.1",
    claims: &[Claim::Expires, Claim::Ip],
    forms: &[Form::Query, Form::Path],
    params: &[EXPRESSION, ARGUMENTS, AGENT, PREFIX],
    reserved: &["md5", "expires"],
    until: Until::Through,
    example: Example {
        flags: "--param 'secure_link_md5=$secure_link_expires$uri <secret>'",
        ..Example::BASE
    },
    canonical: |url, claims, out| {
        write(url, claims, claims.params.get("user_agent"), Some(claims.expires()?), out)
    },
    prepare: |secret, params| prepare(true, secret, params),
    assemble,
    inspect: |visit, signed| match path_form(visit)? {
        Some(found) => Ok(found),
        None => inspect(true, visit, signed),
    },
    guard: |url, claims| guard(true, url, claims),
    ..Scheme::BASE
};

/// `secure_link` without an expiry.
pub const ENDLESS: Scheme = Scheme {
    id: "nginx-secure-link-endless",
    title: "nginx secure_link without an expiry",
    about: "MD5 in base64url over the expression of the directive secure_link_md5, carried as `md5=…`: what a \
            directive `secure_link $arg_md5` checks. It has no end: only another secret ends it. All else is as \
            with nginx-secure-link.",
    claims: &[Claim::Ip],
    forms: &[Form::Query],
    params: &[ENDLESS_EXPRESSION, ARGUMENT, AGENT],
    reserved: &["md5"],
    example: Example::BASE,
    canonical: |url, claims, out| write(url, claims, claims.params.get("user_agent"), None, out),
    assemble: |url, claims, seal, out| {
        let url = url.sent();
        url.write(out);
        out.text(url.joint()).text(Names::of(claims.params)?.md5).text("=").bytes(&seal.signature);
        Ok(())
    },
    prepare: |secret, params| prepare(false, secret, params),
    inspect: |visit, signed| inspect(false, visit, signed),
    guard: |url, claims| guard(false, url, claims),
    ..SCHEME
};

const EXPRESSION: Param = Param::usual(
    "secure_link_md5",
    &[
        "$secure_link_expires$uri$remote_addr <secret>",
        "$secure_link_expires$uri <secret>",
        "$secure_link_expires$uri<secret>",
        "$secure_link_expires$uri$remote_addr<secret>",
        "$uri$secure_link_expires <secret>",
        "<secret>$secure_link_expires$uri",
        "<secret>$uri$secure_link_expires",
        "<secret>$uri$secure_link_expires$remote_addr",
    ],
)
.about(
    "the directive's expression, <secret> in the place of the secret. It may use $secure_link_expires, $uri, \
     $remote_addr, $host, $http_host, $scheme, $http_user_agent and $arg_NAME",
);
const ENDLESS_EXPRESSION: Param = Param {
    values: &["$uri$remote_addr <secret>", "$uri <secret>", "$uri<secret>", "<secret>$uri"],
    about: "the directive's expression, <secret> in the place of the secret; without $secure_link_expires as with \
            nginx-secure-link",
    ..EXPRESSION
};
const ARGUMENTS: Param = Param::text("secure_link")
    .about("the directive's parameters, which name those of the URL; $arg_md5,$arg_expires unless given");
const ARGUMENT: Param = Param::text("secure_link")
    .about("the directive's parameter, which names that of the URL; $arg_md5 unless given");
const AGENT: Param =
    Param::text("user_agent").about("the visitor's User-Agent, where the expression has $http_user_agent");
const PREFIX: Param = Param::text("prefix")
    .about("what stands in front of the token in the path, such as /s; none unless given");

/// The parameters of the URL that the directive `secure_link` reads.
struct Names<'a> {
    md5: &'a str,
    expires: &'a str,
}

impl<'a> Names<'a> {
    fn of(params: Params<'a>) -> Result<Self> {
        let directive = params.or("secure_link", "$arg_md5,$arg_expires");
        let (md5, expires) = directive.split_once(',').unwrap_or((directive, "$arg_expires"));
        match (argument_name(md5), argument_name(expires)) {
            (Some(md5), Some(expires)) if !md5.eq_ignore_ascii_case(expires) => Ok(Self { md5, expires }),
            _ => Err(Error::Usage(
                "--param secure_link=… takes two different names as the directive does: $arg_md5,$arg_expires"
                    .into(),
            )),
        }
    }

    fn own(&self, name: &str) -> bool {
        [self.md5, self.expires].iter().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether the expression signs the expiry.
    fn end(&self, expression: Expression<'_>) -> bool {
        expression.uses("secure_link_expires") || expression.uses_argument(self.expires)
    }
}

fn argument_name(text: &str) -> Option<&str> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.trim().strip_prefix("$arg_").filter(|name| !name.is_empty() && name.bytes().all(word))
}

/// The first parameter of that name, in any case, that has a value: what `$arg_NAME` is.
fn argument<'u>(url: &'u Url<'_>, name: &str) -> Option<&'u str> {
    let pieces = url.query.as_deref().unwrap_or_default().split('&');
    let mut pairs = pieces.filter_map(|piece| piece.split_once('='));
    pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn expression<'a>(params: Params<'a>) -> Expression<'a> {
    Expression(params.or("secure_link_md5", EXPRESSION.values[0]))
}

fn prepare(ends: bool, secret: &[u8], params: Params<'_>) -> Result<Box<dyn key::Key>> {
    expression(params).check()?;
    Names::of(params)?;
    let two = params.get("secure_link").map(|directive| directive.contains(','));
    if two.is_some_and(|two| two != ends) {
        let id = if ends { ENDLESS.id } else { SCHEME.id };
        return Err(Error::Usage(format!("a secure_link of that many parameters is scheme {id}; use that")));
    }
    key::digest("md5", secret, Spelling::Base64Url)
}

/// Appends the expression with its variables filled in, and a mark for the secret.
fn write(
    url: &Url<'_>,
    claims: &Claims<'_>,
    agent: Option<&str>,
    expires: Option<u64>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let names = Names::of(claims.params)?;
    let expiry = |out: &mut Vec<u8>| _ = expires.map(|expires| out.decimal(expires));
    expression(claims.params).write(out, |name, out| {
        match name {
            "secure_link_expires" => expiry(out),
            "uri" | "document_uri" => served::resolve(&url.rooted().sent().path, out)?,
            "remote_addr" if claims.params.get("secure_link_md5").is_some() => _ = out.text(claims.ip()?),
            "remote_addr" => _ = out.text(claims.ip.as_deref().unwrap_or_default()),
            "host" => _ = out.text(&host(url)?.split(':').next().unwrap_or_default().to_ascii_lowercase()),
            "http_host" => _ = out.text(host(url)?),
            "scheme" => {
                host(url)?;
                out.text(url.origin.split(':').next().unwrap_or_default());
            }
            "http_user_agent" => {
                out.text(agent.ok_or(Error::MissingClaim(
                    "this expression signs the User-Agent: pass --param user_agent=…",
                ))?);
            }
            name => match name.strip_prefix("arg_") {
                Some(name) if name.eq_ignore_ascii_case(names.expires) => expiry(out),
                Some(name) if !name.eq_ignore_ascii_case(names.md5) => {
                    out.text(argument(url, name).unwrap_or_default());
                }
                _ => return Err(expression::unknown(name)),
            },
        }
        Ok(())
    })
}

fn host<'u>(url: &'u Url<'_>) -> Result<&'u str> {
    Some(url.host())
        .filter(|host| !host.is_empty())
        .ok_or(Error::MissingClaim("this expression signs the host: give the whole URL, with https://"))
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let expires = claims.expires()?;
    if claims.form == Form::Path {
        let url = url.rooted();
        let url = url.sent();
        out.text(&url.origin).text(path_prefix(claims.params)?).text("/");
        out.bytes(&seal.signature).text("/").decimal(expires);
        url.write_target(out);
        return Ok(());
    }
    let (url, names) = (url.sent(), Names::of(claims.params)?);
    url.write(out);
    out.text(url.joint()).text(names.md5).text("=").bytes(&seal.signature);
    out.text("&").text(names.expires).text("=").decimal(expires);
    Ok(())
}

fn inspect<'v>(ends: bool, visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let names = Names::of(visit.params)?;
    let signature = argument(&visit.url, names.md5).ok_or(Error::Malformed("md5"))?;
    let expires = argument(&visit.url, names.expires);
    let expires = match (ends, expires) {
        (true, expires) => Some(expiry(expires.unwrap_or_default())?),
        (false, None) => None,
        // A link with an expiry is the other row's.
        (false, Some(_)) => return Err(Error::Malformed("md5")),
    };
    let url = visit.url.without(|name| names.own(name));
    let query = url.query.is_some();
    let found = found(visit, url, Claims { expires, ..visit.claims() }, signature, signed)?;
    Ok(if query { found.note("query", "not signed, save what the expression names") } else { found })
}

/// What nginx reads as a time that can come.
fn expiry(written: &str) -> Result<u64> {
    let number = text::number(written, "expires")?;
    if number == 0 { Err(Error::Malformed("expires")) } else { Ok(number) }
}

/// `<prefix>/<md5>/<expires>/…`, unless the token is in the query.
fn path_form<'v>(visit: &'v Visit<'v>) -> Result<Option<Inspection<'v>>> {
    if argument(&visit.url, Names::of(visit.params)?.md5).is_some() {
        return Ok(None);
    }
    let rest =
        visit.url.path.strip_prefix(path_prefix(visit.params)?).and_then(|rest| rest.strip_prefix('/'));
    let Some((signature, rest)) = rest.and_then(|rest| rest.split_once('/')) else { return Ok(None) };
    let Some(slash) = rest.find('/') else { return Ok(None) };
    let (written, path) = rest.split_at(slash);
    if written.is_empty() || !written.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let expires = Some(expiry(written)?);
    let url = Url { path: path.into(), ..visit.url.borrowed() };
    let claims = Claims { expires, form: Form::Path, ..visit.claims() };
    found(visit, url, claims, signature, &mut Vec::new()).map(Some)
}

fn found<'v>(
    visit: &'v Visit<'v>,
    url: Url<'v>,
    claims: Claims<'v>,
    signature: &'v str,
    signed: &mut Vec<u8>,
) -> Result<Inspection<'v>> {
    let served = served(&url)?;
    let expression = expression(visit.params);
    let told = visit.params.get("secure_link_md5").is_some();
    let bound = told && expression.uses("remote_addr");
    let claims = Claims { ip: visit.ip.filter(|_| bound).map(Into::into), ..claims };
    // The visitor's own header is signed, not what a setting says of it.
    if let Some(agent) = visit.header("user-agent").filter(|_| expression.uses("http_user_agent")) {
        write(&url, &claims, Some(agent), claims.expires, signed)?;
    }
    let moved = claims.expires.is_some() && !Names::of(visit.params)?.end(expression);
    let found = Inspection::new(url, claims, unpadded(signature)).shaped(Spelling::Base64Url, 16);
    let found = if moved { found.note("expires", "the expression does not sign it") } else { found };
    let found = if told { found } else { found.perhaps_bound(visit.ip) };
    Ok(answered(found, served))
}

/// nginx reads base64 up to the padding, and takes at most 24 characters of it.
fn unpadded(signature: &str) -> &[u8] {
    let bare = signature.trim_end_matches('=');
    if signature.len() <= 24 { bare.as_bytes() } else { signature.as_bytes() }
}

/// Whether nginx comes to look at the token; a path that leads above its root has nothing to hash.
fn served(url: &Url<'_>) -> Result<bool> {
    served::resolve(&url.path, &mut Vec::new()).map_err(|_| Error::Malformed("path of the URL"))?;
    Ok(served::escapes_are_whole(&url.path))
}

fn answered(found: Inspection<'_>, served: bool) -> Inspection<'_> {
    match served {
        true => found,
        false => {
            found.judging(Claim::Other, Some(false)).note("path", "a % begins no escape: nginx answers 400")
        }
    }
}

fn guard(ends: bool, url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let (names, expression) = (Names::of(claims.params)?, expression(claims.params));
    let refused = |text: &str| Err(Error::Usage(text.into()));
    if url.pairs().any(|(name, _)| names.own(name)) {
        return refused(
            "the URL already has a parameter that nginx reads as part of the token; sign the plain URL",
        );
    }
    if !served::escapes_are_whole(&url.path) {
        return refused("a % of the path begins no escape, and nginx answers 400; write it as %25");
    }
    if ends && !names.end(expression) {
        return refused(
            "this secure_link_md5 does not sign the expiry, so anybody could move it; add $secure_link_expires \
             there and in nginx",
        );
    }
    if claims.form == Form::Path {
        path_prefix(claims.params)?;
    }
    match claims.ip.as_deref() {
        Some(_) if !expression.uses("remote_addr") => refused(
            "this secure_link_md5 signs no address; leave --ip out, or add $remote_addr there and in nginx",
        ),
        Some(ip) => one_address(ip),
        None => Ok(()),
    }
}

/// The prefix of the path form, without a slash at its end.
fn path_prefix(params: Params<'_>) -> Result<&str> {
    let prefix = params.or("prefix", "").trim_end_matches('/');
    match prefix.is_empty() || prefix.starts_with('/') && !prefix.contains(['?', '#', '%', ' ']) {
        true => Ok(prefix),
        false => Err(Error::Usage("--param prefix=… takes the beginning of a path, such as /s".into())),
    }
}
