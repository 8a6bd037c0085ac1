//! What an installation leaves behind, and what it says.

use crate::{
    Needs, Row,
    world::{DASH, SHELLS, Shell, VERSION, World, binary},
};
use std::{fs, os::unix::fs::PermissionsExt};

pub const SHELL: Needs = &[("dash", "dash"), ("bash", "bash"), ("busybox", "busybox")];

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("a_fresh_prefix_gets_what_the_release_holds", SHELL, a_fresh_prefix_gets_what_the_release_holds),
    ("a_second_installation_replaces_the_first", SHELL, a_second_installation_replaces_the_first),
    ("no_umask_makes_it_writable_or_unreadable", SHELL, no_umask_makes_it_writable_or_unreadable),
    ("parts_are_left_out_on_request", SHELL, parts_are_left_out_on_request),
    ("a_prefix_may_have_any_name", SHELL, a_prefix_may_have_any_name),
    ("the_prefix_is_the_homes_own_where_none_is_named", SHELL, the_prefix_is_the_homes_own_where_none_is_named),
    ("a_script_from_a_pipe_installs_and_reads_nothing_else", SHELL, a_script_from_a_pipe_installs_and_reads_nothing_else),
    ("another_version_with_its_digest_writes_its_own_pages", SHELL, another_version_with_its_digest_writes_its_own_pages),
    ("a_dry_run_does_nothing", SHELL, a_dry_run_does_nothing),
    ("two_at_once_leave_one_whole_installation", SHELL, two_at_once_leave_one_whole_installation),
    ("a_path_without_the_folder_gets_the_line_to_add", SHELL, a_path_without_the_folder_gets_the_line_to_add),
    ("an_older_command_that_comes_first_is_named", SHELL, an_older_command_that_comes_first_is_named),
];

/// The files of a whole installation, with their modes.
const WHOLE: [(&str, &str); 7] = [
    ("/bin/stratos", "755"),
    ("/share/bash-completion/completions/stratos", "644"),
    ("/share/fish/vendor_completions.d/stratos.fish", "644"),
    ("/share/man/man1/stratos.1", "644"),
    ("/share/stratos/manifest.json", "644"),
    ("/share/stratos/manifest.json.minisig", "644"),
    ("/share/zsh/site-functions/_stratos", "644"),
];

/// The prefix holds these files and no other; its folders are open to read, and to nobody else to write.
#[track_caller]
fn holds(world: &World, files: &[(&str, &str)]) {
    let found = world.snapshot();
    let (folders, rest): (Vec<_>, Vec<_>) = found.iter().partition(|(_, what)| what.ends_with(" folder"));
    let rest: Vec<_> = rest.iter().map(|(name, what)| (name.as_str(), &what[..3])).collect();
    assert_eq!(rest, files);
    assert!(folders.iter().all(|(_, mode)| *mode == "755 folder"), "{folders:?}");
}

fn each(check: impl Fn(&World, &Shell)) {
    for shell in SHELLS {
        check(&World::new(), shell);
    }
}

fn a_fresh_prefix_gets_what_the_release_holds() {
    each(|world, shell| {
        let run = world.script(shell).run().exits(0);
        holds(world, &WHOLE);
        assert_eq!(fs::read_to_string(world.program()).unwrap(), binary(VERSION));
        let page = world.prefix().join("share/man/man1/stratos.1");
        assert_eq!(fs::read_to_string(page).unwrap(), ".TH stratos 1 pinned\n");
        let said = run.stdout();
        assert!(
            said.contains("SHA-256 ok, signature not checked (this script holds no public key)"),
            "{said}"
        );
        let last = format!("installed stratos {VERSION} as {}\n", world.program().display());
        assert!(said.ends_with(&last), "{said}");
        assert!(!run.everything().contains('\u{1b}'), "no colours in a pipe");
    });
}

fn a_second_installation_replaces_the_first() {
    each(|world, shell| {
        world.older();
        world.script(shell).run().exits(0);
        holds(world, &WHOLE);
        let manifest = fs::read_to_string(world.prefix().join("share/stratos/manifest.json")).unwrap();
        assert!(manifest.contains(VERSION));
    });
}

