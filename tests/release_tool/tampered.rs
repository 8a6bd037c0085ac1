//! A finished release with one thing wrong: the check finds it, and names the file.

use crate::{
    Row,
    common::own_cli,
    copy::{Copy, DAY, LABEL, VERSION, date},
    made::sha256,
};
use libtest_mimic::Failed;
use std::{fs, path::PathBuf};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_release_as_it_was_made_is_let_through", a_release_as_it_was_made_is_let_through),
    ("the_binary_judges_a_release_as_the_tool_does", the_binary_judges_a_release_as_the_tool_does),
    ("a_flipped_byte_in_any_file_is_found", a_flipped_byte_in_any_file_is_found),
    ("a_signature_of_another_file_key_or_version_is_found", a_signature_of_another_file_key_or_version_is_found),
    ("a_file_too_many_or_too_few_is_found", a_file_too_many_or_too_few_is_found),
    ("an_expired_or_foreign_manifest_is_found", an_expired_or_foreign_manifest_is_found),
    ("what_is_signed_but_does_not_agree_is_found", what_is_signed_but_does_not_agree_is_found),
];

fn a_release_as_it_was_made_is_let_through() -> Result<(), Failed> {
    let copy = Copy::signed();
    let said = copy.fine(["verify"]);
    assert!(said.contains(VERSION) && said.contains(&date(180 * DAY)), "{said}");
    for folder in [copy.out().join("dist"), copy.released("")] {
        assert_eq!(copy.fine(["verify", folder.to_str().unwrap()]), said);
    }
    Ok(())
}

/// A second opinion: `stratos verify`, with the keys of the copy.
fn the_binary_judges_a_release_as_the_tool_does() -> Result<(), Failed> {
    let copy = Copy::signed();
    let keys = copy.text("install/keys.txt");
    let judged =
        || own_cli::trusting(&keys, [std::ffi::OsStr::new("verify"), copy.released("").as_os_str()]).run();
    judged().exits(0);
    for name in ["manifest.json", "stratos.1", "install.sh.minisig"] {
        let (path, whole) = (copy.released(name), fs::read(copy.released(name))?);
        flip(&path, whole.len() - whole.len() / 3);
        judged().exits(65);
        fs::write(&path, whole)?;
    }
    let strangers = Copy::new().text("install/keys.txt");
    let words = [std::ffi::OsStr::new("verify"), copy.released("").as_os_str()].map(ToOwned::to_owned);
    own_cli::trusting(&strangers, words).run().exits(65);
    Ok(())
}

fn flip(path: &PathBuf, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn a_flipped_byte_in_any_file_is_found() -> Result<(), Failed> {
    let copy = Copy::signed();
    let files: Vec<PathBuf> = fs::read_dir(copy.released(""))?.map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 20, "{files:?}");
    let judged =
        |name: &str| !name.ends_with(".minisig") || name.starts_with("manifest") || name.starts_with("_");
    for path in files.into_iter().filter(|path| judged(path.file_name().unwrap().to_str().unwrap())) {
        let (name, whole) = (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path)?);
        // The last line of a signature vouches for the comment, the one before last is that comment.
        flip(&path, whole.len() - whole.len() / 3);
        let run = copy.tool(["verify"]).run();
        assert_eq!(run.code, Some(65), "{name}: {}{}", run.stdout(), run.stderr);
        assert!(run.stderr.contains(name.trim_end_matches(".minisig")), "{name}: {}", run.stderr);
        fs::write(&path, whole)?;
    }
    for at in [0, 30] {
        flip(&copy.released("stratos.1.minisig"), at);
        assert!(copy.refused(["verify"]).contains("stratos.1: no good signature"), "its first line");
        flip(&copy.released("stratos.1.minisig"), at);
    }
    copy.fine(["verify"]);
    Ok(())
}

fn a_signature_of_another_file_key_or_version_is_found() -> Result<(), Failed> {
    let (copy, stranger) = (Copy::signed(), Copy::new());
    let man = copy.released("stratos.1.minisig");
    let good = fs::read(&man)?;
    fs::copy(copy.released("stratos.fish.minisig"), &man)?;
    assert!(copy.refused(["verify"]).contains("stratos.1: no good signature"));
    copy.sign_with(&stranger.key("current"), "stratos.1", &format!("stratos {VERSION} stratos.1"));
    assert!(copy.refused(["verify"]).contains("stratos.1: no good signature"));
    fs::remove_file(&man)?;
    assert!(copy.refused(["verify"]).contains("stratos.1: no good signature"));
    copy.sign("stratos.1", "stratos 0.0.1 stratos.1");
    assert!(copy.refused(["verify"]).contains("its signature is for `stratos 0.0.1 stratos.1`"));
    fs::write(&man, good)?;
    copy.fine(["verify"]);
    Ok(())
}

