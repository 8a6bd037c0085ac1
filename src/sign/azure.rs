//! Azure Blob Storage's service SAS: HMAC-SHA256 with the account key over named lines.
//!
//! Contract: section 11. How many lines there are depends on the version that the URL names. A line end inside
//! a value would move the lines after it, so it is refused.

use super::{
    Claim, Claims, Example, Form, Inspection, Param, Params, Scheme, Scope, Seal, Spelling, Url, Visit,
    climbs, key, stamp,
    text::{self, Append, COMPONENT, UNRESERVED_PATH},
};
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "azure-blob-sas",
    title: "Azure Blob Storage service SAS",
    about: "HMAC-SHA256 with the account key over permissions, times, the path of the blob (unencoded) and the \
            conditions, a line each. Give the whole URL, https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB; \
            with --prefix /CONTAINER/ it is good for the whole container. Which lines there are depends on the \
            version; those before 2026-10-06 are written as documented, unconfirmed. Account and user delegation \
            SAS are other schemes. Whether the second named by the expiry is still valid is unconfirmed.",
    source: "learn.microsoft.com, create-service-sas; azure-storage-blob 12.31.1 (PyPI); @azure/storage-blob \
             12.32.0",
    secret: Spelling::Base64,
    claims: &[Claim::Expires, Claim::NotBefore, Claim::Prefix, Claim::Ip],
    forms: &[Form::Query, Form::Token],
    params: &[
        Param::one_of("dialect", &["python", "node"])
            .about("the order of parameters, and whether `/` in the signature is escaped; both verify alike"),
        Param::text("permission").about("letters of what is granted; r unless given"),
        Param::text("version").about("the version of the service; 2026-10-06 unless given"),
        Param::text("account").about("the account, where the host does not name it"),
        Param::one_of("protocol", &["https,http", "https"]).about("https refuses plain HTTP"),
        Param::text("policy_id").about("a stored access policy of the container"),
        Param::text("encryption_scope").about("the encryption scope that is used"),
        Param::text("cache_control").about("the answer's Cache-Control"),
        Param::text("content_disposition").about("the answer's Content-Disposition"),
        Param::text("content_encoding").about("the answer's Content-Encoding"),
        Param::text("content_language").about("the answer's Content-Language"),
        Param::text("content_type").about("the answer's Content-Type"),
    ],
    reserved: &[
        "sv", "sp", "st", "se", "sr", "sig", "si", "sip", "spr", "ses", "rscc", "rscd", "rsce", "rscl",
        "rsct", "skoid", "sktid", "skt", "ske", "sks", "skv", "ss", "srt",
    ],
    example: Example { target: "https://account.blob.core.windows.net/container/intro.mp4", ..Example::BASE },
    bears: &["sig"],
    fresh: |_| {
        super::Fresh::Vendor("Azure issues it with the storage account (the account's page, access keys)")
    },
    canonical,
    prepare: |secret, _| Ok(key::hmac_sha256(secret, Spelling::Base64)),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

/// Permissions in the documented order, in which they must be written.
const PERMISSIONS: &str = "racwdxyltfmeopi";
const VERSION: &str = "2026-10-06";
/// What the answer's headers are called in the URL, with their params.
const ANSWER: [(&str, &str); 5] = [
    ("rscc", "cache_control"),
    ("rscd", "content_disposition"),
    ("rsce", "content_encoding"),
    ("rscl", "content_language"),
    ("rsct", "content_type"),
];

/// The values of a SAS by the names that they have in the URL.
type Values<'v> = Vec<(&'static str, Cow<'v, str>)>;

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let container = matches!(claims.scope, Scope::Prefix(_));
    if let Scope::Prefix(prefix) = &claims.scope {
        whole_container(prefix, url)?;
    }
    lines(&values(claims)?, &resource(url, claims.params, container)?, out)
}

/// The lines that are signed, which of them there are by version.
fn lines(values: &Values<'_>, resource: &str, out: &mut Vec<u8>) -> Result<()> {
    let value = |name: &str| values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
    let version = value("sv");
    out.text(value("sp"));
    for line in [value("st"), value("se"), resource, value("si"), value("sip"), value("spr"), version] {
        out.text("\n").text(line);
    }
    if version >= "2018-11-09" {
        // The last of these is the time of a snapshot, which no SAS of this scheme has.
        out.text("\n").text(value("sr")).text("\n");
    }
    if version >= "2020-12-06" {
        out.text("\n").text(value("ses"));
    }
    for (name, _) in ANSWER {
        out.text("\n").text(value(name));
    }
    Ok(())
}

