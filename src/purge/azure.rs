//! Azure Front Door and the classic CDN (contracts/purge.md section 9): paths and domains, behind Entra.

use super::{
    Account, Batch, Budget, Grant, Limit, MACHINE, Poll, Progress, Provider, Receipt, Selector, Sent,
    Setting, Settings, accepted, items, items::refused, oauth,
};
use crate::{
    credential::vendor,
    error::{Answer, Error, Result},
    http::{Request, Response},
};
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};

/// One operation runs, up to forty queue behind it.
const QUEUE: &[Budget] = &[Budget::requests("operations", 40)];
/// Far above any list of 100 paths; a bound, so that a plan looks at every batch before it is sent.
const BODY: usize = 1 << 20;

/// The row.
pub const PROVIDER: Provider = Provider {
    id: "azure",
    title: "Azure Front Door",
    url: "https://management.azure.com",
    variables: &[
        ("tenant_id", &["AZURE_TENANT_ID"]),
        ("client_id", &["AZURE_CLIENT_ID"]),
        ("client_secret", &["AZURE_CLIENT_SECRET"]),
        ("subscription_id", &["AZURE_SUBSCRIPTION_ID"]),
    ],
    files: Some(vendor::azure::FILES),
    credentials: &[&["access_token"], &["client_secret"], &["federated_token"]],
    missing: "no credential to purge with; set AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE with AZURE_TENANT_ID \
              and AZURE_CLIENT_ID, or an access_token (`az account get-access-token`) in the profile",
    settings: &[
        Setting::required("subscription_id"),
        Setting::required("resource_group"),
        Setting::required("profile_name"),
        Setting::required("endpoint"),
        Setting::one_of("kind", &["frontdoor", "classic"]),
        Setting::or("tenant_id", ""),
        Setting::or("client_id", ""),
        Setting::or("login_url", "https://login.microsoftonline.com"),
        MACHINE,
    ],
    limits: &[
        Limit::of(Selector::Url, 100).bytes(BODY).spends(QUEUE),
        Limit::of(Selector::Prefix, 100).bytes(BODY).spends(QUEUE),
        Limit::of(Selector::Host, 100).bytes(BODY).spends(QUEUE).when("kind", "frontdoor"),
        Limit::of(Selector::All, 1).bytes(BODY).spends(QUEUE),
    ],
    normalize,
    encode,
    authorize: oauth::bearer,
    decode,
    hint,
    grant: Some(Grant { encode: grant, decode: oauth::token }),
    poll: Some(Poll { every: Duration::from_secs(10), encode: ask, decode: answer }),
    ..Provider::BASE
};

fn normalize(settings: &Settings, selector: Selector, item: &str) -> Result<String> {
    if selector == Selector::Host {
        let host = items::host(item)?;
        return match host.contains('*') {
            true => Err(refused(item, "is a wildcard domain, which Azure refuses; name each subdomain")),
            false => Ok(host),
        };
    }
    let classic = settings.get("kind")? == "classic";
    // A path alone means every domain of the endpoint; a whole URL means its own.
    let (site, path) = match item.starts_with('/') || classic {
        true => (String::new(), items::path(item)?),
        false => {
            items::whole(item).map(|whole| (format!("{}://{}", whole.scheme, whole.host), whole.rest))?
        }
    };
    let folder = path.strip_suffix('*').unwrap_or(&path);
    if folder.contains('*') {
        return Err(refused(item, "holds `*` before its end, where it is no wildcard"));
    }
    match selector {
        Selector::Prefix => Ok(format!("{site}{folder}*")),
        _ if path.ends_with('*') => {
            Err(refused(item, "is a wildcard, which is wider than a URL; use --prefix"))
        }
        _ => Ok(site + &path),
    }
}

fn encode(settings: &Settings, batch: &Batch<'_>) -> Result<Request> {
    let part = |name: &str| settings.get(name).map(items::component);
    let endpoints = if settings.get("kind")? == "classic" { "endpoints" } else { "afdEndpoints" };
    let url = batch.url(format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Cdn/profiles/{}/{endpoints}/{}/purge?api-version=2024-09-01",
        part("subscription_id")?,
        part("resource_group")?,
        part("profile_name")?,
        part("endpoint")?,
    ));
    let body = match batch.selector {
        Selector::All => json!({ "contentPaths": ["/*"] }),
        Selector::Host => json!({ "contentPaths": ["/*"], "domains": batch.items }),
        _ => places(batch)?,
    };
    Ok(Request::post(url).json(&body).repeatable(true))
}

