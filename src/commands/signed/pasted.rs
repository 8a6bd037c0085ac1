//! Cookies and headers as people paste them: pairs, a request's header line, an answer's `Set-Cookie` lines.

use super::refusals::shown;
use crate::error::{Error, Result};

/// The headers of a request, all its cookies in one.
pub fn headers(headers: &[String], cookies: &[String]) -> Result<Vec<(String, String)>> {
    let (mut found, mut pairs) = (Vec::new(), Vec::new());
    for line in headers.iter().flat_map(|text| lines(text)) {
        let (name, value) = named(line).ok_or_else(|| {
            Error::Usage(format!("--header {} has no value; write 'Name: value'", shown(line)))
        })?;
        match carried(name, value) {
            Some(carried) => pairs.extend(carried),
            None => found.push((name.to_owned(), value.to_owned())),
        }
    }
    for line in cookies.iter().flat_map(|text| lines(text)) {
        let carried = named(line).and_then(|(name, value)| carried(name, value));
        let carried = carried.unwrap_or_else(|| all(line));
        if carried.is_empty() {
            return Err(Error::Usage(format!("--cookie {} has no value; write name=value", shown(line))));
        }
        pairs.extend(carried);
    }
    if !pairs.is_empty() {
        found.push(("Cookie".into(), pairs.join("; ")));
    }
    Ok(found)
}

/// An empty text is one empty line, so that it is refused.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let filled = !text.trim().is_empty();
    text.split('\n').map(str::trim).filter(move |line| !filled || !line.is_empty())
}

fn named(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim();
    (!name.is_empty()).then(|| (name, value.trim()))
}

/// The pairs of a header that carries cookies. What follows the pair in `Set-Cookie` is for the client.
fn carried<'l>(name: &str, value: &'l str) -> Option<Vec<&'l str>> {
    if name.eq_ignore_ascii_case("set-cookie") {
        return Some(all(value).into_iter().take(1).collect());
    }
    name.eq_ignore_ascii_case("cookie").then(|| all(value))
}

fn all(text: &str) -> Vec<&str> {
    text.split(';').map(str::trim).filter(|pair| pair.find('=').is_some_and(|end| end > 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str], cookies: &[&str]) -> Result<Vec<(String, String)>> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        headers(&owned(given), &owned(cookies))
    }

    #[test]
    fn cookies_are_found_in_everything_that_shows_them() {
        for (given, cookies) in [
            (&[][..], &["a=b==", "c=d:e"][..]),
            (&[], &["a=b==; c=d:e"]),
            (&[], &["Cookie: a=b==;c=d:e;"]),
            (&[], &["cookie:a=b==; c=d:e"]),
            (&[], &["a=b==\nc=d:e\n"]),
            (
                &[],
                &[
                    "Set-Cookie: a=b==; Path=/; Secure\r\nset-cookie: c=d:e; Expires=Thu, 01 Jan 2032 00:00:00 GMT",
                ],
            ),
            (&["Set-Cookie: a=b==; HttpOnly"], &["c=d:e; Secure"]),
            (&["Cookie: a=b==; c=d:e"], &[]),
        ] {
            let found = read(given, cookies).unwrap();
            let pairs: Vec<&str> = found.iter().flat_map(|(_, value)| value.split("; ")).collect();
            assert_eq!((found.len(), &found[0].0[..]), (1, "Cookie"), "{given:?} {cookies:?}");
            assert!(pairs.contains(&"a=b==") && pairs.contains(&"c=d:e"), "{given:?} {cookies:?}: {pairs:?}");
            assert_eq!(pairs.len(), 2, "{given:?} {cookies:?}: {pairs:?}");
        }
    }

    #[test]
    fn headers_keep_their_names_and_values() {
        let found = read(&["X-A: 1:2\nx-b:", "Authorization: Bearer x=y"], &[]).unwrap();
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        assert_eq!(found, [("X-A", "1:2"), ("x-b", ""), ("Authorization", "Bearer x=y")]);
        assert!(read(&[], &[]).unwrap().is_empty());
    }

    #[test]
    fn what_holds_no_pair_is_refused() {
        for cookie in ["", "  ", "abc", "=b", "Cookie: abc", "Set-Cookie:"] {
            assert!(read(&[], &[cookie]).is_err(), "{cookie:?}");
        }
        for header in ["", "abc", ": b", "a: b\nc"] {
            assert!(read(&[header], &[]).is_err(), "{header:?}");
        }
    }
}
