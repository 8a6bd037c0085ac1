//! Google Cloud Storage's V4 signed URLs: RSA over what AWS's Signature Version 4 signs with HMAC.
//!
//! Contract: section 5. The npm library resolves dot segments after it signed them, and its URL cannot verify;
//! here a path is written as it is signed.

use super::{
    Claim, Claims, Example, Inspection, Key, Param, Params, Scheme, Seal, Spelling, Url, Visit,
    asymmetric::{Algorithm, KeyPair},
    fields, stamp,
    text::Append,
    v4::{self, Names, Pairs, Vendor, WEEK, collapsed, encoded, path, query, write_query},
};
use crate::error::{Error, Result};
use serde_json::Value;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// The row.
pub const SCHEME: Scheme = Scheme {
    id: "gcs-v4",
    title: "Google Cloud Storage V4 signed URL",
    about: "RSA-SHA256 with a service account's key over method, host, path, query and headers. Give the whole \
            URL of the object, https://storage.googleapis.com/BUCKET/OBJECT or the bucket's own host; path and \
            query are written out percent-encoded. The key id is the account's e-mail address, the key its PEM \
            or the JSON file as Google gives it. It lives for a week at most. Whether the second named by the \
            expiry is still valid, and how far in the future the date may be, is unconfirmed; 15 minutes are \
            allowed here.",
    source: "cloud.google.com/storage/docs/authentication/signatures; google-cloud-storage 3.17.1 (PyPI); \
             @google-cloud/storage 7.22.0",
    claims: &[Claim::Expires, Claim::Issued, Claim::Method, Claim::KeyId, Claim::Headers],
    params: &[
        Param::text("location").about("the location in the scope; auto unless given"),
        Param::text("headers").about("headers that the request must send, one `Name: value` a line"),
    ],
    reserved: &[
        "X-Goog-Algorithm",
        "X-Goog-Credential",
        "X-Goog-Date",
        "X-Goog-Expires",
        "X-Goog-SignedHeaders",
        "X-Goog-Signature",
    ],
    bears: &["X-Goog-Signature"],
    fresh: |_| {
        super::Fresh::Vendor("Google issues it with a key of a service account (IAM, service accounts, keys)")
    },
    longest: Some(WEEK),
    example: Example {
        target: "https://storage.googleapis.com/bucket/videos/intro.mp4",
        flags: "--key-id signer@project.iam.gserviceaccount.com",
        ..Example::RSA
    },
    canonical,
    prepare,
    assemble,
    inspect,
    ..Scheme::BASE
};

const GOOGLE: Vendor = Vendor {
    algorithm: "GOOG4-RSA-SHA256",
    closing: "goog4_request",
    names: Names {
        algorithm: "X-Goog-Algorithm",
        credential: "X-Goog-Credential",
        date: "X-Goog-Date",
        expires: "X-Goog-Expires",
        headers: "X-Goog-SignedHeaders",
        signature: "X-Goog-Signature",
    },
};

/// Lower-cased names and collapsed values, in order.
type Headers<'h> = Vec<(Cow<'h, str>, Cow<'h, str>)>;

fn canonical(url: &Url<'_>, claims: &Claims<'_>, out: &mut Vec<u8>) -> Result<()> {
    let date = stamp::write(claims.issued()?).ok_or(Error::Malformed("time of minting"))?;
    let headers = headers(claims.params)?;
    let pairs = parameters(url, claims, &date, &headers)?;
    GOOGLE.preamble(&date, &scope(claims, &date)?, out);
    v4::request(url, claims.method.unwrap_or("GET"), pairs, &headers, out)
}

fn headers<'p>(params: Params<'p>) -> Result<Headers<'p>> {
    let Some(text) = params.get("headers") else { return Ok(Vec::new()) };
    let mut headers = Vec::new();
    for (name, value) in fields::headers(text)? {
        let name = name.to_ascii_lowercase();
        if name == "host" {
            return Err(Error::Usage("--param headers=…: the host is signed anyway; leave it out".into()));
        }
        headers.push((Cow::Owned(name), collapsed(value)));
    }
    headers.sort();
    Ok(headers)
}

