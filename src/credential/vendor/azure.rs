//! Azure: the token of the platform's own that `AZURE_FEDERATED_TOKEN_FILE` names (workload identity), or the identity
//! of the machine where the profile says so.

use super::{Fetched, Files, Kept, Looking, Place, Secrets, text};
use crate::{
    error::{Kind, Result},
    http::{Client, Request},
    secret::Secret,
};
use std::time::Duration;

/// Where Azure's platforms keep them.
pub const FILES: Files = Files {
    places: "the file of `AZURE_FEDERATED_TOKEN_FILE` (workload identity), with `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`",
    read,
};

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let variable = "AZURE_FEDERATED_TOKEN_FILE";
    let Some(path) = (looking.env)(variable) else { return Ok(machine(looking)) };
    let place = Place { path: path.into(), by: Some(variable) };
    // The platform wrote it and says who reads it; that nobody else writes it still counts.
    let Some(page) = looking.open(Some(place), |_| true)? else { return Ok(None) };
    let token = Secret::new(page.text.trim().as_bytes());
    Ok(Some(looking.kept(page.shown.clone(), Secrets::Here(vec![("federated_token", token)]))))
}

/// The identity of the machine, asked for where the profile says so and nothing else is there.
fn machine(looking: &mut Looking<'_>) -> Option<Kept> {
    if (looking.setting)("instance_metadata").as_deref() != Some("true") {
        return None;
    }
    // A machine may have several; without a name it answers with its own, or with the only one.
    let client = (looking.setting)("client_id").map(|id| format!("&client_id={}", super::encoded(&id)));
    let url = format!(
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={}{}",
        super::encoded("https://management.azure.com/"),
        client.unwrap_or_default()
    );
    let errand = move |client: &Client<'_>| {
        let request = Request::get(url).header("Metadata", "true");
        let reply = super::untraced(client).send(&request)?.into_result(None)?;
        let value = reply.value();
        let token = text(&value, "access_token").ok_or_else(|| {
            reply.means(Kind::DataError, Some("the machine gives no token; has it an identity?".into()))
        })?;
        let lasts =
            value.get("expires_in").and_then(|lasts| lasts.as_u64().or_else(|| lasts.as_str()?.parse().ok()));
        let now = client.clock.now()?;
        let until = lasts.map(|lasts: u64| now.saturating_add(Duration::from_secs(lasts)));
        Ok(Fetched { pairs: vec![("access_token", Secret::new(token))], until })
    };
    Some(looking.kept("instance metadata".into(), Secrets::Later(Box::new(errand))))
}
