//! AWS Signature Version 4 in the query, as S3 and the stores that speak its language presign URLs.
//!
//! Contract: section 3. The canonical string ends in the whole canonical request, which is what people get
//! wrong; the key hashes it. The key of a day is derived once and kept.

use super::{
    Claim, Claims, Example, Inspection, Key, Param, Scheme, Seal, Spelling, Url, Visit,
    key::HmacSha256,
    stamp,
    text::Append,
    v4::{self, Names, Pairs, Vendor, WEEK, encoded, path, query, write_query},
};
use crate::error::{Error, Result};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "s3",
    title: "S3, R2 and MinIO presigned URL (AWS SigV4)",
    about: "HMAC-SHA256 over method, host, path and query, with a key derived from the secret, the day and the \
            region. Give the whole URL of the object; path and query are written out percent-encoded. It lives \
            for a week at most, and no longer than temporary credentials do. Whether the second named by the \
            expiry is still valid, and how far in the future the date may be, is unconfirmed; 15 minutes are \
            allowed here.",
    source: "docs.aws.amazon.com, AmazonS3 API, sigv4-query-string-auth; botocore 1.44.5; \
             @aws-sdk/s3-request-presigner 3.1162.0; minio 7.2.20",
    claims: &[Claim::Expires, Claim::Issued, Claim::Method, Claim::KeyId],
    params: &[
        Param::text("region")
            .about("read from the host name unless given; us-east-1 where that does not say"),
        Param::one_of("dialect", &["botocore", "js", "minio"])
            .about("the order of parameters; js also signs X-Amz-Content-Sha256 and x-id"),
        Param::secret("session_token")
            .about("the session token of temporary credentials, which is signed too"),
    ],
    reserved: &[
        "X-Amz-Algorithm",
        "X-Amz-Content-Sha256",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
        "x-id",
    ],
    bears: &["X-Amz-Signature", "X-Amz-Security-Token"],
    fresh: |_| {
        super::Fresh::Vendor(
            "AWS issues it with an access key (IAM, security credentials), R2 and MinIO in their consoles",
        )
    },
    longest: Some(WEEK),
    example: Example { target: "https://bucket.s3.eu-west-1.amazonaws.com/report.pdf", ..Example::BASE },
    canonical,
    prepare: |secret, _| Ok(Box::new(DayKeys::new(secret))),
    assemble,
    inspect,
    ..Scheme::BASE
};

/// As AWS names the parts.
const AWS: Vendor = Vendor {
    algorithm: "AWS4-HMAC-SHA256",
    closing: "aws4_request",
    names: Names {
        algorithm: "X-Amz-Algorithm",
        credential: "X-Amz-Credential",
        date: "X-Amz-Date",
        expires: "X-Amz-Expires",
        headers: "X-Amz-SignedHeaders",
        signature: "X-Amz-Signature",
    },
};

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let date = stamp::write(claims.issued()?).ok_or(Error::Malformed("time of minting"))?;
    dialect_check(url, claims)?;
    let pairs = parameters(url, claims, &date)?;
    AWS.preamble(&date, &scope(url, claims, &date)?, out);
    v4::request(url, claims.method.unwrap_or("GET"), pairs, &[], out)
}

/// The parameters in the order in which they are written, all but the signature.
fn parameters(url: &Url<'_>, claims: &Claims<'_>, date: &str) -> Result<Pairs> {
    let lifetime = v4::lifetime(claims)?;
    let dialect = claims.params.or("dialect", "botocore");
    let token = claims.params.get("session_token").map(|token| ("X-Amz-Security-Token", encoded(token)));
    let id = v4::key_id(claims)?;
    let credential = encoded(&format!("{id}/{}", scope(url, claims, date)?));
    let mut own = vec![("X-Amz-Algorithm", AWS.algorithm.to_owned())];
    own.push(("X-Amz-Credential", credential));
    own.push(("X-Amz-Date", date.to_owned()));
    own.push(("X-Amz-Expires", lifetime.to_string()));
    own.push(("X-Amz-SignedHeaders", "host".to_owned()));
    match (dialect, token) {
        ("minio", Some(token)) => own.insert(0, token),
        (_, token) => own.extend(token),
    }
    if dialect == "js" {
        own.push(("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD".to_owned()));
        own.extend(operation(claims.method.unwrap_or("GET")).map(|name| ("x-id", name.to_owned())));
    }
    let mut pairs = query(url)?;
    pairs.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Ok(pairs)
}

