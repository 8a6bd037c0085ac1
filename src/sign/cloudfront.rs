//! AWS CloudFront signed URLs and cookies: canned and custom policies, signed with RSA or ECDSA.
//!
//! Contract: section 2. A canned policy is not sent, the edge builds it again from the URL; a custom one is
//! sent whole and checked over the bytes it carries. Only text that every client sends as written is signed:
//! what a browser would still escape could never verify, and a quote would write policy of its own.

use super::{
    Claim, Claims, Example, Form, Inspection, Key, Param, Params, Scheme, Scope, Seal, Spelling, Url, Visit,
    asymmetric::{self, Algorithm},
    covers_globs,
    policy::{self, Policy},
    text::{self, Append, COMPONENT, Kept},
};
use crate::error::{Error, Result};
use std::borrow::Cow;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cloudfront",
    title: "AWS CloudFront signed URLs and cookies",
    about: "A policy in JSON, signed with the private key of a key group: RSA with SHA-1 unless told otherwise. \
            Without conditions beyond the expiry it is canned: not sent, but rebuilt by the edge from the URL, \
            which must be ASCII and percent-encoded already. With a start, an address, a prefix or a glob, or \
            with `--param policy=JSON`, it is custom and sent whole. Whether the edge takes IPv6, ECDSA with \
            SHA-1, and the second named by the expiry is unconfirmed.",
    source: "docs.aws.amazon.com, CloudFront Developer Guide, private content; botocore 1.44.5; \
             @aws-sdk/cloudfront-signer 3.1166.0",
    claims: &[Claim::Expires, Claim::NotBefore, Claim::Prefix, Claim::Globs, Claim::Ip, Claim::KeyId],
    forms: &[Form::Query, Form::Cookie],
    params: &[
        Param::one_of("algorithm", &["rsa-sha1", "rsa-sha256", "ecdsa-sha1", "ecdsa-sha256"])
            .about("how the policy is hashed and signed; the edge reads SHA-256 from Hash-Algorithm"),
        Param::one_of("dialect", &["botocore", "js"])
            .about("the order of parameters and conditions; js also escapes the URL before it is signed"),
        Param::text("policy").about("a whole policy, signed and sent byte for byte"),
    ],
    reserved: &["Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"],
    example: Example::RSA,
    bears: &["Signature", "CloudFront-Signature"],
    fresh: |params| match params.or("algorithm", "rsa-sha1") {
        "ecdsa-sha1" | "ecdsa-sha256" => super::Fresh::P256,
        _ => super::Fresh::Rsa(&[2048]),
    },
    canonical,
    prepare,
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