fn a_file_too_many_or_too_few_is_found() -> Result<(), Failed> {
    let copy = Copy::signed();
    fs::write(copy.released("extra.txt"), "x")?;
    copy.sign("extra.txt", &format!("stratos {VERSION} extra.txt"));
    assert!(copy.refused(["verify"]).contains("extra.txt is not in the manifest"));
    fs::remove_file(copy.released("extra.txt"))?;
    fs::remove_file(copy.released("extra.txt.minisig"))?;
    let front = copy.out().join("dist/manifest.json");
    fs::remove_file(&front)?;
    assert!(copy.refused(["verify"]).contains("manifest.json at the front"));
    fs::copy(copy.released("manifest.json"), front)?;
    for name in [format!("stratos-{VERSION}-{LABEL}"), format!("stratos-{VERSION}-bundle.tar")] {
        let path = copy.released(&name);
        let kept = fs::read(&path)?;
        fs::remove_file(&path)?;
        assert!(copy.refused(["verify"]).contains(&format!("{name} is missing")));
        fs::write(path, kept)?;
    }
    copy.fine(["verify"]);
    Ok(())
}

/// Writes the manifest anew, with a good signature.
fn rewritten(copy: &Copy, old: &str, new: &str) {
    let path = copy.released("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "no {old}");
    fs::write(&path, text.replacen(old, new, 1)).unwrap();
    copy.sign("manifest.json", &format!("stratos {VERSION} manifest.json"));
}

/// Changes a file, and lists and signs it as if it had always been so.
fn changed(copy: &Copy, name: &str, old: &str, new: &str) {
    let path = copy.released(name);
    let (text, digest) = (fs::read_to_string(&path).unwrap(), sha256(&path));
    assert!(text.contains(old), "{name} has no {old}");
    let after = text.replacen(old, new, 1);
    fs::write(&path, &after).unwrap();
    copy.sign(name, &format!("stratos {VERSION} {name}"));
    let row = |size: usize, digest: &str| format!("\"size\": {size},\n      \"sha256\": \"{digest}\"");
    rewritten(copy, &row(text.len(), &digest), &row(after.len(), &sha256(&path)));
}

fn an_expired_or_foreign_manifest_is_found() -> Result<(), Failed> {
    let copy = Copy::signed();
    rewritten(&copy, &date(180 * DAY), "2020-05-20T12:00:00Z");
    let said = copy.refused(["verify"]);
    assert!(said.contains("expired 2020-05-20T12:00:00Z") && said.contains("resign"), "{said}");
    for (old, new) in [("\"schema\": 1", "\"schema\": 2"), ("\"name\": \"stratos\"", "\"name\": \"other\"")] {
        let copy = Copy::signed();
        rewritten(&copy, old, new);
        assert!(copy.refused(["verify"]).contains("not a manifest of stratos"));
    }
    Ok(())
}

fn what_is_signed_but_does_not_agree_is_found() -> Result<(), Failed> {
    let (list, version) =
        (format!("stratos-{VERSION}-{LABEL}.cdx.json"), format!("PINNED_VERSION='{VERSION}'"));
    let hash = "\"alg\": \"SHA-256\",\n          \"content\": \"";
    for (name, old, new, words) in [
        ("install.sh", version.as_str(), "PINNED_VERSION='9.9.9'", "install.sh is of another version"),
        ("install.sh", "stratos.1) echo ", "stratos.2) echo ", "install.sh does not pin"),
        ("install.ps1", "'stratos.1' = ", "'stratos.1'  = ", "install/install.ps1 has a line"),
        (list.as_str(), hash, &format!("{hash}0"), "is of another binary"),
    ] {
        let copy = Copy::signed();
        changed(&copy, name, old, new);
        let said = copy.refused(["verify"]);
        assert!(said.contains(words), "{name}: {said}");
    }
    Ok(())
}