fn values<'c>(claims: &'c Claims<'_>) -> Result<Values<'c>> {
    let params = claims.params;
    let mut values: Values<'c> = vec![("sv", version(params.or("version", VERSION))?.into())];
    values.push(("se", time(claims.expires()?)?.into()));
    if let Some(start) = claims.not_before {
        values.push(("st", time(start)?.into()));
    }
    let policy = params.get("policy_id").filter(|id| !id.is_empty());
    if let Some(letters) = params.get("permission").or(if policy.is_some() { None } else { Some("r") }) {
        values.push(("sp", permissions(letters)?.into()));
    }
    values.push(("sr", if matches!(claims.scope, Scope::Prefix(_)) { "c" } else { "b" }.into()));
    let own = [
        ("si", policy),
        ("sip", claims.ip.as_deref()),
        ("spr", params.get("protocol")),
        ("ses", params.get("encryption_scope")),
    ];
    let answer = ANSWER.iter().map(|(name, param)| (*name, params.get(param)));
    for (name, value) in own.into_iter().chain(answer) {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        values.push((name, one_line(value)?.into()));
    }
    Ok(values)
}

fn one_line(value: &str) -> Result<&str> {
    if value.bytes().any(|byte| byte.is_ascii_control()) {
        let text = "a value or the blob's name holds a control character, which would move the lines that are \
                    signed; leave it out";
        return Err(Error::Data(text.into()));
    }
    Ok(value)
}

fn version(text: &str) -> Result<&str> {
    let dated = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match dated && text >= "2015-04-05" {
        true => Ok(text),
        false => {
            Err(Error::Usage("--param version=… takes a date from 2015-04-05 on, like 2026-10-06".into()))
        }
    }
}

fn permissions(letters: &str) -> Result<String> {
    let all: String = PERMISSIONS.chars().filter(|letter| letters.contains(*letter)).collect();
    if all.len() == letters.len() && !all.is_empty() {
        return Ok(all);
    }
    Err(Error::Usage(format!("--param permission=… takes letters of {PERMISSIONS}, each once; r reads")))
}

/// `/blob/ACCOUNT/CONTAINER/BLOB`, unencoded.
fn resource(url: &Url<'_>, params: Params<'_>, container: bool) -> Result<String> {
    let account = account(url, params)?;
    let path = url.rooted().path.into_owned();
    let path = text::percent_decode(&path).filter(|_| !path.contains('#'));
    let path = path.ok_or(Error::Malformed("path (it must be UTF-8, without a fragment)"))?;
    one_line(&path)?;
    match path.strip_prefix('/').and_then(|path| path.split_once('/')) {
        Some((name, _)) if container && !name.is_empty() => Ok(format!("/blob/{account}/{name}")),
        Some((name, blob)) if !name.is_empty() && !blob.is_empty() => Ok(format!("/blob/{account}{path}")),
        _ => Err(Error::Data("the path must name container and blob: /CONTAINER/BLOB; give both".into())),
    }
}

/// The first label of a host like `ACCOUNT.blob.core.windows.net`; a secondary endpoint is signed as the first.
fn account<'u>(url: &'u Url<'_>, params: Params<'u>) -> Result<&'u str> {
    let named = url.host().split_once('.').filter(|(_, rest)| rest.starts_with("blob."));
    let named = named.map(|(account, _)| account.strip_suffix("-secondary").unwrap_or(account));
    let account = params.get("account").or(named);
    let missing = "the host does not name the account: pass --param account=NAME";
    let account = account.ok_or(Error::MissingClaim(missing))?;
    let plain = account.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    match plain && !account.is_empty() {
        true => Ok(account),
        false => Err(Error::Usage(format!(
            "`{account}` is no storage account; it has lower-case letters and digits"
        ))),
    }
}

/// A SAS grants one blob or its container, nothing between.
fn whole_container(prefix: &str, url: &Url<'_>) -> Result<()> {
    let path = prefix.strip_prefix(&*url.rooted().origin).unwrap_or(prefix);
    let name = path.strip_prefix('/').map(|path| path.strip_suffix('/').unwrap_or(path));
    let whole = name.is_some_and(|name| {
        !name.is_empty() && !name.contains('/') && url.rooted().path.starts_with(&format!("/{name}/"))
    });
    match whole {
        true => Ok(()),
        false => Err(Error::Usage(format!(
            "the prefix {prefix} is not the container of {url}; a SAS grants one blob, or --prefix /CONTAINER/"
        ))),
    }
}

/// `YYYY-MM-DDThh:mm:ssZ`
fn time(seconds: u64) -> Result<String> {
    let text = stamp::write(seconds).ok_or(Error::Malformed("time"))?;
    let (date, clock) = text.split_at(8);
    Ok(format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &clock[1..3],
        &clock[3..5],
        &clock[5..7]
    ))
}

