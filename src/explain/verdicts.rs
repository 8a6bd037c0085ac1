//! The verdicts of `signed verify`, in the order in which they are reached.

use super::{Family, Topic};

const fn verdict(
    code: &'static str,
    aliases: &'static [&'static str],
    cause: &'static str,
    fix: &'static [&'static str],
) -> Topic {
    Topic { code, name: "verdict", aliases, cause, fix, family: Family::Verdict }
}

#[rustfmt::skip]
pub(super) const VERDICTS: &[Topic] = &[
    verdict("valid", &[],
        "The signature matches, the link is within its time, and every claim that could be checked fits the request.",
        &["Nothing to do. A claim listed as unchecked needs --ip, --country or --method to be judged."]),
    verdict("expired", &["signature expired"],
        "The signature is good, but the link's end lies in the past.",
        &["Mint a new link with a later `--expires`.",
          "If it should still be good, compare the clocks of signer and edge, and look for milliseconds or a local time zone where UTC seconds are due."]),
    verdict("not yet valid", &["not-yet-valid"],
        "The signature is good, but the link's start lies in the future.",
        &["Wait until its start, or mint it with an earlier `--not-before`; a start in the future is often a signer's clock that runs ahead."]),
    verdict("signature mismatch", &["signature-mismatch", "mismatch"],
        "The link is well formed, but its signature is not the one that this key gives for it.",
        &["Check the key: a trailing newline, quotes, or text where hex or base64 should have been decoded are the usual reasons.",
          "Check that nothing re-encoded the URL after signing (`%2F`, `+`, `&amp;`).",
          "For a file (`stratos verify`): it or its signature was changed; do not use it, and get both again.",
          "For CloudCDN, the deployment may verify the other form: `cloudcdn` (length-prefixed) against `cloudcdn-colon` (path:expires)."]),
    verdict("unknown key", &["unknown-key"],
        "The link names a key id that is not among the keys given.",
        &["Give the key under that id (`--key-id ID --key REF`), or mint with the current one.",
          "For a file (`stratos verify`): whoever signed it is not trusted by this build; `--key` names a key that you trust."]),
    verdict("malformed", &[],
        "The link lacks a part that its scheme must have, or has it in a form that the edge refuses before it looks at the signature.",
        &["Take the whole link and quote it in the shell: everything after the first `&` is lost otherwise.",
          "`stratos signed inspect URL` shows which part is missing.",
          "For a file (`stratos verify`): its signature or manifest is not of a release's form; the reason says what is not."]),
    verdict("refused", &[],
        "The signature and its time are good, but the request is outside its claims: another path, address, country or method.",
        &["Request what was signed, or sign for what is requested: widen the prefix, or leave the address or country out."]),
];
