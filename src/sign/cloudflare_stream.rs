//! Cloudflare Stream: a JSON Web Signature with RS256 in the place of the video's id.
//!
//! Contract: section 9c. The token opens everything of one video; nothing else of the URL is signed.

use super::{
    Claim, Claims, Example, Form, Inspection, Param, Scheme, Scope, Seal, Spelling, Text, Url, Visit, among,
    ip_within, jose, text::Append,
};
use crate::error::{Error, Result};
use serde_json::{Value, json};

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "cloudflare-stream",
    title: "Cloudflare Stream signed URL",
    about: "A JSON Web Signature (RS256) that replaces the id of the video, which is the first part of the path, and \
            opens everything of that video. The key is PEM or a JWK, also in the base64 in which the API gives both; \
            the public half verifies. Addresses and countries become access rules, of which the first that fits \
            counts; more than these goes into --param access_rules=…. An expiry written as text, as in one sample of \
            the documentation, is decoded but never called valid.",
    source: "developers.cloudflare.com, stream: securing your stream; jose 6.2.17, PyJWT 2.15.1",
    claims: &[Claim::Expires, Claim::NotBefore, Claim::Ip, Claim::Countries, Claim::KeyId],
    forms: &[Form::Path, Form::Token],
    params: &[
        Param::one_of("downloadable", &["false", "true"])
            .about("whether the video may be downloaded as a file"),
        Param::text("access_rules").about("accessRules as JSON, where --ip and --country do not say enough"),
        Param::one_of("typ", &["none", "JWT"]).about("typ in the header, as PyJWT writes it"),
        Param::one_of("kid_claim", &["true", "false"])
            .about("whether the payload names the key too, as the API wants it"),
    ],
    example: Example::RSA,
    fresh: |_| super::Fresh::Vendor("Cloudflare issues it: POST /accounts/ID/stream/keys of its API"),
    canonical,
    prepare: |secret, _| jose::key(ALGORITHM, secret),
    assemble,
    inspect,
    guard: |url, claims| {
        url.sent_as_written()?;
        video(&url.rooted()).and_then(|_| rules(claims)).map(|_| ())
    },
    ..Scheme::BASE
};

const ALGORITHM: &str = "RS256";
/// Members of a payload that are understood. What is not may be a condition.
const KNOWN: [&str; 7] = ["sub", "kid", "exp", "nbf", "iat", "downloadable", "accessRules"];
const MALFORMED: Error = Error::Malformed("accessRules");

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let rooted = url.rooted();
    let (params, id) = (claims.params, claims.key_id()?);
    let mut header = json!({ "alg": ALGORITHM, "kid": id });
    if params.get("typ") == Some("JWT") {
        header["typ"] = "JWT".into();
    }
    let mut payload = json!({ "sub": video(&rooted)?.0 });
    if params.or("kid_claim", "true") == "true" {
        payload["kid"] = id.into();
    }
    payload["exp"] = claims.expires()?.into();
    if let Some(begins) = claims.not_before {
        payload["nbf"] = begins.into();
    }
    if params.get("downloadable") == Some("true") {
        payload["downloadable"] = true.into();
    }
    if let Some(rules) = rules(claims)? {
        payload["accessRules"] = rules;
    }
    jose::write(&header, &payload, out);
    Ok(())
}

/// The id of the video and what follows it.
fn video<'u>(rooted: &'u Url<'_>) -> Result<(&'u str, &'u str)> {
    let path = rooted.path.strip_prefix('/').unwrap_or(&rooted.path);
    let (id, rest) = path.split_at(path.find(['/', '#']).unwrap_or(path.len()));
    let plain =
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    plain.then_some((id, rest)).ok_or_else(|| {
        Error::Data(format!("the path of a video begins with its id, letters and digits; `/{id}` does not"))
    })
}

