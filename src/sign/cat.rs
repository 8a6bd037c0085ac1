//! CTA-5007 Common Access Token: claims in CBOR under COSE's HMAC (RFC 8392, RFC 9052).
//!
//! Contract: section 13. The text of CTA-5007 was not at hand: labels and values are those of @eyevinn/cat, the
//! claim keys also of IANA's registry. Claims that are not understood are refused, not passed over.

use super::{
    Claim, Claims, Form, Inspection, Param, Params, Scheme, Scope, Seal, Spelling, Text, Until, Url, Visit,
    cbor::Value,
    climbs, key,
    pattern::Pattern,
    text::{self, Append},
};
use crate::error::{Error, Result};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cta-5007-cat",
    title: "CTA-5007 Common Access Token (HS256)",
    about: "A CBOR Web Token with COSE's HMAC-SHA256 in base64url; the key is hexadecimal. Without a prefix it is for \
            scheme, host and path of the URL; its query is not signed. Labels follow the library @eyevinn/cat, for \
            the standard's text was not at hand, and so does the last second: a token is good through its expiry, \
            although RFC 8392 says otherwise. The library's own default, which is no CWT, is refused. How parent \
            paths and queries are matched, and IPv6 networks are written elsewhere, is unconfirmed.",
    source: "CTA-5007 as @eyevinn/cat 0.16.4 has it; IANA, CWT claims; RFC 8392, RFC 9052",
    secret: Spelling::Hex,
    claims: &[
        Claim::Expires,
        Claim::NotBefore,
        Claim::Issued,
        Claim::Prefix,
        Claim::Ip,
        Claim::Countries,
        Claim::Method,
        Claim::KeyId,
    ],
    forms: &[Form::Query, Form::Cookie, Form::Header, Form::Token],
    params: PARAMS,
    reserved: &[NAME],
    bears: &[NAME],
    until: Until::Through,
    canonical,
    prepare: |secret, _| Ok(key::hmac_sha256(secret, Spelling::Base64Url)),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const NAME: &str = "CTA-Common-Access-Token";
const PARAMS: &[Param] = &[
    Param::text("issuer").about("iss; a token of another issuer is refused"),
    Param::text("subject").about("sub"),
    Param::text("audience").about("aud, a comma list: minted into the token, and what the verifier is"),
    Param::text("token_id").about("cti, in hexadecimal"),
    Param::text("catu").about("the conditions on the URL in JSON: {\"path\":{\"prefix-match\":\"/v/\"}}"),
    Param::text("replay").about("catreplay: 0 allows a second use, 1 forbids it"),
    Param::text("renewal")
        .about("catr in JSON: {\"type\":\"header\",\"header-name\":…,\"expadd\":…,\"deadline\":…}"),
    Param::text("token_name")
        .about("the name of parameter, cookie or header; CTA-Common-Access-Token unless given"),
];

const ISS: i64 = 1;
const SUB: i64 = 2;
const AUD: i64 = 3;
const EXP: i64 = 4;
const NBF: i64 = 5;
const IAT: i64 = 6;
const CTI: i64 = 7;
const REPLAY: i64 = 308;
const VERSION: i64 = 310;
const NETWORKS: i64 = 311;
const URI: i64 = 312;
const METHODS: i64 = 313;
const COUNTRIES: i64 = 316;
const RENEWAL: i64 = 323;
const KNOWN: [i64; 14] =
    [ISS, SUB, AUD, EXP, NBF, IAT, CTI, REPLAY, VERSION, NETWORKS, URI, METHODS, COUNTRIES, RENEWAL];

/// CWT, COSE_Mac0, and the addresses of RFC 9164.
const CWT: u64 = 61;
const MAC0: u64 = 17;
const IPV4: u64 = 52;
const IPV6: u64 = 54;
/// `{1: 5}`: the algorithm is HMAC with SHA-256.
const PROTECTED: &[u8] = &[0xa1, 0x01, 0x05];
const KID: i64 = 4;

/// Parts of a URL and ways to match, by label.
const PARTS: [(&str, i64); 9] = [
    ("scheme", 0),
    ("host", 1),
    ("port", 2),
    ("path", 3),
    ("query", 4),
    ("parent-path", 5),
    ("filename", 6),
    ("stem", 7),
    ("extension", 8),
];
const MATCHES: [(&str, i64); 7] = [
    ("exact-match", 0),
    ("prefix-match", 1),
    ("suffix-match", 2),
    ("contains-match", 3),
    ("regex-match", 4),
    ("sha256-match", -1),
    ("sha512-256-match", -2),
];
const RENEWALS: [(&str, i64); 5] =
    [("type", 0), ("expadd", 1), ("deadline", 2), ("cookie-name", 3), ("header-name", 4)];
