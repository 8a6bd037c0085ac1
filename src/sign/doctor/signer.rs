//! What the signer may have done otherwise: another text, other settings, another reading of the key, another
//! spelling of the signature.

use super::{
    digest::Other,
    escapes::{self, encodings, escaped, has_escape, lowered, uppered},
    guess::{BytesEdit, ClaimsEdit, Guess, Reading, Trials},
    keys::{Entry, written},
    link::{replaced, respelled},
    urls::{added_later, urls},
    variant::{Slot, Variant},
};
use crate::sign::{
    Claims, SCHEMES, Scheme, Scope, Spelling, Url,
    text::{self, COMPONENT, utf16_length},
};
use std::rc::Rc;
use zeroize::Zeroizing;

/// Every change of what was signed, and with what.
pub fn variants(guess: &Guess, reading: Option<&Reading>, trials: &mut Trials<'_>) -> Vec<Variant> {
    let mut all = Vec::new();
    if let Some(reading) = reading {
        paths(reading, &mut all);
        let link = Url::parse(&guess.link);
        let mut later = link.map_or_else(|_| Vec::new(), |url| added_later(&url, guess.scheme.reserved));
        later.extend(added_later(&reading.url, &[]));
        for (cause, what, url) in urls(&reading.url, &[], &later, trials.question.hosts) {
            all.push(signed_url(cause, what, url));
        }
        included(reading, &mut all);
        signatures(reading, &mut all);
        claims(reading, guess, &mut all);
        constructions(guess, reading, trials, &mut all);
    }
    settings(guess, &mut all);
    let own = reading.and_then(|reading| trials.own(guess, reading));
    schemes(guess, reading, own.is_some(), &mut all);
    if let Some(reading) = reading {
        texts(reading, &mut all);
    }
    keys(guess, own, &mut all);
    ring(guess, reading, &mut all);
    requests(guess, trials, &mut all);
    all
}

fn signed_url(cause: &'static str, what: impl Into<String>, url: Url<'static>) -> Variant {
    Variant::new(cause, Slot::Url, what, move |guess| {
        let url = url.clone();
        guess.url = Some(Rc::new(move |_| Some(url.clone())));
    })
}

/// Encodings of the path and the query that was hashed.
fn paths(reading: &Reading, all: &mut Vec<Variant>) {
    let url = &reading.url;
    let query = url.query.as_deref();
    let mut with = |cause, what: &str, path: String, query: Option<String>| {
        if path != url.path || query.as_deref() != url.query.as_deref() {
            let url = Url { path: path.into(), query: query.map(Into::into), ..url.clone() };
            all.push(signed_url(cause, what, url));
        }
    };
    let same = || query.map(str::to_owned);
    if let Some(decoded) = text::percent_decode(&url.path) {
        with("path.not-encoded", "the path is decoded before it is hashed", decoded.to_string(), same());
        let query = query.and_then(text::percent_decode).map(String::from);
        with("path.not-encoded", "path and query are decoded before they are hashed", decoded.into(), query);
    }
    if let Some(decoded) = text::form_decode(&url.path).filter(|_| url.path.contains('+')) {
        with("path.plus-for-space", "+ of the path is hashed as a space", decoded.into(), same());
    }
    for encoded in encodings(&url.path) {
        let both = query.map(|query| escaped(query, &escapes::PATH));
        with("path.encoded", "the path is percent-encoded before it is hashed", encoded.clone(), same());
        with("path.encoded", "path and query are percent-encoded before they are hashed", encoded, both);
    }
    for whole in [escaped(&url.path, &COMPONENT), lowered(&escaped(&url.path, &COMPONENT))] {
        with("path.encoded", "the path is percent-encoded, slashes too, before it is hashed", whole, same());
    }
    with("path.plus-for-space", "+ of the path is hashed as %20", url.path.replace('+', "%20"), same());
    with("path.plus-for-space", "%20 of the path is hashed as +", url.path.replace("%20", "+"), same());
    with("path.plus-for-space", "a space of the path is hashed as +", url.path.replace(' ', "+"), same());
    for (what, case) in [("upper", uppered as fn(&str) -> String), ("lower", lowered)] {
        let what = format!("the escapes are hashed in {what} case");
        with("path.escape-case", &what, case(&url.path), same());
        with("path.escape-case", &what, case(&url.path), query.map(case));
    }
    if let Some(query) = query {
        let path = || url.path.to_string();
        for (from, to) in [("+", "%20"), ("%20", "+"), (" ", "+")] {
            let what = format!("{from} of the query is hashed as {to}").replace("  ", " a space ");
            with("query.plus-for-space", &what, path(), Some(query.replace(from, to)));
        }
        if has_escape(query) {
            let decoded = text::percent_decode(query).map(String::from);
            with("path.not-encoded", "the query is decoded before it is hashed", path(), decoded);
        }
    }
}

