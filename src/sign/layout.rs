//! The layouts that the CDNs of China share: a digest over secret, path and a time from which a validity that
//! only the CDN's console knows is counted.
//!
//! A and D put it in the query, B and C in front of the path; the text of C and D is the same. What the vendors
//! call the time differs between versions of their own pages; here the link ends `validity` seconds after it.

use super::{
    Claims, Example, Form, Inspection, Param, Params, Seal, Spelling, Url, Visit, key, stamp,
    text::{self, Append},
};
use crate::error::{Error, Result};

/// How a layout writes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Unix seconds in decimal digits.
    Decimal,
    /// Unix seconds in hexadecimal digits of lower case.
    Hex,
    /// The same in upper case.
    UpperHex,
    /// `YYYYMMDDhhmm` eight hours ahead of UTC.
    Minute,
}

/// The zone of [`Time::Minute`], in seconds east of UTC.
pub const ZONE: i32 = stamp::CHINA as i32;

/// What every row takes.
pub const VALIDITY: Param = Param::text("validity").about(
    "how many seconds the CDN's console lets a link live from the time in it; verifying assumes 1800. 0 where \
     the time in the link is its end, as older pages of the vendors have it",
);

/// What every row's example needs.
pub const EXAMPLE: Example = Example { flags: "--param validity=1800", ..Example::BASE };

/// What the rows of layout A take.
pub const USER: Param = Param::text("uid").about("the user's id in the link; 0 unless given");

const ASSUMED: &str = "1800";

impl Time {
    /// Appends the time.
    pub fn write(self, seconds: u64, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Self::Decimal => _ = out.decimal(seconds),
            Self::Hex => hexadecimal(seconds, b"0123456789abcdef", out),
            Self::UpperHex => hexadecimal(seconds, b"0123456789ABCDEF", out),
            Self::Minute => {
                let minute = stamp::write_minute(seconds);
                out.bytes(&minute.ok_or_else(|| Error::Data("the expiry lies past the year 9999".into()))?);
            }
        }
        Ok(())
    }

    /// The seconds of a time in this form; hexadecimal is read in either case.
    #[must_use]
    pub fn read(self, text: &str) -> Option<u64> {
        match self {
            Self::Decimal => text::plain_number(text),
            Self::Hex | Self::UpperHex => {
                let plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                plain.then(|| u64::from_str_radix(text, 16).ok()).flatten()
            }
            Self::Minute => stamp::read_minute(text),
        }
    }
}

fn hexadecimal(number: u64, digits: &[u8; 16], out: &mut Vec<u8>) {
    let places = number.checked_ilog2().unwrap_or(0) / 4;
    out.extend((0..=places).rev().map(|place| digits[(number >> (4 * place)) as usize & 15]));
}

/// The time in the link: when it was minted, else as long before the expiry as the console lets it live.
fn time(claims: &Claims<'_>) -> Result<u64> {
    if let Some(issued) = claims.issued {
        return Ok(issued);
    }
    let (expires, validity) = (claims.expires()?, validity(claims.params)?);
    expires.checked_sub(validity).ok_or_else(|| {
        Error::Data(format!("an expiry of {expires} leaves no room for a validity of {validity} s before it"))
    })
}

fn validity(params: Params<'_>) -> Result<u64> {
    let seconds = text::plain_number(params.or("validity", ASSUMED));
    seconds.ok_or_else(|| Error::Usage("--param validity=… takes the console's validity in seconds".into()))
}

/// The path as it is asked for.
fn path<'u>(url: &'u Url<'_>, out: &mut Vec<u8>) {
    let url: Url<'u> = url.rooted();
    out.text(&url.sent().path);
}

/// What no layout can carry, and what only the operator knows.
pub fn guard(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    url.sent_as_written()?;
    if claims.params.get("validity").is_none() {
        return Err(Error::Usage(
            "when the link ends is set in the CDN's console; pass --param validity=SECONDS as it stands there"
                .into(),
        ));
    }
    time(claims).map(drop)
}