fn no_umask_makes_it_writable_or_unreadable() {
    for mask in ["000", "077", "777"] {
        each(|world, shell| {
            let script = world.path("install.sh");
            let line = format!("umask {mask}; exec \"$@\"");
            let words = shell.words.iter().map(|word| (*word).to_owned());
            let run = world.shell(&DASH, ["-c".to_owned(), line, "sh".to_owned()].into_iter().chain(words));
            run.arg(script).run().exits(0);
            holds(world, &WHOLE);
        });
    }
}

fn parts_are_left_out_on_request() {
    each(|world, shell| {
        world.script(shell).args(["--only-binary"]).run().exits(0);
        holds(world, &WHOLE[..1]);
        world.script(shell).args(["--no-man", "--no-completions"]).run().exits(0);
        assert!(world.prefix().join("share/stratos/manifest.json").exists());
        assert!(!world.prefix().join("share/man/man1/stratos.1").exists());
        world.script(shell).args(["--no-man"]).run().exits(0);
        assert!(world.prefix().join("share/zsh/site-functions/_stratos").exists());
        assert!(!world.prefix().join("share/man/man1/stratos.1").exists());
    });
}

fn a_prefix_may_have_any_name() {
    for name in ["-a 'b' \"c\" $(touch x) `touch x` \\d * é;e&f=g", "it's"] {
        each(|world, shell| {
            let prefix = world.path("odd").join(name);
            let run = world.script(shell).arg("--prefix").arg(&prefix).run().exits(0);
            assert!(prefix.join("bin/stratos").is_file(), "{name}");
            assert!(prefix.join("share/man/man1/stratos.1").is_file(), "{name}");
            // The line to add is one that a shell takes back.
            let line = run.stderr.lines().find_map(|line| line.split_once("profile: ")).expect("advice").1;
            let line = format!("{line}; command -v stratos");
            let found = world.shell(&DASH, ["-c", &line]).run().exits(0);
            assert_eq!(found.stdout().trim_end(), prefix.join("bin/stratos").display().to_string());
            world.script(shell).arg("--uninstall").arg("--prefix").arg(&prefix).run().exits(0);
            assert!(!prefix.join("bin/stratos").exists(), "{name}");
            assert_eq!(fs::read_dir(world.path("odd")).unwrap().count(), 1, "{name}");
        });
    }
}

fn the_prefix_is_the_homes_own_where_none_is_named() {
    each(|world, shell| {
        // `id` says who runs it; the tests may be anybody.
        let user = world.path("as-user");
        world.executable("as-user/id", "#!/bin/sh\necho 1000\n");
        let path = |folder: &std::path::Path, rest: &str| format!("{}:{rest}", folder.display());
        let rest =
            if shell.alone { world.path("busybox").display().to_string() } else { "/usr/bin:/bin".into() };
        let run = world.script(shell).env("PATH", path(&user, &rest)).unset("STRATOS_PREFIX").run().exits(0);
        assert!(world.path("home/.local/bin/stratos").is_file(), "{}", run.everything());
        for home in [None, Some("")] {
            let script = world.script(shell).env("PATH", path(&user, &rest)).unset("STRATOS_PREFIX");
            let script = if let Some(home) = home { script.env("HOME", home) } else { script.unset("HOME") };
            let run = script.run().exits(64);
            assert!(run.stderr.contains("--prefix DIR"), "{}", run.stderr);
        }
        world.executable("as-root/id", "#!/bin/sh\necho 0\n");
        let root = world.path("as-root");
        let script = world.script(shell).env("PATH", path(&root, &rest)).unset("STRATOS_PREFIX");
        let run = script.unset("HOME").args(["--dry-run"]).run().exits(0);
        assert!(run.stdout().contains("to /usr/local/bin/stratos"), "{}", run.stdout());
        // A named prefix wants no home at all.
        world.script(shell).unset("HOME").run().exits(0);
    });
}

