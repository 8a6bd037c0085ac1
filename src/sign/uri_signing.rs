//! URI Signing for CDN interconnection (RFC 9246), and the dialect of Apache Traffic Server's uri_signing plugin.
//!
//! Contract: section 10d. The token is a JWS; its claim `cdniuc` holds the URI as a hash, or an expression that
//! the URI matches. The plugin knows no hash and takes tokens without a scope, which are not minted here.

use super::{
    Claim, Claims, Example, Form, Inspection, Param, Params, Scheme, Scope, Seal, Spelling, Text, Url, Visit,
    climbs, jose,
    pattern::{self, Pattern},
    text::{self, Append},
};
use crate::error::{Error, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The row of the standard.
pub const RFC9246: Scheme = Scheme {
    id: "rfc9246",
    title: "URI Signing (RFC 9246)",
    about: "A JSON Web Signature with the URI in its claim cdniuc: as a SHA-256 hash, or for a prefix as an \
            expression, anchored at both ends. The key of HS256 is written in base64url or is a JWK; RS256 and \
            ES256 take PEM or a JWK, and verify with the public half. The algorithm is the verifier's setting. A \
            token ends when exp is reached; encrypted claims (cdniip, sub) are not made and not accepted.",
    source: "RFC 9246; jose 6.2.17",
    claims: CLAIMS,
    forms: FORMS,
    params: PARAMS,
    reserved: &[PACKAGE],
    example: Example { key: "openssl rand -base64 32 | tr '+/' '-_' | tr -d '='", ..Example::BASE },
    bears: &[PACKAGE],
    fresh: |params| match algorithm(params) {
        "RS256" => super::Fresh::Rsa(&[2048, 3072, 4096]),
        "ES256" => super::Fresh::P256,
        _ => super::Fresh::Bytes(32, Spelling::Base64Url),
    },
    canonical: |url, claims, out| canonical(Dialect::Rfc, url, claims, out),
    prepare: |secret, params| jose::key(algorithm(params), secret),
    assemble,
    inspect: |visit, signed| inspect(Dialect::Rfc, visit, signed),
    guard,
    ..Scheme::BASE
};

/// The row of the plugin.
pub const ATS: Scheme = Scheme {
    id: "ats-uri-signing",
    title: "Apache Traffic Server uri_signing",
    about: "The plugin's dialect of RFC 9246: it wants an issuer and a key id, knows expressions only (a hash never \
            matches), holds them to the beginning of the URI, and refuses jti, cdniip and cdnicrit. It compares the \
            URI with its escapes decoded, save those of reserved characters. It takes tokens without cdniuc, and \
            overlooks an expiry that is written as text; here such an expiry is malformed. HS256, RS256 \
            and ES256 were tried.",
    source: "docs.trafficserver.apache.org, uri_signing plugin; Apache Traffic Server 9.2.9",
    example: Example { flags: "--param issuer=KEY1", ..RFC9246.example },
    canonical: |url, claims, out| canonical(Dialect::Ats, url, claims, out),
    inspect: |visit, signed| inspect(Dialect::Ats, visit, signed),
    ..RFC9246
};

const CLAIMS: &[Claim] = &[Claim::Expires, Claim::NotBefore, Claim::Prefix, Claim::Regex, Claim::KeyId];
const FORMS: &[Form] = &[Form::Query, Form::Path, Form::Cookie, Form::Token];
const PARAMS: &[Param] = &[
    Param::one_of("algorithm", jose::ALGORITHMS)
        .about("how the token is signed; one that names another is malformed"),
    Param::text("issuer").about("iss; the plugin finds its keys by it"),
    Param::text("audience").about("aud, a comma list: minted into the token, and what the verifier is"),
    Param::text("container").about("cdniuc as it is: hash:sha-256;… or regex:…"),
    Param::text("token_id").about("jti"),
    Param::text("version").about("cdniv: 1, which is also what its absence means"),
    Param::text("renewal").about("cdniets: the lifetime in seconds of a renewed token"),
    Param::text("transport").about("cdnistt: 1 for a cookie, 2 for the query"),
    Param::text("depth").about("cdnistd: how many path segments a renewed cookie is for"),
    Param::text("package").about("the name in front of the token; URISigningPackage unless given"),
];
const PACKAGE: &str = "URISigningPackage";
/// Members of a payload that are understood. What is not may be a condition.
const KNOWN: [&str; 12] = [
    "iss", "aud", "exp", "nbf", "iat", "jti", "cdniv", "cdniuc", "cdniets", "cdnistt", "cdnistd", "cdnicrit",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Rfc,
    Ats,
}

fn algorithm<'a>(params: Params<'a>) -> &'a str {
    params.or("algorithm", jose::ALGORITHMS[0])
}

