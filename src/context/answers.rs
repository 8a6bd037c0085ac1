//! What is read from stdin by question, and what is said once.

use super::Context;
use crate::{
    error::{Error, Result},
    secret::Secret,
};
use std::io::{BufRead, Read};

impl Context<'_> {
    /// Reads stdin for one purpose; a second one is refused (64).
    pub fn claim_stdin(&mut self, purpose: &'static str) -> Result<()> {
        match self.state.stdin {
            Some(first) if first != purpose => Err(Error::Usage(format!(
                "stdin cannot be both {first} and {purpose}; give one of them in another way"
            ))),
            Some(_) if purpose.starts_with("the secret") => {
                Err(Error::Usage(format!("stdin holds {purpose} once; name the second one in another way")))
            }
            _ => {
                self.state.stdin = Some(purpose);
                Ok(())
            }
        }
    }

    /// Puts a question on stderr and reads the answer, blanks around it removed.
    pub fn ask(&mut self, question: &str) -> Result<String> {
        self.claim_stdin("the answers")?;
        self.console.prompt(question);
        let mut line = String::new();
        let read = (&mut *self.input).take(1 << 16).read_line(&mut line);
        match read {
            Ok(0) => Err(Error::Usage("stdin ended before the last answer; nothing was written".into())),
            Ok(_) => Ok(line.trim().to_owned()),
            Err(error) => Err(Error::Io(format!("cannot read the answer: {error}"))),
        }
    }

    /// Asks for a secret without showing it.
    pub fn ask_unseen(&mut self, question: &str) -> Result<Secret> {
        if let Some(scripted) = self.state.unseen {
            return scripted(question);
        }
        let typed = rpassword::prompt_password(question);
        typed.map(Secret::new).map_err(|error| Error::Io(format!("cannot read the secret: {error}")))
    }

    /// Warns of a thing once a run.
    pub fn warn_once(&mut self, text: String) {
        if !self.state.warned.contains(&text) {
            self.console.warn(&text);
            self.state.warned.push(text);
        }
    }
}
