//! Minting plain paths of a list: what is the same for every one of them is learnt once, from the scheme's own
//! functions, and then copied. Only what a [`Pattern`] promises is left to do for each path.

use super::{
    Claims, Scheme, Signer, Url,
    slate::{Piece, Slate, around},
    text::{Append, any_neighbours, harmless},
};

/// What a scheme promises about a [`plain`] path without a query: that the text it signs and its outcome hold the
/// path once each, the outcome also the signature, behind it; that nothing else in them depends on the path; that
/// its guard and its caution say of each such path what they say of any other; that `inspect` finds in each such
/// outcome its path, and else the same; and that its keys verify by signing again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// The text that is signed begins with the length of the path.
    pub counted: bool,
    /// The outcome has `%2F` for each slash.
    pub escaped: bool,
}

/// Whether a target is a path that every reader takes as it stands: it begins with a slash and is made of
/// letters, digits and `- . / _`, of which neither `.` nor `/` has the other or its like beside it.
#[must_use]
pub fn plain(target: &[u8]) -> bool {
    let joint = |byte: u8| byte.wrapping_sub(b'.') < 2;
    let odd = |one, next| !harmless(next) | (joint(one) & joint(next));
    target.first() == Some(&b'/') && !any_neighbours(target, odd)
}

/// What stands around the path for one signer, base and set of claims.
pub struct Stencil {
    pattern: Pattern,
    signed: [Piece; 2],
    /// The last one with a line end.
    outcome: [Piece; 3],
    /// How long all but path and signature is.
    fixed: usize,
}

/// What is cut for: two paths, and a signature for each. The second checks what was learnt from the first.
const TRIALS: [(&str, &str); 2] = [
    ("/a-path/of-the/stencil.0", "(a signature)"),
    ("/B/another_path.of.the/stencil-1", "(another signature!)"),
];

impl Stencil {
    /// Learns it; `None` where the scheme has no pattern or does not keep to it here.
    #[must_use]
    pub fn cut(signer: &Signer, base: &str, claims: &Claims<'_>) -> Option<Self> {
        let pattern = signer.scheme.pattern?;
        let [first, second] =
            TRIALS.map(|(path, signature)| Trial::of(signer, base, claims, path, signature));
        let stencil = first?.taken_apart(pattern)?;
        second?.agrees(&stencil).then_some(stencil)
    }

    /// Appends the text that is signed for a plain path.
    pub(super) fn text(&self, path: &[u8], out: &mut Vec<u8>) {
        if self.pattern.counted {
            out.decimal(path.len() as u64);
        }
        self.signed[0].append(out);
        out.bytes(path);
        self.signed[1].append(out);
    }

    /// Appends the outcome for a plain path and a line end.
    #[inline]
    pub fn outcome(&self, path: &[u8], signature: &[u8], slate: &mut Slate) {
        let [before, between, after] = &self.outcome;
        slate.write(self.fixed + 3 * path.len() + signature.len(), |pen| {
            pen.piece(before);
            if self.pattern.escaped {
                pen.escaped(path)
            } else {
                pen.bytes(path)
            }
            pen.piece(between);
            pen.bytes(signature);
            pen.piece(after);
        });
    }

    /// The signature in a line that may be an outcome with one of so many bytes; its plain path is put into the
    /// slate. `None` where the line is nothing that [`Self::outcome`] writes.
    #[inline]
    pub fn read<'l>(&self, line: &'l [u8], signature: usize, path: &mut Slate) -> Option<&'l [u8]> {
        let [before, between, after] = self.outcome.each_ref().map(Piece::bytes);
        let rest = line.strip_prefix(before)?.strip_suffix(after.strip_suffix(b"\n")?)?;
        let (rest, signature) = rest.split_at(rest.len().checked_sub(signature)?);
        let written = rest.strip_suffix(between)?;
        let mut good = true;
        path.clear();
        path.write(written.len(), |pen| match self.pattern.escaped {
            true => good = pen.unescaped(written),
            false => pen.bytes(written),
        });
        (good && plain(path.written())).then_some(signature)
    }
}

/// What the scheme's own functions make of one path.
struct Trial {
    path: &'static str,
    signature: &'static str,
    text: Vec<u8>,
    outcome: Vec<u8>,
}

impl Trial {
    fn of(
        signer: &Signer,
        base: &str,
        claims: &Claims<'_>,
        path: &'static str,
        signature: &'static str,
    ) -> Option<Self> {
        let Scheme { canonical, assemble, guard, caution, .. } = signer.scheme;
        let url = Url::at(base, path);
        guard(&url, claims).ok()?;
        let (mut text, mut outcome) = (Vec::new(), Vec::new());
        canonical(&url, claims, &mut text).ok()?;
        let mut seal = signer.seal();
        (seal.canonical, seal.signature) = (text, signature.into());
        assemble(&url, claims, &seal, &mut outcome).ok()?;
        let silent = caution(&url, claims).is_none();
        silent.then_some(Self { path, signature, text: seal.canonical, outcome })
    }