const RENEWAL_TYPES: [&str; 4] = ["automatic", "cookie", "header", "redirect"];

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    mac_structure(&payload(url, claims)?.written(), out);
    Ok(())
}

/// What the code is over.
fn mac_structure(payload: &[u8], out: &mut Vec<u8>) {
    let parts = vec![Value::Text("MAC0".into()), bytes(PROTECTED), bytes(&[]), bytes(payload)];
    out.bytes(&Value::Array(parts).written());
}

fn bytes(bytes: &[u8]) -> Value<'_> {
    Value::Bytes(bytes.into())
}

fn string(text: &str) -> Value<'_> {
    Value::Text(text.into())
}

fn strings(list: &str) -> Value<'_> {
    Value::Array(list.split(',').map(str::trim).map(string).collect())
}

fn whole(number: u64) -> Result<Value<'static>> {
    i64::try_from(number)
        .map(Value::Int)
        .map_err(|_| Error::Data("a time lies too far ahead for a token".into()))
}

fn payload<'p>(url: &Url<'_>, claims: &'p Claims<'_>) -> Result<Value<'p>> {
    let params = claims.params;
    if let Some((name, _)) = params.0.iter().find(|(name, _)| !PARAMS.iter().any(|param| param.name == *name))
    {
        return Err(Error::Usage(format!("a Common Access Token has no setting {name}; leave it out")));
    }
    let mut pairs = Vec::new();
    let mut put = |label: i64, value: Value<'p>| pairs.push((Value::Int(label), value));
    for (label, name) in [(ISS, "issuer"), (SUB, "subject")] {
        params.get(name).into_iter().for_each(|text| put(label, string(text)));
    }
    if let Some(list) = params.get("audience") {
        put(AUD, if list.contains(',') { strings(list) } else { string(list) });
    }
    for (label, time) in [(EXP, claims.expires), (NBF, claims.not_before), (IAT, claims.issued)] {
        if let Some(time) = time {
            put(label, whole(time)?);
        }
    }
    if let Some(id) = params.get("token_id") {
        let id = Spelling::Hex.decode(id.as_bytes());
        put(
            CTI,
            Value::Bytes(
                id.ok_or_else(|| Error::Usage("--param token_id=… takes hexadecimal".into()))?.into(),
            ),
        );
    }
    if let Some(number) = params.get("replay") {
        let number = text::plain_number(number).filter(|number| *number <= 2);
        put(REPLAY, whole(number.ok_or_else(|| Error::Usage("--param replay=… takes 0, 1 or 2".into()))?)?);
    }
    if let Some(list) = claims.ip.as_deref() {
        put(NETWORKS, Value::Array(list.split(',').map(|one| network(one.trim())).collect::<Result<_>>()?));
    }
    if let Some(uri) = uri(url, claims)? {
        put(URI, uri);
    }
    if let Some(method) = claims.method {
        put(METHODS, strings(method));
    }
    match (claims.countries.as_deref(), claims.blocked.as_deref()) {
        (_, Some(_)) => {
            return Err(Error::Usage("a Common Access Token allows countries and blocks none".into()));
        }
        (Some(list), None) => put(COUNTRIES, strings(list)),
        (None, None) => {}
    }
    if let Some(json) = params.get("renewal") {
        put(RENEWAL, renewal(json).ok_or_else(|| misspelled("renewal"))?);
    }
    put(VERSION, Value::Int(1));
    Ok(Value::Map(pairs))
}

fn misspelled(param: &str) -> Error {
    Error::Usage(format!("--param {param}=… is not of the form that `stratos signed schemes` shows"))
}

/// An address as its bytes, a network as its length and its bytes.
fn network(text: &str) -> Result<Value<'static>> {
    let refused = || Error::Usage(format!("`{text}` is no address or network in CIDR notation"));
    let (base, length) = text.split_once('/').map_or((text, None), |(base, length)| (base, Some(length)));
    let (tag, octets, width) = match base.parse().map_err(|_| refused())? {
        IpAddr::V4(ip) => (IPV4, ip.octets().to_vec(), 32),
        IpAddr::V6(ip) => (IPV6, ip.octets().to_vec(), 128),
    };
    let address = Value::Bytes(octets.into());
    let value = match length {
        None => address,
        Some(length) => {
            let length = text::plain_number(length).filter(|length| *length <= width).ok_or_else(refused)?;
            Value::Array(vec![whole(length)?, address])
        }
    };
    Ok(Value::Tagged(tag, Box::new(value)))
}