/// Protocol and host before the path.
fn included(reading: &Reading, all: &mut Vec<Variant>) {
    let url = &reading.url;
    let Some((protocol, authority)) = url.origin.split_once("://") else { return };
    for (what, before) in [
        ("protocol and host are hashed before the path", format!("{protocol}://{authority}")),
        ("protocol and host are hashed before the path", format!("http://{authority}")),
        ("protocol and host are hashed before the path", format!("https://{authority}")),
        ("the host is hashed before the path", authority.to_owned()),
        ("the host is hashed before the path", format!("//{authority}")),
        ("the host is hashed before the path", format!("/{authority}")),
    ] {
        let path = format!("{before}{}", url.path);
        all.push(signed_url("host.included", what, Url { path: path.into(), ..url.clone() }));
    }
}

/// The signature in other spellings.
fn signatures(reading: &Reading, all: &mut Vec<Variant>) {
    let Some((due, bytes)) = reading.shape else { return };
    let Ok(given) = std::str::from_utf8(&reading.signature) else { return };
    let plain = text::percent_decode(given).unwrap_or_default();
    let mut with = |cause, what: &str, spelled: Vec<u8>| {
        if spelled != reading.signature {
            all.push(Variant::new(cause, Slot::Signature, what, move |guess| {
                let spelled = spelled.clone();
                guess.signature = Some(Rc::new(move |_| Some(spelled.clone())));
            }));
        }
    };
    let fits = |decoded: &[u8]| bytes.is_none_or(|bytes| bytes == decoded.len());
    if let Some(decoded) = Spelling::Hex.decode(plain.as_bytes()).filter(|decoded| fits(decoded)) {
        let mut spelled = Vec::new();
        due.encode(&decoded, &mut spelled);
        let (cause, what) = if due == Spelling::Hex {
            ("encoding.hex-case", "the signature is written in lower case")
        } else {
            ("encoding.hex-for-base64", "the hexadecimal signature is written in base64")
        };
        with(cause, what, spelled);
    }
    for (cause, spelled) in
        respelled(&plain).into_iter().chain([("encoding.base64-alphabet", plain.to_string())])
    {
        let standard =
            [Spelling::Base64, Spelling::Base64Url, Spelling::Base64UrlPadded, Spelling::Base64Tilde];
        let Some(decoded) = standard.iter().find_map(|spelling| spelling.decode(spelled.as_bytes())) else {
            continue;
        };
        if due == Spelling::Hex && fits(&decoded) {
            let mut hex = Vec::new();
            due.encode(&decoded, &mut hex);
            with("encoding.base64-for-hex", "the base64 signature is written in hexadecimal", hex);
        } else if due != Spelling::Hex {
            with(cause, "the signature is written as the scheme does", spelled.into_bytes());
        }
    }
}

