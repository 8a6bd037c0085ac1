//! What it takes away again, and what it keeps.

use crate::{
    Row,
    fresh::SHELL,
    world::{SHELLS, World},
};
use std::fs;

#[rustfmt::skip]
pub const TRIALS: &[Row] = &[
    ("uninstalling_removes_what_was_installed_and_nothing_else", SHELL, uninstalling_removes_what_was_installed_and_nothing_else),
    ("uninstalling_twice_is_no_error", SHELL, uninstalling_twice_is_no_error),
    ("the_node_command_stays", SHELL, the_node_command_stays),
    ("a_file_that_cannot_be_removed_is_named", SHELL, a_file_that_cannot_be_removed_is_named),
];

/// What others keep below the same prefix.
const OTHERS: [&str; 5] = [
    "prefix/bin/other",
    "prefix/bin/stratos-helper",
    "prefix/share/man/man1/other.1",
    "prefix/share/fish/vendor_completions.d/other.fish",
    "prefix/etc/stratos",
];

fn uninstalling_removes_what_was_installed_and_nothing_else() {
    for shell in SHELLS {
        let world = World::new();
        for name in OTHERS {
            world.write(name, "");
        }
        world.script(shell).run().exits(0);
        // As `stratos upgrade`, an attempt at it and an installation that were killed leave them.
        for name in [
            ".stratos-previous",
            ".stratos-held",
            ".stratos-lock",
            ".stratos-1.3.0.part",
            ".stratos-1.3.0.new",
        ] {
            world.write(&format!("prefix/bin/{name}"), "stratos");
        }
        world.write("prefix/bin/.stratos-install.77.0/stratos.1", "");
        world.write("home/.config/stratos/config.toml", "");
        world.write("home/.local/state/stratos/journal", "");
        let run = world.script(shell).args(["--uninstall"]).run().exits(0);
        let mut files: Vec<String> = world
            .snapshot()
            .into_iter()
            .filter(|(_, what)| !what.ends_with("folder"))
            .map(|(name, _)| format!("prefix{name}"))
            .collect();
        files.sort();
        let mut kept = OTHERS.to_vec();
        kept.sort_unstable();
        assert_eq!(files, kept, "{shell}: {}", run.everything());
        assert!(!world.prefix().join("share/stratos").exists());
        assert!(world.path("home/.config/stratos/config.toml").exists());
        for name in ["home/.config/stratos", "home/.local/state/stratos"] {
            let line = format!("kept {}", world.path(name).display());
            assert!(run.stdout().contains(&line), "{}", run.stdout());
        }
        assert!(run.stdout().contains(&format!("removed {}\n", world.program().display())));
    }
}

fn uninstalling_twice_is_no_error() {
    for shell in SHELLS {
        let world = World::new();
        world.script(shell).run().exits(0);
        world.script(shell).args(["--uninstall"]).run().exits(0);
        let run = world.script(shell).args(["--uninstall"]).run().exits(0);
        let line =
            format!("stratos is not installed in {}: there is nothing to remove\n", world.prefix().display());
        assert_eq!(run.everything(), line);
        // Without a home, and where nothing ever was.
        let nowhere = world.path("nowhere");
        world.script(shell).unset("HOME").arg("--uninstall").arg("--prefix").arg(&nowhere).run().exits(0);
        assert!(!nowhere.exists());
    }
}

fn the_node_command_stays() {
    for shell in SHELLS {
        let world = World::new();
        world.executable("prefix/bin/stratos", "#!/usr/bin/env node\n// stratos\n");
        let run = world.script(shell).args(["--uninstall"]).run().exits(0);
        assert!(run.stderr.contains("is the Node CLI, and is left as it is"), "{}", run.stderr);
        assert!(world.program().exists());
    }
}

fn a_file_that_cannot_be_removed_is_named() {
    for shell in SHELLS {
        let world = World::new();
        world.script(shell).run().exits(0);
        // Nobody unlinks a file of that name: `rm` is told so.
        world.executable("tools/rm", "#!/bin/sh\nexit 1\n");
        let rest = if shell.alone { world.path("busybox") } else { "/usr/bin:/bin".into() };
        let path = format!("{}:{}", world.path("tools").display(), rest.display());
        let run = world.script(shell).env("PATH", path).args(["--uninstall"]).run().exits(73);
        assert!(
            run.stderr.contains(&format!("cannot remove {}", world.program().display())),
            "{}",
            run.stderr
        );
        assert!(fs::exists(world.program()).unwrap());
    }
}