/// Every visible ASCII character.
static GRAPHIC: Kept = Kept::alphanumeric_and(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    if let Some(policy) = claims.params.get("policy") {
        return given(policy, claims, out);
    }
    let expires = claims.expires()?;
    if expires == 0 {
        return Err(Error::Data("CloudFront takes no expiry of 0; give a later time".into()));
    }
    let resource = resource(url, claims)?;
    out.text(r#"{"Statement":[{"Resource":""#).text(&resource);
    out.text(r#"","Condition":{"DateLessThan":{"AWS:EpochTime":"#).decimal(expires).text("}");
    // The edge does not mind the order; the signature does.
    if is_js(claims) {
        start(claims, out);
        address(claims, out)?;
    } else {
        address(claims, out)?;
        start(claims, out);
    }
    out.text("}}]}");
    Ok(())
}

/// A policy from the operator. Claims beside it would look signed without being so.
fn given(policy: &str, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let expires = policy::read(policy.as_bytes())?.expires;
    let beside = claims.not_before.is_some() || claims.ip.is_some() || claims.scope != Scope::Url;
    if beside || claims.expires.is_some_and(|asked| asked != expires) {
        let text = format!(
            "the policy of --param policy=… stands alone, and ends at {expires}: write the conditions into it, \
             and give that expiry or none"
        );
        return Err(Error::Usage(text));
    }
    out.text(policy);
    Ok(())
}

fn start(claims: &Claims<'_>, out: &mut Vec<u8>) {
    if let Some(start) = claims.not_before {
        out.text(r#","DateGreaterThan":{"AWS:EpochTime":"#).decimal(start).text("}");
    }
}

fn address(claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    if let Some(ip) = claims.ip.as_deref() {
        let network = policy::network(ip, is_js(claims))?;
        out.text(r#","IpAddress":{"AWS:SourceIp":""#).text(&network).text(r#""}"#);
    }
    Ok(())
}

fn is_js(claims: &Claims<'_>) -> bool {
    claims.params.get("dialect") == Some("js")
}

fn is_custom(claims: &Claims<'_>) -> bool {
    let conditions = claims.not_before.is_some() || claims.ip.is_some() || claims.scope != Scope::Url;
    conditions || claims.params.get("policy").is_some()
}

/// What the policy grants: the URL, or a pattern below its origin.
fn resource(url: &Url<'_>, claims: &Claims<'_>) -> Result<String> {
    let below = |text: &str| match text.starts_with('/') {
        true => format!("{}{text}", url.origin),
        false => text.to_owned(),
    };
    match &claims.scope {
        Scope::Url => emitted(url, claims),
        // Without a path or a host the star would be everything.
        Scope::Prefix(prefix) if prefix.starts_with('/') || prefix.contains("://") => {
            plain(below(prefix) + "*")
        }
        Scope::Globs(glob) if !glob.is_empty() => plain(below(glob)),
        _ => Err(Error::Usage(
            "--prefix takes a path from its first / on, a whole URL, or a pattern with *".into(),
        )),
    }
}

/// The URL that is handed out. The JS SDK escapes it first, except for cookies.
fn emitted(url: &Url<'_>, claims: &Claims<'_>) -> Result<String> {
    if !url.origin.contains("://") {
        return Err(Error::Data(format!(
            "{url}: CloudFront signs the whole URL; write it with https:// and host"
        )));
    }
    let encoded = is_js(claims) && claims.form == Form::Query;
    plain(if encoded { escaped(url) } else { url.to_string() })
}

/// Refuses what clients escape or drop before they send it, and what would end the JSON string.
fn plain(url: String) -> Result<String> {
    match url.bytes().find(|byte| !byte.is_ascii_graphic() || b"\"#<>\\^`{}".contains(byte)) {
        None => Ok(url),
        Some(b'#') => Err(Error::Data(format!("{url}: a fragment is never sent; leave it off or write %23"))),
        Some(byte) => {
            let text = format!(
                "{url}: CloudFront signs the URL as it is sent; write byte %{byte:02X} percent-encoded"
            );
            Err(Error::Data(text))
        }
    }
}

/// As the JS SDK writes a URL: each segment decoded and encoded, `=` behind a bare name.
fn escaped(url: &Url<'_>) -> String {
    let mut out = Vec::new();
    out.text(&url.origin);
    for (index, segment) in url.path.split('/').enumerate() {
        let decoded = text::percent_decode(segment).filter(|_| whole_escapes(segment));
        out.text(if index == 0 { "" } else { "/" })
            .percent(decoded.as_deref().unwrap_or(segment), &COMPONENT);
    }
    for (index, (name, value)) in url.pairs().enumerate() {
        out.text(if index == 0 { "?" } else { "&" });
        for part in [name, "=", value] {
            query_part(part, &mut out);
        }
    }
    String::from_utf8(out).expect("only ASCII is appended to the origin")
}

fn whole_escapes(text: &str) -> bool {
    let digits =
        |piece: &str| piece.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    text.split('%').skip(1).all(digits)
}

/// Escapes in upper case, everything else that may stand in a query as it is.
fn query_part(part: &str, out: &mut Vec<u8>) {
    for (index, piece) in part.split('%').enumerate() {
        let (digits, rest) = match piece.split_at_checked(2) {
            Some((digits, rest)) if index > 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                (digits, rest)
            }
            _ => ("", piece),
        };
        out.text(if index == 0 { "" } else { "%" })
            .text(&digits.to_ascii_uppercase())
            .percent(rest, &GRAPHIC);
    }
}

fn prepare(secret: &[u8], params: Params<'_>) -> Result<Box<dyn Key>> {
    asymmetric::key(secret, algorithm(params)?, Spelling::Base64Tilde)
}

fn algorithm(params: Params<'_>) -> Result<Algorithm> {
    match params.or("algorithm", "rsa-sha1") {
        "rsa-sha1" => Ok(Algorithm::RsaSha1),
        "rsa-sha256" => Ok(Algorithm::RsaSha256),
        "ecdsa-sha1" => Ok(Algorithm::EcdsaSha1),
        "ecdsa-sha256" => Ok(Algorithm::EcdsaSha256),
        other => {
            Err(Error::Usage(format!("CloudFront has no algorithm `{other}`; run `stratos signed schemes`")))
        }
    }
}

fn hash_name(params: Params<'_>) -> Result<Option<&'static str>> {
    let sha256 = matches!(algorithm(params)?, Algorithm::RsaSha256 | Algorithm::EcdsaSha256);
    Ok(sha256.then_some("SHA256"))
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let id = claims.key_id()?;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err(Error::Data(
            "the key id must be CloudFront's own, letters and digits; pass --key-id".into(),
        ));
    }
    let (prefix, mut joint, next) = match claims.form {
        Form::Cookie => ("CloudFront-", "", "\n"),
        _ => {
            let url = emitted(url, claims)?;
            out.text(&url);
            ("", if url.contains('?') { "&" } else { "?" }, "&")
        }
    };
    let mut value = Vec::new();
    let term = if is_custom(claims) {
        ("Policy", &**value.spelled(Spelling::Base64Tilde, &seal.canonical))
    } else {
        ("Expires", &**value.decimal(claims.expires()?))
    };
    let (id, signature) = (("Key-Pair-Id", id.as_bytes()), ("Signature", &*seal.signature));
    let fields = match claims.form {
        Form::Cookie => [id, signature, term],
        _ if is_js(claims) => [term, id, signature],
        _ => [term, signature, id],
    };
    let hash = hash_name(claims.params)?.map(|name| ("Hash-Algorithm", name.as_bytes()));
    for (name, value) in fields.into_iter().chain(hash) {
        out.text(joint).text(prefix).text(name).text("=").bytes(value);
        joint = next;
    }
    Ok(())
}

/// In a canned policy a star is a star; AWS's own command line makes a custom one of it.
fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    // Cookies are for other URLs, of which this one only names the host.
    if claims.form == Form::Cookie || claims.scope == Scope::Url {
        return Ok(());
    }
    let pattern = resource(url, claims)?;
    if covers_globs(&pattern, &[], &emitted(url, claims)?) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "the pattern {pattern} does not cover {url}; CloudFront would refuse the URL, so widen it"
    )))
}