    fn taken_apart(&self, pattern: Pattern) -> Option<Stencil> {
        let digits = self.path.len().to_string();
        let text = if pattern.counted { self.text.strip_prefix(digits.as_bytes())? } else { &self.text };
        let path = if pattern.escaped { &self.path.replace('/', "%2F") } else { self.path };
        let (before, rest) = around(&self.outcome, path.as_bytes())?;
        let (between, after) = around(rest, self.signature.as_bytes())?;
        let after = [after, b"\n"].concat();
        let outcome = [before, between, &after].map(Piece::new);
        let fixed = outcome.iter().map(Piece::length).sum();
        let (head, tail) = around(text, self.path.as_bytes())?;
        Some(Stencil { pattern, signed: [head, tail].map(Piece::new), outcome, fixed })
    }

    fn agrees(&self, stencil: &Stencil) -> bool {
        let (mut text, mut slate) = (Vec::new(), Slate::default());
        let path = self.path.as_bytes();
        stencil.text(path, &mut text);
        stencil.outcome(path, self.signature.as_bytes(), &mut slate);
        text == self.text && slate.written().strip_suffix(b"\n") == Some(&self.outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Params, SCHEMES, Scope},
    };

    const BASE: &str = "https://cdn.example.com/sub/";

    fn signer(scheme: &'static Scheme) -> Signer {
        Signer::new(scheme, &Secret::new("secret"), Params::default()).unwrap()
    }

    fn claims() -> Claims<'static> {
        Claims { expires: Some(4_102_444_800), ..Claims::default() }
    }

    #[test]
    fn a_plain_path_is_one_that_nobody_reads_otherwise() {
        for path in ["/", "/a", "/v/title-1/Seg_09.m4s", "/a-/b.c", &"/0123456".repeat(40)] {
            assert!(plain(path.as_bytes()), "{path}");
        }
        let long = |odd: &str| format!("/{}{odd}{}", "a".repeat(30), "b".repeat(30));
        for odd in
            ["//", "/.", "..", "./", "%2F", "?", "#", "é", " ", "*", "~", "\\", "@", "`", "[", "{", ",", ":"]
        {
            for path in [long(odd), format!("/a{odd}"), format!("/{odd}a")] {
                assert!(!plain(path.as_bytes()), "{path}");
            }
        }
        assert!(!plain(b"") && !plain(b"a") && !plain(b"https://h/a"));
    }

    #[test]
    fn every_pattern_is_kept() {
        let patterned: Vec<_> = SCHEMES.iter().filter(|scheme| scheme.pattern.is_some()).collect();
        assert!(patterned.len() >= 4);
        for scheme in patterned {
            for base in [BASE, "https://cdn.example.com", ""] {
                assert!(Stencil::cut(&signer(scheme), base, &claims()).is_some(), "{scheme:?} {base}");
            }
        }
    }

    #[test]
    fn what_does_not_keep_to_its_pattern_gets_no_stencil() {
        let cut = |scheme: Scheme, base: &str, claims: &Claims<'_>| {
            let scheme: &'static Scheme = Box::leak(Box::new(scheme));
            Stencil::cut(&signer(scheme), base, claims).is_some()
        };
        let usual = || Scheme {
            canonical: |url, _, out| {
                out.text(&url.path);
                Ok(())
            },
            assemble: |url, _, seal, out| {
                out.text(&url.path).bytes(&seal.signature);
                Ok(())
            },
            pattern: Some(Pattern { counted: false, escaped: false }),
            ..Scheme::BASE
        };
        assert!(cut(usual(), BASE, &claims()));
        let trial = format!("{BASE}{}", TRIALS[0].0);
        let [keycdn, bunny] = ["keycdn", "bunny-basic"].map(|id| Scheme::find(id).unwrap());
        // A base that reads like the path, a claim that is missing, a claim that the guard refuses.
        assert!(Stencil::cut(&signer(keycdn), &trial, &claims()).is_none());
        assert!(Stencil::cut(&signer(keycdn), BASE, &Claims::default()).is_none());
        let claims = Claims { ip: Some("not an address".into()), ..claims() };
        assert!(Stencil::cut(&signer(bunny), BASE, &claims).is_none());
        let below = Claims { scope: Scope::Prefix("/".into()), ..claims.clone() };
        for scheme in [
            Scheme { pattern: None, ..usual() },
            Scheme { pattern: Some(Pattern { counted: true, escaped: false }), ..usual() },
            Scheme { pattern: Some(Pattern { counted: false, escaped: true }), ..usual() },
            Scheme { caution: |_, _| Some("is odd"), ..usual() },
            Scheme { canonical: |_, _, _| Ok(()), ..usual() },
            Scheme {
                assemble: |url, _, seal, out| {
                    out.bytes(&seal.signature).text(&url.path);
                    Ok(())
                },
                ..usual()
            },
            Scheme {
                assemble: |url, _, seal, out| {
                    out.text(&url.path).decimal(url.path.len() as u64).bytes(&seal.signature);
                    Ok(())
                },
                ..usual()
            },
            Scheme {
                canonical: |url, _, out| {
                    out.text(&url.path).text(if url.path.contains('B') { "b" } else { "a" });
                    Ok(())
                },
                ..usual()
            },
        ] {
            assert!(!cut(scheme, BASE, &below));
        }
    }
}
