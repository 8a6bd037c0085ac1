//! Fastly: the token that its command line keeps, in the older layout (`[profile.x]`) and the newer (`[auth]`).
//! `fastly.toml` is not read: which service is purged must not depend on the folder one stands in.

use super::{Files, Kept, Looking, Page, Secrets, absent, secret_always};
use crate::{
    error::{Error, Result},
    secret::Secret,
};
use toml::{Table, Value};

/// Where Fastly's tool keeps them.
pub const FILES: Files = Files {
    places: "`fastly/config.toml` in `$XDG_CONFIG_HOME` or `~/.config`, its default token or `fastly_profile`",
    read,
};

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let place = looking.below_config("fastly/config.toml");
    let Some(page) = looking.open(place, secret_always)? else { return Ok(None) };
    let table = parse(&page)?;
    let asked = (looking.setting)("fastly_profile");
    let tokens = tokens(&table);
    let chosen = match &asked {
        Some(name) => tokens.iter().find(|token| token.name == name),
        None => tokens.iter().find(|token| token.chosen),
    };
    let Some(chosen) = chosen else {
        let known: Vec<&str> = tokens.iter().map(|token| token.name).collect();
        let remedy = "name one with fastly_profile in the profile";
        return match (asked, known.as_slice()) {
            (None, []) => Ok(None),
            (asked, known) => Err(absent(&page.shown, asked.as_deref().unwrap_or("default"), known, remedy)),
        };
    };
    let endpoint = table.get("fastly").and_then(|fastly| word(fastly, "api_endpoint"));
    let secrets = Secrets::Here(vec![("token", Secret::new(chosen.token))]);
    let url = endpoint.map(str::to_owned);
    Ok(Some(Kept { url, ..looking.kept(format!("{} [{}]", page.shown, chosen.name), secrets) }))
}

/// The parser's own words would quote the line, and with it the token.
fn parse(page: &Page) -> Result<Table> {
    page.text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start).min(page.text.len());
        let line = page.text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::Config(format!("{}, line {line}: this is no TOML; mend it, or move it away", page.shown))
    })
}

struct Token<'t> {
    name: &'t str,
    token: &'t str,
    chosen: bool,
}

/// Those of `[auth.tokens]`, then those of `[profile]`; one without a token is none.
fn tokens(table: &Table) -> Vec<Token<'_>> {
    let auth = table.get("auth");
    let default = auth.and_then(|auth| word(auth, "default"));
    let newer = auth.and_then(|auth| auth.get("tokens")).and_then(Value::as_table);
    let older = table.get("profile").and_then(Value::as_table);
    let newer = newer.into_iter().flatten().filter_map(|(name, entry)| {
        Some(Token { name, token: word(entry, "token")?, chosen: default == Some(name) })
    });
    let older = older.into_iter().flatten().filter_map(|(name, entry)| {
        let chosen = entry.get("default").and_then(Value::as_bool) == Some(true);
        Some(Token { name, token: word(entry, "token")?, chosen })
    });
    newer.chain(older).collect()
}

fn word<'t>(value: &'t Value, member: &str) -> Option<&'t str> {
    value.get(member)?.as_str().filter(|text| !text.is_empty())
}
