//! Akamai Edge Auth Token 2.0: HMAC over fields joined with `~`, for one URL or for an access list.
//!
//! Contract: section 6. The vendor's two libraries escape differently where they escape; `escape=on` signs only
//! what both write alike. A field that holds the text of another would let a reader cut the token elsewhere,
//! so it is refused.

use super::{
    Claim, Claims, Form, Inspection, Param, Params, Scheme, Scope, Seal, Spelling, Url, Visit, climbs,
    covers_globs, fields, key,
    text::{self, Append, Kept},
};
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::net::IpAddr;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "akamai-edgeauth",
    title: "Akamai Edge Auth Token 2.0",
    about: "HMAC over the fields of the token and, without a prefix, over path and query of the URL; with a \
            prefix or a pattern the token carries an access list instead, `!` between its entries. The key is \
            hexadecimal. With \"escape token input\" the vendor's Python and Node libraries differ on blanks and \
            on ~ ! ( ): name one of them, or `on` for what both write. Do not use ! or ~ in paths. Salts are \
            being deprecated. The name that a property expects (often hdnts), and whether the second named by \
            the expiry is still valid, is unconfirmed.",
    source: "techdocs.akamai.com, Auth Token 2.0; akamai-edgeauth 0.3.2 (PyPI) and 0.2.0 (npm)",
    secret: Spelling::Hex,
    claims: &[Claim::Expires, Claim::NotBefore, Claim::Prefix, Claim::Globs, Claim::Ip],
    forms: &[Form::Query, Form::Cookie, Form::Header, Form::Token],
    params: &[
        Param::one_of("algorithm", &["sha256", "sha1", "md5"]).about("the digest of the HMAC"),
        Param::one_of("escape", &["off", "on", "python", "node"]).about(
            "\"escape token input\" of the property: how ip, session_id, payload and the URL are escaped; on \
             refuses what the vendor's libraries escape differently",
        ),
        Param::text("token_name").about("the name of parameter, cookie or header; __token__ unless given"),
        Param::secret("salt").about("hashed with the token, and known to the property"),
        Param::text("session_id").about("the field id"),
        Param::text("payload").about("the field data"),
        Param::text("field_delimiter").about("between the fields; ~ unless given"),
        Param::text("acl_delimiter").about("between the entries of an access list; ! unless given"),
    ],
    reserved: NAMES,
    bears: &["hmac"],
    canonical,
    prepare,
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

/// Names that are looked for where none is set; the first is the libraries' own.
const NAMES: &[&str] = &["__token__", "hdnts"];
/// Every field in its order. The last three never stand before the signature.
const FIELDS: [&str; 9] = ["ip", "st", "exp", "acl", "id", "data", "url", "salt", "hmac"];

/// What the Python library leaves alone; it writes a blank as `+`.
static PYTHON: Kept = Kept::alphanumeric_and(b"-_.~");
static NODE: Kept = Kept::alphanumeric_and(b"-_.!()");

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    carried(claims, out)?;
    if claims.scope == Scope::Url {
        path(url, claims.params, out)?;
    }
    salt(claims.params, out);
    Ok(())
}

/// What the token carries, save the signature.
fn carried(claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let (params, delimiter) = (claims.params, delimiter(claims.params)?);
    let expires = claims.expires()?;
    if expires == 0 {
        return Err(Error::Data("Akamai takes no expiry of 0; give a later time".into()));
    }
    if let Some(ip) = claims.ip.as_deref() {
        out.text("ip=");
        value(ip, params, delimiter, out)?;
        out.text(delimiter);
    }
    if let Some(start) = claims.not_before {
        out.text("st=").decimal(start).text(delimiter);
    }
    out.text("exp=").decimal(expires);
    if let Some(list) = claims.scope.text() {
        fields::unambiguous(list, delimiter, &FIELDS)?;
        let star = if matches!(claims.scope, Scope::Prefix(_)) { "*" } else { "" };
        out.text(delimiter).text("acl=").text(list).text(star);
    }
    for (name, param) in [("id=", "session_id"), ("data=", "payload")] {
        if let Some(text) = params.get(param) {
            out.text(delimiter).text(name);
            value(text, params, delimiter, out)?;
        }
    }
    Ok(())
}

