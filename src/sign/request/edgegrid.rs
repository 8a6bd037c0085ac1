//! Akamai's EdgeGrid, `EG1-HMAC-SHA256` (contracts/purge.md section 6): the vendor's own vectors are its test.

use super::{Parts, base64, digest, hmac};
use crate::sign::stamp;

/// How much of a body is hashed, unless the credential says otherwise.
pub const MAX_BODY: usize = 131_072;

/// A client of the vendor's API.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// Public.
    pub client_token: &'a str,
    /// Used as text, not decoded.
    pub client_secret: &'a [u8],
    /// Public.
    pub access_token: &'a str,
    /// How much of a body is hashed.
    pub max_body: usize,
}

/// `YYYYMMDDTHH:MM:SS+0000`; `None` past the year 9999.
#[must_use]
pub fn timestamp(seconds: u64) -> Option<String> {
    let text = stamp::write(seconds)?;
    let (date, clock) = text.trim_end_matches('Z').split_at(9);
    Some(format!("{date}{}:{}:{}+0000", &clock[..2], &clock[2..4], &clock[4..]))
}

impl Client<'_> {
    /// The value of the `Authorization` header. `headers` are those that the service names, in its order.
    #[must_use]
    pub fn authorization(
        &self,
        parts: &Parts<'_>,
        headers: &[(&str, &str)],
        timestamp: &str,
        nonce: &str,
    ) -> String {
        let open = format!(
            "EG1-HMAC-SHA256 client_token={};access_token={};timestamp={timestamp};nonce={nonce};",
            self.client_token, self.access_token
        );
        let signing = base64(&hmac(self.client_secret, timestamp.as_bytes()));
        let hashed = match parts.method {
            "POST" if !parts.body.is_empty() => {
                base64(&digest(&parts.body[..parts.body.len().min(self.max_body)]))
            }
            _ => String::new(),
        };
        let headers: Vec<String> = headers.iter().map(|(name, value)| canonical(name, value)).collect();
        let text =
            [parts.method, parts.scheme, parts.host, parts.target, &headers.join("\t"), &hashed, &open]
                .join("\t");
        let signature = base64(&hmac(signing.as_bytes(), text.as_bytes()));
        format!("{open}signature={signature}")
    }
}

fn canonical(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    format!("{}:{}", name.to_ascii_lowercase(), words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn the_vendors_vectors_hold() {
        let text = include_str!("../../../tests/vectors/purge/edgegrid/vectors.json");
        let file: Value = serde_json::from_str(text).unwrap();
        let word = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let cases = file["tests"].as_array().unwrap();
        assert!(cases.len() >= 15);
        for case in cases {
            let of = |name: &str| match case.get(name) {
                Some(own) => own.as_str().unwrap().to_owned(),
                None => word(&file, name),
            };
            let body = word(case, "body").repeat(case["times"].as_u64().unwrap_or(1).try_into().unwrap());
            let (client_token, access_token, secret) =
                (of("client_token"), of("access_token"), of("client_secret"));
            let max_body = file["max_body"].as_u64().unwrap().try_into().unwrap();
            let client = Client {
                client_token: &client_token,
                client_secret: secret.as_bytes(),
                access_token: &access_token,
                max_body,
            };
            let (method, url) = (word(case, "method"), of("base") + &word(case, "path"));
            let parts = Parts::of(&method, &url, body.as_bytes()).unwrap();
            let list = case["headers"].as_array().cloned().unwrap_or_default();
            let pairs: Vec<(String, String)> =
                list.iter().map(|pair| (word(pair, "name"), word(pair, "value"))).collect();
            let headers: Vec<(&str, &str)> =
                pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let made = client.authorization(&parts, &headers, &of("timestamp"), &of("nonce"));
            assert!(
                made.ends_with(&format!("signature={}", word(case, "signature"))),
                "{}: {made}",
                case["name"]
            );
        }
    }

    #[test]
    fn times_are_utc_and_written_out() {
        assert_eq!(timestamp(1_395_430_461).as_deref(), Some("20140321T19:34:21+0000"));
        assert_eq!(timestamp(u64::MAX), None);
    }
}