/// That, or without seconds, or the day alone: what the service reads.
fn seconds(text: &str, name: &'static str) -> Result<u64> {
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        17 => format!("{}:00Z", text.strip_suffix('Z').unwrap_or_default()),
        _ => text.to_owned(),
    };
    let read = stamp::read(&whole.replace(['-', ':'], ""));
    read.filter(|seconds| time(*seconds).is_ok_and(|text| text == whole)).ok_or(Error::Malformed(name))
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let node = claims.params.get("dialect") == Some("node");
    let order: &[&str] = if node {
        &["sv", "spr", "st", "se", "sip", "si", "ses", "sr", "sp", "rscc", "rscd", "rsce", "rscl", "rsct"]
    } else {
        &["st", "se", "sp", "sip", "spr", "sv", "si", "ses", "sr", "rscc", "rscd", "rsce", "rscl", "rsct"]
    };
    if claims.form == Form::Query {
        url.write(out);
        out.text(url.joint());
    }
    let (values, kept) = (values(claims)?, if node { &COMPONENT } else { &UNRESERVED_PATH });
    for name in order {
        if let Some((_, value)) = values.iter().find(|(key, _)| key == name) {
            out.text(name).text("=").percent(value, kept).text("&");
        }
    }
    let signature = std::str::from_utf8(&seal.signature).expect("base64 is ASCII");
    out.text("sig=").percent(signature, kept);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let read = |name: &'static str| -> Result<Option<Cow<'v, str>>> {
        let value =
            visit.url.optional(name)?.map(|text| text::form_decode(text).ok_or(Error::Malformed(name)));
        value.transpose()?.map(|text| one_line(&text).map(|_| ()).map(|()| text)).transpose()
    };
    if visit.url.value("skoid").is_some() || visit.url.value("ss").is_some() {
        return Err(Error::Malformed("sr (an account or user delegation SAS is another scheme)"));
    }
    let signature = read("sig")?.ok_or(Error::Malformed("sig"))?;
    let mut values: Values<'v> = Vec::new();
    for name in ["sv", "sp", "st", "se", "sr", "si", "sip", "spr", "ses"]
        .into_iter()
        .chain(ANSWER.map(|(name, _)| name))
    {
        values.extend(read(name)?.map(|value| (name, value)));
    }
    let value = |name: &str| values.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    version(value("sv").as_deref().unwrap_or_default()).map_err(|_| Error::Malformed("sv"))?;
    let container = match value("sr").as_deref() {
        Some("b") => false,
        Some("c") => true,
        _ => return Err(Error::Malformed("sr")),
    };
    let policy = value("si");
    if value("sp").is_none() && policy.is_none() {
        return Err(Error::Malformed("sp"));
    }
    let expires = match value("se") {
        None if policy.is_some() => {
            return Err(Error::MissingClaim(
                "the expiry stands in a stored access policy, which is not in the URL",
            ));
        }
        text => seconds(text.as_deref().unwrap_or_default(), "se")?,
    };
    let url = visit.url.without(|name| SCHEME.reserved.contains(&name));
    lines(&values, &resource(&url, visit.params, container)?, signed)?;

    let scope = match url.rooted().path.split('/').nth(1) {
        Some(name) if container => Scope::Prefix(format!("/{name}/").into()),
        _ => Scope::Url,
    };
    let plain_http = value("spr").as_deref() == Some("https") && url.origin.starts_with("http:");
    let climbs = container && climbs(&url.rooted().path);
    let covers = !plain_http && !climbs;
    let claims = Claims {
        expires: Some(expires),
        not_before: value("st").map(|text| seconds(&text, "st")).transpose()?,
        ip: value("sip"),
        scope,
        ..visit.claims()
    };
    let mut found = Inspection::new(url, claims, signature.into_owned().into_bytes()).covering(covers);
    for (name, note) in [("sp", "permission"), ("spr", "protocol"), ("si", "policy_id"), ("sv", "version")] {
        if let Some(value) = value(name) {
            found = found.note(note, value);
        }
    }
    Ok(found.shaped(Spelling::Base64, 32))
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let ends = claims.ip.as_deref().map(|range| range.split_once('-').unwrap_or((range, range)));
    let parsed = ends.map(|(first, last)| first.parse::<Ipv4Addr>().ok().zip(last.parse::<Ipv4Addr>().ok()));
    if parsed.is_some_and(|range| range.is_none_or(|(first, last)| first > last)) {
        return Err(Error::Usage(
            "--ip takes an IPv4 address or a range, 203.0.113.7-203.0.113.9, no network".into(),
        ));
    }
    if url.origin.starts_with("http:") && claims.params.get("protocol") == Some("https") {
        return Err(Error::Usage(format!(
            "{url}: a SAS for https alone is refused over http; give the https URL"
        )));
    }
    let path = url.rooted().path.into_owned();
    if path.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return Err(Error::Usage(format!(
            "{path}: write the name of the blob percent-encoded, as it is requested"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
