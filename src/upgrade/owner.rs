//! Whether a package manager owns the binary: then that one replaces it, and the right command is named.
//!
//! Their own records are read where they are plain text; rpm's are asked for through rpm.

use crate::{
    child::{self, Bounds, Ended},
    clock::Clock,
};
use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Component, Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Who replaces the binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The package manager.
    pub manager: &'static str,
    /// What to run instead of `upgrade`.
    pub command: String,
}

impl Owner {
    fn new(manager: &'static str, command: impl Into<String>) -> Self {
        Self { manager, command: command.into() }
    }
}

/// Finds the owner of a binary whose path holds no link. `root` is where the system's records lie: `/`.
#[must_use]
pub fn of(binary: &Path, root: &Path, clock: &dyn Clock) -> Option<Owner> {
    by_path(binary, root)
        .or_else(|| cargo(binary))
        .or_else(|| dpkg(binary, root))
        .or_else(|| apk(binary, root))
        .or_else(|| pacman(binary, root))
        .or_else(|| rpm(binary, root, clock))
}

/// Folders that belong to a package manager whole.
fn by_path(binary: &Path, root: &Path) -> Option<Owner> {
    let names: Vec<&OsStr> = binary
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect();
    let behind = |folder: &str| {
        let at = names.iter().position(|name| *name == folder)?;
        Some(names.get(at + 1)?.to_string_lossy())
    };
    if binary.starts_with("/nix/store") {
        return Some(Owner::new("nix", "nix profile upgrade stratos, or whatever put it into the store"));
    }
    if let Some(formula) = behind("Cellar") {
        return Some(Owner::new("Homebrew", format!("brew upgrade {formula}")));
    }
    if let Some(cask) = behind("Caskroom") {
        return Some(Owner::new("Homebrew", format!("brew upgrade --cask {cask}")));
    }
    if binary.starts_with("/snap") {
        let name = names.get(1)?.to_string_lossy();
        return Some(Owner::new("snap", format!("snap refresh {name}")));
    }
    if binary.starts_with("/app") && root.join(".flatpak-info").exists() {
        return Some(Owner::new("flatpak", "flatpak update"));
    }
    None
}

/// `cargo install` notes what it installed beside the folder `bin`.
fn cargo(binary: &Path) -> Option<Owner> {
    let name = binary.file_name()?.to_str()?;
    let record = binary.parent()?.parent()?.join(".crates.toml");
    let record: toml::Table = fs::read_to_string(record).ok()?.parse().ok()?;
    let installed = record.get("v1")?.as_table()?;
    let has = |binaries: &toml::Value| {
        binaries.as_array().is_some_and(|binaries| binaries.iter().any(|one| one.as_str() == Some(name)))
    };
    let (package, _) = installed.iter().find(|(_, binaries)| has(binaries))?;
    // `stratos 0.1.0 (registry+https://…)`, `(git+https://…#commit)`, `(path+file:///…)`
    let (name, source) =
        (package.split(' ').next()?, package.split_once('(').map_or("", |(_, source)| source));
    let source = source.trim_end_matches(')');
    let command = if let Some(git) = source.strip_prefix("git+") {
        format!("cargo install --git {} {name}", git.split(['#', '?']).next().unwrap_or(git))
    } else if let Some(path) = source.strip_prefix("path+file://") {
        format!("cargo install --path {path}")
    } else {
        format!("cargo install {name}")
    };
    Some(Owner::new("cargo", command))
}

/// The path as it may stand in a record: whole, and without `/usr`, which some systems merged into `/` later.
fn spellings(binary: &Path) -> Vec<PathBuf> {
    let merged = binary.strip_prefix("/usr").ok().map(|rest| Path::new("/").join(rest));
    std::iter::once(binary.to_owned()).chain(merged).collect()
}

/// A list of files for each package, one path a line.
fn dpkg(binary: &Path, root: &Path) -> Option<Owner> {
    let wanted = spellings(binary);
    let lists = fs::read_dir(root.join("var/lib/dpkg/info")).ok()?.flatten().map(|entry| entry.path());
    let mut lists = lists.filter(|path| path.extension().is_some_and(|ending| ending == "list"));
    let list =
        lists.find(|path| lists_one(path, |line| wanted.iter().any(|path| path == Path::new(line))))?;
    let name = list.file_stem()?.to_string_lossy().into_owned();
    let name = name.split(':').next().unwrap_or(&name);
    Some(Owner::new("dpkg", format!("apt-get update && apt-get install --only-upgrade {name}")))
}