/// Where the operator chose the names of parameters: one that fits a query and is not taken.
pub fn free_name(url: &Url<'_>, name: &str) -> Result<()> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        return Err(Error::Usage(format!("{name:?} names no parameter; use letters, digits, - and _")));
    }
    match url.value(name) {
        None => Ok(()),
        Some(_) => Err(Error::Usage(format!("the URL has a parameter `{name}` already; sign the plain URL"))),
    }
}

/// A: `<path>-<time>-<random>-<user>-<secret>` is hashed.
pub fn hyphened(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    path(url, out);
    out.text("-");
    stamped(claims, out)?;
    out.text("-").bytes(&[key::MARK]);
    Ok(())
}

/// `<time>-<random>-<user>`.
fn stamped(claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.decimal(time(claims)?);
    for part in [claims.nonce.unwrap_or("0"), claims.params.or("uid", "0")] {
        if !plain(part) {
            return Err(Error::Usage(format!("`{part}` stands between hyphens; use letters and digits")));
        }
        out.text("-").text(part);
    }
    Ok(())
}

/// Whether a part cannot be taken for two.
fn plain(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A: `<name>=<time>-<random>-<user>-<digest>` behind the query.
pub fn write_hyphened(
    name: &str,
    url: &Url<'_>,
    claims: &Claims<'_>,
    seal: &Seal<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let url = url.sent();
    url.write(out);
    out.text(url.joint()).text(name).text("=");
    stamped(claims, out)?;
    out.text("-").bytes(&seal.signature);
    Ok(())
}

/// A: read back.
pub fn read_hyphened<'v>(name: &str, visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    const MALFORMED: Error = Error::Malformed("token");
    let token = once(&visit.url, name)?;
    let (carried, signature) = token.rsplit_once('-').ok_or(MALFORMED)?;
    let mut parts = carried.split('-');
    let (Some(at), Some(nonce), Some(user), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(MALFORMED);
    };
    let at = Time::Decimal.read(at).ok_or(MALFORMED)?;
    let url = visit.url.without(|other| other == name);
    // Whatever stands in the link is hashed, also where it is not what would be minted here.
    if user != visit.params.or("uid", "0") || !plain(user) || !plain(nonce) {
        path(&url, signed);
        signed.text("-").text(carried).text("-").bytes(&[key::MARK]);
    }
    let claims = Claims { nonce: Some(nonce), ..visit.claims() };
    Ok(found(visit, url, claims, at, signature)?.note("uid", user))
}

/// B: `<secret><time><path>` is hashed.
pub fn led_by_time(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.bytes(&[key::MARK]);
    Time::Minute.write(time(claims)?, out)?;
    path(url, out);
    Ok(())
}

/// B: `/<time>/<digest>` in front of the path.
pub fn write_led_by_time(
    url: &Url<'_>,
    claims: &Claims<'_>,
    seal: &Seal<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let url = url.rooted();
    let url = url.sent();
    out.text(&url.origin).text("/");
    Time::Minute.write(time(claims)?, out)?;
    out.text("/").bytes(&seal.signature);
    url.write_target(out);
    Ok(())
}

/// B: read back.
pub fn read_led_by_time<'v>(visit: &'v Visit<'v>, _signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let (at, signature, url) = led(&visit.url)?;
    let at = Time::Minute.read(at).ok_or(Error::Malformed("time"))?;
    found(visit, url, Claims { form: Form::Path, ..visit.claims() }, at, signature)
}

/// C and D: `<secret><path><time>` is hashed.
pub fn ended_by_time(form: Time, url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    out.bytes(&[key::MARK]);
    path(url, out);
    form.write(time(claims)?, out)
}