/// A field of the URL, else of the cookies: CloudFront goes by the URL where both are there.
fn field<'v>(
    visit: &'v Visit<'v>,
    form: Form,
    name: &'static str,
    cookie: &'static str,
) -> Result<Option<&'v str>> {
    match form {
        Form::Cookie => Ok(visit.cookie(cookie)),
        _ => visit.url.optional(name),
    }
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let in_cookies = visit.url.value("Signature").is_none() && visit.cookie("CloudFront-Signature").is_some();
    let form = if in_cookies { Form::Cookie } else { Form::Query };
    let found = |name, cookie| field(visit, form, name, cookie);
    let signature = found("Signature", "CloudFront-Signature")?.ok_or(Error::Malformed("Signature"))?;
    let key_id = found("Key-Pair-Id", "CloudFront-Key-Pair-Id")?.ok_or(Error::Malformed("Key-Pair-Id"))?;
    let hash = found("Hash-Algorithm", "CloudFront-Hash-Algorithm")?;
    // The edge hashes as the URL says; the key is ours, so a URL that says otherwise is refused there or here.
    if hash.filter(|name| *name != "SHA1") != hash_name(visit.params)? {
        return Err(Error::Malformed("Hash-Algorithm"));
    }
    let url = visit.url.without(|name| SCHEME.reserved.contains(&name));
    // The settings say how to mint; what is carried is rebuilt as it stands.
    let claims = Claims { key_id: Some(key_id.into()), form, ..Claims::default() };
    let expires = found("Expires", "CloudFront-Expires")?;
    let (claims, covers) = match found("Policy", "CloudFront-Policy")? {
        Some(policy) if expires.is_none() => custom(policy, &url, claims, signed)?,
        None => (canned(expires, claims)?, true),
        Some(_) => return Err(Error::Malformed("Policy")),
    };
    Ok(Inspection::new(url, claims, signature.as_bytes()).covering(covers).spelled(Spelling::Base64Tilde))
}

fn canned<'v>(expires: Option<&str>, claims: Claims<'v>) -> Result<Claims<'v>> {
    let expires = text::number(expires.unwrap_or_default(), "Expires")?;
    if expires == 0 {
        Err(Error::Malformed("Expires"))
    } else {
        Ok(Claims { expires: Some(expires), ..claims })
    }
}

fn custom<'v>(
    carried: &str,
    url: &Url<'_>,
    claims: Claims<'v>,
    signed: &mut Vec<u8>,
) -> Result<(Claims<'v>, bool)> {
    let text = Spelling::Base64Tilde.decode(carried.as_bytes()).ok_or(Error::Malformed("Policy"))?;
    let Policy { resource, expires, start, ip } = policy::read(&text)?;
    signed.bytes(&text);
    let visited = url.to_string();
    let covers = covers_globs(&resource, &[], &visited);
    let scope = if resource == visited { Scope::Url } else { Scope::Globs(resource.into()) };
    let ip = ip.map(Cow::Owned);
    Ok((Claims { expires: Some(expires), not_before: start, ip, scope, ..claims }, covers))
}

#[cfg(test)]
mod tests;
