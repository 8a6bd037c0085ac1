//! Edgio's (formerly Verizon's and Azure CDN's) ectoken 3: conditions encrypted with AES-256-GCM.
//!
//! Contract: section 11. Encrypted, not signed: whoever can open the token made it. The network was shut down in
//! January 2025; the scheme lives on where its servers do.

use super::{
    Claim, Claims, Form, Inspection, Key, Param, Scheme, Scope, Seal, Spelling, Text, Url, Visit, climbs,
    covers_globs,
    text::{self, Append},
};
use crate::error::{Error, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "edgio-ectoken3",
    title: "Edgio token (ectoken 3), also Azure CDN from Verizon",
    about: "The conditions, encrypted with AES-256-GCM under the SHA-256 of the key's text; the token is the whole \
            query. Without a prefix the path of the URL is what is allowed, and everything that begins with it. The \
            network was shut down in January 2025. How a referrer is matched beyond its host is unconfirmed and not \
            judged; whether the second named by the expiry is still valid too, and it counts as expired here.",
    source: "Edgio/ectoken 2253a44; docs.edg.io, token-based authentication",
    claims: &[Claim::Expires, Claim::Prefix, Claim::Ip, Claim::Countries],
    forms: &[Form::Query, Form::Token],
    params: &[
        Param::text("host_allow").about("hosts allowed, a comma list; *.example.com takes every host below"),
        Param::text("host_deny").about("hosts denied"),
        Param::text("proto_allow").about("http or https, or both with a comma"),
        Param::text("proto_deny").about("http or https denied"),
        Param::text("ref_allow").about("referrers allowed; MISSING stands for none"),
        Param::text("ref_deny").about("referrers denied"),
    ],
    canonical,
    prepare: |secret, _| Ok(Box::new(EcToken::new(secret)?)),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const MALFORMED: Error = Error::Malformed("token");
const IV: usize = 12;
const TAG: usize = 16;
/// What the vendor's page allows a token.
const LONGEST: usize = 512;
/// Settings and the fields that they become, in the order in which they are written.
const FIELDS: [(&str, &str); 6] = [
    ("host_allow", "ec_host_allow"),
    ("host_deny", "ec_host_deny"),
    ("proto_allow", "ec_proto_allow"),
    ("proto_deny", "ec_proto_deny"),
    ("ref_allow", "ec_ref_allow"),
    ("ref_deny", "ec_ref_deny"),
];

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    let mut field = |name: &str, value: &str| {
        if value.is_empty() || value.contains(['&', '=']) || value.chars().any(char::is_control) {
            let text = format!(
                "{name} takes no empty text, & or = or control characters, which would end it: {value:?}"
            );
            return Err(Error::Data(text));
        }
        out.text(if out.len() == start { "" } else { "&" }).text(name).text("=").text(value);
        Ok(())
    };
    if let Some(expires) = claims.expires {
        field("ec_expire", &expires.to_string())?;
    }
    match &claims.scope {
        Scope::Prefix(list) => field("ec_url_allow", list)?,
        _ if url.path.is_empty() => {}
        // A comma would begin another path.
        _ => field("ec_url_allow", &url.rooted().sent().path.replace(',', "%2c"))?,
    }
    let shared = [
        ("ec_clientip", claims.ip.as_deref()),
        ("ec_country_allow", claims.countries.as_deref()),
        ("ec_country_deny", claims.blocked.as_deref()),
    ];
    let own = FIELDS.iter().map(|(param, name)| (*name, claims.params.get(param)));
    for (name, value) in shared.into_iter().chain(own) {
        value.map_or(Ok(()), |value| field(name, value))?;
    }
    if out.len() == start {
        return Err(Error::MissingClaim(
            "a token without a condition opens everything: pass --ttl or --prefix",
        ));
    }
    if url.query.is_some() {
        return Err(Error::Data("the token is the whole query: the URL can have none of its own".into()));
    }
    Ok(())
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    if claims.form != Form::Token {
        url.sent().write(out);
        out.text("?");
    }
    out.bytes(&seal.signature);
    Ok(())
}

