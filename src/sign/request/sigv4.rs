//! AWS Signature Version 4 in the `Authorization` header, for APIs whose paths need no second encoding.
//!
//! Contract: contracts/purge.md section 5, with vectors from botocore.

use super::{Parts, digest, hmac};
use crate::sign::stamp;
use zeroize::Zeroizing;

/// Whose key, and for which service.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The access key's id.
    pub key_id: &'a str,
    /// The secret access key.
    pub secret: &'a [u8],
    /// Of temporary credentials.
    pub session_token: Option<&'a str>,
    /// `us-east-1`.
    pub region: &'a str,
    /// `cloudfront`.
    pub service: &'a str,
}

/// What a signed request carries besides its own headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The value of `X-Amz-Date`.
    pub date: String,
    /// The value of `Authorization`.
    pub authorization: String,
}

impl Scope<'_> {
    /// Signs host, date and session token; `None` past the year 9999.
    #[must_use]
    pub fn sign(&self, parts: &Parts<'_>, seconds: u64) -> Option<Signed> {
        let date = stamp::write(seconds)?;
        let day = &date[..8];
        let mut headers = format!("host:{}\nx-amz-date:{date}\n", parts.host);
        let mut names = "host;x-amz-date".to_owned();
        if let Some(token) = self.session_token {
            headers += &format!("x-amz-security-token:{token}\n");
            names += ";x-amz-security-token";
        }
        let (path, query) = parts.path_and_query();
        let request = format!(
            "{}\n{path}\n{}\n{headers}\n{names}\n{}",
            parts.method,
            sorted(query),
            hex::encode(digest(parts.body))
        );
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex::encode(digest(request.as_bytes())));
        let mut key = Zeroizing::new([b"AWS4", self.secret].concat());
        for part in scope.split('/') {
            key = Zeroizing::new(hmac(&key, part.as_bytes()).to_vec());
        }
        let signature = hex::encode(hmac(&key, text.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.key_id
        );
        Some(Signed { date, authorization })
    }
}

/// Parameters by name, each with its `=`.
fn sorted(query: &str) -> String {
    let mut pairs: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths><Quantity>1</Quantity>\
                        <Items><Path>/a</Path></Items></Paths><CallerReference>r</CallerReference></InvalidationBatch>";

    fn signature(session_token: Option<&str>) -> String {
        let scope = Scope {
            key_id: "AKIDEXAMPLE",
            secret: b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            session_token,
            region: "us-east-1",
            service: "cloudfront",
        };
        let url = "https://cloudfront.amazonaws.com/2020-05-31/distribution/E1ABC/invalidation";
        let parts = Parts::of("POST", url, BODY.as_bytes()).unwrap();
        let signed = scope.sign(&parts, 1_767_225_600).unwrap();
        assert_eq!(signed.date, "20260101T000000Z");
        signed.authorization.rsplit_once('=').unwrap().1.to_owned()
    }

    #[test]
    fn it_signs_as_botocore_does() {
        assert_eq!(signature(None), "0799e833d510b5db145fbba18dcfe3ea4fb01a10d7ce29e671157363cac77dcb");
        assert_eq!(
            signature(Some("TOKEN")),
            "2bce59f1a389f1517b82853639830575eec0edbe0743cb9edd66347e4c2ab743"
        );
    }

    #[test]
    fn parameters_are_sorted_and_have_values() {
        assert_eq!(sorted("b=2&a&c=1"), "a=&b=2&c=1");
        assert_eq!(sorted(""), "");
    }
}
