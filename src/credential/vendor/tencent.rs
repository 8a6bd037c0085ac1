//! Tencent Cloud: `~/.tccli/<profile>.credential`.

use super::{Files, Kept, Looking, Secrets, secret_always, text};
use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// Where Tencent Cloud's tool keeps them.
pub const FILES: Files = Files { places: "`~/.tccli/default.credential`, or that of `TCCLI_PROFILE`", read };

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let asked = (looking.setting)("tccli_profile");
    let name = asked.as_deref().unwrap_or("default");
    if !name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)) {
        return Err(Error::Config(format!("{name:?} names no profile of Tencent's tool; see ~/.tccli")));
    }
    let place = looking.below_home(&format!(".tccli/{name}.credential"));
    let Some(page) = looking.open(place, secret_always)? else {
        return match asked {
            Some(_) => Err(Error::Config(format!("~/.tccli has no {name}.credential; see TCCLI_PROFILE"))),
            None => Ok(None),
        };
    };
    let value = page.json()?;
    if text(&value, "token").is_some() || text(&value, "role-arn").is_some() {
        return Err(Error::Config(format!(
            "{} holds a temporary credential or a role, which is not in this version; use secret_id and secret_key \
             of a user",
            page.shown
        )));
    }
    let demand =
        |member: &str| text(&value, member).map(Secret::new).ok_or_else(|| super::lacks(&page.shown, member));
    let pairs = vec![("secret_id", demand("secretId")?), ("secret_key", demand("secretKey")?)];
    let shown = page.shown.clone();
    Ok(Some(looking.kept(shown, Secrets::Here(pairs))))
}