fn value(text: &str, params: Params<'_>, delimiter: &str, out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    escaped(text, params, out)?;
    fields::unambiguous(std::str::from_utf8(&out[start..]).unwrap_or_default(), delimiter, &FIELDS)
}

fn path(url: &Url<'_>, params: Params<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.text(delimiter(params)?).text("url=");
    let url = url.rooted();
    escaped(&url.path, params, out)?;
    if let Some(query) = &url.query {
        escaped("?", params, out)?;
        escaped(query, params, out)?;
    }
    Ok(())
}

fn salt(params: Params<'_>, out: &mut Vec<u8>) {
    if has_salt(params).is_some() {
        out.text(params.or("field_delimiter", "~")).text("salt=").bytes(&[key::MARK]);
    }
}

fn has_salt<'a>(params: Params<'a>) -> Option<&'a str> {
    params.get("salt").filter(|salt| !salt.is_empty())
}

fn delimiter(params: Params<'_>) -> Result<&str> {
    let text = params.or("field_delimiter", "~");
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_punctuation() && byte != b'=');
    fits.then_some(text).ok_or_else(|| {
        Error::Usage("--param field_delimiter=… takes marks like ~ or |, no letters and no `=`".into())
    })
}

/// Escapes in lower case, as the setting says.
fn escaped(text: &str, params: Params<'_>, out: &mut Vec<u8>) -> Result<()> {
    let kept = match params.or("escape", "off") {
        "off" => {
            out.text(text);
            return Ok(());
        }
        "python" => &PYTHON,
        "node" => &NODE,
        _ => {
            match text.bytes().find(|byte| *byte == b' ' || PYTHON.contains(*byte) != NODE.contains(*byte)) {
                None => &PYTHON,
                Some(byte) => {
                    let text = format!(
                        "Akamai's libraries escape `{}` differently; pass --param escape=python or escape=node, \
                     whichever the property agrees with",
                        byte as char
                    );
                    return Err(Error::Data(text));
                }
            }
        }
    };
    let start = out.len();
    out.percent(text, kept);
    // Every percent sign is one of ours: those of the text were escaped.
    for at in start..out.len() {
        if out[at] == b'%' {
            out[at + 1..at + 3].make_ascii_lowercase();
        }
    }
    if params.get("escape") == Some("python") && text.contains(' ') {
        let plus: Vec<u8> = std::str::from_utf8(&out[start..]).unwrap_or_default().replace("%20", "+").into();
        out.truncate(start);
        out.bytes(&plus);
    }
    Ok(())
}

fn prepare(secret: &[u8], params: Params<'_>) -> Result<Box<dyn key::Key>> {
    let key = key::hmac(params.or("algorithm", "sha256"), secret, Spelling::Hex)?;
    Ok(match has_salt(params) {
        Some(salt) => key::salted(key, salt.as_bytes()),
        None => key,
    })
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let name = name(claims.params)?;
    match claims.form {
        Form::Token => {}
        Form::Cookie => _ = out.text(name).text("="),
        Form::Header => _ = out.text(name).text(": "),
        _ => {
            url.write(out);
            out.text(url.joint()).text(name).text("=");
        }
    }
    carried(claims, out)?;
    out.text(delimiter(claims.params)?).text("hmac=").bytes(&seal.signature);
    Ok(())
}

fn name(params: Params<'_>) -> Result<&str> {
    let name = params.or("token_name", NAMES[0]);
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if name.is_empty() || !plain {
        return Err(Error::Usage("--param token_name=… takes letters, digits, - and _".into()));
    }
    Ok(name)
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let (form, name, token) = found(visit)?;
    let (params, delimiter) = (visit.params, delimiter(visit.params)?);
    let mark = format!("{delimiter}hmac=");
    let (carried, signature) = token.rsplit_once(&mark).ok_or(Error::Malformed("token"))?;
    let [ip, start, expires, list, id, data] = fields::taken_apart(carried, delimiter, &FIELDS)?;
    let url = match form {
        Form::Query => visit.url.without(|key| key == name),
        _ => visit.url.borrowed(),
    };
    signed.text(carried);
    if list.is_none() {
        path(&url, params, signed)?;
    }
    salt(params, signed);

    let separator: Vec<char> = params.or("acl_delimiter", "!").chars().collect();
    let covers =
        |list: &str| covers_globs(list, &separator, &url.rooted().path) && !climbs(&url.rooted().path);
    let covers = list.is_none_or(covers);
    let claims = Claims {
        expires: Some(text::number(expires.ok_or(Error::Malformed("exp"))?, "exp")?),
        not_before: start.map(|start| text::number(start, "st")).transpose()?,
        ip: ip.map(|ip| unescaped(ip, params)).transpose()?,
        scope: list.map_or(Scope::Url, |list| Scope::Globs(list.into())),
        form,
        ..visit.claims()
    };
    let mut found = Inspection::new(url, claims, signature.as_bytes()).covering(covers);
    for (name, text) in [("session_id", id), ("payload", data)] {
        if let Some(text) = text {
            found = found.note(name, unescaped(text, params)?);
        }
    }
    Ok(found.shaped(Spelling::Hex, length(signature, params)))
}