/// C: `/<digest>/<time>` in front of the path.
pub fn write_led_by_digest(
    form: Time,
    url: &Url<'_>,
    claims: &Claims<'_>,
    seal: &Seal<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let url = url.rooted();
    let url = url.sent();
    out.text(&url.origin).text("/").bytes(&seal.signature).text("/");
    form.write(time(claims)?, out)?;
    url.write_target(out);
    Ok(())
}

/// C: read back.
pub fn read_led_by_digest<'v>(
    form: Time,
    visit: &'v Visit<'v>,
    signed: &mut Vec<u8>,
) -> Result<Inspection<'v>> {
    let (signature, written, url) = led(&visit.url)?;
    let at = form.read(written).ok_or(Error::Malformed("time"))?;
    as_written(form, at, written, &url, signed)?;
    found(visit, url, Claims { form: Form::Path, ..visit.claims() }, at, signature)
}

/// D: `<names[0]>=<digest>&<names[1]>=<time>` behind the query.
pub fn write_pair(
    names: [&str; 2],
    form: Time,
    url: &Url<'_>,
    claims: &Claims<'_>,
    seal: &Seal<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let url = url.sent();
    url.write(out);
    out.text(url.joint()).text(names[0]).text("=").bytes(&seal.signature);
    out.text("&").text(names[1]).text("=");
    form.write(time(claims)?, out)
}

/// D: read back.
pub fn read_pair<'v>(
    names: [&str; 2],
    form: Time,
    visit: &'v Visit<'v>,
    signed: &mut Vec<u8>,
) -> Result<Inspection<'v>> {
    let (signature, written) = (once(&visit.url, names[0])?, once(&visit.url, names[1])?);
    let at = form.read(written).ok_or(Error::Malformed("time"))?;
    let url = visit.url.without(|name| names.contains(&name));
    as_written(form, at, written, &url, signed)?;
    found(visit, url, visit.claims(), at, signature)
}

/// A time is hashed as it stands in the link, whatever the setting would write.
fn as_written(form: Time, at: u64, written: &str, url: &Url<'_>, signed: &mut Vec<u8>) -> Result<()> {
    form.write(at, signed)?;
    let usual = signed.as_slice() == written.as_bytes();
    signed.clear();
    if !usual {
        signed.bytes(&[key::MARK]);
        path(url, signed);
        signed.text(written);
    }
    Ok(())
}

/// The value of a parameter of the operator's choice, which must stand exactly once.
fn once<'v>(url: &'v Url<'_>, name: &str) -> Result<&'v str> {
    let mut values = url.pairs().filter(|(key, _)| *key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(Error::Malformed("token")),
    }
}

/// Two segments in front of a path, and the URL without them.
fn led<'v>(url: &'v Url<'_>) -> Result<(&'v str, &'v str, Url<'v>)> {
    const MALFORMED: Error = Error::Malformed("path of the URL");
    let rest = url.path.strip_prefix('/').ok_or(MALFORMED)?;
    let (first, rest) = rest.split_once('/').ok_or(MALFORMED)?;
    let slash = rest.find('/').ok_or(MALFORMED)?;
    let (second, path) = rest.split_at(slash);
    Ok((first, second, Url { path: path.into(), ..url.borrowed() }))
}

fn found<'v>(
    visit: &'v Visit<'v>,
    url: Url<'v>,
    claims: Claims<'v>,
    at: u64,
    signature: &'v str,
) -> Result<Inspection<'v>> {
    let validity = validity(visit.params)?;
    let claims = Claims { issued: Some(at), expires: Some(at.saturating_add(validity)), ..claims };
    let query = url.query.is_some();
    let mut found = Inspection::new(url, claims, signature.as_bytes()).shaped(Spelling::Hex, 16);
    if visit.params.get("validity").is_none() {
        let note = format!("{validity} s are assumed; the console's stands in --param validity=…");
        found = found.note("validity", note);
    }
    Ok(if query { found.note("query", "not signed") } else { found })
}

#[cfg(test)]
mod tests;
