//! One character behind its escapes: what percent, JSON, HTML and nginx's log make of it, also several times over.

/// The longest spelling that is read: a quote in JSON in JSON in JSON, an escape of an escape.
pub const LONGEST: usize = 24;

/// Whether the text may end before a rule has seen as much of it as it wants. No escape goes over a line end.
pub fn short(text: &[u8], at: usize, wanted: usize, last: bool) -> bool {
    !last && text.len() - at < wanted && !text[at..].contains(&b'\n')
}

/// The byte that the text begins with once its escapes are undone, and how many bytes write it.
pub fn unit(text: &[u8]) -> Option<(u8, usize)> {
    let first = *text.first()?;
    let escaped = match first {
        b'%' => percent(text),
        b'\\' => backslash(text),
        b'&' => entity(text),
        _ => None,
    };
    Some(escaped.unwrap_or((first, 1)))
}

/// All of them.
pub fn units(text: &[u8]) -> impl Iterator<Item = (u8, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (byte, length) = unit(&text[at..])?;
        at += length;
        Some((byte, length))
    })
}

/// `%2B`, and `%252B` as often as it was escaped again.
fn percent(text: &[u8]) -> Option<(u8, usize)> {
    let mut at = 1;
    while at < LONGEST && text[at..].starts_with(b"25") && hex(&text[at + 2..]).is_some() {
        at += 2;
    }
    hex(&text[at..]).map(|byte| (byte, at + 2))
}

/// `\/`, `\"`, `\u0026` and `\x22`, behind one backslash or several.
fn backslash(text: &[u8]) -> Option<(u8, usize)> {
    let count = text.iter().take(LONGEST / 2).take_while(|byte| **byte == b'\\').count();
    let rest = &text[count..];
    match rest {
        [b'/' | b'"' | b'\'', ..] => Some((rest[0], count + 1)),
        [b'u', b'0', b'0', digits @ ..] => hex(digits).map(|byte| (byte, count + 5)),
        [b'x', digits @ ..] => hex(digits).map(|byte| (byte, count + 3)),
        _ => None,
    }
}

/// `&amp;`, `&quot;`, `&#61;` and `&#x3D;`.
fn entity(text: &[u8]) -> Option<(u8, usize)> {
    for (name, byte) in [(&b"&amp;"[..], b'&'), (b"&quot;", b'"'), (b"&apos;", b'\'')] {
        if text.starts_with(name) {
            return Some((byte, name.len()));
        }
    }
    let number = text.strip_prefix(b"&#")?;
    let end = number.iter().take(5).position(|byte| *byte == b';')?;
    let number = std::str::from_utf8(&number[..end]).ok()?;
    let byte = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => number.parse(),
    };
    Some((byte.ok()?, end + 3))
}

fn hex(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_however_often() {
        for (text, byte) in [
            ("=", b'='),
            ("%3D", b'='),
            ("%3d", b'='),
            ("%253D", b'='),
            ("%25253D", b'='),
            (r"\u003d", b'='),
            (r"\\u003D", b'='),
            (r"\x3d", b'='),
            (r"\/", b'/'),
            (r#"\\\""#, b'"'),
            ("&#61;", b'='),
            ("&#x3D;", b'='),
            ("&amp;", b'&'),
        ] {
            assert_eq!(unit(text.as_bytes()), Some((byte, text.len())), "{text}");
        }
        for text in ["%", "%2", "%zz", r"\", r"\n", r"\u12", "&", "&x;", "&#;", "&#999;"] {
            assert_eq!(unit(text.as_bytes()), Some((text.as_bytes()[0], 1)), "{text}");
        }
        assert_eq!(unit(b""), None);
        assert_eq!(units(b"a%3Db").map(|(byte, _)| byte).collect::<Vec<_>>(), b"a=b");
    }
}
