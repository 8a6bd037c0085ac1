//! Tencent Cloud's `TC3-HMAC-SHA256` (contracts/purge.md section 11), held against the vendor's SDK.

use super::{Parts, digest, hmac};
use crate::sign::stamp;
use zeroize::Zeroizing;

/// The value of `Authorization` for a JSON request; `None` past the year 9999.
#[must_use]
pub fn authorization(
    parts: &Parts<'_>,
    service: &str,
    secret_id: &str,
    secret_key: &[u8],
    seconds: u64,
) -> Option<String> {
    let stamp = stamp::write(seconds)?;
    let day = format!("{}-{}-{}", &stamp[..4], &stamp[4..6], &stamp[6..8]);
    let (path, query) = parts.path_and_query();
    let request = format!(
        "{}\n{path}\n{query}\ncontent-type:application/json\nhost:{}\n\ncontent-type;host\n{}",
        parts.method,
        parts.host,
        hex::encode(digest(parts.body))
    );
    let scope = format!("{day}/{service}/tc3_request");
    let text = format!("TC3-HMAC-SHA256\n{seconds}\n{scope}\n{}", hex::encode(digest(request.as_bytes())));
    let mut key = Zeroizing::new([b"TC3", secret_key].concat());
    for part in scope.split('/') {
        key = Zeroizing::new(hmac(&key, part.as_bytes()).to_vec());
    }
    let signature = hex::encode(hmac(&key, text.as_bytes()));
    Some(format!(
        "TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
    ))
}
