//! Where one signature would serve all children, the exact command that makes it.

use super::{Order, Playlist, Press, weave::Woven};
use crate::{
    commands::signed::claims::scope,
    context::Context,
    sign::{Claim, Claims, Form, Scope, Url, Visit},
};

/// Says that cookies, or one token for a prefix, serve better than a signature for each child.
pub fn give(playlist: &Playlist, press: &Press<'_>, woven: &Woven, cx: &Context<'_>) {
    let [first, .., last] = woven.signed.as_slice() else { return };
    let scoped = [Claim::Prefix, Claim::Globs].iter().any(|claim| press.scheme.carries(*claim));
    if press.claims.scope != Scope::Url || !scoped {
        return;
    }
    let folder = shared(&woven.signed);
    let found = |form| {
        let texts = texts(&folder);
        texts.into_iter().find(|text| serves(press, text, form, [first, last]))
    };
    let count = woven.signed.len();
    if press.scheme.forms.contains(&Form::Cookie)
        && let Some(prefix) = found(Form::Cookie)
    {
        let command =
            command(&playlist.order, "stratos signed", &[first], &["--cookie", "--prefix", &prefix]);
        cx.console.info(format!(
            "one set of cookies serves all {count} URIs, and the playlist can stay as it is: {command}"
        ));
    } else if let Some(prefix) = found(press.claims.form) {
        let mut words = vec![playlist.file.as_str()];
        if let Some(base) = &playlist.base {
            words.extend(["--base", base]);
        }
        let command = command(&playlist.order, "stratos signed playlist", &words, &["--prefix", &prefix]);
        cx.console.info(format!("one signature can serve all {count} URIs: {command}"));
    }
}

/// The longest folder that all of them lie in, as a URL or a path.
fn shared(urls: &[String]) -> String {
    let bare = |url: &'_ str| url.split('?').next().unwrap_or_default().len();
    let first = urls[0].as_str();
    let mut length = bare(first);
    for url in urls {
        let alike = first.bytes().zip(url[..bare(url)].bytes()).take_while(|(a, b)| a == b).count();
        length = length.min(alike);
    }
    let authority = first.find("://").map_or(0, |at| at + 3);
    match first.as_bytes()[..length].iter().rposition(|byte| *byte == b'/') {
        Some(slash) if slash >= authority => first[..=slash].to_owned(),
        _ => String::new(),
    }
}

/// How schemes may want the folder written: with or without the host, and a star.
fn texts(folder: &str) -> Vec<String> {
    let Ok(url) = Url::parse(folder) else { return Vec::new() };
    let path = url.path.as_ref();
    let mut texts = vec![path.to_owned(), folder.to_owned(), format!("{path}*"), format!("{folder}*")];
    texts.dedup();
    texts
}

/// Whether the scheme makes one signature of this prefix that covers both URLs. It is tried, not guessed.
fn serves(press: &Press<'_>, text: &str, form: Form, urls: [&String; 2]) -> bool {
    let scheme = press.scheme;
    let claims = Claims { scope: scope(text, scheme), form, ..press.claims.clone() };
    let mut seal = press.signer.seal();
    let mut signed_texts = Vec::new();
    urls.iter().all(|text| {
        let Ok(url) = Url::parse(text) else { return false };
        let mut out = Vec::new();
        if (scheme.guard)(&url, &claims).is_err() || seal.mint(&url, &claims, &mut out).is_err() {
            return false;
        }
        signed_texts.push(seal.canonical.clone());
        let outcome = String::from_utf8_lossy(&out).replace('\n', "; ");
        let headers = [("Cookie", outcome.as_str())];
        let cookies = form == Form::Cookie;
        let asked = if cookies { Ok(url.borrowed()) } else { Url::parse(&outcome) };
        let Ok(asked) = asked else { return false };
        let headers = if cookies { &headers[..] } else { &[] };
        let visit = Visit { headers, params: claims.params, ..Visit::of(asked) };
        (scheme.inspect)(&visit, &mut Vec::new()).is_ok_and(|found| found.covers)
    }) && signed_texts.windows(2).all(|pair| pair[0] == pair[1])
}

/// A command line with the flags of this run, quoted for a shell. A key that was given literally is left out.
fn command(order: &Order, verb: &str, words: &[&str], more: &[&str]) -> String {
    let key = order.key.as_deref().filter(|key| !key.starts_with("plain:"));
    let wish = &order.wish;
    let params = order.choice.params.iter().map(|pair| ("--param", Some(pair.as_str())));
    let flags =
        [("--scheme", order.choice.scheme.as_deref()), ("--key", key), ("--key-id", wish.key_id.as_deref())]
            .into_iter()
            .chain(params)
            .chain([
                ("--expires", wish.expires.as_deref()),
                ("--ttl", wish.ttl.as_deref()),
                ("--not-before", wish.not_before.as_deref()),
                ("--ip", wish.ip.as_deref()),
                ("--country", wish.country.as_deref()),
            ]);
    let mut line = verb.to_owned();
    let flags = flags.filter_map(|(flag, value)| value.map(|value| [flag, value])).flatten();
    for word in words.iter().copied().chain(flags).chain(more.iter().copied()) {
        line.push(' ');
        line.push_str(&shlex::try_quote(word).unwrap_or_default());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_folder_is_a_whole_one() {
        let of = |urls: &[&str]| shared(&urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["https://h/v/1.ts", "https://h/v/12.ts?a=/b/"]), "https://h/v/");
        assert_eq!(of(&["https://h/v/1.ts", "https://h/w/1.ts"]), "https://h/");
        assert_eq!(of(&["https://h/1.ts", "https://i/1.ts"]), "");
        assert_eq!(of(&["/v/a/1.ts", "/v/b/1.ts"]), "/v/");
    }
}