/// AES-256-GCM under a digest of the key's text. Nonces are drawn inside: one that repeats would give away texts.
struct EcToken(RandomizedNonceKey);

impl EcToken {
    fn new(secret: &[u8]) -> Result<Self> {
        let key = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(secret)));
        let key = RandomizedNonceKey::new(&AES_256_GCM, &*key);
        key.map(Self).map_err(|_| Error::Software("the library refused an AES-256 key".into()))
    }
}

impl Key for EcToken {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut sealed = canonical.to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::empty(), &mut sealed);
        let nonce = nonce.map_err(|_| Error::Software("the library could not encrypt the token".into()))?;
        out.spelled(Spelling::Base64Url, &[&nonce.as_ref()[..], &sealed].concat());
        Ok(())
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], scratch: &mut Vec<u8>) -> Result<bool> {
        scratch.clear();
        Ok(self.open(signature, scratch)? && bool::from(scratch.as_slice().ct_eq(canonical)))
    }

    fn open(&self, sealed: &[u8], out: &mut Vec<u8>) -> Result<bool> {
        let Some(bytes) = Spelling::Base64Url.decode(sealed).filter(|bytes| bytes.len() > IV + TAG) else {
            return Ok(false);
        };
        let (iv, sealed) = bytes.split_at(IV);
        let mut text = Zeroizing::new(sealed.to_vec());
        let Ok(nonce) = Nonce::try_assume_unique_for_key(iv) else { return Ok(false) };
        match self.0.open_in_place(nonce, Aad::empty(), &mut text) {
            Ok(opened) => {
                out.bytes(opened);
                Ok(true)
            }
            Err(_) => Ok(false),
        }
    }
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let token = visit.url.query.as_deref().ok_or(MALFORMED)?;
    let sealed = Spelling::Base64Url.decode(token.as_bytes()).filter(|bytes| bytes.len() > IV + TAG);
    sealed.ok_or(MALFORMED)?;
    let url = Url { query: None, ..visit.url.borrowed() };
    match visit.opened {
        Some(text) => opened(visit, url, std::str::from_utf8(text).map_err(|_| MALFORMED)?, token),
        None => {
            let sealed = Inspection::new(url, visit.claims(), token.as_bytes()).spelled(Spelling::Base64Url);
            Ok(Inspection { encrypted: true, ..sealed })
        }
    }
}

/// Judges the conditions. One that is not known, or stands twice, is malformed.
fn opened<'v>(visit: &'v Visit<'v>, url: Url<'v>, text: &str, token: &'v str) -> Result<Inspection<'v>> {
    let mut claims = visit.claims();
    let mut covers = true;
    let mut judged = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').ok_or(MALFORMED)?;
        if seen.contains(&name) {
            return Err(MALFORMED);
        }
        seen.push(name);
        let owned = || Some(Text::Owned(value.to_owned()));
        match name {
            "ec_expire" => claims.expires = Some(text::number(value, "ec_expire")?),
            "ec_url_allow" => {
                covers = allows(value, &visit.url.rooted().path);
                claims.scope = Scope::Prefix(value.to_owned().into());
            }
            "ec_clientip" => claims.ip = owned(),
            "ec_country_allow" => claims.countries = owned(),
            "ec_country_deny" => claims.blocked = owned(),
            _ => judged.push((Claim::Other, condition(name, value, visit)?)),
        }
    }
    let found = Inspection::new(url, claims, token.as_bytes()).spelled(Spelling::Base64Url).covering(covers);
    Ok(Inspection { judged, ..found })
}

/// Whether a path begins with one of the list, as written or decoded, and does not climb out of it.
fn allows(list: &str, path: &str) -> bool {
    let decoded = text::percent_decode(path).unwrap_or(Cow::Borrowed(path));
    let begins = |entry: &str| path.starts_with(entry) || decoded.starts_with(entry);
    let mut entries = list.split(',').filter(|entry| !entry.is_empty());
    !climbs(path)
        && entries.any(|entry| begins(entry) || begins(&entry.replace("%2c", ",").replace("%2C", ",")))
}

