//! CloudFront's policies: the JSON that is signed, and the networks in it.

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
        Some(digits) => digits.parse().ok().filter(|length| *length <= width).ok_or_else(|| refused(""))?,
    };
    Ok(format!("{base}/{length}"))
}