/// The bytes that the signature should have; where no algorithm is set, one of the three tells itself.
fn length(signature: &str, params: Params<'_>) -> usize {
    match (params.get("algorithm"), signature.len()) {
        (Some("sha1"), _) | (None, 40) => 20,
        (Some("md5"), _) | (None, 32) => 16,
        _ => 32,
    }
}

/// The token and where it stands: in the query, else a cookie, else a header.
fn found<'v>(visit: &'v Visit<'v>) -> Result<(Form, &'v str, &'v str)> {
    let given = visit.params.get("token_name");
    let names = || given.into_iter().chain(NAMES.iter().copied().filter(|_| given.is_none()));
    for name in names() {
        let mut values = visit.url.pairs().filter(|(key, _)| *key == name);
        match (values.next(), values.next()) {
            (Some((_, token)), None) => return Ok((Form::Query, name, token)),
            (Some(_), Some(_)) => return Err(Error::Malformed("token")),
            _ => {}
        }
    }
    let cookie = |name| Some((Form::Cookie, name, visit.cookie(name)?));
    let header = |name| Some((Form::Header, name, visit.header(name)?));
    names().find_map(cookie).or_else(|| names().find_map(header)).ok_or(Error::Malformed("token"))
}

fn unescaped<'v>(text: &'v str, params: Params<'_>) -> Result<Cow<'v, str>> {
    let decoded = match params.or("escape", "off") {
        "off" => return Ok(text.into()),
        "python" => text::form_decode(text),
        _ => text::percent_decode(text),
    };
    decoded.ok_or(Error::Malformed("token"))
}

/// What the edge would not find again in the request, or would cut elsewhere.
fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let params = claims.params;
    let (name, delimiter) = (name(params)?, delimiter(params)?);
    if url.value(name).is_some() {
        return Err(Error::Usage(format!("the URL has a parameter `{name}` already; sign the plain URL")));
    }
    if let Some(ip) = claims.ip.as_deref().filter(|ip| ip.parse::<IpAddr>().is_err()) {
        return Err(Error::Usage(format!("`{ip}` is no IP address; Akamai takes one, not a network")));
    }
    let path = url.rooted().path.into_owned();
    let list = claims.scope.text();
    if list.unwrap_or(&path).contains(delimiter) && (list.is_some() || params.or("escape", "off") == "off") {
        return Err(Error::Usage(format!(
            "{path}: Akamai's fields are cut at `{delimiter}`; write it percent-encoded, or choose another path"
        )));
    }
    access(&path, claims)?;
    let mut token = Vec::new();
    carried(claims, &mut token)?;
    match token.into_iter().find(|byte| !carriable(*byte, claims.form)) {
        None => Ok(()),
        Some(byte) => Err(Error::Usage(format!(
            "byte %{byte:02X} in the token does not survive in a {}; leave it out, or pass --param escape=…",
            claims.form.name()
        ))),
    }
}

fn access(path: &str, claims: &Claims<'_>) -> Result<()> {
    let separator: Vec<char> = claims.params.or("acl_delimiter", "!").chars().collect();
    let list: Cow<'_, str> = match &claims.scope {
        Scope::Prefix(prefix) => format!("{prefix}*").into(),
        Scope::Globs(list) => Cow::Borrowed(list),
        _ => return Ok(()),
    };
    if !list.split(separator.as_slice()).all(|entry| entry.starts_with('/')) {
        return Err(Error::Usage(format!(
            "`{list}`: each entry of an access list is a path from its first /"
        )));
    }
    if covers_globs(&list, &separator, path) && !climbs(path) {
        return Ok(());
    }
    Err(Error::Usage(format!("the access list {list} does not cover {path}; Akamai would refuse the URL")))
}

