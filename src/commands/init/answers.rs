//! The dialogue of `init`: questions on stderr, answers from stdin, secrets unseen.

use super::{Init, Plan, checked_name, taken};
use crate::{
    context::Context,
    credential::Reference,
    error::{Error, Result},
    profile::{DEFAULT_URL, File, base},
};

/// How credentials are given.
pub(super) const NAMED: &str = "Credentials are named, not typed: env:NAME, file:PATH or exec:COMMAND.\n\
                                Enter alone leaves one out. `plain:` asks for the secret itself, unseen,\n\
                                and stores it in the file.";

/// How often a question is put again.
const TRIES: usize = 3;

pub(super) fn ask(init: &Init, cx: &mut Context<'_>) -> Result<Plan> {
    let name = match cx.options.profile.clone() {
        Some(name) => checked_name(&name)?,
        None => question(cx, "Profile name", "default", checked_name)?,
    };
    // Before the other questions, so that nobody answers them in vain.
    match File::load_or_new(&cx.place()) {
        Ok(file) => taken(&file, &name, init.force)?,
        Err(_) if init.force => {}
        Err(error) => return Err(error),
    }
    let url = question(cx, "Base URL of the CDN", DEFAULT_URL, |text| {
        base(text).map_err(|why| Error::Usage(format!("this is no base URL: {why}")))
    })?;
    cx.console.plain(NAMED);
    let account_key = credential(cx, "Account key (control plane)")?;
    let access_key = credential(cx, "Access key (data plane)")?;
    let purge_key = credential(cx, "Purge key")?;
    let signing_key = credential(cx, "Signing key")?;
    let scheme = Some(form(cx)?);
    Ok(Plan {
        name,
        url,
        account_key,
        access_key,
        signing_key,
        purge_key,
        token: None,
        scheme,
        // Others are set up by name: `stratos init fastly`.
        provider: Some("cloudcdn".into()),
    })
}

/// The two forms that CloudCDN deployments verify; nothing later switches between them by itself.
fn form(cx: &mut Context<'_>) -> Result<String> {
    cx.console.plain(
        "Which signature does the deployment verify?\n  \
         1  cloudcdn        HMAC-SHA256 over length:path|length:expires\n  \
         2  cloudcdn-colon  HMAC-SHA256 over path:expires (the published API document)",
    );
    question(cx, "Signature form", "1", |text| match text {
        "1" | "cloudcdn" => Ok("cloudcdn".to_owned()),
        "2" | "cloudcdn-colon" => Ok("cloudcdn-colon".to_owned()),
        _ => Err(Error::Usage("answer 1 or 2".into())),
    })
}

pub(super) fn credential(cx: &mut Context<'_>, label: &str) -> Result<Option<String>> {
    for _ in 0..TRIES {
        let answer = cx.ask(&format!("{label} (none): "))?;
        match answer.as_str() {
            "" => return Ok(None),
            "plain:" | "plain" => {
                let secret = cx.ask_unseen(&format!("{label}, unseen: "))?;
                return Ok(secret.text().filter(|text| !text.is_empty()).map(|text| format!("plain:{text}")));
            }
            text => match Reference::parse(text) {
                Ok(Reference::Stdin) => cx.console.warn("stdin holds your answers; name another place"),
                Ok(_) => return Ok(Some(text.to_owned())),
                Err(why) => cx.console.warn(why),
            },
        }
    }
    Err(too_often(label))
}

fn question(
    cx: &mut Context<'_>,
    label: &str,
    default: &str,
    read: impl Fn(&str) -> Result<String>,
) -> Result<String> {
    for _ in 0..TRIES {
        let answer = cx.ask(&format!("{label} [{default}]: "))?;
        match read(if answer.is_empty() { default } else { &answer }) {
            Ok(value) => return Ok(value),
            Err(error) => cx.console.warn(error.to_string()),
        }
    }
    Err(too_often(label))
}

/// An answer that must not be empty.
pub(super) fn line(cx: &mut Context<'_>, label: &str) -> Result<String> {
    for _ in 0..TRIES {
        let answer = cx.ask(&format!("{label}: "))?;
        if !answer.is_empty() {
            return Ok(answer);
        }
        cx.console.warn("it is needed");
    }
    Err(too_often(label))
}

fn too_often(label: &str) -> Error {
    Error::Usage(format!(
        "no usable answer for {label:?} in {TRIES} tries; nothing was written, see `stratos init --help`"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::Init;
    use crate::{command::Command, context::desk::Desk, error::Result, report::Report, secret::Secret};

    /// What `init` reports after these answers, and the file it leaves.
    fn answered(config: &str, input: &str) -> (Result<serde_json::Value>, String) {
        let desk = Desk {
            config: Some(config.into()),
            input: input.into(),
            unseen: Some(|_| Ok(Secret::new("typed-unseen"))),
            ..Desk::default()
        };
        let (result, file) = desk.run(|cx| Init::default().run(cx));
        (result.map(|report| report.value()), file.unwrap())
    }

    #[test]
    fn the_dialogue_writes_what_was_answered() {
        let (report, file) =
            answered("", "prod\nhttps://x.example/\nenv:ACCOUNT\n\nplain:\nfile:/run/secrets/sign\n2\n");
        assert_eq!(report.unwrap()["profile"], "prod");
        assert_eq!(
            file,
            "[profiles.prod]\nprovider = \"cloudcdn\"\nurl = \"https://x.example\"\naccount_key = \"env:ACCOUNT\"\n\
             purge_key = \"plain:typed-unseen\"\n\n[profiles.prod.signing]\nscheme = \"cloudcdn-colon\"\n\
             key = \"file:/run/secrets/sign\"\n"
        );
    }

    #[test]
    fn enter_alone_takes_the_defaults() {
        let (report, file) = answered("", "\n\n\n\n\n\n\n");
        assert_eq!(report.unwrap()["profile"], "default");
        assert!(
            file.contains("url = \"https://cloudcdn.pro\"") && file.contains("scheme = \"cloudcdn\""),
            "{file}"
        );
    }

    #[test]
    fn a_bad_answer_is_asked_for_again_and_not_for_ever() {
        let (report, file) =
            answered("", "a.b\nok\nnotaurl\nhttps://x.example\nhunter2\nenv:A\n\n\n\n3\n1\n");
        assert!(report.is_ok());
        assert!(
            file.contains("[profiles.ok]") && file.contains("env:A") && !file.contains("hunter2"),
            "{file}"
        );
        let (report, file) = answered("", "a.b\na.b\na.b\n");
        assert_eq!((report.unwrap_err().facts().exit, file.as_str()), (64, ""));
    }

    #[test]
    fn answers_that_end_early_write_nothing() {
        let (report, file) = answered("", "prod\nhttps://x.example\n");
        assert_eq!((report.unwrap_err().facts().exit, file.as_str()), (64, ""));
    }

    #[test]
    fn a_profile_that_exists_ends_the_dialogue_at_once() {
        let (report, _) = answered("[profiles.prod]\n", "prod\n");
        assert!(report.unwrap_err().to_string().contains("--force"));
    }
}