/// What the JS SDK calls a method on an object; it names none for HEAD.
fn operation(method: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(of, _)| *of == method).map(|(_, name)| *name)
}

const OPERATIONS: [(&str, &str); 3] =
    [("GET", "GetObject"), ("PUT", "PutObject"), ("DELETE", "DeleteObject")];

/// Day, region and service, which name the key.
fn scope(url: &Url<'_>, claims: &Claims<'_>, date: &str) -> Result<String> {
    let region = claims.params.get("region").or_else(|| region(url.host()));
    let region =
        region.ok_or(Error::MissingClaim("the host does not name its region: pass --param region=NAME"))?;
    if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Error::Usage(
            "--param region=… takes letters, digits and hyphens, like eu-central-1".into(),
        ));
    }
    Ok(format!("{}/{region}/s3/aws4_request", &date[..8]))
}

/// The region that a host name names: `bucket.s3.REGION.amazonaws.com`, `s3-REGION` in old ones.
/// Accelerated buckets do not say theirs; other stores have us-east-1 unless configured.
fn region(host: &str) -> Option<&str> {
    let name = host.split(':').next().unwrap_or_default();
    if name.ends_with(".r2.cloudflarestorage.com") {
        return Some("auto");
    }
    let Some((bucket, _)) = name.split_once(".amazonaws.com") else { return Some("us-east-1") };
    match bucket.rsplit('.').find(|label| *label != "dualstack")? {
        "s3-accelerate" => None,
        "s3" => Some("us-east-1"),
        label => Some(label.strip_prefix("s3-").unwrap_or(label)),
    }
}

/// What the minio client refuses: clients resolve dot segments before they send.
fn dialect_check(url: &Url<'_>, claims: &Claims<'_>) -> Result<()> {
    let dots = url.path.split('/').any(|segment| matches!(segment, "." | ".."));
    if dots && claims.params.get("dialect") == Some("minio") {
        return Err(Error::Data(format!(
            "{}: MinIO takes no `.` or `..` segment; write the path without",
            url.path
        )));
    }
    Ok(())
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let date = stamp::write(claims.issued()?).ok_or(Error::Malformed("time of minting"))?;
    let mut pairs = parameters(url, claims, &date)?;
    let signature = std::str::from_utf8(&seal.signature).expect("hexadecimal is ASCII");
    pairs.push(("X-Amz-Signature".to_owned(), signature.to_owned()));
    if claims.params.get("dialect") == Some("js") {
        pairs.sort();
    }
    out.text(&url.rooted().origin).text(&path(url)?).text("?");
    write_query(&pairs, out);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let found = AWS.inspect(visit, method(visit)?, SCHEME.reserved, signed)?;
    Ok(found.shaped(Spelling::Hex, 32))
}

/// The method of the visit, else the one that the JS SDK's `x-id` names, else the usual one.
fn method<'v>(visit: &'v Visit<'v>) -> Result<&'v str> {
    match (visit.method, visit.url.optional("x-id")?) {
        (Some(method), _) => Ok(method),
        (None, None) => Ok("GET"),
        (None, Some(id)) => {
            OPERATIONS.iter().find(|(_, name)| *name == id).map(|(method, _)| *method).ok_or(
                Error::MissingClaim("this URL signs a method that its x-id does not tell: pass --method"),
            )
        }
    }
}

/// The secret, and the key of the last scope: a chain of four HMACs a day instead of one a URL.
struct DayKeys {
    secret: Zeroizing<Vec<u8>>,
    last: Mutex<Option<(String, HmacSha256)>>,
}

impl DayKeys {
    fn new(secret: &[u8]) -> Self {
        let mut prefixed = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
        prefixed.bytes(b"AWS4").bytes(secret);
        Self { secret: prefixed, last: Mutex::new(None) }
    }

    fn of(&self, scope: &str) -> HmacSha256 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = last.as_ref().filter(|(of, _)| of == scope) {
            return key.clone();
        }
        let mut key = HmacSha256::new(&self.secret);
        for part in scope.split('/') {
            key = HmacSha256::new(&*Zeroizing::new(key.tag(part.as_bytes())));
        }
        *last = Some((scope.to_owned(), key.clone()));
        key
    }
}

impl Key for DayKeys {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let (scope, string) = v4::string_to_sign(canonical)?;
        out.spelled(Spelling::Hex, &self.of(scope).tag(&string));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
