//! What a token says, and whether the visit is within it.

use super::*;

/// The claims of a token.
pub(super) struct Said<'s>(pub(super) &'s [(Value<'s>, Value<'s>)]);

impl Said<'_> {
    pub(super) fn get(&self, label: i64) -> Option<&Value<'_>> {
        self.0.iter().find(|(key, _)| *key == Value::Int(label)).map(|(_, value)| value)
    }

    pub(super) fn time(&self, label: i64, name: &'static str) -> Result<Option<u64>> {
        self.get(label).map(|value| value.number().ok_or(Error::Malformed(name))).transpose()
    }

    pub(super) fn text(&self, label: i64, name: &'static str) -> Result<Option<&str>> {
        self.get(label).map(|value| value.text().ok_or(Error::Malformed(name))).transpose()
    }

    /// One text, or several.
    pub(super) fn texts(&self, label: i64, name: &'static str) -> Result<Option<Vec<&str>>> {
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

    pub(super) fn judged<'v>(
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
    pub(super) fn told<'v>(&self, visit: &Visit<'v>, found: &mut Inspection<'v>) -> Result<()> {
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

pub(super) fn among(audience: &[&str], params: Params<'_>) -> Option<bool> {
    params.get("audience").map(|own| own.split(',').any(|own| audience.contains(&own)))
}

/// Addresses and networks as a comma list.
pub(super) fn networks(value: &Value<'_>) -> Result<String> {
    let list = value.array().ok_or(Error::Malformed("catnip"))?;
    let texts: Option<Vec<String>> = list.iter().map(network_text).collect();
    texts.map(|texts| texts.join(",")).ok_or(Error::Malformed("catnip"))
}

pub(super) fn network_text(value: &Value<'_>) -> Option<String> {
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

/// The scope that the conditions make, whether the URL fits, and whether one could not be judged.
pub(super) fn matched(
    conditions: &[(Value<'_>, Value<'_>)],
    url: &Url<'_>,
) -> Result<(Scope<'static>, bool, bool)> {
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
pub(super) fn part_of<'u>(rooted: &'u Url<'_>, part: i64) -> Option<Option<&'u str>> {
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
pub(super) fn fits(way: i64, wanted: &Value<'_>, actual: &str) -> Result<Option<bool>> {
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