/// The conditions on the URL: those given, or its own scheme, host and path. A token alone has none.
fn uri(url: &Url<'_>, claims: &Claims<'_>) -> Result<Option<Value<'static>>> {
    let rooted = url.rooted();
    let url = rooted.sent();
    if let Some(json) = claims.params.get("catu") {
        if claims.scope != Scope::Url {
            return Err(Error::Usage("give --prefix or --param catu=…, not both".into()));
        }
        return conditions(json).map(Some).ok_or_else(|| misspelled("catu"));
    }
    let (way, path) = match &claims.scope {
        Scope::Url if url.path.is_empty() => return Ok(None),
        Scope::Url => (0, &*url.path),
        Scope::Prefix(prefix) if prefix.starts_with('/') => (1, &**prefix),
        _ => return Err(Error::Usage("the prefix is one of the path: begin it with /".into())),
    };
    let condition = |part: i64, way: i64, text: &str| {
        let text = Value::Text(text.to_owned().into());
        (Value::Int(part), Value::Map(vec![(Value::Int(way), text)]))
    };
    let mut pairs = Vec::new();
    if let Some((scheme, _)) = url.origin.split_once("://") {
        pairs.push(condition(0, 0, scheme));
        pairs.push(condition(1, 0, host(&url).0));
    }
    pairs.push(condition(3, way, path));
    Ok(Some(Value::Map(pairs)))
}

fn label(names: &[(&str, i64)], name: &str) -> Option<Value<'static>> {
    names.iter().find(|(known, _)| *known == name).map(|(_, label)| Value::Int(*label))
}

fn conditions(json: &str) -> Option<Value<'static>> {
    let parts: Map<String, Json> = serde_json::from_str(json).ok()?;
    let of = |matches: &Map<String, Json>| -> Option<Value<'static>> {
        let pairs = matches.iter().map(|(name, value)| {
            let way = label(&MATCHES, name)?;
            let text = value.as_str()?.to_owned();
            let digest = matches!(way, Value::Int(..=-1));
            let value =
                if digest { Value::Bytes(hex::decode(text).ok()?.into()) } else { Value::Text(text.into()) };
            Some((way, value))
        });
        pairs.collect::<Option<_>>().map(Value::Map)
    };
    let pairs = parts.iter().map(|(name, matches)| Some((label(&PARTS, name)?, of(matches.as_object()?)?)));
    pairs.collect::<Option<_>>().map(Value::Map)
}

fn renewal(json: &str) -> Option<Value<'static>> {
    let members: Map<String, Json> = serde_json::from_str(json).ok()?;
    let pairs = members.iter().map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("type", Json::String(name)) => {
                RENEWAL_TYPES.iter().position(|known| known == name).map(|at| Value::Int(at as i64))?
            }
            (_, Json::String(text)) => Value::Text(text.clone().into()),
            (_, number) => Value::Int(number.as_i64()?),
        };
        Some((label(&RENEWALS, name)?, value))
    });
    pairs.collect::<Option<_>>().map(Value::Map)
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let name = claims.params.or("token_name", NAME);
    match claims.form {
        Form::Token => {}
        Form::Cookie => _ = out.text(name).text("="),
        Form::Header => _ = out.text(name).text(": "),
        _ => {
            let url = url.sent();
            url.write(out);
            out.text(url.joint()).text(name).text("=");
        }
    }
    let (payload, code) = (payload(url, claims)?.written(), Spelling::Base64Url.decode(&seal.signature));
    let code = code.ok_or_else(|| Error::Software("a code of ours is not base64url".into()))?;
    out.spelled(
        Spelling::Base64Url,
        &envelope(claims.key_id.as_deref().map(str::as_bytes), &payload, &code).written(),
    );
    Ok(())
}

