//! What can be wrong with a signed link: one row each, in the order of preference.
//!
//! Where several changes explain a link, the row that stands first wins: what happened to the URL as a whole,
//! then path and query, encodings, the scheme's settings, keys, and last host, method and address.

/// One cause.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its stable name, which `explain` knows too.
    pub id: &'static str,
    /// What happened, in a sentence.
    pub text: &'static str,
    /// What to do.
    pub fix: &'static str,
}

const fn row(id: &'static str, text: &'static str, fix: &'static str) -> Row {
    Row { id, text, fix }
}

/// Every cause.
#[rustfmt::skip]
pub const CAUSES: &[Row] = &[
    row("url.shell-mangled", "Everything from the first & on is missing: a shell took it for the end of the command.",
        "Quote the whole URL in the shell."),
    row("url.html-escaped", "The link was copied out of HTML source, where & is written &amp;.",
        "Take the link from the page's text, or turn &amp; back into &."),
    row("url.line-wrapped", "White space or a line end got into the link.",
        "Remove the white space: the link is one line without blanks."),
    row("url.trailing-text", "Punctuation or text around the link was taken for a part of it.",
        "Remove what does not belong to the link."),
    row("url.separators-encoded", "The separators ? & = of the link arrived percent-encoded.",
        "Decode the link once before it is used, or do not encode it as a whole."),
    row("path.double-encoded", "Every % of the link was percent-encoded once more after signing.",
        "Do not encode a URL that is already signed."),
    row("path.decoded", "Percent escapes were decoded after signing.",
        "Pass the signed URL on as it is; decode nothing in it."),
    row("path.plus-for-space", "The path has + where %20 was signed, or the other way round.",
        "Write a space in a path as %20, before signing and after."),
    row("path.escape-case", "The escapes differ in upper and lower case (%2f, %2F) from what was signed.",
        "Keep the case of percent escapes between signing and use."),
    row("path.not-encoded", "The signer hashed the decoded path; the edge hashes the encoded one.",
        "Percent-encode the path before it is signed."),
    row("path.encoded", "The signer hashed the percent-encoded path; the edge hashes the decoded one.",
        "Decode the path before it is signed."),
    row("path.leading-slash", "The signed path has one slash too many or too few at its start.",
        "Sign the path exactly as it is requested, with its one leading slash."),
    row("path.trailing-slash", "The signed path has one slash too many or too few at its end.",
        "Sign the path exactly as it is requested, to its last character."),
    row("path.double-slash", "The signed path has one slash too many or too few inside.",
        "Join the parts of a path with one slash, before signing and after."),
    row("query.dropped", "The signer left out the query string.",
        "Sign the path together with its query."),
    row("query.reordered", "The parameters of the link are in another order than the signed ones.",
        "Keep the order of the parameters after signing."),
    row("query.extra", "A parameter was added after the link was signed.",
        "Add it before signing, or leave it out."),
    row("query.plus-for-space", "The query has + where %20 was signed, or the other way round.",
        "Write a space in a query as %20, before signing and after."),
    row("encoding.base64-alphabet", "The link writes base64 in another alphabet than its scheme does.",
        "Write it in the scheme's alphabet."),
    row("encoding.padding", "The padding of a base64 text is missing, or it is there where the scheme has none.",
        "Write padding as the scheme does."),
    row("encoding.hex-case", "The signature is in upper-case hexadecimal; the scheme writes lower case.",
        "Write the digits a to f in lower case."),
    row("encoding.hex-for-base64", "The signature is in hexadecimal where the scheme writes base64.",
        "Encode the raw digest in base64, not its hexadecimal text."),
    row("encoding.base64-for-hex", "The signature is in base64 where the scheme writes hexadecimal.",
        "Write the digest in hexadecimal."),
    row("signature.truncated", "The signature is cut short.",
        "Copy the whole link, to its last character."),
    row("time.milliseconds", "A time is in milliseconds where seconds count.",
        "Divide it by 1000 before signing."),
    row("scheme.variant", "Another form of the scheme made the link.",
        "Name that form with --scheme or --param, or have the signer use the one that the edge verifies."),
    row("hash.other", "Another digest was used with the same construction.",
        "Set signer and edge to the same algorithm."),
    row("length.utf8-bytes", "The length before the text counts bytes of UTF-8; UTF-16 code units are due.",
        "Count UTF-16 code units, as JavaScript's length does."),
    row("length.code-points", "The length before the text counts code points; UTF-16 code units are due.",
        "Count UTF-16 code units, as JavaScript's length does: characters beyond U+FFFF count twice."),
    row("key.trailing-newline", "The keys of signer and edge differ by a line end.",
        "Trim the secret where it is read, and store it with printf instead of echo."),
    row("key.blank", "The keys of signer and edge differ by blanks at an end.",
        "Trim the secret on both sides."),
    row("key.quoted", "The quotes of an env file became part of a key.",
        "Remove the quotes from the value, or read the file with something that does."),
    row("key.encoding", "One side decoded the key's text, and the other used it as it is written.",
        "Read the key as the scheme does: hexadecimal or base64 where it is that, text where it is text."),
    row("key.other-of-ring", "Another key of the ring made the link.",
        "Sign with the current key, or keep the old one until its links have ended."),
    row("key.id-mismatch", "The signature is good, but the link names another key id.",
        "Set the signer's key id to the id under which the edge knows this key."),
    row("key.salt", "The salt was left out, or key and salt changed places.",
        "Give key and salt to the signer as the scheme wants them."),
    row("text.trailing-newline", "The signed text ended in a line feed.",
        "Hash the text without a line end: printf '%s' instead of echo."),
    row("time.expired", "The signature is good, and the time of the link is over.",
        "Mint a new link; if this one should still be good, compare the clocks."),
    row("time.not-yet-valid", "The signature is good, and the time of the link has not come yet.",
        "Wait for it, or mint with an earlier start; compare the clocks."),
    row("time.zone", "A time of the link is off by a whole zone offset.",
        "Compute times in UTC, or in the zone that the scheme fixes."),
    row("resource.too-narrow", "The signature is good, but its scope does not cover this URL.",
        "Widen the prefix or pattern, or sign this URL."),
    row("host.other", "The link was signed for another host.",
        "Sign the URL that is requested, with its host."),
    row("host.port", "The default port is written on one side and left out on the other.",
        "Sign the URL as it is requested, without its default port."),
    row("host.protocol", "The link was signed for http and requested over https, or the other way round.",
        "Sign the URL with the protocol that is requested."),
    row("host.included", "The signer hashed protocol and host too; only the path counts.",
        "Sign the path alone."),
    row("method.other", "The link was signed for another HTTP method.",
        "Sign for the method that is used."),
    row("ip.mismatch", "The link is bound to another address.",
        "Sign for the client's address, or leave the address out."),
    row("country.mismatch", "The link is bound to other countries.",
        "Sign for the client's country, or leave the countries out."),
];

/// The row of that id.
#[must_use]
pub fn row_of(id: &str) -> &'static Row {
    CAUSES.iter().find(|row| row.id == id).expect("a cause is named by an id of the table")
}

/// Its place among the causes: the lower, the more preferred.
#[must_use]
pub fn rank(id: &str) -> usize {
    CAUSES.iter().position(|row| row.id == id).unwrap_or(CAUSES.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_texts_and_fixes_are_each_their_own() {
        for (at, row) in CAUSES.iter().enumerate() {
            assert!(CAUSES[at + 1..].iter().all(|other| other.id != row.id && other.text != row.text));
            assert!(row.text.ends_with('.') && row.fix.ends_with('.'), "{}", row.id);
        }
    }
}
