//! CloudFront's policies: the JSON that is signed, and the networks in it.

use super::text::plain_number;
use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::net::IpAddr;

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The URLs, with `*` and `?`.
    pub resource: String,
    /// `DateLessThan`.
    pub expires: u64,
    /// `DateGreaterThan`.
    pub start: Option<u64>,
    /// `IpAddress`, a network.
    pub ip: Option<String>,
}

const MALFORMED: Error = Error::Malformed("Policy");

/// Reads a policy of one statement. A member that is not known here is malformed: whoever verifies would
/// otherwise pass over a condition.
pub fn read(text: &[u8]) -> Result<Policy> {
    let policy: Value = serde_json::from_slice(text).map_err(|_| MALFORMED)?;
    let statement = match members(&policy, &["Statement"])?.get("Statement") {
        Some(Value::Array(statements)) if statements.len() == 1 => &statements[0],
        _ => return Err(MALFORMED),
    };
    let statement = members(statement, &["Resource", "Condition"])?;
    let conditions = statement.get("Condition").ok_or(MALFORMED)?;
    let conditions = members(conditions, &["DateLessThan", "DateGreaterThan", "IpAddress"])?;
    let time = |name| condition(conditions, name, "AWS:EpochTime", Value::as_u64);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(Policy {
        resource: statement.get("Resource").and_then(text).ok_or(MALFORMED)?,
        expires: time("DateLessThan")?.ok_or(MALFORMED)?,
        start: time("DateGreaterThan")?,
        ip: condition(conditions, "IpAddress", "AWS:SourceIp", text)?,
    })
}

fn members<'p>(value: &'p Value, known: &[&str]) -> Result<&'p Map<String, Value>> {
    let object = value.as_object().ok_or(MALFORMED)?;
    let all_known = object.keys().all(|name| known.contains(&name.as_str()));
    all_known.then_some(object).ok_or(MALFORMED)
}

/// The one member of a condition, if the condition is there.
fn condition<T>(
    conditions: &Map<String, Value>,
    name: &str,
    key: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>> {
    let Some(condition) = conditions.get(name) else { return Ok(None) };
    let value = members(condition, &[key])?.get(key);
    value.and_then(read).map(Some).ok_or(MALFORMED)
}

/// An address as a network: a bare one is a network of one. (botocore gives IPv6 a /32, which would be a
/// whole provider.)
pub fn network(ip: &str, only_ip4: bool) -> Result<String> {
    let (base, length) = ip.split_once('/').map_or((ip, None), |(base, length)| (base, Some(length)));
    let refused = |why: &str| Error::Usage(format!("`{ip}` is no address or network in CIDR notation{why}"));
    let base: IpAddr = base.parse().map_err(|_| refused(""))?;
    if only_ip4 && base.is_ipv6() {
        return Err(refused(" that the JS dialect knows: it takes IPv4 only"));
    }
    let width = if base.is_ipv4() { 32 } else { 128 };
    let length = match length {
        None => width,
        Some(digits) => plain_number(digits).filter(|length| *length <= width).ok_or_else(|| refused(""))?,
    };
    Ok(format!("{base}/{length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(condition: &str) -> String {
        format!(r#"{{"Statement":[{{"Resource":"https://h/*","Condition":{{{condition}}}}}]}}"#)
    }

    const ENDS: &str = r#""DateLessThan":{"AWS:EpochTime":9}"#;

    #[test]
    fn every_condition_is_read() {
        let text = policy(&format!(
            r#""IpAddress":{{"AWS:SourceIp":"10.0.0.0/8"}},{ENDS},"DateGreaterThan":{{"AWS:EpochTime":1}}"#
        ));
        let wanted = Policy {
            resource: "https://h/*".into(),
            expires: 9,
            start: Some(1),
            ip: Some("10.0.0.0/8".into()),
        };
        assert_eq!(read(text.as_bytes()).unwrap(), wanted);
    }

    #[test]
    fn conditions_that_are_not_understood_are_not_passed_over() {
        for text in [
            String::new(),
            "[]".into(),
            r#"{"Statement":[]}"#.into(),
            policy(""),
            policy(r#""DateLessThan":{"AWS:EpochTime":"9"}"#),
            policy(r#""DateLessThan":{"AWS:EpochTime":-9}"#),
            policy(r#""DateLessThan":{"AWS:EpochTime":9.5}"#),
            policy(r#""DateLessThan":{"AWS:EpochTime":9,"x":1}"#),
            policy(&format!(r#"{ENDS},"Referer":{{"AWS:Referer":"x"}}"#)),
            policy(&format!(r#"{ENDS},"IpAddress":{{"AWS:SourceIp":["10.0.0.0/8"]}}"#)),
            policy(ENDS).replace(r#""Resource":"https://h/*","#, ""),
            policy(ENDS).replace(r#""Resource""#, r#""Effect":"Deny","Resource""#),
            policy(ENDS).replace("}]}", "},{}]}"),
            policy(ENDS) + "x",
        ] {
            assert!(matches!(read(text.as_bytes()), Err(Error::Malformed("Policy"))), "{text}");
        }
        assert!(read(b"\xff").is_err());
    }

    #[test]
    fn addresses_become_networks() {
        for (ip, wanted) in [
            ("203.0.113.7", "203.0.113.7/32"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("2001:db8::7", "2001:db8::7/128"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(network(ip, false).unwrap(), wanted);
        }
        for ip in
            ["", "x", "203.0.113", "203.0.113.7/33", "203.0.113.7/", "203.0.113.7/-1", "::/129", "1.2.3.4\""]
        {
            assert!(matches!(network(ip, false), Err(Error::Usage(_))), "{ip}");
        }
        assert!(network("2001:db8::7", true).is_err());
    }
}