fn package<'a>(params: Params<'a>) -> &'a str {
    params.or("package", PACKAGE)
}

fn canonical(dialect: Dialect, url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let params = claims.params;
    if let Some((name, _)) = params.0.iter().find(|(name, _)| !PARAMS.iter().any(|param| param.name == *name))
    {
        return Err(Error::Usage(format!("URI Signing has no setting {name}; leave it out")));
    }
    if claims.expires_text.is_some() {
        return Err(Error::Data("exp takes whole seconds; verifiers read anything else differently".into()));
    }
    let mut header = json!({ "alg": algorithm(params) });
    match claims.key_id.as_deref() {
        Some(id) => header["kid"] = id.into(),
        None if dialect == Dialect::Ats => {
            return Err(claims.key_id().err().unwrap_or(Error::Malformed("kid")));
        }
        None => {}
    }
    let mut payload = json!({});
    match params.get("issuer") {
        Some(issuer) => payload["iss"] = issuer.into(),
        None if dialect == Dialect::Ats => {
            return Err(Error::MissingClaim(
                "the plugin finds its keys by the issuer: pass --param issuer=…",
            ));
        }
        None => {}
    }
    match params.get("audience").map(|list| list.split(',').collect::<Vec<_>>()).as_deref() {
        Some([one]) => payload["aud"] = (*one).into(),
        Some(several) => payload["aud"] = several.into(),
        None => {}
    }
    match params.get("version") {
        Some("1") => payload["cdniv"] = 1.into(),
        Some(_) => return Err(Error::Usage("the standard has no other version than 1".into())),
        None => {}
    }
    if let Some(id) = params.get("token_id") {
        if dialect == Dialect::Ats {
            return Err(Error::Usage(
                "the plugin refuses a token with jti; leave out --param token_id=…".into(),
            ));
        }
        payload["jti"] = id.into();
    }
    for (name, time) in [("exp", claims.expires), ("nbf", claims.not_before)] {
        if let Some(time) = time {
            payload[name] = time.into();
        }
    }
    for (name, param) in [("cdniets", "renewal"), ("cdnistt", "transport"), ("cdnistd", "depth")] {
        if let Some(number) = params.get(param) {
            let number = text::plain_number(number);
            payload[name] =
                number.ok_or_else(|| Error::Usage(format!("--param {param}=… takes a number")))?.into();
        }
    }
    payload["cdniuc"] = container(dialect, url, claims)?.into();
    jose::write(&header, &payload, out);
    Ok(())
}

/// The claim that holds the URI.
fn container(dialect: Dialect, url: &Url<'_>, claims: &Claims<'_>) -> Result<String> {
    let url = compared(dialect, &url.sent().to_string()).ok_or_else(|| {
        Error::Data(
            "the plugin decodes escapes and resolves `.` and `..` before it compares; write the path without dot \
             segments, and escape nothing but UTF-8"
                .into(),
        )
    })?;
    let container = match (&claims.scope, claims.params.get("container")) {
        (Scope::Url, Some(container)) => container.to_owned(),
        (_, Some(_)) => return Err(Error::Usage("give --prefix or --param container=…, not both".into())),
        (Scope::Prefix(prefix), None) if absolute(prefix) => {
            let prefix = compared(dialect, prefix).ok_or(Error::Malformed("prefix"))?;
            format!("regex:^{}.*$", pattern::literal(&prefix))
        }
        (Scope::Prefix(prefix), None) => {
            let text = format!("the whole URI is signed: write --prefix https://host/…, not {prefix:?}");
            return Err(Error::Usage(text));
        }
        (Scope::Regex(posix), None) => format!("regex:{posix}"),
        (Scope::Url, None) if dialect == Dialect::Ats => format!("regex:^{}$", pattern::literal(&url)),
        (Scope::Url, None) => format!("hash:{}", hashed(&url)),
        (Scope::Globs(_), None) => return Err(Error::Usage("a prefix takes no wildcards here".into())),
    };
    if dialect == Dialect::Ats && !container.starts_with("regex:") {
        return Err(Error::Usage("the plugin never matches a hash; write the container as regex:…".into()));
    }
    read(dialect, &container).map(|_| container).map_err(|_| {
        Error::Usage(
            "the container is neither hash:sha-256;… nor an expression of which POSIX says the meaning"
                .into(),
        )
    })
}