/// Whether a byte arrives as it was written.
const fn carriable(byte: u8, form: Form) -> bool {
    match form {
        Form::Query => {
            byte.is_ascii_graphic() && !matches!(byte, b'&' | b'#' | b'+' | b'"' | b'\'' | b'<' | b'>')
        }
        Form::Cookie => byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\'),
        _ => byte.is_ascii_graphic() || byte == b' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Signer, Verdict, detect},
    };

    const URL: &str = "https://media.example.com/v/a.mp4?q=1";
    const NOW: u64 = 1_800_000_000;
    const KEY: &str = "00112233445566778899aabbccddeeff";

    fn signer(key: &str, params: Params<'_>) -> Signer {
        Signer::new(&SCHEME, &Secret::new(key), params).unwrap()
    }

    fn claims() -> Claims<'static> {
        Claims { expires: Some(NOW + 60), ..Claims::default() }
    }

    fn listed(list: &'static str) -> Claims<'static> {
        Claims { scope: Scope::Globs(list.into()), ..claims() }
    }

    fn with(params: &'static [(&'static str, &'static str)]) -> Claims<'static> {
        Claims { params: Params(params), ..claims() }
    }

    fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
        let mut out = Vec::new();
        signer(KEY, claims.params).seal().mint(&Url::parse(url)?, claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verdict(url: &str, visit: &Visit<'_>) -> Verdict {
        let visit = Visit { url: Url::parse(url).unwrap(), ..visit.clone() };
        signer(KEY, visit.params).seal().verify(&visit).unwrap()
    }

    fn at(now: u64) -> Visit<'static> {
        Visit { now, ..Visit::default() }
    }

    #[test]
    fn a_token_for_a_url_holds_between_its_times_and_for_itself_only() {
        let signed = mint(&Claims { not_before: Some(NOW), ..claims() }, URL).unwrap();
        assert!(
            signed.starts_with("https://media.example.com/v/a.mp4?q=1&__token__=st=1800000000~exp="),
            "{signed}"
        );
        assert!(verdict(&signed, &at(NOW + 59)).is_valid());
        assert_eq!(verdict(&signed, &at(NOW + 60)), Verdict::Expired { seconds: 0 });
        assert_eq!(verdict(&signed, &at(NOW - 1)), Verdict::NotYetValid { seconds: 1 });
        for (from, to) in
            [("a.mp4", "b.mp4"), ("q=1", "q=2"), ("q=1&", ""), ("exp=18", "exp=28"), ("st=18", "st=17")]
        {
            assert!(signed.contains(from), "{from}");
            assert_eq!(verdict(&signed.replace(from, to), &at(NOW)), Verdict::Mismatch, "{from} {to}");
        }
        let visit = Visit { url: Url::parse(&signed).unwrap(), ..at(NOW) };
        let other = signer("ffeeddccbbaa99887766554433221100", Params::default());
        assert_eq!(other.seal().verify(&visit).unwrap(), Verdict::Mismatch);
    }

    #[test]
    fn an_access_list_covers_its_paths_and_no_others() {
        let signed = mint(&listed("/v/*!/w/?.ts"), URL).unwrap();
        let (_, token) = signed.split_once("__token__=").unwrap();
        let asked = |path: &str| verdict(&format!("https://any.example{path}?__token__={token}"), &at(NOW));
        for path in ["/v/a.mp4", "/v/deep/b.ts", "/w/1.ts"] {
            assert!(asked(path).is_valid(), "{path}");
        }
        for path in ["/secret", "/w/12.ts", "/v/../secret", "/v/%2e%2E/secret", "/V/a"] {
            assert_eq!(asked(path), Verdict::Refused(Claim::Globs), "{path}");
        }
        let prefix = mint(&Claims { scope: Scope::Prefix("/v/".into()), ..claims() }, URL).unwrap();
        assert!(prefix.contains("~acl=/v/*~hmac="), "{prefix}");
        assert_eq!(verdict(&signed.replace("/w/?", "/*?"), &at(NOW)), Verdict::Mismatch);
    }

    #[test]
    fn every_form_is_found_again() {
        for (form, header) in [(Form::Cookie, "Cookie"), (Form::Header, "__token__")] {
            let minted = mint(&Claims { form, ..listed("/v/*") }, URL).unwrap();
            let value = minted.strip_prefix("__token__: ").unwrap_or(&minted);
            let headers = [(header, value)];
            let visit = Visit { headers: &headers, ..at(NOW) };
            assert!(verdict(URL, &visit).is_valid(), "{minted}");
            assert_eq!(verdict("https://h/secret", &visit), Verdict::Refused(Claim::Globs));
        }
        let named = with(&[("token_name", "hdnea")]);
        let signed = mint(&named, URL).unwrap();
        assert!(verdict(&signed, &Visit { params: named.params, ..at(NOW) }).is_valid());
        assert_eq!(
            verdict(&signed, &at(NOW)),
            Verdict::Malformed("token"),
            "another name is another scheme's"
        );
        let token = mint(&Claims { form: Form::Token, ..claims() }, URL).unwrap();
        assert!(token.starts_with("exp="), "{token}");
    }

    #[test]
    fn a_scheme_is_found_from_the_url_with_any_digest() {
        for algorithm in [&[("algorithm", "sha256")], &[("algorithm", "sha1")], &[("algorithm", "md5")]] {
            let named = mint(&with(algorithm), URL).unwrap().replace("__token__", "hdnts");
            assert_eq!(
                detect(&named).iter().map(|scheme| scheme.id).collect::<Vec<_>>(),
                ["akamai-edgeauth"],
                "{named}"
            );
            assert!(detect(&named[..named.len() - 2]).is_empty());
        }
    }

    #[test]
    fn an_address_is_judged_and_named_where_it_is_not_known() {
        for params in [Params(&[]), Params(&[("escape", "on")])] {
            let signed = mint(&Claims { ip: Some("2001:db8::7".into()), params, ..claims() }, URL).unwrap();
            let from = |ip| verdict(&signed, &Visit { ip, params, ..at(NOW) });
            assert!(from(Some("2001:db8::7")).is_valid());
            assert_eq!(from(Some("2001:db8::8")), Verdict::Refused(Claim::Ip));
            assert!(matches!(from(None), Verdict::Valid { unchecked, .. } if unchecked == [Claim::Ip]));
        }
    }

    #[test]
    fn a_salt_is_hashed_and_never_shown() {
        let salted = with(&[("salt", "pepper")]);
        let signer = signer(KEY, salted.params);
        let (mut seal, mut out) = (signer.seal(), Vec::new());
        seal.mint(&Url::parse(URL).unwrap(), &salted, &mut out).unwrap();
        assert!(!String::from_utf8_lossy(&seal.canonical).contains("pepper"));
        let signed = String::from_utf8(out).unwrap();
        assert!(!signed.contains("pepper"));
        assert!(verdict(&signed, &Visit { params: salted.params, ..at(NOW) }).is_valid());
        assert_eq!(verdict(&signed, &at(NOW)), Verdict::Mismatch);
        assert_eq!(
            verdict(&signed, &Visit { params: Params(&[("salt", "sugar")]), ..at(NOW) }),
            Verdict::Mismatch
        );
        // A NUL byte in the URL would be a second place for it.
        assert!(mint(&salted, "https://h/a\0b").is_err());
    }

    #[test]
    fn where_the_libraries_escape_differently_one_must_be_named() {
        let [on, python, node] = ["on", "python", "node"]
            .map(|escape| Params(Box::leak(Box::new([("escape", escape), ("payload", "user=7;é/x")]))));
        let minted = |params| mint(&Claims { params, ..claims() }, URL).unwrap();
        assert_eq!(minted(on), minted(python));
        assert_eq!(minted(on), minted(node));
        assert!(minted(on).contains("~data=user%3d7%3b%c3%a9%2fx~hmac="));
        for path in ["/a%20b c", "/~user/x", "/a!b", "/a(b)"] {
            let refused = mint(&with(&[("escape", "on")]), path).unwrap_err().to_string();
            assert!(refused.contains("escape=python"), "{refused}");
            let (python, node) = (with(&[("escape", "python")]), with(&[("escape", "node")]));
            assert_ne!(mint(&python, path).unwrap(), mint(&node, path).unwrap(), "{path}");
        }
    }

    #[test]
    fn a_value_that_reads_like_a_field_is_refused() {
        for params in [
            &[("payload", "a~exp=9999999999")],
            &[("session_id", "a~acl=/*")],
            &[("session_id", "a~hmac=00")],
            &[("payload", "a~url=/x")],
        ] {
            assert!(mint(&with(params), URL).unwrap_err().to_string().contains("field"), "{params:?}");
        }
        assert!(mint(&listed("/v/*~id=1"), URL).is_err());
        assert!(mint(&listed("/~v/*"), URL).is_ok(), "a mark alone begins no field");
        assert!(mint(&Claims { expires: Some(0), ..claims() }, URL).is_err());
        assert!(mint(&Claims { expires: None, ..claims() }, URL).is_err());
    }

    #[test]
    fn what_is_missing_or_broken_is_malformed() {
        let signed = mint(&Claims { not_before: Some(1), ..listed("/v/*") }, URL).unwrap();
        for (from, to, part) in [
            ("__token__=", "x=", "token"),
            ("~hmac=", "~mac=", "token"),
            ("st=1~", "st=01~", "st"),
            ("exp=1", "exp=+1", "exp"),
            ("exp=1", "id=1", "token"),
            ("st=1~exp=1800000060", "exp=1800000060~st=1", "token"),
            ("st=1~", "st=1~st=1~", "token"),
            ("~acl=", "~url=/v/a.mp4~acl=", "token"),
            ("st=1~exp=1800000060~", "st=1~", "exp"),
            ("st=1", "x=1", "token"),
            ("?q=1", "?__token__=exp=1~hmac=00", "token"),
        ] {
            assert!(signed.contains(from), "{from}");
            assert_eq!(verdict(&signed.replace(from, to), &at(NOW)), Verdict::Malformed(part), "{from} {to}");
        }
    }

    #[test]
    fn keys_and_settings_that_will_not_do_are_refused() {
        for key in ["001", "zz", "0011\n"] {
            let refused = Signer::new(&SCHEME, &Secret::new(key), Params::default());
            assert!(refused.is_err_and(|error| error.to_string().contains("hex")), "{key}");
        }
        let sha512 = Signer::new(&SCHEME, &Secret::new(KEY), Params(&[("algorithm", "sha512")]));
        assert!(matches!(sha512, Err(Error::Usage(_))));
        for params in [
            &[("field_delimiter", "x")],
            &[("field_delimiter", "")],
            &[("field_delimiter", "=")],
            &[("token_name", "a=b")],
        ] {
            assert!(matches!(mint(&with(params), URL), Err(Error::Usage(_))), "{params:?}");
        }
    }

    #[test]
    fn what_the_edge_would_not_take_is_refused_before_it_is_signed() {
        let guarded = |url: &str, claims: &Claims<'_>| guard(&Url::parse(url).unwrap(), claims);
        assert!(guarded(URL, &claims()).is_ok() && guarded(URL, &listed("/v/*!/w/*")).is_ok());
        for (url, claims) in [
            (URL, listed("/w/*")),
            (URL, listed("v/*")),
            (URL, listed("/v/*!https://h/*")),
            ("https://h/v/../a", listed("/v/*")),
            ("https://h/~v/a", claims()),
            ("https://h/~v/a", listed("/~v/*")),
            ("https://h/a?hdnea=1", with(&[("token_name", "hdnea")])),
            (URL, Claims { ip: Some("203.0.113.0/24".into()), ..claims() }),
            (URL, with(&[("payload", "a&b")])),
            (URL, with(&[("payload", "a b")])),
            (URL, Claims { form: Form::Cookie, ..with(&[("payload", "a;b")]) }),
            (URL, Claims { form: Form::Header, ..with(&[("payload", "a\r\nX: y")]) }),
        ] {
            assert!(matches!(guarded(url, &claims), Err(Error::Usage(_))), "{url} {claims:?}");
        }
        assert!(guarded(URL, &with(&[("payload", "a&b"), ("escape", "on")])).is_ok());
    }
}
