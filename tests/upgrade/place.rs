//! The file system around the binary: rights, links, modes, space, and who else is there.

use crate::{
    Needs, Row,
    common::{
        own_cli::KEYS,
        runner::{Runner, program},
    },
    site::{Install, NEW, OLD, Web, acting, label, mode, put, script},
};
use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, symlink},
        process::CommandExt,
    },
    path::Path,
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("two_upgrades_at_once_are_one", Needs::Nothing, two),
    ("the_file_behind_a_link_is_replaced_and_the_link_stays", Needs::Nothing, links),
    ("modes_are_kept_whatever_the_umask", Needs::Nothing, modes),
    ("without_a_home_it_works", Needs::Nothing, no_home),
    ("a_broken_configuration_does_not_stop_it", Needs::Nothing, broken_configuration),
    ("a_copy_of_a_package_manager_is_left_to_it", Needs::Nothing, owned),
    ("a_folder_on_another_file_system_stages_there", Needs::Nothing, elsewhere),
    ("a_folder_that_cannot_be_written_is_named", Needs::Root, not_writable),
    ("a_read_only_file_system_is_named", Needs::Root, read_only),
    ("a_full_disk_leaves_the_old_binary_and_no_part", Needs::Root, full_disk),
    ("a_limit_on_file_sizes_is_like_a_full_disk", Needs::Nothing, limit),
    ("a_second_name_is_copied_where_links_cannot_be_made", Needs::Nothing, setuid),
    ("a_dry_run_runs_no_previous_binary", Needs::Nothing, dry_rollback),
    ("a_previous_binary_that_others_may_write_is_not_run", Needs::Nothing, writable_previous),
    ("a_previous_binary_of_somebody_else_is_not_run", Needs::Root, strange_previous),
    ("a_download_that_somebody_else_began_is_not_taken_up", Needs::Root, strange_part),
    ("a_lock_that_is_another_file_is_not_written", Needs::Nothing, strange_lock),
    ("a_kept_copy_is_not_upgraded_itself", Needs::Nothing, kept_copy),
];

fn two() {
    let install = Install::new();
    let go = install.prefix().join("go");
    let waits = format!(
        "touch {0}.seen; while [ ! -e {0} ]; do sleep 0.02; done; echo 'stratos v{NEW}: self-test passed'",
        go.display()
    );
    let release = crate::common::published::Published::new(NEW);
    let release = release.binary(&label(), acting(NEW, &install.line(), &waits)).write(&install.keys);
    let mut first = install.from(&release).spawn();
    while !Path::new(&format!("{}.seen", go.display())).exists() && !first.ended() {
        std::thread::sleep(Duration::from_millis(2));
    }
    for args in [&["--dry-run"][..], &["--check"]] {
        install.from(&release).args(args).run().exits(0);
    }
    let second = install.from(&release).run().fails("unavailable", 69);
    assert!(second.stderr.contains(&format!("process {}, since ", first.id())), "{}", second.stderr);
    install.upgrade(["--rollback"]).run().fails("unavailable", 69);
    fs::write(&go, "").unwrap();
    first.finish().exits(0);
    install.is_upgraded();
}

fn links() {
    let install = Install::new();
    let away = tempfile::tempdir().unwrap();
    let link = away.path().join("stratos");
    symlink(install.binary(), &link).unwrap();
    let second = away.path().join("s");
    symlink("stratos", &second).unwrap();
    let release = install.newer();
    program(&second, ["upgrade", "--from"]).arg(release.folder()).run().exits(0);
    install.is_upgraded();
    assert_eq!(fs::read_link(&link).unwrap(), install.binary());
    assert_eq!(fs::read_dir(away.path()).unwrap().count(), 2, "nothing was made beside the link");
}

/// The shell sets the umask; what it starts keeps it.
fn under(umask: &str, run: &mut Runner) -> Runner {
    let inner: &Command = run.command();
    let words: Vec<_> =
        std::iter::once(inner.get_program()).chain(inner.get_args()).map(std::ffi::OsStr::to_owned).collect();
    program("/bin/sh", ["-c", &format!("umask {umask}; exec \"$@\""), "sh"]).args(words)
}

fn modes() {
    for umask in ["077", "000", "022"] {
        for (old, new) in [(0o755, 0o755), (0o700, 0o700), (0o775, 0o775), (0o4755, 0o755), (0o6711, 0o711)] {
            let install = Install::new();
            fs::set_permissions(install.binary(), fs::Permissions::from_mode(old)).unwrap();
            let release = install.newer();
            let run = under(umask, &mut install.from(&release)).run();
            if old == 0o6711 && run.code != Some(0) && !may_mount() {
                continue; // a script that only root can read
            }
            run.exits(0);
            install.is_upgraded();
            assert_eq!(mode(&install.binary()), new, "{umask} {old:o}");
            let kept = mode(&install.beside(".stratos-previous"));
            assert_eq!(kept, new & !0o022, "{umask} {old:o}: the previous one");
            assert_eq!(mode(&install.beside(".stratos-lock")) & 0o022, 0);
        }
    }
}

