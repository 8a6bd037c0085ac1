//! The text of a directive: variables, literal text, and the place of the secret.

use crate::{
    error::{Error, Result},
    sign::{key::MARK, text::Append},
};

/// An expression as the operator wrote it, with [`SECRET`] in the place of the secret.
#[derive(Clone, Copy)]
pub struct Expression<'e>(pub &'e str);

/// The place of the secret.
const SECRET: &str = "<secret>";

enum Piece<'e> {
    Text(&'e str),
    Variable(&'e str),
    Secret,
}

impl<'e> Expression<'e> {
    /// Appends it, with a mark for the secret and whatever `fill` appends for each variable.
    pub fn write(
        self,
        out: &mut Vec<u8>,
        mut fill: impl FnMut(&'e str, &mut Vec<u8>) -> Result<()>,
    ) -> Result<()> {
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) => _ = out.text(text),
                Piece::Secret => _ = out.bytes(&[MARK]),
                Piece::Variable(name) => fill(name, out)?,
            }
        }
        Ok(())
    }

    /// Refuses variables that nobody here can know, and an expression without a place for the secret, or with two.
    pub fn check(self) -> Result<()> {
        for piece in self.pieces() {
            match piece {
                Piece::Variable(name) if !known(name) => return Err(unknown(name)),
                Piece::Text(text) if text.contains(char::from(MARK)) => return Err(misplaced()),
                _ => {}
            }
        }
        match self.pieces().filter(|piece| matches!(piece, Piece::Secret)).count() {
            1 => Ok(()),
            _ => Err(misplaced()),
        }
    }

    /// Whether the variable stands in it.
    pub fn uses(self, variable: &str) -> bool {
        self.pieces().any(|piece| matches!(piece, Piece::Variable(name) if name == variable))
    }

    /// Whether the parameter of that name does, in any case.
    pub fn uses_argument(self, name: &str) -> bool {
        self.pieces().any(|piece| {
            matches!(piece, Piece::Variable(variable)
                if variable.strip_prefix("arg_").is_some_and(|argument| argument.eq_ignore_ascii_case(name)))
        })
    }

    fn pieces(self) -> impl Iterator<Item = Piece<'e>> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (piece, left) = first(rest)?;
            rest = left;
            Some(piece)
        })
    }
}

/// The first piece and what follows it.
fn first(text: &str) -> Option<(Piece<'_>, &str)> {
    if let Some(rest) = text.strip_prefix(SECRET) {
        return Some((Piece::Secret, rest));
    }
    if let Some(rest) = text.strip_prefix('$') {
        if let Some((name, rest)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            return Some((Piece::Variable(name), rest));
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        return Some((Piece::Variable(&rest[..end]), &rest[end..]));
    }
    let end = text.find('$').unwrap_or(text.len()).min(text.find(SECRET).unwrap_or(text.len()));
    (end > 0).then(|| (Piece::Text(&text[..end]), &text[end..]))
}

fn known(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "secure_link_expires",
        "uri",
        "document_uri",
        "remote_addr",
        "host",
        "http_host",
        "scheme",
        "http_user_agent",
    ];
    NAMES.contains(&name) || name.strip_prefix("arg_").is_some_and(|name| !name.is_empty())
}

/// A variable of which the value is not known here. The rest of the expression is not shown: it may hold a secret.
pub fn unknown(name: &str) -> Error {
    Error::Usage(format!(
        "what ${name} of secure_link_md5 stands for is not known here; write its value in its place"
    ))
}

fn misplaced() -> Error {
    Error::Usage(
        "--param secure_link_md5=… wants <secret> exactly once, where the secret stands in nginx".into(),
    )
}
