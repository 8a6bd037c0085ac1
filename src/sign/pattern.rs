//! Regular expressions that tokens carry: POSIX extended ones, matched in linear time.
//!
//! The engine is regex-lite, whose language differs in places. What the two read differently, or what POSIX
//! leaves undefined, is no expression here: a guess could open what the signer meant to close.

use regex_lite::{Regex, RegexBuilder, escape};
use std::iter::Peekable;
use std::str::Chars;

/// The longest expression that is looked at.
const LONGEST: usize = 1024;
/// POSIX's bound for a repetition.
const MOST: u32 = 255;

/// An expression that was understood.
#[derive(Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads an expression; `None` where it is none or could be read in two ways. `start` holds it to the
    /// beginning of the text.
    #[must_use]
    pub fn read(posix: &str, start: bool) -> Option<Self> {
        let translated = Some(posix).filter(|posix| posix.len() <= LONGEST).and_then(translated)?;
        let whole = if start { format!("^(?:{translated})") } else { translated };
        RegexBuilder::new(&whole).size_limit(1 << 20).nest_limit(32).build().ok().map(Self)
    }

    /// Whether it matches somewhere in the text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// The text as an expression that matches nothing else.
#[must_use]
pub fn literal(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if r".[]\*^$+?{}|()".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// The same expression in the engine's language.
fn translated(posix: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = posix.chars().peekable();
    // Whether a repetition may follow: after an atom, and once.
    let mut atom = false;
    while let Some(character) = rest.next() {
        let repeats = matches!(character, '*' | '+' | '?' | '{');
        if repeats && !atom {
            return None;
        }
        match character {
            '\\' => out += &escape(&rest.next().filter(char::is_ascii_punctuation)?.to_string()),
            '[' => out += &bracket(&mut rest)?,
            '{' => out += &interval(&mut rest)?,
            '(' => out += "(?:",
            '*' | '+' | '?' | ')' | '|' | '^' | '$' | '.' => out.push(character),
            _ => out += &escape(&character.to_string()),
        }
        atom = !repeats && !matches!(character, '(' | '|' | '^' | '$');
    }
    Some(out)
}

/// What follows `{`: `m}`, `m,}` or `m,n}`.
fn interval(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut inside = String::new();
    while let Some(character) = rest.next_if(|character| *character != '}') {
        inside.push(character);
    }
    rest.next()?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &u32| digits && *number <= MOST)
    };
    match inside.split_once(',') {
        None => number(&inside).map(|times| format!("{{{times}}}")),
        Some((least, "")) => number(least).map(|least| format!("{{{least},}}")),
        Some((least, most)) => {
            let (least, most) = (number(least)?, number(most)?);
            (least <= most).then(|| format!("{{{least},{most}}}"))
        }
    }
}

/// What follows `[`. A backslash is a character like any other there.
fn bracket(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut out = String::from("[");
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    loop {
        let character = rest.next()?;
        match character {
            ']' if !first => break,
            '[' if rest.peek() == Some(&':') => out += &class(rest)?,
            '[' if matches!(rest.peek(), Some('.' | '=')) => return None,
            _ => {
                out += &escape(&character.to_string())
                    .replace('-', "\\-")
                    .replace('&', "\\&")
                    .replace('~', "\\~");
                let mut ahead = rest.clone();
                if ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']') {
                    rest.next();
                    let last = rest.next().filter(|last| *last != '[' && *last >= character)?;
                    out.push('-');
                    out += &escape(&last.to_string())
                        .replace('-', "\\-")
                        .replace('&', "\\&")
                        .replace('~', "\\~");
                }
            }
        }
        first = false;
    }
    out.push(']');
    Some(out)
}

/// What follows `[` inside a bracket: `:name:]`.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let name: String = rest.by_ref().take_while(|character| *character != ']').collect();
    let known = [
        ":alnum:", ":alpha:", ":blank:", ":cntrl:", ":digit:", ":graph:", ":lower:", ":print:", ":punct:",
        ":space:", ":upper:", ":xdigit:",
    ];
    known.contains(&name.as_str()).then(|| format!("[{name}]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(posix: &str, text: &str) -> Option<bool> {
        Pattern::read(posix, false).map(|pattern| pattern.matches(text))
    }

    #[test]
    fn expressions_mean_what_posix_says() {
        for (posix, text, wanted) in [
            (r"http://cdni\.example/foo/bar/[0-9]{3}\.ts", "http://cdni.example/foo/bar/123.ts", true),
            (r"http://cdni\.example/foo/bar/[0-9]{3}\.ts", "http://cdniXexample/foo/bar/123.ts", false),
            ("^/a/(b|c)+$", "/a/bcb", true),
            ("^/a/(b|c)+$", "/a/bcd", false),
            ("^/a$", "/ab", false),
            ("b", "abc", true),
            (r"^[\.]$", "\\", true),
            ("^[]a]+$", "]a", true),
            ("^[^]a]$", "]", false),
            ("^[a&&b]+$", "a&b", true),
            ("^[a-c-]+$", "b-", true),
            ("^[+--]+$", ",", true),
            ("^[[:digit:]a]{2,}$", "1a2", true),
            ("^a{0,1}}]$", "}]", true),
            ("^#-~ é$", "#-~ é", true),
            ("", "x", true),
        ] {
            assert_eq!(matches(posix, text), Some(wanted), "{posix} {text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_expression() {
        for posix in [
            "a*?",
            "a+?",
            "a**",
            "*a",
            "(*a)",
            "a|*",
            "(?:a)",
            "(?i)a",
            r"\d",
            r"\w",
            r"\bx",
            r"(a)\1",
            "\\",
            "[a",
            "(a",
            "a)",
            "a{",
            "a{1",
            "a{x}",
            "a{2,1}",
            "a{256}",
            "a{,2}",
            "{2}",
            "[[.a.]]",
            "[[=a=]]",
            "[[:x:]]",
            "[b-a]",
            "^*",
            "((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))",
        ] {
            assert_eq!(matches(posix, "a"), None, "{posix}");
        }
        assert_eq!(matches(&"a".repeat(LONGEST + 1), "a"), None);
    }

    #[test]
    fn a_literal_matches_itself_and_nothing_else() {
        let text = r"https://h.example/a+b(c)[d]{e}$^|*?\x-y&z#é";
        let whole = Pattern::read(&format!("{}$", literal(text)), true).unwrap();
        assert!(whole.matches(text));
        assert!(
            !whole.matches(&text.replace("h.example", "hXexample")) && !whole.matches(&format!("x{text}"))
        );
    }

    #[test]
    fn a_hostile_expression_ends() {
        assert_eq!(matches(&"(a{0,255}){0,255}".repeat(20), "aaaa"), None, "too large");
        assert_eq!(matches("^(a+)+$", &format!("{}b", "a".repeat(5_000))), Some(false));
    }
}