fn envelope<'e>(key_id: Option<&'e [u8]>, payload: &'e [u8], code: &'e [u8]) -> Value<'e> {
    let unprotected = key_id.map(|id| (Value::Int(KID), bytes(id)));
    let parts =
        vec![bytes(PROTECTED), Value::Map(unprotected.into_iter().collect()), bytes(payload), bytes(code)];
    Value::Tagged(CWT, Box::new(Value::Tagged(MAC0, Box::new(Value::Array(parts)))))
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let malformed = || Error::Malformed("token");
    let (form, url, token) = found(visit)?;
    let decoded = Spelling::Base64Url.decode(token.as_bytes()).ok_or_else(malformed)?;
    let value = Value::read(&decoded).ok_or_else(malformed)?;
    let Value::Tagged(CWT, inner) = &value else { return Err(Error::Malformed("CWT tag")) };
    let Value::Tagged(MAC0, parts) = &**inner else { return Err(Error::Malformed("COSE tag")) };
    let [protected, unprotected, payload, code] = parts.array().ok_or_else(malformed)? else {
        return Err(malformed());
    };
    if protected.bytes() != Some(PROTECTED) {
        return Err(Error::Malformed("alg"));
    }
    let key_id = match unprotected.map().ok_or_else(malformed)? {
        [] => None,
        [(Value::Int(KID), id)] => {
            Some(id.bytes().and_then(|id| std::str::from_utf8(id).ok()).ok_or(Error::Malformed("kid"))?)
        }
        _ => return Err(Error::Malformed("header")),
    };
    let (payload, code) = (payload.bytes().ok_or_else(malformed)?, code.bytes().ok_or_else(malformed)?);
    // What is outside the code has one spelling, so that no byte of it can be changed unnoticed.
    if envelope(key_id.map(str::as_bytes), payload, code).written() != decoded {
        return Err(malformed());
    }
    mac_structure(payload, signed);
    let mut signature = Vec::new();
    signature.spelled(Spelling::Base64Url, code);
    let said = Value::read(payload).ok_or(Error::Malformed("claims"))?;
    let claims = Claims { key_id: key_id.map(|id| Text::from(id.to_owned())), form, ..visit.claims() };
    Said(said.map().ok_or(Error::Malformed("claims"))?).judged(visit, url, claims, signature)
}

/// The token, how it came, and the URL without it.
fn found<'v>(visit: &'v Visit<'v>) -> Result<(Form, Url<'v>, &'v str)> {
    let name = visit.params.or("token_name", NAME);
    let mut values = visit.url.pairs().filter(|(key, _)| *key == name).map(|(_, token)| token);
    match (values.next(), values.next()) {
        (Some(token), None) => return Ok((Form::Query, visit.url.without(|key| key == name), token)),
        (Some(_), Some(_)) => return Err(Error::Malformed("token")),
        _ => {}
    }
    let url = visit.url.borrowed();
    match (visit.cookie(name), visit.header(name)) {
        (Some(token), _) => Ok((Form::Cookie, url, token)),
        (None, Some(token)) => Ok((Form::Header, url, token)),
        (None, None) => Err(Error::Malformed("token")),
    }
}

/// The claims of a token.
struct Said<'s>(&'s [(Value<'s>, Value<'s>)]);

impl Said<'_> {
    fn get(&self, label: i64) -> Option<&Value<'_>> {
        self.0.iter().find(|(key, _)| *key == Value::Int(label)).map(|(_, value)| value)
    }

    fn time(&self, label: i64, name: &'static str) -> Result<Option<u64>> {
        self.get(label).map(|value| value.number().ok_or(Error::Malformed(name))).transpose()
    }

    fn text(&self, label: i64, name: &'static str) -> Result<Option<&str>> {
        self.get(label).map(|value| value.text().ok_or(Error::Malformed(name))).transpose()
    }

    /// One text, or several.
    fn texts(&self, label: i64, name: &'static str) -> Result<Option<Vec<&str>>> {
        let several = |value: &Value<'_>| value.array().is_some();
        match self.get(label) {
            None => Ok(None),
            Some(value) if several(value) => {
                let texts = value.array().unwrap_or_default().iter();
                texts.map(|one| one.text().ok_or(Error::Malformed(name))).collect::<Result<_>>().map(Some)
            }
            Some(value) => Ok(Some(vec![value.text().ok_or(Error::Malformed(name))?])),
        }
    }

    fn judged<'v>(
        &self,
        visit: &Visit<'v>,
        url: Url<'v>,
        claims: Claims<'v>,
        signature: Vec<u8>,
    ) -> Result<Inspection<'v>> {
        if !self.0.iter().all(|(key, _)| KNOWN.iter().any(|label| *key == Value::Int(*label))) {
            return Err(Error::Malformed("claims"));
        }
        if self.time(VERSION, "catv")?.is_some_and(|version| version != 1) {
            return Err(Error::Malformed("catv"));
        }
        let (scope, covers, silent) = match self.get(URI) {
            None => (Scope::Prefix("/".into()), true, false),
            Some(uri) => matched(uri.map().ok_or(Error::Malformed("catu"))?, &url)?,
        };
        let joined = |list: Option<Vec<&str>>| list.map(|list| Text::from(list.join(",")));
        let claims = Claims {
            expires: self.time(EXP, "exp")?,
            not_before: self.time(NBF, "nbf")?,
            issued: self.time(IAT, "iat")?,
            ip: self.get(NETWORKS).map(networks).transpose()?.map(Text::from),
            countries: joined(self.texts(COUNTRIES, "catgeoiso3166")?),
            scope,
            ..claims
        };
        let mut found =
            Inspection::new(url, claims, signature).covering(covers).shaped(Spelling::Base64Url, 32);
        found.judged.extend(silent.then_some((Claim::Other, None)));
        self.told(visit, &mut found)?;
        Ok(found)
    }

    /// What is judged by the scheme itself, and what is only told.
    fn told<'v>(&self, visit: &Visit<'v>, found: &mut Inspection<'v>) -> Result<()> {
        let params = visit.params;
        let mut note = |name: &'static str, text: String| found.notes.push((name, text));
        if let Some(methods) = self.texts(METHODS, "catm")? {
            note("methods", methods.join(","));
            found.judged.push((Claim::Method, visit.method.map(|method| methods.contains(&method))));
        }
        if let Some(issuer) = self.text(ISS, "iss")? {
            note("issuer", issuer.to_owned());
            found.judged.extend(params.get("issuer").map(|own| (Claim::Other, Some(own == issuer))));
        }
        if let Some(subject) = self.text(SUB, "sub")? {
            note("subject", subject.to_owned());
        }
        if let Some(audience) = self.texts(AUD, "aud")? {
            note("audience", audience.join(","));
            found.judged.push((Claim::Other, among(&audience, params)));
        }
        if let Some(id) = self.get(CTI) {
            note("token_id", hex::encode(id.bytes().ok_or(Error::Malformed("cti"))?));
        }
        if let Some(replay) = self.time(REPLAY, "catreplay")? {
            note("replay", replay.to_string());
            // Whether a token was used before, only the edge knows.
            found.judged.extend((replay > 0).then_some((Claim::Other, None)));
        }
        if let Some(renewal) = self.get(RENEWAL) {
            renewal.map().ok_or(Error::Malformed("catr"))?;
            note("renewal", "the edge hands out a new token before this one ends".into());
        }
        Ok(())
    }
}