/// The access rules that address and country make.
fn rules(claims: &Claims<'_>) -> Result<Option<Value>> {
    let list = |list: &str| list.split(',').map(|one| one.trim().to_owned()).collect::<Vec<_>>();
    let (ip, countries, blocked) =
        (claims.ip.as_deref(), claims.countries.as_deref(), claims.blocked.as_deref());
    if let Some(text) = claims.params.get("access_rules") {
        if ip.or(countries).or(blocked).is_some() {
            return Err(Error::Usage("access_rules says it all: leave out --ip and --country".into()));
        }
        let given: Value = serde_json::from_str(text).unwrap_or_default();
        read(&given).map_err(|_| {
            Error::Usage(
                "--param access_rules=… takes a list of {type, action, ip or country} in JSON".into(),
            )
        })?;
        return Ok(Some(given));
    }
    if ip.is_some() && countries.is_some() {
        let text =
            "the first rule that fits decides, so an address and an allowed country cannot both be asked for";
        return Err(Error::Usage(format!("{text}; give one of --ip and --country")));
    }
    let mut made = Vec::new();
    if let Some(blocked) = blocked {
        made.push(json!({ "type": "ip.geoip.country", "action": "block", "country": list(blocked) }));
    }
    if let Some(countries) = countries {
        made.push(json!({ "type": "ip.geoip.country", "action": "allow", "country": list(countries) }));
    }
    if let Some(ip) = ip {
        made.push(json!({ "type": "ip.src", "action": "allow", "ip": list(ip) }));
    }
    if ip.or(countries).is_some() {
        made.push(json!({ "type": "any", "action": "block" }));
    }
    let made = Value::Array(made);
    read(&made)
        .map_err(|_| Error::Usage("--ip takes addresses or networks, --country two letters each".into()))?;
    Ok(Some(made).filter(|made| made != &json!([])))
}

/// One access rule that was understood.
struct Rule {
    claim: Option<Claim>,
    list: String,
    allows: bool,
}

fn read(rules: &Value) -> Result<Vec<Rule>> {
    rules.as_array().ok_or(MALFORMED)?.iter().map(rule).collect()
}

fn rule(rule: &Value) -> Result<Rule> {
    let members = rule.as_object().ok_or(MALFORMED)?;
    let (claim, of) = match rule["type"].as_str() {
        Some("any") => (None, ""),
        Some("ip.src") => (Some(Claim::Ip), "ip"),
        Some("ip.geoip.country") => (Some(Claim::Countries), "country"),
        _ => return Err(MALFORMED),
    };
    let allows = match rule["action"].as_str() {
        Some("allow") => true,
        Some("block") => false,
        _ => return Err(MALFORMED),
    };
    let known = members.keys().all(|name| ["type", "action", of].contains(&name.as_str()));
    let list: Option<Vec<&str>> = match claim {
        None => Some(Vec::new()),
        Some(_) => rule[of].as_array().and_then(|list| list.iter().map(Value::as_str).collect()),
    };
    let fits = |one: &str| match claim {
        Some(Claim::Ip) => ip_within(one, one.split('/').next().unwrap_or_default()),
        _ => one.len() == 2 && one.bytes().all(|byte| byte.is_ascii_alphabetic()),
    };
    let list = list.filter(|list| known && list.iter().all(|one| fits(one))).ok_or(MALFORMED)?;
    Ok(Rule { claim, list: list.join(","), allows })
}