/// Whether a condition on host, protocol or referrer holds; `None` where the visit does not tell.
fn condition(name: &str, list: &str, visit: &Visit<'_>) -> Result<Option<bool>> {
    let (of, denies) = match name.strip_suffix("_deny") {
        Some(of) => (of, true),
        None => (name.strip_suffix("_allow").ok_or(MALFORMED)?, false),
    };
    let among = |text: &str| covers_globs(&list.to_ascii_lowercase(), &[','], &text.to_ascii_lowercase());
    let host = |authority: &str| among(authority.rsplit_once(':').map_or(authority, |(host, _)| host));
    let listed = match of {
        "ec_host" => Some(visit.url.host()).filter(|authority| !authority.is_empty()).map(host),
        "ec_proto" => visit.url.origin.split_once("://").map(|(protocol, _)| among(protocol)),
        "ec_ref" => match visit.header("referer") {
            // How a path in the list is matched is unconfirmed.
            _ if list.contains('/') => None,
            Some("") => Some(list.split(',').any(|entry| entry == "MISSING")),
            Some(referrer) => Url::parse(referrer).ok().map(|url| host(url.host())),
            None => None,
        },
        _ => return Err(MALFORMED),
    };
    Ok(listed.map(|listed| listed != denies))
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    let path = url.rooted().path.into_owned();
    if let Some(list) = claims.scope.text().filter(|list| !allows(list, &path)) {
        return Err(Error::Usage(format!("{path} begins with none of {list}; the CDN would refuse the URL")));
    }
    let mut text = Vec::new();
    canonical(url, claims, &mut text)?;
    if (IV + text.len() + TAG).div_ceil(3) * 4 > LONGEST {
        return Err(Error::Data(format!(
            "the token would be longer than the {LONGEST} characters that are taken; ask for less"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Params, Signer, Verdict, detect},
    };

    const URL: &str = "https://a.example.com/v/a,b.mp4";
    const NOW: u64 = 1_800_000_000;

    fn signer(key: &str) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), Params(&[])).unwrap()
    }

    fn claims() -> Claims<'static> {
        Claims { expires: Some(NOW), ..Claims::default() }
    }

    fn mint(url: &str, claims: &Claims<'_>) -> Result<String> {
        let mut out = Vec::new();
        signer("secret").seal().mint(&Url::parse(url)?, claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
        signer("secret").seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() }).unwrap()
    }

    fn at(now: u64) -> Visit<'static> {
        Visit { now, ..Visit::default() }
    }

    #[test]
    fn a_token_opens_its_path_until_it_ends_and_only_with_its_key() {
        let url = mint(URL, &claims()).unwrap();
        assert!(url.starts_with(&format!("{URL}?")) && !url.contains("ec_"), "{url}");
        assert!(detect(&url).iter().any(|scheme| scheme.id == SCHEME.id));
        assert!(verdict(&url, &at(NOW - 1)).is_valid());
        assert_eq!(verdict(&url, &at(NOW)), Verdict::Expired { seconds: 0 });
        assert_eq!(verdict(&url.replace("/v/", "/w/"), &at(1)), Verdict::Refused(Claim::Prefix));
        assert_eq!(
            verdict(&url.replace("a,b", "a"), &at(1)),
            Verdict::Refused(Claim::Prefix),
            "a comma is no list"
        );
        let visit = Visit { now: 1, ..Visit::of(Url::parse(&url).unwrap()) };
        assert_eq!(signer("other").seal().verify(&visit).unwrap(), Verdict::Mismatch);
        let last = if url.ends_with('A') { "Q" } else { "A" };
        assert!(!verdict(&format!("{}{last}", &url[..url.len() - 1]), &at(1)).is_valid());
        assert_ne!(mint(URL, &claims()).unwrap(), url, "each has a nonce of its own");
        for broken in ["https://h/a", "https://h/a?AAAA", "https://h/a?x=1"] {
            assert_eq!(verdict(broken, &at(1)), Verdict::Malformed("token"), "{broken}");
        }
    }

    #[test]
    fn conditions_are_held_against_the_visit() {
        let params =
            [("host_allow", "*.example.com"), ("proto_deny", "http"), ("ref_allow", "site.example,MISSING")];
        let claims = Claims {
            scope: Scope::Prefix("/v/,/w/".into()),
            ip: Some("203.0.113.0/24".into()),
            countries: Some("DE".into()),
            params: Params(&params),
            ..claims()
        };
        let url = mint(URL, &claims).unwrap();
        let asked = |url: &str, ip, country, referrer| {
            let headers = [("Referer", referrer)];
            verdict(url, &Visit { ip: Some(ip), country: Some(country), headers: &headers, ..at(1) })
        };
        let good = ("203.0.113.7", "DE", "https://site.example/page");
        assert!(asked(&url, good.0, good.1, good.2).is_valid() && asked(&url, good.0, good.1, "").is_valid());
        assert!(asked(&url.replace("/v/", "/w/"), good.0, good.1, good.2).is_valid());
        assert_eq!(asked(&url, "198.51.100.1", good.1, good.2), Verdict::Refused(Claim::Ip));
        assert_eq!(asked(&url, good.0, "FR", good.2), Verdict::Refused(Claim::Countries));
        assert_eq!(asked(&url, good.0, good.1, "https://thief.example/"), Verdict::Refused(Claim::Other));
        assert_eq!(
            asked(&url.replace("https", "http"), good.0, good.1, good.2),
            Verdict::Refused(Claim::Other)
        );
        assert_eq!(
            asked(&url.replace("a.example", "a.other"), good.0, good.1, good.2),
            Verdict::Refused(Claim::Other)
        );
        assert_eq!(
            asked(&url.replace("a,b", "../x"), good.0, good.1, good.2),
            Verdict::Refused(Claim::Prefix)
        );
        let silent = verdict(&url, &at(1));
        let unchecked = vec![Claim::Other, Claim::Ip, Claim::Countries];
        assert_eq!(silent, Verdict::Valid { expires: Some(NOW), unchecked });
    }

    #[test]
    fn a_text_that_is_not_understood_is_malformed() {
        for text in [
            "ec_expire=1&ec_expire=2000000000",
            "ec_expire=01",
            "ec_what_allow=x",
            "x",
            "ec_host=x",
            "\u{ff}",
        ] {
            let bytes = if text == "\u{ff}" { &b"\xff"[..] } else { text.as_bytes() };
            let mut token = Vec::new();
            EcToken::new(b"secret").unwrap().sign(bytes, &mut token).unwrap();
            let url = format!("https://h/a?{}", String::from_utf8(token).unwrap());
            assert!(matches!(verdict(&url, &at(1)), Verdict::Malformed(_)), "{text}");
        }
    }

    #[test]
    fn what_would_read_otherwise_is_not_minted() {
        assert!(mint("https://h/a?x=1", &claims()).is_err());
        assert!(mint("https://h/a&b", &claims()).is_err() && mint("https://h/a=b", &claims()).is_err());
        assert!(matches!(mint("https://h", &Claims::default()), Err(Error::MissingClaim(_))));
        let guarded = |path: &str, claims: &Claims<'_>| guard(&Url::at("https://h", path), claims).is_ok();
        assert!(guarded("/v/a", &claims()) && !guarded("/é", &claims()));
        assert!(!guarded(&format!("/{}", "a".repeat(400)), &claims()));
        let below = Claims { scope: Scope::Prefix("/v/".into()), ..claims() };
        assert!(guarded("/v/a", &below) && !guarded("/w/a", &below));
    }
}
