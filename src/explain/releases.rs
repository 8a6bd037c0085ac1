//! What `verify` says of a file of a release, beside the verdicts that links have too.

use super::{Family, Topic};

const fn verdict(
    code: &'static str,
    aliases: &'static [&'static str],
    cause: &'static str,
    fix: &'static [&'static str],
) -> Topic {
    Topic { code, name: "verdict on a file", aliases, cause, fix, family: Family::Verdict }
}

#[rustfmt::skip]
pub(super) const RELEASES: &[Topic] = &[
    verdict("altered", &[],
        "The file has another size or another SHA-256 than the signed manifest, or `--sha256`, says.",
        &["Do not run it. Get it again from the official base: a download that was cut off is the usual reason.",
          "A binary that you or your distribution built differs from the released one: check that package's own signature.",
          "If a fresh download is altered too, report it as SECURITY.md says."]),
    verdict("other file", &["other-file"],
        "The signature is good, but it was made for a file of another name or for another version.",
        &["Put each file beside its own signature, under the name that it was released with.",
          "Somebody who offers an old release under a new number needs exactly this to pass: do not use the file."]),
    verdict("not listed", &["not-listed", "unlisted"],
        "The manifest is good, but it says nothing of this file, or it is the manifest of another version.",
        &["Name the manifest of the file's own release with `--manifest`, and give the file the name that it was released with.",
          "An installed binary is checked by `stratos verify --self`."]),
    verdict("missing", &[],
        "The manifest lists the file, and the folder does not hold it.",
        &["Fetch the file that is missing, or name the files that you have one by one instead of their folder."]),
];
