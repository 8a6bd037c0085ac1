//! What the tool writes: pins, archives, parts lists, manifests, keys; the same bytes wherever it runs.

use crate::{
    Row,
    copy::{Copy, DAY, LABEL, OTHER, VERSION, date, time},
};
use flate2::read::GzDecoder;
use libtest_mimic::Failed;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("the_same_parts_give_the_same_release_wherever_it_is_made", the_same_parts_give_the_same_release_wherever_it_is_made),
    ("a_manifest_lists_every_file_as_it_is", a_manifest_lists_every_file_as_it_is),
    ("pins_are_written_exactly_and_twice_the_same", pins_are_written_exactly_and_twice_the_same),
    ("an_installer_without_its_marks_is_refused", an_installer_without_its_marks_is_refused),
    ("an_archive_is_nobodys_and_holds_what_packagers_need", an_archive_is_nobodys_and_holds_what_packagers_need),
    ("a_parts_list_has_what_cyclonedx_requires", a_parts_list_has_what_cyclonedx_requires),
    ("every_part_of_the_binary_has_its_licence_text", every_part_of_the_binary_has_its_licence_text),
    ("parts_of_other_machines_are_gathered_and_judged", parts_of_other_machines_are_gathered_and_judged),
    ("a_manifest_is_renewed_and_nothing_else", a_manifest_is_renewed_and_nothing_else),
    ("what_is_not_as_it_was_signed_is_not_signed_again", what_is_not_as_it_was_signed_is_not_signed_again),
    ("the_front_of_the_site_does_not_go_back", the_front_of_the_site_does_not_go_back),
    ("keys_stay_outside_the_checkout_and_rotate", keys_stay_outside_the_checkout_and_rotate),
    ("a_key_that_is_not_trusted_signs_nothing", a_key_that_is_not_trusted_signs_nothing),
];

