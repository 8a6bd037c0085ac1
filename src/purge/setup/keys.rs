//! Akamai and CloudFront: keys that sign, whose rights their APIs do not tell.

use super::{Ask, Find, Place, Power, Setup, as_given, get};
use crate::{
    error::Result,
    http::{Request, Response},
    purge::{Account, Settings, items},
};
use quick_xml::{Reader, events::Event};

/// Akamai: the budget left can be asked for without spending any.
pub const AKAMAI: Setup = Setup { find: None, probe: Some(akamai) };

/// CloudFront: a distribution by one of its names.
pub const CLOUDFRONT: Setup = Setup {
    find: Some(Find {
        setting: "distribution_id",
        what: "distribution (an alias, or its own host)",
        tries: as_given,
        encode: |settings, _| Ok(get(settings, "/2020-05-31/distribution")),
        decode: distributions,
    }),
    probe: Some(cloudfront),
};

fn akamai(account: &Account, ask: Ask<'_>) -> Result<Power> {
    let target = account.settings.targets().first().map_or("", String::as_str);
    let mut url = format!("{}/ccu/v3/rate-limit-status/url", target.trim_end_matches('/'));
    let key = account.settings.get("account_switch_key")?;
    if !key.is_empty() {
        url += &format!("?accountSwitchKey={}", items::component(key));
    }
    let hint = "the API client needs the CCU APIs with read-write access";
    ask(&Request::post(url).repeatable(true))?.into_result(Some(hint.into()))?;
    Ok(Power::noted(Some(true), "which other APIs the client may use is shown in Control Center alone"))
}

const IAM: &str = "what the keys may do cannot be known without asking IAM, which is not done; a purge needs \
                   cloudfront:CreateInvalidation and cloudfront:GetInvalidation";

fn cloudfront(account: &Account, ask: Ask<'_>) -> Result<Power> {
    let reply = ask(&get(&account.settings, &path(&account.settings)?))?;
    // Keys that are good and may not list are answered so.
    if reply.status == 403 && reply.element("Code").as_deref() == Some("AccessDenied") {
        return Ok(Power::noted(None, IAM));
    }
    reply.into_result(Some("check the keys, and distribution_id".into()))?;
    Ok(Power::noted(None, IAM))
}

fn path(settings: &Settings) -> Result<String> {
    let id = items::component(settings.get("distribution_id")?);
    Ok(format!("/2020-05-31/distribution/{id}/invalidation?MaxItems=1"))
}

/// Each `DistributionSummary`: its `Id`, its `DomainName` and its aliases. Only the first page of the list is read.
fn distributions(reply: &Response) -> Result<Vec<Place>> {
    let mut reader = Reader::from_reader(reply.body.as_slice());
    let (mut places, mut open): (Vec<Place>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Eof => break,
            Event::Start(start) => {
                open.push(start.local_name().as_ref().to_vec());
                if open.ends_with(&[b"DistributionSummary".to_vec()]) {
                    places.push(Place { id: String::new(), names: Vec::new() });
                }
            }
            Event::End(_) => _ = open.pop(),
            Event::Text(text) => {
                let (Some(place), Ok(text)) = (places.last_mut(), text.decode()) else { continue };
                let ends = |tail: &[&str]| {
                    tail.len() <= open.len()
                        && open[open.len() - tail.len()..].iter().zip(tail).all(|(a, b)| a == b.as_bytes())
                };
                if ends(&["DistributionSummary", "Id"]) {
                    place.id = text.trim().to_owned();
                } else if ends(&["DistributionSummary", "DomainName"]) || ends(&["Aliases", "Items", "CNAME"])
                {
                    place.names.push(text.trim().to_owned());
                }
            }
            _ => {}
        }
    }
    places.retain(|place| !place.id.is_empty());
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_are_known_by_host_and_alias_and_not_by_their_origins() {
        let xml = "<DistributionList><Items><DistributionSummary><Id>E1</Id><DomainName>d1.cloudfront.net</DomainName>\
                   <Aliases><Quantity>2</Quantity><Items><CNAME>a.example</CNAME><CNAME>b.example</CNAME></Items></Aliases>\
                   <Origins><Items><Origin><Id>o</Id><DomainName>origin.example</DomainName></Origin></Items></Origins>\
                   </DistributionSummary><DistributionSummary><Id>E2</Id><DomainName>d2.cloudfront.net</DomainName>\
                   </DistributionSummary></Items></DistributionList>";
        let reply = Response {
            status: 200,
            headers: Vec::new(),
            body: xml.into(),
            attempts: 1,
            elapsed: std::time::Duration::ZERO,
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            distributions(&reply).unwrap(),
            [
                Place { id: "E1".into(), names: names(&["d1.cloudfront.net", "a.example", "b.example"]) },
                Place { id: "E2".into(), names: names(&["d2.cloudfront.net"]) },
            ]
        );
    }
}
