//! The claims as CBOR: what a token says, in the order in which it says it.

use super::*;

/// What the code is over.
pub(super) fn mac_structure(payload: &[u8], out: &mut Vec<u8>) {
    let parts = vec![Value::Text("MAC0".into()), bytes(PROTECTED), bytes(&[]), bytes(payload)];
    out.bytes(&Value::Array(parts).written());
}

pub(super) fn bytes(bytes: &[u8]) -> Value<'_> {
    Value::Bytes(bytes.into())
}

pub(super) fn string(text: &str) -> Value<'_> {
    Value::Text(text.into())
}

pub(super) fn strings(list: &str) -> Value<'_> {
    Value::Array(list.split(',').map(str::trim).map(string).collect())
}

pub(super) fn whole(number: u64) -> Result<Value<'static>> {
    i64::try_from(number)
        .map(Value::Int)
        .map_err(|_| Error::Data("a time lies too far ahead for a token".into()))
}

pub(super) fn payload<'p>(url: &Url<'_>, claims: &'p Claims<'_>) -> Result<Value<'p>> {
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

pub(super) fn misspelled(param: &str) -> Error {
    Error::Usage(format!("--param {param}=… is not of the form that `stratos signed schemes` shows"))
}

/// An address as its bytes, a network as its length and its bytes.
pub(super) fn network(text: &str) -> Result<Value<'static>> {
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
pub(super) fn uri(url: &Url<'_>, claims: &Claims<'_>) -> Result<Option<Value<'static>>> {
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

pub(super) fn label(names: &[(&str, i64)], name: &str) -> Option<Value<'static>> {
    names.iter().find(|(known, _)| *known == name).map(|(_, label)| Value::Int(*label))
}

pub(super) fn conditions(json: &str) -> Option<Value<'static>> {
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

pub(super) fn renewal(json: &str) -> Option<Value<'static>> {
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