fn among(audience: &[&str], params: Params<'_>) -> Option<bool> {
    params.get("audience").map(|own| own.split(',').any(|own| audience.contains(&own)))
}

/// Addresses and networks as a comma list.
fn networks(value: &Value<'_>) -> Result<String> {
    let list = value.array().ok_or(Error::Malformed("catnip"))?;
    let texts: Option<Vec<String>> = list.iter().map(network_text).collect();
    texts.map(|texts| texts.join(",")).ok_or(Error::Malformed("catnip"))
}

fn network_text(value: &Value<'_>) -> Option<String> {
    let Value::Tagged(tag, inner) = value else { return None };
    let (length, octets) = match &**inner {
        Value::Bytes(octets) => (None, octets),
        Value::Array(pair) => match pair.as_slice() {
            [length, Value::Bytes(octets)] => (Some(length.number()?), octets),
            _ => return None,
        },
        _ => return None,
    };
    let (address, width): (IpAddr, u64) = match *tag {
        IPV4 => (<[u8; 4]>::try_from(&**octets).ok()?.into(), 32),
        IPV6 => (<[u8; 16]>::try_from(&**octets).ok()?.into(), 128),
        _ => return None,
    };
    match length {
        None => Some(address.to_string()),
        Some(length) => (length <= width).then(|| format!("{address}/{length}")),
    }
}

/// Host and port, as written.
fn host<'u>(url: &'u Url<'_>) -> (&'u str, Option<&'u str>) {
    let authority = url.host();
    match authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}

/// The scope that the conditions make, whether the URL fits, and whether one could not be judged.
fn matched(conditions: &[(Value<'_>, Value<'_>)], url: &Url<'_>) -> Result<(Scope<'static>, bool, bool)> {
    let malformed = || Error::Malformed("catu");
    let rooted = url.rooted();
    let (mut covers, mut silent) = (!climbs(&rooted.path), false);
    let (mut own, mut scope) = (true, Scope::Url);
    for (part, ways) in conditions {
        let Value::Int(part) = part else { return Err(malformed()) };
        let actual = part_of(&rooted, *part).ok_or_else(malformed)?;
        for (way, wanted) in ways.map().ok_or_else(malformed)? {
            let Value::Int(way) = way else { return Err(malformed()) };
            match actual.map(|actual| fits(*way, wanted, actual)).transpose()?.flatten() {
                Some(holds) => covers &= holds,
                None => silent = true,
            }
            match (part, way, wanted.text()) {
                (0 | 1 | 3, 0, _) => {}
                (3, 1, Some(prefix)) => scope = Scope::Prefix(prefix.to_owned().into()),
                _ => own = false,
            }
        }
    }
    let whole = conditions.iter().any(|(part, _)| *part == Value::Int(3));
    let scope = if own && whole { scope } else { Scope::Globs("*".into()) };
    Ok((scope, covers, silent))
}

