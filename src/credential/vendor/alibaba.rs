//! Alibaba Cloud: `~/.aliyun/config.json`, the profile that is current there or one by name.

use super::{Files, Kept, Looking, Secrets, absent, secret_always, text};
use crate::{
    error::{Error, Result},
    secret::Secret,
};
use serde_json::Value;

/// Where Alibaba Cloud's tool keeps them.
pub const FILES: Files =
    Files { places: "`~/.aliyun/config.json`, its current profile or `ALIBABA_CLOUD_PROFILE`", read };

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let place = looking.below_home(".aliyun/config.json");
    let Some(page) = looking.open(place, secret_always)? else { return Ok(None) };
    let value = page.json()?;
    let asked = (looking.setting)("aliyun_profile");
    let name = asked.as_deref().or_else(|| text(&value, "current")).unwrap_or("default");
    let profiles: Vec<&Value> =
        value.get("profiles").and_then(Value::as_array).into_iter().flatten().collect();
    let Some(profile) = profiles.iter().find(|profile| text(profile, "name") == Some(name)) else {
        let known: Vec<&str> = profiles.iter().filter_map(|profile| text(profile, "name")).collect();
        return Err(absent(
            &page.shown,
            name,
            &known,
            "name one with aliyun_profile, or ALIBABA_CLOUD_PROFILE",
        ));
    };
    let shown = format!("{} [{name}]", page.shown);
    let mode = text(profile, "mode").unwrap_or("AK");
    if !matches!(mode, "AK" | "StsToken") {
        return Err(Error::Config(format!(
            "{shown} is of mode {mode}, which takes Alibaba's own tool; use a profile of mode AK or StsToken"
        )));
    }
    let demand =
        |member: &str| text(profile, member).map(Secret::new).ok_or_else(|| page.lacks(name, member));
    let mut pairs = vec![
        ("access_key_id", demand("access_key_id")?),
        ("access_key_secret", demand("access_key_secret")?),
    ];
    if mode == "StsToken" {
        pairs.push(("session_token", demand("sts_token")?));
    }
    Ok(Some(looking.kept(shown, Secrets::Here(pairs))))
}