/// Times in milliseconds, claims left out, another key id.
fn claims(reading: &Reading, guess: &Guess, all: &mut Vec<Variant>) {
    let mut with = |cause, what: &str, edit: ClaimsEdit| {
        all.push(Variant::new(cause, Slot::Claims, what, move |guess| guess.claims = Some(edit.clone())));
    };
    fn thousandfold(time: &mut Option<u64>) -> bool {
        let more = time.and_then(|seconds| seconds.checked_mul(1000));
        let changed = more.is_some();
        *time = more.or(*time);
        changed
    }
    const MS: &str = "time.milliseconds";
    with(MS, "the expiry is hashed in milliseconds", Rc::new(|claims| thousandfold(&mut claims.expires)));
    with(MS, "the start is hashed in milliseconds", Rc::new(|claims| thousandfold(&mut claims.not_before)));
    with(
        MS,
        "the time of minting is hashed in milliseconds",
        Rc::new(|claims| thousandfold(&mut claims.issued)),
    );
    with(
        MS,
        "the times are hashed in milliseconds",
        Rc::new(|claims| {
            let all = [&mut claims.expires, &mut claims.not_before, &mut claims.issued];
            all.into_iter().map(thousandfold).fold(false, |any, one| any | one)
        }),
    );
    for seconds in
        [reading.times.expires, reading.times.not_before, reading.times.issued].into_iter().flatten()
    {
        let (from, to) = (seconds.to_string(), format!("{seconds}000"));
        text_edit(all, MS, "the time is hashed in milliseconds", move |text| replaced(text, &from, &to));
    }
    let mut with = |cause, what: &str, edit: ClaimsEdit| {
        all.push(Variant::new(cause, Slot::Claims, what, move |guess| guess.claims = Some(edit.clone())));
    };
    const FORM: &str = "scheme.variant";
    with(FORM, "the address is not hashed", Rc::new(|claims| claims.ip.take().is_some()));
    with(
        FORM,
        "the countries are not hashed",
        Rc::new(|claims| claims.countries.take().is_some() | claims.blocked.take().is_some()),
    );
    with(FORM, "the start is not hashed", Rc::new(|claims| claims.not_before.take().is_some()));
    with(FORM, "the key id is not hashed", Rc::new(|claims| claims.key_id.take().is_some()));
    with(
        FORM,
        "the prefix is not hashed",
        Rc::new(|claims| std::mem::replace(&mut claims.scope, Scope::Url) != Scope::Url),
    );
    for id in guess.ring.iter().filter_map(|entry| entry.id.clone()) {
        let what = format!("the key id is {id}");
        let edit: ClaimsEdit = Rc::new(move |claims: &mut Claims<'_>| {
            let other = claims.key_id.as_deref() != Some(&id);
            claims.key_id = Some(id.clone().into());
            other
        });
        all.push(Variant::new("key.id-mismatch", Slot::Claims, what, move |guess| {
            guess.claims = Some(edit.clone());
            guess.any_key = guess.ring.len() > 1;
        }));
    }
}

fn text_edit(
    all: &mut Vec<Variant>,
    cause: &'static str,
    what: impl Into<String>,
    edit: impl Fn(&[u8]) -> Option<Vec<u8>> + 'static,
) {
    let edit: BytesEdit = Rc::new(edit);
    all.push(Variant::new(cause, Slot::Text, what, move |guess| guess.text = Some(edit.clone())));
}

/// Lengths counted otherwise, a line end, parts in another order.
fn texts(reading: &Reading, all: &mut Vec<Variant>) {
    let counted = |count: fn(&str) -> usize| move |text: &[u8]| lengths(text, count);
    text_edit(all, "length.utf8-bytes", "the length counts bytes", counted(str::len));
    text_edit(
        all,
        "length.code-points",
        "the length counts code points",
        counted(|text| text.chars().count()),
    );
    for (what, end) in [("a line feed", "\n"), ("a carriage return and a line feed", "\r\n")] {
        text_edit(all, "text.trailing-newline", format!("the text ends in {what}"), move |text| {
            Some([text, end.as_bytes()].concat())
        });
    }
    for (what, text) in rearranged(reading) {
        text_edit(all, "scheme.variant", what, move |_| Some(text.clone()));
    }
}

