//! Apache Traffic Server's url_sig plugin: HMAC-SHA1 or -MD5 over chosen parts of host and path.
//!
//! Contract: section 10c. The vendor's sign.pl signs the empty part of a `//` and the plugin drops it, so a URL
//! with one in what is signed is refused. What follows the signature is ignored by the plugin, and here.

use super::{
    Claim, Claims, Example, Form, Inspection, Param, Scheme, Scope, Seal, Spelling, Until, Url, Visit,
    climbs, key,
    text::{self, Append},
};
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::net::IpAddr;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "ats-url-sig",
    title: "Apache Traffic Server url_sig",
    about: "HMAC in hex over those parts of host and path that P chooses (first digit the host with its port, the \
            next ones the path's parts, the last one repeats), over the URL's own query and over the fields of the \
            token, which stand last. A prefix of whole folders makes P itself. The path form puts the token before \
            the file name and signs neither that name nor the query. The key id is the index 0 to 15 of the key in \
            the plugin's file. http and https are not told apart; what follows the signature is ignored; the \
            visitor's address is compared as text.",
    source: "docs.trafficserver.apache.org, url_sig plugin; sign.pl 1372b5e; Apache Traffic Server 9.2.9",
    claims: &[Claim::Expires, Claim::Prefix, Claim::Ip, Claim::KeyId],
    forms: &[Form::Query, Form::Path],
    params: &[
        Param::one_of("algorithm", &["sha1", "md5"]).about("the digest of the HMAC"),
        Param::text("parts").about("P, one 0 or 1 for each part; 1 unless given: host and whole path"),
        Param::text("anchor")
            .about("the path parameter in which the path form stands, as the plugin's url_type wants it"),
    ],
    reserved: &["C", "E", "A", "K", "P", "S"],
    example: Example { flags: "--key-id 3", ..Example::BASE },
    bears: &["S"],
    until: Until::Through,
    canonical,
    prepare: |secret, params| key::hmac(params.or("algorithm", "sha1"), secret, Spelling::Hex),
    assemble,
    inspect,
    guard,
    ..Scheme::BASE
};

const MALFORMED: Error = Error::Malformed("token");
/// The most that the plugin reads of a key index.
const LAST_KEY: u64 = 15;

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let rooted = url.rooted();
    let url = rooted.sent();
    let parts = parts(claims)?;
    let path = if claims.form == Form::Path { folder(&url.path)?.0 } else { &*url.path };
    let signed = chosen(url.host(), path, &parts);
    if signed != chosen_by_script(url.host(), path, &parts) {
        let text = format!(
            "{path} has an empty part, which the vendor's script signs and its plugin drops; write one /"
        );
        return Err(Error::Data(text));
    }
    out.text(&signed);
    match (claims.form, &url.query) {
        (Form::Path, _) => return fields(";", claims, out.text(";")),
        (_, Some(query)) => out.text("?").text(query).text("&"),
        (_, None) => out.text("?"),
    };
    fields("&", claims, out)
}

/// The fields of a token, up to its signature.
fn fields(joint: &str, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    if let Some(ip) = claims.ip.as_deref() {
        out.text("C=").text(ip).text(joint);
    }
    let digest = if claims.params.get("algorithm") == Some("md5") { "2" } else { "1" };
    let index = index(claims.key_id()?).ok_or_else(|| {
        Error::Usage(format!("--key-id is the index 0 to {LAST_KEY} of the key in the plugin's file"))
    })?;
    out.text("E=").decimal(claims.expires()?).text(joint).text("A=").text(digest).text(joint);
    out.text("K=").decimal(index).text(joint).text("P=").text(&parts(claims)?).text(joint).text("S=");
    Ok(())
}

fn index(key_id: &str) -> Option<u64> {
    text::plain_number(key_id).filter(|index| *index <= LAST_KEY)
}

/// P: of the setting, or made for a prefix.
fn parts<'a>(claims: &Claims<'a>) -> Result<Cow<'a, str>> {
    let given = claims.params.get("parts");
    match (&claims.scope, given) {
        (Scope::Url, None) if claims.form == Form::Path => Err(Error::MissingClaim(
            "the path form does not sign the file name: pass --prefix /folder/ for what it opens, or --param parts=…",
        )),
        (Scope::Url, given) => {
            let parts = given.unwrap_or("1");
            let fits = !parts.is_empty() && parts.bytes().all(|digit| matches!(digit, b'0' | b'1'));
            fits.then_some(parts.into())
                .ok_or_else(|| Error::Usage("--param parts=… takes digits 0 and 1".into()))
        }
        (Scope::Prefix(prefix), None) => {
            let folders = prefix.strip_prefix('/').map(|rest| rest.split_terminator('/').collect::<Vec<_>>());
            match folders.filter(|folders| prefix.ends_with('/') && !folders.contains(&"")) {
                Some(folders) => Ok(format!("1{}0", "1".repeat(folders.len())).into()),
                None => Err(Error::Usage(format!(
                    "url_sig signs whole folders: write --prefix /a/b/, not {prefix:?}"
                ))),
            }
        }
        _ => Err(Error::Usage("a prefix makes P itself; give --prefix or --param parts=…".into())),
    }
}