/// Every file below a folder, by name.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Wants two folders to hold the same, and names what differs.
pub fn same(one: &Path, other: &Path) {
    let (one, other) = (tree(one), tree(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let differ: Vec<_> =
        one.iter().filter(|(name, bytes)| other[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differ.is_empty(), "not the same bytes: {differ:?}");
}

pub fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

pub fn sha256(path: &Path) -> String {
    hex::encode(Sha256::digest(fs::read(path).unwrap()))
}

fn the_same_parts_give_the_same_release_wherever_it_is_made() -> Result<(), Failed> {
    let copy = Copy::new();
    let twin = copy.twin();
    copy.part();
    twin.fine(["build", "--target", LABEL, "--built", copy.stand_in("").to_str().unwrap()]);
    copy.fine(["assemble"]);
    twin.fine(["assemble"]);
    assert!(tree(&copy.out()).len() > 12);
    same(&copy.out(), &twin.out());
    twin.fine(["assemble"]);
    same(&copy.out(), &twin.out());
    Ok(())
}

fn a_manifest_lists_every_file_as_it_is() -> Result<(), Failed> {
    let copy = Copy::signed();
    let text = fs::read_to_string(copy.released("manifest.json"))?;
    let manifest: Value = serde_json::from_str(&text)?;
    let members: Vec<_> = manifest.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["schema", "name", "version", "commit", "released", "expires", "files"]);
    assert_eq!(manifest["released"], date(0));
    assert_eq!(manifest["expires"], date(180 * DAY));
    assert_eq!(manifest["commit"].as_str().unwrap().len(), 40);
    assert_eq!(text, serde_json::to_string_pretty(&manifest)? + "\n", "two spaces, LF");
    let mut listed = BTreeSet::new();
    for row in manifest["files"].as_array().unwrap() {
        let name = row["file"].as_str().unwrap();
        let path = copy.released(name);
        assert_eq!(row["size"], fs::metadata(&path)?.len(), "{name}");
        assert_eq!(row["sha256"], sha256(&path), "{name}");
        assert_eq!(row["target"].as_str(), name.contains(LABEL).then_some(LABEL), "{name}");
        listed.insert(name.to_owned());
    }
    let signed = tree(copy.released("manifest.json").parent().unwrap());
    let bundle = format!("stratos-{VERSION}-bundle.tar");
    for name in signed.keys().filter(|name| !name.ends_with(".minisig")) {
        assert!(listed.contains(name) || name == "manifest.json" || *name == bundle, "{name}");
        assert!(signed.contains_key(&format!("{name}.minisig")), "{name} is not signed");
    }
    Ok(())
}

/// The lines between the marks, and the values of the two variables.
fn pinned(text: &str) -> (Vec<String>, Vec<String>) {
    let (_, rest) = text.split_once("# pins: begin\n").unwrap();
    let (block, _) = rest.split_once("# pins: end").unwrap();
    let lines = block.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    let set = |name: &&str| name.contains("PINNED_VERSION") || name.contains("PUBLIC_KEY");
    let value = |line: &str| {
        line.split('\'').nth(1).filter(|_| set(&line.split('=').next().unwrap())).map(str::to_owned)
    };
    (lines, text.lines().filter_map(value).collect())
}

fn pins_are_written_exactly_and_twice_the_same() -> Result<(), Failed> {
    let copy = Copy::signed();
    let binary = format!("stratos-{VERSION}-{LABEL}");
    let names =
        [&binary, "stratos.1", "stratos.bash", "_stratos", "stratos.fish", "_stratos.ps1", "stratos.elv"];
    let keys = copy.text("install/keys.txt");
    let key = keys.lines().find_map(|line| line.strip_prefix("current ")).unwrap();
    for (installer, open, close) in [("install.sh", ") echo ", " ;;"), ("install.ps1", "' = '", "'")] {
        let text = fs::read_to_string(copy.released(installer))?;
        let (lines, values) = pinned(&text);
        assert_eq!(values, [VERSION, key], "{installer}");
        let quote = if installer == "install.ps1" { "'" } else { "" };
        let wanted = names.map(|name| format!("{quote}{name}{open}{}{close}", sha256(&copy.released(name))));
        assert_eq!(lines, wanted, "{installer}");
        let ours = copy.text(&format!("install/{installer}"));
        let strip = |text: &str| {
            text.lines()
                .filter(|line| !lines.contains(&line.trim().to_owned()))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let changed = strip(&text).into_iter().zip(strip(&ours)).filter(|(new, old)| new != old).count();
        assert_eq!(changed, 1, "{installer}: only the key is another line");
    }
    copy.fine(["pin"]);
    for installer in ["install.sh", "install.ps1"] {
        assert_eq!(copy.text(&format!("install/{installer}")), fs::read_to_string(copy.released(installer))?);
    }
    let before = tree(copy.released("").as_path());
    copy.commit();
    copy.fine(["check"]);
    let said = copy.refused(["assemble"]);
    assert!(said.contains("of another commit"), "{said}");
    copy.part();
    copy.fine(["assemble"]);
    for installer in ["install.sh", "install.ps1"] {
        assert_eq!(before[installer], fs::read(copy.released(installer))?, "pins over pins");
    }
    Ok(())
}

fn an_installer_without_its_marks_is_refused() -> Result<(), Failed> {
    for (installer, old, new, word) in [
        ("install.sh", "# pins: end", "# no more pins", "# pins: end"),
        ("install.ps1", "# pins: begin", "", "# pins: begin"),
        ("install.sh", "PUBLIC_KEY='", "KEY='", "PUBLIC_KEY"),
        (
            "install.sh",
            "PINNED_VERSION='",
            "PINNED_VERSION='1'\nPINNED_VERSION='",
            "sets PINNED_VERSION 2 times",
        ),
    ] {
        let copy = Copy::new();
        copy.part();
        copy.edit(&format!("install/{installer}"), old, new);
        let said = copy.refused(["assemble"]);
        assert!(said.contains(installer) && said.contains(word), "{said}");
    }
    Ok(())
}

fn an_archive_is_nobodys_and_holds_what_packagers_need() -> Result<(), Failed> {
    let copy = Copy::signed();
    let packed = fs::read(copy.released(&format!("stratos-{VERSION}-{LABEL}.tar.gz")))?;
    assert_eq!(packed[3..10], [0, 0, 0, 0, 0, 2, 255], "gzip: no name, no time, no system");
    let mut archive = tar::Archive::new(GzDecoder::new(&packed[..]));
    let top = format!("stratos-{VERSION}-{LABEL}/");
    let mut names = Vec::new();
    for entry in archive.entries()? {
        let entry = entry?;
        let (header, name) = (entry.header(), entry.path()?.to_string_lossy().into_owned());
        assert_eq!((header.uid()?, header.gid()?, header.mtime()?), (0, 0, time()), "{name}");
        assert_eq!((header.username()?, header.groupname()?), (Some(""), Some("")), "{name}");
        let program = name == format!("{top}stratos") || name.ends_with('/') || header.entry_type().is_dir();
        assert_eq!(header.mode()? & 0o777, if program { 0o755 } else { 0o644 }, "{name}");
        names.push(name.trim_start_matches(&top).trim_end_matches('/').to_owned());
    }
    let wanted = [
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "THIRD-PARTY.txt",
        "completions/_stratos",
        "completions/_stratos.ps1",
        "completions/stratos.bash",
        "completions/stratos.elv",
        "completions/stratos.fish",
        "stratos",
        "stratos.1",
    ];
    for name in wanted {
        assert!(names.iter().any(|found| found == name), "{name} is missing: {names:?}");
    }
    assert_eq!(names.len(), wanted.len() + 2, "and two folders: {names:?}");
    Ok(())
}

fn a_parts_list_has_what_cyclonedx_requires() -> Result<(), Failed> {
    let copy = Copy::signed();
    let list = json(&copy.released(&format!("stratos-{VERSION}-{LABEL}.cdx.json")));
    assert_eq!((list["bomFormat"].as_str(), list["specVersion"].as_str()), (Some("CycloneDX"), Some("1.5")));
    let serial = list["serialNumber"].as_str().unwrap().strip_prefix("urn:uuid:").unwrap();
    let lengths: Vec<usize> = serial.split('-').map(str::len).collect();
    assert!(
        lengths == [8, 4, 4, 4, 12] && serial.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    );
    let subject = &list["metadata"]["component"];
    assert_eq!((subject["name"].as_str(), subject["version"].as_str()), (Some("stratos"), Some(VERSION)));
    assert_eq!(
        subject["hashes"][0]["content"],
        sha256(&copy.released(&format!("stratos-{VERSION}-{LABEL}")))
    );
    let lock = copy.text("Cargo.lock");
    let (mut known, mut scopes) = (BTreeSet::from([subject["bom-ref"].as_str().unwrap()]), BTreeSet::new());
    for part in list["components"].as_array().unwrap() {
        let (name, version) = (part["name"].as_str().unwrap(), part["version"].as_str().unwrap());
        assert_eq!(part["type"], "library", "{name}");
        assert_eq!(part["purl"], format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")));
        assert!(
            lock.contains(part["hashes"][0]["content"].as_str().unwrap()),
            "{name}: not the lock's checksum"
        );
        assert!(!part["licenses"][0]["expression"].as_str().unwrap().is_empty(), "{name}");
        scopes.insert(part["scope"].as_str().unwrap());
        assert!(known.insert(part["bom-ref"].as_str().unwrap()), "{name} {version} twice");
    }
    assert_eq!(scopes, BTreeSet::from(["excluded", "required"]));
    let rows = list["dependencies"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["ref"].as_str().unwrap()).collect::<BTreeSet<_>>(), known);
    let ends = rows.iter().flat_map(|row| row["dependsOn"].as_array().unwrap());
    assert!(ends.clone().count() > 100 && ends.clone().all(|end| known.contains(end.as_str().unwrap())));
    for name in ["rustls", "aws-lc-rs", "clap"] {
        assert!(known.iter().any(|part| part.starts_with(&format!("pkg:cargo/{name}@"))), "no {name}");
    }
    assert!(!known.iter().any(|part| part.starts_with("pkg:cargo/proptest@")), "the tests' own are no parts");
    Ok(())
}

fn every_part_of_the_binary_has_its_licence_text() -> Result<(), Failed> {
    let copy = Copy::signed();
    let text = fs::read_to_string(copy.out().join("parts").join(LABEL).join("THIRD-PARTY.txt"))?;
    let list = json(&copy.released(&format!("stratos-{VERSION}-{LABEL}.cdx.json")));
    let linked = list["components"].as_array().unwrap().iter().filter(|part| part["scope"] == "required");
    for part in linked {
        let line = format!("{} {} (", part["name"].as_str().unwrap(), part["version"].as_str().unwrap());
        assert!(text.lines().any(|found| found.starts_with(&line)), "no text for {line}");
    }
    for words in
        ["Apache License", "Permission is hereby granted", "Mozilla Public License", "Blue Oak", "OpenSSL"]
    {
        assert!(text.contains(words), "no {words}");
    }
    Ok(())
}

fn parts_of_other_machines_are_gathered_and_judged() -> Result<(), Failed> {
    let copy = Copy::new();
    let other = copy.twin();
    copy.part();
    let binary = other.stand_in("# another machine's");
    other.fine(["build", "--target", OTHER, "--built", binary.to_str().unwrap()]);
    let parts = other.out().join("parts");
    copy.fine(["assemble", "--from", parts.to_str().unwrap()]);
    let manifest = json(&copy.released("manifest.json"));
    let binaries = manifest["files"].as_array().unwrap().iter().filter(|row| row["kind"] == "binary");
    let listed = BTreeSet::from([LABEL, OTHER]);
    assert_eq!(binaries.map(|row| row["target"].as_str().unwrap()).collect::<BTreeSet<_>>(), listed);

    fs::write(parts.join(OTHER).join("stratos"), "#!/bin/sh\n")?;
    let said = copy.refused(["assemble", "--from", parts.to_str().unwrap()]);
    assert!(said.contains("another binary than the one beside it"), "{said}");
    fs::remove_file(parts.join(OTHER).join("THIRD-PARTY.txt"))?;
    assert!(copy.refused(["assemble", "--from", parts.to_str().unwrap()]).contains("has no THIRD-PARTY.txt"));
    assert!(copy.refused(["assemble", "--from", other.home().to_str().unwrap()]).contains("holds no parts"));
    Ok(())
}

fn what_is_not_as_it_was_signed_is_not_signed_again() -> Result<(), Failed> {
    let copy = Copy::signed();
    let (key, later) = (copy.key("current"), (time() + DAY).to_string());
    let refused = |words: [&str; 3]| {
        let run = copy.tool(words).env("SOURCE_DATE_EPOCH", &later).run().exits(65);
        run.stderr
    };
    let binary = copy.released(&format!("stratos-{VERSION}-{LABEL}"));
    let whole = fs::read(&binary)?;
    fs::write(&binary, [&whole[..], b"#"].concat())?;
    for words in [["resign", "--key", &key], ["sign", "--key", &key]] {
        let said = refused(words);
        assert!(said.contains("is not the file that the manifest lists"), "{said}");
    }
    fs::write(&binary, &whole)?;
    fs::remove_file(copy.released("manifest.json.minisig"))?;
    let said = refused(["resign", "--key", &key]);
    assert!(said.contains("manifest.json: no good signature"), "{said}");
    Ok(())
}

fn the_front_of_the_site_does_not_go_back() -> Result<(), Failed> {
    let copy = Copy::signed();
    let key = copy.key("current");
    let front = copy.released("").parent().unwrap().join("manifest.json");
    for (version, replaced) in [("9.0.0", false), ("0.0.9", true), (concat!("0.1.0", "-rc.1"), true)] {
        let mut facts = json(&copy.released("manifest.json"));
        facts["version"] = version.into();
        fs::write(&front, facts.to_string())?;
        copy.fine(["sign", "--key", &key]);
        assert_eq!(json(&front)["version"] != version, replaced, "{version}");
    }
    Ok(())
}

fn a_manifest_is_renewed_and_nothing_else() -> Result<(), Failed> {
    let copy = Copy::signed();
    let said = copy.refused(["resign", "--key", &copy.key("current")]);
    assert!(said.contains(&format!("lasts until {} already", date(180 * DAY))), "{said}");
    let before = tree(&copy.out().join("dist"));
    copy.tool(["resign", "--key", &copy.key("current")])
        .env("SOURCE_DATE_EPOCH", (time() + DAY).to_string())
        .run()
        .exits(0);
    let after = tree(&copy.out().join("dist"));
    let changed: BTreeSet<_> = after
        .iter()
        .filter(|(name, bytes)| before[*name] != **bytes)
        .map(|(name, _)| name.as_str())
        .collect();
    let inside = |name: &str| format!("{VERSION}/{name}");
    let bundle = inside(&format!("stratos-{VERSION}-bundle.tar"));
    let (manifest, signature) = (inside("manifest.json"), inside("manifest.json.minisig"));
    let signed = format!("{bundle}.minisig");
    let mut wanted: BTreeSet<&str> = [&manifest, &signature, &bundle, &signed].map(String::as_str).into();
    wanted.extend(["manifest.json", "manifest.json.minisig"]);
    let changed: BTreeSet<&str> = changed.into_iter().filter(|name| !name.contains("install.")).collect();
    assert_eq!(changed, wanted);
    assert_eq!(json(&copy.released("manifest.json"))["expires"], date(181 * DAY));
    assert_eq!(json(&copy.released("manifest.json"))["released"], date(0));
    copy.fine(["verify"]);
    Ok(())
}

fn keys_stay_outside_the_checkout_and_rotate() -> Result<(), Failed> {
    let copy = Copy::new();
    let inside = copy.file("keys");
    assert!(copy.refused(["keys", inside.to_str().unwrap()]).contains("inside the checkout"));
    assert!(!inside.exists());
    let folder = copy.keys();
    assert_eq!(fs::metadata(&folder)?.permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(folder.join("current.key"))?.permissions().mode() & 0o077, 0);
    let keys = folder.to_str().unwrap();
    assert!(copy.refused(["keys", keys, "--without-password"]).contains("--rotate"));
    let line = |name: &str| {
        let text = copy.text("install/keys.txt");
        text.lines().find_map(|line| line.strip_prefix(name).map(|key| key.trim().to_owned())).unwrap()
    };
    let (comments, next) = (copy.text("install/keys.txt").matches('#').count(), line("next "));
    let said = copy.fine(["keys", keys, "--rotate", "--without-password"]);
    assert_eq!(line("current "), next, "{said}");
    assert_ne!(line("next "), next);
    assert_eq!(copy.text("install/keys.txt").matches('#').count(), comments, "the comments stay");
    let public = fs::read_to_string(folder.join("next-2.pub"))?;
    let id = public.lines().next().unwrap().rsplit(' ').next().unwrap();
    assert!(public.contains(&line("next ")) && said.contains(&format!("next {id}")), "{said}");
    for secret in ["current.key", "next.key", "next-2.key"] {
        let text = fs::read_to_string(folder.join(secret))?;
        let material = text.lines().nth(1).unwrap();
        assert!(tree(&copy.root()).values().all(|bytes| !String::from_utf8_lossy(bytes).contains(material)));
    }
    Ok(())
}

fn a_key_that_is_not_trusted_signs_nothing() -> Result<(), Failed> {
    let (copy, stranger) = (Copy::new(), Copy::new());
    copy.part();
    copy.fine(["assemble"]);
    let said = copy.refused(["sign", "--key", &stranger.key("current")]);
    assert!(said.contains("install/keys.txt"), "{said}");
    let said = copy.refused(["sign", "--key", &copy.key("next")]);
    assert!(said.contains("--signer"), "the installers hold the current key: {said}");
    for (key, words) in [("nowhere", "cannot read the key"), ("../checkout/README.md", "no secret key")] {
        let path = copy.keys().join(key);
        assert!(copy.refused(["sign", "--key", path.to_str().unwrap()]).contains(words));
    }
    let signed = tree(&copy.out()).into_keys().filter(|name| name.ends_with(".minisig")).count();
    assert_eq!(signed, 0);
    copy.fine(["assemble", "--signer", "next"]);
    copy.fine(["sign", "--key", &copy.key("next")]);
    copy.fine(["verify"]);
    Ok(())
}