/// The text with each `length:` before exactly that many UTF-16 units counted otherwise.
fn lengths(text: &[u8], count: fn(&str) -> usize) -> Option<Vec<u8>> {
    let mut rest = std::str::from_utf8(text).ok()?;
    let (mut out, mut changed) = (String::new(), false);
    while let Some((length, after)) = rest.split_once(':') {
        let units: usize = length.trim_start_matches('|').parse().ok()?;
        let mut end = 0;
        let mut seen = 0;
        for character in after.chars() {
            if seen >= units {
                break;
            }
            seen += character.len_utf16();
            end += character.len_utf8();
        }
        let (counted, left) = after.split_at(end);
        if utf16_length(counted) != units {
            return None;
        }
        let bars = &length[..length.len() - length.trim_start_matches('|').len()];
        let other = count(counted);
        changed |= other != units;
        out.push_str(&format!("{bars}{other}:{counted}"));
        rest = left;
    }
    out.push_str(rest);
    changed.then(|| out.into_bytes())
}

/// The parts that the text is seen to be made of, in other orders, without one of them, and with other marks
/// between them.
fn rearranged(reading: &Reading) -> Vec<(&'static str, Vec<u8>)> {
    const MARKS: [&str; 10] = ["", ":", "|", "-", "\n", "?", "&", " ", "/", ","];
    let text = &reading.text;
    let parts = parts(reading);
    let mut all: Vec<(&'static str, Vec<u8>)> = Vec::new();
    if parts.len() < 2 || parts.len() > 4 {
        return all;
    }
    let pieces: Vec<&[u8]> = parts.iter().map(|(from, to)| &text[*from..*to]).collect();
    let between: Vec<&[u8]> = parts.windows(2).map(|pair| &text[pair[0].1..pair[1].0]).collect();
    let (head, tail) = (&text[..parts[0].0], &text[parts[parts.len() - 1].1..]);
    for order in permutations(pieces.len()) {
        let ordered: Vec<&[u8]> = order.iter().map(|at| pieces[*at]).collect();
        let mut same = head.to_vec();
        for (at, piece) in ordered.iter().enumerate() {
            same.extend_from_slice(if at == 0 { b"" } else { between[at - 1] });
            same.extend_from_slice(piece);
        }
        same.extend_from_slice(tail);
        all.push(("the parts of the text stand in another order", same));
        for mark in MARKS {
            // A line feed between the key and all the rest is the key's own.
            if mark == "\n" && ordered.len() == 2 && ordered[0] == [crate::sign::key::MARK] {
                continue;
            }
            all.push(("the parts of the text are joined in another way", ordered.join(mark.as_bytes())));
        }
    }
    for gone in 0..pieces.len() {
        let left: Vec<&[u8]> = (0..pieces.len()).filter(|at| *at != gone).map(|at| pieces[at]).collect();
        for mark in MARKS {
            all.push(("a part of the text is left out", left.join(mark.as_bytes())));
        }
    }
    all.retain(|(_, other)| other != text);
    all
}

/// Where path, times, address and secret stand in the text, each once and none inside another.
fn parts(reading: &Reading) -> Vec<(usize, usize)> {
    let query = reading.url.query.as_deref().map(|query| format!("{}?{query}", reading.url.path));
    let path = query.as_deref().unwrap_or(&reading.url.path);
    let times = [reading.times.expires, reading.times.not_before, reading.times.issued];
    let mut known = vec![path.as_bytes().to_vec()];
    if query.is_some() {
        known.push(reading.url.path.as_bytes().to_vec());
    }
    known.extend(reading.scope.iter().map(|scope| scope.as_bytes().to_vec()));
    known.extend(times.into_iter().flatten().map(|time| time.to_string().into_bytes()));
    known.extend(times.into_iter().flatten().map(|time| format!("{time:x}").into_bytes()));
    known.extend(reading.ip.iter().map(|ip| ip.as_bytes().to_vec()));
    known.push(vec![crate::sign::key::MARK]);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for piece in known {
        if piece.is_empty() || reading.text.len() > 2048 {
            continue;
        }
        let mut places = memchr::memmem::find_iter(&reading.text, &piece);
        if let (Some(at), None) = (places.next(), places.next()) {
            let (from, to) = (at, at + piece.len());
            if found.iter().all(|(begin, end)| to <= *begin || from >= *end) {
                found.push((from, to));
            }
        }
    }
    found.sort_unstable();
    found
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..count {
        let longer = |taken: Vec<usize>| {
            let free: Vec<usize> = (0..count).filter(|at| !taken.contains(at)).collect();
            free.into_iter().map(move |at| [&*taken, &[at]].concat()).collect::<Vec<_>>()
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

/// Other digests and other ways to mix in the secret.
fn constructions(guess: &Guess, reading: &Reading, trials: &mut Trials<'_>, all: &mut Vec<Variant>) {
    let Some(own) = trials.own(guess, reading) else { return };
    let mut with = |cause, what: String, other| {
        all.push(Variant::new(cause, Slot::Scheme, what, move |guess: &mut Guess| {
            let ring = guess.ring.iter().map(|entry| Entry { other: Some(other), ..entry.clone() });
            guess.ring = Rc::new(ring.collect());
        }));
    };
    for other in own.digests() {
        with("hash.other", format!("the digest is {}", other.digest.name()), other);
    }
    for other in own.kinds() {
        with("scheme.variant", "key and text are mixed in another way".into(), other);
    }
}

/// The listed values of each param, for the signer alone and for both sides.
fn settings(guess: &Guess, all: &mut Vec<Variant>) {
    for param in guess.scheme.params {
        let now = guess.made.iter().find(|(name, _)| name == param.name).map(|(_, value)| value.as_str());
        let now = now.or(param.values.first().copied());
        let cause = if algorithm(param.name) { "hash.other" } else { "scheme.variant" };
        for value in param.values.iter().filter(|value| Some(**value) != now) {
            let what = format!("{} is {value}", param.name);
            let set = move |settings: &mut super::guess::Settings| {
                let mut changed: Vec<_> =
                    settings.iter().filter(|(name, _)| name != param.name).cloned().collect();
                changed.push((param.name.to_owned(), (*value).to_owned()));
                *settings = Rc::new(changed);
            };
            all.push(Variant::new(cause, Slot::Scheme, what.clone(), move |guess| set(&mut guess.made)));
            all.push(Variant::new(cause, Slot::Scheme, what, move |guess| {
                set(&mut guess.made);
                set(&mut guess.read);
            }));
        }
    }
    salts(guess, all);
}

fn algorithm(name: &str) -> bool {
    ["algorithm", "hash", "digest", "alg", "hmac"].contains(&name)
}

/// A secret beside the key, left out or in its place.
fn salts(guess: &Guess, all: &mut Vec<Variant>) {
    for param in guess.scheme.params.iter().filter(|param| param.secret) {
        let Some((_, salt)) = guess.made.iter().find(|(name, _)| name == param.name) else { continue };
        let without: Vec<_> = guess.made.iter().filter(|(name, _)| name != param.name).cloned().collect();
        let with = |value: &str| {
            let mut settings = without.clone();
            settings.push((param.name.to_owned(), value.to_owned()));
            Rc::new(settings)
        };
        for settings in [Rc::new(without.clone()), with("")] {
            let what = format!("{} is left out", param.name);
            all.push(Variant::new("key.salt", Slot::Key, what, move |guess| {
                guess.made.clone_from(&settings);
                guess.read.clone_from(&settings);
            }));
        }
        let Some(key) = guess.ring.first().and_then(|entry| String::from_utf8(entry.bytes.to_vec()).ok())
        else {
            continue;
        };
        let (settings, salt) = (with(&key), salt.clone().into_bytes());
        all.push(Variant::new(
            "key.salt",
            Slot::Key,
            format!("key and {} change places", param.name),
            move |guess| {
                guess.made.clone_from(&settings);
                guess.read.clone_from(&settings);
                let first = guess
                    .ring
                    .first()
                    .map(|entry| Entry { bytes: Zeroizing::new(salt.clone()), ..entry.clone() });
                guess.ring = Rc::new(first.into_iter().collect());
            },
        ));
    }
}

/// Every other scheme, reading the link itself or taking over what was read.
fn schemes(guess: &Guess, reading: Option<&Reading>, digests: bool, all: &mut Vec<Variant>) {
    for scheme in SCHEMES.iter().filter(|scheme| scheme.id != guess.scheme.id) {
        let known = |name: &str| scheme.param(name).is_some();
        let shared: Vec<_> = guess.made.iter().filter(|(name, _)| known(name)).cloned().collect();
        let shared = Rc::new(shared);
        let what = format!("the scheme is {}", scheme.id);
        if let Some(reading) = reading
            && (digests || scheme.secret != guess.scheme.secret)
            && same_text(scheme, reading)
        {
            // Only the digest or the key's spelling differs, and that is found as such.
            continue;
        }
        let settings = shared.clone();
        all.push(Variant::new("scheme.variant", Slot::Scheme, what.clone(), move |guess| {
            guess.scheme = scheme;
            guess.maker = scheme;
            guess.read.clone_from(&settings);
            guess.made.clone_from(&settings);
        }));
        all.push(Variant::new("scheme.variant", Slot::Scheme, what, move |guess| {
            guess.maker = scheme;
            guess.made.clone_from(&shared);
        }));
    }
}

fn same_text(scheme: &Scheme, reading: &Reading) -> bool {
    let claims = Claims {
        expires: reading.times.expires,
        not_before: reading.times.not_before,
        issued: reading.times.issued,
        ..Claims::default()
    };
    let mut text = Vec::new();
    (scheme.canonical)(&reading.url, &claims, &mut text).is_ok() && text == reading.text
}

/// The key with line ends, quotes and blanks more or fewer, and in other spellings.
fn keys(guess: &Guess, own: Option<Other>, all: &mut Vec<Variant>) {
    let Some(entry) = guess.ring.first() else { return };
    // The armour of PEM is read over blanks.
    let armoured = memchr::memmem::find(&entry.bytes, b"-----BEGIN").is_some();
    let mut with = |cause, what: &str, bytes: &[u8], decoded: bool| {
        let bytes = Zeroizing::new(bytes.to_vec());
        let what = what.to_owned();
        all.push(Variant::new(cause, Slot::Key, what, move |guess| {
            let mut ring = (*guess.ring).clone();
            if let Some(first) = ring.first_mut() {
                // Bytes that the scheme refuses as a key are tried all the same.
                let other = own.filter(|_| decoded).or(first.other);
                *first = Entry { bytes: bytes.clone(), decoded, other, ..first.clone() };
            }
            guess.ring = Rc::new(ring);
        }));
    };
    let text: &[u8] = &entry.bytes;
    if armoured {
        return;
    }
    let decoded = written(guess.scheme, entry);
    for (what, end) in
        [("a line feed", "\n"), ("a carriage return and a line feed", "\r\n"), ("a carriage return", "\r")]
    {
        let what = format!("{what} ends the key");
        with("key.trailing-newline", &what, &[text, end.as_bytes()].concat(), false);
        if let Some(decoded) = &decoded {
            with("key.trailing-newline", &what, &[decoded, end.as_bytes()].concat(), true);
        }
        with("key.trailing-newline", &format!("{what}, undecoded"), &[text, end.as_bytes()].concat(), true);
    }
    let trimmed = text.trim_ascii_end();
    let bare = &text[..text.iter().rposition(|byte| !b"\r\n".contains(byte)).map_or(0, |at| at + 1)];
    with("key.trailing-newline", "the line end is taken off the key", bare, false);
    with("key.blank", "the blanks are taken off the key", trimmed.trim_ascii(), false);
    for (what, before, after) in [
        ("a blank ends the key", "", " "),
        ("a blank begins the key", " ", ""),
        ("a tab ends the key", "", "\t"),
    ] {
        with("key.blank", what, &[before.as_bytes(), text, after.as_bytes()].concat(), true);
    }
    for quote in ["\"", "'", "`"] {
        let quoted = [quote.as_bytes(), text, quote.as_bytes()].concat();
        with("key.quoted", "quotes stand around the key", &quoted, false);
        with("key.quoted", "quotes stand around the key", &quoted, true);
        let inner =
            text.strip_prefix(quote.as_bytes()).and_then(|inner| inner.strip_suffix(quote.as_bytes()));
        if let Some(inner) = inner {
            with("key.quoted", "the quotes are taken off the key", inner, false);
        }
    }
    spelled(text, decoded.as_ref().map(|decoded| &***decoded), &mut with);
}

fn spelled(text: &[u8], decoded: Option<&[u8]>, with: &mut impl FnMut(&'static str, &str, &[u8], bool)) {
    const CAUSE: &str = "key.encoding";
    with(CAUSE, "the key is used as it is written", text, true);
    with(CAUSE, "the key is used as it is written, in lower case", &text.to_ascii_lowercase(), true);
    with(CAUSE, "the key is used as it is written, in upper case", &text.to_ascii_uppercase(), true);
    let decode = |text: &[u8]| {
        let mut all: Vec<(&str, Vec<u8>)> = Vec::new();
        all.extend(Spelling::Hex.decode(text).map(|bytes| ("hexadecimal", bytes)));
        if let Ok(text) = std::str::from_utf8(text) {
            let others = respelled(text).into_iter().map(|(_, text)| text).chain([text.to_owned()]);
            for other in others {
                for spelling in [Spelling::Base64, Spelling::Base64Url, Spelling::Base64UrlPadded] {
                    all.extend(spelling.decode(other.as_bytes()).map(|bytes| ("base64", bytes)));
                }
            }
        }
        all.dedup();
        all
    };
    for (what, bytes) in decode(text).into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
        with(CAUSE, &format!("the key is decoded as {what}"), &bytes, true);
        with(CAUSE, &format!("the key is decoded as {what} first"), &bytes, false);
    }
    for bytes in [Some(text), decoded].into_iter().flatten() {
        for spelling in [Spelling::Hex, Spelling::Base64, Spelling::Base64Url] {
            let mut encoded = Vec::new();
            spelling.encode(bytes, &mut encoded);
            let what = format!("the key is written in {} and not decoded", spelling.name());
            with(CAUSE, &what, &encoded, true);
            with(CAUSE, &what, &encoded.to_ascii_uppercase(), true);
        }
    }
}

/// The other keys of the ring.
fn ring(guess: &Guess, reading: Option<&Reading>, all: &mut Vec<Variant>) {
    let named = reading.and_then(|reading| reading.key_id.as_deref());
    let strange = named.is_some_and(|named| {
        guess.ring.iter().all(|entry| entry.id.as_deref().is_some_and(|id| id != named))
    });
    let (cause, what) = if strange {
        ("key.id-mismatch", "the key id of the link is passed over")
    } else {
        ("key.other-of-ring", "the other keys of the ring are tried")
    };
    if strange || guess.ring.len() > 1 {
        all.push(Variant::new(cause, Slot::Key, what, |guess| guess.any_key = true));
    }
}

/// Other methods and addresses of the request.
fn requests(guess: &Guess, trials: &Trials<'_>, all: &mut Vec<Variant>) {
    for method in ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"] {
        if guess.method.as_deref() != Some(method) {
            let what = format!("the method is {method}");
            all.push(Variant::new("method.other", Slot::Request, what, move |guess| {
                guess.method = Some(method.to_owned());
            }));
        }
    }
    let mut addresses: Vec<Option<String>> = trials.question.addresses.iter().cloned().map(Some).collect();
    if let Some(ip) = &guess.ip {
        addresses.push(ip.strip_prefix("::ffff:").map(str::to_owned));
        addresses.push(Some(format!("::ffff:{ip}")));
        addresses.push(None);
    } else {
        addresses.extend(["127.0.0.1", "::1"].map(|ip| Some(ip.to_owned())));
    }
    for address in addresses {
        let what = match &address {
            Some(address) => format!("the address is {address}"),
            None => "no address is signed".to_owned(),
        };
        all.push(Variant::new("ip.mismatch", Slot::Request, what, move |guess| {
            guess.ip.clone_from(&address)
        }));
    }
}