fn scope(claims: &Claims<'_>, date: &str) -> Result<String> {
    let location = claims.params.or("location", "auto");
    if location.is_empty() || !location.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Error::Usage("--param location=… takes letters, digits and hyphens, like auto".into()));
    }
    Ok(format!("{}/{location}/storage/goog4_request", &date[..8]))
}

/// All parameters but the signature, sorted.
fn parameters(url: &Url<'_>, claims: &Claims<'_>, date: &str, headers: &Headers<'_>) -> Result<Pairs> {
    let lifetime = v4::lifetime(claims)?;
    let credential = encoded(&format!("{}/{}", v4::key_id(claims)?, scope(claims, date)?));
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| &**name).chain(["host"]).collect();
    names.sort_unstable();
    let own = [
        (GOOGLE.names.algorithm, GOOGLE.algorithm.to_owned()),
        (GOOGLE.names.credential, credential),
        (GOOGLE.names.date, date.to_owned()),
        (GOOGLE.names.expires, lifetime.to_string()),
        (GOOGLE.names.headers, encoded(&names.join(";"))),
    ];
    let mut pairs = query(url)?;
    pairs.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
    pairs.sort();
    Ok(pairs)
}

fn prepare(secret: &[u8], _: Params<'_>) -> Result<Box<dyn Key>> {
    let pem = if secret.trim_ascii_start().starts_with(b"{") {
        account_key(secret)?
    } else {
        secret.to_vec().into()
    };
    Ok(Box::new(HashedRequest(KeyPair::from_pem(&pem, Algorithm::RsaSha256)?)))
}

/// The key out of a service account's JSON file.
fn account_key(json: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let mut account: Value = serde_json::from_slice(json).unwrap_or_default();
    match account.get_mut("private_key").map(Value::take) {
        Some(Value::String(pem)) => Ok(Zeroizing::new(pem.into_bytes())),
        _ => Err(Error::Data(
            "the JSON of the key has no `private_key`; give a service account's key file, or its PEM".into(),
        )),
    }
}

/// Signs the string to sign, of which the canonical string holds the request itself.
struct HashedRequest(KeyPair);

impl Key for HashedRequest {
    fn sign(&self, canonical: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let (_, string) = v4::string_to_sign(canonical)?;
        out.spelled(Spelling::Hex, &self.0.sign(&string)?);
        Ok(())
    }

    fn verify(&self, canonical: &[u8], signature: &[u8], _scratch: &mut Vec<u8>) -> Result<bool> {
        // Altered lines at the start are no string to sign at all.
        let Ok((_, string)) = v4::string_to_sign(canonical) else { return Ok(false) };
        // The service writes lower case; what it makes of the other is unconfirmed.
        if signature.iter().any(u8::is_ascii_uppercase) {
            return Ok(false);
        }
        let signature = Spelling::Hex.decode(signature);
        Ok(signature.is_some_and(|signature| self.0.verify(&string, &signature)))
    }
}

fn assemble(url: &Url<'_>, claims: &Claims<'_>, seal: &Seal<'_>, out: &mut Vec<u8>) -> Result<()> {
    let date = stamp::write(claims.issued()?).ok_or(Error::Malformed("time of minting"))?;
    let pairs = parameters(url, claims, &date, &headers(claims.params)?)?;
    out.text(&url.rooted().origin).text(&path(url)?).text("?");
    write_query(&pairs, out);
    out.text("&").text(GOOGLE.names.signature).text("=").bytes(&seal.signature);
    Ok(())
}