/// Folder and file name.
fn folder(path: &str) -> Result<(&str, &str)> {
    path.rsplit_once('/').ok_or(Error::Malformed("path"))
}

/// The parts that the plugin signs: it takes none that is empty.
fn chosen(host: &str, path: &str, parts: &str) -> String {
    choose(std::iter::once(host).chain(path.split('/')).filter(|part| !part.is_empty()), parts)
}

/// The parts that sign.pl signs: it drops empty ones at the end only.
fn chosen_by_script(host: &str, path: &str, parts: &str) -> String {
    let path = path.strip_prefix('/').unwrap_or(path).trim_end_matches('/');
    choose(std::iter::once(host).chain(path.split('/').filter(|_| !path.is_empty())), parts)
}

fn choose<'p>(all: impl Iterator<Item = &'p str>, parts: &str) -> String {
    let digits = parts.bytes().chain(std::iter::repeat(parts.bytes().last().unwrap_or(b'0')));
    let chosen = all.zip(digits).filter(|(_, digit)| *digit == b'1').map(|(part, _)| part);
    chosen.collect::<Vec<_>>().join("/")
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let url = url.sent();
    if claims.form != Form::Path {
        url.write(out);
        fields("&", claims, out.text(url.joint()))?;
        out.bytes(&seal.signature);
        return Ok(());
    }
    let (folder, file) = folder(&url.path)?;
    let mut token = b";".to_vec();
    fields(";", claims, &mut token)?;
    token.bytes(&seal.signature);
    out.text(&url.origin).text(folder);
    match claims.params.get("anchor") {
        Some(_) if folder.is_empty() => {
            return Err(Error::Usage("an anchor stands in a folder's name: this path has no folder".into()));
        }
        Some(anchor) => out.text(";").text(anchor).text("="),
        None => out.text("/"),
    };
    out.spelled(Spelling::Base64Url, &token).text("/").text(file);
    if let Some(query) = &url.query {
        out.text("?").text(query);
    }
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    match visit.url.query.as_deref().and_then(Token::in_query) {
        Some(token) => inspect_query(visit, &token, signed),
        None => inspect_path(visit, signed),
    }
}

fn inspect_query<'v>(
    visit: &'v Visit<'v>,
    token: &Token<'v>,
    signed: &mut Vec<u8>,
) -> Result<Inspection<'v>> {
    let url = visit.url.rooted();
    signed.text(&chosen(url.host(), &url.path, token.parts));
    signed.text("?").text(token.before).text(token.fields);
    let own = (!token.before.is_empty()).then(|| Cow::Borrowed(&token.before[..token.before.len() - 1]));
    let own = Url { query: own, ..visit.url.borrowed() };
    let open = token.parts.ends_with('0') && climbs(&url.path);
    let claims = token.claims(&url.path, Form::Query, visit)?;
    found(own, claims, token).map(|found| found.covering(!open))
}

fn inspect_path<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let (before, file) = folder(&visit.url.path).map_err(|_| MALFORMED)?;
    let (parent, last) = before.rsplit_once('/').ok_or(MALFORMED)?;
    let anchored = match visit.params.get("anchor") {
        Some(anchor) => last.rsplit_once(&format!(";{anchor}=")),
        None => last.rsplit_once(';').and_then(|(name, rest)| Some((name, rest.split_once('=')?.1))),
    };
    let (folder, written) = match anchored {
        Some((name, written)) => (format!("{parent}/{name}"), written),
        None => (parent.to_owned(), last),
    };
    let decoded =
        Spelling::Base64Url.decode(written.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.ok_or(MALFORMED)?;
    let token = Token::read("", decoded.strip_prefix(';').ok_or(MALFORMED)?, ';').ok_or(MALFORMED)?;
    let base = Url { path: folder.as_str().into(), query: None, ..visit.url.borrowed() };
    let base = base.rooted();
    signed.text(&chosen(base.host(), &base.path, token.parts)).text(";").text(token.fields);
    let claims = token.claims(&base.path, Form::Path, visit)?;
    let open = climbs(&visit.url.path);
    let url = Url { path: format!("{folder}/{file}").into(), ..visit.url.borrowed() };
    Ok(found(url, claims, &token)?
        .covering(!open)
        .note("file", "the path form signs neither file name nor query"))
}