fn a_script_from_a_pipe_installs_and_reads_nothing_else() {
    each(|world, shell| {
        let prefix = world.path("piped");
        let text = fs::read_to_string(world.path("install.sh")).unwrap();
        let script = world.shell(shell, &shell.words[1..]).args(["-s", "--", "--prefix"]);
        script.arg(&prefix).stdin(text).run().exits(0);
        assert!(prefix.join("bin/stratos").is_file());
        assert!(!world.prefix().exists());
    });
}

fn another_version_with_its_digest_writes_its_own_pages() {
    each(|world, shell| {
        let text = binary("1.1.0");
        let name = world.binary_name().replace(VERSION, "1.1.0");
        world.write(&format!("release/1.1.0/{name}"), &text);
        world.script(shell).run().exits(0);
        let digest = crate::world::sha256(text.as_bytes()).to_uppercase();
        let script = world.script(shell).env("STRATOS_VERSION", "v1.1.0").env("STRATOS_SHA256", digest);
        script.run().exits(0);
        assert_eq!(fs::read_to_string(world.program()).unwrap(), text);
        let page = fs::read_to_string(world.prefix().join("share/man/man1/stratos.1")).unwrap();
        assert_eq!(page, ".TH stratos 1 1.1.0\n");
        let page = fs::read_to_string(world.prefix().join("share/zsh/site-functions/_stratos")).unwrap();
        assert_eq!(page, "# zsh 1.1.0\n");
        // The manifest of the other version would have called this binary damaged.
        assert!(!world.prefix().join("share/stratos/manifest.json").exists());
    });
}

fn a_dry_run_does_nothing() {
    each(|world, shell| {
        let run = world.script(shell).args(["--dry-run"]).run().exits(0);
        let said = run.stdout();
        for word in ["would install stratos 1.2.3", &crate::world::label(), "manifest.json", "stratos.fish"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(!world.prefix().exists());
        world.script(shell).run().exits(0);
        let before = world.snapshot();
        let run = world.script(shell).args(["--uninstall", "--dry-run"]).run().exits(0);
        assert_eq!(run.stdout().matches("would remove").count(), WHOLE.len(), "{}", run.stdout());
        assert_eq!(world.snapshot(), before);
    });
}

fn two_at_once_leave_one_whole_installation() {
    each(|world, shell| {
        fs::create_dir_all(world.prefix().join("bin")).unwrap();
        fs::set_permissions(world.prefix(), fs::Permissions::from_mode(0o755)).unwrap();
        let runs: Vec<_> = (0..3).map(|_| world.script(shell).spawn()).collect();
        for run in runs {
            run.finish().exits(0);
        }
        holds(world, &WHOLE);
        assert_eq!(fs::read_to_string(world.program()).unwrap(), binary(VERSION));
    });
}

fn a_path_without_the_folder_gets_the_line_to_add() {
    each(|world, shell| {
        let run = world.script(shell).run().exits(0);
        assert!(run.stderr.contains("is not on PATH"), "{}", run.stderr);
        let path = if shell.alone { world.path("busybox") } else { "/usr/bin:/bin".into() };
        let path = format!("{}:{}", world.prefix().join("bin").display(), path.display());
        let run = world.script(shell).env("PATH", path).run().exits(0);
        assert_eq!(run.stderr, "");
    });
}

fn an_older_command_that_comes_first_is_named() {
    each(|world, shell| {
        world.executable("old/stratos", "#!/usr/bin/env node\n// stratos\n");
        let rest = if shell.alone { world.path("busybox") } else { "/usr/bin:/bin".into() };
        let (old, ours) = (world.path("old"), world.prefix().join("bin"));
        let path = format!("{}:{}:{}", old.display(), ours.display(), rest.display());
        let run = world.script(shell).env("PATH", path).run().exits(0);
        let named = format!("{} (the Node CLI), which comes first", old.join("stratos").display());
        assert!(run.stderr.contains(&named), "{}", run.stderr);
        let path = format!("{}:{}:{}", ours.display(), old.display(), rest.display());
        let run = world.script(shell).env("PATH", path).run().exits(0);
        assert_eq!(run.stderr, "");
    });
}
