//! `config edit`: an editor on a copy, checked before it takes the file's place.

use super::Answer;
use crate::{
    context::Context,
    credential::Reference,
    error::{Error, Result},
    profile::{Draft, File},
};
use std::{path::Path, process::Command};

pub(super) fn run(cx: &mut Context<'_>) -> Result<Answer> {
    let words = editor(cx)?;
    let place = cx.place();
    let draft = Draft::open(&place, cx.clock)?;
    if draft.resumed {
        cx.console.info(format!("continuing with the text of the last try, {}", draft.path.display()));
    }
    launch(&words, &draft.path)?;
    let migrated = draft.migrated.clone();
    if !draft.commit(cx.clock, references)? {
        cx.console.info("nothing was changed");
        return Ok(Answer::Done);
    }
    let path = place.writable()?.display();
    match migrated {
        Some(old) => cx.say_migrated(&old)?,
        None => cx.console.info(format!("wrote {path}")),
    }
    Ok(Answer::Done)
}

fn editor(cx: &Context<'_>) -> Result<Vec<String>> {
    let Some(command) = ["EDITOR", "VISUAL"].iter().find_map(|name| cx.env.get(name)) else {
        return if cx.interactive && !cx.options.no_input {
            Ok(vec![if cfg!(windows) { "notepad" } else { "vi" }.to_owned()])
        } else {
            Err(Error::Usage(
                "there is no terminal to edit on; set EDITOR, or use `stratos config set`".into(),
            ))
        };
    };
    let words = shlex::split(command).filter(|words| !words.is_empty());
    words.ok_or_else(|| Error::Usage("EDITOR is no command; close its quotes".into()))
}

fn launch(words: &[String], draft: &Path) -> Result<()> {
    let status = Command::new(&words[0]).args(&words[1..]).arg(draft).status();
    let why = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("ended with {status}"),
        Err(error) => format!("cannot be started: {error}"),
    };
    Err(Error::Unavailable(format!(
        "the editor {} {why}; nothing was changed, your text is kept in {}; set EDITOR to another one",
        words[0],
        draft.display()
    )))
}

/// Every credential must be a reference, or the next command would refuse the file.
fn references(file: &File) -> Result<()> {
    for name in file.names() {
        for (member, reference) in file.references(name)? {
            Reference::parse(&reference)
                .map_err(|why| Error::Data(format!("profiles.{name}.{member}: {why}")))?;
        }
    }
    Ok(())
}
