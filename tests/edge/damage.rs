//! Damaged copies of a link, a cookie or a token: one set for all servers.

/// A copy in which one thing is wrong.
pub struct Copy {
    /// What is wrong with it; names that a server's row may list as harmless there.
    pub what: &'static str,
    pub text: String,
}

/// Every copy of `text`, of which nothing before `from` is touched and the signature follows `mark`: each byte
/// altered in turn, digits also to the next one, and the signature cut, stretched, respelled or gone.
pub fn copies(text: &str, from: usize, mark: &str) -> Vec<Copy> {
    let start = signature(text, mark);
    let end = start + text[start..].find(['&', ';', '/', '?', ',']).unwrap_or(text.len() - start);
    let mut all = Vec::new();
    let mut push = |what, text: String| all.push(Copy { what, text });
    for (at, letter) in text.char_indices().filter(|(at, _)| *at >= from) {
        let with = |other: char| [&text[..at], &other.to_string(), &text[at + letter.len_utf8()..]].concat();
        let signature = (start..end).contains(&at);
        push(if signature { "altered signature" } else { "altered byte" }, with(other(letter)));
        if let Some(digit) = letter.to_digit(10).filter(|_| !signature) {
            push("altered digit", with(char::from_digit((digit + 1) % 10, 10).expect("a digit")));
        }
    }
    let (before, written, after) = (&text[..start], &text[start..end], &text[end..]);
    push("no signature", [before, after].concat());
    push("half a signature", [before, &written[..written.len() / 2], after].concat());
    push("short signature", [before, &written[..written.len() - 1], after].concat());
    push("long signature", [before, written, "0", after].concat());
    push("signature in the other case", [before, &other_case(written), after].concat());
    push("signature with a blank", [before, "%20", written, after].concat());
    push("added parameter", [text, "&added=1"].concat());
    push("cut before the signature", before.strip_suffix(mark).unwrap_or(before).to_owned());
    all
}

/// Where the signature starts: behind the last `mark`.
fn signature(text: &str, mark: &str) -> usize {
    text.rfind(mark).unwrap_or_else(|| panic!("{mark} stands in {text}")) + mark.len()
}

/// Another character of the same alphabet, hexadecimal or base64, that differs in the bits that count also where
/// it is the last one of a base64 text.
fn other(letter: char) -> char {
    let shift = |from: char, to: char| {
        char::from_u32(letter as u32 - from as u32 + to as u32).expect("letters and digits")
    };
    match letter {
        '0'..='5' => shift('0', 'a'),
        '6'..='9' => shift('6', 'c'),
        'a'..='f' => shift('a', '0'),
        'A'..='T' => shift('A', 'g'),
        'g'..='z' => shift('g', 'A'),
        'U'..='Z' => shift('U', '0'),
        '-' => 'A',
        '_' => 'B',
        _ => 'x',
    }
}

fn other_case(text: &str) -> String {
    let swap = |letter: char| match letter.is_ascii_lowercase() {
        true => letter.to_ascii_uppercase(),
        false => letter.to_ascii_lowercase(),
    };
    text.chars().map(swap).collect()
}
