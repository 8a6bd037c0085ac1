//! install.sh as it stands in the repository, with other pins and settings, or with a fault on purpose.

use std::fs;

/// The script as it stands in the repository, but for a fault on purpose where `STRATOS_PLANT` names one.
pub fn source() -> String {
    let mut text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/install/install.sh")).unwrap();
    let mut breaks = |line: &str, broken: &str| {
        assert!(text.contains(line), "install.sh has no {line}");
        text = text.replace(line, broken);
    };
    if planted("install-any-bytes") {
        breaks("  [ \"$found\" = \"$2\" ] ||", "  true ||");
    } else if planted("install-without-a-pin") {
        breaks(
            "  [ -z \"$sha256\" ] || return 0\n",
            "  file=stratos-$version-${labels##* } pinned=''\n  return 0\n",
        );
        breaks("  [ \"$found\" = \"$2\" ] ||", "  true ||");
    } else if planted("install-any-signature") {
        breaks("  if [ -z \"$PUBLIC_KEY\" ]; then", "  if [ -n \"$PUBLIC_KEY\" ]; then");
    } else if planted("install-any-manifest") {
        breaks("in_manifest() {", "in_manifest() {\n  return 0");
    } else if planted("install-untested") {
        breaks("  chmod 755 \"$stage/$file\"\n", "  chmod 755 \"$stage/$file\"\n  return 0\n");
    } else if planted("install-over-anything") {
        breaks("destination() {", "destination() {\n  return 0");
    } else if planted("install-in-part") {
        breaks("{ main \"$@\"; }", "main \"$@\"");
    } else if planted("install-from-http") {
        breaks("    http://*) fail 64", "    http://*) ;;\n    *http://*) fail 64");
    } else if planted("install-follows-to-http") {
        breaks("--proto '=https' --proto-redir '=https'", "");
    } else if planted("install-leaves-parts") {
        breaks("  if [ -n \"$stage\" ]; then rm -rf \"$stage\" || :; fi\n", "");
    } else if planted("uninstall-takes-more") {
        breaks("  removed=''\n", "  removed=''\n  rm -rf \"$prefix/share/man\"\n");
    }
    text
}

/// Whether this fault was asked for.
fn planted(name: &str) -> bool {
    cfg!(feature = "planted") && std::env::var("STRATOS_PLANT").is_ok_and(|plant| plant == name)
}

/// The script with these lines between the marks.
pub fn pinned(script: &str, pins: &str) -> String {
    let (head, rest) = script.split_once("    # pins: begin\n").expect("the first mark");
    let (_, tail) = rest.split_once("    # pins: end\n").expect("the second mark");
    format!("{head}    # pins: begin\n{pins}    # pins: end\n{tail}")
}

/// The script with another line for the one that begins so.
pub fn with_line(script: &str, begin: &str, line: &str) -> String {
    assert_eq!(script.lines().filter(|known| known.starts_with(begin)).count(), 1, "{begin}");
    let lines = script.lines().map(|known| if known.starts_with(begin) { line } else { known });
    lines.flat_map(|line| [line, "\n"]).collect()
}
