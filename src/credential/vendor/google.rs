//! Google: the key file that `GOOGLE_APPLICATION_CREDENTIALS` names, or what `gcloud auth application-default
//! login` left behind.

use super::{Fetched, Files, Kept, Looking, Place, Secrets, lacks, secret_always, text};
use crate::{
    error::{Error, Kind, Result},
    http::{Client, Request},
    secret::Secret,
};
use serde_json::Value;
use std::time::Duration;

/// Where Google's tools keep them.
pub const FILES: Files = Files {
    places: "`GOOGLE_APPLICATION_CREDENTIALS`, or `application_default_credentials.json` in `$CLOUDSDK_CONFIG` or \
             `~/.config/gcloud`",
    read,
};

const USUAL: &str = "application_default_credentials.json";

fn read(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    let named = looking.place("GOOGLE_APPLICATION_CREDENTIALS", &format!(".config/gcloud/{USUAL}"));
    let place = match ((looking.env)("CLOUDSDK_CONFIG"), named) {
        (Some(folder), None | Some(Place { by: None, .. })) => {
            Some(Place { path: std::path::Path::new(folder).join(USUAL), by: None })
        }
        (_, named) => named,
    };
    let Some(page) = looking.open(place, secret_always)? else { return machine(looking) };
    let value = page.json()?;
    let members: &[&str] = match text(&value, "type") {
        Some("service_account") => &["client_email", "private_key"],
        Some("authorized_user") => &["client_id", "client_secret", "refresh_token"],
        other => {
            return Err(Error::Config(format!(
                "{} is of type {:?}, which stratos does not exchange; use a service account's key, or access_token \
                 (exec:gcloud auth print-access-token) in the profile",
                page.shown,
                other.unwrap_or("none")
            )));
        }
    };
    if let Some(missing) = members.iter().find(|member| text(&value, member).is_none()) {
        return Err(lacks(&page.shown, missing));
    }
    let secrets = Secrets::Here(vec![("service_account", Secret::new(page.text.as_bytes()))]);
    let project = text(&value, "project_id").map(|project| ("project", project.to_owned()));
    let settings = project.into_iter().collect();
    Ok(Some(Kept { settings, ..looking.kept(page.shown.clone(), secrets) }))
}

/// The account of the machine, asked for where the profile says so and nothing else is there.
fn machine(looking: &mut Looking<'_>) -> Result<Option<Kept>> {
    if (looking.setting)("instance_metadata").as_deref() != Some("true")
        && !planted!("machine-asked-unbidden")
    {
        return Ok(None);
    }
    let named = (looking.env)("GCE_METADATA_HOST").map(|host| format!("http://{host}"));
    let base = super::machine("GCE_METADATA_HOST", named.as_deref(), "http://169.254.169.254")?;
    let errand = move |client: &Client<'_>| {
        let url = format!("{base}/computeMetadata/v1/instance/service-accounts/default/token");
        let request = Request::get(url).header("Metadata-Flavor", "Google");
        let reply = super::untraced(client).send(&request)?.into_result(None)?;
        let value = reply.value();
        let token = text(&value, "access_token").ok_or_else(|| {
            reply.means(Kind::DataError, Some("the machine gives no token; has it a service account?".into()))
        })?;
        let lasts = value.get("expires_in").and_then(Value::as_u64);
        let now = client.clock.now()?;
        let until = lasts.map(|lasts| now.saturating_add(Duration::from_secs(lasts)));
        Ok(Fetched { pairs: vec![("access_token", Secret::new(token))], until })
    };
    Ok(Some(looking.kept("instance metadata".into(), Secrets::Later(Box::new(errand)))))
}
