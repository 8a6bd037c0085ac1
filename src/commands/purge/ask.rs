//! What is asked of the person at the keyboard, and how their numbers are read.

use crate::{
    context::Context,
    error::{Error, Result},
};

/// The Node CLI's words.
pub const NOTHING: &str = "purge needs at least one URL, --tag, or --everything.";

/// Purging everything wants a word, not a key that is hit by chance.
pub fn confirm(cx: &mut Context<'_>, url: &str) -> Result<()> {
    if !cx.interactive || cx.options.no_input {
        return Err(Error::Usage(format!(
            "--everything removes all that {url} caches; add --yes to confirm it"
        )));
    }
    cx.console.plain(format!("This removes all that {url} caches. Type `everything` to go on:"));
    let mut answer = String::new();
    let read = cx.input.read_line(&mut answer);
    if read.is_ok() && answer.trim() == "everything" {
        return Ok(());
    }
    Err(Error::Usage("not confirmed, so nothing was purged; type `everything`, or add --yes".into()))
}

/// `--rate`: `5`, `0.5`, `5/s`; in requests per thousand seconds.
pub fn rate(text: &str) -> Result<u32> {
    let wrong = || {
        Error::Usage(format!(
            "--rate {text:?} is no number of requests a second; write 5, 0.5 or 5/s, 0.001 at least"
        ))
    };
    let number = text.strip_suffix("/s").unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(wrong());
    }
    let thousandths: u32 = format!("{fraction:0<3}")[..3].parse().map_err(|_| wrong())?;
    let whole: u32 = whole.parse().map_err(|_| wrong())?;
    let rate = whole.checked_mul(1000).and_then(|whole| whole.checked_add(thousandths));
    rate.filter(|rate| *rate > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::{confirm, rate};
    use crate::{context::desk::Desk, options::Options};

    fn confirmed(typed: &str, terminal: bool, options: Options) -> Result<(), String> {
        let desk = Desk { input: typed.into(), options, ..Desk::default() };
        let (result, _) = desk.run(|cx| {
            cx.interactive = terminal;
            confirm(cx, "https://cdn.test").map_err(|error| error.to_string())
        });
        result
    }

    #[test]
    fn everything_wants_the_whole_word_on_a_terminal() {
        assert_eq!(confirmed("everything\r\n", true, Options::default()), Ok(()));
        for typed in ["", "\n", "y\n", "yes\n", "every\n", "EVERYTHING\n"] {
            assert!(confirmed(typed, true, Options::default()).unwrap_err().contains("nothing was purged"));
        }
    }

    #[test]
    fn without_a_terminal_nobody_is_asked() {
        let mute = Options { no_input: true, ..Options::default() };
        for (terminal, options) in [(false, Options::default()), (true, mute)] {
            assert!(confirmed("everything\n", terminal, options).unwrap_err().contains("--yes"));
        }
    }

    #[test]
    fn rates_are_decimal_and_more_than_nothing() {
        for (text, want) in [("5", 5000), ("0.5", 500), ("5/s", 5000), ("1.25/s", 1250), ("0.0019", 1)] {
            assert_eq!(rate(text).unwrap(), want, "{text}");
        }
        for text in ["", "0", "0.0", "0.0001", "-1", "+1", "1e3", ".5", "5.", "5/m", "/s", "99999999999"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
