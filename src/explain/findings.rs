//! What `signed audit` finds fault with, beyond the causes that `signed doctor` names too.

use super::{Family, Topic};

const fn finding(code: &'static str, cause: &'static str, fix: &'static [&'static str]) -> Topic {
    Topic { code, name: "finding of an audit", aliases: &[], cause, fix, family: Family::Finding }
}

#[rustfmt::skip]
pub(super) const FINDINGS: &[Topic] = &[
    finding("link.malformed",
        "The line is no URL, or has lost a part that its scheme always writes; no edge would take it.",
        &["Take the link from where it was minted, in quotes; a list has one link a line."]),
    finding("link.unsigned",
        "No scheme of this version reads a signature in the link: it is not signed, or its parameters have names of the operator's own.",
        &["Sign it, or name the scheme and its settings: `--scheme NAME --param parameter=…`."]),
    finding("link.unread",
        "A scheme recognises the link, but it signs something that the link does not carry, such as the method or the visitor's address.",
        &["Give the audit that part of the request too: `--method PUT`, `--ip 203.0.113.7`."]),
    finding("query.reserved-twice",
        "A name that belongs to the scheme stands twice. One server reads the first, another the last, so that one may check what the other does not use.",
        &["Remove the second one; if a client added it, sign links with names that it does not use."]),
    finding("scope.whole-host",
        "The prefix, pattern or expression matches every path of the host: whoever has the link can fetch everything that this key opens.",
        &["Sign the narrowest folder that holds what is needed: `--prefix /videos/42/`.", "For one file sign its URL without a prefix."]),
    finding("life.too-long",
        "The link lives beyond the bound: `--max-ttl`, else max_ttl of [policy], else seven days. A link that leaks stays open for as long.",
        &["Mint links when they are asked for, for minutes or hours."]),
    finding("life.no-end",
        "The scheme could carry an expiry, and the link has none: it opens its target until the key is replaced.",
        &["Mint it anew with `--ttl`, and replace the key if the old link is out."]),
    finding("life.outlives-credentials",
        "The link claims to live longer than the credentials that signed it: temporary ones end with their session (36 hours at most), a key with its retirement. It fails on that day, whatever it says.",
        &["Sign with a key that lasts, or for less than what is left of the session."]),
    finding("life.temporary-credentials",
        "The link carries a session token: it ends with the session, often an hour after that began, even if X-Amz-Expires names more.",
        &["Name the end of the session with `--credentials-until` to have it compared."]),
    finding("hash.weak",
        "The signature rests on MD5 or SHA-1. No way is known to forge a keyed one from outside, but collisions are cheap, audits object, and a bare digest of key and text is no MAC.",
        &["Choose the scheme's stronger digest where the finding names one, first at the verifier.", "Where there is none, keep lives short and keys long and random."]),
    finding("query.unsigned",
        "The link has parameters that may be changed while its signature stays good: whoever holds it chooses what they say.",
        &["Have the scheme sign the query, where it has a setting for that.", "Let the origin ignore parameters that nobody signed, and keep them out of the cache key."]),
    finding("url.http",
        "Over http the link is read by everybody on the way, and works for them as well as for you.",
        &["Mint it for https://, and have the edge redirect or refuse http."]),
    finding("secret.in-url",
        "A parameter with the name of a password or key has a value. URLs stand in histories, logs and Referer headers.",
        &["Send it in a header, and replace what has been in a link already."]),
    finding("signature.repeated",
        "The signature stands in the link more than once, outside the place where its scheme writes it.",
        &["Build the link from the output of the signer alone; do not paste the signature into other parameters."]),
    finding("signature.shared",
        "Two links for different paths have one signature. At most one of them can be good, unless the scheme does not sign the path.",
        &["Look at the signer: it may cache a signature under the wrong name, or the list was put together by hand."]),
];