/// The URI as it is compared. The plugin decodes escapes, save those of reserved characters and of NUL, which it
/// writes in capitals; dot segments, which it resolves, are not taken here. The standard's verifiers decode nothing.
fn compared(dialect: Dialect, uri: &str) -> Option<String> {
    if dialect == Dialect::Rfc {
        return Some(uri.to_owned());
    }
    let mut out = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let decoded = Spelling::Hex.decode(&digits.to_ascii_lowercase())?[0];
        match decoded {
            0 => out.extend(b"%00"),
            reserved if RESERVED.contains(&reserved) => {
                out.extend([b"%", &*digits.to_ascii_uppercase()].concat())
            }
            other => out.push(other),
        }
        rest = after;
    }
    let out = String::from_utf8(out).ok()?;
    let path = out.split('?').next().unwrap_or_default();
    (!path.split('/').any(|segment| matches!(segment, "." | ".."))).then_some(out)
}

/// RFC 3986's delimiters.
const RESERVED: &[u8] = b":/?#[]@!$&'()*+,;=";

fn absolute(prefix: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| prefix.strip_prefix(scheme).is_some_and(|rest| rest.contains('/')))
}

/// RFC 6920's form of a hash.
fn hashed(uri: &str) -> String {
    let mut out = b"sha-256;".to_vec();
    out.spelled(Spelling::Base64Url, &Sha256::digest(uri));
    String::from_utf8(out).expect("base64url is ASCII")
}

/// A container that was understood.
enum Container {
    Hash(String),
    Pattern(Pattern),
}

fn read(dialect: Dialect, container: &str) -> Result<Container> {
    let malformed = Error::Malformed("cdniuc");
    if let Some(posix) = container.strip_prefix("regex:") {
        return Pattern::read(posix, dialect == Dialect::Ats).map(Container::Pattern).ok_or(malformed);
    }
    let hash = container.strip_prefix("hash:").ok_or(Error::Malformed("cdniuc"))?;
    let digest = hash.strip_prefix("sha-256;").and_then(|text| Spelling::Base64Url.decode(text.as_bytes()));
    digest.filter(|digest| digest.len() == 32).map(|_| Container::Hash(hash.to_owned())).ok_or(malformed)
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let (url, name) = (url.sent(), package(claims.params));
    match claims.form {
        Form::Token => {}
        Form::Cookie => _ = out.text(name).text("="),
        Form::Path => _ = out.text(&url.origin).text(&url.path).text(";").text(name).text("="),
        _ => {
            url.write(out);
            out.text(url.joint()).text(name).text("=");
        }
    }
    out.bytes(&seal.canonical).text(".").bytes(&seal.signature);
    if let (Form::Path, Some(query)) = (claims.form, &url.query) {
        out.text("?").text(query);
    }
    Ok(())
}