fn lists_one(path: &Path, is: impl Fn(&str) -> bool) -> bool {
    let Ok(file) = File::open(path) else { return false };
    BufReader::new(file).lines().map_while(Result::ok).any(|line| is(&line))
}

/// One record of all packages: `P:` package, `F:` folder, `R:` file in it.
fn apk(binary: &Path, root: &Path) -> Option<Owner> {
    let wanted = spellings(binary);
    let record = File::open(root.join("lib/apk/db/installed")).ok()?;
    let (mut package, mut folder) = (String::new(), String::new());
    for line in BufReader::new(record).lines().map_while(Result::ok) {
        match line.split_once(':') {
            Some(("P", name)) => package = name.to_owned(),
            Some(("F", name)) => folder = format!("/{name}"),
            Some(("R", name)) if wanted.contains(&Path::new(&folder).join(name)) => {
                return Some(Owner::new("apk", format!("apk upgrade {package}")));
            }
            _ => {}
        }
    }
    None
}

/// A folder for each package, with `files` in it: paths without the leading slash.
fn pacman(binary: &Path, root: &Path) -> Option<Owner> {
    let wanted = spellings(binary);
    let mut packages = fs::read_dir(root.join("var/lib/pacman/local")).ok()?.flatten();
    let package = packages.find(|package| {
        let is = |line: &str| wanted.contains(&Path::new("/").join(line));
        lists_one(&package.path().join("files"), is)
    })?;
    // `stratos-0.1.0-1`
    let name = package.file_name().to_string_lossy().into_owned();
    let name = name.rsplitn(3, '-').nth(2).unwrap_or(&name);
    Some(Owner::new("pacman", format!("pacman -Syu {name}")))
}