fn no_home() {
    for home in [None, Some("")] {
        let install = Install::new();
        let web = Web::of(&[&install.newer()]);
        let run = web.upgrade(&install).unset("HOME");
        let run = if let Some(home) = home { run.env("HOME", home) } else { run };
        run.run().exits(0);
        install.is_upgraded();
    }
}

fn broken_configuration() {
    let install = Install::new();
    let web = Web::of(&[&install.newer()]);
    let run = web.upgrade(&install).config("default = [\n").run().exits(0);
    assert!(run.stderr.contains("going on without the configuration"), "{}", run.stderr);
    install.is_upgraded();
    install.upgrade(["--timeout", "soon", "--check"]).config("default = [\n").run().fails("usage_error", 64);
}

fn owned() {
    let install = Install::new();
    let record = "[v1]\n\"stratos 0.2.0 (registry+https://example)\" = [\"stratos\"]\n";
    fs::write(install.prefix().join(".crates.toml"), record).unwrap();
    let release = install.newer();
    for args in [&["--dry-run"][..], &["--rollback"], &[]] {
        let run = install.upgrade(args);
        let run = if args == ["--rollback"] { run } else { run.arg("--from").arg(release.folder()) };
        let run = run.run().fails("unavailable", 69);
        assert!(
            run.stderr.contains("belongs to cargo") && run.stderr.contains("cargo install stratos"),
            "{}",
            run.stderr
        );
    }
    let told = install.from(&release).arg("--check").run().exits(0).json();
    assert_eq!(
        (&told["newer"], &told["owner"], &told["command"]),
        (&true.into(), &"cargo".into(), &"cargo install stratos".into())
    );
    assert_eq!(install.files(), ["stratos"]);
}

fn elsewhere() {
    let Ok(folder) = tempfile::tempdir_in("/dev/shm") else { return };
    let install = Install::within(folder, |keys| script(OLD, keys));
    install.from(&install.newer()).run().exits(0);
    install.is_upgraded();
}

/// Whether this is root, with leave to mount.
pub fn may_mount() -> bool {
    let root = rustix::process::geteuid().is_root();
    root && tempfile::tempdir().is_ok_and(|folder| Mounted::at(folder, "size=64k").is_some())
}

/// A small file system in memory, for as long as the value lives.
struct Mounted(TempDir);

