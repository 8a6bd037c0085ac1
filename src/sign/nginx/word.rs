//! nginx's older secure_link_secret: MD5 over the bytes of the request behind a prefix.

use super::{ENDLESS, answered, served};
use crate::{
    error::{Error, Result},
    sign::{
        Claims, Form, Inspection, Param, Params, Scheme, Spelling, Url, Visit, key,
        served::{escapes_are_whole, lowered},
        text::Append,
    },
};

/// `secure_link_secret`.
pub const SCHEME: Scheme = Scheme {
    id: "nginx-secure-link-secret",
    title: "nginx secure_link_secret",
    about: "MD5 in hex over the link and the secret, carried as `/<prefix>/<md5>/<link>`; the prefix is one segment. \
            The link is what stands behind, byte for byte as requested, its query included. It has no end: only \
            another secret ends it.",
    source: ENDLESS.source,
    claims: &[],
    forms: &[Form::Path],
    params: &[Param::text("prefix").about("the location with the directive, one segment; /p/ unless given")],
    canonical: |url, _, out| {
        link(url, out);
        out.bytes(&[key::MARK]);
        Ok(())
    },
    prepare: |secret, _| key::digest("md5", secret, Spelling::Hex),
    assemble: |url, claims, seal, out| {
        out.text(&url.rooted().origin).text("/").text(prefix(claims.params)?).text("/");
        out.bytes(&seal.signature).text("/");
        link(url, out);
        Ok(())
    },
    inspect,
    guard,
    ..Scheme::BASE
};

/// The one segment in front of the hash, without its slashes.
fn prefix(params: Params<'_>) -> Result<&str> {
    let word = params.or("prefix", "/p/");
    let word = word.strip_prefix('/').unwrap_or(word);
    let word = word.strip_suffix('/').unwrap_or(word);
    match word.is_empty() || word.contains(['/', '?', '#', '%', ' ']) {
        false => Ok(word),
        true => Err(Error::Usage(
            "nginx looks for the hash behind the first segment; give --param prefix=… one segment, such as /p/"
                .into(),
        )),
    }
}

fn link(url: &Url<'_>, out: &mut Vec<u8>) {
    let url = url.rooted();
    let url = url.sent();
    let path = &*url.path;
    out.text(path.strip_prefix('/').unwrap_or(path));
    if let Some(query) = &url.query {
        out.text("?").text(query);
    }
}

fn inspect<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    const MALFORMED: Error = Error::Malformed("path of the URL");
    let rest =
        visit.url.path.strip_prefix('/').and_then(|path| path.strip_prefix(prefix(visit.params).ok()?));
    let rest = rest.and_then(|rest| rest.strip_prefix('/')).ok_or(MALFORMED)?;
    let slash = rest.find('/').ok_or(MALFORMED)?;
    let (signature, path) = rest.split_at(slash);
    let url = Url { path: path.into(), ..visit.url.borrowed() };
    let served = served(&url)?;
    if path == "/" && url.query.is_none() {
        return Err(MALFORMED);
    }
    let claims = Claims { form: Form::Path, ..visit.claims() };
    Ok(answered(Inspection::new(url, claims, lowered(signature)).shaped(Spelling::Hex, 16), served))
}

fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    prefix(claims.params)?;
    if !escapes_are_whole(&url.path) {
        return Err(Error::Usage(
            "a % of the path begins no escape, and nginx answers 400; write it as %25".into(),
        ));
    }
    let mut text = Vec::new();
    link(url, &mut text);
    match text.is_empty() {
        false => Ok(()),
        true => Err(Error::Usage("nginx refuses a link without text; name a file behind the slash".into())),
    }
}
