//! bunny.net: `bunnynet.json`, with a key and sometimes an address for each profile.

use super::{Files, Kept, Looking, Place, Secrets, absent, secret_always, text};
use crate::{error::Result, secret::Secret};
use serde_json::Value;

/// Where bunny.net's tool keeps them.
pub const FILES: Files = Files {
    places: "`bunnynet.json` in `$XDG_CONFIG_HOME`, `~/.config` or `/etc`, or `~/.bunnynet.json`, profile `default` \
             or `bunnynet_profile`",
    read,
};

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let Some(home) = looking.home else { return Ok(None) };
    let folder = (looking.env)("XDG_CONFIG_HOME").map(|folder| folder.into());
    let usual = [
        folder.map(|folder: std::path::PathBuf| folder.join("bunnynet.json")),
        Some(home.join(".config/bunnynet.json")),
        Some(home.join(".bunnynet.json")),
        Some("/etc/bunnynet.json".into()),
    ];
    let first = usual.into_iter().flatten().find(|path| path.exists());
    let Some(page) = looking.open(first.map(|path| Place { path, by: None }), secret_always)? else {
        return Ok(None);
    };
    let value = page.json()?;
    let asked = (looking.setting)("bunnynet_profile");
    let name = asked.as_deref().unwrap_or("default");
    let profiles = value.get("profiles").and_then(Value::as_object);
    let Some(profile) = profiles.and_then(|profiles| profiles.get(name)) else {
        let known: Vec<&str> = profiles.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let remedy = "name one with bunnynet_profile in the profile";
        return if known.is_empty() { Ok(None) } else { Err(absent(&page.shown, name, &known, remedy)) };
    };
    let key = text(profile, "api_key").ok_or_else(|| page.lacks(name, "api_key"))?;
    let secrets = Secrets::Here(vec![("api_key", Secret::new(key))]);
    let url = text(profile, "api_url").map(str::to_owned);
    Ok(Some(Kept { url, ..looking.kept(format!("{} [{name}]", page.shown), secrets) }))
}