/// Azure purges every path on every domain that a call names, so a list must name all of those pairs.
fn places(batch: &Batch<'_>) -> Result<Value> {
    let mut pairs = HashSet::new();
    let (mut domains, mut paths) = (Vec::new(), Vec::new());
    for item in batch.items.all() {
        let (domain, path) = match item.starts_with('/') {
            true => (None, item.clone()),
            false => items::whole(item).map(|whole| (Some(whole.host), whole.rest))?,
        };
        if !domains.contains(&domain) {
            domains.push(domain.clone());
        }
        if !paths.contains(&path) {
            paths.push(path.clone());
        }
        pairs.insert((domain, path));
    }
    if domains.len() > 1 && pairs.len() != domains.len() * paths.len() {
        return Err(Error::Data(
            "the list names other paths on each host, and Azure would purge every path on all of them; run purge once \
             for each host"
                .into(),
        ));
    }
    let named: Option<Vec<String>> = domains.into_iter().collect();
    Ok(match named {
        Some(domains) => json!({ "contentPaths": paths, "domains": domains }),
        None => json!({ "contentPaths": paths }),
    })
}

fn grant(account: &Account, _: &super::Attempt<'_>) -> Result<Option<Request>> {
    let (name, secret) = match (account.secret("client_secret"), account.secret("federated_token")) {
        (Some(secret), _) => ("client_secret", secret),
        (None, Some(token)) => ("client_assertion", token),
        (None, None) => return Ok(None),
    };
    let (tenant, client) = (account.settings.get("tenant_id")?, account.settings.get("client_id")?);
    if tenant.is_empty() || client.is_empty() {
        return Err(Error::MissingKey(
            "the credential goes with tenant_id and client_id; set them in the profile, or AZURE_TENANT_ID and \
             AZURE_CLIENT_ID"
                .into(),
        ));
    }
    let login = account.settings.get("login_url")?.trim_end_matches('/');
    let url = format!("{login}/{}/oauth2/v2.0/token", items::component(tenant));
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("scope", "https://management.azure.com/.default"),
    ];
    if name == "client_assertion" {
        // A token of another platform's, which Entra was told to believe (RFC 7523).
        fields.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    }
    Ok(Some(oauth::form(&url, &fields, &[(name, secret)])))
}

fn decode(reply: &Response) -> Result<Receipt> {
    accepted(reply)?;
    let place = reply.header("azure-asyncoperation").or_else(|| reply.header("location"));
    Ok(Receipt { id: place.map(str::to_owned), after: Duration::from_secs(10), ..Receipt::default() })
}

/// The answer to a purge names where to ask. No credential goes to another origin than the account's.
fn ask(_: &Settings, sent: &Sent<'_>) -> Result<Request> {
    let place = sent.id.ok_or_else(|| Error::Data("Azure named no operation to ask about".into()))?;
    if !place.starts_with(&sent.batch.url("/")) {
        return Err(Error::Data(format!("the operation's address {place} is not Azure's; it is not asked")));
    }
    Ok(Request::get(place))
}

fn answer(_: &Sent<'_>, reply: &Response) -> Result<Progress> {
    accepted(reply)?;
    let body = reply.value();
    Ok(match body.get("status").and_then(Value::as_str) {
        Some("Succeeded") => Progress::Done,
        Some("Failed" | "Canceled") => {
            let message = body.pointer("/error/message").and_then(Value::as_str);
            Progress::Failed(message.unwrap_or("the operation failed").to_owned())
        }
        // `Location` answers 202 while it runs, and nothing when it is done.
        None if reply.status != 202 => Progress::Done,
        _ => Progress::Running,
    })
}

fn hint(_: &Account, answer: &Answer, now: Duration) -> Option<String> {
    if let Some(refusal) = oauth::refused(answer, now) {
        return Some(refusal);
    }
    match answer.status {
        401 | 403 => Some("the client needs the role CDN Endpoint Contributor on the endpoint".into()),
        404 => Some("check subscription_id, resource_group, profile_name and endpoint".into()),
        429 => Some("the subscription's writes are used up: send it again later".into()),
        _ => None,
    }
}