impl Mounted {
    fn at(folder: TempDir, options: &str) -> Option<Self> {
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path());
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    fn again(&self, options: &str) {
        let status = Command::new("mount").args(["-o", options]).arg(self.0.path()).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

/// An installation inside a mounted folder; the mount goes first.
fn mounted(options: &str) -> (Install, Mounted) {
    let mounted = Mounted::at(tempfile::tempdir().unwrap(), options).unwrap();
    let inside = tempfile::tempdir_in(mounted.0.path()).unwrap();
    (Install::within(inside, |keys| script(OLD, keys)), mounted)
}

fn read_only() {
    let (install, mounted) = mounted("size=1m");
    let release = install.newer();
    mounted.again("remount,ro");
    for args in [&["--dry-run"][..], &[]] {
        let run = install.from(&release).args(args).run().fails("cannot_create", 73);
        assert!(run.stderr.contains("read-only") && run.stderr.contains("STRATOS_PREFIX"), "{}", run.stderr);
    }
    assert_eq!((install.reports().as_str(), install.files()), (OLD, vec!["stratos".to_owned()]));
    mounted.again("remount,rw");
}

fn full_disk() {
    // Room for the old one, and for less than half of the new one.
    let (install, _mounted) = mounted("size=44k");
    let web = Web::of(&[&install.newer()]);
    for _ in 0..2 {
        let run = web.upgrade(&install).run().fails("io_error", 74);
        assert!(run.stderr.contains("make room for"), "{}", run.stderr);
        install.is_unchanged();
    }
}

fn not_writable() {
    let install = Install::new();
    let release = install.newer();
    for path in [install.prefix(), &install.folder(), release.folder()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    for args in [&["--dry-run"][..], &[]] {
        let mut run = install.from(&release).args(args);
        run.command().uid(65534).gid(65534).current_dir("/");
        let run = run.run();
        if run.stderr.contains("ermission denied") && run.code == Some(126) {
            return; // the test binary itself lies where nobody else may look
        }
        let run = run.fails("cannot_create", 73);
        assert!(run.stderr.contains("sudo") && run.stderr.contains("STRATOS_PREFIX"), "{}", run.stderr);
    }
    assert_eq!((install.reports().as_str(), install.files()), (OLD, vec!["stratos".to_owned()]));
}

fn limit() {
    let install = Install::new();
    let release = install.newer();
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let run = program("/bin/bash", ["-c", script, "bash"]).arg(install.binary());
    let run = run.args(["upgrade", "--json", "--from"]).arg(release.folder()).env(KEYS, install.line());
    let run = run.run().fails("io_error", 74);
    assert!(run.stderr.contains("make room for"), "{}", run.stderr);
    install.is_unchanged();
    install.from(&release).run().exits(0);
    install.is_upgraded();
}

fn setuid() {
    let install = Install::new();
    put(&install.binary(), &script(OLD, &install.line()), 0o4755);
    install.from(&install.newer()).run().exits(0);
    install.is_upgraded();
    assert_eq!(mode(&install.beside(".stratos-previous")), 0o755);
    install.upgrade(["--rollback"]).run().exits(0);
    assert_eq!((install.reports().as_str(), mode(&install.binary())), (OLD, 0o755));
}

fn kept_copy() {
    let install = Install::new();
    let release = install.newer();
    install.from(&release).run().exits(0);
    let run =
        program(install.beside(".stratos-previous"), ["upgrade", "--json", "--from"]).arg(release.folder());
    let run = run.run().fails("usage_error", 64);
    assert!(run.stderr.contains("is a copy that upgrade keeps"), "{}", run.stderr);
    install.is_upgraded();
}

/// An upgraded installation whose previous binary leaves a mark when it is run.
fn marking() -> (Install, String) {
    let install = Install::new();
    install.from(&install.newer()).run().exits(0);
    let mark = install.prefix().join("mark").display().to_string();
    let act = format!("touch '{mark}'; echo 'stratos v{OLD}: self-test passed'");
    put(&install.beside(".stratos-previous"), &acting(OLD, &install.line(), &act), 0o755);
    (install, mark)
}

#[track_caller]
fn previous_is_refused(install: &Install, mark: &str, why: &str) {
    for args in [&["--rollback", "--dry-run"][..], &["--rollback"]] {
        let run = install.upgrade(args).run().fails("untrusted_release", 65);
        assert!(run.stderr.contains(why) && run.stderr.contains("remove it"), "{}", run.stderr);
        assert!(!Path::new(mark).exists(), "{args:?} ran it");
    }
    install.is_upgraded();
}

fn dry_rollback() {
    let (install, mark) = marking();
    install.upgrade(["--rollback", "--dry-run"]).run().exits(0);
    assert!(!Path::new(&mark).exists());
    install.is_upgraded();
    install.upgrade(["--rollback"]).run().exits(0);
    assert!(Path::new(&mark).exists());
    assert_eq!(install.reports(), OLD);
}

fn writable_previous() {
    let (install, mark) = marking();
    let previous = install.beside(".stratos-previous");
    for open in [0o775, 0o757, 0o777] {
        fs::set_permissions(&previous, fs::Permissions::from_mode(open)).unwrap();
        previous_is_refused(&install, &mark, "can be written by others");
    }
    fs::set_permissions(&previous, fs::Permissions::from_mode(0o755)).unwrap();
    let away = install.prefix().join("away");
    fs::rename(&previous, &away).unwrap();
    symlink(&away, &previous).unwrap();
    previous_is_refused(&install, &mark, "is no plain file");
}

fn strange_previous() {
    let (install, mark) = marking();
    std::os::unix::fs::chown(install.beside(".stratos-previous"), Some(65534), None).unwrap();
    previous_is_refused(&install, &mark, "belongs neither to you");
    // Whoever owns what runs is trusted by running it.
    std::os::unix::fs::chown(install.binary(), Some(65534), None).unwrap();
    install.upgrade(["--rollback"]).run().exits(0);
    assert_eq!(install.reports(), OLD);
}

fn strange_part() {
    for owner in [None, Some(65534)] {
        let install = Install::new();
        let release = install.newer();
        let web = Web::of(&[&release]);
        let part = install.beside(&format!(".stratos-{NEW}.part"));
        fs::write(&part, &release.read(&crate::site::binary(NEW))[..6000]).unwrap();
        std::os::unix::fs::chown(&part, owner, None).unwrap();
        web.upgrade(&install).run().exits(0);
        install.is_upgraded();
        let range = owner.is_none().then(|| "bytes=6000-".to_owned());
        assert_eq!(web.ranges(NEW), [range], "{owner:?}");
        assert_eq!(fs::metadata(install.binary()).unwrap().permissions().mode() & 0o022, 0);
    }
}

fn strange_lock() {
    let install = Install::new();
    let release = install.newer();
    let (precious, lock) = (install.prefix().join("precious"), install.beside(".stratos-lock"));
    fs::write(&precious, "kept").unwrap();
    let link: [fn(&Path, &Path) -> std::io::Result<()>; 2] =
        [|from, to| symlink(from, to), |from, to| fs::hard_link(from, to)];
    for link in link {
        link(&precious, &lock).unwrap();
        let run = install.from(&release).run().fails("cannot_create", 73);
        assert!(run.stderr.contains("is no lock of stratos"), "{}", run.stderr);
        assert_eq!(fs::read_to_string(&precious).unwrap(), "kept");
        install.is_unchanged();
        fs::remove_file(&lock).unwrap();
    }
    install.from(&release).run().exits(0);
    install.is_upgraded();
}
