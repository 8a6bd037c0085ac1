//! Built twice in two places with the same bytes, and then taken all the way to a user.

use crate::{
    Row,
    common::runner::{Runner, program},
    copy::{Copy, DAY, LABEL, VERSION, builder, repository, time},
    made::{json, same},
};
use libtest_mimic::Failed;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    thread,
};

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("two_builds_in_two_places_give_the_same_bytes", two_builds_in_two_places_give_the_same_bytes),
    ("a_binary_tells_nothing_of_where_it_was_built", a_binary_tells_nothing_of_where_it_was_built),
    ("what_is_built_installs_verifies_and_upgrades", what_is_built_installs_verifies_and_upgrades),
    ("a_key_with_a_password_signs", a_key_with_a_password_signs),
];

/// A checkout and its twin, both built; each build is minutes, so that all trials share them.
struct Pair {
    one: Copy,
    other: Copy,
}

static PAIR: Mutex<Option<Pair>> = Mutex::new(None);

/// Takes away what the trials share.
pub fn clear() {
    drop(PAIR.lock().ok().and_then(|mut pair| pair.take()));
}

fn with_pair(judge: impl FnOnce(&Pair) -> Result<(), Failed>) -> Result<(), Failed> {
    let mut held = PAIR.lock().map_err(|_| "the builds failed before")?;
    judge(held.get_or_insert_with(Pair::new))
}

impl Pair {
    /// Side by side, each with one job: in another folder, another home, another CARGO_HOME, another zone.
    fn new() -> Self {
        let one = Copy::whole();
        let other = one.twin();
        let elsewhere = other.home().join("crates");
        registry(&elsewhere);
        let builds = [(&one, None), (&other, Some(elsewhere))];
        thread::scope(|scope| {
            for (copy, cargo_home) in builds {
                scope.spawn(move || build(copy, cargo_home));
            }
        });
        for copy in [&one, &other] {
            copy.fine(["assemble"]);
        }
        one.fine(["sign", "--key", &one.key("current")]);
        Self { one, other }
    }

    fn binary(&self) -> PathBuf {
        self.one.released(&format!("stratos-{VERSION}-{LABEL}"))
    }
}

/// The packed crates and their index, and nothing that was unpacked.
fn registry(home: &Path) {
    let (_, ours) = builder().into_iter().find(|(name, _)| *name == "CARGO_HOME").unwrap();
    fs::create_dir_all(home.join("registry")).unwrap();
    for part in ["registry/index", "registry/cache", "config.toml"] {
        if ours.join(part).exists() {
            let mut copy = Command::new("cp");
            copy.arg("-R").arg(ours.join(part)).arg(home.join(part).parent().unwrap());
            assert!(copy.status().unwrap().success(), "{part}");
        }
    }
}

