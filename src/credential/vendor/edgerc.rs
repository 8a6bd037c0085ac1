//! Akamai: `.edgerc`, a section of it, and the variables that carry a section's name.

use super::{Files, Kept, Looking, Pairs, Secrets, absent, ini::Ini, lacks, secret_always};
use crate::{error::Result, secret::Secret};

/// Where Akamai's tools keep them.
pub const FILES: Files =
    Files { places: "`~/.edgerc` (`AKAMAI_EDGERC`), section `default` or `AKAMAI_EDGERC_SECTION`", read };

const SECRETS: &[&str] = &["client_token", "client_secret", "access_token"];

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let asked = (looking.setting)("edgerc_section");
    let name = asked.as_deref().unwrap_or("default");
    if let Some(kept) = variables(looking, name)? {
        return Ok(Some(kept));
    }
    let place = looking.place("AKAMAI_EDGERC", ".edgerc");
    let Some(page) = looking.open(place, secret_always)? else { return Ok(None) };
    let ini = Ini::read(&page)?;
    let Some(section) = ini.section(name) else {
        let remedy = "name one with edgerc_section in the profile, or AKAMAI_EDGERC_SECTION";
        return Err(absent(&page.shown, name, &ini.names(), remedy));
    };
    let shown = format!("{} [{name}]", page.shown);
    account(looking, shown, |member| section.get(member).map(str::to_owned)).map(Some)
}

/// `AKAMAI_CCU_HOST` and its fellows for the section `ccu`. Those of `default` have no section in their
/// names, and are the provider's own variables.
fn variables(looking: &mut Looking<'_>, section: &str) -> Result<Option<Kept>> {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let prefix = format!("AKAMAI_{}_", section.chars().map(clean).collect::<String>());
    let env = looking.env;
    let find = |member: &str| {
        let name = if member == "account_key" { "ACCOUNT_KEY".into() } else { member.to_ascii_uppercase() };
        env(&format!("{prefix}{name}")).map(str::to_owned)
    };
    if SECRETS.iter().all(|member| find(member).is_none()) {
        return Ok(None);
    }
    account(looking, format!("env:{prefix}*"), find).map(Some)
}

fn account(looking: &mut Looking<'_>, shown: String, find: impl Fn(&str) -> Option<String>) -> Result<Kept> {
    let demand = |member: &str| find(member).ok_or_else(|| lacks(&shown, member));
    let pair = |name: &'static str| demand(name).map(|text| (name, Secret::new(text)));
    let secrets = SECRETS.iter().copied().map(pair).collect::<Result<Pairs>>()?;
    let host = demand("host")?;
    let bare = host.strip_prefix("https://").unwrap_or(&host).trim_end_matches('/');
    let known = [("max_body", "max_body"), ("account_key", "account_switch_key")];
    let settings = known.into_iter().filter_map(|(member, name)| Some((name, find(member)?))).collect();
    let url = Some(format!("https://{bare}"));
    Ok(Kept { settings, url, ..looking.kept(shown, Secrets::Here(secrets)) })
}
