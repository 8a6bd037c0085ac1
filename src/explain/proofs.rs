//! Why an edge still serves old content after a purge, as `purge --prove` names it.

use super::{Family, Topic};

const fn proof(code: &'static str, cause: &'static str, fix: &'static [&'static str]) -> Topic {
    Topic { code, name: "reason of a proof", aliases: &[], cause, fix, family: Family::Proof }
}

#[rustfmt::skip]
pub(super) const PROOFS: &[Topic] = &[
    proof("proof.host",
        "A cache of one's own stores objects under the host that visitors name. A purge under another host is answered with 200 and removes nothing.",
        &["Purge whole URLs with the visitors' host, or set `host` in the profile; compare with the Host header in `--verbose --dry-run`.",
          "Check that the list of nodes is whole: an address that is not in it keeps its copy."]),
    proof("proof.query",
        "Where the query is part of the cache key, each query is an object of its own: purging the bare URL leaves the others.",
        &["Purge the URL with its query, or by prefix or tag.", "Let the CDN leave parameters that change nothing out of its cache key."]),
    proof("proof.variant",
        "The URL is stored once for each encoding (Vary: Accept-Encoding), and the purge reached only some of them.",
        &["Purge by tag or prefix where the provider's purge by URL leaves variants.",
          "Where a server compresses into files of its own (.gz, .br), deploy those too."]),
    proof("proof.address",
        "The hostname has several edge addresses; some are fresh and some are not, so the purge has not reached all of them.",
        &["Wait for the provider's propagation time and look again.", "With nodes of one's own: add the missing one to `nodes` in the profile."]),
    proof("proof.shield",
        "The edge had nothing stored and asked the cache behind it (a shield, an upper tier, another CDN), which still had the old copy and refilled the edge with it.",
        &["Purge from the origin outwards: the shield or the inner CDN first, then the edge."]),
    proof("proof.origin",
        "The edge fetched anew, and the bytes still differ from the origin's: the origin is several servers that are not all up to date, or the edge rewrites what it passes on.",
        &["Wait for every origin server before purging: `--after-origin URL --expect @FILE` for each.",
          "Where the edge minifies or injects, leave out `--origin` and go by Age and cache status."]),
    proof("proof.layers",
        "The copy was stored before the purge. Either the provider has not carried the purge to this location yet, or another cache stands in front of the one that was purged.",
        &["Look again after the provider's propagation time: a longer `--prove-timeout`, or `--wait` where it can be asked.",
          "Where two CDNs stand in a row, purge both, the one nearer to the origin first."]),
    proof("proof.unknown",
        "The edge answered, but nothing in the answer says when it was fetched: no Age, no cache status, or a word for `not cached`. What cannot be told is not called fresh.",
        &["Compare bytes instead: `--origin BASE`, or `--expect @FILE` for a single URL.", "Have the CDN show Age or Cache-Status."]),
    proof("proof.unreachable",
        "The looks did not get an answer to judge: no connection, a refusal, an error of the server, or no time left.",
        &["Fetch the URL by hand from here; a rule against robots or a sign-in in front answers like this.",
          "Give more time with `--prove-timeout`, or prove fewer URLs."]),
    proof("proof.browser",
        "A purge empties caches of the CDN. Browsers that hold the file do not ask again before its max-age is over; `immutable` keeps them from asking even on reload. No look from outside shows that.",
        &["Change the file's name with its content, and keep max-age short for what keeps its name (s-maxage is for the CDN alone)."]),
];