fn inspect<'v>(visit: &'v Visit<'v>, signed: &mut Vec<u8>) -> Result<Inspection<'v>> {
    let found = GOOGLE.inspect(visit, visit.method.unwrap_or("GET"), SCHEME.reserved, signed)?;
    Ok(found.spelled(Spelling::Hex))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        secret::Secret,
        sign::{Signer, Verdict, detect},
    };

    const PRIVATE: &str = include_str!("../../tests/vectors/keys/rsa-2048.pem");
    const PUBLIC: &str = include_str!("../../tests/vectors/keys/rsa-2048-public.pem");
    const ACCOUNT: &str = "signer@example-project.iam.gserviceaccount.com";
    const URL: &str = "https://storage.googleapis.com/bucket/v/a%20b.mp4?generation=3";
    const NOW: u64 = 1_893_452_400;

    fn signer(key: &str) -> Signer {
        let signer = Signer { scheme: &SCHEME, keys: Vec::new() };
        signer.with(Some(ACCOUNT), &Secret::new(key), Params::default()).unwrap()
    }

    fn claims() -> Claims<'static> {
        let key_id = Some(ACCOUNT.into());
        Claims { issued: Some(NOW), expires: Some(NOW + 3600), key_id, ..Claims::default() }
    }

    fn mint(claims: &Claims<'_>, url: &str) -> Result<String> {
        let mut out = Vec::new();
        signer(PRIVATE).seal().mint(&Url::parse(url)?, claims, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn verify(url: &str, visit: &Visit<'_>) -> Result<Verdict> {
        signer(PUBLIC).seal().verify(&Visit { url: Url::parse(url).unwrap(), ..visit.clone() })
    }

    fn verdict(url: &str, now: u64) -> Verdict {
        verify(url, &Visit { now, ..Visit::default() }).unwrap()
    }

    #[test]
    fn the_public_key_verifies_it_from_its_date_to_its_end() {
        let signed = mint(&claims(), URL).unwrap();
        assert!(verdict(&signed, NOW).is_valid() && verdict(&signed, NOW + 3599).is_valid());
        assert_eq!(verdict(&signed, NOW + 3600), Verdict::Expired { seconds: 0 });
        assert_eq!(verdict(&signed, NOW - 901), Verdict::NotYetValid { seconds: 1 });
        assert_eq!(detect(&signed).iter().map(|scheme| scheme.id).collect::<Vec<_>>(), ["gcs-v4"]);
        let url = Url::parse(URL).unwrap();
        assert!(signer(PUBLIC).seal().mint(&url, &claims(), &mut Vec::new()).is_err());
    }

    #[test]
    fn what_is_altered_does_not_match() {
        let signed = mint(&claims(), URL).unwrap();
        for (from, to) in [
            ("a%20b", "a%20c"),
            ("generation=3", "generation=4"),
            ("storage.googleapis.com/bucket", "bucket.storage.googleapis.com"),
            ("X-Goog-Expires=3600", "X-Goog-Expires=3601"),
            ("20291231T230000Z", "20291231T230001Z"),
            ("%2Fauto%2F", "%2Feu%2F"),
        ] {
            assert!(signed.contains(from), "{from}");
            assert_eq!(verdict(&signed.replace(from, to), NOW), Verdict::Mismatch, "{from} {to}");
        }
        assert_eq!(verdict(&signed.replace("=signer%40", "=other%40"), NOW), Verdict::UnknownKey);
        let put = mint(&Claims { method: Some("PUT"), ..claims() }, URL).unwrap();
        let visit = |method| Visit { now: NOW, method, ..Visit::default() };
        assert!(verify(&put, &visit(Some("PUT"))).unwrap().is_valid());
        assert_eq!(verify(&put, &visit(Some("GET"))).unwrap(), Verdict::Mismatch);
        let (head, signature) = signed.rsplit_once('=').unwrap();
        assert_eq!(verdict(&format!("{head}={}", signature.to_uppercase()), NOW), Verdict::Mismatch);
    }

    #[test]
    fn signed_headers_are_asked_for_and_their_blanks_do_not_count() {
        let params = Params(&[("headers", "X-Goog-Meta-Color:   light   blue \nContent-Type: text/plain")]);
        let signed = mint(&Claims { params, ..claims() }, URL).unwrap();
        assert!(signed.contains("X-Goog-SignedHeaders=content-type%3Bhost%3Bx-goog-meta-color&"), "{signed}");
        let silent = verify(&signed, &Visit { now: NOW, ..Visit::default() });
        assert!(matches!(silent, Err(Error::MissingClaim(text)) if text.contains("--header")));
        let sent = |color| {
            let headers = [("x-goog-meta-color", color), ("content-type", "text/plain")];
            verify(&signed, &Visit { now: NOW, headers: &headers, ..Visit::default() }).unwrap()
        };
        assert!(sent("light blue").is_valid() && sent(" light  blue").is_valid());
        assert_eq!(sent("lightblue"), Verdict::Mismatch);
        for headers in ["host: a", "a", "", "A: b\na: c"] {
            let pairs = [("headers", headers)];
            assert!(mint(&Claims { params: Params(&pairs), ..claims() }, URL).is_err(), "{headers:?}");
        }
    }

    #[test]
    fn missing_and_broken_fields_are_malformed() {
        let signed = mint(&claims(), URL).unwrap();
        for (from, to, part) in [
            ("X-Goog-Signature=", "x=", "X-Goog-Signature"),
            ("GOOG4-RSA-SHA256", "GOOG4-HMAC-SHA256", "X-Goog-Algorithm"),
            ("X-Goog-Expires=3600", "X-Goog-Expires=604801", "X-Goog-Expires"),
            ("20291231T230000Z", "20291331T230000Z", "X-Goog-Date"),
            ("goog4_request", "aws4_request", "X-Goog-Credential"),
            ("SignedHeaders=host", "SignedHeaders=date", "X-Goog-SignedHeaders"),
            ("generation=3", "generation=a+b", v4::QUERY),
        ] {
            assert!(signed.contains(from), "{from}");
            assert_eq!(verdict(&signed.replace(from, to), NOW), Verdict::Malformed(part), "{from} {to}");
        }
    }

    #[test]
    fn a_key_may_come_as_google_s_file_and_bad_ones_are_refused() {
        let json = serde_json::json!({ "type": "service_account", "private_key": PRIVATE }).to_string();
        let mut out = Vec::new();
        signer(&json).seal().mint(&Url::parse(URL).unwrap(), &claims(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), mint(&claims(), URL).unwrap());
        for (key, word) in [
            ("{}", "private_key"),
            ("{\"private_key\":1}", "private_key"),
            ("secret", "PEM"),
            (include_str!("../../tests/vectors/keys/p-256.pem"), "RSA"),
            (include_str!("../../tests/vectors/keys/rsa-1024.pem"), "1024"),
        ] {
            let refused = Signer::new(&SCHEME, &Secret::new(key), Params::default()).err().expect("refused");
            assert!(refused.to_string().contains(word), "{refused}");
        }
    }

    #[test]
    fn what_the_service_would_not_take_is_refused() {
        for lifetime in [0, 604_801] {
            assert!(mint(&Claims { expires: Some(NOW + lifetime), ..claims() }, URL).is_err(), "{lifetime}");
        }
        assert!(mint(&claims(), "/bucket/a").unwrap_err().to_string().contains("whole URL"));
        assert!(mint(&Claims { key_id: Some("a/b".into()), ..claims() }, URL).is_err());
        assert!(mint(&Claims { params: Params(&[("location", "a/b")]), ..claims() }, URL).is_err());
        for url in ["https://h/a?b=c+d", "https://h/a#b", "https://h/%ff"] {
            assert!(mint(&claims(), url).is_err(), "{url}");
        }
    }
}