/// Its record is a database of its own kind.
fn rpm(binary: &Path, root: &Path, clock: &dyn Clock) -> Option<Owner> {
    let program = root.join("usr/bin/rpm");
    if !program.exists() {
        return None;
    }
    let bounds = Bounds { time: Duration::from_secs(10), output: 4096, group: true };
    let mut command = Command::new(program);
    let command = command.args(["-qf", "--queryformat", "%{NAME}\\n"]).arg(binary);
    let Ok(Ok(Ended::Done { status, out, .. })) = child::run(command, bounds, clock) else { return None };
    let name = String::from_utf8(out).ok()?.lines().next()?.to_owned();
    let plain = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    (status.success() && plain)
        .then(|| Owner::new("rpm", format!("dnf upgrade {name} (or zypper update {name})")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::SystemClock;

    /// A system's root with these records.
    fn owned(binary: &str, records: &[(&str, &str)]) -> Option<String> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in records {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        of(Path::new(binary), root.path(), &SystemClock).map(|owner| owner.command)
    }

    #[test]
    fn a_folder_of_a_package_manager_tells() {
        for (binary, command) in [
            (
                "/nix/store/abc-stratos-0.1.0/bin/stratos",
                "nix profile upgrade stratos, or whatever put it into the store",
            ),
            ("/opt/homebrew/Cellar/stratos/0.1.0/bin/stratos", "brew upgrade stratos"),
            ("/home/linuxbrew/.linuxbrew/Cellar/stratos-cdn/0.1.0/bin/stratos", "brew upgrade stratos-cdn"),
            ("/opt/homebrew/Caskroom/stratos/0.1.0/stratos", "brew upgrade --cask stratos"),
            ("/snap/stratos/12/bin/stratos", "snap refresh stratos"),
        ] {
            assert_eq!(owned(binary, &[]).as_deref(), Some(command));
        }
        assert_eq!(owned("/app/bin/stratos", &[(".flatpak-info", "")]).as_deref(), Some("flatpak update"));
        for free in [
            "/app/bin/stratos",
            "/usr/local/bin/stratos",
            "/home/a/.local/bin/stratos",
            "/home/nix/store/stratos",
        ] {
            assert_eq!(owned(free, &[]), None, "{free}");
        }
    }

    #[test]
    fn records_of_packages_tell() {
        let list = "var/lib/dpkg/info/stratos-cli:amd64.list";
        let dpkg = "apt-get update && apt-get install --only-upgrade stratos-cli";
        let files = "/.\n/usr\n/usr/bin\n/usr/bin/stratos\n";
        assert_eq!(owned("/usr/bin/stratos", &[(list, files)]).as_deref(), Some(dpkg));
        assert_eq!(owned("/usr/bin/stratos", &[(list, "/bin/stratos\n")]).as_deref(), Some(dpkg));
        assert_eq!(owned("/usr/bin/strato", &[(list, files)]), None);
        assert_eq!(owned("/usr/bin/stratos", &[("var/lib/dpkg/info/x.conffiles", files)]), None);
        let apk = "P:musl\nF:lib\nR:stratos\n\nP:stratos\nV:0.1.0-r0\nF:usr/bin\nR:stratos\n";
        let at = "lib/apk/db/installed";
        assert_eq!(owned("/usr/bin/stratos", &[(at, apk)]).as_deref(), Some("apk upgrade stratos"));
        assert_eq!(owned("/usr/sbin/stratos", &[(at, apk)]), None);
        let pacman =
            ("var/lib/pacman/local/stratos-cli-0.1.0-1/files", "%FILES%\nusr/\nusr/bin/\nusr/bin/stratos\n");
        assert_eq!(owned("/usr/bin/stratos", &[pacman]).as_deref(), Some("pacman -Syu stratos-cli"));
        assert_eq!(owned("/usr/bin/other", &[pacman]), None);
    }

    #[test]
    fn cargos_own_record_tells_and_where_it_came_from() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path();
        fs::create_dir(home.join("bin")).unwrap();
        let of = |record: &str, name: &str| {
            fs::write(home.join(".crates.toml"), record).unwrap();
            super::of(&home.join("bin").join(name), home, &SystemClock).map(|owner| owner.command)
        };
        let registry = "[v1]\n\"a 1.0.0 (registry+https://x)\" = [\"a\"]\n\
                        \"stratos 0.1.0 (registry+https://github.com/rust-lang/crates.io-index)\" = [\"stratos\"]\n";
        assert_eq!(of(registry, "stratos").as_deref(), Some("cargo install stratos"));
        assert_eq!(of(registry, "stratos-2"), None);
        let git =
            "[v1]\n\"stratos 0.1.0 (git+https://example.com/stratos?branch=main#0123)\" = [\"stratos\"]\n";
        assert_eq!(
            of(git, "stratos").as_deref(),
            Some("cargo install --git https://example.com/stratos stratos")
        );
        let path = "[v1]\n\"stratos 0.1.0 (path+file:///home/a/stratos)\" = [\"stratos\"]\n";
        assert_eq!(of(path, "stratos").as_deref(), Some("cargo install --path /home/a/stratos"));
        assert_eq!(of("[v1", "stratos"), None);
        assert_eq!(of("", "stratos"), None);
    }

    #[test]
    fn this_systems_own_records_are_read() {
        let (program, root) = (Path::new("/usr/bin/dpkg-query"), Path::new("/"));
        let found = of(program, root, &SystemClock);
        let here = root.join("var/lib/dpkg/info/dpkg.list").exists();
        assert_eq!(found.is_some_and(|owner| owner.command.ends_with(" dpkg")), here);
        assert_eq!(of(Path::new("/usr/local/bin/nobody-packs-this"), root, &SystemClock), None);
    }

    #[cfg(unix)]
    #[test]
    fn rpm_is_asked() {
        use std::os::unix::fs::PermissionsExt;
        let asked = |script: &str| {
            let root = tempfile::tempdir().unwrap();
            fs::create_dir_all(root.path().join("usr/bin")).unwrap();
            let program = root.path().join("usr/bin/rpm");
            fs::write(&program, script).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            rpm(Path::new("/usr/bin/stratos"), root.path(), &SystemClock).map(|owner| owner.command)
        };
        let owned = "#!/bin/sh\n[ \"$4\" = /usr/bin/stratos ] && echo stratos\n";
        // A fork of another test may hold the script open for a moment; then it cannot be started.
        let found = (0..100).find_map(|_| asked(owned));
        assert_eq!(found.as_deref(), Some("dnf upgrade stratos (or zypper update stratos)"));
        assert_eq!(asked("#!/bin/sh\necho 'file is not owned by any package'; exit 1\n"), None);
    }
}