fn inspect<'v>(dialect: Dialect, visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let (form, url, token) = found(visit)?;
    let token = jose::Token::read(token)?.held_to(algorithm(visit.params))?;
    signed.text(token.signed);
    if let Some(name) = token.claims.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Error::Malformed(if name.starts_with("cdni") {
            "cdniip or another claim"
        } else {
            "claims"
        }));
    }
    if token.claims.contains_key("cdnicrit") {
        return Err(Error::Malformed("cdnicrit"));
    }
    if token.time("cdniv")?.is_some_and(|version| version != 1) {
        return Err(Error::Malformed("cdniv"));
    }
    let issuer = token.text("iss")?;
    if dialect == Dialect::Ats && (issuer.is_none() || token.claims.contains_key("jti")) {
        return Err(Error::Malformed(if issuer.is_none() { "iss" } else { "jti" }));
    }
    let container = token.text("cdniuc")?;
    let uri = compared(dialect, &url.to_string());
    let covers = match container.map(|container| read(dialect, container)).transpose()? {
        Some(Container::Pattern(pattern)) => {
            uri.as_deref().is_some_and(|uri| pattern.matches(uri)) && !climbs(&url.rooted().path)
        }
        Some(Container::Hash(hash)) => dialect == Dialect::Rfc && hash == hashed(&url.to_string()),
        None if dialect == Dialect::Ats => true,
        None => return Err(Error::Malformed("cdniuc")),
    };
    let scope = match container.and_then(|container| container.strip_prefix("regex:")) {
        Some(posix) => scope(posix, uri.as_deref().unwrap_or_default()),
        None => Scope::Url,
    };
    let claims = Claims {
        expires: token.time("exp")?,
        not_before: token.time("nbf")?,
        key_id: token.key_id()?.map(Text::from),
        scope,
        form,
        ..visit.claims()
    };
    let mut found = Inspection::new(url, claims, token.signature.as_bytes().to_vec()).covering(covers);
    found.shape = Some((Spelling::Base64Url, length(visit.params)));
    for (name, text) in [("issuer", issuer), ("container", container), ("token_id", token.text("jti")?)] {
        found.notes.extend(text.map(|text| (name, text.to_owned())));
    }
    for name in ["cdniets", "cdnistt", "cdnistd"] {
        found.notes.extend(token.time(name)?.map(|number| (name, number.to_string())));
    }
    let params = visit.params;
    if let Some((wanted, issuer)) = params.get("issuer").zip(issuer) {
        found = found.judging(Claim::Other, Some(wanted == issuer));
    }
    match token.claims.get("aud") {
        None => Ok(found),
        Some(named) => {
            let holds = audience(named, params.get("audience"))?;
            Ok(found.judging(Claim::Other, holds).note("audience", named.to_string()))
        }
    }
}

/// The expression of one URL or of a prefix is told as what it was made of.
fn scope(posix: &str, uri: &str) -> Scope<'static> {
    let prefix = posix.strip_prefix('^').and_then(|rest| rest.strip_suffix(".*$"));
    let plain = prefix.map(|prefix| prefix.replace('\\', ""));
    match plain.filter(|plain| prefix == Some(&pattern::literal(plain))) {
        Some(prefix) => Scope::Prefix(prefix.into()),
        None if posix == format!("^{}$", pattern::literal(uri)) => Scope::Url,
        None => Scope::Regex(posix.to_owned().into()),
    }
}

/// Bytes of a signature, where the algorithm says them.
fn length(params: Params<'_>) -> Option<usize> {
    match algorithm(params) {
        "HS256" => Some(32),
        "ES256" => Some(64),
        _ => None,
    }
}

/// Whether the verifier is among those that the token is for; it must say who it is.
fn audience(named: &Value, own: Option<&str>) -> Result<Option<bool>> {
    let named: Vec<&str> = match named {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return Err(Error::Malformed("aud")),
    };
    Ok(own.map(|own| own.split(',').any(|own| named.contains(&own))))
}

/// The token, how it came, and the URL without it.
fn found<'v>(visit: &'v Visit<'v>) -> Result<(Form, Url<'v>, &'v str)> {
    let (url, name) = (&visit.url, package(visit.params));
    let mut values = url.pairs().filter(|(key, _)| *key == name).map(|(_, token)| token);
    if let Some(token) = values.next() {
        // Before other parameters it could be taken out in two ways.
        let last =
            url.query.as_deref().is_some_and(|query| query.ends_with(token)) && values.next().is_none();
        let own = url.without(|key| key == name);
        return if last { Ok((Form::Query, own, token)) } else { Err(Error::Malformed("URISigningPackage")) };
    }
    let mark = format!(";{name}=");
    if let Some((before, rest)) = url.path.split_once(&mark) {
        let (token, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let own = Url { path: format!("{before}{after}").into(), ..url.borrowed() };
        return Ok((Form::Path, own, token));
    }
    let cookie = visit.cookie(name).ok_or(Error::Malformed("URISigningPackage"))?;
    Ok((Form::Cookie, url.borrowed(), cookie))
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let name = package(claims.params);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        return Err(Error::Usage("--param package=… takes letters, digits, - and _".into()));
    }
    if url.value(name).is_some() || url.path.contains(&format!(";{name}=")) {
        return Err(Error::Usage(format!("the URL carries a `{name}` already; sign the plain URL")));
    }
    url.sent_as_written()?;
    if url.origin.is_empty() {
        return Err(Error::Usage(
            "the whole URI is signed: give https://host/path, or set the profile's url".into(),
        ));
    }
    match &claims.scope {
        Scope::Prefix(prefix) if !url.to_string().starts_with(&**prefix) || climbs(&url.path) => {
            Err(Error::Usage(format!("{url} is not below the prefix {prefix}; the CDN would refuse it")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