/// A part of the URL by its label: `None` for no such part, then `None` where it is unconfirmed what it holds.
fn part_of<'u>(rooted: &'u Url<'_>, part: i64) -> Option<Option<&'u str>> {
    let path = &*rooted.path;
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    let dot = file.rfind('.').unwrap_or(file.len());
    let (scheme, (host, port)) =
        (rooted.origin.split_once("://").map_or("", |(scheme, _)| scheme), host(rooted));
    Some(match part {
        0 => Some(scheme),
        1 => Some(host),
        2 => Some(port.unwrap_or(if scheme == "http" { "80" } else { "443" })),
        3 => Some(path),
        6 => Some(file),
        7 => Some(&file[..dot]),
        8 => Some(&file[dot..]),
        4 | 5 => None,
        _ => return None,
    })
}

/// Whether the text fits; `None` where that cannot be said here.
fn fits(way: i64, wanted: &Value<'_>, actual: &str) -> Result<Option<bool>> {
    let malformed = Error::Malformed("catu");
    if way < 0 {
        let digest = wanted.bytes().ok_or(Error::Malformed("catu"))?;
        return match way {
            -1 => Ok(Some(digest == &Sha256::digest(actual)[..])),
            -2 => Ok(None),
            _ => Err(malformed),
        };
    }
    let wanted = wanted.text().ok_or(Error::Malformed("catu"))?;
    match way {
        0 => Ok(Some(actual == wanted)),
        1 => Ok(Some(actual.starts_with(wanted))),
        2 => Ok(Some(actual.ends_with(wanted))),
        3 => Ok(Some(actual.contains(wanted))),
        4 => Ok(Pattern::read(wanted, false).map(|pattern| pattern.matches(actual))),
        _ => Err(malformed),
    }
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let name = claims.params.or("token_name", NAME);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        return Err(Error::Usage("--param token_name=… takes letters, digits, - and _".into()));
    }
    if url.value(name).is_some() {
        return Err(Error::Usage(format!("the URL has a parameter `{name}` already; sign the plain URL")));
    }
    url.sent_as_written()?;
    let uri = uri(url, claims)?;
    let conditions = uri.as_ref().and_then(Value::map).unwrap_or_default();
    if !matched(conditions, url)?.1 {
        return Err(Error::Usage(format!(
            "the token would not open {url} itself; name a prefix or conditions that do"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Signer, Verdict, detect},
    };

    const URL: &str = "https://h.example:8443/v/a.m3u8?q=1";
    const NOW: u64 = 1_800_000_000;
    const KEY: &str = "00112233445566778899aabbccddeeff";

    fn signer(key: &str) -> Signer {
        Signer { scheme: &SCHEME, keys: Vec::new() }.with(Some("k"), &Secret::new(key), Params(&[])).unwrap()
    }

    fn claims() -> Claims<'static> {
        Claims { expires: Some(NOW), key_id: Some("k".into()), ..Claims::default() }
    }

    fn mint(url: &str, claims: &Claims<'_>) -> Result<String> {
        let mut out = Vec::new();
        signer(KEY).seal().mint(&Url::parse(url)?, claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
        signer(KEY).seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() }).unwrap()
    }

    fn at(now: u64) -> Visit<'static> {
        Visit { now, ..Visit::default() }
    }

    /// A URL with any payload under the right key.
    fn forged(payload: &Value<'_>) -> String {
        let (mut text, mut code) = (Vec::new(), Vec::new());
        let payload = payload.written();
        mac_structure(&payload, &mut text);
        key::hmac_sha256(&hex::decode(KEY).unwrap(), Spelling::Raw).sign(&text, &mut code).unwrap();
        carried(&envelope(Some(b"k"), &payload, &code))
    }

    fn carried(token: &Value<'_>) -> String {
        let mut url = b"https://h/a?CTA-Common-Access-Token=".to_vec();
        url.spelled(Spelling::Base64Url, &token.written());
        String::from_utf8(url).unwrap()
    }

    #[test]
    fn a_token_opens_its_url_through_its_expiry() {
        let url = mint(URL, &Claims { not_before: Some(NOW - 9), ..claims() }).unwrap();
        assert!(url.starts_with(&format!("{URL}&CTA-Common-Access-Token=2D3R")), "{url}");
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        assert!(
            verdict(&url, &at(NOW)).is_valid() && verdict(&url.replace("q=1", "q=2"), &at(NOW)).is_valid()
        );
        assert_eq!(verdict(&url, &at(NOW + 1)), Verdict::Expired { seconds: 1 });
        assert_eq!(verdict(&url, &at(NOW - 10)), Verdict::NotYetValid { seconds: 1 });
        for (from, to) in
            [("https", "http"), ("h.example", "g.example"), ("/v/", "/w/"), ("a.m3u8", "a.m3u8x")]
        {
            assert_eq!(verdict(&url.replace(from, to), &at(NOW)), Verdict::Refused(Claim::Prefix), "{from}");
        }
        let visit = Visit { now: NOW, ..Visit::of(Url::parse(&url).unwrap()) };
        assert_eq!(signer("00").seal().verify(&visit).unwrap(), Verdict::Mismatch);
        let other = Signer { scheme: &SCHEME, keys: Vec::new() }
            .with(Some("j"), &Secret::new(KEY), Params(&[]))
            .unwrap();
        assert_eq!(other.seal().verify(&visit).unwrap(), Verdict::UnknownKey);
        assert_eq!(
            verdict(&format!("{url}&CTA-Common-Access-Token=x"), &at(NOW)),
            Verdict::Malformed("token")
        );
        assert_eq!(verdict("https://h/a", &at(NOW)), Verdict::Malformed("token"));
    }

    #[test]
    fn a_prefix_opens_what_is_below_it() {
        let below = Claims { scope: Scope::Prefix("/v/".into()), ..claims() };
        let url = mint(URL, &below).unwrap();
        assert!(verdict(&url.replace("a.m3u8", "deep/b.ts"), &at(NOW)).is_valid());
        assert_eq!(verdict(&url.replace("/v/", "/w/"), &at(NOW)), Verdict::Refused(Claim::Prefix));
        assert_eq!(verdict(&url.replace("a.m3u8", "%2e%2e/w/a"), &at(NOW)), Verdict::Refused(Claim::Prefix));
        let guarded = |url: &str, claims: &Claims<'_>| guard(&Url::parse(url).unwrap(), claims).is_ok();
        assert!(guarded(URL, &below) && !guarded("https://h/w/a", &below));
        assert!(!guarded(URL, &Claims { scope: Scope::Prefix("v".into()), ..claims() }));
        assert!(!guarded("https://h/a?CTA-Common-Access-Token=x", &claims()));
    }

    #[test]
    fn conditions_are_held_against_the_visit() {
        let params = [("issuer", "i"), ("audience", "cdn,b"), ("token_id", "0b71"), ("replay", "1")];
        let token = Claims {
            ip: Some("203.0.113.7, 2001:db8::/32".into()),
            countries: Some("DE,FR".into()),
            method: Some("GET,HEAD"),
            params: Params(&params),
            ..claims()
        };
        let url = mint(URL, &token).unwrap();
        let asked = |ip, country, method, params| {
            verdict(
                &url,
                &Visit {
                    ip: Some(ip),
                    country: Some(country),
                    method: Some(method),
                    params: Params(params),
                    ..at(1)
                },
            )
        };
        let unchecked = vec![Claim::Other];
        let valid = Verdict::Valid { expires: Some(NOW), unchecked };
        let own = &[("issuer", "i"), ("audience", "b")];
        assert_eq!(asked("2001:db8::1", "FR", "HEAD", own), valid, "a second use cannot be seen");
        assert_eq!(asked("198.51.100.1", "FR", "GET", own), Verdict::Refused(Claim::Ip));
        assert_eq!(asked("203.0.113.7", "US", "GET", own), Verdict::Refused(Claim::Countries));
        assert_eq!(asked("203.0.113.7", "DE", "PUT", own), Verdict::Refused(Claim::Method));
        assert_eq!(
            asked("203.0.113.7", "DE", "GET", &[("issuer", "j"), ("audience", "b")]),
            Verdict::Refused(Claim::Other)
        );
        assert_eq!(
            asked("203.0.113.7", "DE", "GET", &[("issuer", "i"), ("audience", "c")]),
            Verdict::Refused(Claim::Other)
        );
    }

    #[test]
    fn ways_to_match_are_those_of_the_library() {
        let digest = hex::encode(Sha256::digest("/v/a.m3u8"));
        for (catu, word) in [
            (r#"{"host":{"suffix-match":".example"},"port":{"exact-match":"8443"}}"#.to_owned(), "valid"),
            (r#"{"filename":{"exact-match":"a.m3u8"},"stem":{"exact-match":"a"},"extension":{"exact-match":".m3u8"}}"#.into(), "valid"),
            (r#"{"path":{"contains-match":"/a","regex-match":"^/v/[a-z]+\\.m3u8$"}}"#.into(), "valid"),
            (format!(r#"{{"path":{{"sha256-match":"{digest}"}}}}"#), "valid"),
            (r#"{"path":{"regex-match":"^/w/"}}"#.into(), "refused"),
            (r#"{"extension":{"exact-match":".ts"}}"#.into(), "refused"),
            (r#"{"query":{"exact-match":"q=1"}}"#.into(), "valid"),
        ] {
            let params = [("catu", catu.as_str())];
            let url = mint(URL, &Claims { params: Params(&params), ..claims() }).unwrap();
            let verdict = verdict(&url, &at(1));
            assert_eq!(verdict.word(), word, "{catu}");
            let silent = Verdict::Valid { expires: Some(NOW), unchecked: vec![Claim::Other] };
            assert_eq!(verdict == silent, catu.contains("query"), "what is unconfirmed is not judged: {catu}");
        }
        for catu in ["", "{}x", r#"{"port":1}"#, r#"{"who":{}}"#, r#"{"path":{"near-match":"/"}}"#] {
            let params = [("catu", catu)];
            assert!(mint(URL, &Claims { params: Params(&params), ..claims() }).is_err(), "{catu}");
        }
    }

    #[test]
    fn garbage_and_what_is_not_understood_are_malformed() {
        let map = |pairs: Vec<(i64, Value<'static>)>| {
            Value::Map(pairs.into_iter().map(|(label, value)| (Value::Int(label), value)).collect())
        };
        assert!(verdict(&forged(&map(vec![(EXP, Value::Int(9))])), &at(9)).is_valid());
        for (payload, part) in [
            (map(vec![(EXP, Value::Text("9".into()))]), "exp"),
            (map(vec![(EXP, Value::Int(-9))]), "exp"),
            (map(vec![(EXP, Value::Float(9.5))]), "exp"),
            (map(vec![(322, Value::Int(1))]), "claims"),
            (map(vec![(VERSION, Value::Int(2))]), "catv"),
            (map(vec![(NETWORKS, Value::Array(vec![Value::Text("::1".into())]))]), "catnip"),
            (map(vec![(URI, map(vec![(99, map(vec![]))]))]), "catu"),
            (map(vec![(URI, map(vec![(3, map(vec![(9, Value::Text("x".into()))]))]))]), "catu"),
            (map(vec![(METHODS, Value::Int(1))]), "catm"),
            (Value::Int(1), "claims"),
        ] {
            assert_eq!(verdict(&forged(&payload), &at(1)), Verdict::Malformed(part), "{payload:?}");
        }
        let inner = |parts: Vec<Value<'static>>| Value::Tagged(MAC0, Box::new(Value::Array(parts)));
        let parts = |protected: &'static [u8]| {
            vec![bytes(protected), Value::Map(vec![]), bytes(&[0xa0]), bytes(&[0; 32])]
        };
        for (token, part) in [
            (inner(parts(PROTECTED)), "CWT tag"),
            (Value::Tagged(CWT, Box::new(Value::Int(1))), "COSE tag"),
            (Value::Tagged(CWT, Box::new(inner(parts(&[0xa0])))), "alg"),
            (Value::Tagged(CWT, Box::new(inner(parts(&[0xa1, 0x01, 0x04])))), "alg"),
            (Value::Tagged(CWT, Box::new(inner(vec![]))), "token"),
        ] {
            assert_eq!(verdict(&carried(&token), &at(1)), Verdict::Malformed(part), "{token:?}");
        }
        let deep = (0..200).fold(Value::Int(0), |value, _| Value::Array(vec![value]));
        assert_eq!(verdict(&forged(&map(vec![(URI, deep)])), &at(1)), Verdict::Malformed("claims"));
    }

    #[test]
    fn what_a_token_cannot_say_is_not_minted() {
        for params in [
            ("token_id", "xyz"),
            ("replay", "7"),
            ("renewal", "{\"type\":\"never\"}"),
            ("structure", "untagged"),
        ] {
            let params = [params];
            assert!(
                matches!(mint(URL, &Claims { params: Params(&params), ..claims() }), Err(Error::Usage(_))),
                "{params:?}"
            );
        }
        assert!(mint(URL, &Claims { blocked: Some("DE".into()), ..claims() }).is_err());
        assert!(mint(URL, &Claims { ip: Some("203.0.113.0/33".into()), ..claims() }).is_err());
        assert!(mint(URL, &Claims { expires: Some(u64::MAX), ..claims() }).is_err());
    }
}
