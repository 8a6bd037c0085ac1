//! Error codes of CDNs and stores, and how to know them in a body. A row is added for each that is met.
//! Sources: the vendors' pages named in shared contracts, and answers seen from real servers.

use super::{Family, Topic};

/// One vendor code, and the texts by which a pasted body shows it.
pub(super) struct Row {
    topic: Topic,
    /// All of these stand in the body.
    shows: &'static [&'static str],
    /// None of these does.
    lacks: &'static [&'static str],
}

pub(super) fn topics() -> impl Iterator<Item = Topic> {
    ROWS.iter().map(|row| row.topic)
}

/// The rows whose marks a body carries.
pub(super) fn in_body(body: &str) -> impl Iterator<Item = Topic> {
    let fits = move |row: &&Row| {
        row.shows.iter().all(|mark| body.contains(mark)) && !row.lacks.iter().any(|mark| body.contains(mark))
    };
    ROWS.iter().filter(fits).map(|row| row.topic)
}

const fn row(
    vendor: &'static str,
    code: &'static str,
    shows: &'static [&'static str],
    cause: &'static str,
    fix: &'static [&'static str],
) -> Row {
    let topic = Topic { code, name: vendor, aliases: &[], cause, fix, family: Family::Vendor(vendor) };
    Row { topic, shows, lacks: &[] }
}

impl Row {
    const fn without(self, lacks: &'static [&'static str]) -> Self {
        Self { lacks, ..self }
    }
}