/// What the rules say to the visit; the claim that decided, and nothing where the visit is silent on it.
fn judged(rules: &[Rule], visit: &Visit<'_>) -> (Claim, Option<bool>) {
    let mut last = Claim::Other;
    for rule in rules {
        let fits = match rule.claim {
            None => Some(true),
            Some(Claim::Ip) => visit.ip.map(|ip| ip_within(&rule.list, ip)),
            Some(_) => visit.country.map(|country| among(&rule.list, country)),
        };
        last = rule.claim.unwrap_or(last);
        match fits {
            None => return (last, None),
            Some(true) => return (last, Some(rule.allows)),
            Some(false) => {}
        }
    }
    (last, Some(true))
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let rooted = url.rooted();
    let url = rooted.sent();
    if claims.form != Form::Token {
        out.text(&url.origin).text("/");
    }
    out.bytes(&seal.canonical).text(".").bytes(&seal.signature);
    if claims.form != Form::Token {
        out.text(video(&url)?.1);
        if let Some(query) = &url.query {
            out.text("?").text(query);
        }
    }
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let rooted = visit.url.rooted();
    let path = rooted.path.strip_prefix('/').ok_or(Error::Malformed("token"))?;
    let (text, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    let token = jose::Token::read(text)?.held_to(ALGORITHM)?;
    signed.text(token.signed);
    if !token.claims.keys().all(|name| KNOWN.contains(&name.as_str())) {
        return Err(Error::Malformed("claims"));
    }
    let key_id = token.key_id()?;
    let named = token.text("kid")?;
    if named.is_some_and(|named| key_id.as_deref() != Some(named)) {
        return Err(Error::Malformed("kid"));
    }
    let video = token.text("sub")?.filter(|video| !video.contains('/')).ok_or(Error::Malformed("sub"))?;
    let late = token.claims.get("exp").and_then(Value::as_str).map(|text| Text::from(text.to_owned()));
    let expires =
        if late.is_some() { None } else { Some(token.time("exp")?.ok_or(Error::Malformed("exp"))?) };
    let claims = Claims {
        expires,
        expires_text: late,
        not_before: token.time("nbf")?,
        key_id: key_id.map(Text::from),
        scope: Scope::Prefix(format!("/{video}").into()),
        form: Form::Path,
        ..visit.claims()
    };
    let url = Url {
        origin: rooted.origin.to_string().into(),
        path: format!("/{video}{rest}").into(),
        query: visit.url.query.as_deref().map(Text::from),
    };
    let found =
        Inspection::new(url, claims, token.signature.as_bytes().to_vec()).spelled(Spelling::Base64Url);
    let found = match token.claims.get("downloadable") {
        Some(Value::Bool(may)) => found.note("downloadable", may.to_string()),
        Some(_) => return Err(Error::Malformed("downloadable")),
        None => found,
    };
    match token.claims.get("accessRules") {
        None => Ok(found),
        Some(rules) => {
            let (claim, holds) = judged(&read(rules)?, visit);
            Ok(found.judging(claim, holds).note("access_rules", rules.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Params, Signer, Verdict, detect},
    };

    const URL: &str = "https://customer-abc.example/5d5bc37ffcf54c9b82e996823bffbb81/manifest/video.m3u8?x=1";
    const NOW: u64 = 1_800_000_000;
    const RSA: &str = include_str!("../../tests/vectors/keys/rsa-2048.pem");
    const PUBLIC: &str = include_str!("../../tests/vectors/keys/rsa-2048-public.pem");

    fn signer(key: &str) -> Signer {
        Signer { scheme: &SCHEME, keys: Vec::new() }.with(Some("k"), &Secret::new(key), Params(&[])).unwrap()
    }

    fn claims() -> Claims<'static> {
        Claims { expires: Some(NOW), key_id: Some("k".into()), ..Claims::default() }
    }

    fn mint(url: &str, claims: &Claims<'_>) -> Result<String> {
        let mut out = Vec::new();
        signer(RSA).seal().mint(&Url::parse(url)?, claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
        signer(PUBLIC).seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() }).unwrap()
    }

    fn at(now: u64) -> Visit<'static> {
        Visit { now, ..Visit::default() }
    }

    #[test]
    fn a_token_stands_for_its_video_until_it_ends() {
        let url = mint(URL, &Claims { not_before: Some(NOW - 9), ..claims() }).unwrap();
        assert!(
            url.starts_with("https://customer-abc.example/eyJ") && url.ends_with("/manifest/video.m3u8?x=1"),
            "{url}"
        );
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        assert!(
            verdict(&url, &at(NOW - 1)).is_valid()
                && verdict(&url.replace("video.m3u8", "1.ts"), &at(NOW - 1)).is_valid()
        );
        assert_eq!(verdict(&url, &at(NOW)), Verdict::Expired { seconds: 0 });
        assert_eq!(verdict(&url, &at(NOW - 10)), Verdict::NotYetValid { seconds: 1 });
        let other = Signer { scheme: &SCHEME, keys: Vec::new() }
            .with(Some("j"), &Secret::new(PUBLIC), Params(&[]))
            .unwrap();
        assert_eq!(
            other.seal().verify(&Visit { now: 1, ..Visit::of(Url::parse(&url).unwrap()) }).unwrap(),
            Verdict::UnknownKey
        );
        let altered = url.replacen("/eyJ", "/eyK", 1);
        assert!(!verdict(&altered, &at(NOW - 1)).is_valid());
        assert_eq!(verdict("https://h/abc/manifest/video.m3u8", &at(1)), Verdict::Malformed("token"));
        assert!(mint("https://h/a.b/c", &claims()).is_err() && mint("https://h/", &claims()).is_err());
    }

    #[test]
    fn rules_are_held_against_the_visitor_and_the_first_that_fits_counts() {
        let asked = |url: &str, ip, country| verdict(url, &Visit { ip, country, ..at(1) });
        let ip = mint(URL, &Claims { ip: Some("203.0.113.0/24,2001:db8::/32".into()), ..claims() }).unwrap();
        assert!(
            asked(&ip, Some("203.0.113.9"), None).is_valid()
                && asked(&ip, Some("2001:db8::1"), None).is_valid()
        );
        assert_eq!(asked(&ip, Some("198.51.100.1"), None), Verdict::Refused(Claim::Ip));
        assert_eq!(asked(&ip, None, None), Verdict::Valid { expires: Some(NOW), unchecked: vec![Claim::Ip] });
        let allowed = mint(URL, &Claims { countries: Some("CA,US".into()), ..claims() }).unwrap();
        assert!(asked(&allowed, None, Some("US")).is_valid());
        assert_eq!(asked(&allowed, None, Some("DE")), Verdict::Refused(Claim::Countries));
        let both = Claims { blocked: Some("US".into()), ip: Some("203.0.113.9".into()), ..claims() };
        let both = mint(URL, &both).unwrap();
        assert_eq!(asked(&both, Some("203.0.113.9"), Some("US")), Verdict::Refused(Claim::Countries));
        assert!(asked(&both, Some("203.0.113.9"), Some("DE")).is_valid());
        assert_eq!(asked(&both, Some("203.0.113.8"), Some("DE")), Verdict::Refused(Claim::Ip));
        let contradiction =
            Claims { countries: Some("CA".into()), ip: Some("203.0.113.9".into()), ..claims() };
        assert!(matches!(mint(URL, &contradiction), Err(Error::Usage(_))));
        for (ip, country) in [(Some("203.0.113.0/33"), None), (Some("nobody"), None), (None, Some("USA"))] {
            let claims = Claims { ip: ip.map(Into::into), countries: country.map(Into::into), ..claims() };
            assert!(matches!(mint(URL, &claims), Err(Error::Usage(_))), "{ip:?} {country:?}");
        }
        for text in [
            "",
            "{}",
            r#"[{"type":"any"}]"#,
            r#"[{"type":"asn","action":"allow"}]"#,
            r#"[{"type":"any","action":"allow","x":1}]"#,
        ] {
            let params = [("access_rules", text)];
            assert!(mint(URL, &Claims { params: Params(&params), ..claims() }).is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_token_says_otherwise_is_malformed() {
        let asked = |header: &str, payload: &str| {
            let mut text = Vec::new();
            text.spelled(Spelling::Base64Url, header.as_bytes())
                .text(".")
                .spelled(Spelling::Base64Url, payload.as_bytes());
            let mut signature = Vec::new();
            jose::key(ALGORITHM, RSA.as_bytes()).unwrap().sign(&text, &mut signature).unwrap();
            let token = String::from_utf8([text, vec![b'.'], signature].concat()).unwrap();
            verdict(&format!("https://h/{token}/x"), &at(1))
        };
        let header = r#"{"alg":"RS256","kid":"k"}"#;
        assert!(asked(header, r#"{"sub":"v","exp":9}"#).is_valid());
        assert_eq!(asked(r#"{"alg":"none","kid":"k"}"#, r#"{"sub":"v","exp":9}"#), Verdict::Malformed("alg"));
        assert_eq!(
            asked(r#"{"alg":"HS256","kid":"k"}"#, r#"{"sub":"v","exp":9}"#),
            Verdict::Malformed("alg")
        );
        for (payload, part) in [
            (r#"{"sub":"v"}"#, "exp"),
            (r#"{"sub":"v","exp":"9"}"#, "expires"),
            (r#"{"sub":"v","exp":9.5}"#, "exp"),
            (r#"{"exp":9}"#, "sub"),
            (r#"{"sub":"v","exp":9,"kid":"other"}"#, "kid"),
            (r#"{"sub":"v","exp":9,"who":"x"}"#, "claims"),
            (r#"{"sub":"v","exp":9,"accessRules":[{"type":"asn","action":"allow"}]}"#, "accessRules"),
            (r#"{"sub":"v","exp":9,"downloadable":"yes"}"#, "downloadable"),
        ] {
            assert_eq!(asked(header, payload), Verdict::Malformed(part), "{payload}");
        }
    }
}
