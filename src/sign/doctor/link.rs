//! What may have happened to a link after it was signed: each change takes one such damage back.

use super::{
    escapes::*,
    guess::{Guess, Reading},
    urls::{added_later, urls},
    variant::{Slot, Variant},
};
use crate::sign::{
    Scheme, Url,
    text::{self, COMPONENT, UNRESERVED},
};
use std::borrow::Cow;

type Changes = Vec<(&'static str, String, String)>;

/// Every change of the link's text.
pub fn variants(guess: &Guess, reading: Option<&Reading>, hosts: &[String]) -> Vec<Variant> {
    let link = guess.link.as_str();
    let mut changes = Changes::new();
    html(link, &mut changes);
    wrapped(link, &mut changes);
    trailing(link, &mut changes);
    if reading.is_none() {
        separators(link, guess.scheme.reserved, &mut changes);
    }
    if let Ok(url) = Url::parse(link) {
        encoded_again(&url, &mut changes);
        decoded(&url, &mut changes);
        plus(&url, &mut changes);
        cases(&url, &mut changes);
        let later = added_later(&url, guess.scheme.reserved);
        for (cause, what, edited) in urls(&url, guess.scheme.reserved, &later, hosts) {
            changes.push((cause, what, edited.to_string()));
        }
        reserved_last(&url, guess.scheme, &mut changes);
        alphabets(&url, guess.scheme, &mut changes);
        if let Some(value) = reading.and_then(|reading| reading.key_id.as_deref()) {
            ids(link, value, guess, &mut changes);
        }
    }
    let mut variants: Vec<Variant> = Vec::new();
    for (cause, what, edited) in changes {
        if edited != link {
            variants.push(Variant::new(cause, Slot::Link, what, move |guess| guess.link.clone_from(&edited)));
        }
    }
    milliseconds(link, &mut variants);
    variants
}

fn html(link: &str, changes: &mut Changes) {
    let mut plain = link.to_owned();
    for escape in ["&amp;", "&AMP;", "&#38;", "&#x26;", "&#038;"] {
        plain = plain.replace(escape, "&");
    }
    // A page that escapes twice.
    for (text, what) in [
        (plain.clone(), "each &amp; is read as &"),
        (plain.replace("amp;", ""), "each &amp;amp; is read as &"),
    ] {
        changes.push(("url.html-escaped", what.into(), text));
    }
}

/// Blanks, line ends, and what cannot be seen.
fn wrapped(link: &str, changes: &mut Changes) {
    let blank =
        |c: char| c.is_whitespace() || c.is_control() || "\u{200b}\u{200c}\u{200d}\u{feff}\u{ad}".contains(c);
    let mut put = |what: &str, text: String| changes.push(("url.line-wrapped", what.into(), text));
    if link.contains(blank) {
        put("the white space is taken out", link.replace(blank, ""));
        put("the line ends of quoted-printable are taken out", link.replace("=\r\n", "").replace("=\n", ""));
        let quoted: String = link.lines().map(|line| line.trim_start_matches(['>', ' ', '|'])).collect();
        put("the line ends and the marks of a quoted mail are taken out", quoted);
    }
    let mut escapes = link.to_owned();
    for escape in ["%0D%0A", "%0d%0a", "%0A", "%0a", "%0D", "%0d", "%09"] {
        escapes = escapes.replace(escape, "");
    }
    put("the escapes of line ends are taken out", escapes);
    for (at, _) in link.match_indices("%20").take(8) {
        put("one %20 is taken out", format!("{}{}", &link[..at], &link[at + 3..]));
    }
}

fn trailing(link: &str, changes: &mut Changes) {
    const MARKS: &str = ".,;:!?)]}>\"'`*_…»“”’|\\";
    const OPENING: &str = "<(\"'[`{“«*_";
    const ESCAPED: [&str; 8] = ["&gt;", "&quot;", "%3E", "%22", "%29", "%5D", "%2C", "%3e"];
    let mut put = |what: String, text: &str| changes.push(("url.trailing-text", what, text.to_owned()));
    let opened = link.trim_start_matches(|c| OPENING.contains(c));
    put("the marks before the link are taken off".into(), opened);
    let mut rest = opened;
    for _ in 0..6 {
        let shorter = match rest.chars().next_back() {
            Some(last) if MARKS.contains(last) => &rest[..rest.len() - last.len_utf8()],
            _ => match ESCAPED.iter().find_map(|escaped| rest.strip_suffix(escaped)) {
                Some(shorter) => shorter,
                None => break,
            },
        };
        put(format!("{:?} at its end is taken off", &opened[shorter.len()..]), shorter);
        rest = shorter;
    }
    if let Some(end) = opened.find(char::is_whitespace) {
        put("what follows the first blank is taken off".into(), &opened[..end]);
        let closed = opened[..end].trim_end_matches(|c| MARKS.contains(c));
        put("what follows the link is taken off".into(), closed);
    }
}

/// `?`, `&` and `=` that arrived as escapes, or a whole URL that was encoded.
fn separators(link: &str, reserved: &[&str], changes: &mut Changes) {
    const ESCAPES: [(&str, &str); 3] = [("%3F", "?"), ("%26", "&"), ("%3D", "=")];
    let mut put = |what: String, text: String| changes.push(("url.separators-encoded", what, text));
    for set in (1..8_u8).rev() {
        let (mut text, mut names) = (link.to_owned(), Vec::new());
        for (bit, (escape, plain)) in ESCAPES.iter().enumerate() {
            if set & (1 << bit) != 0 && (text.contains(escape) || text.contains(&escape.to_ascii_lowercase()))
            {
                // Of `?` the first is the separator; a later one is text.
                let times = if *plain == "?" { 1 } else { usize::MAX };
                text =
                    text.replacen(escape, plain, times).replacen(&escape.to_ascii_lowercase(), plain, times);
                names.push(*escape);
            }
        }
        put(format!("{} are read as separators", names.join(" ")), text);
    }
    put("the escaped separators are read as such".into(), structural(link));
    let mut named = link.to_owned();
    for name in reserved {
        for (escape, plain) in [("%3F", "?"), ("%3f", "?"), ("%26", "&"), ("%26", "&")] {
            for equals in ["%3D", "%3d", "="] {
                named = named.replace(&format!("{escape}{name}{equals}"), &format!("{plain}{name}="));
            }
        }
    }
    put("the separators beside the scheme's parameters are read as such".into(), named);
    if let Some(decoded) = text::percent_decode(link) {
        let whole = !link.contains("://");
        if whole || decoded.contains('&') != link.contains('&') {
            put("the whole link is decoded once".into(), decoded.into_owned());
        }
    }
}

/// The first `%3F` as `?`, each `%26` behind it as `&`, and the first `%3D` of each piece as `=`.
fn structural(link: &str) -> String {
    let split = link.split_once('?').or_else(|| link.split_once("%3F")).or_else(|| link.split_once("%3f"));
    let Some((head, rest)) = split else { return link.to_owned() };
    let pieces = rest.split("%26").flat_map(|piece| piece.split('&')).map(|piece| {
        let equals = if piece.contains("%3D") { "%3D" } else { "%3d" };
        if piece.contains('=') { piece.to_owned() } else { piece.replacen(equals, "=", 1) }
    });
    format!("{head}?{}", pieces.collect::<Vec<_>>().join("&"))
}

/// Undoes one more encoding of each `%`, everywhere, in the path, or in the query.
fn encoded_again(url: &Url<'_>, changes: &mut Changes) {
    const CAUSE: &str = "path.double-encoded";
    let undone = |text: &str| doubled(text).then(|| text.replace("%25", "%"));
    let path = undone(&url.path);
    let query = url.query.as_deref().and_then(undone);
    let with = |path: Option<&String>, query: Option<&String>| {
        let mut changed = url.borrowed();
        path.into_iter().for_each(|path| changed.path = path.as_str().into());
        query.into_iter().for_each(|query| changed.query = Some(query.as_str().into()));
        changed.to_string()
    };
    changes.push((CAUSE, "each %25 is read as %".into(), with(path.as_ref(), query.as_ref())));
    changes.push((CAUSE, "each %25 of the path is read as %".into(), with(path.as_ref(), None)));
    changes.push((CAUSE, "each %25 of the query is read as %".into(), with(None, query.as_ref())));
}

/// Whether every `%` is that of an escaped escape.
fn doubled(text: &str) -> bool {
    let escape = |piece: &str| {
        let bytes = piece.as_bytes();
        bytes.len() >= 4 && bytes.starts_with(b"25") && bytes[2..4].iter().all(u8::is_ascii_hexdigit)
    };
    text.contains('%') && text.split('%').skip(1).all(escape)
}

/// Encodes again what was decoded on the way.
fn decoded(url: &Url<'_>, changes: &mut Changes) {
    const CAUSE: &str = "path.decoded";
    // Escapes that are still there say that nothing was decoded, unless characters stand beside them that no
    // URL has.
    let raw =
        |text: &str| text.bytes().any(|byte| !byte.is_ascii_graphic() || b"\"<>\\^`{|}".contains(&byte));
    if raw(&url.path) || !has_escape(&url.path) {
        for path in encodings(&url.path) {
            let with_query = url.query.as_deref().map(|query| escaped(query, &QUERY));
            let changed = Url { path: path.into(), ..url.borrowed() };
            changes.push((CAUSE, "the path is percent-encoded again".into(), changed.to_string()));
            if let Some(query) = with_query.filter(|query| Some(query.as_str()) != url.query.as_deref()) {
                let both = Url { query: Some(query.into()), ..changed };
                changes.push((CAUSE, "path and query are percent-encoded again".into(), both.to_string()));
            }
        }
        let slashes = url.path.match_indices('/').skip(1).take(12);
        for (at, _) in slashes {
            for escape in ["%2F", "%2f"] {
                let path = format!("{}{escape}{}", &url.path[..at], &url.path[at + 1..]);
                let changed = Url { path: path.into(), ..url.borrowed() };
                changes.push((
                    CAUSE,
                    "a slash of the path is percent-encoded again".into(),
                    changed.to_string(),
                ));
            }
        }
    }
    let Some(query) = url.query.as_deref() else { return };
    for kept in [&COMPONENT, &UNRESERVED, &QUERY] {
        let mut all = Vec::new();
        for piece in query.split('&') {
            match piece.split_once('=') {
                Some((name, value)) if loose(value) => all.push(format!("{name}={}", escaped(value, kept))),
                _ => all.push(piece.to_owned()),
            }
        }
        let changed = Url { query: Some(all.join("&").into()), ..url.borrowed() };
        changes.push((
            CAUSE,
            "the values of the query are percent-encoded again".into(),
            changed.to_string(),
        ));
    }
}

/// A value with characters that whoever writes a component escapes.
fn loose(value: &str) -> bool {
    value.bytes().any(|byte| byte != b'%' && !COMPONENT.contains(byte))
}

fn plus(url: &Url<'_>, changes: &mut Changes) {
    let mut path = |what: &str, text: String| {
        let changed = Url { path: text.into(), ..url.borrowed() };
        changes.push(("path.plus-for-space", what.into(), changed.to_string()));
    };
    path("+ of the path is read as %20", url.path.replace('+', "%20"));
    path("%20 of the path is read as +", url.path.replace("%20", "+"));
    let Some(query) = url.query.as_deref() else { return };
    for (what, text) in [
        ("+ of the query is read as %20", query.replace('+', "%20")),
        ("%20 of the query is read as +", query.replace("%20", "+")),
        ("%20 of the query is read as %2B", query.replace("%20", "%2B")),
        ("+ of the query is read as %2B", query.replace('+', "%2B")),
    ] {
        let changed = Url { query: Some(text.into()), ..url.borrowed() };
        changes.push(("query.plus-for-space", what.into(), changed.to_string()));
    }
}

fn cases(url: &Url<'_>, changes: &mut Changes) {
    for (what, case) in [("upper", uppered as fn(&str) -> String), ("lower", lowered)] {
        let path = Url { path: case(&url.path).into(), ..url.borrowed() };
        let both = Url { query: url.query.as_deref().map(|query| case(query).into()), ..path.clone() };
        for changed in [path, both] {
            let what = format!("the escapes are written in {what} case");
            changes.push(("path.escape-case", what, changed.to_string()));
        }
    }
}

/// Schemes that want their parameters last, or in their own order.
fn reserved_last(url: &Url<'_>, scheme: &Scheme, changes: &mut Changes) {
    let Some(query) = url.query.as_deref() else { return };
    let place = |piece: &str| {
        let name = piece.split('=').next().unwrap_or_default();
        scheme.reserved.iter().position(|reserved| *reserved == name)
    };
    let mut pieces: Vec<&str> = query.split('&').collect();
    let mut with = |pieces: &[&str]| {
        let changed = Url { query: Some(pieces.join("&").into()), ..url.borrowed() };
        let what = "the parameters are put into another order".to_owned();
        changes.push(("query.reordered", what, changed.to_string()));
    };
    pieces.sort_by_key(|piece| place(piece).is_some());
    with(&pieces);
    pieces.sort_by_key(|piece| place(piece).map_or(0, |place| place + 1));
    with(&pieces);
    pieces.sort_by_key(|piece| place(piece).is_none());
    with(&pieces);
}

/// Another base64 alphabet, or padding, in a parameter of the scheme's.
fn alphabets(url: &Url<'_>, scheme: &Scheme, changes: &mut Changes) {
    let Some(query) = url.query.as_deref() else { return };
    let pieces: Vec<&str> = query.split('&').collect();
    for (at, piece) in pieces.iter().enumerate() {
        let Some((name, value)) = piece.split_once('=').filter(|(name, _)| scheme.reserved.contains(name))
        else {
            continue;
        };
        let plain = text::percent_decode(value).unwrap_or(Cow::Borrowed(value));
        if plain.len() < 16 {
            continue;
        }
        for (cause, spelled) in respelled(&plain) {
            let mut changed = pieces.clone();
            let piece = format!("{name}={spelled}");
            changed[at] = &piece;
            let changed = Url { query: Some(changed.join("&").into()), ..url.borrowed() };
            changes.push((cause, format!("{name} is written as the scheme does"), changed.to_string()));
        }
    }
}

/// A base64 text in the other alphabets, and with the other padding.
pub fn respelled(text: &str) -> Vec<(&'static str, String)> {
    const ALPHABETS: [(char, char, char); 3] = [('+', '/', '='), ('-', '_', '='), ('-', '~', '_')];
    let mut all = Vec::new();
    for (plus, slash, pad) in ALPHABETS {
        let body = text.trim_end_matches(pad);
        let fits = |c: char| c.is_ascii_alphanumeric() || c == plus || c == slash;
        if !body.chars().all(fits) {
            continue;
        }
        for (to_plus, to_slash, to_pad) in ALPHABETS {
            let mapped: String = body
                .chars()
                .map(|c| {
                    if c == plus {
                        to_plus
                    } else if c == slash {
                        to_slash
                    } else {
                        c
                    }
                })
                .collect();
            let padded = format!("{mapped}{}", to_pad.to_string().repeat((4 - mapped.len() % 4) % 4));
            for spelled in [mapped.clone(), padded] {
                // With no character changed but the padding there or not, in one alphabet.
                let padding = mapped == body && (to_pad == pad || text == body || spelled == mapped);
                let cause = if padding { "encoding.padding" } else { "encoding.base64-alphabet" };
                if spelled != text {
                    all.push((cause, spelled));
                }
            }
        }
    }
    all
}

/// The ids of the ring in the place of the one that the link names.
fn ids(link: &str, named: &str, guess: &Guess, changes: &mut Changes) {
    for id in guess.ring.iter().filter_map(|entry| entry.id.as_deref()) {
        for (from, to) in
            [(named.to_owned(), id.to_owned()), (escaped(named, &COMPONENT), escaped(id, &COMPONENT))]
        {
            if from.len() > 1 || link.contains(&format!("={from}")) {
                let (from, to) = (format!("={from}"), format!("={to}"));
                changes.push((
                    "key.id-mismatch",
                    format!("the key id is {id}"),
                    link.replacen(&from, &to, 1),
                ));
            }
        }
    }
}

/// A number of the link that is milliseconds: the link with seconds, signed as seconds or as it stands.
fn milliseconds(link: &str, variants: &mut Vec<Variant>) {
    for (from, to) in numbers(link) {
        let edited = link.replace(&from, &to);
        let what = format!("{from} is read as {to}");
        let seconds = edited.clone();
        variants.push(Variant::new("time.milliseconds", Slot::Link, what.clone(), move |guess| {
            guess.link.clone_from(&seconds);
        }));
        variants.push(Variant::new("time.milliseconds", Slot::Link, what, move |guess| {
            guess.link.clone_from(&edited);
            let (from, to) = (from.clone(), to.clone());
            guess.text = Some(std::rc::Rc::new(move |text: &[u8]| replaced(text, &to, &from)));
        }));
    }
}

/// Runs of digits that are a time in milliseconds, decimal or hexadecimal, or a lifetime in thousands.
fn numbers(link: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for run in link.split(|c: char| !c.is_ascii_alphanumeric()) {
        let decimal =
            run.bytes().all(|byte| byte.is_ascii_digit()).then(|| run.parse::<u64>().ok()).flatten();
        let pair = match decimal {
            Some(number) if (100_000_000_000..100_000_000_000_000).contains(&number) => {
                Some((run.to_owned(), (number / 1000).to_string()))
            }
            Some(number) if number >= 1_000_000 && number % 1000 == 0 => {
                Some((run.to_owned(), (number / 1000).to_string()))
            }
            _ => None,
        };
        let hexadecimal =
            (run.len() == 11).then(|| u64::from_str_radix(run, 16).ok()).flatten().map(|number| {
                let upper = run.bytes().any(|byte| byte.is_ascii_uppercase());
                let seconds = number / 1000;
                (run.to_owned(), if upper { format!("{seconds:X}") } else { format!("{seconds:x}") })
            });
        for pair in pair.into_iter().chain(hexadecimal) {
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    found.truncate(8);
    found
}

/// The text with another number in its place; `None` where the number is not there.
pub fn replaced(text: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let (mut at, mut any) = (0, false);
    while at < text.len() {
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let alone = !digit(at.checked_sub(1).and_then(|before| text.get(before)))
            && !digit(text.get(at + from.len()));
        if alone && text[at..].starts_with(from.as_bytes()) {
            out.extend_from_slice(to.as_bytes());
            at += from.len();
            any = true;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    if any {
        return Some(out);
    }
    // Behind a path that ends in a digit.
    let at = memchr::memmem::rfind(text, from.as_bytes())?;
    Some([&text[..at], to.as_bytes(), &text[at + from.len()..]].concat())
}