#[rustfmt::skip]
static ROWS: &[Row] = &[
    row("cloudcdn", "invalid-signature", &["Invalid signature"],
        "CloudCDN recomputed the signature and got another one. Missing, malformed and expired links are 403 there too.",
        &["Try the other form first: mint with `--scheme cloudcdn-colon` if the link was made with `cloudcdn`, or the other way round; a deployment verifies one of the two.",
          "Compare the secret with the deployment's SIGNED_URL_SECRET, a trailing newline included."]),
    row("cloudcdn", "daily-purges", &["max 100 purges per day"],
        "The 100 purges a day of this CloudCDN account are used up; the counter is global and starts anew at 00:00 UTC.",
        &["Do not retry today. Tomorrow send 30 URLs or tags in each request, or purge by tag."]),
    row("cloudcdn", "not-configured", &["PURGE_KEY"],
        "The CloudCDN deployment has no purge key configured, so nobody can purge with x-api-key.",
        &["Set PURGE_KEY in the deployment, or purge with a scoped token (purge:write) as Bearer."]),
    row("cloudcdn", "foreign-url", &["\"invalid\":["],
        "Some of the URLs in the purge do not begin with the zone's own prefix; none of the batch was purged.",
        &["Remove the URLs that the answer lists under `invalid`, then send the batch again."]),

    row("cloudfront", "MissingKey", &["<Code>MissingKey</Code>"],
        "The distribution wants signed URLs or cookies, and the request has no Key-Pair-Id.",
        &["Request the whole signed URL (quote it in the shell), or send the three CloudFront cookies.",
          "If the content is meant to be public, take the trusted key group off the cache behaviour."]),
    row("cloudfront", "InvalidKey", &["<Code>InvalidKey</Code>"],
        "CloudFront does not know the Key-Pair-Id, or its public key is in no key group of this behaviour.",
        &["Use the id of the public key (K…), not of the key group, and add the key to the group that the behaviour trusts."]),
    row("cloudfront", "MalformedPolicy", &["<Code>MalformedPolicy</Code>"],
        "CloudFront cannot decode or parse the Policy parameter.",
        &["CloudFront's alphabet is base64 with `+=/` written as `-_~`; base64url is another one.",
          "`stratos signed inspect URL` shows the policy as decoded."]),
    row("cloudfront", "MalformedSignature", &["<Code>MalformedSignature</Code>"],
        "CloudFront cannot decode the Signature parameter.",
        &["Look for a truncated link, for `%` signs encoded twice, and for the wrong base64 alphabet."]),
    row("cloudfront", "AccessDenied", &["<Code>AccessDenied</Code>"],
        "CloudFront refused the signed URL: the signature does not match, its time is over, or the policy does not cover URL or address.",
        &["`stratos signed verify URL --scheme cloudfront --key file:PUBLIC.pem --ip ADDRESS` says which of the three.",
          "The resource in the policy must equal the URL as requested, query included."]).without(&["<HostId>", "<RequestId>"]),

    row("s3", "SignatureDoesNotMatch", &["<Code>SignatureDoesNotMatch</Code>"],
        "The store recomputed the SigV4 signature and got another one; its answer shows the canonical request it used.",
        &["Compare the CanonicalRequest in the body with `stratos signed inspect URL` line by line: method, path escapes, host, and every query parameter are signed.",
          "A CDN or proxy in between must not change Host or add parameters."]).without(&["GOOG4"]),
    row("s3", "AccessDenied", &["<Code>AccessDenied</Code>", "<RequestId>"],
        "The store knows who signs, but the time of the URL is over or the signer may not read this object.",
        &["Look at the message: `Request has expired` wants a new URL, anything else a policy that allows the signer this object.",
          "For a bucket without ListBucket permission a missing object is AccessDenied too."]),
    row("s3", "InvalidAccessKeyId", &["<Code>InvalidAccessKeyId</Code>"],
        "The access key id in X-Amz-Credential does not exist at this store.",
        &["Check the id and the endpoint: keys of R2, MinIO and AWS are not interchangeable; temporary keys also need the session token."]),
    row("s3", "RequestTimeTooSkewed", &["<Code>RequestTimeTooSkewed</Code>"],
        "X-Amz-Date differs from the store's clock by more than it allows (commonly 15 minutes).",
        &["Set the signer's clock (NTP); the answer holds both times."]),
    row("s3", "ExpiredToken", &["<Code>ExpiredToken</Code>"],
        "The session token that signed the URL has ended, and the URL with it.",
        &["Sign with a long-lived key, or with a session that outlives the URL."]),
    row("s3", "AuthorizationQueryParametersError", &["<Code>AuthorizationQueryParametersError</Code>"],
        "An X-Amz parameter is missing or out of its range: X-Amz-Expires must be 1 to 604800, and the region in the credential the bucket's.",
        &["Mint with `--ttl` of at most 7 days and `--param region=` as the message says."]),
    row("s3", "NoSuchKey", &["<Code>NoSuchKey</Code>"],
        "The signature is good, and no object has this key.",
        &["Check the key's spelling: a leading slash or an escape encoded twice makes another key."]),
    row("s3", "SlowDown", &["<Code>SlowDown</Code>"],
        "The bucket gets more requests for one prefix than it serves.",
        &["Put the CDN in front, and back off; spread hot keys over several prefixes."]),

    row("gcs", "SignatureDoesNotMatch", &["<Code>SignatureDoesNotMatch</Code>", "GOOG4"],
        "Cloud Storage recomputed the V4 signature and got another one; StringToSign in the answer is what it signed.",
        &["Compare method, object name escapes and extra headers with what the signer used; content-type counts when it was signed."]),
    row("gcs", "ExpiredToken", &["<Code>ExpiredToken</Code>", "Invalid argument"],
        "The Cloud Storage URL is past X-Goog-Date plus X-Goog-Expires.",
        &["Mint a new one; 7 days is the longest that V4 allows."]),

    row("azure", "AuthenticationFailed", &["<Code>AuthenticationFailed</Code>"],
        "Azure refused the SAS: the signature did not match, or it is outside `st` and `se`.",
        &["AuthenticationErrorDetail names the string to sign that Azure used: compare it line by line.",
          "Signed times are UTC; a start a few minutes in the past allows for clocks."]),
    row("azure", "AuthorizationPermissionMismatch", &["<Code>AuthorizationPermissionMismatch</Code>"],
        "The SAS is good, but `sp` does not hold the permission that this operation needs.",
        &["Sign with the permission in question, for instance `r` for reading."]),

    row("cloudflare", "1015", &["error code: 1015"],
        "A rate limiting rule of the Cloudflare zone blocks this client for a while.",
        &["Wait for the rule's period; exempt the release machine in the rule if it must be faster."]),
    row("cloudflare", "1016", &["error code: 1016"],
        "Cloudflare cannot resolve the origin's host name.",
        &["Create the missing DNS record, or correct the CNAME target."]),
    row("cloudflare", "1020", &["error code: 1020"],
        "A firewall rule of the Cloudflare zone refused the request; a rule with is_timed_hmac_valid_v0 refuses bad tokens like this.",
        &["Find the Ray ID under Security events: it names the rule.",
          "For a token rule check separator length, lifetime, and that the token is the last parameter."]),
    row("cloudflare", "6003", &["\"code\":6003"],
        "The headers of the Cloudflare API call are malformed, mostly the token: its chained error says which one.",
        &["Send the API token as `Authorization: Bearer`, without quotes or newline."]),
    row("cloudflare", "10000", &["\"code\":10000"],
        "The Cloudflare API does not accept the token, or the token lacks the permission for this zone.",
        &["Give the token `Zone > Cache Purge` for this zone; check it with the API's tokens/verify."]),

    row("cloudfront", "TooManyInvalidationsInProgress", &["TooManyInvalidationsInProgress"],
        "3000 paths and 15 wildcards may be in progress on a distribution, and that many are.",
        &["Wait until some are done: `purge --wait` watches its own, and goes on when there is room.",
          "One `/*`, or a tag, counts as one; many single paths may be dearer than a wildcard."]),
    row("cloudfront", "NoSuchDistribution", &["NoSuchDistribution"],
        "No distribution of this account has the id. The id begins with E and is not the domain name.",
        &["`stratos init cloudfront --find HOST` looks it up.", "Check which account the credentials are of."]),
    row("cloudfront", "Throttling", &["Throttling", "Rate exceeded"],
        "The account makes more API calls than about one in two seconds; other programs count too.",
        &["It is sent again by itself; where others purge at the same time, slow this one with `--rate 0.2`."]),
    row("akamai", "unauthorized-arl", &["unauthorized arl"],
        "The API client may not purge the host of a URL: it belongs to another contract or group.",
        &["Purge hosts of the client's own contract and group, or widen the client's access in the control centre.",
          "Under an account switch key the key's account counts: check account_switch_key."]),
    row("akamai", "invalid-timestamp", &["Invalid timestamp"],
        "EdgeGrid signs the time, and the gateway takes 30 seconds of difference.",
        &["Set this machine's clock (NTP); the refusal says how far it is off where the answer has a date."]),
    row("akamai", "rate-limit", &["rateLimitRemaining"],
        "A bucket of the account is short of what the request needs: 10,000 URLs, 5000 tags or 300 CP codes at once. A refused request costs nothing.",
        &["Wait: URLs come back by 12,000 a minute, tags by 500, CP codes by 30. stratos keeps to that; another program uses the same buckets."]),
    row("bunny", "pullZone.not_found", &["pullZone.not_found"],
        "No pull zone of this account has the number; a storage zone's number is answered so too.",
        &["Set pull_zone to the number in the pull zone's address, or let `stratos init bunny --find` look it up."]),
    row("google", "rateLimitExceeded", &["rateLimitExceeded"],
        "A project takes 500 invalidations a minute, and this one is over it; Google says so with 403.",
        &["It is sent again by itself. Tags hold ten in a request where paths take one each."]),
    row("google", "invalid_grant", &["invalid_grant"],
        "The token endpoint refused what was exchanged: a claim outside its times, a key that was deleted, or a login that was revoked.",
        &["Set this machine's clock: a claim lasts an hour at most and begins now.", "Make a new key for the service account, or sign in again with `gcloud auth application-default login`."]),
    row("azure", "AADSTS7000215", &["AADSTS7000215"],
        "The client secret is not one of the application's: its id was copied instead of its value, or it was deleted.",
        &["Make a new secret and copy its value; it is shown once."]),
    row("azure", "AADSTS7000222", &["AADSTS7000222"],
        "The application's client secret has expired.",
        &["Make a new one, or use workload identity (AZURE_FEDERATED_TOKEN_FILE), which does not expire by the calendar."]),
    row("azure", "AuthorizationFailed", &["\"AuthorizationFailed\""],
        "The client is known and may not purge this endpoint.",
        &["Give it the role CDN Endpoint Contributor on the profile or endpoint; a new role takes minutes to hold."]),
    row("alibaba", "InvalidTimeStamp", &["InvalidTimeStamp"],
        "The signed time is more than 15 minutes away from the server's, in UTC.",
        &["Set this machine's clock (NTP), not its time zone: what is signed is UTC already."]),
    row("alibaba", "QuotaExceeded", &["QuotaExceeded"],
        "The day's refreshes are used up: 10,000 URLs, 100 folders, 20 expressions, unless more were granted.",
        &["Wait for the next day, or refresh a folder where many URLs of it changed."]),
    row("tencent", "AuthFailure.SignatureExpire", &["AuthFailure.SignatureExpire"],
        "The signed time is more than five minutes away from the server's.",
        &["Set this machine's clock (NTP)."]),
    row("tencent", "LimitExceeded", &["\"LimitExceeded."],
        "The day's purges are used up: 10,000 URLs and 100 folders, unless more were granted.",
        &["Purge a folder where many URLs of it changed; the rest waits for the next day, or for a larger grant."]),

    row("fastly", "unknown-domain", &["Fastly error: unknown domain"],
        "The Host of the request is in no active Fastly service.",
        &["Add the domain to the service and activate the version, or correct the Host header."]),
    row("varnish", "guru-meditation", &["Guru Meditation"],
        "Varnish could not fetch from its backend, or a VCL rule ended the request.",
        &["Look up the XID of the body in varnishlog; `backend fetch failed` points at the origin."]),
    row("akamai", "access-denied", &["Access Denied", "Reference&#32;&#35;"],
        "Akamai's edge refused the request: an edge-auth token that does not verify, a WAF rule, or a geo restriction.",
        &["Translate the reference number in Akamai's control panel (Edge Diagnostics): it names the rule.",
          "For a token verify it here with the property's key, salt and escape setting."]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_vendors_with_one_code_are_told_apart_by_the_body() {
        let s3 = "<Error><Code>AccessDenied</Code><Message>x</Message><RequestId>1</RequestId><HostId>2</HostId></Error>";
        let cloudfront =
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>";
        let vendor = |body| in_body(body).map(|topic| topic.name).collect::<Vec<_>>();
        assert_eq!(vendor(s3), ["s3"]);
        assert_eq!(vendor(cloudfront), ["cloudfront"]);
        assert!(vendor("<Code>Other</Code>").is_empty());
    }

    #[test]
    fn each_row_is_found_by_its_own_marks() {
        for row in ROWS {
            let body = row.shows.join(" ");
            assert!(in_body(&body).any(|topic| topic == row.topic), "{}: {}", row.topic.name, row.topic.code);
        }
    }
}
