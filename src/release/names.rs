//! How the files of a release are called, and where releases are.

use semver::Version;

/// Below it are all releases: `<version>/…`, and the newest one's manifest.
pub const BASE: &str = "https://cloudcdn.pro/dist/stratos/";

/// What a release consists of.
pub const MANIFEST: &str = "manifest.json";

/// The ending of a detached signature.
pub const SIGNATURE: &str = ".minisig";

/// The name under which a file's signature lies beside it.
#[must_use]
pub fn signature_of(file: &str) -> String {
    format!("{file}{SIGNATURE}")
}

/// The bare binary of a target.
#[must_use]
pub fn binary(version: &Version, label: &str) -> String {
    let ending = if label.contains("-windows-") { ".exe" } else { "" };
    format!("stratos-{version}-{label}{ending}")
}

/// What an air-gapped machine is given: manifest, its signature, and the bare binaries, as one tar.
#[must_use]
pub fn bundle(version: &Version) -> String {
    format!("stratos-{version}-bundle.tar")
}

/// Why a text may not be the name of a file of a release: it is joined to folders and addresses.
#[must_use]
pub fn fault(name: &str) -> Option<&'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    match name.as_bytes() {
        _ if planted!("names-leave-their-folder") => None,
        [] => Some("is empty"),
        [b'.' | b'-', ..] => Some("begins with a dot or a dash"),
        long if long.len() > 200 => Some("is longer than 200 characters"),
        bytes if !bytes.iter().copied().all(plain) => {
            Some("has other characters than letters, digits, dot, plus, dash and underscore")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_release() {
        let version = Version::new(0, 1, 0);
        assert_eq!(binary(&version, "x86_64-unknown-linux-musl"), "stratos-0.1.0-x86_64-unknown-linux-musl");
        assert_eq!(binary(&version, "x86_64-pc-windows-msvc"), "stratos-0.1.0-x86_64-pc-windows-msvc.exe");
        assert_eq!(bundle(&version), "stratos-0.1.0-bundle.tar");
        assert_eq!(signature_of(MANIFEST), "manifest.json.minisig");
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for good in ["stratos.1", "_stratos", "stratos-0.1.0+b-x", &"a".repeat(200)] {
            assert_eq!(fault(good), None, "{good}");
        }
        let long = "a".repeat(201);
        for bad in [
            "", ".", "..", ".hidden", "-rf", "a/b", "/a", "..\\a", "a:b", "a b", "a\0", "a\n", "é", "a%2fb",
            &long,
        ] {
            assert!(fault(bad).is_some(), "{bad:?}");
        }
    }
}