fn found<'v>(url: Url<'v>, claims: Claims<'v>, token: &Token<'_>) -> Result<Inspection<'v>> {
    let bytes = match token.algorithm {
        "1" => 20,
        "2" => 16,
        _ => return Err(Error::Malformed("A")),
    };
    let (signature, rest) = token.signature.split_at_checked(2 * bytes).unwrap_or((token.signature, ""));
    let algorithm = if bytes == 20 { "sha1" } else { "md5" };
    let found = Inspection::new(url, claims, signature.as_bytes().to_vec()).shaped(Spelling::Hex, bytes);
    let found = found.note("algorithm", algorithm).note("parts", token.parts);
    Ok(if rest.is_empty() { found } else { found.note("ignored", "what follows the signature") })
}

/// A token's fields, as they are written.
struct Token<'t> {
    /// The URL's own query with the mark that joins it to the token.
    before: &'t str,
    /// From the first field to `S=`.
    fields: &'t str,
    ip: Option<&'t str>,
    expires: &'t str,
    algorithm: &'t str,
    key: &'t str,
    parts: &'t str,
    /// What follows `S=`.
    signature: &'t str,
}

impl<'t> Token<'t> {
    /// The first run of fields in a query.
    fn in_query(query: &'t str) -> Option<Self> {
        let starts = query.match_indices('&').map(|(at, _)| at + 1);
        std::iter::once(0).chain(starts).find_map(|at| Self::read(&query[..at], &query[at..], '&'))
    }

    /// The fields in their order, of which only C may be absent.
    fn read(before: &'t str, text: &'t str, joint: char) -> Option<Self> {
        let mut rest = text;
        let mut field = |name: &str, ends: bool| {
            let value = rest.strip_prefix(name)?.strip_prefix('=')?;
            let end = if ends { value.find(joint)? } else { value.len() };
            rest = if ends { &value[end + 1..] } else { "" };
            Some(&value[..end])
        };
        let ip = field("C", true);
        let (expires, algorithm, key) = (field("E", true)?, field("A", true)?, field("K", true)?);
        let (parts, signature) = (field("P", true)?, field("S", false)?);
        let fits = !parts.is_empty() && parts.bytes().all(|digit| matches!(digit, b'0' | b'1'));
        let fields = &text[..text.len() - signature.len()];
        fits.then_some(Self { before, fields, ip, expires, algorithm, key, parts, signature })
    }

    fn claims<'v>(&self, path: &str, form: Form, visit: &Visit<'v>) -> Result<Claims<'v>> {
        if self.ip.is_some_and(|ip| !is_address(ip)) {
            return Err(Error::Malformed("C"));
        }
        let key = index(self.key).ok_or(Error::Malformed("K"))?;
        Ok(Claims {
            expires: Some(text::number(self.expires, "E")?),
            ip: self.ip.map(|ip| ip.to_owned().into()),
            key_id: Some(key.to_string().into()),
            scope: self.scope(path),
            form,
            ..visit.claims()
        })
    }

    /// P of the form 1…10 is a prefix of whole folders.
    fn scope(&self, path: &str) -> Scope<'static> {
        let ones = self.parts.strip_suffix('0').filter(|ones| !ones.is_empty() && !ones.contains('0'));
        let folders: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match ones.and_then(|ones| folders.get(..ones.len() - 1)) {
            Some([]) => Scope::Prefix("/".into()),
            Some(folders) => Scope::Prefix(format!("/{}/", folders.join("/")).into()),
            None => Scope::Url,
        }
    }
}

/// Whether it is an address as the plugin would print it: it compares texts.
fn is_address(ip: &str) -> bool {
    ip.parse::<IpAddr>().is_ok_and(|address| address.to_string() == ip)
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    if let Some(ip) = claims.ip.as_deref().filter(|ip| !is_address(ip)) {
        return Err(Error::Usage(format!(
            "`{ip}` is no address as url_sig compares it, by its text; write one address in its shortest form"
        )));
    }
    let query = url.query.as_deref().unwrap_or_default();
    if let Some(name) = ["C=", "E="].into_iter().find(|name| query.contains(name)) {
        return Err(Error::Usage(format!(
            "the plugin looks for `{name}` in the whole query, inside other names too; rename the parameter that ends so"
        )));
    }
    let anchor = claims.params.or("anchor", "a");
    if anchor.is_empty() || !anchor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    {
        return Err(Error::Usage("--param anchor=… takes letters, digits, - and _".into()));
    }
    url.sent_as_written()?;
    covered(&url.rooted().path, claims)
}

fn covered(path: &str, claims: &Claims<'_>) -> Result<()> {
    match claims.scope.text() {
        Some(prefix) if !path.starts_with(prefix) || climbs(path) => Err(Error::Usage(format!(
            "{path} is not below the prefix {prefix}; the plugin would refuse the URL"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
