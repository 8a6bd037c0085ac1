//! Alibaba Cloud's RPC signature, version 1.0 with HMAC-SHA1 (contracts/purge.md section 11), held against the
//! vendor's SDK.

use super::base64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The signature over all parameters, those of the query and those of the body, each percent-encoded.
#[must_use]
pub fn signature(
    method: &str,
    parameters: &[(String, String)],
    secret: &[u8],
    encode: fn(&str) -> String,
) -> String {
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let pairs: Vec<String> =
        sorted.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let text = format!("{method}&%2F&{}", encode(&pairs.join("&")));
    let key = [secret, b"&"].concat();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    base64(&mac.finalize().into_bytes())
}