fn build(copy: &Copy, cargo_home: Option<PathBuf>) {
    let words = ["build", "--target", LABEL, "--without-auditable", "--without-lto"];
    let mut tool = copy.tool(words).env("CARGO_BUILD_JOBS", "1");
    if let Some(home) = cargo_home {
        tool = tool.env("CARGO_HOME", home).env("TZ", "Asia/Tokyo").env("RUSTFLAGS", "-C debuginfo=2");
    }
    let done = tool.command().stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn two_builds_in_two_places_give_the_same_bytes() -> Result<(), Failed> {
    with_pair(|pair| {
        let parts = |copy: &Copy, name: &str| copy.out().join("parts").join(LABEL).join(name);
        for name in ["stratos", "sbom.cdx.json", "THIRD-PARTY.txt"] {
            let (one, other) = (parts(&pair.one, name), parts(&pair.other, name));
            assert!(fs::read(&one)? == fs::read(&other)?, "{name} differs");
        }
        let unsigned = tempfile::tempdir()?;
        copied(pair.one.released("").as_path(), unsigned.path());
        same(unsigned.path(), &pair.other.released(""));
        Ok(())
    })
}

/// Copies a release as it was before it was signed.
fn copied(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.ends_with(".minisig") && !name.ends_with("-bundle.tar") {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

fn a_binary_tells_nothing_of_where_it_was_built() -> Result<(), Failed> {
    with_pair(|pair| {
        let binary = fs::read(pair.binary())?;
        let holds = |text: &str| memchr::memmem::find(&binary, text.as_bytes()).is_some();
        assert!(holds("/rustc/") && holds("/crates/") && holds(VERSION), "the search finds what is there");
        let folders = builder().into_iter().filter(|(name, _)| name.ends_with("_HOME")).map(|(_, path)| path);
        let folders = folders.chain([repository().to_owned(), pair.one.root(), pair.other.root()]);
        // A single name, like /src, may be the middle of another path.
        let folders = folders.filter(|path| path.components().count() > 2);
        let mut kept_out: Vec<String> = folders.map(|path| path.to_str().unwrap().to_owned()).collect();
        let keys = ["current", "next"].map(|name| PathBuf::from(pair.one.key(name)));
        kept_out.extend(keys.into_iter().chain(test_keys()).map(|path| material(&path)));
        kept_out.extend(["STRATOS_PLANT", ".cargo/registry", ".rustup/toolchains"].map(str::to_owned));
        assert!(kept_out.len() > 8, "{kept_out:?}");
        for text in kept_out {
            assert!(!holds(&text), "the binary holds {text}");
        }
        Ok(())
    })
}

/// The keys that tests sign with.
fn test_keys() -> Vec<PathBuf> {
    let listed = fs::read_dir(repository().join("tests/vectors/keys")).unwrap();
    let paths = listed.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "pem")).collect()
}

/// The second line of a key file: what follows the words about it.
fn material(path: &Path) -> String {
    fs::read_to_string(path).unwrap().lines().nth(1).unwrap().to_owned()
}

fn what_is_built_installs_verifies_and_upgrades() -> Result<(), Failed> {
    with_pair(|pair| {
        let copy = &pair.one;
        assert!(copy.fine(["verify"]).contains("all signed"));
        let user = tempfile::tempdir()?;
        let site = format!("file://{}/", copy.out().join("dist").display());
        let script = copy.out().join("dist/install.sh");
        let installed = program("sh", [script.as_os_str()]).env("STRATOS_BASE_URL", &site);
        let prefix = user.path().join("prefix");
        let run = of_user(installed, user.path()).env("STRATOS_PREFIX", &prefix).run().exits(0);
        assert!(run.stdout().contains("SHA-256 ok, signature ok"), "{}", run.everything());

        let binary = prefix.join("bin/stratos");
        let stratos = |words: &[&str]| of_user(program(&binary, words), user.path());
        let facts = stratos(&["version", "--build"]).run().exits(0).json();
        assert_eq!(facts["commit"], json(&copy.released("manifest.json"))["commit"]);
        stratos(&["version", "--self-test"]).run().exits(0);
        stratos(&["demo"]).run().exits(0);
        let said = stratos(&["verify", "--self"]).run().exits(0).stdout();
        assert!(said.contains(VERSION), "{said}");
        for name in [format!("stratos-{VERSION}-{LABEL}.tar.gz"), "stratos.1".to_owned()] {
            stratos(&["verify", copy.released(&name).to_str().unwrap()]).run().exits(0);
        }
        upgraded(copy, &binary, user.path())
    })
}

/// With the home and PATH of whoever installs.
fn of_user(run: Runner, home: &Path) -> Runner {
    run.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home)
}

/// A second version, which is a program of a few lines, takes the place of the first.
fn upgraded(copy: &Copy, binary: &Path, home: &Path) -> Result<(), Failed> {
    let newer = "9.9.9";
    let site = copy.next_version(newer).join("dist");
    let stratos = |words: &[&str]| of_user(program(binary, words), home);
    let base = format!("file://{}/", site.display());
    let said = stratos(&["upgrade", "--check"]).env("STRATOS_BASE_URL", base).run().exits(0);
    assert!(said.stdout().contains(newer), "{}", said.everything());

    let bundle = site.join(newer).join(format!("stratos-{newer}-bundle.tar"));
    let mut bytes = fs::read(&bundle)?;
    let at = memchr::memmem::find(&bytes, b"\"sha256\": \"").ok_or("no digest in the bundle")?;
    bytes[at + 12] ^= 1;
    let damaged = home.join("damaged.tar");
    fs::write(&damaged, bytes)?;
    stratos(&["upgrade", "--from", damaged.to_str().unwrap()]).run().exits(65);
    assert_eq!(stratos(&["version"]).run().exits(0).stdout(), format!("stratos v{VERSION}\n"));

    stratos(&["upgrade", "--from", bundle.to_str().unwrap()]).run().exits(0);
    assert_eq!(stratos(&["version"]).run().exits(0).stdout(), format!("stratos v{newer}\n"));
    let previous = of_user(program(binary.with_file_name(".stratos-previous"), ["version"]), home);
    assert_eq!(previous.run().exits(0).stdout(), format!("stratos v{VERSION}\n"));
    Ok(())
}

fn a_key_with_a_password_signs() -> Result<(), Failed> {
    let copy = Copy::signed();
    let key = copy.key("current");
    // minisign asks for a new password twice; the key stays the same.
    let change = program("minisign", ["-C", "-s", &key]).stdin("stapler\nstapler\n");
    change.env("PATH", std::env::var_os("PATH").unwrap()).run().exits(0);
    let again = || copy.tool(["resign", "--key", &key]).env("SOURCE_DATE_EPOCH", (time() + DAY).to_string());
    again().stdin("wrong\n").run().exits(65);
    again().stdin("stapler\n").run().exits(0);
    copy.fine(["verify"]);
    Ok(())
}
